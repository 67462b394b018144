"""Where one is signed in, and with what."""

from pydantic import BaseModel

from fablab.api.schemas.values import Id, InstantIO


class SignInPath(BaseModel):
    """A sign-in by its id."""

    sign_in_id: Id


class SignInOut(BaseModel):
    """A browser in which the caller is signed in. `how` is `password`, `welcome`, or `oidc:` and a provider's name."""

    id: int
    device: str
    how: str
    began_at: InstantIO
    last_seen_at: InstantIO


class SignInList(BaseModel):
    """All of them, the latest used first."""

    items: list[SignInOut]
    next: int | None = None


class IdentityPath(BaseModel):
    """An account at a provider by its id here."""

    identity_id: Id


class IdentityOut(BaseModel):
    """An account at an OpenID provider with which the caller signs in."""

    id: int
    issuer: str
    linked_at: InstantIO
    last_used_at: InstantIO | None


class IdentityList(BaseModel):
    """All of them, the oldest first."""

    items: list[IdentityOut]
    next: int | None = None
