"""Calendar feeds, and which notices people want."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('member', 'resource', 'site')", name=op.f("ck_calendar_feeds_kind")),
        sa.CheckConstraint("(kind = 'resource') = (resource_id IS NOT NULL)", name=op.f("ck_calendar_feeds_resource")),
        sa.CheckConstraint("(kind = 'site') = (site_id IS NOT NULL)", name=op.f("ck_calendar_feeds_site")),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_calendar_feeds_{name}"))
            for name, table in (("member_id", "members"), ("resource_id", "resources"), ("site_id", "sites"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("hash", name=op.f("uq_calendar_feeds_hash")),
    )
    op.create_index(op.f("ix_calendar_feeds_member_id"), "calendar_feeds", ["member_id"], unique=False)
    op.create_table(
        "notice_choices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('confirmation', 'reminder', 'change', 'offer', 'no_show')", name=op.f("ck_notice_choices_kind")
        ),
        sa.CheckConstraint(
            "hours IS NULL OR (kind = 'reminder' AND hours IN (2, 24, 48))", name=op.f("ck_notice_choices_hours")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_notice_choices_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_choices")),
        sa.UniqueConstraint("member_id", "kind", name=op.f("uq_notice_choices_member_id_kind")),
    )


def downgrade() -> None:
    op.drop_table("notice_choices")
    op.drop_index(op.f("ix_calendar_feeds_member_id"), table_name="calendar_feeds")
    op.drop_table("calendar_feeds")
