"""Classes of members: which one somebody has on a day, and putting them into another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import lines_of
from fablab.members.actor import Actor
from fablab.members.models import ClassProof, Member, MemberClass, ProofState, Role
from fablab.sites import queries as sites
from fablab.sites.entities import CENTURY
from fablab.sites.models import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSetting:
    """A class that staff give somebody; one that needs proof holds until a day, since its proof was seen on paper."""

    class_id: int
    reason: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The classes of several people: their own, and those for which an accepted proof holds."""

    own: Mapping[int, int]
    proofs: Mapping[int, list[ClassProof]] = field(default_factory=dict)
    """Of each, the one that was decided last first."""

    def at(self, member_id: int, day: date) -> int:
        """The class that holds for one of them on a day."""
        for proof in self.proofs.get(member_id, []):
            if proof.valid_from and proof.valid_until and proof.valid_from <= day <= proof.valid_until:
                return proof.class_id
        return self.own[member_id]


def history_of(session: Session, member_ids: Iterable[int]) -> History:
    """The classes of these people through time, in two statements."""
    wanted = set(member_ids)
    rows = session.execute(select(Member.id, Member.class_id).where(Member.id.in_(wanted)))
    own = {row.id: row.class_id for row in rows}
    return History(own, accepted_proofs(session, ClassProof.member_id.in_(wanted)))


def accepted_proofs(session: Session, *conditions: ColumnElement[bool]) -> dict[int, list[ClassProof]]:
    """The accepted proofs of those who are meant, or of everybody: of each, the one that was decided last first."""
    proofs: dict[int, list[ClassProof]] = {}
    query = select(ClassProof).where(ClassProof.state == ProofState.ACCEPTED, *conditions)
    for proof in session.scalars(query.order_by(ClassProof.decided_at.desc(), ClassProof.id.desc())):
        proofs.setdefault(proof.member_id, []).append(proof)
    return proofs


def class_at(session: Session, member: Member, day: date) -> MemberClass:
    """The class that holds for a person on a day: that of an accepted proof, else their own."""
    query = select(ClassProof.class_id).where(
        ClassProof.member_id == member.id,
        ClassProof.state == ProofState.ACCEPTED,
        ClassProof.valid_from <= day,
        ClassProof.valid_until >= day,
    )
    proven = session.scalar(query.order_by(ClassProof.decided_at.desc(), ClassProof.id.desc()).limit(1))
    return session.get_one(MemberClass, proven or member.class_id)


def member_class(session: Session, class_id: int) -> MemberClass:
    """The class with this id; NotFound if there is none."""
    found = session.get(MemberClass, class_id)
    if found is None:
        raise NotFound(f"member class {class_id}")
    return found


def open_classes(session: Session, *, needs_proof: bool) -> list[MemberClass]:
    """The classes that people can be put into, with or without a proof, in their order."""
    query = select(MemberClass).where(MemberClass.closed_at.is_(None), MemberClass.needs_proof.is_(needs_proof))
    return list(session.scalars(query.order_by(MemberClass.position, MemberClass.id)))


def fallback(session: Session) -> MemberClass:
    """The class of those who have shown no proof: the one that is marked so, else the first that needs none."""
    found = open_classes(session, needs_proof=False)
    return next((row for row in found if row.is_default), found[0])


def set_class(session: Session, actor: Actor, member_id: int, setting: ClassSetting, now: datetime) -> Member:
    """Put somebody into a class, from today on; proofs of other classes end. What was charged before stays.

    Raises:
        NotFound: there is no such person or class.
        Forbidden: not staff of their home site.
        Refused: no reason, a class that is closed, one that needs proof without a day until which it holds, or one's
            own class.
    """
    query = select(Member).where(Member.id == member_id).with_for_update(key_share=True)
    member = session.scalar(query.execution_options(populate_existing=True))
    if member is None:
        raise NotFound(f"member {member_id}")
    needs_staff_of(actor, member)
    today = now.astimezone(zone_of(session, member)).date()
    wanted, reason = member_class(session, setting.class_id), lines_of(setting.reason)
    reasons = [*_unfit(wanted, setting, today), *not_ones_own(actor, member)]
    if not reason:
        reasons.append(Refusal("reason_missing", _("Say why: what was seen, or what has changed.")))
    if reasons:
        raise Refused(reasons)
    before = class_at(session, member, today).id
    _end_proofs(session, member.id, today)
    if wanted.needs_proof:
        seen = ClassProof(
            member_id=member.id,
            class_id=wanted.id,
            sent_at=now,
            sent_by_id=actor.member_id,
            state=ProofState.ACCEPTED,
            decided_at=now,
            decided_by_id=actor.member_id,
            reason=reason,
            valid_from=today,
            valid_until=setting.until,
        )
        session.add(seen)
    else:
        member.class_id = wanted.id
        member.version += 1
    session.flush()
    session.refresh(member, ["member_class"])
    details: dict[str, str | int | bool | None] = {"before": before, "after": wanted.id}
    audit.note(session, actor.member_id, "class.set", now, member_id=member.id, details=details)
    return member


def zone_of(session: Session, member: Member) -> ZoneInfo:
    """The clock that cuts the days of what is decided about a person: their home site's, else the first site's."""
    return zone_among(sites.sites(session), member)


def zone_among(places: list[Site], member: Member) -> ZoneInfo:
    """The same for those who know the sites already, and ask for many people."""
    home = next((row for row in places if row.id == member.home_site_id), places[0] if places else None)
    return home.zone if home else ZoneInfo("Europe/Paris")


def is_staff_of(actor: Actor, member: Member) -> bool:
    """Tell whether somebody looks after a person: hosts of their home site; of any, where they have none."""
    if member.home_site_id is None:
        return actor.may_anywhere(Role.HOST)
    return actor.may_at_site(Role.HOST, member.home_site_id)


def needs_staff_of(actor: Actor, member: Member) -> None:
    """Raises Forbidden unless `is_staff_of`."""
    if not is_staff_of(actor, member):
        raise Forbidden(f"staff of member {member.id}")


def not_ones_own(actor: Actor, member: Member) -> list[Refusal]:
    """Why somebody does not decide what they themselves pay: a colleague does, unless they are an administrator."""
    if actor.member_id != member.id or actor.may_everywhere(Role.ADMIN):
        return []
    return [Refusal("own", _("This is about yourself. Ask a colleague."))]


def _unfit(wanted: MemberClass, setting: ClassSetting, today: date) -> list[Refusal]:
    if wanted.closed_at is not None:
        return [Refusal("class_closed", _("Nobody is put into this class any more. Choose another one."))]
    if wanted.needs_proof and (setting.until is None or not today <= setting.until <= CENTURY[1]):
        return [Refusal("until", _("This class needs a proof: say until which day it holds, today or later."))]
    return []


def _end_proofs(session: Session, member_id: int, today: date) -> None:
    held = (ClassProof.member_id == member_id, ClassProof.state == ProofState.ACCEPTED, ClassProof.valid_until >= today)
    for proof in session.scalars(select(ClassProof).where(*held)):
        proof.valid_until = today - timedelta(days=1)
        proof.version += 1
    session.flush()
