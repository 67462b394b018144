"""Composing mails: a template for each, in the reader's language, written to the outbox."""

from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.orm import Session

from fablab.core import i18n, outbox
from fablab.core.paths import TEMPLATES
from fablab.members.models import Member

MAIL = "mail"
"""The kind of outbox row that is a mail: {to, subject, body}, or an invoice's besides: {invoice_id}."""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "mail"),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        autoescape=False,  # Mails are plain text.
        keep_trailing_newline=True,
    )
    environment.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    return environment


def write_mail(session: Session, member: Member, template: str, key: str, now: datetime, **values: Any) -> None:
    """Write a mail to a person, in their language; its first line is the subject. Nothing for one without address."""
    if member.mail_to is None or member.erased_at is not None:
        return
    extra = {"invoice_id": values["invoice"].id} if "invoice" in values else {}
    with i18n.use_locale(member.locale):
        text = _environment().get_template(f"{template}.txt").render(member=member, **values, **_words())
    subject, _, body = text.partition("\n")
    payload = {"to": member.mail_to, "subject": subject.strip(), "body": body.strip() + "\n", **extra}
    outbox.put(session, MAIL, key, payload, now)


def _words() -> dict[str, Any]:
    return {
        "show_date": i18n.show_date,
        "show_period": i18n.show_period,
        "show_money": i18n.show_money,
        "show_month": i18n.show_month,
    }
