"""People, who answers for them, and the charters that they accept."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.sites import Line
from fablab.api.schemas.values import Id, IdInBody, InstantIO
from fablab.members.models import Permission

Name = Annotated[str, Field(max_length=200)]
Email = Annotated[str, Field(max_length=254)]


class MemberPath(BaseModel):
    """A person by their id."""

    member_id: Id


class GuardianPath(MemberPath):
    """A guardianship of a person's."""

    guardianship_id: Id


class CharterPath(BaseModel):
    """A version of a charter by its id."""

    charter_id: Id


class MembersQuery(BaseModel):
    """Which people: words of a name or an address, their site, class, role and standing; `offset` is the `next` of the
    page before.
    """

    q: Annotated[str, Field(max_length=100)] = ""
    site_id: Id | None = None
    class_id: Id | None = None
    role: Literal["host", "trainer", "fabmanager", "treasurer", "admin"] | None = None
    standing: Literal["active", "pending", "left", "wards"] = "active"
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class MemberIn(BaseModel):
    """A new person. `email` is their own, `shared_email` a parent's or a partner's; both may be missing."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    class_id: IdInBody
    home_site_id: IdInBody | None = None
    email: Email | None = None
    shared_email: Email | None = None
    phone: Annotated[str, Field(max_length=60)] = ""
    birth_date: date | None = None
    locale: Literal["fr", "en"] = "fr"
    languages: Line = ""
    emergency_contact: Annotated[str, Field(max_length=500)] = ""
    staff_note: Annotated[str, Field(max_length=2000)] = ""


class MemberPatch(BaseModel):
    """What shall be another; `version` is that of the card as it was read. What staff alone write (class, site,
    addresses, note) is refused from others.
    """

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    name: Name | None = None
    class_id: IdInBody | None = None
    home_site_id: IdInBody | None = None
    email: Email | None = None
    shared_email: Email | None = None
    phone: Annotated[str, Field(max_length=60)] | None = None
    birth_date: date | None = None
    locale: Literal["fr", "en"] | None = None
    languages: Line | None = None
    emergency_contact: Annotated[str, Field(max_length=500)] | None = None
    staff_note: Annotated[str, Field(max_length=2000)] | None = None


class MemberOut(BaseModel):
    """A person, as they themselves, their guardians and staff may see them."""

    id: int
    name: str
    email: str | None
    shared_email: str | None
    phone: str
    birth_date: date | None
    locale: str
    languages: str
    emergency_contact: str
    staff_note: str
    class_id: int
    home_site_id: int | None
    state: str
    created_at: InstantIO
    left_at: InstantIO | None
    version: int


class MemberList(BaseModel):
    """People by name, and how many there are on all pages."""

    items: list[MemberOut]
    count: int
    next: int | None = None


class ApprovalIn(BaseModel):
    """Whether somebody who waits becomes a member; a reason is needed to decline."""

    model_config = ConfigDict(extra="forbid")
    approved: bool
    reason: Annotated[str, Field(max_length=500)] = ""


class GuardianIn(BaseModel):
    """Who answers for a person."""

    model_config = ConfigDict(extra="forbid")
    guardian_id: IdInBody
    relation: Annotated[str, Field(max_length=60)] = ""
    pays: bool = True


class GuardianOut(BaseModel):
    """Somebody answers for somebody."""

    id: int
    guardian_id: int
    guardian: str
    ward_id: int
    relation: str
    pays: bool
    began_at: InstantIO


class GuardianList(BaseModel):
    """Those who answer for a person."""

    items: list[GuardianOut]
    next: int | None = None


class AuthorisationIn(BaseModel):
    """A guardian's answer to one thing: use of machines, care in an emergency, pictures."""

    model_config = ConfigDict(extra="forbid")
    guardian_id: IdInBody
    permission: Permission
    given: bool


class AuthorisationOut(BaseModel):
    """An answer, dated, with the words that were signed."""

    permission: str
    given: bool
    guardian_id: int
    text: str
    signed_at: InstantIO


class AuthorisationList(BaseModel):
    """The latest answer to each thing that was asked."""

    items: list[AuthorisationOut]
    next: int | None = None


class CharterIn(BaseModel):
    """A new version of a site's charter, or (null) of the network's, from a day on."""

    model_config = ConfigDict(extra="forbid")
    site_id: IdInBody | None = None
    title: Line
    text: Annotated[str, Field(max_length=40_000)]
    valid_from: date


class CharterOut(BaseModel):
    """A version of a charter."""

    id: int
    site_id: int | None
    version: int
    title: str
    text: str
    valid_from: date


class CharterList(BaseModel):
    """Every version, the network's first, the newest first."""

    items: list[CharterOut]
    next: int | None = None


class AcceptanceIn(BaseModel):
    """Who accepts: the caller, a ward of theirs, or, for staff, somebody who signed on paper."""

    model_config = ConfigDict(extra="forbid")
    member_id: IdInBody | None = None
