"""Reserving from the sheet, and giving back."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from fablab.booking.models import Reservation
from fablab.catalog.models import Resource
from fablab.core.db import transaction
from fablab.members import queries as members
from fablab.members.services import add_organisation, add_project
from tests.conftest import Lab
from tests.web.conftest import words

SHEET = "/m/prusa-n1/book"


def _data(start: datetime | str, minutes: int = 60, **more: str) -> dict[str, str]:
    text = start if isinstance(start, str) else start.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"start": text, "minutes": str(minutes), "request_key": str(uuid4()), **more}


def _reservations(lab: Lab) -> list[Reservation]:
    lab.session.rollback()
    return list(lab.session.query(Reservation).order_by(Reservation.id))


def test_the_sheet_tells_end_cost_and_durations_up_to_the_next_reservation(lab: Lab, tomorrow: datetime) -> None:
    student, maker = lab.signed_in(lab.cast.student), lab.signed_in(lab.cast.maker)
    student.post(SHEET, data=_data(tomorrow + timedelta(hours=2)))

    page = maker.get(SHEET, query_string=_data(tomorrow, 90))
    shown = words(page)

    assert "€4.50" in shown
    assert "1 h 30" in shown
    assert 'value="120"' in page.text, "two hours are free"
    assert 'value="180"' not in page.text, "and no more"
    assert "Paid by" not in shown, "there is only one account"


def test_booking_leads_to_the_day_and_is_there(lab: Lab, tomorrow: datetime) -> None:
    client = lab.signed_in(lab.cast.maker)

    answer = client.post(SHEET, data=_data(tomorrow))

    assert (answer.status_code, answer.location) == (302, f"/day?d={tomorrow.date()}")
    assert "Reserved: Prusa n°1" in words(client.get(answer.location))
    assert "Prusa n°1" in words(client.get("/"))
    assert [(row.member_id, row.starts_at) for row in _reservations(lab)] == [(lab.cast.maker, tomorrow)]


def test_a_form_posted_twice_reserves_once(lab: Lab, tomorrow: datetime) -> None:
    client, data = lab.signed_in(lab.cast.maker), _data(tomorrow)

    statuses = [client.post(SHEET, data=data).status_code for _ in range(2)]

    assert statuses == [302, 302]
    assert len(_reservations(lab)) == 1


def test_now_is_a_start(lab: Lab) -> None:
    assert lab.signed_in(lab.cast.maker).post(SHEET, data=_data("now")).status_code == 302
    started = _reservations(lab)[0].starts_at
    assert timedelta() <= datetime.now(UTC) - started < timedelta(minutes=2)


def test_every_reason_is_told_at_once_with_the_form_as_it_was(lab: Lab) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)

    answer = lab.signed_in(lab.cast.newcomer).post(SHEET, data=_data(yesterday, 45))

    assert answer.status_code == 422
    assert "already begun" in words(answer)
    assert "Impression 3D" in words(answer)
    assert 'value="45"' in answer.text
    assert _reservations(lab) == []


def test_the_sheet_warns_before_anything_is_sent(lab: Lab, tomorrow: datetime) -> None:
    page = lab.signed_in(lab.cast.newcomer).get(SHEET, query_string=_data(tomorrow))

    assert page.status_code == 200
    assert "You need the certificate “Impression 3D”" in words(page)


def test_who_comes_second_is_told_so_with_the_nearest_free_times(lab: Lab, tomorrow: datetime) -> None:
    lab.signed_in(lab.cast.student).post(SHEET, data=_data(tomorrow))

    answer = lab.signed_in(lab.cast.maker).post(SHEET, data=_data(tomorrow), headers={"HX-Request": "true"})

    assert answer.status_code == 409
    assert "<html" not in answer.text, "it is the dialog's part"
    assert "Free nearby" in words(answer)
    later = (tomorrow + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert f"start={later}" in answer.text


def test_from_a_dialog_one_stays_on_the_page_below(lab: Lab, tomorrow: datetime) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/m/prusa-n1?from=2026-09-15"}

    answer = lab.signed_in(lab.cast.maker).post(SHEET, data=_data(tomorrow), headers=headers)

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/m/prusa-n1?from=2026-09-15")


def test_a_machine_out_of_order_offers_no_slot(lab: Lab, tomorrow: datetime) -> None:
    with transaction() as session:
        session.get_one(Resource, lab.cast.printer).state = "out_of_order"
    client = lab.signed_in(lab.cast.maker)

    page = client.get(f"/day?d={tomorrow.date()}")

    assert "/m/prusa-n1/book" not in page.text
    assert "/m/prusa-n2/book" in page.text
    assert client.post(SHEET, data=_data(tomorrow)).status_code == 422


def test_untrained_members_are_shown_the_way_to_access_instead_of_slots(lab: Lab, tomorrow: datetime) -> None:
    page = lab.signed_in(lab.cast.newcomer).get(f"/day?d={tomorrow.date()}")

    assert "/m/prusa-n1/book" not in page.text
    assert "/m/prusa-n1#access" in page.text
    assert "Training needed" in words(page)


def test_staff_reserve_for_others_by_name_and_nature(lab: Lab, tomorrow: datetime) -> None:
    client = lab.signed_in(lab.cast.fabmanager)

    answer = client.post(SHEET, data=_data(tomorrow, for_whom="student", nature="class"))
    unknown = client.post(SHEET, data=_data(tomorrow, for_whom="nobody at all"))
    unclear = client.post(SHEET, data=_data(tomorrow, for_whom="test.example"))

    assert answer.status_code == 302
    assert [(row.member_id, row.nature) for row in _reservations(lab)] == [(lab.cast.student, "class")]
    assert (unknown.status_code, unclear.status_code) == (422, 422)
    assert "Several people match" in words(unclear)


@pytest.mark.parametrize("more", [{"for_whom": "student@test.example"}, {"nature": "maintenance"}])
def test_members_reserve_for_themselves_only(lab: Lab, tomorrow: datetime, more: dict[str, str]) -> None:
    assert lab.signed_in(lab.cast.maker).post(SHEET, data=_data(tomorrow, **more)).status_code == 403
    assert _reservations(lab) == []


def test_an_organisation_and_its_project_pay_where_chosen(lab: Lab, tomorrow: datetime) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        account = add_organisation(session, "Coopérative", members.member(session, lab.cast.maker), now)
        project = add_project(session, account, "Vélo cargo", now)
        payer = f"{account.id}:{project.id}"
    client = lab.signed_in(lab.cast.maker)

    page = client.get(SHEET, query_string=_data(tomorrow))
    answer = client.post(SHEET, data=_data(tomorrow, payer=payer))

    assert "Coopérative · Vélo cargo" in words(page)
    assert answer.status_code == 302
    reservation = _reservations(lab)[0]
    assert f"{reservation.account_id}:{reservation.project_id}" == payer
    assert "Coopérative · Vélo cargo" in words(client.get(f"/reservations/{reservation.id}"))
    assert lab.signed_in(lab.cast.student).post(SHEET, data=_data(tomorrow, payer=payer)).status_code == 422


def test_giving_back_is_asked_once_and_frees_the_time(lab: Lab, tomorrow: datetime) -> None:
    client = lab.signed_in(lab.cast.maker)
    client.post(SHEET, data=_data(tomorrow))
    path = f"/reservations/{_reservations(lab)[0].id}"

    asked = client.get(path)
    answer = client.post(f"{path}/cancel", data={"next": "/day"})

    assert "Cancel the reservation" in words(asked)
    assert (answer.status_code, answer.location) == (302, "/day")
    assert client.post(f"{path}/cancel").status_code == 302, "again changes nothing"
    assert lab.signed_in(lab.cast.student).post(SHEET, data=_data(tomorrow)).status_code == 302


def test_what_is_over_can_no_longer_be_given_back(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)
    client.post(SHEET, data=_data("now"))
    reservation = _reservations(lab)[0]
    with transaction() as session:
        past = datetime.now(UTC) - timedelta(days=2)
        row = session.get_one(Reservation, reservation.id)
        row.starts_at, row.ends_at = past, past + timedelta(hours=1)

    answer = client.post(f"/reservations/{reservation.id}/cancel")

    assert answer.status_code == 422
    assert "over" in words(answer)


def test_only_staff_may_ask_who_is_a_member(lab: Lab) -> None:
    for name in ("student@test.example", "nobody@test.example", "e"):
        client = lab.signed_in(lab.cast.maker)
        asked = client.get(SHEET, query_string={"start": "now", "for_whom": name})
        booked = client.post(SHEET, data=_data("now", for_whom=name))

        assert (asked.status_code, booked.status_code) == (403, 403), name
