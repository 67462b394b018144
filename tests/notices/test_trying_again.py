"""Mails that cannot be sent at once: tried again, never sent twice, given up with a report."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from fablab import delivery
from fablab.core import clock, outbox
from fablab.core.config import Config
from fablab.core.db import transaction
from fablab.core.outbox import OutboxRow
from fablab.notices.post import PostOffice
from tests.conftest import Lab
from tests.notices.letters import NOW, book, let_time_pass
from tests.support.smtp import MailServer


def test_a_mail_that_was_refused_for_now_is_tried_again_later(lab: Lab, server: MailServer, settings: Config) -> None:
    book(lab, lab.cast.maker)
    server.refusal = "451 Try again later"
    assert delivery.deliver(settings) == 0
    server.refusal = None

    assert delivery.deliver(settings) == 0  # Not at once.
    let_time_pass()
    assert delivery.deliver(settings) == 1

    assert len(server.letters) == 1
    assert lab.session.query(OutboxRow).one().attempts == 2


def test_a_mail_that_is_refused_for_good_is_given_up(lab: Lab, server: MailServer, settings: Config) -> None:
    book(lab, lab.cast.maker)
    server.refusal = "554 We want none of this"

    delivery.deliver(settings)

    row = lab.session.query(OutboxRow).order_by(OutboxRow.id).first()
    assert row is not None
    assert (row.given_up_at is not None, row.due_at, row.last_error) == (True, None, "mail refused (554)")


def test_nothing_is_lost_while_the_mail_server_is_away(lab: Lab, server: MailServer, settings: Config) -> None:
    book(lab, lab.cast.maker)
    book(lab, lab.cast.student)

    assert delivery.deliver(replace(settings, smtp_url="smtp://127.0.0.1:1")) == 0
    let_time_pass()
    assert delivery.deliver(settings) == 2

    assert len(server.letters) == 2


def test_what_a_worker_left_when_it_died_is_sent_by_the_next(lab: Lab, server: MailServer, settings: Config) -> None:
    book(lab, lab.cast.maker)
    with transaction() as session:
        assert len(outbox.claim(session, clock.now())) == 1

    assert delivery.deliver(settings) == 0
    let_time_pass()
    assert delivery.deliver(settings) == 1


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("mail", {}),
        ("mail", {"to": "a@test.example\nBcc: b@test.example", "subject": "x", "body": "x"}),
        ("mail", {"to": "a@test.example", "subject": "x", "body": "x", "invoice_id": 999}),
        ("fax", {"to": "a@test.example", "subject": "x", "body": "x"}),
    ],
)
def test_a_row_that_cannot_be_done_keeps_no_other_from_being_done_and_is_given_up(
    lab: Lab, server: MailServer, settings: Config, kind: str, payload: dict[str, object]
) -> None:
    with transaction() as session:
        outbox.put(session, kind, "impossible", payload, NOW)
    for hour in range(3):
        book(lab, lab.cast.maker, hour)

    sent = [delivery.deliver(settings)]
    for _ in range(outbox.MAX_ATTEMPTS + 1):
        let_time_pass()
        sent.append(delivery.deliver(settings))

    assert (sent[0], sum(sent)) == (3, 4)
    assert outbox.given_up(lab.session) == 1
    # The administrator is told that there is one.
    *_others, report = server.letters
    assert (report.recipients, report.message["Subject"]) == (("admin@test.example",), "Mails could not be sent")
    assert "/network/mails" in report.text


def test_two_workers_never_send_the_same_mail_even_when_the_one_before_took_too_long(
    lab: Lab, server: MailServer, settings: Config
) -> None:
    book(lab, lab.cast.maker)
    with transaction() as session:
        (slow,) = outbox.claim(session, clock.now())
    let_time_pass()

    assert delivery.deliver(settings) == 1
    office = PostOffice(settings.smtp_url, settings.mail_from, settings.lab_name)

    assert not delivery.deliver_one(office, slow)
    assert len(server.letters) == 1


def test_administrators_are_told_once_a_day_of_what_was_given_up_and_not_of_that_telling(
    lab: Lab, server: MailServer, settings: Config
) -> None:
    for hour in range(3):
        book(lab, lab.cast.maker, hour)
    server.refusal = "554 We want none of this"

    for _ in range(3):
        delivery.deliver(settings)
        let_time_pass()

    rows = lab.session.query(OutboxRow).order_by(OutboxRow.id).all()
    reports = [row for row in rows if row.key.startswith("given-up:")]
    assert [(row.payload["to"], row.given_up_at is not None) for row in reports] == [("admin@test.example", True)]
    assert len(rows) == 4


def test_the_same_news_keep_their_message_id_however_often_they_are_sent(
    lab: Lab, server: MailServer, settings: Config
) -> None:
    book(lab, lab.cast.maker)
    delivery.deliver(settings)
    with transaction() as session:  # As if the worker had died after the hand-over and before it said so.
        payload = {"to": "maker@test.example", "subject": "Reserved", "body": "x"}
        session.execute(update(OutboxRow).values(done_at=None, due_at=NOW, payload=payload))
    delivery.deliver(settings)

    first, second = server.letters
    assert first.message["Message-ID"] == second.message["Message-ID"]
