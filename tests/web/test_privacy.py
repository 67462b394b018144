"""Screens about data: seen, exported, corrected, allowed, erased; doubles, the log, periods and statements."""

import json
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

from werkzeug.test import TestResponse

from fablab import delivery, dossier
from fablab.billing.models import Invoice
from fablab.core.audit import AuditEntry, note
from fablab.core.db import transaction
from fablab.members import cards, consents, queries
from fablab.members.models import Member, MergeRecord, SignInAttempt
from fablab.members.privacy.naming import about_people
from fablab.worker import Worker
from tests.api.things import picture
from tests.cast import PASSWORD
from tests.conftest import Lab
from tests.mails import mails
from tests.web.conftest import words
from tests.web.uses import used

HARD = "<b>Zoé</b> محمد 👩‍🔬 " + "x" * 150
NOW = datetime.now(UTC)


def unpacked(answer: TestResponse) -> tuple[dict[str, object], ZipFile]:
    """What a ZIP says and holds."""
    assert (answer.status_code, answer.mimetype) == (200, "application/zip"), answer.text[:200]
    archive = ZipFile(BytesIO(answer.data))
    return json.loads(archive.read("data.json")), archive


def test_everything_about_oneself_comes_in_one_file(lab: Lab) -> None:
    cast = lab.cast
    invoice_id = invoice_of(lab, cast.maker)
    with transaction() as session:
        queries.member(session, cast.maker).name = HARD
        cards.set_photo(session, lab.actor(cast.maker), cast.maker, picture(), "moi.png", NOW)
    client = lab.signed_in(cast.maker)

    assert "<b>Zoé" not in client.get("/me/privacy").text
    said, archive = unpacked(client.post("/me/privacy/export"))

    tables = {item["table"]: item["rows"] for item in said["about_you"]}  # type: ignore[attr-defined]
    assert tables["members"][0]["name"] == HARD
    assert tables["jobs"][0]["file_name"] == "bracket.gcode"
    assert "password_hash" not in tables["members"][0]
    lab.session.rollback()
    number = lab.session.get(Invoice, invoice_id).number
    names = sorted(archive.namelist())
    assert names == ["data.json", f"files/{tables['members'][0]['photo_id']}.jpg", f"invoices/{number}.pdf"]
    assert archive.read(names[-1]) == delivery.pdf_of(invoice_id)
    assert archive.read(names[1]).startswith(b"\xff\xd8")
    for _ in range(6):
        last = client.post("/me/privacy/export")
    assert last.status_code == 429


def test_staff_answer_who_asks_on_paper_and_it_is_logged(lab: Lab) -> None:
    cast = lab.cast
    said, _archive = unpacked(lab.signed_in(cast.admin).post(f"/people/{cast.maker}/export"))

    assert said["person"] == cast.maker
    row = lab.session.query(AuditEntry).filter_by(action="member.exported").one()
    assert (row.actor_id, row.member_id) == (cast.admin, cast.maker)


def test_every_kind_of_row_has_a_name_for_people(lab: Lab) -> None:
    unnamed = [
        name
        for name in sorted(table.name for table in about_people())
        if dossier.label_of(name) == name.replace("_", " ")
    ]
    assert unnamed == [], "people read these words"
    labels = dossier.label_of("members"), dossier.label_of("something_new")

    assert labels == ("Fiche", "something new")


def test_what_one_cannot_correct_oneself_is_asked_for_and_told_to_staff(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)

    assert client.post("/me/privacy/correction", data={"text": "  "}).status_code == 422
    assert client.post("/me/privacy/correction", data={"text": f"{HARD}\nC’est faux."}).status_code == 302
    (mail,) = mails("admin@test.example")
    assert HARD in mail["body"]
    assert f"/people/{lab.cast.maker}" in mail["body"]
    assert lab.session.query(AuditEntry).filter_by(action="correction.asked").one().details == {}
    lab.session.rollback()
    for _ in range(5):
        last = client.post("/me/privacy/correction", data={"text": "encore"})
    assert (last.status_code, "encore" in last.text) == (429, True)


def test_consents_are_given_and_taken_back_on_ones_own_page(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        number = consents.add(session, lab.actor(cast.admin), HARD[:100], HARD, NOW, code="wall_name").id
    client, path = lab.signed_in(cast.maker), f"/me/privacy/consents/{number}/{cast.maker}"

    assert "&lt;b&gt;Zoé" in client.get("/me/privacy").text
    for given, holds in (("yes", True), ("no", False)):
        assert client.post(path, data={"given": given, "version": "1"}).status_code == 302
        lab.session.rollback()
        assert consents.holds(lab.session, cast.maker, "wall_name") is holds
    assert client.post(path, data={"given": "yes", "version": "9"}).status_code == 409
    assert client.post(path.replace(str(cast.maker), str(cast.student)), data={"version": "1"}).status_code in (
        403,
        404,
    )
    staff = lab.signed_in(cast.admin)
    assert "Not allowed" in words(staff.get(f"/people/{cast.maker}/privacy"))
    assert (
        staff.post(f"/people/{cast.maker}/consents/{number}", data={"given": "yes", "version": "1"}).status_code == 302
    )
    assert staff.post(f"/people/{cast.maker}/consents/{number}", data={"version": "9"}).status_code == 409
    lab.session.rollback()
    assert consents.holds(lab.session, cast.maker, "wall_name")


def test_one_leaves_with_ones_password_once_nothing_stands_in_the_way(lab: Lab) -> None:
    cast = lab.cast
    used(lab, cast.maker)
    client = lab.signed_in(cast.maker)

    assert client.post("/me/privacy/erase", data={"present": "wrong"}).status_code == 422
    blocked = client.post("/me/privacy/erase", data={"present": PASSWORD})
    assert (blocked.status_code, "not invoiced yet" in words(blocked)) == (422, True)
    asked = client.post("/me/privacy/erase", data={"present": PASSWORD, "later": "yes"})
    assert asked.status_code == 302
    assert "You asked on" in words(client.get("/me/privacy"))
    assert client.post("/me/privacy/keep").status_code == 302
    assert "You asked on" not in words(client.get("/me/privacy"))
    client.post("/me/privacy/erase", data={"present": PASSWORD, "later": "yes"})
    Worker(lab.app).look_after_data()
    assert not erased(lab, cast.maker)
    invoice(lab)
    Worker(lab.app).look_after_data()

    assert erased(lab, cast.maker)
    assert client.get("/me/privacy").status_code == 302
    newcomer = lab.signed_in(cast.newcomer)
    assert newcomer.post("/me/privacy/erase", data={"present": PASSWORD}).status_code == 302
    assert newcomer.get("/me").status_code == 302
    assert erased(lab, cast.newcomer)


def test_an_administrator_erases_who_asks_for_it_and_says_so_twice(lab: Lab) -> None:
    cast = lab.cast
    used(lab, cast.maker)
    client, path = lab.signed_in(cast.admin), f"/people/{lab.cast.maker}/erase"

    assert client.post(path).status_code == client.post(path, data={"sure": "yes"}).status_code == 422
    assert client.post(path, data={"sure": "yes", "override": "yes"}).status_code == 302
    assert erased(lab, cast.maker)
    assert "Erased member no." in words(client.get(f"/people/{cast.maker}"))
    assert client.get(f"/people/{cast.maker}/privacy").status_code == 200
    last = client.post(f"/people/{cast.admin}/erase", data={"sure": "yes", "override": "yes"})
    assert "last administrator" in words(last)


def test_two_records_are_compared_and_made_one(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        for number in (cast.maker, cast.student, cast.newcomer):
            member = queries.member(session, number)
            member.name, member.birth_date, member.home_site_id = HARD, date(1990, 5, 4), cast.workshop
    client, path = lab.signed_in(cast.fabmanager), f"/people/doubles/{cast.maker}/{cast.student}"

    page = words(client.get("/people/doubles"))
    assert ("3 pairs" in page, HARD in page) == (True, True)
    assert client.post(f"{path}/apart").status_code == 302
    assert "2 pairs" in words(client.get("/people/doubles"))
    assert "student@test.example" in words(client.get(path))
    versions = {"survivor_version": "1", "merged_version": "1"}
    assert client.post(path, data={"survivor_version": "7", "merged_version": "1"}).status_code == 409
    assert client.get(f"/people/doubles/{cast.maker}/{cast.maker}").status_code == 200
    assert client.post(f"/people/doubles/{cast.maker}/{cast.maker}", data=versions).status_code == 422
    assert client.post(path, data={**versions, "class_id": "theirs", "email": "ours"}).status_code == 302
    lab.session.rollback()
    row = queries.member(lab.session, cast.maker)
    assert (row.class_id, row.email) == (cast.students, "maker@test.example")
    assert lab.session.query(MergeRecord).one().by_id == cast.fabmanager
    assert "This record was made one with another." in words(client.get(f"/people/{cast.student}"))
    assert client.get("/people/doubles?from=999").status_code == 200


def test_the_log_is_searched_and_taken_as_a_table(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        queries.member(session, cast.maker).name = "=cmd|' /C calc'!A0"
        note(session, cast.admin, "member.edited", NOW, member_id=cast.maker, details={"fields": "phone"})
        note(session, None, "odd.done", NOW - timedelta(days=9), site_id=cast.workshop)
    client = lab.signed_in(cast.admin)

    assert "Card corrected" in words(client.get("/log?person=calc"))
    assert "fields=phone" in words(client.get(f"/log?member={cast.maker}"))
    assert "Nothing of this" in words(client.get("/log?doer=nobody"))
    assert "the lab itself" in words(client.get(f"/log?action=odd.done&until={NOW.date()}"))
    assert client.get("/log?since=yesterday").status_code == client.get("/log?member=x").status_code == 400
    table = client.get("/log.csv?action=member.edited")
    assert table.mimetype == "text/csv"
    assert "'=cmd|" in table.text
    assert "odd.done" not in table.text


def test_periods_are_set_and_old_data_removed_after_they_were_shown(lab: Lab) -> None:
    with transaction() as session:
        session.add(SignInAttempt(key="x", at=NOW - timedelta(days=99)))
    client, path = lab.signed_in(lab.cast.admin), "/network/retention/attempts"

    with transaction() as session:
        session.add(SignInAttempt(key="x", at=NOW - timedelta(days=99)))
    assert "1 entry is older." in words(client.get("/network/retention"))
    assert client.post(f"{path}/purge", data={"shown": "1"}).status_code == 422
    assert client.post(f"{path}/purge", data={"shown": "0", "sure": "yes"}).status_code == 409
    for months, code in (("", 422), ("x", 422), ("0", 422), ("6", 302)):
        assert client.post(path, data={"months": months}).status_code == code
    assert client.post("/network/retention/accounts", data={"months": "6"}).status_code == 404
    assert "1 entry is older." not in words(client.get("/network/retention"))
    client.post(path, data={"months": "1", "automatic": "yes"})
    Worker(lab.app).look_after_data()
    assert lab.session.query(SignInAttempt).filter(SignInAttempt.at < NOW - timedelta(days=9)).count() == 0


def test_everybody_reads_how_the_lab_treats_data_in_both_languages(lab: Lab) -> None:
    admin, visitor = lab.signed_in(lab.cast.admin), lab.client()
    for kind in ("privacy", "accessibility"):
        path = f"/network/statements/{kind}"
        assert admin.post(path, data={"text": HARD, "version": "0"}).status_code == 302
        assert admin.post(path, data={"text": "autre", "version": "0"}).status_code == 409
        assert "&lt;b&gt;Zoé" in visitor.get(f"/{kind}").text
    assert admin.get("/network/statements/other").status_code == 404
    with transaction() as session:
        consents.add(session, lab.actor(lab.cast.admin), "Lettre d’information", "Des nouvelles.", NOW)

    french = words(visitor.get("/privacy", headers={"Accept-Language": "fr"}))
    english = words(visitor.get("/privacy", headers={"Accept-Language": "en"}))
    assert ("120 mois" in french, "dix ans" in french, "Lettre d’information" in french) == (True, True, True)
    assert ("120 months" in english, "To prove an address" in english) == (True, True)
    assert 'href="/privacy"' in visitor.get("/").text


def test_administrators_word_what_people_are_asked(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.admin)
    bad = client.post("/network/consents", data={"title": HARD[:100], "text": " ", "code": "Ç"})
    assert (bad.status_code, "&lt;b&gt;Zoé" in bad.text) == (422, True)
    assert client.post("/network/consents", data={"title": HARD[:100], "text": HARD}).status_code == 302
    lab.session.rollback()
    number = consents.consents(lab.session)[0].id

    assert client.post(f"/network/consents/{number}", data={"title": "x", "text": ""}).status_code == 409
    bad = client.post(f"/network/consents/{number}", data={"title": "Mieux", "text": "", "version": "1"})
    assert (bad.status_code, "Mieux" in bad.text) == (422, True)
    good = {"title": "Mieux", "text": "Dit.", "version": "1"}
    assert client.post(f"/network/consents/{number}", data=good).status_code == 302
    assert client.post(f"/network/consents/{number}", data=good).status_code == 409
    assert client.post(f"/network/consents/{number}/end").status_code == 302
    assert "Mieux" not in words(client.get("/network/consents"))


def erased(lab: Lab, member_id: int) -> bool:
    lab.session.rollback()
    return lab.session.get_one(Member, member_id).erased_at is not None


def invoice_of(lab: Lab, member_id: int) -> int:
    used(lab, member_id)
    return invoice(lab)


def invoice(lab: Lab) -> int:
    month = datetime.now(UTC).strftime("%Y-%m")
    form = {"entity": lab.cast.entity, "month": month, "unfinished": "yes"}
    assert lab.signed_in(lab.cast.treasurer).post("/billing/issue", data=form).status_code == 302
    lab.session.rollback()
    found: int = lab.session.query(Invoice).one().id
    lab.session.rollback()
    return found
