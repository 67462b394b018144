"""What administrators do to classes of members: add them, change what is written, close them."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of, lines_of
from fablab.core.versions import check_version
from fablab.members.actor import Actor
from fablab.members.classes import fallback, open_classes
from fablab.members.memberships.rules import months_later
from fablab.members.models import ClassProof, Member, MemberClass, ProofState, Role

LONGEST_PROOF_MONTHS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCard:
    """What is written about a class."""

    name: str
    needs_proof: bool = False
    proof_note: str = ""
    proof_months: int = 12
    is_default: bool = False
    position: int = 0


def add(session: Session, actor: Actor, card: ClassCard) -> MemberClass:
    """Add a class.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: what was written does not hold together.
    """
    actor.needs_everywhere(Role.ADMIN)
    _check(session, card, None)
    row = MemberClass(name="")
    _write(session, row, card)
    session.add(row)
    session.flush()
    return row


def card_of(row: MemberClass) -> ClassCard:
    """What is written about a class now."""
    return ClassCard(**{item.name: getattr(row, item.name) for item in fields(ClassCard)})


def edit(session: Session, actor: Actor, class_id: int, card: ClassCard, version: int, now: datetime) -> MemberClass:
    """Change what is written, as read at `version`. Where it begins to need proof, those who are in it keep it for as
    long as a proof usually holds, as if theirs had been seen on paper; after that they show one, or are of the default.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: what was written does not hold together, or every class would need a proof.
        Conflict: somebody else changed it since.
    """
    actor.needs_everywhere(Role.ADMIN)
    row = _locked(session, class_id)
    check_version(row.version, version)
    _check(session, card, row)
    begins = card.needs_proof and not row.needs_proof
    _write(session, row, card)
    row.version += 1
    session.flush()
    if begins:
        _keep_those_in(session, actor, row, now)
    return row


def close(session: Session, actor: Actor, class_id: int, closed: bool, version: int, now: datetime) -> MemberClass:
    """Put nobody into a class any more, or do so again; those who are in it stay.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: no class without a proof would be left.
        Conflict: somebody else changed it since.
    """
    actor.needs_everywhere(Role.ADMIN)
    row = _locked(session, class_id)
    check_version(row.version, version)
    if closed and not row.needs_proof and _is_last_free(session, row):
        raise Refused([_last_free()])
    row.closed_at = (row.closed_at or now) if closed else None
    row.is_default = row.is_default and not closed
    row.version += 1
    session.flush()
    return row


def _keep_those_in(session: Session, actor: Actor, row: MemberClass, now: datetime) -> None:
    until = months_later(now.date(), row.proof_months)
    theirs = session.execute(select(Member.id, Member.created_at).where(Member.class_id == row.id)).all()
    kept = [
        {
            "member_id": member.id,
            "class_id": row.id,
            "sent_at": now,
            "sent_by_id": actor.member_id,
            "state": ProofState.ACCEPTED,
            "decided_at": now,
            "decided_by_id": actor.member_id,
            "reason": "",
            # What they used in the past, and is charged late, keeps the class that it had.
            "valid_from": min(member.created_at, now).date() - timedelta(days=1),
            "valid_until": until,
            "version": 1,
        }
        for member in theirs
    ]
    if kept:
        session.execute(insert(ClassProof), kept)
    session.execute(update(Member).where(Member.class_id == row.id).values(class_id=fallback(session).id))
    session.expire_all()


def _locked(session: Session, class_id: int) -> MemberClass:
    """Every class, locked in order: two who each close one cannot together leave none."""
    query = select(MemberClass).order_by(MemberClass.id).with_for_update(key_share=True)
    rows = {row.id: row for row in session.scalars(query.execution_options(populate_existing=True))}
    if class_id not in rows:
        raise NotFound(f"member class {class_id}")
    return rows[class_id]


def _check(session: Session, card: ClassCard, row: MemberClass | None) -> None:
    reasons, name = [], line_of(card.name)
    if not name:
        reasons.append(Refusal("name_missing", _("A class needs a name.")))
    namesake = session.scalar(select(MemberClass.id).where(MemberClass.name == name))
    if namesake is not None and (row is None or namesake != row.id):
        reasons.append(Refusal("name_taken", _("Another class has this name.")))
    if not 1 <= card.proof_months <= LONGEST_PROOF_MONTHS:
        text = _("A proof holds for 1 to %(count)s months.", count=LONGEST_PROOF_MONTHS)
        reasons.append(Refusal("proof_months", text))
    if card.is_default and card.needs_proof:
        text = _("The class of those without a proof cannot ask for one.")
        reasons.append(Refusal("default_needs_proof", text))
    if not 0 <= card.position <= 999:
        reasons.append(Refusal("position", _("A place in the list is a number from 0 to 999.")))
    if row is not None and card.needs_proof and not row.needs_proof and _is_last_free(session, row):
        reasons.append(_last_free())
    if reasons:
        raise Refused(reasons)


def _is_last_free(session: Session, row: MemberClass) -> bool:
    return [free.id for free in open_classes(session, needs_proof=False)] in ([row.id], [])


def _last_free() -> Refusal:
    return Refusal("last_without_proof", _("One open class at least must need no proof: people fall back to it."))


def _write(session: Session, row: MemberClass, card: ClassCard) -> None:
    if card.is_default:
        others = update(MemberClass).where(MemberClass.is_default).values(is_default=False)
        session.execute(others)
    row.name = line_of(card.name)
    row.needs_proof = card.needs_proof
    row.proof_note = lines_of(card.proof_note)
    row.proof_months = card.proof_months
    row.is_default = card.is_default
    row.position = card.position
