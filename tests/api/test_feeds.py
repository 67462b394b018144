"""Calendar feeds and the choice of notices, through the API."""

from fablab.notices import choices
from fablab.notices.kinds import NoticeKind
from tests.conftest import Lab


def test_a_feed_is_made_listed_without_its_address_read_and_revoked(lab: Lab) -> None:
    client, headers = lab.client(), lab.token(lab.cast.maker)
    wish = {"kind": "resource", "resource_id": lab.cast.printer}

    made = client.post("/api/v1/calendar-feeds", json=wish, headers=headers)

    assert made.status_code == 201
    path = made.json["address"].partition("/calendar/")
    assert client.get("".join(path[1:])).status_code == 200
    (listed,) = client.get("/api/v1/calendar-feeds", headers=headers).json["items"]
    assert listed.pop("last_read_at")
    assert listed == {key: made.json[key] for key in listed}
    assert (listed["name"], listed["kind"], "address" in listed) == ("Prusa n°1", "resource", False)
    one = f"/api/v1/calendar-feeds/{made.json['id']}"
    assert client.delete(one, headers=lab.token(lab.cast.student)).status_code == 404
    assert [client.delete(one, headers=headers).status_code for _ in range(2)] == [204, 204]
    assert client.get("".join(path[1:])).status_code == 404
    assert client.get("/api/v1/calendar-feeds", headers=headers).json["items"] == []


def test_a_feed_of_nothing_or_of_something_unknown_is_refused(lab: Lab) -> None:
    client, headers = lab.client(), lab.token(lab.cast.maker)
    for wish, status in (({"kind": "site"}, 404), ({"kind": "site", "site_id": 99}, 404), ({"kind": "moon"}, 422)):
        assert client.post("/api/v1/calendar-feeds", json=wish, headers=headers).status_code == status


def test_notices_are_chosen(lab: Lab) -> None:
    client, headers = lab.client(), lab.token(lab.cast.maker)
    usual = client.get("/api/v1/me/notices", headers=headers).json
    assert usual == {**{kind.value: True for kind in NoticeKind}, "reminder_hours": 24}

    wanted = {**usual, "offer": False, "reminder_hours": 2}
    answer = client.put("/api/v1/me/notices", json=wanted, headers=headers)

    assert (answer.status_code, answer.json) == (200, wanted)
    assert choices.choices_of(lab.session, lab.cast.maker).off == {NoticeKind.OFFER}
    bad = {**wanted, "reminder_hours": 3}
    assert client.put("/api/v1/me/notices", json=bad, headers=headers).status_code == 422
