"""The network: levels of access and who has them, legal entities, and who invoices for what."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.sites import Line, Lines
from fablab.api.schemas.values import Id, IdInBody, InstantIO

LevelName = Annotated[str, Field(max_length=80)]
Rank = Annotated[int, Field(ge=1, le=9, strict=True)]
Number = Annotated[str, Field(max_length=30)]
Prefix = Annotated[str, Field(max_length=12)]
Note = Annotated[str, Field(max_length=2000)]


class LevelPath(BaseModel):
    """A level of access by its rank."""

    rank: Annotated[int, Field(ge=1, le=9)]


class LevelIn(BaseModel):
    """A level of access above everybody's, which is 0."""

    model_config = ConfigDict(extra="forbid")
    rank: Rank
    name: LevelName


class LevelPatch(BaseModel):
    """What a level is called from now on."""

    model_config = ConfigDict(extra="forbid")
    name: LevelName


class LevelOut(BaseModel):
    """A level of access."""

    rank: int
    name: str


class LevelList(BaseModel):
    """The levels of access, from the lowest."""

    items: list[LevelOut]
    next: int | None = None


class MemberPath(BaseModel):
    """A member by their id."""

    member_id: Id


class AccessPath(MemberPath):
    """A level of access that a member was given."""

    access_id: Id


class AccessIn(BaseModel):
    """A level of access at a site, or (null) in the whole network, until an instant or for good."""

    model_config = ConfigDict(extra="forbid")
    level: Rank
    site_id: IdInBody | None = None
    ends_at: InstantIO | None = None


class AccessOut(BaseModel):
    """A level of access that a member has."""

    id: int
    member_id: int
    level: int
    site_id: int | None
    granted_at: InstantIO
    ends_at: InstantIO | None


class AccessList(BaseModel):
    """The levels of access that a member has: the network's first, then by site."""

    items: list[AccessOut]
    next: int | None = None


class EntityPath(BaseModel):
    """A legal entity by its id."""

    entity_id: Id


class EntityIn(BaseModel):
    """A new legal entity; its currency is chosen once."""

    model_config = ConfigDict(extra="forbid")
    name: Line
    address: Lines
    siren: Number = ""
    siret: Number = ""
    vat_number: Number = ""
    currency: Annotated[str, Field(max_length=3)] = "EUR"
    timezone: Line = "Europe/Paris"
    invoice_prefix: Prefix = "F"
    invoice_note: Note = ""


class EntityPatch(BaseModel):
    """What shall be another; `version` is that of the entity as it was read."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    name: Line | None = None
    address: Lines | None = None
    siren: Number | None = None
    siret: Number | None = None
    vat_number: Number | None = None
    timezone: Line | None = None
    invoice_prefix: Prefix | None = None
    invoice_note: Note | None = None


class EntityOut(BaseModel):
    """Who invoices."""

    id: int
    name: str
    address: str
    siren: str
    siret: str
    vat_number: str
    currency: str
    timezone: str
    invoice_prefix: str
    invoice_note: str
    version: int


class EntityList(BaseModel):
    """The legal entities, by name."""

    items: list[EntityOut]
    next: int | None = None


class RegimeIn(BaseModel):
    """A VAT rate from a day on, in basis points: 2000 is 20 %. One is never changed."""

    model_config = ConfigDict(extra="forbid")
    valid_from: date
    rate_bp: Annotated[int, Field(ge=0, lt=10_000, strict=True)]
    mention: Annotated[str, Field(max_length=300)] = ""


class RegimeOut(BaseModel):
    """A VAT regime of an entity."""

    id: int
    legal_entity_id: int
    valid_from: date
    rate_bp: int
    mention: str


class RegimeList(BaseModel):
    """The VAT regimes of an entity, the latest first."""

    items: list[RegimeOut]
    next: int | None = None


class RulePath(BaseModel):
    """A rule by its id."""

    rule_id: Id


class RuleIn(BaseModel):
    """Who invoices for a site, a category, a class of members; null is any."""

    model_config = ConfigDict(extra="forbid")
    legal_entity_id: IdInBody
    site_id: IdInBody | None = None
    category_id: IdInBody | None = None
    class_id: IdInBody | None = None


class RuleOut(BaseModel):
    """Who invoices for what."""

    id: int
    legal_entity_id: int
    site_id: int | None
    category_id: int | None
    class_id: int | None


class RuleList(BaseModel):
    """The rules in the order in which they are asked: the first that fits decides."""

    items: list[RuleOut]
    next: int | None = None
