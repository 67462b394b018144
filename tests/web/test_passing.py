"""Taking what others reserved from the booking sheet: it says first whom that concerns."""

from datetime import datetime

from fablab.booking.models import Reservation
from fablab.booking.rules.scope import Scope
from fablab.core import clock
from tests.booking.rules_of_a_lab import book, rule
from tests.conftest import Lab, hours_from


def test_the_sheet_offers_to_take_it_to_whoever_passes_first_and_says_who_loses_it(
    lab: Lab, tomorrow: datetime
) -> None:
    cast = lab.cast
    rule(lab, "priority", {"notice_minutes": 60}, Scope(site_id=cast.workshop, class_id=cast.students))
    book(lab, cast.maker, hours_from(tomorrow, 1), now=clock.now())
    fields = {"start": tomorrow.isoformat(), "minutes": "60"}
    maker, student = lab.signed_in(cast.maker), lab.signed_in(cast.student)

    sheet = student.get("/m/prusa-n1/book", query_string=fields)
    assert "1 reservation of somebody else is cancelled, and they are told" in sheet.text
    assert 'name="passes_first"' not in maker.get("/m/prusa-n1/book", query_string=fields).text
    assert student.post("/m/prusa-n1/book", data=fields).status_code == 409
    assert maker.post("/m/prusa-n1/book", data={**fields, "passes_first": "yes"}).status_code == 409
    assert student.post("/m/prusa-n1/book", data={**fields, "passes_first": "yes"}).status_code == 302

    lab.session.rollback()
    states = [(row.member_id, row.state) for row in lab.session.query(Reservation).order_by(Reservation.id)]
    assert states == [(cast.maker, "cancelled"), (cast.student, "booked")]
