"""What questions, their answers and stages are called: in the lab's words, or by their usual names."""

from collections.abc import Iterable

from fablab.core.i18n import _, show_number
from fablab.impact.codes import NO, YES, Band, Field, Stage
from fablab.impact.models import FactChoice, FactKind


def kind_name(kind: FactKind) -> str:
    """What a question is called, in the reader's language where the lab gave no name of its own."""
    if kind.name or kind.code is None:
        return kind.name
    return {
        "birth_year": _("Year of birth"),
        "gender": _("Gender"),
        "town": _("Town"),
        "priority_neighbourhood": _("Lives in a priority neighbourhood"),
        "status": _("Situation"),
        "referred_by": _("Heard of us through"),
        "project_stage": _("How far the project is"),
        "company_created": _("Has created a company"),
    }.get(kind.code, kind.code)


def purpose_of(kind: FactKind) -> str:
    """What a question is asked for."""
    if kind.purpose or kind.code is None:
        return kind.purpose
    return {
        "birth_year": _("To count ages, such as how many are under 25. Only the age group is counted."),
        "gender": _("To see whether women and men come alike."),
        "town": _("To show the towns and their councils who comes from there."),
        "priority_neighbourhood": _("To show whether the lab reaches the neighbourhoods that it is funded for."),
        "status": _("To show how many job seekers, students or employees come."),
        "referred_by": _("To learn which partners send people to us."),
        "project_stage": _("To show how many projects the lab helps, and how far they are."),
        "company_created": _("To count the companies that began here."),
    }.get(kind.code, "")


def choice_name(kind: FactKind, choice: FactChoice) -> str:
    """What one of the answers to choose from is called."""
    return choice.name or _usual(kind.code or "", choice.key)


def _usual(code: str, key: str) -> str:
    found = {
        "gender": {"woman": _("Woman"), "man": _("Man"), "other": _("Another gender")},
        "status": {
            "job_seeker": _("Job seeker"),
            "employee": _("Employee"),
            "self_employed": _("Self-employed"),
            "student": _("Student"),
            "pupil": _("School pupil"),
            "retired": _("Pensioner"),
            "other": _("Another situation"),
        },
        "referred_by": {
            "people_around": _("Friends or family"),
            "internet": _("The internet"),
            "job_centre": _("The job centre"),
            "youth_centre": _("A youth employment centre"),
            "chamber": _("A chamber of trades or commerce"),
            "town_hall": _("The town hall"),
            "association": _("An association"),
            "other": _("Somebody else"),
        },
        "project_stage": {
            "none": _("No project"),
            "idea": _("An idea"),
            "study": _("Being studied"),
            "creation": _("Being created"),
            "running": _("Already running"),
        },
    }
    return found.get(code, {}).get(key, key)


def value_name(kind: FactKind, choices: Iterable[FactChoice], value: str) -> str:
    """An answer, as people read it."""
    if kind.field == Field.YES_NO:
        return yes_no(value)
    if kind.field == Field.CHOICE:
        return next((choice_name(kind, one) for one in choices if one.key == value), value)
    if kind.field == Field.NUMBER and value:
        return show_number(int(value))
    return value


def yes_no(value: str) -> str:
    """Yes or no."""
    return {YES: _("Yes"), NO: _("No")}.get(value, value)


def field_name(code: str) -> str:
    """What is answered to a question."""
    return {
        Field.CHOICE: _("One of several choices"),
        Field.TEXT: _("A few words"),
        Field.YES_NO: _("Yes or no"),
        Field.BIRTH_YEAR: _("A year of birth"),
        Field.NUMBER: _("A number"),
    }[Field(code)]


def stage_name(code: str) -> str:
    """What a stage of a project is called."""
    return {
        Stage.RECEIVED: _("Person received"),
        Stage.SUPPORTED: _("Person supported"),
        Stage.STARTED: _("Activity started"),
        Stage.STILL_THERE: _("Still active"),
        Stage.ENDED: _("Project ended"),
    }[Stage(code)]


def band_name(code: str) -> str:
    """What a group of ages is called."""
    return {
        Band.UNDER_18: _("Under 18"),
        Band.FROM_18: _("18 to 24"),
        Band.FROM_25: _("25 to 34"),
        Band.FROM_35: _("35 to 44"),
        Band.FROM_45: _("45 to 54"),
        Band.FROM_55: _("55 to 64"),
        Band.FROM_65: _("65 and over"),
    }[Band(code)]
