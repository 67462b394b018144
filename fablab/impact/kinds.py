"""The network's list of questions: what is asked, what for, and what there is to choose from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.ordering import shift
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of, lines_of, slug_of
from fablab.core.versions import check_version
from fablab.impact.codes import Field
from fablab.impact.models import FactChoice, FactKind
from fablab.impact.wording import choice_name, kind_name, purpose_of

LONGEST_NAME = 80
LONGEST_PURPOSE = 300
MOST_CHOICES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceCard:
    """One of the answers to choose from; without a key it is a new one."""

    name: str
    key: str | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCard:
    """A question, as administrators write it; choices that are not named stay as they are."""

    name: str
    purpose: str
    choices: tuple[ChoiceCard, ...] = ()


def kinds(session: Session, *, closed: bool = False) -> list[FactKind]:
    """The questions in the lab's order, with their choices; with `closed`, those no longer asked at the end."""
    query = select(FactKind).options(selectinload(FactKind.choices))
    query = query.order_by(FactKind.closed_at.is_not(None), FactKind.position, FactKind.id)
    return list(session.scalars(query if closed else query.where(FactKind.closed_at.is_(None))))


def kind(session: Session, kind_id: int) -> FactKind:
    """The question with this id; NotFound if there is none."""
    found = session.get(FactKind, kind_id)
    if found is None:
        raise NotFound(f"fact kind {kind_id}")
    return found


def offered(row: FactKind) -> list[FactChoice]:
    """The answers that may be chosen."""
    return [choice for choice in row.choices if choice.closed_at is None]


def add_kind(session: Session, actor: Actor, field: Field, card: KindCard, now: datetime) -> FactKind:
    """Ask one question more, at the end of the list.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: it has no name, that of another, no purpose, or nothing to choose from; every reason.
    """
    actor.needs_everywhere(Role.ADMIN)
    rows = _locked(session)
    row = FactKind(field=field, position=max((one.position for one in rows), default=-1) + 1)
    reasons = _reasons(row, card, rows)
    if reasons:
        raise Refused(reasons)
    session.add(row)
    _write(row, card, now)
    session.flush()
    return row


def edit_kind(session: Session, actor: Actor, kind_id: int, card: KindCard, version: int, now: datetime) -> FactKind:
    """Write a question anew; what is answered to it never changes.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such question.
        Conflict: somebody else changed it since.
        Refused: as for a new one.
    """
    actor.needs_everywhere(Role.ADMIN)
    rows = _locked(session)
    row = _one_of(rows, kind_id)
    check_version(row.version, version)
    reasons = _reasons(row, card, rows)
    if reasons:
        raise Refused(reasons)
    _write(row, card, now)
    row.version += 1
    session.flush()
    return row


def close_kind(session: Session, actor: Actor, kind_id: int, version: int, now: datetime, *, closed: bool) -> FactKind:
    """Ask a question no more, or again; what was answered stays.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such question.
        Conflict: somebody else changed it since.
    """
    actor.needs_everywhere(Role.ADMIN)
    row = _one_of(_locked(session), kind_id)
    check_version(row.version, version)
    row.closed_at = (row.closed_at or now) if closed else None
    row.version += 1
    session.flush()
    return row


def move_kind(session: Session, actor: Actor, kind_id: int, *, up: bool) -> None:
    """Let a question change places with its neighbour; the first one stays first, the last one last.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such question, or it is no longer asked.
    """
    actor.needs_everywhere(Role.ADMIN)
    rows = [row for row in _locked(session) if row.closed_at is None]
    shift(rows, _one_of(rows, kind_id), -1 if up else 1)
    session.flush()


def _locked(session: Session) -> list[FactKind]:
    """All questions in order, locked until the transaction ends; two who change the list do so one after the other."""
    query = select(FactKind).options(selectinload(FactKind.choices)).order_by(FactKind.id).with_for_update()
    rows = session.scalars(query.execution_options(populate_existing=True))
    return sorted(rows, key=lambda row: (row.position, row.id))


def _one_of(rows: Sequence[FactKind], kind_id: int) -> FactKind:
    row = next((one for one in rows if one.id == kind_id), None)
    if row is None:
        raise NotFound(f"fact kind {kind_id}")
    return row


def _reasons(row: FactKind, card: KindCard, rows: Collection[FactKind]) -> list[Refusal]:
    found, name = [], line_of(card.name)
    if not name:
        found.append(Refusal("name_missing", _("Give it a name.")))
    if max(len(name), *(len(line_of(one.name)) for one in card.choices), 0) > LONGEST_NAME:
        found.append(Refusal("name_long", _("A name has at most %(count)s characters.", count=LONGEST_NAME)))
    if name.lower() in {kind_name(one).lower() for one in rows if one is not row}:
        found.append(Refusal("name_taken", _("Another one of the list is called so already.")))
    purpose = lines_of(card.purpose)
    if not purpose:
        found.append(Refusal("purpose_missing", _("Say what it is asked for: people read it before they answer.")))
    if len(purpose) > LONGEST_PURPOSE:
        text = _("What it is asked for has at most %(count)s characters.", count=LONGEST_PURPOSE)
        found.append(Refusal("purpose_long", text))
    return [*found, *_choice_reasons(row, card)]


def _choice_reasons(row: FactKind, card: KindCard) -> list[Refusal]:
    known = {choice.key: choice for choice in row.choices}
    if row.field != Field.CHOICE:
        if not card.choices:
            return []
        return [Refusal("choices", _("Only a question with several choices has any."))]
    if unknown := [one.key for one in card.choices if one.key is not None and one.key not in known]:
        raise NotFound(f"choices {unknown}")
    written = {one.key for one in card.choices}
    names = [line_of(one.name).lower() for one in card.choices]
    names += [choice_name(row, choice).lower() for key, choice in known.items() if key not in written]
    stay = [key for key, choice in known.items() if key not in written and choice.closed_at is None]
    found = []
    if not all(names) or len(set(names)) < len(names):
        found.append(Refusal("choice_names", _("Each choice has a name of its own.")))
    if not stay and all(one.closed for one in card.choices):
        found.append(Refusal("choices_missing", _("Write at least one choice.")))
    if len(names) > MOST_CHOICES:
        found.append(Refusal("choices_many", _("At most %(count)s choices.", count=MOST_CHOICES)))
    return found


def _write(row: FactKind, card: KindCard, now: datetime) -> None:
    """Write what is other than it is shown; usual words that nobody changed stay those of every language."""
    if line_of(card.name) != kind_name(row):
        row.name = line_of(card.name)
    if lines_of(card.purpose) != purpose_of(row):
        row.purpose = lines_of(card.purpose)
    known: dict[str, FactChoice] = {choice.key: choice for choice in row.choices}
    for one in card.choices:
        name = line_of(one.name)
        if one.key is None:
            key = slug_of(name, known, "choice")
            choice = FactChoice(key=key, position=len(known))
            known[key] = choice
            row.choices.append(choice)
        else:
            choice = known[one.key]
        if name != choice_name(row, choice):
            choice.name = name
        choice.closed_at = (choice.closed_at or now) if one.closed else None
