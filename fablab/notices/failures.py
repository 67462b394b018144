"""Reporting mails that were given up: to the network's administrators, who may have them tried again."""

from datetime import datetime

from sqlalchemy.orm import Session

from fablab.core import audit, outbox
from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.links import link
from fablab.core.outbox import OutboxRow, Task
from fablab.members import queries as members
from fablab.notices.mails import write_mail

_REPORT = "given-up:"
"""How the keys of reports begin; that one of them was given up is not reported."""


def tell_given_up(session: Session, task: Task, now: datetime) -> None:
    """Tell the administrators, once a day, that there are mails that were given up; not what these say."""
    if task.key.startswith(_REPORT):
        return
    for person in members.holders_of(session, [Role.ADMIN], 0):
        key = f"{_REPORT}{now:%Y-%m-%d}:{person.id}"
        write_mail(session, person, "mails_given_up", key, now, link=link("/network/mails"))


def given_up(session: Session, actor: Actor) -> list[OutboxRow]:
    """The latest mails that were given up.

    Raises:
        Forbidden: not an administrator of the network.
    """
    actor.needs_everywhere(Role.ADMIN)
    return outbox.given_up_rows(session)


def try_again(session: Session, actor: Actor, row_id: int, now: datetime) -> None:
    """Have a mail that was given up tried again; twice equals once.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: it was not given up.
    """
    actor.needs_everywhere(Role.ADMIN)
    if not outbox.try_again(session, row_id, now):
        raise NotFound(f"mail {row_id}")
    audit.note(session, actor.member_id, "mail.tried_again", now, subject=f"mail:{row_id}")
