"""The tables of people: members, memberships, organisations, certificates; bringing one in and taking one out.

What Fab-manager exports is taken as a table of members, with the memberships, certificates and structures in it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from fablab.core import audit, tables, workbooks
from fablab.core.i18n import _, n_
from fablab.core.text import plain_of
from fablab.members import people as lists
from fablab.members.actor import Actor, Role
from fablab.members.memberships import queries as kinds
from fablab.members.models import Member
from fablab.members.organisations.cards import AccountCard
from fablab.members.people import Wanted
from fablab.members.transfer import columns, fabmanager, memberships, organisations, people
from fablab.members.transfer.cells import Reading
from fablab.members.transfer.fabmanager import Export
from fablab.members.transfer.finding import looks_after
from fablab.members.transfer.outcome import Options, Outcome
from fablab.sites import queries as sites
from fablab.training import queries, transfer

EVERYBODY = 1_000_000


class TableKind(StrEnum):
    """What a table is of."""

    MEMBERS = "members"
    MEMBERSHIPS = "memberships"
    ORGANISATIONS = "organisations"
    CERTIFICATES = "certificates"


COLUMNS: Mapping[TableKind, tuple[str, ...]] = {
    TableKind.MEMBERS: people.COLUMNS,
    TableKind.MEMBERSHIPS: memberships.COLUMNS,
    TableKind.ORGANISATIONS: organisations.COLUMNS,
    TableKind.CERTIFICATES: transfer.COLUMNS,
}
"""What goes out, in this order."""
_KNOWN: Mapping[TableKind, tuple[str, ...]] = {
    TableKind.MEMBERS: people.KNOWN,
    TableKind.MEMBERSHIPS: memberships.KNOWN,
    TableKind.ORGANISATIONS: organisations.KNOWN,
    TableKind.CERTIFICATES: transfer.KNOWN,
}
_NEEDED: Mapping[TableKind, tuple[tuple[str, ...], ...]] = {
    TableKind.MEMBERS: (columns.FINDING,),
    TableKind.MEMBERSHIPS: (columns.FINDING, ("kind",), ("first_on",)),
    TableKind.ORGANISATIONS: (("organisation",),),
    TableKind.CERTIFICATES: (columns.FINDING, ("course",), ("granted_on",)),
}


def text_of(content: bytes) -> str:
    """The table in a file: text as spreadsheets save it, or the first sheet of an Excel workbook.

    Raises:
        Refused: it is neither, or too large.
    """
    if workbooks.is_workbook(content):
        return workbooks.as_text(content, columns.MOST_LINES)
    return tables.decoded(content)


def bring_in(session: Session, actor: Actor, kind: TableKind, text: str, options: Options, now: datetime) -> Outcome:
    """Write every line that can be taken, and tell of all others why not; who must have all or nothing rolls back.

    Raises:
        Forbidden: nowhere a fabmanager.
        Refused: the table as a whole cannot be read.
    """
    actor.needs_anywhere(Role.FABMANAGER)
    if kind == TableKind.MEMBERS and fabmanager.is_export(text):
        outcome = _from_fabmanager(session, actor, fabmanager.read(text), options, now)
    else:
        outcome = _own(session, actor, kind, text, options, now)
    outcome.troubles.sort(key=lambda trouble: trouble.line)
    _note(session, actor, "table.imported", kind, _counts(outcome), now)
    return outcome


def table(session: Session, actor: Actor, kind: TableKind, wanted: Wanted, now: datetime) -> str:
    """What is known of the people who are wanted and whom this actor looks after, as a table that can be brought in
    again.

    Raises:
        Forbidden: nowhere a fabmanager.
    """
    actor.needs_anywhere(Role.FABMANAGER)
    found = lists.people(session, wanted, limit=EVERYBODY).items
    members = [row for row in found if looks_after(actor, row)]
    if kind == TableKind.MEMBERS:
        names = {row.id: row.name for row in sites.sites(session)}
        lines = [people.cells_of(row, names) for row in members]
    elif kind == TableKind.MEMBERSHIPS:
        lines = memberships.cells(session, members)
    elif kind == TableKind.ORGANISATIONS:
        lines = organisations.cells(session, actor, members)
    else:
        lines = transfer.cells(session, members, now)
    _note(session, actor, "table.exported", kind, {"lines": len(lines)}, now)
    return tables.written(COLUMNS[kind], lines)


def _own(session: Session, actor: Actor, kind: TableKind, text: str, options: Options, now: datetime) -> Outcome:
    sheet = columns.read(text, _KNOWN[kind], _NEEDED[kind])
    readings = [Reading(line) for line in sheet.lines]
    if kind == TableKind.MEMBERS:
        outcome, _members = people.bring_in(session, actor, readings, options, now)
    elif kind == TableKind.MEMBERSHIPS:
        outcome = memberships.bring_in(session, actor, readings, now)
    elif kind == TableKind.ORGANISATIONS:
        outcome = organisations.bring_in(session, actor, readings, now)
    else:
        outcome = transfer.bring_in(session, actor, readings, now)
    outcome.remarks += _passed_over(sheet.passed_over)
    called = sheet.headings
    outcome.troubles = [replace(one, column=called.get(one.column, one.column)[:60]) for one in outcome.troubles]
    return outcome


def _from_fabmanager(session: Session, actor: Actor, export: Export, options: Options, now: datetime) -> Outcome:
    readings = [Reading(line) for line in export.people]
    outcome, found = people.bring_in(session, actor, readings, replace(options, foreign=True), now)
    outcome.remarks.append(_("This is Fab-manager’s list of members."))
    outcome.remarks += _passed_over(export.passed_over)
    if export.minors:
        text = n_(
            "%(count)s person is under 18 and has no date of birth here: add it, and who answers for them.",
            "%(count)s people are under 18 and have no date of birth here: add it, and who answers for them.",
            export.minors,
        )
        outcome.remarks.append(text)
    for part in (_subscriptions, _trainings, _structures):
        brought = part(session, actor, export, found, now)
        outcome.troubles += brought.troubles
        outcome.remarks += brought.remarks
    return outcome


def _subscriptions(
    session: Session, actor: Actor, export: Export, found: Mapping[int, Member], now: datetime
) -> Outcome:
    known, strange, wanted = kinds.kinds(session), Counter[str](), []
    for one in export.subscriptions:
        member = found.get(one.line)
        kind = memberships.kind_named(one.plan, member, known) if member else None
        if member is not None and kind is None:
            strange[one.plan] += 1
        elif member is not None and kind is not None:
            wanted.append(memberships.Wanted(line=one.line, member=member, kind=kind, last_on=one.last_on))
    outcome = memberships.take(session, actor, wanted, now)
    if outcome.added:
        text = n_("%(count)s membership comes along.", "%(count)s memberships come along.", outcome.added)
        outcome.remarks.append(text + " " + _("They begin as long before their end as they last."))
    for name, count in strange.items():
        text = n_(
            "No kind of membership is called “%(name)s”: %(count)s membership is not taken.",
            "No kind of membership is called “%(name)s”: %(count)s memberships are not taken.",
            count,
            name=name[:60],
        )
        outcome.remarks.append(text)
    return outcome


def _trainings(session: Session, actor: Actor, export: Export, found: Mapping[int, Member], now: datetime) -> Outcome:
    known = {plain_of(row.name): row for row in queries.courses(session)}
    strange, wanted = Counter[str](), []
    for one in export.trainings:
        member, course = found.get(one.line), known.get(plain_of(one.name))
        if member is not None and course is None:
            strange[one.name] += 1
        # Nobody validates themselves: whoever brings the table in is left to a colleague.
        elif member is not None and course is not None and member.id != actor.member_id:
            wanted.append(transfer.Wanted(line=one.line, member=member, course=course))
    outcome = transfer.take(session, actor, wanted, now)
    if outcome.added:
        text = n_("%(count)s certificate comes along.", "%(count)s certificates come along.", outcome.added)
        outcome.remarks.append(text + " " + _("They begin today, since Fab-manager does not say when."))
    for name, count in strange.items():
        text = n_(
            "No course is called “%(name)s”: %(count)s certificate is not taken.",
            "No course is called “%(name)s”: %(count)s certificates are not taken.",
            count,
            name=name[:60],
        )
        outcome.remarks.append(text)
    return outcome


def _structures(session: Session, actor: Actor, export: Export, found: Mapping[int, Member], now: datetime) -> Outcome:
    owned, wanted = organisations.names(session), []
    for one in export.structures:
        member = found.get(one.line)
        if member is None:
            continue
        # The first of a new one answers for it; who that should be, its people settle later.
        owner = True if plain_of(one.name) not in owned else None
        owned.add(plain_of(one.name))
        card = AccountCard(name=one.name, billing_address=one.address if owner else "")
        wanted.append(organisations.Wanted(line=one.line, name=one.name, member=member, owner=owner, card=card))
    outcome = organisations.take(session, actor, wanted, now)
    if outcome.added:
        text = n_(
            "%(count)s person comes with their organisation.",
            "%(count)s people come with their organisations.",
            outcome.added,
        )
        outcome.remarks.append(text)
    return outcome


def _passed_over(names: tuple[str, ...] | list[str]) -> list[str]:
    if not names:
        return []
    listed = ", ".join(f"“{name[:40]}”" for name in names[:20])
    return [_("These columns are passed over: %(names)s.", names=listed)]


def _counts(outcome: Outcome) -> dict[str, int]:
    return {
        "added": outcome.added,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "bad_lines": outcome.bad_lines,
    }


def _note(
    session: Session, actor: Actor, action: str, kind: TableKind, counts: Mapping[str, int], now: datetime
) -> None:
    audit.note(session, actor.member_id, action, now, details={"kind": kind.value, **counts})
