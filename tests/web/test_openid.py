"""Signing in with an account elsewhere: with a real OpenID provider, and with one that lies."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fablab.core.db import transaction
from fablab.core.providers import OidcProvider
from fablab.members import identities, queries, signin
from fablab.members.identities import Claims
from fablab.members.models import Identity, MemberState, SignIn
from fablab.members.openid import conversation
from fablab.sites.models import SignUpRule, Site
from tests.cast import PASSWORD
from tests.conftest import Lab
from tests.mails import mails
from tests.support.oidc import RealProvider
from tests.web import liar as lies
from tests.web.conftest import words
from tests.web.liar import Liar, document, liar

PUBLIC_URL = "http://127.0.0.1:5000"
ACCOUNTS = {
    "maker": {"email": "Maker@test.example", "email_verified": True, "name": "Maker"},
    "claims-maker": {"email": "maker@test.example", "email_verified": False},
    "stranger": {"email": "stranger@test.example", "email_verified": True, "name": "Ann <b>Stranger</b>"},
    "admin": {"email": "admin@test.example", "email_verified": True},
    "nameless": {},
}


@pytest.fixture(scope="module")
def school() -> Iterator[RealProvider]:
    """A real provider, started once for this file."""
    with RealProvider(ACCOUNTS, PUBLIC_URL) as provider:
        yield provider


@pytest.fixture
def at_school(lab: Lab, school: RealProvider, monkeypatch: pytest.MonkeyPatch) -> RealProvider:
    """A lab that knows the real provider."""
    _know(lab, monkeypatch, school.known)
    return school


@pytest.fixture
def lying(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    """A lab that knows a provider that can lie; it says that the maker is there."""
    with liar() as provider:
        _know(lab, monkeypatch, provider.known)
        provider.claims = {"email": "maker@test.example", "email_verified": True}
        yield provider


def test_a_verified_address_of_ones_own_signs_in_and_links_once(lab: Lab, at_school: RealProvider) -> None:
    client = lab.client()
    page = client.get("/sign-in?next=/me/card").text
    assert "/sign-in/with/school?next=/me/card" in page

    answer = _back(client, at_school.sign_in(_left(client, "school", "/me/card"), "maker"))

    assert (answer.status_code, answer.location) == (302, "/me/card")
    assert client.get("/me").status_code == 200
    told = [mail for mail in mails("maker@test.example") if "/me/sign-ins" in mail["body"]]
    assert len(told) == 1
    again = lab.client()
    assert _back(again, at_school.sign_in(_left(again, "school"), "maker")).location == "/"
    assert [(row.member_id, row.subject) for row in lab.session.query(Identity)] == [(lab.cast.maker, "maker")]
    assert [row.how for row in lab.session.query(SignIn).order_by(SignIn.id)] == ["oidc:school"] * 2


def test_what_is_asked_for_is_protected_by_state_nonce_and_pkce(lab: Lab, at_school: RealProvider) -> None:
    asked = {key: value for key, (value,) in parse_qs(urlsplit(_left(lab.client(), "school")).query).items()}

    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{PUBLIC_URL}/sign-in/with/school/back"
    assert asked["scope"].split() == ["openid", "email", "profile"]
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43


@pytest.mark.parametrize("account", ["claims-maker", "nameless", "stranger"])
def test_an_unverified_or_unknown_address_is_nobodys(lab: Lab, at_school: RealProvider, account: str) -> None:
    client = lab.client()

    answer = _back(client, at_school.sign_in(_left(client, "school"), account))

    assert answer.status_code == 403
    assert "mot de passe" in words(answer)
    assert "/sign-up" not in answer.text, "no site can be joined by oneself"
    assert client.get("/me").status_code == 302
    assert lab.session.query(Identity).count() == 0


def test_where_people_join_by_themselves_a_stranger_goes_on_with_name_and_address(
    lab: Lab, at_school: RealProvider
) -> None:
    with transaction() as session:
        session.get_one(Site, lab.cast.workshop).sign_up = SignUpRule.APPROVAL
    client = lab.client()

    answer = _back(client, at_school.sign_in(_left(client, "school"), "stranger"))

    assert "/sign-up?elsewhere=1" in answer.text
    form = client.get("/sign-up?elsewhere=1").text
    assert 'value="stranger@test.example"' in form
    assert "Ann &lt;b&gt;Stranger&lt;/b&gt;" in form
    assert "stranger@" not in client.get("/sign-up?elsewhere=1").text, "the next one at this computer sees nothing"


def test_who_has_a_role_confirms_with_the_password_once(lab: Lab, at_school: RealProvider) -> None:
    client = lab.client()
    answer = _back(client, at_school.sign_in(_left(client, "school", "/desk"), "admin"))
    assert answer.location == "/sign-in/confirm"
    assert "admin@test.example" in client.get("/sign-in/confirm").text
    assert client.get("/me").status_code == 302
    assert client.post("/sign-in/confirm", data={"password": "wrong"}).status_code == 422
    assert lab.session.query(Identity).count() == 0

    assert client.post("/sign-in/confirm", data={"password": PASSWORD}).location == "/desk"

    assert client.get("/desk").status_code == 200
    assert client.post("/sign-in/confirm", data={"password": PASSWORD}).location == "/sign-in", "it is used up"
    again = lab.client()
    assert _back(again, at_school.sign_in(_left(again, "school"), "admin")).location == "/"


def test_the_password_that_confirms_cannot_be_guessed(lab: Lab, at_school: RealProvider) -> None:
    client = lab.client()
    _back(client, at_school.sign_in(_left(client, "school"), "admin"))

    codes = [client.post("/sign-in/confirm", data={"password": "x"}).status_code for _ in range(9)]

    assert codes == [422] * 8 + [429]


def test_an_account_is_linked_and_unlinked_by_who_is_signed_in(lab: Lab, at_school: RealProvider) -> None:
    client = lab.signed_in(lab.cast.newcomer)
    assert client.post("/me/identities/link/school", data={"present": "wrong"}).status_code == 422
    url = _linking(client)

    assert _back(client, at_school.sign_in(url, "stranger")).location == "/me/sign-ins"

    shown = client.get("/me/sign-ins")
    assert "The school" in words(shown)
    elsewhere = lab.client()
    assert _back(elsewhere, at_school.sign_in(_left(elsewhere, "school"), "stranger")).location == "/"
    (identity,) = lab.session.query(Identity)
    assert identity.member_id == lab.cast.newcomer
    lab.session.rollback()
    assert client.post(f"/me/identities/{identity.id}/unlink").location == "/me/sign-ins"
    stranger = lab.client()
    assert _back(stranger, at_school.sign_in(_left(stranger, "school"), "stranger")).status_code == 403


def test_nobody_links_anothers_account_or_in_anothers_place(lab: Lab, at_school: RealProvider) -> None:
    maker, other = lab.client(), lab.signed_in(lab.cast.newcomer)
    _back(maker, at_school.sign_in(_left(maker, "school"), "maker"))
    url = _linking(other)

    assert _back(other, at_school.sign_in(url, "maker")).location == "/me/sign-ins"
    assert "already belongs to somebody else" in words(other.get("/me/sign-ins"))
    url = _linking(other)
    other.post("/sign-out")
    other.post("/sign-in", data={"email": "student@test.example", "password": PASSWORD})
    _back(other, at_school.sign_in(url, "stranger"))

    assert "Somebody else is signed in here" in words(other.get("/me/sign-ins"))
    lab.session.rollback()
    assert [row.member_id for row in lab.session.query(Identity)] == [lab.cast.maker]


def test_who_cancels_is_told_so(lab: Lab, at_school: RealProvider) -> None:
    client = lab.client()

    answer = _back(client, at_school.cancel(_left(client, "school")))

    assert answer.location == "/sign-in"
    assert "annulé" in words(client.get("/sign-in"))


def test_coming_back_works_once_and_only_where_one_left(lab: Lab, at_school: RealProvider) -> None:
    client, thief = lab.client(), lab.client()
    url = _left(client, "school")
    copied = client.get_cookie("fablab")
    assert copied is not None
    coming_back = at_school.sign_in(url, "maker")

    stolen = _back(thief, coming_back)
    first = _back(client, coming_back)
    second = _back(client, coming_back)
    thief.set_cookie("fablab", copied.value)
    replayed = _back(thief, coming_back)

    assert (stolen.location, first.location) == ("/sign-in", "/")
    assert second.location == "/me/sign-ins", "signed in already, and the state is used up"
    assert replayed.location == "/sign-in", "the provider gives nothing for a code that was used"
    assert thief.get("/me").status_code == 302
    assert "ne connaît plus" in words(thief.get("/sign-in"))


def test_leaving_too_long_ago_is_over(lab: Lab, at_school: RealProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    client = lab.client()
    coming_back = at_school.sign_in(_left(client, "school"), "maker")
    later = datetime.now(UTC) + timedelta(minutes=16)
    monkeypatch.setattr("fablab.core.clock.now", lambda: later)

    assert _back(client, coming_back).location == "/sign-in"
    assert client.get("/me").status_code == 302


def test_an_ended_sign_in_and_a_member_who_left_stay_outside(lab: Lab, at_school: RealProvider) -> None:
    client = lab.client()
    _back(client, at_school.sign_in(_left(client, "school"), "maker"))
    other = lab.signed_in(lab.cast.maker)

    other.post("/me/sign-ins/end-others")

    assert client.get("/me").status_code == 302
    with transaction() as session:
        member = queries.member(session, lab.cast.maker)
        member.state = MemberState.PENDING
    assert _back(client, at_school.sign_in(_left(client, "school"), "maker")).location == "/", "they may look around"
    with transaction() as session:
        queries.member(session, lab.cast.maker).left_at = datetime.now(UTC)
    assert _back(client, at_school.sign_in(_left(client, "school"), "maker")).status_code == 403


def test_an_honest_provider_with_the_address_in_its_token_is_believed(lab: Lab, lying: Liar) -> None:
    answer = _told(lab.client(), lying)

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

    answer = _told(client, lying, tell)

    assert answer.location == "/sign-in"
    assert SENTENCES[kind] in words(client.get("/sign-in"))
    assert client.get("/me").status_code == 302
    assert lab.session.query(Identity).count() == 0


def test_keys_that_the_provider_has_changed_are_asked_for_once(lab: Lab, lying: Liar) -> None:
    assert _told(lab.client(), lying).location == "/"
    lying.published, lying.sign = lies.OTHER, lies.signed_by_another

    assert _told(lab.client(), lying).location == "/"

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
        state = _asked(_left(client, "liar"))["state"]
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
    assert _told(client, lying).location == "/sign-in"
    assert SENTENCES["down"] in words(client.get("/sign-in"))
    gone = OidcProvider(name="gone", issuer="http://127.0.0.1:9", client_id="x", client_secret="x", label="Gone")
    _know(lab, monkeypatch, gone)
    assert client.get("/sign-in/with/gone").location == "/sign-in"
    assert SENTENCES["down"] in words(client.get("/sign-in"))
    assert client.get("/sign-in/with/nobody").status_code == 404
    assert client.get("/sign-in/with/nobody/back").status_code == 404


def test_coming_back_in_vain_is_throttled_and_success_is_not(lab: Lab, lying: Liar) -> None:
    for _ in range(2):
        assert _told(lab.client(), lying).location == "/"
    client = lab.client()
    for _ in range(signin.PER_ADDRESS):
        client.get("/sign-in/with/liar/back?state=guessed&code=x")
    state = _asked(_left(client, "liar"))["state"]
    lying.asked.clear()

    client.get(f"/sign-in/with/liar/back?state={state}&code=x")

    assert "Trop d’essais" in words(client.get("/sign-in"))
    assert lying.asked == []


def test_the_only_way_in_is_not_unlinked(lab: Lab, lying: Liar) -> None:
    client = lab.client()
    _told(client, lying)
    with transaction() as session:
        queries.member(session, lab.cast.maker).password_hash = None
        other = identities.link(session, lab.cast.maker, Claims(issuer=lying.url, subject="2"), datetime.now(UTC)).id
    (first,) = (row.id for row in lab.session.query(Identity).filter(Identity.id != other))
    lab.session.rollback()

    assert client.post(f"/me/identities/{first}/unlink").status_code == 302
    refused = client.post(f"/me/identities/{other}/unlink")

    assert refused.status_code == 422
    assert "Liars Ltd" in words(client.get("/me/sign-ins"))


def _know(lab: Lab, monkeypatch: pytest.MonkeyPatch, provider: OidcProvider) -> None:
    monkeypatch.setitem(lab.app.config, "FABLAB", replace(lab.app.config["FABLAB"], oidc=(provider,)))


def _left(client: FlaskClient, name: str, next_path: str = "") -> str:
    """Where the lab sends somebody who signs in with a provider."""
    answer = client.get(f"/sign-in/with/{name}", query_string={"next": next_path} if next_path else {})
    assert answer.status_code == 302, answer.text
    return answer.location


def _back(client: FlaskClient, address: str) -> TestResponse:
    """Come back from a provider to the lab."""
    assert address.startswith(PUBLIC_URL), address
    return client.get(address.removeprefix(PUBLIC_URL))


def _linking(client: FlaskClient) -> str:
    page = client.post("/me/identities/link/school", data={"present": PASSWORD})
    assert page.status_code == 200, "a page leads there, since our forms may lead to our own pages only"
    return page.text.split('content="0;url=')[1].split('"')[0].replace("&amp;", "&")


def _asked(url: str) -> dict[str, str]:
    return {key: value for key, (value,) in parse_qs(urlsplit(url).query).items()}


def _told(client: FlaskClient, provider: Liar, tell: Callable[[Liar], None] = lambda provider: None) -> TestResponse:
    """Leave for the liar and come back; it knows the attempt's nonce, whatever it then says."""
    asked = _asked(_left(client, "liar"))
    provider.claims["nonce"] = asked["nonce"]
    tell(provider)
    return client.get(f"/sign-in/with/liar/back?state={asked['state']}&code=c")
