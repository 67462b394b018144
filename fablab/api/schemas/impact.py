"""What funders ask: questions, answers, funders, paths of projects, and the figures that may be published."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.network import MemberPath
from fablab.api.schemas.values import Id, IdInBody, InstantIO
from fablab.impact import codes

Name = Annotated[str, Field(max_length=80)]
Purpose = Annotated[str, Field(max_length=300)]
FunderName = Annotated[str, Field(max_length=120)]
FunderNote = Annotated[str, Field(max_length=2000)]
Value = Annotated[str, Field(max_length=120)]
Note = Annotated[str, Field(max_length=1000)]


class KindPath(BaseModel):
    """A question by its id."""

    kind_id: Id


class KindsQuery(BaseModel):
    """Also those that are no longer asked?"""

    closed: bool = False


class ChoiceIn(BaseModel):
    """One of the answers to choose from; without a key it is a new one."""

    model_config = ConfigDict(extra="forbid")
    key: Name | None = None
    name: Name
    closed: bool = False


class ChoiceOut(BaseModel):
    """One of the answers to choose from; `key` is what an answer says."""

    key: str
    name: str
    closed: bool


class KindIn(BaseModel):
    """A new question; what is answered to it is chosen once."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    purpose: Purpose
    field: codes.Field
    choices: Annotated[list[ChoiceIn], Field(max_length=60)] = []


class KindPatch(BaseModel):
    """What shall be another; choices that are not sent stay. `version` is that of the question as it was read."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    name: Name | None = None
    purpose: Purpose | None = None
    choices: Annotated[list[ChoiceIn], Field(max_length=60)] = []
    closed: bool | None = None


class KindOut(BaseModel):
    """A question, what it is asked for, and who gets its figures; `code` is null for those that the lab added."""

    id: int
    code: str | None
    name: str
    purpose: str
    field: str
    choices: list[ChoiceOut]
    funders: list[str]
    closed: bool
    version: int


class KindList(BaseModel):
    """The questions in the lab's order."""

    items: list[KindOut]
    next: int | None = None


class FactPath(MemberPath):
    """A member's answers to a question."""

    kind_id: Id


class FactIn(BaseModel):
    """An answer from a day on, or else from today: a choice's key, `yes` or `no`, a year, a number, or words."""

    model_config = ConfigDict(extra="forbid")
    kind_id: IdInBody
    value: Annotated[str, Field(min_length=1, max_length=120)]
    valid_from: date | None = None


class FactOut(BaseModel):
    """What somebody answered from a day on."""

    kind_id: int
    value: str
    valid_from: date
    recorded_at: InstantIO


class FactList(BaseModel):
    """Every answer that was not withdrawn, by question, the latest first."""

    items: list[FactOut]
    next: int | None = None


class StepPath(MemberPath):
    """A stage of a member's project."""

    step_id: Id


class StepIn(BaseModel):
    """A stage that a project reached."""

    model_config = ConfigDict(extra="forbid")
    stage: codes.Stage
    day: date
    site_id: IdInBody
    project: Value = ""
    note: Note = ""


class StepOut(BaseModel):
    """A stage that a project reached; `note` is for those who support it only, and null for others."""

    id: int
    stage: str
    day: date
    site_id: int
    project: str
    note: str | None


class StepList(BaseModel):
    """The stages by project and day."""

    items: list[StepOut]
    next: int | None = None


class FunderPath(BaseModel):
    """A funder by its id."""

    funder_id: Id


class FunderIn(BaseModel):
    """A funder; without sites all of them are funded."""

    model_config = ConfigDict(extra="forbid")
    name: FunderName
    note: FunderNote = ""
    site_ids: list[IdInBody] = []
    kind_ids: list[IdInBody] = []


class FunderPatch(BaseModel):
    """What shall be another; `version` is that of the funder as it was read."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    name: FunderName | None = None
    note: FunderNote | None = None
    site_ids: list[IdInBody] | None = None
    kind_ids: list[IdInBody] | None = None
    closed: bool | None = None


class FunderOut(BaseModel):
    """A funder, the sites that they fund (none: all), and the questions that they want counted."""

    id: int
    name: str
    note: str
    site_ids: list[int]
    kind_ids: list[int]
    closed: bool
    version: int


class FunderList(BaseModel):
    """The funders, by name."""

    items: list[FunderOut]
    next: int | None = None


class ImpactQuery(BaseModel):
    """Two days, both included; sites (none: as many as one may); for a funder (none: every question)."""

    model_config = ConfigDict(populate_by_name=True)
    from_: date = Field(alias="from")
    to: date
    site_id: list[Id] = []
    funder_id: Id | None = None


class FigureOut(BaseModel):
    """A figure; null is hidden, since it tells of fewer than five people or would let them be worked out."""

    key: str
    name: str
    value: int | None


class TableOut(BaseModel):
    """Figures that belong together, in `people`, `visits`, `seconds` or `times`."""

    key: str
    name: str
    unit: str
    figures: list[FigureOut]
    total: int | None
    """Null also where one person may be in several."""
    sum_of_answers: int | None


class ImpactOut(BaseModel):
    """The figures of a period, as they may be published."""

    site_ids: list[int]
    funder_id: int | None
    people: int | None
    tables: list[TableOut]
