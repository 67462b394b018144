"""What funders ask: questions with the first ones that every network begins with, answers, funders, projects."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = (
    ("birth_year", "birth_year", ()),
    ("gender", "choice", ("woman", "man", "other")),
    ("town", "text", ()),
    ("priority_neighbourhood", "yes_no", ()),
    (
        "status",
        "choice",
        ("job_seeker", "employee", "self_employed", "student", "pupil", "retired", "other"),
    ),
    (
        "referred_by",
        "choice",
        ("people_around", "internet", "job_centre", "youth_centre", "chamber", "town_hall", "association", "other"),
    ),
    ("project_stage", "choice", ("none", "idea", "study", "creation", "running")),
    ("company_created", "yes_no", ()),
)
TABLES = ("path_steps", "funder_kinds", "funder_sites", "facts", "funders", "fact_choices", "fact_kinds")


def upgrade() -> None:
    _lists()
    _fill()
    _facts()
    _funders()
    _paths()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _lists() -> None:
    op.create_table(
        "fact_kinds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "field IN ('choice', 'text', 'yes_no', 'birth_year', 'number')", name=op.f("ck_fact_kinds_field")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_kinds")),
        sa.UniqueConstraint("code", name=op.f("uq_fact_kinds_code")),
    )
    op.create_table(
        "fact_choices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["kind_id"], ["fact_kinds.id"], name=op.f("fk_fact_choices_kind_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_choices")),
        sa.UniqueConstraint("kind_id", "key", name=op.f("uq_fact_choices_kind_id_key")),
    )


def _facts() -> None:
    op.create_table(
        "facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["kind_id"], ["fact_kinds.id"], name=op.f("fk_facts_kind_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_facts_member_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["members.id"], name=op.f("fk_facts_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
    )
    op.create_index(op.f("ix_facts_kind_id"), "facts", ["kind_id"], unique=False)
    op.create_index(
        op.f("ix_facts_member_id_kind_id_valid_from"), "facts", ["member_id", "kind_id", "valid_from"], unique=False
    )


def _funders() -> None:
    op.create_table(
        "funders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funders")),
        sa.UniqueConstraint("name", name=op.f("uq_funders_name")),
    )
    for table, column, other in (("funder_sites", "site_id", "sites"), ("funder_kinds", "kind_id", "fact_kinds")):
        op.create_table(
            table,
            sa.Column("funder_id", sa.Integer(), nullable=False),
            sa.Column(column, sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(["funder_id"], ["funders.id"], name=op.f(f"fk_{table}_funder_id")),
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}")),
            sa.PrimaryKeyConstraint("funder_id", column, name=op.f(f"pk_{table}")),
        )


def _paths() -> None:
    op.create_table(
        "path_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("project", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "stage IN ('received', 'supported', 'started', 'still_there', 'ended')", name=op.f("ck_path_steps_stage")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_path_steps_member_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["members.id"], name=op.f("fk_path_steps_recorded_by_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_path_steps_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_steps")),
    )
    op.create_index(op.f("ix_path_steps_member_id_day"), "path_steps", ["member_id", "day"], unique=False)
    op.create_index(op.f("ix_path_steps_site_id_day"), "path_steps", ["site_id", "day"], unique=False)


def _fill() -> None:
    """What every network begins with; without a name each goes by the usual words of the reader's language."""
    kinds = sa.table("fact_kinds", *map(sa.column, ("code", "name", "field", "purpose", "position", "version")))
    choices = sa.table("fact_choices", *map(sa.column, ("kind_id", "key", "name", "position")))
    rows = [
        {"code": code, "name": "", "field": field, "purpose": "", "position": at, "version": 1}
        for at, (code, field, _keys) in enumerate(KINDS)
    ]
    op.bulk_insert(kinds, rows)
    kind = sa.table("fact_kinds", sa.column("id", sa.Integer), sa.column("code"))
    ids = {row.code: row.id for row in op.get_bind().execute(sa.select(kind.c.code, kind.c.id))}
    op.bulk_insert(
        choices,
        [
            {"kind_id": ids[code], "key": key, "name": "", "position": at}
            for code, _field, keys in KINDS
            for at, key in enumerate(keys)
        ],
    )
