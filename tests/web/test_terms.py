"""Checking in, starting now, requests and what giving back costs, through the screens."""

from datetime import UTC, datetime, timedelta

from fablab.booking.models import Reservation, ReservationFee, ReservationState, ReviewState
from fablab.core.db import transaction
from fablab.members import badges
from fablab.presence import terminals
from tests.booking.terms_lab import HOUR, MINUTE, book, rule
from tests.conftest import Lab


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def read(lab: Lab, reservation_id: int) -> Reservation:
    lab.session.rollback()
    return lab.session.get_one(Reservation, reservation_id)


def test_a_member_checks_in_from_their_page_and_from_the_machines(lab: Lab) -> None:
    rule(lab, "check_in")
    first = book(lab, now() + 5 * MINUTE, now=now() - HOUR)
    later = book(lab, now() + 4 * HOUR, now=now() - HOUR)
    maker = lab.signed_in(lab.cast.maker)

    page = maker.get("/me").text
    assert page.count("/check-in") == 1, "the other one begins much later"
    assert "Check in between" in page
    assert f"/reservations/{first}/check-in" in maker.get("/m/prusa-n1").text
    refused = maker.post(f"/reservations/{later}/check-in")
    assert refused.status_code == 422
    answer = maker.post(f"/reservations/{first}/check-in", data={"next": "/me"})

    assert (answer.status_code, answer.location) == (302, "/me")
    assert read(lab, first).checked_in_at is not None
    assert "/check-in" not in maker.get("/me").text
    assert "/check-in" not in maker.get(f"/reservations/{first}").text
    assert lab.signed_in(lab.cast.student).post(f"/reservations/{first}/check-in").status_code == 404


def test_hosts_see_who_is_expected_and_check_them_in(lab: Lab) -> None:
    rule(lab, "check_in")
    made = book(lab, now() + MINUTE, 0.2, now=now() - HOUR)
    host = lab.signed_in(lab.cast.trainer)

    page = host.get("/desk/expected").text
    assert f"/reservations/{made}/check-in" in page
    assert "Maker" in page
    answer = host.post(f"/reservations/{made}/check-in", data={"next": "/desk/expected"})
    assert answer.location == "/desk/expected"
    assert read(lab, made).checked_in_at is not None
    with transaction() as session:
        session.get_one(Reservation, made).state = ReservationState.CANCELLED
        session.get_one(Reservation, made).checked_in_at = None
    assert host.post(f"/reservations/{made}/check-in", data={"next": "/desk/expected"}).status_code == 422


def test_one_tap_on_the_machines_page_and_it_is_theirs(lab: Lab) -> None:
    cast = lab.cast
    maker = lab.signed_in(cast.maker)
    assert 'action="/m/prusa-n1/start"' in maker.get("/m/prusa-n1").text
    assert 'action="/m/prusa-n1/start"' not in lab.client().get("/m/prusa-n1").text
    assert 'action="/m/laser/start"' not in maker.get("/m/laser").text, "they lack its certificate"

    for _ in range(2):
        answer = maker.post("/m/prusa-n1/start", data={"minutes": "30", "request_key": "k"})
        assert (answer.status_code, answer.location) == (302, "/m/prusa-n1")
    made = lab.session.query(Reservation).one()
    assert (made.period.minutes, made.started_at is not None) == (30, True)
    lab.session.rollback()
    taken = lab.signed_in(cast.student).post("/m/prusa-n1/start", data={"minutes": "30"})
    assert taken.status_code == 409
    assert "/m/prusa-n1/book?start=now" in taken.text
    assert maker.post("/m/laser/start", data={"minutes": "30"}).status_code == 422


def test_cancelling_says_the_cost_first_and_asks_again_where_it_has_changed(lab: Lab) -> None:
    rule(lab, "cancellation", minutes=600, fee_cents=500, strikes=True)
    made = book(lab, now() + HOUR, now=now() - HOUR)
    maker = lab.signed_in(lab.cast.maker)

    page = maker.get(f"/reservations/{made}").text
    assert 'name="agreed_cents" value="500"' in page
    late = maker.post(f"/reservations/{made}/cancel", data={"agreed_cents": "499"})
    assert late.status_code == 422
    assert 'name="agreed_cents" value="500"' in late.text
    assert maker.post(f"/reservations/{made}/cancel", data={"agreed_cents": "500"}).status_code == 302
    assert read(lab, made).state == ReservationState.CANCELLED
    staff = lab.signed_in(lab.cast.fabmanager)
    assert f'action="/reservations/{made}/fee/waive"' in staff.get(f"/reservations/{made}").text
    assert staff.post(f"/reservations/{made}/fee/waive", data={"reason": " "}).status_code == 422
    assert maker.post(f"/reservations/{made}/fee/waive", data={"reason": "x"}).status_code == 403
    assert staff.post(f"/reservations/{made}/fee/waive", data={"reason": "<b>Malade</b>"}).status_code == 302
    lab.session.rollback()
    assert lab.session.get_one(ReservationFee, made).waived_at is not None
    assert "&lt;b&gt;Malade" in maker.get(f"/reservations/{made}").text


def test_staff_decide_requests_from_the_queue(lab: Lab) -> None:
    rule(lab, "review")
    first, second = (book(lab, now() + timedelta(days=number), now=now()) for number in (1, 2))
    maker, staff = lab.signed_in(lab.cast.maker), lab.signed_in(lab.cast.fabmanager)
    assert "Waits for approval" in maker.get("/me").text
    assert "/desk/requests" in staff.get("/desk").text

    queue = staff.get("/desk/requests").text
    assert queue.index(f"request-{first}") < queue.index(f"request-{second}")
    stale = staff.post(f"/desk/requests/{first}", data={"decision": "approve", "version": "9"})
    assert stale.status_code == 409
    no_reason = staff.post(f"/desk/requests/{second}", data={"decision": "decline", "version": "1"})
    assert no_reason.status_code == 422
    for key, decision in ((first, "approve"), (second, "decline")):
        data = {"decision": decision, "version": "1", "reason": "Panne"}
        assert staff.post(f"/desk/requests/{key}", data=data).status_code == 302

    assert read(lab, first).review == ReviewState.APPROVED
    assert (read(lab, second).review, read(lab, second).state) == (ReviewState.DECLINED, ReservationState.CANCELLED)
    assert "Panne" in maker.get(f"/reservations/{second}").text
    assert f"request-{first}" not in staff.get("/desk/requests").text


def test_a_badge_at_the_terminal_checks_in(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "check_in")
    made = book(lab, now() + MINUTE, now=now() - HOUR)
    with transaction() as session:
        admin = lab.actor(cast.admin)
        badges.give_badge(session, admin, cast.maker, "04A15F7790", now())
        key = terminals.add_terminal(session, admin, cast.workshop, "Entrée", now())[1]
    tablet = lab.client()

    tablet.post(f"/terminal/{key}", data={"code": "04A15F7790"})
    assert tablet.post(f"/terminal/{key}/arrive").status_code == 302
    assert read(lab, made).checked_in_at is not None
    other = book(lab, now() + 2 * MINUTE, resource_id=cast.other_printer, now=now() - HOUR)
    greeted = tablet.post(f"/terminal/{key}", data={"code": "04A15F7790"}).text
    assert f"/terminal/{key}/check-in" in greeted
    assert tablet.post(f"/terminal/{key}/check-in").status_code == 302
    assert read(lab, other).checked_in_at is not None
    assert tablet.post(f"/terminal/{key}/check-in").status_code == 302, "nobody has shown a badge since"
