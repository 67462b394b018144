"""Funders: what they fund, and which questions they want counted."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of, lines_of
from fablab.core.versions import check_version
from fablab.impact.models import FactKind, Funder, FunderKind, FunderSite
from fablab.sites import queries as sites

LONGEST_NAME = 120
LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class FunderCard:
    """A funder, as administrators write one; without sites all of them are funded."""

    name: str
    note: str = ""
    site_ids: frozenset[int] = frozenset()
    kind_ids: frozenset[int] = frozenset()
    closed: bool = False


def card_of(row: Funder) -> FunderCard:
    """The card as it stands."""
    return FunderCard(
        name=row.name,
        note=row.note,
        site_ids=frozenset(one.site_id for one in row.sites),
        kind_ids=frozenset(one.kind_id for one in row.kinds),
        closed=row.closed_at is not None,
    )


def funders(session: Session, *, closed: bool = False) -> list[Funder]:
    """Those who fund the lab, by name; with `closed`, those too who no longer do, at the end."""
    query = select(Funder).options(selectinload(Funder.sites), selectinload(Funder.kinds))
    query = query.order_by(Funder.closed_at.is_not(None), Funder.name, Funder.id)
    return list(session.scalars(query if closed else query.where(Funder.closed_at.is_(None))))


def funder(session: Session, funder_id: int) -> Funder:
    """The funder with this id; NotFound if there is none."""
    found = session.get(Funder, funder_id)
    if found is None:
        raise NotFound(f"funder {funder_id}")
    return found


def who_asks(session: Session) -> dict[int, list[str]]:
    """The names of the funders who want each question counted, by the question's id."""
    found: dict[int, list[str]] = {}
    query = select(FunderKind.kind_id, Funder.name).join(Funder, Funder.id == FunderKind.funder_id)
    for kind_id, name in session.execute(query.where(Funder.closed_at.is_(None)).order_by(Funder.name)):
        found.setdefault(kind_id, []).append(name)
    return found


def add_funder(session: Session, actor: Actor, card: FunderCard, now: datetime) -> Funder:
    """Add a funder.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such site or question.
        Refused: it has no name, or that of another, or too long a text; every reason.
    """
    actor.needs_everywhere(Role.ADMIN)
    row = Funder(version=1)
    _check(session, card, None)
    _write(row, card, now)
    session.add(row)
    session.flush()
    return row


def edit_funder(
    session: Session, actor: Actor, funder_id: int, card: FunderCard, version: int, now: datetime
) -> Funder:
    """Write a funder anew.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such funder, site or question.
        Conflict: somebody else changed it since.
        Refused: as for a new one.
    """
    actor.needs_everywhere(Role.ADMIN)
    query = select(Funder).where(Funder.id == funder_id).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(f"funder {funder_id}")
    check_version(row.version, version)
    _check(session, card, row.id)
    _write(row, card, now)
    row.version += 1
    session.flush()
    return row


def _check(session: Session, card: FunderCard, own_id: int | None) -> None:
    for site_id in sorted(card.site_ids):
        sites.site(session, site_id)
    known = set(session.scalars(select(FactKind.id).where(FactKind.id.in_(card.kind_ids))))
    if unknown := card.kind_ids - known:
        raise NotFound(f"fact kinds {sorted(unknown)}")
    found, name = [], line_of(card.name)
    if not name:
        found.append(Refusal("name_missing", _("Give it a name.")))
    if len(name) > LONGEST_NAME:
        found.append(Refusal("name_long", _("A name has at most %(count)s characters.", count=LONGEST_NAME)))
    if len(card.note) > LONGEST_NOTE:
        found.append(Refusal("note_long", _("A note has at most %(count)s characters.", count=LONGEST_NOTE)))
    same = select(Funder.id).where(func.lower(Funder.name) == name.lower(), Funder.id != (own_id or 0))
    if session.scalar(same.limit(1)) is not None:
        found.append(Refusal("name_taken", _("Another one of the list is called so already.")))
    if found:
        raise Refused(found)


def _write(row: Funder, card: FunderCard, now: datetime) -> None:
    row.name, row.note = line_of(card.name), lines_of(card.note)
    row.closed_at = (row.closed_at or now) if card.closed else None
    site_by_id = {one.site_id: one for one in row.sites}
    kind_by_id = {one.kind_id: one for one in row.kinds}
    row.sites = [site_by_id.get(key) or FunderSite(site_id=key) for key in sorted(card.site_ids)]
    row.kinds = [kind_by_id.get(key) or FunderKind(kind_id=key) for key in sorted(card.kind_ids)]
