"""The rules by themselves: facts in, every reason out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.booking.rules.basics import FURTHEST, LONGEST, PAST_GRACE, Facts, check
from fablab.core.i18n import use_locale
from fablab.core.period import Period
from fablab.sites.hours import Hours, Opening, weekly

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


def open_on(*openings: Opening) -> Hours:
    return Hours((weekly(openings, PARIS),))


FINE = Facts(
    now=NOW,
    period=Period(TEN, TEN + timedelta(hours=1)),
    zone=PARIS,
    hours=open_on(*(Opening(day, 0, 1440) for day in range(7))),
)


def codes(facts: Facts) -> list[str]:
    return [refusal.code for refusal in check(facts)]


def at(start: datetime, length: timedelta = timedelta(hours=1)) -> Facts:
    return replace(FINE, period=Period(start, start + length))


def test_nothing_is_said_against_what_is_fine() -> None:
    assert check(FINE) == []


def test_a_wish_for_now_may_arrive_a_little_late() -> None:
    assert codes(at(NOW - PAST_GRACE)) == []
    assert codes(at(NOW - PAST_GRACE - timedelta(seconds=1))) == ["past"]


def test_nobody_reserves_more_than_a_year_ahead() -> None:
    assert codes(at(NOW + FURTHEST)) == []
    assert codes(at(NOW + FURTHEST + timedelta(seconds=1))) == ["too_far"]


def test_a_reservation_is_neither_too_short_nor_too_long() -> None:
    assert codes(at(TEN, timedelta(minutes=5))) == []
    assert codes(at(TEN, timedelta(minutes=5) - timedelta(seconds=1))) == ["too_short"]
    assert codes(at(TEN, LONGEST)) == []
    assert codes(at(TEN, LONGEST + timedelta(seconds=1))) == ["too_long"]


def test_a_machine_that_cannot_be_used_says_why() -> None:
    (refusal,) = check(replace(FINE, is_out=True, state_note="buse bouchée"))

    assert refusal.code == "unavailable"
    assert "buse bouchée" in refusal.message


def test_a_closed_site_tells_when_it_is_open_that_day() -> None:
    facts = replace(FINE, hours=open_on(Opening(1, 9 * 60, 11 * 60), Opening(1, 14 * 60, 18 * 60 + 30)))

    with use_locale("en"):
        (refusal,) = check(facts)

    assert refusal.code == "closed"
    assert "14:00–18:30" in refusal.message
    assert codes(replace(facts, period=Period(TEN - timedelta(hours=1), TEN))) == []


def test_each_missing_certificate_is_a_reason_of_its_own() -> None:
    found = check(replace(FINE, missing_certificates=("Laser", "Soudure")))

    assert [refusal.code for refusal in found] == ["certificate_missing"] * 2
    assert "Laser" in found[0].message
    assert "Soudure" in found[1].message


broken = {
    "past": {"now": TEN + timedelta(hours=3)},
    "unavailable": {"is_out": True},
    "closed": {"hours": Hours(())},
    "certificate_missing": {"missing_certificates": ("Laser",)},
    "taken": {"is_free": False},
}


@given(st.sets(st.sampled_from(sorted(broken))))
def test_every_reason_is_told_whatever_the_others(wrong: set[str]) -> None:
    facts = FINE
    for code in wrong:
        facts = replace(facts, **broken[code])

    assert set(codes(facts)) == wrong


@pytest.mark.parametrize(("code", "overridable"), [("past", False), ("closed", True), ("taken", False)])
def test_staff_may_override_what_is_only_a_rule(code: str, overridable: bool) -> None:
    (refusal,) = check(replace(FINE, **broken[code]))

    assert refusal.overridable is overridable


def test_a_time_for_others_says_for_whom() -> None:
    levels = {1: "Autonome", 2: "Porteur de clé"}
    night = replace(FINE, hours=open_on(Opening(1, 0, 1440, level=2)), levels=levels)

    (refusal,) = check(night)

    assert refusal.code == "access_level"
    assert "Porteur de clé" in refusal.message
    assert "Autonome" not in refusal.message
    assert codes(replace(night, level=2)) == []


def test_what_needs_staff_is_refused_while_nobody_is_there() -> None:
    facts = replace(FINE, needs_staff=True)

    assert codes(facts) == ["unstaffed"]
    assert codes(replace(facts, hours=replace(facts.hours, staff=(facts.period,)))) == []


def test_more_places_than_there_are_and_more_than_are_free_are_different_reasons() -> None:
    assert codes(replace(FINE, places=4, capacity=3, is_free=False)) == ["places"]
    assert codes(replace(FINE, places=2, capacity=3, is_free=False)) == ["taken"]
    assert codes(replace(FINE, lacking=("Extracteur",))) == ["taken"]
    with use_locale("en"):
        assert "Extracteur" in check(replace(FINE, lacking=("Extracteur",)))[0].message
