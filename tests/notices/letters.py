"""Mails about reservations under test, over a real mail server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from icalendar import Calendar

from fablab import delivery
from fablab.booking import services as booking
from fablab.booking.services import Wish
from fablab.core.config import Config
from fablab.core.db import transaction
from fablab.core.outbox import OutboxRow
from tests.conftest import Lab, hours_from
from tests.support.smtp import Letter, MailServer, mail_server

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Post:
    """A lab's mail server, and the settings with which the worker reaches it."""

    server: MailServer
    config: Config

    def letters(self) -> list[Letter]:
        """What has come since the last time, once all that waits was sent."""
        delivery.deliver(self.config)
        found = list(self.server.letters)
        self.server.letters.clear()
        return found


@contextmanager
def post(lab: Lab) -> Iterator[Post]:
    """A mail server of this test's own; nothing waits to be told."""
    with mail_server() as server:
        yield Post(server, settings(lab, server))


def settings(lab: Lab, server: MailServer) -> Config:
    """The lab's settings with a mail server; what the cast's own making left to tell is forgotten."""
    with transaction() as session:
        session.query(OutboxRow).delete()
    config: Config = lab.app.config["FABLAB"]
    return replace(config, smtp_url=f"smtp://{server.host}:{server.port}", mail_from="lab@test.example")


def book(lab: Lab, who: int, hour: int = 0, *, by: int | None = None) -> int:
    wish = Wish(resource_id=lab.cast.desk_room, period=hours_from(TEN + timedelta(hours=hour), 1), member_id=who)
    with transaction() as session:
        return booking.book(session, lab.actor(by or who), wish, NOW).id


def let_time_pass(hours: float = 1) -> None:
    """Make everything that waits wait so much less."""
    with transaction() as session:
        for row in session.query(OutboxRow).filter(OutboxRow.due_at.is_not(None)):
            row.due_at -= timedelta(hours=hours)


def calendar_of(letter: Letter) -> Calendar:
    """The one calendar that goes with a letter, read as a mail program reads it."""
    (beside,) = letter.message.iter_attachments()
    assert (beside.get_content_type(), beside.get_filename()) == ("text/calendar", "reservation.ics")
    calendar = Calendar.from_ical(beside.get_content())
    assert beside.get_param("method") == calendar["METHOD"]
    assert not calendar.errors
    return calendar
