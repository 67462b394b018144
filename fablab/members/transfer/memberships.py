"""Memberships as a table: what people had before this lab kept it. Nothing is charged, and nobody is mailed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.core import audit
from fablab.core.i18n import _
from fablab.core.tables import Trouble
from fablab.core.text import plain_of
from fablab.members import classes, queries
from fablab.members.actor import Actor, Role
from fablab.members.classes import History
from fablab.members.memberships import queries as memberships
from fablab.members.memberships import rights
from fablab.members.memberships.rules import DAY, first_day, last_day
from fablab.members.models import Member, Membership, MembershipKind, MembershipPerson
from fablab.members.transfer import finding, people
from fablab.members.transfer.cells import Reading
from fablab.members.transfer.columns import WHO
from fablab.members.transfer.outcome import Outcome
from fablab.sites.entities import CENTURY

COLUMNS = ("number", "name", "email", "birth_date", "kind", "first_on", "last_on", "ended_on", "price")
KNOWN = (*COLUMNS, *(column for column in WHO if column not in COLUMNS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A membership that somebody is to have had: of its two days one at least is known."""

    line: int
    member: Member
    kind: MembershipKind
    first_on: date | None = None
    last_on: date | None = None
    ended_on: date | None = None
    price_cents: int = 0

    def days(self, today: date) -> tuple[date, date]:
        """Its first and last day; one that is not known follows from how long the kind lasts."""
        if self.first_on is not None:
            return self.first_on, self.last_on or last_day(self.kind.how_long, self.first_on)
        end = self.last_on or today
        return min(first_day(self.kind.how_long, end), today), end


def bring_in(session: Session, actor: Actor, readings: list[Reading], now: datetime) -> Outcome:
    """Write every line that can be taken, and tell of all others why not.

    Raises:
        Forbidden: nowhere a fabmanager.
    """
    actor.needs_anywhere(Role.FABMANAGER)
    finder, kinds = finding.finder(session, readings), memberships.kinds(session)
    wanted = [
        one for reading in readings if (one := _wanted(reading, finding.one_of_theirs(reading, finder, actor), kinds))
    ]
    outcome = take(session, actor, wanted, now)
    outcome.troubles = [*(one for reading in readings for one in reading.troubles), *outcome.troubles]
    return outcome


def take(session: Session, actor: Actor, wanted: list[Wanted], now: datetime) -> Outcome:
    """Write memberships with their days of then; who has the same one already keeps it."""
    outcome = Outcome()
    ids = {one.member.id for one in wanted}
    had = _had(session, ids)
    history = classes.history_of(session, ids)
    accounts = {row.owner_id: row.id for row in queries.personal_accounts(session, ids)}
    made = []
    for one in wanted:
        theirs = had.setdefault((one.member.id, one.kind.id), [])
        if any(_is_same(row, one) for row in theirs):
            outcome.unchanged += 1
            continue
        reasons = list(_reasons(actor, one, theirs, now))
        if reasons:
            outcome.troubles += reasons
            continue
        row = _row(actor, one, accounts[one.member.id], history, now)
        theirs.append(row)
        made.append((row, one.kind.site_id))
    session.add_all(row for row, _site in made)
    session.flush()
    whom = [(row.holder_id, site_id, f"membership:{row.id}") for row, site_id in made]
    audit.note_all(session, actor.member_id, "membership.imported", now, whom, {"import": True})
    outcome.added = len(made)
    return outcome


def cells(session: Session, members: Iterable[Member]) -> list[dict[str, str]]:
    """The memberships that these people hold or held, as lines of the table."""
    rows = {row.id: row for row in members}
    query = select(Membership).options(joinedload(Membership.kind)).where(Membership.holder_id.in_(rows))
    return [
        people.who(rows[row.holder_id])
        | {
            "kind": row.kind.name,
            "first_on": row.first_on.isoformat(),
            "last_on": row.last_on.isoformat(),
            "ended_on": row.ended_on.isoformat() if row.ended_on else "",
            "price": f"{row.price_cents // 100}.{row.price_cents % 100:02}",
        }
        for row in session.scalars(query.order_by(Membership.holder_id, Membership.first_on, Membership.id))
    ]


def kind_named(name: str, member: Member, kinds: Iterable[MembershipKind]) -> MembershipKind | None:
    """The kind that a word means for somebody: one of their site, else the network's; None for none, or for several."""
    named = [row for row in kinds if plain_of(row.name) == plain_of(name)]
    for fitting in ([row for row in named if row.site_id == member.home_site_id], named):
        if len(fitting) == 1:
            return fitting[0]
    return None


def _wanted(reading: Reading, member: Member | None, kinds: list[MembershipKind]) -> Wanted | None:
    word = reading.text("kind")
    kind = kind_named(word, member, kinds) if member else None
    if not word:
        reading.missing("kind")
    elif kind is None and (member is not None or all(plain_of(row.name) != plain_of(word) for row in kinds)):
        reading.unknown("kind", word, (row.name for row in kinds))
    first, last, ended = (reading.day(column) for column in ("first_on", "last_on", "ended_on"))
    if first is None and not reading.line.cells.get("first_on", "").strip():
        reading.missing("first_on")
    price = reading.cents("price")
    if reading.troubles or member is None or kind is None:
        return None
    return Wanted(
        line=reading.number,
        member=member,
        kind=kind,
        first_on=first,
        last_on=last,
        ended_on=ended,
        price_cents=price or 0,
    )


def _row(actor: Actor, one: Wanted, account_id: int, history: History, now: datetime) -> Membership:
    first_on, last_on = one.days(_today(one, now))
    row = Membership(
        kind_id=one.kind.id,
        holder_id=one.member.id,
        account_id=account_id,
        class_id=history.at(one.member.id, first_on),
        price_cents=one.price_cents,
        first_on=first_on,
        last_on=last_on,
        sold_at=now,
        sold_by_id=actor.member_id,
        ended_on=one.ended_on,
        ended_by_id=actor.member_id if one.ended_on else None,
    )
    row.people = [MembershipPerson(member_id=one.member.id, joined_on=first_on)]
    return row


def _had(session: Session, member_ids: Iterable[int]) -> dict[tuple[int, int], list[Membership]]:
    found: dict[tuple[int, int], list[Membership]] = {}
    for row in session.scalars(select(Membership).where(Membership.holder_id.in_(set(member_ids)))):
        found.setdefault((row.holder_id, row.kind_id), []).append(row)
    return found


def _today(one: Wanted, now: datetime) -> date:
    return now.astimezone(one.kind.zone).date()


def _is_same(row: Membership, one: Wanted) -> bool:
    same_days = one.first_on in (None, row.first_on) and one.last_on in (None, row.last_on)
    return same_days and one.ended_on in (None, row.ended_on)


def _reasons(actor: Actor, one: Wanted, theirs: list[Membership], now: datetime) -> Iterable[Trouble]:
    known = [day for day in (one.first_on, one.last_on) if day is not None]
    if not rights.is_staff_for(actor, one.kind):
        yield Trouble(one.line, _("This kind of membership is sold by another site."), "kind")
    if not all(CENTURY[0] <= day <= CENTURY[1] for day in known):
        yield Trouble(one.line, _("Choose a day of this century."), "first_on")
        return
    first_on, last_on = one.days(_today(one, now))
    if not first_on <= last_on <= CENTURY[1]:
        yield Trouble(one.line, _("It ends before it begins, or after this century."), "last_on")
    elif one.ended_on is not None and not first_on - DAY <= one.ended_on <= last_on:
        yield Trouble(one.line, _("It was ended on one of its own days."), "ended_on")
    if one.ended_on is None and any(
        row.ended_on is None and row.first_on <= last_on and row.last_on >= first_on for row in theirs
    ):
        text = _("They have this membership in that time already, here or on a line above.")
        yield Trouble(one.line, text, "first_on")
