"""People, memberships, organisations and certificates as tables: every problem by line, all or nothing, out and in."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.core.errors import Forbidden
from fablab.core.outbox import OutboxRow
from fablab.members import queries
from fablab.members.models import Account, AccountMember, Member
from fablab.training.queries import acts_of
from tests.conftest import Lab
from tests.members.lab_of_memberships import add_kind
from tests.training.tables_of_a_lab import (
    CERTIFICATES,
    MEMBERS,
    MEMBERSHIPS,
    NOW,
    ORGANISATIONS,
    bring,
    by_email,
    counts,
    out,
    wrong,
)


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
