"""What a feed says at the moment when it is read: nothing of what its owner might see was kept from when it was made.

Members see that something is booked; whoever is a host of its site sees by whom.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from fablab.booking.feeds import ical, queries
from fablab.booking.feeds.events import Event, gone_event, own_event, seen_event
from fablab.booking.models import CalendarFeed, FeedKind, Reservation
from fablab.core.errors import NotFound
from fablab.core.i18n import _, use_locale
from fablab.core.lab import lab
from fablab.members import guardians, throttle
from fablab.members import queries as members
from fablab.members.models import Role

PER_ADDRESS = 60
"""Secrets that open nothing, from one network address in a quarter of an hour."""
_NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a feed tells: its name, and its events by their time."""

    name: str
    events: list[Event]


@dataclass(frozen=True, slots=True)
class Opened:
    """A feed that was opened, and what it tells."""

    feed: CalendarFeed
    agenda: Agenda

    @property
    def tag(self) -> str:
        """The same as long as the calendar is: found several times as fast as it is written."""
        return sha256(repr((lab(), self.agenda)).encode()).hexdigest()[:32]

    def written(self) -> bytes:
        """The calendar as clients read it."""
        return ical.feed(f"{lab().name} · {self.agenda.name}", self.agenda.events)


def read(session: Session, secret: str, now: datetime) -> Opened:
    """The feed that a secret opens, and what its owner may see now, in their language.

    Raises:
        NotFound: it opens nothing, or nothing any more.
    """
    feed = queries.feed(session, secret)
    with use_locale(feed.member.locale):
        return Opened(feed, agenda(session, feed, now))


def agenda(session: Session, feed: CalendarFeed, now: datetime) -> Agenda:
    """What a feed tells its owner now."""
    if feed.kind == FeedKind.MEMBER:
        return Agenda(name_of(feed), _own(session, feed.member_id, now))
    site_id = feed.site_id if feed.resource is None else feed.resource.site_id
    sees = site_id is not None and members.actor(session, feed.member_id).may_at_site(Role.HOST, site_id)
    if feed.resource is not None:
        found = queries.of_resource(session, feed.resource.id, now)
        gone = queries.moved_off(session, feed.resource.id, now)
    elif feed.site_id is not None:
        found, gone = queries.at_site(session, feed.site_id, now), queries.moved_away(session, feed.site_id, now)
    else:
        raise NotFound(f"what feed {feed.id} is of")
    events = [
        seen_event(row, _named(feed, row), row.member.name if sees else "", changed_at) for row, changed_at in found
    ]
    return Agenda(name_of(feed), _in_order(events, (gone_event(change, row, _("Booked")) for change, row in gone)))


def name_of(feed: CalendarFeed) -> str:
    """What a feed is of."""
    if feed.resource is not None:
        return feed.resource.name
    return feed.site.name if feed.site is not None else _("My reservations")


def is_unnoted(feed: CalendarFeed, now: datetime) -> bool:
    """Tell whether it is worth writing down that a feed is read."""
    return feed.last_read_at is None or now - feed.last_read_at > _NOTED_EVERY


def note_read(session: Session, feed_id: int, now: datetime) -> None:
    """Remember when a feed was last read, to about an hour."""
    row = session.get(CalendarFeed, feed_id)
    if row is not None and is_unnoted(row, now):
        row.last_read_at = now
        session.flush()


def check_address(session: Session, address: str, now: datetime) -> None:
    """Raises Refused if too many secrets that open nothing came from a network address of late; asked first."""
    throttle.check(session, _address_key(address), PER_ADDRESS, now)


def count_miss(session: Session, address: str, now: datetime) -> None:
    """Write down that a secret opened nothing; calendars that read a feed cost no write.

    Raises:
        Refused: too many have come from that address.
    """
    throttle.count(session, {_address_key(address): PER_ADDRESS}, now)


def _own(session: Session, member_id: int, now: datetime) -> list[Event]:
    people = guardians.people_of(session, member_id)
    events = [own_event(row, member_id, changed_at) for row, changed_at in queries.of_people(session, people, now)]
    gone = queries.handed_away(session, people, now)
    return _in_order(events, (gone_event(change, row, change.resource.name) for change, row in gone))


def _named(feed: CalendarFeed, row: Reservation) -> str:
    """A site has many machines; a machine's own calendar names only what takes it besides."""
    return "" if row.resource_id == feed.resource_id else row.resource.name


def _in_order(events: list[Event], gone: Iterable[Event]) -> list[Event]:
    room = queries.MOST - len(events)
    return sorted([*events, *list(gone)[:room]], key=lambda event: (event.period.start, event.reservation_id))


def _address_key(address: str) -> str:
    return throttle.key_of("calendar address", address)
