"""Taking part in a draw from the booking sheet, without a script; and the same by a program."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from fablab.booking.draws import drawing, queries
from fablab.core.db import transaction
from tests.booking.rules_of_a_lab import rule
from tests.conftest import Lab

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def start(lab: Lab) -> datetime:
    """Ten o'clock in a week; such times are drawn."""
    rule(lab, "draw", {"days": 3})
    day = datetime.now(PARIS).date() + timedelta(days=7)
    return datetime.combine(day, time(10), PARIS).astimezone(UTC)


def make(lab: Lab) -> None:
    lab.session.rollback()
    after = datetime.now(UTC) + timedelta(days=30)
    for site_id, at in queries.due(lab.session, after):
        with transaction() as session:
            drawing.draw(session, site_id, at, "chance", at)


def test_from_the_sheet_to_the_draw_and_back(lab: Lab, start: datetime) -> None:
    maker, student = lab.signed_in(lab.cast.maker), lab.signed_in(lab.cast.student)
    fields = {"start": start.isoformat(), "minutes": "60"}
    sheet = maker.get("/m/prusa-n1/book", query_string=fields)
    assert "/m/prusa-n1/draw" in sheet.text
    assert maker.post("/m/prusa-n1/book", data=fields).status_code == 422
    assert maker.get("/draws").status_code == 200

    for client in (maker, student):
        assert client.post("/m/prusa-n1/draw", data=fields).status_code == 302
    wrong = maker.post("/m/prusa-n1/draw", data={**fields, "start": datetime.now(UTC).isoformat()})
    assert (wrong.status_code, "drawn" in wrong.text) == (422, True)
    assert "Prusa n°1" in maker.get("/draws").text
    assert maker.post("/draws/1/withdraw").status_code == 302
    assert maker.post("/m/prusa-n1/draw", data=fields).status_code == 302

    make(lab)
    texts = [client.get("/draws").text for client in (maker, student)]
    assert sorted("Won" in text for text in texts) == [False, True]
    assert all("Seed chance" in text for text in texts)
    assert maker.post("/draws/3/withdraw").status_code == 422


def test_a_program_takes_part_too(lab: Lab, start: datetime) -> None:
    cast, client = lab.cast, lab.client()
    maker, student = lab.token(cast.maker), lab.token(cast.student)
    times = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
    wish = {"resource_id": cast.printer, **times}
    refused = client.post("/api/v1/reservations", json=wish, headers=maker)
    assert [item["code"] for item in refused.json["refusals"]] == ["draw"]

    made = client.post("/api/v1/draw-entries", json=wish, headers=maker)
    again = client.post("/api/v1/draw-entries", json=wish, headers=maker)
    assert (made.status_code, again.json["id"]) == (201, made.json["id"])
    path = f"/api/v1/draw-entries/{made.json['id']}"
    assert client.delete(path, headers=student).status_code == 404
    announced = client.get(f"/api/v1/sites/{cast.workshop}/draws", headers=student).json["announced"]
    assert [(item["wishes"], item["people"]) for item in announced] == [(1, 1)]

    make(lab)
    (mine,) = client.get("/api/v1/draw-entries", headers=maker).json["items"]
    (drawn,) = client.get(f"/api/v1/sites/{cast.workshop}/draws", headers=student).json["items"]
    assert (mine["state"], drawn["seed"], drawn["granted"]) == ("won", "chance", 1)
    assert client.delete(path, headers=maker).status_code == 422
