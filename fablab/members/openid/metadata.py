"""What a provider publishes of itself: where its doors are, and the keys with which it signs. Kept for an hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from fablab.core.providers import OidcProvider, is_safe
from fablab.members.openid.conversation import Conversation, wrong

KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Metadata:
    """The doors of a provider."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    auth_method: str
    names_itself: bool
    """It promises to say in each answer which provider it is (RFC 9207)."""


_metadata: dict[str, tuple[datetime, Metadata]] = {}
_keys: dict[str, tuple[datetime, KeySet]] = {}


def discover(provider: OidcProvider, now: datetime, *, afresh: bool = False) -> Metadata:
    """The provider's doors, asked for by its issuer, or as they were within the hour.

    Raises:
        Refused: it does not answer, is another issuer than the one that is written, or has a door that is not safe.
    """
    kept = _metadata.get(provider.issuer)
    if kept is not None and not afresh and timedelta(0) <= now - kept[0] < KEPT:
        return kept[1]
    url = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    with Conversation(provider, "") as conversation:
        document = conversation.document(url)
    if document.get("issuer") != provider.issuer:
        raise wrong(provider)
    found = _read(provider, document)
    _metadata[provider.issuer] = (now, found)
    return found


def keys(provider: OidcProvider, jwks_uri: str, now: datetime, *, afresh: bool = False) -> tuple[KeySet, bool]:
    """The provider's keys, and whether they were asked for just now.

    Raises:
        Refused: it does not answer, or not with keys.
    """
    kept = _keys.get(provider.issuer)
    if kept is not None and not afresh and timedelta(0) <= now - kept[0] < KEPT:
        return kept[1], False
    with Conversation(provider, "") as conversation:
        document = conversation.document(jwks_uri)
    try:
        found = KeySet.import_key_set({"keys": [key for key in document["keys"] if _signs(key)]})
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        raise wrong(provider) from None
    _keys[provider.issuer] = (now, found)
    return found, True


def _read(provider: OidcProvider, document: dict[str, Any]) -> Metadata:
    needed = {name: document.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    userinfo = document.get("userinfo_endpoint")
    doors = [*needed.values(), *([userinfo] if userinfo else [])]
    if not all(isinstance(door, str) and is_safe(door, issuer=provider.issuer) for door in doors):
        raise wrong(provider)
    methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Metadata(
        **{name: str(door) for name, door in needed.items()},
        userinfo_endpoint=userinfo,
        auth_method="client_secret_basic" if "client_secret_basic" in methods else "client_secret_post",
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _signs(key: Any) -> bool:
    """A public key with which a signature is checked; a shared secret is none."""
    return isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"
