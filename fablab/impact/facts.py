"""Answers to the lab's questions: given, changed and withdrawn by the person, their guardian, or staff for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.core import audit
from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.refusals import Refusal, Refused
from fablab.impact import funders, kinds, rules
from fablab.impact.codes import Field
from fablab.impact.models import Fact, FactKind
from fablab.impact.wording import kind_name
from fablab.members import guardians, joining
from fablab.members import queries as members
from fablab.members.models import Member


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, who wants it counted, and what was answered last."""

    kind: FactKind
    funders: tuple[str, ...]
    fact: Fact | None
    """None where nothing was answered, or all was withdrawn."""
    from_card: bool
    """Nobody answered; the year of birth of the person's card is counted instead."""
    history: tuple[Fact, ...]
    """Every answer that was not withdrawn, the latest first."""


def may_staff(actor: Actor, member: Member) -> bool:
    """Tell whether somebody may read and write another's answers as staff: a fabmanager of their site."""
    if member.home_site_id is None:
        return actor.may_anywhere(Role.FABMANAGER)
    return actor.may_at_site(Role.FABMANAGER, member.home_site_id)


def person(session: Session, actor: Actor, member_id: int) -> Member:
    """The person whose answers they are: oneself, a ward, or somebody of one's site as a fabmanager; else NotFound."""
    member = session.get(Member, member_id)
    if member is None or member.erased_at is not None or member.merged_into_id is not None:
        raise NotFound(f"member {member_id}")
    own = guardians.acts_for(session, actor, member_id)
    if not own and not may_staff(actor, member):
        raise NotFound(f"member {member_id}")
    return member


def asked_of(session: Session, actor: Actor, member_id: int) -> list[Asked]:
    """Every question with what somebody answered; those that are no longer asked only where they were answered.

    Raises:
        NotFound: neither oneself, nor a ward, nor somebody of one's site.
    """
    member = person(session, actor, member_id)
    by_kind = _by_kind(session, member_id)
    wanted = funders.who_asks(session)
    found = []
    for kind in kinds.kinds(session, closed=True):
        rows = by_kind.get(kind.id, [])
        history = tuple(row for row in rows if row.withdrawn_at is None)
        if kind.closed_at is not None and not history:
            continue
        fact = history[0] if history and rows[0].withdrawn_at is None else None
        from_card = kind.field == Field.BIRTH_YEAR and not rows and member.birth_date is not None
        found.append(Asked(kind, tuple(wanted.get(kind.id, ())), fact, from_card, history))
    return found


def has_answered(session: Session, member_id: int) -> bool:
    """Tell whether somebody has ever answered anything, or said that they would rather not."""
    return session.scalar(select(Fact.id).where(Fact.member_id == member_id).limit(1)) is not None


def answer(
    session: Session,
    actor: Actor,
    member_id: int,
    answers: Mapping[int, str],
    now: datetime,
    *,
    since: date | None = None,
) -> list[Fact]:
    """Answer some of the questions, by their ids, from a day on, or else from today. An empty answer withdraws what
    was answered; the same answer again changes nothing. A year of birth holds for every period.

    Raises:
        NotFound: not one's own to answer, or there is no such question that is still asked.
        Refused: an answer is none, or the day lies ahead; every reason.
    """
    member = person(session, actor, member_id)
    asked = {row.id: row for row in kinds.kinds(session) if row.id in answers}
    if missing := set(answers) - set(asked):
        raise NotFound(f"fact kinds {sorted(missing)}")
    today = joining.day_at(session, member.home_site_id, now)
    values = _read(asked, answers, since or today, today)
    # Two who answer for the same person at once wait here for each other.
    members.lock_members(session, {member_id})
    before = _by_kind(session, member_id)
    made = []
    for kind_id, value in values.items():
        rows = before.get(kind_id, [])
        if not value:
            _withdraw(session, actor, asked[kind_id], member, rows, now)
            continue
        day = rules.FIRST_DAY if asked[kind_id].field == Field.BIRTH_YEAR else since or today
        held = next((row for row in rows if row.valid_from <= day), None)
        if held is None or held.withdrawn_at is not None or held.value != value:
            made.append(_fact(actor, member, kind_id, value, day, now))
    session.add_all(made)
    session.flush()
    for row in made:
        _note(session, actor, "fact.answered", member, row.kind_id, now)
    return made


def withdraw(session: Session, actor: Actor, member_id: int, kind_id: int, now: datetime) -> None:
    """Take back every answer to a question, or say that one would rather not answer it. Twice equals once.

    Raises:
        NotFound: not one's own to answer, or there is no such question.
    """
    member = person(session, actor, member_id)
    kind = kinds.kind(session, kind_id)
    members.lock_members(session, {member_id})
    rows = _by_kind(session, member_id).get(kind_id, [])
    if not rows:
        # That the question stays unanswered is written down too, so that nothing is taken from the card instead.
        rows = [_fact(actor, member, kind_id, "", rules.FIRST_DAY, now)]
        session.add_all(rows)
    _withdraw(session, actor, kind, member, rows, now)


def _read(asked: Mapping[int, FactKind], answers: Mapping[int, str], since: date, today: date) -> dict[int, str]:
    reasons, values = rules.check_day(since, today), {}
    for kind_id, kind in asked.items():
        text = answers[kind_id]
        if not text.strip():
            values[kind_id] = ""
            continue
        read = rules.read(Field(kind.field), text, {one.key for one in kinds.offered(kind)}, today)
        if isinstance(read, Refusal):
            reasons.append(Refusal(read.code, f"{kind_name(kind)}: {read.message}"))
        else:
            values[kind_id] = read
    if reasons:
        raise Refused(reasons)
    return values


def _by_kind(session: Session, member_id: int) -> dict[int, list[Fact]]:
    """Every answer of a person and of the records merged into theirs, by question, what holds now first."""
    own = members.identities(session, member_id)
    query = select(Fact).options(joinedload(Fact.kind)).where(Fact.member_id.in_(own))
    query = query.order_by(Fact.valid_from.desc(), Fact.id.desc()).execution_options(populate_existing=True)
    found: dict[int, list[Fact]] = {}
    for row in session.scalars(query):
        found.setdefault(row.kind_id, []).append(row)
    return found


def _fact(actor: Actor, member: Member, kind_id: int, value: str, day: date, now: datetime) -> Fact:
    return Fact(
        member_id=member.id,
        kind_id=kind_id,
        value=value,
        valid_from=day,
        recorded_at=now,
        recorded_by_id=actor.member_id,
    )


def _withdraw(
    session: Session, actor: Actor, kind: FactKind, member: Member, rows: Iterable[Fact], now: datetime
) -> None:
    standing = [row for row in rows if row.withdrawn_at is None]
    for row in standing:
        row.value, row.withdrawn_at = "", now
    session.flush()
    if standing:
        _note(session, actor, "fact.withdrawn", member, kind.id, now)


def _note(session: Session, actor: Actor, action: str, member: Member, kind_id: int, now: datetime) -> None:
    """What people do to their own answers is theirs; what staff and guardians do is written down, never the answer."""
    if actor.member_id != member.id:
        audit.note(session, actor.member_id, action, now, member_id=member.id, subject=f"fact_kind:{kind_id}")
