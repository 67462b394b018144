"""Reserving over the API, by a program that makes every mistake."""

from datetime import UTC, datetime, timedelta

import pytest

from fablab.booking.models import Reservation
from tests.conftest import Lab


def body(lab: Lab, start: datetime, hours: float = 1, **more: object) -> dict[str, object]:
    end = start + timedelta(hours=hours)
    return {"resource_id": lab.cast.printer, "start": start.isoformat(), "end": end.isoformat(), **more}


def test_a_member_reserves_reads_and_cancels(lab: Lab, tomorrow: datetime) -> None:
    client, headers = lab.client(), lab.token(lab.cast.maker)

    made = client.post("/api/v1/reservations", json=body(lab, tomorrow), headers=headers)
    window = {"from": tomorrow.isoformat(), "to": (tomorrow + timedelta(days=1)).isoformat()}
    listed = client.get("/api/v1/reservations", query_string=window, headers=headers)
    gone = client.delete(f"/api/v1/reservations/{made.json['id']}", headers=headers)
    after = client.get("/api/v1/reservations", query_string=window, headers=headers)

    assert made.status_code == 201
    assert made.json["start"] == tomorrow.isoformat().replace("+00:00", "Z")
    assert listed.json == {"items": [made.json], "next": None}
    assert (gone.status_code, gone.json["state"]) == (200, "cancelled")
    assert after.json["items"] == []


def test_a_refusal_lists_every_reason_with_its_code(lab: Lab) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)

    answer = lab.client().post("/api/v1/reservations", json=body(lab, yesterday), headers=lab.token(lab.cast.newcomer))

    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert [(item["code"], item["overridable"]) for item in answer.json["refusals"]] == [
        ("past", False),
        ("certificate_missing", True),
    ]
    assert all(item["message"] for item in answer.json["refusals"])


def test_an_overlap_is_a_conflict(lab: Lab, tomorrow: datetime) -> None:
    client = lab.client()
    client.post("/api/v1/reservations", json=body(lab, tomorrow), headers=lab.token(lab.cast.maker))

    answer = client.post("/api/v1/reservations", json=body(lab, tomorrow), headers=lab.token(lab.cast.student))

    assert answer.status_code == 409
    assert [item["code"] for item in answer.json["refusals"]] == ["taken"]


def test_an_idempotency_key_makes_a_repeated_request_harmless(lab: Lab, tomorrow: datetime) -> None:
    client = lab.client()
    headers = {**lab.token(lab.cast.maker), "Idempotency-Key": "abc"}

    first = client.post("/api/v1/reservations", json=body(lab, tomorrow), headers=headers)
    second = client.post("/api/v1/reservations", json=body(lab, tomorrow), headers=headers)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["id"] == second.json["id"]
    assert lab.session.query(Reservation).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"start": "2030-01-01T10:00:00"},
        {"start": "2030-01-01"},
        {"start": "yesterday"},
        {"start": 1893456000},
        {"start": None},
        {"start": "0001-01-01T00:00:00+14:00"},
        {"start": "9999-12-31T23:59:59-14:00"},
        {"start": "2030-02-30T10:00:00Z"},
        {"start": "2030-01-01T10:00:00Z", "end": "2030-01-01T10:00:00Z"},
        {"start": "2030-01-01T11:00:00Z", "end": "2030-01-01T10:00:00Z"},
        {"resource_id": "printer"},
        {"resource_id": 0},
        {"resource_id": 10**30},
        {"resource_id": None},
        {"resource_id": 2.5},
        {"nature": "party"},
        {"nature": "\x00"},
        {"price": 0},
    ],
)
def test_a_body_that_does_not_fit_is_refused_with_the_reason(
    lab: Lab, tomorrow: datetime, change: dict[str, object]
) -> None:
    answer = lab.client().post(
        "/api/v1/reservations", json=body(lab, tomorrow) | change, headers=lab.token(lab.cast.maker)
    )

    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.json.get("errors") or answer.json.get("refusals")
    assert lab.session.query(Reservation).count() == 0


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"text"', "application/json"),
        (b"null", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"resource_id=1", "application/x-www-form-urlencoded"),
        (b"{}", "text/plain"),
        (b'{"a":' * 5000, "application/json"),
    ],
)
def test_what_is_not_a_json_object_is_a_bad_request(lab: Lab, data: bytes, kind: str) -> None:
    answer = lab.client().post("/api/v1/reservations", data=data, content_type=kind, headers=lab.token(lab.cast.maker))

    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


def test_an_unknown_resource_is_not_found(lab: Lab, tomorrow: datetime) -> None:
    answer = lab.client().post(
        "/api/v1/reservations", json=body(lab, tomorrow, resource_id=999_999), headers=lab.token(lab.cast.maker)
    )

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_member_cannot_reserve_for_another_or_on_anothers_account(lab: Lab, tomorrow: datetime) -> None:
    client, headers = lab.client(), lab.token(lab.cast.maker)
    student_account = client.get("/api/v1/me", headers=lab.token(lab.cast.student)).json["accounts"][0]["id"]

    for_another = client.post(
        "/api/v1/reservations", json=body(lab, tomorrow, member_id=lab.cast.student), headers=headers
    )
    paid_by_another = client.post(
        "/api/v1/reservations", json=body(lab, tomorrow, account_id=student_account), headers=headers
    )

    assert for_another.status_code == 403
    assert [item["code"] for item in paid_by_another.json["refusals"]] == ["account_unknown"]


def test_nobody_sees_or_cancels_anothers_reservation(lab: Lab, tomorrow: datetime) -> None:
    client = lab.client()
    made = client.post("/api/v1/reservations", json=body(lab, tomorrow), headers=lab.token(lab.cast.maker)).json
    window = {"from": tomorrow.isoformat(), "to": (tomorrow + timedelta(days=1)).isoformat()}

    for who in (lab.cast.student, lab.cast.newcomer, lab.cast.treasurer, lab.cast.trainer):
        headers = lab.token(who)
        listed = client.get("/api/v1/reservations", query_string=window, headers=headers).json["items"]
        answer = client.delete(f"/api/v1/reservations/{made['id']}", headers=headers)
        assert (listed, answer.status_code) == ([], 404)

    for who in (lab.cast.fabmanager, lab.cast.admin, lab.cast.maker):
        listed = client.get("/api/v1/reservations", query_string=window, headers=lab.token(who)).json["items"]
        assert [item["id"] for item in listed] == [made["id"]]


def test_availability_tells_what_is_free_and_not_who_has_the_rest(lab: Lab, tomorrow: datetime) -> None:
    client = lab.client()
    made = client.post("/api/v1/reservations", json=body(lab, tomorrow), headers=lab.token(lab.cast.maker)).json
    path = f"/api/v1/resources/{lab.cast.printer}/availability"
    window = {
        "from": (tomorrow - timedelta(hours=2)).isoformat(),
        "to": (tomorrow + timedelta(hours=2)).isoformat(),
    }

    seen = client.get(path, query_string=window, headers=lab.token(lab.cast.student)).json
    own = client.get(path, query_string=window, headers=lab.token(lab.cast.maker)).json

    assert [(item["start"], item["end"]) for item in seen["busy"]] == [(made["start"], made["end"])]
    assert (seen["busy"][0]["reservation_id"], seen["busy"][0]["mine"]) == (None, False)
    assert (own["busy"][0]["reservation_id"], own["busy"][0]["mine"]) == (made["id"], True)
    before, after = seen["free"]
    assert (before["end"], after["start"]) == (made["start"], made["end"])


@pytest.mark.parametrize(
    "window",
    [
        {},
        {"from": "2030-01-01T00:00:00Z"},
        {"from": "2030-01-01T00:00:00", "to": "2030-01-02T00:00:00"},
        {"from": "2030-01-02T00:00:00Z", "to": "2030-01-01T00:00:00Z"},
        {"from": "2030-01-01T00:00:00Z", "to": "2030-03-05T00:00:00Z"},
        {"from": "2030-01-01T00:00:00Z", "to": "2030-01-02T00:00:00Z", "offset": "-1"},
        {"from": "2030-01-01T00:00:00Z", "to": "2030-01-02T00:00:00Z", "resource": "x"},
    ],
)
@pytest.mark.parametrize("path", ["reservations", "usage"])
def test_a_period_that_cannot_be_is_refused(lab: Lab, path: str, window: dict[str, str]) -> None:
    if path == "usage" and "resource" in window:
        window = {"from": "x", "to": "y"}

    answer = lab.client().get(f"/api/v1/{path}", query_string=window, headers=lab.token(lab.cast.maker))

    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_a_plus_sign_that_was_not_escaped_is_understood(lab: Lab) -> None:
    answer = lab.client().get(
        "/api/v1/reservations?from=2030-01-01T00:00:00+01:00&to=2030-01-02T00:00:00+01:00",
        headers=lab.token(lab.cast.maker),
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("resource_id", [True, "1", 1.0])
def test_in_json_a_number_is_a_number(lab: Lab, tomorrow: datetime, resource_id: object) -> None:
    wrong = {**body(lab, tomorrow), "resource_id": resource_id}

    answer = lab.client().post("/api/v1/reservations", json=wrong, headers=lab.token(lab.cast.maker))

    assert answer.status_code == 422
    assert [item["field"] for item in answer.json["errors"]] == ["resource_id"]
    assert lab.session.query(Reservation).count() == 0
