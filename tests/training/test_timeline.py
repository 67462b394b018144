"""What certificates say at an instant: properties of the replay."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.core.period import Period
from fablab.training.timeline import Act, Standing, holds_during, months_later, standing_at

ZERO = datetime(2026, 1, 1, tzinfo=UTC)


def at(hour: int) -> datetime:
    return ZERO + timedelta(hours=hour)


hours = st.integers(0, 40)
acts = st.lists(
    st.one_of(
        st.builds(lambda when, life: Act(at(when), True, at(when + life) if life else None), hours, st.integers(0, 20)),
        st.builds(lambda when: Act(at(when), False), hours),
    ),
    max_size=8,
)
in_order = acts.map(lambda found: sorted(found, key=lambda act: act.at))


@given(acts, hours)
def test_the_standing_is_the_replay_of_what_happened_up_to_then(history: list[Act], hour: int) -> None:
    grant: Act | None = None
    revoked = False
    for act in history:
        if act.at <= at(hour):
            grant, revoked = (act, False) if act.granted else (grant, True)
    holds = grant is not None and not revoked and (grant.expires_at is None or at(hour) < grant.expires_at)

    assert standing_at(history, at(hour)).holds == holds
    assert standing_at([act for act in history if act.at <= at(hour)], at(hour)) == standing_at(history, at(hour))


@given(in_order, hours, st.permutations(range(8)))
def test_no_order_of_acts_gives_a_right_that_no_grant_gave(history: list[Act], hour: int, order: list[int]) -> None:
    shuffled = [history[place] for place in order if place < len(history)]

    standing = standing_at(shuffled, at(hour))

    begun = [act for act in history if act.granted and act.at <= at(hour)]
    live = [act for act in begun if act.expires_at is None or at(hour) < act.expires_at]
    assert not standing.holds or any((act.at, act.expires_at) == (standing.since, standing.expires_at) for act in live)


@given(in_order, hours)
def test_what_is_written_later_never_changes_what_held_before(history: list[Act], hour: int) -> None:
    for cut in range(len(history) + 1):
        if all(act.at > at(hour) for act in history[cut:]):
            assert standing_at(history[:cut], at(hour)) == standing_at(history, at(hour))


@given(in_order, hours, st.integers(1, 20), hours)
def test_a_period_is_covered_only_if_the_certificate_holds_at_every_hour_of_it(
    history: list[Act], start: int, length: int, now: int
) -> None:
    known = [act for act in history if act.at <= at(now)]
    period = Period(at(start + now), at(start + now + length))

    covered = holds_during(known, period, at(now))

    assert covered == all(standing_at(known, at(start + now + hour)).holds for hour in range(length))


def test_a_certificate_may_end_at_the_very_end_of_a_booking_and_no_sooner() -> None:
    grant = [Act(at(0), True, at(10))]

    assert holds_during(grant, Period(at(8), at(10)), at(1))
    assert not holds_during(grant, Period(at(8), at(11)), at(1))
    assert not holds_during(grant, Period(at(10), at(11)), at(1))
    assert not holds_during([], Period(at(8), at(9)), at(1))


def test_a_standing_tells_since_when_until_when_and_that_it_was_revoked() -> None:
    history = [Act(at(1), True, at(9)), Act(at(3), False), Act(at(5), True)]

    assert standing_at(history, at(0)) == Standing(False)
    assert standing_at(history, at(1)) == Standing(True, at(1), at(9))
    assert standing_at(history, at(3)) == Standing(False, at(1), at(9), at(3))
    assert standing_at(history, at(99)) == Standing(True, at(5))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ((2024, 2, 29), 12, (2025, 2, 28)),
        ((2024, 2, 29), 48, (2028, 2, 29)),
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2024, 1, 31), 1, (2024, 2, 29)),
        ((2026, 3, 31), 1, (2026, 4, 30)),
        ((2026, 12, 31), 1, (2027, 1, 31)),
        ((2026, 12, 31), 2, (2027, 2, 28)),
        ((2026, 10, 31), 1, (2026, 11, 30)),
        ((2026, 11, 30), 1, (2026, 12, 30)),
        ((2026, 6, 15), 24, (2028, 6, 15)),
    ],
)
def test_months_later_is_the_same_day_or_the_months_last(
    day: tuple[int, int, int], months: int, expected: tuple[int, int, int]
) -> None:
    moment = datetime(*day, 17, 30, tzinfo=UTC)

    assert months_later(moment, months) == datetime(*expected, 17, 30, tzinfo=UTC)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)), st.integers(0, 600))  # noqa: DTZ001
def test_months_later_counts_months_and_keeps_the_order_of_days(moment: datetime, months: int) -> None:
    found = months_later(moment, months)

    assert (found.year * 12 + found.month) - (moment.year * 12 + moment.month) == months
    assert found.day == moment.day or (found.day < moment.day and (found + timedelta(days=1)).day == 1)
    assert found.timetz() == moment.timetz()
    assert months_later(moment + timedelta(days=1), months) >= found
