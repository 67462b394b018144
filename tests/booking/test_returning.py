"""Bringing back what was lent: staff say when, the rest is free for others, and being late costs by the hour begun."""

from datetime import datetime, timedelta

import pytest

from fablab.booking import returning
from fablab.core.db import transaction
from fablab.core.errors import NotFound
from fablab.core.refusals import Refused
from tests.booking.rules_of_a_lab import NOW, TEN
from tests.booking.terms_lab import book, fee, row, rule, told
from tests.conftest import Lab

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
END = TEN + 2 * HOUR


@pytest.fixture
def lending(lab: Lab) -> Lab:
    rule(lab, "late_return", grace_minutes=15, fee_cents=500, hourly_cents=25)
    return lab


def bring_back(lab: Lab, made: int, at: datetime, now: datetime | None = None, *, who: int | None = None) -> None:
    with transaction() as session:
        returning.bring_back(session, lab.actor(who or lab.cast.fabmanager), made, at, now or at)


@pytest.mark.parametrize(
    ("late", "cents"),
    [(-HOUR, None), (0 * HOUR, None), (15 * MINUTE, None), (16 * MINUTE, 525), (HOUR, 525), (61 * MINUTE, 550)],
)
def test_late_costs_a_fee_and_each_hour_begun(lending: Lab, late: timedelta, cents: int | None) -> None:
    made = book(lending)
    bring_back(lending, made, END + late)

    found = fee(lending, made)
    assert (found.due_cents if found else None) == cents
    assert row(lending, made).returned_at == END + late
    assert len(told(lending, "fee-settled")) == bool(cents)


def test_each_place_costs_and_what_is_said_twice_counts_once(lending: Lab) -> None:
    cast = lending.cast
    rule(lending, "late_return", scope=None, hourly_cents=1)
    made = book(lending)
    bring_back(lending, made, END + 30 * HOUR)
    bring_back(lending, made, END + 90 * HOUR)

    found = fee(lending, made)
    assert found is not None
    assert found.due_cents == 500 + 30 * 25, "of two rules the harsher one holds"
    assert cast.maker == row(lending, made).member_id


def test_the_rest_of_its_time_is_free_for_others(lending: Lab) -> None:
    made = book(lending)
    bring_back(lending, made, TEN + HOUR)

    book(lending, TEN + HOUR, 1, member_id=lending.cast.student, now=TEN + HOUR)
    assert row(lending, made).ends_at == TEN + HOUR


def test_what_is_out_too_long_is_listed_for_the_staff_of_its_site(lending: Lab) -> None:
    cast = lending.cast
    made = book(lending)
    book(lending, TEN + 5 * HOUR, 1)
    at = END + HOUR

    def listed(who: int) -> list[int]:
        lending.session.rollback()
        return [item.id for item in returning.missing(lending.session, lending.actor(who), at)]

    assert (listed(cast.fabmanager), listed(cast.maker)) == ([made], [])
    bring_back(lending, made, at)
    assert listed(cast.fabmanager) == []


def test_who_and_when_are_checked(lending: Lab) -> None:
    cast = lending.cast
    made, ahead = book(lending), book(lending, TEN + 5 * HOUR, 1)
    own = book(lending, TEN + 8 * HOUR, 1, member_id=cast.fabmanager, by=cast.fabmanager, override_reason="Essai.")
    late = END + 10 * HOUR
    wrong = {
        "not_begun": lambda: bring_back(lending, ahead, TEN),
        "returned_at": lambda: bring_back(lending, made, NOW, late),
        "own": lambda: bring_back(lending, own, late),
    }
    for code, act in wrong.items():
        with pytest.raises(Refused) as refused:
            act()
        assert code in refused.value.codes
    with pytest.raises(NotFound):
        bring_back(lending, made, late, who=cast.student)
    with pytest.raises(Refused) as theirs:
        bring_back(lending, made, late, who=cast.maker)
    assert "own" in theirs.value.codes
