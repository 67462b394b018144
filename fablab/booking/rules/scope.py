"""What a rule is about: places × people × times. What is not said is not asked."""

from dataclasses import dataclass, fields

from fablab.booking.rules.case import Case, Thing
from fablab.booking.rules.times import ALWAYS, Times
from fablab.core.actor import Role

PLACES = ("site_id", "category_id", "room_id", "resource_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where, whom, for what and when a rule concerns; without anything said, everybody everywhere always."""

    site_id: int | None = None
    category_id: int | None = None
    room_id: int | None = None
    resource_id: int | None = None
    class_id: int | None = None
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
            and (not self.job or self.job.casefold() == case.job.casefold())
            and (self.guests_from is None or case.guests >= self.guests_from)
            and bool(self.times.parts(case.period, case.zone))
        )

    def is_wider_than(self, other: "Scope") -> bool:
        """Tell whether it concerns all places and people that the other does, and more; times do not matter."""
        mine, theirs = self._said(), other._said()
        return mine != theirs and mine <= theirs

    def _said(self) -> set[tuple[str, object]]:
        unsaid: tuple[object, ...] = (None, "", False)
        return {
            (item.name, getattr(self, item.name))
            for item in fields(self)
            if item.name != "times" and getattr(self, item.name) not in unsaid
        }

    def _means(self, case: Case) -> bool:
        person = case.person
        if self.class_id is not None and person.class_on(case.first_day) != self.class_id:
            return False
        if self.role is not None and self.role not in person.roles:
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
