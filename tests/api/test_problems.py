"""Problems and the states of resources over the API."""

from datetime import datetime, timedelta

import pytest

from fablab.booking.models import Reservation
from tests.conftest import Lab, hours_from
from tests.web.test_access import _reserve

PROBLEMS = "/api/v1/problems"


def test_a_member_reports_and_staff_bring_it_further(lab: Lab) -> None:
    client, cast = lab.client(), lab.cast
    member, other, staff = (lab.token(member_id) for member_id in (cast.maker, cast.student, cast.fabmanager))
    made = client.post(PROBLEMS, json={"resource_id": cast.printer, "text": "Belt torn <b>"}, headers=member)
    path = f"{PROBLEMS}/{made.json['id']}"

    taken = client.patch(path, json={"version": 1, "assigned_to_id": cast.fabmanager, "comment": "Mine"}, headers=staff)
    stale = client.patch(path, json={"version": 1, "state": "fixed"}, headers=staff)
    waits = client.patch(path, json={"version": 2, "state": "waiting", "waiting_for": "A belt"}, headers=staff)
    not_theirs = client.patch(path, json={"version": 3, "state": "fixed"}, headers=member)

    assert (made.status_code, made.json["state"], made.json["reporter_id"]) == (201, "new", None)
    assert (taken.json["state"], taken.json["assigned_to"], taken.json["reporter"]) == (
        "assigned",
        "Fabmanager",
        "Maker",
    )
    assert (stale.status_code, stale.json["refusals"][0]["code"]) == (409, "stale")
    assert [(line["state"], line["text"]) for line in waits.json["log"]] == [
        ("assigned", "Mine"),
        ("waiting", "A belt"),
    ]
    assert not_theirs.status_code == 403
    seen = client.get(path, headers=other).json
    assert (seen["state"], seen["assigned_to"], seen["reporter"], seen["log"][0]["by"], seen["follows"]) == (
        "waiting",
        None,
        None,
        None,
        False,
    )
    listed = client.get(f"{PROBLEMS}?resource={cast.printer}&state=waiting", headers=other).json
    assert [item["id"] for item in listed["items"]] == [made.json["id"]]
    assert client.get(f"{PROBLEMS}?site={cast.office}", headers=other).json == {"items": [], "next": None}


def test_an_injury_is_not_there_for_others(lab: Lab) -> None:
    client, cast = lab.client(), lab.cast
    member, staff = lab.token(cast.maker), lab.token(cast.fabmanager)
    made = client.post(PROBLEMS, json={"site_id": cast.workshop, "kind": "injury", "text": "Cut"}, headers=member).json
    path = f"{PROBLEMS}/{made['id']}"

    for who in (member, lab.token(cast.trainer)):
        assert client.get(path, headers=who).status_code == 404
        assert client.patch(path, json={"version": 1, "comment": "x"}, headers=who).status_code == 404
        assert client.get(PROBLEMS, headers=who).json["items"] == []
    assert client.get(path, headers=staff).json["kind"] == "injury"
    assert [item["id"] for item in client.get(PROBLEMS, headers=staff).json["items"]] == [made["id"]]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "x"},
        {"text": "x", "resource_id": 1, "site_id": 1},
        {"text": " ", "site_id": 1},
        {"text": "x" * 5000, "site_id": 1},
        {"text": "x", "site_id": 2**40},
        {"text": "x", "site_id": True},
        {"text": "x", "site_id": 1, "kind": "flood"},
    ],
)
def test_a_report_that_is_none_is_refused(lab: Lab, body: dict[str, object]) -> None:
    answer = lab.client().post(PROBLEMS, json=body, headers=lab.token(lab.cast.maker))

    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_taking_out_lists_whom_it_touches_until_all_is_decided(lab: Lab, tomorrow: datetime) -> None:
    client, cast = lab.client(), lab.cast
    staff, reservation_id = lab.token(cast.fabmanager), _reserve(lab, hours_from(tomorrow, 1))
    path, body = f"/api/v1/resources/{cast.printer}/state", {"version": 1, "state": "out_of_order", "note": "Belt torn"}

    open_ = client.put(path, json=body, headers=staff)
    decided = client.put(path, json={**body, "decisions": {str(reservation_id): cast.other_printer}}, headers=staff)

    assert (open_.status_code, open_.json["touched_count"]) == (409, 1)
    touched = open_.json["touched"][0]
    assert (touched["reservation_id"], touched["instead"][0]["id"]) == (reservation_id, cast.other_printer)
    assert (decided.status_code, decided.json["state"], decided.json["state_note"]) == (
        200,
        "out_of_order",
        "Belt torn",
    )
    lab.session.rollback()
    assert lab.session.get(Reservation, reservation_id).resource_id == cast.other_printer
    until = (tomorrow + timedelta(days=3)).isoformat()
    back = client.put(path, json={"version": 2, "state": "maintenance", "until": until}, headers=staff)
    assert back.json["state_until"] == until.replace("+00:00", "Z")
    assert client.put(path, json=body, headers=staff).json["refusals"][0]["code"] == "stale"
    for bad in ({"state": "melted"}, {"decisions": {"x": "cancel"}}, {"others": "burn"}, {"version": None}):
        bad = {**body, **bad}
        assert client.put(path, json=bad, headers=staff).status_code == 422
    assert client.put(path, json=body, headers=lab.token(cast.trainer)).status_code == 403
    assert client.put("/api/v1/resources/999999/state", json=body, headers=staff).status_code == 404
