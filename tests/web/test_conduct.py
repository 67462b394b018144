"""The screens of conduct: staff's page about a person, the rules, appeals, one's own page, and why not."""

from datetime import UTC, datetime, timedelta

import pytest

from fablab.booking.models import Reservation
from fablab.booking.services import Wish, book
from fablab.core.db import transaction
from fablab.members.models import Appeal, ConductPolicy, Hold, Strike
from tests.conftest import Lab, hours_from
from tests.web.conftest import words

NASTY = "<b>Bruit</b> " + "trèslong" * 30 + " 🛠 שלום"


def day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def reserve(lab: Lab, start: datetime, hours: float = 1, *, now: datetime | None = None) -> int:
    wish = Wish(resource_id=lab.cast.printer, period=hours_from(start, hours), member_id=lab.cast.maker)
    with transaction() as session:
        return book(session, lab.actor(lab.cast.maker), wish, now or datetime.now(UTC)).id


def rows(lab: Lab, model: type) -> list:
    lab.session.rollback()
    return lab.session.query(model).order_by(model.id).all()


def test_a_hold_shows_the_reservations_first_then_stands_and_is_lifted_with_a_reason(
    lab: Lab, tomorrow: datetime
) -> None:
    cast, person = lab.cast, f"/people/{lab.cast.maker}"
    _kept, gone = reserve(lab, tomorrow), reserve(lab, tomorrow + timedelta(hours=2))
    client = lab.signed_in(cast.fabmanager)
    form = {"kind": "suspended", "site_id": cast.workshop, "reason": NASTY, "last_on": day(9)}

    asked = client.post(f"{person}/holds", data=form)
    assert asked.status_code == 409
    assert "2 reservations lie in that time" in words(asked)
    assert rows(lab, Hold) == []
    placed = client.post(f"{person}/holds", data={**form, "asked": "yes", "cancel": gone})
    assert placed.status_code == 302
    page = client.get(placed.location)
    assert "&lt;b&gt;Bruit" in page.text
    assert "<b>Bruit" not in page.text
    assert "by Fabmanager" in words(page)
    assert [row.state for row in rows(lab, Reservation)] == ["booked", "cancelled"]
    own = words(lab.signed_in(cast.maker).get("/me"))
    assert "Suspended" in own
    assert "by staff" in own
    assert "Fabmanager" not in own
    sheet = lab.signed_in(cast.maker).get("/m/prusa-n1/book?minutes=60")
    assert "can appeal on their page" in words(sheet)
    (hold,) = rows(lab, Hold)
    assert client.post(f"{person}/holds/{hold.id}/lift", data={"why": " "}).status_code == 422
    assert client.post(f"{person}/holds/{hold.id}/lift", data={"why": "Excusé"}).status_code == 302
    assert "Excusé" in words(client.get(f"{person}/conduct"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"kind": "x"},
        {"site_id": 0},
        {"last_on": "2020-01-01"},
        {"last_on": "9999-12-31"},
        {"last_on": "x"},
    ],
)
def test_a_hold_that_cannot_be_is_refused_with_what_was_typed(lab: Lab, wrong: dict[str, object]) -> None:
    client = lab.signed_in(lab.cast.fabmanager)
    form = {"kind": "other", "site_id": lab.cast.workshop, "reason": "Ma raison", **wrong}

    answer = client.post(f"/people/{lab.cast.maker}/holds", data=form)

    assert answer.status_code == 422
    assert rows(lab, Hold) == []
    assert "reason" in wrong or "Ma raison" in answer.text


def test_strikes_lead_to_a_suspension_and_an_appeal_undoes_it(lab: Lab) -> None:
    cast, person = lab.cast, f"/people/{lab.cast.maker}"
    admin, staff, maker = lab.signed_in(cast.admin), lab.signed_in(cast.fabmanager), lab.signed_in(cast.maker)
    ladder = {"kind": ["", ""], "strikes": ["2", ""], "within_days": ["90", ""], "after": ["", ""], "days": ["14", ""]}
    rules = {
        "version": "0",
        "cancel_minutes": "120",
        "no_show_strikes": "y",
        "grace_minutes": "15",
        "strike_days": "90",
    }
    assert admin.post("/conduct/network", data={**rules, **ladder}).status_code == 302
    assert "2 strikes within 90 days: suspended for 14 days" in words(admin.get("/conduct"))

    strike = {"kind": "conduct", "site_id": cast.workshop, "reason": NASTY}
    assert staff.post(f"{person}/strikes", data={**strike, "reason": ""}).status_code == 422
    for _ in range(2):
        assert staff.post(f"{person}/strikes", data=strike).status_code == 302
    shown = words(staff.get(f"{person}/conduct"))
    assert "2 strikes within 90 days" in shown
    first, second = rows(lab, Strike)
    assert maker.post("/me/appeals", data={"strike_id": first.id, "text": ""}).status_code == 422
    assert maker.post("/me/appeals", data={"strike_id": first.id, "text": NASTY}).status_code == 302
    again = maker.post("/me/appeals", data={"strike_id": first.id, "text": "Encore"})
    assert again.status_code == 422
    assert "Encore" in again.text
    (appeal,) = rows(lab, Appeal)
    assert (
        lab.signed_in(cast.student).post("/me/appeals", data={"strike_id": second.id, "text": "x"}).status_code == 404
    )
    assert "No appeal waits" in words(staff.get("/conduct")), "who struck is not asked"
    assert "Appeals that wait for you 1" in words(admin.get("/conduct"))
    path = f"/conduct/appeals/{appeal.id}"
    for wrong in ({"text": "x"}, {"granted": "yes", "text": " "}):
        assert admin.post(path, data=wrong).status_code == 422
    assert admin.post(path, data={"granted": "yes", "text": "D’accord"}).status_code == 302
    assert admin.post(path, data={"granted": "no", "text": "x"}).status_code == 409
    assert rows(lab, Hold)[0].lifted_at is not None
    own = words(maker.get("/me"))
    assert "granted" in own
    assert "D’accord" in own
    assert staff.post(f"{person}/strikes/{second.id}/withdraw", data={"why": "Erreur"}).status_code == 302


def test_the_rules_of_a_site_are_written_kept_apart_and_given_back(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.fabmanager)
    path = f"/conduct/sites/{lab.cast.workshop}"
    step = {"kind": "no_show", "strikes": "3", "within_days": "30", "after": "0", "days": ""}

    for wrong in (
        {"strikes": "x"},
        {"strikes": "99"},
        {"kind": "x"},
        {"days": "0"},
        {"cancel_minutes": "-1"},
        {"version": "7"},
    ):
        answer = client.post(path, data={"version": "0", **step, **wrong})
        assert answer.status_code == (409 if "version" in wrong else 422), wrong
    assert rows(lab, ConductPolicy) == []
    assert client.post(path, data={"version": "0", "cancel_minutes": "60", **step}).status_code == 302
    page = words(client.get("/conduct"))
    assert "3 strikes (did not come) within 30 days: suspended until staff lift it" in page
    assert "Free to cancel until 1 h before" in page
    assert 'value="30"' in client.get(path).text
    stale = client.post(path, data={"version": "0", "cancel_minutes": "90"})
    assert stale.status_code == 409
    assert "saved by somebody else" in words(stale)
    assert client.post(path, data={"version": "1", "keeps_networks": "y"}).status_code == 302
    assert "Keeps the network’s rules" in words(client.get("/conduct"))


def test_a_reservation_says_what_cancelling_costs_and_staff_say_who_did_not_come(lab: Lab) -> None:
    now = datetime.now(UTC)
    admin, maker = lab.signed_in(lab.cast.admin), lab.signed_in(lab.cast.maker)
    admin.post(
        "/conduct/network",
        data={"version": "0", "cancel_minutes": "120", "no_show_strikes": "y", "grace_minutes": "15"},
    )
    soon, missed = (
        reserve(lab, now + timedelta(minutes=minutes), 0.25, now=now - timedelta(days=1)) for minutes in (60, -20)
    )

    assert "counts as a late cancellation" in words(maker.get(f"/reservations/{soon}"))
    assert "counts as a late" not in words(admin.get(f"/reservations/{soon}"))
    assert "at least 2 h before" in words(maker.get("/m/prusa-n1/book?minutes=60"))
    assert "Did not come" not in words(maker.get(f"/reservations/{missed}"))
    assert "Did not come" not in words(admin.get(f"/reservations/{soon}"))
    assert maker.post(f"/reservations/{soon}/cancel").status_code == 302
    assert maker.post(f"/reservations/{missed}/no-show").status_code == 403
    assert admin.post(f"/reservations/{missed}/no-show").status_code == 302
    assert "They were there after all" in words(admin.get(f"/reservations/{missed}"))
    assert [row.kind for row in rows(lab, Strike)] == ["late_cancellation", "no_show"]
    assert admin.post(f"/reservations/{missed}/no-show/undo").status_code == 302
    assert rows(lab, Strike)[1].withdrawn_at is not None


def test_why_not_tells_staff_every_reason_and_what_the_person_has(lab: Lab, tomorrow: datetime) -> None:
    cast, person = lab.cast, f"/people/{lab.cast.newcomer}/why"
    question = {"resource": cast.printer, "day": tomorrow.date().isoformat(), "start": "11:00", "minutes": 60}
    client = lab.signed_in(cast.fabmanager)

    refused = words(client.get(person, query_string=question))
    may = words(client.get(f"/people/{cast.maker}/why", query_string=question))

    assert "Refused for 1 reason" in refused
    assert "certificate_missing" in refused
    assert "Staff may make an exception" in refused
    assert "Lacks for Prusa n°1 Impression 3D" in refused
    assert "May reserve it" in may
    assert "Fabmanager Atelier" in words(client.get(f"/people/{cast.fabmanager}/why"))
    assert client.get(person, query_string={**question, "resource": cast.desk_room}).status_code == 403
    assert lab.signed_in(cast.treasurer).get(person).status_code == 403
    for name, junk in (("start", "25:99"), ("day", "x"), ("minutes", "²"), ("resource", "x"), ("start", "")):
        assert client.get(person, query_string={**question, name: junk}).status_code in (200, 400, 403)
