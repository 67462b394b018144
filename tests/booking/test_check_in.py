"""Checking in, and what becomes of a reservation to which nobody came."""

from datetime import UTC, datetime, timedelta

import pytest

from fablab.booking import checking_in, free_time, moving, no_shows, queries, services
from fablab.booking.models import ReservationState
from fablab.booking.moving import Change
from fablab.booking.services import Wish
from fablab.booking.signals import cancelled, missed
from fablab.catalog.models import Resource, ResourceState
from fablab.core.db import transaction
from fablab.core.errors import NotFound
from fablab.core.period import Period
from fablab.core.refusals import Conflict, Refused
from fablab.members.models import Guardianship
from fablab.worker import Worker
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
    told,
)
from tests.conftest import Lab, hours_from
from tests.mails import mails
from tests.prints import Printer
from tests.support.threads import at_once

CLOSES = TEN + 15 * MINUTE


class Killed(Exception):
    """The worker is no more."""


def test_who_does_not_check_in_in_time_gives_the_rest_to_others_and_is_struck_once(lab: Lab) -> None:
    policy(lab, no_show_strikes=True)
    rule(lab, "check_in")
    made, cast = book(lab), lab.cast
    heard = []
    with missed.connected_to(lambda sender, reservation, **more: heard.append(reservation.id)):
        assert look_after(lab, CLOSES - MINUTE) == []
        with pytest.raises(Killed), transaction() as session:
            assert checking_in.release(session, made, CLOSES)
            raise Killed
        assert (row(lab, made).state, struck(lab)) == (ReservationState.BOOKED, [])
        assert look_after(lab, CLOSES) == [made]
        assert look_after(lab, CLOSES + MINUTE) == []

    found = row(lab, made)
    assert (found.state, found.missed_at, found.missed_by_id) == (ReservationState.NO_SHOW, CLOSES, None)
    busy = free_time.busy(lab.session, [cast.printer], found.period)
    assert [item.period for item in busy] == [Period(TEN, CLOSES)]
    assert struck(lab) == [("no_show", f"reservation:{made}")]
    assert len(told(lab, "strike:")) == 1
    assert heard == [made, made], "once it was undone"
    with pytest.raises(Refused) as refused:
        check_in(lab, made, CLOSES + MINUTE)
    assert refused.value.codes == ("missed",)
    with transaction() as session:
        no_shows.take_back(session, lab.actor(cast.fabmanager), made, CLOSES + MINUTE)
    assert look_after(lab, CLOSES + 5 * MINUTE) == [], "staff said that they were there"
    assert struck(lab) == []


def test_whoever_shows_themselves_keeps_it(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "check_in", before_minutes=10)
    made, wards, printed = book(lab), book(lab, TEN + 3 * HOUR), book(lab, resource_id=cast.other_printer)
    with transaction() as session:
        session.add(Guardianship(guardian_id=cast.student, ward_id=cast.maker, began_at=NOW))

    with pytest.raises(Refused) as refused:
        check_in(lab, made, TEN - 11 * MINUTE)
    assert refused.value.codes == ("early",)
    with pytest.raises(NotFound):
        check_in(lab, made, TEN, who=cast.newcomer)
    for who in (cast.maker, cast.trainer):
        check_in(lab, made, TEN - 9 * MINUTE, who=who)
    assert row(lab, made).checked_in_at == TEN - 9 * MINUTE, "twice equals once"
    Printer(lab, cast.other_printer).prints(TEN + MINUTE, 60)
    check_in(lab, wards, TEN + 3 * HOUR, who=cast.student)

    assert look_after(lab, TEN + HOUR) == look_after(lab, TEN + 4 * HOUR) == []
    assert {row(lab, key).state for key in (made, wards, printed)} == {ReservationState.BOOKED}


def test_where_it_does_not_count_as_missed_the_lab_cancels_it_and_says_why(lab: Lab) -> None:
    policy(lab, no_show_strikes=True)
    rule(lab, "check_in", is_missed=False)
    made = book(lab)
    heard = []
    with cancelled.connected_to(lambda sender, by_id, **more: heard.append(by_id)):
        look_after(lab, CLOSES)

    found = row(lab, made)
    assert (found.state, found.cancelled_by_id, heard) == (ReservationState.CANCELLED, None, [None])
    assert struck(lab) == []
    (mail,) = [item for item in mails("maker@test.example") if "Cancelled" in item["subject"]]
    assert "Nobody had checked in by 11:15" in mail["body"]


def test_the_kinder_of_the_terms_then_and_now_hold(lab: Lab) -> None:
    before = book(lab)
    first = rule(lab, "check_in", grace_minutes=30)
    made = book(lab, TEN + 3 * HOUR)
    second = rule(lab, "check_in", grace_minutes=5)

    assert look_after(lab, TEN + HOUR) == [], "nobody told them to check in"
    assert look_after(lab, TEN + 3 * HOUR + 29 * MINUTE) == [], f"rules {first} and {second}"
    assert look_after(lab, TEN + 3 * HOUR + 30 * MINUTE) == [made]
    assert row(lab, before).state == ReservationState.BOOKED


def test_nobody_is_late_because_the_lab_was_not_there(lab: Lab) -> None:
    rule(lab, "check_in")
    made = book(lab, hours=8)
    back = TEN + 2 * HOUR

    assert look_after(lab, back, since=back) == look_after(lab, back + 14 * MINUTE, since=back) == []
    assert look_after(lab, back + 15 * MINUTE, since=back) == [made]
    gone = book(lab, TEN + timedelta(days=1), 1)
    assert look_after(lab, TEN + timedelta(days=1, hours=2)) == [], "nothing is left to give to others"
    assert row(lab, gone).state == ReservationState.BOOKED


def test_what_nobody_could_use_is_not_missed(lab: Lab) -> None:
    policy(lab, no_show_strikes=True)
    rule(lab, "check_in")
    made = book(lab)
    with transaction() as session:
        session.get_one(Resource, lab.cast.printer).state = ResourceState.OUT_OF_ORDER
    look_after(lab, CLOSES)
    assert (row(lab, made).state, struck(lab)) == (ReservationState.CANCELLED, [])


def test_what_moves_keeps_its_check_in(lab: Lab) -> None:
    rule(lab, "check_in")
    made = book(lab)
    wanted = Change(period=hours_from(TEN + 2 * HOUR, 2))
    with transaction() as session:
        moving.change(session, lab.actor(lab.cast.maker), made, wanted, NOW)
    assert look_after(lab, CLOSES) == []
    assert look_after(lab, CLOSES + 2 * HOUR) == [made]


@pytest.mark.parametrize("other", ["check in", "cancel", "start", "release"])
def test_two_who_act_at_once_never_both_have_their_way(lab: Lab, other: str) -> None:
    policy(lab, no_show_strikes=True, cancel_minutes=60)
    rule(lab, "check_in")
    cast = lab.cast
    made = [book(lab, TEN + 4 * HOUR * number) for number in range(4)]

    def start(reservation_id: int, now: datetime) -> None:
        with transaction() as session:
            services.mark_started(session, queries.reservation(session, reservation_id), now)

    def release(reservation_id: int, now: datetime) -> None:
        with transaction() as session:
            checking_in.release(session, reservation_id, now)

    acts = {
        "check in": lambda key, now: check_in(lab, key, now),
        "cancel": lambda key, now: cancel(lab, key, now),
        "start": start,
        "release": release,
    }
    for number, key in enumerate(made):
        now = CLOSES + 4 * HOUR * number
        done = at_once(lab.app, [lambda k=key, n=now: release(k, n), lambda k=key, n=now: acts[other](k, n)])
        assert [item for item in done if item is not None and not isinstance(item, Refused)] == []

        found = row(lab, key)
        strikes = [kind for kind, subject in struck(lab) if subject == f"reservation:{key}"]
        shown = found.checked_in_at is not None or found.started_at is not None
        ended = {ReservationState.NO_SHOW: ["no_show"], ReservationState.CANCELLED: ["late_cancellation"]}
        assert strikes == ended.get(ReservationState(found.state), [])
        assert shown == (found.state == ReservationState.BOOKED)
        busy = [item.period.end for item in free_time.busy(lab.session, [cast.printer], found.period)]
        assert busy == ([found.ends_at] if shown else [now] if found.state == ReservationState.NO_SHOW else [])


def test_who_walks_in_begins_at_once_if_it_is_free(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "check_in")
    wish = Wish(resource_id=cast.printer, member_id=cast.maker, period=hours_from(TEN, 1), request_key="x")

    def walk_in(wanted: Wish, now: datetime) -> int:
        with transaction() as session:
            return services.walk_in(session, lab.actor(wanted.member_id), wanted, now).id

    made = walk_in(wish, TEN)

    assert (row(lab, made).started_at, row(lab, made).checked_in_at) == (TEN, TEN)
    assert walk_in(wish, TEN) == made
    assert look_after(lab, CLOSES) == []
    with pytest.raises(Conflict):
        walk_in(Wish(resource_id=cast.printer, member_id=cast.student, period=hours_from(TEN, 1)), TEN)
    with pytest.raises(Refused) as refused:
        walk_in(Wish(resource_id=cast.printer, member_id=cast.maker, period=hours_from(TEN + 2 * HOUR, 1)), TEN)
    assert refused.value.codes == ("not_now",)


def test_the_worker_looks_after_reservations_and_is_kind_when_it_begins(lab: Lab) -> None:
    rule(lab, "check_in")
    start = datetime.now(UTC) - 2 * HOUR
    kept = book(lab, start, 4, now=start - HOUR)
    rule(lab, "review")
    asked = book(lab, start + HOUR, 4, now=start - HOUR, resource_id=lab.cast.other_printer)

    lab.session.rollback()
    Worker(lab.app).look_after_reservations()

    assert (row(lab, kept).state, row(lab, asked).state) == (ReservationState.BOOKED, ReservationState.CANCELLED)
