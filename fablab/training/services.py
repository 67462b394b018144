"""What trainers do: they validate, and they revoke."""

from datetime import datetime

from sqlalchemy.orm import Session

from fablab.core.errors import Forbidden
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.core.text import line_of, lines_of
from fablab.members import queries as members
from fablab.members.actor import Actor
from fablab.members.models import Role
from fablab.training import queries
from fablab.training.models import CertificateAct, CertificateEvent, Course, Requirement
from fablab.training.signals import certificate_ended, certificate_granted
from fablab.training.timeline import months_later, standing_at


def add_course(
    session: Session,
    name: str,
    *,
    description: str = "",
    validity_months: int | None = None,
    category_ids: tuple[int, ...] = (),
    resource_ids: tuple[int, ...] = (),
) -> Course:
    """Make a course whose certificate these categories and resources need."""
    course = Course(name=line_of(name), description=lines_of(description), validity_months=validity_months)
    session.add(course)
    session.flush()
    session.add_all(Requirement(course_id=course.id, category_id=category_id) for category_id in category_ids)
    session.add_all(Requirement(course_id=course.id, resource_id=resource_id) for resource_id in resource_ids)
    session.flush()
    return course


def validate(
    session: Session, actor: Actor, member_id: int, course_id: int, now: datetime, *, note: str = ""
) -> CertificateEvent:
    """Grant a person the certificate of a course, for as long as the course says today.

    Raises:
        Forbidden: not a trainer, or validating oneself.
        Refused: the person holds it already.
    """
    actor.needs_anywhere(Role.TRAINER)
    if actor.member_id == member_id:
        raise Forbidden("nobody validates himself")
    members.member(session, member_id)
    course = queries.course(session, course_id)
    if standing_at(queries.acts_of(session, member_id).get(course_id, []), now).holds:
        text = _("This person holds the certificate “%(course)s” already.", course=course.name)
        raise Refused.because("certified_already", text)
    expires_at = months_later(now, course.validity_months) if course.validity_months else None
    event = CertificateEvent(
        member_id=member_id,
        course_id=course_id,
        act=CertificateAct.GRANTED,
        at=now,
        expires_at=expires_at,
        by_id=actor.member_id,
        note=lines_of(note),
    )
    session.add(event)
    session.flush()
    certificate_granted.send(None, session=session, event=event, now=now)
    return event


def revoke(
    session: Session, actor: Actor, member_id: int, course_id: int, now: datetime, *, note: str
) -> CertificateEvent:
    """Take a person's certificate back, with a reason.

    Raises:
        Forbidden: not a trainer.
        Refused: there is none to take back, or no reason was given.
    """
    actor.needs_anywhere(Role.TRAINER)
    course = queries.course(session, course_id)
    note = lines_of(note)
    if not note:
        raise Refused.because("reason_missing", _("Say why: the person will read it."))
    if not standing_at(queries.acts_of(session, member_id).get(course_id, []), now).holds:
        text = _("This person does not hold the certificate “%(course)s”.", course=course.name)
        raise Refused.because("not_certified", text)
    event = CertificateEvent(
        member_id=member_id,
        course_id=course_id,
        act=CertificateAct.REVOKED,
        at=now,
        by_id=actor.member_id,
        note=note,
    )
    session.add(event)
    session.flush()
    certificate_ended.send(None, session=session, event=event, now=now)
    return event
