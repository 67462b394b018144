"""What is asked before a hold or a strike is written down or taken back, whichever of the two it is."""

from sqlalchemy.orm import Session

from fablab.core.actor import Actor
from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import lines_of
from fablab.members.conduct import queries
from fablab.members.models import Hold, Member, Strike

LONGEST_REASON = 1000


def reasons_against(actor: Actor | None, member: Member, reason: str) -> list[Refusal]:
    """Why nothing of the kind may be written down against somebody; the actor None is the lab itself."""
    reasons = []
    if not lines_of(reason):
        reasons.append(Refusal("reason", _("Say why. The person reads it.")))
    elif len(reason) > LONGEST_REASON:
        reasons.append(Refusal("reason", _("A reason has at most %(count)s characters.", count=LONGEST_REASON)))
    if member.erased_at is not None or member.merged_into_id is not None:
        reasons.append(Refusal("member_gone", _("This record is no more: it was erased, or merged into another.")))
    if actor is not None and actor.member_id == member.id:
        reasons.append(Refusal("own", _("This is about yourself. Ask a colleague.")))
    return reasons


def others_may(session: Session, kind: str, site_id: int | None, but: set[int | None]) -> bool:
    """Tell whether staff other than these may settle such a thing in that scope."""
    return any(row.id not in but for row in queries.who_may_answer(session, kind, site_id))


def check_taking_back(session: Session, actor: Actor, row: Hold | Strike, *, may: bool) -> None:
    """Whoever takes something back sees it, may do so there, and is not its person while somebody else may.

    Raises:
        NotFound: it is not theirs to see.
        Forbidden: they may not.
        Refused: it is their own.
    """
    thing = f"{type(row).__name__.lower()} {row.id}"
    if not queries.sees(session, actor, row.member_id, row.site_id):
        raise NotFound(thing)
    if not may:
        raise Forbidden(f"taking back {thing}")
    if row.member_id == actor.member_id and others_may(session, row.kind, row.site_id, {actor.member_id}):
        raise Refused.because("own", _("This is about yourself. Ask a colleague."))


def given_reason(text: str, code: str = "why") -> str:
    """The reason that somebody gave, as it is kept.

    Raises:
        Refused: there is none.
    """
    words = lines_of(text)
    if not words:
        raise Refused.because(code, _("Say why. The person reads it."))
    return words
