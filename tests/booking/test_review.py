"""Requests: what staff approve first."""

import pytest

from fablab.booking import free_time, moving, reviewing, services
from fablab.booking.models import Reservation, ReservationState, ReviewState
from fablab.booking.moving import Change
from fablab.booking.services import Wish
from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Conflict, Refused
from tests.booking.terms_lab import (
    HOUR,
    MINUTE,
    NOW,
    TEN,
    book,
    cancel,
    check_in,
    look_after,
    policy,
    row,
    rule,
    struck,
)
from tests.conftest import Lab, hours_from
from tests.mails import mails
from tests.prints import Printer
from tests.support.threads import at_once


def approve(lab: Lab, reservation_id: int, who: int | None = None, version: int = 1) -> None:
    with transaction() as session:
        reviewing.approve(session, lab.actor(who or lab.cast.fabmanager), reservation_id, version, NOW + MINUTE)


def decline(lab: Lab, reservation_id: int, reason: str = "Trop long.", version: int = 1) -> None:
    with transaction() as session:
        reviewing.decline(session, lab.actor(lab.cast.fabmanager), reservation_id, reason, version, NOW + MINUTE)


def subjects(to: str) -> list[str]:
    return [item["subject"] for item in mails(to) if "certificate" not in item["subject"]]


def asked(lab: Lab, who: int) -> list[int]:
    lab.session.rollback()
    return [item.id for item in reviewing.requests(lab.session, lab.actor(who), NOW)]


def test_a_request_keeps_its_time_until_staff_approve_it(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "review", hours=12)
    made = book(lab)

    found = row(lab, made)
    assert (found.review, found.review_by, found.state) == (ReviewState.ASKED, NOW + 12 * HOUR, ReservationState.BOOKED)
    with pytest.raises(Conflict):
        book(lab, member_id=cast.student)
    assert subjects("maker@test.example") == ["Asked for: Prusa n°1"]
    assert subjects("fabmanager@test.example") == ["Maker asks for: Prusa n°1"]
    assert asked(lab, cast.fabmanager) == asked(lab, cast.admin) == [made]
    with pytest.raises(Forbidden):
        asked(lab, cast.trainer)
    for who, error in ((cast.maker, Forbidden), (cast.trainer, NotFound)):
        with pytest.raises(error):
            approve(lab, made, who)
    with pytest.raises(Refused) as refused:
        check_in(lab, made, TEN)
    assert refused.value.codes == ("review",)

    approve(lab, made)
    approve(lab, made)

    found = row(lab, made)
    assert (found.review, found.reviewed_by_id) == (ReviewState.APPROVED, cast.fabmanager)
    assert subjects("maker@test.example")[1:] == ["Approved: Prusa n°1"]
    assert asked(lab, cast.fabmanager) == look_after(lab, TEN) == []
    assert lab.session.query(AuditEntry).filter_by(action="reservation.approved").count() == 1


def test_declining_gives_the_time_back_and_says_why(lab: Lab) -> None:
    rule(lab, "review")
    made = book(lab)

    with pytest.raises(Refused) as refused:
        decline(lab, made, "  ")
    assert refused.value.codes == ("reason_missing",)
    with pytest.raises(Conflict):
        decline(lab, made, version=7)
    decline(lab, made)
    decline(lab, made)

    found = row(lab, made)
    assert (found.review, found.state) == (ReviewState.DECLINED, ReservationState.CANCELLED)
    assert free_time.busy(lab.session, [lab.cast.printer], found.period) == []
    (mail,) = [item for item in mails("maker@test.example") if item["subject"] == "Not approved: Prusa n°1"]
    assert "Trop long." in mail["body"]
    with pytest.raises(Refused):
        approve(lab, made, version=3)


def test_undecided_in_time_or_at_the_start_it_is_given_back(lab: Lab) -> None:
    rule(lab, "review", hours=12)
    late, soon = book(lab), book(lab, NOW + HOUR, resource_id=lab.cast.other_printer)

    assert look_after(lab, NOW + HOUR - MINUTE) == []
    assert look_after(lab, NOW + HOUR) == [soon]
    assert look_after(lab, NOW + 12 * HOUR) == [late]
    assert look_after(lab, NOW + 12 * HOUR) == []
    found = row(lab, late)
    assert (found.review, found.state, found.cancelled_by_id) == (ReviewState.LAPSED, ReservationState.CANCELLED, None)
    assert subjects("maker@test.example").count("Not approved: Prusa n°1") == 1


def test_what_staff_reserve_for_others_is_approved_and_their_own_is_for_a_colleague(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "review")
    given, own = (
        book(lab, by=cast.fabmanager),
        book(lab, TEN + 3 * HOUR, member_id=cast.admin, override_reason="Sinon."),
    )

    assert (row(lab, given).review, row(lab, given).reviewed_by_id) == (ReviewState.APPROVED, cast.fabmanager)
    assert row(lab, own).review == ReviewState.ASKED
    with pytest.raises(Refused) as refused:
        approve(lab, own, cast.admin)
    assert refused.value.codes == ("own",)
    approve(lab, own)


def test_nobody_walks_in_to_what_staff_approve_first(lab: Lab) -> None:
    rule(lab, "review")
    wish = Wish(resource_id=lab.cast.printer, member_id=lab.cast.maker, period=hours_from(TEN, 1))
    with pytest.raises(Refused) as refused, transaction() as session:
        services.walk_in(session, lab.actor(lab.cast.maker), wish, TEN)
    assert refused.value.codes == ("review",)


def test_a_machine_that_starts_on_a_request_breaks_nothing(lab: Lab) -> None:
    rule(lab, "review", hours=100)
    made = book(lab)
    Printer(lab, lab.cast.printer).prints(TEN - 5 * MINUTE, 600)

    assert row(lab, made).started_at is not None
    assert look_after(lab, TEN + MINUTE) == []
    with transaction() as session:
        reviewing.approve(session, lab.actor(lab.cast.fabmanager), made, 1, TEN + MINUTE)
    assert row(lab, made).review == ReviewState.APPROVED


def test_moving_asks_again_unless_staff_move_it(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "review")
    made = book(lab)
    approve(lab, made)

    def move(who: int, start: float) -> Reservation:
        with transaction() as session:
            wanted = Change(period=hours_from(TEN + start * HOUR, 2))
            moving.change(session, lab.actor(who), made, wanted, NOW + HOUR)
        return row(lab, made)

    assert move(cast.fabmanager, 2).review == ReviewState.APPROVED
    assert move(cast.maker, 4).review == ReviewState.ASKED
    assert subjects("fabmanager@test.example") == ["Maker asks for: Prusa n°1"] * 2
    assert subjects("maker@test.example").count("Asked for: Prusa n°1") == 2


def test_a_request_is_given_back_at_no_cost(lab: Lab) -> None:
    policy(lab, cancel_minutes=120)
    rule(lab, "cancellation", minutes=1440, fee_cents=1000, strikes=True)
    rule(lab, "review")
    made = book(lab)
    cancel(lab, made, TEN - HOUR)
    assert struck(lab) == []


def test_approving_declining_and_lapsing_at_once_end_in_one_of_them(lab: Lab) -> None:
    rule(lab, "review", hours=1)
    for number in range(3):
        made = book(lab, TEN + 3 * HOUR * number)

        def lapse(key: int = made) -> bool:
            with transaction() as session:
                return reviewing.lapse(session, key, NOW + HOUR)

        at_once(lab.app, [lambda k=made: approve(lab, k), lambda k=made: decline(lab, k), lapse])

        found = row(lab, made)
        assert (found.state == ReservationState.BOOKED) == (found.review == ReviewState.APPROVED)
        assert len(free_time.busy(lab.session, [lab.cast.printer], found.period)) == (found.review == "approved")
