"""The screens of places and their hours, as visitors, fabmanagers and administrators use them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fablab.booking.models import Reservation, ReservationState
from fablab.booking.services import Wish, book
from fablab.core.db import db, transaction
from fablab.core.outbox import OutboxRow
from fablab.sites import queries as sites
from fablab.sites import timetables
from fablab.sites.models import HoursException
from tests.conftest import Lab, hours_from
from tests.support.statements import heard
from tests.web.conftest import words

PARIS = ZoneInfo("Europe/Paris")
NASTY = ("x" * 200, "<script>alert(1)</script>", "🔧 ورشة", "\x00", "' OR 1=1 --", str(2**63))
ROW = {"weekday": "0", "nth": "", "opens": "09:00", "closes": "18:00", "staff": "0", "level": "0", "alone": ""}


def next_monday() -> date:
    """A Monday that lies wholly ahead."""
    day = datetime.now(PARIS).date() + timedelta(days=2)
    return day + timedelta(days=-day.weekday() % 7)


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=PARIS).astimezone(UTC)


def reserve(lab: Lab, resource_id: int, start: datetime) -> int:
    wish = Wish(resource_id=resource_id, period=hours_from(start, 2), member_id=lab.cast.maker)
    with transaction() as session:
        return book(session, lab.actor(lab.cast.maker), wish, datetime.now(UTC)).id


def state_of(lab: Lab, reservation_id: int) -> str:
    lab.session.rollback()
    return lab.session.get_one(Reservation, reservation_id).state


def usual(lab: Lab, site_id: int) -> tuple[int, int, int]:
    """A site's own timetable, its usual season and its version."""
    lab.session.rollback()
    row = timetables.main_row(lab.session, site_id)
    assert row is not None
    return row.id, timetables.seasons_of(lab.session, row.id)[0][0].id, row.version


def table(*rows: dict[str, str], **more: str | int) -> dict[str, object]:
    """A season's form with these lines."""
    return {name: [{**ROW, **row}[name] for row in rows] for name in ROW} | more


def test_visitors_see_the_places_with_their_hours_and_what_stands_there(lab: Lab) -> None:
    monday = next_monday()
    closure = HoursException(
        site_id=lab.cast.office, kind="closed", first_on=monday, last_on=monday, reason="Inventaire <b>annuel</b>"
    )
    with transaction() as session:
        session.add(closure)
    client = lab.client()

    every, office, workshop = (client.get(path) for path in ("/sites", "/sites/bureaux", "/sites/atelier"))

    assert "Open day and night" in words(every) or "Ouvert jour et nuit" in words(every)
    assert "Roanne" in words(every)
    assert "09:00–18:00" in words(office)
    assert "Inventaire <b>annuel</b>" in words(office)
    assert "<b>annuel" not in office.text
    assert "Salle des bureaux" in words(office)
    assert "Prusa n°1" in words(workshop)
    assert client.get("/sites/nowhere").status_code == 404
    assert client.get("/pictures/site/1").status_code == 404


def test_a_closure_is_made_once_it_is_decided_whom_it_touches(lab: Lab) -> None:
    monday = next_monday()
    touched = reserve(lab, lab.cast.desk_room, at(monday, 10))
    client = lab.signed_in(lab.cast.admin)
    form = {"kind": "closed", "first_on": monday.isoformat(), "reason": "Inventaire", "timetable_id": "0"}
    form |= {"staff": "0", "level": "0"}

    asked = client.post(f"/hours/{lab.cast.office}/exceptions", data=form)

    assert asked.status_code == 409
    assert "Maker" in words(asked)
    assert 'value="Inventaire"' in asked.text
    assert lab.session.query(HoursException).count() == 0
    assert state_of(lab, touched) == ReservationState.BOOKED

    done = client.post(f"/hours/{lab.cast.office}/exceptions", data={**form, f"decision-{touched}": "cancel"})

    assert done.status_code == 302
    assert state_of(lab, touched) == ReservationState.CANCELLED
    mails = [row.payload for row in lab.session.query(OutboxRow) if row.kind == "mail"]
    assert any(mail["to"] == "maker@test.example" and "Inventaire" in str(mail) for mail in mails)
    page = client.get(f"/hours/{lab.cast.office}")
    assert "Inventaire" in words(page)
    closure = lab.session.query(HoursException).one().id
    lab.session.rollback()
    assert client.post(f"/hours/{lab.cast.office}/exceptions/{closure}/remove").status_code == 302
    assert client.post(f"/hours/{lab.cast.office}/exceptions/{closure}/remove").status_code == 404


def test_new_weekly_hours_ask_first_and_then_move_what_they_close(lab: Lab) -> None:
    monday = next_monday()
    touched = reserve(lab, lab.cast.printer, at(monday, 20))
    kept = reserve(lab, lab.cast.printer, at(monday, 10))
    table_id, season, version = usual(lab, lab.cast.workshop)
    path = f"/hours/{lab.cast.workshop}/timetables/{table_id}/seasons/{season}"
    client = lab.signed_in(lab.cast.fabmanager)
    form = table({"weekday": "all"}, {"opens": "", "closes": ""}, version=version)

    asked = client.post(path, data=form)
    assert asked.status_code == 409
    assert asked.text.count('name="opens"') == 2
    assert len(timetables.seasons_of(lab.session, table_id)[0][1]) == 7
    assert timetables.seasons_of(lab.session, table_id)[0][1][0].closes == 1440

    assert client.post(path, data={**form, "decision-others": "cancel"}).status_code == 302
    assert (state_of(lab, touched), state_of(lab, kept)) == (ReservationState.CANCELLED, ReservationState.BOOKED)
    openings = timetables.seasons_of(lab.session, table_id)[0][1]
    assert [(row.weekday, row.opens, row.closes) for row in openings] == [(day, 540, 1080) for day in range(7)]
    assert client.post(path, data={**form, "decision-others": "cancel"}).status_code == 409


def test_lines_are_added_and_taken_out_without_saving(lab: Lab) -> None:
    table_id, season, version = usual(lab, lab.cast.workshop)
    path = f"/hours/{lab.cast.workshop}/timetables/{table_id}/seasons/{season}"
    client = lab.signed_in(lab.cast.fabmanager)
    lines = ({"opens": "08:00"}, {"opens": "20:00", "closes": "02:00"})

    fewer = client.post(path, data=table(*lines, version=version, drop="1"))
    more = client.post(path, data=table(*lines, version=version, more="1"))

    assert (fewer.status_code, more.status_code) == (200, 200)
    assert (fewer.text.count('name="opens"'), more.text.count('name="opens"')) == (1, 4)
    assert 'value="20:00"' in fewer.text
    assert 'value="08:00"' not in fewer.text
    assert usual(lab, lab.cast.workshop)[2] == version


def test_hours_that_cannot_be_are_refused_and_stay_in_the_form(lab: Lab) -> None:
    table_id, season, version = usual(lab, lab.cast.workshop)
    path = f"/hours/{lab.cast.workshop}/timetables/{table_id}/seasons/{season}"
    client = lab.signed_in(lab.cast.fabmanager)
    lines = [{"opens": text} for text in ("25:00", "9:99", "abc", "-1", "24:00", *NASTY)]
    lines += [{"weekday": "9"}, {"nth": "7"}, {"staff": "100"}, {"staff": "-1"}, {"level": "4"}, {"alone": "x"}]

    for line in lines:
        answer = client.post(path, data=table(line, version=version))
        assert answer.status_code == (400 if "\x00" in line.values() else 422), line
        assert "<script>alert" not in answer.text
        assert 'role="alert"' in answer.text or answer.status_code == 400

    assert usual(lab, lab.cast.workshop)[2] == version


def test_overlapping_seasons_and_stale_ones_are_told(lab: Lab) -> None:
    table_id, _season, version = usual(lab, lab.cast.workshop)
    new = f"/hours/{lab.cast.workshop}/timetables/{table_id}/seasons/new"
    client = lab.signed_in(lab.cast.fabmanager)
    summer = {"name": "Été", "first_on": "2030-07-01", "last_on": "2030-08-31"}

    assert client.post(new, data=table({}, version=version, **summer)).status_code == 302
    stale = client.post(new, data=table({}, version=version, **{**summer, "name": "Fest"}))
    overlap = client.post(new, data=table({}, version=version + 1, **{**summer, "name": "Fest"}))

    assert (stale.status_code, overlap.status_code) == (409, 422)
    assert f'name="version" value="{version + 1}"' in stale.text
    assert "Fest" in words(overlap)
    assert "Été" in words(overlap)
    page = client.get(f"/hours/{lab.cast.workshop}/timetables/{table_id}")
    assert "Été" in words(page)
    season = timetables.seasons_of(lab.session, table_id)[1][0].id
    lab.session.rollback()
    remove = f"/hours/{lab.cast.workshop}/timetables/{table_id}/seasons/{season}/remove"
    assert client.post(remove, data={"version": version}).status_code == 409
    assert client.post(remove, data={"version": version + 1}).status_code == 302


def test_a_narrower_timetable_closes_a_category_at_its_site(lab: Lab) -> None:
    client, base = lab.signed_in(lab.cast.fabmanager), f"/hours/{lab.cast.workshop}"
    touched = reserve(lab, lab.cast.printer, at(next_monday(), 20))

    made = client.post(f"{base}/timetables", data={"name": "Bruyant <b>"})
    path = made.location
    page = client.get(path)
    asked = client.post(f"{path}/categories", data={"category_id": lab.cast.printers})

    assert made.status_code == 302
    assert "<b>" not in page.text.split("</head>")[1]
    assert asked.status_code == 409
    kept = {"category_id": lab.cast.printers, "decision-others": "keep"}
    assert client.post(f"{path}/categories", data=kept).status_code == 302
    assert state_of(lab, touched) == ReservationState.BOOKED
    assert client.post(f"{path}/remove").status_code == 422
    assert client.post(f"{path}/categories/{lab.cast.printers}/remove").status_code == 302
    assert client.post(path, data={"name": "Calme", "version": "1", "keeps_holidays": "y"}).status_code == 302
    assert client.post(path, data={"name": "Tard", "version": "1"}).status_code == 409
    assert client.post(f"{path}/remove").status_code == 302
    assert client.get(path).status_code == 404
    assert client.post(f"{base}/timetables", data={"name": " "}).status_code == 422


def test_another_clock_shows_first_whom_it_touches(lab: Lab) -> None:
    touched = reserve(lab, lab.cast.desk_room, at(next_monday(), 9))
    client, path = lab.signed_in(lab.cast.admin), f"/network/sites/{lab.cast.office}"
    site = {"name": "Bureaux", "town": "Roanne", "timezone": "America/New_York", "country": "FR", "version": "1"}
    site |= {"staffing": "planned", "shift_notice_hours": "48"}

    assert client.post(path, data=site).status_code == 409
    assert sites.site(lab.session, lab.cast.office).timezone == "Europe/Paris"
    assert client.post(path, data={**site, "decision-others": "cancel"}).status_code == 302
    assert state_of(lab, touched) == ReservationState.CANCELLED


def test_a_page_of_places_asks_the_database_no_more_for_more_places(lab: Lab) -> None:
    def count(path: str) -> int:
        client = lab.client()
        client.get(path)
        with heard(db.engine) as asked:
            assert client.get(path).status_code == 200
        return sum(statement.startswith("SELECT") for statement in asked)

    few = count("/sites")
    client = lab.signed_in(lab.cast.admin)
    for number in range(3):
        site = {"name": f"Site {number}", "town": "Ici", "timezone": "Europe/Paris", "country": "FR"}
        site |= {"staffing": "shifts", "shift_notice_hours": "48"}
        assert client.post("/network/sites/new", data=site).status_code == 302

    # Places with shifts ask once more: who has confirmed.
    assert count("/sites") <= few + 1


def test_whatever_is_sent_breaks_no_page(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.admin)
    table_id, season, _version = usual(lab, lab.cast.workshop)
    base = f"/hours/{lab.cast.workshop}"
    forms = {
        f"{base}/exceptions": ("kind", "first_on", "last_on", "opens", "closes", "timetable_id", "reason", "staff"),
        f"{base}/timetables": ("name",),
        f"{base}/timetables/{table_id}": ("name", "version"),
        f"{base}/timetables/{table_id}/categories": ("category_id",),
        f"{base}/timetables/{table_id}/seasons/new": ("name", "first_on", "last_on", "version", "drop"),
        f"{base}/timetables/{table_id}/seasons/{season}/remove": ("version",),
        "/network/entities/new": ("name", "address", "siren", "siret", "vat_number", "currency", "timezone"),
        "/network/entities/1": ("name", "address", "invoice_prefix", "version"),
        "/network/entities/1/regimes": ("valid_from", "rate", "mention"),
        "/network/sites/new": ("name", "town", "timezone", "country", "subdivision", "email", "map_url"),
        "/network/sites/1": ("name", "shift_notice_hours", "staffing", "version"),
        "/network/sites/1/rooms": ("name",),
        "/network/issuers": ("legal_entity_id", "site_id", "category_id", "class_id"),
        "/network/levels": ("rank", "name"),
        "/people/1/access": ("level", "site_id", "last_on"),
    }
    for path, fields in forms.items():
        for junk in (*NASTY, "", "9999-12-31", "0001-01-01"):
            answer = _sent(client, path, fields, junk)
            assert answer.status_code < 500, (path, junk)
            assert "<script>alert" not in answer.text, path


def _sent(client: FlaskClient, path: str, fields: tuple[str, ...], junk: str) -> TestResponse:
    return client.post(path, data=dict.fromkeys(fields, junk))
