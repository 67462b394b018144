"""The pages of the waiting list and of handing over, as members use them without a script."""

from datetime import UTC, datetime, timedelta
from html import unescape

from fablab.booking import queries, services
from fablab.booking.models import HandOver, Offer, Wait
from fablab.booking.queue import offering
from fablab.booking.wishes import Wish
from fablab.core.db import transaction
from fablab.core.period import Period
from fablab.sites.models import Site
from tests.conftest import Lab, hours_from
from tests.mails import link_to


def book(lab: Lab, who: int, period: Period) -> int:
    with transaction() as session:
        wish = Wish(resource_id=lab.cast.printer, period=period, member_id=who)
        return services.book(session, lab.actor(who), wish, datetime.now(UTC)).id


def pass_on(lab: Lab) -> None:
    for key in offering.freed_times(lab.session):
        with transaction() as session:
            offering.pass_on(session, key, datetime.now(UTC))


def test_from_a_taken_time_to_a_reservation_by_the_mailed_link(lab: Lab, tomorrow: datetime) -> None:
    cast, hour = lab.cast, hours_from(tomorrow, 1)
    made = book(lab, cast.maker, hour)
    student = lab.signed_in(cast.student)
    sheet = student.get("/m/prusa-n1/book", query_string={"start": hour.start.isoformat(), "minutes": 60})
    link = next(part for part in unescape(sheet.text).split('"') if part.startswith("/waiting/join"))
    form = student.get(link)
    local = tomorrow.astimezone(lab.session.get_one(Site, cast.workshop).zone)
    fields = {"what": f"r-{cast.printer}", "day": local.date().isoformat(), "minutes": "60"}
    times = {"begins": f"{local:%H:%M}", "ends": f"{local + timedelta(hours=1):%H:%M}"}
    assert all(f'value="{value}"' in form.text for value in [*times.values(), fields["day"]])
    refused = student.post("/waiting/join", data={**fields, **times, "minutes": "90"})
    assert refused.status_code == 422
    assert 'value="90"' in refused.text
    assert student.post("/waiting/join", data={**fields, **times}).location == "/waiting"
    assert "Prusa n°1" in student.get("/waiting").text
    assert "Prusa n°1" in student.get("/me").text
    assert "Student" in lab.signed_in(cast.fabmanager).get(f"/waiting/sites/{cast.workshop}").text

    lab.signed_in(cast.maker).post(f"/reservations/{made}/cancel")
    pass_on(lab)
    path = link_to("student@test.example", "/offers")
    assert lab.client().get(path).status_code == 302
    assert lab.signed_in(cast.maker).get(path).status_code == 404
    assert "/accept" in student.get(path).text
    day = student.get("/day", query_string={"d": local.date().isoformat()}).text
    assert "Offered to you" in day
    assert f"/reservations/{lab.session.query(Offer.reservation_id).scalar()}" not in day
    lab.session.rollback()

    answer = student.post(f"{path}/accept")

    assert answer.location.startswith("/reservations/")
    assert [row.period for row in queries.upcoming(lab.session, cast.student, datetime.now(UTC))] == [hour]
    assert "You have accepted it." in student.get(path).text
    assert student.post(f"{path}/decline").status_code == 422


def test_declining_and_leaving(lab: Lab, tomorrow: datetime) -> None:
    cast, hour = lab.cast, hours_from(tomorrow, 1)
    made = book(lab, cast.maker, hour)
    book(lab, cast.student, hours_from(tomorrow + timedelta(hours=1), 1))
    student = lab.signed_in(cast.student)
    day = {"what": f"r-{cast.printer}", "day": tomorrow.date().isoformat(), "begins": "25:00", "ends": "12:00"}
    assert student.post("/waiting/join", data=day).status_code == 422
    zone = lab.session.get_one(Site, cast.workshop).zone
    times = {"begins": f"{tomorrow.astimezone(zone):%H:%M}", "ends": f"{hour.end.astimezone(zone):%H:%M}"}
    assert student.post("/waiting/join", data={**day, **times}).status_code == 302
    lab.signed_in(cast.maker).post(f"/reservations/{made}/cancel")
    pass_on(lab)
    path = link_to("student@test.example", "/offers")
    assert student.post(f"{path}/decline").location == "/waiting"
    wait_id = lab.session.query(Wait.id).scalar()
    lab.session.rollback()
    assert student.post(f"/waiting/{wait_id}/leave", data={"next": "https://elsewhere.example"}).location == "/waiting"
    assert lab.session.get_one(Wait, wait_id).ended_how == "left"
    assert "wait for nothing" in student.get("/waiting").text


def test_handing_over_by_pages(lab: Lab, tomorrow: datetime) -> None:
    cast = lab.cast
    made = book(lab, cast.maker, hours_from(tomorrow, 1))
    maker, student = lab.signed_in(cast.maker), lab.signed_in(cast.student)
    path = f"/reservations/{made}/hand-over"
    assert path in maker.get(f"/reservations/{made}").text
    assert maker.post(path, data={"named": "maker@test.example"}).status_code == 422
    said = [maker.post(path, data={"named": name}, follow_redirects=True).text for name in ("x@y.example", "<b>x</b>")]
    assert all("If this is a member of ours" in text for text in said)
    assert "&lt;b&gt;x&lt;/b&gt;" in said[1]
    assert student.get(path).status_code == 404
    maker.post(path, data={"named": "student@test.example"})
    taken = link_to("student@test.example", "/handed")
    assert maker.get(taken).status_code == 404
    assert "Maker would leave you this" in student.get(taken).text
    assert "Maker would leave it to you" in student.get("/me").text
    assert student.post(f"{taken}/take", data={"version": "9"}).status_code == 409
    assert student.post(f"{taken}/take", data={"version": "1"}).location == f"/reservations/{made}"
    assert maker.get(f"/reservations/{made}").status_code == 404
    assert "You have taken it over." in student.get(taken).text

    back = f"/reservations/{made}/hand-over"
    student.post(back, data={"named": "maker@test.example"})
    given = link_to("maker@test.example", "/handed")
    assert maker.post(f"{given}/decline").location == "/waiting"
    student.post(back, data={"named": "maker@test.example"})
    assert student.post(f"{back}/withdraw").location == back
    assert {row.state for row in lab.session.query(HandOver)} == {"accepted", "declined", "withdrawn"}
