"""The terms of reservations over the API."""

from datetime import UTC, datetime, timedelta

from tests.booking.terms_lab import HOUR, MINUTE, book, rule
from tests.conftest import Lab


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def test_what_giving_back_costs_is_asked_agreed_to_and_waived(lab: Lab) -> None:
    cast, client = lab.cast, lab.client()
    rule(lab, "cancellation", minutes=600, fee_cents=500, price_percent=50, free_if_taken=True)
    made = book(lab, now() + HOUR, now=now() - HOUR)
    maker, staff, path = lab.token(cast.maker), lab.token(cast.fabmanager), f"/api/v1/reservations/{made}"

    told = client.get(f"{path}/cancellation", headers=maker).json
    assert (told["costs"], told["cents"], told["cents_if_taken"], told["waits"]) == (True, 800, 0, True)
    assert len(told["sentences"]) == 2
    assert client.get(f"{path}/cancellation", headers=staff).json["costs"] is False
    refused = client.delete(path, headers=maker)
    assert (refused.status_code, refused.json["refusals"][0]["code"]) == (422, "costs")
    assert client.get(f"{path}/fee", headers=maker).status_code == 404
    assert client.delete(f"{path}?agreed_cents=800", headers=maker).json["state"] == "cancelled"
    fee = client.get(f"{path}/fee", headers=maker).json
    assert (fee["act"], fee["cents"], fee["due_cents"]) == ("cancelled", 800, None)
    waived = client.post(f"{path}/fee/waiver", json={"reason": "Malade"}, headers=staff)
    assert (waived.status_code, waived.json["due_cents"], waived.json["waived_why"]) == (200, 0, "Malade")


def test_requests_are_listed_and_decided(lab: Lab) -> None:
    cast, client = lab.cast, lab.client()
    rule(lab, "review")
    made = book(lab, now() + timedelta(days=1), now=now())
    staff = lab.token(cast.fabmanager)

    (item,) = client.get("/api/v1/reservation-requests", headers=staff).json["items"]
    assert (item["id"], item["review"]) == (made, "asked")
    path = f"/api/v1/reservations/{made}/review"
    assert client.post(path, json={"approved": True, "version": 5}, headers=staff).status_code == 409
    no_reason = client.post(path, json={"approved": False, "version": 1}, headers=staff)
    assert no_reason.json["refusals"][0]["code"] == "reason_missing"
    assert client.post(path, json={"approved": True, "version": 1}, headers=staff).json["review"] == "approved"
    assert client.get("/api/v1/reservation-requests", headers=staff).json["items"] == []


def test_one_starts_now_and_checks_in(lab: Lab) -> None:
    cast, client = lab.cast, lab.client()
    rule(lab, "check_in")
    maker, key = lab.token(cast.maker), {"Idempotency-Key": "once"}
    wish = {"resource_id": cast.printer, "minutes": 30}

    first, again = (client.post("/api/v1/walk-ins", json=wish, headers={**maker, **key}) for _ in range(2))
    assert (first.status_code, first.json["id"]) == (201, again.json["id"])
    assert first.json["started_at"] is not None
    taken = client.post("/api/v1/walk-ins", json=wish, headers=lab.token(cast.student))
    assert taken.status_code == 409
    made = book(lab, now() + 5 * MINUTE, 0.1, resource_id=cast.other_printer, now=now() - HOUR)
    expected = client.get("/api/v1/expected-reservations", headers=lab.token(cast.trainer)).json["items"]
    windows = {item["reservation"]["id"]: item["check_in_by"] for item in expected}
    assert windows.get(made, "another day") is not None
    checked = client.post(f"/api/v1/reservations/{made}/check-in", headers=lab.token(cast.trainer))
    assert checked.json["checked_in_at"] is not None
