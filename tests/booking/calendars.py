"""Calendars under test: made for a member, read back as a client reads them."""

from datetime import datetime

from icalendar import Calendar, Event
from sqlalchemy.orm import Session

from fablab.booking.feeds import making, reading
from fablab.booking.models import FeedKind
from fablab.core.db import transaction
from tests.conftest import Lab


def make(lab: Lab, who: int, kind: FeedKind = FeedKind.MEMBER, now: datetime | None = None, **of: int) -> str:
    """The secret of a new feed: `resource_id` or `site_id` say of what."""
    with transaction() as session:
        return making.make(session, lab.actor(who), kind, now or datetime(2026, 3, 1).astimezone(), **of)[1]


def read(session: Session, secret: str, now: datetime) -> Calendar:
    """What a client makes of a feed."""
    session.rollback()
    return Calendar.from_ical(reading.read(session, secret, now).written())


def events(calendar: Calendar) -> dict[int, Event]:
    """The events by the reservation that they are of; none is there twice."""
    found = {int(event["UID"].split("@")[0].removeprefix("reservation-")): event for event in calendar.events}
    assert len(found) == len(calendar.events)
    return found


def shown(calendar: Calendar) -> list[tuple[str, str]]:
    """What each event is called, and how sure it is."""
    return [(str(event["SUMMARY"]), str(event["STATUS"])) for event in calendar.events]
