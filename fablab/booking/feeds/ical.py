"""Writing calendars in the format of RFC 5545; the one room that knows its library."""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, vDuration, vText
from icalendar import Event as Entry

from fablab.booking.feeds.events import Event
from fablab.core.lab import Lab, lab
from fablab.core.links import link
from fablab.core.text import line_of

REFRESH = timedelta(hours=1)
"""How often a client is asked to look again."""
MEDIA_TYPE = "text/calendar"


def feed(name: str, events: Iterable[Event]) -> bytes:
    """A calendar that clients read again and again. It has no METHOD, so that DTSTAMP tells when an event last changed
    and the same calendar is the same bytes.
    """
    calendar = _calendar()
    title = vText(line_of(name))
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for event in events:
        calendar.add_component(_entry(event))
    return bytes(calendar.to_ical())


def message(method: str, events: Iterable[Event]) -> bytes:
    """A calendar that goes with a mail, from the lab (RFC 5546)."""
    calendar = _calendar()
    calendar.add("method", method)
    for event in events:
        entry = _entry(event)
        _sign(entry, lab())
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def uid_of(reservation_id: int) -> str:
    """What a reservation is called in every calendar, for ever: as long as the lab keeps its address."""
    return f"reservation-{reservation_id}@{urlsplit(link('/')).hostname}"


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//FabLab//FabLab//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _entry(event: Event) -> Entry:
    entry = Entry()
    entry.add("uid", uid_of(event.reservation_id))
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", event.changed_at)
    entry.add("created", event.created_at)
    entry.add("last-modified", event.changed_at)
    entry.add("dtstart", event.period.start)
    entry.add("dtend", event.period.end)
    entry.add("status", event.status.value)
    entry.add("summary", event.summary)
    entry.add("location", event.place)
    entry.add("url", event.url)
    if event.text:
        entry.add("description", event.text)
    entry.add("transp", "OPAQUE" if event.keeps_busy else "TRANSPARENT")
    return entry


def _sign(entry: Entry, by: Lab) -> None:
    entry.add("organizer", f"mailto:{by.mail_from}", parameters={"CN": line_of(by.name)})
