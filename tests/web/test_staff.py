"""What trainers, fabmanagers, treasurers and administrators do on their screens."""

from datetime import UTC, datetime, timedelta
from socket import socket

from fablab.billing.models import Charge, Invoice, Price
from fablab.booking.services import Wish, book
from fablab.catalog.models import Resource
from fablab.core.db import transaction
from fablab.core.outbox import OutboxRow
from fablab.members import queries as members
from fablab.members.models import Role
from fablab.members.services import grant_role
from fablab.training import queries as training
from fablab.usage.models import Connection, Review, UsageSession
from tests.conftest import Lab, hours_from
from tests.web.conftest import words
from tests.web.uses import used

THIS_MONTH = datetime.now(UTC).strftime("%Y-%m")


def _held(lab: Lab, member_id: int) -> set[int]:
    lab.session.rollback()
    return training.held_by(lab.session, member_id, datetime.now(UTC))


def test_a_trainer_finds_validates_and_revokes_with_a_reason(lab: Lab) -> None:
    client, path = lab.signed_in(lab.cast.trainer), f"/training/{lab.cast.newcomer}"

    assert path in client.get("/training?q=NEWC").text
    assert path not in client.get("/training?q=maker").text
    assert client.post(f"{path}/validate", data={"course_id": lab.cast.printing}).status_code == 302
    assert _held(lab, lab.cast.newcomer) == {lab.cast.printing}
    assert client.post(f"{path}/validate", data={"course_id": lab.cast.printing}).status_code == 422
    assert client.post(f"{path}/revoke", data={"course_id": lab.cast.printing, "note": " "}).status_code == 422
    assert client.post(f"{path}/revoke", data={"course_id": lab.cast.printing, "note": "Safety"}).status_code == 302
    assert _held(lab, lab.cast.newcomer) == set()
    assert client.post(f"/training/{lab.cast.trainer}/validate", data={"course_id": 1}).status_code == 403


def test_a_print_that_nobody_claimed_is_given_to_who_had_reserved_nearby(lab: Lab) -> None:
    now = datetime.now(UTC)
    session_id = used(lab, None, minutes=30)
    wish = Wish(resource_id=lab.cast.printer, period=hours_from(now, 1), member_id=lab.cast.maker)
    with transaction() as session:
        book(session, lab.actor(lab.cast.maker), wish, now)
    client = lab.signed_in(lab.cast.fabmanager)

    desk = client.get("/desk")
    answer = client.post(f"/desk/uses/{session_id}/give", data={"member_id": lab.cast.maker})

    assert "Nobody had reserved" in words(desk)
    assert "Give to Maker" in words(desk)
    assert "30 min measured" in words(desk)
    assert answer.status_code == 302
    lab.session.rollback()
    charge = lab.session.query(Charge).one()
    assert (charge.member_id, charge.quantity_seconds) == (lab.cast.maker, 1800)
    assert "Nothing waits" in words(client.get("/desk"))
    assert "€1.50" in words(lab.signed_in(lab.cast.maker).get(f"/me?month={charge.month}"))


def test_it_is_given_by_name_too_and_an_unclear_name_is_asked_again(lab: Lab) -> None:
    session_id = used(lab, None)
    client, path = lab.signed_in(lab.cast.fabmanager), f"/desk/uses/{session_id}/give"

    assert client.post(path, data={"member": "test.example"}).status_code == 422
    assert client.post(path, data={"member": "no such person"}).status_code == 422
    assert client.post(path, data={"member": "Student <student@test.example>"}).status_code == 302
    lab.session.rollback()
    assert lab.session.get_one(UsageSession, session_id).member_id == lab.cast.student


def test_who_decides_second_hears_that_a_colleague_was_quicker(lab: Lab) -> None:
    session_id = used(lab, None)
    first, second = lab.signed_in(lab.cast.fabmanager), lab.signed_in(lab.cast.admin)
    path = f"/desk/uses/{session_id}"

    given = first.post(f"{path}/give", data={"member_id": lab.cast.maker})
    given_too = second.post(f"{path}/give", data={"member_id": lab.cast.student})
    waived_too = second.post(f"{path}/waive", data={"nature": "maintenance", "note": "Test print"})
    sent_twice = first.post(f"{path}/give", data={"member_id": lab.cast.maker})

    assert [answer.status_code for answer in (given, given_too, waived_too, sent_twice)] == [302, 409, 409, 302]
    assert "A colleague has decided" in words(given_too)
    lab.session.rollback()
    use = lab.session.get_one(UsageSession, session_id)
    assert (use.member_id, use.waived) == (lab.cast.maker, False)
    assert lab.session.query(Charge).count() == 1


def test_not_billing_needs_a_reason(lab: Lab) -> None:
    session_id = used(lab, lab.cast.maker, review=Review.FAILED)
    client, path = lab.signed_in(lab.cast.fabmanager), f"/desk/uses/{session_id}/waive"

    refused = client.post(path, data={"nature": "maintenance", "note": ""})
    waived = client.post(path, data={"nature": "maintenance", "note": "Nozzle was clogged"})

    assert (refused.status_code, waived.status_code) == (422, 302)
    assert "Say why" in words(refused)
    lab.session.rollback()
    assert lab.session.query(Charge).count() == 0
    assert client.post(path, data={"nature": "picnic", "note": "x"}).status_code == 400


def _card(lab: Lab, **changes: object) -> dict[str, object]:
    card = {"name": "Voron", "category_id": lab.cast.printers, "site_id": lab.cast.workshop, "room_id": 0, "places": 1}
    return {**card, "slot_minutes": 30, "state": "available", **changes}


def test_a_fabmanager_adds_and_edits_a_machine_of_their_site(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.fabmanager)

    added = client.post("/machines/new", data=_card(lab))
    elsewhere = client.post("/machines/new", data=_card(lab, site_id=lab.cast.office))
    nameless = client.post("/machines/new", data=_card(lab, name="  "))

    assert (added.status_code, elsewhere.status_code, nameless.status_code) == (302, 422, 422)
    lab.session.rollback()
    machine = lab.session.query(Resource).filter_by(name="Voron").one()
    path = f"/machines/{machine.id}/edit"
    assert client.post(path, data=_card(lab, name="Voron 2", version=1)).status_code == 302
    assert "Voron 2" in words(client.get("/machines"))


def test_who_saves_second_sees_both_and_may_save_again(lab: Lab) -> None:
    client, path = lab.signed_in(lab.cast.fabmanager), f"/machines/{lab.cast.printer}/edit"
    client.post(path, data=_card(lab, name="Theirs", version=1))

    answer = client.post(path, data=_card(lab, name="Mine", version=1))

    assert answer.status_code == 409
    assert "Theirs" in words(answer)
    assert 'value="Mine"' in answer.text
    assert 'name="version" type="hidden" value="2"' in answer.text
    assert client.post(path, data=_card(lab, name="Mine", version=2)).status_code == 302


def test_a_connection_is_saved_tried_and_told_of_in_a_plain_sentence(lab: Lab) -> None:
    client, path = lab.signed_in(lab.cast.fabmanager), f"/machines/{lab.cast.printer}/connection"
    with socket() as taken:
        # Bound and not listening: nothing answers there.
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

        answer = client.post(path, data={"kind": "octoprint", "url": url, "key": "a-very-secret-key"})
        page = client.get(answer.location)

    assert answer.status_code == 302
    assert "Nothing answers at this address" in words(page)
    assert "a-very-secret-key" not in page.text
    assert url in page.text
    lab.session.rollback()
    assert "a-very-secret-key" not in lab.session.query(Connection).one().sealed_key
    assert client.post(path, data={"kind": "octoprint", "url": "ftp://x", "key": "k"}).status_code == 422
    assert client.post(path, data={"kind": "octoprint", "url": "http://10.0.0.9", "key": ""}).status_code == 422
    assert client.post(f"/machines/{lab.cast.printer}/disconnect").status_code == 302
    lab.session.rollback()
    assert lab.session.query(Connection).count() == 0


def test_the_month_is_previewed_then_issued_once(lab: Lab) -> None:
    used(lab, lab.cast.maker)
    used(lab, None)
    client = lab.signed_in(lab.cast.treasurer)
    form = {"entity": lab.cast.entity, "month": THIS_MONTH}

    preview = words(client.get(f"/billing?month={THIS_MONTH}"))
    unconfirmed = client.post("/billing/issue", data=form)
    issued = client.post("/billing/issue", data={**form, "unfinished": "yes"})
    again = client.post("/billing/issue", data={**form, "unfinished": "yes"})

    assert "€3.00" in preview
    assert "1 use waits" in preview
    assert unconfirmed.status_code == 422
    assert "not over" in words(unconfirmed)
    assert issued.status_code == again.status_code == 302
    lab.session.rollback()
    assert [invoice.gross_cents for invoice in lab.session.query(Invoice)] == [300]
    assert "1 invoice issued" in words(client.get(f"/billing?month={THIS_MONTH}"))


def test_a_new_price_begins_on_a_day_and_is_entered_as_people_type(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.treasurer)
    form = {
        "entity": lab.cast.entity,
        "category_id": lab.cast.lasers,
        "class_id": 0,
        "valid_from": (datetime.now(UTC).date() + timedelta(days=1)).isoformat(),
        "amount": "1 024,50",
        "per_seconds": 3600,
    }

    assert client.post("/billing/prices", data=form).status_code == 302
    assert client.post("/billing/prices", data=form).status_code == 422, "there is one from that day"
    for amount in ("", "abc", "1,234", "1e400", "-3", "NaN", "9" * 20):
        assert (
            client.post("/billing/prices", data={**form, "amount": amount, "class_id": lab.cast.students}).status_code
            == 422
        )
    assert client.post("/billing/prices", data={**form, "valid_from": "0001-01-01"}).status_code == 422
    lab.session.rollback()
    assert [row.amount_cents for row in lab.session.query(Price).filter_by(category_id=lab.cast.lasers)] == [102450]
    assert "to come" in words(client.get("/billing/prices"))


def test_an_administrator_adds_a_person_who_gets_a_link(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.admin)
    form = {
        "name": "New Person",
        "email": "New@Test.example",
        "class_id": lab.cast.adults,
        "locale": "fr",
        "home_site_id": lab.cast.office,
    }

    answer = client.post("/people/new", data=form)
    again = client.post("/people/new", data={**form, "sure": "yes"})

    assert (answer.status_code, again.status_code) == (302, 422)
    assert "already has the address" in words(again)
    lab.session.rollback()
    person = members.member_by_email(lab.session, "new@test.example")
    assert person is not None
    assert answer.location == f"/people/{person.id}"
    assert person.home_site_id == lab.cast.office
    mails = [row for row in lab.session.query(OutboxRow) if row.key.startswith("password-link:")]
    assert [row.payload["to"] for row in mails] == ["new@test.example"]
    path = f"/people/{person.id}"
    assert client.post(f"{path}/roles", data={"role": "trainer", "scope": "network"}).status_code == 302
    assert client.post(f"{path}/roles", data={"role": "king", "scope": "network"}).status_code == 422
    assert client.post(f"{path}/password-link").status_code == 302


def test_a_token_is_shown_once(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)

    made = client.post("/me/tokens", data={"name": "My script"})
    secret = made.text.split('id="secret">')[1].split("<")[0]

    assert made.status_code == 200
    assert lab.client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    page = client.get("/me")
    assert secret not in page.text
    assert "My script" in words(page)
    assert client.post("/me/tokens", data={"name": ""}).status_code == 422


def test_a_role_is_not_given_where_it_means_nothing(lab: Lab) -> None:
    client, path = lab.signed_in(lab.cast.admin), f"/people/{lab.cast.maker}/roles"
    site, entity = f"site:{lab.cast.workshop}", f"entity:{lab.cast.entity}"

    for role, scope in (("treasurer", site), ("fabmanager", entity), ("trainer", entity)):
        refused = client.post(path, data={"role": role, "scope": scope})

        assert refused.status_code == 422
        assert "treasurers of a legal entity" in words(refused)
    assert client.post(path, data={"role": "treasurer", "scope": entity}).status_code == 302


def test_a_price_is_digits_and_a_point(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.treasurer)
    card = {"category_id": lab.cast.lasers, "class_id": 0, "valid_from": "2026-01-01", "per_seconds": 3600}

    statuses = [
        client.post("/billing/prices", data={**card, "amount": text}).status_code for text in ("1e3", "٣", "1_0")
    ]

    assert statuses == [422, 422, 422]


def test_who_invoices_for_nobody_is_told_so(lab: Lab) -> None:
    with transaction() as session:
        grant_role(session, members.member(session, lab.cast.maker), Role.ADMIN, site_id=lab.cast.workshop)
    client = lab.signed_in(lab.cast.maker)

    for path in ("/billing", "/billing/prices"):
        answer = client.get(path)

        assert answer.status_code == 200
        assert "no legal entity yet" in words(answer)
