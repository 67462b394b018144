"""Draws, and what people wish of them."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OPEN = sa.text("state = 'open'")
KEYS = (
    ("member_id", "members"),
    ("resource_id", "resources"),
    ("site_id", "sites"),
    ("account_id", "accounts"),
    ("project_id", "projects"),
    ("entered_by_id", "members"),
    ("reservation_id", "reservations"),
)


def upgrade() -> None:
    op.create_table(
        "draw_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("draws_at", INSTANT, nullable=False),
        sa.Column("wins", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("guests", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("reservation_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("starts_at < ends_at AND draws_at <= starts_at", name=op.f("ck_draw_entries_order")),
        sa.CheckConstraint("places >= 1 AND guests >= 0 AND wins >= 1", name=op.f("ck_draw_entries_amounts")),
        sa.CheckConstraint("state IN ('open', 'won', 'lost', 'withdrawn')", name=op.f("ck_draw_entries_state")),
        sa.CheckConstraint("(state = 'open') = (settled_at IS NULL)", name=op.f("ck_draw_entries_settled")),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_draw_entries_{name}"))
            for name, table in KEYS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_entries")),
    )
    op.create_index(
        "ix_draw_entries_open",
        "draw_entries",
        ["draws_at", "id"],
        unique=False,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(op.f("ix_draw_entries_member_id"), "draw_entries", ["member_id"], unique=False)
    op.create_table(
        "draws",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("draws_at", INSTANT, nullable=False),
        sa.Column("drawn_at", INSTANT, nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("wishes", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.CheckConstraint("wishes >= 0 AND people >= 0 AND granted >= 0", name=op.f("ck_draws_amounts")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_draws_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draws")),
        sa.UniqueConstraint("site_id", "draws_at", name=op.f("uq_draws_site_id_draws_at")),
    )


def downgrade() -> None:
    op.drop_table("draws")
    op.drop_table("draw_entries")
