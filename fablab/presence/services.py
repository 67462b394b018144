"""Arriving and leaving: of members, guests and counted groups; and whom the desk believes to be in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.members import queries as members
from fablab.presence import lists, queries, rules
from fablab.presence.models import Arrival, ArrivalReason, Ended, PublicKind, Recorded
from fablab.presence.queries import Present
from fablab.sites import queries as sites

LONGEST_NAME = 120
LARGEST_GROUP = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """Who comes where, and why: a member, or else a guest or a group."""

    site_id: int
    member_id: int | None = None
    guest_name: str = ""
    headcount: int = 1
    label: str = ""
    """What a group is called."""
    reason_id: int | None = None
    """None: as this member came last, or else the first of the list."""
    public_kind_id: int | None = None
    """None: as this member came last, or else not said."""
    recorded: Recorded = Recorded.DESK
    request_key: str | None = None
    """Sent again by the same person, it is the same arrival."""


def arrive(session: Session, actor: Actor, coming: Coming, now: datetime) -> Arrival:
    """Write down that somebody has arrived. Who is there already stays there; who is elsewhere has left there.

    Raises:
        Forbidden: it is another person, a guest or a group, and they are not a host of the site.
        NotFound: there is no such site or member.
        Refused: the person has left the lab, or the reason, the kind of public or the number is none; every reason.
    """
    if coming.member_id != actor.member_id:
        actor.needs_at_site(Role.HOST, coming.site_id)
    sites.site(session, coming.site_id)
    # Whoever taps twice, and two desks that greet the same person, wait here for each other.
    members.lock_members(session, {coming.member_id or actor.member_id})
    known = _sent_before(session, actor, coming) or _there_already(session, coming, now)
    if known is not None:
        return known
    before = queries.latest_of(session, coming.member_id) if coming.member_id else None
    reason_id, kind_id = _chosen(session, coming, before)
    arrival = Arrival(
        site_id=coming.site_id,
        member_id=coming.member_id,
        guest_name=line_of(coming.guest_name)[:LONGEST_NAME] or None,
        headcount=coming.headcount,
        label=line_of(coming.label)[:LONGEST_NAME],
        reason_id=reason_id,
        public_kind_id=kind_id,
        arrived_at=now,
        recorded=coming.recorded,
        recorded_by_id=actor.member_id,
        request_key=coming.request_key,
    )
    session.add(arrival)
    session.flush()
    return arrival


def depart(session: Session, actor: Actor, arrival_id: int, now: datetime) -> Arrival:
    """Write down that somebody, or a whole group, has left; twice equals once.

    One that was forgotten long ago ends when it was over, not now.

    Raises:
        NotFound: there is no such arrival, or it is neither the person's own nor at a site where they are a host.
    """
    row = seen_by(session, actor, arrival_id, lock=True)
    if row.departed_at is not None:
        return row
    end = queries.ends_of(session, [row], now)[row.id]
    if rules.is_forgotten(end, now):
        return _end(session, row, end, Ended.CLOSING)
    return _end(session, row, now, Ended.PERSON if row.member_id == actor.member_id else Ended.DESK)


def leave(session: Session, actor: Actor, now: datetime) -> Arrival | None:
    """The same for oneself, wherever one is; None where one was nowhere."""
    row = queries.open_arrival_of(session, actor.member_id)
    return depart(session, actor, row.id, now) if row else None


def roll_call(session: Session, actor: Actor, site_id: int, now: datetime) -> list[Present]:
    """Who is in the building now, for those who must know it when it burns.

    Raises:
        Forbidden: not a host of the site.
        NotFound: there is no such site.
    """
    sites.site(session, site_id)
    actor.needs_at_site(Role.HOST, site_id)
    return queries.who_is_in(session, site_id, now)


def end_forgotten(session: Session, now: datetime) -> int:
    """End every stay that nobody ended though its place closed an hour ago or more; how many there were."""
    query = select(Arrival).where(Arrival.departed_at.is_(None)).order_by(Arrival.id).with_for_update(of=Arrival)
    rows = list(session.scalars(query))
    ends = queries.ends_of(session, rows, now)
    over = [row for row in rows if rules.is_forgotten(ends[row.id], now)]
    for row in over:
        _end(session, row, ends[row.id], Ended.CLOSING)
    return len(over)


def end_of_double(session: Session, member_id: int, now: datetime) -> Arrival | None:
    """End the stay of a record that turned out to be a double: the other record says where its person is."""
    row = queries.open_arrival_of(session, member_id)
    return _end(session, row, now, Ended.MERGED) if row is not None else None


def seen_by(session: Session, actor: Actor, arrival_id: int, *, lock: bool = False) -> Arrival:
    """The arrival, if it is the person's own, or they are a host of its site; NotFound otherwise."""
    query = select(Arrival).where(Arrival.id == arrival_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None or not (found.member_id == actor.member_id or actor.may_at_site(Role.HOST, found.site_id)):
        raise NotFound(f"arrival {arrival_id}")
    return found


def check_headcount(count: int) -> list[Refusal]:
    """Why a group cannot have so many people, if so."""
    if 1 <= count <= LARGEST_GROUP:
        return []
    return [Refusal("headcount", _("A group has from 1 to %(count)s people.", count=LARGEST_GROUP))]


def check_choices(session: Session, reason_id: int | None, kind_id: int | None) -> list[Refusal]:
    """Why this reason or this kind of public cannot be chosen, if so; None is no choice."""
    found = []
    if reason_id is not None and not _is_offered(session.get(ArrivalReason, reason_id)):
        found.append(Refusal("reason_unknown", _("This reason is not on the list. Choose another one.")))
    if kind_id is not None and not _is_offered(session.get(PublicKind, kind_id)):
        found.append(Refusal("public_unknown", _("This kind of public is not on the list. Choose another one.")))
    return found


def _is_offered(row: ArrivalReason | PublicKind | None) -> bool:
    return row is not None and row.closed_at is None


def _sent_before(session: Session, actor: Actor, coming: Coming) -> Arrival | None:
    if coming.request_key is None:
        return None
    query = select(Arrival).where(Arrival.recorded_by_id == actor.member_id, Arrival.request_key == coming.request_key)
    return session.scalar(query)


def _there_already(session: Session, coming: Coming, now: datetime) -> Arrival | None:
    """The stay that this arrival would only repeat; one elsewhere, or before the place closed, ends."""
    if coming.member_id is None:
        return None
    query = select(Arrival).where(Arrival.member_id == coming.member_id, Arrival.departed_at.is_(None))
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        return None
    end = queries.ends_of(session, [row], now)[row.id]
    if rules.is_unsure(end, now):
        _end(session, row, end, Ended.CLOSING)
    elif row.site_id != coming.site_id:
        _end(session, row, now, Ended.ELSEWHERE)
    else:
        return row
    return None


def _chosen(session: Session, coming: Coming, before: Arrival | None) -> tuple[int, int | None]:
    """The reason and the kind of public, after everything about who comes was looked at."""
    refusals = check_headcount(coming.headcount)
    refusals += check_choices(session, coming.reason_id, coming.public_kind_id)
    if coming.member_id is not None:
        person = members.member(session, coming.member_id)
        if person.left_at is not None or person.merged_into_id is not None:
            refusals.append(Refusal("member_left", _("This person is no member, or has left.")))
        if coming.headcount != 1 or line_of(coming.guest_name) or line_of(coming.label):
            refusals.append(Refusal("member_or_guests", _("Say either which member comes, or which guests.")))
    if refusals:
        raise Refused(refusals)
    reason_id, kind_id = coming.reason_id, coming.public_kind_id
    if reason_id is None:
        usual = before.reason if before else None
        reason_id = usual.id if usual and _is_offered(usual) else lists.reasons(session)[0].id
    if kind_id is None and before is not None and _is_offered(before.public_kind):
        kind_id = before.public_kind_id
    return reason_id, kind_id


def _end(session: Session, row: Arrival, at: datetime, how: Ended) -> Arrival:
    # Of two at once the second may have read its clock first.
    row.departed_at = max(at, row.arrived_at)
    row.ended = how
    row.version += 1
    session.flush()
    return row
