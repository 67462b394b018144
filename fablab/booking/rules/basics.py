"""May this be reserved? Pure: facts in, every reason why not out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fablab.core.i18n import _, n_, show_duration, show_time
from fablab.core.period import Period
from fablab.core.refusals import Refusal
from fablab.sites.hours import Hours

PAST_GRACE = timedelta(minutes=2)
"""How late a wish for “now” may arrive."""
FURTHEST = timedelta(days=366)
LONGEST = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the database knows about a wish at the moment of deciding."""

    now: datetime
    period: Period
    zone: ZoneInfo
    hours: Hours
    standing: Sequence[Refusal] = ()
    """What stands against the member, whatever the resource."""
    level: int = 0
    """The member's level of access at the site."""
    levels: Mapping[int, str] = field(default_factory=dict)
    """What the levels are called."""
    needs_staff: bool = False
    is_out: bool = False
    state_note: str = ""
    slot_minutes: int = 30
    missing_certificates: Sequence[str] = ()
    places: int = 1
    """How many are wanted, of `capacity`."""
    capacity: int = 1
    is_free: bool = True
    lacking: Sequence[str] = ()
    """What it needs besides and cannot have: taken, or taken out."""


def check(facts: Facts) -> list[Refusal]:
    """Every reason why the wish cannot be granted; none when it can."""
    return [
        *facts.standing,
        *_time(facts),
        *_length(facts),
        *_state(facts),
        *_hours(facts),
        *_staff(facts),
        *_certificates(facts),
        *_places(facts),
    ]


def _time(facts: Facts) -> Iterator[Refusal]:
    if facts.period.start < facts.now - PAST_GRACE:
        yield Refusal("past", _("This time has already begun. Choose a later one."))
    elif facts.period.start > facts.now + FURTHEST:
        yield Refusal("too_far", _("This is more than a year ahead. Choose a nearer day."), overridable=True)


def _length(facts: Facts) -> Iterator[Refusal]:
    shortest = timedelta(minutes=min(facts.slot_minutes, 5))
    length = facts.period.end - facts.period.start
    if length < shortest:
        text = _("The shortest reservation lasts %(length)s.", length=show_duration(int(shortest.total_seconds())))
        yield Refusal("too_short", text)
    if length > LONGEST:
        text = _("The longest reservation lasts %(count)s days.", count=LONGEST.days)
        yield Refusal("too_long", text, overridable=True)


def _state(facts: Facts) -> Iterator[Refusal]:
    if facts.is_out:
        note = f" ({facts.state_note})" if facts.state_note else ""
        yield Refusal("unavailable", _("It cannot be used at that time%(note)s.", note=note))


def _hours(facts: Facts) -> Iterator[Refusal]:
    if facts.period.end - facts.period.start > LONGEST or facts.hours.is_open(facts.level, facts.period):
        return
    higher = [rank for rank in sorted(facts.levels) if rank > facts.level]
    opening = next((rank for rank in higher if facts.hours.is_open(rank, facts.period)), None)
    if opening is not None:
        names = ", ".join(facts.levels[rank] for rank in higher if rank >= opening)
        text = _("At this time it is open only to: %(levels)s. Ask staff how to get there.", levels=names)
        yield Refusal("access_level", text, overridable=True)
        return
    day = Period(facts.period.start - timedelta(hours=12), facts.period.start + timedelta(hours=12))
    nearest = [
        f"{show_time(part.start, facts.zone)}–{show_time(part.end, facts.zone)}"
        for part in facts.hours.open(facts.level, day)
        if part.end > facts.period.start or part.start > facts.period.start
    ]
    hint = _(" It is open %(hours)s.", hours=", ".join(nearest)) if nearest else ""
    yield Refusal("closed", _("It is closed during a part of this time%(why)s.", why=_why(facts)) + hint, True)


def _why(facts: Facts) -> str:
    closures = [closure for table in facts.hours.timetables for closure in table.closures(facts.period)]
    reason = next((text or _("public holiday") for _period, text in closures), "")
    return f" ({reason})" if reason else ""


def _staff(facts: Facts) -> Iterator[Refusal]:
    if not facts.needs_staff or facts.period.end - facts.period.start > LONGEST:
        return
    if facts.hours.is_open(facts.level, facts.period) and not facts.hours.is_staffed(facts.period):
        text = _("It is used only while staff are there, and nobody is for a part of this time.")
        yield Refusal("unstaffed", text, overridable=True)


def _certificates(facts: Facts) -> Iterator[Refusal]:
    for name in facts.missing_certificates:
        text = _("You need the certificate “%(course)s” for the whole time. Ask a trainer.", course=name)
        yield Refusal("certificate_missing", text, overridable=True)


def _places(facts: Facts) -> Iterator[Refusal]:
    if not 1 <= facts.places <= facts.capacity:
        text = n_("It has %(count)s place.", "It has %(count)s places.", facts.capacity)
        yield Refusal("places", text)
        return
    if not facts.is_free:
        if facts.places > 1:
            text = _("So many places are not free for the whole time. Choose fewer, or another time.")
        else:
            text = _("Somebody has it during a part of this time. Choose another time or machine.")
        yield Refusal("taken", text)
    for name in facts.lacking:
        text = _("It needs %(name)s besides, which cannot be had for a part of this time.", name=name)
        yield Refusal("taken", text)
