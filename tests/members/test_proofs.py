"""Classes that need proof: who is of one on which day, and what staff may say to what was sent."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fablab.billing import prices
from fablab.billing.charges import rate_waiting, standing_charge
from fablab.catalog import queries as catalog
from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.files import StoredFile
from fablab.core.refusals import Conflict, Refused
from fablab.members import class_cards, classes, proofs, services
from fablab.members import queries as members
from fablab.members.class_cards import ClassCard
from fablab.members.classes import ClassSetting, History
from fablab.members.models import ClassProof, MemberClass, ProofState, Role
from fablab.members.proofs import Decision
from fablab.members.services import grant_role
from tests.billing.months import use
from tests.conftest import Lab
from tests.members.lab_of_memberships import make_ward

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
PDF = b"%PDF-1.7\ncarte\n%%EOF\n"
PROGRAM = b"MZ\x90\x00\x03" + bytes(200)


@pytest.fixture(autouse=True)
def students_need_proof(lab: Lab) -> None:
    """Students show a proof each year; the student of the cast showed theirs."""
    with transaction() as session:
        row = classes.member_class(session, lab.cast.students)
        card = ClassCard(name=row.name, needs_proof=True, proof_note="La carte de l’année")
        class_cards.edit(session, lab.actor(lab.cast.admin), row.id, card, 1, NOW)


def send(lab: Lab, content: bytes = PDF, *, who: int | None = None, whom: int | None = None) -> int:
    cast = lab.cast
    with transaction() as session:
        actor = lab.actor(who or cast.maker)
        return proofs.send(session, actor, whom or cast.maker, cast.students, content, "carte.pdf", NOW).id


def decide(lab: Lab, proof_id: int, who: int | None = None, version: int = 1, **said: object) -> None:
    decision = Decision(**{"version": version, "accepted": True, "until": TODAY + 30 * DAY, **said})
    with transaction() as session:
        proofs.decide(session, lab.actor(who or lab.cast.admin), proof_id, decision, NOW)


def class_on(lab: Lab, who: int, day: date) -> int:
    lab.session.rollback()
    return classes.class_at(lab.session, members.member(lab.session, who), day).id


def codes(caught: pytest.ExceptionInfo[Refused]) -> set[str]:
    return set(caught.value.codes)


def test_a_class_holds_while_its_proof_does_and_then_the_own_one_does(lab: Lab) -> None:
    cast = lab.cast
    proof = send(lab)
    assert class_on(lab, cast.maker, TODAY) == cast.adults

    decide(lab, proof)

    on = [class_on(lab, cast.maker, TODAY + days * DAY) for days in (-1, 0, 30, 31)]
    assert on == [cast.adults, cast.students, cast.students, cast.adults]
    assert lab.session.get_one(ClassProof, proof).decided_by_id == cast.admin
    assert lab.session.query(AuditEntry).filter_by(action="proof.accepted").one().member_id == cast.maker


def test_who_was_in_a_class_that_begins_to_need_proof_keeps_it_for_a_while(lab: Lab) -> None:
    cast = lab.cast

    on = [class_on(lab, cast.student, day) for day in (date(2025, 6, 1), TODAY, date(2027, 3, 2), date(2027, 3, 3))]

    assert on == [cast.students, cast.students, cast.students, cast.adults]
    assert members.member(lab.session, cast.student).class_id == cast.adults
    with transaction() as session:
        row = classes.member_class(session, cast.students)
        new = services.add_member(session, name="N", email="n@test.example", member_class=row, now=NOW)
        assert new.class_id == cast.adults


@pytest.mark.parametrize("content", [PROGRAM, b"#!/bin/sh\nrm -rf /\n", b"", b"%PDF-1.7 without an end", b"<svg/>"])
def test_a_proof_that_is_no_document_is_refused_and_nothing_is_kept(lab: Lab, content: bytes) -> None:
    with pytest.raises(Refused) as caught:
        send(lab, content)

    assert codes(caught) <= {"file_kind", "file_empty"}
    lab.session.rollback()
    assert lab.session.query(StoredFile).count() == 0
    assert lab.session.query(ClassProof).filter_by(state=ProofState.WAITING).count() == 0


def test_another_document_takes_the_place_of_the_one_that_waits(lab: Lab) -> None:
    written = BytesIO()
    Image.new("RGB", (9, 9)).save(written, "PNG")
    proof = send(lab)

    assert send(lab, written.getvalue()) == proof

    lab.session.rollback()
    assert [row.media_type for row in lab.session.query(StoredFile)] == ["image/jpeg"]
    with pytest.raises(Conflict):
        decide(lab, proof, version=1)
    decide(lab, proof, version=2)
    with pytest.raises(Refused) as caught:
        decide(lab, proof, version=3)
    assert codes(caught) == {"decided"}
    assert send(lab) != proof


def test_a_refusal_says_why_and_an_acceptance_until_when(lab: Lab) -> None:
    proof = send(lab)
    for said, told in (
        ({"accepted": False, "reason": " \n"}, "reason_missing"),
        ({"until": None}, "until"),
        ({"until": TODAY - DAY}, "until"),
        ({"until": date(9999, 12, 31)}, "until"),
    ):
        with pytest.raises(Refused) as caught:
            decide(lab, proof, **said)
        assert codes(caught) == {told}

    decide(lab, proof, accepted=False, reason="La carte est de l’an dernier.", until=TODAY)

    row = lab.session.get_one(ClassProof, proof)
    assert (row.state, row.valid_until, row.reason) == ("refused", None, "La carte est de l’an dernier.")
    assert class_on(lab, lab.cast.maker, TODAY) == lab.cast.adults


def test_a_proof_is_its_owners_and_of_the_staff_of_their_home_site(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        members.member(session, cast.maker).home_site_id = cast.office
        grant_role(session, members.member(session, cast.newcomer), Role.HOST, site_id=cast.office)
    make_ward(lab, cast.maker, cast.student)
    proof = send(lab, who=cast.student)

    def sees(who: int) -> bool:
        lab.session.rollback()
        try:
            return proofs.file_of(lab.session, lab.actor(who), proof).content == PDF
        except NotFound:
            return False

    everybody = (cast.maker, cast.student, cast.newcomer, cast.trainer, cast.admin, cast.fabmanager, cast.treasurer)
    assert [sees(who) for who in everybody] == [True, True, True, True, True, False, False]
    assert [len(proofs.waiting(lab.session, lab.actor(who))) for who in everybody] == [0, 0, 1, 1, 1, 0, 0]
    for who, error in ((cast.maker, Forbidden), (cast.student, Forbidden), (cast.fabmanager, NotFound)):
        with pytest.raises(error):
            decide(lab, proof, who)
    with pytest.raises(NotFound):
        send(lab, who=cast.fabmanager)
    decide(lab, proof, cast.newcomer)


def test_staff_put_people_into_classes_and_what_was_seen_on_paper_has_an_end(lab: Lab) -> None:
    cast, admin = lab.cast, lab.actor(lab.cast.admin)

    def put(class_id: int, until: date | None = None, reason: str = "Vu au comptoir", who: int = cast.admin) -> None:
        with transaction() as session:
            classes.set_class(
                session, lab.actor(who), cast.maker, ClassSetting(class_id=class_id, reason=reason, until=until), NOW
            )

    with pytest.raises(Refused) as caught:
        put(cast.students, None, "")
    assert codes(caught) == {"until", "reason_missing"}
    with pytest.raises(Forbidden):
        put(cast.adults, who=cast.maker)

    put(cast.students, TODAY + 10 * DAY)
    assert [class_on(lab, cast.maker, TODAY + days * DAY) for days in (0, 11)] == [cast.students, cast.adults]
    put(cast.adults)
    assert class_on(lab, cast.maker, TODAY) == cast.adults
    log = lab.session.query(AuditEntry).filter_by(action="class.set").order_by(AuditEntry.id).all()
    assert [row.details for row in log] == [
        {"before": cast.adults, "after": cast.students},
        {"before": cast.students, "after": cast.adults},
    ]
    with transaction() as session:
        class_cards.close(session, admin, cast.students, True, 2, NOW)
    with pytest.raises(Refused) as caught:
        put(cast.students, TODAY)
    assert codes(caught) == {"class_closed"}


def test_one_class_at_least_needs_no_proof(lab: Lab) -> None:
    cast, admin = lab.cast, lab.actor(lab.cast.admin)
    with pytest.raises(Refused) as caught, transaction() as session:
        class_cards.edit(session, admin, cast.adults, ClassCard(name="Adulte", needs_proof=True), 1, NOW)
    assert codes(caught) == {"last_without_proof"}
    with pytest.raises(Refused) as caught, transaction() as session:
        class_cards.close(session, admin, cast.adults, True, 1, NOW)
    assert codes(caught) == {"last_without_proof"}
    with pytest.raises(Refused) as caught, transaction() as session:
        class_cards.add(session, admin, ClassCard(name="Adulte", needs_proof=True, is_default=True, proof_months=0))
    assert codes(caught) == {"name_taken", "default_needs_proof", "proof_months"}
    with transaction() as session:
        usual = class_cards.add(session, admin, ClassCard(name="Plein tarif", is_default=True)).id
        assert class_cards.add(session, admin, ClassCard(name="Autre", is_default=True)).id != usual
        assert [row.name for row in session.query(MemberClass) if row.is_default] == ["Autre"]
        assert classes.fallback(session).name == "Autre"


def test_billing_takes_the_class_of_the_day_of_use_and_never_changes_the_past(lab: Lab) -> None:
    cast = lab.cast
    decide(lab, send(lab))
    ten = datetime(2026, 3, 3, 10, tzinfo=UTC)
    during, after = use(lab, cast.maker, ten), use(lab, cast.maker, ten + 40 * DAY)
    resource, member = catalog.resource(lab.session, cast.printer), members.member(lab.session, cast.maker)

    quotes = [prices.quote(lab.session, resource, member, at) for at in (ten, ten + 40 * DAY)]
    assert [quote.amount_cents if quote else None for quote in quotes] == [150, 300]
    with transaction() as session:
        setting = ClassSetting(class_id=cast.adults, reason="Erreur")
        classes.set_class(session, lab.actor(cast.admin), cast.maker, setting, NOW)
        rate_waiting(session, NOW)

    charges = [standing_charge(lab.session, usage) for usage in (during, after)]
    assert [charge.price_cents if charge else None for charge in charges] == [150, 300]


def test_proofs_that_end_soon_are_found_unless_another_follows(lab: Lab) -> None:
    decide(lab, send(lab))
    around = (TODAY, TODAY + 40 * DAY)
    assert [row.member_id for row in proofs.ending(lab.session, *around)] == [lab.cast.maker]

    decide(lab, send(lab), until=TODAY + 200 * DAY)

    lab.session.rollback()
    assert proofs.ending(lab.session, *around) == []


spans = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(5, 7))


@given(st.lists(spans, max_size=5), st.integers(-2, 65))
def test_of_several_proofs_the_last_decided_that_holds_counts(found: list[tuple[int, int, int]], at: int) -> None:
    rows = [
        ClassProof(valid_from=TODAY + first * DAY, valid_until=TODAY + (first + length) * DAY, class_id=class_id)
        for first, length, class_id in found
    ]
    holding = [class_id for first, length, class_id in found if first <= at <= first + length]

    assert History({1: 9}, {1: rows}).at(1, TODAY + at * DAY) == (holding or [9])[0]
