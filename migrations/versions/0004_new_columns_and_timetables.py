"""New columns of older tables; each site's weekly openings become its main timetable; hosts are a role.

Columns that refer to other tables are added in plain SQL, which both databases read: Alembic would build the whole
table anew on SQLite, and rows of other tables point at it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Table, name, type, and the default of those that are never NULL.
COLUMNS = (
    ("categories", "kind", sa.String(), "machine"),
    ("categories", "version", sa.Integer(), "1"),
    ("legal_entities", "siret", sa.String(), None),
    ("legal_entities", "version", sa.Integer(), "1"),
    ("reservations", "places", sa.Integer(), "1"),
    ("reservations", "cancel_reason", sa.String(), ""),
    ("resources", "state_until", sa.DateTime(timezone=True), None),
    ("resources", "needs_staff", sa.Boolean(), sa.false()),
    ("resources", "specs", sa.JSON(), None),
    ("resources", "organisation", sa.String(), ""),
    ("rooms", "removed_at", sa.DateTime(timezone=True), None),
    ("sites", "country", sa.String(), "FR"),
    ("sites", "subdivision", sa.String(), ""),
    ("sites", "description", sa.String(), ""),
    ("sites", "email", sa.String(), ""),
    ("sites", "phone", sa.String(), ""),
    ("sites", "map_url", sa.String(), ""),
    ("sites", "staffing", sa.String(), "planned"),
    ("sites", "shift_notice_hours", sa.Integer(), "48"),
    ("sites", "version", sa.Integer(), "1"),
)
REFERENCES = (
    ("resources", "timetable_id", "timetables"),
    ("resources", "photo_id", "stored_files"),
    ("resources", "adviser_id", "members"),
    ("sites", "photo_id", "stored_files"),
)
ROLES = "'trainer', 'fabmanager', 'treasurer', 'admin'"
SCOPES = {
    "network": (["member_id", "role"], "site_id IS NULL AND legal_entity_id IS NULL"),
    "site": (["member_id", "role", "site_id"], "site_id IS NOT NULL"),
    "legal_entity": (["member_id", "role", "legal_entity_id"], "legal_entity_id IS NOT NULL"),
}


def upgrade() -> None:
    for table, name, kind, default in COLUMNS:
        op.add_column(table, sa.Column(name, kind, server_default=default, nullable=default is None))
    for table, name, other in REFERENCES:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {name} INTEGER CONSTRAINT fk_{table}_{name} REFERENCES {other} (id)"
        )
    _allow_roles(f"'host', {ROLES}")
    op.execute(
        "INSERT INTO timetables (site_id, name, is_main, keeps_holidays, version) "
        "SELECT id, name, true, false, 1 FROM sites ORDER BY id"
    )
    op.execute("INSERT INTO seasons (timetable_id, name) SELECT id, '' FROM timetables ORDER BY id")
    op.execute(
        "INSERT INTO openings (season_id, weekday, opens, closes, staff, level) "
        "SELECT seasons.id, weekday, opens, CASE WHEN closes > opens + 1440 THEN opens + 1440 ELSE closes END, 0, 0 "
        "FROM opening_hours JOIN timetables ON timetables.site_id = opening_hours.site_id "
        "JOIN seasons ON seasons.timetable_id = timetables.id ORDER BY opening_hours.id"
    )
    # An opening lasts a day at most now; what an older one had beyond that is the next weekday's.
    op.execute(
        "INSERT INTO openings (season_id, weekday, opens, closes, staff, level) "
        "SELECT seasons.id, (weekday + 1) % 7, opens, closes - 1440, 0, 0 "
        "FROM opening_hours JOIN timetables ON timetables.site_id = opening_hours.site_id "
        "JOIN seasons ON seasons.timetable_id = timetables.id "
        "WHERE closes > opens + 1440 ORDER BY opening_hours.id"
    )
    op.execute(
        "INSERT INTO placements (resource_id, site_id, room_id, from_at) "
        "SELECT id, site_id, room_id, created_at FROM resources ORDER BY id"
    )
    op.drop_table("opening_hours")


def downgrade() -> None:
    op.create_table(
        "opening_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "opens >= 0 AND opens < 1440 AND closes > opens AND closes <= 2880", name=op.f("ck_opening_hours_order")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_opening_hours_weekday")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_opening_hours_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_hours")),
    )
    op.create_index(op.f("ix_opening_hours_site_id"), "opening_hours", ["site_id"])
    op.execute(
        "INSERT INTO opening_hours (site_id, weekday, opens, closes) "
        "SELECT timetables.site_id, weekday, opens, closes FROM openings "
        "JOIN seasons ON seasons.id = openings.season_id AND seasons.first_on IS NULL "
        "JOIN timetables ON timetables.id = seasons.timetable_id AND timetables.is_main "
        "WHERE openings.nth IS NULL ORDER BY openings.id"
    )
    op.execute("DELETE FROM role_grants WHERE role = 'host'")
    _allow_roles(ROLES)
    for table, name, _other in REFERENCES:
        op.drop_column(table, name)
    for table, name, _kind, _default in reversed(COLUMNS):
        op.drop_column(table, name)


def _allow_roles(roles: str) -> None:
    """Let role grants name these roles; on SQLite the table, which nothing points at, is built anew."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE role_grants DROP CONSTRAINT ck_role_grants_role")
        op.execute(f"ALTER TABLE role_grants ADD CONSTRAINT ck_role_grants_role CHECK (role IN ({roles}))")
        return
    for scope in SCOPES:
        op.drop_index(f"uq_role_grants_{scope}", "role_grants")
    op.drop_index("ix_role_grants_member_id", "role_grants")
    op.rename_table("role_grants", "old_role_grants")
    op.create_table(
        "role_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("legal_entity_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"role IN ({roles})", name=op.f("ck_role_grants_role")),
        sa.CheckConstraint("site_id IS NULL OR legal_entity_id IS NULL", name=op.f("ck_role_grants_scope")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entities.id"], name=op.f("fk_role_grants_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_role_grants_member_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_role_grants_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
    )
    op.execute(
        "INSERT INTO role_grants (id, member_id, role, site_id, legal_entity_id) "
        "SELECT id, member_id, role, site_id, legal_entity_id FROM old_role_grants"
    )
    op.drop_table("old_role_grants")
    op.create_index(op.f("ix_role_grants_member_id"), "role_grants", ["member_id"])
    for scope, (columns, condition) in SCOPES.items():
        op.create_index(f"uq_role_grants_{scope}", "role_grants", columns, unique=True, sqlite_where=sa.text(condition))
