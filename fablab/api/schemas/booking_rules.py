"""The lab's own rules about reservations."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.values import Id, IdInBody, InstantIO
from fablab.booking.policy.writing import LONGEST_JOB, LONGEST_NOTE, MOST_WINDOWS, RuleCard
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import Times, Window
from fablab.core.actor import Role

Minute = Annotated[int, Field(ge=0, le=1440, strict=True)]
Years = Annotated[int, Field(ge=0, le=150, strict=True)]
MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
"""A day of every year, as `09-01`."""


class RulePath(BaseModel):
    """A rule by its id."""

    booking_rule_id: Id


class RuleVersionQuery(BaseModel):
    """The version that was read."""

    version: Annotated[int, Field(ge=1)]


class RulesQuery(BaseModel):
    """The rules of a site, the network's among them; without one, of all."""

    site_id: Id | None = None


class WindowIO(BaseModel):
    """Hours of weekdays: 0 is Monday, none is every day; `to_minute` at or before `from_minute` is of the next day."""

    model_config = ConfigDict(extra="forbid")
    weekdays: Annotated[list[Annotated[int, Field(ge=0, le=6, strict=True)]], Field(max_length=7)] = []
    from_minute: Minute = 0
    to_minute: Minute = 1440


class TimesIO(BaseModel):
    """When a rule holds: in some windows of the week, or outside them; a season comes each year, `first_on` and
    `last_on` bound a term.
    """

    model_config = ConfigDict(extra="forbid")
    windows: Annotated[list[WindowIO], Field(max_length=MOST_WINDOWS)] = []
    outside: bool = False
    season_from: MonthDay | None = None
    season_to: MonthDay | None = None
    first_on: date | None = None
    last_on: date | None = None

    def value(self) -> Times:
        """As the rules read it."""
        return Times(
            windows=tuple(
                Window(
                    weekdays=tuple(sorted(set(item.weekdays))),
                    from_minute=item.from_minute,
                    to_minute=item.to_minute,
                )
                for item in self.windows
            ),
            outside=self.outside,
            season_from=_month_day(self.season_from),
            season_to=_month_day(self.season_to),
            first_on=self.first_on,
            last_on=self.last_on,
        )

    @classmethod
    def of(cls, times: Times) -> Self:
        """As the API shows it."""
        return cls(
            windows=[
                WindowIO(weekdays=list(item.weekdays), from_minute=item.from_minute, to_minute=item.to_minute)
                for item in times.windows
            ],
            outside=times.outside,
            season_from=_shown(times.season_from),
            season_to=_shown(times.season_to),
            first_on=times.first_on,
            last_on=times.last_on,
        )


class ScopeIO(BaseModel):
    """Places, people and times that a rule concerns; what is not said is not asked."""

    model_config = ConfigDict(extra="forbid")
    site_id: IdInBody | None = None
    category_id: IdInBody | None = None
    room_id: IdInBody | None = None
    resource_id: IdInBody | None = None
    class_id: IdInBody | None = None
    membership_kind_id: IdInBody | None = None
    role: Literal["host", "trainer", "fabmanager", "treasurer", "admin"] | None = None
    course_id: IdInBody | None = None
    lacks_course: bool = False
    age_from: Years | None = None
    age_under: Years | None = None
    job: Annotated[str, Field(max_length=LONGEST_JOB)] = ""
    guests_from: Annotated[int, Field(ge=1, le=10_000, strict=True)] | None = None
    times: TimesIO = TimesIO()

    def value(self) -> Scope:
        """As the rules read it."""
        said = self.model_dump(exclude={"times", "role"})
        return Scope(**said, role=Role(self.role) if self.role else None, times=self.times.value())

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """As the API shows it."""
        return cls.model_validate(
            {
                **{name: getattr(scope, name) for name in cls.model_fields if name not in ("times", "role")},
                "role": scope.role.value if scope.role else None,
                "times": TimesIO.of(scope.times),
            }
        )


class RuleBody(BaseModel):
    """What a rule says: the parameters of its kind (`GET /booking-rule-kinds` tells them), and its scope."""

    model_config = ConfigDict(extra="forbid")
    params: dict[str, Any] = {}
    scope: ScopeIO = ScopeIO()
    overridable: bool = True
    instead: bool = False
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""

    def card(self, kind: str) -> RuleCard:
        """As the service reads it."""
        return RuleCard(
            kind=kind,
            params=self.params,
            scope=self.scope.value(),
            overridable=self.overridable,
            instead=self.instead,
            note=self.note,
        )


class RuleIn(RuleBody):
    """A new rule, of a kind."""

    kind: Annotated[str, Field(max_length=40)]


class RulePut(RuleBody):
    """What a rule says from now on, and the version that was read."""

    version: IdInBody


class RuleOut(BaseModel):
    """A rule, with its sentence in the reader's language."""

    id: int
    kind: str
    params: dict[str, Any]
    scope: ScopeIO
    overridable: bool
    instead: bool
    note: str
    sentence: str
    where: str
    changed_at: InstantIO
    version: int


class RuleList(BaseModel):
    """Rules in force."""

    items: list[RuleOut]
    next: int | None = None


class PolicyQuery(BaseModel):
    """Whose rules: a site's own, or without one the network's."""

    site_id: Id | None = None


class PolicyInQuery(PolicyQuery):
    """How a file is brought in."""

    dry_run: bool = False
    """Only say what it would do."""
    replaces: bool = False
    """End the rules that are not in the file."""


class PolicyIO(BaseModel):
    """A whole policy: things are called by their names, so that another site or lab can take it."""

    booking_rules: int
    site: str | None = None
    rules: list[dict[str, Any]]


class PolicyTrouble(BaseModel):
    """Why a rule of the file cannot be taken; 0 is the file itself."""

    number: int
    message: str


class BroughtOut(BaseModel):
    """What a file brought, or would bring: sentences of what it adds and ends, and every problem."""

    written: bool
    added: list[str]
    unchanged: int
    ended: list[str]
    troubles: list[PolicyTrouble]


class KindOut(BaseModel):
    """A kind of rule, and its parameters as a JSON schema; `unit` says what a number counts."""

    code: str
    params: dict[str, Any]


class KindList(BaseModel):
    """Every kind of rule."""

    items: list[KindOut]
    next: int | None = None


class WouldRefuseOut(BaseModel):
    """A reservation that stands, and why a rule would have refused it."""

    reservation_id: int
    reasons: list[str]


class TrialOut(BaseModel):
    """What a rule would say, and which of the reservations to come it would have refused; nothing is written."""

    sentence: str
    where: str
    count: int
    would_refuse: list[WouldRefuseOut]


def _month_day(text: str | None) -> tuple[int, int] | None:
    return (int(text[:2]), int(text[3:])) if text else None


def _shown(month_day: tuple[int, int] | None) -> str | None:
    return f"{month_day[0]:02d}-{month_day[1]:02d}" if month_day else None
