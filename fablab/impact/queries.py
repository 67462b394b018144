"""What is counted for a report: in a fixed number of statements, whatever the number of people.

A record and those that were merged into it are one person; a machine's use belongs to the site where it stood then.
"""

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import CTE, ColumnElement, Subquery, and_, case, extract, func, literal, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from fablab.booking.models import Nature, Outcome, Reservation, ReservationState
from fablab.catalog.models import Category, CategoryKind, Placement, Resource
from fablab.core.period import Period
from fablab.impact.figures import Measure
from fablab.impact.models import Fact, PathStep
from fablab.members.models import Member, MemberState
from fablab.presence.models import Arrival
from fablab.training.models import CertificateAct, CertificateEvent
from fablab.usage.models import UsageSession


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and when: some sites, the days, and the instants between which these lie."""

    site_ids: tuple[int, ...]
    last_on: date
    within: Period
    every_site: bool
    """All of the network's sites: people without a site of their own belong to them too."""


@cache
def persons() -> CTE:
    """Each record beside the one that it was merged into, at last. It is one and the same in a statement."""
    base = select(Member.id.label("id"), Member.id.label("person")).where(Member.merged_into_id.is_(None))
    found = base.cte("persons", recursive=True)
    merged = aliased(Member)
    return found.union_all(select(merged.id, found.c.person).join(found, merged.merged_into_id == found.c.id))


def who_came(session: Session, scope: Scope, birth_kind_id: int | None) -> dict[int, int | None]:
    """The different people who came: arrived, used a machine, began what they had reserved, met an adviser. Each with
    the year of their birth, as they answered up to the period's end, or else by their card; None is unknown.
    """
    people, came, answers = persons(), _who_came(scope), _answers(scope, [birth_kind_id or 0])
    said = case((answers.c.withdrawn_at.is_(None), answers.c.value))
    of_card = case((answers.c.person.is_(None), extract("year", Member.birth_date)))
    query = (
        select(people.c.person, said, of_card)
        .distinct()
        .join(came, came.c.id == people.c.id)
        .join(Member, Member.id == people.c.person)
        .outerjoin(answers, and_(answers.c.person == people.c.person, answers.c.at == 1))
    )
    return {person: int(value or year or 0) or None for person, value, year in session.execute(query)}


def answers(session: Session, scope: Scope, kind_ids: Iterable[int], came: Container[int]) -> dict[int, Counter[str]]:
    """How many of those who came gave each answer, as it was known for the period; by question."""
    known = _answers(scope, kind_ids)
    query = select(known.c.person, known.c.kind_id, known.c.value)
    found: dict[int, Counter[str]] = {}
    for person, kind_id, value in session.execute(query.where(known.c.at == 1, known.c.withdrawn_at.is_(None))):
        if person in came:
            found.setdefault(kind_id, Counter())[value] += 1
    return found


def members_and_new(session: Session, scope: Scope) -> tuple[int, int]:
    """How many members the sites had at the period's end, and how many of these had joined in it."""
    own = Member.home_site_id.in_(scope.site_ids)
    query = select(
        func.count(), func.coalesce(func.sum(case((Member.created_at >= scope.within.start, 1), else_=0)), 0)
    ).where(
        or_(own, Member.home_site_id.is_(None)) if scope.every_site else own,
        Member.merged_into_id.is_(None),
        Member.state == MemberState.ACTIVE,
        Member.created_at < scope.within.end,
        or_(Member.left_at.is_(None), Member.left_at >= scope.within.end),
    )
    members, new = session.execute(query).one()
    return members, new


def use(session: Session, scope: Scope) -> tuple[dict[int, Measure], Measure]:
    """Measured seconds of machines' use by category, and all together; maintenance is nobody's."""
    return _grouped(session, _used(scope))


def reservations(session: Session, scope: Scope) -> tuple[dict[int, Measure], Measure]:
    """Reservations that stand and begin in the period, by category, and all together."""
    return _grouped(session, _reserved(scope))


def certificates(session: Session, scope: Scope, came: Container[int]) -> tuple[dict[int, Measure], Measure]:
    """Certificates that those who came were granted in the period, by course, and all together."""
    people = persons()
    query = (
        select(CertificateEvent.course_id, people.c.person)
        .join(people, people.c.id == CertificateEvent.member_id)
        .where(CertificateEvent.act == CertificateAct.GRANTED, _in(CertificateEvent.at, scope))
    )
    granted = [(course_id, person) for course_id, person in session.execute(query) if person in came]
    courses = {course_id for course_id, _person in granted}
    by_course = {key: [person for course_id, person in granted if course_id == key] for key in courses}
    parts = {key: Measure(len(some), len(set(some))) for key, some in by_course.items()}
    return parts, Measure(len(granted), len({person for _course_id, person in granted}))


def steps(session: Session, scope: Scope) -> list[tuple[int, str, str, date]]:
    """Whose project reached which stage when, up to the period's end: person, project, stage, day; in order."""
    people = persons()
    query = (
        select(people.c.person, func.lower(PathStep.project), PathStep.stage, PathStep.day)
        .join(people, people.c.id == PathStep.member_id)
        .where(PathStep.site_id.in_(scope.site_ids), PathStep.withdrawn_at.is_(None), PathStep.day <= scope.last_on)
        .order_by(PathStep.day, PathStep.id)
    )
    return [(person, project, stage, day) for person, project, stage, day in session.execute(query)]


def _who_came(scope: Scope) -> Subquery:
    """The records, each once, by which anything shows that somebody came."""
    arrived = select(Arrival.member_id.label("id")).where(
        Arrival.site_id.in_(scope.site_ids), Arrival.member_id.is_not(None), _in(Arrival.arrived_at, scope)
    )
    used, reserved = _used(scope), _reserved(scope)
    met = (
        select(reserved.c.id)
        .join(Category, Category.id == reserved.c.part)
        .join(Outcome, Outcome.reservation_id == reserved.c.reservation_id)
        .where(Category.kind == CategoryKind.ADVISER, Outcome.came)
    )
    began = select(reserved.c.id).where(reserved.c.started_at.is_not(None))
    return union(arrived, select(used.c.id).where(used.c.id.is_not(None)), began, met).subquery()


def _answers(scope: Scope, kind_ids: Iterable[int]) -> CTE:
    """Each person's answers to these questions up to the period's end; the first of each, by `at`, is what held."""
    people = persons()
    latest = func.row_number().over(
        partition_by=(people.c.person, Fact.kind_id), order_by=(Fact.valid_from.desc(), Fact.id.desc())
    )
    query = (
        select(people.c.person, Fact.kind_id, Fact.value, Fact.withdrawn_at, latest.label("at"))
        .join(people, people.c.id == Fact.member_id)
        .where(Fact.kind_id.in_(set(kind_ids)), Fact.valid_from <= scope.last_on)
    )
    return query.cte("answers")


def _grouped(session: Session, rows: Subquery) -> tuple[dict[int, Measure], Measure]:
    """The amount of these rows and the different people behind it: of each part, and of all together, where nobody
    counts twice.
    """
    people = persons()
    figures = (func.coalesce(func.sum(rows.c.amount), 0), func.count(people.c.person.distinct()))
    joined = rows.outerjoin(people, people.c.id == rows.c.id)
    amount, known = session.execute(select(*figures).select_from(joined)).one()
    parts = session.execute(select(rows.c.part, *figures).select_from(joined).group_by(rows.c.part))
    return {part: Measure(int(value), some) for part, value, some in parts}, Measure(int(amount), known)


def _used(scope: Scope) -> Subquery:
    """The uses of machines that began in the period: category, person, seconds."""
    query = (
        select(
            Resource.category_id.label("part"),
            UsageSession.member_id.label("id"),
            UsageSession.seconds.label("amount"),
        )
        .join(Resource, Resource.id == UsageSession.resource_id)
        .where(
            _in(UsageSession.started_at, scope),
            UsageSession.nature != Nature.MAINTENANCE,
            _stood_at(UsageSession.started_at).in_(scope.site_ids),
        )
    )
    return query.subquery()


def _reserved(scope: Scope) -> Subquery:
    """The reservations that stand and begin in the period: category, person, one each."""
    query = (
        select(
            Resource.category_id.label("part"),
            Reservation.member_id.label("id"),
            literal(1).label("amount"),
            Reservation.id.label("reservation_id"),
            Reservation.started_at,
        )
        .join(Resource, Resource.id == Reservation.resource_id)
        .where(
            _in(Reservation.starts_at, scope),
            Reservation.state == ReservationState.BOOKED,
            Reservation.nature != Nature.MAINTENANCE,
            _stood_at(Reservation.starts_at).in_(scope.site_ids),
        )
    )
    return query.subquery()


def _stood_at(moment: InstrumentedAttribute[datetime]) -> ColumnElement[int]:
    """The site where the resource stood at an instant."""
    placed = (
        select(Placement.site_id)
        .where(Placement.resource_id == Resource.id, Placement.from_at <= moment)
        .order_by(Placement.from_at.desc(), Placement.id.desc())
        .limit(1)
        .correlate(Resource, UsageSession, Reservation)
        .scalar_subquery()
    )
    return func.coalesce(placed, Resource.site_id)


def _in(moment: InstrumentedAttribute[datetime], scope: Scope) -> ColumnElement[bool]:
    return and_(moment >= scope.within.start, moment < scope.within.end)
