"""What may be answered to a question, and in which order a project goes on: pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from fablab.core.i18n import _, show_date
from fablab.core.refusals import Refusal
from fablab.core.text import line_of
from fablab.impact.codes import NO, YES, Field, Stage

LONGEST_TEXT = 120
LARGEST_NUMBER = 1_000_000
OLDEST = 120
"""Nobody is older."""
FIRST_DAY = date(2000, 1, 1)
"""Nothing that is reported is older."""
_AGAIN = {Stage.STILL_THERE}
"""What may be true again, years later."""


def read(field: Field, text: str, offered: Collection[str], today: date) -> str | Refusal:
    """An answer as it is kept, or why it is none."""
    value = line_of(text)
    if field == Field.TEXT:
        if len(value) > LONGEST_TEXT:
            return Refusal("too_long", _("At most %(count)s characters.", count=LONGEST_TEXT))
        return value
    if field == Field.YES_NO:
        return value if value in (YES, NO) else Refusal("choice", _("Choose one of the answers."))
    if field == Field.CHOICE:
        return value if value in offered else Refusal("choice", _("Choose one of the answers."))
    number = int(value) if value.isascii() and value.isdigit() and len(value) <= 10 else None
    if field == Field.BIRTH_YEAR:
        if number is None or not today.year - OLDEST <= number <= today.year:
            return Refusal("birth_year", _("Write the year with four digits, such as 1988."))
        return str(number)
    if number is None or number > LARGEST_NUMBER:
        return Refusal("number", _("Write a whole number from 0 to %(count)s.", count=LARGEST_NUMBER))
    return str(number)


def check_day(day: date, today: date) -> list[Refusal]:
    """Why nothing can have been true or have happened on that day, if so."""
    if FIRST_DAY <= day <= today:
        return []
    text = _("Choose a day between %(first)s and today.", first=show_date(FIRST_DAY))
    return [Refusal("day", text)]


@dataclass(frozen=True, slots=True)
class Step:
    """A stage that a project has reached, and on which day."""

    stage: Stage
    day: date


def check_step(steps: Iterable[Step], new: Step) -> list[Refusal]:
    """Why a project cannot have reached this stage on this day, given those that it has reached: every reason."""
    known = list(steps)
    found = []
    if new.stage not in _AGAIN and any(step.stage == new.stage for step in known):
        found.append(Refusal("stage_twice", _("This stage is written down already. Withdraw that one to correct it.")))
    if any(step == new for step in known) and new.stage in _AGAIN:
        found.append(Refusal("stage_twice", _("This is written down already for that day.")))
    if new.stage == Stage.STILL_THERE and not any(step.stage == Stage.STARTED for step in known):
        found.append(Refusal("not_started", _("Write down first when the activity started.")))
    if any(step.stage.rank < new.stage.rank and step.day > new.day for step in known):
        found.append(Refusal("too_early", _("An earlier stage has a later day than this one.")))
    if any(step.stage.rank > new.stage.rank and step.day < new.day for step in known):
        found.append(Refusal("too_late", _("A later stage has an earlier day than this one.")))
    return found
