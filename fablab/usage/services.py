"""What staff do to sessions of use: say whose it was, and whether it is billed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.booking.models import Nature
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refused
from fablab.core.text import lines_of
from fablab.members import services as members
from fablab.members.actor import Actor
from fablab.members.models import Role
from fablab.usage import queries
from fablab.usage.models import UsageSession
from fablab.usage.signals import session_settled


def give(
    session: Session,
    actor: Actor,
    session_id: int,
    member_id: int,
    now: datetime,
    *,
    account_id: int | None = None,
    note: str = "",
) -> UsageSession:
    """Say whose use it was; it is billed to that member's account, or to the one chosen.

    Raises:
        NotFound, Forbidden: no such use, or not a fabmanager of its site.
        Refused: it is still going on, it is invoiced already, or the account is not the member's.
    """
    usage = _locked(session, actor, session_id)
    usage.account_id = members.payer_for(session, member_id, account_id, None).id
    usage.member_id = member_id
    usage.project_id = None
    usage.nature = Nature.MEMBER
    usage.waived = False
    return _settle(session, actor, usage, now, note)


def waive(session: Session, actor: Actor, session_id: int, nature: Nature, now: datetime, *, note: str) -> UsageSession:
    """Say that a use is not billed, why, and what it was (a test print is maintenance).

    Raises:
        NotFound, Forbidden: no such use, or not a fabmanager of its site.
        Refused: no reason, still going on, or invoiced already.
    """
    if not lines_of(note):
        raise Refused.because("reason_missing", _("Say why it is not billed."))
    usage = _locked(session, actor, session_id)
    usage.waived = True
    usage.nature = nature
    return _settle(session, actor, usage, now, note)


def needs_no_other(session: Session, actor: Actor, session_id: int) -> None:
    """Make sure that nobody else has decided about a use since it was shown; one's own mind one may change.

    Raises:
        Conflict: a colleague was quicker.
    """
    query = select(UsageSession).where(UsageSession.id == session_id).with_for_update()
    usage = session.scalar(query.execution_options(populate_existing=True))
    if usage is not None and usage.review is None and usage.settled_by_id not in (None, actor.member_id):
        text = _("A colleague has decided about this use meanwhile. What they decided stands.")
        raise Conflict.because("settled", text)


def _locked(session: Session, actor: Actor, session_id: int) -> UsageSession:
    seen = queries.usage_session(session, session_id)
    actor.needs_at_site(Role.FABMANAGER, seen.resource.site_id)
    query = select(UsageSession).where(UsageSession.id == session_id).with_for_update()
    usage = session.scalars(query.execution_options(populate_existing=True)).one()
    if usage.ended_at is None:
        raise Refused.because("still_running", _("This print is still going on; decide when it has ended."))
    return usage


def _settle(session: Session, actor: Actor, usage: UsageSession, now: datetime, note: str) -> UsageSession:
    usage.review = None
    usage.settled_by_id = actor.member_id
    usage.settled_at = now
    usage.note = lines_of(note) or usage.note
    session.flush()
    session_settled.send(None, session=session, usage=usage, now=now)
    return usage
