"""Moving late is no way around what giving back late costs."""

from datetime import datetime, timedelta

import pytest

from fablab.booking import moving
from fablab.booking.handing import giving, taking
from fablab.booking.handing.taking import Take
from fablab.booking.moving import Change
from fablab.core.db import transaction
from fablab.core.refusals import Refused
from tests.booking.rules_of_a_lab import TEN
from tests.booking.terms_lab import HOUR, book, cancel, fee, policy, rule, struck
from tests.conftest import Lab, hours_from

DAY = timedelta(days=1)


def move(lab: Lab, made: int, to: datetime, now: datetime) -> None:
    with transaction() as session:
        moving.change(session, lab.actor(lab.cast.maker), made, Change(period=hours_from(to, 2)), now)


def hand_over(lab: Lab, made: int, now: datetime) -> None:
    """To the student, who takes it."""
    with transaction() as session:
        offered = giving.offer(session, lab.actor(lab.cast.maker), made, "student@test.example", now).id
        taking.accept(session, lab.actor(lab.cast.student), offered, Take(), now)


def test_moving_late_is_no_way_around_what_giving_back_costs(lab: Lab) -> None:
    rule(lab, "cancellation", minutes=120, fee_cents=1000, strikes=True)
    made, other, handed = book(lab), book(lab, TEN + DAY), book(lab, TEN + 2 * DAY)
    late = TEN - HOUR
    for key in (made, other):
        move(lab, key, TEN + (9 if key == made else 12) * DAY, late)
        move(lab, key, TEN + (10 if key == made else 13) * DAY, late + HOUR)

    with pytest.raises(Refused) as told_first:
        cancel(lab, made, late + DAY)
    assert told_first.value.codes == ("costs",)
    cancel(lab, made, late + DAY, cents=1000)
    cancel(lab, other, late + DAY)

    assert struck(lab) == [("late_cancellation", f"reservation:{made}")]
    owed = fee(lab, made)
    assert owed is not None
    assert (owed.due_cents, fee(lab, other)) == (1000, None)
    move(lab, handed, TEN + 20 * DAY, TEN + 2 * DAY - HOUR)
    hand_over(lab, handed, TEN + 2 * DAY)
    cancel(lab, handed, TEN + 3 * DAY, who=lab.cast.student)
    assert fee(lab, handed) is None, "who took it over moved nothing"


def test_nor_around_the_strike_of_the_sites_policy(lab: Lab) -> None:
    policy(lab, cancel_minutes=120)
    made, early = book(lab), book(lab, TEN + DAY)
    for key in (made, early):
        move(lab, key, TEN + (9 if key == made else 12) * DAY, TEN - HOUR)
        cancel(lab, key, TEN + HOUR)

    assert struck(lab) == [("late_cancellation", f"reservation:{made}")]
