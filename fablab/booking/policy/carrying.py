"""A whole policy as a file: taken out of one site, brought into another, with every problem told before.

The file calls things by their names, since another site has other rooms and machines, and another lab other courses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session

from fablab.booking.models import BookingRule
from fablab.booking.policy import rows, writing
from fablab.booking.policy.named import Called, Unknown, called_at
from fablab.booking.policy.writing import RuleCard
from fablab.booking.rules import catalogue
from fablab.booking.rules.judging import Ruling
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import Times, Window
from fablab.core.actor import Role
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.actor import Actor
from fablab.sites import queries as sites

FORMAT = 1
MOST = 300
"""So many rules are brought in at once."""
NAMED = {"category": "category_id", "room": "room_id", "resource": "resource_id", "class": "class_id"}
NAMED |= {"course": "course_id", "membership": "membership_kind_id"}
PLAIN = ("lacks_course", "age_from", "age_under", "job", "guests_from")

MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
Minute = Annotated[int, Field(ge=0, le=1440)]


class WindowInFile(BaseModel):
    """Hours of weekdays, as the API shows them."""

    model_config = ConfigDict(extra="forbid")
    weekdays: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(max_length=7)] = []
    from_minute: Minute = 0
    to_minute: Minute = 1440


class TimesInFile(BaseModel):
    """When a rule holds."""

    model_config = ConfigDict(extra="forbid")
    windows: Annotated[list[WindowInFile], Field(max_length=writing.MOST_WINDOWS)] = []
    outside: bool = False
    season_from: MonthDay | None = None
    season_to: MonthDay | None = None
    first_on: date | None = None
    last_on: date | None = None


class ScopeInFile(BaseModel):
    """What a rule is about, by names."""

    model_config = ConfigDict(extra="forbid")
    category: str | None = None
    room: str | None = None
    resource: str | None = None
    class_: Annotated[str | None, Field(alias="class")] = None
    course: str | None = None
    membership: str | None = None
    role: Literal["host", "trainer", "fabmanager", "treasurer", "admin"] | None = None
    lacks_course: bool = False
    age_from: Annotated[int, Field(ge=0, le=150)] | None = None
    age_under: Annotated[int, Field(ge=0, le=150)] | None = None
    job: str = ""
    guests_from: Annotated[int, Field(ge=1, le=10_000)] | None = None
    times: TimesInFile = TimesInFile()


class RuleInFile(BaseModel):
    """A rule of the file."""

    model_config = ConfigDict(extra="forbid")
    kind: str
    params: dict[str, Any] = {}
    scope: ScopeInFile = ScopeInFile()
    overridable: bool = True
    instead: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a rule of the file cannot be taken; 0 is the file itself."""

    number: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a file brought: the sentences of what was added and of what it ended, and every problem."""

    added: list[str]
    unchanged: int
    ended: list[str]
    troubles: list[Trouble]


def taken_out(session: Session, site_id: int | None) -> dict[str, Any]:
    """The rules of a site, without the network's; or those of the network alone. NotFound for a site that is none."""
    place = sites.site(session, site_id).name if site_id is not None else None
    called = called_at(session, site_id)
    found = [rows.ruling_of(row) for row in own(session, site_id)]
    return {"booking_rules": FORMAT, "site": place, "rules": [_written(item, called) for item in found]}


def brought_in(
    session: Session, actor: Actor, site_id: int | None, policy: Mapping[str, Any], now: datetime, *, replaces: bool
) -> Brought:
    """Add the rules of a file that are not there yet; where it `replaces`, end those that it does not name. With
    troubles the caller undoes it all.

    Raises:
        Forbidden: not a fabmanager of the site; for the network, not an administrator.
        NotFound: there is no such site.
    """
    if site_id is not None:
        sites.site(session, site_id)
    writing.check_right(actor, site_id)
    listed = policy.get("rules")
    if policy.get("booking_rules") != FORMAT or not isinstance(listed, list):
        return _failed(_("This is no file of booking rules."))
    if len(listed) > MOST:
        return _failed(_("The file has more than %(count)s rules.", count=MOST))
    names, called = rows.names(session), called_at(session, site_id)
    standing = [(row, rows.ruling_of(row)) for row in own(session, site_id)]
    kept, added, troubles = set(), [], []
    for number, item in enumerate(listed, start=1):
        try:
            ruling = writing.checked(session, actor, _card(item, site_id, called))
            same = next((row.id for row, value in standing if row.id not in kept and _is_same(value, ruling)), None)
            if same is not None:
                kept.add(same)
                continue
            writing.add(session, actor, _card(item, site_id, called), now)
            added.append(ruling.sentence(names))
        except (Refused, NotFound, Unknown, ValidationError) as error:
            troubles += [Trouble(number, text) for text in _told(error)]
    ended = [(row, value) for row, value in standing if replaces and row.id not in kept]
    for row, _value in ended:
        writing.end(session, actor, row.id, now)
    gone = [value.sentence(names) for _row, value in ended]
    return Brought(added=added, unchanged=len(kept), ended=gone, troubles=troubles)


def own(session: Session, site_id: int | None) -> list[BookingRule]:
    """The rules in force that are a site's own, or the network's."""
    found = rows.standing(session, [] if site_id is None else [site_id])
    return [row for row in found if row.site_id == site_id]


def _failed(message: str) -> Brought:
    return Brought(added=[], unchanged=0, ended=[], troubles=[Trouble(0, message)])


def _told(error: Exception) -> list[str]:
    if isinstance(error, ValidationError):
        found = error.errors(include_url=False, include_input=False)
        return [f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}." for item in found]
    if isinstance(error, NotFound):
        return [_("There is no such kind of rule.")]
    return error.messages if isinstance(error, Refused) else [str(error)]


def _is_same(one: Ruling, other: Ruling) -> bool:
    return replace(one, id=0) == replace(other, id=0)


def _written(item: Ruling, called: Called) -> dict[str, Any]:
    said: dict[str, Any] = {key: called.name(key, getattr(item.scope, column)) for key, column in NAMED.items()}
    said |= {name: getattr(item.scope, name) for name in PLAIN}
    said |= {"role": item.scope.role.value if item.scope.role else None, "times": _times_out(item.scope.times)}
    made: dict[str, Any] = {"kind": item.rule.code, "params": called.params_out(item.rule)}
    made["scope"] = {key: value for key, value in said.items() if value not in (None, "", False, {})}
    made |= {"overridable": item.overridable, "instead": item.instead, "note": item.note}
    return made


def _card(item: Any, site_id: int | None, called: Called) -> RuleCard:
    read = RuleInFile.model_validate(item)
    catalogue.kind(read.kind)
    said = read.scope.model_dump(by_alias=True)
    ids: dict[str, Any] = {column: called.id(key, said[key]) for key, column in NAMED.items()}
    scope = Scope(
        site_id=site_id,
        **ids,
        **{name: said[name] for name in PLAIN},
        role=Role(read.scope.role) if read.scope.role else None,
        times=_times_in(read.scope.times),
    )
    return RuleCard(
        kind=read.kind,
        params=called.params_in(read.kind, read.params),
        scope=scope,
        overridable=read.overridable,
        instead=read.instead,
        note=read.note,
    )


def _times_out(times: Times) -> dict[str, Any]:
    shown = TimesInFile(
        windows=[
            WindowInFile(weekdays=list(item.weekdays), from_minute=item.from_minute, to_minute=item.to_minute)
            for item in times.windows
        ],
        outside=times.outside,
        season_from=rows.shown_month_day(times.season_from),
        season_to=rows.shown_month_day(times.season_to),
        first_on=times.first_on,
        last_on=times.last_on,
    )
    return shown.model_dump(mode="json", exclude_defaults=True)


def _times_in(read: TimesInFile) -> Times:
    return Times(
        windows=tuple(
            Window(weekdays=tuple(sorted(set(one.weekdays))), from_minute=one.from_minute, to_minute=one.to_minute)
            for one in read.windows
        ),
        outside=read.outside,
        season_from=rows.month_day(read.season_from),
        season_to=rows.month_day(read.season_to),
        first_on=read.first_on,
        last_on=read.last_on,
    )
