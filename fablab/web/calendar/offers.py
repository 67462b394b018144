"""What a booking sheet offers: starts, durations, and what they cost. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fablab.billing.prices import Quote
from fablab.core.i18n import _, n_, show_duration, show_moment, show_money, show_time
from fablab.core.period import Period

NOW = "now"
USUAL = (1, 2, 3, 4, 6, 8)
"""How many slots the durations on offer last."""
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: its value, what it is called, and a word below."""

    value: str
    label: str
    note: str
    chosen: bool
    cost: str = ""


def starts(free: Iterable[Period], openings: Iterable[Period], step: int) -> Iterator[datetime]:
    """Every start on the grid of slots at which a whole slot is free."""
    parts = list(free)
    length = timedelta(minutes=step)
    for opening in openings:
        start = opening.start
        while start + length <= opening.end:
            if any(part.start <= start and start + length <= part.end for part in parts):
                yield start
            start += length


def free_for(free: Iterable[Period], start: datetime) -> int:
    """For how many minutes it is free from a start on; 0 if it is not."""
    ends = [part.end for part in free if part.contains(start)]
    return int((max(ends) - start) // _MINUTE) if ends else 0


def durations(slot: int, cap: int, chosen: int) -> list[int]:
    """Minutes to choose from: some slots, up to the next reservation or the closing time, and what was chosen.

    Where nothing is free the usual ones are there too: another start may follow.
    """
    cap = cap or slot * USUAL[-1]
    usual = {slot * count for count in USUAL if slot * count <= cap}
    if slot <= cap < slot * USUAL[-1]:
        usual.add(cap // 5 * 5)
    return sorted(usual | {chosen})


def duration_choices(
    minutes: Iterable[int], start: datetime, chosen: int, zone: ZoneInfo, quote: Quote | None
) -> list[Choice]:
    """The durations, each with its end and what it would cost if all of it were used."""
    found = []
    for length in minutes:
        end = show_time(start + timedelta(minutes=length), zone)
        cost = show_money(quote.amount_for(length * 60)) if quote else ""
        found.append(Choice(str(length), show_duration(length * 60), end, length == chosen, cost))
    return found


def place_choices(capacity: int, chosen: int) -> list[Choice]:
    """How many places to choose from, the whole among them; nothing where there is only one."""
    if capacity == 1:
        return []
    counts = sorted({*range(1, min(capacity, 12) + 1), capacity, chosen})
    return [Choice(str(count), _label(count, capacity), "", count == chosen) for count in counts]


def _label(count: int, capacity: int) -> str:
    if count == capacity:
        return _("The whole (%(count)s places)", count=count)
    return n_("%(count)s place", "%(count)s places", count)


def start_choices(
    found: Iterable[datetime], chosen: str, now: datetime, zone: ZoneInfo, *, now_too: bool
) -> list[Choice]:
    """The starts of a day, and now if it is free now; the chosen one is among them whatever it is."""
    values = {start.strftime("%Y-%m-%dT%H:%M:%SZ"): start for start in found if start > now}
    choices = [Choice(key, clear_time(start, zone), "", key == chosen) for key, start in values.items()]
    if now_too or chosen == NOW:
        choices.insert(0, Choice(NOW, _("Now (%(time)s)", time=show_time(now, zone)), "", chosen == NOW))
    if chosen != NOW and chosen not in values:
        choices.insert(0, Choice(chosen, clear_time(datetime.fromisoformat(chosen), zone), "", True))
    return choices


def clear_time(moment: datetime, zone: ZoneInfo) -> str:
    """The time of day; with summer or winter where the clocks show it twice."""
    local, text = moment.astimezone(zone), show_time(moment, zone)
    if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
        return text
    return _("%(time)s, winter time", time=text) if local.fold else _("%(time)s, summer time", time=text)


def when(period: Period, zone: ZoneInfo, day_of: datetime) -> str:
    """A free time in words, with its day if that is another one."""
    if period.start.astimezone(zone).date() == day_of.astimezone(zone).date():
        return f"{show_time(period.start, zone)}–{show_time(period.end, zone)}"
    return f"{show_moment(period.start, zone)}–{show_time(period.end, zone)}"
