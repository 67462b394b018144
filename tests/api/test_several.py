"""Weekly series and several resources at once through the API."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from fablab.booking.models import Reservation
from tests.booking.rules_of_a_lab import book
from tests.conftest import Lab, hours_from

PARIS = ZoneInfo("Europe/Paris")


def soon() -> datetime:
    """Two in the afternoon of the day after tomorrow, in Paris."""
    return (datetime.now(PARIS) + timedelta(days=2)).replace(hour=14, minute=0, second=0, microsecond=0)


def test_a_series_is_looked_at_made_moved_and_given_back(lab: Lab) -> None:
    cast, first = lab.cast, soon()
    client, headers = lab.client(), lab.token(cast.maker)
    second = (first + timedelta(weeks=1)).astimezone(UTC)
    book(lab, cast.student, hours_from(second, 1), now=datetime.now(UTC))
    body = {
        "resource_id": cast.printer,
        "first_on": first.date().isoformat(),
        "starts": "14:00",
        "minutes": 60,
        "times": 3,
    }

    def send(method: str, path: str, status: int, json: object = None, key: str = "") -> dict:
        more = {**headers, "Idempotency-Key": key} if key else headers
        answer = client.open(f"/api/v1{path}", method=method, headers=more, json=json)
        assert answer.status_code == status, answer.json
        return answer.json

    looked = send("POST", "/reservations/series", 200, {**body, "dry_run": True})["items"]
    assert [item["may"] for item in looked] == [True, False, True]
    assert (looked[1]["refusals"][0]["code"], looked[1]["would_work"] != []) == ("taken", True)
    assert send("POST", "/reservations/series", 409, body)["refusals"][0]["code"] == "taken"
    made = send("POST", "/reservations/series", 201, {**body, "rest": True}, "a")
    assert send("POST", "/reservations/series", 201, {**body, "rest": True}, "a")["id"] == made["id"]
    assert [row["start"][:10] for row in made["reservations"]] == [looked[0]["start"][:10], looked[2]["start"][:10]]
    path = f"/reservation-series/{made['id']}"
    patch = {"scope": "all", "shift_minutes": 60, "version": 1}
    assert [item["may"] for item in send("PATCH", path, 200, {**patch, "dry_run": True})["items"]] == [True, True]
    assert send("GET", path, 200)["version"] == 1
    send("PATCH", path, 200, patch)
    assert send("PATCH", path, 409, patch)["refusals"][0]["code"] == "stale"
    last = made["reservations"][1]["id"]
    send("PATCH", path, 404, {**patch, "scope": "one", "version": 2})
    assert len(send("DELETE", f"{path}?scope=following&reservation_id={last}", 200)["items"]) == 1
    assert [row["state"] for row in send("GET", path, 200)["reservations"]] == ["booked", "cancelled"]
    for wrong in ({"starts": "25:00"}, {"times": None}, {"days": ["2020-01-01"]}, {"first_on": "9999-12-31"}):
        send("POST", "/reservations/series", 422, {**body, **wrong})
    send("POST", "/reservations/series", 404, {**body, "resource_id": 9999})
    send("POST", "/reservations/series", 403, {**body, "member_id": cast.student})


def test_several_are_had_moved_and_given_back_together(lab: Lab) -> None:
    cast, start = lab.cast, soon().astimezone(UTC)
    client, headers = lab.client(), lab.token(cast.maker)

    def at(hours: int) -> dict[str, object]:
        period = hours_from(start + timedelta(hours=hours), 1)
        return {"start": period.start.isoformat(), "end": period.end.isoformat()}

    def send(method: str, path: str, json: object = None) -> tuple[int, dict]:
        answer = client.open(f"/api/v1/reservations/together{path}", method=method, headers=headers, json=json)
        return answer.status_code, answer.json

    status, refused = send("POST", "", {**at(0), "resource_ids": [cast.printer, cast.laser]})
    assert (status, [item["code"] for item in refused["refusals"]]) == (422, ["certificate_missing"])
    assert refused["refusals"][0]["message"].startswith("Laser")
    assert lab.session.query(Reservation).count() == 0
    lab.session.rollback()
    both = {**at(0), "resource_ids": [cast.other_printer, cast.printer]}
    status, looked = send("POST", "", {**both, "dry_run": True})
    assert (status, [item["may"] for item in looked["items"]]) == (200, [True, True])
    status, made = send("POST", "", both)
    assert (status, [row["resource"] for row in made["items"]]) == (201, ["Prusa n°1", "Prusa n°2"])
    path = f"/{made['items'][1]['id']}"
    status, moved = send("PATCH", path, {**at(2), "version": 1})
    assert (status, {row["version"] for row in moved["items"]}) == (200, {2})
    assert send("PATCH", path, {**at(3), "version": 1})[0] == 409
    status, gone = send("DELETE", path)
    assert (status, {row["state"] for row in gone["items"]}) == (200, {"cancelled"})
    for wrong, code in (([], 404), ([cast.printer], 422), ([cast.printer, 9999], 404)):
        assert send("POST", "", {**at(5), "resource_ids": wrong})[0] in (code, 422)
