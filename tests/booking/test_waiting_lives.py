"""Everything that people do around a waiting list, in any order, beside a simple model of who has or is kept what.

What is taken never overlaps and is what the model says; offers keep the order of the line; nobody is offered what the
lab's rules forbid them, the same twice, or something once they have left.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from operator import add

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fablab.booking import services
from fablab.booking.models import Claim, FreedTime, Nature, Offer, OfferState, Wait
from fablab.booking.queue import answering, joining, offering, queries
from fablab.booking.queue.joining import WaitCard
from fablab.booking.wishes import Wish
from fablab.core.db import transaction
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.training.services import validate
from tests.booking.line import NOW, TEN, accept, join, leave, offers_to, work
from tests.booking.rules_of_a_lab import book, rule
from tests.conftest import Lab, hours_from
from tests.support.threads import at_once
from tests.support.undone import undone

QUOTA = 2
"""Reservations per day."""


@dataclass(frozen=True)
class Act:
    """Something that the `who`th of three people does, or that is done to the `which`th thing."""

    what: str
    who: int
    which: int
    machine: int
    first: int
    hours: int
    slack: int
    """The window of a wish is so many hours longer than the wish."""
    minutes: int

    @property
    def period(self) -> Period:
        return hours_from(TEN + timedelta(hours=self.first), self.hours)


ACTS = st.lists(
    st.builds(
        Act,
        st.sampled_from(
            ["book", "join", "join", "join", "cancel", "cancel", "cancel", "accept", "accept", "decline", "leave"]
        ),
        st.integers(0, 2),
        st.integers(0, 7),
        st.integers(0, 2),
        st.integers(0, 3),
        st.integers(1, 2),
        st.integers(0, 2),
        st.integers(0, 12),
    ),
    min_size=6,
    max_size=24,
)


def somebody_waits_and_it_frees(who: int, machine: int, hour: int) -> list[Act]:
    """How each life begins: staff give back the hour that somebody waits for."""
    wait = Act("join", who, which=0, machine=machine, first=hour, hours=1, slack=0, minutes=0)
    return [wait, replace(wait, what="cancel", which=3 * machine + hour)]


LIVES = st.builds(
    add, st.builds(somebody_waits_and_it_frees, st.integers(0, 2), st.integers(0, 1), st.integers(0, 2)), ACTS
)


class Model:
    """Who has what when, and who waits, as plainly as can be; the rest is asked of the database and compared."""

    def __init__(self, lab: Lab, session: Session) -> None:
        self.lab, self.session, self.now = lab, session, NOW
        self.machines = (lab.cast.printer, lab.cast.other_printer)
        self.people = (lab.cast.maker, lab.cast.student, lab.cast.trainer)
        self.held: dict[int, tuple[int, int, Period]] = {}
        """Reservation: who, machine, when."""
        self.seen: list[int] = []
        """The offers that were looked at already."""
        for machine in self.machines:
            for hour in range(3):
                self.block(machine, hours_from(TEN + timedelta(hours=hour), 1))

    def block(self, machine: int, period: Period) -> None:
        """Staff have it for now."""
        staff = self.lab.cast.admin
        wish = Wish(resource_id=machine, period=period, member_id=staff, nature=Nature.MAINTENANCE)
        made = services.book(self.session, self.lab.actor(staff), wish, self.now)
        self.held[made.id] = (staff, machine, period)

    def do(self, act: Act) -> None:
        self.now += timedelta(minutes=act.minutes)
        getattr(self, act.what)(act)
        self.work()

    def work(self) -> None:
        for offer_id in offering.lapsed(self.session, self.now):
            offering.lapse(self.session, offer_id, self.now)
        for freed_id in offering.freed_times(self.session):
            offering.pass_on(self.session, freed_id, self.now)
        self.session.expire_all()
        for offer in self.session.query(Offer).filter(Offer.id.not_in(self.seen)).order_by(Offer.id):
            self.check_fair(offer)
            self.seen.append(offer.id)
        self.check_taken()

    def book(self, act: Act) -> None:
        who, machine = self.people[act.who], self.machines[act.machine % 2]
        wish = Wish(resource_id=machine, period=act.period, member_id=who)
        made = self.tried(lambda: services.book(self.session, self.lab.actor(who), wish, self.now).id)
        may = self.may(who) and not any(key == machine and part.overlaps(act.period) for key, part in self.taken())
        assert (made is not None) == may
        if made is not None:
            self.held[made] = (who, machine, act.period)

    def cancel(self, act: Act) -> None:
        if self.held:
            made = sorted(self.held)[act.which % len(self.held)]
            services.cancel(self.session, self.lab.actor(self.held[made][0]), made, self.now)
            del self.held[made]

    def join(self, act: Act) -> None:
        who = self.people[act.who]
        within = Period(act.period.start, act.period.end + timedelta(hours=act.slack))
        what = {"resource_id": self.machines[act.machine]} if act.machine < 2 else {"category_id": 0}
        if "category_id" in what:
            what = {"category_id": self.lab.cast.printers}
        card = WaitCard(member_id=who, within=within, minutes=60 * act.hours, **what)
        self.tried(lambda: joining.join(self.session, self.lab.actor(who), card, self.now).id)

    def accept(self, act: Act) -> None:
        offer = self.an_offer(act)
        if offer is None:
            return
        who = offer.wait.member_id
        wanted, period = offer.resource_id, offer.period
        made = self.tried(lambda: answering.accept(self.session, self.lab.actor(who), offer.id, self.now).id)
        assert (made is not None) == (self.may(who) and offer.until > self.now)
        if made is not None:
            self.held[made] = (who, wanted, period)

    def decline(self, act: Act) -> None:
        offer = self.an_offer(act)
        if offer is not None:
            actor = self.lab.actor(offer.wait.member_id)
            self.tried(lambda: answering.decline(self.session, actor, offer.id, self.now).id)

    def leave(self, act: Act) -> None:
        waits = self.session.query(Wait).filter(Wait.ended_at.is_(None)).order_by(Wait.id).all()
        if waits:
            wait = waits[act.which % len(waits)]
            joining.leave(self.session, self.lab.actor(wait.member_id), wait.id, self.now)

    def an_offer(self, act: Act) -> Offer | None:
        found = self.offers()
        return found[act.which % len(found)] if found else None

    def offers(self) -> list[Offer]:
        query = self.session.query(Offer).filter(Offer.state == OfferState.OPEN)
        return query.order_by(Offer.id).all()

    def taken(self) -> list[tuple[int, Period]]:
        own = [(machine, period) for _who, machine, period in self.held.values()]
        return own + [(row.resource_id, row.period) for row in self.offers()]

    def may(self, who: int) -> bool:
        return sum(key == who for key, _machine, _period in self.held.values()) < QUOTA

    def tried(self, act: Callable[[], int]) -> int | None:
        try:
            with self.session.begin_nested():
                return act()
        except Refused:
            return None

    def check_fair(self, offer: Offer) -> None:
        """It is within the wish, allowed, new to them, and nobody before them in line could have had it."""
        wait = offer.wait
        assert wait.within.covers(offer.period)
        assert offer.period.minutes == wait.minutes
        assert queries.is_for(wait, offer.resource)
        assert self.may(wait.member_id)
        assert self.now < offer.until <= offer.starts_at
        before = list(self.session.query(Offer).filter(Offer.wait_id == wait.id, Offer.id < offer.id))
        assert not any(row.resource_id == offer.resource_id and row.period.overlaps(offer.period) for row in before)
        for other in self.session.query(Wait).filter(Wait.ended_at.is_(None), Wait.id < wait.id):
            assert not self.could_have(other, offer), (other.id, offer.id)

    def could_have(self, other: Wait, offer: Offer) -> bool:
        part = other.within.within(offer.period)
        if part is None or part.minutes < other.minutes or not queries.is_for(other, offer.resource):
            return False
        asked = self.session.query(Offer).filter(Offer.wait_id == other.id).all()
        if any(row.state == OfferState.OPEN for row in asked) or not self.may(other.member_id):
            return False
        return not any(row.resource_id == offer.resource_id and row.period.overlaps(part) for row in asked)

    def check_taken(self) -> None:
        """What the database holds is what the model holds, and none of it overlaps."""
        claims = self.session.query(Claim).filter(Claim.active).all()
        found = sorted((row.resource_id, row.occupied_from, row.occupied_to) for row in claims)
        assert found == sorted((key, part.start, part.end) for key, part in self.taken())
        assert not any(one[0] == other[0] and one[2] > other[1] for one, other in pairwise(found))
        ended = self.session.query(Offer).join(Wait, Wait.id == Offer.wait_id).filter(Wait.ended_at.is_not(None))
        assert ended.filter(Offer.state == OfferState.OPEN).count() == 0
        assert self.session.query(FreedTime).count() == 0


@pytest.fixture
def limited(lab: Lab) -> Lab:
    """A lab in which three people may reserve printers, twice a day."""
    rule(lab, "quota", {"most": QUOTA, "per": "day"})
    rule(lab, "waiting", {"most": 3})
    with transaction() as session:
        validate(
            session, lab.actor(lab.cast.admin), lab.cast.trainer, lab.cast.printing, datetime(2025, 1, 6, tzinfo=UTC)
        )
    return lab


def test_a_line_is_kept_whatever_people_do(limited: Lab) -> None:
    made: set[str] = set()

    @settings(max_examples=12)
    @given(LIVES)
    def live(acts: list[Act]) -> None:
        with undone() as session:
            model = Model(limited, session)
            for act in acts:
                model.do(act)
            made.update(row.state for row in session.query(Offer))

    live()
    assert made, "these lives say something about offers"


def test_answering_and_running_out_at_once_leave_one_of_them(limited: Lab) -> None:
    cast = limited.cast
    for count in range(4):
        hour = hours_from(TEN + timedelta(days=count), 1)
        free(limited, hour, cast.trainer)
        work()
        (offer,) = offers_to(limited, cast.trainer)
        offer_id, until = offer.id, offer.until
        limited.session.rollback()

        def answer(offer_id: int = offer_id, until: datetime = until) -> int:
            return accept(limited, cast.trainer, offer_id, now=until - timedelta(seconds=1))

        def run_out(until: datetime = until) -> None:
            work(until)

        done = at_once(limited.app, [answer, run_out, answer])
        limited.session.rollback()
        got = {item for item in done if isinstance(item, int)}
        assert limited.session.get_one(Offer, offer_id).state == ("accepted" if got else "lapsed"), done
        assert len(got) <= 1
        assert all(item is None or isinstance(item, int | Refused) for item in done), done
        assert active(limited) == int(bool(got))
        for made in got:
            cancel(limited, cast.trainer, made)


def test_offering_and_leaving_at_once_leave_nothing_taken(limited: Lab) -> None:
    cast = limited.cast
    for count in range(4):
        wait_id = free(limited, hours_from(TEN + timedelta(days=count), 1), cast.student)

        def go(wait_id: int = wait_id) -> None:
            leave(limited, cast.student, wait_id)

        assert at_once(limited.app, [work, go, work]) == [None, None, None]
        work()
        assert offers_to(limited, cast.student) == []
        assert active(limited) == 0


def free(lab: Lab, hour: Period, who: int) -> int:
    """Somebody waits for an hour, and it is given back."""
    held = book(lab, lab.cast.maker, hour)
    wait_id = join(lab, who, hour)
    cancel(lab, lab.cast.maker, held)
    return wait_id


def cancel(lab: Lab, who: int, made: int) -> None:
    with transaction() as session:
        services.cancel(session, lab.actor(who), made, NOW)


def active(lab: Lab) -> int:
    lab.session.rollback()
    return lab.session.query(Claim).filter(Claim.active).count()
