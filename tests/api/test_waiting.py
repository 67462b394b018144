"""Waiting, answering and handing over through the API."""

from datetime import UTC, datetime, timedelta

from fablab.booking.queue import offering
from fablab.core.db import transaction
from tests.conftest import Lab, hours_from


def test_waiting_and_answering_by_a_program(lab: Lab, tomorrow: datetime) -> None:
    cast, client, hour = lab.cast, lab.client(), hours_from(tomorrow, 1)
    maker, student = lab.token(cast.maker), lab.token(cast.student)
    times = {"start": hour.start.isoformat(), "end": hour.end.isoformat()}
    body = {"resource_id": cast.printer, **times}
    made = client.post("/api/v1/reservations", json=body, headers=maker).json["id"]
    wish = {"from": times["start"], "to": times["end"], "minutes": 60}
    for wrong in ({}, {"resource_id": cast.printer, "category_id": cast.printers}, {"resource_id": cast.laser}):
        answer = client.post("/api/v1/waits", json={**wish, **wrong}, headers=student)
        assert answer.status_code == 422, answer.json
    free = client.post("/api/v1/waits", json={**wish, "category_id": cast.printers}, headers=student)
    assert [item["code"] for item in free.json["refusals"]] == ["wait_free"]
    joined = client.post("/api/v1/waits", json={**wish, "resource_id": cast.printer}, headers=student)
    again = client.post("/api/v1/waits", json={**wish, "resource_id": cast.printer}, headers=student)
    assert (joined.status_code, joined.json["position"], joined.json["what"]) == (201, 1, "Prusa n°1 · Atelier")
    assert again.json["id"] == joined.json["id"]
    client.delete(f"/api/v1/reservations/{made}", headers=maker)
    for key in offering.freed_times(lab.session):
        with transaction() as session:
            offering.pass_on(session, key, datetime.now(UTC))
    (offer,) = client.get("/api/v1/offers", headers=student).json["items"]
    within = {"from": (tomorrow - timedelta(hours=1)).isoformat(), "to": (tomorrow + timedelta(hours=3)).isoformat()}
    path = f"/api/v1/resources/{cast.printer}/availability"
    (busy,) = client.get(path, query_string=within, headers=student).json["busy"]
    assert (busy["mine"], busy["reservation_id"]) == (True, None)

    taken = client.post("/api/v1/reservations", json=body, headers=maker)
    got = client.post(f"/api/v1/offers/{offer['id']}/acceptance", headers=student)
    late = client.post(f"/api/v1/offers/{offer['id']}/refusal", headers=student)

    assert (taken.status_code, got.status_code, got.json["member_id"], late.status_code) == (
        409,
        201,
        cast.student,
        422,
    )
    assert client.get("/api/v1/waits", headers=student).json["items"] == []

    given = client.put(
        f"/api/v1/reservations/{got.json['id']}/hand-over", json={"to": "maker@test.example"}, headers=student
    )
    (handed,) = client.get("/api/v1/hand-overs", headers=maker).json["items"]
    assert (given.status_code, handed["holder"], handed["version"]) == (200, "Student", 1)
    path = f"/api/v1/hand-overs/{handed['id']}/acceptance"
    assert client.post(path, json={"version": 2}, headers=maker).status_code == 409
    assert client.post(path, json={"version": 1}, headers=maker).json["member_id"] == cast.maker
