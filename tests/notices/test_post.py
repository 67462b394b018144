"""Handing mails over: what can go wrong on the way to the mail server, and how it is told."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from fablab.notices.post import Attachment, NotSent, PostOffice
from tests.support import process
from tests.support.smtp import MailServer, mail_server

MAIL = {"to": "maker@test.example", "subject": "Bonjour", "body": "À bientôt\n"}


def office(url: str, *, patience: float = 5) -> PostOffice:
    return PostOffice(url, "lab@test.example", "Lab “Été”, (test)", timeout_seconds=patience)


def test_a_mail_arrives_as_it_was_written() -> None:
    with mail_server() as server:
        office(url_of(server)).send("key", MAIL, Attachment("été.pdf", b"%PDF \x00\xff"))
        office(url_of(server)).greet()

    (letter,) = server.letters
    assert letter.text.splitlines() == ["À bientôt"]
    assert letter.message["From"].addresses[0].display_name == "Lab “Été”, (test)"
    (attached,) = letter.message.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("été.pdf", b"%PDF \x00\xff")


@pytest.mark.parametrize("scheme", ["smtp", "smtps", "smtp+starttls"])
def test_a_server_that_is_not_there_is_no_reason_to_give_up(scheme: str) -> None:
    with pytest.raises(NotSent) as failure:
        office(f"{scheme}://127.0.0.1:{process.free_port()}").send("key", MAIL)

    assert not failure.value.final


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_a_mail_is_never_sent_in_clear_where_it_should_be_encrypted(scheme: str) -> None:
    with mail_server() as server:
        url = url_of(server).replace("smtp:", f"{scheme}:")
        with pytest.raises(NotSent) as failure:
            office(url, patience=2).send("key", MAIL)
        with pytest.raises(NotSent):
            office(url, patience=2).greet()

    assert not failure.value.final
    assert server.letters == []


def test_a_server_that_lets_us_not_in_is_no_reason_to_give_up() -> None:
    with mail_server() as server, pytest.raises(NotSent) as failure:
        office(url_of(server).replace("//", "//lab:p%40ss@")).send("key", MAIL)

    assert not failure.value.final
    assert "p@ss" not in str(failure.value)


def test_a_server_that_says_nothing_is_left_after_a_while(silent_port: int) -> None:
    with pytest.raises(NotSent, match="timed out"):
        office(f"smtp://127.0.0.1:{silent_port}", patience=0.2).send("key", MAIL)


@pytest.mark.parametrize(
    ("answer", "final"),
    [
        ("450 Mailbox busy", False),
        ("452 Too much", False),
        ("550 No such user", True),
        ("553 No such name", True),
        ("501 What?", False),
    ],
)
def test_a_recipient_who_does_not_exist_is_given_up_and_one_who_is_busy_is_not(answer: str, final: bool) -> None:
    with refusing_server(answer) as url, pytest.raises(NotSent) as failure:
        office(url).send("key", MAIL)

    assert failure.value.final is final
    assert answer[:3] in str(failure.value)


def test_mails_may_be_kept_in_a_folder_instead(tmp_path: Path) -> None:
    keeper = office(f"folder://{tmp_path}/mails%20kept")

    keeper.greet()
    for key in ("one", "two", "two"):
        keeper.send(key, MAIL)

    kept = list((tmp_path / "mails kept").glob("*.eml"))
    assert len(kept) == 2
    assert message_from_bytes(kept[0].read_bytes(), policy=policy.default)["To"] == "maker@test.example"


def url_of(server: MailServer) -> str:
    return f"smtp://{server.host}:{server.port}"


class Refusing:
    """Refuses every recipient with the same words."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so.
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        return self.answer


@contextmanager
def refusing_server(answer: str) -> Iterator[str]:
    controller = Controller(Refusing(answer), hostname="127.0.0.1", port=process.free_port())
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]
