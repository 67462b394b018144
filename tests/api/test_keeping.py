"""Retention, statements and the one search through the API: the same rules as on the screens."""

from datetime import UTC, datetime, timedelta

from fablab.booking.services import Wish, book
from fablab.core import audit
from fablab.core.db import transaction
from tests.conftest import Lab, hours_from

API = "/api/v1"


def test_periods_are_set_and_what_is_older_goes_as_it_was_shown(lab: Lab) -> None:
    client, admin = lab.client(), lab.token(lab.cast.admin)
    with transaction() as session:
        for _ in range(2):
            audit.note(session, None, "x.done", datetime.now(UTC) - timedelta(days=5000))
    kept = {row["code"]: row for row in client.get(f"{API}/retention-periods", headers=admin).json["items"]}
    assert (kept["accounts"]["old"], kept["log"]["old"]) == (None, 2)
    assert all(row["title"] and row["purpose"] for row in kept.values())

    path = f"{API}/retention-periods/log"
    changed = client.put(path, json={"months": 36, "automatic": True}, headers=admin)
    assert [(row["months"], row["automatic"]) for row in changed.json["items"] if row["code"] == "log"] == [(36, True)]
    assert client.put(path, json={"months": True}, headers=admin).status_code == 422
    short = client.put(path, json={"months": kept["log"]["shortest"] - 1}, headers=admin)
    assert [item["code"] for item in short.json["refusals"]] == ["months"]
    assert client.put(f"{API}/retention-periods/nothing", json={"months": 36}, headers=admin).status_code == 404
    assert client.post(f"{API}/retention-periods/accounts/purge", json={"shown": 0}, headers=admin).status_code == 404
    assert client.post(f"{path}/purge", json={"shown": 1}, headers=admin).status_code == 409
    assert client.post(f"{path}/purge", json={"shown": 2}, headers=admin).json == {"removed": 2}


def test_what_the_lab_says_is_read_by_all_and_written_by_the_version_that_was_read(lab: Lab) -> None:
    client, admin, path = lab.client(), lab.token(lab.cast.admin), f"{API}/statements/privacy"
    first = client.get(path, headers=lab.token(lab.cast.student)).json
    assert (first["text"], first["version"], first["changed_at"]) == ("", 0, None)
    said = client.put(path, json={"text": "Nous gardons peu.", "version": 0}, headers=admin).json
    assert (said["text"], said["version"]) == ("Nous gardons peu.", 1)
    assert client.put(path, json={"text": "Rien.", "version": 0}, headers=admin).status_code == 409
    assert client.get(f"{API}/statements/cookies", headers=admin).status_code in (404, 422)
    assert "Nous gardons peu." in client.get("/privacy").text


def test_one_search_finds_people_resources_and_reservations(lab: Lab, tomorrow: datetime) -> None:
    cast, client = lab.cast, lab.client()
    with transaction() as session:
        wish = Wish(resource_id=cast.printer, period=hours_from(tomorrow, 1), member_id=cast.maker)
        booked = book(session, lab.actor(cast.maker), wish, datetime.now(UTC)).id
    staff = lab.token(cast.fabmanager)

    person = client.get(f"{API}/members/{cast.maker}", headers=staff).json["name"]
    by_name = client.get(f"{API}/search", query_string={"q": person.upper()}, headers=staff).json
    assert [row["id"] for row in by_name["members"]] == [cast.maker]
    assert [row["id"] for row in by_name["reservations"]] == [booked]
    by_thing = client.get(f"{API}/search?q=prusa&limit=1", headers=staff).json
    assert [row["id"] for row in by_thing["resources"]] == [cast.printer]
    trainer = client.get(f"{API}/search", query_string={"q": person}, headers=lab.token(cast.trainer)).json
    assert (len(trainer["members"]), trainer["reservations"]) == (1, [])
    assert client.get(f"{API}/search?q=%20", headers=staff).json == {"members": [], "resources": [], "reservations": []}
    assert client.get(f"{API}/search?q={'x' * 101}", headers=staff).status_code == 422
