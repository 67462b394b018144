"""What answers tell the browser to allow, and forms that did not come from us."""

from dataclasses import replace

import pytest

from fablab.web.ground.headers import POLICY
from tests.cast import PASSWORD
from tests.conftest import Lab
from tests.web.conftest import words


def test_every_answer_allows_nothing_but_our_own_files(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)

    for path in ("/", "/day", "/nowhere", "/static/fablab.css", "/live/wall", "/healthz"):
        with client.get(path) as answer:
            headers = answer.headers
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
    assert "unsafe" not in POLICY
    assert "frame-ancestors 'none'" in POLICY


def test_pages_hold_neither_script_nor_style_of_their_own(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.admin)

    for path in (
        "/",
        "/day",
        "/m/prusa-n1",
        "/m/prusa-n1/book",
        "/me",
        "/desk",
        "/machines/1/edit",
        "/billing",
        "/people",
    ):
        text = client.get(path).text
        assert " style=" not in text, path
        assert "<style" not in text, path
        assert " onclick=" not in text, path
        assert "<script>" not in text, path


def test_what_is_personal_is_not_kept_by_the_browser(lab: Lab) -> None:
    assert lab.signed_in(lab.cast.maker).get("/me").headers["Cache-Control"] == "no-store"


def test_behind_https_the_browser_stays_there(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Strict-Transport-Security" not in lab.client().get("/").headers
    monkeypatch.setitem(lab.app.config, "FABLAB", replace(lab.app.config["FABLAB"], public_url="https://lab.example"))
    answer = lab.client().post("/theme", data={"theme": "dark"})

    assert "max-age=" in answer.headers["Strict-Transport-Security"]
    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_form_from_elsewhere_is_refused_and_says_why(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    client = lab.signed_in(lab.cast.maker)
    monkeypatch.setitem(lab.app.config, "WTF_CSRF_ENABLED", True)

    answer = client.post("/me/tokens", data={"name": "stolen"})

    assert answer.status_code == 400
    assert "The form is too old" in words(answer)
    assert "stolen" not in client.get("/me").text


def test_our_own_forms_pass(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lab.app.config, "WTF_CSRF_ENABLED", True)
    client = lab.client()
    token = client.get("/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]

    data = {"csrf_token": token, "email": "maker@test.example", "password": PASSWORD}

    assert client.post("/sign-in", data=data).status_code == 302


def test_the_api_wants_no_form_token(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = lab.token(lab.cast.maker)
    monkeypatch.setitem(lab.app.config, "WTF_CSRF_ENABLED", True)

    answer = lab.client().post("/api/v1/reservations", json={}, headers=headers)

    assert answer.status_code == 422
