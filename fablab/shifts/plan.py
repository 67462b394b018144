"""Laying shifts out from the timetable, and what staff change about them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.core.versions import check_version
from fablab.members.actor import Actor, Role
from fablab.shifts import services
from fablab.shifts.models import Shift
from fablab.shifts.queries import LONGEST_SHIFT
from fablab.shifts.signals import shift_changed
from fablab.sites import queries as sites
from fablab.sites.hours import Span
from fablab.sites.models import Site, Staffing
from fablab.sites.timetables import timetables_of
from fablab.training import queries as training

AHEAD = timedelta(weeks=5)
"""How far ahead shifts are laid out."""
_MINUTE = "%Y%m%dT%H%M"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftCard:
    """What staff write about a shift."""

    period: Period
    minimum: int = 1
    course_id: int | None = None
    note: str = ""


def lay_out(session: Session, site: Site, now: datetime) -> int:
    """Make a shift for each staffed opening of the weeks ahead that has none; how many were made.

    Where the timetable has changed, shifts that it no longer has go with it: one that overlaps a new opening takes its
    times and keeps its people, any other is withdrawn; who had taken it is told.
    """
    if site.staffing != Staffing.SHIFTS:
        return 0
    sites.lock_site(session, site.id)
    within = Period(now, now + AHEAD)
    main = timetables_of(session, [site], now.date() - timedelta(days=3))[site.id].main
    spans = {_key(site, span): span for span in (main.spans(within) if main else []) if _is_shift(span, within)}
    # Staff may have given a shift other times than its opening has: what it was laid out for is what its key says.
    query = select(Shift).where(Shift.site_id == site.id, or_(Shift.starts_at > now, Shift.key.in_(spans)))
    rows = session.scalars(query.where(Shift.key.is_not(None)).order_by(Shift.starts_at, Shift.id))
    laid = {str(row.key): row for row in rows}
    obsolete = [
        row for key, row in laid.items() if key not in spans and row.withdrawn_at is None and _is_ahead(key, now)
    ]
    fresh = {key: span for key, span in spans.items() if key not in laid}
    for row in obsolete:
        _follow(session, row, fresh, now)
    session.add_all(
        Shift(
            site_id=site.id,
            starts_at=span.period.start,
            ends_at=span.period.end,
            minimum=span.opening.staff,
            key=key,
        )
        for key, span in fresh.items()
    )
    session.flush()
    return len(fresh)


def add_shift(session: Session, actor: Actor, site_id: int, card: ShiftCard, now: datetime) -> Shift:
    """Add a shift beside those of the timetable.

    Raises:
        Forbidden: not a fabmanager of the site.
        Refused: what was written does not hold together.
    """
    actor.needs_at_site(Role.FABMANAGER, site_id)
    sites.site(session, site_id)
    _check(session, card, now)
    row = Shift(site_id=site_id)
    _write(row, card)
    session.add(row)
    session.flush()
    return row


def edit_shift(session: Session, actor: Actor, shift_id: int, card: ShiftCard, version: int, now: datetime) -> Shift:
    """Change a shift, as read at `version`; who has taken it is told of other times.

    Raises:
        Forbidden: not a fabmanager of the site.
        Conflict: somebody else changed it since.
        Refused: what was written does not hold together, or it is over.
    """
    row = _staffs(session, actor, shift_id, now)
    check_version(row.version, version)
    _check(session, card, now)
    before = row.period
    _write(row, card)
    row.version += 1
    session.flush()
    services.tell_filled(session, row, now)
    if before != row.period:
        shift_changed.send(None, session=session, shift=row, before=before, now=now)
        _forget_alert(session, row)
    return row


def withdraw_shift(session: Session, actor: Actor, shift_id: int, now: datetime) -> Shift:
    """Take a shift off the plan; who has taken it is told."""
    row = _staffs(session, actor, shift_id, now)
    row.withdrawn_at = now
    session.flush()
    shift_changed.send(None, session=session, shift=row, before=row.period, now=now)
    return row


def _staffs(session: Session, actor: Actor, shift_id: int, now: datetime) -> Shift:
    row = services.lock(session, shift_id)
    actor.needs_at_site(Role.FABMANAGER, row.site_id)
    if row.withdrawn_at is not None or row.ends_at <= now:
        raise Refused.because("over", _("This shift is over or was withdrawn."))
    return row


def _check(session: Session, card: ShiftCard, now: datetime) -> None:
    reasons = []
    if card.period.end <= now:
        reasons.append(Refusal("past", _("This shift would be over already.")))
    if card.period.end - card.period.start > LONGEST_SHIFT:
        reasons.append(Refusal("too_long", _("A shift lasts at most 24 hours.")))
    if not 1 <= card.minimum <= 99:
        reasons.append(Refusal("minimum", _("A shift takes 1 to 99 people.")))
    if card.course_id is not None:
        try:
            training.course(session, card.course_id)
        except NotFound:
            reasons.append(Refusal("course", _("There is no such course.")))
    if reasons:
        raise Refused(reasons)


def _write(row: Shift, card: ShiftCard) -> None:
    row.starts_at, row.ends_at = card.period.start, card.period.end
    row.minimum, row.course_id, row.note = card.minimum, card.course_id, line_of(card.note)


def _follow(session: Session, row: Shift, fresh: dict[str, Span], now: datetime) -> None:
    """Let a laid-out shift follow the timetable: into the new opening that it overlaps most, or off the plan."""
    before = row.period
    shared = {key: part.seconds for key, span in fresh.items() if (part := span.period.within(before))}
    if shared:
        key = max(shared, key=lambda one: (shared[one], one))
        span = fresh.pop(key)
        row.key, row.starts_at, row.ends_at = key, span.period.start, span.period.end
        row.minimum = span.opening.staff
    else:
        row.withdrawn_at = now
        row.key = None
    row.version += 1
    session.flush()
    shift_changed.send(None, session=session, shift=row, before=before, now=now)
    _forget_alert(session, row)


def _forget_alert(session: Session, row: Shift) -> None:
    """At its new times it may lack people again, of which staff were not told."""
    row.alerted_at = None
    session.flush()


def _is_shift(span: Span, within: Period) -> bool:
    """What is cut by the horizon's ends is laid out when all of it is within."""
    return bool(span.opening.staff) and span.period.start > within.start and span.period.end < within.end


def _key(site: Site, span: Span) -> str:
    return f"{site.id}:{span.period.start:{_MINUTE}}:{span.period.end:{_MINUTE}}:{span.opening.staff}"


def _is_ahead(key: str, now: datetime) -> bool:
    """Tell whether the opening that a key speaks of has not begun; one that has is no longer asked of the timetable."""
    return key.split(":")[1] > f"{now.astimezone(UTC):{_MINUTE}}"
