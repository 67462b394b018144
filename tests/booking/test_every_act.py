"""All that people do with reservations, in any order, beside a simple model: who has which place when.

The model is a list of periods per resource. Nothing may overlap in it, a wish is refused as taken exactly when the
model says so, and what the database holds is what the model holds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fablab.booking import moving, no_shows, services
from fablab.booking.models import Claim, Reservation
from fablab.booking.moving import Change
from fablab.booking.rules.scope import Scope
from fablab.booking.several import series, together
from fablab.booking.several.pattern import Pattern
from fablab.booking.several.series import SeriesWish
from fablab.booking.several.together import TogetherWish
from fablab.booking.wishes import Wish
from fablab.core.actor import Actor
from fablab.core.period import Period
from fablab.core.refusals import Refused
from tests.booking.rules_of_a_lab import rule
from tests.conftest import Lab
from tests.support.undone import undone

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)
HALF = timedelta(minutes=30)
LAST = 16
PARIS, WEEK = ZoneInfo("Europe/Paris"), timedelta(days=7)


@dataclass(frozen=True)
class Act:
    """Something that somebody does: `what` to the `which`th reservation, or for a wish."""

    what: str
    which: int
    machine: int
    first: int
    halves: int
    minutes: int
    """How much later it is than at the act before."""

    @property
    def period(self) -> Period:
        start = TEN + self.first * HALF
        return Period(start, start + self.halves * HALF)


MAKING = ("book", "walk_in", "both", "weekly", "pass_first")
"""Acts that make reservations; the others do something to one of the maker's."""
ACTS = st.lists(
    st.builds(
        Act,
        st.sampled_from([*["book"] * 3, *MAKING[1:], "cancel", "move", "extend", "end", "miss"]),
        st.integers(0, 7),
        st.integers(0, 1),
        st.integers(0, LAST),
        st.integers(1, 4),
        st.integers(0, 90),
    ),
    min_size=8,
    max_size=24,
)


class Model:
    """Who has what when, as plainly as can be."""

    def __init__(self, lab: Lab, session: Session) -> None:
        self.lab, self.session = lab, session
        self.machines = (lab.cast.printer, lab.cast.other_printer)
        self.held: dict[int, tuple[int, Period]] = {}
        self.others: set[int] = set()
        """Those of somebody who passes before the maker."""
        self.begun: set[int] = set()
        self.gone: set[int] = set()
        """Cancelled, missed or over."""
        self.now = TEN - timedelta(hours=1)

    @property
    def maker(self) -> Actor:
        return self.lab.actor(self.lab.cast.maker)

    def is_free(self, machine: int, period: Period, *, apart_from: int = 0) -> bool:
        return not any(
            other == machine and part.overlaps(period) for key, (other, part) in self.held.items() if key != apart_from
        )

    def do(self, act: Act) -> None:
        self.now += timedelta(minutes=act.minutes)
        mine = sorted(self.held.keys() - self.others)
        if act.what in MAKING:
            getattr(self, act.what)(act)
        elif mine:
            getattr(self, act.what)(mine[act.which % len(mine)], act)

    def book(self, act: Act) -> None:
        machine = self.machines[act.machine]
        wish = Wish(resource_id=machine, period=act.period, member_id=self.lab.cast.maker)

        def book() -> int:
            return services.book(self.session, self.maker, wish, self.now).id

        is_past = act.period.start < self.now - timedelta(minutes=2)
        made = self.answer(book, self.is_free(machine, act.period), is_past)
        if made is not None:
            self.held[made] = (machine, act.period)

    def walk_in(self, act: Act) -> None:
        machine, period = self.machines[act.machine], Period(self.now, self.now + act.halves * HALF)
        wish = Wish(resource_id=machine, period=period, member_id=self.lab.cast.maker)

        def walk_in() -> int:
            return services.walk_in(self.session, self.maker, wish, self.now).id

        made = self.answer(walk_in, self.is_free(machine, period), False)
        if made is not None:
            self.held[made] = (machine, period)
            self.begun.add(made)

    def both(self, act: Act) -> None:
        """Both machines at one time, or none."""
        wish = Wish(resource_id=self.machines[0], period=act.period, member_id=self.lab.cast.maker)
        asked = TogetherWish(wish=wish, resource_ids=frozenset(self.machines))
        rows: list[Reservation] = []

        def book() -> int:
            rows.extend(together.book(self.session, self.maker, asked, self.now))
            return rows[0].id

        are_free = all(self.is_free(machine, act.period) for machine in self.machines)
        if self.answer(book, are_free, act.period.start < self.now - timedelta(minutes=2)) is not None:
            self.held |= {row.id: (row.resource_id, act.period) for row in rows}

    def weekly(self, act: Act) -> None:
        """The same time in two weeks, or in none."""
        machine, start = self.machines[act.machine], act.period.start.astimezone(PARIS)
        pattern = Pattern(first_on=start.date(), starts=start.time(), minutes=30 * act.halves, times=2)
        wish = Wish(resource_id=machine, period=act.period, member_id=self.lab.cast.maker)
        asked = SeriesWish(wish=wish, pattern=pattern)

        def book() -> int:
            return series.book(self.session, self.maker, asked, self.now).id

        periods = [Period(act.period.start + week, act.period.end + week) for week in (timedelta(0), WEEK)]
        are_free = all(self.is_free(machine, period) for period in periods)
        made = self.answer(book, are_free, act.period.start < self.now - timedelta(minutes=2))
        if made is not None:
            rows = self.session.query(Reservation).filter_by(series_id=made).order_by(Reservation.starts_at)
            self.held |= {row.id: (machine, period) for row, period in zip(rows, periods, strict=True)}

    def pass_first(self, act: Act) -> None:
        """Somebody takes what the maker has an hour ahead or more."""
        machine, soon = self.machines[act.machine], self.now + timedelta(hours=1)
        student = self.lab.cast.student
        wish = Wish(resource_id=machine, period=act.period, member_id=student, passes_first=True)

        def book() -> int:
            return services.book(self.session, self.lab.actor(student), wish, self.now).id

        in_the_way = {key for key, (other, part) in self.held.items() if other == machine and part.overlaps(act.period)}
        stays = in_the_way & (self.others | self.begun | self.gone)
        late = {key for key in in_the_way if self.held[key][1].start < soon}
        gives_way = not in_the_way or (act.period.start >= soon and not stays and not late)
        made = self.answer(book, gives_way, act.period.start < self.now - timedelta(minutes=2))
        if made is not None:
            self.held = {key: item for key, item in self.held.items() if key not in in_the_way}
            self.held[made] = (machine, act.period)
            self.others.add(made)

    def cancel(self, made: int, act: Act) -> None:
        _machine, period = self.held[made]

        def cancel() -> int:
            return services.cancel(self.session, self.maker, made, self.now).id

        if self.answer(cancel, True, made in self.gone or period.end <= self.now) is not None:
            del self.held[made]

    def move(self, made: int, act: Act) -> None:
        machine = self.machines[act.machine]
        before, had = self.held[made]

        def move() -> int:
            wanted = Change(resource_id=machine, period=act.period)
            return moving.change(self.session, self.maker, made, wanted, self.now).id

        same = (machine, act.period) == (before, had)
        late = act.period.start < self.now - timedelta(minutes=2) and not same
        is_over = made in self.gone or had.end <= self.now or made in self.begun
        if self.answer(move, self.is_free(machine, act.period, apart_from=made), late or is_over) is not None:
            self.held[made] = (machine, act.period)

    def extend(self, made: int, act: Act) -> None:
        machine, had = self.held[made]
        until = had.end + act.halves * HALF

        def extend() -> int:
            return moving.extend(self.session, self.maker, made, until, self.now).id

        longer = Period(had.start, until)
        is_over = made in self.gone or had.end <= self.now
        if self.answer(extend, self.is_free(machine, longer, apart_from=made), is_over) is not None:
            self.held[made] = (machine, longer)

    def end(self, made: int, act: Act) -> None:
        machine, had = self.held[made]
        if made in self.gone or had.start >= self.now:
            return
        moving.end_now(self.session, self.maker, made, self.now)
        self.held[made] = (machine, Period(had.start, min(had.end, self.now)))

    def miss(self, made: int, act: Act) -> None:
        machine, had = self.held[made]
        if made in self.gone | self.begun or had.start + timedelta(minutes=15) > self.now:
            return
        no_shows.no_show(self.session, self.lab.actor(self.lab.cast.fabmanager), made, self.now)
        self.gone.add(made)
        self.held[made] = (machine, Period(had.start, min(had.end, self.now)))

    def answer(self, act: Callable[[], int], is_free: bool, is_refused: bool) -> int | None:
        """What it made; it is refused as taken exactly when it is, and for nothing else than what is expected."""
        codes: tuple[str, ...] | None = None
        made = 0
        try:
            with self.session.begin_nested():
                made = act()
        except Refused as refused:
            codes = refused.codes
        if codes is not None:
            assert is_refused or not is_free, codes
            assert not is_free or "taken" not in codes
            return None
        assert is_free, "it was given twice"
        assert not is_refused, "it was given although it is over or past"
        return made

    def compare(self) -> None:
        rows = self.session.query(Claim).filter_by(active=True)
        found = sorted((row.resource_id, row.occupied_from, row.occupied_to) for row in rows)
        assert found == sorted((machine, part.start, part.end) for machine, part in self.held.values())


def test_whatever_people_do_the_lab_holds_what_a_simple_model_holds(lab: Lab) -> None:
    rule(lab, "length", {"most": 1000})
    scope = Scope(site_id=lab.cast.workshop, class_id=lab.cast.students)
    rule(lab, "priority", {"notice_minutes": 60}, scope)

    @settings(max_examples=25)
    @given(ACTS)
    def live(acts: list[Act]) -> None:
        with undone() as session:
            model = Model(lab, session)
            for act in acts:
                model.do(act)
                model.compare()

    live()
