"""One field that finds people, resources and reservations, for staff, from anywhere."""

from datetime import UTC, datetime

from fablab.booking.services import Wish, book
from fablab.core.db import transaction
from fablab.core.period import Period
from tests.conftest import Lab, hours_from
from tests.web.conftest import words
from tests.web.test_people import next_monday


def reserve(lab: Lab, resource_id: int, period: Period, member_id: int) -> int:
    with transaction() as session:
        wish = Wish(resource_id=resource_id, period=period, member_id=member_id)
        return book(session, lab.actor(lab.cast.admin), wish, datetime.now(UTC)).id


def test_words_find_people_machines_and_reservations_of_ones_sites(lab: Lab, tomorrow: datetime) -> None:
    printed = reserve(lab, lab.cast.printer, hours_from(tomorrow, 1), lab.cast.maker)
    elsewhere = reserve(lab, lab.cast.desk_room, hours_from(next_monday().replace(hour=11), 1), lab.cast.maker)
    client, admin = lab.signed_in(lab.cast.fabmanager), lab.signed_in(lab.cast.admin)

    def seen(typed: str, by: object = client) -> str:
        return words(by.get("/search", query_string={"q": typed}))

    assert f"#{printed}" in seen("maker prusa")
    assert "Student" not in seen("maker prusa")
    assert f"#{elsewhere}" not in seen("maker")
    assert f"#{elsewhere}" in seen("maker", admin)
    assert "Prusa n°2" in seen("PRUSA")
    assert f"#{printed}" in seen(f"#{printed}")
    assert "Nothing matches" in seen("%")
    assert "&lt;script" in client.get("/search?q=<script>").text
    assert client.get("/search?q=student").location == f"/people/{lab.cast.student}", "one thing only: there at once"
