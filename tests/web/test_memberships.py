"""Memberships on the screens: kinds, the desk, one's own page, and the queue of proofs."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

from werkzeug.test import TestResponse

from fablab.billing.models import ItemCharge
from fablab.core.db import db, transaction
from fablab.members import class_cards
from fablab.members import queries as members
from fablab.members.class_cards import ClassCard
from fablab.members.memberships import queries
from fablab.members.models import ClassProof, Covers, Membership, MembershipKind, ProofState
from fablab.sites.models import Site
from tests.conftest import Lab
from tests.members.lab_of_memberships import NOW, add_kind, sell
from tests.support.statements import statements
from tests.web.conftest import words

KIND = {
    "name": "Adhésion <b>annuelle</b>",
    "site_id": 0,
    "legal_entity_id": 1,
    "lasts": "fixed_day",
    "until_day": 31,
    "until_month": 8,
    "next_within_weeks": 4,
    "grace_days": 15,
    "remind_days": "30, 7",
    "covers": "person",
    "most_people": 1,
    "access_level": 0,
    "sold_online": "y",
    "taxed": "y",
    "version": 1,
}


def test_an_admin_writes_a_kind_and_a_treasurer_its_price(lab: Lab) -> None:
    admin, treasurer = lab.signed_in(lab.cast.admin), lab.signed_in(lab.cast.treasurer)
    refused = admin.post("/memberships/kinds/new", data=KIND | {"until_day": 32, "grace_days": -4})
    assert refused.status_code == 422
    assert "There is no such day of the year" in words(refused)
    assert 'value="-4"' in refused.text

    assert admin.post("/memberships/kinds/new", data=KIND).status_code == 302
    kind = lab.session.query(MembershipKind).one()
    edit = f"/memberships/kinds/{kind.id}"
    price = {"class_id": 0, "amount": "25,5", "valid_from": "2026-01-01"}
    assert treasurer.post(f"{edit}/prices", data=price | {"amount": "dear"}).status_code == 422
    assert treasurer.post(f"{edit}/prices", data=price).status_code == 302

    page = treasurer.get("/memberships")
    assert "<b>annuelle" not in page.text
    assert "until 31 August" in words(page)
    assert "€25.50" in words(page)
    assert admin.post(edit, data=KIND | {"version": 9}).status_code == 409
    assert admin.post(edit, data=KIND | {"name": "Autre"}).status_code == 302
    assert admin.post(f"{edit}/close", data={"version": 2}).status_code == 302
    assert "no longer sold" in words(treasurer.get("/memberships"))
    assert treasurer.post(edit, data=KIND).status_code == 403
    lab.session.rollback()
    row = queries.kind(lab.session, kind.id)
    assert (row.name, row.remind_days, row.version) == ("Autre", "30,7", 3)


def test_a_host_sells_pauses_renews_waives_and_ends_at_the_desk(lab: Lab) -> None:
    cast, kind = lab.cast, add_kind(lab, covers=Covers.FAMILY, most_people=2)
    desk, page = lab.signed_in(cast.fabmanager), f"/people/{lab.cast.maker}/memberships"
    form = {"kind": kind, "first_on": "", "request_key": "once", "account": ""}
    for _ in range(2):
        assert desk.post(page, data=form).status_code == 302
    lab.session.rollback()
    made = lab.session.query(Membership).one()
    today, one = made.first_on, f"{page}/{made.id}"

    again = desk.post(page, data=form | {"request_key": "another"})
    assert again.status_code == 422
    assert "They have this membership in that time already" in words(again)
    bad = desk.post(f"{one}/pause", data={"from_on": "1999-01-01", "to_on": today, "reason": "x"})
    assert bad.status_code == 400
    bad = desk.post(f"{one}/pause", data={"from_on": "2001-01-01", "to_on": "2001-01-05", "reason": "Congé"})
    assert bad.status_code == 422
    assert 'value="Congé"' in bad.text
    assert desk.post(f"{one}/pause", data={"from_on": today, "to_on": today, "reason": "Congé"}).status_code == 302
    assert "Paused" in words(desk.get(page))
    lab.session.rollback()
    pause = lab.session.query(Membership).one().pauses[0].id
    assert desk.post(f"{one}/resume", data={"pause": pause}).status_code == 302
    assert desk.post(f"{one}/add", data={"person": "student@test.example", "from_on": today}).status_code == 302
    full = desk.post(f"{one}/add", data={"person": "newcomer", "from_on": today})
    assert full.status_code == 422
    assert "covers 2 people at most" in words(full)
    assert "Held by Maker" in words(desk.get(f"/people/{cast.student}/memberships"))
    assert desk.post(f"{one}/remove", data={"person": cast.student}).status_code == 302
    assert desk.post(f"{one}/waive", data={"reason": "Geste"}).status_code == 302
    assert "waived" in words(desk.get(page))
    assert desk.post(f"{one}/renew").status_code == 302
    lab.session.rollback()
    version = queries.membership(lab.session, made.id).version
    assert desk.post(f"{one}/end", data={"last_on": today, "reason": "x", "version": 99}).status_code == 409
    assert desk.post(f"{one}/end", data={"last_on": today, "reason": "x", "version": version}).status_code == 302
    assert desk.post(f"{page}/{made.id}/explode").status_code == 404
    assert desk.post(f"/people/{cast.newcomer}/memberships/{made.id}/renew").status_code == 404


def test_members_take_and_renew_what_is_sold_online(lab: Lab) -> None:
    kind = add_kind(lab)
    add_kind(lab, name="Au comptoir", sold_online=False)
    client = lab.signed_in(lab.cast.maker)
    page = words(client.get("/me/memberships"))
    assert "You have no membership yet" in page
    assert "Au comptoir" not in page

    assert client.post("/me/memberships", data={"kind": kind, "request_key": "k"}).status_code == 302
    mine = words(client.get("/me"))
    assert "Adhésion In order" in mine
    assert "Renew it: €40.00" in mine
    membership = lab.session.query(Membership).one()
    for _ in range(2):
        assert client.post(f"/me/memberships/{membership.id}/renew").status_code == 302
    assert "Renewed: the next one follows." in words(client.get("/me/memberships"))
    assert client.post("/me/memberships", data={"kind": kind}).status_code == 422
    assert client.post("/me/memberships", data={}).status_code == 422
    assert lab.signed_in(lab.cast.student).post(f"/me/memberships/{membership.id}/renew").status_code == 404
    lab.session.rollback()
    payer = members.personal_account(lab.session, lab.cast.maker).id
    assert [row.account_id for row in lab.session.query(ItemCharge)] == [payer, payer]


def test_grace_is_told_on_ones_page_and_at_the_desk(lab: Lab) -> None:
    kind, now = add_kind(lab, lasts="days", length=10), datetime.now(UTC)
    sell(lab, kind, first_on=now.date() - timedelta(days=12), now=now)

    assert "It still counts until" in words(lab.signed_in(lab.cast.maker).get("/me"))
    page = lab.signed_in(lab.cast.fabmanager).get(f"/people/{lab.cast.maker}/memberships")
    assert "In grace" in words(page)


def test_a_proof_goes_from_ones_page_to_the_queue_and_back(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        card = ClassCard(name="Étudiant", needs_proof=True, proof_note="Carte de l’année")
        class_cards.edit(session, lab.actor(cast.admin), cast.students, card, 1, NOW)
    maker, desk = lab.signed_in(cast.maker), lab.signed_in(cast.fabmanager)
    assert "Carte de l’année" in words(maker.get("/me/memberships"))
    program = _send(maker, cast.students, b"MZ\x90" + bytes(99), "carte.pdf")
    assert program.status_code == 422
    assert "neither a PDF nor a picture" in words(program)
    assert maker.post("/me/proofs", data={"class": cast.students}).status_code == 422

    assert _send(maker, cast.students, b"%PDF-1.7 <script>\n%%EOF", "../../<i>.pdf").status_code == 302
    lab.session.rollback()
    proof = lab.session.query(ClassProof).filter_by(member_id=cast.maker).one().id
    file = desk.get(f"/proofs/{proof}/file")
    assert (file.status_code, file.mimetype) == (200, "application/pdf")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert maker.get(f"/proofs/{proof}/file").status_code == 200
    assert lab.signed_in(cast.student).get(f"/proofs/{proof}/file").status_code == 404
    assert "Maker" in words(desk.get("/proofs"))

    refused = desk.post(f"/proofs/{proof}", data={"accepted": "no", "reason": " ", "version": 1})
    assert refused.status_code == 422
    assert "Say why it is refused" in words(refused)
    assert (
        desk.post(f"/proofs/{proof}", data={"accepted": "yes", "until": "2099-01-01", "version": 1}).status_code == 302
    )
    assert "Étudiant" in words(maker.get("/me/memberships"))
    with transaction() as session:
        members.member(session, cast.maker).home_site_id = cast.office
    elsewhere = f"/people/{cast.maker}/memberships"
    assert f"/proofs/{proof}/file" not in desk.get(elsewhere).text
    with transaction() as session:
        members.member(session, cast.maker).home_site_id = cast.workshop
    assert f"/proofs/{proof}/file" in desk.get(elsewhere).text
    late = desk.post(f"/proofs/{proof}", data={"accepted": "no", "reason": "x", "version": 2})
    assert "decided already" in words(late)
    assert desk.post(f"/people/{cast.maker}/class", data={"class": cast.adults, "reason": "Fin"}).status_code == 302
    assert "Adulte" in words(desk.get(f"/people/{cast.maker}/memberships"))
    assert desk.post(f"/people/{cast.maker}/class", data={"class": cast.students, "reason": "x"}).status_code == 422


def test_classes_are_written_by_administrators(lab: Lab) -> None:
    admin, card = lab.signed_in(lab.cast.admin), {"name": "Quartier", "proof_months": 6, "position": 3}

    assert admin.post("/classes", data=card | {"needs_proof": "y"}).status_code == 302
    assert admin.post("/classes", data=card).status_code == 422
    edit = f"/classes/{lab.cast.students}"
    assert admin.post(edit, data=card | {"name": "Étudiants", "version": 9}).status_code == 409
    assert admin.post(edit, data=card | {"name": "Étudiants", "version": 1}).status_code == 302
    assert admin.post(f"{edit}/close", data={"version": 2}).status_code == 302
    assert admin.post(f"/classes/{lab.cast.adults}/close", data={"version": 1}).status_code == 422
    assert "closed" in words(admin.get("/classes"))
    assert "needs a proof" in words(admin.get("/classes"))


def test_a_site_asks_for_memberships_on_its_card(lab: Lab) -> None:
    admin = lab.signed_in(lab.cast.admin)
    site = lab.session.get_one(Site, lab.cast.workshop)
    card = {
        "name": site.name,
        "town": site.town,
        "timezone": site.timezone,
        "country": "FR",
        "staffing": "planned",
        "shift_notice_hours": 48,
        "version": site.version,
        "needs_membership": "y",
    }

    assert admin.post(f"/network/sites/{site.id}", data=card).status_code == 302

    lab.session.rollback()
    assert lab.session.get_one(Site, lab.cast.workshop).needs_membership
    sheet = lab.signed_in(lab.cast.maker).get("/m/prusa-n1/book?start=2030-01-15T10:00:00Z&minutes=60")
    assert "is for people with a membership" in words(sheet)


def _send(client: object, class_id: int, content: bytes, name: str) -> TestResponse:
    form = {"class": class_id, "file": (BytesIO(content), name)}
    return client.post("/me/proofs", data=form, content_type="multipart/form-data")  # type: ignore[attr-defined]


def test_a_long_queue_of_proofs_needs_no_more_statements(lab: Lab) -> None:
    desk, people = lab.signed_in(lab.cast.admin), (lab.cast.maker, lab.cast.newcomer, lab.cast.student)

    def look() -> None:
        assert desk.get("/proofs").status_code == 200

    look()
    seen = []
    for member_id in people:
        with transaction() as session:
            row = ClassProof(member_id=member_id, class_id=lab.cast.students, sent_at=NOW, sent_by_id=member_id)
            row.state, row.version = ProofState.WAITING, 1
            session.add(row)
        seen.append(statements(db.engine, look))
    assert seen[1:] == seen[:-1]
