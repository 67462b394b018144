"""Answers, paths, questions, funders and figures for programs."""

from datetime import UTC, datetime
from typing import Any

from fablab.core.db import transaction
from tests.conftest import Lab
from tests.impact.crowd import come, people

API = "/api/v1"
MAY = datetime(2026, 5, 10, 9, tzinfo=UTC)


def call(lab: Lab, who: int, method: str, path: str, body: object = None) -> tuple[int, Any]:
    answer = lab.client().open(f"{API}{path}", method=method, json=body, headers=lab.token(who))
    return answer.status_code, answer.json if answer.data else None


def test_answers_are_given_read_and_withdrawn(lab: Lab) -> None:
    cast = lab.cast
    items = call(lab, cast.maker, "GET", "/fact-kinds")[1]["items"]
    ids = {item["code"]: item["id"] for item in items}
    assert [one["key"] for one in items[1]["choices"]] == ["woman", "man", "other"]
    path = f"/members/{cast.maker}/facts"
    body = {"kind_id": ids["status"], "value": "student", "valid_from": "2026-01-01"}
    status, said = call(lab, cast.maker, "POST", path, body)
    assert (status, len(said["items"]), said["items"][0]["value"]) == (201, 1, "student")
    assert len(call(lab, cast.maker, "POST", path, body)[1]["items"]) == 1
    for wrong in ("x", "<b>", ""):
        assert call(lab, cast.maker, "POST", path, {**body, "value": wrong})[0] == 422
    assert call(lab, cast.maker, "POST", path, {**body, "kind_id": 999})[0] == 404
    assert call(lab, cast.maker, "POST", path, {**body, "value": "x" * 200})[0] == 422
    assert call(lab, cast.student, "GET", path)[0] == 404
    for _ in range(2):
        assert call(lab, cast.maker, "DELETE", f"{path}/{ids['status']}")[0] == 204
    assert call(lab, cast.maker, "GET", path)[1] == {"items": [], "next": None}


def test_the_path_of_a_project_and_its_notes(lab: Lab) -> None:
    cast, path = lab.cast, f"/members/{lab.cast.maker}/path"
    body = {"stage": "received", "day": "2026-01-05", "site_id": cast.workshop, "note": "Secret"}
    assert call(lab, cast.maker, "POST", path, body)[0] == 404
    status, made = call(lab, cast.fabmanager, "POST", path, body)
    assert (status, made["note"]) == (201, "Secret")
    assert call(lab, cast.fabmanager, "POST", path, {**body, "site_id": cast.office})[0] == 403
    early = call(lab, cast.fabmanager, "POST", path, {**body, "stage": "started", "day": "2026-01-04"})
    assert early[1]["refusals"][0]["code"] == "too_early"
    assert [(one["stage"], one["note"]) for one in call(lab, cast.maker, "GET", path)[1]["items"]] == [
        ("received", None)
    ]
    assert call(lab, cast.maker, "DELETE", f"{path}/{made['id']}")[0] == 404
    assert call(lab, cast.fabmanager, "DELETE", f"{path}/{made['id']}")[0] == 204
    assert call(lab, cast.fabmanager, "GET", path)[1]["items"] == []


def test_questions_and_funders_are_kept_and_figures_are_hidden_for_programs_too(lab: Lab) -> None:
    cast = lab.cast
    new = {"name": "Diplôme", "purpose": "État", "field": "choice", "choices": [{"name": "Bac"}, {"name": "CAP"}]}
    status, kind = call(lab, cast.admin, "POST", "/fact-kinds", new)
    assert (status, [one["key"] for one in kind["choices"]]) == (201, ["bac", "cap"])
    assert call(lab, cast.admin, "POST", "/fact-kinds", {**new, "field": "json"})[0] == 422
    patch = {"version": 1, "choices": [{"key": "bac", "name": "Bac pro"}]}
    status, kind = call(lab, cast.admin, "PATCH", f"/fact-kinds/{kind['id']}", patch)
    assert (status, kind["choices"][0]["name"], kind["name"], kind["version"]) == (200, "Bac pro", "Diplôme", 2)
    assert call(lab, cast.admin, "PATCH", f"/fact-kinds/{kind['id']}", patch)[0] == 409
    closed = call(lab, cast.admin, "PATCH", f"/fact-kinds/{kind['id']}", {"version": 2, "closed": True})[1]
    assert (closed["closed"], closed["version"]) == (True, 4)

    body = {"name": "Région", "site_ids": [cast.workshop], "kind_ids": [kind["id"]]}
    status, funder = call(lab, cast.admin, "POST", "/funders", body)
    assert (status, funder["kind_ids"]) == (201, [kind["id"]])
    status, funder = call(lab, cast.admin, "PATCH", f"/funders/{funder['id']}", {"version": 1, "note": "Mars"})
    assert (status, funder["note"], funder["site_ids"]) == (200, "Mars", [cast.workshop])
    assert call(lab, cast.admin, "PATCH", f"/funders/{funder['id']}", {"version": 1})[0] == 409
    assert len(call(lab, cast.fabmanager, "GET", "/funders")[1]["items"]) == 1

    with transaction() as session:
        come(session, lab, people(session, lab, 4, MAY), MAY)
        come(session, lab, people(session, lab, 7, MAY), MAY, site=cast.office)
    period = "/impact?from=2026-05-01&to=2026-05-31"
    found = call(lab, cast.admin, "GET", f"{period}&site_id={cast.workshop}&funder_id={funder['id']}")[1]
    assert (found["people"], found["tables"][0]["total"], found["tables"][-1]["key"]) == (
        None,
        None,
        f"kind_{kind['id']}",
    )
    assert {one["value"] for one in found["tables"][0]["figures"]} == {None}
    both = call(lab, cast.admin, "GET", f"{period}&site_id={cast.workshop}&site_id={cast.office}")[1]
    assert (both["people"], both["site_ids"]) == (11, [cast.workshop, cast.office])
    assert call(lab, cast.admin, "GET", "/impact?from=2026-05-01&to=2026-04-01")[0] == 422
    assert call(lab, cast.admin, "GET", "/impact?from=soon&to=2026-04-01")[0] == 422
    assert call(lab, cast.admin, "GET", f"{period}&funder_id=99")[0] == 404
