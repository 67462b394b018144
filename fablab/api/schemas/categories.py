"""The kinds of resources, and the fields that each has of its own."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.sites import Line
from fablab.api.schemas.values import Id, IdInBody

Kind = Literal["machine", "space", "adviser"]
FieldKindIn = Literal["text", "number", "choice", "yes_no"]
Name = Annotated[str, Field(max_length=80)]
Unit = Annotated[str, Field(max_length=20)]
Choices = Annotated[list[Line], Field(max_length=50)]


class CategoryPath(BaseModel):
    """A category by its id."""

    category_id: Id


class FieldPath(BaseModel):
    """A field of a category by its id."""

    field_id: Id


class CategoryIn(BaseModel):
    """A new category, as the last one; `icon` is one of those that the screens offer."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    icon: Line = "tools"
    kind: Kind = "machine"


class CategoryPatch(BaseModel):
    """What shall be another; `version` is that of the category as it was read."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    name: Name | None = None
    icon: Line | None = None
    kind: Kind | None = None


class FieldIn(BaseModel):
    """One more field; `version` is that of its category as it was read."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    name: Name
    kind: FieldKindIn = "text"
    unit: Unit = ""
    choices: Choices = []


class FieldPatch(BaseModel):
    """What shall be another; `version` is that of its category as it was read."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    name: Name | None = None
    kind: FieldKindIn | None = None
    unit: Unit | None = None
    choices: Choices | None = None


class FieldOut(BaseModel):
    """A field that every resource of a category has."""

    id: int
    name: str
    kind: str
    unit: str
    choices: list[str]


class CategoryOut(BaseModel):
    """A kind of resource."""

    id: int
    name: str
    icon: str
    kind: str
    fields: list[FieldOut]
    version: int


class CategoryList(BaseModel):
    """The kinds of resources, in the network's order."""

    items: list[CategoryOut]
    next: int | None = None
