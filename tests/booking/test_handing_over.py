"""Handing a reservation over: to whom, until when, and under whose rules and at whose cost."""

from datetime import UTC, datetime, timedelta

import pytest

from fablab.booking import queries, services
from fablab.booking.handing import giving, taking
from fablab.booking.handing import queries as handed
from fablab.booking.handing.taking import Take
from fablab.booking.models import HandOver, ReservationChange
from fablab.core.db import transaction
from fablab.core.errors import NotFound
from fablab.core.refusals import Conflict, Refused
from fablab.members import queries as members
from fablab.members.privacy import erasing
from fablab.training.services import validate
from tests.booking.line import HOUR, NOW, TEN
from tests.booking.rules_of_a_lab import book, rule
from tests.conftest import Lab, hours_from
from tests.mails import mails
from tests.support.threads import at_once


def give(lab: Lab, who: int, reservation_id: int, named: str, *, now: datetime = NOW) -> int:
    with transaction() as session:
        return giving.offer(session, lab.actor(who), reservation_id, named, now).id


def take(lab: Lab, who: int, hand_over_id: int, *, now: datetime = NOW, **more: int) -> int:
    with transaction() as session:
        return taking.accept(session, lab.actor(who), hand_over_id, Take(**more), now).id


def owner(lab: Lab, reservation_id: int) -> int:
    lab.session.rollback()
    return queries.reservation(lab.session, reservation_id).member_id


def codes(error: pytest.ExceptionInfo[Refused]) -> set[str]:
    return set(error.value.codes)


def subjects(who: str) -> list[str]:
    return [mail["subject"] for mail in mails(f"{who}@test.example")]


def test_it_is_its_holders_until_another_takes_it_on_their_own_account(lab: Lab) -> None:
    cast = lab.cast
    made = book(lab, cast.maker, HOUR)
    given = give(lab, cast.maker, made, " Student@test.example ")
    assert owner(lab, made) == cast.maker
    assert [row.id for row in handed.open_for(lab.session, [cast.student], NOW)] == [given]
    for stranger in (cast.maker, cast.newcomer, cast.admin):
        with pytest.raises(NotFound):
            take(lab, stranger, given)

    take(lab, cast.student, given)
    take(lab, cast.student, given)

    row = queries.reservation(lab.session, made)
    assert row.member_id == cast.student
    assert row.account_id == members.personal_account(lab.session, cast.student).id
    assert [claim.active for claim in row.claims].count(True) == 1
    (change,) = lab.session.query(ReservationChange)
    assert (change.kind, change.member_id, change.by_id) == ("handed_over", cast.maker, cast.student)
    assert lab.session.get_one(HandOver, given).named == ""
    assert subjects("maker")[-1] == "Handed over: Prusa n°1"
    assert subjects("student")[-2:] == ["Maker offers you a reservation: Prusa n°1", "Taken over: Prusa n°1"]
    with pytest.raises(NotFound):
        give(lab, cast.maker, made, "newcomer@test.example")


def test_nobody_learns_who_is_a_member(lab: Lab) -> None:
    cast = lab.cast
    made = book(lab, cast.maker, HOUR)
    answers = []
    for named in ("nobody@test.example", "999999", str(cast.newcomer), "9" * 30):
        row = lab.session.get_one(HandOver, give(lab, cast.maker, made, named))
        answers.append((row.named == named, row.state, row.until, row.from_id))
        lab.session.rollback()
    assert len(set(answers)) == 1
    assert [row.to_id for row in lab.session.query(HandOver).order_by(HandOver.id)] == [None, None, cast.newcomer, None]
    assert [row.state for row in lab.session.query(HandOver).order_by(HandOver.id)] == ["withdrawn"] * 3 + ["open"]
    for named in ("", "x" * 201, str(cast.maker)):
        with pytest.raises(Refused) as error:
            give(lab, cast.maker, made, named)
        assert codes(error) == {"named"}
    for _time in range(6):
        give(lab, cast.maker, made, "nobody@test.example")
    with pytest.raises(Refused) as tried:
        give(lab, cast.maker, made, "nobody@test.example")
    assert codes(tried) == {"too_many_attempts"}


def test_whoever_takes_it_is_judged_by_their_own_rules_and_quota(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "quota", {"most": 1, "per": "day"})
    made = book(lab, cast.maker, HOUR)
    untrained = give(lab, cast.maker, made, "newcomer@test.example")
    with pytest.raises(Refused) as error:
        take(lab, cast.newcomer, untrained)
    assert codes(error) == {"certificate_missing"}
    given = give(lab, cast.maker, made, str(cast.student))
    other = book(lab, cast.student, hours_from(TEN + timedelta(hours=3), 1))
    actor = lab.actor(cast.student)
    assert [item.code for item in taking.reasons_for_taker(lab.session, actor, given, Take(), NOW)] == ["quota"]
    lab.session.rollback()
    with pytest.raises(Refused) as error:
        take(lab, cast.student, given)
    assert codes(error) == {"quota"}
    assert owner(lab, made) == cast.maker
    with transaction() as session:
        services.cancel(session, lab.actor(cast.student), other, NOW)
    with pytest.raises(Conflict):
        take(lab, cast.student, given, version=7)
    with pytest.raises(Refused) as error:
        take(lab, cast.student, given, account_id=members.personal_account(lab.session, cast.maker).id)
    assert codes(error) == {"account_unknown"}

    take(lab, cast.student, given)

    assert book(lab, cast.maker, hours_from(TEN + timedelta(hours=5), 1)), "the holder's quota is theirs again"


@pytest.mark.parametrize(
    ("params", "before", "refused"),
    [
        ({}, 1, False),
        ({"is_allowed": False}, 1500, True),
        ({"minutes": 120}, 121, False),
        ({"minutes": 120}, 120, True),
    ],
)
def test_the_rule_decides_whether_and_until_when(
    lab: Lab, params: dict[str, object], before: int, refused: bool
) -> None:
    cast = lab.cast
    rule(lab, "hand_over", params)
    made = book(lab, cast.maker, HOUR)
    now = TEN - timedelta(minutes=before)
    if refused:
        with pytest.raises(Refused) as error:
            give(lab, cast.maker, made, "student@test.example", now=now)
        assert codes(error) == {"hand_over"}
        return
    given = give(lab, cast.maker, made, "student@test.example", now=now)
    with pytest.raises(Refused) as error:
        take(lab, cast.student, given, now=now + timedelta(minutes=1))
    assert codes(error) == {"hand_over_over"}
    assert take(lab, cast.student, given, now=now) == made


def test_what_began_ended_or_is_approved_by_staff_is_not_handed_over(lab: Lab) -> None:
    cast = lab.cast
    made = book(lab, cast.maker, HOUR)
    given = give(lab, cast.maker, made, "student@test.example")
    with pytest.raises(Refused) as begun:
        give(lab, cast.maker, made, "student@test.example", now=TEN)
    assert codes(begun) == {"begun", "hand_over"}
    rule(lab, "review", {})
    with pytest.raises(Refused) as review:
        take(lab, cast.student, given)
    assert codes(review) == {"review"}
    with transaction() as session:
        giving.decline(session, lab.actor(cast.student), given, NOW)
    with pytest.raises(Refused) as declined:
        take(lab, cast.student, given)
    assert codes(declined) == {"hand_over_over"}
    again = give(lab, cast.maker, made, "student@test.example")
    with transaction() as session:
        services.cancel(session, lab.actor(cast.maker), made, NOW)
    with pytest.raises(Refused):
        take(lab, cast.student, again)
    assert lab.session.get_one(HandOver, again).state == "withdrawn"


def test_those_who_left_neither_give_nor_take(lab: Lab) -> None:
    cast = lab.cast
    given = give(lab, cast.maker, book(lab, cast.maker, HOUR), "student@test.example")
    late = give(lab, cast.maker, book(lab, cast.maker, hours_from(TEN + timedelta(hours=1), 1)), "nobody@test.example")
    with transaction() as session:
        erasing.erase(session, lab.actor(cast.admin), cast.student, NOW)
    with transaction() as session:
        giving.end_over(session, TEN + timedelta(hours=1))

    assert [lab.session.get_one(HandOver, key).state for key in (given, late)] == ["withdrawn", "lapsed"]
    assert [lab.session.get_one(HandOver, key).named for key in (given, late)] == ["", ""]


def test_taking_and_giving_back_at_once_leave_it_to_one_of_them(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        validate(session, lab.actor(cast.admin), cast.newcomer, cast.printing, datetime(2025, 1, 6, tzinfo=UTC))
    for count in range(4):
        made = book(lab, cast.maker, hours_from(TEN + timedelta(hours=count), 1))
        given = give(lab, cast.maker, made, "student@test.example")

        def cancel(made: int = made) -> int:
            with transaction() as session:
                return services.cancel(session, lab.actor(cast.maker), made, NOW).id

        done = at_once(lab.app, [lambda given=given: take(lab, cast.student, given), cancel])  # type: ignore[misc]
        lab.session.rollback()
        row = queries.reservation(lab.session, made)
        assert [isinstance(item, int) for item in done].count(True) == 1, done
        assert (row.member_id, row.state) in ((cast.student, "booked"), (cast.maker, "cancelled"))
