"""Several places at once, whole rooms, and resources that take others with them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.booking import free_time, queries, services
from fablab.booking.free import free_for
from fablab.booking.services import Wish
from fablab.catalog.models import Resource, ResourceLink, ResourceState
from fablab.catalog.services import ResourceCard, add_resource
from fablab.core.db import transaction
from fablab.core.period import Period, merged
from fablab.core.refusals import Conflict, Refused
from tests.conftest import Lab, hours_from

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)
HOUR = hours_from(TEN, 1)


def book(lab: Lab, who: int, resource_id: int, period: Period = HOUR, *, places: int = 1) -> int:
    wish = Wish(resource_id=resource_id, period=period, member_id=who, places=places)
    with transaction() as session:
        return services.book(session, lab.actor(who), wish, NOW).id


def add(lab: Lab, name: str, *, places: int = 1) -> int:
    """A resource of the workshop that needs no certificate."""
    card = ResourceCard(name=name, category_id=lab.cast.desks, site_id=lab.cast.workshop, places=places)
    with transaction() as session:
        return add_resource(session, lab.actor(lab.cast.admin), card, NOW).id


def link(*links: tuple[int, int, int | None]) -> None:
    with transaction() as session:
        session.add_all(ResourceLink(resource_id=one, other_id=other, places=places) for one, other, places in links)


def claims_of(lab: Lab, reservation_id: int) -> list[tuple[int, int]]:
    row = queries.reservation(lab.session, reservation_id)
    return sorted((claim.resource_id, claim.place) for claim in row.claims if claim.active)


def free_at(lab: Lab, resource_id: int, *, places: int = 1) -> bool:
    row = lab.session.get(Resource, resource_id)
    (found,) = free_time.availability(lab.session, [row], hours_from(TEN, 1), NOW, places=places)
    return any(part.covers(HOUR) for part in found.free)


def test_desks_are_reserved_singly_several_at_once_or_all(lab: Lab) -> None:
    desks = lab.cast.desk_room
    two = book(lab, lab.cast.maker, desks, places=2)

    assert claims_of(lab, two) == [(desks, 1), (desks, 2)]
    with pytest.raises(Conflict):
        book(lab, lab.cast.student, desks, places=3)
    assert free_at(lab, desks)
    assert not free_at(lab, desks, places=2)
    book(lab, lab.cast.student, desks)
    assert not free_at(lab, desks)
    with pytest.raises(Refused) as refused:
        book(lab, lab.cast.maker, desks, hours_from(TEN + timedelta(hours=2), 1), places=4)
    assert refused.value.codes == ("places",)


def test_a_room_joined_of_two_is_free_when_both_are_and_takes_both(lab: Lab) -> None:
    left, right, hall = add(lab, "Left", places=4), add(lab, "Right"), add(lab, "Hall")
    link((hall, left, None), (hall, right, None))

    made = book(lab, lab.cast.maker, hall)
    assert claims_of(lab, made) == [(left, 1), (left, 2), (left, 3), (left, 4), (right, 1), (hall, 1)]
    for part in (left, right):
        with pytest.raises(Conflict):
            book(lab, lab.cast.student, part)
        assert not free_at(lab, part)

    with transaction() as session:
        services.cancel(session, lab.actor(lab.cast.maker), made, NOW)
    book(lab, lab.cast.student, left)
    assert not free_at(lab, hall)
    assert free_at(lab, right)
    with pytest.raises(Conflict, match="Left"):
        book(lab, lab.cast.maker, hall)


def test_an_extractor_serves_one_laser_at_a_time_and_none_while_it_is_out(lab: Lab) -> None:
    extractor, one, other = add(lab, "Extractor"), add(lab, "One"), add(lab, "Other")
    link((one, extractor, 1), (other, extractor, 1))
    book(lab, lab.cast.maker, one)

    assert not free_at(lab, other)
    with pytest.raises(Conflict, match="Extractor"):
        book(lab, lab.cast.student, other)
    book(lab, lab.cast.student, other, hours_from(TEN + timedelta(hours=1), 1))

    with transaction() as session:
        row = session.get(Resource, extractor)
        row.state, row.state_until = ResourceState.OUT_OF_ORDER, TEN + timedelta(days=2)
    later = hours_from(TEN + timedelta(days=1), 1)
    with pytest.raises(Conflict, match="Extractor"):
        book(lab, lab.cast.maker, one, later)
    book(lab, lab.cast.maker, one, hours_from(TEN + timedelta(days=2), 1))


def test_what_is_out_until_a_time_can_be_reserved_from_then_on(lab: Lab) -> None:
    with transaction() as session:
        row = session.get(Resource, lab.cast.desk_room)
        row.state, row.state_until = ResourceState.MAINTENANCE, TEN
    with pytest.raises(Refused) as refused:
        book(lab, lab.cast.maker, lab.cast.desk_room, Period(TEN - timedelta(minutes=30), TEN))
    assert refused.value.codes == ("unavailable",)
    book(lab, lab.cast.maker, lab.cast.desk_room)

    with transaction() as session:
        session.get(Resource, lab.cast.desk_room).state = ResourceState.RETIRED
    with pytest.raises(Refused):
        book(lab, lab.cast.student, lab.cast.desk_room)


parts = st.tuples(st.integers(0, 40), st.integers(1, 20)).map(
    lambda pair: Period(TEN + timedelta(minutes=pair[0]), TEN + timedelta(minutes=pair[0] + pair[1]))
)


@given(st.lists(st.lists(parts, max_size=3), min_size=1, max_size=4), st.integers(1, 4), parts)
def test_a_period_is_free_for_so_many_places_when_so_many_are_free_throughout(
    drawn: list[list[Period]], count: int, wanted: Period
) -> None:
    by_place = [merged(periods) for periods in drawn]
    found = free_for(by_place, count)

    throughout = sum(any(part.covers(wanted) for part in periods) for periods in by_place)
    assert any(part.covers(wanted) for part in found) == (throughout >= count)
    assert found == sorted(set(found))


def test_a_circle_that_takes_all_of_a_room_can_be_had_while_the_room_is_empty(lab: Lab) -> None:
    room, key = add(lab, "Salle", places=3), add(lab, "Clé")
    link((room, key, 1), (key, room, None))

    made = book(lab, lab.cast.maker, room)

    assert claims_of(lab, made) == [(room, 1), (room, 2), (room, 3), (key, 1)]
