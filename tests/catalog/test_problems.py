"""Reporting what is wrong, who may read it, how far it is, and who is told."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from fablab.catalog import problem_queries as queries
from fablab.catalog import problems
from fablab.catalog.models import Problem, ProblemKind, ProblemState
from fablab.catalog.problem_queries import Wanted
from fablab.catalog.problems import PER_REPORTER, Report, Step
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.files import stored_file
from fablab.core.outbox import OutboxRow
from fablab.core.refusals import Conflict, Refused
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> 🔥 \u202eمرحبا\x00 " + "x" * 5000


def report(lab: Lab, reporter_id: int | None = None, now: datetime = NOW, **said: object) -> int:
    values = {"site_id": lab.cast.workshop, "resource_id": lab.cast.printer, "text": "Broken", **said}
    with transaction() as session:
        return problems.report(session, reporter_id, Report(**values), now).id


def advance(lab: Lab, problem_id: int, version: int, *, by: str = "fabmanager", **step: object) -> None:
    with transaction() as session:
        problems.advance(session, lab.actor(getattr(lab.cast, by)), problem_id, Step(**step), version, NOW)


def mails(lab: Lab, prefix: str) -> list[dict[str, str]]:
    lab.session.rollback()
    rows = lab.session.query(OutboxRow).filter(OutboxRow.key.startswith(prefix)).order_by(OutboxRow.id)
    return [row.payload for row in rows]


def test_from_new_to_fixed_and_back_with_a_log_and_mails_to_those_who_follow(lab: Lab) -> None:
    cast = lab.cast
    found = report(lab, cast.maker, text="Nozzle clogged")
    with transaction() as session:
        problems.follow(session, lab.actor(cast.student), found)
        problems.follow(session, lab.actor(cast.student), found)
    assert [mail["to"] for mail in mails(lab, "problem:")] == ["fabmanager@test.example"]
    assert "Nozzle clogged" in mails(lab, "problem:")[0]["body"]

    advance(lab, found, 1, assigned_to_id=cast.admin)
    advance(lab, found, 2, state=ProblemState.WAITING, waiting_for="A nozzle", comment="Ordered")
    advance(lab, found, 3, by="admin", state=ProblemState.FIXED)
    with transaction() as session:
        problems.unfollow(session, lab.actor(cast.student), found)
    advance(lab, found, 4, state=ProblemState.NEW, comment="It is back")

    row = queries.problem(lab.session, lab.actor(cast.maker), found)
    assert (row.state, row.fixed_at, row.assigned_to_id, row.waiting_for, row.version) == ("new", None, None, "", 5)
    assert [(line.state, line.text, line.by_id) for line in queries.entries_of(lab.session, found)] == [
        ("assigned", "", cast.fabmanager),
        ("waiting", "A nozzle\nOrdered", cast.fabmanager),
        ("fixed", "", cast.admin),
        ("new", "It is back", cast.fabmanager),
    ]
    told = [(mail["to"].partition("@")[0], mail["subject"]) for mail in mails(lab, "problem-entry:")]
    assert (
        sorted(name for name, _ in told) == ["admin", "maker", "maker", "maker", "maker", "student"] + ["student"] * 2
    )
    assert ("admin", "For you to take care of: Prusa n°1") in told
    assert ("student", "Fixed: Prusa n°1") in told


def test_what_only_staff_may_read_exists_for_nobody_else_and_is_in_no_mail(lab: Lab) -> None:
    cast = lab.cast
    found = report(lab, cast.maker, kind=ProblemKind.INJURY, text="Cut finger")
    everything = Wanted()
    sites = [cast.workshop, cast.office]

    advance(lab, found, 1, assigned_to_id=cast.admin, comment="Called the doctor")

    for name in ("maker", "trainer", "treasurer", "student"):
        actor = lab.actor(getattr(cast, name))
        assert queries.problems(lab.session, actor, sites, everything) == []
        with pytest.raises(NotFound):
            queries.problem(lab.session, actor, found)
        with pytest.raises(NotFound), transaction() as session:
            problems.follow(session, actor, found)
    for name in ("fabmanager", "admin"):
        seen = queries.problems(lab.session, lab.actor(getattr(cast, name)), sites, everything)
        assert [row.id for row in seen] == [found]
    assert queries.open_problems(lab.session, resource_id=cast.printer) == []
    sent = mails(lab, "problem")
    assert [mail["to"] for mail in sent] == ["fabmanager@test.example", "admin@test.example"]
    for word in ("finger", "doctor", "Prusa", "njury", "Maker"):
        assert not any(word in mail["subject"] + mail["body"] for mail in sent)
    elsewhere = report(lab, kind=ProblemKind.NEAR_MISS, site_id=cast.office, resource_id=None)
    with pytest.raises(NotFound):
        queries.problem(lab.session, lab.actor(cast.fabmanager), elsewhere)


def test_the_second_of_two_is_told_and_nothing_is_lost(lab: Lab) -> None:
    found = report(lab)
    advance(lab, found, 1, assigned_to_id=lab.cast.admin)

    with pytest.raises(Conflict):
        advance(lab, found, 1, state=ProblemState.FIXED)

    lab.session.rollback()
    assert lab.session.get(Problem, found).state == "assigned"


def test_steps_that_do_not_hold_together_are_refused(lab: Lab) -> None:
    found = report(lab)

    for step, code in (
        ({}, "nothing"),
        ({"state": ProblemState.ASSIGNED}, "assignee_missing"),
        ({"state": ProblemState.WAITING, "waiting_for": " "}, "waiting_for_missing"),
        ({"assigned_to_id": lab.cast.maker}, "assignee"),
        ({"assigned_to_id": 2**31 - 1}, "assignee"),
    ):
        with pytest.raises(Refused) as caught:
            advance(lab, found, 1, **step)
        assert caught.value.codes == (code,)
    with pytest.raises(Forbidden):
        advance(lab, found, 1, by="maker", comment="x")
    with pytest.raises(NotFound):
        advance(lab, 999999, 1, comment="x")


def test_whatever_is_typed_is_kept_as_text_and_a_photo_only_if_it_is_one(lab: Lab) -> None:
    picture = BytesIO()
    Image.new("RGB", (2400, 1200), "red").save(picture, "PNG")

    found = report(lab, text=HOSTILE, name=HOSTILE, photo=picture.getvalue())

    row = lab.session.get(Problem, found)
    assert row.text.startswith("<script>alert(1)</script> 🔥")
    assert "\x00" not in row.text + row.reporter_name
    assert (len(row.text), len(row.reporter_name)) == (4000, 120)
    with Image.open(BytesIO(stored_file(lab.session, row.photo_id).content)) as kept:
        assert (kept.format, kept.size) == ("JPEG", (1600, 800))
    for values in ({"text": " \n "}, {"photo": b"MZ no picture"}, {"photo": b""}):
        with pytest.raises(Refused):
            report(lab, **values)
    for values in ({"resource_id": 999999}, {"resource_id": None, "site_id": 999999}):
        with pytest.raises(NotFound):
            report(lab, **values)


def test_the_button_pressed_twice_reports_once_and_a_flood_is_stopped(lab: Lab) -> None:
    assert report(lab, text="Twice") == report(lab, text="Twice", now=NOW + timedelta(seconds=5))
    assert report(lab, text="Twice") != report(lab, lab.cast.maker, text="Twice")

    def tries(reporter_id: int | None, address: str, now: datetime = NOW) -> None:
        with transaction() as session:
            problems.count_attempt(session, reporter_id, address, now)

    for _ in range(PER_REPORTER):
        tries(None, "192.0.2.1")
    with pytest.raises(Refused):
        tries(None, "192.0.2.1")
    tries(None, "192.0.2.2")
    tries(lab.cast.maker, "192.0.2.1")
    tries(None, "192.0.2.1", NOW + timedelta(minutes=16))
