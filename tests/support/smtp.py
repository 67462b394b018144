"""A mail server on the loopback that keeps what it is sent, and refuses when a test says so."""

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support import process


@dataclass(frozen=True, slots=True)
class Letter:
    """One message with the addresses on its envelope."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def text(self) -> str:
        """The plain text of the body."""
        body = self.message.get_body(("plain",))
        return body.get_content() if body else ""


@dataclass(slots=True)
class MailServer:
    """Where it listens, and the letters that came, in their order.

    Set `refusal` to what the server shall answer instead of taking letters, such as "451 Try again later".
    """

    port: int
    host: str = "127.0.0.1"
    letters: list[Letter] = field(default_factory=list)
    refusal: str | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """What aiosmtpd calls for each message."""
        if self.refusal:
            return self.refusal
        content = envelope.content or b""
        data = content if isinstance(content, bytes) else content.encode()
        message = email.message_from_bytes(data, policy=email.policy.default)
        self.letters.append(Letter(envelope.mail_from or "", tuple(envelope.rcpt_tos), message))
        return "250 Taken"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A running mail server, without encryption or login."""
    server = MailServer(port=process.free_port())
    controller = Controller(server, hostname=server.host, port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
