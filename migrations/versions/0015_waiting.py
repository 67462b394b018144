"""Waiting lists, offers and handing over."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("reservations", sa.Column("offered_until", INSTANT, nullable=True))
    _waits()
    _offers()
    op.create_table(
        "freed_times",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("freed_at", INSTANT, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_freed_times_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freed_times")),
    )
    op.create_index(op.f("ix_freed_times_resource_id"), "freed_times", ["resource_id"], unique=False)
    _hand_overs()


def downgrade() -> None:
    op.drop_table("hand_overs")
    op.drop_table("freed_times")
    op.drop_table("offers")
    op.drop_table("waits")
    # What only kept a place for an offer is no reservation.
    held = "SELECT id FROM reservations WHERE offered_until IS NOT NULL"
    op.execute(f"DELETE FROM claims WHERE reservation_id IN ({held})")
    op.execute("DELETE FROM reservations WHERE offered_until IS NOT NULL")
    op.execute("ALTER TABLE reservations DROP COLUMN offered_until")


def _waits() -> None:
    keys = (
        ("member_id", "members"),
        ("resource_id", "resources"),
        ("category_id", "categories"),
        ("site_id", "sites"),
        ("account_id", "accounts"),
        ("project_id", "projects"),
        ("joined_by_id", "members"),
    )
    op.create_table(
        "waits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("to_at", INSTANT, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("guests", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.Column("joined_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_how", sa.String(), nullable=True),
        sa.CheckConstraint("from_at < to_at", name=op.f("ck_waits_order")),
        sa.CheckConstraint("(resource_id IS NULL) <> (category_id IS NULL)", name=op.f("ck_waits_what")),
        sa.CheckConstraint("minutes >= 1 AND places >= 1 AND guests >= 0", name=op.f("ck_waits_amounts")),
        sa.CheckConstraint("ended_how IN ('left', 'served', 'over')", name=op.f("ck_waits_ended_how")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name=op.f("ck_waits_ended")),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_waits_{name}")) for name, table in keys),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waits")),
    )
    op.create_index("ix_waits_line", "waits", ["joined_at", "id"], unique=False, **_where("ended_at IS NULL"))
    op.create_index(op.f("ix_waits_member_id"), "waits", ["member_id"], unique=False)


def _offers() -> None:
    keys = (
        ("wait_id", "waits"),
        ("reservation_id", "reservations"),
        ("resource_id", "resources"),
        ("settled_by_id", "members"),
    )
    op.create_table(
        "offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wait_id", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.Integer(), nullable=True),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("state", sa.String(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_offers_order")),
        sa.CheckConstraint("made_at < until AND until <= starts_at", name=op.f("ck_offers_until")),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'lapsed', 'withdrawn')", name=op.f("ck_offers_state")
        ),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_offers_{name}")) for name, table in keys),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
    )
    op.create_index("uq_offers_open", "offers", ["wait_id"], unique=True, **_where("state = 'open'"))
    op.create_index("ix_offers_until", "offers", ["until"], unique=False, **_where("state = 'open'"))
    op.create_index(op.f("ix_offers_wait_id_resource_id"), "offers", ["wait_id", "resource_id"], unique=False)


def _hand_overs() -> None:
    keys = (("reservation_id", "reservations"), ("from_id", "members"), ("to_id", "members"))
    op.create_table(
        "hand_overs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("named", sa.String(), nullable=False),
        sa.Column("offered_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("state", sa.String(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'withdrawn', 'lapsed')", name=op.f("ck_hand_overs_state")
        ),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_hand_overs_{name}")) for name, table in keys),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_overs")),
    )
    op.create_index("uq_hand_overs_open", "hand_overs", ["reservation_id"], unique=True, **_where("state = 'open'"))
    op.create_index(op.f("ix_hand_overs_to_id"), "hand_overs", ["to_id"], unique=False)
    op.create_index(op.f("ix_hand_overs_from_id"), "hand_overs", ["from_id"], unique=False)


def _where(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
