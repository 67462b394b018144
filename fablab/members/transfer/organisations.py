"""Organisations with their people as a table, a line for each person in one. Nobody is mailed."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.core import audit
from fablab.core.i18n import _
from fablab.core.tables import Trouble
from fablab.core.text import line_of, plain_of
from fablab.members.actor import Actor, Role
from fablab.members.models import Account, AccountKind, AccountMember, Member
from fablab.members.organisations import cards, rights
from fablab.members.organisations.cards import AccountCard
from fablab.members.transfer import finding, people
from fablab.members.transfer.cells import Reading
from fablab.members.transfer.columns import WHO
from fablab.members.transfer.outcome import Outcome

CARD = ("siren", "siret", "billing_address", "billing_email", "purchase_order", "service_code", "monthly_cap")
COLUMNS = ("organisation", *CARD, "number", "name", "email", "birth_date", "owner")
KNOWN = (*COLUMNS, *(column for column in WHO if column not in COLUMNS))
COLUMN_OF = {"siret_of_another": "siret", "cap": "monthly_cap", "email_invalid": "billing_email"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Somebody who is to be in an organisation; None where the line only speaks of the organisation."""

    line: int
    name: str
    member: Member | None
    owner: bool | None = None
    card: AccountCard


@dataclass(slots=True)
class Group:
    """The lines of one organisation, which is there or new."""

    account: Account | None
    lines: list[Wanted] = field(default_factory=list)
    card: AccountCard = field(default_factory=lambda: AccountCard(name=""))


def bring_in(session: Session, actor: Actor, readings: list[Reading], now: datetime) -> Outcome:
    """Write every organisation of which all lines can be taken, and tell of all others why not.

    Raises:
        Forbidden: nowhere a fabmanager.
    """
    actor.needs_anywhere(Role.FABMANAGER)
    finder = finding.finder(session, readings)
    wanted = [_wanted(reading, _person(reading, finder, actor)) for reading in readings]
    bad = {one.line: one for reading in readings for one in reading.troubles}
    outcome = take(session, actor, wanted, now, bad=set(bad))
    outcome.troubles = [*(one for reading in readings for one in reading.troubles), *outcome.troubles]
    return outcome


def take(session: Session, actor: Actor, wanted: list[Wanted], now: datetime, *, bad: Iterable[int] = ()) -> Outcome:
    """Found organisations and put people into them, each as a whole: one with a line that cannot be taken stays out."""
    outcome, wrong = Outcome(), set(bad)
    places = _places(session)
    joined: list[tuple[int, int | None, str]] = []
    for group in _groups(session, wanted):
        present = {} if group.account is None else places.get(group.account.id, {})
        troubles = [*_unlike(group), *_reasons(actor, group, present)]
        stopped = {one.line for one in group.lines} & (wrong | {one.line for one in troubles})
        if stopped:
            text = _("Line %(line)s of the same organisation cannot be taken.", line=min(stopped))
            rest = [Trouble(one.line, text) for one in group.lines if one.line not in stopped]
            outcome.troubles += [*troubles, *rest]
            continue
        joined += _write(session, actor, group, present, outcome, now)
    audit.note_all(session, actor.member_id, "account_member.joined", now, joined, {"import": True})
    return outcome


def cells(session: Session, actor: Actor, members: Iterable[Member]) -> list[dict[str, str]]:
    """The open organisations in which these people are, a line for each person in one; whole for treasurers only."""
    rows = {row.id: row for row in members}
    query = (
        select(AccountMember, Account)
        .join(Account, Account.id == AccountMember.account_id)
        .where(AccountMember.member_id.in_(rows), AccountMember.left_at.is_(None), Account.closed_at.is_(None))
        .order_by(Account.name, Account.id, AccountMember.is_owner.desc(), AccountMember.member_id)
    )
    return [
        {
            "organisation": account.name,
            **_card_cells(cards.card_of(account), whole=rights.is_treasurer(actor)),
            **people.who(rows[place.member_id]),
            "owner": "yes" if place.is_owner else "no",
        }
        for place, account in session.execute(query)
    ]


def _card_cells(card: AccountCard, *, whole: bool) -> dict[str, str]:
    """What a line says of an organisation; its cap is between its owners and treasurers."""
    cap = card.monthly_cap_cents if whole else None
    return {
        **{column: getattr(card, column) for column in CARD if column != "monthly_cap"},
        "monthly_cap": "" if cap is None else f"{cap // 100}.{cap % 100:02}",
    }


def _person(reading: Reading, finder: finding.Finder, actor: Actor) -> Member | None:
    if any(reading.line.cells.get(column, "").strip() for column in ("number", "email", "name")):
        return finding.one_of_theirs(reading, finder, actor)
    return None


def _wanted(reading: Reading, member: Member | None) -> Wanted:
    name = reading.text("organisation")
    if not name:
        reading.missing("organisation")
    card = AccountCard(
        name=name,
        siren=reading.text("siren", 40),
        siret=reading.text("siret", 40),
        billing_address=reading.lines("billing_address", 500),
        billing_email=reading.email("billing_email") or "",
        purchase_order=reading.text("purchase_order", 100),
        service_code=reading.text("service_code", 100),
        monthly_cap_cents=reading.cents("monthly_cap"),
    )
    return Wanted(line=reading.number, name=name, member=member, owner=reading.flag("owner"), card=card)


def _groups(session: Session, wanted: list[Wanted]) -> list[Group]:
    """The lines by organisation: one that is here by its SIRET or its name, or one that is to be founded."""
    query = select(Account).where(Account.kind == AccountKind.ORGANISATION, Account.closed_at.is_(None))
    accounts = list(session.scalars(query.order_by(Account.id)))
    by_siret = {row.siret: row for row in reversed(accounts) if row.siret}
    by_name = {plain_of(row.name): row for row in reversed(accounts)}
    found: dict[object, Group] = {}
    first: dict[str, object] = {}
    for one in wanted:
        siret = "".join(one.card.siret.split())
        account = by_siret.get(siret) or by_name.get(plain_of(one.name))
        if account is not None and siret and account.siret not in (None, siret):
            # Another enterprise, or another place of it, of the same name.
            account = None
        key: object = account.id if account else (plain_of(one.name), siret)
        if account is None:
            # A line without a number is of the first organisation of that name.
            key = first.setdefault(plain_of(one.name), key) if not siret else key
            first.setdefault(plain_of(one.name), key)
        group = found.setdefault(key, Group(account))
        if not group.lines:
            group.card = cards.card_of(account) if account else AccountCard(name=one.name)
        group.card = _filled(group.card, one.card)
        group.lines.append(one)
    return list(found.values())


def _filled(card: AccountCard, more: AccountCard) -> AccountCard:
    """A card with what a line says; an empty cell says nothing, and the name is that of who is here."""
    said = {item.name: getattr(more, item.name) for item in fields(AccountCard) if item.name != "name"}
    return replace(card, **{name: value for name, value in said.items() if value not in ("", None)})


def _unlike(group: Group) -> Iterable[Trouble]:
    """Lines of one organisation say the same of it, or nothing."""
    for one in group.lines:
        for item in fields(AccountCard):
            said = getattr(one.card, item.name)
            if item.name != "name" and said not in ("", None, getattr(group.card, item.name)):
                column = "monthly_cap" if item.name == "monthly_cap_cents" else item.name
                yield Trouble(one.line, _("Another line of this organisation says something else here."), column)


def _reasons(actor: Actor, group: Group, present: dict[int, AccountMember]) -> Iterable[Trouble]:
    first = group.lines[0].line
    for reason in cards.reasons_against(group.card):
        yield Trouble(first, reason.message, COLUMN_OF.get(reason.code, "" if "_" in reason.code else reason.code))
    staff = rights.is_treasurer(actor)
    if group.account is None and not any(one.owner and one.member for one in group.lines):
        yield Trouble(
            first, _("Say who owns this new organisation: “yes” in the column “owner” of one person."), "owner"
        )
    if group.account is not None and not staff and _is_changed(group):
        yield Trouble(first, _("What is written of an organisation is changed by its owners, or by a treasurer."))
    seen: dict[int, int] = {}
    for one in group.lines:
        if one.member is None:
            continue
        earlier = seen.setdefault(one.member.id, one.line)
        place = present.get(one.member.id)
        if earlier != one.line:
            yield Trouble(one.line, _("Line %(line)s puts the same person into it.", line=earlier), "number")
        elif group.account is not None and not staff and (place is None or (one.owner and not place.is_owner)):
            yield Trouble(
                one.line, _("People are put into an organisation by its owners, or by a treasurer."), "number"
            )
        elif place is not None and place.is_owner and one.owner is False:
            yield Trouble(one.line, _("They own it. That is taken back on the organisation’s own page."), "owner")


def _is_changed(group: Group) -> bool:
    if group.account is None:
        return False
    present = cards.card_of(group.account)
    return any(
        _plain(getattr(group.card, item.name)) != _plain(getattr(present, item.name)) for item in fields(present)
    )


def _plain(value: object) -> object:
    return "".join(value.split()) if isinstance(value, str) else value


def _write(
    session: Session,
    actor: Actor,
    group: Group,
    present: dict[int, AccountMember],
    outcome: Outcome,
    now: datetime,
) -> list[tuple[int, int | None, str]]:
    account, changed = group.account, _is_changed(group)
    if account is None:
        account = Account(kind=AccountKind.ORGANISATION, name=line_of(group.card.name), created_at=now)
        session.add(account)
        cards.write(account, group.card)
        session.flush()
        audit.note(session, actor.member_id, "account.founded", now, subject=f"account:{account.id}")
    elif changed:
        cards.write(account, group.card)
        account.version += 1
        session.flush()
        audit.note(session, actor.member_id, "account.edited", now, subject=f"account:{account.id}")
    joined: list[tuple[int, int | None, str]] = []
    for one in group.lines:
        place = present.get(one.member.id) if one.member else None
        if one.member is not None and place is None:
            session.add(
                AccountMember(account_id=account.id, member_id=one.member.id, is_owner=bool(one.owner), joined_at=now)
            )
            joined.append((one.member.id, None, f"account:{account.id}"))
            outcome.added += 1
        elif place is not None and one.owner and not place.is_owner:
            place.is_owner, place.version = True, place.version + 1
            outcome.changed += 1
        elif changed and one is group.lines[0]:
            outcome.changed += 1
        else:
            outcome.unchanged += 1
    return joined


def _places(session: Session) -> dict[int, dict[int, AccountMember]]:
    query = select(AccountMember).options(joinedload(AccountMember.member)).where(AccountMember.left_at.is_(None))
    found: dict[int, dict[int, AccountMember]] = {}
    for row in session.scalars(query):
        found.setdefault(row.account_id, {})[row.member_id] = row
    return found


def names(session: Session) -> set[str]:
    """What open organisations here are called, as `plain_of` makes it."""
    query = select(Account.name).where(Account.kind == AccountKind.ORGANISATION, Account.closed_at.is_(None))
    return {plain_of(name) for name in session.scalars(query)}
