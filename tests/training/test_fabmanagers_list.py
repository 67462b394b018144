"""Fab-manager's list of members, as a workbook."""

from datetime import date, timedelta
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from fablab.core.db import transaction
from fablab.core.refusals import Refused
from fablab.members import queries, services
from fablab.members.memberships.queries import memberships_of
from fablab.members.models import AccountMember, Role
from fablab.members.transfer import columns, fabmanager
from fablab.training import tables
from fablab.training.queries import acts_of
from tests.conftest import Lab
from tests.members.lab_of_memberships import add_kind
from tests.training.tables_of_a_lab import MEMBERS, NOW, bring, by_email, counts, fabmanager_book, wrong


def test_fabmanagers_list_brings_people_with_what_they_have(lab: Lab) -> None:
    add_kind(lab, name="Annuel")
    ends = (NOW + timedelta(days=30)).date()
    common = {"Lettre d'informations": True, "Genre": "Femme", "Nombre de factures": 3, "Abonnement": "Sans Abonnement"}
    one = common | {
        "ID": 12,
        "Nom": "Noël",
        "Prénom": "Aïcha",
        "Courriel": "Aicha@test.example",
        "Âge": 34,
        "Tel.": 612345678.0,
        "Groupe": "Étudiant",
        "Abonnement": "Annuel",
        "Date de fin de l'abonnement": ends,
        "Formations validées": "Impression 3D\nTissage",
        "Adresse": "1 rue des Prés",
        "Structure": "Coop Noël",
    }
    two = common | {
        "ID": 1,
        "Nom": "Noël",
        "Prénom": "Tom",
        "Courriel": "tom@test.example",
        "Âge": 15,
        "Groupe": "standard",
        "Abonnement": "Or",
        "Date de fin de l'abonnement": ends,
        "Structure": "Coop Noël",
        "Twitter": "=1",
    }
    again = {**two, "Nom": "", "Prénom": "", "Courriel": "maker", "Groupe": "standard"}
    text = tables.text_of(fabmanager_book(one, two))

    seen = bring(lab, MEMBERS, text, keep=False)
    assert seen.strange_classes == {"standard": 1}
    assert seen.added == 2
    told = "\n".join(seen.remarks)
    assert all(part in told for part in ("Fab-manager", "Tissage", "“Or”".strip("“”"), "18", "Projets", "1 adhésion"))
    broken = bring(lab, MEMBERS, tables.text_of(fabmanager_book(one, again)))
    assert wrong(broken) == {(3, "name"), (3, "email")}, "a line keeps the number that it has in the workbook"
    done = bring(lab, MEMBERS, text, classes={"standard": lab.cast.adults})
    assert counts(done) == (2, 0, 0, 0)

    aicha = by_email(lab, "aicha@test.example")
    assert (aicha.name, aicha.phone, aicha.class_id) == ("Aïcha Noël", "612345678", lab.cast.students)
    assert queries.personal_account(lab.session, aicha.id).billing_address == "1 rue des Prés"
    (membership,) = memberships_of(lab.session, aicha.id)
    assert (membership.last_on, membership.price_cents) == (ends, 0)
    assert membership.first_on == date(ends.year - 1, ends.month, ends.day) + timedelta(days=1)
    assert list(acts_of(lab.session, aicha.id)) == [lab.cast.printing]
    owners = list(lab.session.execute(select(AccountMember.member_id, AccountMember.is_owner)))
    assert owners == [(aicha.id, True), (by_email(lab, "tom@test.example").id, False)]
    before = lab.session.scalar(select(func.count()).select_from(AccountMember))
    assert counts(bring(lab, MEMBERS, text)) == (0, 0, 2, 0)
    # The same as CSV, in English, with a semicolon: nothing is new in it either.
    english = "ID;Surname;First name;E-mail;Group;Subscription;Subscription end date;Validated trainings\n"
    csv = english + "1;Noël;Tom;tom@test.example;Adulte;Without subscriptions;;Impression 3D\n"
    assert counts(bring(lab, MEMBERS, csv)) == (0, 0, 1, 0)
    assert list(acts_of(lab.session, by_email(lab, "tom@test.example").id)) == [lab.cast.printing]
    assert lab.session.scalar(select(func.count()).select_from(AccountMember)) == before
    with transaction() as session:
        services.grant_role(session, queries.member(session, lab.cast.fabmanager), Role.FABMANAGER)


def test_workbooks_that_are_none_or_unfold_too_far_are_refused(lab: Lab) -> None:
    book = fabmanager_book({"Nom": "x"})
    bomb, entities = BytesIO(), BytesIO()
    with ZipFile(bomb, "w", ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"xl/{number}.xml", b"0" * 10_000_000)
    with ZipFile(BytesIO(book)) as source, ZipFile(entities, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                content = b'<!DOCTYPE x [<!ENTITY a "b">]>' + content
            archive.writestr(name, content)
    long = Workbook(write_only=True)
    sheet = long.create_sheet()
    for number in range(columns.MOST_LINES + 5):
        sheet.append([number])
    many = BytesIO()
    long.save(many)
    for content in (bomb.getvalue(), entities.getvalue(), book[:-200], book[:40], many.getvalue(), b"x" * 2_000_001):
        with pytest.raises(Refused):
            tables.text_of(content)
    assert len(load_workbook(BytesIO(book)).worksheets) == 1
    assert fabmanager.is_export(tables.text_of(book))
