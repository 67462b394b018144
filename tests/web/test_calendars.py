"""The screen of calendars, and the addresses that calendars read: secret, revocable, cheap to ask again."""

import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar

from fablab.booking.feeds import reading
from fablab.booking.models import CalendarFeed
from fablab.booking.services import Wish, book
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.members.models import SignInAttempt
from tests.conftest import Lab, hours_from
from tests.support.statements import heard
from tests.web.conftest import words


def made(client: FlaskClient, of: str = "own") -> str:
    """The path of a new calendar's address."""
    answer = client.post("/me/calendars", data={"of": of})
    assert answer.status_code == 200, answer.text
    found = re.search(r"/calendar/[\w-]+\.ics", answer.text)
    assert found
    return found[0]


def reserve(lab: Lab, start: datetime, count: int = 1, resource_id: int | None = None) -> None:
    with transaction() as session:
        for hour in range(count):
            wish = Wish(
                resource_id=resource_id or lab.cast.printer,
                period=hours_from(start + timedelta(hours=hour), 1),
                member_id=lab.cast.maker,
            )
            book(session, lab.actor(lab.cast.maker), wish, clock.now())


def test_an_address_is_shown_once_read_without_a_sign_in_and_revoked(lab: Lab, tomorrow: datetime) -> None:
    reserve(lab, tomorrow)
    client = lab.signed_in(lab.cast.maker)
    path = made(client)

    answer = lab.client().get(path)

    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert [str(item["SUMMARY"]) for item in Calendar.from_ical(answer.data).events] == ["Prusa n°1"]
    page = client.get("/me/calendars").text
    secret = path.split("/")[-1].removesuffix(".ics")
    assert secret not in page
    assert f"…{secret[-4:]}" in page
    assert client.post("/me/calendars/1/revoke").status_code == 302
    assert lab.client().get(path).status_code == 404
    assert f"…{secret[-4:]}" not in client.get("/me/calendars").text


def test_a_calendar_that_is_asked_again_costs_nothing_until_something_changes(lab: Lab, tomorrow: datetime) -> None:
    reserve(lab, tomorrow)
    path, client = made(lab.signed_in(lab.cast.maker)), lab.client()
    tag = client.get(path).headers["ETag"]

    same = client.get(path, headers={"If-None-Match": tag})
    with heard(db.engine) as asked:
        client.get(path, headers={"If-None-Match": tag})
    reserve(lab, tomorrow + timedelta(hours=3))
    other = client.get(path, headers={"If-None-Match": tag})

    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", tag)
    assert not any(statement.startswith(("INSERT", "UPDATE")) for statement in asked)
    assert (other.status_code, other.headers["ETag"] != tag) == (200, True)
    assert client.get(path, headers={"If-None-Match": f'W/{tag}, "x"'}).status_code == 200
    assert client.get(path, headers={"If-None-Match": f"W/{other.headers['ETag']}"}).status_code == 304
    assert client.get(path, headers={"If-None-Match": "*"}).status_code == 304
    assert client.head(path).status_code == 200


@pytest.mark.parametrize("of", ["own", "resource", "site"])
def test_a_calendar_takes_as_many_statements_however_much_is_in_it(lab: Lab, tomorrow: datetime, of: str) -> None:
    number = {"own": "own", "resource": f"resource-{lab.cast.printer}", "site": f"site-{lab.cast.workshop}"}[of]
    path, client = made(lab.signed_in(lab.cast.fabmanager if of != "own" else lab.cast.maker), number), lab.client()
    client.get(path)
    taken = []
    for hour in (0, 2):
        reserve(lab, tomorrow + timedelta(hours=4 * hour), 1 + 2 * hour)
        with heard(db.engine) as asked:
            answer = client.get(path)
        taken.append(len([statement for statement in asked if statement.startswith("SELECT")]))

    assert len(Calendar.from_ical(answer.data).events) == 6
    assert taken[0] == taken[1] <= 7


def test_an_address_that_opens_nothing_is_404_and_too_many_of_them_are_refused(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PER_ADDRESS", 3)
    path, client = made(lab.signed_in(lab.cast.maker)), lab.client()
    wrong = ("/calendar/x.ics", f"{path[:-5]}.ics", path.upper().replace("CALENDAR", "calendar").replace("ICS", "ics"))

    assert [client.get(item).status_code for item in wrong] == [404] * 3
    assert client.get(path).status_code == 429
    assert client.get(wrong[0]).status_code == 429
    with transaction() as session:
        session.query(SignInAttempt).delete()
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/calendar/.ics", "/calendar/%00.ics", "/calendar/<script>.ics", "/calendar/x", "/calendar/a%2fb.ics"]
)
def test_what_is_no_address_shows_no_calendar(lab: Lab, path: str) -> None:
    answer = lab.client().get(path)

    assert answer.status_code in (400, 404)
    assert "<script>.ics" not in answer.text


def test_that_it_was_read_is_noted_once_an_hour_and_shown(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)
    path = made(client)
    assert "not read yet" in words(client.get("/me/calendars"))

    lab.client().get(path)

    assert "last read" in words(client.get("/me/calendars"))
    lab.session.rollback()
    first = lab.session.query(CalendarFeed).one().last_read_at
    lab.session.rollback()
    lab.client().get(path)
    assert lab.session.query(CalendarFeed).one().last_read_at == first


def test_another_cannot_revoke_it_nor_choose_what_is_not_there(lab: Lab) -> None:
    path = made(lab.signed_in(lab.cast.maker))
    other = lab.signed_in(lab.cast.student)

    assert other.post("/me/calendars/1/revoke").status_code == 404
    for of, status in (("resource-999", 404), ("site-999", 404), ("resource", 404), ("cellar", 404), ("site-x", 400)):
        assert other.post("/me/calendars", data={"of": of}).status_code == status, of
    assert lab.client().get(path).status_code == 200


def test_a_machines_page_leads_there_with_the_machine_chosen(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)

    assert f'"/me/calendars?of=resource-{lab.cast.printer}"' in client.get("/m/prusa-n1").text
    page = client.get(f"/me/calendars?of=resource-{lab.cast.printer}").text
    assert f'value="resource-{lab.cast.printer}" selected' in page
    assert "/me/calendars" not in lab.client().get("/m/prusa-n1").text
    assert '"/me/calendars"' in client.get("/me").text
