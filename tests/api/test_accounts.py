"""Accounts, their people, projects and use, as programs read and write them."""

from datetime import UTC, datetime, timedelta

import pytest

from fablab.core.db import transaction
from fablab.members.organisations import people
from tests.conftest import Lab
from tests.members.organisations import cooperative, project

API = "/api/v1"


class Caller:
    """A member's program."""

    def __init__(self, lab: Lab, who: int) -> None:
        self.client, self.headers = lab.client(), lab.token(who)

    def __call__(self, method: str, path: str, json: object = None, status: int = 200) -> dict[str, object]:
        answer = self.client.open(f"{API}{path}", method=method, json=json, headers=self.headers)
        assert answer.status_code == status, (method, path, answer.text)
        return answer.json if answer.is_json else {"text": answer.text}


def test_an_organisation_from_founding_to_closing(lab: Lab) -> None:
    cast = lab.cast
    boss, owner, guest = Caller(lab, cast.fabmanager), Caller(lab, cast.maker), Caller(lab, cast.student)
    card = {"name": "Mairie", "owner_id": cast.maker, "siret": "732 829 320 00074", "monthly_cap_cents": 0}
    made = boss("POST", "/accounts", card, 201)
    path = f"/accounts/{made['id']}"
    assert (made["siren"], made["keeps"], made["monthly_cap_cents"]) == ("732829320", False, None)

    wrong = owner("PATCH", path, {"version": 1, "siren": "732829321", "name": " "}, 422)
    assert {row["code"] for row in wrong["refusals"]} == {"siren", "name_missing", "siret_of_another"}
    edited = owner("PATCH", path, {"version": 1, "purchase_order": "EJ-1", "monthly_cap_cents": None})
    assert (edited["purchase_order"], edited["monthly_cap_cents"], edited["version"]) == ("EJ-1", None, 2)
    owner("PATCH", path, {"version": 1, "name": "Tard"}, 409)
    owner("PATCH", path, {"version": 2, "monthly_cap_cents": True}, 422)

    mailed = owner("POST", f"{path}/invitations", {"email": "student@test.example"}, 201)
    assert mailed["link"] is None
    secret = owner("POST", f"{path}/invitations", {}, 201)["link"].rsplit("/", 1)[1]
    assert len(owner("GET", f"{path}/invitations")["items"]) == 2
    for _ in range(2):
        owner("DELETE", f"{path}/invitations/{mailed['id']}", status=204)
    assert guest("POST", "/account-invitations/accept", {"secret": secret})["is_owner"] is False
    Caller(lab, cast.trainer)("POST", "/account-invitations/accept", {"secret": secret}, 404)

    bus = owner("POST", f"{path}/projects", {"name": "Bus", "only_named": True, "monthly_cap_cents": 500}, 201)
    assert guest("GET", "/projects")["items"] == []
    guest("GET", f"/projects/{bus['id']}", status=404)
    for _ in range(2):
        owner("PUT", f"/projects/{bus['id']}/members/{cast.student}", status=204)
    (seen,) = guest("GET", "/projects")["items"]
    assert (seen["name"], seen["monthly_cap_cents"], seen["member_ids"]) == ("Bus", None, None)
    guest("PATCH", f"/projects/{bus['id']}", {"version": 1, "name": "Mien"}, 403)
    place = {"version": 1, "all_projects": False, "monthly_cap_cents": 700}
    assert owner("PATCH", f"{path}/members/{cast.student}", place)["project_ids"] == [bus["id"]]
    owner("DELETE", f"/projects/{bus['id']}/members/{cast.student}", status=204)
    owner("PATCH", f"/projects/{bus['id']}", {"version": 3, "is_open": False})
    assert [row["member_id"] for row in guest("GET", f"{path}/members")["items"]] == [cast.student]
    assert guest("GET", path)["own_cap_cents"] == 700
    assert len(boss("GET", f"{path}/members")["items"]) == 2

    owner("DELETE", f"{path}/members/{cast.maker}", status=422)
    guest("DELETE", f"{path}/members/{cast.student}", status=204)
    guest("GET", path, status=404)
    boss("POST", f"{path}/owners", {"member_id": cast.trainer}, 403)
    owner("POST", f"{path}/owners", {"member_id": cast.trainer}, 404)
    Caller(lab, cast.treasurer)("POST", f"{path}/owners", {"member_id": cast.trainer}, 201)
    assert owner("PATCH", path, {"version": 2, "closed": True})["closed_at"] is not None
    listed = boss("GET", "/accounts?all=true&q=mair")["items"]
    assert [(row["name"], row["owners"], row["people"]) for row in listed] == [("Mairie", ["Maker", "Trainer"], 2)]
    guest("GET", "/accounts?all=true", status=403)
    assert [row["kind"] for row in owner("GET", "/accounts")["items"]] == ["personal", "organisation"]


def test_a_month_as_json_and_as_a_table_to_whom_it_is(lab: Lab, tomorrow: datetime) -> None:
    cast, account = lab.cast, cooperative(lab, cap=1000)
    bus = project(lab, account, "Bus")
    owner, other = Caller(lab, cast.maker), Caller(lab, cast.student)
    wish = {"resource_id": cast.printer, "account_id": account, "project_id": bus}
    wish |= {"start": tomorrow.isoformat(), "end": (tomorrow + timedelta(hours=2)).isoformat()}
    other("POST", "/reservations", wish, 201)
    month = tomorrow.strftime("%Y-%m")

    found = owner("GET", f"/accounts/{account}/usage?month={month}")
    assert (found["whole"]["expected_cents"], found["whole"]["left_cents"]) == (300, 700)
    assert [(row["person"], row["project"], row["expected_cents"]) for row in found["items"]] == [
        ("Student", "Bus", 300)
    ]
    assert other("GET", f"/accounts/{account}/usage?month={month}")["whole"] is None
    table = owner("GET", f"/accounts/{account}/usage.csv?month={month}")["text"]
    assert f"{month},Coopérative,Student,Bus,0.00,0.00,3.00" in table
    assert owner("GET", f"/accounts/{account}/usage?month=2020-01")["items"] == []
    owner("GET", f"/accounts/{account}/usage?month=2026-13", status=422)
    refused = other("POST", "/reservations", {**wish, "resource_id": cast.other_printer, "project_id": None}, 201)
    assert refused["account_id"] == account
    with transaction() as session:
        people.remove(session, lab.actor(cast.maker), account, cast.student, datetime.now(UTC))
    gone = other("POST", "/reservations", {**wish, "start": wish["end"], "end": later(tomorrow)}, 422)
    assert [row["code"] for row in gone["refusals"]] == ["account_unknown"]
    other("GET", f"/accounts/{account}/usage", status=404)


def later(moment: datetime) -> str:
    return (moment + timedelta(hours=3)).isoformat()


def test_a_wish_past_the_cap_is_refused_with_the_code_that_programs_read(lab: Lab, tomorrow: datetime) -> None:
    account, caller = cooperative(lab, cap=299), Caller(lab, lab.cast.maker)
    wish = {"resource_id": lab.cast.printer, "account_id": account, "start": tomorrow.isoformat()}

    answer = caller("POST", "/reservations", {**wish, "end": (tomorrow + timedelta(hours=1)).isoformat()}, 422)

    assert [(row["code"], row["overridable"]) for row in answer["refusals"]] == [("cap_reached", True)]


@pytest.mark.parametrize("role", ["student", "treasurer"])
def test_what_one_may_charge_is_told_with_oneself(lab: Lab, role: str) -> None:
    account = cooperative(lab)
    found = Caller(lab, getattr(lab.cast, role))("GET", "/me")["accounts"]
    assert (account in {row["id"] for row in found}) == (role == "student")
