"""What would work instead of a wish that is refused: the nearest times here, and the same elsewhere in the network.

Everything is loaded once for some weeks; then times are tried one by one without asking the database again.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from fablab.booking import free_time
from fablab.booking.free_time import Availability
from fablab.booking.models import Nature
from fablab.booking.opening import hours_of
from fablab.booking.policy import cases, rows
from fablab.booking.policy.cases import Known
from fablab.booking.rules import judging
from fablab.booking.rules.basics import PAST_GRACE
from fablab.booking.rules.case import Case, Person
from fablab.booking.rules.judging import Ruling
from fablab.booking.rules.length import Blocks, Buffer, Length, Lengths, with_buffers
from fablab.booking.rules.quota import Capacity
from fablab.booking.rules.times import days_of
from fablab.booking.rules.what import Jobs
from fablab.booking.rules.who import Companion
from fablab.booking.wishes import Wish
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.period import Period, without
from fablab.members import standing
from fablab.training import queries as training
from fablab.training.timeline import holds_during

BACK, AHEAD = timedelta(days=7), timedelta(days=21)
TRIED = 600
"""So many times are tried of each resource and length."""
OTHERS = 12
"""So many other resources of the category are tried."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which a wish would be granted, on a resource."""

    resource_id: int
    name: str
    site_id: int
    site: str
    period: Period


def what_would_work(
    session: Session,
    wish: Wish,
    now: datetime,
    *,
    rulings: Sequence[Ruling] | None = None,
    apart_from: Collection[int] = (),
    most: int = 3,
) -> list[Slot]:
    """The nearest times at which this person could have it, and the same at that time on other resources of its
    category, those of its site first; nothing where no other time would help. `rulings` are tried instead of those in
    force at the sites; the reservations `apart_from` are those that it would take the place of.
    """
    if wish.nature != Nature.MEMBER:
        return []
    resource = catalog.resource(session, wish.resource_id)
    alike = _alike(session, resource)
    within = Period(max(now, wish.period.start - BACK), max(now, wish.period.start) + AHEAD)
    search = _Search(session, wish, now, within, rulings, apart_from)
    here = list(islice(search.slots(resource), most))
    elsewhere = [slot for other in alike[:OTHERS] for slot in search.same_time(other)]
    return [*here, *elsewhere[:most]]


def slots_within(
    session: Session, wish: Wish, within: Period, now: datetime, *, avoided: Sequence[Period] = ()
) -> Iterator[Period]:
    """Times of the wish's length within a time, the first one first, at which this person could have its resource;
    none of them overlaps another, or one that is `avoided`.
    """
    # A wish's own time is never tried, so that one just before the first stands for it.
    length = wish.period.end - wish.period.start
    start = within.start - timedelta(seconds=1)
    search = _Search(session, replace(wish, period=Period(start, start + length)), now, within, None, ())
    search.exactly, search.avoided = True, avoided
    return (slot.period for slot in search.slots(catalog.resource(session, wish.resource_id)))


def _alike(session: Session, resource: Resource) -> list[Resource]:
    found = [
        row
        for row in catalog.resources(session)
        if row.category_id == resource.category_id and row.id != resource.id and row.places >= 1
    ]
    return sorted(found, key=lambda row: (row.site_id != resource.site_id, row.site_id, row.name))


class _Search:
    """What is known of a wish's surroundings, asked of the database once per site or resource."""

    def __init__(
        self,
        session: Session,
        wish: Wish,
        now: datetime,
        within: Period,
        rulings: Sequence[Ruling] | None,
        apart_from: Collection[int],
    ) -> None:
        self._session, self._wish, self._now, self._within = session, wish, now, within
        self._given, self._apart_from = rulings, apart_from
        self.exactly = False
        """Only times of the wish's own length."""
        self.avoided: Sequence[Period] = ()
        self._people: dict[int, dict[int, Known]] = {}

    def slots(self, resource: Resource) -> Iterator[Slot]:
        """The times on a resource that would be granted, the nearest to the wish first; none overlaps another."""
        case, rulings, free = self._around(resource)
        if case is None or free is None:
            return
        free = replace(free, free=list(without(free.free, self.avoided)))
        seen: list[Period] = []
        for period in self._candidates(resource, rulings, free, case):
            if not any(period.overlaps(other) for other in seen) and self._fits(resource, rulings, case, period):
                seen.append(period)
                yield self._slot(resource, period)

    def same_time(self, resource: Resource) -> list[Slot]:
        """The wish's own time on another resource, if it would be granted there."""
        case, rulings, free = self._around(resource)
        wanted = self._wish.period
        if case is None or free is None or not any(part.covers(wanted) for part in free.free):
            return []
        return [self._slot(resource, wanted)] if self._fits(resource, rulings, case, wanted) else []

    def _around(self, resource: Resource) -> tuple[Case | None, list[Ruling], Availability | None]:
        session, wish, now = self._session, self._wish, self._now
        thing = rows.thing_of(resource)
        given = self._given if self._given is not None else rows.rulings_at(session, [resource.site_id])
        rulings = [item for item in given if item.scope.covers(thing)]
        # People are known once a site, so by all that its rules may ask.
        who = self._who(resource.site_id, given)
        needed = training.needed_for(session, [resource])[resource.id]
        if any(not holds_during(who.acts.get(course.id, []), wish.period, now) for course in needed):
            return None, rulings, None
        if wish.places > resource.places or resource.is_out_at(self._within.end, now):
            return None, rulings, None
        hours = hours_of(session, [resource], self._within, now)[resource.id]
        base = replace(
            cases.base_case(wish, resource, who.person, resource.site.zone, now),
            hours=hours,
            level=who.access.level_at(resource.site_id),
            companion=self._companion(resource.site_id, given),
        )
        reach = judging.reach(rulings, thing, self._within, now, base.zone)
        case = replace(
            base,
            own=cases.booked_by(session, base, rulings, reach) if reach else (),
            others=cases.booked_at(session, resource.site_id, self._within)
            if any(isinstance(item.rule, Capacity) for item in rulings)
            else (),
        )
        case, apart_from = cases.apart_from(case, self._apart_from), self._apart_from
        free = free_time.availability(
            session, [resource], self._within, now, who.access, places=wish.places, apart_from=apart_from
        )[0]
        return case, rulings, free

    def _who(self, site_id: int, rulings: Sequence[Ruling]) -> Known:
        return self._known(site_id, rulings)[self._wish.member_id]

    def _companion(self, site_id: int, rulings: Sequence[Ruling]) -> Person | None:
        found = self._known(site_id, rulings).get(self._wish.companion_id or 0)
        return found.person if found else None

    def _known(self, site_id: int, rulings: Sequence[Ruling]) -> dict[int, Known]:
        if site_id not in self._people:
            ids = [self._wish.member_id, self._wish.companion_id or 0]
            self._people[site_id] = cases.known(self._session, ids, site_id, self._now, rulings)
        return self._people[site_id]

    def _candidates(
        self, resource: Resource, rulings: Sequence[Ruling], free: Availability, case: Case
    ) -> Iterator[Period]:
        """Times that are free, the nearest first: of the wished length, or of one that the rules allow."""
        blocks = judging.of_kind(rulings, Blocks)
        if blocks:
            found, whole = self._blocks(blocks[0], free, case), self._wish.period.seconds
            yield from (part for part in found if not self.exactly or part.seconds == whole)
            return
        step = timedelta(minutes=resource.slot_minutes)
        wished = self._wish.period.end - self._wish.period.start
        for length in [wished] if self.exactly else _lengths(wished, rulings):
            starts = []
            for part in free.free:
                start = _on_grid(part.start, step)
                while start + length <= part.end:
                    starts.append(start)
                    start += step
            wanted = self._wish.period.start
            near = sorted(set(starts), key=lambda start: (abs(start - wanted), start))[:TRIED]
            yield from (Period(start, start + length) for start in near)

    def _blocks(self, rule: Blocks, free: Availability, case: Case) -> Iterator[Period]:
        found = [
            part
            for day in days_of(self._within, case.zone)
            for block in rule.blocks
            if (part := block.period_from(day, case.zone)) and any(whole.covers(part) for whole in free.free)
        ]
        wanted = self._wish.period.start
        yield from sorted(found, key=lambda part: abs(part.start - wanted))

    def _fits(self, resource: Resource, rulings: Sequence[Ruling], case: Case, period: Period) -> bool:
        if period.start < self._now - PAST_GRACE or (
            period == self._wish.period and resource.id == self._wish.resource_id
        ):
            return False
        tried = replace(case, period=period)
        held = judging.in_force(rulings, tried)
        occupied = with_buffers(period, judging.of_kind(held, Buffer))
        if occupied != period and free_time.busy(self._session, [resource.id], occupied):
            return False
        said = [item for item in held if not self._asks_more(item)]
        if any(True for _reason in judging.refusals(said, tried)):
            return False
        return not standing.reasons_against(self._session, self._wish.member_id, resource.site_id, period, self._now)

    def _asks_more(self, item: Ruling) -> bool:
        """It asks for what the wish does not say yet; no other time mends that."""
        unnamed = self._wish.companion_id is None and isinstance(item.rule, Companion)
        return unnamed or (not self._wish.job and isinstance(item.rule, Jobs))

    def _slot(self, resource: Resource, period: Period) -> Slot:
        return Slot(resource.id, resource.name, resource.site_id, resource.site.name, period)


def _lengths(wanted: timedelta, rulings: Sequence[Ruling]) -> list[timedelta]:
    """The wished length, and those nearest to it that rules about lengths name."""
    found = [wanted]
    for rule in judging.of_kind(rulings, Length):
        for minutes in (rule.most, rule.least):
            if minutes is not None:
                found.append(timedelta(minutes=minutes))
        if rule.step is not None:
            step = timedelta(minutes=rule.step)
            found.append(max(step, wanted // step * step))
    for offered in judging.of_kind(rulings, Lengths):
        found += [timedelta(minutes=minutes) for minutes in offered.minutes]
    shorter = sorted({item for item in found if item <= wanted}, reverse=True)
    return [*shorter, *sorted({item for item in found if item > wanted})][:6]


def _on_grid(moment: datetime, step: timedelta) -> datetime:
    """The next full step of the hour's grid."""
    seconds = int(step.total_seconds()) if step <= timedelta(hours=1) else 3600
    over = int(moment.timestamp()) % seconds
    clean = moment.replace(microsecond=0)
    return clean + timedelta(seconds=seconds - over) if over or moment.microsecond else clean
