"""Appeals: somebody, or their guardian, says that a hold or a strike is wrong, and staff answer.

The answer comes from a colleague who neither placed the hold or wrote the strike nor is the person whom it is about.
Where there is none, whoever decided answers; the person alone answers only where staff are nobody else.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.actor import Actor
from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refused
from fablab.core.text import lines_of
from fablab.members import guardians
from fablab.members.conduct import queries
from fablab.members.conduct.checks import given_reason, others_may
from fablab.members.conduct.holds import lift_hold, may_settle
from fablab.members.conduct.signals import appeal_answered, appeal_made
from fablab.members.conduct.strikes import may_strike, withdraw_strike
from fablab.members.models import Appeal, Hold, Member, Strike

LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealCard:
    """What somebody writes, about a hold or about a strike."""

    text: str
    hold_id: int | None = None
    strike_id: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What staff answer: whether the hold is lifted or the strike withdrawn, and why."""

    granted: bool
    text: str


def appeal(session: Session, actor: Actor, card: AppealCard, now: datetime) -> Appeal:
    """Say that a hold or a strike is wrong; only the person and their guardians do.

    Raises:
        NotFound: there is no such thing of theirs, or of their ward's.
        Refused: nothing is written, it no longer counts, or an appeal waits for its answer already.
    """
    thing = _thing(session, card)
    if not guardians.acts_for(session, actor, thing.member_id):
        raise NotFound("appeal")
    words = lines_of(card.text)
    if not words:
        raise Refused.because("text", _("Say what is wrong about it."))
    if len(words) > LONGEST_TEXT:
        raise Refused.because("text", _("An appeal has at most %(count)s characters.", count=LONGEST_TEXT))
    if not counts(thing, now):
        raise Refused.because("over", _("It counts no more; there is nothing to appeal against."))
    row = Appeal(
        member_id=thing.member_id,
        hold_id=card.hold_id,
        strike_id=card.strike_id,
        by_id=actor.member_id,
        text=words,
        at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # The database keeps one open appeal per thing, also when two are sent at once.
        text = _("An appeal about this waits for its answer already.")
        raise Refused.because("open", text) from None
    appeal_made.send(None, session=session, appeal=row, now=now)
    return row


def answer(session: Session, actor: Actor, appeal_id: int, given: Answer, now: datetime) -> Appeal:
    """Answer an appeal; granting it lifts the hold or withdraws the strike.

    Raises:
        NotFound: there is no such appeal, or it is not theirs to see.
        Forbidden: they may see it, and not lift or withdraw what it is about.
        Refused: nothing is written, or a colleague must answer who has no part in it.
        Conflict: a colleague was quicker.
    """
    row = queries.appeal(session, appeal_id)
    thing = thing_of(row)
    if not queries.sees(session, actor, row.member_id, thing.site_id):
        raise NotFound(f"appeal {appeal_id}")
    if not may_decide(actor, thing):
        raise Forbidden(f"answering appeal {appeal_id}")
    if is_partial(session, actor, row):
        text = _("This is about yourself, or about what you decided. A colleague answers it.")
        raise Refused.because("own", text)
    session.refresh(row, with_for_update={"of": Appeal, "key_share": True})
    if row.answered_at is not None:
        raise Conflict.because("answered", _("A colleague has answered meanwhile."))
    words = given_reason(given.text, "text")
    row.granted, row.answer, row.answered_at, row.answered_by_id = given.granted, words, now, actor.member_id
    session.flush()
    audit.note(
        session,
        actor.member_id,
        "appeal.answered",
        now,
        member_id=row.member_id,
        site_id=thing.site_id,
        subject=f"appeal:{row.id}",
        details={"granted": given.granted},
    )
    if given.granted:
        _undo(session, actor, thing, words, now)
    appeal_answered.send(None, session=session, appeal=row, now=now)
    return row


def to_answer(session: Session, actor: Actor) -> list[Appeal]:
    """The open appeals that this person may answer, the oldest first."""
    found = [row for row in queries.open_appeals(session) if may_decide(actor, thing_of(row))]
    return [row for row in found if not is_partial(session, actor, row)]


def answerers(session: Session, row: Appeal) -> list[Member]:
    """The staff who are asked to answer an appeal: those without a part in it; else who decided; else all who may."""
    thing = thing_of(row)
    everybody = queries.who_may_answer(session, thing.kind, thing.site_id)
    for partial in (_concerned(row) | {_author(thing)}, _concerned(row)):
        found = [member for member in everybody if member.id not in partial]
        if found:
            return found
    return everybody


def thing_of(row: Appeal) -> Hold | Strike:
    """The hold or the strike that an appeal is about."""
    found = row.hold or row.strike
    if found is None:
        raise NotFound(f"what appeal {row.id} is about")
    return found


def counts(thing: Hold | Strike, now: datetime) -> bool:
    """Tell whether a hold is in force or to come, or a strike still counts."""
    if isinstance(thing, Hold):
        return thing.lifted_at is None and (thing.ends_at is None or thing.ends_at > now)
    return thing.withdrawn_at is None and (thing.expires_at is None or thing.expires_at > now)


def may_decide(actor: Actor, thing: Hold | Strike) -> bool:
    """Tell whether somebody may lift such a hold, or withdraw such a strike."""
    if isinstance(thing, Hold):
        return may_settle(actor, thing.kind, thing.site_id)
    return may_strike(actor, thing.site_id)


def is_partial(session: Session, actor: Actor, row: Appeal) -> bool:
    """Tell whether somebody has a part in what an appeal is about, and a colleague is there who has none or less."""
    thing = thing_of(row)
    if actor.member_id in _concerned(row):
        return others_may(session, thing.kind, thing.site_id, _concerned(row))
    if actor.member_id == _author(thing):
        return others_may(session, thing.kind, thing.site_id, _concerned(row) | {actor.member_id})
    return False


def _concerned(row: Appeal) -> set[int | None]:
    return {row.member_id, row.by_id}


def _author(thing: Hold | Strike) -> int | None:
    return thing.placed_by_id if isinstance(thing, Hold) else thing.by_id


def _thing(session: Session, card: AppealCard) -> Hold | Strike:
    if (card.hold_id is None) == (card.strike_id is None):
        raise Refused.because("one", _("An appeal is about one hold, or about one strike."))
    if card.hold_id is not None:
        return queries.hold(session, card.hold_id)
    return queries.strike(session, card.strike_id or 0)


def _undo(session: Session, actor: Actor, thing: Hold | Strike, words: str, now: datetime) -> None:
    if isinstance(thing, Hold):
        lift_hold(session, actor, thing.id, words, now)
    else:
        withdraw_strike(session, actor, thing.id, words, now)
