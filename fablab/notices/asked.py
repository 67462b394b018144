"""What the worker answers to those who asked for a link: only here is it looked up whether an address is known.

So nobody can tell from an answer on the screen, or from how long it took, who is a member.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.core.links import link
from fablab.members import queries as members
from fablab.members import services
from fablab.members.joining import ASKED_TO_JOIN
from fablab.members.services import ASKED_FOR_LINK
from fablab.notices.mails import Reader, write_mail

Answer = Callable[[Session, dict[str, Any], datetime], None]


def answer_link(session: Session, asked: dict[str, Any], now: datetime) -> None:
    """A link to set a password, to the member with this address if there is one."""
    member = members.member_by_email(session, asked["email"])
    if member is not None and member.left_at is None:
        services.send_password_link(session, member, now)


def answer_wish(session: Session, asked: dict[str, Any], now: datetime) -> None:
    """A link to confirm a wish to join; to a member, word that they are one, with a link to set a password."""
    member = members.member_by_email(session, asked["email"])
    if member is not None and member.left_at is None:
        services.send_password_link(session, member, now)
        return
    reader = Reader(asked["email"], asked["locale"], asked["name"])
    key = f"join:{asked['sign_up_id']}"
    write_mail(session, reader, "join", key, now, link=link(f"/sign-up/{asked['secret']}"))


ANSWERS: dict[str, Answer] = {ASKED_FOR_LINK: answer_link, ASKED_TO_JOIN: answer_wish}
"""What answers which kind of outbox row."""
