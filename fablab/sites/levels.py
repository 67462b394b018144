"""The network's levels of access: what each is called. Removing one asks who has it, and is for `members.accesses`."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.sites.models import AccessLevel, HoursException, OpeningHours
from fablab.sites.models.timetables import HIGHEST_LEVEL


def add_level(session: Session, actor: Actor, rank: int, name: str) -> AccessLevel:
    """Name a level of access.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: its rank is none or has a name already, or another level is called so.
    """
    actor.needs_everywhere(Role.ADMIN)
    reasons = _name_reasons(session, name, rank)
    if not 1 <= rank <= HIGHEST_LEVEL:
        text = _("The rank of a level of access is from 1 to %(highest)s.", highest=HIGHEST_LEVEL)
        reasons.append(Refusal("rank", text))
    elif session.get(AccessLevel, rank) is not None:
        reasons.append(Refusal("rank_taken", _("Level %(rank)s has a name already.", rank=rank)))
    if reasons:
        raise Refused(reasons)
    row = AccessLevel(rank=rank, name=line_of(name))
    session.add(row)
    session.flush()
    return row


def rename_level(session: Session, actor: Actor, rank: int, name: str) -> AccessLevel:
    """Call a level of access something else.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such level.
        Refused: it would have no name, or that of another.
    """
    actor.needs_everywhere(Role.ADMIN)
    row = level(session, rank)
    reasons = _name_reasons(session, name, rank)
    if reasons:
        raise Refused(reasons)
    row.name = line_of(name)
    session.flush()
    return row


def level(session: Session, rank: int) -> AccessLevel:
    """The level of this rank; NotFound if it has no name."""
    found = session.get(AccessLevel, rank)
    if found is None:
        raise NotFound(f"access level {rank}")
    return found


def is_in_hours(session: Session, rank: int) -> bool:
    """Tell whether an opening, or an exceptional one, asks for that level."""
    for table in (OpeningHours, HoursException):
        asked = select(func.count()).where((table.level == rank) | (table.alone == rank))
        if session.scalar(asked):
            return True
    return False


def _name_reasons(session: Session, name: str, rank: int) -> list[Refusal]:
    wanted = line_of(name)
    if not wanted:
        return [Refusal("name_missing", _("A level of access needs a name."))]
    other = session.scalar(select(AccessLevel.rank).where(AccessLevel.name == wanted, AccessLevel.rank != rank))
    if other is None:
        return []
    return [Refusal("name_taken", _("Level %(rank)s is called so already.", rank=other))]
