"""The API as a whole: who gets in, what it says of itself, and that it answers problems with problems."""

import re

import pytest

from fablab.core.db import transaction
from fablab.members import queries as members
from tests.conftest import Lab

ROUTES = [
    ("GET", "/api/v1/me"),
    ("GET", "/api/v1/resources"),
    ("GET", "/api/v1/resources/1"),
    ("POST", "/api/v1/resources"),
    ("PATCH", "/api/v1/resources/1"),
    ("GET", "/api/v1/categories"),
    ("GET", "/api/v1/resources/1/availability"),
    ("PUT", "/api/v1/resources/1/state"),
    ("GET", "/api/v1/problems"),
    ("POST", "/api/v1/problems"),
    ("GET", "/api/v1/problems/1"),
    ("PATCH", "/api/v1/problems/1"),
    ("GET", "/api/v1/reservations"),
    ("POST", "/api/v1/reservations"),
    ("DELETE", "/api/v1/reservations/1"),
    ("GET", "/api/v1/usage"),
    ("GET", "/api/v1/invoices"),
    ("GET", "/api/v1/invoices/1.pdf"),
    ("GET", "/api/v1/shifts"),
    ("POST", "/api/v1/shifts"),
    ("DELETE", "/api/v1/shifts/1"),
    ("POST", "/api/v1/shifts/1/duties"),
    ("PATCH", "/api/v1/duties/1"),
    ("GET", "/api/v1/sites"),
    ("POST", "/api/v1/sites"),
    ("GET", "/api/v1/sites/1"),
    ("PATCH", "/api/v1/sites/1"),
    ("GET", "/api/v1/sites/1/hours"),
    ("GET", "/api/v1/sites/1/exceptions"),
    ("POST", "/api/v1/sites/1/exceptions"),
    ("DELETE", "/api/v1/sites/1/exceptions/1"),
    *(
        (method, f"/api/v1/{path}")
        for path, methods in {
            "sites/1/photo": ("PUT", "DELETE"),
            "resources/1/photo": ("PUT", "DELETE"),
            "problems/1/photo": ("PUT", "GET"),
            "problems/1/following": ("PUT", "DELETE"),
            "shifts/1": ("GET", "PATCH"),
            "shifts/1/notes": ("GET", "POST"),
            "resources/1/papers": ("GET", "POST"),
            "papers/1": ("GET", "DELETE"),
            "sites/1/rooms": ("GET", "POST"),
            "rooms/1": ("PATCH", "DELETE"),
            "sites/1/timetables": ("GET", "POST"),
            "timetables/1": ("PATCH", "DELETE"),
            "timetables/1/seasons": ("POST",),
            "timetables/1/seasons/1": ("PUT", "DELETE"),
            "sites/1/categories/1/timetable": ("PUT",),
            "resources/1/links": ("GET", "POST"),
            "links/1": ("DELETE",),
            "resources/1/maintenance-plans": ("GET", "POST"),
            "maintenance-plans/1": ("PATCH", "DELETE"),
            "resources/1/maintenance-acts": ("GET", "POST"),
            "reservations/1/outcome": ("GET", "PUT"),
            "categories": ("POST",),
            "categories/1": ("PATCH", "DELETE"),
            "categories/1/fields": ("POST",),
            "category-fields/1": ("PATCH", "DELETE"),
            "access-levels": ("GET", "POST"),
            "access-levels/1": ("PATCH", "DELETE"),
            "members/1/accesses": ("GET", "POST"),
            "members/1/accesses/1": ("DELETE",),
            "member-classes": ("GET", "POST"),
            "member-classes/1": ("PATCH",),
            "members/1/class": ("GET", "PUT"),
            "members/1/proofs": ("GET", "POST"),
            "membership-kinds": ("GET", "POST"),
            "membership-kinds/1": ("PATCH",),
            "membership-kinds/1/prices": ("GET", "POST"),
            "memberships": ("GET", "POST"),
            "memberships/1": ("GET",),
            "memberships/1/end": ("POST",),
            "memberships/1/pauses": ("POST",),
            "memberships/1/pauses/1": ("DELETE",),
            "memberships/1/people": ("POST",),
            "memberships/1/people/1": ("DELETE",),
            "memberships/1/renewal": ("POST",),
            "memberships/1/waiver": ("POST",),
            "proofs": ("GET",),
            "proofs/1": ("PATCH",),
            "proofs/1/file": ("GET",),
            "legal-entities": ("GET", "POST"),
            "legal-entities/1": ("PATCH",),
            "legal-entities/1/vat-regimes": ("GET", "POST"),
            "issuer-rules": ("GET", "POST"),
            "issuer-rules/1": ("DELETE",),
            "resources.csv": ("GET", "POST"),
        }.items()
        for method in methods
    ),
    ("GET", "/api/v1/nothing"),
]


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer fl_wrong", "Basic YTpi", "Bearer \x7f"])
def test_every_route_asks_for_a_token(lab: Lab, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}

    for method, path in ROUTES:
        answer = lab.client().open(path, method=method, headers=headers)

        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), (method, path)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_list_above_knows_every_route(lab: Lab) -> None:
    known = {(method, path.replace("/1", "/{}")) for method, path in ROUTES}
    documented = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path))
        for path, methods in lab.client().get("/api/v1/openapi.json").json["paths"].items()
        for method in methods
    }

    assert documented == known - {("GET", "/api/v1/nothing")}


def test_a_revoked_token_opens_nothing(lab: Lab) -> None:
    headers = lab.token(lab.cast.maker)
    with transaction() as session:
        members.tokens_of(session, lab.cast.maker)[0].revoked_at = members.member(session, lab.cast.maker).created_at

    assert lab.client().get("/api/v1/me", headers=headers).status_code == 401


def test_the_document_names_schemas_problems_and_the_token(lab: Lab) -> None:
    document = lab.client().get("/api/v1/openapi.json").json

    assert document["openapi"].startswith("3.1")
    assert {"ReservationIn", "ReservationOut", "Problem", "AvailabilityOut"} <= set(document["components"]["schemas"])
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    reserve = document["paths"]["/api/v1/reservations"]["post"]["responses"]
    assert {status: [*response["content"]] for status, response in reserve.items()} == {
        "201": ["application/json"],
        **{status: ["application/problem+json"] for status in ("400", "401", "403", "404", "409", "422")},
    }
    assert [*document["paths"]["/api/v1/invoices/{invoice_id}.pdf"]["get"]["responses"]["200"]["content"]] == [
        "application/pdf"
    ]
    window = document["paths"]["/api/v1/reservations"]["get"]["parameters"]
    assert {"from", "to", "resource"} <= {parameter["name"] for parameter in window}


def test_me_tells_roles_accounts_and_certificates(lab: Lab) -> None:
    body = lab.client().get("/api/v1/me", headers=lab.token(lab.cast.maker)).json

    assert (body["id"], body["roles"]) == (lab.cast.maker, [])
    assert [account["kind"] for account in body["accounts"]] == ["personal"]
    assert [(item["course"], item["holds"]) for item in body["certificates"]] == [("Impression 3D", True)]


def test_resources_tell_what_they_need_and_whether_one_may(lab: Lab) -> None:
    client = lab.client()

    printer = client.get(f"/api/v1/resources/{lab.cast.printer}", headers=lab.token(lab.cast.maker)).json
    same = client.get(f"/api/v1/resources/{lab.cast.printer}", headers=lab.token(lab.cast.newcomer)).json
    everything = client.get("/api/v1/resources", headers=lab.token(lab.cast.newcomer)).json["items"]

    assert (printer["certificates"], printer["may_use"], same["may_use"]) == (["Impression 3D"], True, False)
    assert len(everything) == 4


@pytest.mark.parametrize("path", ["resources/999999", "resources/99999999999999999999", "invoices/5.pdf", "nothing"])
def test_what_is_not_there_is_a_problem_document(lab: Lab, path: str) -> None:
    answer = lab.client().get(f"/api/v1/{path}", headers=lab.token(lab.cast.maker))

    assert answer.status_code in (404, 422)
    assert answer.mimetype == "application/problem+json"


def test_a_method_that_is_not_there_is_a_problem_document(lab: Lab) -> None:
    answer = lab.client().put("/api/v1/reservations", json={}, headers=lab.token(lab.cast.maker))

    assert answer.status_code in (404, 405)
    assert answer.mimetype == "application/problem+json"


def test_a_huge_body_is_refused(lab: Lab) -> None:
    answer = lab.client().post(
        "/api/v1/reservations",
        data=b"x" * (3 * 1024 * 1024),
        content_type="application/json",
        headers=lab.token(lab.cast.maker),
    )

    assert answer.status_code in (400, 413)
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(("language", "word"), [("fr", "habilitation"), ("en", "certificate")])
def test_refusals_are_said_in_the_callers_language(lab: Lab, tomorrow: object, language: str, word: str) -> None:
    headers = {**lab.token(lab.cast.newcomer), "Accept-Language": language}
    body = {"resource_id": lab.cast.printer, "start": "2030-01-01T10:00:00Z", "end": "2030-01-01T11:00:00Z"}

    answer = lab.client().post("/api/v1/reservations", json=body, headers=headers)

    assert any(word in item["message"] for item in answer.json["refusals"])
