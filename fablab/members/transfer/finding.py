"""Whom a line of a table means: by member number, else by their own address, else by name and day of birth."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from fablab.core.i18n import _
from fablab.core.text import plain_of
from fablab.members.actor import Actor
from fablab.members.doubles import words_of
from fablab.members.models import Member, Role
from fablab.members.transfer.cells import Reading


@dataclass(slots=True)
class Finder:
    """The people whom the lines of a table can mean, looked up once for all lines."""

    numbers: dict[int, Member] = field(default_factory=dict)
    emails: dict[str, Member] = field(default_factory=dict)
    born: dict[object, list[Member]] = field(default_factory=dict)
    """By day of birth and the words of the name."""

    def of(self, reading: Reading) -> Member | None:
        """The member whom a line means; None for nobody, and where that cannot be told, which is noted."""
        number, email = reading.whole("number"), reading.email("email")
        name, born = reading.full_name(), reading.day("birth_date")
        if number is not None:
            found = self.numbers.get(number)
            if found is None:
                reading.wrong("number", _("Nobody has this number. Leave it empty for somebody new."))
            return self._present(reading, "number", found)
        found = self.emails.get(email or "")
        if found is not None:
            if born and found.birth_date and born != found.birth_date:
                text = _("No. %(number)s has this address and was born on another day. Is it shared?", number=found.id)
                reading.wrong("email", text)
            return self._present(reading, "email", found)
        if not name or born is None:
            return None
        alike = [row for row in self.born.get((born, words_of(plain_of(name))), []) if row.left_at is None]
        if len(alike) > 1:
            names = ", ".join(str(row.id) for row in alike[:5])
            reading.wrong("name", _("Several people are meant: no. %(numbers)s. Write the number.", numbers=names))
        return alike[0] if len(alike) == 1 else None

    def _present(self, reading: Reading, column: str, found: Member | None) -> Member | None:
        if found is not None and found.merged_into_id is not None:
            text = _("This record was merged into no. %(number)s. Write that number.", number=found.merged_into_id)
            reading.wrong(column, text)
        elif found is not None and found.left_at is not None:
            reading.wrong(column, _("This person has left: no. %(number)s.", number=found.id))
        return found


def finder(session: Session, readings: Iterable[Reading]) -> Finder:
    """Look up whom these lines can mean, in a few statements; nobody else changes them until the transaction ends."""
    # What is wrong with a cell is noted when the line itself is read, not here.
    lines = [Reading(reading.line) for reading in readings]
    found = Finder()
    for row in _rows(session, Member.id.in_({line.whole("number") for line in lines} - {None})):
        found.numbers[row.id] = row
    for row in _rows(session, Member.email.in_({line.email("email") for line in lines} - {None})):
        found.emails[row.email or ""] = row
    for row in _rows(session, Member.birth_date.in_({line.day("birth_date") for line in lines} - {None})):
        found.born.setdefault((row.birth_date, words_of(row.name_key)), []).append(row)
    return found


def looks_after(actor: Actor, member: Member) -> bool:
    """Tell whether somebody brings in and takes out what is known of a person: administrators of the network all,
    fabmanagers those whose site is theirs.
    """
    if actor.may_everywhere(Role.FABMANAGER):
        return True
    return member.home_site_id is not None and actor.may_at_site(Role.FABMANAGER, member.home_site_id)


def one_of_theirs(reading: Reading, finder: Finder, actor: Actor) -> Member | None:
    """The member whom a line of a table about people means, who must be there and theirs; noted where not."""
    if not any(reading.line.cells.get(column, "").strip() for column in ("number", "email", "name")):
        reading.wrong("number", _("Say who is meant: a member number, an address, or a name and a day of birth."))
        return None
    before = len(reading.troubles)
    found = finder.of(reading)
    if found is None and len(reading.troubles) == before:
        text = _("Nobody here is meant: neither the number, the address, nor name and day of birth are known.")
        reading.wrong("name", text)
    if found is not None and not looks_after(actor, found):
        not_theirs(reading, found)
    return found


def not_theirs(reading: Reading, member: Member) -> None:
    """Note that another site looks after somebody."""
    reading.wrong("", _("No. %(number)s is looked after by another site, or by none.", number=member.id))


def _rows(session: Session, condition: ColumnElement[bool]) -> list[Member]:
    query = select(Member).where(condition).order_by(Member.id).with_for_update(key_share=True)
    return list(session.scalars(query))
