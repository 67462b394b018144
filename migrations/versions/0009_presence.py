"""Arrivals: who came, when, why, and until when; reasons and publics, which the lab may change; terminals at doors."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

REASONS = ("coworking", "machines", "workshop", "appointment", "event", "visit", "other")
PUBLICS = ("general", "project_holder", "job_seeker", "student", "pupil", "company", "association", "other")


def upgrade() -> None:
    for table in ("arrival_reasons", "public_kinds"):
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("code", sa.String(), nullable=True),
            sa.Column("name", sa.String(), nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint("code", name=op.f(f"uq_{table}_code")),
        )
    _fill("arrival_reasons", REASONS)
    _fill("public_kinds", PUBLICS)
    op.create_table(
        "arrivals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("guest_name", sa.String(), nullable=True),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("reason_id", sa.Integer(), nullable=False),
        sa.Column("public_kind_id", sa.Integer(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("departed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.String(), nullable=True),
        sa.Column("recorded", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("request_key", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("headcount BETWEEN 1 AND 2000", name=op.f("ck_arrivals_headcount")),
        sa.CheckConstraint(
            "member_id IS NULL OR (headcount = 1 AND guest_name IS NULL AND label = '')", name=op.f("ck_arrivals_who")
        ),
        sa.CheckConstraint("departed_at >= arrived_at", name=op.f("ck_arrivals_order")),
        sa.CheckConstraint("(departed_at IS NULL) = (ended IS NULL)", name=op.f("ck_arrivals_over")),
        sa.CheckConstraint(
            "ended IN ('person', 'desk', 'closing', 'elsewhere', 'merged')", name=op.f("ck_arrivals_ended")
        ),
        sa.CheckConstraint("recorded IN ('desk', 'qr', 'badge', 'pin', 'api')", name=op.f("ck_arrivals_recorded")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_arrivals_member_id")),
        sa.ForeignKeyConstraint(["public_kind_id"], ["public_kinds.id"], name=op.f("fk_arrivals_public_kind_id")),
        sa.ForeignKeyConstraint(["reason_id"], ["arrival_reasons.id"], name=op.f("fk_arrivals_reason_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["members.id"], name=op.f("fk_arrivals_recorded_by_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_arrivals_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrivals")),
        sa.UniqueConstraint("recorded_by_id", "request_key", name=op.f("uq_arrivals_recorded_by_id_request_key")),
    )
    present = {"sqlite_where": sa.text("departed_at IS NULL"), "postgresql_where": sa.text("departed_at IS NULL")}
    op.create_index("uq_arrivals_present", "arrivals", ["member_id"], unique=True, **present)
    op.create_index("ix_arrivals_open", "arrivals", ["site_id"], unique=False, **present)
    op.create_index(op.f("ix_arrivals_site_id_arrived_at"), "arrivals", ["site_id", "arrived_at"], unique=False)
    op.create_index(op.f("ix_arrivals_member_id_arrived_at"), "arrivals", ["member_id", "arrived_at"], unique=False)
    op.create_table(
        "terminals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["members.id"], name=op.f("fk_terminals_created_by_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_terminals_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminals")),
        sa.UniqueConstraint("hash", name=op.f("uq_terminals_hash")),
    )
    op.create_index(op.f("ix_terminals_site_id"), "terminals", ["site_id"], unique=False)


def downgrade() -> None:
    for table in ("terminals", "arrivals", "public_kinds", "arrival_reasons"):
        op.drop_table(table)


def _fill(table: str, codes: tuple[str, ...]) -> None:
    """What every network begins with; without a name each goes by the usual word of the reader's language."""
    columns = [sa.column(name) for name in ("code", "name", "position", "version")]
    rows = [{"code": code, "name": "", "position": at, "version": 1} for at, code in enumerate(codes)]
    op.bulk_insert(sa.table(table, *columns), rows)
