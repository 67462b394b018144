"""Making two records of one person one, without losing anything of either.

One survives; the other stays as a tombstone that points to it, since what was written for good goes on naming it. All
else goes over, table by table (privacy.moving); what lies ahead, features settle when they hear `member_merged`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.versions import check_version
from fablab.members import queries, services
from fablab.members.actor import Actor, Role
from fablab.members.models import Account, EmailChange, Guardianship, Member, MemberState, MergeRecord
from fablab.members.organisations.people import merge_places
from fablab.members.privacy.moving import move, would_move
from fablab.members.signals import member_merged, merging

FIELDS = (
    "name",
    "email",
    "shared_email",
    "phone",
    "birth_date",
    "locale",
    "languages",
    "emergency_contact",
    "staff_note",
    "photo_id",
    "class_id",
    "home_site_id",
)
"""What two cards say, of which one or the other wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which record survives, and what of the other's card it takes over; the versions are those that were compared."""

    survivor_id: int
    merged_id: int
    survivor_version: int
    merged_version: int
    take: frozenset[str] = frozenset()
    sure: bool = False
    """Staff looked at what speaks for two people, and say that it is one."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do: both cards, what differs, how many rows go over, and what speaks against it."""

    survivor: Member
    merged: Member
    differing: list[str]
    suggested: frozenset[str]
    """What only the other card says."""
    counts: dict[str, int]
    reasons: list[Refusal]


def preview(session: Session, actor: Actor, survivor_id: int, merged_id: int, now: datetime) -> Preview:
    """Compare two records before they are made one.

    Raises:
        NotFound: there is no such person.
        Forbidden: neither an administrator nor a fabmanager of both homes, or one of the two has a role.
    """
    survivor, merged = queries.member(session, survivor_id), queries.member(session, merged_id)
    _check_right(session, actor, survivor, merged)
    differing = [name for name in FIELDS if getattr(survivor, name) != getattr(merged, name)]
    suggested = frozenset(name for name in differing if not getattr(survivor, name))
    reasons = _reasons_against(session, survivor, merged, now)
    return Preview(survivor, merged, differing, suggested, would_move(session, merged.id), reasons)


def merge(session: Session, actor: Actor, choice: Choice, now: datetime) -> MergeRecord:
    """Make two records one.

    Raises:
        NotFound: there is no such person.
        Forbidden: neither an administrator nor a fabmanager of both homes, or one of the two has a role.
        Conflict: one of the cards was changed since they were compared.
        Refused: they are the same, one was erased or merged before, or they speak for two people and nobody is sure.
    """
    survivor, merged = _locked(session, choice.survivor_id, choice.merged_id)
    _check_right(session, actor, survivor, merged)
    check_version(survivor.version, choice.survivor_version)
    check_version(merged.version, choice.merged_version)
    reasons = _reasons_against(session, survivor, merged, now)
    reasons = [item for item in reasons if not (choice.sure and item.overridable)]
    if reasons:
        raise Refused(reasons)
    before = {"survivor": _card(survivor), "merged": _card(merged)}
    _end_links(session, [survivor.id, merged.id], now)
    _take_over(session, survivor, merged, choice.take)
    merge_places(session, survivor.id, merged.id, now)
    _close(session, survivor, merged, now)
    counts = move(session, merged.id, survivor.id)
    _settle_what_stays(session, survivor, merged, now)
    merged.merged_into_id = survivor.id
    record = MergeRecord(
        survivor_id=survivor.id, merged_id=merged.id, at=now, by_id=actor.member_id, counts=counts, before=before
    )
    session.add(record)
    session.flush()
    details: dict[str, str | int | bool | None] = {"rows": sum(counts.values()), "taken": ",".join(sorted(choice.take))}
    subject, site_id = f"member:{merged.id}", survivor.home_site_id
    audit.note(
        session,
        actor.member_id,
        "member.merged",
        now,
        member_id=survivor.id,
        site_id=site_id,
        subject=subject,
        details=details,
    )
    member_merged.send(None, session=session, survivor=survivor, merged=merged, now=now)
    return record


def _locked(session: Session, survivor_id: int, merged_id: int) -> tuple[Member, Member]:
    query = select(Member).where(Member.id.in_({survivor_id, merged_id})).order_by(Member.id)
    rows = session.scalars(query.with_for_update(of=Member).execution_options(populate_existing=True))
    found = {row.id: row for row in rows}
    if not {survivor_id, merged_id} <= found.keys():
        raise NotFound(f"members {survivor_id} and {merged_id}")
    return found[survivor_id], found[merged_id]


def _check_right(session: Session, actor: Actor, one: Member, other: Member) -> None:
    """Roles go over too: only an administrator may merge who has one, or oneself."""
    if actor.may_everywhere(Role.ADMIN):
        return
    grants = queries.grants_of(session, [one.id, other.id])
    if actor.member_id in grants or any(grants.values()):
        raise Forbidden("merge who has a role")
    for row in (one, other):
        if row.home_site_id is None:
            actor.needs_everywhere(Role.FABMANAGER)
        else:
            actor.needs_at_site(Role.FABMANAGER, row.home_site_id)


def _reasons_against(session: Session, survivor: Member, merged: Member, now: datetime) -> list[Refusal]:
    if survivor.id == merged.id:
        return [Refusal("same", _("This is one record already. Choose two."))]
    reasons = []
    if survivor.erased_at is not None or merged.erased_at is not None:
        reasons.append(Refusal("erased", _("One of them was erased: nothing is left to merge.")))
    if survivor.merged_into_id is not None or merged.merged_into_id is not None:
        reasons.append(Refusal("merged", _("One of them was merged into another record before.")))
    elif survivor.left_at is not None and survivor.erased_at is None and merged.left_at is None:
        reasons.append(Refusal("left", _("The record that is to stay has left the lab. Keep the other one.")))
    for _receiver, more in merging.send(None, session=session, survivor=survivor, merged=merged, now=now):
        reasons += more or []
    return reasons


def _card(member: Member) -> dict[str, Any]:
    values = {name: getattr(member, name) for name in (*FIELDS, "created_at")}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _end_links(session: Session, member_ids: list[int], now: datetime) -> None:
    """What was mailed to either address opens nothing any more."""
    for member_id in member_ids:
        services.end_links(session, member_id, now)
    unused = (EmailChange.member_id.in_(member_ids), EmailChange.used_at.is_(None))
    session.execute(update(EmailChange).where(*unused).values(used_at=now))


def _take_over(session: Session, survivor: Member, merged: Member, take: frozenset[str]) -> None:
    """Change the chosen values for each other; who signs in with the other's address does so with its password."""
    other = "email" in take or survivor.email is None
    emails = (merged.email, survivor.email) if other else (survivor.email, merged.email)
    if other:
        survivor.password_hash = merged.password_hash or survivor.password_hash
        survivor.session_version += 1
    # Addresses are unique: both are let go before one is kept.
    survivor.email = merged.email = None
    session.flush()
    survivor.email = emails[0] or emails[1]
    for name in set(FIELDS) & take - {"email"}:
        ours, theirs = getattr(survivor, name), getattr(merged, name)
        setattr(survivor, name, theirs)
        setattr(merged, name, ours)
    survivor.pin_hash = survivor.pin_hash or merged.pin_hash
    survivor.created_at = min(survivor.created_at, merged.created_at)
    survivor.erasure_asked_at = survivor.erasure_asked_at or merged.erasure_asked_at
    if MemberState.ACTIVE in (survivor.state, merged.state):
        survivor.state = MemberState.ACTIVE
    survivor.version += 1
    session.flush()


def _close(session: Session, survivor: Member, merged: Member, now: datetime) -> None:
    """Let nobody sign in as the tombstone, let no guardian answer for themselves, and close its own account."""
    merged.left_at = merged.left_at or now
    merged.password_hash = merged.pin_hash = merged.erasure_asked_at = None
    merged.session_version += 1
    merged.version += 1
    both = (survivor.id, merged.id)
    between = (Guardianship.guardian_id.in_(both), Guardianship.ward_id.in_(both), Guardianship.ended_at.is_(None))
    session.execute(update(Guardianship).where(*between).values(ended_at=now))
    # One of two own accounts is closed; it goes over to the survivor, who goes on seeing its invoices.
    own = (Account.owner_id == merged.id, Account.closed_at.is_(None))
    session.execute(update(Account).where(*own).values(closed_at=now))
    session.flush()


def _settle_what_stays(session: Session, survivor: Member, merged: Member, now: datetime) -> None:
    """End what the tombstone still has because the survivor has the same; what it was allowed, the survivor is."""
    theirs = or_(Guardianship.guardian_id == merged.id, Guardianship.ward_id == merged.id)
    session.execute(update(Guardianship).where(theirs, Guardianship.ended_at.is_(None)).values(ended_at=now))
    session.flush()
