"""What a rule is about: places × people × times. What is not said is not asked."""

from dataclasses import dataclass

from fablab.booking.rules.case import Booked, Case, Thing
from fablab.booking.rules.times import ALWAYS, Times
from fablab.core.actor import Role, including

PLACES = ("site_id", "category_id", "room_id", "resource_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where, whom, for what and when a rule concerns; without anything said, everybody everywhere always."""

    site_id: int | None = None
    category_id: int | None = None
    room_id: int | None = None
    resource_id: int | None = None
    class_id: int | None = None
    membership_kind_id: int | None = None
    """Who has a membership of this kind in order on the day."""
    role: Role | None = None
    """Who may do at least that at the site."""
    course_id: int | None = None
    """Who holds a certificate of this course for the whole time; with `lacks_course`, who does not."""
    lacks_course: bool = False
    age_from: int | None = None
    age_under: int | None = None
    job: str = ""
    guests_from: int | None = None
    """Who brings at least so many guests."""
    times: Times = ALWAYS

    def covers(self, thing: Thing) -> bool:
        """Tell whether a resource is meant."""
        wanted = (self.site_id, self.category_id, self.room_id, self.resource_id)
        here = (thing.site_id, thing.category_id, thing.room_id, thing.id)
        return all(value is None or value == found for value, found in zip(wanted, here, strict=True))

    def concerns(self, case: Case) -> bool:
        """Tell whether a wish is meant: its resource, its person, what it is for, and some of its time."""
        return (
            self.covers(case.thing)
            and self._means(case)
            and self._is_for(case.job, case.guests)
            and bool(self.times.parts(case.period, case.zone))
        )

    def counts(self, item: Booked) -> bool:
        """Tell whether a reservation is one of those that it is about: what it is of, what for, and with how many."""
        return self.covers(item.thing) and self._is_for(item.job, item.guests)

    def is_wider_than(self, other: "Scope") -> bool:
        """Tell whether it concerns all that the other does, and more, of two that concern one wish.

        Places and people count first; of those that are the same, whichever says more about times is narrower.
        """
        if not self._contains(other):
            return False
        if not other._contains(self):
            return True
        return other.times.is_within(self.times) and not self.times.is_within(other.times)

    def _is_for(self, job: str, guests: int) -> bool:
        is_meant = not self.job or self.job.casefold() == job.casefold()
        return is_meant and (self.guests_from is None or guests >= self.guests_from)

    def _contains(self, other: "Scope") -> bool:
        """Its places and people are those of the other, or more; both concern one resource and one person."""
        return (
            self._has_room_for(other)
            and self.class_id in (None, other.class_id)
            and self.membership_kind_id in (None, other.membership_kind_id)
            and (self.role is None or other.role in including(self.role))
            and self.course_id in (None, other.course_id)
            and (self.age_from is None or (other.age_from is not None and other.age_from >= self.age_from))
            and (self.age_under is None or (other.age_under is not None and other.age_under <= self.age_under))
            and self.job.casefold() in ("", other.job.casefold())
            and (self.guests_from is None or (other.guests_from is not None and other.guests_from >= self.guests_from))
        )

    def _has_room_for(self, other: "Scope") -> bool:
        """One resource is narrower than its room and its category, and these are narrower than its site."""
        if self.resource_id is not None or other.resource_id is not None:
            return other.resource_id is not None
        site = other.site_id if other.room_id is None else self.site_id
        return (
            self.site_id in (None, site)
            and self.room_id in (None, other.room_id)
            and self.category_id in (None, other.category_id)
        )

    def _means(self, case: Case) -> bool:
        person = case.person
        if self.class_id is not None and person.class_on(case.first_day) != self.class_id:
            return False
        if self.role is not None and self.role not in person.roles:
            return False
        kind = self.membership_kind_id
        if kind is not None and kind not in person.memberships_on(case.first_day):
            return False
        held = self.course_id is not None and person.holds(self.course_id, case.period, case.now)
        if self.course_id is not None and held is self.lacks_course:
            return False
        return self._is_of_age(person.age_on(case.first_day))

    def _is_of_age(self, age: int | None) -> bool:
        """Whose birthday nobody knows is taken for an adult."""
        if self.age_from is None and self.age_under is None:
            return True
        years = 200 if age is None else age
        return (self.age_from is None or years >= self.age_from) and (self.age_under is None or years < self.age_under)
