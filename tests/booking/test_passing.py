"""Who passes first takes what others reserved, in time; and nobody asks for too much too fast."""

from datetime import timedelta

import pytest

from fablab.booking import services
from fablab.booking.models import Reservation
from fablab.booking.rules.scope import Scope
from fablab.booking.services import Wish
from fablab.core.db import transaction
from fablab.core.refusals import Conflict, Refused
from fablab.members.actor import Role
from tests.booking.rules_of_a_lab import NOW, TEN, book, rule
from tests.booking.terms_lab import told
from tests.conftest import Lab, hours_from

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def students_first(lab: Lab, notice_minutes: int = 60, rank: int = 1) -> None:
    scope = Scope(site_id=lab.cast.workshop, class_id=lab.cast.students)
    rule(lab, "priority", {"rank": rank, "notice_minutes": notice_minutes}, scope)


def states(lab: Lab) -> list[tuple[int, str]]:
    """Who has or had what, in the order of asking."""
    lab.session.rollback()
    return [(row.member_id, row.state) for row in lab.session.query(Reservation).order_by(Reservation.id)]


def gives_way(lab: Lab, who: int, start: int = 0) -> int:
    wish = Wish(resource_id=lab.cast.printer, period=hours_from(TEN + start * HOUR, 1), member_id=who)
    lab.session.rollback()
    return services.verdict_on(lab.session, lab.actor(who), wish, NOW).gives_way


def test_who_passes_first_takes_it_and_whoever_had_it_is_told_and_pays_nothing(lab: Lab) -> None:
    cast = lab.cast
    students_first(lab)
    rule(lab, "cancellation", {"minutes": 44_640, "fee_cents": 1000})
    book(lab, cast.maker, hours_from(TEN, 2))

    assert gives_way(lab, cast.student) == 1
    with pytest.raises(Conflict):
        book(lab, cast.student, hours_from(TEN + HOUR, 1))
    book(lab, cast.student, hours_from(TEN + HOUR, 1), passes_first=True)

    assert states(lab) == [(cast.maker, "cancelled"), (cast.student, "booked")]
    assert told(lab, "cancelled:") == ["cancelled:1"]
    gone = lab.session.get_one(Reservation, 1)
    assert (gone.cancelled_by_id, bool(gone.cancel_reason)) == (None, True)


def test_nobody_is_pushed_aside_too_late_nor_by_those_who_pass_no_sooner(lab: Lab) -> None:
    cast = lab.cast
    students_first(lab)
    book(lab, cast.student, hours_from(TEN, 1))
    book(lab, cast.maker, hours_from(TEN + HOUR, 1))

    assert gives_way(lab, cast.maker) == 0
    with pytest.raises(Conflict):
        book(lab, cast.maker, hours_from(TEN, 1), passes_first=True)
    with pytest.raises(Conflict):
        book(lab, cast.student, hours_from(TEN + HOUR, 1), passes_first=True, now=TEN + timedelta(minutes=1))
    with pytest.raises(Refused) as long_ago:
        book(lab, cast.student, hours_from(NOW - DAY, 1), passes_first=True)
    assert "past" in long_ago.value.codes

    assert [state for _who, state in states(lab)] == ["booked", "booked"]


def test_what_begun_or_is_not_a_members_own_stays(lab: Lab) -> None:
    cast = lab.cast
    students_first(lab, notice_minutes=0)
    book(lab, cast.fabmanager, hours_from(TEN, 1), nature="class")
    begun = book(lab, cast.maker, hours_from(TEN + HOUR, 1))
    with transaction() as session:
        services.mark_started(session, session.get_one(Reservation, begun), NOW)

    for start in (0, 1):
        assert gives_way(lab, cast.student, start) == 0
        with pytest.raises(Conflict):
            book(lab, cast.student, hours_from(TEN + start * HOUR, 1), passes_first=True)


def test_a_programme_passes_before_members_and_a_higher_rank_before_a_lower(lab: Lab) -> None:
    cast = lab.cast
    students_first(lab, rank=2)
    rule(lab, "priority", {"rank": 3, "notice_minutes": 0}, Scope(site_id=cast.workshop, role=Role.FABMANAGER))
    book(lab, cast.student, hours_from(TEN, 1))
    book(lab, cast.maker, hours_from(TEN + HOUR, 1))

    book(lab, cast.fabmanager, hours_from(TEN, 3), nature="class", passes_first=True)

    assert [state for _who, state in states(lab)] == ["cancelled", "cancelled", "booked"]


def test_of_several_places_no_more_give_way_than_are_needed_and_the_latest_first(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "priority", {"notice_minutes": 60}, Scope(class_id=cast.students), by=cast.admin)
    first = book(lab, cast.maker, hours_from(TEN, 1), resource_id=cast.desk_room, places=2)
    second = book(lab, cast.newcomer, hours_from(TEN, 1), resource_id=cast.desk_room)

    third = book(lab, cast.student, hours_from(TEN, 1), resource_id=cast.desk_room, passes_first=True)
    assert [state for _who, state in states(lab)] == ["booked", "cancelled", "booked"]
    with transaction() as session:
        services.cancel(session, lab.actor(cast.student), third, NOW)
    book(lab, cast.student, hours_from(TEN, 1), resource_id=cast.desk_room, places=2, passes_first=True)

    lab.session.rollback()
    assert [lab.session.get_one(Reservation, key).state for key in (first, second)] == ["cancelled", "cancelled"]


def test_nobody_asks_for_more_than_so_many_within_some_minutes(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "pace", {"most": 2, "minutes": 10})
    for hour in (0, 1):
        book(lab, cast.maker, hours_from(TEN + hour * HOUR, 1), now=NOW + hour * timedelta(minutes=4))
    with transaction() as session:
        services.cancel(session, lab.actor(cast.maker), 1, NOW + timedelta(minutes=5))

    with pytest.raises(Refused) as soon:
        book(lab, cast.maker, hours_from(TEN + 2 * HOUR, 1), now=NOW + timedelta(minutes=9))
    assert soon.value.codes == ("pace",)
    assert "09:10" in soon.value.refusals[0].remedy, "the workshop’s clock is an hour ahead"
    book(lab, cast.student, hours_from(TEN + 3 * HOUR, 1), now=NOW + timedelta(minutes=9))
    book(lab, cast.maker, hours_from(TEN + 2 * HOUR, 1), now=NOW + timedelta(minutes=10))
