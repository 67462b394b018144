"""What a machine is doing now, in a glyph, a word and half a sentence. Pure: readings in, what to show out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fablab.booking.free_time import Availability
from fablab.catalog.models import Resource, ResourceState
from fablab.core.i18n import _, locale, show_day, show_duration, show_moment, show_time
from fablab.core.period import Period
from fablab.usage.models import Condition, LiveState


class Look(StrEnum):
    """How a state is drawn; the value is its CSS class."""

    FREE = "free"
    RUNNING = "running"
    BOOKED = "booked"
    FAULT = "fault"
    OFFLINE = "offline"
    MAINTENANCE = "maintenance"
    LOCKED = "locked"
    CLOSED = "closed"


GLYPHS = {
    Look.FREE: "check-lg",
    Look.RUNNING: "play-fill",
    Look.BOOKED: "circle-fill",
    Look.FAULT: "x-lg",
    Look.OFFLINE: "wifi-off",
    Look.MAINTENANCE: "tools",
    Look.LOCKED: "lock",
    Look.CLOSED: "moon-stars",
}


@dataclass(frozen=True, slots=True)
class State:
    """What to show of a machine now."""

    look: Look
    word: str
    detail: str = ""
    percent: int | None = None
    free_until: datetime | None = None
    """Set when it can be had now."""

    @property
    def glyph(self) -> str:
        """The icon that stands beside the word, so that colour alone says nothing."""
        return GLYPHS[self.look]


def state_of(resource: Resource, live: LiveState | None, availability: Availability, now: datetime) -> State:
    """What a machine does, from what staff say, what it says itself, and what is reserved, in that order."""
    said = _said_by_staff(resource) or (_said_by_machine(resource, live, now) if live else None)
    return said or _said_by_calendar(resource, availability, now)


def _said_by_staff(resource: Resource) -> State | None:
    if resource.state == ResourceState.MAINTENANCE:
        return State(Look.MAINTENANCE, _("Maintenance"), resource.state_note)
    if resource.state in (ResourceState.OUT_OF_ORDER, ResourceState.RETIRED):
        return State(Look.FAULT, _("Out of order"), resource.state_note)
    return None


def _said_by_machine(resource: Resource, live: LiveState, now: datetime) -> State | None:
    condition = Condition(live.condition)
    if condition.is_running:
        word = {Condition.PAUSED: _("Paused"), Condition.STARTING: _("Starting")}.get(condition, _("Printing"))
        return State(Look.RUNNING, word, _time_left(resource, live), _percent(live))
    if condition.is_silent:
        return State(Look.OFFLINE, _("Offline"), _silent_since(resource, live, now))
    if condition == Condition.OFF:
        return State(Look.OFFLINE, _("Switched off"))
    if condition == Condition.FAULT:
        return State(Look.FAULT, _("Fault"), _("A fabmanager has to look at it."))
    return None


def _percent(live: LiveState) -> int | None:
    if live.progress is None:
        return None
    return max(0, min(100, int(live.progress * 100)))


def _time_left(resource: Resource, live: LiveState) -> str:
    if live.remaining_seconds is None or live.answered_at is None:
        return ""
    end = live.answered_at + timedelta(seconds=live.remaining_seconds)
    left, at = show_duration(max(live.remaining_seconds, 60)), show_time(end, resource.site.zone)
    return _("%(left)s left, until about %(time)s", left=left, time=at)


def _silent_since(resource: Resource, live: LiveState, now: datetime) -> str:
    if live.answered_at is None:
        return _("It has never answered.")
    zone = resource.site.zone
    same_day = live.answered_at.astimezone(zone).date() == now.astimezone(zone).date()
    show = show_time if same_day else show_moment
    return _("since %(time)s", time=show(live.answered_at, zone))


def _said_by_calendar(resource: Resource, availability: Availability, now: datetime) -> State:
    zone = resource.site.zone
    free_until = max((part.end for part in availability.free if part.contains(now)), default=None)
    if free_until:
        is_long = free_until - now > timedelta(days=1)
        until = _("for over 24 h") if is_long else _("until %(time)s", time=_when(free_until, resource, now))
        return State(Look.FREE, _("Free"), until, free_until=free_until)
    if not any(part.contains(now) for part in availability.open):
        opening = next((part.start for part in availability.open if part.start > now), None)
        opens = _("opens %(time)s", time=_when(opening, resource, now)) if opening else ""
        return State(Look.CLOSED, _("Closed"), opens)
    following = next((part.start for part in availability.free if part.start > now), None)
    until = _("until %(time)s", time=_when(following, resource, now)) if following else ""
    taken = next((item for item in availability.busy if item.period.contains(now)), None)
    if taken is None:
        return State(Look.BOOKED, _("Booked"), until)
    return State(Look.BOOKED, _("Booked"), until or _("until %(time)s", time=show_time(taken.period.end, zone)))


def _when(moment: datetime, resource: Resource, now: datetime) -> str:
    zone = resource.site.zone
    days = (moment.astimezone(zone).date() - now.astimezone(zone).date()).days
    if days == 0:
        return show_time(moment, zone)
    if days < 7:
        weekday = show_day(moment, zone).split()[0]
        return f"{weekday.lower() if locale() == 'fr' else weekday} {show_time(moment, zone)}"
    return show_moment(moment, zone)


def horizon(now: datetime) -> Period:
    """How far to look ahead for a machine's present state: the next opening after a closed weekend is within."""
    return Period(now, now + timedelta(days=4))
