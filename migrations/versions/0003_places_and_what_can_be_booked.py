"""Places and what can be booked: timetables, shifts, links, files, problems, maintenance, access, invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    "access_levels",
    "stored_files",
    "category_fields",
    "access_grants",
    "invitations",
    "shifts",
    "timetables",
    "category_timetables",
    "duties",
    "handover_notes",
    "hours_exceptions",
    "seasons",
    "maintenance_plans",
    "openings",
    "placements",
    "problems",
    "resource_files",
    "resource_links",
    "state_changes",
    "maintenance_acts",
    "outcomes",
    "problem_entries",
    "problem_followers",
    "reservation_changes",
)


def upgrade() -> None:
    op.create_table(
        "access_levels",
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.CheckConstraint("rank BETWEEN 1 AND 9", name=op.f("ck_access_levels_rank")),
        sa.PrimaryKeyConstraint("rank", name=op.f("pk_access_levels")),
        sa.UniqueConstraint("name", name=op.f("uq_access_levels_name")),
    )
    op.create_table(
        "stored_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_files")),
    )
    op.create_table(
        "category_fields",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("choices", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('text', 'number', 'choice', 'yes_no')", name=op.f("ck_category_fields_kind")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_category_fields_category_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category_fields")),
        sa.UniqueConstraint("category_id", "name", name=op.f("uq_category_fields_category_id_name")),
    )
    op.create_table(
        "access_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("level BETWEEN 1 AND 9", name=op.f("ck_access_grants_level")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["members.id"], name=op.f("fk_access_grants_granted_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_access_grants_member_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_access_grants_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grants")),
    )
    op.create_index(op.f("ix_access_grants_member_id_site_id"), "access_grants", ["member_id", "site_id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('host', 'trainer', 'fabmanager', 'treasurer', 'admin')", name=op.f("ck_invitations_role")
        ),
        sa.CheckConstraint("uses_left >= 0", name=op.f("ck_invitations_uses")),
        sa.ForeignKeyConstraint(["class_id"], ["member_classes.id"], name=op.f("fk_invitations_class_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["members.id"], name=op.f("fk_invitations_created_by_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_invitations_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("hash", name=op.f("uq_invitations_hash")),
    )
    op.create_table(
        "shifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alerted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minimum BETWEEN 1 AND 99", name=op.f("ck_shifts_minimum")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_shifts_order")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_shifts_course_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_shifts_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
        sa.UniqueConstraint("key", name=op.f("uq_shifts_key")),
    )
    op.create_index(op.f("ix_shifts_ends_at"), "shifts", ["ends_at"], unique=False)
    op.create_index(op.f("ix_shifts_site_id_starts_at"), "shifts", ["site_id", "starts_at"], unique=False)
    op.create_table(
        "timetables",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("keeps_holidays", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_timetables_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetables")),
    )
    op.create_index(op.f("ix_timetables_site_id"), "timetables", ["site_id"], unique=False)
    op.create_index(
        "uq_timetables_main",
        "timetables",
        ["site_id"],
        unique=True,
        sqlite_where=sa.text("is_main"),
        postgresql_where=sa.text("is_main"),
    )
    op.create_table(
        "category_timetables",
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("timetable_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_category_timetables_category_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_category_timetables_site_id")),
        sa.ForeignKeyConstraint(["timetable_id"], ["timetables.id"], name=op.f("fk_category_timetables_timetable_id")),
        sa.PrimaryKeyConstraint("category_id", "site_id", name=op.f("pk_category_timetables")),
    )
    op.create_table(
        "duties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_exchange_for_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('taken', 'confirmed', 'dropped', 'handed_over', 'missed')", name=op.f("ck_duties_state")
        ),
        sa.ForeignKeyConstraint(["in_exchange_for_id"], ["duties.id"], name=op.f("fk_duties_in_exchange_for_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_duties_member_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_duties_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
    )
    op.create_index(op.f("ix_duties_member_id"), "duties", ["member_id"], unique=False)
    op.create_index(
        "uq_duties_standing",
        "duties",
        ["shift_id", "member_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('taken', 'confirmed')"),
        postgresql_where=sa.text("state IN ('taken', 'confirmed')"),
    )
    op.create_table(
        "handover_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_handover_notes_member_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_handover_notes_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_notes")),
    )
    op.create_index(op.f("ix_handover_notes_shift_id"), "handover_notes", ["shift_id"], unique=False)
    op.create_table(
        "hours_exceptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("timetable_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("alone", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('closed', 'open')", name=op.f("ck_hours_exceptions_kind")),
        sa.CheckConstraint("alone BETWEEN 0 AND 9", name=op.f("ck_hours_exceptions_alone")),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_hours_exceptions_days")),
        sa.CheckConstraint("level BETWEEN 0 AND 9", name=op.f("ck_hours_exceptions_level")),
        sa.CheckConstraint(
            "opens >= 0 AND opens < 1440 AND closes > opens AND closes <= opens + 1440",
            name=op.f("ck_hours_exceptions_order"),
        ),
        sa.CheckConstraint("staff BETWEEN 0 AND 99", name=op.f("ck_hours_exceptions_staff")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_hours_exceptions_site_id")),
        sa.ForeignKeyConstraint(["timetable_id"], ["timetables.id"], name=op.f("fk_hours_exceptions_timetable_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_exceptions")),
    )
    op.create_index(
        op.f("ix_hours_exceptions_site_id_last_on"), "hours_exceptions", ["site_id", "last_on"], unique=False
    )
    op.create_table(
        "seasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("timetable_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(first_on IS NULL) = (last_on IS NULL)", name=op.f("ck_seasons_both")),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_seasons_order")),
        sa.ForeignKeyConstraint(["timetable_id"], ["timetables.id"], name=op.f("fk_seasons_timetable_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seasons")),
    )
    op.create_index(op.f("ix_seasons_timetable_id"), "seasons", ["timetable_id"], unique=False)
    op.create_index(
        "uq_seasons_usual",
        "seasons",
        ["timetable_id"],
        unique=True,
        sqlite_where=sa.text("first_on IS NULL"),
        postgresql_where=sa.text("first_on IS NULL"),
    )
    op.create_table(
        "maintenance_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("instructions", sa.String(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=True),
        sa.Column("every_seconds", sa.Integer(), nullable=True),
        sa.Column("counted_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_from_use", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("every_days >= 1", name=op.f("ck_maintenance_plans_days")),
        sa.CheckConstraint(
            "every_days IS NOT NULL OR every_seconds IS NOT NULL", name=op.f("ck_maintenance_plans_due")
        ),
        sa.CheckConstraint("every_seconds >= 3600", name=op.f("ck_maintenance_plans_use")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_maintenance_plans_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_plans")),
    )
    op.create_index(op.f("ix_maintenance_plans_resource_id"), "maintenance_plans", ["resource_id"], unique=False)
    op.create_table(
        "openings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=True),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("alone", sa.Integer(), nullable=True),
        sa.CheckConstraint("alone BETWEEN 0 AND 9", name=op.f("ck_openings_alone")),
        sa.CheckConstraint("level BETWEEN 0 AND 9", name=op.f("ck_openings_level")),
        sa.CheckConstraint("nth BETWEEN 1 AND 4 OR nth = -1", name=op.f("ck_openings_nth")),
        sa.CheckConstraint(
            "opens >= 0 AND opens < 1440 AND closes > opens AND closes <= opens + 1440", name=op.f("ck_openings_order")
        ),
        sa.CheckConstraint("staff BETWEEN 0 AND 99", name=op.f("ck_openings_staff")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_openings_weekday")),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name=op.f("fk_openings_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openings")),
    )
    op.create_index(op.f("ix_openings_season_id"), "openings", ["season_id"], unique=False)
    op.create_table(
        "placements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_placements_by_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_placements_resource_id")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_placements_room_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_placements_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placements")),
    )
    op.create_index(op.f("ix_placements_resource_id_from_at"), "placements", ["resource_id", "from_at"], unique=False)
    op.create_table(
        "problems",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("reporter_name", sa.String(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("assigned_to_id", sa.Integer(), nullable=True),
        sa.Column("waiting_for", sa.String(), nullable=False),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'fixed') = (fixed_at IS NOT NULL)", name=op.f("ck_problems_fixed")),
        sa.CheckConstraint("kind IN ('problem', 'injury', 'near_miss')", name=op.f("ck_problems_kind")),
        sa.CheckConstraint("state IN ('new', 'assigned', 'waiting', 'fixed')", name=op.f("ck_problems_state")),
        sa.ForeignKeyConstraint(["assigned_to_id"], ["members.id"], name=op.f("fk_problems_assigned_to_id")),
        sa.ForeignKeyConstraint(["photo_id"], ["stored_files.id"], name=op.f("fk_problems_photo_id")),
        sa.ForeignKeyConstraint(["reporter_id"], ["members.id"], name=op.f("fk_problems_reporter_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_problems_resource_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_problems_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problems")),
    )
    op.create_index(op.f("ix_problems_reporter_id"), "problems", ["reporter_id"], unique=False)
    op.create_index(op.f("ix_problems_resource_id_state"), "problems", ["resource_id", "state"], unique=False)
    op.create_index(op.f("ix_problems_site_id_state"), "problems", ["site_id", "state"], unique=False)
    op.create_table(
        "resource_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.CheckConstraint("role IN ('manual', 'safety', 'other')", name=op.f("ck_resource_files_role")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_resource_files_file_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_resource_files_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_files")),
    )
    op.create_index(op.f("ix_resource_files_resource_id"), "resource_files", ["resource_id"], unique=False)
    op.create_table(
        "resource_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.CheckConstraint("places >= 1", name=op.f("ck_resource_links_places")),
        sa.CheckConstraint("resource_id <> other_id", name=op.f("ck_resource_links_other")),
        sa.ForeignKeyConstraint(["other_id"], ["resources.id"], name=op.f("fk_resource_links_other_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_resource_links_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_links")),
        sa.UniqueConstraint("resource_id", "other_id", name=op.f("uq_resource_links_resource_id_other_id")),
    )
    op.create_index(op.f("ix_resource_links_other_id"), "resource_links", ["other_id"], unique=False)
    op.create_table(
        "state_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('available', 'limited', 'out_of_order', 'maintenance', 'retired')",
            name=op.f("ck_state_changes_state"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_state_changes_by_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_state_changes_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_changes")),
    )
    op.create_index(op.f("ix_state_changes_resource_id_at"), "state_changes", ["resource_id", "at"], unique=False)
    op.create_table(
        "maintenance_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("cost_cents", sa.Integer(), nullable=False),
        sa.Column("used_seconds", sa.Integer(), nullable=False),
        sa.CheckConstraint("cost_cents >= 0", name=op.f("ck_maintenance_acts_cost")),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_maintenance_acts_minutes")),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_maintenance_acts_by_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["maintenance_plans.id"], name=op.f("fk_maintenance_acts_plan_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_maintenance_acts_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_acts")),
    )
    op.create_index(op.f("ix_maintenance_acts_resource_id"), "maintenance_acts", ["resource_id"], unique=False)
    op.create_table(
        "outcomes",
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("came", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("next_step", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["noted_by_id"], ["members.id"], name=op.f("fk_outcomes_noted_by_id")),
        sa.ForeignKeyConstraint(["reservation_id"], ["reservations.id"], name=op.f("fk_outcomes_reservation_id")),
        sa.PrimaryKeyConstraint("reservation_id", name=op.f("pk_outcomes")),
    )
    op.create_table(
        "problem_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("assigned_to_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('new', 'assigned', 'waiting', 'fixed')", name=op.f("ck_problem_entries_state")),
        sa.ForeignKeyConstraint(["assigned_to_id"], ["members.id"], name=op.f("fk_problem_entries_assigned_to_id")),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_problem_entries_by_id")),
        sa.ForeignKeyConstraint(["problem_id"], ["problems.id"], name=op.f("fk_problem_entries_problem_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_entries")),
    )
    op.create_index(op.f("ix_problem_entries_problem_id"), "problem_entries", ["problem_id"], unique=False)
    op.create_table(
        "problem_followers",
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_problem_followers_member_id")),
        sa.ForeignKeyConstraint(["problem_id"], ["problems.id"], name=op.f("fk_problem_followers_problem_id")),
        sa.PrimaryKeyConstraint("problem_id", "member_id", name=op.f("pk_problem_followers")),
    )
    op.create_table(
        "reservation_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_reservation_changes_by_id")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_reservation_changes_reservation_id")
        ),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("fk_reservation_changes_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation_changes")),
    )
    op.create_index(
        op.f("ix_reservation_changes_reservation_id"), "reservation_changes", ["reservation_id"], unique=False
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
