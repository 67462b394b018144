"""What the database itself refuses: two claims on one place at one time, and changes to what was written for good.

On PostgreSQL an exclusion constraint and one trigger function; on SQLite triggers. Autogenerate knows none of this.
The claims' trigger looks only at the last active claim that starts before the new one's end: since active claims on
a place never overlap, no other can reach into it, and one index look-up suffices however long the place's past is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FOR_GOOD = (
    "certificate_events",
    "charges",
    "documents",
    "invoice_charges",
    "invoice_lines",
    "invoices",
    "prices",
)

OVERLAPS = """
    EXISTS (
        SELECT 1 FROM (
            SELECT occupied_to FROM claims
            WHERE resource_id = NEW.resource_id AND place = NEW.place AND active
              AND occupied_from < NEW.occupied_to AND id <> NEW.id
            ORDER BY occupied_from DESC LIMIT 1
        ) WHERE occupied_to > NEW.occupied_from
    )
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE claims DROP CONSTRAINT ex_claims_overlap")
        op.execute("ALTER TABLE claims DROP CONSTRAINT ck_claims_length")
        for table in FOR_GOOD:
            op.execute(f"DROP TRIGGER {table}_for_good ON {table}")
        op.execute("DROP FUNCTION fablab_written_for_good()")
        return
    op.execute("DROP TRIGGER claims_length")
    op.execute("DROP TRIGGER claims_overlap_insert")
    op.execute("DROP TRIGGER claims_overlap_update")
    for table in FOR_GOOD:
        op.execute(f"DROP TRIGGER {table}_no_update")
        op.execute(f"DROP TRIGGER {table}_no_delete")


def _guard_postgresql() -> None:
    op.execute(
        "ALTER TABLE claims ADD CONSTRAINT ck_claims_length CHECK (occupied_to - occupied_from <= interval '31 days')"
    )
    op.execute(
        """
        ALTER TABLE claims ADD CONSTRAINT ex_claims_overlap EXCLUDE USING gist (
            int4range(resource_id, resource_id, '[]') WITH &&,
            int4range(place, place, '[]') WITH &&,
            tstzrange(occupied_from, occupied_to) WITH &&
        ) WHERE (active)
        """
    )
    op.execute(
        """
        CREATE FUNCTION fablab_written_for_good() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    for table in FOR_GOOD:
        op.execute(
            f"CREATE TRIGGER {table}_for_good BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION fablab_written_for_good()"
        )


def _guard_sqlite() -> None:
    op.execute(
        "CREATE TRIGGER claims_length BEFORE INSERT ON claims "
        "WHEN julianday(NEW.occupied_to) - julianday(NEW.occupied_from) > 31 "
        "BEGIN SELECT RAISE(ABORT, 'a claim lasts at most 31 days'); END"
    )
    refuse = "BEGIN SELECT RAISE(ABORT, 'claims overlap: another active claim has this place'); END"
    op.execute(
        sa.text(f"CREATE TRIGGER claims_overlap_insert BEFORE INSERT ON claims WHEN NEW.active AND {OVERLAPS} {refuse}")
    )
    op.execute(
        sa.text(
            "CREATE TRIGGER claims_overlap_update "
            "BEFORE UPDATE OF resource_id, place, occupied_from, occupied_to, active "
            f"ON claims WHEN NEW.active AND {OVERLAPS} {refuse}"
        )
    )
    for table in FOR_GOOD:
        message = f"rows of {table} are never changed or deleted"
        for act in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
