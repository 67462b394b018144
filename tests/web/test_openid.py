"""Signing in with an account elsewhere, at a real OpenID provider."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from fablab.core.db import transaction
from fablab.members import queries
from fablab.members.models import Identity, MemberState, SignIn
from fablab.sites.models import SignUpRule, Site
from tests.cast import PASSWORD
from tests.conftest import Lab
from tests.mails import mails
from tests.support.oidc import RealProvider
from tests.web.conftest import words
from tests.web.openid import PUBLIC_URL, back, know, left, linking

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
    know(lab, monkeypatch, school.known)
    return school


def test_a_verified_address_of_ones_own_signs_in_and_links_once(lab: Lab, at_school: RealProvider) -> None:
    client = lab.client()
    page = client.get("/sign-in?next=/me/card").text
    assert "/sign-in/with/school?next=/me/card" in page

    answer = back(client, at_school.sign_in(left(client, "school", "/me/card"), "maker"))

    assert (answer.status_code, answer.location) == (302, "/me/card")
    assert client.get("/me").status_code == 200
    told = [mail for mail in mails("maker@test.example") if "/me/sign-ins" in mail["body"]]
    assert len(told) == 1
    again = lab.client()
    assert back(again, at_school.sign_in(left(again, "school"), "maker")).location == "/"
    assert [(row.member_id, row.subject) for row in lab.session.query(Identity)] == [(lab.cast.maker, "maker")]
    assert [row.how for row in lab.session.query(SignIn).order_by(SignIn.id)] == ["oidc:school"] * 2


def test_what_is_asked_for_is_protected_by_state_nonce_and_pkce(lab: Lab, at_school: RealProvider) -> None:
    asked = {key: value for key, (value,) in parse_qs(urlsplit(left(lab.client(), "school")).query).items()}

    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{PUBLIC_URL}/sign-in/with/school/back"
    assert asked["scope"].split() == ["openid", "email", "profile"]
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43


@pytest.mark.parametrize("account", ["claims-maker", "nameless", "stranger"])
def test_an_unverified_or_unknown_address_is_nobodys(lab: Lab, at_school: RealProvider, account: str) -> None:
    client = lab.client()

    answer = back(client, at_school.sign_in(left(client, "school"), account))

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

    answer = back(client, at_school.sign_in(left(client, "school"), "stranger"))

    assert "/sign-up?elsewhere=1" in answer.text
    form = client.get("/sign-up?elsewhere=1").text
    assert 'value="stranger@test.example"' in form
    assert "Ann &lt;b&gt;Stranger&lt;/b&gt;" in form
    assert "stranger@" not in client.get("/sign-up?elsewhere=1").text, "the next one at this computer sees nothing"


def test_who_has_a_role_confirms_with_the_password_once(lab: Lab, at_school: RealProvider) -> None:
    client = lab.client()
    answer = back(client, at_school.sign_in(left(client, "school", "/desk"), "admin"))
    assert answer.location == "/sign-in/confirm"
    assert "admin@test.example" in client.get("/sign-in/confirm").text
    assert client.get("/me").status_code == 302
    assert client.post("/sign-in/confirm", data={"password": "wrong"}).status_code == 422
    assert lab.session.query(Identity).count() == 0

    assert client.post("/sign-in/confirm", data={"password": PASSWORD}).location == "/desk"

    assert client.get("/desk").status_code == 200
    assert client.post("/sign-in/confirm", data={"password": PASSWORD}).location == "/sign-in", "it is used up"
    again = lab.client()
    assert back(again, at_school.sign_in(left(again, "school"), "admin")).location == "/"


def test_the_password_that_confirms_cannot_be_guessed(lab: Lab, at_school: RealProvider) -> None:
    client = lab.client()
    back(client, at_school.sign_in(left(client, "school"), "admin"))

    codes = [client.post("/sign-in/confirm", data={"password": "x"}).status_code for _ in range(9)]

    assert codes == [422] * 8 + [429]


def test_an_account_is_linked_and_unlinked_by_who_is_signed_in(lab: Lab, at_school: RealProvider) -> None:
    client = lab.signed_in(lab.cast.newcomer)
    assert client.post("/me/identities/link/school", data={"present": "wrong"}).status_code == 422
    url = linking(client)

    assert back(client, at_school.sign_in(url, "stranger")).location == "/me/sign-ins"

    shown = client.get("/me/sign-ins")
    assert "The school" in words(shown)
    elsewhere = lab.client()
    assert back(elsewhere, at_school.sign_in(left(elsewhere, "school"), "stranger")).location == "/"
    (identity,) = lab.session.query(Identity)
    assert identity.member_id == lab.cast.newcomer
    lab.session.rollback()
    assert client.post(f"/me/identities/{identity.id}/unlink").location == "/me/sign-ins"
    stranger = lab.client()
    assert back(stranger, at_school.sign_in(left(stranger, "school"), "stranger")).status_code == 403


def test_nobody_links_anothers_account_or_in_anothers_place(lab: Lab, at_school: RealProvider) -> None:
    maker, other = lab.client(), lab.signed_in(lab.cast.newcomer)
    back(maker, at_school.sign_in(left(maker, "school"), "maker"))
    url = linking(other)

    assert back(other, at_school.sign_in(url, "maker")).location == "/me/sign-ins"
    assert "already belongs to somebody else" in words(other.get("/me/sign-ins"))
    url = linking(other)
    other.post("/sign-out")
    other.post("/sign-in", data={"email": "student@test.example", "password": PASSWORD})
    back(other, at_school.sign_in(url, "stranger"))

    assert "Somebody else is signed in here" in words(other.get("/me/sign-ins"))
    lab.session.rollback()
    assert [row.member_id for row in lab.session.query(Identity)] == [lab.cast.maker]


def test_who_cancels_is_told_so(lab: Lab, at_school: RealProvider) -> None:
    client = lab.client()

    answer = back(client, at_school.cancel(left(client, "school")))

    assert answer.location == "/sign-in"
    assert "annulé" in words(client.get("/sign-in"))


def test_coming_back_works_once_and_only_where_oneleft(lab: Lab, at_school: RealProvider) -> None:
    client, thief = lab.client(), lab.client()
    url = left(client, "school")
    copied = client.get_cookie("fablab")
    assert copied is not None
    coming_back = at_school.sign_in(url, "maker")

    stolen = back(thief, coming_back)
    first = back(client, coming_back)
    second = back(client, coming_back)
    thief.set_cookie("fablab", copied.value)
    replayed = back(thief, coming_back)

    assert (stolen.location, first.location) == ("/sign-in", "/")
    assert second.location == "/me/sign-ins", "signed in already, and the state is used up"
    assert replayed.location == "/sign-in", "the provider gives nothing for a code that was used"
    assert thief.get("/me").status_code == 302
    assert "ne connaît plus" in words(thief.get("/sign-in"))


def test_leaving_too_long_ago_is_over(lab: Lab, at_school: RealProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    client = lab.client()
    coming_back = at_school.sign_in(left(client, "school"), "maker")
    later = datetime.now(UTC) + timedelta(minutes=16)
    monkeypatch.setattr("fablab.core.clock.now", lambda: later)

    assert back(client, coming_back).location == "/sign-in"
    assert client.get("/me").status_code == 302


def test_an_ended_sign_in_and_a_member_who_left_stay_outside(lab: Lab, at_school: RealProvider) -> None:
    client = lab.client()
    back(client, at_school.sign_in(left(client, "school"), "maker"))
    other = lab.signed_in(lab.cast.maker)

    other.post("/me/sign-ins/end-others")

    assert client.get("/me").status_code == 302
    with transaction() as session:
        member = queries.member(session, lab.cast.maker)
        member.state = MemberState.PENDING
    assert back(client, at_school.sign_in(left(client, "school"), "maker")).location == "/", "they may look around"
    with transaction() as session:
        queries.member(session, lab.cast.maker).left_at = datetime.now(UTC)
    assert back(client, at_school.sign_in(left(client, "school"), "maker")).status_code == 403
