"""What is asked of courses and certificates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fablab.catalog.models import Resource
from fablab.core.errors import NotFound
from fablab.members.models import Member
from fablab.training.models import CertificateAct, CertificateEvent, Course, Requirement
from fablab.training.timeline import Act, Standing, standing_at


@dataclass(frozen=True, slots=True)
class Certificate:
    """A person's standing in a course."""

    course: Course
    standing: Standing


def courses(session: Session) -> list[Course]:
    """Every course, by name."""
    return list(session.scalars(select(Course).order_by(Course.name)))


def course(session: Session, course_id: int) -> Course:
    """The course with this id; NotFound if there is none."""
    found = session.get(Course, course_id)
    if found is None:
        raise NotFound(f"course {course_id}")
    return found


def needed_for(session: Session, resources: Iterable[Resource]) -> dict[int, list[Course]]:
    """The courses whose certificates each of these resources needs."""
    wanted = list(resources)
    query = (
        select(Requirement, Course)
        .join(Course)
        .where(
            or_(
                Requirement.resource_id.in_({row.id for row in wanted}),
                Requirement.category_id.in_({row.category_id for row in wanted}),
            )
        )
        .order_by(Course.name)
    )
    found: dict[int, dict[int, Course]] = {row.id: {} for row in wanted}
    for requirement, needed in session.execute(query):
        for row in wanted:
            if requirement.resource_id == row.id or requirement.category_id == row.category_id:
                found[row.id][needed.id] = needed
    return {resource_id: list(needed.values()) for resource_id, needed in found.items()}


def acts_of(session: Session, member_id: int) -> dict[int, list[Act]]:
    """What happened to a person's certificates, by course, in the order in which it was written."""
    return acts_of_all(session, [member_id]).get(member_id, {})


def acts_of_all(session: Session, member_ids: Iterable[int]) -> dict[int, dict[int, list[Act]]]:
    """The same of several people, by person and course; acts on a record that was merged are its survivor's."""
    wanted = set(member_ids)
    query = (
        select(CertificateEvent, Member.merged_into_id)
        .join(Member, Member.id == CertificateEvent.member_id)
        .where(or_(CertificateEvent.member_id.in_(wanted), Member.merged_into_id.in_(wanted)))
        .order_by(CertificateEvent.id)
    )
    found: dict[int, dict[int, list[Act]]] = {}
    for row, survivor_id in session.execute(query):
        act = Act(row.at, row.act == CertificateAct.GRANTED, row.expires_at)
        for whose in {row.member_id, survivor_id or row.member_id} & wanted:
            found.setdefault(whose, {}).setdefault(row.course_id, []).append(act)
    return found


def certificates_of(session: Session, member_id: int, now: datetime) -> list[Certificate]:
    """Every course in which the person ever got a certificate, with what holds now."""
    acts = acts_of(session, member_id)
    names = {row.id: row for row in courses(session)}
    found = [Certificate(names[course_id], standing_at(history, now)) for course_id, history in acts.items()]
    return sorted(found, key=lambda certificate: certificate.course.name)


def held_by(session: Session, member_id: int, now: datetime) -> set[int]:
    """The courses whose certificates the person holds now."""
    return {course_id for course_id, acts in acts_of(session, member_id).items() if standing_at(acts, now).holds}
