"""Signing in and out, and setting a password by a link in a mail."""

from fablab.core.outbox import OutboxRow
from fablab.delivery import answer_asked
from fablab.members.signin import PER_ACCOUNT
from tests.cast import PASSWORD
from tests.conftest import Lab
from tests.web.conftest import words

NEW = "a sentence that nobody knows"


def test_the_right_password_opens_and_leads_where_one_was_going(lab: Lab) -> None:
    data = {"email": " Maker@TEST.example ", "password": PASSWORD}

    answer = lab.client().post("/sign-in?next=/me", data=data)

    assert (answer.status_code, answer.location) == (302, "/me")


def test_next_never_leads_elsewhere(lab: Lab) -> None:
    data = {"email": "maker@test.example", "password": PASSWORD}

    for target in (
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "/x\\..//evil.example",
        "javascript:alert(1)",
        "/\nx",
    ):
        assert lab.client().post("/sign-in", query_string={"next": target}, data=data).location == "/"


def test_a_wrong_password_and_an_unknown_address_are_told_alike(lab: Lab) -> None:
    answers = [
        lab.client().post("/sign-in", data={"email": email, "password": "wrong wrong wrong"})
        for email in ("maker@test.example", "nobody@test.example")
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert words(answers[0]).replace("maker", "nobody") == words(answers[1])


def test_too_many_wrong_passwords_close_the_account_for_a_while(lab: Lab) -> None:
    client = lab.client()
    for _number in range(8):
        client.post("/sign-in", data={"email": "maker@test.example", "password": "wrong"})

    answer = client.post("/sign-in", data={"email": "maker@test.example", "password": PASSWORD})

    assert answer.status_code == 429
    assert "Too many attempts" in answer.text or "Trop d’essais" in answer.text


def test_signing_out_kills_a_copied_cookie_too_and_no_other_sign_in(lab: Lab) -> None:
    client, elsewhere = lab.signed_in(lab.cast.maker), lab.signed_in(lab.cast.maker)
    cookie = client.get_cookie("fablab")
    assert cookie is not None
    thief = lab.client()
    thief.set_cookie("fablab", cookie.value)
    assert thief.get("/me").status_code == 200

    client.post("/sign-out")

    assert client.get("/me").status_code == 302
    assert thief.get("/me").status_code == 302
    assert elsewhere.get("/me").status_code == 200


def test_a_part_of_a_page_takes_the_whole_page_to_sign_in(lab: Lab) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/day?d=2026-09-15"}

    answer = lab.client().get("/day/grid", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/day?d%3D2026-09-15"


def test_asking_for_a_link_is_answered_alike_for_everybody(lab: Lab) -> None:
    known = lab.client().post("/password/forgot", data={"email": "maker@test.example"})
    unknown = lab.client().post("/password/forgot", data={"email": "nobody@test.example"})

    assert known.status_code == unknown.status_code == 200
    assert words(known) == words(unknown)
    assert [row.payload["to"] for row in _links(lab)] == ["maker@test.example"]


def test_asking_for_links_is_throttled(lab: Lab) -> None:
    client = lab.client()

    statuses = [client.post("/password/forgot", data={"email": "maker@test.example"}).status_code for _ in range(9)]

    assert statuses == [200] * 8 + [429]


def test_the_link_sets_a_password_once(lab: Lab) -> None:
    client = lab.client()
    before = lab.signed_in(lab.cast.maker)
    client.post("/password/forgot", data={"email": "maker@test.example"})
    body = _links(lab)[0].payload["body"]
    path = "/password/" + body.split("/password/")[1].split()[0]

    assert client.get(path).status_code == 200
    assert client.post(path, data={"password": "short"}).status_code == 422
    assert client.post(path, data={"password": NEW}).location == "/sign-in"
    assert client.post(path, data={"password": NEW}).status_code == 404
    assert client.get(path).status_code == 404
    assert before.get("/me").status_code == 302, "sign-ins from before have ended"
    assert client.post("/sign-in", data={"email": "maker@test.example", "password": PASSWORD}).status_code == 422
    assert client.post("/sign-in", data={"email": "maker@test.example", "password": NEW}).status_code == 302


def test_the_password_is_changed_by_who_knows_the_present_one(lab: Lab) -> None:
    client, elsewhere = lab.signed_in(lab.cast.maker), lab.signed_in(lab.cast.maker)

    refused = client.post("/me/password", data={"present": "wrong", "password": NEW})
    changed = client.post("/me/password", data={"present": PASSWORD, "password": NEW})

    assert (refused.status_code, changed.status_code) == (422, 302)
    assert client.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 302


def test_the_language_is_the_members_then_the_cookies_then_the_browsers(lab: Lab) -> None:
    client = lab.client()

    assert "Se connecter" in client.get("/").text
    assert "Sign in" in client.get("/", headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    assert "Se connecter" in client.get("/", headers={"Accept-Language": "de"}).text
    client.post("/language", data={"locale": "en"})
    assert "Sign in" in client.get("/", headers={"Accept-Language": "fr"}).text
    maker = lab.signed_in(lab.cast.maker)
    assert "Schedule" in maker.get("/day").text
    maker.post("/language", data={"locale": "fr", "next": "/day"})
    assert "Planning" in maker.get("/day").text
    assert "Planning" in lab.signed_in(lab.cast.maker).get("/day").text, "kept for the next sign-in and for mails"


def test_light_and_dark_are_remembered(lab: Lab) -> None:
    client = lab.client()

    assert "data-theme" not in client.get("/").text
    assert client.post("/theme", data={"theme": "dark", "next": "/live"}).location == "/live"
    assert 'data-theme="dark"' in client.get("/").text
    assert client.post("/theme", data={"theme": "pink"}).status_code == 400
    assert client.post("/language", data={"locale": "tlh"}).status_code == 400


def _links(lab: Lab) -> list[OutboxRow]:
    """The mails with a link that are to be sent."""
    answer_asked()
    lab.session.rollback()
    return [row for row in lab.session.query(OutboxRow) if row.key.startswith("password-link:")]


def test_the_present_password_cannot_be_guessed_from_an_open_sign_in(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)
    wrong = {"present": "not this one at all", "password": "a brand new sentence"}

    answers = [client.post("/me/password", data=wrong).status_code for _ in range(PER_ACCOUNT + 1)]

    assert answers == [422] * PER_ACCOUNT + [429]
