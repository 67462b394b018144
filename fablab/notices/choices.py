"""What people chose to be told: asked whenever a mail is written, so that a switch holds at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core.actor import Actor
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.core.seldom import kept_of_each
from fablab.members import queries as members
from fablab.notices.kinds import HOURS, KIND_OF, USUAL_HOURS, NoticeKind
from fablab.notices.models import NoticeChoice


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody wants to be told, and how long before a reservation they are reminded of it."""

    off: frozenset[NoticeKind] = field(default_factory=frozenset)
    hours: int = USUAL_HOURS

    def wants(self, kind: NoticeKind) -> bool:
        return kind not in self.off

    @property
    def lead(self) -> timedelta:
        return timedelta(hours=self.hours)


def choices_of(session: Session, member_id: int) -> Choices:
    """What a person chose."""
    return choices_of_many(session, [member_id])[member_id]


@kept_of_each
def choices_of_many(session: Session, member_ids: set[int]) -> dict[int, Choices]:
    """What each of these people chose, in one statement."""
    rows: dict[int, list[NoticeChoice]] = {member_id: [] for member_id in member_ids}
    for row in session.scalars(select(NoticeChoice).where(NoticeChoice.member_id.in_(rows))):
        rows[row.member_id].append(row)
    return {member_id: _read(theirs) for member_id, theirs in rows.items()}


def is_off(session: Session, member_id: int, template: str) -> bool:
    """Tell whether somebody switched off what this mail says."""
    kind = KIND_OF.get(template)
    if kind is None:
        return False
    return not choices_of(session, member_id).wants(kind)


def choose(session: Session, actor: Actor, wanted: Choices) -> None:
    """Write down what one wants to be told from now on.

    Raises:
        Refused: nobody is reminded that long before.
    """
    if wanted.hours not in HOURS:
        raise Refused.because("hours", _("Choose one of the times at which you can be reminded."))
    members.lock_members(session, [actor.member_id])
    query = select(NoticeChoice).where(NoticeChoice.member_id == actor.member_id)
    known = {row.kind: row for row in session.scalars(query)}
    for kind in NoticeKind:
        row = known.get(kind) or NoticeChoice(member_id=actor.member_id, kind=kind)
        row.is_on = wanted.wants(kind)
        row.hours = wanted.hours if kind == NoticeKind.REMINDER else None
        session.add(row)
    session.flush()


def _read(rows: Iterable[NoticeChoice]) -> Choices:
    off = frozenset(NoticeKind(row.kind) for row in rows if not row.is_on)
    hours = next((row.hours for row in rows if row.kind == NoticeKind.REMINDER and row.hours), USUAL_HOURS)
    return Choices(off, hours)
