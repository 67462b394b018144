"""Choosing a person, and choosing who pays."""

from fablab.core.db import db
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import guardians
from fablab.members import payers as accounts
from fablab.members import queries as members
from fablab.members.models import Member
from fablab.web.calendar.offers import Choice
from fablab.web.ground import access, inputs

SUGGESTED = 200
WARD = "#"
"""What stands before the number of a ward in a choice."""


def member_named(text: str) -> Member:
    """The one person whom these words mean: an address, a name, or a part of either.

    Raises:
        Refused: nobody, or more than one.
    """
    session = db.session()
    words = text.rsplit("<", 1)[-1].rstrip("> ") if "<" in text else text
    found = members.member_by_email(session, words)
    if found is not None and found.left_at is None:
        return found
    several = members.members(session, words, limit=2)
    exact = [row for row in several if row.name.lower() == words.strip().lower()]
    if len(several) == 1 or len(exact) == 1:
        return (exact or several)[0]
    if several:
        raise Refused.because(
            "member_ambiguous", _("Several people match “%(text)s”; type the e-mail address.", text=text)
        )
    raise Refused.because("member_unknown", _("Nobody matches “%(text)s”.", text=text))


def suggestions() -> list[str]:
    """People to choose from while typing, each as `member_named` understands it."""
    return [
        f"{row.name} <{row.email}>" if row.email else row.name for row in members.members(db.session(), limit=SUGGESTED)
    ]


def wards(guardian_id: int, chosen: str) -> list[Choice]:
    """For whom a guardian may reserve: oneself first; nothing for somebody who answers for nobody."""
    rows = guardians.wards_of(db.session(), guardian_id)
    values = [(f"{WARD}{row.ward_id}", row.ward.name) for row in rows]
    own = [("", _("Myself"))] if values else []
    return [Choice(value, name, "", value == chosen) for value, name in [*own, *values]]


def ward_chosen(text: str) -> Member:
    """The ward of a choice; NotFound for anybody else's."""
    session, ward_id = db.session(), inputs.row_id(text.removeprefix(WARD)) or 0
    if not guardians.answers_for(session, access.actor().member_id, ward_id):
        raise NotFound(f"ward {ward_id}")
    return members.member(session, ward_id)


def payers(member_id: int, chosen: str) -> list[Choice]:
    """Who may pay for this member's use: their accounts, each with the projects that they may name; what its owner
    does not allow is left out.
    """
    found = []
    for item in accounts.payers_of(db.session(), member_id):
        account = item.account
        name = _("My own account") if account.owner_id == member_id else account.name
        if not item.needs_project:
            found.append(Choice(str(account.id), name, "", chosen == str(account.id)))
        for project in item.projects:
            value = f"{account.id}:{project.id}"
            found.append(Choice(value, f"{name} · {project.name}", "", chosen == value))
    return found


def payer(text: str) -> tuple[int | None, int | None]:
    """The account and the project of a choice; None for the member's own account, or for no project."""
    account, _separator, project = text.partition(":")
    return inputs.row_id(account), inputs.row_id(project)
