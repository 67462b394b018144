"""Writing the lab's rules: fabmanagers for their sites, administrators for the network. What is reserved stays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.booking.models import BookingRule
from fablab.booking.policy import rows
from fablab.booking.rules import catalogue
from fablab.booking.rules.judging import Ruling
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import DAY, Window
from fablab.catalog import queries as catalog
from fablab.core import audit
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.core.versions import check_version
from fablab.members import classes
from fablab.members.actor import Actor, Role
from fablab.members.memberships import queries as memberships
from fablab.sites import queries as sites
from fablab.training import queries as training

LONGEST_NOTE = 300
LONGEST_JOB = 60
MOST_WINDOWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCard:
    """What staff write of a rule."""

    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    scope: Scope = field(default_factory=Scope)
    overridable: bool = True
    """Staff may reserve against it, with a written reason."""
    instead: bool = False
    """It stands instead of wider rules about the same."""
    note: str = ""
    """The lab's own words, shown after its sentence."""


def add(session: Session, actor: Actor, card: RuleCard, now: datetime) -> BookingRule:
    """Let a rule hold from now on.

    Raises:
        Forbidden: not a fabmanager of its site; for the whole network, not an administrator.
        NotFound: there is no such kind, or nothing such as its scope names.
        Refused: what was written does not hold together.
    """
    ruling = checked(session, actor, card)
    row = BookingRule(created_at=now, created_by_id=actor.member_id, version=1)
    _write(row, ruling, actor, now)
    session.add(row)
    session.flush()
    _note(session, actor, row, "booking_rule.added", now)
    return row


def edit(session: Session, actor: Actor, rule_id: int, card: RuleCard, version: int, now: datetime) -> BookingRule:
    """Let it say something else from now on; its kind stays.

    Raises:
        Forbidden, NotFound, Refused: as above; both for what it was and what it becomes.
        Conflict: somebody else changed it since it was read.
    """
    row = _locked(session, actor, rule_id, version)
    ruling = checked(session, actor, replace(card, kind=row.kind))
    _write(row, ruling, actor, now)
    row.version += 1
    session.flush()
    _note(session, actor, row, "booking_rule.changed", now)
    return row


def end(session: Session, actor: Actor, rule_id: int, now: datetime) -> None:
    """Let it hold no longer; what it said stays readable. Ending twice equals once.

    Raises:
        Forbidden, NotFound: as above.
    """
    found = session.get(BookingRule, rule_id, with_for_update=True)
    if found is not None and found.ended_at is not None:
        check_right(actor, found.site_id)
        return
    row = _locked(session, actor, rule_id, None)
    row.ended_at, row.changed_at, row.changed_by_id = now, now, actor.member_id
    session.flush()
    _note(session, actor, row, "booking_rule.ended", now)


def renew(session: Session, actor: Actor, rule_id: int, now: datetime) -> BookingRule:
    """Let a rule that was ended hold again, as it was. Twice equals once.

    Raises:
        Forbidden: as above.
        NotFound: there is no such rule.
    """
    found = session.get(BookingRule, rule_id, with_for_update=True)
    if found is None:
        raise NotFound(f"rule {rule_id}")
    check_right(actor, found.site_id)
    if found.ended_at is None:
        return found
    found.ended_at, found.changed_at, found.changed_by_id = None, now, actor.member_id
    found.version += 1
    session.flush()
    _note(session, actor, found, "booking_rule.renewed", now)
    return found


def checked(session: Session, actor: Actor, card: RuleCard) -> Ruling:
    """What a card means, if this person may write it and it holds together; its number is 0 while it is not written."""
    scope = _placed(session, card.scope)
    check_right(actor, scope.site_id)
    reasons = list(_against(scope, card))
    try:
        rule = catalogue.rule_of(card.kind, card.params)
    except Refused as refused:
        raise Refused([*refused.refusals, *reasons]) from refused
    if rule.trouble_with(scope):
        reasons.append(Refusal("params", rule.trouble_with(scope)))
    if reasons:
        raise Refused(reasons)
    note = line_of(card.note)
    scope = replace(scope, job=line_of(scope.job))
    return Ruling(id=0, rule=rule, scope=scope, overridable=card.overridable, instead=card.instead, note=note)


def check_right(actor: Actor, site_id: int | None) -> None:
    """Forbidden for whoever writes no rules of this site, or of the whole network."""
    if site_id is None:
        actor.needs_everywhere(Role.ADMIN)
    else:
        actor.needs_at_site(Role.FABMANAGER, site_id)


def _locked(session: Session, actor: Actor, rule_id: int, version: int | None) -> BookingRule:
    row = rows.row(session, rule_id)
    check_right(actor, row.site_id)
    session.refresh(row, with_for_update=True)
    rows.row(session, rule_id)
    if version is not None:
        check_version(row.version, version)
    return row


def _placed(session: Session, scope: Scope) -> Scope:
    """The scope with the site that its resource or room is at; everything that it names exists."""
    if scope.site_id is not None:
        sites.site(session, scope.site_id)
    if scope.category_id is not None:
        catalog.category(session, scope.category_id)
    if scope.class_id is not None:
        classes.member_class(session, scope.class_id)
    if scope.membership_kind_id is not None:
        memberships.kind(session, scope.membership_kind_id)
    if scope.course_id is not None:
        training.course(session, scope.course_id)
    if scope.resource_id is not None:
        return replace(scope, site_id=catalog.resource(session, scope.resource_id).site_id)
    if scope.room_id is not None:
        return replace(scope, site_id=sites.room(session, scope.room_id).site_id)
    return scope


def _against(scope: Scope, card: RuleCard) -> Iterator[Refusal]:
    times = scope.times
    if len(times.windows) > MOST_WINDOWS or not all(_is_sound(window) for window in times.windows):
        yield Refusal("times", _("Its hours begin and end at different times of the day."))
    if times.outside and not times.windows:
        yield Refusal("times", _("Say outside which hours."))
    if (times.season_from is None) != (times.season_to is None):
        yield Refusal("times", _("A season has a first and a last day."))
    if times.first_on and times.last_on and times.first_on > times.last_on:
        yield Refusal("times", _("It cannot end before it begins."))
    if scope.age_from is not None and scope.age_under is not None and scope.age_from >= scope.age_under:
        yield Refusal("age", _("Nobody is so old and so young at once."))
    if len(card.note) > LONGEST_NOTE or len(scope.job) > LONGEST_JOB:
        yield Refusal("too_long_text", _("The note has at most %(count)s letters.", count=LONGEST_NOTE))


def _is_sound(window: Window) -> bool:
    minutes = (window.from_minute, window.to_minute)
    in_day = all(0 <= minute <= DAY for minute in minutes) and minutes[0] not in (minutes[1], DAY)
    return in_day and all(0 <= day <= 6 for day in window.weekdays)


def _write(row: BookingRule, ruling: Ruling, actor: Actor, now: datetime) -> None:
    row.kind, row.params = ruling.rule.code, catalogue.params_of(ruling.rule)
    rows.write_scope(row, ruling.scope)
    row.overridable, row.instead, row.note = ruling.overridable, ruling.instead, ruling.note
    row.changed_at, row.changed_by_id = now, actor.member_id


def _note(session: Session, actor: Actor, row: BookingRule, action: str, now: datetime) -> None:
    details: dict[str, str | int | bool | None] = {"kind": row.kind, "version": row.version}
    subject = f"booking_rule:{row.id}"
    audit.note(session, actor.member_id, action, now, site_id=row.site_id, subject=subject, details=details)
