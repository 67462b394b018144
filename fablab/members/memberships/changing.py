"""What staff change of a membership that was sold: pauses, its end, and whom it covers."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.core.versions import check_version
from fablab.members import guardians, queries
from fablab.members.actor import Actor
from fablab.members.memberships import queries as memberships
from fablab.members.memberships import rights
from fablab.members.memberships.rules import DAY, Days, Presence, has_room
from fablab.members.memberships.selling import lock
from fablab.members.models import Covers, Membership, MembershipPause, MembershipPerson
from fablab.sites.entities import CENTURY

LONGEST_PAUSE = 366
"""Days."""


def pause(
    session: Session, actor: Actor, membership_id: int, days: Days, reason: str, now: datetime
) -> MembershipPause:
    """Let a membership not hold on some days, which are added to its end; what follows it moves by as many.

    Raises:
        NotFound: it is not theirs to see.
        Forbidden: not staff who sell this kind.
        Refused: no reason, days outside of the membership, too many, or in another pause; or what follows has begun.
    """
    row = _own(session, actor, membership_id)
    reasons = _unfit(row, days)
    if not line_of(reason):
        reasons.append(Refusal("reason_missing", _("Say why it is paused.")))
    if reasons:
        raise Refused(reasons)
    made = MembershipPause(
        from_on=days.first,
        to_on=days.last,
        reason=line_of(reason),
        created_at=now,
        created_by_id=actor.member_id,
    )
    row.pauses.append(made)
    _stretch(session, row, days.count, now)
    _log(session, actor, row, "membership.paused", now, {"from": days.first.isoformat(), "to": days.last.isoformat()})
    return made


def resume(session: Session, actor: Actor, membership_id: int, pause_id: int, day: date, now: datetime) -> None:
    """Let a membership hold again from a day on: days of the pause from then on are taken from its end again.

    Raises:
        NotFound: it is not theirs to see, or has no such pause.
        Forbidden: not staff who sell this kind.
        Refused: the pause is over before that day; or what follows has begun.
    """
    row = _own(session, actor, membership_id)
    found = next((item for item in row.pauses if item.id == pause_id), None)
    if found is None:
        raise NotFound(f"pause {pause_id}")
    if day > found.to_on:
        raise Refused.because("pause_over", _("This pause is over before that day."))
    first = max(day, found.from_on)
    spared = Days(first, found.to_on).count
    if first == found.from_on:
        row.pauses.remove(found)
    else:
        found.to_on = first - DAY
    _stretch(session, row, -spared, now)
    _log(session, actor, row, "membership.resumed", now, {"days": spared})


def end_early(
    session: Session, actor: Actor, membership_id: int, last_on: date, reason: str, version: int, now: datetime
) -> None:
    """End a membership before its time; `last_on` is the last day that counts. What was paid is not given back by this.

    Raises:
        NotFound: it is not theirs to see.
        Forbidden: not staff who sell this kind.
        Refused: no reason, a day after its end, or it was ended already.
        Conflict: somebody else changed it since.
    """
    row = _own(session, actor, membership_id)
    check_version(row.version, version)
    reasons = []
    if row.ended_on is not None:
        reasons.append(Refusal("ended", _("This membership was ended already.")))
    if not row.first_on - DAY <= last_on <= row.last_on:
        text = _("It ends on one of its own days; on the day before its first one it never counts.")
        reasons.append(Refusal("day", text))
    if not line_of(reason):
        reasons.append(Refusal("reason_missing", _("Say why it ends.")))
    if reasons:
        raise Refused(reasons)
    row.ended_on, row.ended_by_id, row.end_reason = last_on, actor.member_id, line_of(reason)
    row.version += 1
    session.flush()
    _log(session, actor, row, "membership.ended", now, {"last_on": last_on.isoformat()})


def add_person(
    session: Session, actor: Actor, membership_id: int, member_id: int, joined_on: date, now: datetime
) -> MembershipPerson:
    """Let a family's or a group's membership cover one more person from a day on; twice equals once.

    Raises:
        NotFound: it is not theirs to see, or there is no such person.
        Forbidden: neither staff who sell this kind, nor the holder who adds one whom they answer for.
        Refused: it is for one person, it is full, it does not run on that day, or the person has left.
    """
    row = _own(session, actor, membership_id, for_ward=member_id)
    member = queries.member(session, member_id)
    present = next((item for item in row.people if item.member_id == member_id and item.left_on is None), None)
    if present is not None:
        return present
    reasons = []
    if row.kind.covers == Covers.PERSON:
        reasons.append(Refusal("for_one", _("This kind is for one person.")))
    elif not has_room(_presences(row), Presence(joined_on), row.kind.most_people):
        text = _("This membership covers %(count)s people at most.", count=row.kind.most_people)
        reasons.append(Refusal("full", text))
    if member.left_at is not None:
        reasons.append(Refusal("member_left", _("This person is no member, or has left.")))
    if not row.first_on <= joined_on <= (row.ended_on or row.last_on):
        reasons.append(Refusal("day", _("Choose a day of this membership.")))
    if reasons:
        raise Refused(reasons)
    added = MembershipPerson(member_id=member_id, joined_on=joined_on)
    row.people.append(added)
    row.version += 1
    session.flush()
    _log(session, actor, row, "membership.person_added", now, {"person": member_id})
    return added


def remove_person(
    session: Session, actor: Actor, membership_id: int, member_id: int, last_on: date, now: datetime
) -> None:
    """Let a membership cover somebody no longer after a day; the holder stays. Twice equals once.

    Raises:
        NotFound: it is not theirs to see, or never covered this person.
        Forbidden: not staff who sell this kind, nor the holder who answers for that person.
        Refused: the person is the holder.
    """
    row = _own(session, actor, membership_id, for_ward=member_id)
    theirs = [item for item in row.people if item.member_id == member_id]
    if not theirs:
        raise NotFound(f"person {member_id} of membership {membership_id}")
    if member_id == row.holder_id:
        raise Refused.because("holder", _("The holder stays as long as the membership does. End it instead."))
    present = next((item for item in theirs if item.left_on is None), None)
    if present is None:
        return
    if last_on < present.joined_on:
        row.people.remove(present)
        session.delete(present)
    else:
        present.left_on = last_on
    row.version += 1
    session.flush()
    _log(session, actor, row, "membership.person_removed", now, {"person": member_id})


def _own(session: Session, actor: Actor, membership_id: int, *, for_ward: int | None = None) -> Membership:
    """The membership, locked, for staff who sell its kind; for its holder too, who adds a ward of theirs."""
    seen = rights.membership_seen_by(session, actor, membership_id)
    by_holder = (
        for_ward is not None
        and for_ward != actor.member_id
        and guardians.acts_for(session, actor, seen.holder_id)
        and guardians.acts_for(session, actor, for_ward)
    )
    if not by_holder:
        rights.needs_staff_for(actor, seen.kind)
    return lock(session, membership_id)


def _presences(row: Membership) -> list[Presence]:
    return [Presence(item.joined_on, item.left_on) for item in row.people]


def _unfit(row: Membership, days: Days) -> list[Refusal]:
    reasons = []
    if row.ended_on is not None:
        reasons.append(Refusal("ended", _("This membership was ended already.")))
    if days.last < days.first or days.count > LONGEST_PAUSE:
        text = _("A pause lasts for 1 to %(count)s days, from the first to the last.", count=LONGEST_PAUSE)
        reasons.append(Refusal("pause_length", text))
    elif not row.first_on <= days.first <= row.last_on or days.last > CENTURY[1] - timedelta(days=LONGEST_PAUSE):
        reasons.append(Refusal("day", _("A pause begins on a day of the membership.")))
    elif any(days.overlaps(item) for item in row.term.pauses):
        reasons.append(Refusal("pause_overlaps", _("It is paused already on some of these days.")))
    return reasons


def _stretch(session: Session, row: Membership, days: int, now: datetime) -> None:
    """Move the end by so many days, and what follows with it."""
    row.last_on += timedelta(days=days)
    row.version += 1
    if any(item.from_on > row.last_on for item in row.pauses):
        raise Refused.because("pause_left_over", _("A later pause would lie after its end. End that one first."))
    session.flush()
    follower = memberships.renewals_of(session, [row.id]).get(row.id)
    while follower is not None:
        follower = lock(session, follower.id)
        if follower.first_on <= now.astimezone(follower.kind.zone).date() or follower.pauses:
            text = _("The membership that follows has begun, or is paused itself. Change that one first.")
            raise Refused.because("follower", text)
        follower.first_on += timedelta(days=days)
        follower.last_on += timedelta(days=days)
        for person in follower.people:
            person.joined_on = max(person.joined_on + timedelta(days=days), follower.first_on)
        follower.version += 1
        session.flush()
        follower = memberships.renewals_of(session, [follower.id]).get(follower.id)


def _log(
    session: Session,
    actor: Actor,
    row: Membership,
    done: str,
    now: datetime,
    details: dict[str, str | int | bool | None],
) -> None:
    audit.note(
        session,
        actor.member_id,
        done,
        now,
        member_id=row.holder_id,
        site_id=row.kind.site_id,
        subject=f"membership:{row.id}",
        details=details,
    )
