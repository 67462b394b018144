"""Reserving and cancelling through the services, on a real database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import IntegrityError

from fablab.booking import queries, services
from fablab.booking.models import LONGEST_CLAIM, Claim, Nature, Reservation, ReservationState
from fablab.booking.services import Wish
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.period import Period
from fablab.core.refusals import Conflict, Refused
from fablab.members import queries as members
from tests.conftest import Lab, hours_from

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)


def book(lab: Lab, who: int, resource: int, period: Period, *, now: datetime = NOW, **more: object) -> int:
    wish = Wish(resource_id=resource, period=period, member_id=more.pop("member_id", who), **more)
    with transaction() as session:
        return services.book(session, lab.actor(who), wish, now).id


def test_a_certified_member_reserves_and_their_own_account_pays(lab: Lab) -> None:
    made = book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1))

    row = queries.reservation(lab.session, made)
    assert (row.starts_at, row.ends_at, row.nature) == (TEN, TEN + timedelta(hours=1), Nature.MEMBER)
    assert row.account_id is not None
    assert [(claim.place, claim.active) for claim in row.claims] == [(1, True)]


def test_every_reason_is_told_at_once(lab: Lab) -> None:
    book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1))

    with pytest.raises(Refused) as refused:
        book(lab, lab.cast.newcomer, lab.cast.printer, hours_from(TEN, 1), now=TEN + timedelta(hours=2))

    assert refused.value.codes == ("past", "certificate_missing", "taken")


def test_without_the_certificate_the_reason_names_the_course(lab: Lab) -> None:
    with pytest.raises(Refused, match="Impression 3D"):
        book(lab, lab.cast.newcomer, lab.cast.printer, hours_from(TEN, 1))


def test_a_reservation_may_begin_when_another_ends(lab: Lab) -> None:
    book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1))

    assert book(lab, lab.cast.student, lab.cast.printer, hours_from(TEN + timedelta(hours=1), 1))


def test_the_slower_of_two_is_told_that_somebody_has_it(lab: Lab) -> None:
    book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1))

    with pytest.raises(Conflict) as conflict:
        book(lab, lab.cast.student, lab.cast.printer, hours_from(TEN + timedelta(minutes=30), 1))

    assert conflict.value.codes == ("taken",)


def test_a_room_of_three_places_takes_three_and_no_fourth(lab: Lab) -> None:
    for who in (lab.cast.maker, lab.cast.student, lab.cast.newcomer):
        book(lab, who, lab.cast.desk_room, hours_from(TEN, 1))

    with pytest.raises(Conflict):
        book(lab, lab.cast.trainer, lab.cast.desk_room, hours_from(TEN, 1))

    places = lab.session.query(Claim.place).filter(Claim.resource_id == lab.cast.desk_room).all()
    assert sorted(place for (place,) in places) == [1, 2, 3]


@pytest.mark.parametrize(("hour", "hours"), [(6, 1), (16.5, 2), (20, 1)])
def test_outside_opening_hours_is_refused(lab: Lab, hour: float, hours: float) -> None:
    start = TEN.replace(hour=0) + timedelta(hours=hour)

    with pytest.raises(Refused) as refused:
        book(lab, lab.cast.maker, lab.cast.desk_room, hours_from(start, hours))

    assert refused.value.codes == ("closed",)


def test_the_same_request_key_gives_the_same_reservation(lab: Lab) -> None:
    first = book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1), request_key="once")
    again = book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1), request_key="once")

    assert first == again
    assert lab.session.query(Reservation).count() == 1


def test_a_request_key_is_not_reused_for_another_wish(lab: Lab) -> None:
    book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1), request_key="once")

    with pytest.raises(Conflict) as conflict:
        book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 2), request_key="once")

    assert conflict.value.codes == ("request_key_used",)


def test_members_reserve_for_themselves_only(lab: Lab) -> None:
    with pytest.raises(Forbidden):
        book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1), member_id=lab.cast.student)


def test_a_fabmanager_reserves_for_a_member_at_their_site_only(lab: Lab) -> None:
    boss = lab.cast.fabmanager

    made = book(lab, boss, lab.cast.printer, hours_from(TEN, 1), member_id=lab.cast.maker)

    assert queries.reservation(lab.session, made).member_id == lab.cast.maker
    with pytest.raises(Forbidden):
        book(lab, boss, lab.cast.desk_room, hours_from(TEN, 1), member_id=lab.cast.maker)


def test_a_member_reserves_for_their_own_use_only(lab: Lab) -> None:
    for nature in set(Nature) - {Nature.MEMBER}:
        with pytest.raises(Forbidden):
            book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1), nature=nature)


def test_a_resource_that_there_is_not_is_not_found(lab: Lab) -> None:
    with pytest.raises(NotFound):
        book(lab, lab.cast.maker, 999, hours_from(TEN, 1))


def test_a_member_that_there_is_not_or_who_has_left_gets_nothing(lab: Lab) -> None:
    with transaction() as session:
        members.member(session, lab.cast.student).left_at = NOW

    for gone in (999, lab.cast.student):
        with pytest.raises(Refused) as refused:
            book(lab, lab.cast.fabmanager, lab.cast.printer, hours_from(TEN, 1), member_id=gone)
        assert refused.value.codes == ("member_unknown",)


def test_a_wish_for_now_that_is_asked_again_a_moment_later_is_the_same(lab: Lab) -> None:
    first = book(lab, lab.cast.maker, lab.cast.printer, hours_from(NOW, 1), request_key="once")
    moved, later = hours_from(NOW + timedelta(seconds=90), 1), hours_from(NOW + timedelta(seconds=121), 1)

    assert book(lab, lab.cast.maker, lab.cast.printer, moved, request_key="once") == first
    with pytest.raises(Conflict):
        book(lab, lab.cast.maker, lab.cast.printer, later, request_key="once")


def test_two_people_may_use_the_same_request_key(lab: Lab) -> None:
    first = book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1), request_key="once")

    assert book(lab, lab.cast.student, lab.cast.other_printer, hours_from(TEN, 1), request_key="once") != first


def test_a_request_that_was_refused_may_be_made_again(lab: Lab) -> None:
    with pytest.raises(Refused):
        book(lab, lab.cast.newcomer, lab.cast.printer, hours_from(TEN, 1), request_key="once")

    assert book(lab, lab.cast.newcomer, lab.cast.desk_room, hours_from(TEN, 1), request_key="once")


def test_what_a_sheet_says_beforehand_is_what_booking_would_say(lab: Lab) -> None:
    book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1))
    wish = Wish(resource_id=lab.cast.printer, period=hours_from(TEN, 1), member_id=lab.cast.newcomer)

    said = services.reasons_against(lab.session, lab.actor(lab.cast.newcomer), wish, NOW)

    with pytest.raises(Refused) as refused:
        book(lab, lab.cast.newcomer, lab.cast.printer, hours_from(TEN, 1))
    assert tuple(said) == refused.value.refusals
    with pytest.raises(Forbidden):
        services.reasons_against(lab.session, lab.actor(lab.cast.student), wish, NOW)


def test_two_clocks_may_name_the_same_instants_for_one_request(lab: Lab) -> None:
    paris = ZoneInfo("Europe/Paris")
    local = Period(TEN.astimezone(paris), (TEN + timedelta(hours=1)).astimezone(paris))

    first = book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1), request_key="once")

    assert book(lab, lab.cast.maker, lab.cast.printer, local, request_key="once") == first


def test_an_account_that_is_not_ones_own_cannot_pay(lab: Lab) -> None:
    made = book(lab, lab.cast.student, lab.cast.printer, hours_from(TEN, 1))
    account = queries.reservation(lab.session, made).account_id

    with pytest.raises(Refused) as refused:
        book(lab, lab.cast.maker, lab.cast.other_printer, hours_from(TEN, 1), account_id=account)

    assert refused.value.codes == ("account_unknown",)


def test_cancelling_gives_the_place_back_and_twice_equals_once(lab: Lab) -> None:
    made = book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1))

    for _ in range(2):
        with transaction() as session:
            services.cancel(session, lab.actor(lab.cast.maker), made, NOW)

    assert queries.reservation(lab.session, made).state == ReservationState.CANCELLED
    assert book(lab, lab.cast.student, lab.cast.printer, hours_from(TEN, 1))


def test_nobody_cancels_anothers_reservation(lab: Lab) -> None:
    made = book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1))

    with pytest.raises(NotFound), transaction() as session:
        services.cancel(session, lab.actor(lab.cast.student), made, NOW)

    assert queries.reservation(lab.session, made).state == ReservationState.BOOKED


def test_what_is_over_cannot_be_cancelled(lab: Lab) -> None:
    made = book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1))

    with pytest.raises(Refused) as refused, transaction() as session:
        services.cancel(session, lab.actor(lab.cast.maker), made, TEN + timedelta(hours=2))

    assert refused.value.codes == ("over",)


@pytest.mark.parametrize("minutes", [-30, 0, 30])
def test_the_database_itself_refuses_two_active_claims_on_a_place(lab: Lab, minutes: int) -> None:
    made = book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1))
    start = TEN + timedelta(minutes=minutes)
    claim = Claim(
        reservation_id=made,
        resource_id=lab.cast.printer,
        place=1,
        occupied_from=start,
        occupied_to=start + timedelta(hours=1),
    )

    with pytest.raises(IntegrityError), transaction() as session:
        session.add(claim)
        session.flush()


def test_the_database_itself_refuses_to_revive_a_claim_that_would_overlap(lab: Lab) -> None:
    made = book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1))
    with transaction() as session:
        services.cancel(session, lab.actor(lab.cast.maker), made, NOW)
    book(lab, lab.cast.student, lab.cast.printer, hours_from(TEN, 1))

    with pytest.raises(IntegrityError), transaction() as session:
        session.query(Claim).filter(Claim.reservation_id == made).update({"active": True})


def test_the_database_itself_refuses_a_claim_that_is_too_long_to_be_found(lab: Lab) -> None:
    made = book(lab, lab.cast.maker, lab.cast.printer, hours_from(TEN, 1))
    start = TEN + timedelta(days=1)

    def claim(until: datetime) -> None:
        with transaction() as session:
            row = Claim(
                reservation_id=made, resource_id=lab.cast.printer, place=1, occupied_from=start, occupied_to=until
            )
            session.add(row)

    with pytest.raises(IntegrityError):
        claim(start + LONGEST_CLAIM + timedelta(seconds=1))
    claim(start + LONGEST_CLAIM)
