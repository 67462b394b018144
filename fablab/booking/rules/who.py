"""Who may: certificates and memberships at the slot's date, classes, ages, company, and by whom it is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from fablab.booking.rules import wording
from fablab.booking.rules.case import Case, Names
from fablab.booking.rules.kind import ClassId, Count, CourseId, MembershipKindId, Rule, Word, Words
from fablab.booking.rules.scope import Scope
from fablab.core.i18n import _, n_, show_date
from fablab.core.refusals import Refusal


@dataclass(frozen=True, kw_only=True)
class NeedsCertificate(Rule):
    """Certificates that hold for the whole time: all of them, or any one (a higher level will do)."""

    code: ClassVar[str] = "certificate"
    course_ids: Annotated[tuple[CourseId, ...], Field(min_length=1, max_length=30)]
    any_of: bool = False

    def words(self, names: Names) -> str:
        return _("You need the certificate %(courses)s.", courses=self._listed(self.course_ids, names))

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        missing = [key for key in self.course_ids if not case.person.holds(key, case.period, case.now)]
        if not missing or (self.any_of and len(missing) < len(self.course_ids)):
            return
        shown = self._listed(missing, case.names)
        text = _("You need the certificate %(courses)s for the whole time.", courses=shown)
        remedy = _("Take the course %(courses)s, or ask a trainer.", courses=shown)
        yield Refusal("certificate", text, remedy=remedy)

    def _listed(self, ids: tuple[int, ...] | list[int], names: Names) -> str:
        shown = [f"“{names.courses.get(key, f'#{key}')}”" for key in ids]
        return wording.listed(shown, last="or" if self.any_of else "and")


@dataclass(frozen=True, kw_only=True)
class NeedsMembership(Rule):
    """A membership in order on the day, of certain kinds if they are named."""

    code: ClassVar[str] = "membership"
    kind_ids: Annotated[tuple[MembershipKindId, ...], Field(max_length=30)] = ()

    def words(self, names: Names) -> str:
        if not self.kind_ids:
            return _("You need a membership that is in order on the day.")
        shown = wording.listed((names.memberships.get(key, f"#{key}") for key in self.kind_ids), last="or")
        return _("You need the membership %(kinds)s, in order on the day.", kinds=shown)

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        held = case.person.memberships_on(case.first_day)
        if not held or (self.kind_ids and not held & set(self.kind_ids)):
            text = _("That is %(day)s.", day=show_date(case.first_day))
            remedy = _("Take or renew it on your page, or at the desk.")
            yield Refusal("membership", f"{self.words(case.names)} {text}", remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class OnlyClasses(Rule):
    """Some classes of members only."""

    code: ClassVar[str] = "only_classes"
    class_ids: Annotated[tuple[ClassId, ...], Field(min_length=1, max_length=30)]

    def words(self, names: Names) -> str:
        shown = wording.listed(names.classes.get(key, f"#{key}") for key in self.class_ids)
        return _("It is for these members only: %(classes)s.", classes=shown)

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        if case.person.class_on(case.first_day) not in self.class_ids:
            yield Refusal("only_classes", self.words(case.names), remedy=_("Ask staff if that should include you."))


@dataclass(frozen=True, kw_only=True)
class NotFor(Rule):
    """Whomever and whatever the scope concerns may not have it at all, for the reason that is given."""

    code: ClassVar[str] = "not_for"
    reason: Words = ""

    def words(self, names: Names) -> str:
        return self.reason or _("It cannot be reserved.")

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        times = wording.when(scope.times)
        about = ", ".join(part for part in (wording.whom(scope, case.names), times) if part)
        text = _("This may not be reserved (%(about)s).", about=about) if about else _("This may not be reserved.")
        remedy = _("Choose another time.") if times else _("Ask staff what else there is.")
        yield Refusal("not_for", f"{text} {self.reason}".strip(), remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class Supervised(Rule):
    """Only while staff are there."""

    code: ClassVar[str] = "supervised"

    def words(self, names: Names) -> str:
        return _("Only while staff are there.")

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        if not case.hours.is_staffed(case.period):
            text = _("It is used only while staff are there, and nobody is for a part of this time.")
            yield Refusal("supervised", text, remedy=_("Choose a time at which staff are there."))


@dataclass(frozen=True, kw_only=True)
class Companion(Rule):
    """Somebody comes along: a buddy, or an adult; perhaps one who holds the same certificates."""

    code: ClassVar[str] = "companion"
    asks: ClassVar[bool] = True
    from_age: Annotated[int, Field(ge=0, le=120, json_schema_extra={"unit": "years"})] = 0
    course_ids: Annotated[tuple[CourseId, ...], Field(max_length=30)] = ()

    def words(self, names: Names) -> str:
        text = _("Never alone: name the member who comes along.")
        if self.from_age:
            text = _("Name the member of at least %(years)s years who comes along.", years=self.from_age)
        if not self.course_ids:
            return text
        shown = wording.listed(f"“{names.courses.get(key, f'#{key}')}”" for key in self.course_ids)
        return f"{text} " + _("They need the certificate %(courses)s.", courses=shown)

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        other = case.companion
        if other is None:
            yield Refusal("companion", self.words(case.names), remedy=_("Name somebody in the form."))
        elif other.ids & case.person.ids:
            yield Refusal("companion", _("Nobody comes along with themselves."), remedy=_("Name somebody else."))
        elif not self._is_fit(case):
            text = _("The one whom you named cannot be the one who comes along.")
            yield Refusal("companion", f"{text} {self.words(case.names)}", remedy=_("Name somebody else."))

    def _is_fit(self, case: Case) -> bool:
        other = case.companion
        if other is None:
            return False
        age = other.age_on(case.first_day)
        is_old_enough = not self.from_age or age is None or age >= self.from_age
        return is_old_enough and all(other.holds(key, case.period, case.now) for key in self.course_ids)


@dataclass(frozen=True, kw_only=True)
class StaffBooks(Rule):
    """Members do not reserve it themselves: they ask, at the desk, by telephone, by mail; staff reserve for them."""

    code: ClassVar[str] = "staff_books"
    how: Words = ""

    def words(self, names: Names) -> str:
        said = _("Staff reserve it for you.")
        return f"{said} {self.how}".strip()

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        if not case.by_staff:
            yield Refusal("staff_books", self.words(case.names), remedy=self.how or _("Ask at the desk."))


@dataclass(frozen=True, kw_only=True)
class Guests(Rule):
    """At most so many guests."""

    code: ClassVar[str] = "guests"
    asks: ClassVar[bool] = True
    most: Count

    def words(self, names: Names) -> str:
        return n_("You may bring %(count)s guest.", "You may bring %(count)s guests.", self.most)

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        if case.guests > self.most:
            yield Refusal("guests", self.words(case.names), remedy=_("Bring fewer, or ask staff."))


@dataclass(frozen=True, kw_only=True)
class Exempt(Rule):
    """Those whom the scope concerns are free of the rules of these kinds, or of all of them."""

    code: ClassVar[str] = "exempt"
    codes: Annotated[tuple[Word, ...], Field(max_length=40)] = ()

    def words(self, names: Names) -> str:
        return _("The other rules do not hold.") if not self.codes else _("Some of the other rules do not hold.")
