"""What the tests of single sign-on share: leaving for a provider, and coming back."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fablab.core.providers import OidcProvider
from tests.cast import PASSWORD
from tests.conftest import Lab
from tests.web.liar import Liar

PUBLIC_URL = "http://127.0.0.1:5000"


def know(lab: Lab, monkeypatch: pytest.MonkeyPatch, provider: OidcProvider) -> None:
    """Let the lab know one provider."""
    monkeypatch.setitem(lab.app.config, "FABLAB", replace(lab.app.config["FABLAB"], oidc=(provider,)))


def left(client: FlaskClient, name: str, next_path: str = "") -> str:
    """Where the lab sends somebody who signs in with a provider."""
    answer = client.get(f"/sign-in/with/{name}", query_string={"next": next_path} if next_path else {})
    assert answer.status_code == 302, answer.text
    return answer.location


def back(client: FlaskClient, address: str) -> TestResponse:
    """Come back from a provider to the lab."""
    assert address.startswith(PUBLIC_URL), address
    return client.get(address.removeprefix(PUBLIC_URL))


def linking(client: FlaskClient) -> str:
    """Where the lab sends somebody who links an account at the school."""
    page = client.post("/me/identities/link/school", data={"present": PASSWORD})
    assert page.status_code == 200, "a page leads there, since our forms may lead to our own pages only"
    return page.text.split('content="0;url=')[1].split('"')[0].replace("&amp;", "&")


def asked_for(url: str) -> dict[str, str]:
    """What an address asks a provider for."""
    return {key: value for key, (value,) in parse_qs(urlsplit(url).query).items()}


def told(client: FlaskClient, provider: Liar, tell: Callable[[Liar], None] = lambda provider: None) -> TestResponse:
    """Leave for the liar and come back; it knows the attempt's nonce, whatever it then says."""
    asked = asked_for(left(client, "liar"))
    provider.claims["nonce"] = asked["nonce"]
    tell(provider)
    return client.get(f"/sign-in/with/liar/back?state={asked['state']}&code=c")
