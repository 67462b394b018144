"""Strikes: writing down what counts against somebody, taking it back, and the suspensions that follow by the rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.actor import Actor, Role
from fablab.core.errors import Forbidden
from fablab.core.i18n import _, n_, use_locale
from fablab.core.period import day_of
from fablab.core.refusals import Refused
from fablab.core.text import lines_of
from fablab.members import queries as members
from fablab.members.conduct import policies, queries, rules
from fablab.members.conduct.checks import check_taking_back, given_reason, reasons_against
from fablab.members.conduct.holds import announce, lift_hold
from fablab.members.conduct.rules import Step, Tally
from fablab.members.conduct.signals import strike_withdrawn, struck
from fablab.members.models import ConductPolicy, Hold, HoldKind, Member, Strike, StrikeKind
from fablab.sites import queries as sites


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeCard:
    """What counts against whom, where (None: the network), and the event that it is for, as `reservation:12`."""

    member_id: int
    kind: StrikeKind
    reason: str
    site_id: int | None
    subject: str | None = None


def may_strike(actor: Actor, site_id: int | None) -> bool:
    """Tell whether somebody may strike and withdraw there: fabmanagers at their site, administrators in the network."""
    if site_id is None:
        return actor.may_everywhere(Role.ADMIN)
    return actor.may_at_site(Role.FABMANAGER, site_id)


def strike(session: Session, actor: Actor | None, card: StrikeCard, now: datetime) -> Strike:
    """Write a strike down, and suspend where the rules say so; the actor None is the lab itself. An event that has
    struck already does not strike again: its strike is returned.

    Raises:
        Forbidden: not a fabmanager of that site; for the network, not an administrator.
        NotFound: there is no such person or site.
        Refused: no reason, oneself, or somebody whose record is no more.
    """
    if card.site_id is not None:
        sites.site(session, card.site_id)
    if actor is not None and not may_strike(actor, card.site_id):
        raise Forbidden(f"strike at site {card.site_id}")
    member = members.member(session, card.member_id)
    # Two strikes at once would each see one too few: they wait here for each other.
    members.lock_members(session, [member.id])
    known = _standing(session, card)
    if known is not None:
        return known
    reasons = reasons_against(actor, member, card.reason)
    if reasons:
        raise Refused(reasons)
    policy = policies.policy_at(session, card.site_id)
    row = _row(card, policy, now)
    row.by_id = actor.member_id if actor else None
    session.add(row)
    session.flush()
    _log(session, row, row.by_id, "strike.made", now)
    record = _record(session, member.id, policy)
    tally = rules.nearest(record.strikes, record.suspensions, record.ladder, now, kind=row.kind)
    struck.send(None, session=session, strike=row, tally=tally, now=now)
    _suspend_if_due(session, row, policy, record, now)
    return row


def _row(card: StrikeCard, policy: ConductPolicy | None, now: datetime) -> Strike:
    days = policies.rules_of(policy).strike_days
    return Strike(
        member_id=card.member_id,
        kind=card.kind,
        site_id=card.site_id,
        reason=lines_of(card.reason),
        subject=card.subject,
        at=now,
        policy_id=policy.id if policy else None,
        expires_at=now + timedelta(days=days) if days else None,
    )


def withdraw_strike(session: Session, actor: Actor | None, strike_id: int, why: str, now: datetime) -> Strike:
    """Take a strike back: it counts no more, and a suspension in force that would not have followed without it is
    lifted. Twice equals once; nobody takes back one of their own as long as somebody else may.

    Raises:
        NotFound: there is no such strike, or it is not theirs to see.
        Forbidden: they may see it, and not withdraw it.
        Refused: no reason was given, or it is their own.
    """
    row = queries.strike(session, strike_id)
    if actor is not None:
        check_taking_back(session, actor, row, may=may_strike(actor, row.site_id))
    members.lock_members(session, [row.member_id])
    session.refresh(row)
    if row.withdrawn_at is not None:
        return row
    words = given_reason(why)
    row.withdrawn_at, row.withdrawn_why = now, words
    row.withdrawn_by_id = actor.member_id if actor else None
    session.flush()
    _log(session, row, row.withdrawn_by_id, "strike.withdrawn", now)
    strike_withdrawn.send(None, session=session, strike=row, now=now)
    _lift_what_no_longer_follows(session, row, now)
    return row


def strike_on(session: Session, kind: StrikeKind, subject: str) -> Strike | None:
    """The strike of that kind that stands for an event, if there is one."""
    query = select(Strike).where(Strike.kind == kind, Strike.subject == subject, Strike.withdrawn_at.is_(None))
    return session.scalar(query)


def standing_at(session: Session, member_id: int, site_id: int, now: datetime) -> int:
    """How many strikes of somebody count at a site now."""
    policy = policies.policy_at(session, site_id)
    found = queries.struck_under(session, member_id, policy.site_id if policy else site_id)
    return sum(strike.counts_at(now) for strike in found)


def outlook(session: Session, member_id: int, site_id: int, kind: StrikeKind, now: datetime) -> Tally | None:
    """Where one more strike of that kind at a site would lead; None where nothing follows from strikes."""
    record = _record(session, member_id, policies.policy_at(session, site_id))
    return rules.one_more(record.strikes, record.suspensions, record.ladder, now, kind)


def tally_at(session: Session, member_id: int, site_id: int | None, now: datetime) -> Tally | None:
    """How near somebody is to a suspension by the rules of a scope; None where nothing follows from strikes."""
    record = _record(session, member_id, policies.policy_at(session, site_id))
    return rules.nearest(record.strikes, record.suspensions, record.ladder, now)


@dataclass(frozen=True, slots=True)
class _Record:
    """What counts for somebody under a version of the rules."""

    strikes: list[rules.Struck]
    suspensions: list[rules.Suspended]
    ladder: tuple[Step, ...]


def _record(session: Session, member_id: int, policy: ConductPolicy | None) -> _Record:
    if policy is None or not policy.steps:
        return _Record([], [], ())
    return _Record(
        queries.struck_under(session, member_id, policy.site_id),
        [item for _row, item in queries.suspensions_under(session, member_id, policy.site_id)],
        policies.rules_of(policy).ladder,
    )


def _standing(session: Session, card: StrikeCard) -> Strike | None:
    return strike_on(session, card.kind, card.subject) if card.subject else None


def _suspend_if_due(
    session: Session, row: Strike, policy: ConductPolicy | None, record: _Record, now: datetime
) -> None:
    step = rules.due(record.strikes, record.suspensions, record.ladder, now)
    if policy is None or step is None:
        return
    count = len(rules.counted(record.strikes, record.suspensions, step, now))
    hold = Hold(
        member_id=row.member_id,
        kind=HoldKind.SUSPENDED,
        site_id=policy.site_id,
        reason=_why(members.member(session, row.member_id), step, count),
        placed_at=now,
        starts_at=now,
        ends_at=_end(session, policy.site_id, step, now),
        step_id=step.id,
        strike_id=row.id,
    )
    announce(session, hold, now)


def _why(member: Member, step: Step, count: int) -> str:
    with use_locale(member.locale):
        strikes = n_("%(count)s strike", "%(count)s strikes", count)
        if step.within_days is None:
            return strikes
        return n_("%(what)s within %(count)s day", "%(what)s within %(count)s days", step.within_days, what=strikes)


def _end(session: Session, site_id: int | None, step: Step, now: datetime) -> datetime | None:
    """Midnight after the last day of a suspension that begins now, today being its first."""
    if step.days is None:
        return None
    zone = queries.zone_of(session, site_id)
    return day_of(now.astimezone(zone).date() + timedelta(days=step.days - 1), zone).end


def _lift_what_no_longer_follows(session: Session, row: Strike, now: datetime) -> None:
    for scope in dict.fromkeys((row.site_id, None)):
        strikes = queries.struck_under(session, row.member_id, scope)
        before: list[rules.Suspended] = []
        for hold, suspended in queries.suspensions_under(session, row.member_id, scope):
            is_over = hold.lifted_at is not None or (hold.ends_at is not None and hold.ends_at <= now)
            if not is_over and hold.step is not None:
                known = [item for item in strikes if item.number <= suspended.last_number]
                if not rules.still_follows(known, before, policies.step_of(hold.step), hold.placed_at):
                    lift_hold(session, None, hold.id, _withdrawn(hold.member), now)
            before.append(suspended)


def _withdrawn(member: Member) -> str:
    with use_locale(member.locale):
        return _("A strike that it followed from was withdrawn.")


def _log(session: Session, row: Strike, by_id: int | None, action: str, now: datetime) -> None:
    audit.note(
        session,
        by_id,
        action,
        now,
        member_id=row.member_id,
        site_id=row.site_id,
        subject=f"strike:{row.id}",
        details={"kind": row.kind, "for": row.subject or ""},
    )
