"""Where one is signed in: the list, ending one, the others or all; and those who sign in with their number."""

from datetime import UTC, datetime, timedelta

import pytest

from fablab.core.db import DatabaseFailed, db, transaction
from fablab.members import queries, signins
from fablab.members.models import SignIn
from fablab.web.ground import access
from fablab.web.ground.devices import device
from tests.cast import PASSWORD
from tests.conftest import Lab
from tests.support.statements import heard
from tests.web.conftest import words

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0"
CHROME = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36"
)
NEW = "a sentence that nobody knows"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (FIREFOX, "Firefox · Linux"),
        (PHONE, "Safari · iPhone"),
        (EDGE, "Edge · Windows"),
        (CHROME, "Chrome · Android"),
        ("curl/8.5.0", ""),
        ("", ""),
        ("<script>" * 1000, ""),
    ],
)
def test_a_browser_is_called_what_people_call_it(said: str, shown: str) -> None:
    assert device(said) == shown


def test_sign_ins_are_listed_and_ended_one_by_one(lab: Lab) -> None:
    here, phone, other = (lab.client() for _ in range(3))
    for client, agent in ((here, FIREFOX), (phone, PHONE), (other, EDGE)):
        data = {"email": "maker@test.example", "password": PASSWORD}
        assert client.post("/sign-in", data=data, headers={"User-Agent": agent}).status_code == 302
    first, second, third = (row.id for row in lab.session.query(SignIn).order_by(SignIn.id))
    lab.session.rollback()

    page = words(here.get("/me/sign-ins"))
    assert all(name in page for name in ("Firefox · Linux this one", "Safari · iPhone", "Edge · Windows"))
    assert here.post(f"/me/sign-ins/{second}/end").location == "/me/sign-ins"
    assert [client.get("/me").status_code for client in (here, phone, other)] == [200, 302, 200]
    assert lab.signed_in(lab.cast.student).post(f"/me/sign-ins/{third}/end").status_code == 404
    assert here.post("/me/sign-ins/end-others").location == "/me/sign-ins"
    assert [client.get("/me").status_code for client in (here, other)] == [200, 302]
    assert here.post(f"/me/sign-ins/{first}/end").location == "/", "ending this one is signing out"
    assert here.get("/me").status_code == 302


def test_signing_out_everywhere_ends_this_one_too(lab: Lab) -> None:
    here, other = lab.signed_in(lab.cast.maker), lab.signed_in(lab.cast.maker)

    assert here.post("/me/sign-ins/end-all").location == "/"

    assert [client.get("/me").status_code for client in (here, other)] == [302, 302]


def test_signing_in_again_ends_what_was_open_in_this_browser(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)
    client.post("/sign-in", data={"email": "student@test.example", "password": PASSWORD})

    assert [row.ended_how for row in lab.session.query(SignIn).order_by(SignIn.id)] == ["replaced", None]


def test_signing_in_is_for_others_to_call_too(lab: Lab) -> None:
    with lab.app.test_request_context("/"):
        access.sign_in(queries.member(lab.session, lab.cast.maker))
        assert access.actor().member_id == lab.cast.maker
        access.sign_out()

    assert [(row.how, row.ended_how) for row in lab.session.query(SignIn)] == [("password", "signed_out")]


def test_reading_writes_now_and_then_and_never_fails_because_of_it(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    client = lab.signed_in(lab.cast.maker)
    with heard(db.engine) as fresh:
        client.get("/me/card")
    assert not [text for text in fresh if text.startswith("UPDATE")]
    with transaction() as session:
        session.query(SignIn).update({"last_seen_at": datetime.now(UTC) - timedelta(minutes=6)})

    with heard(db.engine) as later:
        client.get("/me/card")
        client.get("/me/card")
    assert len([text for text in later if text.startswith("UPDATE")]) == 1
    with transaction() as session:
        session.query(SignIn).update({"last_seen_at": datetime.now(UTC) - timedelta(minutes=6)})

    def locked(*_more: object) -> None:
        raise DatabaseFailed("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(signins, "note_seen", locked)
    assert client.get("/me/card").status_code == 200


def test_staff_show_somebody_without_address_a_link_and_they_sign_in_with_their_number(lab: Lab) -> None:
    with transaction() as session:
        member = queries.member(session, lab.cast.newcomer)
        member.email, member.password_hash, member.shared_email = None, None, "family@test.example"
        member.home_site_id = lab.cast.workshop
    desk, path = lab.signed_in(lab.cast.fabmanager), f"/people/{lab.cast.newcomer}/password-link/show"
    assert path in desk.get(f"/people/{lab.cast.newcomer}").text

    older, shown = desk.post(path), desk.post(path)

    link, dead = (page.text.split("/password/")[1].split("<")[0] for page in (shown, older))
    guest = lab.client()
    assert guest.get(f"/password/{dead}").status_code == 404, "an older link dies"
    assert "data:image/svg+xml" in shown.text
    assert guest.post(f"/password/{link}", data={"password": NEW}).location == "/sign-in"
    assert guest.post(f"/password/{link}", data={"password": NEW}).status_code == 404
    for typed in (
        str(lab.cast.newcomer),
        f" N°{lab.cast.newcomer} ",
        f"no. {lab.cast.newcomer}",
        f"#0{lab.cast.newcomer}",
    ):
        assert lab.client().post("/sign-in", data={"email": typed, "password": NEW}).location == "/", typed
    assert lab.client().post("/sign-in", data={"email": "family@test.example", "password": NEW}).status_code == 422


def test_a_link_is_shown_neither_for_somebody_with_an_address_nor_for_a_colleague(lab: Lab) -> None:
    with transaction() as session:
        queries.member(session, lab.cast.treasurer).email = None
        queries.member(session, lab.cast.student).email = None
        queries.member(session, lab.cast.student).left_at = datetime.now(UTC)
    manager, admin = lab.signed_in(lab.cast.fabmanager), lab.signed_in(lab.cast.admin)

    for member_id in (lab.cast.maker, lab.cast.treasurer, lab.cast.student):
        assert manager.post(f"/people/{member_id}/password-link/show").status_code == 422, member_id
        assert f"/people/{member_id}/password-link/show" not in manager.get(f"/people/{member_id}").text
    assert admin.post(f"/people/{lab.cast.treasurer}/password-link/show").status_code == 200


def test_only_an_administrator_gives_a_colleague_another_address(lab: Lab) -> None:
    def edited(by: int, email: str) -> int:
        data = {"name": "Admin", "email": email, "class_id": lab.cast.adults, "home_site_id": 0, "locale": "fr"}
        data["version"] = queries.member(lab.session, lab.cast.trainer).version
        lab.session.rollback()
        return lab.signed_in(by).post(f"/people/{lab.cast.trainer}/edit", data=data).status_code

    assert edited(lab.cast.fabmanager, "mine@test.example") == 422
    assert edited(lab.cast.fabmanager, "") == 422
    assert edited(lab.cast.fabmanager, "trainer@test.example") == 302
    assert edited(lab.cast.admin, "new@test.example") == 302
