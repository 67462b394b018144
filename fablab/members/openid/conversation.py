"""Talking to one provider from this server: it ends in time, follows nobody elsewhere, and takes no large answer."""

import logging
import time
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from authlib.integrations.requests_client import OAuth2Session
from urllib3.exceptions import HTTPError

from fablab.core.i18n import _
from fablab.core.providers import OidcProvider, is_safe
from fablab.core.refusals import Refused

log = logging.getLogger(__name__)
LARGEST_ANSWER = 1024 * 1024
SECONDS = 8.0
"""How long a whole answer may take, and how long the provider may be silent."""
DOWN = "oidc_down"
WRONG = "oidc_wrong"


class _Unfit(Exception):
    """The provider answered, and not as it should."""


class Conversation(OAuth2Session):  # type: ignore[misc]
    """A session of requests that knows this lab's id and secret at the provider; for one thread."""

    def __init__(self, provider: OidcProvider, redirect_uri: str, auth_method: str = "client_secret_basic") -> None:
        super().__init__(
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            scope=provider.scopes,
            redirect_uri=redirect_uri,
            token_endpoint_auth_method=auth_method,
            code_challenge_method="S256",
        )
        self.provider = provider
        self.trust_env = False
        self.headers["Accept-Encoding"] = "identity"
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """One answer, complete; whatever it says."""
        until = time.monotonic() + SECONDS
        if not is_safe(request.url or "", issuer=self.provider.issuer):
            raise _Unfit("an address that is not safe")
        options |= {"allow_redirects": False, "stream": True, "timeout": SECONDS}
        response: requests.Response = super().send(request, **options)
        try:
            _read_whole(response, until)
            if 300 <= response.status_code < 400:
                raise _Unfit("a redirect")
        except BaseException:
            response.close()
            raise
        return response

    def document(self, url: str, *, with_token: bool = False) -> dict[str, Any]:
        """A JSON document of the provider's.

        Raises:
            Refused: it does not answer, or not with one.
        """
        try:
            answer = self.get(url, withhold_token=not with_token, headers={"Accept": "application/json"})
            if answer.status_code != 200:
                raise _Unfit(f"the status {answer.status_code}")
            found = answer.json()
        except ERRORS as error:
            raise failed(self.provider, error) from None
        if not isinstance(found, dict):
            raise failed(self.provider, _Unfit("no object"))
        return found


ERRORS = (_Unfit, requests.RequestException, HTTPError, HTTPException, OSError, ValueError, RecursionError)
"""What a conversation may fail with."""


def failed(provider: OidcProvider, error: Exception) -> Refused:
    """What people are told; the log says more, without the library's words, which may quote a secret."""
    log.warning("OpenID provider %s: %s", provider.name, error if isinstance(error, _Unfit) else type(error).__name__)
    # Those of requests are errors of the system by descent, even where what was read is no JSON.
    if isinstance(error, HTTPError | OSError) and not isinstance(error, ValueError):
        text = _("%(label)s does not answer at the moment. Try again later, or sign in with your password.")
        return Refused.because(DOWN, text % {"label": provider.label})
    return wrong(provider)


def wrong(provider: OidcProvider) -> Refused:
    """What people are told when an answer is not as it should be."""
    text = _("%(label)s did not answer as it should, so you are not signed in. Tell the lab if it happens again.")
    return Refused.because(WRONG, text % {"label": provider.label})


def _read_whole(response: requests.Response, until: float) -> None:
    body = b""
    while chunk := response.raw.read1(64 * 1024):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise _Unfit("an answer that is too large")
        if time.monotonic() > until:
            raise requests.Timeout
    response._content = body
    response._content_consumed = True  # type: ignore[attr-defined]
