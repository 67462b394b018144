"""What people do on the screens when they reserve and change: asked for little, refused with a way out."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from fablab.booking import queries
from fablab.booking.models import Reservation
from fablab.core.db import transaction
from fablab.core.i18n import show_time
from fablab.web.calendar.asking import NAMED_IN_VAIN
from fablab.web.ground.filters import utc
from tests.booking.rules_of_a_lab import book, rule
from tests.conftest import Lab, hours_from
from tests.web.conftest import words

SHEET = "/m/prusa-n1/book"
PARIS = ZoneInfo("Europe/Paris")
HALF, HOUR = timedelta(minutes=30), timedelta(hours=1)


def _last_sunday(month: int) -> date:
    """The night on which the clocks change, of the next such month."""
    today = datetime.now(UTC).date()
    year = today.year if today.month < month else today.year + 1
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _days_later(moment: datetime, days: int) -> datetime:
    """The same hour on the wall's clock."""
    return moment.astimezone(PARIS) + timedelta(days=days)


def _reservation(lab: Lab, made: int) -> Reservation:
    lab.session.rollback()
    return queries.reservation(lab.session, made)


def test_a_sheet_that_is_only_opened_says_nothing_against_fields_still_empty(lab: Lab, tomorrow: datetime) -> None:
    client = lab.signed_in(lab.cast.maker)
    rule(lab, "jobs", {"jobs": ["PLA", "PETG"]})
    rule(lab, "companion", {})
    form = {"start": utc(tomorrow), "minutes": "60"}

    opened = client.get(SHEET, query_string=form)
    refused = client.post(SHEET, data=form)

    assert 'role="alert"' not in opened.text
    assert "Never alone: name the member who comes along." in words(opened), "it is one of the rules in force"
    assert refused.status_code == 422
    assert "Say what for." in words(refused)
    assert "Name somebody in the form." in words(refused)
    assert "Free nearby" in words(refused)


def test_nobody_learns_from_the_sheet_who_is_a_member(lab: Lab, tomorrow: datetime) -> None:
    cast, client = lab.cast, lab.signed_in(lab.cast.maker)
    rule(lab, "companion", {"from_age": 18, "course_ids": [cast.cutting]})
    form = {"start": utc(tomorrow), "minutes": "60"}
    named = ("student@test.example", "nobody@test.example", str(cast.student), "99999")

    looks = [words(client.get(SHEET, query_string={**form, "companion": name})) for name in named]
    answers = [client.post(SHEET, data={**form, "companion": name}) for name in named]

    assert len(set(looks)) == 1, "looking tells nothing"
    assert {answer.status_code for answer in answers} == {422}
    assert len({words(answer) for answer in answers}) == 1, "unfit and unknown are the same"
    for _more in range(NAMED_IN_VAIN - len(named)):
        client.post(SHEET, data={**form, "companion": "nobody@test.example"})
    stopped = client.post(SHEET, data={**form, "companion": "trainer@test.example"})
    assert "Too many attempts" in words(stopped)


def test_whoever_comes_along_is_named_to_staff_alone(lab: Lab, tomorrow: datetime) -> None:
    cast, client = lab.cast, lab.signed_in(lab.cast.maker)
    rule(lab, "companion", {})
    for number in range(NAMED_IN_VAIN + 1):
        start = utc(tomorrow + number * HOUR)
        data = {"start": start, "minutes": "60", "companion": str(cast.student)}
        assert client.post(SHEET, data=data).status_code == 302, "who names rightly may do so as often as they like"

    assert "Student" not in words(client.get("/reservations/1")), "a number is no way to a name"
    assert "Student" in words(lab.signed_in(cast.fabmanager).get("/reservations/1"))


@pytest.mark.parametrize("which", ["first", "second"])
def test_a_time_that_the_clocks_show_twice_is_asked_for(lab: Lab, tomorrow: datetime, which: str) -> None:
    client, night = lab.signed_in(lab.cast.maker), _last_sunday(10)
    typed = {"start": utc(tomorrow), "minutes": "60", "day": night.isoformat(), "at": "02:30"}
    meant = datetime(night.year, night.month, night.day, 0 if which == "first" else 1, 30, tzinfo=UTC)

    asked = client.get(SHEET, query_string=typed)
    refused = client.post(SHEET, data=typed)
    told = client.get(SHEET, query_string={**typed, "which": which})
    only_day = client.get(SHEET, query_string={**typed, "at": ""})

    assert "Which of the two?" in words(asked)
    assert f'value="{night}"' in asked.text, "nothing typed is lost"
    assert (refused.status_code, lab.session.query(Reservation).count()) == (422, 0)
    assert f'value="{utc(meant)}" selected' in told.text
    assert "Which of the two?" not in words(told)
    same_hour = datetime.combine(night, tomorrow.astimezone(PARIS).time(), PARIS)
    assert f'value="{utc(same_hour.astimezone(UTC))}" selected' in only_day.text


def test_a_time_that_the_clocks_skip_is_refused(lab: Lab, tomorrow: datetime) -> None:
    client, night = lab.signed_in(lab.cast.maker), _last_sunday(3)
    made = book(lab, lab.cast.maker, hours_from(tomorrow, 1), now=tomorrow - HOUR * 20)
    typed = {"start": utc(tomorrow), "minutes": "60", "day": night.isoformat(), "at": "02:30"}

    answers = [client.post(SHEET, data=typed)]
    moved = {"day": night.isoformat(), "start": "02:30", "minutes": "60", "version": "1"}
    answers.append(client.post(f"/reservations/{made}/move", data=moved))

    for answer in answers:
        assert answer.status_code == 422
        assert "does not exist" in words(answer)
        assert 'value="02:30"' in answer.text


def test_again_is_the_same_once_more_at_the_next_time_that_works(lab: Lab, tomorrow: datetime) -> None:
    cast, client = lab.cast, lab.signed_in(lab.cast.maker)
    before = tomorrow - timedelta(days=8)
    made = book(lab, cast.maker, hours_from(before, 2), now=before - HOUR, job="PLA", guests=1)

    def again(made: int) -> tuple[str, dict[str, list[str]]]:
        parts = urlsplit(client.get(f"/reservations/{made}/again").location)
        return parts.path, parse_qs(parts.query)

    path, fields = again(made)
    start = datetime.fromisoformat(fields["start"][0])
    assert path == SHEET
    assert (fields["minutes"], fields["job"], fields["guests"]) == (["120"], ["PLA"], ["1"])
    assert "for_whom" not in fields
    now = datetime.now(UTC)
    assert now < start <= now + timedelta(days=1)
    assert show_time(start, PARIS) == show_time(before, PARIS)
    book(lab, cast.student, hours_from(start, 2), now=now)
    taken = datetime.fromisoformat(again(made)[1]["start"][0])
    assert abs(taken - start) == 2 * HOUR, "the nearest that works"
    assert client.get("/").text.count(f"/reservations/{made}/again") == 1
    assert f"/reservations/{made}/again" in client.get("/me").text
    by_staff = urlsplit(lab.signed_in(cast.fabmanager).get(f"/reservations/{made}/again").location)
    assert parse_qs(by_staff.query)["for_whom"] == ["maker@test.example"]


def test_the_calendar_moves_by_slots_days_and_machines(lab: Lab, tomorrow: datetime) -> None:
    cast, client, now = lab.cast, lab.signed_in(lab.cast.maker), datetime.now(UTC)
    made = book(lab, cast.maker, hours_from(tomorrow, 1), now=now)
    path, version = f"/reservations/{made}/move", 1

    for said, start, hours in (
        ({"slots": "1"}, tomorrow + HALF, 1),
        ({"longer_slots": "1"}, tomorrow + HALF, 1.5),
        ({"later": "-30", "resource": str(cast.other_printer)}, tomorrow, 1.5),
        ({"later": "60", "days": "2"}, _days_later(tomorrow + HOUR, 2), 1.5),
    ):
        answer = client.post(path, data={"from": "calendar", "version": str(version), **said})
        assert (answer.status_code, answer.text.startswith("Moved: Prusa")) == (200, True), said
        version += 1
        row = _reservation(lab, made)
        assert row.starts_at == start, said
        assert (row.period.minutes, row.version) == (hours * 60, version), said
    assert row.resource_id == cast.other_printer

    stale = client.post(path, data={"from": "calendar", "version": "1", "slots": "1"})
    assert stale.status_code == 409
    assert f'name="version" value="{version}"' in stale.text, "asked once more, it is meant"
    for said in ({"longer_slots": "-9"}, {"resource": str(cast.laser)}):
        refused = client.post(path, data={"from": "calendar", "version": str(version), **said})
        assert (refused.status_code, _reservation(lab, made).version) == (422, version), said


def test_what_forbids_moving_stands_where_one_would_move(lab: Lab, tomorrow: datetime) -> None:
    cast, client, now = lab.cast, lab.signed_in(lab.cast.maker), datetime.now(UTC)
    made = book(lab, cast.maker, hours_from(tomorrow, 1), now=now)
    rule(lab, "moves", {"most": 0})
    page, form = client.get(f"/reservations/{made}"), client.get(f"/reservations/{made}/move")
    staff = lab.signed_in(cast.fabmanager)

    for shown in (page, form):
        assert "It cannot be moved; give it back and reserve anew." in words(shown)
    assert f"/reservations/{made}/move" not in page.text
    assert "<form" not in form.text.split('id="main"')[1].split("</main>")[0]
    assert f"/reservations/{made}/move" in staff.get(f"/reservations/{made}").text
    data = {"resource": cast.other_printer, "version": "1", "reason": "<b>Révision</b>"}
    local = tomorrow.astimezone(PARIS)
    data |= {"day": local.date().isoformat(), "start": f"{local:%H:%M}", "minutes": "60"}
    assert staff.post(f"/reservations/{made}/move", data=data).status_code == 302
    told = client.get(f"/reservations/{made}")
    assert "by staff" in words(told)
    assert "&lt;b&gt;Révision" in told.text
    assert "Fabmanager" not in words(told)
    assert "Fabmanager" in words(staff.get(f"/reservations/{made}"))


def test_a_rule_that_came_since_is_asked_for_in_the_form(lab: Lab, tomorrow: datetime) -> None:
    cast, client, now = lab.cast, lab.signed_in(lab.cast.maker), datetime.now(UTC)
    made = book(lab, cast.maker, hours_from(tomorrow, 1), now=now)
    rule(lab, "jobs", {"jobs": ["PLA", "PETG"]})
    rule(lab, "companion", {})
    local = (tomorrow + HOUR).astimezone(PARIS)
    data = {"day": local.date().isoformat(), "start": f"{local:%H:%M}", "minutes": "60", "version": "1"}

    assert 'name="job"' not in client.get(f"/reservations/{made}/move").text
    refused = client.post(f"/reservations/{made}/move", data=data)
    answered = {**data, "job": "PETG", "companion": "student@test.example"}
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/me"}
    moved = client.post(f"/reservations/{made}/move", data=answered, headers=headers)

    assert (refused.status_code, 'name="job"' in refused.text, 'name="companion"' in refused.text) == (422, True, True)
    assert "This would work" in words(refused)
    assert (moved.status_code, moved.headers["HX-Redirect"]) == (200, "/me")
    row = _reservation(lab, made)
    assert (row.job, row.companion_id, row.starts_at) == ("PETG", cast.student, tomorrow + HOUR)


def test_who_is_there_finds_going_on_and_leaving_on_every_page_of_theirs(lab: Lab) -> None:
    cast, client = lab.cast, lab.signed_in(lab.cast.maker)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    made = book(lab, cast.maker, hours_from(now, 1), now=now)
    pages = ("/me", "/m/prusa-n1", f"/reservations/{made}")

    for page in pages:
        shown = words(client.get(page))
        assert "30 min more" in shown, page
        assert "Leave now" in shown, page
    assert "30 min more" not in words(lab.signed_in(cast.student).get("/m/prusa-n1"))
    assert "30 min more" not in words(lab.client().get("/m/prusa-n1"))
    book(lab, cast.student, hours_from(now + HOUR, 1), now=now)
    for page in pages:
        shown = words(client.get(page))
        assert "min more" not in shown, page
        assert "You cannot go on after this" in shown, page
    late = client.post(f"/reservations/{made}/extend", data={"until": utc(now + HOUR + HALF), "next": "/me"})
    assert (late.status_code, "Somebody has it" in words(late)) == (409, True)
    assert client.post(f"/reservations/{made}/extend", data={"until": "soon"}).status_code == 400
    early = book(lab, cast.maker, hours_from(now + 5 * HOUR, 1), now=now)
    assert client.post(f"/reservations/{early}/end").status_code == 422


def test_a_week_is_polled_and_tells_names_to_staff_alone(lab: Lab, tomorrow: datetime) -> None:
    cast, path = lab.cast, f"/m/prusa-n1/week?from={tomorrow.date()}"
    made = book(lab, cast.maker, hours_from(tomorrow, 1), now=datetime.now(UTC))
    clients = {who: lab.signed_in(getattr(cast, who)) for who in ("maker", "student", "fabmanager")}

    seen = {who: client.get(path) for who, client in clients.items()}
    same = clients["student"].get(path, headers={"If-None-Match": seen["student"].headers["ETag"]})

    assert same.status_code == 304
    assert f'data-move="{made}"' in seen["maker"].text
    assert f'data-move="{made}"' in seen["fabmanager"].text
    assert "data-move" not in seen["student"].text
    assert ("Maker" in words(seen["fabmanager"]), "Maker" in words(seen["student"])) == (True, False)
    with transaction() as session:
        session.get_one(Reservation, made).started_at = datetime.now(UTC)
    assert "data-move" not in clients["maker"].get(path).text, "what has begun stays where it is"
