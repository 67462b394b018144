"""Holds, strikes, appeals, and the rules by which strikes become suspensions."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("appeals", "holds", "strikes", "conduct_steps", "conduct_policies")
STRIKE_KINDS = "kind IN ('late_cancellation', 'no_show', 'conduct')"


def upgrade() -> None:
    op.add_column("reservations", sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "ALTER TABLE reservations ADD COLUMN missed_by_id INTEGER "
        "CONSTRAINT fk_reservations_missed_by_id REFERENCES members (id)"
    )
    _policies()
    _strikes()
    _holds()
    _appeals()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_reservations_missed_by_id", "reservations")
        op.drop_column("reservations", "missed_by_id")
    else:
        op.execute("ALTER TABLE reservations DROP COLUMN missed_by_id")
    op.execute("ALTER TABLE reservations DROP COLUMN missed_at")


def _policies() -> None:
    op.create_table(
        "conduct_policies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("cancel_minutes", sa.Integer(), nullable=True),
        sa.Column("no_show_strikes", sa.Boolean(), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("strike_days", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_conduct_policies_version")),
        sa.CheckConstraint("cancel_minutes >= 0", name=op.f("ck_conduct_policies_cancel_minutes")),
        sa.CheckConstraint("grace_minutes >= 0", name=op.f("ck_conduct_policies_grace_minutes")),
        sa.CheckConstraint("strike_days >= 1", name=op.f("ck_conduct_policies_strike_days")),
        sa.ForeignKeyConstraint(["created_by_id"], ["members.id"], name=op.f("fk_conduct_policies_created_by_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_conduct_policies_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conduct_policies")),
    )
    _index("uq_conduct_policies_network", "conduct_policies", ["version"], "site_id IS NULL")
    _index("uq_conduct_policies_site", "conduct_policies", ["site_id", "version"], "site_id IS NOT NULL")
    op.create_table(
        "conduct_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("within_days", sa.Integer(), nullable=True),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.CheckConstraint(STRIKE_KINDS, name=op.f("ck_conduct_steps_kind")),
        sa.CheckConstraint("strikes >= 1", name=op.f("ck_conduct_steps_strikes")),
        sa.CheckConstraint("within_days >= 1", name=op.f("ck_conduct_steps_within_days")),
        sa.CheckConstraint("after >= 0", name=op.f("ck_conduct_steps_after")),
        sa.CheckConstraint("days >= 1", name=op.f("ck_conduct_steps_days")),
        sa.ForeignKeyConstraint(["policy_id"], ["conduct_policies.id"], name=op.f("fk_conduct_steps_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conduct_steps")),
    )
    op.create_index(op.f("ix_conduct_steps_policy_id"), "conduct_steps", ["policy_id"], unique=False)


def _strikes() -> None:
    op.create_table(
        "strikes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_why", sa.String(), nullable=True),
        sa.CheckConstraint(STRIKE_KINDS, name=op.f("ck_strikes_kind")),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_strikes_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_strikes_member_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["conduct_policies.id"], name=op.f("fk_strikes_policy_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_strikes_site_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["members.id"], name=op.f("fk_strikes_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strikes")),
    )
    op.create_index(op.f("ix_strikes_member_id"), "strikes", ["member_id"], unique=False)
    _index("uq_strikes_event", "strikes", ["kind", "subject"], "withdrawn_at IS NULL")


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("step_id", sa.Integer(), nullable=True),
        sa.Column("strike_id", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_why", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('unpaid', 'suspended', 'other')", name=op.f("ck_holds_kind")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_holds_order")),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["members.id"], name=op.f("fk_holds_lifted_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_holds_member_id")),
        sa.ForeignKeyConstraint(["placed_by_id"], ["members.id"], name=op.f("fk_holds_placed_by_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_holds_site_id")),
        sa.ForeignKeyConstraint(["step_id"], ["conduct_steps.id"], name=op.f("fk_holds_step_id")),
        sa.ForeignKeyConstraint(["strike_id"], ["strikes.id"], name=op.f("fk_holds_strike_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sa.UniqueConstraint("key", name=op.f("uq_holds_key")),
    )
    op.create_index(op.f("ix_holds_member_id_lifted_at"), "holds", ["member_id", "lifted_at"], unique=False)


def _appeals() -> None:
    op.create_table(
        "appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.Integer(), nullable=True),
        sa.Column("strike_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(hold_id IS NULL) <> (strike_id IS NULL)", name=op.f("ck_appeals_one")),
        sa.CheckConstraint("(answered_at IS NULL) = (granted IS NULL)", name=op.f("ck_appeals_answer")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["members.id"], name=op.f("fk_appeals_answered_by_id")),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_appeals_by_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_appeals_hold_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_appeals_member_id")),
        sa.ForeignKeyConstraint(["strike_id"], ["strikes.id"], name=op.f("fk_appeals_strike_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
    )
    op.create_index(op.f("ix_appeals_member_id"), "appeals", ["member_id"], unique=False)
    _index("uq_appeals_hold", "appeals", ["hold_id"], "answered_at IS NULL")
    _index("uq_appeals_strike", "appeals", ["strike_id"], "answered_at IS NULL")


def _index(name: str, table: str, columns: list[str], condition: str) -> None:
    """A unique index over the rows of a condition only."""
    text = sa.text(condition)
    op.create_index(name, table, columns, unique=True, sqlite_where=text, postgresql_where=text)
