"""People's tables on the screens: looked at first, then written as they were looked at."""

from datetime import UTC, datetime
from io import BytesIO

from fablab.core.db import transaction
from fablab.members import queries
from fablab.members.models import Member
from tests.conftest import Lab
from tests.training.tables_of_a_lab import fabmanager_book
from tests.web.conftest import words

NOW = datetime.now(UTC)


def names(lab: Lab) -> set[str]:
    lab.session.rollback()
    return {row.name for row in lab.session.query(Member)}


def test_a_table_of_people_is_looked_at_first_then_written_as_it_was_looked_at(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.admin)
    good = "name,email,class\r\n<b>Zoé</b> محمد 👩‍🔬,zoe@test.example,Adulte\r\nMaker,,\r\n"

    def sent(text: str, **more: str) -> object:
        return client.post("/people/import", data={"kind": "members", "text": text, **more})

    assert "Tables in and out" in words(client.get("/people"))
    page = sent(good)
    digest = page.text.split('name="digest" value="')[1].split('"')[0]
    assert "&lt;b&gt;Zoé" in page.text
    assert "looks like no. 1" in words(page)
    assert sent(good, act="write", digest=digest).status_code == 422
    assert sent(good + "More,,", act="write", digest=digest).status_code == 422
    assert sent("colour\nx").status_code == 422
    assert not {"<b>Zoé</b> محمد 👩‍🔬"} & names(lab)
    assert sent(good, act="write", digest=digest, skip="yes").status_code == 302
    assert "<b>Zoé</b> محمد 👩‍🔬" in names(lab)
    again = sent(good, add_anyway="yes", act="write", digest=digest)
    assert again.status_code == 302
    lab.session.rollback()
    assert lab.session.query(Member).filter_by(name="Maker").count() == 2
    large = "name;staff_note\n" + "\n".join(f"Person {at};{'n' * 900}" for at in range(1500))
    assert sent(large, act="write", digest="x").status_code == 422, "a large table comes back as a field"
    assert "Look at it first" in words(sent(large, act="write", digest="x"))


def test_fabmanagers_book_is_told_by_its_columns_and_its_groups_are_chosen(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.fabmanager)
    row = {"Nom": "Noël", "Prénom": "Zoé", "Courriel": "zoe@test.example", "Groupe": "standard <i>"}
    book = fabmanager_book(row)

    page = client.post("/people/import", data={"kind": "members", "file": (BytesIO(book), "membres.xlsx")})
    assert "Fab-manager" in words(page)
    assert "standard <i> ” is no class here".replace(" ”", "”") in words(page)
    text, digest = (page.text.split(f'name="{name}" value="')[1].split('"')[0] for name in ("text", "digest"))
    form = {"kind": "members", "text": text.replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'")}
    form |= {"digest": digest, "act": "write", "class:standard <i>": str(lab.cast.students)}
    assert client.post("/people/import", data=form).status_code == 302
    lab.session.rollback()
    zoe = queries.member_by_email(lab.session, "zoe@test.example")
    assert (zoe.class_id, zoe.home_site_id) == (lab.cast.students, lab.cast.workshop)


def test_a_table_goes_out_with_the_filters_of_the_list_and_only_of_ones_own_people(lab: Lab) -> None:
    with transaction() as session:
        queries.member(session, lab.cast.maker).home_site_id = lab.cast.workshop
        queries.member(session, lab.cast.student).home_site_id = lab.cast.workshop
    manager, admin = lab.signed_in(lab.cast.fabmanager), lab.signed_in(lab.cast.admin)

    everybody = admin.get("/people/export")
    assert everybody.data.startswith("\ufeffnumber,name".encode())
    assert (everybody.mimetype, len(everybody.text.splitlines())) == ("text/csv", 8)
    assert len(manager.get("/people/export").text.splitlines()) == 3
    students = f"/people/export?class={lab.cast.students}"
    assert [len(one.get(students).text.splitlines()) for one in (admin, manager)] == [2, 2]
    assert "Impression 3D" in manager.get("/people/export?table=certificates&q=maker").text
    linked = words(manager.get("/people/import?q=maker"))
    assert "Only those whom the list’s filters show" in linked
