"""Kinds of rules by themselves: blocks, waves, gaps, windows of the week, and what stands instead of what."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fablab.booking.rules import catalogue, judging
from fablab.booking.rules.case import Person, Thing
from fablab.booking.rules.judging import Ruling
from fablab.booking.rules.length import Block, Blocks, Length
from fablab.booking.rules.quota import Capacity, Each, Quota
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.spacing import AtOnce, Gap
from fablab.booking.rules.times import Times, Window
from fablab.booking.rules.window import Ahead, Between, Lead, OverClosing, Release, Waves
from fablab.core.actor import Role
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.sites.hours import Hours, Opening, Season, Special, Timetable, weekly
from tests.booking.rules.cases import LASER, ME, OTHER, PARIS, booked, codes, span, wall, wish

MONDAY = date(2026, 5, 4)
SUMMER_BEGINS, SUMMER_ENDS = date(2026, 3, 29), date(2026, 10, 25)
HOUR, HALF = timedelta(hours=1), timedelta(minutes=30)
OFFICE = Hours((weekly([Opening(day, 9 * 60, 18 * 60) for day in range(5)], PARIS),))

QUARTERS = st.integers(0, 4).map(lambda number: number * 360)
BLOCKS = st.lists(
    st.builds(
        Block,
        from_weekday=st.integers(0, 6),
        from_minute=QUARTERS,
        to_weekday=st.integers(0, 6),
        to_minute=QUARTERS,
    ),
    min_size=1,
    max_size=5,
)


def follows(start: datetime, end: datetime, blocks: list[Block], most: int) -> bool:
    """Whether blocks lead from an instant to another: every block that begins there is tried, on the wall clock."""
    if start >= end or most == 0:
        return start == end
    for block in blocks:
        for day in (start.date(), start.date() - timedelta(days=1)):
            begins = datetime.combine(day, datetime.min.time()) + timedelta(minutes=block.from_minute)
            if day.weekday() != block.from_weekday or begins != start:
                continue
            days = (block.to_weekday - block.from_weekday) % 7
            if days == 0 and block.to_minute <= block.from_minute:
                days = 7
            ends = datetime.combine(day, datetime.min.time()) + timedelta(days=days, minutes=block.to_minute)
            if begins < ends and follows(ends, end, blocks, most - 1):
                return True
    return False


@settings(max_examples=300)
@given(BLOCKS, st.integers(0, 27), st.integers(1, 28), st.one_of(st.none(), st.integers(1, 3)))
def test_a_wish_is_whole_blocks_however_they_may_follow(
    blocks: list[Block], first: int, count: int, most: int | None
) -> None:
    period = Period(wall(MONDAY, first * 6), wall(MONDAY, (first + count) * 6))
    start, end = (moment.astimezone(PARIS).replace(tzinfo=None) for moment in (period.start, period.end))

    fits = follows(start, end, blocks, most or 40)
    assert (codes(Blocks(blocks=tuple(blocks), most=most), wish(period)) == []) == fits


def test_a_shorter_block_may_lead_where_a_longer_one_does_not() -> None:
    days = [Block(from_weekday=0, to_weekday=to) for to in (0, 1)]
    rule = Blocks(blocks=(*days, Block(from_weekday=1, to_weekday=2)))

    assert codes(rule, wish(span(MONDAY, 0, 72))) == []
    assert codes(replace(rule, most=1), wish(span(MONDAY, 0, 72))) == ["blocks"]
    assert codes(replace(rule, most=1), wish(span(MONDAY, 0, 48))) == []
    nights = Blocks(blocks=(Block(from_weekday=5, from_minute=1080, to_weekday=6, to_minute=480),))
    for night in (MONDAY, SUMMER_BEGINS, SUMMER_ENDS):
        saturday = night - timedelta(days=(night.weekday() - 5) % 7)
        assert codes(nights, wish(Period(wall(saturday, 18), wall(saturday, 32)))) == []


RELEASES = st.lists(
    st.builds(
        Release,
        weekday=st.integers(0, 6),
        at_minute=st.sampled_from((0, 540, 1200)),
        first_weekday=st.integers(0, 6),
        last_weekday=st.integers(0, 6),
        weeks_before=st.integers(0, 2),
    ),
    min_size=1,
    max_size=3,
)


@given(RELEASES, st.integers(0, 20), st.integers(0, 40 * 4))
def test_a_wave_opens_the_days_that_follow_its_weekday(releases: list[Release], day: int, before: int) -> None:
    wanted = MONDAY + timedelta(days=day)
    period, now = span(wanted, 12, 1), wall(wanted, 12) - before * 6 * HOUR

    opened = False
    for item in releases:
        run = [(item.first_weekday + more) % 7 for more in range(7)]
        run = run[: run.index(item.last_weekday) + 1]
        if wanted.weekday() not in run:
            continue
        released = wanted - timedelta(days=run.index(wanted.weekday()))
        while released.weekday() != item.weekday:
            released -= timedelta(days=1)
        opens = wall(released - timedelta(weeks=item.weeks_before), item.at_minute / 60)
        opened = opened or now >= opens
    assert (codes(Waves(releases=tuple(releases)), wish(period, now=now)) == []) == opened


@given(
    st.integers(0, 20), st.lists(st.tuples(st.integers(0, 24), st.integers(1, 4)), max_size=4), st.sampled_from(Each)
)
def test_a_gap_keeps_ones_own_reservations_apart(start: int, others: list[tuple[int, int]], each: Each) -> None:
    items = [booked(span(MONDAY, at, hours), thing=(LASER, OTHER)[at % 2]) for at, hours in others]
    period = span(MONDAY, start, 2)

    near = any(
        (each != Each.RESOURCE or item.thing == LASER)
        and max(item.period.start - period.end, period.start - item.period.end) < 2 * HOUR
        for item in items
    )
    rule, case = Gap(minutes=120, each=each), wish(period, *items)
    assert (codes(rule, case) == ["gap"]) == near
    reach = rule.reach(period, case.now, PARIS, Scope())
    assert reach is not None
    assert (codes(rule, replace(case, own=[item for item in items if item.period.overlaps(reach)])) != []) == near
    assert codes(rule, wish(period, *(replace(item, member_id=2) for item in items))) == [], "others do not count"
    assert codes(rule, wish(period, *(replace(item, is_standing=False) for item in items))) == []


WINDOWS = st.builds(
    Window,
    weekdays=st.lists(st.integers(0, 6), unique=True, max_size=3).map(tuple),
    from_minute=st.integers(0, 47).map(lambda half: half * 30),
    to_minute=st.integers(0, 48).map(lambda half: half * 30),
)


@given(
    st.lists(WINDOWS.filter(lambda item: item.from_minute != item.to_minute), min_size=1, max_size=3),
    st.booleans(),
    st.sampled_from((MONDAY, SUMMER_BEGINS, SUMMER_ENDS)),
    st.integers(0, 60),
    st.integers(1, 60),
)
def test_what_is_inside_windows_and_outside_them_is_the_whole(
    windows: list[Window], outside: bool, day: date, first: int, halves: int
) -> None:
    start = wall(day) + first * HALF
    period = Period(start, start + halves * HALF)
    times = Times(windows=tuple(windows), outside=outside)
    meant, rest = times.parts(period, PARIS), replace(times, outside=not outside).parts(period, PARIS)

    assert sum(part.seconds for part in (*meant, *rest)) == period.seconds
    assert not any(one.overlaps(other) for one in meant for other in rest)
    assert all(part.end < following.start for part, following in pairwise(meant))
    moment = period.start
    while moment < period.end and day == MONDAY:
        local = moment.astimezone(PARIS)
        minute, today = local.hour * 60 + local.minute, local.weekday()
        inside = any(
            (item.from_minute < item.to_minute and today in (item.weekdays or range(7)))
            * (item.from_minute <= minute < item.to_minute)
            or (
                item.from_minute > item.to_minute
                and (
                    (minute >= item.from_minute and today in (item.weekdays or range(7)))
                    or (minute < item.to_minute and (today - 1) % 7 in (item.weekdays or range(7)))
                )
            )
            for item in windows
        )
        assert any(part.contains(moment) for part in meant) == (inside != outside)
        moment += HALF


def test_hours_that_the_clocks_skip_concern_nothing() -> None:
    skipped = Times(windows=(Window(from_minute=120, to_minute=180),))

    assert skipped.parts(span(SUMMER_BEGINS, 0, 12), PARIS) == []
    assert sum(part.seconds for part in skipped.parts(span(SUMMER_ENDS, 0, 12), PARIS)) == 2 * 3600
    night = Between(from_minute=22 * 60, to_minute=6 * 60)
    for day in (SUMMER_BEGINS, SUMMER_ENDS):
        eve = day - timedelta(days=1)
        assert codes(night, wish(Period(wall(eve, 22), wall(day, 6)))) == []
        assert codes(night, wish(Period(wall(eve, 22), wall(day, 6.5)))) == ["between"]


def test_a_place_is_full_only_where_its_rule_holds() -> None:
    evening = Scope(times=Times(windows=(Window(from_minute=18 * 60, to_minute=22 * 60),)))
    afternoon = [booked(span(MONDAY, 14, 3), number, places=2, member_id=9) for number in range(5)]
    asked = span(MONDAY, 15, 4)

    assert codes(Capacity(most=10), wish(asked, others=afternoon)) == ["capacity"]
    assert codes(Capacity(most=10), wish(asked, others=afternoon), evening) == []
    mine = booked(span(MONDAY, 14, 3), thing=OTHER)
    assert codes(AtOnce(most=1), wish(asked, mine)) == ["at_once"]
    assert codes(AtOnce(most=1), wish(asked, mine), evening) == []
    cutting = Scope(job="MDF")
    assert codes(Capacity(most=1), wish(asked, job="mdf", others=afternoon[:1]), cutting) == []
    assert codes(Capacity(most=1), wish(asked, job="mdf", others=[replace(afternoon[0], job="MDF")]), cutting) == [
        "capacity"
    ]


def test_only_open_days_and_open_hours_count_where_a_rule_says_so() -> None:
    lead, friday = Lead(days=2, open_days=True), wall(MONDAY + timedelta(days=4), 12)
    asked = {day: wish(span(MONDAY + timedelta(days=day), 10, 1), now=friday, hours=OFFICE) for day in (7, 8)}

    assert [codes(lead, case) for case in asked.values()] == [["lead"], []]
    assert codes(replace(lead, open_days=False), asked[7]) == []
    whole_day = Opening(0, 0, 1440)
    closed = Special(is_open=False, first=friday.date(), last=friday.date(), opening=whole_day)
    table = Timetable(PARIS, (Season(tuple(Opening(day, 540, 1080) for day in range(5))),), (closed,))
    assert codes(lead, replace(asked[8], hours=Hours((table,)))) == ["lead"]

    loan = Length(most=6 * 60, open_hours=True)
    until = {hour: Period(wall(MONDAY, 16), wall(MONDAY, 24 + hour)) for hour in (13, 13.5)}
    assert [codes(loan, wish(period, hours=OFFICE)) for period in until.values()] == [[], ["length_most"]]
    assert codes(replace(loan, open_hours=False), wish(until[13], hours=OFFICE)) == ["length_most"]


def test_what_comes_back_at_the_minute_of_opening_comes_back_in_open_hours() -> None:
    rule = OverClosing()

    for begins, ends, expected in (
        (10, 33, []),
        (10, 32.5, ["over_closing"]),
        (18, 34, ["over_closing"]),
        (17, 18, []),
    ):
        period = Period(wall(MONDAY, begins), wall(MONDAY, ends))
        assert codes(rule, wish(period, hours=OFFICE)) == expected, (begins, ends)


def test_some_machines_are_for_those_who_are_there_and_some_for_two_days_ahead() -> None:
    now = wall(MONDAY, 10)

    for minutes, hour, expected in ((0, 10, []), (0, 10.5, ["ahead"]), (720, 22, []), (720, 22.5, ["ahead"])):
        assert codes(Ahead(minutes=minutes), wish(span(MONDAY, hour, 1), now=now)) == expected, (minutes, hour)
    assert codes(Ahead(days=0), wish(span(MONDAY, 23, 1), now=now)) == []
    assert codes(Ahead(days=0, minutes=60), wish(span(MONDAY, 23, 1), now=now)) == ["ahead"]
    with pytest.raises(Refused):
        catalogue.rule_of("ahead", {})
    with pytest.raises(Refused):
        catalogue.rule_of("exempt", {"codes": ["lenght"]})


PLACES = {
    "network": Scope(),
    "site": Scope(site_id=1),
    "category": Scope(category_id=1),
    "category here": Scope(site_id=1, category_id=1),
    "room": Scope(site_id=1, room_id=1),
    "machine": Scope(site_id=1, resource_id=1),
}


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        *((PLACES["network"], PLACES[name]) for name in PLACES if name != "network"),
        *((PLACES["site"], PLACES[name]) for name in ("category here", "room", "machine")),
        (PLACES["category"], PLACES["category here"]),
        *((PLACES[name], PLACES["machine"]) for name in ("category", "category here", "room")),
        (Scope(site_id=1), Scope(resource_id=1, class_id=2)),
        (Scope(role=Role.HOST), Scope(role=Role.FABMANAGER)),
        (Scope(age_under=18), Scope(age_under=16)),
        (Scope(age_from=12), Scope(age_from=14, age_under=16)),
        (Scope(guests_from=2), Scope(guests_from=4)),
        (Scope(job="bois"), Scope(job="Bois", class_id=1)),
        (Scope(), Scope(times=Times(first_on=MONDAY))),
        (Scope(times=Times(first_on=MONDAY)), Scope(times=Times(first_on=MONDAY, last_on=MONDAY))),
        (Scope(times=Times(first_on=MONDAY)), Scope(class_id=1)),
    ],
)
def test_a_narrower_scope_is_told_from_a_wider_one(wide: Scope, narrow: Scope) -> None:
    assert wide.is_wider_than(narrow)
    assert not narrow.is_wider_than(wide)
    assert not wide.is_wider_than(wide)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Scope(class_id=1), Scope(resource_id=1)),
        (PLACES["category here"], PLACES["room"]),
        (Scope(age_under=18), Scope(age_from=16)),
        (Scope(times=Times(windows=(Window(to_minute=600),))), Scope(times=Times(last_on=MONDAY))),
    ],
)
def test_scopes_that_only_cross_stand_beside_each_other(one: Scope, other: Scope) -> None:
    assert not one.is_wider_than(other)
    assert not other.is_wider_than(one)


def test_the_narrowest_rule_stands_instead_and_exemptions_free() -> None:
    usual, here, mine = (
        Ruling(id=number, rule=Length(most=most), scope=scope, instead=number > 1)
        for number, (most, scope) in enumerate(
            ((60, Scope()), (120, PLACES["category here"]), (180, PLACES["machine"])), start=1
        )
    )
    case = wish(span(MONDAY, 10, 1))
    rules = [usual, here, mine]

    assert judging.in_force(rules, case) == [mine]
    assert judging.in_force(rules, replace(case, thing=Thing(7, 1, 1))) == [here]
    assert judging.in_force([replace(item, instead=False) for item in rules], case) == [
        replace(item, instead=False) for item in rules
    ]
    other_topic = Ruling(id=4, rule=Quota(most=1), scope=Scope())
    assert judging.in_force([*rules, other_topic], case) == [mine, other_topic]
    free = Ruling(id=5, rule=catalogue.rule_of("exempt", {"codes": ["length"]}), scope=Scope(role=Role.TRAINER))
    staff = Person(ids=ME.ids, roles=frozenset({Role.HOST, Role.TRAINER}))
    assert judging.in_force([*rules, other_topic, free], replace(case, person=staff)) == [other_topic, free]
