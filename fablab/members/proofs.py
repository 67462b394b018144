"""Proofs that somebody is of a class: sent by them, or for them; accepted or refused by staff, with a reason."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.core import audit
from fablab.core.errors import Forbidden, NotFound
from fablab.core.files import StoredFile, keep_document, stored_file
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import lines_of
from fablab.core.versions import check_version
from fablab.members import classes, guardians, queries
from fablab.members.actor import Actor
from fablab.members.memberships.rules import months_later
from fablab.members.models import ClassProof, Member, MemberClass, ProofState, Role
from fablab.members.signals import proof_decided
from fablab.sites import queries as sites
from fablab.sites.entities import CENTURY


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What staff say to a proof, as read at `version`: accepted until a day, or refused with a reason."""

    version: int
    accepted: bool
    until: date | None = None
    reason: str = ""


def proofs_of(session: Session, member_id: int) -> list[ClassProof]:
    """The proofs of somebody, the newest first."""
    query = select(ClassProof).options(joinedload(ClassProof.member_class)).where(ClassProof.member_id == member_id)
    return list(session.scalars(query.order_by(ClassProof.sent_at.desc(), ClassProof.id.desc())))


def waiting(session: Session, actor: Actor, *, limit: int = 200) -> list[ClassProof]:
    """The proofs that wait for this person's decision, the oldest first."""
    query = (
        select(ClassProof)
        .join(Member, Member.id == ClassProof.member_id)
        .options(joinedload(ClassProof.member), joinedload(ClassProof.member_class))
        .where(ClassProof.state == ProofState.WAITING)
    )
    if not actor.may_everywhere(Role.HOST):
        own = actor.sites_of(Role.HOST, [site.id for site in sites.sites(session)])
        query = query.where(Member.home_site_id.in_(own) | Member.home_site_id.is_(None))
    return list(session.scalars(query.order_by(ClassProof.sent_at, ClassProof.id).limit(limit)))


def proof_seen_by(session: Session, actor: Actor, proof_id: int) -> ClassProof:
    """A proof of one's own, of somebody one answers for, or of somebody one looks after as staff.

    Raises:
        NotFound: there is none, or it is not theirs to see; nobody is told which.
    """
    found = session.get(ClassProof, proof_id)
    if found is None or not (
        guardians.acts_for(session, actor, found.member_id) or classes.is_staff_of(actor, found.member)
    ):
        raise NotFound(f"class proof {proof_id}")
    return found


def file_of(session: Session, actor: Actor, proof_id: int) -> StoredFile:
    """The document of a proof.

    Raises:
        NotFound: it is not theirs to see, or was seen on paper.
    """
    found = proof_seen_by(session, actor, proof_id)
    if found.file_id is None:
        raise NotFound(f"file of class proof {proof_id}")
    return stored_file(session, found.file_id)


def send(
    session: Session, actor: Actor, member_id: int, class_id: int, content: bytes, name: str, now: datetime
) -> ClassProof:
    """Send a document that shows that somebody is of a class; one that still waits is replaced.

    Raises:
        NotFound: there is no such person, or they are not theirs to see.
        Refused: the class needs no proof or is closed; the document is too large, empty, or neither PDF nor picture.
    """
    queries.lock_members(session, [member_id])
    member = queries.member(session, member_id)
    if not (guardians.acts_for(session, actor, member_id) or classes.is_staff_of(actor, member)):
        raise NotFound(f"member {member_id}")
    wanted = session.get(MemberClass, class_id)
    if wanted is None or not wanted.needs_proof or wanted.closed_at is not None:
        raise Refused.because("class", _("Choose a class that needs a proof."))
    kept = keep_document(session, content, name, now)
    row = session.scalar(
        select(ClassProof).where(
            ClassProof.member_id == member_id,
            ClassProof.class_id == class_id,
            ClassProof.state == ProofState.WAITING,
        )
    )
    if row is None:
        row = ClassProof(member_id=member_id, class_id=class_id, state=ProofState.WAITING, version=0)
        session.add(row)
    former, row.file_id = row.file_id, kept.id
    row.sent_at, row.sent_by_id = now, actor.member_id
    row.version += 1
    session.flush()
    if former is not None:
        session.delete(session.get_one(StoredFile, former))
        session.flush()
    return row


def decide(session: Session, actor: Actor, proof_id: int, decision: Decision, now: datetime) -> ClassProof:
    """Accept a proof from today until a day, or refuse it with a reason; the person gets a mail.

    Raises:
        NotFound: it is not theirs to see.
        Forbidden: it is their own, and they are not staff of its person's home site.
        Refused: it was decided already, a day that is over, or a refusal without a reason.
        Conflict: another document was sent since.
    """
    proof_seen_by(session, actor, proof_id)
    query = select(ClassProof).where(ClassProof.id == proof_id).with_for_update(key_share=True)
    row = session.scalars(query.execution_options(populate_existing=True)).one()
    classes.needs_staff_of(actor, row.member)
    if actor.member_id == row.member_id and not actor.may_everywhere(Role.ADMIN):
        raise Forbidden("one's own proof")
    check_version(row.version, decision.version)
    reason, today = lines_of(decision.reason), now.astimezone(classes.zone_of(session, row.member)).date()
    reasons = []
    if row.state != ProofState.WAITING:
        reasons.append(Refusal("decided", _("This proof was decided already.")))
    if decision.accepted and (decision.until is None or not today <= decision.until <= CENTURY[1]):
        reasons.append(Refusal("until", _("Say until which day it holds: today or later.")))
    if not decision.accepted and not reason:
        reasons.append(Refusal("reason_missing", _("Say why it is refused, so that they can send another one.")))
    if reasons:
        raise Refused(reasons)
    row.state = ProofState.ACCEPTED if decision.accepted else ProofState.REFUSED
    row.decided_at, row.decided_by_id, row.reason = now, actor.member_id, reason
    row.valid_from = today if decision.accepted else None
    row.valid_until = decision.until if decision.accepted else None
    row.version += 1
    session.flush()
    _log(session, actor, row, now)
    proof_decided.send(None, session=session, proof=row, now=now)
    return row


def proposed_end(wanted: MemberClass, today: date) -> date:
    """Until when a proof of a class that is accepted today usually holds."""
    return months_later(today, wanted.proof_months)


def ending(session: Session, first: date, last: date) -> list[ClassProof]:
    """The accepted proofs that end between two days and that no other follows, of people who have not left."""
    query = (
        select(ClassProof)
        .join(Member, Member.id == ClassProof.member_id)
        .options(joinedload(ClassProof.member), joinedload(ClassProof.member_class))
        .where(
            ClassProof.state == ProofState.ACCEPTED,
            ClassProof.valid_until.between(first, last),
            Member.left_at.is_(None),
        )
    )
    found = list(session.scalars(query.order_by(ClassProof.id)))
    history = classes.history_of(session, [row.member_id for row in found])

    def lasts(row: ClassProof) -> bool:
        after = (row.valid_until or last) + timedelta(days=1)
        return history.at(row.member_id, after) == row.class_id

    return [row for row in found if not lasts(row)]


def _log(session: Session, actor: Actor, row: ClassProof, now: datetime) -> None:
    done = f"proof.{row.state}"
    details: dict[str, str | int | bool | None] = {"class": row.class_id}
    if row.valid_until:
        details["until"] = row.valid_until.isoformat()
    subject = f"proof:{row.id}"
    audit.note(session, actor.member_id, done, now, member_id=row.member_id, subject=subject, details=details)
