"""The calendar's rows: what each column is, on ordinary days and on those when the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from fablab.booking.free_time import Availability, Busy
from fablab.catalog.models import Resource, ResourceState
from fablab.core.period import Period, day_of, without
from fablab.sites.hours import Hours, Opening, weekly
from fablab.sites.models import Site
from fablab.web.calendar.grid import (
    Eyes,
    Kind,
    cells_of,
    columns_of,
    columns_on,
    heads_of,
    laid_out,
    step_of,
    week_heads,
    week_minutes,
)

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 9, 15, 8, 10, tzinfo=UTC)
DAY = date(2026, 9, 15)
ME, SOMEBODY = 1, 2


def _at(hour: int, minute: int = 0) -> datetime:
    """A time of that day on the workshop's clock."""
    return datetime(2026, 9, 15, hour, minute, tzinfo=PARIS).astimezone(UTC)


def _busy(start: datetime, end: datetime, member_id: int = SOMEBODY, place: int = 1) -> Busy:
    return Busy(1, place, Period(start, end), 10 + member_id, member_id, "member", False)


def _facts(*busy: Busy, places: int = 1, state: ResourceState = ResourceState.AVAILABLE) -> Availability:
    resource = Resource(id=1, code="m", name="M", places=places, slot_minutes=30, state=state)
    resource.site = Site(timezone="Europe/Paris")
    opened = [Period(_at(9), _at(12))]
    by_place = [without(opened, [b.period for b in busy if b.place == place]) for place in range(1, places + 1)]
    free = [part for parts in by_place for part in parts] if state.bookable else []
    return Availability(resource, day_of(DAY, PARIS), opened, list(busy), free)


def _kinds(facts: Availability, eyes: Eyes | None = None, now: datetime = NOW) -> list[tuple[Kind, int]]:
    columns = columns_of(facts.within, facts.open, 30, PARIS)
    seen = eyes or Eyes(member_id=ME, names={})
    return [(cell.kind, cell.span) for cell in cells_of(laid_out(columns, PARIS, now), facts, seen)]


def test_each_free_column_is_a_start_and_neighbours_of_one_reservation_are_one_cell() -> None:
    facts = _facts(_busy(_at(10), _at(11, 30)))

    kinds = _kinds(facts, now=_at(8))

    assert kinds == [(Kind.FREE, 1), (Kind.FREE, 1), (Kind.BOOKED, 3), (Kind.FREE, 1)]


def test_the_past_is_one_cell_and_the_present_column_begins_now() -> None:
    columns = columns_of(_facts().within, _facts().open, 30, PARIS)

    cells = cells_of(laid_out(columns, PARIS, NOW), _facts(), Eyes(member_id=ME, names={}))

    assert [(cell.kind, cell.span, cell.is_now) for cell in cells][:3] == [
        (Kind.PAST, 2, False),
        (Kind.FREE, 1, True),
        (Kind.FREE, 1, False),
    ]


def test_cells_carry_the_instant_in_utc() -> None:
    columns = columns_of(_facts().within, _facts().open, 30, PARIS)

    cells = cells_of(laid_out(columns, PARIS, _at(8)), _facts(), Eyes(member_id=ME, names={}))

    assert cells[0].start == datetime(2026, 9, 15, 7, 0, tzinfo=UTC)
    assert cells[0].label == "09:00–09:30"


def test_mine_is_mine_and_a_name_is_seen_by_those_who_may() -> None:
    facts = _facts(_busy(_at(9), _at(10), ME), _busy(_at(10), _at(11)))
    columns = laid_out(columns_of(facts.within, facts.open, 30, PARIS), PARIS, NOW)

    members = cells_of(columns, facts, Eyes(member_id=ME, names={}))
    staff = cells_of(columns, facts, Eyes(member_id=9, names={SOMEBODY: "Some Body"}, may_open=True))

    assert [(cell.kind, cell.text, cell.reservation_id) for cell in members[:2]] == [
        (Kind.MINE, "À vous", 11),
        (Kind.BOOKED, "Réservée", None),
    ]
    assert [(cell.text, cell.reservation_id) for cell in staff[:2]] == [("Réservée", 11), ("Some Body", 12)]


def test_a_machine_that_cannot_be_used_has_no_free_cell() -> None:
    for state in (ResourceState.OUT_OF_ORDER, ResourceState.MAINTENANCE):
        assert _kinds(_facts(state=state), now=_at(8)) == [(Kind.BLOCKED, 6)]


def test_without_the_certificate_the_whole_row_is_locked() -> None:
    eyes = Eyes(member_id=ME, names={}, locked=True)

    assert _kinds(_facts(), eyes, now=_at(8)) == [(Kind.LOCKED, 6)]


def test_a_room_is_booked_when_every_place_is() -> None:
    half = _facts(_busy(_at(9), _at(12), place=1), places=2)
    full = _facts(_busy(_at(9), _at(12), place=1), _busy(_at(10), _at(11), place=2), places=2)

    assert _kinds(half, now=_at(8)) == [(Kind.FREE, 1)] * 6
    assert [kind for kind, _span in _kinds(full, now=_at(8))] == [
        Kind.FREE,
        Kind.FREE,
        Kind.BOOKED,
        Kind.FREE,
        Kind.FREE,
    ]


def test_a_reservation_between_the_columns_takes_those_it_touches() -> None:
    assert _kinds(_facts(_busy(_at(9, 10), _at(9, 50))), now=_at(8))[0] == (Kind.BOOKED, 2)


def test_columns_are_as_fine_as_the_shortest_slot_down_to_a_quarter_of_an_hour() -> None:
    assert step_of([30, 60]) == 30
    assert step_of([15, 60]) == 15
    assert step_of([5]) == 15
    assert step_of([120]) == 30


def test_when_the_clocks_change_the_day_has_the_hours_that_it_has() -> None:
    for day, count in ((date(2026, 3, 29), 46), (date(2026, 10, 25), 50), (date(2026, 9, 15), 48)):
        whole = day_of(day, PARIS)
        openings = Hours((weekly([Opening(day.weekday(), 0, 1440)], PARIS),)).open(0, whole)

        columns = columns_of(whole, openings, 30, PARIS)

        assert len(columns) == count
        assert all(column.end - column.start == timedelta(minutes=30) for column in columns)
        assert sum(head.span for head in heads_of(columns, PARIS)) == count
    labels = [
        head.label for head in heads_of(columns_of(day_of(date(2026, 10, 25), PARIS), [whole_day()], 30, PARIS), PARIS)
    ]
    assert labels[2:5] == ["02:00", "02:00", "03:00"]


def whole_day() -> Period:
    """The night when summer time ends has twenty-five hours."""
    return day_of(date(2026, 10, 25), PARIS)


def test_a_week_goes_by_the_wall_clock_and_leaves_out_what_the_clocks_skip() -> None:
    days = [day_of(date(2026, 3, number), PARIS) for number in (27, 28)]
    opened = [Period(day.start, day.start + timedelta(hours=4)) for day in days]
    minutes = week_minutes(opened, days, 30, PARIS)

    ordinary = columns_on(date(2026, 3, 28), minutes, 30, PARIS)
    changed = columns_on(date(2026, 3, 29), minutes, 30, PARIS)

    assert [head.label for head in week_heads(minutes)] == ["00:00", "01:00", "02:00", "03:00"]
    assert None not in ordinary
    assert changed.count(None) == 2
    starts = [column.start for column in changed if column]
    assert starts == sorted(set(starts))
