"""Memberships: kinds, prices, who is covered, pauses; classes that need a proof; things sold by the piece on invoices.

Prices, sold items and their places on invoices are written for good, as those of 0002 are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Table, name, type, and the default of those that are never NULL.
COLUMNS = (
    ("invoice_lines", "unit", sa.String(), "second"),
    ("member_classes", "needs_proof", sa.Boolean(), sa.false()),
    ("member_classes", "proof_note", sa.String(), ""),
    ("member_classes", "proof_months", sa.Integer(), "12"),
    ("member_classes", "is_default", sa.Boolean(), sa.false()),
    ("member_classes", "position", sa.Integer(), "0"),
    ("member_classes", "closed_at", sa.DateTime(timezone=True), None),
    ("member_classes", "version", sa.Integer(), "1"),
    ("sites", "needs_membership", sa.Boolean(), sa.false()),
)
TABLES = (
    "invoice_items",
    "item_charges",
    "membership_people",
    "membership_pauses",
    "memberships",
    "membership_prices",
    "membership_kind_classes",
    "class_proofs",
    "membership_kinds",
)
FOR_GOOD = ("invoice_items", "item_charges", "membership_prices")


def upgrade() -> None:
    for table, name, kind, default in COLUMNS:
        op.add_column(table, sa.Column(name, kind, server_default=default, nullable=default is None))
    op.create_index(
        "uq_member_classes_default",
        "member_classes",
        ["is_default"],
        unique=True,
        sqlite_where=sa.text("is_default"),
        postgresql_where=sa.text("is_default"),
    )
    _create_tables()
    for table in FOR_GOOD:
        _guard(table)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("uq_member_classes_default", "member_classes")
    for table, name, _kind, _default in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")


def _guard(table: str) -> None:
    """Let nobody change or delete a row of the table."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_for_good BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION fablab_written_for_good()"
        )
        return
    for act in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed or deleted'); END"
        )


def _create_tables() -> None:
    op.create_table(
        "membership_kinds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("legal_entity_id", sa.Integer(), nullable=False),
        sa.Column("lasts", sa.String(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=True),
        sa.Column("until_month", sa.Integer(), nullable=True),
        sa.Column("until_day", sa.Integer(), nullable=True),
        sa.Column("next_within_weeks", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("remind_days", sa.String(), nullable=False),
        sa.Column("remind_at_end", sa.Boolean(), nullable=False),
        sa.Column("covers", sa.String(), nullable=False),
        sa.Column("most_people", sa.Integer(), nullable=False),
        sa.Column("access_level", sa.Integer(), nullable=True),
        sa.Column("youngest", sa.Integer(), nullable=True),
        sa.Column("oldest", sa.Integer(), nullable=True),
        sa.Column("sold_online", sa.Boolean(), nullable=False),
        sa.Column("taxed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(lasts = 'fixed_day') = (length IS NULL)", name=op.f("ck_membership_kinds_length")),
        sa.CheckConstraint(
            "(lasts = 'fixed_day') = (until_day IS NOT NULL)", name=op.f("ck_membership_kinds_until_day")
        ),
        sa.CheckConstraint(
            "(lasts = 'fixed_day') = (until_month IS NOT NULL)", name=op.f("ck_membership_kinds_until_month")
        ),
        sa.CheckConstraint("covers IN ('person', 'family', 'group')", name=op.f("ck_membership_kinds_covers")),
        sa.CheckConstraint("lasts IN ('days', 'months', 'fixed_day')", name=op.f("ck_membership_kinds_lasts")),
        sa.CheckConstraint(
            "access_level IS NULL OR access_level BETWEEN 1 AND 9", name=op.f("ck_membership_kinds_access_level")
        ),
        sa.CheckConstraint("grace_days >= 0", name=op.f("ck_membership_kinds_grace_days")),
        sa.CheckConstraint("length IS NULL OR length >= 1", name=op.f("ck_membership_kinds_length_above")),
        sa.CheckConstraint("most_people >= 1", name=op.f("ck_membership_kinds_most_people")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entities.id"], name=op.f("fk_membership_kinds_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_membership_kinds_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_kinds")),
    )
    op.create_table(
        "class_proofs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'accepted') = (valid_from IS NOT NULL)", name=op.f("ck_class_proofs_valid")),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_class_proofs_decided")),
        sa.CheckConstraint("state IN ('waiting', 'accepted', 'refused')", name=op.f("ck_class_proofs_state")),
        sa.CheckConstraint("(valid_from IS NULL) = (valid_until IS NULL)", name=op.f("ck_class_proofs_days")),
        sa.ForeignKeyConstraint(["class_id"], ["member_classes.id"], name=op.f("fk_class_proofs_class_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["members.id"], name=op.f("fk_class_proofs_decided_by_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_class_proofs_file_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_class_proofs_member_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["members.id"], name=op.f("fk_class_proofs_sent_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_proofs")),
    )
    op.create_index(
        op.f("ix_class_proofs_member_id_valid_until"), "class_proofs", ["member_id", "valid_until"], unique=False
    )
    op.create_index(op.f("ix_class_proofs_state_valid_until"), "class_proofs", ["state", "valid_until"], unique=False)
    op.create_index(
        "uq_class_proofs_waiting",
        "class_proofs",
        ["member_id", "class_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "membership_kind_classes",
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["member_classes.id"], name=op.f("fk_membership_kind_classes_class_id")),
        sa.ForeignKeyConstraint(["kind_id"], ["membership_kinds.id"], name=op.f("fk_membership_kind_classes_kind_id")),
        sa.PrimaryKeyConstraint("kind_id", "class_id", name=op.f("pk_membership_kind_classes")),
    )
    op.create_table(
        "membership_prices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_membership_prices_amount")),
        sa.ForeignKeyConstraint(["class_id"], ["member_classes.id"], name=op.f("fk_membership_prices_class_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["members.id"], name=op.f("fk_membership_prices_created_by_id")),
        sa.ForeignKeyConstraint(["kind_id"], ["membership_kinds.id"], name=op.f("fk_membership_prices_kind_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_prices")),
    )
    op.create_index(
        "uq_membership_prices_class",
        "membership_prices",
        ["kind_id", "class_id", "valid_from"],
        unique=True,
        sqlite_where=sa.text("class_id IS NOT NULL"),
        postgresql_where=sa.text("class_id IS NOT NULL"),
    )
    op.create_index(
        "uq_membership_prices_every_class",
        "membership_prices",
        ["kind_id", "valid_from"],
        unique=True,
        sqlite_where=sa.text("class_id IS NULL"),
        postgresql_where=sa.text("class_id IS NULL"),
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("sold_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sold_by_id", sa.Integer(), nullable=False),
        sa.Column("renews_id", sa.Integer(), nullable=True),
        sa.Column("request_key", sa.String(), nullable=True),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(ended_on IS NULL) = (ended_by_id IS NULL)", name=op.f("ck_memberships_ended")),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_memberships_days")),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_memberships_price")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_memberships_account_id")),
        sa.ForeignKeyConstraint(["class_id"], ["member_classes.id"], name=op.f("fk_memberships_class_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["members.id"], name=op.f("fk_memberships_ended_by_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["members.id"], name=op.f("fk_memberships_holder_id")),
        sa.ForeignKeyConstraint(["kind_id"], ["membership_kinds.id"], name=op.f("fk_memberships_kind_id")),
        sa.ForeignKeyConstraint(["renews_id"], ["memberships.id"], name=op.f("fk_memberships_renews_id")),
        sa.ForeignKeyConstraint(["sold_by_id"], ["members.id"], name=op.f("fk_memberships_sold_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_holder_id"), "memberships", ["holder_id"], unique=False)
    op.create_index(op.f("ix_memberships_last_on"), "memberships", ["last_on"], unique=False)
    op.create_index(
        "uq_memberships_renews",
        "memberships",
        ["renews_id"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_index(
        "uq_memberships_request",
        "memberships",
        ["sold_by_id", "request_key"],
        unique=True,
        sqlite_where=sa.text("request_key IS NOT NULL"),
        postgresql_where=sa.text("request_key IS NOT NULL"),
    )
    op.create_table(
        "item_charges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("legal_entity_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("gross", sa.Boolean(), nullable=False),
        sa.Column("taxed", sa.Boolean(), nullable=False),
        sa.Column("vat_rate_bp", sa.Integer(), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(reverses_id IS NULL) = (quantity > 0)", name=op.f("ck_item_charges_reversal")),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_item_charges_price")),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_item_charges_quantity")),
        sa.CheckConstraint("taxed OR vat_rate_bp = 0", name=op.f("ck_item_charges_taxed")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_item_charges_account_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["members.id"], name=op.f("fk_item_charges_created_by_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entities.id"], name=op.f("fk_item_charges_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_item_charges_member_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name=op.f("fk_item_charges_membership_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["item_charges.id"], name=op.f("fk_item_charges_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_charges")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_item_charges_reverses_id")),
    )
    op.create_index(op.f("ix_item_charges_account_id_month"), "item_charges", ["account_id", "month"], unique=False)
    op.create_index(
        op.f("ix_item_charges_legal_entity_id_month"), "item_charges", ["legal_entity_id", "month"], unique=False
    )
    op.create_index(
        "uq_item_charges_membership",
        "item_charges",
        ["membership_id"],
        unique=True,
        sqlite_where=sa.text("reverses_id IS NULL"),
        postgresql_where=sa.text("reverses_id IS NULL"),
    )
    op.create_table(
        "membership_pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_membership_pauses_days")),
        sa.ForeignKeyConstraint(["created_by_id"], ["members.id"], name=op.f("fk_membership_pauses_created_by_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name=op.f("fk_membership_pauses_membership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_pauses")),
    )
    op.create_index(op.f("ix_membership_pauses_membership_id"), "membership_pauses", ["membership_id"], unique=False)
    op.create_table(
        "membership_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint("left_on IS NULL OR left_on >= joined_on", name=op.f("ck_membership_people_days")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_membership_people_member_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name=op.f("fk_membership_people_membership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_people")),
    )
    op.create_index(op.f("ix_membership_people_member_id"), "membership_people", ["member_id"], unique=False)
    op.create_index(
        "uq_membership_people_present",
        "membership_people",
        ["membership_id", "member_id"],
        unique=True,
        sqlite_where=sa.text("left_on IS NULL"),
        postgresql_where=sa.text("left_on IS NULL"),
    )
    op.create_table(
        "invoice_items",
        sa.Column("item_charge_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_charge_id"], ["item_charges.id"], name=op.f("fk_invoice_items_item_charge_id")),
        sa.ForeignKeyConstraint(["line_id"], ["invoice_lines.id"], name=op.f("fk_invoice_items_line_id")),
        sa.PrimaryKeyConstraint("item_charge_id", name=op.f("pk_invoice_items")),
    )
    op.create_index(op.f("ix_invoice_items_line_id"), "invoice_items", ["line_id"], unique=False)
