"""Handing mails to the SMTP server."""

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_FINAL = 550
"""From this code on the server will not take this mail however often it is asked (RFC 5321, 4.2.3)."""


class NotSent(Exception):
    """The mail was not taken; `final` when trying again would not help."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content: bytes
    media_type: str = "application/pdf"
    parameters: tuple[tuple[str, str], ...] = ()
    """What its media type says besides."""


@dataclass(frozen=True, slots=True)
class PostOffice:
    """Where mails go, and from whom they come. `folder:///path` keeps them as files, for trying things out."""

    smtp_url: str
    sender: str
    lab_name: str
    timeout_seconds: float = 20.0

    def send(self, key: str, payload: dict[str, Any], attachment: Attachment | None = None) -> None:
        """Hand over one mail. The key makes its Message-ID, so that a second hand-over can be told for what it is.

        Raises:
            NotSent: the server could not be reached, or refused it.
        """
        message = self._message(key, payload, attachment)
        if self.smtp_url.startswith("folder://"):
            _put_into_folder(Path(unquote(urlsplit(self.smtp_url).path)), message)
            return
        try:
            with self._connect() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = max(code for code, _ in error.recipients.values())
            raise NotSent(f"recipient refused ({code})", final=code >= _FINAL) from error
        except smtplib.SMTPDataError as error:
            raise NotSent(f"mail refused ({error.smtp_code})", final=error.smtp_code >= _FINAL) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"{type(error).__name__}: {error}") from error

    def greet(self) -> None:
        """Reach the server and leave again, without sending anything.

        Raises:
            NotSent: it could not be reached, or did not let us in.
        """
        if self.smtp_url.startswith("folder://"):
            return
        try:
            with self._connect() as server:
                server.noop()
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"{type(error).__name__}: {error}") from error

    def _message(self, key: str, payload: dict[str, Any], attachment: Attachment | None) -> EmailMessage:
        message = EmailMessage()
        user, _, domain = self.sender.rpartition("@")
        message["From"] = Address(self.lab_name, user, domain)
        message["To"] = payload["to"]
        message["Subject"] = " ".join(payload["subject"].split())
        message["Message-ID"] = f"<{sha256(key.encode()).hexdigest()[:32]}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(payload["body"])
        if attachment:
            kind, _slash, subtype = attachment.media_type.partition("/")
            params = dict(attachment.parameters)
            message.add_attachment(attachment.content, kind, subtype, filename=attachment.name, params=params)
        return message

    def _connect(self) -> smtplib.SMTP:
        url = urlsplit(self.smtp_url)
        host, port = url.hostname or "127.0.0.1", url.port
        if url.scheme == "smtps":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=self.timeout_seconds, context=context)
        else:
            server = smtplib.SMTP(host, port or 25, timeout=self.timeout_seconds)
        try:
            if url.scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def _put_into_folder(folder: Path, message: EmailMessage) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = message["Message-ID"].strip("<>").partition("@")[0]
    (folder / f"{name}.eml").write_bytes(message.as_bytes())
