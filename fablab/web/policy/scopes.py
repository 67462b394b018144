"""Places, people and times of a rule, as a form shows and reads them."""

from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from fablab.booking.rules import wording
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import DAY, Times, Window
from fablab.core.actor import Role
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.web.policy import lengths

WINDOWS = 4
NUMBERS = ("site_id", "category_id", "room_id", "resource_id", "class_id", "course_id", "age_from", "age_under")


@dataclass(frozen=True, slots=True)
class Row:
    """A window of the week: weekdays that are ticked, and its hours as they are typed."""

    days: frozenset[int]
    begins: str
    ends: str


def typed_of(scope: Scope) -> MultiDict[str, str]:
    """A scope as its form would say it."""
    found: MultiDict[str, str] = MultiDict()
    for name in (*NUMBERS, "guests_from"):
        value = getattr(scope, name)
        found[name] = "" if value is None else str(value)
    found["role"], found["job"] = scope.role.value if scope.role else "", scope.job
    found["lacks_course"] = "yes" if scope.lacks_course else ""
    times = scope.times
    found["outside"] = "yes" if times.outside else ""
    for name, month_day in (("season_from", times.season_from), ("season_to", times.season_to)):
        found[name] = f"{month_day[1]:02d}/{month_day[0]:02d}" if month_day else ""
    for name, day in (("first_on", times.first_on), ("last_on", times.last_on)):
        found[name] = day.isoformat() if day else ""
    for number, item in enumerate(times.windows):
        found.setlist(f"window-{number}-days", [str(day) for day in item.weekdays])
        found[f"window-{number}-from"] = wording.clock(item.from_minute)
        found[f"window-{number}-to"] = wording.clock(item.to_minute)
    return found


def rows_of(typed: MultiDict[str, str]) -> list[Row]:
    """The windows of a form, with some empty ones."""
    last = max((number for number in range(20) if _is_said(typed, number)), default=-1)
    return [
        Row(
            frozenset(int(day) for day in typed.getlist(f"window-{number}-days") if day in "0123456"),
            typed.get(f"window-{number}-from", ""),
            typed.get(f"window-{number}-to", ""),
        )
        for number in range(max(WINDOWS, last + 2))
    ]


def scope_of(typed: MultiDict[str, str]) -> Scope:
    """What a form says of places, people and times.

    Raises:
        Refused: something cannot be read.
    """
    wrong: list[Refusal] = []

    def number(name: str) -> int | None:
        text = typed.get(name, "").strip()
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) < 10:
            return int(text)
        wrong.append(Refusal("scope", _("“%(text)s” is not a number.", text=text[:40])))
        return None

    def day(name: str) -> date | None:
        text = typed.get(name, "").strip()
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            wrong.append(Refusal("scope", _("“%(text)s” is not a day.", text=text[:40])))
            return None

    role = typed.get("role", "")
    times = Times(
        windows=tuple(_windows(typed, wrong)),
        outside=typed.get("outside") == "yes",
        season_from=_month_day(typed.get("season_from", ""), wrong),
        season_to=_month_day(typed.get("season_to", ""), wrong),
        first_on=day("first_on"),
        last_on=day("last_on"),
    )
    numbers = {name: number(name) for name in (*NUMBERS, "guests_from")}
    scope = Scope(
        **numbers,
        role=Role(role) if role in list(Role) else None,
        lacks_course=typed.get("lacks_course") == "yes" and numbers["course_id"] is not None,
        job=typed.get("job", "").strip()[:60],
        times=times,
    )
    if wrong:
        raise Refused(wrong)
    return scope


def _is_said(typed: MultiDict[str, str], number: int) -> bool:
    keys = (f"window-{number}-from", f"window-{number}-to")
    return any(typed.get(key, "").strip() for key in keys) or bool(typed.getlist(f"window-{number}-days"))


def _windows(typed: MultiDict[str, str], wrong: list[Refusal]) -> list[Window]:
    found = []
    for number in range(20):
        if not _is_said(typed, number):
            continue
        said = [typed.get(f"window-{number}-{end}", "").strip() for end in ("from", "to")]
        minutes = [lengths.clock_of(text) if text else usual for text, usual in zip(said, (0, DAY), strict=True)]
        if None in minutes:
            wrong.append(Refusal("scope", _("“%(text)s” is not a time of day.", text="–".join(said)[:40])))
            continue
        days = tuple(sorted(int(day) for day in typed.getlist(f"window-{number}-days") if day in "0123456"))
        found.append(Window(weekdays=days, from_minute=minutes[0] or 0, to_minute=minutes[1] or 0))
    return found


def _month_day(text: str, wrong: list[Refusal]) -> tuple[int, int] | None:
    """A day of every year, typed as `01/09`."""
    if not text.strip():
        return None
    parts = text.strip().split("/")
    try:
        day, month = (int(part) for part in parts)
        date(2024, month, day)
    except ValueError:
        wrong.append(Refusal("scope", _("“%(text)s” is not a day of the year, such as 01/09.", text=text[:40])))
        return None
    return month, day
