"""When what was reserved was brought back, and what bringing it back late costs."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NAME = "ck_reservation_fees_act"
ACTS = "act IN ('cancelled', 'missed', 'returned_late')"
ACTS_BEFORE = "act IN ('cancelled', 'missed')"
INDEX = "ix_reservation_fees_open"
OPEN = sa.text("settled_at IS NULL")


def upgrade() -> None:
    op.add_column("reservations", sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))
    _let_act_be(ACTS)


def downgrade() -> None:
    op.execute("DELETE FROM reservation_fees WHERE act = 'returned_late'")
    _let_act_be(ACTS_BEFORE)
    op.execute("ALTER TABLE reservations DROP COLUMN returned_at")


def _let_act_be(check: str) -> None:
    """Change the constraint; SQLite knows no way but to make the table anew."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(NAME), "reservation_fees", type_="check")
        op.create_check_constraint(op.f(NAME), "reservation_fees", check)
        return
    op.drop_index(INDEX, table_name="reservation_fees")
    op.rename_table("reservation_fees", "fees_before")
    made = op.create_table("reservation_fees", *_columns(), *_constraints(check))
    names = ", ".join(column.name for column in made.columns)
    op.execute(f"INSERT INTO reservation_fees ({names}) SELECT {names} FROM fees_before")
    op.drop_table("fees_before")
    op.create_index(INDEX, "reservation_fees", ["settle_at"], unique=False, sqlite_where=OPEN)


def _columns() -> list[sa.Column[object]]:
    instant = sa.DateTime(timezone=True)
    return [
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("cents_if_taken", sa.Integer(), nullable=False),
        sa.Column("strikes", sa.Boolean(), nullable=False),
        sa.Column("settle_at", instant, nullable=False),
        sa.Column("settled_at", instant, nullable=True),
        sa.Column("due_cents", sa.Integer(), nullable=True),
        sa.Column("was_taken", sa.Boolean(), nullable=False),
        sa.Column("waived_at", instant, nullable=True),
        sa.Column("waived_by_id", sa.Integer(), nullable=True),
        sa.Column("waived_why", sa.String(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
    ]


def _constraints(check: str) -> list[sa.Constraint]:
    return [
        sa.CheckConstraint(check, name=op.f(NAME)),
        sa.CheckConstraint("cents_if_taken >= 0 AND cents_if_taken <= cents", name=op.f("ck_reservation_fees_cents")),
        sa.CheckConstraint("(settled_at IS NULL) = (due_cents IS NULL)", name=op.f("ck_reservation_fees_settled")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_reservation_fees_reservation_id")
        ),
        sa.ForeignKeyConstraint(["waived_by_id"], ["members.id"], name=op.f("fk_reservation_fees_waived_by_id")),
        sa.PrimaryKeyConstraint("reservation_id", name=op.f("pk_reservation_fees")),
    ]
