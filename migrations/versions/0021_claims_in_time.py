"""What is taken at a time is found by an index: by whoever asks for all places, and by the guard of SQLite.

Indexes hold the end besides: what began within a month before is looked at, and most of it is over.

SQLite takes `active` alone for no condition on the index's column, but `active = 1` for one; as it stood, the guard of
migration 0002 read a place's whole past at each reservation.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

REFUSE = "BEGIN SELECT RAISE(ABORT, 'claims overlap: another active claim has this place'); END"
EVENTS = {
    "claims_overlap_insert": "BEFORE INSERT",
    "claims_overlap_update": "BEFORE UPDATE OF resource_id, place, occupied_from, occupied_to, active",
}


def upgrade() -> None:
    op.create_index("ix_claims_in_time", "claims", ["resource_id", "active", "occupied_from", "occupied_to"])
    op.drop_index("ix_reservations_starts_at", table_name="reservations")
    op.create_index("ix_reservations_starts_at_ends_at", "reservations", ["starts_at", "ends_at"])
    _guard("active = 1")


def downgrade() -> None:
    _guard("active")
    op.drop_index("ix_reservations_starts_at_ends_at", table_name="reservations")
    op.create_index("ix_reservations_starts_at", "reservations", ["starts_at"])
    op.drop_index("ix_claims_in_time", table_name="claims")


def _guard(active: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    overlaps = f"""
    EXISTS (
        SELECT 1 FROM (
            SELECT occupied_to FROM claims
            WHERE resource_id = NEW.resource_id AND place = NEW.place AND {active}
              AND occupied_from < NEW.occupied_to AND id <> NEW.id
            ORDER BY occupied_from DESC LIMIT 1
        ) WHERE occupied_to > NEW.occupied_from
    )
    """
    for name, when in EVENTS.items():
        op.execute(f"DROP TRIGGER {name}")
        op.execute(sa.text(f"CREATE TRIGGER {name} {when} ON claims WHEN NEW.active AND {overlaps} {REFUSE}"))
