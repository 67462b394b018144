"""Seeing the lab as somebody else: what they see, nothing done, nothing leaked, written down, and back."""

from datetime import UTC, datetime

from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.members import queries as members
from fablab.members import services
from fablab.members.models import AccessToken, Member, Role
from tests.conftest import Lab
from tests.web.conftest import words


def test_staff_see_what_a_member_sees_and_come_back(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.fabmanager)
    assert "See the lab as a member" in words(client.get("/"))

    assert client.post("/see-as/member").status_code == 302

    page = words(client.get("/"))
    assert "as a member without roles" in page
    assert "Desk" not in page
    assert "See the lab as a member" not in page
    for path in ("/desk", "/conduct", f"/people/{lab.cast.maker}/conduct", "/machines"):
        assert client.get(path).status_code == 403, path
    assert client.post("/see-as/member").status_code == 403
    assert client.post(f"/see-as/{lab.cast.maker}").status_code == 403
    assert client.post("/me/tokens", data={"name": "mine"}).status_code == 200, "one's own account works"
    assert client.post("/see-as/end").location == "/"
    assert client.get("/desk").status_code == 200
    assert lab.session.query(AuditEntry).filter_by(action="member.seen_as").count() == 0


def test_an_administrator_sees_as_a_person_and_does_nothing_meanwhile(lab: Lab) -> None:
    cast = lab.cast
    lab.token(cast.maker)
    with transaction() as session:
        members.member(session, cast.maker).locale = "fr"
    client = lab.signed_in(cast.admin)
    assert client.get(f"/people/{cast.maker}").text.count(f"/see-as/{cast.maker}") == 1

    assert client.post(f"/see-as/{cast.maker}").status_code == 302

    page = client.get("/me")
    assert "You see the lab as Maker sees it" in words(page), "in the administrator's own language"
    assert "maker@test.example" in page.text
    for secret in ("test <", "Revoke", "Present password"):
        assert secret not in page.text
    assert client.get("/people").status_code == 403
    for path, data in (
        ("/me/tokens", {"name": "x"}),
        ("/me/tokens/1/revoke", {}),
        ("/me/password", {"present": "x", "password": "y"}),
        ("/me/appeals", {"text": "x"}),
        ("/m/prusa-n1/book", {"start": "now"}),
        ("/m/prusa-n1/problem", {"text": "x"}),
        ("/language", {"locale": "fr"}),
        ("/sign-in", {"email": "student@test.example", "password": "x"}),
        ("/see-as/member", {}),
        (f"/see-as/{cast.student}", {}),
    ):
        refused = client.post(path, data=data)
        assert refused.status_code == 403, path
        assert "nothing was changed" in words(refused), path
    assert client.get("/sign-in").status_code == 403
    lab.session.rollback()
    (entry,) = lab.session.query(AuditEntry).filter_by(action="member.seen_as")
    assert (entry.actor_id, entry.member_id) == (cast.admin, cast.maker)
    assert lab.session.query(AccessToken).filter(AccessToken.revoked_at.is_not(None)).count() == 0
    assert client.post("/see-as/end").location == f"/people/{cast.maker}"
    assert client.get("/people").status_code == 200


def test_it_ends_with_the_sign_in_with_the_role_and_with_the_person(lab: Lab) -> None:
    cast = lab.cast
    client, maker = lab.signed_in(cast.admin), lab.signed_in(cast.maker)
    client.post(f"/see-as/{cast.maker}")
    assert client.post("/sign-out").status_code == 302
    assert client.get("/me").location.startswith("/sign-in")
    assert maker.get("/me").status_code == 200, "the other's sign-in was never touched"

    client = lab.signed_in(cast.admin)
    assert "You see the lab as" not in words(client.get("/"))
    client.post(f"/see-as/{cast.student}")
    with transaction() as session:
        services.grant_role(session, members.member(session, cast.maker), Role.ADMIN)
        session.query(Member).filter_by(id=cast.student).update({"left_at": datetime.now(UTC)})
    assert "You see the lab as" not in words(client.get("/"))
    assert client.post(f"/see-as/{cast.student}").status_code == 404
    assert client.post(f"/see-as/{cast.admin}").status_code == 422
    client.post(f"/see-as/{cast.newcomer}")
    with transaction() as session:
        session.delete(members.grants_of(session, [cast.admin])[cast.admin][0])
    assert "Newcomer sees" not in words(client.get("/"))
    assert client.get("/people").status_code == 403
