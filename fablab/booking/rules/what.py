"""What for: the jobs and materials that a machine takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from fablab.booking.rules import wording
from fablab.booking.rules.case import Case, Names
from fablab.booking.rules.kind import Rule, Word
from fablab.booking.rules.scope import Scope
from fablab.core.i18n import _
from fablab.core.refusals import Refusal


@dataclass(frozen=True, kw_only=True)
class Jobs(Rule):
    """Whoever reserves says what for, or of what: one of these. Rules may then hold for one of them only."""

    code: ClassVar[str] = "jobs"
    asks: ClassVar[bool] = True
    jobs: Annotated[tuple[Word, ...], Field(min_length=1, max_length=60)]

    def words(self, names: Names) -> str:
        return _("It is reserved for: %(jobs)s.", jobs=wording.listed(self.jobs, last="or"))

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        if case.job.casefold() not in {job.casefold() for job in self.jobs}:
            text = _("Say what for.") if not case.job else _("It does not take “%(job)s”.", job=case.job)
            yield Refusal("jobs", f"{text} {self.words(case.names)}", remedy=_("Choose one of these."))
