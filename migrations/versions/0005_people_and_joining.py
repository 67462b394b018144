"""People and joining: what is known of a person, charters, sign-ups, guardians, badges; the log of who did what.

The log refuses updates, and deletions of what is younger than a year.
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "charter_acceptances",
    "email_changes",
    "sign_ups",
    "guardianships",
    "charters",
    "badges",
    "authorisations",
    "audit_entries",
)
# Table, name, type, and the default of those that are never NULL.
COLUMNS = (
    ("members", "shared_email", sa.String(), None),
    ("members", "name_key", sa.String(), ""),
    ("members", "phone", sa.String(), ""),
    ("members", "birth_date", sa.Date(), None),
    ("members", "languages", sa.String(), ""),
    ("members", "emergency_contact", sa.String(), ""),
    ("members", "staff_note", sa.String(), ""),
    ("members", "state", sa.String(), "active"),
    ("members", "pin_hash", sa.String(), None),
    ("members", "erased_at", sa.DateTime(timezone=True), None),
    ("members", "version", sa.Integer(), "1"),
    ("sites", "sign_up", sa.String(), "closed"),
    ("sites", "adult_age", sa.Integer(), "18"),
)
REFERENCES = (
    ("members", "photo_id", "stored_files"),
    ("members", "home_site_id", "sites"),
    ("members", "merged_into_id", "members"),
)


def upgrade() -> None:
    for table, name, kind, default in COLUMNS:
        op.add_column(table, sa.Column(name, kind, server_default=default, nullable=default is None))
    for table, name, other in REFERENCES:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {name} INTEGER CONSTRAINT fk_{table}_{name} REFERENCES {other} (id)"
        )
    op.create_index(op.f("ix_members_merged_into_id"), "members", ["merged_into_id"], unique=False)
    op.create_index(op.f("ix_members_name_key"), "members", ["name_key"], unique=False)
    _fill_name_keys()
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["members.id"], name=op.f("fk_audit_entries_actor_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_audit_entries_member_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_audit_entries_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(op.f("ix_audit_entries_action_id"), "audit_entries", ["action", "id"], unique=False)
    op.create_index(op.f("ix_audit_entries_actor_id_id"), "audit_entries", ["actor_id", "id"], unique=False)
    op.create_index(op.f("ix_audit_entries_member_id_id"), "audit_entries", ["member_id", "id"], unique=False)
    op.create_table(
        "authorisations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ward_id", sa.Integer(), nullable=False),
        sa.Column("guardian_id", sa.Integer(), nullable=False),
        sa.Column("permission", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("permission IN ('use', 'care', 'image')", name=op.f("ck_authorisations_permission")),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_authorisations_by_id")),
        sa.ForeignKeyConstraint(["guardian_id"], ["members.id"], name=op.f("fk_authorisations_guardian_id")),
        sa.ForeignKeyConstraint(["ward_id"], ["members.id"], name=op.f("fk_authorisations_ward_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorisations")),
    )
    op.create_index(
        op.f("ix_authorisations_ward_id_permission_id"), "authorisations", ["ward_id", "permission", "id"], unique=False
    )
    op.create_table(
        "badges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["given_by_id"], ["members.id"], name=op.f("fk_badges_given_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_badges_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badges")),
    )
    op.create_index(op.f("ix_badges_member_id"), "badges", ["member_id"], unique=False)
    op.create_index(
        "uq_badges_used",
        "badges",
        ["hash"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "charters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_charters_version")),
        sa.ForeignKeyConstraint(["created_by_id"], ["members.id"], name=op.f("fk_charters_created_by_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_charters_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charters")),
    )
    op.create_index(
        "uq_charters_network",
        "charters",
        ["version"],
        unique=True,
        sqlite_where=sa.text("site_id IS NULL"),
        postgresql_where=sa.text("site_id IS NULL"),
    )
    op.create_index(
        "uq_charters_site",
        "charters",
        ["site_id", "version"],
        unique=True,
        sqlite_where=sa.text("site_id IS NOT NULL"),
        postgresql_where=sa.text("site_id IS NOT NULL"),
    )
    op.create_table(
        "guardianships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guardian_id", sa.Integer(), nullable=False),
        sa.Column("ward_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("pays", sa.Boolean(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("guardian_id <> ward_id", name=op.f("ck_guardianships_two")),
        sa.ForeignKeyConstraint(["guardian_id"], ["members.id"], name=op.f("fk_guardianships_guardian_id")),
        sa.ForeignKeyConstraint(["ward_id"], ["members.id"], name=op.f("fk_guardianships_ward_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardianships")),
    )
    op.create_index(op.f("ix_guardianships_guardian_id"), "guardianships", ["guardian_id"], unique=False)
    op.create_index(op.f("ix_guardianships_ward_id"), "guardianships", ["ward_id"], unique=False)
    op.create_index(
        "uq_guardianships_present",
        "guardianships",
        ["guardian_id", "ward_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "email_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_email_changes_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_changes")),
        sa.UniqueConstraint("hash", name=op.f("uq_email_changes_hash")),
    )
    op.create_index(op.f("ix_email_changes_member_id"), "email_changes", ["member_id"], unique=False)
    op.create_table(
        "sign_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_sign_ups_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ups")),
        sa.UniqueConstraint("hash", name=op.f("uq_sign_ups_hash")),
    )
    op.create_index(op.f("ix_sign_ups_email"), "sign_ups", ["email"], unique=False)
    op.create_table(
        "charter_acceptances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("charter_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_charter_acceptances_by_id")),
        sa.ForeignKeyConstraint(["charter_id"], ["charters.id"], name=op.f("fk_charter_acceptances_charter_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_charter_acceptances_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charter_acceptances")),
        sa.UniqueConstraint("charter_id", "member_id", name=op.f("uq_charter_acceptances_charter_id_member_id")),
    )
    op.create_index(op.f("ix_charter_acceptances_member_id"), "charter_acceptances", ["member_id"], unique=False)
    _guard_log()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_entries_no_update ON audit_entries")
        op.execute("DROP TRIGGER audit_entries_young ON audit_entries")
        op.execute("DROP FUNCTION fablab_log_is_kept()")
    for table in TABLES:
        op.drop_table(table)
    op.drop_index(op.f("ix_members_merged_into_id"), "members")
    op.drop_index(op.f("ix_members_name_key"), "members")
    for table, name, _other in reversed(REFERENCES):
        if op.get_bind().dialect.name == "postgresql":
            op.drop_constraint(f"fk_{table}_{name}", table)
            op.drop_column(table, name)
        else:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    for table, name, _kind, _default in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")


def _fill_name_keys() -> None:
    members = sa.table("members", sa.column("id", sa.Integer), sa.column("name"), sa.column("name_key"))
    bind = op.get_bind()
    for row in bind.execute(sa.select(members.c.id, members.c.name)).all():
        parts = unicodedata.normalize("NFKD", row.name.casefold())
        key = " ".join("".join(sign for sign in parts if not unicodedata.combining(sign)).split())
        bind.execute(members.update().where(members.c.id == row.id).values(name_key=key))


def _guard_log() -> None:
    """Rows of the log are added; they are never changed, and deleted when they are older than a year only."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries "
            "FOR EACH ROW EXECUTE FUNCTION fablab_written_for_good()"
        )
        op.execute(
            """
            CREATE FUNCTION fablab_log_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'the log is kept for a year' USING ERRCODE = 'restrict_violation';
            END $$
            """
        )
        op.execute(
            "CREATE TRIGGER audit_entries_young BEFORE DELETE ON audit_entries FOR EACH ROW "
            "WHEN (OLD.at > now() - interval '1 year') EXECUTE FUNCTION fablab_log_is_kept()"
        )
        return
    op.execute(
        "CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries "
        "BEGIN SELECT RAISE(ABORT, 'rows of audit_entries are never changed'); END"
    )
    op.execute(
        "CREATE TRIGGER audit_entries_young BEFORE DELETE ON audit_entries "
        "WHEN julianday(OLD.at) > julianday('now', '-1 year') "
        "BEGIN SELECT RAISE(ABORT, 'the log is kept for a year'); END"
    )
