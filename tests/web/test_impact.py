"""What funders ask, through a browser: answering, withdrawing, following projects, asking, and the report."""

from datetime import UTC, datetime, timedelta

from fablab.core.db import transaction
from fablab.impact import kinds
from fablab.impact.models import Fact, Funder, PathStep
from fablab.members import guardians
from fablab.members import queries as members
from tests.conftest import Lab
from tests.impact.crowd import answered, come, people
from tests.web.conftest import words

NOW = datetime.now(UTC)
HTML = "<script>alert('é')</script> 🙂 " + "ה" * 80


def code_ids(lab: Lab) -> dict[str | None, int]:
    found = {row.code: row.id for row in kinds.kinds(lab.session, closed=True)}
    lab.session.rollback()
    return found


def facts_of(lab: Lab, member_id: int) -> list[str]:
    lab.session.rollback()
    return [row.value for row in lab.session.query(Fact).filter_by(member_id=member_id).order_by(Fact.id)]


def test_a_member_is_asked_once_answers_what_they_like_and_withdraws(lab: Lab) -> None:
    ids, client = code_ids(lab), lab.signed_in(lab.cast.maker)
    assert 'href="/me/facts"' in client.get("/").text
    page = client.get("/me/facts")
    assert "Counted for the lab itself only." in words(page)
    form = {f"kind-{key}": "" for key in ids.values()}
    form |= {f"kind-{ids['town']}": HTML, f"kind-{ids['gender']}": "woman"}

    wrong = client.post("/me/facts", data={**form, f"kind-{ids['birth_year']}": "1850", "since": "tomorrow"})
    assert (wrong.status_code, facts_of(lab, lab.cast.maker)) == (422, [])
    assert "<script>alert" not in wrong.text
    assert 'value="woman" selected' in wrong.text
    assert client.post("/me/facts", data=form).status_code == 302

    assert sorted(facts_of(lab, lab.cast.maker)) == sorted([" ".join(HTML.split()), "woman"])
    page = client.get("/me/facts").text
    assert "<script>alert" not in page
    # Enter in a field presses the first button of its form, which must not be one that withdraws.
    assert page.count("formaction=") == page.count('form="withdrawing" formaction=') == 2
    assert 'href="/me/facts"' not in client.get("/").text
    assert client.post(f"/me/facts/{ids['town']}/withdraw").status_code == 302
    assert sorted(facts_of(lab, lab.cast.maker)) == ["", "woman"]
    assert client.post("/me/facts/999/withdraw").status_code == 404


def test_guardians_answer_for_their_wards_and_fabmanagers_for_people_of_their_site(lab: Lab) -> None:
    cast, gender = lab.cast, code_ids(lab)["gender"]
    with transaction() as session:
        members.member(session, cast.student).home_site_id = cast.office
        guardians.appoint(session, lab.actor(cast.admin), cast.maker, cast.student, NOW)
    form = {f"kind-{gender}": "man"}
    assert lab.signed_in(cast.newcomer).post(f"/wards/{cast.student}/facts", data=form).status_code == 404
    assert lab.signed_in(cast.fabmanager).post(f"/people/{cast.student}/facts", data=form).status_code == 404
    guardian = lab.signed_in(cast.maker)
    assert guardian.get(f"/wards/{cast.student}/facts").status_code == 200
    assert guardian.post(f"/wards/{cast.student}/facts", data=form).status_code == 302
    assert guardian.post(f"/wards/{cast.student}/facts/{gender}/withdraw").status_code == 302
    admin = lab.signed_in(cast.admin)
    assert admin.post(f"/people/{cast.student}/facts", data=form).status_code == 302
    assert admin.post(f"/people/{cast.student}/facts", data={f"kind-{gender}": "x"}).status_code == 422

    assert facts_of(lab, cast.student) == ["", "man"]


def test_a_projects_stages_are_written_and_withdrawn_and_its_person_reads_them(lab: Lab) -> None:
    cast, manager = lab.cast, lab.signed_in(lab.cast.fabmanager)
    path, today = f"/people/{cast.maker}/path", NOW.date().isoformat()
    form = {"stage": "received", "day": today, "site": cast.workshop, "project": "Le <b>four</b>", "note": "Secret"}
    for wrong in ({"stage": "x"}, {"day": "soon"}, {"day": "2999-01-01"}):
        answer = manager.post(path, data={**form, **wrong})
        assert answer.status_code == 422
        assert "Secret" in answer.text
    assert manager.post(path, data={**form, "site": ""}).status_code == 404
    assert manager.post(path, data={**form, "site": cast.office}).status_code == 403
    assert manager.post(path, data=form).status_code == 302
    assert manager.post(path, data=form).status_code == 422

    own = lab.signed_in(cast.maker).get("/me/facts")
    assert "Le <b>four</b>" in words(own)
    assert "Secret" not in own.text
    step = lab.session.query(PathStep).one().id
    lab.session.rollback()
    assert lab.signed_in(cast.maker).get(path).status_code == 403
    assert manager.post(f"{path}/{step}/withdraw").status_code == 302
    assert "Secret" not in manager.get(path).text


def test_administrators_keep_the_questions_and_the_funders(lab: Lab) -> None:
    ids, admin = code_ids(lab), lab.signed_in(lab.cast.admin)
    new = {"name": HTML[:70], "purpose": "Pourquoi", "field": "choice", "more": "Un\n\n Deux "}
    assert admin.post("/impact/kinds/new", data={**new, "purpose": ""}).status_code == 422
    assert admin.post("/impact/kinds/new", data={**new, "field": "x"}).status_code == 400
    assert admin.post("/impact/kinds/new", data=new).status_code == 302
    made = max(code_ids(lab).values())
    page = admin.get(f"/impact/kinds/{made}")
    assert 'value="un"' in page.text
    assert "<script>alert" not in page.text
    edit = {"version": "1", "name": "Diplôme", "purpose": "x", "key": ["un", "deux"], "choice": ["Bac", "CAP"]}
    assert admin.post(f"/impact/kinds/{made}", data={**edit, "closed": "deux", "more": "Trois"}).status_code == 302
    stale = admin.post(f"/impact/kinds/{made}", data={**edit, "name": "Autre"})
    assert (stale.status_code, 'value="Autre"' in stale.text) == (409, True)
    for act in ("up", "down", "close", "open"):
        version = str(kinds.kind(lab.session, made).version)
        lab.session.rollback()
        assert admin.post(f"/impact/kinds/{made}/act", data={"act": act, "version": version}).status_code == 302
    lab.session.rollback()
    row = kinds.kind(lab.session, made)
    assert [(one.name, one.closed_at is None) for one in row.choices] == [
        ("Bac", True),
        ("CAP", False),
        ("Trois", True),
    ]

    funder = {"name": "Région <i>", "site": "1", "kind": [ids["gender"], made]}
    assert admin.post("/impact/funders/new", data={**funder, "name": ""}).status_code == 422
    assert admin.post("/impact/funders/new", data={**funder, "kind": "junk"}).status_code == 400
    assert admin.post("/impact/funders/new", data=funder).status_code == 302
    assert "Counted for: Région <i>." in words(lab.signed_in(lab.cast.maker).get("/me/facts"))
    assert "2 questions" in words(admin.get("/impact/funders"))
    again = {**funder, "version": "1", "closed": "yes"}
    assert admin.post("/impact/funders/1", data=again).status_code == 302
    assert admin.post("/impact/funders/1", data=again).status_code == 409
    lab.session.rollback()
    assert lab.session.query(Funder).one().closed_at is not None


def test_the_report_shows_and_downloads_nothing_of_few(lab: Lab) -> None:
    cast, town = lab.cast, code_ids(lab)["town"]
    now = datetime(2026, 5, 10, 9, tzinfo=UTC)
    with transaction() as session:
        crowd = people(session, lab, 12, now)
        come(session, lab, crowd, now)
        come(session, lab, crowd[:2], now + timedelta(days=1), reason_id=5)
        answered(session, crowd[:3], town, "Trois-Épis", now.date(), now)
        answered(session, crowd[3:9], town, "@Firminy", now.date(), now)
    manager = lab.signed_in(cast.fabmanager)
    address = "?from=2026-05-01&to=2026-05-31&site=1"

    page, csv = manager.get(f"/impact{address}"), manager.get(f"/impact.csv{address}")

    assert "12 Different people who came" in words(page)
    assert f'href="/impact.csv{address.replace("&", "&amp;")}"' in page.text
    assert "Trois" not in page.text + csv.text
    assert "'@Firminy" in csv.text
    assert '"Visits, by reason",Event,hidden,visits' in csv.text
    assert csv.headers["Content-Disposition"] == 'attachment; filename="fablab-2026-05-01-2026-05-31.csv"'
    empty = manager.get("/impact?from=2020-05-01&to=2020-05-31")
    assert "Nobody is known to have come" in words(empty)
    assert manager.get("/impact?from=2026-05-02&to=2026-05-01").status_code == 422
    assert manager.get("/impact.csv?from=2026-05-02&to=2026-05-01").status_code == 422
    assert manager.get("/impact?site=999").status_code == 404
    french = lab.signed_in(cast.admin)
    french.post("/language", data={"locale": "fr"})
    assert "Trimestre dernier" in words(french.get(f"/impact{address}&funder="))
