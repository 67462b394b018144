"""Erasing a person: at once, or as soon as nothing stands in the way; the accounts stay as the law wants them.

The record stays as a number without a name, since invoices, charges and the log go on naming it. What each table does,
its columns say (core.personal); what lies ahead of the person, features give up when they hear `member_left`.
"""

from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session, aliased

from fablab.core import audit, outbox
from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import _, use_locale
from fablab.core.refusals import Refusal, Refused
from fablab.members import queries
from fablab.members.actor import Actor, Role
from fablab.members.models import Account, AccountMember, Guardianship, Member, RoleGrant, SignUp
from fablab.members.privacy.wiping import wipe
from fablab.members.signals import erasing, member_erased, member_left


def reasons_against(session: Session, member_id: int, now: datetime) -> list[Refusal]:
    """Everything that stands in the way of erasing somebody now; what may be overridden, an administrator may."""
    ids = queries.identities(session, member_id)
    reasons = []
    if _is_last_admin(session, ids):
        text = _("This is the network’s last administrator. Give somebody else the role first.")
        reasons.append(Refusal("last_admin", text))
    for name in _left_alone(session, ids):
        text = _("“%(account)s” would be left without anybody who answers for it. Name another owner first.")
        reasons.append(Refusal("sole_owner", text % {"account": name}))
    for _receiver, more in erasing.send(None, session=session, member_ids=ids, now=now):
        reasons += more or []
    return reasons


def ask(session: Session, actor: Actor, member_id: int, now: datetime) -> bool:
    """Ask to be erased: it is done now, or by the worker once nothing stands in the way. True if it is done.

    Raises:
        NotFound: neither oneself, nor anybody whom an administrator may erase.
    """
    member = _erasable(session, actor, member_id)
    if not reasons_against(session, member.id, now):
        _erase(session, member, actor.member_id, now)
        return True
    if member.erasure_asked_at is None:
        member.erasure_asked_at = now
        session.flush()
        audit.note(session, actor.member_id, "erasure.asked", now, member_id=member.id, site_id=member.home_site_id)
    return False


def take_back(session: Session, actor: Actor, member_id: int, now: datetime) -> None:
    """Ask no longer to be erased. Twice equals once.

    Raises:
        NotFound: neither oneself, nor anybody whom an administrator may erase.
    """
    member = _erasable(session, actor, member_id)
    if member.erasure_asked_at is not None:
        member.erasure_asked_at = None
        session.flush()
        audit.note(session, actor.member_id, "erasure.kept", now, member_id=member.id, site_id=member.home_site_id)


def erase(session: Session, actor: Actor, member_id: int, now: datetime, *, override: bool = False) -> None:
    """Erase oneself, or as an administrator somebody else, who may override what can be overridden.

    Raises:
        NotFound: neither oneself, nor anybody whom an administrator may erase.
        Forbidden: overriding without being an administrator.
        Refused: something stands in the way; every reason is told.
    """
    member = _erasable(session, actor, member_id)
    if override and not actor.may_everywhere(Role.ADMIN):
        raise Forbidden("override what stands in the way of an erasure")
    reasons = [item for item in reasons_against(session, member.id, now) if not (override and item.overridable)]
    if reasons:
        raise Refused(reasons)
    _erase(session, member, actor.member_id, now)


def asked_for(session: Session) -> list[int]:
    """Those who asked to be erased and are not yet, the first one first."""
    query = select(Member.id).where(Member.erasure_asked_at.is_not(None), Member.erased_at.is_(None))
    return list(session.scalars(query.order_by(Member.erasure_asked_at, Member.id)))


def erase_asked(session: Session, member_id: int, now: datetime) -> bool:
    """Erase somebody who asked for it, if nothing stands in the way any more; True if it is done."""
    member = _locked(session, member_id)
    if member.erased_at is not None or member.erasure_asked_at is None or reasons_against(session, member.id, now):
        return False
    _erase(session, member, None, now)
    return True


def erase_forgotten(session: Session, member_id: int, now: datetime) -> bool:
    """Erase somebody who has not come for long and was warned, if nothing stands in the way; True if it is done."""
    member = _locked(session, member_id)
    if member.erased_at is not None or reasons_against(session, member.id, now):
        return False
    _erase(session, member, None, now)
    return True


def _erasable(session: Session, actor: Actor, member_id: int) -> Member:
    if actor.member_id != member_id and not actor.may_everywhere(Role.ADMIN):
        raise NotFound(f"member {member_id}")
    member = _locked(session, member_id)
    if member.erased_at is not None or member.merged_into_id is not None:
        raise NotFound(f"member {member_id} was erased or merged")
    return member


def _locked(session: Session, member_id: int) -> Member:
    """The record, locked with all others of its person: who books or joins for them meanwhile waits, then fails."""
    # Administrators first, as whoever dismisses one does: two who erase each other cannot both succeed.
    roles = select(RoleGrant.id).where(RoleGrant.role == Role.ADMIN).order_by(RoleGrant.id)
    session.scalars(roles.with_for_update()).all()
    ids = queries.identities(session, member_id)
    query = select(Member).where(Member.id.in_(ids)).order_by(Member.id)
    rows = session.scalars(query.with_for_update(of=Member).execution_options(populate_existing=True)).all()
    found = next((row for row in rows if row.id == member_id), None)
    if found is None:
        raise NotFound(f"member {member_id}")
    return found


def _erase(session: Session, member: Member, by_id: int | None, now: datetime) -> None:
    ids, member_id, mail_to = queries.identities(session, member.id), member.id, member.email
    locale, site_id, asked = member.locale, member.home_site_id, member.erasure_asked_at is not None
    leave(session, ids, by_id, now)
    _forget_mails(session, ids)
    with use_locale(locale):
        name = _("Erased member no. %(number)s", number=member_id)
    removed = wipe(session, ids, name)
    for row in session.scalars(select(Member).where(Member.id.in_(ids)).order_by(Member.id)):
        # Through the row, so that what follows from the name follows.
        row.name, row.erased_at, row.erasure_asked_at, row.erasure_warned_at = name, now, None, None
        row.version += 1
    session.flush()
    details: dict[str, str | int | bool | None] = {"asked": asked, "removed": sum(removed.values())}
    audit.note(session, by_id, "member.erased", now, member_id=member_id, site_id=site_id, details=details)
    member_erased.send(None, session=session, member_id=member_id, mail_to=mail_to, locale=locale, now=now)


def leave(session: Session, member_ids: list[int], by_id: int | None, now: datetime) -> None:
    """Let somebody have left: no sign-in is open, nobody answers for them or they for anybody, what lies ahead is
    given up.
    """
    for row in session.scalars(select(Member).where(Member.id.in_(member_ids)).order_by(Member.id)):
        row.left_at = row.left_at or now
        row.session_version += 1
    session.flush()
    member_left.send(None, session=session, member_ids=member_ids, by_id=by_id, now=now)
    theirs = Guardianship.guardian_id.in_(member_ids) | Guardianship.ward_id.in_(member_ids)
    session.execute(update(Guardianship).where(theirs, Guardianship.ended_at.is_(None)).values(ended_at=now))
    uses = (AccountMember.member_id.in_(member_ids), AccountMember.left_at.is_(None))
    session.execute(update(AccountMember).where(*uses).values(left_at=now))
    session.flush()


def _forget_mails(session: Session, member_ids: list[int]) -> None:
    """Mails that wait, or could not be sent, and wishes to join, as far as they go to the person's own address."""
    query = select(Member.email).where(Member.id.in_(member_ids), Member.email.is_not(None))
    for email in session.scalars(query).all():
        outbox.forget(session, str(email))
        session.execute(delete(SignUp).where(SignUp.email == email))


def _is_last_admin(session: Session, member_ids: list[int]) -> bool:
    of_network = (
        RoleGrant.role == Role.ADMIN,
        RoleGrant.site_id.is_(None),
        RoleGrant.legal_entity_id.is_(None),
        Member.left_at.is_(None),
    )
    query = select(RoleGrant.member_id).join(Member, Member.id == RoleGrant.member_id).where(*of_network)
    holders = set(session.scalars(query))
    return bool(holders) and holders <= set(member_ids)


def _left_alone(session: Session, member_ids: list[int]) -> list[str]:
    """The organisations of which somebody is the only owner while others use their account."""
    other = aliased(AccountMember)
    others = exists().where(other.account_id == Account.id, other.left_at.is_(None), other.member_id.not_in(member_ids))
    query = (
        select(Account.name)
        .join(AccountMember, AccountMember.account_id == Account.id)
        .where(AccountMember.member_id.in_(member_ids), AccountMember.is_owner, AccountMember.left_at.is_(None))
        .where(others, ~others.where(other.is_owner))
        .distinct()
    )
    return sorted(session.scalars(query))
