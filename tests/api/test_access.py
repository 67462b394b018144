"""Who may do what through the API: every route against every role, at one's own site and at another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fablab.billing.models import Invoice
from tests.api.things import things_at
from tests.conftest import Lab
from tests.web.uses import used

EVERYBODY = {"maker", "trainer", "fabmanager", "treasurer", "admin"}
HOSTS = {"trainer", "fabmanager", "admin"}
FABMANAGERS = {"fabmanager", "admin"}
ADMINS = {"admin"}
OWNERS = {"maker", "fabmanager", "admin"}
"""Whose reservation it is, and staff of the site."""
TREASURERS = {"treasurer", "admin"}
GUARDIANS = {"trainer", "fabmanager", "admin"}
"""The member's guardian, and fabmanagers of their site."""
PAYERS = {"maker", "treasurer", "admin"}
"""Whose account it is, and those who invoice it."""
MENTIONED = ("resource_id", "site_id", "category_id", "entity_id", "member_id", "guardian_id", "consent_id")
"""Things that the table names in bodies."""
FOUNDERS = {"fabmanager", "treasurer", "admin"}
"""Who founds organisations, and sees who is in which."""
NAMES = {"code": "log", "kind": "privacy"}
"""What some routes name by a word."""
KINDS = ("confirmation", "reminder", "change", "offer", "no_show")
TABLES = ("members", "memberships", "organisations", "certificates")
NOT_OF_A_SITE = {
    ("GET", "/members"),
    ("GET", "/members/{member_id}"),
    ("GET", "/members/{member_id}/guardians"),
    ("GET", "/members/{member_id}/authorisations"),
    ("GET", "/members/{member_id}/consents"),
    ("GET", "/audit"),
    ("GET", "/doubles"),
    ("GET", "/search"),
    ("PATCH", "/members/{member_id}"),
    ("POST", "/charters/{charter_id}/acceptances"),
    ("GET", "/funders"),
    ("GET", "/shifts"),
    ("GET", "/members/{member_id}/accesses"),
    ("GET", "/members/{member_id}/badges"),
    ("POST", "/members/{member_id}/badges"),
    ("PUT", "/members/{member_id}/pin"),
    ("DELETE", "/members/{member_id}/badges/{badge_id}"),
    ("GET", "/members/{member_id}/holds"),
    ("GET", "/members/{member_id}/strikes"),
    ("GET", "/proofs"),
    ("GET", "/resources.csv"),
    ("POST", "/resources.csv"),
    *((method, f"/{kind}.csv") for method in ("GET", "POST") for kind in TABLES),
    ("GET", "/accounts/{account_id}"),
    ("POST", "/accounts"),
    ("GET", "/accounts/{account_id}/members"),
    ("GET", "/projects/{project_id}"),
    ("GET", "/reservation-requests"),
    ("GET", "/expected-reservations"),
}
"""What staff of any site may ask; it answers for their own."""


@dataclass(frozen=True, slots=True)
class Call:
    """Who may call a route, and a call of it that changes little: it is stale, or lacks something."""

    allowed: set[str]
    json: Mapping[str, object] | None = None
    data: bytes | None = None
    query: str = ""


def calls(ids: Mapping[str, int]) -> dict[tuple[str, str], Call]:
    """Every route; those that take something away come last."""
    week = "?from=2030-01-01T00:00:00Z&to=2030-01-08T00:00:00Z"
    stale, junk = {"version": 999}, b"no picture"
    season = {"version": 999, "openings": []}
    when = {"start": "2010-01-01T10:00:00Z", "end": "2010-01-01T11:00:00Z"}
    weekly = {"resource_id": ids["resource_id"], "first_on": "2010-01-01", "starts": "10:00", "minutes": 60, "times": 2}
    wish = {"resource_id": ids["resource_id"], "start": "2010-01-01T10:00:00Z", "end": "2010-01-01T11:00:00Z"}
    shift = {"site_id": ids["site_id"], "start": "2010-01-01T10:00:00Z", "end": "2010-01-01T11:00:00Z"}
    card = {"name": " ", "category_id": ids["category_id"], "site_id": ids["site_id"]}
    closure = {"kind": "closed", "first_on": "2030-01-02", "last_on": "2030-01-01", "reason": "Test"}
    signature = {"guardian_id": ids["guardian_id"], "permission": "use", "given": False}
    reply = {"consent_id": ids["consent_id"], "given": True, "version": 1}
    merge = {"merged_id": ids["member_id"], "survivor_version": 1, "merged_version": 1}
    charter = {"site_id": ids["site_id"], "title": " ", "text": " ", "valid_from": "2030-01-01"}
    return {
        ("GET", "/me"): Call(EVERYBODY),
        ("GET", "/me/sign-ins"): Call(EVERYBODY),
        ("GET", "/me/identities"): Call(EVERYBODY),
        ("GET", "/me/notices"): Call(EVERYBODY),
        ("PUT", "/me/notices"): Call(EVERYBODY, dict.fromkeys(KINDS, True)),
        ("GET", "/calendar-feeds"): Call(EVERYBODY),
        ("POST", "/calendar-feeds"): Call(EVERYBODY, {"kind": "resource", "resource_id": ids["resource_id"]}),
        ("GET", "/usage"): Call(EVERYBODY, query=week),
        ("GET", "/invoices"): Call(EVERYBODY),
        ("GET", "/invoices/{invoice_id}.pdf"): Call(PAYERS),
        ("GET", "/accounts"): Call(EVERYBODY),
        ("POST", "/accounts"): Call(FOUNDERS, {"name": " ", "owner_id": 1}),
        ("GET", "/accounts/{account_id}"): Call(PAYERS | FOUNDERS),
        ("PATCH", "/accounts/{account_id}"): Call(PAYERS, stale),
        ("GET", "/accounts/{account_id}/usage"): Call(PAYERS),
        ("GET", "/accounts/{account_id}/usage.csv"): Call(PAYERS),
        ("GET", "/accounts/{account_id}/members"): Call(PAYERS | FOUNDERS),
        ("PATCH", "/accounts/{account_id}/members/{member_id}"): Call(PAYERS, stale),
        ("POST", "/accounts/{account_id}/owners"): Call(PAYERS, {"member_id": ids["member_id"]}),
        ("GET", "/accounts/{account_id}/invitations"): Call(PAYERS),
        ("POST", "/accounts/{account_id}/invitations"): Call(PAYERS, {"email": "nobody"}),
        ("POST", "/account-invitations/accept"): Call(set(), {"secret": "nothing"}),
        ("GET", "/projects"): Call(EVERYBODY),
        ("POST", "/accounts/{account_id}/projects"): Call(PAYERS, {"name": " "}),
        ("GET", "/projects/{project_id}"): Call(PAYERS | FOUNDERS),
        ("PATCH", "/projects/{project_id}"): Call(PAYERS, stale),
        ("PUT", "/projects/{project_id}/members/{member_id}"): Call(PAYERS),
        ("DELETE", "/projects/{project_id}/members/{member_id}"): Call(PAYERS),
        ("DELETE", "/accounts/{account_id}/invitations/{invitation_id}"): Call(PAYERS),
        ("GET", "/sites"): Call(EVERYBODY),
        ("POST", "/sites"): Call(ADMINS, {"name": " ", "town": "Firminy"}),
        ("GET", "/sites/{site_id}"): Call(EVERYBODY),
        ("PATCH", "/sites/{site_id}"): Call(FABMANAGERS, stale),
        ("GET", "/sites/{site_id}/hours"): Call(EVERYBODY, query=week),
        ("GET", "/sites/{site_id}/exceptions"): Call(EVERYBODY),
        ("POST", "/sites/{site_id}/exceptions"): Call(FABMANAGERS, closure),
        ("PUT", "/sites/{site_id}/photo"): Call(FABMANAGERS, data=junk),
        ("GET", "/sites/{site_id}/rooms"): Call(EVERYBODY),
        ("POST", "/sites/{site_id}/rooms"): Call(FABMANAGERS, {"name": " "}),
        ("PATCH", "/rooms/{room_id}"): Call(FABMANAGERS, {"name": " "}),
        ("GET", "/sites/{site_id}/timetables"): Call(EVERYBODY),
        ("POST", "/sites/{site_id}/timetables"): Call(FABMANAGERS, {"name": " "}),
        ("PATCH", "/timetables/{timetable_id}"): Call(FABMANAGERS, stale),
        ("POST", "/timetables/{timetable_id}/seasons"): Call(FABMANAGERS, season),
        ("PUT", "/timetables/{timetable_id}/seasons/{season_id}"): Call(FABMANAGERS, season),
        ("PUT", "/sites/{site_id}/categories/{category_id}/timetable"): Call(FABMANAGERS, {"timetable_id": None}),
        ("GET", "/categories"): Call(EVERYBODY),
        ("POST", "/categories"): Call(ADMINS, {"name": " "}),
        ("PATCH", "/categories/{category_id}"): Call(ADMINS, stale),
        ("POST", "/categories/{category_id}/fields"): Call(ADMINS, {**stale, "name": "x"}),
        ("PATCH", "/category-fields/{field_id}"): Call(ADMINS, stale),
        ("GET", "/resources"): Call(EVERYBODY),
        ("POST", "/resources"): Call(FABMANAGERS, card),
        ("GET", "/resources/{resource_id}"): Call(EVERYBODY),
        ("PATCH", "/resources/{resource_id}"): Call(FABMANAGERS, stale),
        ("GET", "/resources/{resource_id}/availability"): Call(EVERYBODY, query=week),
        ("PUT", "/resources/{resource_id}/state"): Call(FABMANAGERS, {"state": "available", "version": 1}),
        ("PUT", "/resources/{resource_id}/photo"): Call(FABMANAGERS, data=junk),
        ("GET", "/resources/{resource_id}/papers"): Call(EVERYBODY),
        ("POST", "/resources/{resource_id}/papers"): Call(FABMANAGERS, data=junk, query="?title=x"),
        ("GET", "/papers/{paper_id}"): Call(EVERYBODY),
        ("GET", "/resources/{resource_id}/links"): Call(EVERYBODY),
        ("POST", "/resources/{resource_id}/links"): Call(FABMANAGERS, {"other_id": ids["resource_id"]}),
        ("GET", "/resources/{resource_id}/maintenance-plans"): Call(FABMANAGERS),
        ("POST", "/resources/{resource_id}/maintenance-plans"): Call(FABMANAGERS, {"title": " "}),
        ("PATCH", "/maintenance-plans/{plan_id}"): Call(FABMANAGERS, stale),
        ("GET", "/resources/{resource_id}/maintenance-acts"): Call(FABMANAGERS),
        ("POST", "/resources/{resource_id}/maintenance-acts"): Call(FABMANAGERS, {}),
        ("GET", "/resources.csv"): Call(FABMANAGERS),
        **{("GET", f"/{kind}.csv"): Call(FABMANAGERS) for kind in TABLES},
        **{("POST", f"/{kind}.csv"): Call(FABMANAGERS, data=b"", query="?dry_run=true") for kind in TABLES},
        ("POST", "/resources.csv"): Call(FABMANAGERS, data=b"", query="?dry_run=true"),
        ("GET", "/problems"): Call(EVERYBODY),
        ("POST", "/problems"): Call(EVERYBODY, {"site_id": ids["site_id"], "text": " "}),
        ("GET", "/problems/{problem_id}"): Call(EVERYBODY),
        ("PATCH", "/problems/{problem_id}"): Call(FABMANAGERS, stale),
        ("GET", "/problems/{problem_id}/photo"): Call(EVERYBODY),
        ("PUT", "/problems/{problem_id}/photo"): Call(FABMANAGERS, data=junk),
        ("PUT", "/problems/{problem_id}/following"): Call(EVERYBODY),
        ("DELETE", "/problems/{problem_id}/following"): Call(EVERYBODY),
        ("GET", "/reservations"): Call(EVERYBODY, query=week),
        ("POST", "/reservations"): Call(EVERYBODY, wish),
        ("PUT", "/reservations/{reservation_id}/hand-over"): Call({"maker"}, {"to": "nobody@test.example"}),
        ("DELETE", "/reservations/{reservation_id}/hand-over"): Call({"maker"}),
        ("GET", "/hand-overs"): Call(EVERYBODY),
        ("POST", "/hand-overs/{hand_over_id}/acceptance"): Call({"treasurer"}, stale),
        ("POST", "/hand-overs/{hand_over_id}/refusal"): Call({"treasurer"}),
        ("GET", "/waits"): Call(EVERYBODY),
        ("GET", "/draw-entries"): Call(EVERYBODY),
        ("GET", "/missing-returns"): Call(EVERYBODY),
        ("POST", "/reservations/{reservation_id}/return"): Call(HOSTS | {"maker"}, {}),
        ("POST", "/draw-entries"): Call(EVERYBODY, wish),
        ("GET", "/sites/{site_id}/draws"): Call(EVERYBODY),
        ("POST", "/waits"): Call(
            EVERYBODY, {"from": "2010-01-01T10:00:00Z", "to": "2010-01-01T12:00:00Z", "minutes": 60}
        ),
        ("GET", "/sites/{site_id}/waits"): Call(HOSTS),
        ("GET", "/offers"): Call(EVERYBODY),
        ("POST", "/offers/{offer_id}/acceptance"): Call({"maker"}),
        ("POST", "/offers/{offer_id}/refusal"): Call({"maker"}),
        ("GET", "/reservations/{reservation_id}/outcome"): Call(FABMANAGERS),
        ("PUT", "/reservations/{reservation_id}/outcome"): Call(FABMANAGERS, {**stale, "came": True}),
        ("POST", "/reservations/check"): Call(EVERYBODY, wish),
        ("PATCH", "/reservations/{reservation_id}"): Call(OWNERS, stale),
        ("POST", "/reservations/series"): Call(EVERYBODY, weekly),
        ("GET", "/reservation-series/{series_id}"): Call(OWNERS),
        ("PATCH", "/reservation-series/{series_id}"): Call(OWNERS, {**stale, "scope": "all"}),
        ("POST", "/reservations/together"): Call(EVERYBODY, {**when, "resource_ids": [ids["resource_id"]]}),
        ("PATCH", "/reservations/together/{reservation_id}"): Call(OWNERS, {**stale, **when}),
        ("POST", "/reservations/{reservation_id}/extension"): Call(OWNERS, {"end": "2010-01-01T11:00:00Z"}),
        ("POST", "/reservations/{reservation_id}/end"): Call(OWNERS),
        ("GET", "/reservations/{reservation_id}/cancellation"): Call(OWNERS),
        ("POST", "/reservations/{reservation_id}/check-in"): Call(OWNERS | HOSTS),
        ("POST", "/reservations/{reservation_id}/review"): Call(FABMANAGERS, {**stale, "approved": True}),
        ("GET", "/reservations/{reservation_id}/fee"): Call(OWNERS),
        ("POST", "/reservations/{reservation_id}/fee/waiver"): Call(FABMANAGERS, {"reason": " "}),
        ("GET", "/reservation-requests"): Call(FABMANAGERS),
        ("GET", "/expected-reservations"): Call(HOSTS),
        ("POST", "/walk-ins"): Call(EVERYBODY, {"resource_id": ids["resource_id"], "minutes": 60}),
        ("GET", "/booking-rule-kinds"): Call(EVERYBODY),
        ("GET", "/booking-rules"): Call(EVERYBODY),
        ("POST", "/booking-rules"): Call(FABMANAGERS, {"kind": "length", "scope": {"site_id": ids["site_id"]}}),
        ("POST", "/booking-rules/trial"): Call(FABMANAGERS, {"kind": "length", "scope": {"site_id": ids["site_id"]}}),
        ("GET", "/booking-rules/{booking_rule_id}"): Call(EVERYBODY),
        ("GET", "/booking-rules.json"): Call(EVERYBODY, query=f"?site_id={ids['site_id']}"),
        ("POST", "/booking-rules.json"): Call(
            FABMANAGERS, {"booking_rules": 1, "rules": []}, query=f"?dry_run=true&site_id={ids['site_id']}"
        ),
        ("PUT", "/booking-rules/{booking_rule_id}"): Call(FABMANAGERS, {**stale, "scope": {"site_id": ids["site_id"]}}),
        ("GET", "/shifts"): Call(HOSTS, query=week),
        ("POST", "/shifts"): Call(FABMANAGERS, shift),
        ("GET", "/shifts/{shift_id}"): Call(HOSTS),
        ("PATCH", "/shifts/{shift_id}"): Call(FABMANAGERS, stale),
        ("GET", "/shifts/{shift_id}/notes"): Call(HOSTS),
        ("POST", "/shifts/{shift_id}/notes"): Call(HOSTS, {"text": " "}),
        ("POST", "/shifts/{shift_id}/duties"): Call(HOSTS, {}),
        ("PATCH", "/duties/{duty_id}"): Call(HOSTS, {"act": "confirm"}),
        ("GET", "/arrivals"): Call(HOSTS, query=f"?site_id={ids['site_id']}&present=true"),
        ("POST", "/arrivals"): Call(EVERYBODY, {"site_id": ids["site_id"]}),
        ("PATCH", "/arrivals/{arrival_id}"): Call(HOSTS, stale),
        ("GET", "/arrival-reasons"): Call(EVERYBODY),
        ("POST", "/arrival-reasons"): Call(ADMINS, {"name": " "}),
        ("PATCH", "/arrival-reasons/{entry_id}"): Call(ADMINS, stale),
        ("GET", "/public-kinds"): Call(EVERYBODY),
        ("POST", "/public-kinds"): Call(ADMINS, {"name": " "}),
        ("PATCH", "/public-kinds/{entry_id}"): Call(ADMINS, stale),
        ("GET", "/sites/{site_id}/terminals"): Call(FABMANAGERS),
        ("POST", "/sites/{site_id}/terminals"): Call(FABMANAGERS, {"name": " "}),
        ("GET", "/members/{member_id}/badges"): Call(HOSTS),
        ("POST", "/members/{member_id}/badges"): Call(HOSTS, {"code": "x"}),
        ("PUT", "/members/{member_id}/pin"): Call(HOSTS, {"pin": "0000"}),
        ("GET", "/access-levels"): Call(EVERYBODY),
        ("POST", "/access-levels"): Call(ADMINS, {"rank": 5, "name": " "}),
        ("PATCH", "/access-levels/{rank}"): Call(ADMINS, {"name": " "}),
        ("GET", "/members"): Call(HOSTS),
        ("POST", "/members"): Call(HOSTS, {"name": " ", "class_id": 1, "home_site_id": ids["site_id"]}),
        ("GET", "/members/{member_id}"): Call(HOSTS),
        ("PATCH", "/members/{member_id}"): Call(HOSTS, stale),
        ("PUT", "/members/{member_id}/approval"): Call(FABMANAGERS, {"approved": True}),
        ("GET", "/members/{member_id}/guardians"): Call(HOSTS),
        ("POST", "/members/{member_id}/guardians"): Call(HOSTS, {"guardian_id": ids["member_id"]}),
        ("GET", "/members/{member_id}/authorisations"): Call(HOSTS),
        ("POST", "/members/{member_id}/authorisations"): Call(HOSTS, signature),
        ("GET", "/charters"): Call(EVERYBODY),
        ("POST", "/charters"): Call(FABMANAGERS, charter),
        ("POST", "/charters/{charter_id}/acceptances"): Call(HOSTS, {"member_id": ids["member_id"]}),
        ("GET", "/members/{member_id}/accesses"): Call(FABMANAGERS),
        ("POST", "/members/{member_id}/accesses"): Call(
            FABMANAGERS, {"level": 3, "site_id": ids["site_id"], "ends_at": "2010-01-01T10:00:00Z"}
        ),
        ("GET", "/members/{member_id}/holds"): Call(HOSTS | {"treasurer"}),
        ("POST", "/members/{member_id}/holds"): Call(
            FABMANAGERS, {"kind": "other", "reason": " ", "site_id": ids["site_id"]}
        ),
        ("GET", "/members/{member_id}/strikes"): Call(HOSTS | {"treasurer"}),
        ("POST", "/members/{member_id}/strikes"): Call(FABMANAGERS, {"reason": " ", "site_id": ids["site_id"]}),
        ("GET", "/members/{member_id}/why"): Call(
            HOSTS, query=f"?resource_id={ids['resource_id']}&start=2010-01-01T10:00:00Z&end=2010-01-01T11:00:00Z"
        ),
        ("GET", "/appeals"): Call(EVERYBODY),
        ("POST", "/appeals"): Call(EVERYBODY, {"text": "x"}),
        ("PATCH", "/appeals/{appeal_id}"): Call(FABMANAGERS, {"granted": False, "answer": " "}),
        ("GET", "/conduct-policies"): Call(EVERYBODY),
        ("POST", "/conduct-policies"): Call(FABMANAGERS, {"site_id": ids["site_id"], **stale}),
        ("POST", "/reservations/{reservation_id}/no-show"): Call(FABMANAGERS),
        ("GET", "/membership-kinds"): Call(EVERYBODY),
        ("POST", "/membership-kinds"): Call(ADMINS, {"name": " ", "legal_entity_id": ids["entity_id"]}),
        ("PATCH", "/membership-kinds/{kind_id}"): Call(ADMINS, stale),
        ("GET", "/membership-kinds/{kind_id}/prices"): Call(EVERYBODY),
        ("POST", "/membership-kinds/{kind_id}/prices"): Call(
            TREASURERS, {"valid_from": "2020-01-01", "amount_cents": -1}
        ),
        ("GET", "/memberships"): Call(EVERYBODY),
        ("POST", "/memberships"): Call(HOSTS, {"kind_id": ids.get("kind_id", 1), "member_id": ids.get("member_id", 1)}),
        ("GET", "/memberships/{membership_id}"): Call(HOSTS),
        ("POST", "/memberships/{membership_id}/pauses"): Call(
            HOSTS, {"from_on": "2030-01-01", "to_on": "2029-01-01", "reason": " "}
        ),
        ("POST", "/memberships/{membership_id}/end"): Call(HOSTS, {**stale, "last_on": "2030-01-01", "reason": " "}),
        ("POST", "/memberships/{membership_id}/people"): Call(HOSTS, {"member_id": ids.get("member_id", 1)}),
        ("POST", "/memberships/{membership_id}/waiver"): Call(FABMANAGERS | TREASURERS, {"reason": " "}),
        ("POST", "/memberships/{membership_id}/renewal"): Call(HOSTS, {}),
        ("GET", "/member-classes"): Call(EVERYBODY),
        ("POST", "/member-classes"): Call(ADMINS, {"name": " "}),
        ("PATCH", "/member-classes/{class_id}"): Call(ADMINS, stale),
        ("GET", "/members/{member_id}/class"): Call(HOSTS),
        ("PUT", "/members/{member_id}/class"): Call(HOSTS, {"class_id": ids.get("class_id", 1), "reason": " "}),
        ("GET", "/members/{member_id}/proofs"): Call(HOSTS),
        ("POST", "/members/{member_id}/proofs"): Call(HOSTS, data=junk, query=f"?class_id={ids.get('class_id', 1)}"),
        ("GET", "/proofs"): Call(HOSTS),
        ("PATCH", "/proofs/{proof_id}"): Call(HOSTS, {**stale, "accepted": True}),
        ("GET", "/proofs/{proof_id}/file"): Call(HOSTS),
        ("GET", "/me/export"): Call(EVERYBODY),
        ("GET", "/audit"): Call(FABMANAGERS),
        ("GET", "/search"): Call(HOSTS, query="?q=a"),
        ("GET", "/retention-periods"): Call(ADMINS),
        ("PUT", "/retention-periods/{code}"): Call(ADMINS, {"months": 1}),
        ("POST", "/retention-periods/{code}/purge"): Call(ADMINS, {"shown": 0}),
        ("GET", "/statements/{kind}"): Call(EVERYBODY),
        ("PUT", "/statements/{kind}"): Call(ADMINS, {"text": " ", **stale}),
        ("GET", "/doubles"): Call(FABMANAGERS),
        ("GET", "/consents"): Call(EVERYBODY),
        ("POST", "/consents"): Call(ADMINS, {"title": " ", "text": " "}),
        ("GET", "/members/{member_id}/consents"): Call(HOSTS),
        ("POST", "/members/{member_id}/consents"): Call(HOSTS, reply),
        ("POST", "/members/{member_id}/merge"): Call(FABMANAGERS, merge),
        ("DELETE", "/members/{member_id}/erasure"): Call(ADMINS),
        ("GET", "/members/{member_id}/facts"): Call(GUARDIANS),
        ("POST", "/members/{member_id}/facts"): Call(GUARDIANS, {"kind_id": 1, "value": "1850"}),
        ("GET", "/members/{member_id}/path"): Call(GUARDIANS),
        ("POST", "/members/{member_id}/path"): Call(
            FABMANAGERS, {"stage": "received", "day": "1999-01-01", "site_id": ids["site_id"]}
        ),
        ("GET", "/fact-kinds"): Call(EVERYBODY),
        ("POST", "/fact-kinds"): Call(ADMINS, {"name": " ", "purpose": " ", "field": "text"}),
        ("PATCH", "/fact-kinds/{kind_id}"): Call(ADMINS, stale),
        ("GET", "/funders"): Call(FABMANAGERS),
        ("POST", "/funders"): Call(ADMINS, {"name": " "}),
        ("PATCH", "/funders/{funder_id}"): Call(ADMINS, stale),
        ("GET", "/impact"): Call(FABMANAGERS, query=f"?from=2030-01-01&to=2030-01-31&site_id={ids['site_id']}"),
        ("GET", "/legal-entities"): Call(ADMINS),
        ("POST", "/legal-entities"): Call(ADMINS, {"name": " ", "address": " "}),
        ("PATCH", "/legal-entities/{entity_id}"): Call(ADMINS, stale),
        ("GET", "/legal-entities/{entity_id}/vat-regimes"): Call(ADMINS),
        ("POST", "/legal-entities/{entity_id}/vat-regimes"): Call(ADMINS, {"valid_from": "1900-01-01", "rate_bp": 1}),
        ("GET", "/issuer-rules"): Call(ADMINS),
        ("POST", "/issuer-rules"): Call(ADMINS, {"legal_entity_id": ids["entity_id"]}),
        ("DELETE", "/issuer-rules/{rule_id}"): Call(ADMINS),
        ("DELETE", "/access-levels/{rank}"): Call(ADMINS),
        ("DELETE", "/category-fields/{field_id}"): Call(ADMINS, query="?version=999"),
        ("DELETE", "/categories/{category_id}"): Call(ADMINS),
        ("DELETE", "/members/{member_id}/accesses/{access_id}"): Call(FABMANAGERS),
        ("DELETE", "/members/{member_id}/facts/{kind_id}"): Call(GUARDIANS),
        ("DELETE", "/members/{member_id}/path/{step_id}"): Call(FABMANAGERS),
        ("DELETE", "/members/{member_id}/guardians/{guardianship_id}"): Call(HOSTS),
        ("DELETE", "/members/{member_id}/badges/{badge_id}"): Call(HOSTS),
        ("DELETE", "/arrivals/{arrival_id}"): Call(HOSTS),
        ("DELETE", "/terminals/{terminal_id}"): Call(FABMANAGERS),
        ("DELETE", "/members/{member_id}/holds/{hold_id}"): Call(FABMANAGERS),
        ("DELETE", "/members/{member_id}/strikes/{strike_id}"): Call(FABMANAGERS),
        ("DELETE", "/reservations/{reservation_id}/no-show"): Call(FABMANAGERS),
        ("DELETE", "/memberships/{membership_id}/people/{person_id}"): Call(HOSTS),
        ("DELETE", "/memberships/{membership_id}/pauses/{pause_id}"): Call(HOSTS),
        ("DELETE", "/calendar-feeds/{feed_id}"): Call({"maker"}),
        ("DELETE", "/me/sign-ins/{sign_in_id}"): Call({"maker"}),
        ("DELETE", "/me/identities/{identity_id}"): Call({"maker"}),
        ("DELETE", "/papers/{paper_id}"): Call(FABMANAGERS),
        ("DELETE", "/links/{link_id}"): Call(FABMANAGERS),
        ("DELETE", "/maintenance-plans/{plan_id}"): Call(FABMANAGERS),
        ("DELETE", "/booking-rules/{booking_rule_id}"): Call(FABMANAGERS),
        ("DELETE", "/reservation-series/{series_id}"): Call(OWNERS, query="?scope=all"),
        ("DELETE", "/reservations/together/{reservation_id}"): Call(OWNERS),
        ("DELETE", "/reservations/{reservation_id}"): Call(OWNERS),
        ("DELETE", "/waits/{wait_id}"): Call(OWNERS),
        ("DELETE", "/draw-entries/{entry_id}"): Call({"maker"}),
        ("DELETE", "/shifts/{shift_id}"): Call(FABMANAGERS),
        ("DELETE", "/timetables/{timetable_id}/seasons/{season_id}"): Call(FABMANAGERS, query="?version=999"),
        ("DELETE", "/timetables/{timetable_id}"): Call(FABMANAGERS),
        ("DELETE", "/rooms/{room_id}"): Call(FABMANAGERS),
        ("DELETE", "/resources/{resource_id}/photo"): Call(FABMANAGERS),
        ("DELETE", "/sites/{site_id}/photo"): Call(FABMANAGERS),
        ("DELETE", "/sites/{site_id}/exceptions/{exception_id}"): Call(FABMANAGERS),
        ("DELETE", "/accounts/{account_id}/members/{member_id}"): Call(PAYERS),
        ("POST", "/members/{member_id}/erasure"): Call(ADMINS, {"later": False}),
    }


def test_every_route_is_in_the_table(lab: Lab) -> None:
    documented = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in lab.client().get("/api/v1/openapi.json").json["paths"].items()
        for method in methods
    }

    assert documented == set(calls(dict.fromkeys(MENTIONED, 1)))


@pytest.mark.parametrize("role", ["visitor", *sorted(EVERYBODY)])
def test_routes_are_open_to_those_with_the_role_only(lab: Lab, role: str) -> None:
    ids = {**things_at(lab, lab.cast.workshop), "invoice_id": _invoice(lab)}
    names = {**ids, **NAMES}
    client, headers = lab.client(), {} if role == "visitor" else lab.token(getattr(lab.cast, role))
    for (method, path), call in calls(ids).items():
        answer = _called(client, headers, method, path.format(**names), call)
        seen = (method, path, role, answer.status_code, answer.data[:300])
        if role == "visitor":
            assert answer.status_code == 401, seen
        elif role in call.allowed:
            assert answer.status_code < 500, seen
            assert answer.status_code not in (400, 401, 403, 404, 405), seen
            # What the schema refuses never reached the service that asks for the role.
            assert not (answer.is_json and "errors" in answer.json), seen
        else:
            assert _is_refused(answer), seen


def test_staff_of_one_site_are_members_at_another(lab: Lab) -> None:
    ids = {**things_at(lab, lab.cast.office), "invoice_id": 1}
    client, headers = lab.client(), lab.token(lab.cast.fabmanager)
    for (method, path), call in calls(ids).items():
        if "fabmanager" in call.allowed and call.allowed != EVERYBODY and (method, path) not in NOT_OF_A_SITE:
            answer = _called(client, headers, method, path.format(**ids), call)
            assert _is_refused(answer), (method, path, answer.data[:300])


def _called(client: FlaskClient, headers: dict[str, str], method: str, path: str, call: Call) -> TestResponse:
    more: dict[str, object] = {}
    if call.json is not None:
        more["json"] = call.json
    elif call.data is not None:
        more["data"] = call.data
    return client.open(f"/api/v1{path}{call.query}", method=method, headers=headers, **more)


def _is_refused(answer: TestResponse) -> bool:
    """Whoever may not take shifts is told to ask for the role; everybody else who may not do something, only that."""
    codes = [item["code"] for item in answer.json.get("refusals", [])] if answer.status_code == 422 else []
    return answer.status_code in (403, 404) or "not_host" in codes


def _invoice(lab: Lab) -> int:
    used(lab, lab.cast.maker)
    form = {"entity": lab.cast.entity, "month": datetime.now(UTC).strftime("%Y-%m"), "unfinished": "yes"}
    assert lab.signed_in(lab.cast.treasurer).post("/billing/issue", data=form).status_code == 302
    lab.session.rollback()
    return lab.session.query(Invoice).filter(Invoice.account.has(owner_id=lab.cast.maker)).one().id
