"""Presence through the API: arriving, leaving, asking who is in, mending, badges."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fablab.members import badges
from tests.conftest import Lab

API = "/api/v1"


def call(lab: Lab, who: int, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    answer = lab.client().open(f"{API}{path}", method=method, json=body, headers={**lab.token(who), **headers})
    return answer.status_code, answer.json if answer.data else None


def test_a_member_arrives_and_leaves_and_sees_their_own_visits_only(lab: Lab) -> None:
    cast = lab.cast
    status, made = call(lab, cast.maker, "POST", "/arrivals", {"site_id": cast.workshop})
    assert (status, made["member_id"], made["recorded"], made["unsure"]) == (201, cast.maker, "api", False)
    assert call(lab, cast.maker, "POST", "/arrivals", {"site_id": cast.workshop})[1]["id"] == made["id"]
    other = {"site_id": cast.workshop, "member_id": cast.student}
    assert call(lab, cast.maker, "POST", "/arrivals", other)[0] == 403
    assert [item["id"] for item in call(lab, cast.maker, "GET", "/arrivals?present=true")[1]["items"]] == [made["id"]]
    assert call(lab, cast.student, "PATCH", f"/arrivals/{made['id']}", {"version": 1, "departed": True})[0] == 404
    for _ in range(2):
        status, left = call(lab, cast.maker, "PATCH", f"/arrivals/{made['id']}", {"version": 1, "departed": True})
        assert (status, left["ended"]) == (200, "person")
    assert call(lab, cast.maker, "PATCH", f"/arrivals/{made['id']}", {"version": 2, "departed": False})[0] == 403

    day = timedelta(days=1)
    week = "?from={:%Y-%m-%dT%H:%M:%SZ}&to={:%Y-%m-%dT%H:%M:%SZ}".format(*(datetime.now(UTC) + d for d in (-day, day)))
    assert len(call(lab, cast.maker, "GET", f"/arrivals{week}")[1]["items"]) == 1
    assert call(lab, cast.student, "GET", f"/arrivals{week}")[1] == {"items": [], "next": None}
    at_site = f"/arrivals{week}&site_id={cast.workshop}"
    assert call(lab, cast.maker, "GET", at_site)[0] == 403
    assert len(call(lab, cast.fabmanager, "GET", at_site)[1]["items"]) == 1
    assert call(lab, cast.fabmanager, "GET", f"/arrivals?site_id={cast.workshop}")[0] == 422


def test_hosts_greet_groups_once_and_mend_what_they_wrote(lab: Lab) -> None:
    cast = lab.cast
    group = {"site_id": cast.workshop, "headcount": 24, "label": "Lycée", "reason_id": 6, "public_kind_id": 5}
    key = {"Idempotency-Key": "class 3B"}
    status, made = call(lab, cast.fabmanager, "POST", "/arrivals", group, **key)
    assert (status, made["member"], made["headcount"], made["public_kind"]) == (201, None, 24, "School pupil")
    assert call(lab, cast.fabmanager, "POST", "/arrivals", group, **key)[1]["id"] == made["id"]
    guest = call(lab, cast.fabmanager, "POST", "/arrivals", {"site_id": cast.workshop, "guest": True})[1]
    assert (guest["member_id"], guest["headcount"]) == (None, 1)

    path = f"/arrivals/{made['id']}"
    status, mended = call(lab, cast.fabmanager, "PATCH", path, {"version": 1, "headcount": 22, "public_kind_id": None})
    assert (status, mended["headcount"], mended["public_kind_id"], mended["label"]) == (200, 22, None, "Lycée")
    assert call(lab, cast.fabmanager, "PATCH", path, {"version": 1, "headcount": 21})[0] == 409
    assert call(lab, cast.fabmanager, "PATCH", path, {"version": 2, "headcount": True})[0] == 422
    present = f"/arrivals?site_id={cast.workshop}&present=true"
    assert [item["headcount"] for item in call(lab, cast.trainer, "GET", present)[1]["items"]] == [1, 22]
    assert call(lab, cast.fabmanager, "DELETE", path)[0] == 204
    assert call(lab, cast.fabmanager, "DELETE", path)[0] == 404


def test_badges_pins_lists_and_terminals_are_kept_by_programs_too(lab: Lab) -> None:
    cast = lab.cast
    badge = f"/members/{cast.maker}/badges"
    status, made = call(lab, cast.fabmanager, "POST", badge, {"code": "04a1 5f77 90"})
    assert (status, made["hint"]) == (201, "7790")
    assert call(lab, cast.fabmanager, "POST", badge, {"code": "04A15F7790"})[1]["refusals"][0]["code"] == "badge_taken"
    assert [item["id"] for item in call(lab, cast.maker, "GET", badge)[1]["items"]] == [made["id"]]
    assert call(lab, cast.maker, "PUT", f"/members/{cast.maker}/pin", {"pin": "4817"})[0] == 204
    lab.session.rollback()
    assert badges.identify_by_pin(lab.session, cast.maker, "4817") == cast.maker
    assert call(lab, cast.maker, "DELETE", f"{badge}/{made['id']}")[0] == 204
    lab.session.rollback()
    assert badges.identify(lab.session, "04A15F7790") is None

    status, reason = call(lab, cast.admin, "POST", "/arrival-reasons", {"name": "Repair café"})
    assert (status, reason["code"]) == (201, None)
    closed = call(lab, cast.admin, "PATCH", f"/arrival-reasons/{reason['id']}", {"version": 1, "closed": True})
    assert (closed[0], closed[1]["closed"]) == (200, True)
    assert len(call(lab, cast.maker, "GET", "/arrival-reasons")[1]["items"]) == 7
    assert len(call(lab, cast.maker, "GET", "/arrival-reasons?closed=true")[1]["items"]) == 8
    status, terminal = call(lab, cast.fabmanager, "POST", f"/sites/{cast.workshop}/terminals", {"name": "Entrée"})
    path = "/terminal/" + terminal["link"].rpartition("/")[2]
    assert (status, lab.client().get(path).status_code) == (201, 200)
    assert "link" not in call(lab, cast.admin, "GET", f"/sites/{cast.workshop}/terminals")[1]["items"][0]
    for _ in range(2):
        assert call(lab, cast.fabmanager, "DELETE", f"/terminals/{terminal['id']}")[0] == 204
    assert lab.client().get(path).status_code == 404
