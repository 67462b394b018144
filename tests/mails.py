"""Reading what waits to be mailed, as the person who gets it would."""

import re

from fablab.core.db import db
from fablab.core.outbox import OutboxRow
from fablab.delivery import answer_asked


def mails(to: str | None = None) -> list[dict[str, str]]:
    """The mails that wait, the first one first, after the worker has answered those who asked for a link."""
    answer_asked()
    db.session.rollback()
    rows = (
        db.session.query(OutboxRow).filter(OutboxRow.kind == "mail", OutboxRow.done_at.is_(None)).order_by(OutboxRow.id)
    )
    found = [row.payload for row in rows if to in (None, row.payload["to"])]
    db.session.rollback()
    return found


def link_to(address: str, path: str) -> str:
    """The path of the latest link below `path` in a mail to that address."""
    found = [match[0] for mail in mails(address) for match in re.finditer(rf"{path}/[\w-]+", mail["body"])]
    assert found, f"no link to {path} was mailed to {address}"
    return found[-1]
