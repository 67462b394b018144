"""People, memberships, organisations and certificates as tables: every problem by line, all or nothing, out and in."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import event, func, select

from fablab.core.audit import AuditEntry
from fablab.core.db import attempt, db, transaction
from fablab.core.errors import Forbidden
from fablab.core.outbox import OutboxRow
from fablab.core.refusals import Refused
from fablab.members import queries, services
from fablab.members.memberships.queries import memberships_of
from fablab.members.models import Account, AccountMember, Member, Role
from fablab.members.people import Wanted
from fablab.members.transfer import columns, fabmanager
from fablab.members.transfer.cells import Reading
from fablab.members.transfer.outcome import Options, Outcome
from fablab.training import tables
from fablab.training.queries import acts_of
from fablab.training.tables import TableKind
from tests.conftest import Lab
from tests.members.lab_of_memberships import add_kind

NOW = datetime.now(UTC)
MEMBERS, MEMBERSHIPS = TableKind.MEMBERS, TableKind.MEMBERSHIPS
ORGANISATIONS, CERTIFICATES = TableKind.ORGANISATIONS, TableKind.CERTIFICATES
HEADINGS = (
    *("ID", "Nom", "Prénom", "Courriel", "Lettre d'informations", "Dernière connexion", "Genre", "Âge", "Adresse"),
    *("Tel.", "Site web", "Profession", "Centres d'intérêts", "Logiciels de conception maîtrisés", "Groupe"),
    *("Abonnement", "Date de fin de l'abonnement", "Formations validées", "Étiquettes", "Nombre de factures"),
    *("Projets", "Facebook", "Twitter", "Echosciences", "Structure", "Adresse de la structure"),
)
"""What Fab-manager's export of members has in its first line, in French."""
WORDS = (
    *("number", "name", "e-mail", "Nom", "course", "kind", "first_on", "owner", "siret", "x", "1", "5", "2020-02-30"),
    *("0001-01-01", "31/12/9999", "2024-01-01", "9" * 30, '"', "=1", "\x00", "é", "\u2028", "\ud800", "", "oui"),
    *("a@b.example", "maker@test.example", "Maker", "Adhésion", "Impression 3D", "732829320", "12,5"),
)
"""What tables are made of, at random."""


def bring(
    lab: Lab, kind: TableKind, text: str, who: int | None = None, *, keep: bool = True, **more: object
) -> Outcome:
    """Bring a table in if all its lines are good, as an administrator unless somebody else is named."""
    options = Options(**more)  # type: ignore[arg-type]
    return attempt(
        lambda session: tables.bring_in(session, lab.actor(who or lab.cast.admin), kind, text, options, NOW),
        lambda outcome: keep and not outcome.troubles,
    )[0]


def out(lab: Lab, kind: TableKind, who: int | None = None) -> str:
    with transaction() as session:
        return tables.table(session, lab.actor(who or lab.cast.admin), kind, Wanted(), NOW)


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    return outcome.added, outcome.changed, outcome.unchanged, outcome.bad_lines


def wrong(outcome: Outcome) -> set[tuple[int, str]]:
    return {(one.line, one.column) for one in outcome.troubles}


def by_email(lab: Lab, email: str) -> Member:
    lab.session.rollback()
    lab.session.expire_all()
    found = queries.member_by_email(lab.session, email)
    assert found is not None
    return found


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*told: object) -> None:
        seen.append(str(told[2]))

    event.listen(db.engine, "after_cursor_execute", note)
    yield seen
    event.remove(db.engine, "after_cursor_execute", note)


def fabmanager_book(*rows: dict[str, object]) -> bytes:
    """A workbook of the shape that Fab-manager exports."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Membres"
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append([row.get(heading) for heading in HEADINGS])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_what_goes_out_comes_in_again_and_changes_nothing(lab: Lab) -> None:
    add_kind(lab)
    mails = lab.session.scalar(select(func.count()).select_from(OutboxRow))
    people = (
        "Nom;Prénom;Courriel;E-mail partagé;Né le;Tél.;Langue;Classe;Site;Note;Contact d’urgence\n"
        'Roche;Élodie;ELODIE@Test.example;;3/2/1990;+33 6 12;anglais;étudiant;atelier;=1+1;"Papa\nau 06"\n'
        "Roche;Léo;;elodie@test.example;2015-02-03;;fr;;Bureaux;;\n"
    )
    assert counts(bring(lab, MEMBERS, people)) == (2, 0, 0, 0)
    elodie = by_email(lab, "elodie@test.example")
    assert (elodie.name, elodie.birth_date, elodie.locale, elodie.phone) == (
        *("Élodie Roche", date(1990, 2, 3), "en", "+33 6 12"),
    )
    assert (elodie.class_id, elodie.home_site_id, elodie.staff_note) == (lab.cast.students, lab.cast.workshop, "=1+1")
    assert queries.personal_account(lab.session, elodie.id).name == "Élodie Roche"
    bring(lab, MEMBERSHIPS, "courriel;adhésion;début;prix\nelodie@test.example;ADHESION;01/01/2024;12,5\n")
    bring(
        lab,
        ORGANISATIONS,
        "structure;siret;adresse de facturation;nom;né le;courriel;responsable\n"
        '=Coop;732 829 320 00074;"1 rue\nX";;;elodie@test.example;oui\n=Coop;;;Léo Roche;03/02/2015;;\n',
    )
    bring(lab, CERTIFICATES, f"numéro;formation;date;expire le\n{elodie.id};découpe LASER;5.1.2024;31/12/2099\n")

    for kind, lines in ((MEMBERS, 9), (MEMBERSHIPS, 1), (ORGANISATIONS, 2), (CERTIFICATES, 3)):
        text = out(lab, kind)
        assert counts(bring(lab, kind, text)) == (0, 0, lines, 0), kind
        assert out(lab, kind) == text
        own = out(lab, kind, lab.cast.fabmanager)
        assert "Élodie" in own
        assert "Léo" not in own, "whom another site looks after"
        assert counts(bring(lab, kind, own, lab.cast.fabmanager)) == (0, 0, 1, 0), kind
        with pytest.raises(Forbidden):
            out(lab, kind, lab.cast.trainer)
        with pytest.raises(Forbidden):
            bring(lab, kind, text, lab.cast.treasurer)
    own_words = bring(lab, MEMBERS, "Nom;Né le\nX;hier\n")
    assert wrong(own_words) == {(2, "Né le")}, "a column is called as in the table"
    edited = out(lab, MEMBERS).replace("'+33 6 12", "07").replace("elodie@test.example,,07", "e@test.example,,07")
    assert counts(bring(lab, MEMBERS, edited)) == (0, 1, 8, 0)
    changed = by_email(lab, "e@test.example")
    assert (changed.id, changed.phone, changed.session_version, changed.version) == (elodie.id, "07", 2, 2)
    log = Counter(lab.session.scalars(select(AuditEntry.action)))
    assert (log["member.added"], log["member.edited"], log["certificate.imported"]) == (2, 1, 1)
    assert log["membership.imported"] == log["account.founded"] == 1
    entry = lab.session.scalars(select(AuditEntry).where(AuditEntry.action == "table.imported")).first()
    assert entry.details == {"kind": "members", "added": 2, "changed": 0, "unchanged": 0, "bad_lines": 0}
    assert lab.session.scalar(select(func.count()).select_from(OutboxRow)) == mails, "nobody is mailed"


def test_every_problem_of_every_line_of_members_is_told_and_nothing_is_written(lab: Lab) -> None:
    with transaction() as session:
        queries.member(session, lab.cast.student).left_at = NOW
        queries.member(session, lab.cast.newcomer).merged_into_id = lab.cast.maker
        queries.member(session, lab.cast.maker).birth_date = date(1980, 1, 1)
    text = "\n".join(
        (
            "number;name;email;shared_email;birth_date;phone;class;site;locale;colour",
            f";;no address;neither;31/02/2000;{'9' * 61};Robot;Nulle part;klingon;x",  # 2: eight at once
            "99999;A;;;;;;;;",
            "x;A;;;;;;;;",
            f"{lab.cast.student};;;;;;;;;",
            f"{lab.cast.newcomer};;;;;;;;;",
            ";B;maker@test.example;;1/1/1981;;;;;",  # 7: another birth date
            f"{lab.cast.trainer};;maker@test.example;;;;;;;",  # 8: somebody's address
            ";Maker;;;1980-01-01;;;;;",
            f"{lab.cast.maker};;;;;;;;;",  # 10: the same as line 9
            ";Trainer;other@test.example;;;;;;;",  # 11: looks like the trainer
            ";Zoé;zoe@test.example;;;;;;;",
            ";Zoé B;zoe@test.example;;;;;;;",  # 13: the address of line 12
            ";zoe;;;;;;;;",  # 14: looks like line 12
            ";Fin;;;2999-01-01;;;;;;;;too;many",
            ";" + "y" * 201 + ";;;;;;;;",
        )
    )

    report = bring(lab, MEMBERS, text)

    assert wrong(report) == {
        *(
            (2, column)
            for column in ("name", "email", "shared_email", "birth_date", "phone", "class", "site", "locale")
        ),
        *((line, "number") for line in (3, 4, 5, 6)),
        *((line, "email") for line in (7, 8, 13)),
        *((9, ""), (10, ""), (11, "name"), (14, "name"), (15, ""), (15, "birth_date"), (16, "name")),
    }
    assert report.bad_lines == 14
    assert "“colour”" in report.remarks[0]
    lab.session.rollback()
    assert lab.session.scalar(select(func.count()).select_from(Member)) == 7
    assert (11, "name") not in wrong(bring(lab, MEMBERS, text, add_anyway=True))
    home = bring(
        lab, MEMBERS, "name;site\nLà;Atelier\nAilleurs;Bureaux\nIci;\nMaker;\n", lab.cast.fabmanager, keep=False
    )
    assert wrong(home) == {(3, "site"), (5, "name")}
    assert home.added == 2
    stranger = bring(lab, MEMBERS, f"number;phone\n{lab.cast.maker};07", lab.cast.fabmanager)
    assert wrong(stranger) == {(2, "")}


def test_certificates_begin_and_end_on_the_days_of_the_table(lab: Lab) -> None:
    tomorrow = (NOW + timedelta(days=2)).date()
    text = "\n".join(
        (
            "email;course;granted_on;expires_on",
            "newcomer@test.example;Impression 3D;2024-01-05;2024-12-31",
            "newcomer@test.example;Découpe laser;2024-01-05;",
            "maker@test.example;Impression 3D;2025-01-06;",  # as it is
        )
    )
    assert counts(bring(lab, CERTIFICATES, text)) == (2, 0, 1, 0)
    acts = acts_of(lab.session, lab.cast.newcomer)
    (over,), (ever,) = acts[lab.cast.printing], acts[lab.cast.cutting]
    assert (over.at.date(), over.expires_at) == (date(2024, 1, 5), datetime(2024, 12, 31, 23, tzinfo=UTC))
    assert ever.expires_at is None
    assert counts(bring(lab, CERTIFICATES, text)) == (0, 0, 3, 0)
    bad = "\n".join(
        (
            "email;number;name;course;granted_on;expires_on",
            ";;;Impression 3D;2024-01-05;",
            "nobody@test.example;;;Tissage;;",
            f"maker@test.example;;;Découpe laser;{tomorrow};",
            "maker@test.example;;;Impression 3D;2024-01-06;",  # 5: held since another day
            "newcomer@test.example;;;Impression 3D;2023-01-05;",  # 6: something later is written
            "admin@test.example;;;Impression 3D;2024-01-05;",  # 7: oneself
            "student@test.example;;;Découpe laser;2024-01-05;2024-01-04",
            "trainer@test.example;;;Découpe laser;2024-01-05;",
            "trainer@test.example;;;Découpe laser;2024-01-06;",
        )
    )
    report = bring(lab, CERTIFICATES, bad)
    assert wrong(report) == {
        *((2, "number"), (3, "name"), (3, "course"), (3, "granted_on"), (4, "granted_on"), (5, "course")),
        *((6, "granted_on"), (7, "number"), (8, "expires_on"), (10, "course")),
    }
    assert report.added == 1
    assert acts_of(lab.session, lab.cast.trainer) == {}


def test_memberships_and_organisations_that_do_not_hold_together_are_told_by_line(lab: Lab) -> None:
    add_kind(lab)
    add_kind(lab, name="Jour", lasts="days", length=1, site_id=lab.cast.office)
    with transaction() as session:
        for who in (lab.cast.maker, lab.cast.student):
            queries.member(session, who).home_site_id = lab.cast.workshop
    text = "\n".join(
        (
            "email;kind;first_on;last_on;ended_on;price",
            "maker@test.example;Adhésion;2024-01-01;2024-12-31;;",
            "maker@test.example;Adhésion;2024-06-01;;;",  # 3: twice at once
            "maker@test.example;Mensuelle;;;;gratuit",
            "student@test.example;Adhésion;2024-01-01;2023-01-01;;",
            "student@test.example;Adhésion;1999-01-01;;;",
            "student@test.example;Adhésion;2024-01-01;;2026-01-01;",
            "student@test.example;Jour;2024-01-01;;;",  # 8: the office's
        )
    )
    report = bring(lab, MEMBERSHIPS, text, lab.cast.fabmanager, keep=False)
    assert wrong(report) == {
        *((3, "first_on"), (4, "kind"), (4, "first_on"), (4, "price"), (5, "last_on"), (6, "first_on")),
        *((7, "ended_on"), (8, "kind")),
    }
    firm = "organisation;siret;billing_email;monthly_cap;email;owner\n"
    places = (
        f"{firm}Coop;;x;a;maker@test.example;perhaps\nCoop;;;;student@test.example;yes\n"
        "Seule;;;;maker@test.example;no\nFausse;123;;;maker@test.example;yes\n"
        "Deux;;a@b.example;;maker@test.example;yes\nDeux;;c@d.example;;maker@test.example;\n;;;;;"
    )
    found = bring(lab, ORGANISATIONS, places + "\nVide;;;;;", lab.cast.admin)
    assert wrong(found) == {
        *((2, "billing_email"), (2, "monthly_cap"), (2, "owner"), (3, ""), (4, "owner"), (5, "siren"), (5, "siret")),
        *((6, "billing_email"), (7, "number"), (9, "owner")),
    }
    good = f"{firm}Coop;;;100;maker@test.example;yes\n"
    assert counts(bring(lab, ORGANISATIONS, good, lab.cast.fabmanager)) == (1, 0, 0, 0)
    more = f"{firm}Coop;;;200;student@test.example;\n"
    assert wrong(bring(lab, ORGANISATIONS, more, lab.cast.fabmanager)) == {(2, ""), (2, "number")}
    assert counts(bring(lab, ORGANISATIONS, more)) == (1, 0, 0, 0)
    lab.session.rollback()
    lab.session.expire_all()
    account = lab.session.scalars(select(Account).where(Account.name == "Coop")).one()
    assert (account.monthly_cap_cents, account.version) == (20000, 2)
    assert lab.session.scalar(select(func.count()).select_from(AccountMember)) == 2


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


def test_three_thousand_lines_of_every_mistake_need_no_more_statements_than_three(lab: Lab) -> None:
    mistakes = (
        "P{0};Q{0};not an address;99/99/2000;Rien;;",
        "P{0};Q{0};same@test.example;01/01/2000;Adulte;;",
        ";;;;;99999;",
        "Jean;Q{0};;01/01/2000;;;",
        "Maker;;;;;;;;;wide",
        ";;maker@test.example;;;;",
    )
    head = "first_name;name;email;birth_date;class;number;phone\n"

    def told(count: int) -> tuple[int, int, int]:
        with statements() as seen:
            report = bring(
                lab, MEMBERS, head + "\n".join(mistakes[at % 6].format(at) for at in range(count)), keep=False
            )
        return len([one for one in seen if not one.startswith("INSERT")]), report.bad_lines, len(report.troubles)

    few, _bad, _all = told(6)
    many, bad, troubles = told(3000)
    assert many <= few + 6
    assert bad > 2400
    assert troubles > 3900


@given(text=st.one_of(st.text(), st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(";".join)).map("\n".join)))
def test_any_text_gives_lines_or_a_refusal(text: str) -> None:
    known = tuple(columns.NAMES)
    fabmanager.is_export(text)
    try:
        lines = columns.read(text, known, ()).lines
    except Refused:
        return
    for line in lines:
        one = Reading(line)
        for column in known:
            for ask in (one.text, one.day, one.whole, one.cents, one.flag, one.email):
                ask(column)
        one.full_name()
        assert all(trouble.line == line.number and trouble.message for trouble in one.troubles)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.sampled_from(WORDS), min_size=12, max_size=24))
def test_any_line_gives_a_report(lab: Lab, cells: list[str]) -> None:
    for kind in TableKind:
        rows = [tables.COLUMNS[kind], cells[:12], cells[12:]]
        outcome = bring(lab, kind, "\n".join(";".join(row) for row in rows), keep=False)
        assert outcome.bad_lines + outcome.good_lines >= any(cells)
