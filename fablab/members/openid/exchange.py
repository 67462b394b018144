"""The authorization code flow with PKCE: leaving with a state and a nonce, coming back with a code and a token."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, ExpiredTokenError, InvalidKeyIdError, JoseError

from fablab.core.i18n import _
from fablab.core.providers import OidcProvider
from fablab.core.refusals import Refused
from fablab.core.text import line_of
from fablab.members.identities import Claims
from fablab.members.openid.conversation import ERRORS, Conversation, failed, wrong
from fablab.members.openid.metadata import Metadata, discover, keys

LIFE = timedelta(minutes=15)
"""How long somebody may take at the provider."""
LEEWAY = 120
"""By how many seconds the provider's clock may differ from ours."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures with a key pair only: none, and those with a shared secret, would let a public key sign."""
LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class Departure:
    """What the browser that left keeps, so that only it can come back, once."""

    provider: str
    state: str
    nonce: str
    verifier: str
    left_at: datetime


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where to send the browser, and what it keeps."""

    url: str
    departure: Departure


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the address says with which the provider sent the browser back."""

    code: str = ""
    error: str = ""
    issuer: str = ""


def leave(provider: OidcProvider, redirect_uri: str, now: datetime) -> Leaving:
    """Prepare to send a browser to a provider.

    Raises:
        Refused: the provider does not answer, or not as it should.
    """
    metadata = discover(provider, now)
    departure = Departure(
        provider=provider.name,
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        left_at=now,
    )
    with Conversation(provider, redirect_uri) as conversation:
        url, _state = conversation.create_authorization_url(
            metadata.authorization_endpoint,
            state=departure.state,
            nonce=departure.nonce,
            code_verifier=departure.verifier,
        )
    return Leaving(url, departure)


def come_back(
    provider: OidcProvider, redirect_uri: str, departure: Departure | None, arrival: Arrival, now: datetime
) -> Claims:
    """Learn from the provider who has come back.

    Raises:
        Refused: this browser did not leave, or long ago; they cancelled; the provider does not answer as it should; its
            token is not for us, not by it, or not of now.
    """
    if departure is None or departure.provider != provider.name or not timedelta(0) <= now - departure.left_at < LIFE:
        text = _("This way of signing in was begun elsewhere, too long ago, or used already. Begin again.")
        raise Refused.because("oidc_state", text)
    metadata = discover(provider, now)
    if arrival.issuer != provider.issuer and (arrival.issuer or metadata.names_itself):
        raise wrong(provider)
    if arrival.error == "access_denied":
        text = _("You cancelled at %(label)s, or it does not let you sign in here.", label=provider.label)
        raise Refused.because("oidc_denied", text)
    if arrival.error or not arrival.code:
        raise wrong(provider)
    return _claims(provider, redirect_uri, departure, arrival, metadata, now)


def _claims(
    provider: OidcProvider,
    redirect_uri: str,
    departure: Departure,
    arrival: Arrival,
    metadata: Metadata,
    now: datetime,
) -> Claims:
    with Conversation(provider, redirect_uri, metadata.auth_method) as conversation:
        token = _token(conversation, departure, arrival, metadata)
        claims = _checked(provider, metadata, token, departure.nonce, now)
        said: dict[str, Any] = dict(claims)
        if "email" not in said and metadata.userinfo_endpoint:
            more = conversation.document(metadata.userinfo_endpoint, with_token=True)
            if more.get("sub") != claims["sub"]:
                raise wrong(provider)
            said = more | said
    email, name = said.get("email"), said.get("name")
    return Claims(
        issuer=provider.issuer,
        subject=claims["sub"],
        email=line_of(email) if isinstance(email, str) and len(email) < 255 else "",
        email_verified=said.get("email_verified") in (True, "true"),
        name=line_of(name)[:200] if isinstance(name, str) else "",
    )


def _token(conversation: Conversation, departure: Departure, arrival: Arrival, metadata: Metadata) -> dict[str, Any]:
    """What the provider gives for the code."""
    provider = conversation.provider
    try:
        token = conversation.fetch_token(
            metadata.token_endpoint,
            grant_type="authorization_code",
            code=arrival.code,
            code_verifier=departure.verifier,
        )
    except OAuthError as error:
        if error.error == "invalid_grant":
            text = _("%(label)s does not know this attempt any more: it was used already, or is too old. Begin again.")
            raise Refused.because("oidc_code", text % {"label": provider.label}) from None
        raise wrong(provider) from None
    except ERRORS as error:
        raise failed(provider, error) from None
    if not isinstance(token.get("id_token"), str) or not isinstance(token.get("access_token"), str):
        raise wrong(provider)
    found: dict[str, Any] = token
    return found


def _checked(
    provider: OidcProvider, metadata: Metadata, token: dict[str, Any], nonce: str, now: datetime
) -> dict[str, Any]:
    """The claims of a token that this provider signed for us, for this attempt, just now."""
    try:
        read = _decoded(provider, metadata, token["id_token"], now)
        claims = CodeIDToken(
            read.claims,
            read.header,
            options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
            },
            params={"nonce": nonce, "client_id": provider.client_id, "access_token": token["access_token"]},
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
    except ExpiredTokenError:
        raise _clocks(provider) from None
    except ClaimError as error:
        raise (_clocks(provider) if error.claim in ("iat", "nbf", "exp") else wrong(provider)) from None
    except (JoseError, ValueError, TypeError, OverflowError, RecursionError):
        raise wrong(provider) from None
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or line_of(subject) != subject:
        raise wrong(provider)
    found: dict[str, Any] = claims
    return found


def _decoded(provider: OidcProvider, metadata: Metadata, text: str, now: datetime) -> jwt.Token:
    """The token, whose signature is right; keys that the provider has changed meanwhile are asked for once."""
    known, fresh = keys(provider, metadata.jwks_uri, now)
    try:
        return jwt.decode(text, known, algorithms=ALGORITHMS)
    except (BadSignatureError, InvalidKeyIdError):
        if fresh:
            raise
    known, _fresh = keys(provider, metadata.jwks_uri, now, afresh=True)
    return jwt.decode(text, known, algorithms=ALGORITHMS)


def _clocks(provider: OidcProvider) -> Refused:
    text = _("The clocks of %(label)s and of this lab differ too much. Tell the lab.", label=provider.label)
    return Refused.because("oidc_clock", text)
