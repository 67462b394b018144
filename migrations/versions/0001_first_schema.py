"""The first schema: places, people, catalogue, certificates, reservations, usage, money."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "categories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("icon", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("name", name=op.f("uq_categories_name")),
    )
    op.create_table(
        "courses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("validity_months", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint("name", name=op.f("uq_courses_name")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "legal_entities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("siren", sa.String(), nullable=True),
        sa.Column("vat_number", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("invoice_prefix", sa.String(), nullable=False),
        sa.Column("invoice_note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_entities")),
    )
    op.create_table(
        "member_classes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_classes")),
        sa.UniqueConstraint("name", name=op.f("uq_member_classes_name")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index(op.f("ix_outbox_due_at"), "outbox", ["due_at"], unique=False)
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index(op.f("ix_sign_in_attempts_key_at"), "sign_in_attempts", ["key", "at"], unique=False)
    op.create_table(
        "sites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("town", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("slug", name=op.f("uq_sites_slug")),
    )
    op.create_table(
        "issuer_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("legal_entity_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_issuer_rules_category_id")),
        sa.ForeignKeyConstraint(["class_id"], ["member_classes.id"], name=op.f("fk_issuer_rules_class_id")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entities.id"], name=op.f("fk_issuer_rules_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_issuer_rules_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuer_rules")),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["class_id"], ["member_classes.id"], name=op.f("fk_members_class_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("email", name=op.f("uq_members_email")),
    )
    op.create_table(
        "number_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("legal_entity_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(), nullable=False),
        sa.Column("last_issued_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entities.id"], name=op.f("fk_number_series_legal_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_series")),
        sa.UniqueConstraint(
            "legal_entity_id", "series", "year", name=op.f("uq_number_series_legal_entity_id_series_year")
        ),
    )
    op.create_table(
        "opening_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "opens >= 0 AND opens < 1440 AND closes > opens AND closes <= 2880", name=op.f("ck_opening_hours_order")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_opening_hours_weekday")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_opening_hours_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_hours")),
    )
    op.create_index(op.f("ix_opening_hours_site_id"), "opening_hours", ["site_id"], unique=False)
    op.create_table(
        "prices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("legal_entity_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("per_seconds", sa.Integer(), nullable=False),
        sa.Column("gross", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_prices_amount")),
        sa.CheckConstraint("per_seconds > 0", name=op.f("ck_prices_base")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_prices_category_id")),
        sa.ForeignKeyConstraint(["class_id"], ["member_classes.id"], name=op.f("fk_prices_class_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entities.id"], name=op.f("fk_prices_legal_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prices")),
    )
    op.create_index(
        "uq_prices_class",
        "prices",
        ["legal_entity_id", "category_id", "class_id", "valid_from"],
        unique=True,
        sqlite_where=sa.text("class_id IS NOT NULL"),
        postgresql_where=sa.text("class_id IS NOT NULL"),
    )
    op.create_index(
        "uq_prices_every_class",
        "prices",
        ["legal_entity_id", "category_id", "valid_from"],
        unique=True,
        sqlite_where=sa.text("class_id IS NULL"),
        postgresql_where=sa.text("class_id IS NULL"),
    )
    op.create_table(
        "rooms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_rooms_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_rooms_site_id_name")),
    )
    op.create_table(
        "vat_regimes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("legal_entity_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("rate_bp", sa.Integer(), nullable=False),
        sa.Column("mention", sa.String(), nullable=False),
        sa.CheckConstraint("rate_bp >= 0 AND rate_bp < 10000", name=op.f("ck_vat_regimes_rate")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entities.id"], name=op.f("fk_vat_regimes_legal_entity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vat_regimes")),
        sa.UniqueConstraint("legal_entity_id", "valid_from", name=op.f("uq_vat_regimes_legal_entity_id_valid_from")),
    )
    op.create_table(
        "access_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_access_tokens_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_access_tokens_hash")),
    )
    op.create_index(op.f("ix_access_tokens_member_id"), "access_tokens", ["member_id"], unique=False)
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("billing_address", sa.String(), nullable=False),
        sa.Column("siren", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'personal') = (owner_id IS NOT NULL)", name=op.f("ck_accounts_owner")),
        sa.CheckConstraint("kind IN ('personal', 'organisation')", name=op.f("ck_accounts_kind")),
        sa.ForeignKeyConstraint(["owner_id"], ["members.id"], name=op.f("fk_accounts_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_index(
        "uq_accounts_personal",
        "accounts",
        ["owner_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'personal'"),
        postgresql_where=sa.text("kind = 'personal'"),
    )
    op.create_table(
        "certificate_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("act IN ('granted', 'revoked')", name=op.f("ck_certificate_events_act")),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_certificate_events_by_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_certificate_events_course_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_certificate_events_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_events")),
    )
    op.create_index(
        op.f("ix_certificate_events_member_id_course_id_id"),
        "certificate_events",
        ["member_id", "course_id", "id"],
        unique=False,
    )
    op.create_table(
        "password_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_password_tokens_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_password_tokens_hash")),
    )
    op.create_index(op.f("ix_password_tokens_member_id"), "password_tokens", ["member_id"], unique=False)
    op.create_table(
        "resources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_note", sa.String(), nullable=False),
        sa.Column("used_seconds", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('available', 'limited', 'out_of_order', 'maintenance', 'retired')",
            name=op.f("ck_resources_state"),
        ),
        sa.CheckConstraint("places >= 1", name=op.f("ck_resources_places")),
        sa.CheckConstraint("slot_minutes BETWEEN 5 AND 1440", name=op.f("ck_resources_slot")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_resources_category_id")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_resources_room_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_resources_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resources")),
        sa.UniqueConstraint("code", name=op.f("uq_resources_code")),
    )
    op.create_index(op.f("ix_resources_category_id"), "resources", ["category_id"], unique=False)
    op.create_index(op.f("ix_resources_site_id"), "resources", ["site_id"], unique=False)
    op.create_table(
        "role_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("legal_entity_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("role IN ('trainer', 'fabmanager', 'treasurer', 'admin')", name=op.f("ck_role_grants_role")),
        sa.CheckConstraint("site_id IS NULL OR legal_entity_id IS NULL", name=op.f("ck_role_grants_scope")),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entities.id"], name=op.f("fk_role_grants_legal_entity_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_role_grants_member_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_role_grants_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
    )
    op.create_index(op.f("ix_role_grants_member_id"), "role_grants", ["member_id"], unique=False)
    op.create_index(
        "uq_role_grants_legal_entity",
        "role_grants",
        ["member_id", "role", "legal_entity_id"],
        unique=True,
        sqlite_where=sa.text("legal_entity_id IS NOT NULL"),
        postgresql_where=sa.text("legal_entity_id IS NOT NULL"),
    )
    op.create_index(
        "uq_role_grants_network",
        "role_grants",
        ["member_id", "role"],
        unique=True,
        sqlite_where=sa.text("site_id IS NULL AND legal_entity_id IS NULL"),
        postgresql_where=sa.text("site_id IS NULL AND legal_entity_id IS NULL"),
    )
    op.create_index(
        "uq_role_grants_site",
        "role_grants",
        ["member_id", "role", "site_id"],
        unique=True,
        sqlite_where=sa.text("site_id IS NOT NULL"),
        postgresql_where=sa.text("site_id IS NOT NULL"),
    )
    op.create_table(
        "account_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("is_owner", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_members_account_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_account_members_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_members")),
    )
    op.create_index(op.f("ix_account_members_member_id"), "account_members", ["member_id"], unique=False)
    op.create_index(
        "uq_account_members_present",
        "account_members",
        ["account_id", "member_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "connections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_connections_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.UniqueConstraint("resource_id", name=op.f("uq_connections_resource_id")),
    )
    op.create_table(
        "invoices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("legal_entity_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("net_cents", sa.Integer(), nullable=False),
        sa.Column("vat_cents", sa.Integer(), nullable=False),
        sa.Column("gross_cents", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.CheckConstraint("net_cents + vat_cents = gross_cents", name=op.f("ck_invoices_total")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_invoices_account_id")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["members.id"], name=op.f("fk_invoices_issued_by_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entities.id"], name=op.f("fk_invoices_legal_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("hash", name=op.f("uq_invoices_hash")),
        sa.UniqueConstraint("legal_entity_id", "number", name=op.f("uq_invoices_legal_entity_id_number")),
    )
    op.create_index(op.f("ix_invoices_account_id_month"), "invoices", ["account_id", "month"], unique=False)
    op.create_table(
        "projects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_projects_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_projects_account_id_name")),
    )
    op.create_table(
        "requirements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(category_id IS NULL) <> (resource_id IS NULL)", name=op.f("ck_requirements_target")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_requirements_category_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_requirements_course_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_requirements_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirements")),
        sa.UniqueConstraint("course_id", "category_id", name=op.f("uq_requirements_course_id_category_id")),
        sa.UniqueConstraint("course_id", "resource_id", name=op.f("uq_requirements_course_id_resource_id")),
    )
    op.create_index(op.f("ix_requirements_category_id"), "requirements", ["category_id"], unique=False)
    op.create_index(op.f("ix_requirements_resource_id"), "requirements", ["resource_id"], unique=False)
    op.create_table(
        "documents",
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_documents_invoice_id")),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_documents")),
    )
    op.create_table(
        "invoice_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("quantity_seconds", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("per_seconds", sa.Integer(), nullable=False),
        sa.Column("gross", sa.Boolean(), nullable=False),
        sa.Column("vat_rate_bp", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_invoice_lines_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_lines")),
        sa.UniqueConstraint("invoice_id", "position", name=op.f("uq_invoice_lines_invoice_id_position")),
    )
    op.create_table(
        "live_states",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tracker", sa.JSON(), nullable=False),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("progress", sa.Double(), nullable=True),
        sa.Column("printed_seconds", sa.Integer(), nullable=True),
        sa.Column("remaining_seconds", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_live_states_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_live_states")),
    )
    op.create_table(
        "reservations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("request_key", sa.String(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "nature IN ('member', 'service_job', 'class', 'maintenance', 'demonstration')",
            name=op.f("ck_reservations_nature"),
        ),
        sa.CheckConstraint("state IN ('booked', 'cancelled', 'no_show')", name=op.f("ck_reservations_state")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_reservations_order")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_reservations_account_id")),
        sa.ForeignKeyConstraint(["cancelled_by_id"], ["members.id"], name=op.f("fk_reservations_cancelled_by_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["members.id"], name=op.f("fk_reservations_created_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_reservations_member_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_reservations_project_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_reservations_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
        sa.UniqueConstraint("created_by_id", "request_key", name=op.f("uq_reservations_created_by_id_request_key")),
    )
    op.create_index(
        op.f("ix_reservations_member_id_starts_at"), "reservations", ["member_id", "starts_at"], unique=False
    )
    op.create_index(
        op.f("ix_reservations_resource_id_starts_at"), "reservations", ["resource_id", "starts_at"], unique=False
    )
    op.create_index(op.f("ix_reservations_starts_at"), "reservations", ["starts_at"], unique=False)
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("occupied_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occupied_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("occupied_from < occupied_to", name=op.f("ck_claims_order")),
        sa.CheckConstraint("place >= 1", name=op.f("ck_claims_place")),
        sa.ForeignKeyConstraint(["reservation_id"], ["reservations.id"], name=op.f("fk_claims_reservation_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_claims_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_reservation_id"), "claims", ["reservation_id"], unique=False)
    op.create_index("ix_claims_taken", "claims", ["resource_id", "place", "active", "occupied_from"], unique=False)
    op.create_table(
        "usage_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("review", sa.String(), nullable=True),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "nature IN ('member', 'service_job', 'class', 'maintenance', 'demonstration')",
            name=op.f("ck_usage_sessions_nature"),
        ),
        sa.CheckConstraint("(member_id IS NULL) = (account_id IS NULL)", name=op.f("ck_usage_sessions_payer")),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name=op.f("ck_usage_sessions_order")),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_usage_sessions_seconds")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_usage_sessions_account_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_usage_sessions_member_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_usage_sessions_project_id")),
        sa.ForeignKeyConstraint(["reservation_id"], ["reservations.id"], name=op.f("fk_usage_sessions_reservation_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_usage_sessions_resource_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["members.id"], name=op.f("fk_usage_sessions_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_sessions")),
    )
    op.create_index(
        op.f("ix_usage_sessions_member_id_started_at"), "usage_sessions", ["member_id", "started_at"], unique=False
    )
    op.create_index(
        op.f("ix_usage_sessions_resource_id_started_at"), "usage_sessions", ["resource_id", "started_at"], unique=False
    )
    op.create_index(
        "ix_usage_sessions_review",
        "usage_sessions",
        ["review"],
        unique=False,
        sqlite_where=sa.text("review IS NOT NULL"),
        postgresql_where=sa.text("review IS NOT NULL"),
    )
    op.create_index(
        "uq_usage_sessions_open",
        "usage_sessions",
        ["resource_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "charges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("usage_session_id", sa.Integer(), nullable=False),
        sa.Column("legal_entity_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("quantity_seconds", sa.Integer(), nullable=False),
        sa.Column("price_id", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("per_seconds", sa.Integer(), nullable=False),
        sa.Column("gross", sa.Boolean(), nullable=False),
        sa.Column("vat_rate_bp", sa.Integer(), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "nature IN ('member', 'service_job', 'class', 'maintenance', 'demonstration')",
            name=op.f("ck_charges_nature"),
        ),
        sa.CheckConstraint("(reverses_id IS NULL) = (quantity_seconds >= 0)", name=op.f("ck_charges_reversal")),
        sa.CheckConstraint("per_seconds > 0", name=op.f("ck_charges_base")),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_charges_price")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_charges_account_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entities.id"], name=op.f("fk_charges_legal_entity_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_charges_member_id")),
        sa.ForeignKeyConstraint(["price_id"], ["prices.id"], name=op.f("fk_charges_price_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_charges_project_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["charges.id"], name=op.f("fk_charges_reverses_id")),
        sa.ForeignKeyConstraint(["usage_session_id"], ["usage_sessions.id"], name=op.f("fk_charges_usage_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charges")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_charges_reverses_id")),
    )
    op.create_index(op.f("ix_charges_account_id_month"), "charges", ["account_id", "month"], unique=False)
    op.create_index(op.f("ix_charges_legal_entity_id_month"), "charges", ["legal_entity_id", "month"], unique=False)
    op.create_index(op.f("ix_charges_usage_session_id"), "charges", ["usage_session_id"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("machine_user", sa.String(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("printed_seconds", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.CheckConstraint("printed_seconds >= 0", name=op.f("ck_jobs_printed")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_jobs_resource_id")),
        sa.ForeignKeyConstraint(["session_id"], ["usage_sessions.id"], name=op.f("fk_jobs_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("resource_id", "key", name=op.f("uq_jobs_resource_id_key")),
    )
    op.create_index(op.f("ix_jobs_session_id"), "jobs", ["session_id"], unique=False)
    op.create_table(
        "invoice_charges",
        sa.Column("charge_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["charge_id"], ["charges.id"], name=op.f("fk_invoice_charges_charge_id")),
        sa.ForeignKeyConstraint(["line_id"], ["invoice_lines.id"], name=op.f("fk_invoice_charges_line_id")),
        sa.PrimaryKeyConstraint("charge_id", name=op.f("pk_invoice_charges")),
    )
    op.create_index(op.f("ix_invoice_charges_line_id"), "invoice_charges", ["line_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_invoice_charges_line_id"), table_name="invoice_charges")
    op.drop_table("invoice_charges")
    op.drop_index(op.f("ix_jobs_session_id"), table_name="jobs")
    op.drop_table("jobs")
    op.drop_index(op.f("ix_charges_usage_session_id"), table_name="charges")
    op.drop_index(op.f("ix_charges_legal_entity_id_month"), table_name="charges")
    op.drop_index(op.f("ix_charges_account_id_month"), table_name="charges")
    op.drop_table("charges")
    op.drop_index(
        "uq_usage_sessions_open",
        table_name="usage_sessions",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(
        "ix_usage_sessions_review",
        table_name="usage_sessions",
        sqlite_where=sa.text("review IS NOT NULL"),
        postgresql_where=sa.text("review IS NOT NULL"),
    )
    op.drop_index(op.f("ix_usage_sessions_resource_id_started_at"), table_name="usage_sessions")
    op.drop_index(op.f("ix_usage_sessions_member_id_started_at"), table_name="usage_sessions")
    op.drop_table("usage_sessions")
    op.drop_index("ix_claims_taken", table_name="claims")
    op.drop_index(op.f("ix_claims_reservation_id"), table_name="claims")
    op.drop_table("claims")
    op.drop_index(op.f("ix_reservations_starts_at"), table_name="reservations")
    op.drop_index(op.f("ix_reservations_resource_id_starts_at"), table_name="reservations")
    op.drop_index(op.f("ix_reservations_member_id_starts_at"), table_name="reservations")
    op.drop_table("reservations")
    op.drop_table("live_states")
    op.drop_table("invoice_lines")
    op.drop_table("documents")
    op.drop_index(op.f("ix_requirements_resource_id"), table_name="requirements")
    op.drop_index(op.f("ix_requirements_category_id"), table_name="requirements")
    op.drop_table("requirements")
    op.drop_table("projects")
    op.drop_index(op.f("ix_invoices_account_id_month"), table_name="invoices")
    op.drop_table("invoices")
    op.drop_table("connections")
    op.drop_index(
        "uq_account_members_present",
        table_name="account_members",
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.drop_index(op.f("ix_account_members_member_id"), table_name="account_members")
    op.drop_table("account_members")
    op.drop_index(
        "uq_role_grants_site",
        table_name="role_grants",
        sqlite_where=sa.text("site_id IS NOT NULL"),
        postgresql_where=sa.text("site_id IS NOT NULL"),
    )
    op.drop_index(
        "uq_role_grants_network",
        table_name="role_grants",
        sqlite_where=sa.text("site_id IS NULL AND legal_entity_id IS NULL"),
        postgresql_where=sa.text("site_id IS NULL AND legal_entity_id IS NULL"),
    )
    op.drop_index(
        "uq_role_grants_legal_entity",
        table_name="role_grants",
        sqlite_where=sa.text("legal_entity_id IS NOT NULL"),
        postgresql_where=sa.text("legal_entity_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_role_grants_member_id"), table_name="role_grants")
    op.drop_table("role_grants")
    op.drop_index(op.f("ix_resources_site_id"), table_name="resources")
    op.drop_index(op.f("ix_resources_category_id"), table_name="resources")
    op.drop_table("resources")
    op.drop_index(op.f("ix_password_tokens_member_id"), table_name="password_tokens")
    op.drop_table("password_tokens")
    op.drop_index(op.f("ix_certificate_events_member_id_course_id_id"), table_name="certificate_events")
    op.drop_table("certificate_events")
    op.drop_index(
        "uq_accounts_personal",
        table_name="accounts",
        sqlite_where=sa.text("kind = 'personal'"),
        postgresql_where=sa.text("kind = 'personal'"),
    )
    op.drop_table("accounts")
    op.drop_index(op.f("ix_access_tokens_member_id"), table_name="access_tokens")
    op.drop_table("access_tokens")
    op.drop_table("vat_regimes")
    op.drop_table("rooms")
    op.drop_index(
        "uq_prices_every_class",
        table_name="prices",
        sqlite_where=sa.text("class_id IS NULL"),
        postgresql_where=sa.text("class_id IS NULL"),
    )
    op.drop_index(
        "uq_prices_class",
        table_name="prices",
        sqlite_where=sa.text("class_id IS NOT NULL"),
        postgresql_where=sa.text("class_id IS NOT NULL"),
    )
    op.drop_table("prices")
    op.drop_index(op.f("ix_opening_hours_site_id"), table_name="opening_hours")
    op.drop_table("opening_hours")
    op.drop_table("number_series")
    op.drop_table("members")
    op.drop_table("issuer_rules")
    op.drop_table("sites")
    op.drop_index(op.f("ix_sign_in_attempts_key_at"), table_name="sign_in_attempts")
    op.drop_table("sign_in_attempts")
    op.drop_index(op.f("ix_outbox_due_at"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("member_classes")
    op.drop_table("legal_entities")
    op.drop_table("heartbeats")
    op.drop_table("courses")
    op.drop_table("categories")
