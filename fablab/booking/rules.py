"""May this be reserved? Pure: facts in, every reason why not out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fablab.core.i18n import _, show_duration, show_time
from fablab.core.period import Period
from fablab.core.refusals import Refusal
from fablab.sites.hours import Opening, is_open, open_periods

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
    openings: Sequence[Opening]
    bookable: bool
    state_note: str
    slot_minutes: int
    missing_certificates: Sequence[str]
    free_places: Sequence[int]


def check(facts: Facts) -> list[Refusal]:
    """Every reason why the wish cannot be granted; none when it can."""
    return [
        *_time(facts),
        *_length(facts),
        *_state(facts),
        *_hours(facts),
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
    if not facts.bookable:
        note = f" ({facts.state_note})" if facts.state_note else ""
        yield Refusal("unavailable", _("This machine cannot be used at the moment%(note)s.", note=note))


def _hours(facts: Facts) -> Iterator[Refusal]:
    if facts.period.end - facts.period.start > LONGEST or is_open(facts.openings, facts.zone, facts.period):
        return
    day = Period(facts.period.start - timedelta(hours=12), facts.period.start + timedelta(hours=12))
    nearest = [
        f"{show_time(part.start, facts.zone)}–{show_time(part.end, facts.zone)}"
        for part in open_periods(facts.openings, facts.zone, day)
        if part.end > facts.period.start or part.start > facts.period.start
    ]
    hint = _(" It is open %(hours)s.", hours=", ".join(nearest)) if nearest else ""
    yield Refusal("closed", _("The site is closed during a part of this time.") + hint, overridable=True)


def _certificates(facts: Facts) -> Iterator[Refusal]:
    for name in facts.missing_certificates:
        text = _("You need the certificate “%(course)s” for the whole time. Ask a trainer.", course=name)
        yield Refusal("certificate_missing", text, overridable=True)


def _places(facts: Facts) -> Iterator[Refusal]:
    if not facts.free_places:
        yield Refusal("taken", _("Somebody has it during a part of this time. Choose another time or machine."))
