"""Memberships, classes and proofs through the API, from the kind to the invoice."""

from datetime import datetime, timedelta

from fablab.billing.models import ItemCharge
from fablab.core import clock
from fablab.sites import queries as sites
from tests.api.things import picture
from tests.conftest import Lab

API = "/api/v1"


def test_a_kind_is_written_priced_sold_and_renewed(lab: Lab) -> None:
    cast, client = lab.cast, lab.client()
    admin, treasurer, maker = (lab.token(who) for who in (cast.admin, cast.treasurer, cast.maker))
    wrong = {"name": "Famille", "legal_entity_id": cast.entity, "lasts": "fixed_day", "until_day": 31, "until_month": 2}
    refused = client.post(f"{API}/membership-kinds", json=wrong | {"covers": "family"}, headers=admin)
    assert {item["code"] for item in refused.json["refusals"]} == {"until", "most_people"}
    right = wrong | {"until_month": 8, "covers": "family", "most_people": 3, "sold_online": True}
    kind = client.post(f"{API}/membership-kinds", json=right, headers=admin).json
    one = f"{API}/membership-kinds/{kind['id']}"
    price = {"valid_from": "2020-01-01", "amount_cents": 6000}
    assert client.post(f"{one}/prices", json=price, headers=treasurer).status_code == 201
    assert client.get(f"{one}/prices", headers=maker).json["items"][0]["amount_cents"] == 6000

    key = {"Idempotency-Key": "k"}
    sold = [client.post(f"{API}/memberships", json={"kind_id": kind["id"]}, headers=maker | key) for _ in range(2)]
    assert [answer.status_code for answer in sold] == [201, 201]
    membership = sold[0].json
    assert membership == sold[1].json
    assert (membership["standing"], membership["last_on"][5:]) == ("in_order", "08-31")
    path = f"{API}/memberships/{membership['id']}"
    renewals = {client.post(f"{path}/renewal", json={}, headers=maker).json["id"] for _ in range(2)}
    assert len(renewals) == 1
    assert client.get(f"{API}/memberships", headers=maker).json["items"][1]["id"] == membership["id"]
    assert client.get(f"{API}/memberships?member={cast.maker}", headers=lab.token(cast.student)).status_code == 404
    lab.session.rollback()
    assert lab.session.query(ItemCharge).count() == 2

    assert client.patch(one, json={"version": 9, "closed": True}, headers=admin).status_code == 409
    closed = client.patch(one, json={"version": 1, "name": "Familles", "closed": True}, headers=admin).json
    assert (closed["name"], closed["until_day"], closed["version"]) == ("Familles", 31, 3)
    assert closed["closed_at"]


def test_hosts_pause_add_people_end_and_waive(lab: Lab) -> None:
    cast, client = lab.cast, lab.client()
    admin = lab.token(cast.admin)
    card = {"name": "Groupe", "legal_entity_id": cast.entity, "length": 12, "covers": "group", "most_people": 9}
    kind = client.post(f"{API}/membership-kinds", json=card, headers=admin).json["id"]
    price = {"valid_from": "2020-01-01", "amount_cents": 900}
    client.post(f"{API}/membership-kinds/{kind}/prices", json=price, headers=admin)
    wish = {"kind_id": kind, "member_id": cast.maker, "first_on": "2030-01-01", "people": [cast.student]}
    made = client.post(f"{API}/memberships", json=wish, headers=admin).json
    path = f"{API}/memberships/{made['id']}"

    pause = {"from_on": "2030-02-01", "to_on": "2030-02-10", "reason": "Travaux"}
    paused = client.post(f"{path}/pauses", json=pause, headers=admin).json
    assert (paused["last_on"], paused["standing"]) == ("2031-01-10", "planned")
    resumed = client.delete(f"{path}/pauses/{paused['pauses'][0]['id']}", headers=admin).json
    assert (resumed["last_on"], resumed["pauses"]) == ("2030-12-31", [])
    person = {"member_id": cast.newcomer, "joined_on": "2030-03-01"}
    assert len(client.post(f"{path}/people", json=person, headers=admin).json["people"]) == 3
    assert len(client.delete(f"{path}/people/{cast.newcomer}", headers=admin).json["people"]) == 2
    assert client.post(f"{path}/waiver", json={"reason": "Don"}, headers=lab.token(cast.treasurer)).status_code == 200
    version = client.get(path, headers=admin).json["version"]
    end = {"version": version, "last_on": "2029-12-31", "reason": "Annulée"}
    assert client.post(f"{path}/end", json=end, headers=admin).json["ended_on"] == "2029-12-31"
    assert [row["id"] for row in client.get(f"{API}/memberships?all=true", headers=admin).json["items"]] == [made["id"]]
    assert client.get(f"{API}/memberships?all=true", headers=lab.token(cast.maker)).status_code == 403


def test_a_proof_is_sent_as_a_body_decided_and_counts(lab: Lab) -> None:
    cast, client = lab.cast, lab.client()
    admin, maker = lab.token(cast.admin), lab.token(cast.maker)
    change = {"version": 1, "needs_proof": True, "proof_months": 3}
    assert client.patch(f"{API}/member-classes/{cast.students}", json=change, headers=admin).json["needs_proof"]
    mine = f"{API}/members/{cast.maker}"

    program = client.post(f"{mine}/proofs?class_id={cast.students}", data=b"\x7fELF" + bytes(80), headers=maker)
    assert (program.status_code, program.json["refusals"][0]["code"]) == (422, "file_kind")
    sent = client.post(f"{mine}/proofs?class_id={cast.students}&name=carte.png", data=picture(), headers=maker)
    assert (sent.status_code, sent.json["state"]) == (201, "waiting")
    proof = f"{API}/proofs/{sent.json['id']}"
    assert client.get(f"{proof}/file", headers=maker).mimetype == "image/jpeg"
    assert [row["id"] for row in client.get(f"{API}/proofs", headers=admin).json["items"]] == [sent.json["id"]]
    assert client.patch(proof, json={"version": 1, "accepted": True}, headers=maker).status_code == 403
    accepted = client.patch(proof, json={"version": 1, "accepted": True}, headers=admin).json

    assert accepted["valid_until"] > accepted["valid_from"]
    held = client.get(f"{mine}/class", headers=maker).json
    assert held == {"member_id": cast.maker, "class_id": cast.students, "own_class_id": cast.adults}
    assert client.get(f"{API}/me", headers=maker).json["member_class"] == "Étudiant"
    put = {"class_id": cast.adults, "reason": "Fin d’études"}
    assert client.put(f"{mine}/class", json=put, headers=admin).json["class_id"] == cast.adults
    zone = sites.site(lab.session, cast.workshop).zone
    assert client.get(f"{mine}/proofs", headers=maker).json["items"][0]["valid_until"] < str(
        clock.now().astimezone(zone).date()
    )


def test_a_site_says_whether_it_asks_for_memberships(lab: Lab, tomorrow: datetime) -> None:
    client, admin = lab.client(), lab.token(lab.cast.admin)
    path = f"{API}/sites/{lab.cast.workshop}"
    assert client.get(path, headers=admin).json["needs_membership"] is False

    assert client.patch(path, json={"version": 1, "needs_membership": True}, headers=admin).json["needs_membership"]

    end = tomorrow + timedelta(hours=1)
    wish = {"resource_id": lab.cast.printer, "start": tomorrow.isoformat(), "end": end.isoformat()}
    answer = client.post(f"{API}/reservations", json=wish, headers=lab.token(lab.cast.maker))
    assert [item["code"] for item in answer.json["refusals"]] == ["membership_missing"]
