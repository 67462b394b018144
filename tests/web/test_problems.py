"""Reporting from the QR page, the board, a problem's page, and taking a machine out from there."""

import re
from datetime import datetime
from io import BytesIO

from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from fablab.catalog import problems
from fablab.catalog.models import Problem, ProblemKind
from fablab.catalog.problems import PER_REPORTER, Report
from fablab.core.db import db, transaction
from tests.conftest import Lab, hours_from
from tests.support.statements import statements
from tests.web.conftest import words
from tests.web.test_access import _reserve

HERE = "/m/prusa-n1/problem"


def photo() -> FileStorage:
    kept = BytesIO()
    Image.effect_noise((1700, 1700), 90).save(kept, "PNG")
    return FileStorage(BytesIO(kept.getvalue()), "IMG.png")


def send(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    """A form with a file, as a browser sends it."""
    boundary, body = encode_multipart(fields)
    return client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def version(client: FlaskClient, problem_id: int) -> str:
    found = re.search(r'name="version" value="(\d+)"', client.get(f"/problems/{problem_id}").text)
    return found[1] if found else ""


def test_a_visitor_reports_with_a_photo_larger_than_other_forms_and_staff_bring_it_to_its_end(lab: Lab) -> None:
    visitor, staff, member = lab.client(), lab.signed_in(lab.cast.fabmanager), lab.signed_in(lab.cast.maker)
    picture = photo()
    assert len(picture.stream.getvalue()) > 2 * 1024 * 1024

    sent = send(visitor, HERE, kind="problem", text="Belt <b>torn</b>", name="Zoé", photo=picture)

    assert sent.status_code == 302, sent.text
    assert "What happens next" in words(visitor.get(sent.location, headers={"Accept-Language": "en"}))
    assert "Belt &lt;b&gt;torn" in visitor.get("/m/prusa-n1").text
    assert "Belt &lt;b&gt;torn" in visitor.get(HERE).text
    assert "Belt <b>torn" in words(member.get("/problems/1"))
    assert "Zoé" not in words(member.get("/problems/1"))
    assert "Zoé" in words(staff.get("/problems/1"))
    assert member.get("/problems/1/photo").data.startswith(b"\xff\xd8")
    assert member.post("/problems/1", data={"do": "fix", "version": "1"}).status_code == 403
    assert member.post("/problems/1/follow").status_code == 302
    assert "Follow it no more" in words(member.get("/problems/1"))
    for do in ("take", "wait", "give", "comment", "fix", "reopen", "fix"):
        data = {"do": do, "version": version(staff, 1), "waiting_for": "A belt", "comment": "Hm"}
        answer = staff.post("/problems/1", data={**data, "assigned_to_id": str(lab.cast.admin)})
        assert answer.status_code == 302, (do, answer.text)
    assert "Belt" not in visitor.get("/m/prusa-n1").text
    assert "Belt" in words(staff.get("/problems"))


def test_what_was_typed_is_there_again_after_a_refusal(lab: Lab) -> None:
    visitor = lab.client()
    data = {"kind": "near_miss", "text": "It nearly fell", "name": "Zoé"}

    lie = send(visitor, HERE, **data, photo=FileStorage(BytesIO(b"MZ\x90 no picture"), "photo.jpg"))
    empty = visitor.post(HERE, data={"kind": "problem", "text": " "})
    unknown = visitor.post(HERE, data={"kind": "flood", "text": "x"})
    huge = send(visitor, HERE, **data, photo=FileStorage(BytesIO(b"x" * 14 * 1024 * 1024), "a.jpg"))

    assert (lie.status_code, empty.status_code, unknown.status_code, huge.status_code) == (422, 422, 422, 413)
    assert "It nearly fell" in lie.text
    assert 'value="near_miss" checked' in lie.text
    assert "13" in words(huge)
    assert visitor.post("/sign-in", data={"x": "y" * 3 * 1024 * 1024}).status_code == 413
    db.session.rollback()
    assert lab.session.query(Problem).count() == 0
    for _ in range(PER_REPORTER):
        visitor.post(HERE, data={"kind": "problem", "text": " x "})
    assert visitor.post(HERE, data={"kind": "problem", "text": "More"}).status_code == 429


def test_an_injury_is_on_no_page_but_staffs(lab: Lab) -> None:
    visitor = lab.client()
    for where in (HERE, f"/sites/{lab.cast.workshop}/problem"):
        assert visitor.get(where).status_code == 200
        assert send(visitor, where, kind="injury", text="Cut finger", photo=photo()).status_code == 302

    for name in ("maker", "trainer", "treasurer"):
        client = lab.signed_in(getattr(lab.cast, name))
        for path in ("/problems/1", "/problems/1/photo"):
            assert client.get(path).status_code == 404, (name, path)
        assert client.post("/problems/1/follow").status_code == 404
        assert "finger" not in client.get("/m/prusa-n1").text
        assert "finger" not in client.get(HERE).text
    staff = lab.signed_in(lab.cast.fabmanager)
    assert "Cut finger" in words(staff.get("/problems"))
    assert "Cut finger" in words(staff.get("/desk"))
    assert "Cut finger" not in words(staff.get("/m/prusa-n1"))
    assert "Cut finger" not in staff.get(f"/machines/{lab.cast.printer}/state?problem=1").text
    assert staff.get("/problems/1/photo").status_code == 200
    assert "finger" not in lab.signed_in(lab.cast.admin).get(f"/problems?site={lab.cast.office}").text


def test_two_at_once_the_second_is_told_and_keeps_what_was_typed(lab: Lab) -> None:
    lab.client().post(HERE, data={"kind": "problem", "text": "Belt torn"})
    staff = lab.signed_in(lab.cast.fabmanager)
    staff.post("/problems/1", data={"do": "take", "version": "1"})

    late = staff.post("/problems/1", data={"do": "comment", "version": "1", "comment": "I was slower"})
    forged = staff.post("/problems/1", data={"do": "burn", "version": "2"})

    assert (late.status_code, forged.status_code) == (409, 400)
    assert "I was slower" in late.text
    assert 'name="version" value="2"' in late.text


def test_a_machine_is_taken_out_from_a_problem_with_a_decision_for_each_reservation(
    lab: Lab, tomorrow: datetime
) -> None:
    first = _reserve(lab, hours_from(tomorrow, 1))
    lab.client().post(HERE, data={"kind": "problem", "text": "Belt\ntorn"})
    staff = lab.signed_in(lab.cast.fabmanager)
    path = f"/machines/{lab.cast.printer}/state"
    assert 'value="Belt torn"' in staff.get(f"{path}?problem=1").text
    data = {"version": "1", "state": "out_of_order", "note": "Belt torn"}
    data |= {"until_day": "2040-01-01", "until_time": "09:30"}

    preview = staff.post(path, data=data)
    refused = staff.post(path, data={**data, "until_day": "2020-01-01"})
    wrong = staff.post(path, data={**data, "until_time": "99:99"})
    none = staff.post(path, data={"state": "melted"})
    to_no_use = staff.post(path, data={**data, f"decision-{first}": str(lab.cast.laser), "decision-others": "keep"})
    moved = staff.post(path, data={**data, f"decision-{first}": str(lab.cast.other_printer)})

    assert [answer.status_code for answer in (preview, refused, wrong, none, moved)] == [409, 422, 422, 422, 302]
    assert to_no_use.status_code == 409
    assert "cannot move to Laser" in words(to_no_use)
    assert f'name="decision-{first}"' in to_no_use.text
    assert '<option value="keep" selected>' in to_no_use.text
    assert "Maker" in preview.text
    assert f'<option value="{lab.cast.other_printer}" selected>' in preview.text
    assert 'name="until_day" value="2040-01-01"' in preview.text
    page = words(staff.get("/m/prusa-n1"))
    assert "Out of order · Belt torn" in page
    assert "09:30" in page
    assert "Put it back into service" in page
    assert "Put it back" not in words(lab.signed_in(lab.cast.maker).get("/m/prusa-n1"))
    assert "Prusa n°2" in words(lab.signed_in(lab.cast.maker).get("/me"))
    late = staff.post(path, data={**data, "note": "My own <b>note</b>"})
    assert (late.status_code, "Somebody else changed this" in words(late)) == (409, True)
    assert "My own &lt;b&gt;note" in late.text
    assert 'name="version" type="hidden" value="2"' in late.text
    assert staff.post(path, data={"version": "2", "state": "available"}).status_code == 302
    assert lab.signed_in(lab.cast.fabmanager).get(f"/machines/{lab.cast.desk_room}/state").status_code == 403


def test_maintenance_is_planned_done_and_counted_on_its_pages(lab: Lab) -> None:
    staff = lab.signed_in(lab.cast.fabmanager)
    path = f"/machines/{lab.cast.printer}/maintenance"
    assert staff.post(f"{path}/plans", data={"title": "Grease <b>", "every_days": "30"}).status_code == 302
    for data in ({"title": "x"}, {"title": "", "every_days": "3"}, {"title": "x", "every_days": "9" * 30}):
        assert staff.post(f"{path}/plans", data=data).status_code == 422, data
    done = {"plan_id": "1", "minutes": "20", "cost": "12,50", "note": "All axes"}
    assert staff.post(f"{path}/done", data=done).status_code == 302
    for data in (
        {"cost": "1,234"},
        {"cost": "-5"},
        {"minutes": "x"},
        {"on": "2090-01-01", "note": "x"},
        {"plan_id": "77"},
    ):
        assert staff.post(f"{path}/done", data={"plan_id": "0", **data}).status_code == 422, data

    assert "€12.50" in words(staff.get(path))
    assert "€12.50" in words(staff.get("/maintenance"))
    assert "Grease &lt;b&gt;" in staff.get("/m/prusa-n1").text
    assert (
        staff.post("/maintenance/plans/1", data={"title": "Oil", "every_days": "9", "version": "1"}).status_code == 409
    )
    stale = staff.post("/maintenance/plans/1", data={"title": "Mine", "every_days": "9", "version": "1"})
    assert "Mine" in stale.text
    assert "Grease" in stale.text
    assert (
        staff.post("/maintenance/plans/1", data={"title": "Oil", "every_days": "9", "version": "2"}).status_code == 302
    )
    assert staff.post("/maintenance/plans/1/end").status_code == 302
    assert staff.get("/maintenance/plans/1").status_code == 404


def test_the_board_and_the_desk_need_as_many_statements_for_forty_as_for_two(lab: Lab) -> None:
    staff = lab.signed_in(lab.cast.admin)
    counts: list[int] = []

    def count(path: str) -> int:
        def look() -> None:
            assert staff.get(path).status_code == 200

        return statements(db.engine, look)

    for many in (2, 40):
        with transaction() as session:
            for number in range(many):
                site = lab.cast.workshop if number % 2 else lab.cast.office
                said = Report(site_id=site, kind=list(ProblemKind)[number % 3], text=f"{many} {number}")
                problems.report(session, lab.cast.maker, said, datetime.now().astimezone())
        counts.append(count("/problems") * 1000 + count("/desk"))

    assert counts[0] == counts[1]
