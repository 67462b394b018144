"""What a calendar is told of a reservation, as plain values: by name to those who may know it, else as booked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fablab.booking.models import Reservation, ReservationChange, ReservationState, ReviewState
from fablab.catalog.models import Resource
from fablab.core.i18n import _, n_
from fablab.core.links import link
from fablab.core.period import Period
from fablab.core.text import line_of


class EventStatus(StrEnum):
    """How sure it is, in the words of RFC 5545."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of a calendar."""

    reservation_id: int
    sequence: int
    """The reservation's version, which every change raises."""
    status: EventStatus
    period: Period
    summary: str
    place: str
    url: str
    created_at: datetime
    changed_at: datetime
    text: str = ""
    keeps_busy: bool = True
    """Whether its reader's own time is taken: not by what others have reserved."""


def own_event(row: Reservation, reader_id: int, changed_at: datetime) -> Event:
    """A reservation as whoever has it sees it, or who answers for them: then it names them."""
    summary = row.resource.name if row.member_id == reader_id else f"{row.resource.name} · {row.member.name}"
    status, page = status_of(row), link(f"/reservations/{row.id}")
    notes = [n_("%(count)s place", "%(count)s places", row.places)] if row.places > 1 else []
    if status == EventStatus.TENTATIVE:
        notes.append(_("Staff approve it first."))
    if status != EventStatus.CANCELLED:
        notes.append(f"{_('If you cannot come, give it back so that somebody else can have it:')} {page}")
    return Event(
        reservation_id=row.id,
        sequence=row.version,
        status=status,
        period=row.period,
        summary=line_of(summary),
        place=place_of(row.resource),
        url=page,
        created_at=row.created_at,
        changed_at=changed_at,
        text="\n".join(notes),
    )


def seen_event(row: Reservation, named: str, whose: str, changed_at: datetime) -> Event:
    """A reservation as others see it: `named` is what tells it apart within the calendar, `whose` a name or empty."""
    summary = f"{named} · {whose or _('Booked')}" if named else whose or _("Booked")
    return Event(
        reservation_id=row.id,
        sequence=row.version,
        status=status_of(row),
        period=row.period,
        summary=line_of(summary),
        place=place_of(row.resource),
        url=link(f"/m/{row.resource.code}"),
        created_at=row.created_at,
        changed_at=changed_at,
        keeps_busy=False,
    )


def gone_event(change: ReservationChange, row: Reservation, summary: str) -> Event:
    """A reservation that went elsewhere, for the calendar in which it was: as it was before, and cancelled."""
    return Event(
        reservation_id=row.id,
        sequence=row.version,
        status=EventStatus.CANCELLED,
        period=change.period,
        summary=line_of(summary),
        place=place_of(change.resource),
        url=link(f"/m/{change.resource.code}"),
        created_at=row.created_at,
        changed_at=change.at,
    )


def status_of(row: Reservation) -> EventStatus:
    """How sure a reservation is."""
    if row.state != ReservationState.BOOKED:
        return EventStatus.CANCELLED
    return EventStatus.TENTATIVE if row.review == ReviewState.ASKED else EventStatus.CONFIRMED


def place_of(resource: Resource) -> str:
    """Where it stands, from the room to the town."""
    site = resource.site
    parts = [resource.room.name if resource.room else "", site.name, *site.address.splitlines()]
    if site.town not in site.address:
        parts.append(site.town)
    return ", ".join(part for part in map(line_of, parts) if part)


def last_change(row: Reservation, changed_at: datetime | None) -> datetime:
    """When a reservation became what it is, as far as is known."""
    known = (row.created_at, row.reviewed_at, row.checked_in_at, row.cancelled_at, row.missed_at, changed_at)
    return max(moment for moment in known if moment is not None)
