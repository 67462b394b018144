"""Data through the API: export, erasure, merging, consents, the log; the same rules as on the screens."""

import json
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

from fablab.core.db import transaction
from fablab.members import queries
from tests.cast import PASSWORD
from tests.conftest import Lab
from tests.web.uses import used

API = "/api/v1"


def test_one_exports_and_erases_oneself_with_ones_password(lab: Lab) -> None:
    cast, client = lab.cast, lab.client()
    maker, student = lab.token(cast.maker), lab.token(cast.student)
    used(lab, cast.maker)
    path = f"{API}/members/{cast.maker}/erasure"

    packed = client.get(f"{API}/me/export", headers=maker)
    assert json.loads(ZipFile(BytesIO(packed.data)).read("data.json"))["person"] == cast.maker
    assert client.post(path, json={"password": PASSWORD}, headers=student).status_code == 404
    wrong = client.post(path, json={"password": "wrong"}, headers=maker)
    assert [item["code"] for item in wrong.json["refusals"]] == ["password"]
    blocked = client.post(path, json={"password": PASSWORD}, headers=maker).json["refusals"]
    assert [(item["code"], item["overridable"]) for item in blocked] == [("uninvoiced", True)]
    assert client.post(path, json={"password": PASSWORD, "override": True}, headers=maker).status_code == 403
    assert client.post(path, json={"password": PASSWORD, "later": True}, headers=maker).status_code == 202
    assert client.delete(path, headers=maker).status_code == 204
    assert client.post(path, json={"override": True}, headers=lab.token(cast.admin)).status_code == 204
    assert client.get(f"{API}/me", headers=maker).status_code == 401
    assert client.get(f"{API}/members/{cast.maker}", headers=lab.token(cast.admin)).json["email"] is None


def test_doubles_are_found_and_merged(lab: Lab) -> None:
    cast, client, admin = lab.cast, lab.client(), lab.token(lab.cast.admin)
    with transaction() as session:
        for number in (cast.maker, cast.student):
            queries.member(session, number).name = "Élodie Roche"
    body = {"merged_id": cast.student, "survivor_version": 1, "merged_version": 1, "take": ["class_id"]}
    path = f"{API}/members/{cast.maker}/merge"

    assert client.get(f"{API}/doubles", headers=admin).json["items"] == [
        {"one_id": cast.maker, "other_id": cast.student}
    ]
    assert client.post(path, json={**body, "take": ["password_hash"]}, headers=admin).status_code == 422
    assert client.post(path, json={**body, "merged_version": 2}, headers=admin).status_code == 409
    assert client.post(path, json={**body, "merged_id": 99999}, headers=admin).status_code == 404
    same = client.post(path, json={**body, "merged_id": cast.maker}, headers=admin)
    assert same.json["refusals"][0]["code"] == "same"
    made = client.post(path, json=body, headers=admin)
    assert (made.status_code, made.json["survivor_id"], made.json["merged_id"]) == (201, cast.maker, cast.student)
    log = client.get(f"{API}/audit?member_id={cast.maker}&action=member.merged", headers=admin).json
    assert (log["count"], log["items"][0]["subject"]) == (1, f"member:{cast.student}")
    assert client.get(f"{API}/audit?since=2100-01-01T00:00:00Z", headers=admin).json["count"] == 0


def test_consents_are_asked_and_answered(lab: Lab) -> None:
    cast, client = lab.cast, lab.client()
    admin, maker = lab.token(cast.admin), lab.token(cast.maker)
    made = client.post(f"{API}/consents", json={"title": "Mur", "text": "Nom.", "code": "wall_name"}, headers=admin)
    path, body = f"{API}/members/{cast.maker}/consents", {"consent_id": made.json["id"], "given": True, "version": 1}

    assert client.get(f"{API}/consents", headers=maker).json["items"] == [made.json]
    before = client.get(path, headers=maker).json["items"][0]
    after = client.post(path, json=body, headers=maker).json["items"][0]

    assert (before["allowed"], before["answered_at"]) == (False, None)
    assert (after["allowed"], after["answered_version"]) == (True, 1)
    assert datetime.fromisoformat(after["answered_at"]).tzinfo is not None
    assert datetime.fromisoformat(after["answered_at"]) <= datetime.now(UTC)
    assert client.post(path, json={**body, "version": 2}, headers=maker).status_code == 409
    assert client.post(path, json=body, headers=lab.token(cast.student)).status_code == 403
