"""Writing the catalogue through the API: adding and editing resources, and the categories that there are."""

from datetime import UTC, datetime

import pytest

from fablab.booking.services import Wish, book
from fablab.catalog import categories
from fablab.catalog.categories import FieldCard
from fablab.catalog.models import FieldKind
from fablab.core.db import transaction
from tests.conftest import Lab, hours_from


def test_a_fabmanager_adds_a_resource_with_its_categorys_fields_and_edits_it(lab: Lab) -> None:
    cast, client = lab.cast, lab.client()
    headers = lab.token(cast.fabmanager)
    with transaction() as session:
        card = FieldCard(name="Puissance", kind=FieldKind.NUMBER, unit="W")
        categories.add_field(session, lab.actor(cast.admin), cast.lasers, card, 1)
    kinds = client.get("/api/v1/categories", headers=headers).json["items"]
    laser = next(item for item in kinds if item["id"] == cast.lasers)
    field = {"name": "Puissance", "kind": "number", "unit": "W", "choices": []}
    assert laser["fields"] == [{"id": laser["fields"][0]["id"], **field}]
    new = {"name": "Laser 2", "category_id": cast.lasers, "site_id": cast.workshop, "needs_staff": True}

    made = client.post(
        "/api/v1/resources", json={**new, "specs": [{"name": "Puissance", "value": "60"}]}, headers=headers
    )

    assert made.status_code == 201
    body = made.json
    assert (body["code"], body["kind"], body["version"], body["needs_staff"]) == ("laser-2", "machine", 1, True)
    assert body["specs"] == [{"name": "Puissance", "value": "60", "unit": "W"}]
    path = f"/api/v1/resources/{body['id']}"
    edited = client.patch(path, json={"version": 1, "model": "CO2"}, headers=headers)
    assert (edited.status_code, edited.json["model"], edited.json["version"]) == (200, "CO2", 2)
    assert edited.json["specs"] == body["specs"]
    assert client.patch(path, json={"version": 1, "model": "Late"}, headers=headers).status_code == 409
    assert client.patch(path, json={"version": 2, "room_id": None, "specs": []}, headers=headers).json["specs"] == []
    assert client.post("/api/v1/resources", json=new, headers=lab.token(cast.maker)).status_code == 403


@pytest.mark.parametrize(
    "more",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"name": None},
        {"places": 0},
        {"places": "2"},
        {"places": 10**30},
        {"slot_minutes": 1},
        {"specs": [{"name": "Nothing", "value": "1"}]},
        {"specs": {"a": "b"}},
        {"room_id": 999},
        {"timetable_id": 999},
        {"adviser_id": 1},
        {"organisation": "CCI"},
        {"category_id": True},
        {"needs_staff": "perhaps"},
        {"unknown": 1},
    ],
)
def test_what_makes_no_sense_is_refused_in_words(lab: Lab, more: dict[str, object]) -> None:
    new = {"name": "Neuve", "category_id": lab.cast.lasers, "site_id": lab.cast.workshop}

    answer = lab.client().post("/api/v1/resources", json={**new, **more}, headers=lab.token(lab.cast.admin))

    assert answer.status_code == 422, answer.json
    assert answer.json["detail"]


def test_an_edit_that_touches_reservations_wants_decisions(lab: Lab, tomorrow: datetime) -> None:
    with transaction() as session:
        wish = Wish(resource_id=lab.cast.printer, period=hours_from(tomorrow, 1), member_id=lab.cast.maker)
        made = book(session, lab.actor(lab.cast.maker), wish, datetime.now(UTC)).id
    client, headers, path = lab.client(), lab.token(lab.cast.admin), f"/api/v1/resources/{lab.cast.printer}"
    moved = {"version": 1, "site_id": lab.cast.office}

    asked = client.patch(path, json=moved, headers=headers)
    done = client.patch(path, json={**moved, "decisions": {str(made): "cancel"}}, headers=headers)

    assert asked.status_code == 409
    assert [item["reservation_id"] for item in asked.json["touched"]] == [made]
    assert (done.status_code, done.json["site_id"]) == (200, lab.cast.office)
