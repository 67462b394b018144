"""Mails about reservations under test, over a real mail server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from icalendar import Calendar

from fablab import delivery
from fablab.core.config import Config
from fablab.core.db import transaction
from fablab.core.outbox import OutboxRow
from tests.conftest import Lab
from tests.support.smtp import Letter, MailServer, mail_server


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
    """A mail server of this test's own; what the cast's own making left to tell is forgotten."""
    with transaction() as session:
        session.query(OutboxRow).delete()
    config: Config = lab.app.config["FABLAB"]
    with mail_server() as server:
        url = f"smtp://{server.host}:{server.port}"
        yield Post(server, replace(config, smtp_url=url, mail_from="lab@test.example"))


def calendar_of(letter: Letter) -> Calendar:
    """The one calendar that goes with a letter, read as a mail program reads it."""
    (beside,) = letter.message.iter_attachments()
    assert (beside.get_content_type(), beside.get_filename()) == ("text/calendar", "reservation.ics")
    calendar = Calendar.from_ical(beside.get_content())
    assert beside.get_param("method") == calendar["METHOD"]
    assert not calendar.errors
    return calendar
