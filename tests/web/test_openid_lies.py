"""A provider that lies, is silent or gone: nobody is signed in, and a sentence says why."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from fablab.core.db import transaction
from fablab.core.providers import OidcProvider
from fablab.members import identities, queries, signin
from fablab.members.identities import Claims
from fablab.members.models import Identity
from fablab.members.openid import conversation
from tests.conftest import Lab
from tests.web import liar as lies
from tests.web.conftest import words
from tests.web.liar import Liar, document, liar
from tests.web.openid import asked_for, know, left, told


@pytest.fixture
def lying(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    """A lab that knows a provider that can lie; it says that the maker is there."""
    with liar() as provider:
        know(lab, monkeypatch, provider.known)
        provider.claims = {"email": "maker@test.example", "email_verified": True}
        yield provider


def test_an_honest_provider_with_the_address_in_its_token_is_believed(lab: Lab, lying: Liar) -> None:
    answer = told(lab.client(), lying)

    assert answer.location == "/"
    assert "/userinfo" not in lying.asked


def _claim(**claims: object) -> Callable[[Liar], None]:
    return lambda provider: provider.claims.update(claims)


def _sign(how: Callable[[dict[str, object]], str]) -> Callable[[Liar], None]:
    return lambda provider: setattr(provider, "sign", how)


def _give(code: int, body: bytes, **headers: str) -> Callable[[Liar], None]:
    return lambda provider: setattr(provider, "token", lambda _token: (code, headers, body))


def _userinfo_of_another(provider: Liar) -> None:
    provider.claims.clear()
    provider.userinfo = {"sub": "2", "email": "maker@test.example", "email_verified": True}


LIES: dict[str, tuple[Callable[[Liar], None], str]] = {
    "another issuer": (_claim(iss="https://elsewhere.example"), "wrong"),
    "for another lab": (_claim(aud="another"), "wrong"),
    "for another lab as well": (_claim(aud=["lab", "another"], azp="another"), "wrong"),
    "no nonce": (_claim(nonce=None), "wrong"),
    "another attempt": (_claim(nonce="replayed"), "wrong"),
    "nobody": (_claim(sub=None), "wrong"),
    "a number": (_claim(sub=12), "wrong"),
    "expired": (_claim(exp=1_000_000_000), "clock"),
    "of the future": (_claim(iat=9_000_000_000), "clock"),
    "not a time": (_claim(exp="tomorrow"), "clock"),
    "unsigned": (_sign(lies.unsigned), "wrong"),
    "signed with the public key": (_sign(lies.signed_with_the_public_key), "wrong"),
    "signed by another": (_sign(lies.signed_by_another), "wrong"),
    "no token at all": (_sign(lambda claims: "a.b.c"), "wrong"),
    "an empty answer": (_give(200, b""), "wrong"),
    "no JSON": (_give(200, b"<h1>Hello</h1>"), "wrong"),
    "a list": (_give(200, b"[1, 2]"), "wrong"),
    "deep": (_give(200, b"[" * 100_000), "wrong"),
    "an error of its own": (_give(500, b"oops"), "down"),
    "elsewhere": (_give(302, b"", Location="http://127.0.0.1:1/token"), "wrong"),
    "50 MB": (_give(200, b" " * 50_000_000), "wrong"),
    "another's userinfo": (_userinfo_of_another, "wrong"),
}
SENTENCES = {"wrong": "n’a pas répondu", "clock": "horloges", "down": "ne répond pas"}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_signs_nobody_in_and_is_told_in_a_sentence(lab: Lab, lying: Liar, lie: str) -> None:
    tell, kind = LIES[lie]
    client = lab.client()

    answer = told(client, lying, tell)

    assert answer.location == "/sign-in"
    assert SENTENCES[kind] in words(client.get("/sign-in"))
    assert client.get("/me").status_code == 302
    assert lab.session.query(Identity).count() == 0


def test_keys_that_the_provider_has_changed_are_asked_for_once(lab: Lab, lying: Liar) -> None:
    assert told(lab.client(), lying).location == "/"
    lying.published, lying.sign = lies.OTHER, lies.signed_by_another

    assert told(lab.client(), lying).location == "/"

    assert lying.asked.count("/keys") == 2
    assert lying.asked.count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"userinfo_endpoint": 12},
    ],
)
def test_a_provider_with_doors_that_are_not_safe_is_not_left_for(
    lab: Lab, lying: Liar, change: dict[str, object]
) -> None:
    lying.metadata |= change
    client = lab.client()

    assert client.get("/sign-in/with/liar").location == "/sign-in"
    assert SENTENCES["wrong"] in words(client.get("/sign-in"))


def test_an_answer_in_another_providers_name_is_refused(lab: Lab, lying: Liar) -> None:
    lying.metadata["authorization_response_iss_parameter_supported"] = True
    client = lab.client()

    for issuer in ("", "&iss=https://elsewhere.example"):
        state = asked_for(left(client, "liar"))["state"]
        client.get(f"/sign-in/with/liar/back?state={state}&code=c{issuer}")
        assert SENTENCES["wrong"] in words(client.get("/sign-in"))
    assert "/token" not in lying.asked


def test_a_provider_that_is_silent_or_gone_is_told_in_a_sentence(
    lab: Lab, lying: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "SECONDS", 0.3)
    client = lab.client()

    def silent(token: str) -> lies.Answer:
        lying.over.wait(10)
        return document({})

    lying.token = silent
    assert told(client, lying).location == "/sign-in"
    assert SENTENCES["down"] in words(client.get("/sign-in"))
    gone = OidcProvider(name="gone", issuer="http://127.0.0.1:9", client_id="x", client_secret="x", label="Gone")
    know(lab, monkeypatch, gone)
    assert client.get("/sign-in/with/gone").location == "/sign-in"
    assert SENTENCES["down"] in words(client.get("/sign-in"))
    assert client.get("/sign-in/with/nobody").status_code == 404
    assert client.get("/sign-in/with/nobody/back").status_code == 404


def test_coming_back_in_vain_is_throttled_and_success_is_not(lab: Lab, lying: Liar) -> None:
    for _ in range(2):
        assert told(lab.client(), lying).location == "/"
    client = lab.client()
    for _ in range(signin.PER_ADDRESS):
        client.get("/sign-in/with/liar/back?state=guessed&code=x")
    state = asked_for(left(client, "liar"))["state"]
    lying.asked.clear()

    client.get(f"/sign-in/with/liar/back?state={state}&code=x")

    assert "Trop d’essais" in words(client.get("/sign-in"))
    assert lying.asked == []


def test_the_only_way_in_is_not_unlinked(lab: Lab, lying: Liar) -> None:
    client = lab.client()
    told(client, lying)
    with transaction() as session:
        queries.member(session, lab.cast.maker).password_hash = None
        other = identities.link(session, lab.cast.maker, Claims(issuer=lying.url, subject="2"), datetime.now(UTC)).id
    (first,) = (row.id for row in lab.session.query(Identity).filter(Identity.id != other))
    lab.session.rollback()

    assert client.post(f"/me/identities/{first}/unlink").status_code == 302
    refused = client.post(f"/me/identities/{other}/unlink")

    assert refused.status_code == 422
    assert "Liars Ltd" in words(client.get("/me/sign-ins"))
