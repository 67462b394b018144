"""The rules about late cancellations, no-shows and strikes: what holds where, and writing another version."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from fablab.core import audit
from fablab.core.actor import Actor, Role
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refusal, Refused
from fablab.core.versions import check_version
from fablab.members.conduct.rules import NO_RULES, Rules, Step
from fablab.members.models import ConductPolicy, ConductStep, StrikeKind
from fablab.sites import queries as sites

LONGEST_DEADLINE = 30 * 1440
LONGEST_GRACE = 240
LONGEST_DAYS = 3650
MOST_STRIKES = 50
MOST_STEPS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCard:
    """What staff write: the rules, or that a site keeps the network's (`is_own` False)."""

    rules: Rules = NO_RULES
    is_own: bool = True


def policy_of(session: Session, site_id: int | None) -> ConductPolicy | None:
    """The newest version of a scope's own rules, also one that gives them up; None if it never had any."""
    query = select(ConductPolicy).options(selectinload(ConductPolicy.steps))
    query = query.where(ConductPolicy.site_id.is_(None) if site_id is None else ConductPolicy.site_id == site_id)
    return session.scalar(query.order_by(ConductPolicy.version.desc()).limit(1))


def policy_at(session: Session, site_id: int | None) -> ConductPolicy | None:
    """The rules in force at a site: its own, or else the network's; None where there are none."""
    for scope in dict.fromkeys((site_id, None)):
        found = policy_of(session, scope)
        if found is not None and found.is_own:
            return found
    return None


def sites_with_own_rules(session: Session) -> set[int]:
    """The sites whose own rules win over the network's."""
    found: dict[int, bool] = {}
    query = select(ConductPolicy.site_id, ConductPolicy.is_own).where(ConductPolicy.site_id.is_not(None))
    for row in session.execute(query.order_by(ConductPolicy.version)):
        found[row.site_id] = row.is_own
    return {site_id for site_id, is_own in found.items() if is_own}


def rules_of(policy: ConductPolicy | None) -> Rules:
    """A version of the rules as a value; without one, that nothing strikes by itself."""
    if policy is None:
        return NO_RULES
    return Rules(
        cancel_minutes=policy.cancel_minutes,
        no_show_strikes=policy.no_show_strikes,
        grace_minutes=policy.grace_minutes,
        strike_days=policy.strike_days,
        ladder=tuple(step_of(row) for row in policy.steps),
    )


def step_of(row: ConductStep) -> Step:
    """A step of a ladder as a value."""
    return Step(
        id=row.id,
        kind=row.kind,
        strikes=row.strikes,
        within_days=row.within_days,
        after=row.after,
        days=row.days,
    )


def write_policy(
    session: Session, actor: Actor, site_id: int | None, card: PolicyCard, version: int, now: datetime
) -> ConductPolicy:
    """Write the next version of a scope's rules; 0 is the version of what nobody has written yet. What was struck and
    who was suspended stays as it is.

    Raises:
        Forbidden: not a fabmanager of the site; for the network, not an administrator.
        NotFound: there is no such site.
        Refused: what was written does not hold together.
        Conflict: somebody else wrote meanwhile.
    """
    if site_id is None:
        actor.needs_everywhere(Role.ADMIN)
    else:
        sites.site(session, site_id)
        actor.needs_at_site(Role.FABMANAGER, site_id)
    present = policy_of(session, site_id)
    check_version(present.version if present else 0, version)
    reasons = _reasons_against(card.rules)
    if reasons:
        raise Refused(reasons)
    row = _policy(card, actor.member_id, now)
    row.site_id, row.version = site_id, version + 1
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        text = _("Somebody else saved these rules at the same moment. Compare with what they say now, then save again.")
        raise Conflict.because("stale", text) from error
    details: dict[str, str | int | bool | None] = {"version": row.version, "is_own": row.is_own}
    subject = f"conduct_policy:{row.id}"
    audit.note(
        session, actor.member_id, "conduct_policy.written", now, site_id=site_id, subject=subject, details=details
    )
    return row


def _policy(card: PolicyCard, by_id: int, now: datetime) -> ConductPolicy:
    rules = card.rules
    return ConductPolicy(
        is_own=card.is_own,
        cancel_minutes=rules.cancel_minutes,
        no_show_strikes=rules.no_show_strikes,
        grace_minutes=rules.grace_minutes,
        strike_days=rules.strike_days,
        created_at=now,
        created_by_id=by_id,
        steps=[_row_of(step) for step in sorted(rules.ladder, key=_order)],
    )


def _row_of(step: Step) -> ConductStep:
    return ConductStep(
        kind=step.kind, strikes=step.strikes, within_days=step.within_days, after=step.after, days=step.days
    )


def _order(step: Step) -> tuple[str, int, int]:
    return step.kind or "", step.after, step.strikes


def _reasons_against(rules: Rules) -> list[Refusal]:
    reasons = []
    if rules.cancel_minutes is not None and not 0 <= rules.cancel_minutes <= LONGEST_DEADLINE:
        reasons.append(Refusal("cancel_minutes", _("A deadline is at most 30 days before.")))
    if not 0 <= rules.grace_minutes <= LONGEST_GRACE:
        text = _("Somebody may be late by at most %(count)s minutes.", count=LONGEST_GRACE)
        reasons.append(Refusal("grace_minutes", text))
    if rules.strike_days is not None and not 1 <= rules.strike_days <= LONGEST_DAYS:
        text = _("A strike counts for 1 to %(count)s days, or for ever.", count=LONGEST_DAYS)
        reasons.append(Refusal("strike_days", text))
    if len(rules.ladder) > MOST_STEPS:
        reasons.append(Refusal("steps", _("There are at most %(count)s steps.", count=MOST_STEPS)))
    if any(not _fits(step) for step in rules.ladder):
        text = _(
            "A step counts 1 to %(strikes)s strikes within 1 to %(days)s days, and suspends for 1 to %(days)s days.",
            strikes=MOST_STRIKES,
            days=LONGEST_DAYS,
        )
        reasons.append(Refusal("step", text))
    same = {(step.kind, step.strikes, step.after) for step in rules.ladder}
    if len(same) < len(rules.ladder):
        reasons.append(Refusal("step_twice", _("Two steps ask for the same. Keep one of them.")))
    return reasons


def _fits(step: Step) -> bool:
    days = [length for length in (step.within_days, step.days) if length is not None]
    return (
        1 <= step.strikes <= MOST_STRIKES
        and 0 <= step.after <= MOST_STRIKES
        and all(1 <= length <= LONGEST_DAYS for length in days)
        and step.kind in (None, *StrikeKind)
    )
