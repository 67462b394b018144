"""Closures and exceptional openings: certain days that differ. They touch reservations, and go through
`booking.changes.change_hours`."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.sites import queries, timetables
from fablab.sites.entities import CENTURY
from fablab.sites.hours import Opening
from fablab.sites.models import ExceptionKind, HoursException, Site
from fablab.sites.wording import DAY, hours_reasons

LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionCard:
    """A closure or an exceptional opening as it is written; without hours, from midnight to midnight."""

    kind: ExceptionKind
    first_on: date
    last_on: date
    timetable_id: int | None = None
    """One of the site's timetables; None is the whole site."""
    opens: int = 0
    closes: int = DAY
    staff: int = 0
    level: int = 0
    alone: int | None = None
    reason: str = ""


def add_exception(session: Session, actor: Actor, site_id: int, card: ExceptionCard, now: datetime) -> HoursException:
    """Close a site, or open it, on certain days.

    Raises:
        Forbidden: not a fabmanager of the site.
        Refused: impossible hours or days, days that are over, or a closure without a reason.
    """
    site = queries.lock_site(session, site_id)
    actor.needs_at_site(Role.FABMANAGER, site_id)
    opening = Opening(0, card.opens, card.closes, card.staff, card.level, card.alone)
    reasons = [*_day_reasons(site, card, now), *hours_reasons(opening, queries.access_levels(session))]
    if card.kind == ExceptionKind.CLOSED and not line_of(card.reason):
        reasons.append(Refusal("reason_missing", _("Say why it closes: everybody reads it.")))
    if card.timetable_id is not None and timetables.row(session, card.timetable_id).site_id != site_id:
        reasons.append(Refusal("timetable", _("This timetable is not of that site.")))
    if reasons:
        raise Refused(reasons)
    row = HoursException(
        site_id=site_id,
        timetable_id=card.timetable_id,
        kind=card.kind,
        first_on=card.first_on,
        last_on=card.last_on,
        opens=card.opens,
        closes=card.closes,
        staff=card.staff,
        level=card.level,
        alone=card.alone,
        reason=line_of(card.reason),
    )
    session.add(row)
    session.flush()
    return row


def remove_exception(session: Session, actor: Actor, site_id: int, exception_id: int) -> None:
    """Let the timetable hold again on the days that differed.

    Raises:
        Forbidden: not a fabmanager of the site.
        NotFound: the site has no such closure or opening, or no longer.
    """
    queries.lock_site(session, site_id)
    actor.needs_at_site(Role.FABMANAGER, site_id)
    session.delete(exception(session, site_id, exception_id))
    session.flush()


def exception(session: Session, site_id: int, exception_id: int) -> HoursException:
    """A closure or an exceptional opening of a site; NotFound if it has no such one, or no longer."""
    row = session.get(HoursException, exception_id)
    if row is None or row.site_id != site_id:
        raise NotFound(f"exception {exception_id}")
    return row


def _day_reasons(site: Site, card: ExceptionCard, now: datetime) -> list[Refusal]:
    if card.first_on > card.last_on:
        return [Refusal("days", _("The last day is before the first."))]
    if not (CENTURY[0] <= card.first_on and card.last_on <= CENTURY[1]):
        return [Refusal("days", _("Choose days of this century."))]
    if card.last_on - card.first_on > LONGEST:
        text = _("At most %(count)s days at once; for longer, write a season.", count=LONGEST.days)
        return [Refusal("days", text)]
    if card.last_on < now.astimezone(site.zone).date():
        return [Refusal("over", _("These days are over: nothing would change."))]
    return []
