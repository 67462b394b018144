"""Repeating weekly, and several machines at once, on screens: first everything is shown, then it is done or not."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from fablab.booking.models import Reservation
from fablab.core.db import transaction
from fablab.members import queries as members
from fablab.web.ground.filters import utc
from tests.booking.rules_of_a_lab import book, rule
from tests.conftest import Lab, hours_from
from tests.web.conftest import words

PARIS = ZoneInfo("Europe/Paris")
HARD = "<b>Découpe</b> 🔥"


def first() -> datetime:
    """Two in the afternoon of the day after tomorrow, in Paris."""
    return (datetime.now(PARIS) + timedelta(days=2)).replace(hour=14, minute=0, second=0, microsecond=0)


def kept(lab: Lab, state: str = "booked") -> list[tuple[int, datetime]]:
    query = lab.session.query(Reservation).filter_by(state=state, member_id=lab.cast.maker).order_by(Reservation.id)
    found = [(row.id, row.starts_at.astimezone(PARIS).replace(tzinfo=None)) for row in query]
    lab.session.rollback()
    return found


def ticks(page: str) -> list[str]:
    return re.findall(r'name="on" value="([\d-]+)" checked', page)


def test_a_wish_is_repeated_after_every_time_was_shown(lab: Lab) -> None:
    cast, client, start = lab.cast, lab.signed_in(lab.cast.maker), first()
    days = [(start + timedelta(weeks=number)).date().isoformat() for number in range(4)]
    book(lab, cast.student, hours_from((start + timedelta(weeks=1)).astimezone(UTC), 1), now=datetime.now(UTC))
    form = {"first_on": days[0], "begins": "14:00", "minutes": "60", "every": "1", "ends": "times", "times": "4"}
    path = "/m/prusa-n1/repeat"

    sheet = client.get("/m/prusa-n1/book", query_string={"start": utc(start.astimezone(UTC)), "minutes": 60}).text
    assert f"{path}?start=" in sheet
    empty = client.get(path, query_string={"start": utc(start.astimezone(UTC)), "minutes": 60}).text
    assert (f'value="{days[0]}"' in empty, 'value="14:00"' in empty, ticks(empty)) == (True, True, [])
    looked = client.get(path, query_string={**form, "look": "yes"})
    assert ticks(looked.text) == [days[0], days[2], days[3]]
    assert "3 of 4 times can be had" in words(looked)
    assert "Somebody has it" in words(looked)
    assert "/m/prusa-n2/book?start=" in looked.text, "what would work"
    assert "Together ≈ €9.00" in words(looked)
    assert kept(lab) == []
    key = re.search(r'name="request_key" value="([^"]+)"', looked.text)[1]
    book(lab, cast.student, hours_from((start + timedelta(weeks=2)).astimezone(UTC), 1), now=datetime.now(UTC))
    ticked = {**form, "on": [days[0], days[2]], "request_key": key}
    taken = client.post(path, data=ticked)
    assert (taken.status_code, ticks(taken.text)) == (409, [days[0]]), "what was not ticked stays so"
    assert kept(lab) == []
    nothing = client.post(path, data=form)
    assert (nothing.status_code, "Choose at least one" in words(nothing)) == (422, True)
    for _ in range(2):
        done = client.post(path, data={**form, "on": [days[0], days[3]], "request_key": key})
        assert (done.status_code, done.location) == (302, "/series/1")
    assert [when.date().isoformat() for _made, when in kept(lab)] == [days[0], days[3]]
    for wrong, status in (
        ({"times": "99"}, 200),
        ({"ends": "until"}, 200),
        ({"begins": "25:99"}, 200),
        ({"times": "x"}, 400),
    ):
        answer = client.get(path, query_string={**form, **wrong, "look": "yes"})
        assert (answer.status_code, ticks(answer.text)) == (status, []), wrong


def test_one_the_following_or_all_are_moved_and_given_back(lab: Lab) -> None:
    cast, client, start = lab.cast, lab.signed_in(lab.cast.maker), first()
    form = {"first_on": start.date().isoformat(), "begins": "14:00", "minutes": "60", "times": "3"}
    on = [(start + timedelta(weeks=number)).date().isoformat() for number in range(3)]
    client.post("/m/prusa-n1/repeat", data={**form, "on": on})
    (one, at), (two, _), (three, _) = kept(lab)
    book(lab, cast.student, hours_from((start + timedelta(weeks=2, hours=3)).astimezone(UTC), 1), now=datetime.now(UTC))

    assert f"/series/1/change?from={two}" in client.get("/series/1").text
    assert "/series/1" in client.get(f"/reservations/{two}").text
    change = {"from": one, "scope": "all", "first_on": on[0], "begins": "17:00", "minutes": "60", "version": "1"}
    looked = client.post("/series/1/change", data={**change, "do": "look"})
    assert (looked.status_code, "Move the 2 that can be moved" in words(looked)) == (200, True)
    refused = client.post("/series/1/change", data={**change, "do": "all"})
    assert (refused.status_code, 'value="17:00"' in refused.text) == (409, True)
    assert [when.hour for _made, when in kept(lab)] == [14] * 3
    assert client.post("/series/1/change", data={**change, "do": "rest"}).status_code == 302
    assert [when.hour for _made, when in kept(lab)] == [17, 17, 14]
    assert client.post("/series/1/change", data={**change, "do": "rest"}).status_code == 409, "it was read before"
    moved = {**change, "from": three, "scope": "one", "first_on": on[2], "begins": "10:30", "version": "2", "do": "all"}
    assert client.post("/series/1/change", data=moved).status_code == 302
    assert kept(lab)[2][1].strftime("%H:%M") == "10:30"
    shown = client.get(f"/series/1/cancel?from={two}&scope=following")
    assert "Give 2 reservations back" in words(shown)
    back = {"from": two, "scope": "following", "version": "3", "do": "all"}
    assert client.post("/series/1/cancel", data=back).status_code == 302
    assert [made for made, _when in kept(lab)] == [one]
    for who in (cast.student, cast.treasurer):
        other = lab.signed_in(who)
        assert [other.get(f"/series/1{path}").status_code for path in ("", "/change", "/cancel")] == [404] * 3
        assert [other.post(f"/series/1/{act}", data=back).status_code for act in ("change", "cancel")] == [404] * 2
    assert "Maker" in words(lab.signed_in(cast.fabmanager).get("/series/1"))
    client.post("/series/1/cancel", data={**back, "scope": "all", "version": "4"})
    assert "None of these is still to come" in words(client.get("/series/1"))
    for path in ("/series/1/change", "/series/1/cancel"):
        assert "None of these is still to come" in words(client.get(path))
    assert client.get(f"/series/1/change?from={9999}").status_code == 404
    assert at.hour == 14


def test_several_machines_are_reserved_moved_and_given_back_at_once(lab: Lab) -> None:
    cast, client, start = lab.cast, lab.signed_in(lab.cast.maker), first()
    path, day = "/m/prusa-n1/together", start.date().isoformat()
    form = {"first_on": day, "begins": "14:00", "minutes": "60", "resource": [cast.other_printer]}

    plain = client.get(path, query_string={"start": utc(start.astimezone(UTC)), "minutes": 60})
    assert all(name in words(plain) for name in ("Prusa n°2", "Laser"))
    locked = client.post(path, data={**form, "resource": [cast.other_printer, cast.laser]})
    assert (locked.status_code, "Laser: You need the certificate" in words(locked)) == (422, True)
    assert kept(lab) == []
    looked = client.get(path, query_string={**form, "look": "yes"})
    assert "Reserve all 2" in words(looked)
    done = client.post(path, data=form)
    assert (done.status_code, done.location) == (302, "/together/1")
    assert "/together/2" in client.get("/reservations/2").text
    moved = {"first_on": day, "begins": "15:30", "minutes": "60", "version": "1"}
    assert client.post("/together/2/move", data=moved).status_code == 302
    assert {when.strftime("%H:%M") for _made, when in kept(lab)} == {"15:30"}
    assert client.post("/together/2/move", data=moved).status_code == 409
    other = lab.signed_in(cast.student)
    assert other.get("/together/1").status_code == 404
    assert [other.post(f"/together/1/{act}", data=moved).status_code for act in ("move", "cancel")] == [404] * 2
    assert client.post("/together/1/cancel").status_code == 302
    assert kept(lab) == []
    assert client.post("/together/1/cancel").status_code == 422
    assert client.post(path, data={**form, "resource": []}).status_code == 422


def test_staff_repeat_for_others_with_what_the_rules_ask_and_against_them(lab: Lab) -> None:
    cast, client, start = lab.cast, lab.signed_in(lab.cast.fabmanager), first()
    rule(lab, "length", {"most": 30}, note=HARD)
    rule(lab, "jobs", {"jobs": ["PLA", HARD]})
    with transaction() as session:
        members.member(session, cast.maker).name = f"{HARD} {'x' * 190}"
    day = start.date().isoformat()
    form = {"first_on": day, "begins": "14:00", "minutes": "60", "times": "1", "for_whom": "maker@test.example"}

    looked = client.get("/m/prusa-n1/repeat", query_string={**form, "look": "yes"})
    assert ('name="override_reason"' in looked.text, "&lt;b&gt;Découpe" in looked.text) == (True, True)
    assert "<b>Découpe" not in looked.text
    why = {**form, "override_reason": "Stage", "job": "PLA", "on": day}
    assert client.post("/m/prusa-n1/repeat", data=why).status_code == 302
    assert len(kept(lab)) == 1
    series = client.get("/series/1").text
    assert ("&lt;b&gt;Découpe" in series, "<b>Découpe" in series) == (True, False)
    nobody = client.get("/m/prusa-n1/repeat", query_string={**form, "for_whom": "nobody at all", "look": "yes"})
    assert "Nobody matches" in words(nobody)
    assert lab.signed_in(cast.maker).get("/m/prusa-n1/repeat", query_string={**form, "look": "yes"}).status_code == 403
