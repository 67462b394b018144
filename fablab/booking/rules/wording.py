"""How rules speak of lengths, days and hours, in the reader's language."""

from collections.abc import Iterable, Mapping

from babel.lists import format_list

from fablab.booking.rules.case import Names
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import DAY, Times, Window
from fablab.core.actor import Role
from fablab.core.i18n import _, babel_locale, n_, show_date, show_duration


def length(minutes: int) -> str:
    """A duration: `45 min`, `1 h 30`, `3 days`."""
    if not minutes:
        return "0 min"
    days, rest = divmod(minutes, DAY)
    if days and not rest:
        return n_("%(count)s day", "%(count)s days", days)
    return show_duration(minutes * 60)


def clock(minute: int) -> str:
    """A minute of the day: `18:00`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def weekday(number: int) -> str:
    """A weekday's name; 0 is Monday."""
    return str(babel_locale().days["stand-alone"]["wide"][number])


def weekdays(numbers: Iterable[int]) -> str:
    """Weekdays: `Monday to Friday`, `Tuesday and Thursday`."""
    found = sorted(set(numbers))
    if len(found) > 2 and found[-1] - found[0] == len(found) - 1:
        return _("%(first)s to %(last)s", first=weekday(found[0]), last=weekday(found[-1]))
    return listed(weekday(number) for number in found)


def listed(items: Iterable[str], *, last: str = "and") -> str:
    """Words with commas and an `and`, or an `or`."""
    found = list(items)
    if last == "or":
        return str(format_list(found, style="or", locale=babel_locale()))
    return str(format_list(found, locale=babel_locale()))


def said_of(about: str, text: str) -> str:
    """A sentence, with what it is about before it."""
    return _("%(about)s: %(text)s", about=about, text=text)


def window(item: Window) -> str:
    """Hours of weekdays: `Monday to Friday 18:00–06:00`."""
    days = weekdays(item.weekdays) if item.weekdays else ""
    if (item.from_minute, item.to_minute) == (0, DAY):
        return days or _("at any time")
    return f"{days} {clock(item.from_minute)}–{clock(item.to_minute)}".strip()


def when(times: Times) -> str:
    """When a rule holds, as a few words; empty for always."""
    parts = []
    shown = "; ".join(window(item) for item in times.windows)
    if shown:
        parts.append(_("outside %(hours)s", hours=shown) if times.outside else shown)
    if times.season_from and times.season_to:
        parts.append(
            _("from %(first)s to %(last)s each year", first=_of_year(times.season_from), last=_of_year(times.season_to))
        )
    if times.first_on:
        parts.append(_("from %(day)s on", day=show_date(times.first_on)))
    if times.last_on:
        parts.append(_("until %(day)s", day=show_date(times.last_on)))
    return ", ".join(parts)


def where(scope: Scope, names: Names) -> str:
    """Which places a rule is about, as a few words; empty for everywhere."""
    said: list[tuple[int | None, Mapping[int, str]]] = [
        (scope.resource_id, names.resources),
        (scope.room_id, names.rooms),
        (scope.category_id, names.categories),
        (scope.site_id, names.sites),
    ]
    return ", ".join(table.get(number, f"#{number}") for number, table in said if number is not None)


def whom(scope: Scope, names: Names) -> str:
    """Whom a rule is about, as a few words; empty for everybody."""
    parts = []
    if scope.class_id is not None:
        parts.append(names.classes.get(scope.class_id, f"#{scope.class_id}"))
    if scope.membership_kind_id is not None:
        kind = names.memberships.get(scope.membership_kind_id, f"#{scope.membership_kind_id}")
        parts.append(_("with the membership “%(kind)s”", kind=kind))
    if scope.role is not None:
        parts.append(role(scope.role))
    if scope.course_id is not None:
        name = names.courses.get(scope.course_id, f"#{scope.course_id}")
        parts.append(
            _("without “%(course)s”", course=name) if scope.lacks_course else _("with “%(course)s”", course=name)
        )
    if scope.age_from is not None:
        parts.append(_("from %(years)s years on", years=scope.age_from))
    if scope.age_under is not None:
        parts.append(_("under %(years)s years", years=scope.age_under))
    if scope.job:
        parts.append(_("for “%(job)s”", job=scope.job))
    if scope.guests_from is not None:
        parts.append(n_("with %(count)s guest or more", "with %(count)s guests or more", scope.guests_from))
    return ", ".join(parts)


def role(code: Role) -> str:
    """Those who hold a role."""
    return {
        Role.HOST: _("hosts"),
        Role.TRAINER: _("trainers"),
        Role.FABMANAGER: _("fabmanagers"),
        Role.TREASURER: _("treasurers"),
        Role.ADMIN: _("administrators"),
    }[code]


def _of_year(month_day: tuple[int, int]) -> str:
    month, day = month_day
    return f"{day} {babel_locale().months['format']['wide'][month]}"
