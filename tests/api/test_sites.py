"""Places and their hours through the API."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from fablab.booking.models import Reservation
from fablab.booking.services import Wish, book
from fablab.core.db import transaction
from fablab.core.outbox import OutboxRow
from fablab.sites import levels, timetables, timetabling
from fablab.sites.models import HoursException, OpeningHours
from tests.conftest import Lab, hours_from

PARIS = ZoneInfo("Europe/Paris")


def next_monday() -> date:
    """A Monday that lies wholly ahead."""
    day = datetime.now(PARIS).date() + timedelta(days=2)
    return day + timedelta(days=-day.weekday() % 7)


def reserve(lab: Lab, resource_id: int, hour: int) -> int:
    day = next_monday()
    start = datetime(day.year, day.month, day.day, hour, tzinfo=PARIS).astimezone(UTC)
    wish = Wish(resource_id=resource_id, period=hours_from(start, 2), member_id=lab.cast.maker)
    with transaction() as session:
        return book(session, lab.actor(lab.cast.maker), wish, datetime.now(UTC)).id


def test_places_are_listed_added_and_edited(lab: Lab) -> None:
    client, admin, maker = lab.client(), lab.token(lab.cast.admin), lab.token(lab.cast.maker)

    names = [item["name"] for item in client.get("/api/v1/sites", headers=maker).json["items"]]
    assert names == ["Atelier", "Bureaux"]
    body = {"name": "Étuve", "town": "Firminy"}
    assert client.post("/api/v1/sites", json=body, headers=maker).status_code == 403
    made = client.post("/api/v1/sites", json=body, headers=admin)
    assert (made.status_code, made.json["slug"], made.json["version"]) == (201, "etuve", 1)
    path = f"/api/v1/sites/{made.json['id']}"
    patched = client.patch(path, json={"version": 1, "phone": "04 77 00 00 00"}, headers=admin)
    assert (patched.status_code, patched.json["phone"], patched.json["town"]) == (200, "04 77 00 00 00", "Firminy")
    stale = client.patch(path, json={"version": 1, "phone": "x"}, headers=admin)
    assert (stale.status_code, stale.json["refusals"][0]["code"]) == (409, "stale")
    assert client.get(path, headers=maker).json["version"] == 2
    assert client.get("/api/v1/sites/999", headers=maker).status_code == 404


WRONG_PLACES = (
    {"timezone": "Mars/Olympus"},
    {"map_url": "javascript:alert(1)"},
    {"name": "x" * 200},
    {"name": " "},
    {"country": "ZZ"},
    {"staffing": "magic"},
    {"shift_notice_hours": True},
    {"unknown": 1},
)


def test_what_no_place_can_be_is_refused(lab: Lab) -> None:
    headers = lab.token(lab.cast.admin)
    for wrong in WRONG_PLACES:
        body = {"name": "Étuve", "town": "Firminy", **wrong}
        answer = lab.client().post("/api/v1/sites", json=body, headers=headers)
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), wrong


def test_hours_are_told_for_a_level_of_access(lab: Lab) -> None:
    with transaction() as session:
        levels.add_level(session, lab.actor(lab.cast.admin), 3, "Clés")
        session.add(OpeningHours(season_id=2, weekday=5, opens=540, closes=720, level=3, staff=0))
        session.add(OpeningHours(season_id=2, weekday=0, opens=600, closes=660, level=0, staff=1))
    client, headers = lab.client(), lab.token(lab.cast.maker)
    day = next_monday()
    query = {"from": f"{day}T00:00:00Z", "to": f"{day + timedelta(days=7)}T00:00:00Z"}
    path = f"/api/v1/sites/{lab.cast.office}/hours"

    own = client.get(path, query_string=query, headers=headers).json
    keys = client.get(path, query_string={**query, "level": 3}, headers=headers).json
    staff = client.get(path, query_string=query, headers=lab.token(lab.cast.admin)).json

    assert (own["level"], len(own["open"]), len(own["staffed"])) == (0, 5, 1)
    assert (keys["level"], len(keys["open"]), staff["level"]) == (3, 6, 9)
    too_long = {"from": query["from"], "to": f"{day + timedelta(days=63)}T00:00:00Z"}
    assert client.get(path, query_string=too_long, headers=headers).status_code == 422
    for junk in ("10", "-1", "x", str(2**63)):
        assert client.get(path, query_string={**query, "level": junk}, headers=headers).status_code == 422


def test_a_closure_lists_whom_it_touches_until_each_is_decided(lab: Lab) -> None:
    moved, cancelled = reserve(lab, lab.cast.printer, 10), reserve(lab, lab.cast.printer, 14)
    client, manager = lab.client(), lab.token(lab.cast.fabmanager)
    path, day = f"/api/v1/sites/{lab.cast.workshop}/exceptions", next_monday().isoformat()
    body = {"kind": "closed", "first_on": day, "opens": "09:00", "closes": "18:00", "reason": "Inventaire"}

    first = client.post(path, json=body, headers=manager)

    assert (first.status_code, first.json["refusals"][0]["code"]) == (409, "undecided")
    assert first.json["touched_count"] == 2
    assert [item["reservation_id"] for item in first.json["touched"]] == [moved, cancelled]
    assert {"member", "resource", "start", "end", "instead"} <= first.json["touched"][0].keys()
    half = client.post(path, json={**body, "decisions": {str(moved): "keep"}}, headers=manager)
    assert half.status_code == 409
    assert lab.session.query(HoursException).count() == 0
    lab.session.rollback()

    done = client.post(path, json={**body, "decisions": {str(moved): "keep"}, "others": "cancel"}, headers=manager)

    assert (done.status_code, done.json["opens"], done.json["reason"]) == (201, "09:00", "Inventaire")
    lab.session.rollback()
    states = {row.id: row.state for row in lab.session.query(Reservation)}
    assert states == {moved: "booked", cancelled: "cancelled"}
    mails = [row.payload for row in lab.session.query(OutboxRow) if row.kind == "mail"]
    assert any("Inventaire" in str(mail) for mail in mails)
    lab.session.rollback()
    assert [item["id"] for item in client.get(path, headers=manager).json["items"]] == [done.json["id"]]
    assert client.delete(f"{path}/{done.json['id']}", headers=lab.token(lab.cast.maker)).status_code == 403
    assert client.delete(f"{path}/{done.json['id']}", headers=manager).status_code == 200
    assert client.delete(f"{path}/{done.json['id']}", headers=manager).status_code == 404


def test_a_closure_of_one_timetable_moves_what_it_touches(lab: Lab) -> None:
    touched = reserve(lab, lab.cast.printer, 10)
    client, manager = lab.client(), lab.token(lab.cast.fabmanager)
    with transaction() as session:
        actor = lab.actor(lab.cast.fabmanager)
        table = timetabling.add_timetable(session, actor, lab.cast.workshop, "Bruyant").id
    _open_always(table)
    with transaction() as session:
        session.get_one(Reservation, touched).resource.timetable_id = table
    path = f"/api/v1/sites/{lab.cast.workshop}/exceptions"
    body = {"kind": "closed", "first_on": next_monday().isoformat(), "timetable_id": table, "reason": "Bruit"}

    asked = client.post(path, json=body, headers=manager)
    assert [item["id"] for item in asked.json["touched"][0]["instead"]] == [lab.cast.other_printer]
    decided = {**body, "decisions": {str(touched): lab.cast.other_printer}}
    assert client.post(path, json=decided, headers=manager).status_code == 201

    lab.session.rollback()
    assert lab.session.get_one(Reservation, touched).resource_id == lab.cast.other_printer
    mails = [row.payload for row in lab.session.query(OutboxRow) if row.kind == "mail"]
    assert any("Prusa n°2" in str(mail) for mail in mails)


WRONG_CLOSURES = (
    {"kind": "maybe"},
    {"opens": "25:00"},
    {"opens": "24:00"},
    {"first_on": "2026-02-30"},
    {"first_on": "0001-01-01"},
    {"last_on": "2000-01-01"},
    {"reason": ""},
    {"level": 4},
    {"staff": 100},
    {"timetable_id": 2**40},
    {"timetable_id": 2**31 - 1},
    {"decisions": {"x": "cancel"}},
    {"decisions": {"1": "maybe"}},
    {"others": "maybe"},
)


def test_a_closure_that_cannot_be_is_refused(lab: Lab) -> None:
    path, headers = f"/api/v1/sites/{lab.cast.workshop}/exceptions", lab.token(lab.cast.fabmanager)
    for wrong in WRONG_CLOSURES:
        body = {"kind": "closed", "first_on": next_monday().isoformat(), "reason": "Inventaire", **wrong}
        answer = lab.client().post(path, json=body, headers=headers)
        if wrong == {"timetable_id": 2**31 - 1}:
            assert answer.status_code == 404
        else:
            assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), wrong


def _open_always(table_id: int) -> None:
    with transaction() as session:
        season = timetables.seasons_of(session, table_id)[0][0]
        session.add_all(OpeningHours(season_id=season.id, weekday=day, opens=0, closes=1440) for day in range(7))
