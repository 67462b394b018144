"""Delivers what waits in the outbox: claims a row, does the work outside of any transaction, reports."""

import logging
from typing import Any

from fablab.billing import documents
from fablab.billing.models import Invoice
from fablab.core import clock, outbox
from fablab.core.config import Config
from fablab.core.db import db, transaction
from fablab.notices import beside, failures
from fablab.notices.asked import ANSWERS
from fablab.notices.mails import MAIL
from fablab.notices.post import Attachment, NotSent, PostOffice

log = logging.getLogger(__name__)


def deliver(config: Config) -> int:
    """Answer those who asked for a link, and send every mail that is due; returns how many were sent."""
    answer_asked()
    with transaction() as session:
        tasks = outbox.claim(session, clock.now())
    office = PostOffice(config.smtp_url, config.mail_from, config.lab_name)
    return sum(deliver_one(office, task) for task in tasks)


def answer_asked() -> None:
    """Turn what was asked into mails, each in a transaction of its own: none keeps another from its answer."""
    with transaction() as session:
        tasks = outbox.claim(session, clock.now(), kinds=ANSWERS)
    for task in tasks:
        try:
            with transaction() as session:
                if outbox.report_done(session, task, clock.now()):
                    ANSWERS[task.kind](session, task.payload, clock.now())
        except Exception as error:
            log.exception("outbox row %s, attempt %s failed", task.id, task.attempt)
            _failed(task, type(error).__name__)


def deliver_one(office: PostOffice, task: outbox.Task) -> bool:
    """Send one mail that was claimed, if it is still ours to send."""
    with transaction() as session:
        # Those before it may have taken so long that another worker has it by now.
        if not outbox.hold(session, task, clock.now()):
            return False
    try:
        if task.kind != MAIL:
            raise NotSent(f"nobody knows how to do {task.kind}", final=True)
        attachment = _attachment(task.payload)
        db.session.rollback()  # Nothing is held open while the mail server takes its time.
        office.send(task.key, task.payload, attachment)
    except NotSent as error:
        log.warning("outbox row %s, attempt %s: %s", task.id, task.attempt, error)
        return _failed(task, str(error), final=error.final)
    except Exception as error:
        # One row that cannot be done must not keep the worker from those behind it, and is given up in its turn.
        log.exception("outbox row %s, attempt %s failed", task.id, task.attempt)
        return _failed(task, type(error).__name__)
    with transaction() as session:
        outbox.report_done(session, task, clock.now())
    return True


def _failed(task: outbox.Task, error: str, *, final: bool = False) -> bool:
    now = clock.now()
    with transaction() as session:
        if outbox.report_failure(session, task, error, now, final=final) and outbox.is_last(task, final=final):
            failures.tell_given_up(session, task, now)
    return False


def _attachment(payload: dict[str, Any]) -> Attachment | None:
    if "calendar" in payload:
        return beside.attachment_of(payload["calendar"])
    if "invoice_id" not in payload:
        return None
    invoice = db.session.get_one(Invoice, payload["invoice_id"])
    name, invoice_id = documents.file_name(invoice), invoice.id
    return Attachment(name, pdf_of(invoice_id))


def pdf_of(invoice_id: int) -> bytes:
    """An invoice's PDF: the one kept, or rendered now and kept from now on."""
    kept = documents.kept_pdf(db.session(), invoice_id)
    if kept is not None:
        return kept
    rendered = documents.render(db.session.get_one(Invoice, invoice_id).content)
    with transaction() as session:
        return documents.keep_pdf(session, invoice_id, rendered, clock.now())
