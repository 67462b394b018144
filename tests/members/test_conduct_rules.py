"""What follows from strikes: what always holds, and which statements of real labs the rules express."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from fablab.members.conduct import rules
from fablab.members.conduct.rules import Rules, Step, Struck, Suspended

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LATE, NO_SHOW, CONDUCT = "late_cancellation", "no_show", "conduct"
days = st.integers(0, 400)
kinds = st.sampled_from((LATE, NO_SHOW, CONDUCT))


def optional(values: st.SearchStrategy[int]) -> st.SearchStrategy[int | None]:
    return st.none() | values


@st.composite
def some_strikes(draw: st.DrawFn) -> list[Struck]:
    found = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        at = NOW - draw(days) * DAY
        life, gone = draw(optional(days)), draw(st.integers(0, 3)) == 0
        found.append(
            Struck(
                number=number,
                kind=draw(kinds),
                at=at,
                expires_at=None if life is None else at + (life + 1) * DAY,
                withdrawn_at=at if gone else None,
            )
        )
    return found


steps = st.builds(
    Step,
    strikes=st.integers(1, 5),
    within_days=optional(st.integers(1, 200)),
    days=optional(st.integers(1, 90)),
    after=st.integers(0, 2),
    kind=st.none() | kinds,
)
ladders = st.lists(steps, max_size=4)
suspensions = st.lists(
    st.builds(
        Suspended,
        strikes=st.integers(1, 5),
        kind=st.none() | kinds,
        last_number=st.integers(1, 8),
        was_lifted=st.booleans(),
    ),
    max_size=3,
)


@settings(max_examples=200)
@given(some_strikes(), suspensions, ladders, st.randoms())
def test_what_was_withdrawn_or_has_expired_never_counts_and_no_order_changes_the_answer(
    strikes: list[Struck], before: list[Suspended], ladder: list[Step], random: object
) -> None:
    due = rules.due(strikes, before, ladder, NOW)
    alive = [strike for strike in strikes if strike.counts_at(NOW)]
    shuffled = strikes.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert rules.due(alive, before, ladder, NOW) == due
    assert rules.due(shuffled, before, ladder, NOW) == due
    assert rules.nearest(alive, before, ladder, NOW) == rules.nearest(shuffled, before, ladder, NOW)
    if due is not None:
        counted = rules.counted(strikes, before, due, NOW)
        assert len(counted) >= due.strikes
        # Without those that counted, nothing is due on that step; with one more strike, it still is.
        assert due not in [
            tally.step
            for tally in [rules.nearest([item for item in strikes if item not in counted], before, [due], NOW)]
            if tally and tally.is_reached
        ]
        assert rules.due([*strikes, Struck(number=99, kind=due.kind or CONDUCT, at=NOW)], before, ladder, NOW)


@settings(max_examples=100)
@given(some_strikes(), ladders)
def test_a_suspension_uses_its_strikes_up(strikes: list[Struck], ladder: list[Step]) -> None:
    step = rules.due(strikes, [], ladder, NOW)
    if step is None:
        return
    served = Suspended(strikes=step.strikes, kind=step.kind, last_number=8)

    again = rules.due(strikes, [served], [step], NOW)

    assert again is None
    assert rules.still_follows(strikes, [], step, NOW)


@settings(max_examples=100)
@given(some_strikes(), suspensions, ladders, kinds)
def test_what_one_more_would_lead_to_is_what_it_leads_to(
    strikes: list[Struck], before: list[Suspended], ladder: list[Step], kind: str
) -> None:
    said = rules.one_more(strikes, before, ladder, NOW, kind)
    then = [*strikes, Struck(number=99, kind=kind, at=NOW)]

    due = rules.due(then, before, ladder, NOW)

    assert (said is not None and said.is_reached) == (due is not None)
    if due is not None and said is not None:
        assert said.step == due


def struck(*at: int, kind: str = NO_SHOW) -> list[Struck]:
    """One strike so many days ago each."""
    return [Struck(number=number, kind=kind, at=NOW - day * DAY) for number, day in enumerate(at, start=1)]


def test_a_ladder_climbs_and_the_second_suspension_is_longer() -> None:
    ladder = [
        Step(strikes=3, within_days=90, days=14),
        Step(strikes=3, within_days=90, days=30, after=1),
        Step(strikes=5, within_days=90, days=90),
    ]
    first = Suspended(strikes=3, kind=None, last_number=3)

    def lasts(strikes: list[Struck], before: list[Suspended]) -> int | None:
        step = rules.due(strikes, before, ladder, NOW)
        return step.days if step else 0

    assert lasts(struck(50, 1), []) == 0
    assert lasts(struck(50, 9, 1), []) == 14
    assert lasts(struck(100, 9, 1), []) == 0, "one is too long ago"
    assert lasts(struck(50, 9, 8, 1), [first]) == 0, "three of them were dealt with"
    assert lasts(struck(50, 9, 8, 2, 1), [first]) == 90, "five count on the higher step"
    assert lasts(struck(80, 79, 78, 3, 2, 1)[:6], [replace(first, strikes=5)]) == 30
    lifted = replace(first, strikes=5, was_lifted=True)
    assert lasts(struck(80, 79, 78, 3, 2, 1), [lifted]) == 14, "what staff took back makes nothing harsher"


def test_a_deadline_leaves_time_for_second_thoughts() -> None:
    held, start = Rules(cancel_minutes=120), NOW + timedelta(hours=5)
    long_ago = NOW - DAY

    assert not rules.is_late(held, long_ago, start, start - timedelta(minutes=121))
    assert rules.is_late(held, long_ago, start, start - timedelta(minutes=120))
    assert rules.is_late(held, long_ago, start, start + timedelta(minutes=1))
    near = NOW + timedelta(minutes=30)
    assert not rules.is_late(held, NOW, near, NOW + timedelta(minutes=9))
    assert rules.is_late(held, NOW, near, NOW + timedelta(minutes=10))
    assert not rules.is_late(Rules(), long_ago, start, start)
    assert rules.is_late(Rules(cancel_minutes=0), long_ago, start, start)
    assert not rules.is_late(Rules(cancel_minutes=0), long_ago, start, start - timedelta(seconds=1))


FIELD = {
    "P02 cancel as early as possible, no fixed deadline": Rules(),
    "P06 1st late return a warning, 2nd two weeks, 3rd the rest of the semester": Rules(
        ladder=(
            Step(strikes=2, within_days=180, days=14),
            Step(strikes=3, within_days=180, days=None),
        ),
    ),
    "P04 greylist, then blacklist": Rules(ladder=(Step(strikes=2, within_days=None, days=None, kind=CONDUCT),)),
    "P09 cancel an hour before; 15 min late": Rules(cancel_minutes=60, grace_minutes=15),
    "P10 cancel an hour before, or it counts": Rules(cancel_minutes=60),
    "P18 one serious breach bans": Rules(ladder=(Step(strikes=1, within_days=None, days=None, kind=CONDUCT),)),
    "P24 repeated unbooked use: suspension, then termination": Rules(
        ladder=(
            Step(strikes=2, within_days=365, days=30, kind=CONDUCT),
            Step(strikes=2, within_days=365, days=None, kind=CONDUCT, after=1),
        ),
    ),
    "P29 cancel a day ahead, else it counts as a no-show": Rules(cancel_minutes=1440, no_show_strikes=True),
    "P41 missed or cancelled within the hour: warning first, then worse": Rules(
        cancel_minutes=60, no_show_strikes=True, ladder=(Step(strikes=2, within_days=365, days=7),)
    ),
    "P43 15 min late is a no-show": Rules(no_show_strikes=True, grace_minutes=15),
    "P60 breaking the basics revokes access": Rules(
        ladder=(Step(strikes=1, within_days=None, days=None, kind=CONDUCT),)
    ),
    "P64 three warnings, then home for the day": Rules(ladder=(Step(strikes=3, within_days=1, days=1, kind=CONDUCT),)),
}
"""What A13, A14 and A17 of the field say. Not said by these rules: money (P03, P32, P41's fines), the slot that counts
in a quota (P10), the rest of the time to the next in line (P03, P08, P09, P37), a ban from one machine (P09: its
certificate is revoked), and the semester's last day (P06): until staff lift it, or placed by hand."""


def test_the_statements_of_real_labs_are_expressed() -> None:
    def due(name: str, strikes: list[Struck], before: list[Suspended] | None = None) -> Step | None:
        (held,) = [found for key, found in FIELD.items() if key.startswith(name)]
        return rules.due(strikes, before or [], held.ladder, NOW)

    assert due("P06", struck(9)) is None
    assert (due("P06", struck(9, 1)) or Step(strikes=1, within_days=1, days=0)).days == 14
    second = Suspended(strikes=2, kind=None, last_number=2)
    assert (due("P06", struck(9, 8, 1), [second]) or Step(strikes=1, within_days=1, days=0)).days is None
    assert due("P18", struck(1, 1, 1)) is None, "no-shows are no breach"
    assert due("P18", struck(1, kind=CONDUCT))
    assert due("P24", struck(9, 8, 2, 1, kind=CONDUCT), [replace(second, kind=CONDUCT)]) is not None
    assert due("P64", struck(0, 0, 0, kind=CONDUCT))
    assert due("P64", struck(2, 0, 0, kind=CONDUCT)) is None
    assert rules.is_late(FIELD["P29 cancel a day ahead, else it counts as a no-show"], NOW - DAY, NOW + DAY, NOW)
