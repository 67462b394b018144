"""Places, people and times of a rule, as the fields of a form."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fablab.booking.policy import writing
from fablab.booking.rules import wording
from fablab.booking.rules.case import Names
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import DAY, Times, Window
from fablab.catalog import queries as catalog
from fablab.core.actor import Role
from fablab.core.db import db
from fablab.core.i18n import _
from fablab.members.memberships.wording import month_names
from fablab.sites import queries as sites
from fablab.web.policy.fields import Field, Sent, Typed, params_of, sent, typed_of, weekdays

PREFIX = "s-"
YEARS: dict[str, Any] = {"shape": "text", "unit": "years", "least": 0, "most": 150}


@dataclass(frozen=True, slots=True)
class ScopeFields:
    """The fields about places, people and times."""

    where: list[Field]
    whom: list[Field]
    when: list[Field]

    @property
    def all(self) -> list[Field]:
        return [*self.where, *self.whom, *self.when]


def scope_fields(site_id: int | None, names: Names) -> ScopeFields:
    """The fields for a rule of a site; for one of the network, without rooms and resources."""
    return ScopeFields(_where(site_id), _whom(names), _when())


def typed_scope(fields: ScopeFields, scope: Scope) -> Typed:
    """The form of a scope that holds."""
    times, values = scope.times, {item.name: getattr(scope, item.name, None) for item in fields.all}
    values["role"] = scope.role.value if scope.role else None
    values["course_how"] = "lacks" if scope.lacks_course else "holds"
    values["windows"] = [
        {"weekdays": item.weekdays, "from_minute": item.from_minute, "to_minute": item.to_minute}
        for item in times.windows
    ]
    values |= {"outside": times.outside, "first_on": times.first_on, "last_on": times.last_on}
    for name, month_day in (("season_from", times.season_from), ("season_to", times.season_to)):
        if month_day:
            values |= {f"{name}_month": month_day[0], f"{name}_day": month_day[1]}
    found = typed_of(fields.all, {key: value for key, value in values.items() if value is not None})
    found["windows"] = found["windows"] or [{"weekdays": [], "from_minute": "", "to_minute": ""}]
    return found


def sent_scope(fields: ScopeFields, form: Sent) -> Typed:
    """What was sent, as it was typed."""
    return sent(fields.all, form, PREFIX)


def scope_of(fields: ScopeFields, typed: Typed, site_id: int | None, wrong: dict[str, str]) -> Scope:
    """The scope that was typed; what cannot be read goes into `wrong`."""
    values = params_of(fields.all, typed, wrong, PREFIX)
    found: dict[str, Any] = {item.name: values.get(item.name) for item in [*fields.where, *fields.whom]}
    lacks = found.pop("course_how") == "lacks"
    found["role"] = Role(found["role"]) if found["role"] else None
    found["job"] = found["job"] or ""
    return Scope(
        site_id=site_id,
        lacks_course=lacks and found["course_id"] is not None,
        times=_times(values, wrong),
        **found,
    )


def _times(values: Mapping[str, Any], wrong: dict[str, str]) -> Times:
    windows = tuple(
        Window(
            weekdays=tuple(line.get("weekdays") or ()),
            from_minute=line.get("from_minute") or 0,
            to_minute=DAY if line.get("to_minute") is None else line["to_minute"],
        )
        for line in values.get("windows") or ()
        if line.get("weekdays") or line.get("from_minute") is not None or line.get("to_minute") is not None
    )
    return Times(
        windows=windows,
        outside=bool(values.get("outside")) and bool(windows),
        season_from=_month_day(values, "season_from", wrong),
        season_to=_month_day(values, "season_to", wrong),
        first_on=values.get("first_on"),
        last_on=values.get("last_on"),
    )


def _month_day(values: Mapping[str, Any], name: str, wrong: dict[str, str]) -> tuple[int, int] | None:
    month, day = values.get(f"{name}_month"), values.get(f"{name}_day")
    if month is None and day is None:
        return None
    if month is None or day is None or day > (29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31):
        wrong.setdefault(f"{PREFIX}{name}_day", _("Choose a day and its month, such as 1 September."))
        return None
    return month, day


def _choice(name: str, label: str, nothing: str, options: list[tuple[str, str]], hint: str = "") -> Field:
    return Field(name=name, label=label, hint=hint, shape="choice", unit="id", options=[("", nothing), *options])


def _where(site_id: int | None) -> list[Field]:
    session = db.session()
    found = [
        _choice(
            "category_id",
            _("Category"),
            _("every category"),
            [(str(row.id), row.name) for row in catalog.categories(session)],
        )
    ]
    if site_id is None:
        return found
    rooms = [(str(row.id), row.name) for row in sites.rooms(session) if row.site_id == site_id]
    things = [(str(row.id), row.name) for row in catalog.resources(session, site_id=site_id)]
    if rooms:
        found.append(_choice("room_id", _("Room"), _("every room"), rooms))
    return [*found, _choice("resource_id", _("Machine or space"), _("all of them"), things)]


def _whom(names: Names) -> list[Field]:
    pairs = {
        what: [(str(key), name) for key, name in sorted(table.items(), key=lambda item: item[1])]
        for what, table in (("class", names.classes), ("course", names.courses), ("membership", names.memberships))
    }
    holds = [("holds", _("who holds it")), ("lacks", _("who does not hold it"))]
    return [
        _choice("class_id", _("Class of members"), _("every class"), pairs["class"]),
        _choice("membership_kind_id", _("Membership"), _("with or without"), pairs["membership"]),
        Field(
            name="role",
            label=_("Role"),
            hint=_("Who has it, or one that includes it."),
            shape="choice",
            options=[("", _("everybody")), *((role.value, wording.role(role)) for role in Role)],
        ),
        _choice("course_id", _("Certificate"), _("with or without"), pairs["course"]),
        Field(name="course_how", label=_("Of that certificate"), shape="choice", options=holds, default="holds"),
        Field(name="age_from", label=_("From this age on"), hint=_("In years; empty: any."), **YEARS),
        Field(name="age_under", label=_("Younger than"), hint=_("In years; empty: any."), **YEARS),
        Field(
            name="job",
            label=_("Only for this job or material"),
            hint=_("As it stands in the rule about jobs and materials."),
            shape="text",
            longest=writing.LONGEST_JOB,
        ),
        Field(
            name="guests_from",
            label=_("Only with so many guests or more"),
            shape="text",
            unit="count",
            least=1,
            most=10_000,
        ),
    ]


def _when() -> list[Field]:
    clock: dict[str, Any] = {"shape": "text", "unit": "clock"}
    months = [("", "–"), *((str(key), name) for key, name in month_names().items())]
    day: dict[str, Any] = {"shape": "text", "unit": "count", "least": 1, "most": 31}
    month: dict[str, Any] = {"shape": "choice", "unit": "month", "options": months}
    return [
        Field(
            name="windows",
            label=_("Hours of the week"),
            hint=_("No weekday chosen: every day. An end before the beginning is of the next day: 18:00 to 06:00."),
            shape="table",
            columns=(
                Field(name="weekdays", label=_("Weekdays"), shape="ticks", unit="weekday", options=weekdays()),
                Field(name="from_minute", label=_("From what time"), **clock),
                Field(name="to_minute", label=_("Until what time"), **clock),
            ),
        ),
        Field(name="outside", label=_("At all times but these hours"), shape="tick"),
        Field(name="season_from_day", label=_("Each year from the day"), **day),
        Field(name="season_from_month", label=_("of the month"), **month),
        Field(name="season_to_day", label=_("Each year to the day"), **day),
        Field(name="season_to_month", label=_("of the month"), **month),
        Field(name="first_on", label=_("Only from this day on"), shape="date"),
        Field(name="last_on", label=_("Last day"), hint=_("Empty: without end."), shape="date"),
    ]


def chips(scope: Scope, names: Names) -> list[tuple[str, str]]:
    """What a rule is about besides its site, as an icon and a few words each: place, people, times."""
    place = wording.where(replace(scope, site_id=None), names)
    found = [("geo-alt", place), ("people", wording.whom(scope, names)), ("clock", wording.when(scope.times))]
    return [(icon, text) for icon, text in found if text]
