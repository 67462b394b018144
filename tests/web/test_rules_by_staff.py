"""Staff compose rules on screens: chosen by kind, tried before they hold, nothing lost."""

import json
from dataclasses import fields as dataclass_fields
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

from fablab.booking.models import BookingRule, Reservation
from fablab.booking.policy import carrying, rows
from fablab.booking.rules import catalogue
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import Times, Window
from fablab.core.actor import Role
from fablab.core.db import transaction
from tests.booking.rules_of_a_lab import book, rule
from tests.conftest import Lab, hours_from
from tests.members.lab_of_memberships import add_kind
from tests.web.conftest import words

HARD = "<b>Soir</b> 🌙"
DRAFT = {"act": "try", "overridable": "yes"}
SAVE = {"act": "save", "overridable": "yes"}


def typed(lab: Lab, kind: str, site: object = None, **more: object) -> dict[str, object]:
    return {"kind": kind, "site": str(site or lab.cast.workshop), **more}


def test_a_rule_is_tried_then_holds_and_is_read_as_a_sentence(lab: Lab, tomorrow: datetime) -> None:
    cast, client = lab.cast, lab.signed_in(lab.cast.fabmanager)
    made = book(lab, cast.maker, hours_from(tomorrow, 3), now=datetime.now(UTC))
    form = typed(lab, "length", **{"p-most": "1 h 30", "note": HARD, "s-class_id": str(cast.adults)})
    wish = {"t-who": "Maker", "t-on": str(cast.printer), "t-day": (tomorrow + timedelta(days=2)).date().isoformat()}
    wish |= {"t-at": "10:00", "t-long": "2 h"}

    tried = client.post("/booking-rules/new", data={**form, **DRAFT, **wish})
    said = words(tried)
    assert tried.status_code == 200
    assert "1 reservation to come would have been refused" in said
    assert "Maker could not have Prusa n°1 on" in said
    assert "Make it shorter" in said
    assert "The nearest other times that would be granted" in said
    assert "Nothing is saved yet." in said
    assert 'value="1 h 30"' in tried.text
    assert lab.session.query(BookingRule).count() == 0
    lab.session.rollback()
    granted = client.post("/booking-rules/new", data={**form, **DRAFT, **wish, "t-long": "1 h"})
    assert "Maker could have Prusa n°1 on" in words(granted)
    assert client.post("/booking-rules/new", data={**form, **SAVE}).status_code == 302
    page = client.get("/booking-rules")
    assert "A reservation lasts at most 1 h 30." in words(page)
    assert "&lt;b&gt;Soir" in page.text
    assert lab.session.get(Reservation, made).state == "booked"
    (row,) = rows.standing(lab.session, [cast.workshop])
    assert (row.params, row.class_id, row.overridable) == ({"most": 90}, cast.adults, True)
    lab.session.rollback()
    changed = {**form, **SAVE, "p-most": "3 h", "version": "1"}
    draft = client.post(f"/booking-rules/{row.id}", data={**changed, **DRAFT, **wish})
    assert "Maker could have Prusa n°1" in words(draft), "the draft stands in its place"
    assert client.post(f"/booking-rules/{row.id}", data=changed).status_code == 302
    stale = client.post(f"/booking-rules/{row.id}", data={**changed, "p-most": "5 h"})
    assert (stale.status_code, 'value="5 h"' in stale.text) == (409, True)
    assert "at most 3 h" in words(stale)
    shown = client.get("/booking-rules/try", query_string={**wish, "site": cast.workshop, "t-long": "4 h"})
    assert "A reservation lasts at most 3 h here." in words(shown)
    assert client.post(f"/booking-rules/{row.id}/end").status_code == 302
    ended = words(client.get("/booking-rules"))
    assert ended.index("Ended lately") < ended.index("A reservation lasts at most 3 h")
    for _ in range(2):
        assert client.post(f"/booking-rules/{row.id}/renew").status_code == 302
    assert [item.id for item in rows.standing(lab.session, [cast.workshop])] == [row.id]


def test_nothing_that_was_typed_is_lost_and_every_fault_is_told_where_it_is(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.admin)
    form = typed(lab, "quota", **{"p-most": "many", "p-unit": "bookings", "p-per": "week", "p-each": "together"})
    form |= {"p-holder": "member", "p-first_weekday": "0", "p-rolling_days": "7", "note": HARD, "s-job": HARD}
    form |= {"s-windows-lines": "1", "s-windows-0-weekdays": ["1", "3"], "s-windows-0-from_minute": "25:00"}
    form |= {"s-season_from_day": "31", "s-season_from_month": "2", "s-first_on": "2031-02-31", "s-age_from": "400"}

    refused = client.post("/booking-rules/new", data={**form, **SAVE, "p-late_minutes": "2"})
    assert refused.status_code == 422
    for fault in ("p-most", "p-late_minutes", "s-windows-0-from_minute", "s-season_from_day", "s-first_on"):
        assert f'id="{fault}-error"' in refused.text, fault
    assert 'id="s-age_from-error"' in refused.text
    for kept in ("many", "25:00", "31", "2031-02-31", "400"):
        assert f'value="{kept}"' in refused.text, kept
    assert refused.text.count("&lt;b&gt;Soir") == 2
    assert refused.text.count("checked") == 3, "two weekdays and exceptions, nothing that was unticked"
    fine = {**form, "p-most": "2", "s-windows-0-from_minute": "18:00", "s-first_on": "", "s-age_from": ""}
    fine |= {"s-season_from_day": "", "s-season_from_month": ""}
    gone = client.post("/booking-rules/new", data={**fine, **SAVE, "s-resource_id": "99999"})
    assert gone.status_code == 422
    long = client.post("/booking-rules/new", data={**fine, **SAVE, "note": "x" * 301})
    assert (long.status_code, "x" * 301 in long.text) == (422, True)
    nobody = client.post("/booking-rules/new", data={**fine, **DRAFT, "t-who": "Nobody Here", "t-long": "9"})
    assert nobody.status_code == 422
    assert 'id="t-long-error"' in nobody.text
    assert client.post("/booking-rules/new", data={**fine, **SAVE, "kind": "magic"}).status_code == 404
    assert client.post("/booking-rules/new", data={**fine, **SAVE, "site": "99"}).status_code == 404
    assert client.post("/booking-rules/new", data={**fine, **SAVE, "site": "x"}).status_code == 400
    assert client.get("/booking-rules/new?kind=magic").status_code == 200, "the kinds to choose from"
    assert client.get("/booking-rules/sets/magic").status_code == 404
    assert client.post("/booking-rules/new", data={"kind": "blocks", **SAVE}).status_code == 422
    assert lab.session.query(BookingRule).count() == 0


def test_a_fabmanager_writes_for_their_site_and_an_administrator_for_the_network(lab: Lab) -> None:
    cast, client, admin = lab.cast, lab.signed_in(lab.cast.fabmanager), lab.signed_in(lab.cast.admin)
    form = {**typed(lab, "ahead", **{"p-days": "30"}), **SAVE}

    assert admin.post("/booking-rules/new", data={**form, "site": "network"}).status_code == 302
    (network,) = rows.standing(lab.session, [])
    lab.session.rollback()
    for site in ("network", str(cast.office)):
        assert client.post("/booking-rules/new", data={**form, "site": site}).status_code == 403
    for act in ("", "/end", "/renew"):
        assert client.post(f"/booking-rules/{network.id}{act}", data={**form, "version": "1"}).status_code == 403
    assert client.get(f"/booking-rules/{network.id}").status_code == 403
    page = client.get("/booking-rules")
    assert "the whole network" in words(page)
    assert f"/booking-rules/{network.id}" not in page.text
    assert f"/booking-rules/{network.id}" in admin.get("/booking-rules").text
    assert client.post("/booking-rules/new", data={**form, "p-days": "7"}).status_code == 302
    said = words(client.get("/m/prusa-n1"))
    assert said.index("at most 30 days ahead") < said.index("at most 7 days ahead")


def test_lines_are_added_and_dropped_without_javascript(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.admin)
    form = typed(lab, "blocks", **{"p-blocks-lines": "1"})
    names = ("from_weekday", "from_minute", "to_weekday", "to_minute")
    form |= dict(zip((f"p-blocks-0-{name}" for name in names), ("0", "00:00", "3", "24:00"), strict=True))

    more = client.post("/booking-rules/new", data={**form, "more": "p-blocks"})
    assert (more.status_code, 'name="p-blocks-1-from_weekday"' in more.text) == (200, True)
    assert 'name="p-blocks-0-to_minute" value="24:00"' in more.text
    second = dict(zip((f"p-blocks-1-{name}" for name in names), ("4", "8h", "6", "24:00"), strict=True))
    form |= {**second, "p-blocks-lines": "2", "s-windows-lines": "1", "s-windows-0-weekdays": ["0", "4"]}
    form |= {"s-windows-0-from_minute": "18:00", "s-windows-0-to_minute": "6:00", "s-outside": "yes"}
    dropped = client.post("/booking-rules/new", data={**form, "drop": "p-blocks-0"})
    assert 'name="p-blocks-0-from_minute" value="8h"' in dropped.text
    assert 'name="p-blocks-1' not in dropped.text
    windows = client.post("/booking-rules/new", data={**form, "more": "s-windows"})
    assert 'name="s-windows-1-from_minute"' in windows.text
    assert client.post("/booking-rules/new", data={**form, **SAVE}).status_code == 302
    (row,) = rows.standing(lab.session, [lab.cast.workshop])
    assert row.params["blocks"] == [
        {"from_weekday": 0, "to_weekday": 3},
        {"from_weekday": 4, "from_minute": 480, "to_weekday": 6},
    ]
    assert (row.windows, row.outside) == ([[[0, 4], 1080, 360]], True)
    lab.session.rollback()
    shown = client.get(f"/booking-rules/{row.id}").text
    assert 'value="18:00"' in shown
    assert 'name="p-blocks-1-from_minute" value="08:00"' in shown
    lines = client.post("/booking-rules/new", data={**typed(lab, "jobs"), "p-jobs": ["Bois"], "more": "p-jobs"})
    assert lines.text.count('name="p-jobs"') == 4


def test_what_a_rule_says_is_what_its_form_says_again(lab: Lab) -> None:
    """Whatever a rule says, opening its form and saving it changes nothing; nor does carrying it out and in again."""
    cast, client = lab.cast, lab.signed_in(lab.cast.fabmanager)
    times = Times(
        windows=(Window(weekdays=(0, 4), from_minute=1080, to_minute=360), Window(from_minute=60)),
        outside=True,
        season_from=(9, 1),
        season_to=(2, 29),
        last_on=date(2090, 1, 2),
    )
    kind = add_kind(lab)
    whom = {
        "class_id": cast.adults,
        "membership_kind_id": kind,
        "course_id": cast.printing,
        "lacks_course": True,
        "age_from": 9,
        "job": HARD,
    }
    scope = Scope(resource_id=cast.printer, **whom, role=Role.HOST, guests_from=2, times=times)
    for code in catalogue.KINDS:
        made = rule(lab, code, FULL.get(code, {}), scope, note=HARD, overridable=False, instead=True)
        before = rows.ruling_of(rows.row(lab.session, made))
        lab.session.rollback()

        answer = client.post(f"/booking-rules/{made}", data=_form_of(client.get(f"/booking-rules/{made}").text))

        assert answer.status_code == 302, (code, words(answer))
        assert rows.ruling_of(rows.row(lab.session, made)) == before
        lab.session.rollback()
    assert {item.name for item in dataclass_fields(Scope)} == {*whom, *SCOPE}, "a scope says more than this test"
    policy = json.loads(json.dumps(carrying.taken_out(lab.session, cast.workshop)))
    lab.session.rollback()
    with transaction() as session:
        actor, now = lab.actor(cast.fabmanager), datetime.now(UTC)
        brought = carrying.brought_in(session, actor, cast.workshop, policy, now, replaces=True)
    assert (brought.added, brought.unchanged, brought.ended) == ([], len(catalogue.KINDS), [])
    assert brought.troubles == []


SCOPE = ("site_id", "category_id", "room_id", "resource_id", "role", "age_under", "guests_from", "times")
FULL: dict[str, dict[str, object]] = {
    "length": {"least": 20, "most": 4320, "step": 5, "open_hours": True},
    "lengths": {"minutes": [60, 90]},
    "blocks": {"blocks": [{"from_weekday": 4, "from_minute": 5, "to_weekday": 6}]},
    "buffer": {"before": 15, "is_inside": True},
    "ahead": {"days": 0, "opens_at": 1080, "minutes": 0},
    "lead": {"days": 1, "walk_ins": True, "open_days": True, "until": 720},
    "waves": {"releases": [{"weekday": 0, "at_minute": 600, "first_weekday": 2, "last_weekday": 4}]},
    "months": {"day": 15, "months_before": 2, "at_minute": 600},
    "starts": {"at": [540, 1439], "every": 30},
    "between": {"weekdays": [0, 6], "from_minute": 1080, "to_minute": 360},
    "ends_before_closing": {"minutes": 30},
    "over_closing": {"ends_open": False},
    "quota": {"most": 270, "unit": "minutes", "per": "rolling", "rolling_days": 9, "late_minutes": 0},
    "capacity": {"most": 0},
    "gap": {"minutes": 2880, "each": "category"},
    "at_once": {"most": 2},
    "pace": {"most": 2, "minutes": 15},
    "draw": {"days": 4, "at_minute": 1080, "most": 5, "wins": 2},
    "priority": {"rank": 9, "notice_minutes": 0},
    "certificate": {"course_ids": [2, 1], "any_of": True},
    "only_classes": {"class_ids": [2]},
    "not_for": {"reason": HARD},
    "companion": {"from_age": 18, "course_ids": [1]},
    "staff_books": {"how": HARD},
    "guests": {"most": 0},
    "exempt": {"codes": ["length", "quota"]},
    "jobs": {"jobs": ["Contreplaqué", HARD]},
    "check_in": {"before_minutes": 0, "grace_minutes": 45, "is_missed": False},
    "cancellation": {"minutes": 1440, "strikes": True, "fee_cents": 1234_56, "price_percent": 50, "strikes_before": 2},
    "extension": {"step_minutes": 20, "most": 0, "last_minutes": 10, "beyond_rules": False},
    "moves": {"most": 0},
    "late_return": {"grace_minutes": 15, "fee_cents": 500, "hourly_cents": 25},
    "hand_over": {"is_allowed": False},
    "review": {"hours": 24},
    "waiting": {"minutes": 45, "opens": 540, "closes": 1200, "most": 0},
}


def _form_of(page: str) -> dict[str, object]:
    """What a browser would send of the form, with its button to save."""
    found: dict[str, list[str]] = {}

    class Reader(HTMLParser):
        """Collects what is filled in."""

        select = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            said = dict(attrs)
            name = said.get("name") or ""
            if tag == "input" and (said.get("type") != "checkbox" or "checked" in said):
                found.setdefault(name, []).append(said.get("value") or "")
            elif tag == "select":
                self.select = name
            elif tag == "option" and "selected" in said:
                found[self.select] = [said.get("value") or ""]

    Reader().feed(page[page.index('<form class="form" method="post" action="/booking-rules') :])
    return {**found, "act": "save", "t-who": ""}
