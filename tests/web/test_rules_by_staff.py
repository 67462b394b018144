"""Staff compose rules on screens: chosen by kind, typed as people type, tried before they hold, nothing lost."""

from datetime import UTC, datetime, timedelta

import pytest

from fablab.booking.models import BookingRule, Reservation
from fablab.booking.policy import rows
from fablab.booking.rules import catalogue
from fablab.booking.rules.case import Names
from fablab.members import queries as members
from fablab.web.policy import fields, lengths
from fablab.web.policy import words as called
from tests.booking.rules_of_a_lab import book, rule
from tests.conftest import Lab, hours_from
from tests.web.conftest import words

HARD = "<b>Soir</b> 🌙"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("90", 90), ("1 h 30", 90), ("1h30", 90), ("2 jours", 2880), ("45 min", 45), ("", None), ("soon", None)],
)
def test_durations_are_typed_as_people_type_them(text: str, minutes: int | None) -> None:
    assert lengths.minutes_of(text) == minutes


@pytest.mark.parametrize("minutes", [1, 45, 60, 90, 1440, 4320])
def test_a_duration_that_is_shown_can_be_typed_again(minutes: int) -> None:
    assert lengths.minutes_of(lengths.shown(minutes)) == minutes


def test_every_kind_and_every_parameter_has_a_name() -> None:
    for code in catalogue.KINDS:
        assert all(called.kind(code)), code
        for item in fields.fields_of(code, None, {}, Names()):
            assert item.label != item.name, (code, item.name)
            assert all(part.label for row in item.rows for part in row)
    assert {code for _title, codes in called.families() for code in codes} == set(catalogue.KINDS)


def test_a_rule_is_tried_then_holds_and_is_read_as_a_sentence(lab: Lab, tomorrow: datetime) -> None:
    cast, client = lab.cast, lab.signed_in(lab.cast.fabmanager)
    made = book(lab, cast.maker, hours_from(tomorrow, 3), now=datetime.now(UTC))
    form = {
        "kind": "length",
        "most": "1 h 30",
        "note": HARD,
        "site_id": str(cast.workshop),
        "class_id": str(cast.adults),
        "overridable": "yes",
    }

    tried = client.post("/booking-rules/new", data={**form, "act": "try", "who": "Maker", "on": cast.printer})
    assert "1 reservation to come would have been refused" in words(tried)
    assert "With these rules Maker could reserve" in words(tried)
    assert lab.session.query(BookingRule).count() == 0
    lab.session.rollback()
    assert 'value="1 h 30"' in tried.text
    assert client.post("/booking-rules/new", data={**form, "act": "save"}).status_code == 302
    page = client.get("/booking-rules")
    assert "Adulte: A reservation lasts at most 1 h 30. &lt;b&gt;Soir" in page.text
    assert lab.session.get(Reservation, made).state == "booked"
    (row,) = rows.standing(lab.session, [cast.workshop])
    assert (row.params, row.class_id, row.overridable) == ({"most": 90}, cast.adults, True)
    lab.session.rollback()
    edited = client.get(f"/booking-rules/{row.id}").text
    assert 'value="1 h 30"' in edited
    changed = {**form, "most": "2 h", "version": "1", "act": "save"}
    assert client.post(f"/booking-rules/{row.id}", data=changed).status_code == 302
    assert client.post(f"/booking-rules/{row.id}", data=changed).status_code == 409
    assert client.post(f"/booking-rules/{row.id}/end").status_code == 302
    assert "No rule of your own yet" in words(client.get("/booking-rules"))


def test_nothing_that_was_typed_is_lost_and_every_fault_is_told(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.admin)
    form = {
        "kind": "quota",
        "most": "many",
        "note": HARD,
        "window-0-days": ["1", "3"],
        "window-0-from": "25:00",
        "season_from": "31/02",
        "act": "save",
    }

    refused = client.post("/booking-rules/new", data=form)
    assert (refused.status_code, "many” cannot be read" in words(refused)) == (422, True)
    assert all(kept in refused.text for kept in ('value="many"', 'value="25:00"', 'value="31/02"', "&lt;b&gt;Soir"))
    times = client.post("/booking-rules/new", data={**form, "most": "2"})
    assert "is not a time of day" in words(times)
    assert "is not a day of the year" in words(times)
    gone = {**form, "most": "2", "window-0-from": "18:00", "season_from": "", "resource_id": "99999"}
    assert client.post("/booking-rules/new", data=gone).status_code == 422
    assert client.post("/booking-rules/new", data={**gone, "kind": "magic"}).status_code == 404
    assert client.get("/booking-rules/new?kind=magic").status_code == 200, "the kinds to choose from"


def test_a_fabmanager_writes_for_their_site_and_an_administrator_for_the_network(lab: Lab) -> None:
    cast, client = lab.cast, lab.signed_in(lab.cast.fabmanager)
    network = rule(lab, "ahead", {"days": 30}, scope=rows.Scope())
    form = {"kind": "ahead", "days": "7", "act": "save", "version": "1"}

    assert client.post("/booking-rules/new", data=form).status_code == 403
    assert client.post("/booking-rules/new", data={**form, "site_id": cast.office}).status_code == 403
    assert client.post(f"/booking-rules/{network}", data={**form, "site_id": cast.workshop}).status_code == 403
    assert f"/booking-rules/{network}" not in client.get("/booking-rules").text
    assert f"/booking-rules/{network}" in lab.signed_in(cast.admin).get("/booking-rules").text
    assert client.post("/booking-rules/new", data={**form, "site_id": cast.workshop}).status_code == 302
    email = members.member(lab.session, cast.maker).email
    lab.session.rollback()
    sheet = lab.signed_in(cast.maker).get(
        "/m/prusa-n1/book", query_string={"start": (datetime.now(UTC) + timedelta(days=9)).isoformat()}
    )
    assert email
    assert "It is reserved at most 7 days ahead." in words(sheet)
    assert "It is reserved at most 7 days ahead." in words(client.get("/m/prusa-n1"))


def test_blocks_and_releases_are_rows_of_a_form(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.admin)
    form = {
        "kind": "blocks",
        "blocks-0-from_weekday": "0",
        "blocks-0-from_minute": "",
        "blocks-0-to_weekday": "3",
        "blocks-0-to_minute": "24:00",
        "blocks-1-from_weekday": "",
        "blocks-2-from_weekday": "4",
        "blocks-2-from_minute": "08:00",
        "blocks-2-to_weekday": "6",
        "window-0-days": ["0", "4"],
        "window-0-from": "18:00",
        "window-0-to": "06:00",
        "outside": "yes",
        "act": "save",
    }

    assert client.post("/booking-rules/new", data=form).status_code == 302
    (row,) = rows.standing(lab.session, [])
    assert row.params["blocks"] == [
        {"from_weekday": 0, "to_weekday": 3},
        {"from_weekday": 4, "from_minute": 480, "to_weekday": 6},
    ]
    assert (row.windows, row.outside) == ([[[0, 4], 1080, 360]], True)
    lab.session.rollback()
    shown = client.get(f"/booking-rules/{row.id}").text
    assert 'value="18:00"' in shown
    assert 'name="blocks-1-from_minute" value="08:00"' in shown
