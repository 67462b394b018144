"""What somebody is told that they may still do with a reservation is what they may do."""

from datetime import datetime, timedelta

import pytest

from fablab.booking import afterwards, moving, queries
from fablab.booking.afterwards import GoingOn
from fablab.booking.models import Claim
from fablab.booking.moving import Change
from fablab.booking.suggesting import what_would_work
from fablab.booking.wishes import Wish
from fablab.core.db import transaction
from fablab.core.refusals import Refused
from tests.booking.rules_of_a_lab import NOW, TEN, book, rule
from tests.conftest import Lab, hours_from

HALF, HOUR = timedelta(minutes=30), timedelta(hours=1)


def going(lab: Lab, who: int, made: int, now: datetime) -> GoingOn:
    session = lab.session
    found = afterwards.going_on(session, lab.actor(who), queries.reservation(session, made), now)
    session.rollback()
    return found


def extends(lab: Lab, who: int, made: int, until: datetime, now: datetime) -> tuple[str, ...]:
    """The codes for which going on is refused; undone where it is not."""
    try:
        with transaction() as session:
            moving.extend(session, lab.actor(who), made, until, now)
            raise Refused.because("undone", "")
    except Refused as refused:
        return refused.codes


@pytest.mark.parametrize("follows", [HALF, HOUR, None])
def test_going_on_is_offered_where_it_is_granted_and_only_there(lab: Lab, follows: timedelta | None) -> None:
    cast, now = lab.cast, TEN + HALF
    made = book(lab, cast.maker, hours_from(TEN, 1))
    if follows:
        book(lab, cast.student, hours_from(TEN + HOUR + follows, 1))
    # What the lab says of asking for a time says nothing of going on.
    rule(lab, "lead", {"days": 3})

    found = going(lab, cast.maker, made, now)

    ends = [TEN + HOUR + HALF, TEN + 2 * HOUR]
    assert list(found.until) == [end for end in ends if follows is None or end <= TEN + HOUR + follows]
    for end in ends:
        assert (extends(lab, cast.maker, made, end, now) == ("undone",)) == (end in found.until)
    held = [(row.active, row.occupied_to) for row in lab.session.query(Claim).filter_by(reservation_id=made)]
    assert held == [(True, TEN + HOUR)], "who asks changes nothing"


def test_who_may_not_go_on_hears_every_reason_that_extending_gives(lab: Lab) -> None:
    cast, now = lab.cast, TEN + timedelta(minutes=5)
    made = book(lab, cast.maker, hours_from(TEN, 1))
    book(lab, cast.student, hours_from(TEN + HOUR, 1))
    rule(lab, "extension", {"step_minutes": 15, "most": 0, "last_minutes": 10})

    found = going(lab, cast.maker, made, now)

    assert found.until == ()
    codes = tuple(reason.code for reason in found.against)
    assert codes == ("extension_count", "extension_early", "taken")
    assert codes == extends(lab, cast.maker, made, TEN + HOUR + timedelta(minutes=15), now)
    by_staff = going(lab, cast.fabmanager, made, now)
    assert [reason.code for reason in by_staff.against] == ["taken"], "the terms bind members"


def test_whether_it_may_be_moved_at_all_is_told_before(lab: Lab) -> None:
    cast = lab.cast
    made = book(lab, cast.maker, hours_from(TEN, 1))
    rule(lab, "moves", {"most": 1, "minutes": 60})

    def against(who: int, now: datetime) -> list[str]:
        row = queries.reservation(lab.session, made)
        found = [item.code for item in afterwards.against_moving(lab.session, lab.actor(who), row, now)]
        lab.session.rollback()
        return found

    assert (against(cast.maker, NOW), against(cast.maker, TEN - HALF)) == ([], ["moves_late"])
    with transaction() as session:
        moving.change(session, lab.actor(cast.maker), made, Change(period=hours_from(TEN + HOUR, 1)), NOW)
    assert (against(cast.maker, NOW), against(cast.fabmanager, NOW)) == (["moves"], [])
    (change,) = afterwards.changes_of(lab.session, made)
    assert (change.kind, change.period, change.by_id) == ("moved", hours_from(TEN, 1), cast.maker)
    assert afterwards.had_now(lab.session, cast.maker, TEN + HALF) == []
    (had,) = afterwards.had_now(lab.session, cast.maker, TEN + HOUR, resource_id=cast.printer)
    assert had.id == made


def test_a_rule_that_came_since_is_answered_when_it_is_moved(lab: Lab) -> None:
    cast = lab.cast
    made = book(lab, cast.maker, hours_from(TEN, 1))
    rule(lab, "jobs", {"jobs": ["PLA", "PETG"]})
    rule(lab, "companion", {})

    def move(**said: object) -> tuple[str, ...]:
        try:
            with transaction() as session:
                wanted = Change(period=hours_from(TEN + HOUR, 1), **said)
                moving.change(session, lab.actor(cast.maker), made, wanted, NOW)
        except Refused as refused:
            return refused.codes
        return ()

    assert move() == ("jobs", "companion")
    assert move(job="PLA", companion_id=cast.maker) == ("companion",)
    assert move(job=" PETG\n", companion_id=cast.student) == ()
    row = queries.reservation(lab.session, made)
    assert (row.job, row.companion_id, row.starts_at) == ("PETG", cast.student, TEN + HOUR)


def test_times_are_suggested_before_the_sheet_has_its_answers(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "jobs", {"jobs": ["PLA"]})
    rule(lab, "companion", {})
    book(lab, cast.student, hours_from(TEN, 1), job="PLA", companion_id=cast.maker)
    wish = Wish(resource_id=cast.printer, period=hours_from(TEN, 1), member_id=cast.maker)

    found = what_would_work(lab.session, wish, NOW)
    unfit = what_would_work(lab.session, Wish(**{**_said(wish), "job": "steel"}), NOW)

    assert {slot.resource_id for slot in found} == {cast.printer, cast.other_printer}
    assert unfit == [], "no other time makes a job fit"


def _said(wish: Wish) -> dict[str, object]:
    return {name: getattr(wish, name) for name in ("resource_id", "period", "member_id")}
