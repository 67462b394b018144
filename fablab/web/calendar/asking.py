"""What the booking sheet was asked for, by its link or by its form, and what the lab's rules make it ask besides."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from fablab.booking.models import Nature
from fablab.booking.rules import judging
from fablab.booking.rules.judging import Ruling
from fablab.booking.rules.what import Jobs
from fablab.booking.rules.who import Companion, Guests
from fablab.booking.wishes import Wish
from fablab.catalog.models import Resource
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refusal, Refused
from fablab.members import queries as members
from fablab.members import throttle
from fablab.members.models import Member, Role
from fablab.web.calendar import offers
from fablab.web.ground import access, inputs, pickers
from fablab.web.ground.filters import utc

DEFAULT_MINUTES = 60
ANSWERS = ("jobs", "companion")
"""What is said against a wish as long as a question of the sheet is not answered."""
NAMED_IN_VAIN = 6
"""So often may somebody name in vain who comes along, in a quarter of an hour."""
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
    day: str = ""
    """Another day, or another time of it, as they were typed; empty once they are the start."""
    at: str = ""
    which: str = ""
    """Which of the two, where the clocks show a time twice."""
    trouble: Refusal | None = None
    """Why what was typed is no start."""
    job: str = ""
    guests: int = 0
    companion: str = ""
    """The address or the member number of who comes along."""
    override_reason: str = ""
    passes_first: bool = False

    def period(self, now: datetime) -> Period:
        """The time that is wanted; "now" begins with the present minute."""
        start = begins(self.start, now)
        return Period(start, start + timedelta(minutes=self.minutes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What the rules in force make the sheet ask for."""

    jobs: tuple[str, ...] = ()
    guests: bool = False
    companion: bool = False


def is_unanswered(reason: Refusal, said: Asked) -> bool:
    """Tell whether a reason only says that a field is still empty, or names somebody of whom nothing is told yet."""
    return reason.code == "companion" or (reason.code in ANSWERS and not said.job)


def jobs_of(around: list[Ruling]) -> tuple[str, ...]:
    """What rules about a resource let one choose as what it is for."""
    jobs = [job for rule in judging.of_kind(around, Jobs) for job in rule.jobs]
    return tuple(dict.fromkeys([*jobs, *(item.scope.job for item in around if item.scope.job)]))


def questions(held: list[Ruling], around: list[Ruling]) -> Questions:
    """What to ask: for what is in force, and for guests where any rule here speaks of them."""
    jobs = [job for rule in judging.of_kind(held, Jobs) for job in rule.jobs]
    named = [item.scope.job for item in around if item.scope.job]
    return Questions(
        jobs=tuple(dict.fromkeys([*jobs, *named])),
        guests=any(isinstance(item.rule, Guests) or item.scope.guests_from is not None for item in around),
        companion=bool(judging.of_kind(held, Companion)),
    )


def asked(fields: MultiDict[str, str], zone: ZoneInfo, now: datetime) -> Asked:
    """What a link or a form asks for; BadRequest for what no sheet sends."""
    start = fields.get("start") or offers.NOW
    if start != offers.NOW:
        start = utc(inputs.instant(start))
    nature = fields.get("nature") or Nature.MEMBER
    if nature not in list(Nature):
        raise BadRequest(_("This nature of use is not known."))
    day, at, which = ((fields.get(name) or "").strip()[:10] for name in ("day", "at", "which"))
    trouble: Refusal | None = None
    if day or at:
        try:
            start, day, at, which = utc(_typed(day, at, which, begins(start, now).astimezone(zone), zone)), "", "", ""
        except Refused as refused:
            trouble = refused.refusals[0]
    return Asked(
        start=start,
        day=day,
        at=at,
        which=which,
        trouble=trouble,
        minutes=inputs.minutes(fields.get("minutes"), DEFAULT_MINUTES),
        payer=fields.get("payer") or "",
        for_whom=(fields.get("for_whom") or "").strip(),
        nature=Nature(nature),
        places=inputs.count(fields.get("places")),
        job=(fields.get("job") or "").strip()[:60],
        guests=inputs.whole(fields.get("guests")),
        companion=(fields.get("companion") or "").strip()[:200],
        override_reason=(fields.get("override_reason") or "").strip()[:1000],
        passes_first=bool(fields.get("passes_first")),
    )


def begins(start: str, now: datetime) -> datetime:
    """When something begins that was asked for by a link or a form."""
    return now.replace(second=0, microsecond=0) if start == offers.NOW else inputs.instant(start)


def _typed(day: str, at: str, which: str, present: datetime, zone: ZoneInfo) -> datetime:
    """The start that a day and a time of the wall's clock mean; what is left out stays as it is. Refused for none."""
    return inputs.wall_time(inputs.day(day, present.date()), at or f"{present:%H:%M}", zone, which)


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
        companion_id=companion_id(said.companion),
        override_reason=said.override_reason,
        passes_first=said.passes_first,
    )


def member_of(resource: Resource, asked: Asked) -> Member:
    """For whom: oneself, one's ward, or the one whom staff named; nobody else learns here who is a member."""
    if asked.for_whom.startswith(pickers.WARD):
        return pickers.ward_chosen(asked.for_whom)
    if asked.for_whom:
        access.actor().needs_at_site(Role.FABMANAGER, resource.site_id)
        return pickers.member_named(asked.for_whom)
    return members.member(db.session(), access.actor().member_id)


@contextmanager
def naming(companion: str, now: datetime) -> Iterator[None]:
    """Count who names somebody that cannot come along, so that nobody tries who is a member here.

    Raises:
        Refused: they did so too often in the last quarter of an hour.
    """
    if not companion:
        yield
        return
    key = throttle.key_of("companion", str(access.actor().member_id))
    with transaction() as session:
        throttle.count(session, {key: NAMED_IN_VAIN}, now)
    try:
        yield
    except Refused as refused:
        if "companion" in refused.codes:
            raise
        _forget(key)
        raise
    _forget(key)


def _forget(key: str) -> None:
    with transaction() as session:
        throttle.forget_latest(session, key)


def companion_id(text: str) -> int | None:
    """Whom an address or a member number means, without telling whether anybody is called so."""
    if not text:
        return None
    session = db.session()
    if text.isascii() and text.isdigit():
        return int(text) if len(text) < 10 else NOBODY
    found = members.member_by_email(session, text)
    return found.id if found else NOBODY
