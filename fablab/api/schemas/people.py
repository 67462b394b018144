"""Who is calling."""

from pydantic import BaseModel

from fablab.api.schemas.values import InstantIO


class RoleOut(BaseModel):
    """A role and where it holds; both null means the whole network."""

    role: str
    site_id: int | None
    legal_entity_id: int | None


class AccountOut(BaseModel):
    """An account that the caller may charge."""

    id: int
    name: str
    kind: str


class CertificateOut(BaseModel):
    """A certificate of the caller's."""

    course: str
    holds: bool
    since: InstantIO | None
    expires_at: InstantIO | None


class MeOut(BaseModel):
    """The caller."""

    id: int
    name: str
    email: str | None
    locale: str
    member_class: str
    roles: list[RoleOut]
    accounts: list[AccountOut]
    certificates: list[CertificateOut]
