"""What the booking sheet was asked for, by its link or by its form, and what the lab's rules make it ask besides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from fablab.booking.models import Nature
from fablab.booking.rules import judging
from fablab.booking.rules.judging import Ruling
from fablab.booking.rules.what import Jobs
from fablab.booking.rules.who import Companion, Guests
from fablab.booking.wishes import Wish
from fablab.catalog.models import Resource
from fablab.core.db import db
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.members import queries as members
from fablab.members.models import Member, Role
from fablab.web.calendar import offers
from fablab.web.ground import access, inputs, pickers
from fablab.web.ground.filters import utc

DEFAULT_MINUTES = 60
NOBODY = 2**31 - 1
"""The number of nobody: whoever named somebody that is not there is told no more than that they do not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the sheet was asked for: by its link, or by its form."""

    start: str
    minutes: int
    payer: str
    for_whom: str
    nature: Nature
    places: int = 1
    job: str = ""
    guests: int = 0
    companion: str = ""
    """The address or the member number of who comes along."""
    override_reason: str = ""

    def period(self, now: datetime) -> Period:
        """The time that is wanted; "now" begins with the present minute."""
        start = now.replace(second=0, microsecond=0) if self.start == offers.NOW else inputs.instant(self.start)
        return Period(start, start + timedelta(minutes=self.minutes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What the rules in force make the sheet ask for."""

    jobs: tuple[str, ...] = ()
    guests: bool = False
    companion: bool = False


def questions(held: list[Ruling], around: list[Ruling]) -> Questions:
    """What to ask: for what is in force, and for guests where any rule here speaks of them."""
    jobs = [job for rule in judging.of_kind(held, Jobs) for job in rule.jobs]
    named = [item.scope.job for item in around if item.scope.job]
    return Questions(
        jobs=tuple(dict.fromkeys([*jobs, *named])),
        guests=any(isinstance(item.rule, Guests) or item.scope.guests_from is not None for item in around),
        companion=bool(judging.of_kind(held, Companion)),
    )


def asked(fields: MultiDict[str, str]) -> Asked:
    """What a link or a form asks for; BadRequest for what no sheet sends."""
    start = fields.get("start") or offers.NOW
    if start != offers.NOW:
        start = utc(inputs.instant(start))
    nature = fields.get("nature") or Nature.MEMBER
    if nature not in list(Nature):
        raise BadRequest(_("This nature of use is not known."))
    return Asked(
        start=start,
        minutes=inputs.minutes(fields.get("minutes"), DEFAULT_MINUTES),
        payer=fields.get("payer") or "",
        for_whom=(fields.get("for_whom") or "").strip(),
        nature=Nature(nature),
        places=inputs.count(fields.get("places")),
        job=(fields.get("job") or "").strip()[:60],
        guests=inputs.whole(fields.get("guests")),
        companion=(fields.get("companion") or "").strip()[:200],
        override_reason=(fields.get("override_reason") or "").strip()[:1000],
    )


def wish_of(resource: Resource, said: Asked, now: datetime, request_key: str | None = None) -> Wish:
    """The wish that the sheet stands for; Refused if it is for nobody we know."""
    account_id, project_id = pickers.payer(said.payer)
    member = member_of(resource, said)
    return Wish(
        resource_id=resource.id,
        period=said.period(now),
        member_id=member.id,
        account_id=account_id,
        project_id=project_id,
        nature=said.nature,
        places=said.places,
        request_key=request_key[:100] if request_key else None,
        job=said.job,
        guests=said.guests,
        companion_id=_companion(said.companion),
        override_reason=said.override_reason,
    )


def member_of(resource: Resource, asked: Asked) -> Member:
    """For whom: oneself, one's ward, or the one whom staff named; nobody else learns here who is a member."""
    if asked.for_whom.startswith(pickers.WARD):
        return pickers.ward_chosen(asked.for_whom)
    if asked.for_whom:
        access.actor().needs_at_site(Role.FABMANAGER, resource.site_id)
        return pickers.member_named(asked.for_whom)
    return members.member(db.session(), access.actor().member_id)


def _companion(text: str) -> int | None:
    """Whom an address or a member number means, without telling whether anybody is called so."""
    if not text:
        return None
    session = db.session()
    if text.isascii() and text.isdigit():
        return int(text) if len(text) < 10 else NOBODY
    found = members.member_by_email(session, text)
    return found.id if found else NOBODY
