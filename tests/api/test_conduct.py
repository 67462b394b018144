"""Conduct over the API: the same things as on the screens, and the same answers when something is wrong."""

from datetime import UTC, datetime, timedelta

from fablab.booking.services import Wish, book
from fablab.core.db import transaction
from tests.conftest import Lab, hours_from


def test_a_program_writes_rules_strikes_and_holds_and_a_member_appeals(lab: Lab) -> None:
    cast, client = lab.cast, lab.client()
    admin, staff, maker = (lab.token(who) for who in (cast.admin, cast.fabmanager, cast.maker))
    base = f"/api/v1/members/{cast.maker}"
    ladder = [{"strikes": 2, "within_days": 90, "days": 14}]

    rules = client.post("/api/v1/conduct-policies", json={"version": 0, "ladder": ladder}, headers=admin)
    stale = client.post("/api/v1/conduct-policies", json={"version": 0}, headers=admin)
    struck = [
        client.post(f"{base}/strikes", json={"site_id": cast.workshop, "reason": "Bruit", **more}, headers=staff)
        for more in ({"subject": "session:1"}, {"subject": "session:1"}, {"subject": "session:2"})
    ]
    holds = client.get(f"{base}/holds", headers=maker).json["items"]

    assert (rules.status_code, stale.status_code) == (201, 409)
    assert rules.json["ladder"] == [{"kind": None, "after": 0, **ladder[0]}]
    assert client.get("/api/v1/conduct-policies", headers=maker).json["items"] == [rules.json]
    assert [item.status_code for item in struck] == [201] * 3
    assert struck[0].json == struck[1].json != struck[2].json
    assert [(item["kind"], item["site_id"], item["placed_by_id"]) for item in holds] == [("suspended", None, None)]
    sent = client.post("/api/v1/appeals", json={"text": "Non", "strike_id": struck[0].json["id"]}, headers=maker)
    assert sent.status_code == 201
    path = f"/api/v1/appeals/{sent.json['id']}"
    assert client.get("/api/v1/appeals?open=true", headers=admin).json["items"] == [sent.json]
    assert client.patch(path, json={"granted": True, "answer": "Oui"}, headers=staff).status_code == 422
    assert client.patch(path, json={"granted": True, "answer": "Oui"}, headers=admin).status_code == 200
    assert client.patch(path, json={"granted": False, "answer": "x"}, headers=admin).status_code == 409
    assert client.get("/api/v1/appeals", headers=maker).json["items"][0]["granted"] is True
    assert client.get(f"{base}/holds", headers=maker).json["items"][0]["lifted_at"]
    gone = client.delete(f"{base}/strikes/{struck[2].json['id']}?why=Erreur", headers=staff)
    assert gone.json["withdrawn_why"] == "Erreur"


def test_holds_are_placed_once_a_key_with_what_to_cancel_and_lifted(lab: Lab, tomorrow: datetime) -> None:
    cast, client, staff = lab.cast, lab.client(), lab.token(lab.cast.admin)
    base, now = f"/api/v1/members/{cast.maker}", datetime.now(UTC)
    wish = Wish(resource_id=cast.printer, period=hours_from(tomorrow, 1), member_id=cast.maker)
    with transaction() as session:
        made = book(session, lab.actor(cast.maker), wish, now).id
    body = {"kind": "unpaid", "reason": "F-1", "key": "invoice:1", "cancel": [made, 99]}

    first, second = (client.post(f"{base}/holds", json=body, headers=staff) for _ in range(2))
    why = client.get(
        f"{base}/why",
        query_string={
            "resource_id": cast.printer,
            "start": tomorrow.isoformat(),
            "end": (tomorrow + timedelta(hours=1)).isoformat(),
        },
        headers=staff,
    )

    assert first.status_code == second.status_code == 201
    assert first.json == second.json
    student = f"/api/v1/members/{cast.student}/holds"
    for path, other in ((student, {}), (f"{base}/holds", {"kind": "other"}), (f"{base}/holds", {"site_id": 1})):
        used = client.post(path, json={**body, **other}, headers=staff)
        assert (used.status_code, used.json["refusals"][0]["code"]) == (409, "key_used")
    assert why.json["may"] is False
    assert [(item["code"], item["overridable"]) for item in why.json["refusals"]] == [("hold_unpaid", True)]
    for wrong in (
        {"kind": "x", "reason": "x"},
        {"kind": "other", "reason": "x", "ends_at": "2010-01-01T00:00:00Z"},
        {"kind": "other", "reason": "x" * 1001},
        {"kind": "other", "reason": "x", "extra": 1},
        {"kind": "other", "reason": " "},
    ):
        assert client.post(f"{base}/holds", json=wrong, headers=staff).status_code == 422, wrong
    hold = f"holds/{first.json['id']}"
    assert client.delete(f"{base}/{hold}", headers=staff).status_code == 422
    assert client.delete(f"/api/v1/members/{cast.student}/{hold}?why=x", headers=staff).status_code == 404
    assert client.delete(f"{base}/{hold}?why=Paid", headers=staff).json["lifted_why"] == "Paid"
    for path in ("holds", "strikes"):
        assert client.get(f"{base}/{path}", headers=lab.token(cast.student)).status_code == 404


def test_nobody_came_and_they_did_after_all(lab: Lab) -> None:
    cast, client, staff = lab.cast, lab.client(), lab.token(lab.cast.fabmanager)
    now = datetime.now(UTC)
    wish = Wish(resource_id=cast.printer, period=hours_from(now - timedelta(minutes=30), 1), member_id=cast.maker)
    with transaction() as session:
        made = book(session, lab.actor(cast.maker), wish, now - timedelta(hours=1)).id
    path = f"/api/v1/reservations/{made}/no-show"

    assert client.post(path, headers=lab.token(cast.maker)).status_code == 403
    assert client.post(path, headers=staff).json["state"] == "no_show"
    assert client.delete(path, headers=staff).json["state"] == "booked"
