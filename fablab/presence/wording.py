"""What reasons and kinds of public are called: in the lab's words, or by their usual names."""

from fablab.core.i18n import _
from fablab.presence.models import ArrivalReason, PublicKind


def reason_name(row: ArrivalReason) -> str:
    """What a reason is called, in the reader's language where the lab gave no name of its own."""
    if row.name or row.code is None:
        return row.name
    return {
        "coworking": _("Coworking"),
        "machines": _("Machines"),
        "workshop": _("Workshop or training"),
        "appointment": _("Appointment"),
        "event": _("Event"),
        "visit": _("Visit of the place"),
        "other": _("Something else"),
    }.get(row.code, row.code)


def public_name(row: PublicKind | None) -> str:
    """What a kind of public is called; None is nobody said."""
    if row is None:
        return _("not said")
    if row.name or row.code is None:
        return row.name
    return {
        "general": _("General public"),
        "project_holder": _("Project holder"),
        "job_seeker": _("Job seeker"),
        "student": _("Student"),
        "pupil": _("School pupil"),
        "company": _("Company"),
        "association": _("Association"),
        "other": _("Other public"),
    }.get(row.code, row.code)
