"""Composing mails: a template for each, in the reader's language, written to the outbox."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.orm import Session

from fablab.core import i18n, outbox
from fablab.core.paths import TEMPLATES
from fablab.members.models import Member
from fablab.notices import beside, choices

MAIL = "mail"
"""The kind of outbox row that is a mail: {to, subject, body}, and what goes with it: {invoice_id} or {calendar}."""


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


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads a mail and is no member, or not under this address."""

    mail_to: str
    locale: str
    name: str


def write_mail(
    session: Session, reader: Member | Reader, template: str, key: str, now: datetime, **values: Any
) -> None:
    """Write a mail to a person, in their language; its first line is the subject. Nothing for one without address, or
    who switched off what it tells.
    """
    if reader.mail_to is None or (isinstance(reader, Member) and choices.is_off(session, reader.id, template)):
        return
    with i18n.use_locale(reader.locale):
        write_to(session, reader.mail_to, template, key, now, member=reader, **values)


def write_to(session: Session, address: str, template: str, key: str, now: datetime, **values: Any) -> None:
    """Write a mail to an address that is nobody's we know, or not only theirs, in the language that is spoken now."""
    extra: dict[str, Any] = {"invoice_id": values["invoice"].id} if "invoice" in values else {}
    text = _environment().get_template(f"{template}.txt").render(**values, **_words())
    subject, _, body = text.partition("\n")
    extra |= beside.calendar_for(template, values, now)
    payload = {"to": address, "subject": subject.strip(), "body": body.strip() + "\n", **extra}
    outbox.put(session, MAIL, key, payload, now)


def _words() -> dict[str, Any]:
    return {
        "show_date": i18n.show_date,
        "show_moment": i18n.show_moment,
        "show_period": i18n.show_period,
        "show_money": i18n.show_money,
        "show_month": i18n.show_month,
    }
