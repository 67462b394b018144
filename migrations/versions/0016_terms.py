"""Checking in, and what cancelling late costs."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OPEN = sa.text("settled_at IS NULL")
STANDING = sa.text("reverses_id IS NULL")


def upgrade() -> None:
    op.add_column("reservations", sa.Column("terms", sa.JSON(), nullable=True))
    op.execute(
        "ALTER TABLE item_charges ADD COLUMN reservation_id INTEGER "
        "CONSTRAINT fk_item_charges_reservation_id REFERENCES reservations (id)"
    )
    op.create_index(
        "uq_item_charges_reservation",
        "item_charges",
        ["reservation_id"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    op.create_table(
        "reservation_fees",
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("cents_if_taken", sa.Integer(), nullable=False),
        sa.Column("strikes", sa.Boolean(), nullable=False),
        sa.Column("settle_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_cents", sa.Integer(), nullable=True),
        sa.Column("was_taken", sa.Boolean(), nullable=False),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waived_by_id", sa.Integer(), nullable=True),
        sa.Column("waived_why", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("act IN ('cancelled', 'missed')", name=op.f("ck_reservation_fees_act")),
        sa.CheckConstraint("cents_if_taken >= 0 AND cents_if_taken <= cents", name=op.f("ck_reservation_fees_cents")),
        sa.CheckConstraint("(settled_at IS NULL) = (due_cents IS NULL)", name=op.f("ck_reservation_fees_settled")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_reservation_fees_reservation_id")
        ),
        sa.ForeignKeyConstraint(["waived_by_id"], ["members.id"], name=op.f("fk_reservation_fees_waived_by_id")),
        sa.PrimaryKeyConstraint("reservation_id", name=op.f("pk_reservation_fees")),
    )
    op.create_index(
        "ix_reservation_fees_open",
        "reservation_fees",
        ["settle_at"],
        unique=False,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_index("ix_reservation_fees_open", table_name="reservation_fees")
    op.drop_table("reservation_fees")
    op.drop_index("uq_item_charges_reservation", table_name="item_charges")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_item_charges_reservation_id", "item_charges")
    op.execute("ALTER TABLE item_charges DROP COLUMN reservation_id")
    op.execute("ALTER TABLE reservations DROP COLUMN terms")
