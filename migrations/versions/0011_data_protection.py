"""Data protection: consents, retention periods, merged records, the lab's own statements, erasure that was asked for.

A certificate's act stays for good, but its note, which is a text about a person, may be emptied when they are erased.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = ("consents_given", "consents", "merge_records", "not_doubles", "retention_periods", "statements")
COLUMNS = ("erasure_asked_at", "erasure_warned_at")
KEPT = ("id", "member_id", "course_id", "act", "at", "expires_at", "by_id")
"""What an act on a certificate says besides its note."""


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("members", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_consents_version")),
        sa.ForeignKeyConstraint(["created_by_id"], ["members.id"], name=op.f("fk_consents_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint("code", name=op.f("uq_consents_code")),
    )
    op.create_table(
        "consents_given",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("consent_id", sa.Integer(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_consents_given_by_id")),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name=op.f("fk_consents_given_consent_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_consents_given_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents_given")),
    )
    op.create_index(
        op.f("ix_consents_given_member_id_consent_id_id"),
        "consents_given",
        ["member_id", "consent_id", "id"],
        unique=False,
    )
    op.create_table(
        "merge_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survivor_id", sa.Integer(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_merge_records_by_id")),
        sa.ForeignKeyConstraint(["merged_id"], ["members.id"], name=op.f("fk_merge_records_merged_id")),
        sa.ForeignKeyConstraint(["survivor_id"], ["members.id"], name=op.f("fk_merge_records_survivor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_records")),
        sa.UniqueConstraint("merged_id", name=op.f("uq_merge_records_merged_id")),
    )
    op.create_index(op.f("ix_merge_records_survivor_id"), "merge_records", ["survivor_id"], unique=False)
    op.create_table(
        "not_doubles",
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_not_doubles_order")),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_not_doubles_by_id")),
        sa.ForeignKeyConstraint(["one_id"], ["members.id"], name=op.f("fk_not_doubles_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["members.id"], name=op.f("fk_not_doubles_other_id")),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_not_doubles")),
    )
    op.create_table(
        "retention_periods",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("months BETWEEN 1 AND 600", name=op.f("ck_retention_periods_months")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["members.id"], name=op.f("fk_retention_periods_changed_by_id")),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_retention_periods")),
    )
    op.create_table(
        "statements",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('privacy', 'accessibility')", name=op.f("ck_statements_kind")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["members.id"], name=op.f("fk_statements_changed_by_id")),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_statements")),
    )
    _let_notes_be_emptied()


def downgrade() -> None:
    _keep_notes()
    for table in TABLES:
        op.drop_table(table)
    for name in COLUMNS:
        op.execute(f"ALTER TABLE members DROP COLUMN {name}")


def _let_notes_be_emptied() -> None:
    """An update that empties the note and changes nothing else passes; every other one, and every deletion, does not."""
    if op.get_bind().dialect.name == "postgresql":
        same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in KEPT)
        op.execute("DROP TRIGGER certificate_events_for_good ON certificate_events")
        op.execute(
            "CREATE TRIGGER certificate_events_no_delete BEFORE DELETE ON certificate_events "
            "FOR EACH ROW EXECUTE FUNCTION fablab_written_for_good()"
        )
        op.execute(
            "CREATE TRIGGER certificate_events_no_update BEFORE UPDATE ON certificate_events FOR EACH ROW "
            f"WHEN (NOT (NEW.note = '' AND {same})) EXECUTE FUNCTION fablab_written_for_good()"
        )
        return
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)
    op.execute("DROP TRIGGER certificate_events_no_update")
    op.execute(
        "CREATE TRIGGER certificate_events_no_update BEFORE UPDATE ON certificate_events "
        f"WHEN NOT (NEW.note = '' AND {same}) "
        "BEGIN SELECT RAISE(ABORT, 'rows of certificate_events are never changed or deleted'); END"
    )


def _keep_notes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER certificate_events_no_update ON certificate_events")
        op.execute("DROP TRIGGER certificate_events_no_delete ON certificate_events")
        op.execute(
            "CREATE TRIGGER certificate_events_for_good BEFORE UPDATE OR DELETE ON certificate_events "
            "FOR EACH ROW EXECUTE FUNCTION fablab_written_for_good()"
        )
        return
    op.execute("DROP TRIGGER certificate_events_no_update")
    op.execute(
        "CREATE TRIGGER certificate_events_no_update BEFORE UPDATE ON certificate_events "
        "BEGIN SELECT RAISE(ABORT, 'rows of certificate_events are never changed or deleted'); END"
    )
