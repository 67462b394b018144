"""Which of many facts about a machine is shown: staff's word first, then its own, then the calendar's."""

from datetime import UTC, datetime, timedelta

import pytest

from fablab.booking.free_time import Availability, Busy
from fablab.catalog.models import Resource, ResourceState
from fablab.core.i18n import use_locale
from fablab.core.period import Period, without
from fablab.sites.models import Site
from fablab.usage.models import Condition, LiveState
from fablab.web.calendar.states import Look, State, horizon, state_of

NOW = datetime(2026, 9, 15, 12, 0, tzinfo=UTC)
IN_AN_HOUR = NOW + timedelta(hours=1)


def _state(
    *,
    open_from: datetime = NOW - timedelta(hours=3),
    open_to: datetime = NOW + timedelta(hours=5),
    busy: Period | None = None,
    resource_state: ResourceState = ResourceState.AVAILABLE,
    live: LiveState | None = None,
) -> State:
    resource = Resource(id=1, code="m", name="M", places=1, slot_minutes=30, state=resource_state, state_note="why")
    resource.site = Site(timezone="Europe/Paris")
    taken = [Busy(1, 1, busy, 1, 1, "member", False)] if busy else []
    opened = [Period(open_from, open_to)]
    ahead = [Period(max(NOW, open_from), open_to)]
    free = list(without(ahead, [busy] if busy else [])) if resource_state.bookable else []
    with use_locale("en"):
        return state_of(resource, live, Availability(resource, horizon(NOW), opened, taken, free), NOW)


def test_free_until_the_next_reservation() -> None:
    state = _state(busy=Period(IN_AN_HOUR, IN_AN_HOUR + timedelta(hours=1)))

    assert (state.look, state.detail, state.free_until) == (Look.FREE, "until 15:00", IN_AN_HOUR)


def test_booked_until_it_is_free_again() -> None:
    state = _state(busy=Period(NOW - timedelta(minutes=5), IN_AN_HOUR))

    assert (state.look, state.detail) == (Look.BOOKED, "until 15:00")


def test_closed_says_when_it_opens() -> None:
    tomorrow = NOW + timedelta(hours=20)

    state = _state(open_from=tomorrow, open_to=tomorrow + timedelta(hours=8))

    assert (state.look, state.detail) == (Look.CLOSED, "opens Wednesday 10:00")


def test_what_is_free_for_long_names_no_hour() -> None:
    assert _state(open_to=NOW + timedelta(days=4)).detail == "for over 24 h"


@pytest.mark.parametrize(
    ("resource_state", "look"),
    [(ResourceState.OUT_OF_ORDER, Look.FAULT), (ResourceState.MAINTENANCE, Look.MAINTENANCE)],
)
def test_what_staff_say_comes_first(resource_state: ResourceState, look: Look) -> None:
    state = _state(resource_state=resource_state, live=LiveState(condition=Condition.WORKING))

    assert (state.look, state.detail, state.free_until) == (look, "why", None)


@pytest.mark.parametrize(
    ("condition", "look"),
    [
        (Condition.WORKING, Look.RUNNING),
        (Condition.PAUSED, Look.RUNNING),
        (Condition.UNREACHABLE, Look.OFFLINE),
        (Condition.NOT_ALLOWED, Look.OFFLINE),
        (Condition.OFF, Look.OFFLINE),
        (Condition.FAULT, Look.FAULT),
        (Condition.IDLE, Look.FREE),
        (Condition.NEVER, Look.FREE),
    ],
)
def test_what_the_machine_says_comes_next(condition: Condition, look: Look) -> None:
    assert _state(live=LiveState(condition=condition)).look == look


def test_a_running_machine_tells_how_far_it_is_and_until_when() -> None:
    live = LiveState(condition=Condition.WORKING, progress=0.999, remaining_seconds=3600, answered_at=NOW)

    state = _state(live=live)

    assert (state.percent, state.detail) == (99, "1 h left, until about 15:00")


def test_a_running_machine_that_tells_nothing_shows_nothing_invented() -> None:
    state = _state(live=LiveState(condition=Condition.WORKING))

    assert (state.percent, state.detail) == (None, "")
