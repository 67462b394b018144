"""What every kind of rule is: a code, typed parameters, a sentence, and what it says against a wish."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field

from fablab.booking.rules.case import Case, Names
from fablab.booking.rules.scope import Scope
from fablab.core.period import Period
from fablab.core.refusals import Refusal

Minutes = Annotated[int, Field(ge=1, le=44_640, json_schema_extra={"unit": "minutes"})]
"""A duration of at most 31 days."""
MinutesOrNone = Annotated[int, Field(ge=0, le=44_640, json_schema_extra={"unit": "minutes"})]
"""A duration that may be nothing."""
Days = Annotated[int, Field(ge=0, le=730, json_schema_extra={"unit": "days"})]
Count = Annotated[int, Field(ge=0, le=10_000, json_schema_extra={"unit": "count"})]
Cents = Annotated[int, Field(ge=0, le=10_000_00, json_schema_extra={"unit": "cents"})]
Percent = Annotated[int, Field(ge=0, le=100, json_schema_extra={"unit": "percent"})]
Clock = Annotated[int, Field(ge=0, le=1440, json_schema_extra={"unit": "clock"})]
"""A minute of the wall clock's day."""
Weekday = Annotated[int, Field(ge=0, le=6, json_schema_extra={"unit": "weekday"})]
"""0 is Monday."""
CourseId = Annotated[int, Field(ge=1, json_schema_extra={"unit": "course"})]
ClassId = Annotated[int, Field(ge=1, json_schema_extra={"unit": "class"})]
MembershipKindId = Annotated[int, Field(ge=1, json_schema_extra={"unit": "membership"})]
Words = Annotated[str, Field(max_length=300)]
Word = Annotated[str, Field(min_length=1, max_length=60)]


@dataclass(frozen=True, kw_only=True)
class Rule(ABC):
    """A kind of rule with its parameters. What only says on which terms something is had speaks against no wish."""

    code: ClassVar[str]
    """How programs, rows and refusals call it."""
    asks: ClassVar[bool] = False
    """It asks the member for something, which the booking sheet must offer."""

    @abstractmethod
    def words(self, names: Names) -> str:
        """What it says, as a sentence for members."""

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        """Every reason that it has against a wish that its scope concerns."""
        yield from ()

    def reach(self, period: Period, now: datetime, zone: ZoneInfo, scope: Scope) -> Period | None:
        """The time whose reservations of the person it must know to judge a wish for that period; None if none."""
        return None

    @property
    def topic(self) -> tuple[str, ...]:
        """What it is about: a rule that stands instead of wider ones stands instead of those about the same."""
        return (self.code,)

    @property
    def trouble(self) -> str:
        """Why its parameters do not hold together, as a sentence; empty if they do."""
        return ""

    def trouble_with(self, scope: Scope) -> str:
        """Why it does not go together with a scope, as a sentence; empty if it does."""
        return ""
