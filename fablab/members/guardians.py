"""Guardians and their wards: who answers for whom, and what they signed for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.core import audit
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.members import queries
from fablab.members.actor import Actor, Role
from fablab.members.models import Authorisation, Guardianship, Member, Permission


def wards_of(session: Session, guardian_id: int) -> list[Guardianship]:
    """Those whom somebody answers for now, in the order in which that began."""
    query = (
        select(Guardianship)
        .options(joinedload(Guardianship.ward))
        .where(Guardianship.guardian_id == guardian_id, Guardianship.ended_at.is_(None))
    )
    return list(session.scalars(query.order_by(Guardianship.id)))


def people_of(session: Session, member_id: int) -> list[int]:
    """Somebody and those whom they answer for, by their ids: as whom they act."""
    return [member_id, *(row.ward_id for row in wards_of(session, member_id))]


def guardians_of(session: Session, ward_id: int) -> list[Guardianship]:
    """Those who answer for somebody now, in the order in which that began."""
    query = (
        select(Guardianship)
        .options(joinedload(Guardianship.guardian))
        .where(Guardianship.ward_id == ward_id, Guardianship.ended_at.is_(None))
    )
    return list(session.scalars(query.order_by(Guardianship.id)))


def answers_for(session: Session, guardian_id: int, ward_id: int) -> bool:
    """Tell whether somebody is another's guardian now."""
    query = select(Guardianship.id).where(
        Guardianship.guardian_id == guardian_id, Guardianship.ward_id == ward_id, Guardianship.ended_at.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def acts_for(session: Session, actor: Actor, member_id: int) -> bool:
    """Tell whether somebody is that person, or their guardian now."""
    return actor.member_id == member_id or answers_for(session, actor.member_id, member_id)


def permits(session: Session, ward_id: int, permission: Permission) -> bool:
    """Tell whether the latest answer of a guardian to this is yes."""
    query = select(Authorisation.given).where(Authorisation.ward_id == ward_id, Authorisation.permission == permission)
    return bool(session.scalar(query.order_by(Authorisation.id.desc()).limit(1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a guardian says to one thing that is asked."""

    permission: Permission
    given: bool


def appoint(
    session: Session,
    actor: Actor,
    guardian_id: int,
    ward_id: int,
    now: datetime,
    *,
    relation: str = "",
    pays: bool = True,
) -> Guardianship:
    """Say that somebody answers for somebody else; what was said before is written anew.

    Raises:
        Forbidden: not staff of the ward's site.
        NotFound: there is no such person.
        Refused: the two are one, one of them has left, the guardian is a ward themselves, or the ward a
            guardian.
    """
    # Two who each become the other's guardian at once wait here for each other.
    queries.lock_members(session, [guardian_id, ward_id])
    guardian, ward = queries.member(session, guardian_id), queries.member(session, ward_id)
    _needs_desk(actor, ward)
    reasons = []
    if guardian.id == ward.id:
        reasons.append(Refusal("same", _("Nobody is their own guardian.")))
    if guardian.left_at is not None or ward.left_at is not None:
        reasons.append(Refusal("member_left", _("This person is no member, or has left.")))
    if guardians_of(session, guardian.id):
        text = _("%(name)s has a guardian, and cannot answer for somebody else.", name=guardian.name)
        reasons.append(Refusal("ward", text))
    if wards_of(session, ward.id):
        text = _("%(name)s answers for somebody else, and cannot have a guardian.", name=ward.name)
        reasons.append(Refusal("guardian", text))
    if reasons:
        raise Refused(reasons)
    row = next((item for item in guardians_of(session, ward.id) if item.guardian_id == guardian.id), None)
    if row is None:
        row = Guardianship(guardian_id=guardian.id, ward_id=ward.id, began_at=now)
        session.add(row)
    row.relation, row.pays = line_of(relation), pays
    session.flush()
    subject, details = f"member:{guardian.id}", {"pays": pays}
    audit.note(session, actor.member_id, "guardian.appointed", now, member_id=ward.id, subject=subject, details=details)
    return row


def dismiss(session: Session, actor: Actor, guardianship_id: int, now: datetime) -> None:
    """End a guardianship; what was booked, signed and paid stays as it was. Ending twice equals once.

    Raises:
        NotFound: there is no such guardianship.
        Forbidden: neither that guardian nor staff of the ward's site.
    """
    row = session.get(Guardianship, guardianship_id)
    if row is None:
        raise NotFound(f"guardianship {guardianship_id}")
    if actor.member_id != row.guardian_id:
        _needs_desk(actor, row.ward)
    if row.ended_at is None:
        row.ended_at = now
        session.flush()
        audit.note(
            session,
            actor.member_id,
            "guardian.dismissed",
            now,
            member_id=row.ward_id,
            subject=f"member:{row.guardian_id}",
        )


def sign(
    session: Session, actor: Actor, ward_id: int, guardian_id: int, answers: Iterable[Answer], now: datetime
) -> list[Authorisation]:
    """Write down a guardian's answers, dated, with the words that they answered; what is answered alike stays.

    Raises:
        NotFound: this person is not that ward's guardian.
        Forbidden: neither that guardian, nor staff of the ward's site before whom they signed on paper.
    """
    ward = queries.member(session, ward_id)
    if not answers_for(session, guardian_id, ward_id):
        raise NotFound(f"guardian {guardian_id} of {ward_id}")
    if actor.member_id != guardian_id:
        _needs_desk(actor, ward)
    standing = {row.permission: row for row in latest(session, ward_id)}
    written = []
    for answer in answers:
        known = standing.get(answer.permission)
        if known is not None and known.given == answer.given and known.guardian_id == guardian_id:
            continue
        row = Authorisation(
            ward_id=ward_id,
            guardian_id=guardian_id,
            permission=answer.permission,
            given=answer.given,
            text=words_of(answer.permission, ward.name),
            signed_at=now,
            by_id=actor.member_id,
        )
        session.add(row)
        written.append(row)
    session.flush()
    if written and actor.member_id != guardian_id:
        details = {row.permission: row.given for row in written}
        audit.note(session, actor.member_id, "authorisation.signed", now, member_id=ward_id, details=details)
    return written


def latest(session: Session, ward_id: int) -> list[Authorisation]:
    """The last answer to each thing that is asked, in the order in which they are asked."""
    query = select(Authorisation).where(Authorisation.ward_id == ward_id).order_by(Authorisation.id)
    found = {row.permission: row for row in session.scalars(query)}
    return [found[key] for key in Permission if key in found]


def words_of(permission: Permission, ward: str) -> str:
    """The words that a guardian signs."""
    return {
        Permission.USE: _("%(ward)s may use the machines and tools of the lab, under its rules.", ward=ward),
        Permission.CARE: _("In an emergency the lab may have %(ward)s cared for, and calls me at once.", ward=ward),
        Permission.IMAGE: _("The lab may take and show pictures on which %(ward)s is seen.", ward=ward),
    }[permission]


def _needs_desk(actor: Actor, ward: Member) -> None:
    if ward.home_site_id is None:
        actor.needs_anywhere(Role.HOST)
    else:
        actor.needs_at_site(Role.HOST, ward.home_site_id)
