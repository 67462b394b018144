"""Rooms, hours, maintenance, categories, access and entities through the API: what each does and refuses."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from fablab.booking.models import Reservation
from fablab.core.db import transaction
from tests.api.test_access import NAMES, calls
from tests.api.test_sites import next_monday, reserve
from tests.api.things import things_at
from tests.conftest import Lab


def test_rooms_are_added_renamed_and_removed_while_empty(lab: Lab) -> None:
    client, manager = lab.client(), lab.token(lab.cast.fabmanager)
    path = f"/api/v1/sites/{lab.cast.workshop}/rooms"

    room = client.post(path, json={"name": "Salle 🔧 <b>"}, headers=manager).json
    assert client.post(path, json={"name": "Salle 🔧 <b>"}, headers=manager).status_code == 422
    own = f"/api/v1/rooms/{room['id']}"
    assert client.patch(own, json={"name": "Forge"}, headers=manager).json == {**room, "name": "Forge"}
    into = {"version": 1, "room_id": room["id"]}
    assert client.patch(f"/api/v1/resources/{lab.cast.printer}", json=into, headers=manager).status_code == 200
    assert client.delete(own, headers=manager).json["refusals"][0]["code"] == "room_used"
    out = {"version": 2, "room_id": None}
    assert client.patch(f"/api/v1/resources/{lab.cast.printer}", json=out, headers=manager).status_code == 200
    assert client.delete(own, headers=manager).status_code == 204
    assert client.patch(own, json={"name": "Forge 2"}, headers=manager).status_code == 404
    assert [item["name"] for item in client.get(path, headers=manager).json["items"]] == ["Salle A"]


def test_a_season_that_touches_a_reservation_asks_first(lab: Lab) -> None:
    touched = reserve(lab, lab.cast.printer, 10)
    client, manager = lab.client(), lab.token(lab.cast.fabmanager)
    own = client.get(f"/api/v1/sites/{lab.cast.workshop}/timetables", headers=manager).json["items"][0]
    path, day = f"/api/v1/timetables/{own['id']}/seasons", next_monday().isoformat()
    night = {"weekday": 0, "opens": "20:00", "closes": "02:00", "staff": 2, "level": 0, "alone": None, "nth": -1}
    body = {"version": own["version"], "name": "Nuits", "first_on": day, "last_on": day, "openings": [night]}

    asked = client.post(path, json=body, headers=manager)

    assert (asked.status_code, asked.json["refusals"][0]["code"]) == (409, "undecided")
    assert [item["reservation_id"] for item in asked.json["touched"]] == [touched]
    made = client.post(path, json={**body, "others": "cancel"}, headers=manager)
    assert made.status_code == 201
    lab.session.rollback()
    assert lab.session.get_one(Reservation, touched).state == "cancelled"
    usual, season = made.json["seasons"]
    assert (usual["first_on"], season["openings"], made.json["version"]) == (None, [night], own["version"] + 1)
    assert client.post(path, json=body, headers=manager).json["refusals"][0]["code"] == "stale"
    fresh = {**body, "version": made.json["version"]}
    assert client.post(path, json=fresh, headers=manager).json["refusals"][0]["code"] == "seasons_overlap"
    for wrong in ({"closes": "24:30"}, {"opens": "24:00"}, {"level": 4}, {"weekday": 7}, {"nth": 5}, {"staff": True}):
        impossible = {**fresh, "openings": [{**night, **wrong}]}
        assert client.put(f"{path}/{season['id']}", json=impossible, headers=manager).status_code == 422, wrong
    written = client.put(f"{path}/{season['id']}", json={**fresh, "openings": []}, headers=manager)
    assert (written.status_code, written.json["seasons"][1]["openings"]) == (200, [])
    gone = f"{path}/{season['id']}?version={written.json['version']}"
    assert client.delete(gone, headers=manager).json["seasons"] == [usual]
    usual_gone = f"{path}/{usual['id']}?version={written.json['version'] + 1}"
    assert client.delete(usual_gone, headers=manager).json["refusals"][0]["code"] == "usual"


def test_a_category_stands_under_a_narrower_timetable_once_its_reservations_are_decided(lab: Lab) -> None:
    touched = reserve(lab, lab.cast.printer, 10)
    client, manager = lab.client(), lab.token(lab.cast.fabmanager)
    tables = f"/api/v1/sites/{lab.cast.workshop}/timetables"
    table = client.post(tables, json={"name": "Bruyant"}, headers=manager).json
    path = f"/api/v1/sites/{lab.cast.workshop}/categories/{lab.cast.printers}/timetable"

    asked = client.put(path, json={"timetable_id": table["id"]}, headers=manager)
    assert [item["reservation_id"] for item in asked.json["touched"]] == [touched]
    body = {"timetable_id": table["id"], "decisions": {str(touched): "keep"}}
    done = client.put(path, json=body, headers=manager)
    assert [item["categories"] for item in done.json["items"]] == [[], [lab.cast.printers]]
    own = f"/api/v1/timetables/{table['id']}"
    assert client.delete(own, headers=manager).json["refusals"][0]["code"] == "used"
    assert client.put(path, json={}, headers=manager).status_code == 422
    assert client.put(path, json={"timetable_id": None}, headers=manager).status_code == 200
    named = client.patch(own, json={"version": table["version"], "keeps_holidays": True}, headers=manager).json
    assert (named["name"], named["keeps_holidays"], named["version"]) == ("Bruyant", True, table["version"] + 1)
    stale = client.patch(own, json={"version": table["version"], "name": "Late"}, headers=manager)
    assert stale.status_code == 409
    assert client.delete(own, headers=manager).status_code == 204


def test_maintenance_is_planned_changed_and_counts_anew(lab: Lab) -> None:
    client, manager = lab.client(), lab.token(lab.cast.fabmanager)
    own = f"/api/v1/resources/{lab.cast.printer}"
    body = {"title": "Graisser", "every_days": 30, "every_hours": 200}

    plan = client.post(f"{own}/maintenance-plans", json=body, headers=manager).json

    assert (plan["standing"], plan["hours_left"], plan["version"]) == ("ok", 200.0, 1)
    path = f"/api/v1/maintenance-plans/{plan['id']}"
    edited = client.patch(path, json={"version": 1, "every_hours": None}, headers=manager).json
    assert (edited["title"], edited["every_days"], edited["every_hours"]) == ("Graisser", 30, None)
    assert client.patch(path, json={"version": 1, "title": "Late"}, headers=manager).status_code == 409
    assert client.patch(path, json={"version": 2, "every_days": None}, headers=manager).status_code == 422
    done = {"plan_id": plan["id"], "note": "Fait.", "minutes": 20, "cost_cents": 350}
    act = client.post(f"{own}/maintenance-acts", json=done, headers=manager)
    assert (act.status_code, act.json["by"], act.json["cost_cents"]) == (201, "Fabmanager", 350)
    ahead = {**done, "at": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    assert client.post(f"{own}/maintenance-acts", json=ahead, headers=manager).json["refusals"][0]["code"] == "ahead"
    assert client.get(f"{own}/maintenance-acts", headers=manager).json["items"] == [act.json]
    renewed = client.get(f"{own}/maintenance-plans", headers=manager).json["items"][0]
    assert renewed["counted_from"] > plan["counted_from"]
    assert client.delete(path, headers=manager).status_code == 204
    assert client.get(f"{own}/maintenance-plans", headers=manager).json["items"] == []


def test_what_came_of_an_appointment_is_noted_once_it_has_begun(lab: Lab) -> None:
    things = things_at(lab, lab.cast.workshop)
    client, manager = lab.client(), lab.token(lab.cast.fabmanager)
    path = f"/api/v1/reservations/{things['reservation_id']}/outcome"
    body = {"version": 1, "came": False, "next_step": "Rappeler"}

    assert client.put(path, json=body, headers=manager).json["refusals"][0]["code"] == "early"
    with transaction() as session:
        session.get_one(Reservation, things["reservation_id"]).starts_at = datetime.now(UTC) - timedelta(hours=1)
    noted = client.put(path, json=body, headers=manager)

    assert (noted.status_code, noted.json["came"], noted.json["version"]) == (200, False, 2)
    assert client.put(path, json=body, headers=manager).status_code == 409
    assert client.get(path, headers=manager).json == noted.json
    assert client.get(path, headers=lab.token(lab.cast.maker)).status_code == 404


def test_shifts_are_edited_and_handed_over_with_notes(lab: Lab) -> None:
    things = things_at(lab, lab.cast.workshop)
    client, manager, trainer = lab.client(), lab.token(lab.cast.fabmanager), lab.token(lab.cast.trainer)
    path = f"/api/v1/shifts/{things['shift_id']}"
    before = client.get(path, headers=trainer).json

    edited = client.patch(path, json={"version": 1, "minimum": 2, "course_id": lab.cast.cutting}, headers=manager)

    assert (edited.status_code, edited.json["minimum"], edited.json["start"]) == (200, 2, before["start"])
    kept = client.patch(path, json={"version": 2, "note": "Soirée"}, headers=manager).json
    assert (kept["course_id"], kept["note"], kept["version"]) == (lab.cast.cutting, "Soirée", 3)
    assert client.patch(path, json={"version": 2, "note": "Late"}, headers=manager).status_code == 409
    backwards = {"version": 3, "end": before["start"]}
    assert client.patch(path, json=backwards, headers=manager).json["refusals"][0]["code"] == "ends_before_start"
    note = client.post(f"{path}/notes", json={"text": "La clé est au mur."}, headers=trainer)
    assert (note.status_code, note.json["member"]) == (201, "Trainer")
    assert client.get(f"{path}/notes", headers=manager).json["items"] == [note.json]


def test_categories_and_their_fields_are_written_by_administrators(lab: Lab) -> None:
    client, admin = lab.client(), lab.token(lab.cast.admin)

    made = client.post("/api/v1/categories", json={"name": "Couture", "icon": "scissors"}, headers=admin).json
    path = f"/api/v1/categories/{made['id']}"
    choice = {"version": 1, "name": "Fil", "kind": "choice", "choices": ["Coton", "Lin"]}
    field = client.post(f"{path}/fields", json=choice, headers=admin).json["fields"][0]
    assert field["choices"] == ["Coton", "Lin"]
    own = f"/api/v1/category-fields/{field['id']}"
    edited = client.patch(own, json={"version": 2, "choices": ["Soie", "Lin"]}, headers=admin).json["fields"][0]
    assert (edited["name"], edited["kind"], edited["choices"]) == ("Fil", "choice", ["Soie", "Lin"])
    assert client.patch(own, json={"version": 2, "name": "Late"}, headers=admin).status_code == 409
    assert client.delete(f"{own}?version=3", headers=admin).json["fields"] == []
    assert client.patch(path, json={"version": 4, "icon": "no-such-icon"}, headers=admin).status_code == 422
    assert client.patch(path, json={"version": 4, "kind": "space"}, headers=admin).json["icon"] == "scissors"
    assert client.delete(path, headers=admin).status_code == 204
    used = client.delete(f"/api/v1/categories/{lab.cast.printers}", headers=admin)
    assert used.json["refusals"][0]["code"] == "category_used"


def test_levels_of_access_are_named_given_and_ended(lab: Lab) -> None:
    client, admin, manager = lab.client(), lab.token(lab.cast.admin), lab.token(lab.cast.fabmanager)
    assert client.post("/api/v1/access-levels", json={"rank": 3, "name": "Clés"}, headers=admin).status_code == 201
    path = f"/api/v1/members/{lab.cast.maker}/accesses"

    given = client.post(path, json={"level": 3, "site_id": lab.cast.workshop}, headers=manager)

    assert (given.status_code, given.json["level"], given.json["ends_at"]) == (201, 3, None)
    assert client.get(path, headers=lab.token(lab.cast.maker)).json["items"] == [given.json]
    assert client.get(path, headers=lab.token(lab.cast.student)).status_code == 403
    assert client.post(path, json={"level": 3}, headers=manager).status_code == 403
    assert client.post(path, json={"level": 4, "site_id": lab.cast.workshop}, headers=manager).status_code == 404
    assert client.delete("/api/v1/access-levels/3", headers=admin).json["refusals"][0]["code"] == "held"
    assert client.delete(f"{path}/{given.json['id']}", headers=manager).status_code == 204
    assert client.delete("/api/v1/access-levels/3", headers=admin).status_code == 204


def test_legal_entities_are_checked_and_something_always_has_an_issuer(lab: Lab) -> None:
    client, admin = lab.client(), lab.token(lab.cast.admin)
    body = {"name": "SARL", "address": "2 rue du Test", "siret": "73282932000074"}

    wrong = client.post("/api/v1/legal-entities", json={**body, "siren": "732829321"}, headers=admin)
    assert "siren" in [item["code"] for item in wrong.json["refusals"]]
    made = client.post("/api/v1/legal-entities", json=body, headers=admin)
    assert (made.status_code, made.json["siren"], made.json["vat_number"]) == (201, "732829320", "")
    path = f"/api/v1/legal-entities/{made.json['id']}"
    assert client.patch(path, json={"version": 1, "name": "SAS"}, headers=admin).json["siret"] == body["siret"]
    assert client.patch(path, json={"version": 1, "name": "Late"}, headers=admin).status_code == 409
    assert client.patch(path, json={"version": 2, "currency": "USD"}, headers=admin).status_code == 422
    regime = {"valid_from": "2026-01-01", "rate_bp": 550}
    assert client.post(f"{path}/vat-regimes", json=regime, headers=admin).status_code == 201
    assert client.post(f"{path}/vat-regimes", json=regime, headers=admin).status_code == 422
    rule = {"legal_entity_id": made.json["id"], "site_id": lab.cast.office}
    added = client.post("/api/v1/issuer-rules", json=rule, headers=admin)
    rules = client.get("/api/v1/issuer-rules", headers=admin).json["items"]
    assert rules[0] == added.json
    assert client.delete(f"/api/v1/issuer-rules/{rules[0]['id']}", headers=admin).status_code == 204
    last = client.delete(f"/api/v1/issuer-rules/{rules[1]['id']}", headers=admin)
    assert last.json["refusals"][0]["code"] == "no_issuer"


def test_nothing_that_is_sent_is_ever_our_error(lab: Lab) -> None:
    ids = {**things_at(lab, lab.cast.workshop), "invoice_id": 1}
    client, admin = lab.client(), lab.token(lab.cast.admin)
    for (method, path), call in calls(ids).items():
        if method in ("POST", "PATCH", "PUT"):
            own = f"/api/v1{path.format(**ids, **NAMES)}{call.query}"
            for junk in _junk(dict(call.json or {})):
                answer = client.open(own, method=method, json=junk, headers=admin)
                assert answer.status_code < 500, (method, path, junk)
        far = {**dict.fromkeys(ids, 2**31 - 1), "rank": 9}
        answer = client.open(f"/api/v1{path.format(**far, **NAMES)}{call.query}", method=method, headers=admin)
        assert answer.status_code < 500, (method, path)


def _junk(body: dict[str, object]) -> Iterator[object]:
    """Bodies like this one, each with something wrong; and some that are none."""
    yield from ([], "x", None)
    for key in body:
        for value in ("", "x" * 200, "\u202e<b>🔧\x00'", 2**31 - 1, -1, 10**30, None, [], {"a": [1]}, True):
            yield {**body, key: value}
        yield {other: value for other, value in body.items() if other != key}
