"""What is asked of reservations: who sees what, what is free, what is next."""

from datetime import UTC, datetime, timedelta

from fablab.booking import free_time, queries, services
from fablab.booking.models import Nature
from fablab.booking.services import Wish
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource, ResourceState
from fablab.core.db import transaction
from fablab.core.errors import NotFound
from fablab.core.period import Period
from tests.conftest import Lab, hours_from

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)
DAY = Period(TEN - timedelta(hours=10), TEN + timedelta(hours=14))


def book(lab: Lab, who: int, resource: int, period: Period, **more: object) -> int:
    with transaction() as session:
        wish = Wish(resource_id=resource, period=period, member_id=who, **more)
        return services.book(session, lab.actor(who), wish, NOW).id


def availability(lab: Lab, resource: int, within: Period = DAY, now: datetime = NOW) -> free_time.Availability:
    (found,) = free_time.availability(lab.session, [catalog.resource(lab.session, resource)], within, now)
    return found


def test_what_is_free_is_open_not_taken_and_still_ahead(lab: Lab) -> None:
    for who in (lab.cast.maker, lab.cast.student, lab.cast.newcomer):
        book(lab, who, lab.cast.desk_room, hours_from(TEN, 1))
    book(lab, lab.cast.maker, lab.cast.desk_room, hours_from(TEN + timedelta(hours=2), 1))

    found = availability(lab, lab.cast.desk_room, now=TEN - timedelta(minutes=30))

    opens, closes = TEN - timedelta(hours=2), TEN + timedelta(hours=7)
    assert found.open == [Period(opens, closes)]
    assert found.free == [
        Period(TEN - timedelta(minutes=30), TEN),
        Period(TEN + timedelta(hours=1), closes),
    ]
    assert [(item.place, item.member_id) for item in found.busy[:3]] == [
        (1, lab.cast.maker),
        (2, lab.cast.student),
        (3, lab.cast.newcomer),
    ]


def test_what_is_out_of_order_is_never_free(lab: Lab) -> None:
    with transaction() as session:
        session.get_one(Resource, lab.cast.printer).state = ResourceState.OUT_OF_ORDER

    found = availability(lab, lab.cast.printer)

    assert found.free == []
    assert found.open == [DAY]


def test_a_cancelled_reservation_is_in_nobodys_way(lab: Lab) -> None:
    made = book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1))
    with transaction() as session:
        services.cancel(session, lab.actor(lab.cast.maker), made, NOW)

    assert availability(lab, lab.cast.printer).busy == []
    assert queries.reservations(lab.session, DAY) == []
    assert queries.upcoming(lab.session, lab.cast.maker, NOW) == []
    assert [row.id for row in queries.past(lab.session, lab.cast.maker, NOW)] == [made]


def test_a_reservation_is_seen_by_its_member_and_by_staff_of_its_site_only(lab: Lab) -> None:
    made = book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1))
    desk = book(lab, lab.cast.maker, lab.cast.desk_room, hours_from(TEN, 1))

    def sees(who: int, reservation: int) -> bool:
        try:
            return queries.reservation_seen_by(lab.session, lab.actor(who), reservation).id == reservation
        except NotFound:
            return False

    everybody = [lab.cast.maker, lab.cast.student, lab.cast.trainer, lab.cast.fabmanager, lab.cast.treasurer]
    assert [sees(who, made) for who in everybody] == [True, False, False, True, False]
    assert [sees(who, desk) for who in everybody] == [True, False, False, False, False]
    assert sees(lab.cast.admin, made)
    assert sees(lab.cast.admin, desk)
    assert not sees(lab.cast.admin, 999)


def test_a_members_list_holds_their_own_and_those_of_the_sites_they_look_after(lab: Lab) -> None:
    mine = book(lab, lab.cast.maker, lab.cast.desk_room, hours_from(TEN, 1))
    book(lab, lab.cast.student, lab.cast.desk_room, hours_from(TEN, 1))
    printer = book(lab, lab.cast.student, lab.cast.printer, hours_from(TEN, 1))

    def listed(**more: object) -> list[int]:
        return [row.id for row in queries.reservations(lab.session, DAY, **more)]

    assert listed(member_id=lab.cast.maker) == [mine]
    assert listed(member_id=lab.cast.maker, or_sites=[lab.cast.workshop]) == [mine, printer]
    assert listed(member_id=lab.cast.student, resource_id=lab.cast.printer) == [printer]
    assert listed(member_id=lab.cast.newcomer) == []


def test_a_list_is_cut_into_pages_without_losing_or_repeating_any(lab: Lab) -> None:
    made = [
        book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN + timedelta(hours=hour), 1)) for hour in range(5)
    ]

    pages = [queries.reservations(lab.session, DAY, offset=offset, limit=2) for offset in (0, 2, 4)]

    assert [[row.id for row in page] for page in pages] == [made[:2], made[2:4], made[4:]]


def test_a_period_only_touched_is_not_met(lab: Lab) -> None:
    book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1))

    for touching in (hours_from(TEN - timedelta(hours=1), 1), hours_from(TEN + timedelta(hours=1), 1)):
        assert queries.reservations(lab.session, touching) == []
        assert free_time.busy(lab.session, [lab.cast.printer], touching) == []


def test_what_is_next_comes_first_and_what_is_running_is_among_it(lab: Lab) -> None:
    later = book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN + timedelta(hours=3), 1))
    running = book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1))
    during, after = TEN + timedelta(minutes=30), TEN + timedelta(hours=1)

    assert [row.id for row in queries.upcoming(lab.session, lab.cast.maker, during)] == [running, later]
    assert [row.id for row in queries.upcoming(lab.session, lab.cast.maker, after)] == [later]
    assert [row.id for row in queries.past(lab.session, lab.cast.maker, after)] == [running]


def test_staff_reserve_for_whatever_a_use_may_be(lab: Lab) -> None:
    made = {
        nature: book(lab, lab.cast.admin, lab.cast.desk_room, hours_from(TEN + timedelta(hours=hour), 1), nature=nature)
        for hour, nature in enumerate(Nature)
    }

    assert {nature: queries.reservation(lab.session, row).nature for nature, row in made.items()} == {
        nature: nature for nature in Nature
    }
