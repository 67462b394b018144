"""People through the API: added, corrected, approved, guarded; each sees what is theirs."""

from datetime import UTC, datetime, timedelta

from fablab.core.db import transaction
from fablab.members import queries
from fablab.members.models import MemberState
from tests.conftest import Lab

CARD = {"name": "Tom Roux", "birth_date": "2014-02-28", "shared_email": "nadia@test.example"}


def test_a_person_is_added_found_corrected_and_guarded(lab: Lab) -> None:
    client, manager = lab.client(), lab.token(lab.cast.fabmanager)
    body = {**CARD, "class_id": lab.cast.adults, "home_site_id": lab.cast.workshop}

    made = client.post("/api/v1/members", json=body, headers=manager)

    assert (made.status_code, made.json["birth_date"], made.json["email"]) == (201, "2014-02-28", None)
    path = f"/api/v1/members/{made.json['id']}"
    assert client.get("/api/v1/members?q=roux", headers=manager).json["items"] == [made.json]
    assert client.get("/api/v1/members?site_id=2", headers=manager).json["count"] == 0
    patch = {"version": 1, "phone": "06", "class_id": lab.cast.students}
    edited = client.patch(path, json=patch, headers=manager)
    assert (edited.json["phone"], edited.json["name"], edited.json["version"]) == ("06", "Tom Roux", 2)
    assert client.patch(path, json=patch, headers=manager).status_code == 409
    guardian = {"guardian_id": lab.cast.maker, "relation": "Père"}
    row = client.post(f"{path}/guardians", json=guardian, headers=manager).json
    maker, student = lab.token(lab.cast.maker), lab.token(lab.cast.student)
    assert client.get(f"{path}/guardians", headers=maker).json["items"] == [row]
    signed = {"guardian_id": lab.cast.maker, "permission": "use", "given": True}
    assert client.post(f"{path}/authorisations", json=signed, headers=student).status_code == 403
    assert client.post(f"{path}/authorisations", json=signed, headers=maker).json["items"][0]["given"] is True
    assert client.get(path, headers=student).status_code == 404
    assert client.patch(path, json={"version": 2, "phone": "07"}, headers=maker).json["version"] == 3
    assert client.patch(path, json={"version": 3, "class_id": 1}, headers=maker).status_code == 403
    assert client.delete(f"{path}/guardians/{row['id']}", headers=maker).status_code == 204
    assert client.get(path, headers=maker).status_code == 404


def test_a_person_who_waits_is_approved_or_declined_once(lab: Lab) -> None:
    client, manager = lab.client(), lab.token(lab.cast.fabmanager)
    with transaction() as session:
        member = queries.member(session, lab.cast.newcomer)
        member.state, member.home_site_id = MemberState.PENDING, lab.cast.workshop
    path = f"/api/v1/members/{lab.cast.newcomer}/approval"

    assert client.put(path, json={"approved": False}, headers=manager).json["refusals"][0]["code"] == "reason_missing"
    assert client.put(path, json={"approved": True}, headers=manager).json["state"] == "active"
    assert client.put(path, json={"approved": True}, headers=manager).json["refusals"][0]["code"] == "decided"


def test_a_charter_is_published_and_accepted_by_its_reader(lab: Lab) -> None:
    client, admin, maker = lab.client(), lab.token(lab.cast.admin), lab.token(lab.cast.maker)
    body = {"title": "Charte", "text": "Respecter.", "valid_from": datetime.now(UTC).date().isoformat()}

    made = client.post("/api/v1/charters", json=body, headers=admin).json

    assert made["version"] == 1
    start = datetime.now(UTC) + timedelta(hours=1)
    wish = {
        "resource_id": lab.cast.printer,
        "start": f"{start:%Y-%m-%dT%H:00:00Z}",
        "end": f"{start:%Y-%m-%dT%H:30:00Z}",
    }
    refused = client.post("/api/v1/reservations", json=wish, headers=maker)
    assert "charter" in {item["code"] for item in refused.json["refusals"]}
    path = f"/api/v1/charters/{made['id']}/acceptances"
    assert client.post(path, json={"member_id": lab.cast.student}, headers=maker).status_code == 403
    assert client.post(path, json={}, headers=maker).status_code == 204
    assert client.post(path, json={"member_id": lab.cast.student}, headers=admin).status_code == 204


def test_words_that_no_database_holds_find_nobody(lab: Lab) -> None:
    client, admin = lab.client(), lab.token(lab.cast.admin)
    for path in ("members?q=a%00b", "members?q=%00", "accounts?all=true&q=a%00b"):
        assert client.get(f"/api/v1/{path}", headers=admin).status_code == 200, path
    hold = {"kind": "other", "reason": "x", "key": "a\x00b"}
    assert client.post(f"/api/v1/members/{lab.cast.maker}/holds", json=hold, headers=admin).status_code == 422
