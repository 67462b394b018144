"""Accounts that pay: their cards, people, invitations, projects and use."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.values import Id, IdInBody, InstantIO

Name = Annotated[str, Field(max_length=200)]
Address = Annotated[str, Field(max_length=500)]
Email = Annotated[str, Field(max_length=254)]
Number = Annotated[str, Field(max_length=30)]
Order = Annotated[str, Field(max_length=50)]
Service = Annotated[str, Field(max_length=100)]
Cents = Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)]
People = Annotated[list[IdInBody], Field(max_length=500)]


class AccountPath(BaseModel):
    """An account by its id."""

    account_id: Id


class AccountMemberPath(AccountPath):
    """Somebody in an account."""

    member_id: Id


class AccountInvitationPath(AccountPath):
    """An invitation into an account."""

    invitation_id: Id


class AccountsQuery(BaseModel):
    """One's own accounts; with `all`, every organisation whose name or SIREN contains the words, for staff."""

    all: bool = False
    q: Annotated[str, Field(max_length=100)] = ""
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class AccountIn(BaseModel):
    """A new organisation's account, and who owns it."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    owner_id: IdInBody
    billing_address: Address = ""
    billing_email: Email = ""
    siren: Number = ""
    siret: Number = ""
    purchase_order: Order = ""
    service_code: Service = ""
    monthly_cap_cents: Cents | None = None


class AccountPatch(BaseModel):
    """What shall be another; `version` is that of the account as it was read. A null cap takes the cap away."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    name: Name | None = None
    billing_address: Address | None = None
    billing_email: Email | None = None
    siren: Number | None = None
    siret: Number | None = None
    purchase_order: Order | None = None
    service_code: Service | None = None
    monthly_cap_cents: Cents | None = None
    closed: bool | None = None
    """Close an organisation's account, or open it again."""


class PayingAccountOut(BaseModel):
    """An account as the caller may see it: who does not keep it sees no card, and no cap but their own."""

    id: int
    kind: str
    name: str
    keeps: bool
    """The caller may change it, and sees all of its use."""
    closed_at: InstantIO | None
    billing_address: str | None
    billing_email: str | None
    siren: str | None
    siret: str | None
    purchase_order: str | None
    service_code: str | None
    monthly_cap_cents: int | None
    own_cap_cents: int | None
    """What the caller may spend on it in a month; null is without a cap of their own."""
    version: int


class AccountListed(BaseModel):
    """An account in a list."""

    id: int
    kind: str
    name: str
    closed_at: InstantIO | None
    keeps: bool
    owners: list[str] | None
    """For staff: who owns it, by name; nobody, where its owners have left."""
    people: int | None


class AccountsList(BaseModel):
    """Accounts; `next` is the offset of the following page."""

    items: list[AccountListed]
    next: int | None = None


class AccountMemberPatch(BaseModel):
    """What somebody is allowed; a null cap takes the cap away. `version` is that of their place as it was read."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    is_owner: bool | None = None
    all_projects: bool | None = None
    project_ids: People | None = None
    monthly_cap_cents: Cents | None = None


class OwnerIn(BaseModel):
    """Who owns an account from now on, besides others."""

    model_config = ConfigDict(extra="forbid")
    member_id: IdInBody


class AccountMemberOut(BaseModel):
    """Somebody in an account, and what they are allowed."""

    member_id: int
    name: str
    is_owner: bool
    all_projects: bool
    project_ids: list[int]
    monthly_cap_cents: int | None
    joined_at: InstantIO
    version: int


class AccountMembersList(BaseModel):
    """The people of an account: owners first, then by name."""

    items: list[AccountMemberOut]
    next: int | None = None


class AccountInvitationIn(BaseModel):
    """Whom to invite: an address that gets the link by mail, or nobody, for a link to hand over."""

    model_config = ConfigDict(extra="forbid")
    email: Email = ""


class AccountInvitationOut(BaseModel):
    """An invitation; `link` is there once, in the answer that made it, and only where it was not mailed."""

    id: int
    email: str | None
    made_at: InstantIO
    expires_at: InstantIO
    link: str | None = None


class AccountInvitationsList(BaseModel):
    """The invitations that still let somebody in, the newest first."""

    items: list[AccountInvitationOut]
    next: int | None = None


class AcceptIn(BaseModel):
    """The secret at the end of an invitation's link."""

    model_config = ConfigDict(extra="forbid")
    secret: Annotated[str, Field(min_length=1, max_length=200)]


class MonthQuery(BaseModel):
    """A month `YYYY-MM`; the present one where none is given."""

    month: Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")] | None = None


class SpentOut(BaseModel):
    """Measured seconds, and cents with VAT: charged, and expected besides (waiting, or reserved)."""

    seconds: int
    charged_cents: int
    expected_cents: int
    total_cents: int
    unpriced: bool


class UsageLineOut(SpentOut):
    """One person's use for one project, or for none."""

    member_id: int
    person: str
    project_id: int | None
    project: str


class CappedOut(SpentOut):
    """The account, a person or a project, with its cap and what is left of it."""

    id: int
    name: str
    cap_cents: int | None
    left_cents: int | None


class AccountUsageOut(BaseModel):
    """An account's month; who does not keep it sees only what is theirs, and `whole` is null."""

    account_id: int
    month: str
    whole: CappedOut | None
    items: list[UsageLineOut]
    people: list[CappedOut]
    projects: list[CappedOut]


class ProjectPath(BaseModel):
    """A project by its id."""

    project_id: Id


class ProjectMemberPath(ProjectPath):
    """Somebody named in a project."""

    member_id: Id


class ProjectsQuery(BaseModel):
    """The open projects that the caller may name; of one account, all that they may see of it."""

    account_id: Id | None = None


class ProjectIn(BaseModel):
    """A new project of an account."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    purchase_order: Order = ""
    monthly_cap_cents: Cents | None = None
    only_named: bool = False
    member_ids: People = []


class ProjectPatch(BaseModel):
    """What shall be another; a null cap takes the cap away. `version` is that of the project as it was read."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    name: Name | None = None
    purchase_order: Order | None = None
    monthly_cap_cents: Cents | None = None
    only_named: bool | None = None
    member_ids: People | None = None
    is_open: bool | None = None


class ProjectOut(BaseModel):
    """A project; its cap, its order and its people are for those who keep the account."""

    id: int
    account_id: int
    name: str
    is_open: bool
    only_named: bool
    purchase_order: str | None
    monthly_cap_cents: int | None
    member_ids: list[int] | None
    version: int


class ProjectsList(BaseModel):
    """Projects by account and name."""

    items: list[ProjectOut]
    next: int | None = None
