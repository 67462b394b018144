"""The board of shifts, and the same over the API."""

from datetime import UTC, datetime, timedelta

from fablab.core.db import transaction
from fablab.members import services as members
from fablab.members.models import Member, Role
from fablab.shifts.models import Duty
from tests.conftest import Lab
from tests.web.conftest import words


def test_a_shift_lives_on_the_board(lab: Lab) -> None:
    day = (datetime.now(UTC) + timedelta(days=5)).date()
    fields = {"site_id": lab.cast.workshop, "day": day, "starts": "14:00", "ends": "18:00", "minimum": "1"}
    staff, host = lab.signed_in(lab.cast.fabmanager), lab.signed_in(lab.cast.trainer)
    for wrong in ({"starts": "25:00"}, {"day": "demain"}, {"minimum": "0"}, {"day": "2020-01-01"}, {"site_id": "9"}):
        assert staff.post("/shifts/new", data={**fields, **wrong}).status_code in (400, 422), wrong
    made = staff.post("/shifts/new", data={**fields, "note": "<b>Portes ouvertes</b> 🎉"})
    page = made.location
    assert page, words(made)

    board = host.get("/shifts")
    assert "14:00–18:00" in words(board)
    assert "1 person missing" in words(board)
    assert "<b>Portes" not in board.text
    assert lab.signed_in(lab.cast.maker).get(page).status_code == 403
    assert host.post(f"{page}/take").status_code == 302
    assert host.post(f"{page}/take").status_code == 422
    duty = lab.session.query(Duty).one().id
    lab.session.rollback()
    assert "You · to confirm" in words(host.get("/shifts"))
    for act in ("offer", "withdraw-offer", "confirm", "confirm"):
        assert host.post(f"/duties/{duty}/{act}").status_code == 302
    assert "You · confirmed" in words(host.get(page))
    assert host.post(f"{page}/note", data={"text": "La colle est vide."}).status_code == 302
    assert "La colle est vide." in words(staff.get(page))
    assert staff.post(f"{page}/edit", data={**fields, "starts": "13:00", "ends": "02:00"}).status_code == 302
    assert "13:00" in words(host.get(page))
    stale = staff.post(f"{page}/edit", data={**fields, "version": "1", "note": "le mien"})
    assert (stale.status_code, "le mien" in stale.text, "13:00" in words(stale)) == (409, True, True)
    assert staff.post(f"{page}/take", data={"member": "nobody@nowhere"}).status_code == 422
    assert host.post(f"/duties/{duty}/drop", data={"reason": "x"}).status_code == 302
    assert staff.post(f"{page}/reservations").status_code == 302
    assert staff.post(f"{page}/withdraw").status_code == 302
    assert staff.post(f"{page}/withdraw").status_code == 422
    assert "withdrawn" in words(staff.get(page))
    assert staff.get("/shifts/999999").status_code == 404


def test_the_api_tells_shifts_and_lets_hosts_take_them(lab: Lab) -> None:
    start = (datetime.now(UTC) + timedelta(days=5)).replace(minute=0, second=0, microsecond=0)
    with transaction() as session:
        members.grant_role(session, session.get(Member, lab.cast.newcomer), Role.HOST, site_id=lab.cast.workshop)
    client, staff, host = lab.client(), lab.token(lab.cast.fabmanager), lab.token(lab.cast.newcomer)
    body = {"site_id": lab.cast.workshop, "start": start.isoformat(), "end": (start + timedelta(hours=3)).isoformat()}

    assert client.post("/api/v1/shifts", json=body, headers=host).status_code == 403
    assert client.post("/api/v1/shifts", json={**body, "site_id": lab.cast.office}, headers=staff).status_code == 403
    made = client.post("/api/v1/shifts", json=body, headers=staff)
    path = f"/api/v1/shifts/{made.json['id']}"
    window = {"from": start.isoformat(), "to": (start + timedelta(days=1)).isoformat()}
    (item,) = client.get("/api/v1/shifts", query_string=window, headers=host).json["items"]
    assert (made.status_code, item["missing"], item["duties"]) == (201, 1, [])
    taken = client.post(f"{path}/duties", json={}, headers=host)
    assert (taken.status_code, taken.json["state"]) == (201, "taken")
    assert client.post(f"{path}/duties", json={"member_id": lab.cast.maker}, headers=host).status_code == 403
    refused = client.post(f"{path}/duties", json={"member_id": lab.cast.maker}, headers=staff)
    assert [item["code"] for item in refused.json["refusals"]] == ["not_host"]
    duty = f"/api/v1/duties/{taken.json['id']}"
    for wrong in ({"act": "dance"}, {}, {"act": "offer", "in_exchange_for": 999}):
        assert client.patch(duty, json=wrong, headers=host).status_code in (404, 422)
    assert client.patch(duty, json={"act": "confirm"}, headers=lab.token(lab.cast.maker)).status_code == 404
    assert client.patch(duty, json={"act": "confirm"}, headers=host).json["state"] == "confirmed"
    assert client.get("/api/v1/shifts", query_string=window, headers=staff).json["items"][0]["missing"] == 0
    assert client.get("/api/v1/shifts", query_string=window, headers=lab.token(lab.cast.maker)).status_code == 403
    assert client.delete(path, headers=host).status_code == 403
    assert client.delete(path, headers=staff).status_code == 204
