"""Quotas beside the plainest model there is: half hours, one by one, each in the day of its night."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fablab.booking.rules.case import Booked, Case
from fablab.booking.rules.quota import Each, Holder, Per, Quota, Unit
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import Times, Window
from fablab.core.period import Period
from tests.booking.rules.cases import LASER, OTHER, PARIS, booked, codes, span, wish

SUMMER_BEGINS, NOTHING_SPECIAL, SUMMER_ENDS = date(2026, 3, 23), date(2026, 5, 4), date(2026, 10, 19)
"""Mondays before the last Sunday of March, of a quiet week, and before the last Sunday of October."""
HALF = timedelta(minutes=30)
HOURS = (
    Times(),
    Times(windows=(Window(from_minute=18 * 60, to_minute=6 * 60),)),
    Times(windows=(Window(from_minute=6 * 60, to_minute=18 * 60),)),
    Times(windows=(Window(weekdays=(0, 1, 2, 3, 4), from_minute=22 * 60, to_minute=7 * 60),)),
    Times(windows=(Window(weekdays=(0, 1, 2, 3), from_minute=16 * 60), Window(weekdays=(5, 6)))),
    Times(windows=(Window(weekdays=(0, 1, 2, 3, 4), from_minute=8 * 60, to_minute=17 * 60),), outside=True),
)
PERIODS = st.builds(
    lambda monday, day, slot, length: span(monday + timedelta(days=day), slot / 2, length / 2),
    st.shared(st.sampled_from((SUMMER_BEGINS, NOTHING_SPECIAL, SUMMER_ENDS)), key="monday"),
    st.integers(0, 13),
    st.integers(8, 47),
    st.integers(1, 24),
)
BOOKINGS = st.lists(
    st.builds(
        booked,
        PERIODS,
        thing=st.sampled_from((LASER, OTHER)),
        member_id=st.sampled_from((1, 2)),
        account_id=st.sampled_from((1, 2)),
        project_id=st.sampled_from((None, 1)),
        places=st.integers(1, 2),
    ),
    max_size=8,
)
WISHES = st.builds(
    wish, PERIODS, account_id=st.just(1), project_id=st.sampled_from((None, 1)), places=st.integers(1, 2)
)
QUOTAS = st.builds(
    lambda unit, most, **more: Quota(unit=unit, most=most if unit == Unit.BOOKINGS else most * 150, **more),
    st.sampled_from(Unit),
    st.integers(0, 4),
    per=st.sampled_from((Per.DAY, Per.WEEK, Per.MONTH, Per.YEAR)),
    each=st.sampled_from((Each.RESOURCE, Each.TOGETHER)),
    holder=st.sampled_from(Holder),
    first_weekday=st.integers(0, 6),
)


def halves(period: Period) -> Iterator[datetime]:
    """The half hours of a time, as the wall clock shows their beginning."""
    moment = period.start
    while moment < period.end:
        yield moment.astimezone(PARIS)
        moment += HALF


def is_meant(moment: datetime, times: Times) -> bool:
    """Told from the wall clock alone."""
    if not times.windows:
        return True
    minute, today = moment.hour * 60 + moment.minute, moment.weekday()
    for item in times.windows:
        days = item.weekdays or range(7)
        if item.from_minute < item.to_minute:
            inside = today in days and item.from_minute <= minute < item.to_minute
        else:
            evening, morning = minute >= item.from_minute, minute < item.to_minute
            inside = (evening and today in days) or (morning and (today - 1) % 7 in days)
        if inside:
            return not times.outside
    return times.outside


def key(moment: datetime, times: Times, quota: Quota) -> tuple[int, ...]:
    """What a half hour is counted in; the morning of a night belongs to the day before."""
    nights = [item.to_minute for item in times.windows if item.to_minute <= item.from_minute and not times.outside]
    day = (moment.replace(tzinfo=None) - timedelta(minutes=max(nights, default=0))).date()
    if quota.per == Per.DAY:
        return day.year, day.month, day.day
    if quota.per == Per.WEEK:
        return ((day - date(2020, 1, 6)).days - quota.first_weekday) // 7, 0
    return (day.year, day.month) if quota.per == Per.MONTH else (day.year,)


def amounts(period: Period, places: int, times: Times, quota: Quota) -> Counter[tuple[int, ...]]:
    """What a time counts, day by day or week by week."""
    meant = [moment for moment in halves(period) if is_meant(moment, times)]
    if quota.unit == Unit.BOOKINGS:
        return Counter(key(moment, times, quota) for moment in meant[:1])
    return Counter({found: 30 * count * places for found, count in _counts(meant, times, quota).items()})


def _counts(meant: list[datetime], times: Times, quota: Quota) -> Counter[tuple[int, ...]]:
    return Counter(key(moment, times, quota) for moment in meant)


def is_held(item: Booked, case: Case, quota: Quota) -> bool:
    """Whose use counts."""
    if quota.each == Each.RESOURCE and item.thing != case.thing:
        return False
    mine, same_project = item.member_id == 1, item.project_id == case.project_id
    return {
        Holder.MEMBER: mine,
        Holder.ACCOUNT: item.account_id == 1,
        Holder.PROJECT: same_project and (mine or item.project_id is not None),
        Holder.MEMBER_AND_PROJECT: mine and same_project,
    }[quota.holder]


@settings(max_examples=250)
@given(QUOTAS, st.sampled_from(HOURS), WISHES, BOOKINGS)
def test_a_quota_of_the_calendar_counts_as_one_does_by_hand(
    quota: Quota, times: Times, asked: Case, bookings: list[Booked]
) -> None:
    scope = Scope(times=times)
    had: Counter[tuple[int, ...]] = Counter()
    for item in bookings:
        if is_held(item, asked, quota):
            had += amounts(item.period, item.places, times, quota)
    more = amounts(asked.period, asked.places, times, quota)
    expected = any(had[found] + count > quota.most for found, count in more.items())

    assert bool(codes(quota, replace(asked, own=bookings), scope)) == expected
    # What its reach leaves out changes nothing.
    reach = quota.reach(asked.period, asked.now, PARIS, scope)
    near = [item for item in bookings if reach and item.period.overlaps(reach)]
    assert bool(codes(quota, replace(asked, own=near), scope)) == expected


QUIET = st.builds(
    lambda day, slot, length: span(NOTHING_SPECIAL + timedelta(days=day), slot / 2, length / 2),
    st.integers(0, 9),
    st.integers(0, 47),
    st.integers(1, 20),
)


@settings(max_examples=150)
@given(
    st.sampled_from(Unit),
    st.integers(1, 4),
    st.integers(1, 4),
    st.sampled_from(HOURS),
    QUIET,
    st.lists(st.tuples(QUIET, st.integers(1, 3)), max_size=6),
)
def test_any_days_in_a_row_never_hold_more_than_a_rolling_quota(
    unit: Unit, days: int, most: int, times: Times, wanted: Period, had: list[tuple[Period, int]]
) -> None:
    quota = Quota(unit=unit, per=Per.ROLLING, rolling_days=days, most=most if unit == Unit.BOOKINGS else most * 150)
    first, long = wanted.start - timedelta(days=days), 48 * days
    counts = [0] * (48 * (2 * days + 1))
    for period, places in ((wanted, 1), *had):
        for moment in _counted(period, times, unit):
            at = (moment - first) // HALF
            if 0 <= at < len(counts):
                counts[at] += 1 if unit == Unit.BOOKINGS else 30 * places
    asked = {(moment - first) // HALF for moment in _counted(wanted, times, unit)}
    stretches = (range(start, start + long) for start in range(len(counts) - long))
    # A minute of it is enough to be asked about all that lies beside it.
    edge = 1 if unit == Unit.MINUTES else 0
    expected = any(
        sum(counts[stretch.start : stretch.stop]) > quota.most
        for stretch in stretches
        if asked & set(range(stretch.start - edge, stretch.stop + edge))
    )

    case = wish(wanted, *(booked(period, places=places) for period, places in had))
    assert bool(codes(quota, case, Scope(times=times))) == expected


def test_what_is_fullest_may_begin_within_a_reservation_of_few_places() -> None:
    quota, wanted = Quota(unit=Unit.MINUTES, per=Per.ROLLING, most=13 * 60), span(NOTHING_SPECIAL, 10, 6)
    after = booked(span(NOTHING_SPECIAL + timedelta(days=7), 12, 2), places=5)

    assert codes(quota, wish(wanted, after)) == []
    assert codes(quota, wish(wanted, replace(after, places=6))) == ["quota"]


def test_what_is_in_peak_hours_on_the_next_day_counts_then() -> None:
    peak = Scope(times=Times(windows=(Window(from_minute=16 * 60, to_minute=22 * 60),)))
    over_night, quota = booked(span(NOTHING_SPECIAL, 23, 18)), Quota(most=1, per=Per.DAY)

    assert codes(quota, wish(span(NOTHING_SPECIAL, 17, 1), over_night), peak) == []
    assert codes(quota, wish(span(NOTHING_SPECIAL, 42, 1), over_night), peak) == ["quota"]


def _counted(period: Period, times: Times, unit: Unit) -> list[datetime]:
    meant = [moment for moment in halves(period) if is_meant(moment, times)]
    return meant[:1] if unit == Unit.BOOKINGS else meant


@pytest.mark.parametrize("monday", [SUMMER_BEGINS, NOTHING_SPECIAL, SUMMER_ENDS])
def test_every_week_at_the_same_time_is_once_in_seven_days(monday: date) -> None:
    quota = Quota(most=1, per=Per.ROLLING)
    before, after = (booked(span(monday + timedelta(days=days), 10, 1)) for days in (0, 14))

    assert codes(quota, wish(span(monday + timedelta(days=7), 10, 1), before, after)) == []
    assert codes(quota, wish(span(monday + timedelta(days=7), 9.5, 1), before)) == ["quota"]


@given(QUIET, st.lists(QUIET, max_size=6), st.integers(0, 4), st.sampled_from(HOURS), st.sampled_from(Unit))
def test_what_is_held_ahead_is_what_is_not_over(
    wanted: Period, had: list[Period], most: int, times: Times, unit: Unit
) -> None:
    now = wanted.start - timedelta(hours=20)
    limit = most if unit == Unit.BOOKINGS else most * 150
    ahead = 0
    for period in (wanted, *had):
        meant = [moment for moment in halves(period) if is_meant(moment, times)]
        if unit == Unit.MINUTES:
            ahead += 30 * sum(moment >= now for moment in meant)
        else:
            ahead += bool(meant) and period.end > now
    is_meant_at_all = any(is_meant(moment, times) for moment in halves(wanted))

    case = wish(wanted, *(booked(period) for period in had), now=now)
    quota = Quota(most=limit, unit=unit, per=Per.AHEAD)
    assert bool(codes(quota, case, Scope(times=times))) == (is_meant_at_all and ahead > limit)


def test_what_was_given_back_or_missed_counts_as_the_rule_says() -> None:
    monday = NOTHING_SPECIAL
    period, asked = span(monday, 10, 1), span(monday, 15, 1)
    gone = {"is_standing": False, "cancelled_by_member": True}
    late = booked(period, cancelled_at=period.start - timedelta(minutes=59), **gone)
    early = booked(period, cancelled_at=period.start - timedelta(minutes=60), **gone)
    by_staff = replace(late, cancelled_by_member=False)
    missed = booked(period, is_standing=False, is_missed=True)
    quota = Quota(most=1, late_minutes=60)

    for item, counts in ((late, True), (early, False), (by_staff, False), (missed, True)):
        assert codes(quota, wish(asked, item)) == (["quota"] if counts else []), item
    assert codes(replace(quota, late_minutes=None), wish(asked, late)) == []
    assert codes(replace(quota, missed_count=False), wish(asked, missed)) == []
    for item in (late, missed):
        held = Quota(most=1, late_minutes=60, per=Per.AHEAD)
        assert codes(held, wish(asked, item)) == [], "nobody holds what they gave back or missed"


def test_a_quota_of_one_job_or_of_large_groups_counts_no_other() -> None:
    period, asked = span(NOTHING_SPECIAL, 10, 1), span(NOTHING_SPECIAL, 15, 1)
    quota = Quota(most=1)

    wood = Scope(job="Bois")
    assert codes(quota, wish(asked, booked(period, job="carton"), job="bois"), wood) == []
    assert codes(quota, wish(asked, booked(period, job="bois"), job="bois"), wood) == ["quota"]
    many = Scope(guests_from=4)
    assert codes(quota, wish(asked, booked(period, guests=3), guests=5), many) == []
    assert codes(quota, wish(asked, booked(period, guests=4), guests=5), many) == ["quota"]


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.sampled_from(((4, 31), (2, 29), (2, 30), (11, 31))))
def test_a_term_ends_with_its_month_where_that_has_no_such_day(day: date, last: tuple[int, int]) -> None:
    times = Times(season_from=(9, 1), season_to=last)
    scope, quota = Scope(times=times), Quota(most=0, per=Per.TERM)
    term = times.term(day)

    assert (term is not None) == times.is_on(day)
    assert term is None or term[0] <= day <= term[1]
    assert codes(quota, wish(span(day, 10, 1)), scope) == (["quota"] if term else [])
