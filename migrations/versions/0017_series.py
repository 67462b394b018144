"""Series of reservations."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NATURES = "'member', 'service_job', 'class', 'maintenance', 'demonstration'"
SOUGHT = ("series_id", "together_id")


def upgrade() -> None:
    op.create_table(
        "reservation_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("starts_minute", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("request_key", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("every_weeks BETWEEN 1 AND 52", name=op.f("ck_reservation_series_every_weeks")),
        sa.CheckConstraint("starts_minute BETWEEN 0 AND 1439", name=op.f("ck_reservation_series_starts_minute")),
        sa.CheckConstraint("minutes >= 1", name=op.f("ck_reservation_series_minutes")),
        sa.CheckConstraint("(times IS NULL) <> (until_on IS NULL)", name=op.f("ck_reservation_series_end")),
        sa.CheckConstraint(f"nature IN ({NATURES})", name=op.f("ck_reservation_series_nature")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_reservation_series_version")),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_reservation_series_{name}"))
            for name, table in (("resource_id", "resources"), ("member_id", "members"), ("created_by_id", "members"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation_series")),
        sa.UniqueConstraint(
            "created_by_id", "request_key", name=op.f("uq_reservation_series_created_by_id_request_key")
        ),
    )
    op.create_index(op.f("ix_reservation_series_member_id"), "reservation_series", ["member_id"], unique=False)
    op.execute(
        "ALTER TABLE reservations ADD COLUMN series_id INTEGER "
        "CONSTRAINT fk_reservations_series_id REFERENCES reservation_series (id)"
    )
    for name in SOUGHT:
        present = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            op.f(f"ix_reservations_{name}"),
            "reservations",
            [name],
            unique=False,
            sqlite_where=present,
            postgresql_where=present,
        )


def downgrade() -> None:
    for name in reversed(SOUGHT):
        op.drop_index(op.f(f"ix_reservations_{name}"), table_name="reservations")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_reservations_series_id", "reservations")
    op.execute("ALTER TABLE reservations DROP COLUMN series_id")
    op.drop_table("reservation_series")
