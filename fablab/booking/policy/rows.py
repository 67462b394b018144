"""Rules between rows and values."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from fablab.booking.models import BookingRule
from fablab.booking.rules import catalogue
from fablab.booking.rules.case import Names, Thing
from fablab.booking.rules.judging import Ruling
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import Times, Window
from fablab.catalog.models import Category, Resource
from fablab.core.actor import Role
from fablab.core.errors import NotFound
from fablab.core.seldom import kept
from fablab.members.models import MemberClass, MembershipKind
from fablab.sites import queries as sites
from fablab.sites.models import Room, Site
from fablab.training.models import Course


def standing(session: Session, site_ids: Iterable[int]) -> list[BookingRule]:
    """The rules in force at some sites, those of the whole network among them, in the order of their writing."""
    query = select(BookingRule).where(*_in_force(site_ids)).order_by(BookingRule.id)
    return list(session.scalars(query))


def rulings_at(session: Session, site_ids: Iterable[int]) -> list[Ruling]:
    """The same as values."""
    wanted = {None, *site_ids}
    return [item for item in _every(session) if item.scope.site_id in wanted]


@kept
def _every(session: Session) -> tuple[Ruling, ...]:
    query = select(BookingRule).where(BookingRule.ended_at.is_(None)).order_by(BookingRule.id)
    return tuple(ruling_of(row) for row in session.scalars(query))


def _in_force(site_ids: Iterable[int]) -> tuple[ColumnElement[bool], ...]:
    at = or_(BookingRule.site_id.is_(None), BookingRule.site_id.in_(set(site_ids)))
    return (BookingRule.ended_at.is_(None), at)


def ended(session: Session, site_id: int | None, most: int) -> list[BookingRule]:
    """The rules of a site, or of the network, that staff ended last, the latest first."""
    where = BookingRule.site_id.is_(None) if site_id is None else BookingRule.site_id == site_id
    query = select(BookingRule).where(BookingRule.ended_at.is_not(None), where)
    return list(session.scalars(query.order_by(BookingRule.ended_at.desc(), BookingRule.id.desc()).limit(most)))


def rulings_with(session: Session, drafts: Iterable[Ruling], *, replaced: int | None = None) -> list[Ruling]:
    """The rules in force everywhere as they would be with some that are tried; one of them may replace another."""
    standing = rulings_at(session, [site.id for site in sites.sites(session)])
    return [*(item for item in standing if item.id != replaced), *drafts]


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
    return replace(_names(session), resources=_named(session, Resource))


@kept
def _names(session: Session) -> Names:
    return Names(
        courses=_named(session, Course),
        classes=_named(session, MemberClass),
        memberships=_named(session, MembershipKind),
        sites=_named(session, Site),
        categories=_named(session, Category),
        rooms=_named(session, Room),
    )


def _named(
    session: Session, kind: type[Course | MemberClass | MembershipKind | Site | Category | Room | Resource]
) -> Mapping[int, str]:
    return MappingProxyType({row.id: row.name for row in session.execute(select(kind.id, kind.name))})


def month_day(text: str | None) -> tuple[int, int] | None:
    """A month and a day of it, of `MM-DD`."""
    return (int(text[:2]), int(text[3:])) if text else None


def shown_month_day(value: tuple[int, int] | None) -> str | None:
    """The other way round."""
    return f"{value[0]:02d}-{value[1]:02d}" if value else None
