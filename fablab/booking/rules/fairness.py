"""Who comes first where many want the same: nobody grabs all at once, and some pass before others, with notice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from fablab.booking.rules import wording
from fablab.booking.rules.case import Case, Names
from fablab.booking.rules.kind import Minutes, MinutesOrNone, Rule
from fablab.booking.rules.scope import Scope
from fablab.core.i18n import _, n_, show_moment
from fablab.core.refusals import Refusal

Rank = Annotated[int, Field(ge=1, le=9, json_schema_extra={"unit": "count"})]
Some = Annotated[int, Field(ge=1, le=1000, json_schema_extra={"unit": "count"})]


@dataclass(frozen=True, kw_only=True)
class Pace(Rule):
    """A member asks for at most so many reservations within so long: whoever is quick, or has a program that is, leaves
    something to others when a time is released. What was given back counts too.
    """

    code: ClassVar[str] = "pace"
    most: Some
    minutes: Minutes = 10

    def words(self, names: Names) -> str:
        said = n_("You may reserve %(count)s time", "You may reserve %(count)s times", self.most)
        return _("%(times)s within %(length)s.", times=said, length=wording.length(self.minutes))

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        since = case.now - timedelta(minutes=self.minutes)
        recent = sorted(item.created_at for item in case.recent if item.created_at > since and scope.counts(item))
        if len(recent) >= self.most:
            again = recent[-self.most] + timedelta(minutes=self.minutes)
            remedy = _("Ask again from %(when)s on.", when=show_moment(again, case.zone))
            yield Refusal("pace", self.words(case.names), remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class Priority(Rule):
    """Whoever it concerns passes before those of a lower rank, and before all who have none: they may take what these
    reserved, at least so long before it begins.
    """

    code: ClassVar[str] = "priority"
    rank: Rank = 1
    notice_minutes: MinutesOrNone = 2880

    def words(self, names: Names) -> str:
        length = wording.length(self.notice_minutes)
        return _("You pass first: until %(length)s before, you may take what others reserved.", length=length)
