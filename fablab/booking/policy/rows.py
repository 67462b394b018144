"""Rules between rows and values."""

from collections.abc import Iterable
from functools import lru_cache
from json import loads
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, or_, select
from sqlalchemy.orm import Session

from fablab.booking.models import BookingRule
from fablab.booking.rules import catalogue
from fablab.booking.rules.case import Names, Thing
from fablab.booking.rules.judging import Ruling
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import Times, Window
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.actor import Role
from fablab.core.errors import NotFound
from fablab.members import queries as members
from fablab.members.memberships import queries as memberships
from fablab.sites import queries as sites
from fablab.training import queries as training

_WRITTEN = ("params", "windows")
"""Columns of JSON, which are read as they are written."""
_UNSAID = ("created_at", "created_by_id", "changed_at", "changed_by_id", "ended_at", "version")
_SAYING = tuple(column.key for column in BookingRule.__table__.columns if column.key not in _UNSAID)
_SAID = [getattr(BookingRule, key) for key in _SAYING]
_COLUMNS = select(*(cast(column, Text) if column.key in _WRITTEN else column for column in _SAID))


def standing(session: Session, site_ids: Iterable[int]) -> list[BookingRule]:
    """The rules in force at some sites, those of the whole network among them, in the order of their writing."""
    query = select(BookingRule).where(*_in_force(site_ids)).order_by(BookingRule.id)
    return list(session.scalars(query))


def rulings_at(session: Session, site_ids: Iterable[int]) -> list[Ruling]:
    """The same as values."""
    query = _COLUMNS.where(*_in_force(site_ids)).order_by(BookingRule.id)
    return [_said_by(tuple(row)) for row in session.execute(query)]


def _in_force(site_ids: Iterable[int]) -> tuple[ColumnElement[bool], ...]:
    at = or_(BookingRule.site_id.is_(None), BookingRule.site_id.in_(set(site_ids)))
    return (BookingRule.ended_at.is_(None), at)


@lru_cache(maxsize=4096)
def _said_by(columns: tuple[Any, ...]) -> Ruling:
    """What a rule's columns say: the same ones always the same, so that what is read at each reservation is
    understood once.
    """
    values = dict(zip(_SAYING, columns, strict=True))
    return ruling_of(BookingRule(**{**values, **{name: loads(values[name]) for name in _WRITTEN}}))


def ended(session: Session, site_id: int | None, most: int) -> list[BookingRule]:
    """The rules of a site, or of the network, that staff ended last, the latest first."""
    where = BookingRule.site_id.is_(None) if site_id is None else BookingRule.site_id == site_id
    query = select(BookingRule).where(BookingRule.ended_at.is_not(None), where)
    return list(session.scalars(query.order_by(BookingRule.ended_at.desc(), BookingRule.id.desc()).limit(most)))


def rulings_with(session: Session, drafts: Iterable[Ruling], *, replaced: int | None = None) -> list[Ruling]:
    """The rules in force everywhere as they would be with some that are tried; one of them may replace another."""
    kept = rulings_at(session, [site.id for site in sites.sites(session)])
    return [*(item for item in kept if item.id != replaced), *drafts]


def rulings_on(session: Session, resource: Resource) -> list[Ruling]:
    """Those that may concern a resource."""
    thing = thing_of(resource)
    return [item for item in rulings_at(session, [resource.site_id]) if item.scope.covers(thing)]


def row(session: Session, rule_id: int) -> BookingRule:
    """A rule that is in force; NotFound otherwise."""
    found = any_row(session, rule_id)
    if found.ended_at is not None:
        raise NotFound(f"rule {rule_id}")
    return found


def any_row(session: Session, rule_id: int) -> BookingRule:
    """A rule, in force or not; NotFound if there is none."""
    found = session.get(BookingRule, rule_id)
    if found is None:
        raise NotFound(f"rule {rule_id}")
    return found


def ruling_of(item: BookingRule) -> Ruling:
    """A row as a value."""
    return Ruling(
        id=item.id,
        rule=catalogue.rule_of(item.kind, item.params),
        scope=scope_of(item),
        overridable=item.overridable,
        instead=item.instead,
        note=item.note,
    )


def scope_of(item: BookingRule) -> Scope:
    """A row's scope."""
    return Scope(
        site_id=item.site_id,
        category_id=item.category_id,
        room_id=item.room_id,
        resource_id=item.resource_id,
        class_id=item.class_id,
        membership_kind_id=item.membership_kind_id,
        role=Role(item.role) if item.role else None,
        course_id=item.course_id,
        lacks_course=item.lacks_course,
        age_from=item.age_from,
        age_under=item.age_under,
        job=item.job,
        guests_from=item.guests_from,
        times=Times(
            windows=tuple(
                Window(weekdays=tuple(days), from_minute=begins, to_minute=ends) for days, begins, ends in item.windows
            ),
            outside=item.outside,
            season_from=month_day(item.season_from),
            season_to=month_day(item.season_to),
            first_on=item.first_on,
            last_on=item.last_on,
        ),
    )


def write_scope(item: BookingRule, scope: Scope) -> None:
    """Put a scope into a row."""
    for name in ("site_id", "category_id", "room_id", "resource_id", "class_id", "course_id", "lacks_course"):
        setattr(item, name, getattr(scope, name))
    for name in ("membership_kind_id", "age_from", "age_under", "job", "guests_from"):
        setattr(item, name, getattr(scope, name))
    item.role = scope.role.value if scope.role else None
    times = scope.times
    item.windows = [[sorted(set(window.weekdays)), window.from_minute, window.to_minute] for window in times.windows]
    item.outside = times.outside
    item.season_from, item.season_to = shown_month_day(times.season_from), shown_month_day(times.season_to)
    item.first_on, item.last_on = times.first_on, times.last_on


def thing_of(resource: Resource) -> Thing:
    """A resource as the rules see it."""
    return Thing(resource.id, resource.category_id, resource.site_id, resource.room_id, resource.name)


def names(session: Session) -> Names:
    """What everything is called that rules may speak of."""
    return Names(
        courses={item.id: item.name for item in training.courses(session)},
        classes={item.id: item.name for item in members.classes(session)},
        memberships={item.id: item.name for item in memberships.kinds(session)},
        sites={item.id: item.name for item in sites.sites(session)},
        categories={item.id: item.name for item in catalog.categories(session)},
        rooms={item.id: item.name for item in sites.rooms(session)},
        resources={item.id: item.name for item in catalog.resources(session, retired=True)},
    )


def month_day(text: str | None) -> tuple[int, int] | None:
    """A month and a day of it, of `MM-DD`."""
    return (int(text[:2]), int(text[3:])) if text else None


def shown_month_day(value: tuple[int, int] | None) -> str | None:
    """The other way round."""
    return f"{value[0]:02d}-{value[1]:02d}" if value else None
