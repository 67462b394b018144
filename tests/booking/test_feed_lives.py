"""Whatever is done to reservations, each feed says what the plainest model says, and no sequence ever falls."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fablab.booking import moving, no_shows, services
from fablab.booking.feeds import making, queries, reading
from fablab.booking.feeds.events import EventStatus
from fablab.booking.handing import giving, taking
from fablab.booking.handing.taking import Take
from fablab.booking.models import CalendarFeed, FeedKind
from fablab.booking.moving import Change
from fablab.booking.wishes import Wish
from fablab.core.db import transaction
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.training.services import validate
from tests.booking.rules_of_a_lab import NOW, TEN
from tests.conftest import Lab, hours_from
from tests.support.undone import undone


@dataclass(frozen=True)
class Act:
    """Something that happens to the `which`th reservation, or a new one, some hours after what was before."""

    what: str
    who: int
    which: int
    machine: int
    hour: int
    later: int


ACTS = st.lists(
    st.builds(
        Act,
        st.sampled_from(["book", "book", "move", "move", "cancel", "miss", "hand_over"]),
        st.integers(0, 2),
        st.integers(0, 5),
        st.integers(0, 2),
        st.integers(0, 4),
        st.sampled_from([0, 0, 1, 3, 24, 24 * 20]),
    ),
    min_size=3,
    max_size=14,
)
Where = tuple[int, Period]
Shown = dict[int, tuple[str, Period]]


@dataclass
class Kept:
    """One reservation in the model: whose, where and when; when it was given up; where and with whom it was before."""

    who: int
    where: Where
    over_at: datetime | None = None
    moved: list[tuple[Where, datetime]] = field(default_factory=list)
    handed: list[tuple[int, Period, datetime]] = field(default_factory=list)


class Model:
    """Reservations, as plainly as can be."""

    def __init__(self, lab: Lab, session: Session) -> None:
        cast = lab.cast
        self.lab, self.session, self.now = lab, session, NOW
        self.people = (cast.maker, cast.student, cast.trainer)
        self.machines = (cast.printer, cast.other_printer, cast.desk_room)
        self.sites = {cast.printer: cast.workshop, cast.other_printer: cast.workshop, cast.desk_room: cast.office}
        self.kept: dict[int, Kept] = {}
        self.done: set[str] = set()
        """What did happen and was not refused."""
        self.doing = ""
        self.said: dict[tuple[int, int], tuple[int, object]] = {}
        self.feeds = {self.feed(FeedKind.MEMBER, person): person for person in self.people}
        self.of_machines = {self.feed(FeedKind.RESOURCE, resource_id=key): key for key in self.machines}
        self.of_sites = {self.feed(FeedKind.SITE, site_id=key): key for key in set(self.sites.values())}

    def feed(self, kind: FeedKind, who: int | None = None, **of: int) -> int:
        actor = self.lab.actor(who or self.lab.cast.newcomer)
        return making.make(self.session, actor, kind, self.now, **of)[0].id

    def do(self, act: Act) -> None:
        self.now += timedelta(hours=act.later)
        numbers, self.doing = sorted(self.kept), act.what
        number = numbers[act.which % len(numbers)] if numbers else None
        if act.what == "book" or number is None:
            self.book(act)
        else:
            getattr(self, act.what)(act, number, self.kept[number])
        self.session.expire_all()
        self.check()

    def when(self, act: Act) -> Period:
        return hours_from(max(TEN, self.now.replace(minute=0)) + timedelta(hours=act.hour + 1), 1)

    def tried(self, act: Callable[[], object]) -> bool:
        try:
            with self.session.begin_nested():
                act()
        except Refused:
            return False
        self.done.add(self.doing)
        return True

    def book(self, act: Act) -> None:
        who, where = self.people[act.who], (self.machines[act.machine], self.when(act))
        wish = Wish(resource_id=where[0], period=where[1], member_id=who)
        made: list[int] = []
        if self.tried(lambda: made.append(services.book(self.session, self.lab.actor(who), wish, self.now).id)):
            self.kept[made[0]] = Kept(who, where)

    def move(self, act: Act, number: int, row: Kept) -> None:
        where = self.machines[act.machine], self.when(act)
        change = Change(resource_id=where[0], period=where[1])
        admin = self.lab.actor(self.lab.cast.admin)
        if self.tried(lambda: moving.change(self.session, admin, number, change, self.now)) and where != row.where:
            row.moved.append((row.where, self.now))
            row.where = where

    def cancel(self, act: Act, number: int, row: Kept) -> None:
        who = self.lab.actor(row.who if act.machine else self.lab.cast.admin)
        if self.tried(lambda: services.cancel(self.session, who, number, self.now)):
            row.over_at = row.over_at or self.now

    def miss(self, act: Act, number: int, row: Kept) -> None:
        self.now = max(self.now, row.where[1].start + timedelta(minutes=20))
        admin = self.lab.actor(self.lab.cast.admin)
        if self.tried(lambda: no_shows.no_show(self.session, admin, number, self.now)):
            row.over_at = row.over_at or self.now

    def hand_over(self, act: Act, number: int, row: Kept) -> None:
        taker = self.people[act.who]
        names = dict(zip(self.people, ("maker", "student", "trainer"), strict=True))

        def both() -> None:
            address = f"{names[taker]}@test.example"
            offered = giving.offer(self.session, self.lab.actor(row.who), number, address, self.now)
            taking.accept(self.session, self.lab.actor(taker), offered.id, Take(), self.now)

        if self.tried(both):
            row.handed.append((row.who, row.where[1], self.now))
            row.who = taker

    def check(self) -> None:
        for feed, person in self.feeds.items():
            self.compare(
                feed,
                lambda row, person=person: row.who == person,
                lambda row, person=person: [(period, at) for who, period, at in row.handed if who == person],
            )
        for feed, machine in self.of_machines.items():
            self.compare(
                feed,
                lambda row, machine=machine: row.where[0] == machine,
                lambda row, machine=machine: [(where[1], at) for where, at in row.moved if where[0] == machine],
            )
        for feed, site in self.of_sites.items():
            self.compare(
                feed,
                lambda row, site=site: self.sites[row.where[0]] == site,
                lambda row, site=site: [(where[1], at) for where, at in row.moved if self.sites[where[0]] == site],
            )

    def compare(
        self,
        feed_id: int,
        is_here: Callable[[Kept], bool],
        was_here: Callable[[Kept], list[tuple[Period, datetime]]],
    ) -> None:
        expected: Shown = {}
        since = self.now - queries.KEPT
        for number, row in self.kept.items():
            gone = [period for period, at in was_here(row) if at > since]
            if is_here(row):
                if row.over_at is None or row.over_at > since:
                    status = EventStatus.CANCELLED if row.over_at else EventStatus.CONFIRMED
                    expected[number] = status.value, row.where[1]
            elif gone:
                expected[number] = EventStatus.CANCELLED.value, gone[-1]
        said = reading.agenda(self.session, self.session.get_one(CalendarFeed, feed_id), self.now).events
        found = {event.reservation_id: (event.status.value, event.period) for event in said}
        within = queries.window(self.now)
        assert len(found) == len(said)
        assert found == {key: value for key, value in expected.items() if value[1].within(within)}
        for event in said:
            before = self.said.get((feed_id, event.reservation_id))
            shown = event.status, event.period
            if before is not None:
                assert event.sequence > before[0] if shown != before[1] else event.sequence >= before[0]
            self.said[feed_id, event.reservation_id] = event.sequence, shown


def test_feeds_say_what_there_is_whatever_is_done(lab: Lab) -> None:
    with transaction() as session:
        validate(session, lab.actor(lab.cast.admin), lab.cast.trainer, lab.cast.printing, NOW)

    done: set[str] = set()

    @settings(max_examples=15)
    @given(ACTS)
    def live(acts: list[Act]) -> None:
        with undone() as session:
            model = Model(lab, session)
            for act in acts:
                model.do(act)
            done.update(model.done)

    live()
    assert {"book", "move", "cancel"} <= done, f"these lives say something: {sorted(done)}"
