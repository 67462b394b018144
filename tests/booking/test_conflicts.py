"""Whatever members want in whatever order: no place is ever given twice, and none is refused that is free."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from fablab.booking import free_time, services
from fablab.booking.models import Reservation
from fablab.booking.services import Wish
from fablab.catalog import queries as catalog
from fablab.core.period import Period, without
from fablab.core.refusals import Conflict
from tests.conftest import Lab
from tests.support.undone import undone

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
NINE = datetime(2026, 3, 3, 8, tzinfo=UTC)
"""Nine o'clock in Paris, when the office opens."""
HOURS = 9


@dataclass(frozen=True)
class Reserve:
    """Reserve so many half hours from that one on."""

    first: int
    halves: int

    @property
    def period(self) -> Period:
        start = NINE + timedelta(minutes=30 * self.first)
        return Period(start, start + timedelta(minutes=30 * self.halves))


@dataclass(frozen=True)
class Cancel:
    """Give back one of those that were made."""

    which: int


acts = st.lists(
    st.one_of(
        st.builds(Reserve, st.integers(0, 12), st.integers(1, 6)),
        st.builds(Cancel, st.integers(0, 5)),
    ),
    max_size=14,
)


def test_no_place_is_given_twice_and_none_refused_that_is_free(lab: Lab) -> None:
    @settings(max_examples=25)
    @given(acts)
    def try_out(wanted: list[Reserve | Cancel]) -> None:
        with undone():
            live_through(lab, wanted)

    try_out()


def live_through(lab: Lab, wanted: list[Reserve | Cancel]) -> None:
    session, me = lab.session, lab.actor(lab.cast.maker)
    places: dict[int, list[Period]] = {1: [], 2: [], 3: []}
    made: list[Reservation] = []
    for act in wanted:
        if isinstance(act, Cancel):
            if act.which < len(made):
                row = made.pop(act.which)
                services.cancel(session, me, row.id, NOW)
                places[row.claims[0].place].remove(row.period)
            continue
        free = [place for place, taken in places.items() if not any(act.period.overlaps(other) for other in taken)]
        wish = Wish(resource_id=lab.cast.desk_room, period=act.period, member_id=lab.cast.maker)
        try:
            row = services.book(session, me, wish, NOW)
        except Conflict:
            assert not free
            continue
        assert row.claims[0].place in free
        places[row.claims[0].place].append(act.period)
        made.append(row)
    compare_with_the_database(lab, places)


def compare_with_the_database(lab: Lab, places: dict[int, list[Period]]) -> None:
    day = Period(NINE, NINE + timedelta(hours=HOURS))
    resource = catalog.resource(lab.session, lab.cast.desk_room)
    (found,) = free_time.availability(lab.session, [resource], day, NOW)

    for place, taken in places.items():
        busy = sorted(item.period for item in found.busy if item.place == place)
        assert busy == sorted(taken)
        assert all(one.end <= other.start for one, other in pairwise(busy))
    free = {part for taken in places.values() for part in without([day], taken)}
    within_others = {part for part in free for other in free - {part} if other.covers(part)}
    assert found.free == sorted(free - within_others)
