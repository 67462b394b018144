"""Organisations: purchase orders, caps, invitations into accounts, who may use which project."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("project_members", "account_invitations")
# Table, name, type, and the default of those that are never NULL.
COLUMNS = (
    ("accounts", "billing_email", sa.String(), ""),
    ("accounts", "siret", sa.String(), None),
    ("accounts", "purchase_order", sa.String(), ""),
    ("accounts", "service_code", sa.String(), ""),
    ("accounts", "monthly_cap_cents", sa.Integer(), None),
    ("accounts", "closed_at", sa.DateTime(timezone=True), None),
    ("accounts", "version", sa.Integer(), "1"),
    ("account_members", "all_projects", sa.Boolean(), sa.true()),
    ("account_members", "monthly_cap_cents", sa.Integer(), None),
    ("account_members", "version", sa.Integer(), "1"),
    ("projects", "purchase_order", sa.String(), ""),
    ("projects", "monthly_cap_cents", sa.Integer(), None),
    ("projects", "only_named", sa.Boolean(), sa.false()),
    ("projects", "version", sa.Integer(), "1"),
)

SPENT = (("reservations", "starts_at"), ("usage_sessions", "started_at"))
"""What an account's month is reckoned from."""


def upgrade() -> None:
    for table, name, kind, default in COLUMNS:
        op.add_column(table, sa.Column(name, kind, server_default=default, nullable=default is None))
    op.drop_index("uq_accounts_personal", "accounts")
    _one_personal_account("kind = 'personal' AND closed_at IS NULL")
    for table, column in SPENT:
        op.create_index(op.f(f"ix_{table}_account_id_{column}"), table, ["account_id", column], unique=False)
    op.create_table(
        "account_invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by_id", sa.Integer(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_invitations_account_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["members.id"], name=op.f("fk_account_invitations_made_by_id")),
        sa.ForeignKeyConstraint(["used_by_id"], ["members.id"], name=op.f("fk_account_invitations_used_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_invitations")),
        sa.UniqueConstraint("hash", name=op.f("uq_account_invitations_hash")),
    )
    op.create_index(op.f("ix_account_invitations_account_id"), "account_invitations", ["account_id"], unique=False)
    op.create_table(
        "project_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_project_members_member_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_project_members_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_members")),
    )
    op.create_index(op.f("ix_project_members_member_id"), "project_members", ["member_id"], unique=False)
    op.create_index(
        "uq_project_members_present",
        "project_members",
        ["project_id", "member_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    for table, column in SPENT:
        op.drop_index(op.f(f"ix_{table}_account_id_{column}"), table)
    op.drop_index("uq_accounts_personal", "accounts")
    # Of somebody's two personal accounts, one was closed: it goes with what was merged, as if an organisation's.
    op.execute(
        "UPDATE accounts SET kind = 'organisation', owner_id = NULL WHERE kind = 'personal' AND closed_at IS NOT NULL"
    )
    _one_personal_account("kind = 'personal'")
    for table, name, _kind, _default in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")


def _one_personal_account(condition: str) -> None:
    op.create_index(
        "uq_accounts_personal",
        "accounts",
        ["owner_id"],
        unique=True,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )
