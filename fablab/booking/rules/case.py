"""A wish as the rules see it: values only, everything that a rule may ask is loaded before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from fablab.core.actor import Role
from fablab.core.period import Period, day_of
from fablab.sites.hours import Hours
from fablab.training.timeline import Act, holds_during

WALK_IN = timedelta(minutes=2)
"""What begins so soon after it is asked for is no booking ahead: somebody stands there and starts."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something bookable, and where it is."""

    id: int
    category_id: int
    site_id: int
    room_id: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A reservation of before, whatever became of it."""

    id: int
    thing: Thing
    member_id: int
    account_id: int
    project_id: int | None
    period: Period
    places: int
    guests: int = 0
    job: str = ""
    created_at: datetime
    is_standing: bool = True
    """Neither cancelled nor missed."""
    is_missed: bool = False
    cancelled_at: datetime | None = None
    cancelled_by_member: bool = False

    @property
    def was_walk_in(self) -> bool:
        return self.period.start <= self.created_at + WALK_IN

    def was_same_day(self, zone: ZoneInfo) -> bool:
        """It was asked for on the day on which it begins."""
        return self.created_at.astimezone(zone).date() >= self.period.start.astimezone(zone).date()


def _nothing_held(day: date) -> frozenset[int]:
    return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom a wish is for, or who comes along."""

    ids: frozenset[int]
    """Their record, and those merged into it."""
    name: str = ""
    class_on: Callable[[date], int] = field(default=lambda day: 0)
    """Their class on a day."""
    born_on: date | None = None
    roles: frozenset[Role] = frozenset()
    """What they may do at the site, with all that their roles include."""
    acts: Mapping[int, Sequence[Act]] = field(default_factory=dict)
    """What happened to their certificates, by course."""
    memberships_on: Callable[[date], frozenset[int]] = _nothing_held
    """The kinds of which they have a membership in order on a day."""

    def age_on(self, day: date) -> int | None:
        """Their age in years on a day; None where their birthday is not known."""
        if self.born_on is None:
            return None
        return day.year - self.born_on.year - ((day.month, day.day) < (self.born_on.month, self.born_on.day))

    def holds(self, course_id: int, period: Period, now: datetime) -> bool:
        """Tell whether their certificate of a course holds from the start to the end of a time."""
        return holds_during(self.acts.get(course_id, ()), period, now)


@dataclass(frozen=True, slots=True)
class Names:
    """What the things that rules speak of are called."""

    courses: Mapping[int, str] = field(default_factory=dict)
    classes: Mapping[int, str] = field(default_factory=dict)
    memberships: Mapping[int, str] = field(default_factory=dict)
    sites: Mapping[int, str] = field(default_factory=dict)
    categories: Mapping[int, str] = field(default_factory=dict)
    rooms: Mapping[int, str] = field(default_factory=dict)
    resources: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A wish, and all that speaks for it or against it."""

    now: datetime
    period: Period
    thing: Thing
    zone: ZoneInfo
    person: Person
    account_id: int | None = None
    project_id: int | None = None
    places: int = 1
    job: str = ""
    """What is to be made, or of what, in the lab's own words."""
    guests: int = 0
    companion: Person | None = None
    """Who comes along: a buddy, or the adult who answers for a child."""
    by_staff: bool = False
    """Staff of the site ask for somebody else."""
    hours: Hours = field(default_factory=lambda: Hours(()))
    level: int = 0
    own: Sequence[Booked] = ()
    """The reservations of the person, and of whoever pays, as far as a rule counts them; never the one that moves."""
    recent: Sequence[Booked] = ()
    """What the person asked for of late, whenever it begins, where a rule counts that."""
    others: Sequence[Booked] = ()
    """Everybody's at that time, where a rule counts those."""
    names: Names = field(default_factory=Names)

    @cached_property
    def first_day(self) -> date:
        """The day on which it begins, on the site's clock."""
        return self.period.start.astimezone(self.zone).date()

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def is_open_on(self, day: date) -> bool:
        """Tell whether there are open hours on a day, for anybody."""
        whole = day_of(day, self.zone)
        return bool(self.hours.timetables) and all(table.spans(whole) for table in self.hours.timetables)

    @property
    def is_walk_in(self) -> bool:
        return self.period.start <= self.now + WALK_IN

    @property
    def is_same_day(self) -> bool:
        return self.first_day <= self.today

    @cached_property
    def mine(self) -> list[Booked]:
        """What the person themselves has reserved and still stands."""
        return [item for item in self.own if item.is_standing and item.member_id in self.person.ids]
