"""What is asked of courses and certificates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fablab.catalog.models import Resource
from fablab.core.errors import NotFound
from fablab.core.seldom import kept, kept_of_each
from fablab.members.models import Member
from fablab.training.models import CertificateAct, CertificateEvent, Course, Requirement
from fablab.training.timeline import Act, Standing, standing_at


@dataclass(frozen=True, slots=True)
class Certificate:
    """A person's standing in a course."""

    course: Course
    standing: Standing


@dataclass(frozen=True, slots=True)
class Needed:
    """A course whose certificate something needs."""

    id: int
    name: str
    description: str


def courses(session: Session) -> list[Course]:
    """Every course, by name."""
    return list(session.scalars(select(Course).order_by(Course.name)))


def course(session: Session, course_id: int) -> Course:
    """The course with this id; NotFound if there is none."""
    found = session.get(Course, course_id)
    if found is None:
        raise NotFound(f"course {course_id}")
    return found


def needed_for(session: Session, resources: Iterable[Resource]) -> dict[int, list[Needed]]:
    """The courses whose certificates each of these resources needs, by name."""
    every = _needed(session)
    found = {}
    for row in resources:
        both = {*every.get(("resource", row.id), ()), *every.get(("category", row.category_id), ())}
        found[row.id] = sorted(both, key=lambda needed: needed.name)
    return found


@kept
def _needed(session: Session) -> Mapping[tuple[str, int | None], tuple[Needed, ...]]:
    query = select(Requirement.resource_id, Requirement.category_id, Course.id, Course.name, Course.description)
    found: dict[tuple[str, int | None], tuple[Needed, ...]] = {}
    for resource_id, category_id, course_id, name, description in session.execute(query.join(Course)):
        key = ("category", category_id) if resource_id is None else ("resource", resource_id)
        found[key] = (*found.get(key, ()), Needed(course_id, name, description))
    return MappingProxyType(found)


def acts_of(session: Session, member_id: int) -> Mapping[int, tuple[Act, ...]]:
    """What happened to a person's certificates, by course, in the order in which it was written."""
    return acts_of_all(session, [member_id])[member_id]


@kept_of_each
def acts_of_all(session: Session, member_ids: set[int]) -> dict[int, Mapping[int, tuple[Act, ...]]]:
    """The same of several people, by person and course; acts on a record that was merged are its survivor's."""
    columns = (CertificateEvent.course_id, CertificateEvent.act, CertificateEvent.at, CertificateEvent.expires_at)
    query = (
        select(CertificateEvent.member_id, Member.merged_into_id, *columns)
        .join(Member, Member.id == CertificateEvent.member_id)
        .where(or_(CertificateEvent.member_id.in_(member_ids), Member.merged_into_id.in_(member_ids)))
        .order_by(CertificateEvent.id)
    )
    found: dict[int, dict[int, tuple[Act, ...]]] = {key: {} for key in member_ids}
    for row in session.execute(query):
        act = Act(row.at, row.act == CertificateAct.GRANTED, row.expires_at)
        for whose in {row.member_id, row.merged_into_id or row.member_id} & member_ids:
            found[whose][row.course_id] = (*found[whose].get(row.course_id, ()), act)
    return {key: MappingProxyType(acts) for key, acts in found.items()}


def certificates_of(session: Session, member_id: int, now: datetime) -> list[Certificate]:
    """Every course in which the person ever got a certificate, with what holds now."""
    acts = acts_of(session, member_id)
    names = {row.id: row for row in courses(session)}
    found = [Certificate(names[course_id], standing_at(history, now)) for course_id, history in acts.items()]
    return sorted(found, key=lambda certificate: certificate.course.name)


def held_by(session: Session, member_id: int, now: datetime) -> set[int]:
    """The courses whose certificates the person holds now."""
    return {course_id for course_id, acts in acts_of(session, member_id).items() if standing_at(acts, now).holds}
