"""Marks that stand for all rows that change seldom: what is kept of them in memory is read anew under another."""

from secrets import token_hex

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    marks = op.create_table(
        "seldom_marks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_seldom_marks")),
    )
    op.bulk_insert(marks, [{"name": name, "mark": token_hex(16)} for name in ("lab", "people")])


def downgrade() -> None:
    op.drop_table("seldom_marks")
