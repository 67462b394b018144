"""One line of a table while it is read: what its cells say, and all that is wrong with them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.core.tables import Line, Trouble
from fablab.core.text import line_of, lines_of, plain_of
from fablab.members.services import clean_email

_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T].*)?")
_MONEY = re.compile(r"(\d{1,7})(?:[.,](\d{1,2}))?")
_YES = {"yes", "oui", "true", "vrai", "1", "x"}
_NO = {"no", "non", "false", "faux", "0"}
SHOWN = 60
"""Letters of a cell that are repeated in a problem."""


@dataclass(slots=True)
class Reading:
    """A line, and the problems found in it so far. An empty cell says nothing: what is there stays."""

    line: Line
    troubles: list[Trouble] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.line.is_too_wide:
            text = _("It has more cells than there are columns; perhaps quotation marks are missing.")
            self.wrong("", text)

    @property
    def number(self) -> int:
        return self.line.number

    def wrong(self, column: str, message: str) -> None:
        """Note a problem in a column, or (empty) in the line as a whole."""
        trouble = Trouble(self.line.number, message, column)
        if trouble not in self.troubles:
            self.troubles.append(trouble)

    def text(self, column: str, most: int = 200) -> str:
        """One line of text; empty for none."""
        return self._fitting(column, line_of(self.line.cells.get(column, "")), most)

    def lines(self, column: str, most: int) -> str:
        """Several lines of text; empty for none."""
        return self._fitting(column, lines_of(self.line.cells.get(column, "")), most)

    def day(self, column: str) -> date | None:
        """A day, as `2001-02-03` or `03/02/2001`; None for none."""
        text = line_of(self.line.cells.get(column, ""))
        if not text:
            return None
        found = day_of(text)
        if found is None:
            self._cannot(column, text, _("a day, such as 2001-12-31 or 31/12/2001"))
        return found

    def whole(self, column: str) -> int | None:
        """A whole number that can be a row's; None for none."""
        text = line_of(self.line.cells.get(column, ""))
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0:
            return int(text)
        self._cannot(column, text, _("a number"))
        return None

    def cents(self, column: str) -> int | None:
        """An amount of money, in cents; None for none."""
        text = line_of(self.line.cells.get(column, "")).replace("€", "").replace(" ", "")
        if not text:
            return None
        found = _MONEY.fullmatch(text) if text.isascii() else None
        if found is None:
            self._cannot(column, text, _("an amount, such as 12.50"))
            return None
        return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))

    def flag(self, column: str) -> bool | None:
        """Yes or no; None for nothing said."""
        text = plain_of(line_of(self.line.cells.get(column, "")))
        if not text:
            return None
        if text not in _YES | _NO:
            self._cannot(column, text, _("“yes” or “no”"))
            return None
        return text in _YES

    def email(self, column: str) -> str | None:
        """An address in the form in which it is kept; None for none."""
        text = line_of(self.line.cells.get(column, ""))
        if not text:
            return None
        try:
            if len(text) <= 254:
                return clean_email(text)
        except Refused:
            pass
        self._cannot(column, text, _("an e-mail address"))
        return None

    def full_name(self) -> str:
        """First name and name together."""
        first, last = self.text("first_name"), self.text("name")
        return self._fitting("name", f"{first} {last}".strip(), 200)

    def unknown(self, column: str, text: str, known: Iterable[str]) -> None:
        """Note that nothing here is called so, and what there is."""
        names = ", ".join(sorted(set(known))[:12]) or "–"
        self.wrong(column, _("“%(text)s” is not known here. Known: %(names)s.", text=text[:SHOWN], names=names))

    def missing(self, column: str) -> None:
        """Note that a cell is needed."""
        self.wrong(column, _("This cell is empty; fill it in."))

    def _cannot(self, column: str, text: str, what: str) -> None:
        self.wrong(column, _("“%(text)s” is not %(what)s.", text=text[:SHOWN], what=what))

    def _fitting(self, column: str, text: str, most: int) -> str:
        if len(text) > most:
            self.wrong(column, _("This is too long: at most %(count)s characters.", count=most))
            return text[:most]
        return text


def day_of(text: str) -> date | None:
    """The day that a text says, year first or last; None if it says none."""
    if not text.isascii():
        return None
    iso, usual = _ISO.fullmatch(text), _DAY.fullmatch(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if usual:
            return date(int(usual[3]), int(usual[2]), int(usual[1]))
    except ValueError:
        return None
    return None
