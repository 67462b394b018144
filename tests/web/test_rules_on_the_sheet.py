"""The lab's own rules where people meet them: on the sheet, on a reservation, when they move it or go on."""

from datetime import UTC, datetime, timedelta

from fablab.booking import moving, queries
from fablab.booking.models import Reservation
from fablab.booking.rules.scope import Scope
from fablab.core.db import transaction
from fablab.members import queries as members
from fablab.web.ground.filters import utc
from tests.booking.rules_of_a_lab import book, rule
from tests.conftest import Lab, hours_from
from tests.web.conftest import words

SHEET = "/m/prusa-n1/book"
HARD = "<b>Découpe</b> 🔥"


def test_the_sheet_says_the_rules_asks_what_they_ask_and_what_would_work(lab: Lab, tomorrow: datetime) -> None:
    cast, client = lab.cast, lab.signed_in(lab.cast.maker)
    rule(lab, "length", {"most": 60}, note=HARD)
    rule(lab, "jobs", {"jobs": ["PLA", HARD]})
    rule(lab, "companion", {})
    rule(lab, "guests", {"most": 1})
    form = {"start": utc(tomorrow), "minutes": "120", "guests": "2", "companion": "nobody@example.org"}

    sheet = client.get(SHEET, query_string=form)
    assert "A reservation lasts at most 1 h." in words(sheet)
    assert "&lt;b&gt;Découpe" in sheet.text
    assert "<b>Découpe" not in sheet.text
    assert all(f'name="{name}"' in sheet.text for name in ("job", "guests", "companion"))
    assert 'name="override_reason"' not in sheet.text
    refused = client.post(SHEET, data=form)
    told = words(refused)
    assert refused.status_code == 422
    for said in ("Make it shorter", "Choose one of these", "Name somebody else", "Bring fewer, or ask staff."):
        assert said in told
    assert 'value="nobody@example.org"' in refused.text
    assert 'name="guests" type="number" min="0" max="1000" inputmode="numeric" value="2"' in refused.text
    email = members.member(lab.session, cast.student).email
    lab.session.rollback()
    fine = {**form, "minutes": "60", "guests": "1", "companion": email, "job": HARD}
    assert client.post(SHEET, data=fine).status_code == 302
    made = lab.session.query(Reservation).one()
    assert (made.job, made.guests, made.companion_id) == (HARD, 1, cast.student)
    shown = client.get(f"/reservations/{made.id}").text
    assert "&lt;b&gt;Découpe" in shown
    lab.session.rollback()
    taken = lab.signed_in(cast.student).post(SHEET, data={**fine, "companion": str(cast.maker)})
    assert taken.status_code == 409
    assert "Prusa n°2" in words(taken), "the same time on the other machine"
    assert client.get(SHEET, query_string={**form, "guests": "many"}).status_code == 400


def test_staff_reserve_against_rules_by_saying_why(lab: Lab, tomorrow: datetime) -> None:
    client, email = lab.signed_in(lab.cast.fabmanager), members.member(lab.session, lab.cast.maker).email
    rule(lab, "length", {"most": 60})
    form = {"start": utc(tomorrow), "minutes": "120", "for_whom": email}

    refused = client.post(SHEET, data=form)
    assert (refused.status_code, 'name="override_reason"' in refused.text) == (422, True)
    assert client.post(SHEET, data={**form, "override_reason": HARD}).status_code == 302
    made = lab.session.query(Reservation).one()
    assert (made.override_codes, made.override_reason) == ("length_most", HARD)
    lab.session.rollback()
    assert "Reserved against rules" in words(client.get(f"/reservations/{made.id}"))
    assert "Reserved against rules" not in words(lab.signed_in(lab.cast.maker).get(f"/reservations/{made.id}"))


def test_a_reservation_is_moved_by_a_form_that_keeps_what_was_typed(lab: Lab, tomorrow: datetime) -> None:
    cast, client, now = lab.cast, lab.signed_in(lab.cast.maker), datetime.now(UTC)
    made = book(lab, cast.maker, hours_from(tomorrow, 1), now=now)
    book(lab, cast.student, hours_from(tomorrow + timedelta(hours=2), 1), now=now)
    path = f"/reservations/{made}/move"
    local = tomorrow.astimezone(queries.reservation(lab.session, made).resource.site.zone) + timedelta(hours=2)
    lab.session.rollback()
    form = {"resource": cast.printer, "day": local.date().isoformat(), "start": f"{local:%H:%M}", "minutes": "60"}

    taken = client.post(path, data={**form, "version": "1"})
    assert (taken.status_code, f'value="{local:%H:%M}"' in taken.text) == (409, True)
    assert "This would work" in words(taken)
    assert client.post(path, data={**form, "start": "25:99", "version": "1"}).status_code == 422
    assert client.post(path, data={**form, "resource": "99999", "version": "1"}).status_code == 404
    assert client.post(path, data={**form, "resource": cast.other_printer, "version": "9"}).status_code == 409
    assert client.post(path, data={**form, "resource": cast.other_printer, "version": "1"}).status_code == 302
    row = queries.reservation(lab.session, made)
    assert (row.resource_id, row.starts_at) == (cast.other_printer, tomorrow + timedelta(hours=2))
    lab.session.rollback()
    suggested = client.get(f"{path}?start={utc(tomorrow)}&minutes=30&resource={cast.printer}").text
    assert 'name="minutes" value="30"' in suggested


def test_who_is_there_goes_on_or_leaves_with_one_tap(lab: Lab) -> None:
    cast, client = lab.cast, lab.signed_in(lab.cast.maker)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    made = book(lab, cast.maker, hours_from(now, 1), now=now)
    rule(lab, "extension", {"step_minutes": 15, "most": 1}, Scope(resource_id=cast.printer))

    assert "15 min more" in words(client.get(f"/reservations/{made}"))
    for minutes, status in ((75, 302), (75, 302), (90, 422)):
        until = {"until": utc(now + timedelta(minutes=minutes)), "next": "/me"}
        assert client.post(f"/reservations/{made}/extend", data=until).status_code == status, "twice equals once"
    assert "It was extended 1 time already" in words(client.get(f"/reservations/{made}"))
    assert queries.reservation(lab.session, made).ends_at == now + timedelta(minutes=75)
    lab.session.rollback()
    with transaction() as session:
        early = now - timedelta(minutes=30)
        session.query(Reservation).update({"starts_at": early})
    assert client.post(f"/reservations/{made}/end", data={"next": "/me"}).location == "/me"
    assert queries.reservation(lab.session, made).ends_at <= datetime.now(UTC)
    with transaction() as session:
        assert moving.end_now(session, lab.actor(cast.maker), made, datetime.now(UTC)).version == 3
    assert "Book again" in words(client.get(f"/reservations/{made}"))
