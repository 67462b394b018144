"""Waiting for what is taken: joining, being offered what frees, answering, and who comes first."""

from datetime import UTC, datetime, timedelta

import pytest

from fablab.booking import moving, no_shows, queries, services
from fablab.booking.models import Claim, FreedTime, Offer, Reservation, Wait
from fablab.booking.moving import Change
from fablab.booking.queue import queries as queue
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.waiting import Waiting
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.period import Period
from fablab.core.refusals import Conflict, Refused
from fablab.members import guardians
from fablab.members.privacy import erasing
from fablab.sites.models import Site
from fablab.training.services import validate
from tests.booking.line import HOUR, LATER, NOW, TEN, accept, decline, join, leave, look_after, offers_to, work
from tests.booking.rules_of_a_lab import book, rule
from tests.conftest import Lab, hours_from
from tests.mails import mails

EVENING = hours_from(TEN, 2)


@pytest.fixture
def trained(lab: Lab) -> Lab:
    """A lab in which the newcomer and the staff hold the printers' certificate too."""
    with transaction() as session:
        for who in (lab.cast.newcomer, lab.cast.fabmanager, lab.cast.trainer):
            validate(session, lab.actor(lab.cast.admin), who, lab.cast.printing, datetime(2025, 1, 6, tzinfo=UTC))
    return lab


def cancel(lab: Lab, who: int, reservation_id: int, *, now: datetime = NOW) -> None:
    with transaction() as session:
        services.cancel(session, lab.actor(who), reservation_id, now)


def codes(error: pytest.ExceptionInfo[Refused]) -> set[str]:
    return set(error.value.codes)


def test_what_is_given_back_is_kept_for_the_first_in_line_and_becomes_theirs(trained: Lab) -> None:
    cast = trained.cast
    held = book(trained, cast.maker, HOUR)
    first = join(trained, cast.student, HOUR)
    second = join(trained, cast.newcomer, HOUR, now=NOW + timedelta(seconds=1))
    assert [queue.place_in_line(trained.session, queue.wait(trained.session, key), NOW) for key in (first, second)] == [
        1,
        2,
    ]

    cancel(trained, cast.maker, held)
    with pytest.raises(Conflict):
        book(trained, cast.newcomer, HOUR)  # Nobody slips in before it is offered.
    work()

    (offer,) = offers_to(trained, cast.student)
    assert (offer.resource_id, offer.period) == (cast.printer, HOUR)
    assert offer.until == NOW + timedelta(minutes=30)
    assert offers_to(trained, cast.newcomer) == []
    with pytest.raises(Conflict):
        book(trained, cast.newcomer, HOUR)
    assert queries.upcoming(trained.session, cast.student, NOW) == []
    assert queries.past(trained.session, cast.student, NOW) == []
    with pytest.raises(NotFound):
        queries.reservation(trained.session, offer.reservation_id)
    with pytest.raises(NotFound):
        accept(trained, cast.newcomer, offer.id)

    made = accept(trained, cast.student, offer.id)

    assert accept(trained, cast.student, offer.id) == made
    row = queries.reservation(trained.session, made)
    assert (row.member_id, row.period, row.state) == (cast.student, HOUR, "booked")
    assert trained.session.query(Reservation).filter(Reservation.offered_until.is_not(None)).count() == 0
    assert queue.waits_of(trained.session, [cast.student], NOW) == []
    assert [mail["subject"] for mail in mails("student@test.example")][-2:] == [
        "Free for you: Prusa n°1",
        "Reserved: Prusa n°1",
    ]


def test_declining_and_silence_pass_it_on_and_nobody_is_asked_the_same_twice(trained: Lab) -> None:
    cast = trained.cast
    held = book(trained, cast.maker, HOUR)
    for count, who in enumerate((cast.student, cast.newcomer, cast.trainer)):
        join(trained, who, HOUR, now=NOW + timedelta(seconds=count))
    cancel(trained, cast.maker, held)
    work()
    decline(trained, cast.student, offers_to(trained, cast.student)[0].id)
    decline(trained, cast.student, trained.session.query(Offer.id).scalar())
    work()
    (second,) = offers_to(trained, cast.newcomer)
    with pytest.raises(Refused) as late:
        accept(trained, cast.newcomer, second.id, now=NOW + LATER)

    assert codes(late) == {"offer_over"}
    work(NOW + LATER)
    work(NOW + LATER)
    (third,) = offers_to(trained, cast.trainer, now=NOW + LATER)
    leave(trained, cast.trainer, third.wait_id, now=NOW + LATER)
    work(NOW + LATER)
    look_after(NOW + LATER)

    assert [row.state for row in trained.session.query(Offer).order_by(Offer.id)] == ["declined", "lapsed", "withdrawn"]
    assert trained.session.query(Claim).filter(Claim.active).count() == 0
    assert [row.member_id for row in queue.waits_at(trained.session, cast.workshop, NOW + LATER)] == [
        cast.student,
        cast.newcomer,
    ], "whoever declined goes on waiting"
    assert "No longer kept for you: Prusa n°1" in [mail["subject"] for mail in mails("newcomer@test.example")]
    again = book(trained, cast.maker, HOUR, now=NOW + LATER)
    cancel(trained, cast.maker, again, now=NOW + LATER)
    work(NOW + LATER)
    assert trained.session.query(Offer).count() == 3


def test_any_of_a_category_will_do_whoever_gives_time_back_and_however(trained: Lab) -> None:
    cast, now = trained.cast, NOW
    one = book(trained, cast.maker, EVENING)
    book(trained, cast.fabmanager, EVENING, resource_id=cast.other_printer)
    join(trained, cast.student, EVENING, category_id=cast.printers, site_id=cast.workshop)
    join(trained, cast.newcomer, EVENING, category_id=cast.printers)
    with transaction() as session:
        shorter = Change(period=hours_from(TEN, 1))
        moving.change(session, trained.actor(cast.maker), one, shorter, now)
    work()
    (offer,) = offers_to(trained, cast.student)
    assert offer.period == hours_from(TEN + timedelta(hours=1), 1)
    accept(trained, cast.student, offer.id)

    begun = TEN + timedelta(minutes=20)
    with transaction() as session:
        other = trained.session.query(Reservation).filter_by(resource_id=cast.other_printer).one()
        no_shows.no_show(session, trained.actor(cast.admin), other.id, begun)
    work(begun)
    (offer,) = offers_to(trained, cast.newcomer, now=begun)
    assert offer.resource_id == cast.other_printer
    assert begun < offer.until <= offer.starts_at


def test_rules_are_asked_at_joining_offering_and_accepting(trained: Lab) -> None:
    cast = trained.cast
    laser = book(trained, cast.admin, HOUR, resource_id=cast.laser, nature="maintenance")
    with pytest.raises(Refused) as untrained:
        join(trained, cast.maker, HOUR, resource_id=cast.laser)
    with pytest.raises(Refused) as free:
        join(trained, cast.maker, HOUR, category_id=cast.printers)
    with pytest.raises(Refused) as short:
        join(trained, cast.maker, HOUR, minutes=90)
    with pytest.raises(Refused) as over:
        join(trained, cast.maker, hours_from(NOW - timedelta(hours=2), 1))
    with pytest.raises(Forbidden):
        join(trained, cast.maker, HOUR, member_id=cast.student)

    assert codes(untrained) == {"certificate_missing"}
    assert codes(free) == {"wait_free"}
    assert codes(short) == {"wait_short"}
    assert codes(over) == {"past"}

    rule(trained, "quota", {"most": 1, "per": "day"})
    mine = book(trained, cast.maker, hours_from(TEN, 2))
    other = book(trained, cast.student, hours_from(TEN + timedelta(hours=4), 1))
    assert laser
    join(trained, cast.student, HOUR)  # Only the quota is against it, which may change.
    join(trained, cast.newcomer, EVENING, now=NOW + timedelta(seconds=1))
    cancel(trained, cast.maker, mine)
    work()
    assert offers_to(trained, cast.student) == []
    (offer,) = offers_to(trained, cast.newcomer)
    spent = book(trained, cast.newcomer, hours_from(TEN + timedelta(hours=6), 1))
    with pytest.raises(Refused) as quota:
        accept(trained, cast.newcomer, offer.id)
    assert codes(quota) == {"quota"}
    assert len(offers_to(trained, cast.newcomer)) == 1, "it is still kept"
    cancel(trained, cast.newcomer, spent)
    cancel(trained, cast.student, other)
    accept(trained, cast.newcomer, offer.id)
    look_after()
    assert offers_to(trained, cast.student) == [], "the newcomer has it"


def test_terms_say_how_long_an_offer_is_kept_and_how_much_one_may_wait_for(trained: Lab) -> None:
    cast = trained.cast
    held = book(trained, cast.maker, hours_from(TEN, 8))
    rule(trained, "waiting", {"minutes": 120, "most": 1})
    join(trained, cast.student, HOUR)
    with pytest.raises(Refused) as most:
        join(trained, cast.student, EVENING)
    assert codes(most) == {"waits_most"}
    assert join(trained, cast.student, HOUR) == trained.session.query(Wait.id).scalar(), "twice equals once"
    rule(trained, "waiting", {"most": 0}, Scope(resource_id=cast.printer))
    with pytest.raises(Refused) as none:
        join(trained, cast.newcomer, HOUR)
    assert codes(none) == {"no_waiting"}
    assert held


@pytest.mark.parametrize(
    ("now", "starts", "until"),
    [
        ("02T09:00", "03T10:00", "02T09:30"),
        ("02T02:00", "03T10:00", "02T07:30"),
        ("02T19:50", "03T10:00", "03T07:20"),
        ("02T23:00", "03T06:00", "03T06:00"),
        ("02T09:00", "02T09:10", "02T09:10"),
    ],
)
def test_only_hours_of_the_day_count_for_answering(trained: Lab, now: str, starts: str, until: str) -> None:
    """In UTC; the lab's clock is one hour ahead, and its day lasts from eight to nine in the evening."""
    at = [datetime.fromisoformat(f"2026-03-{text}:00+00:00") for text in (now, starts, until)]
    zone = trained.session.get_one(Site, trained.cast.workshop).zone

    assert Waiting().answer_by(at[0], at[1], zone) == at[2]
    assert Waiting(opens=900, closes=800).trouble


def test_hours_that_change_are_found_and_what_went_by_ends(trained: Lab) -> None:
    cast = trained.cast
    held = book(trained, cast.maker, HOUR)
    lost = join(trained, cast.student, HOUR)
    with transaction() as session:
        # Something gave the time back and told nobody.
        services.cancel(session, trained.actor(cast.maker), held, NOW)
        session.query(FreedTime).delete()
    look_after()
    assert [offer.period for offer in offers_to(trained, cast.student)] == [HOUR]
    look_after(HOUR.end + timedelta(hours=1))
    row = trained.session.get_one(Wait, lost)
    assert row.ended_how == "over"


def test_staff_end_waits_and_guardians_answer_for_their_wards(trained: Lab) -> None:
    cast = trained.cast
    held = book(trained, cast.maker, HOUR)
    with transaction() as session:
        guardians.appoint(session, trained.actor(cast.admin), cast.trainer, cast.student, NOW)
    ward = join(trained, cast.student, HOUR, by=cast.trainer)
    other = join(trained, cast.newcomer, HOUR, by=cast.fabmanager)
    with pytest.raises(NotFound):
        leave(trained, cast.maker, ward)
    leave(trained, cast.fabmanager, other)
    leave(trained, cast.fabmanager, other)
    cancel(trained, cast.maker, held)
    work()
    (offer,) = offers_to(trained, cast.student)
    made = accept(trained, cast.trainer, offer.id)
    assert queries.reservation(trained.session, made).member_id == cast.student


def test_whoever_leaves_the_lab_waits_no_longer(trained: Lab) -> None:
    cast = trained.cast
    held = book(trained, cast.maker, HOUR)
    join(trained, cast.student, HOUR)
    join(trained, cast.newcomer, HOUR, now=NOW + timedelta(seconds=1))
    cancel(trained, cast.maker, held)
    work()
    with transaction() as session:
        erasing.erase(session, trained.actor(cast.admin), cast.student, NOW)
    work()

    assert [offer.period for offer in offers_to(trained, cast.newcomer)] == [HOUR]


def test_a_worker_that_stands_still_keeps_nothing_for_long(trained: Lab) -> None:
    cast = trained.cast
    held = book(trained, cast.maker, HOUR)
    join(trained, cast.student, HOUR)
    cancel(trained, cast.maker, held)

    assert book(trained, cast.newcomer, HOUR, now=NOW + timedelta(minutes=2))
    work(NOW + timedelta(minutes=3))
    assert offers_to(trained, cast.student) == []


def test_places_and_what_is_needed_besides_are_kept_too(trained: Lab) -> None:
    cast = trained.cast
    period = Period(TEN, TEN + timedelta(hours=2))
    two = book(trained, cast.maker, period, resource_id=cast.desk_room, places=2)
    book(trained, cast.trainer, period, resource_id=cast.desk_room)
    join(trained, cast.student, period, resource_id=cast.desk_room, places=2)
    join(trained, cast.newcomer, period, resource_id=cast.desk_room, now=NOW + timedelta(seconds=1))
    cancel(trained, cast.maker, two)
    work()

    (offer,) = offers_to(trained, cast.student)
    (other,) = offers_to(trained, cast.newcomer)
    assert offer.starts_at == TEN
    assert other.period == hours_from(TEN + timedelta(hours=1), 1)
    assert trained.session.query(Claim).filter(Claim.active).count() == 4
