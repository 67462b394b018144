"""How long memberships last and how they stand: whole days, which never drift."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.members.memberships.rules import (
    AFTER_END,
    DAY,
    Days,
    Lasts,
    Length,
    MembershipStanding,
    Presence,
    Term,
    day_in,
    has_room,
    last_day,
    months_later,
    next_first_day,
    reminder_due,
    reminders_of,
    standing_on,
)

days = st.dates(date(2000, 1, 1), date(2090, 12, 31))
MONTH = Length(Lasts.MONTHS, 1)
AUGUST_31 = Length(Lasts.FIXED_DAY, until_month=8, until_day=31, next_within_weeks=4)


@pytest.mark.parametrize(
    ("length", "first", "last"),
    [
        (MONTH, date(2026, 1, 31), date(2026, 2, 28)),
        (MONTH, date(2026, 3, 1), date(2026, 3, 31)),
        (MONTH, date(2028, 1, 31), date(2028, 2, 29)),
        (MONTH, date(2026, 3, 31), date(2026, 4, 30)),
        (MONTH, date(2026, 1, 15), date(2026, 2, 14)),
        (Length(Lasts.MONTHS, 12), date(2028, 2, 29), date(2029, 2, 28)),
        (Length(Lasts.MONTHS, 12), date(2026, 9, 1), date(2027, 8, 31)),
        (Length(Lasts.DAYS, 1), date(2026, 3, 2), date(2026, 3, 2)),
        (Length(Lasts.DAYS, 365), date(2028, 1, 1), date(2028, 12, 30)),
        (AUGUST_31, date(2026, 9, 1), date(2027, 8, 31)),
        (AUGUST_31, date(2026, 8, 3), date(2026, 8, 31)),
        (AUGUST_31, date(2026, 8, 4), date(2027, 8, 31)),
        (Length(Lasts.FIXED_DAY, until_month=2, until_day=29), date(2026, 3, 1), date(2027, 2, 28)),
        (Length(Lasts.FIXED_DAY, until_month=2, until_day=29), date(2027, 3, 1), date(2028, 2, 29)),
    ],
)
def test_a_membership_lasts_as_long_as_people_expect(length: Length, first: date, last: date) -> None:
    assert last_day(length, first) == last


@given(days, st.integers(1, 24))
def test_months_never_drift_however_often_they_are_renewed(first: date, times: int) -> None:
    begins = first
    for _ in range(times):
        begins = last_day(MONTH, begins) + DAY

    at_once = last_day(Length(Lasts.MONTHS, times), first) + DAY
    assert timedelta() <= begins - at_once <= timedelta(days=3)  # A short February is made good once, and never again.
    assert (begins.year * 12 + begins.month) - (at_once.year * 12 + at_once.month) in (0, 1)


@given(days, st.integers(1, 120))
def test_months_end_on_the_eve_of_their_namesake_or_with_a_shorter_month(first: date, months: int) -> None:
    last = last_day(Length(Lasts.MONTHS, months), first)

    is_eve = (last + DAY).day == first.day
    is_end = last.day == monthrange(last.year, last.month)[1]
    assert is_eve or (is_end and first.day > last.day)
    assert last >= first


@given(days, st.integers(1, 12), st.integers(1, 31), st.integers(0, 26))
def test_a_fixed_day_is_always_the_last(first: date, month: int, day: int, weeks: int) -> None:
    last = last_day(Length(Lasts.FIXED_DAY, None, month, day, weeks), first)

    assert last == day_in(last.year, month, day)
    assert (last - first).days >= 7 * weeks
    assert (last - first).days <= 366 + 7 * weeks


@given(days, st.integers(1, 400), st.lists(st.tuples(st.integers(0, 300), st.integers(1, 30)), max_size=3))
def test_pauses_add_exactly_their_days(first: date, length: int, wanted: list[tuple[int, int]]) -> None:
    last, pauses = first + timedelta(days=length - 1), list[Days]()
    for after, count in wanted:
        begins = first + timedelta(days=after)
        pause = Days(begins, begins + timedelta(days=count - 1))
        if begins <= last and not any(pause.overlaps(other) for other in pauses):
            pauses.append(pause)
            last += timedelta(days=count)
    term = Term(first, last, pauses=tuple(pauses))

    in_order = [
        day
        for day in (first + timedelta(days=count) for count in range(-2, 900))
        if standing_on(term, day) == MembershipStanding.IN_ORDER
    ]

    assert len(in_order) == length
    assert in_order[0] >= first
    assert in_order[-1] <= last


@given(days, st.integers(0, 60), st.integers(0, 60))
def test_each_day_has_one_standing_and_they_follow_each_other(first: date, length: int, grace: int) -> None:
    term = Term(first, first + timedelta(days=length), grace)
    stands = [standing_on(term, first + timedelta(days=count)) for count in range(-3, length + grace + 4)]

    order = [
        MembershipStanding.PLANNED,
        MembershipStanding.IN_ORDER,
        MembershipStanding.GRACE,
        MembershipStanding.LAPSED,
    ]
    places = [order.index(standing) for standing in stands]
    assert places == sorted(places)
    assert [stands.count(standing) for standing in order] == [3, length + 1, grace, 3]
    ended = Term(first, term.last_on, grace, ended_on=first)
    assert standing_on(ended, first).holds
    assert standing_on(ended, first + DAY) == MembershipStanding.ENDED


@given(days, st.integers(0, 60), st.integers(0, 30), st.integers(-40, 120))
def test_a_renewal_leaves_no_gap_while_it_runs_or_is_in_grace(first: date, length: int, grace: int, ahead: int) -> None:
    term, today = Term(first, first + timedelta(days=length), grace), first + timedelta(days=ahead)

    begins = next_first_day(term, today)

    assert begins == (term.last_on + DAY if ahead <= length + grace else today)


def test_of_several_reminders_the_latest_that_is_due_is_told() -> None:
    term = Term(date(2026, 1, 1), date(2026, 3, 31), 10)

    told = [
        reminder_due(term, (30, 7), True, day)
        for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 23), date(2026, 3, 24), date(2026, 3, 31))
    ]

    assert told == [None, 30, 30, 7, 7]
    assert reminder_due(term, (30, 7), True, date(2026, 4, 1)) == AFTER_END
    assert reminder_due(term, (30, 7), False, date(2026, 4, 1)) is None
    assert reminder_due(term, (), True, date(2026, 4, 14)) == AFTER_END  # Grace is over, and it is still news.
    assert reminder_due(term, (), True, date(2026, 4, 15)) is None
    assert reminder_due(Term(date(2026, 3, 2), date(2026, 3, 31)), (30, 7), True, date(2026, 3, 2)) is None


@given(st.lists(st.tuples(days, st.none() | st.integers(0, 90)), max_size=6), days, st.integers(1, 4))
def test_there_is_room_exactly_if_no_day_has_too_many(
    stays: list[tuple[date, int | None]], joined: date, most: int
) -> None:
    people = [Presence(day, None if stay is None else day + timedelta(days=stay)) for day, stay in stays]

    crowded = any(
        sum(row.on(day) for row in people) + 1 > most for day in {joined, *(d for d, _ in stays)} if day >= joined
    )

    assert has_room(people, Presence(joined), most) is not crowded


def test_lists_of_reminders_are_read_as_people_write_them() -> None:
    assert reminders_of(" 7, 30;7 0") == (30, 7, 0)
    assert reminders_of("") == ()
    for junk in ("a week", "-7", "367", "٣", "1.5", "9" * 30):
        with pytest.raises(ValueError, match="no list of days"):
            reminders_of(junk)


def test_months_later_keeps_to_the_end_of_short_months() -> None:
    assert [months_later(date(2026, 1, 31), count) for count in (0, 1, 2, 13)] == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2027, 2, 28),
    ]
