"""Rules about reservations as data, and what reservations keep for them."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

REFERENCES = (
    ("reservations", "companion_id", "members"),
    ("reservations", "together_id", "reservations"),
    ("reservations", "reviewed_by_id", "members"),
    ("reservation_changes", "member_id", "members"),
)
COLUMNS = (
    ("reservations", "job", sa.String(), sa.text("''")),
    ("reservations", "guests", sa.Integer(), "0"),
    ("reservations", "override_reason", sa.String(), sa.text("''")),
    ("reservations", "override_codes", sa.String(), sa.text("''")),
    ("reservations", "checked_in_at", sa.DateTime(timezone=True), None),
    ("reservations", "review", sa.String(), None),
    ("reservations", "review_by", sa.DateTime(timezone=True), None),
    ("reservations", "reviewed_at", sa.DateTime(timezone=True), None),
)
KINDS = "kind IN ('moved', 'extended', 'shortened', 'handed_over')"


def upgrade() -> None:
    for table, name, kind, default in COLUMNS:
        op.add_column(table, sa.Column(name, kind, server_default=default, nullable=default is None))
    for table, name, other in REFERENCES:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {name} INTEGER CONSTRAINT fk_{table}_{name} REFERENCES {other} (id)"
        )
    op.execute(
        "ALTER TABLE reservation_changes ADD COLUMN kind VARCHAR DEFAULT 'moved' NOT NULL "
        f"CONSTRAINT ck_reservation_changes_kind CHECK ({KINDS})"
    )
    _rules()


def downgrade() -> None:
    op.drop_table("booking_rules")
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.drop_constraint("ck_reservation_changes_kind", "reservation_changes")
    op.execute("ALTER TABLE reservation_changes DROP COLUMN kind")
    for table, name, _other in reversed(REFERENCES):
        if on_postgresql:
            op.drop_constraint(f"fk_{table}_{name}", table)
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    for table, name, _kind, _default in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")


def _rules() -> None:
    op.create_table(
        "booking_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=True)
            for name in ("site_id", "category_id", "room_id", "resource_id", "class_id", "membership_kind_id")
        ),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("lacks_course", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("age_from", sa.Integer(), nullable=True),
        sa.Column("age_under", sa.Integer(), nullable=True),
        sa.Column("job", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("guests_from", sa.Integer(), nullable=True),
        sa.Column("windows", sa.JSON(), nullable=False),
        sa.Column("outside", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("season_from", sa.String(), nullable=True),
        sa.Column("season_to", sa.String(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("overridable", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("instead", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("note", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(season_from IS NULL) = (season_to IS NULL)", name=op.f("ck_booking_rules_season")),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_booking_rules_dates")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_booking_rules_version")),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_booking_rules_{name}"))
            for name, table in (
                ("site_id", "sites"),
                ("category_id", "categories"),
                ("room_id", "rooms"),
                ("resource_id", "resources"),
                ("class_id", "member_classes"),
                ("membership_kind_id", "membership_kinds"),
                ("course_id", "courses"),
                ("created_by_id", "members"),
                ("changed_by_id", "members"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_rules")),
    )
    op.create_index("ix_booking_rules_standing", "booking_rules", ["ended_at", "site_id"], unique=False)
