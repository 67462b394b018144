"""Guardians: they book, sign and pay for their wards; families are added at once."""

from datetime import UTC, date, datetime
from functools import partial

import pytest

from fablab.booking.services import Wish, book, cancel, reasons_against
from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.members import cards, charters, families, guardians, queries
from fablab.members.cards import DeskCard, PersonCard
from fablab.members.families import FamilyCard
from fablab.members.guardians import Answer
from fablab.members.models import Authorisation, Member, Permission
from fablab.members.standing import age_on
from tests.conftest import Lab, hours_from
from tests.support.threads import at_once

NOW = datetime.now(UTC)


def family(lab: Lab, *permissions: Permission, charter: bool = False) -> families.Family:
    """A mother with two children, added at the workshop's desk."""
    young = date(NOW.year - 12, 2, 28)
    card = FamilyCard(
        guardians=[PersonCard(name="Nadia Roux", email="nadia@test.example", phone="06 00 00 00 00")],
        children=[PersonCard(name="Tom Roux", birth_date=young), PersonCard(name="Lila Roux", birth_date=young)],
        desk=DeskCard(class_id=lab.cast.adults, home_site_id=lab.cast.workshop),
        relation="Mère",
        permissions=frozenset(permissions),
        charter_accepted=charter,
    )
    with transaction() as session:
        return families.sign_up(session, lab.actor(lab.cast.fabmanager), card, NOW)


def refusals(lab: Lab, by: int, member_id: int, tomorrow: datetime) -> set[str]:
    wish = Wish(resource_id=lab.cast.desk_room, period=hours_from(tomorrow, 1), member_id=member_id)
    return {item.code for item in reasons_against(lab.session, lab.actor(by), wish, NOW)}


def test_a_family_is_added_at_once_with_what_it_signed(lab: Lab) -> None:
    with transaction() as session:
        admin = lab.actor(lab.cast.admin)
        charter = charters.publish(session, admin, None, "Charte", "Respecter.", date(2020, 1, 1), NOW).id

    made = family(lab, Permission.USE, Permission.CARE, charter=True)

    (mother,), (tom, lila) = made.guardians, made.children
    assert [(row.mail_to, row.email) for row in (mother, tom)] == [
        ("nadia@test.example", "nadia@test.example"),
        ("nadia@test.example", None),
    ]
    assert [row.ward_id for row in guardians.wards_of(lab.session, mother.id)] == [tom.id, lila.id]
    answers = {row.permission: row.given for row in guardians.latest(lab.session, lila.id)}
    assert answers == {"use": True, "care": True, "image": False}
    assert "Lila Roux" in guardians.latest(lab.session, lila.id)[0].text
    assert charters.counts(lab.session) == {charter: 3}
    entries = lab.session.query(AuditEntry).filter_by(actor_id=lab.cast.fabmanager).all()
    assert {row.action for row in entries} >= {"member.added", "guardian.appointed", "authorisation.signed"}
    assert not any("Roux" in str(row.details) for row in entries), "the log names nobody"


def test_a_family_is_added_whole_or_not_at_all(lab: Lab) -> None:
    before = lab.session.query(Member).count()
    desk = DeskCard(class_id=lab.cast.adults, home_site_id=lab.cast.workshop)
    for adults, children, codes in (
        ([], [PersonCard(name="Tom")], ("family",)),
        ([PersonCard(name="Nadia")] * 2, [PersonCard(name="Tom")] * 11, ("family",)),
        (
            [PersonCard(name="Nadia", email="maker@test.example")],
            [PersonCard(name=" ", birth_date=date(2990, 1, 1))],
            ("email_taken", "name_missing", "birth_date"),
        ),
    ):
        card = FamilyCard(guardians=adults, children=children, desk=desk)
        with pytest.raises(Refused) as refused, transaction() as session:
            families.sign_up(session, lab.actor(lab.cast.fabmanager), card, NOW)
        assert refused.value.codes == codes
    elsewhere = FamilyCard(
        guardians=[PersonCard(name="Nadia")], children=[], desk=DeskCard(class_id=1, home_site_id=lab.cast.office)
    )
    with pytest.raises(Forbidden), transaction() as session:
        families.sign_up(session, lab.actor(lab.cast.fabmanager), elsewhere, NOW)
    assert lab.session.query(Member).count() == before


def test_a_guardian_books_and_pays_for_a_ward_and_nobody_else_does(lab: Lab) -> None:
    made = family(lab, Permission.USE)
    mother, tom = made.guardians[0].id, made.children[0].id
    wish = Wish(resource_id=lab.cast.desk_room, period=_monday(), member_id=tom)

    with transaction() as session:
        reservation = book(session, lab.actor(mother), wish, NOW)
        reservation_id, account_id = reservation.id, reservation.account_id

    assert account_id == queries.personal_account(lab.session, mother).id
    with pytest.raises(Forbidden), transaction() as session:
        book(session, lab.actor(lab.cast.student), wish, NOW)
    with pytest.raises(NotFound), transaction() as session:
        cancel(session, lab.actor(lab.cast.student), reservation_id, NOW)
    with transaction() as session:
        cancel(session, lab.actor(mother), reservation_id, NOW)
        guardianship = guardians.guardians_of(session, tom)[0].id
        guardians.dismiss(session, lab.actor(mother), guardianship, NOW)
        guardians.dismiss(session, lab.actor(mother), guardianship, NOW)
    with pytest.raises(Forbidden), transaction() as session:
        book(session, lab.actor(mother), wish, NOW)
    own = queries.personal_account(lab.session, tom).id
    assert [row.id for row in queries.accounts_of(lab.session, tom)] == [own]
    assert account_id == queries.personal_account(lab.session, mother).id, "the past stays"


def test_a_minor_uses_machines_once_a_guardian_has_signed(lab: Lab) -> None:
    made = family(lab)
    mother, tom, when = made.guardians[0].id, made.children[0].id, _monday().start

    assert "authorisation_missing" in refusals(lab, mother, tom, when)
    assert "authorisation_missing" not in refusals(lab, mother, mother, when)
    lab.session.rollback()
    yes = [Answer(permission=Permission.USE, given=True)]
    with pytest.raises(Forbidden), transaction() as session:
        guardians.sign(session, lab.actor(lab.cast.student), tom, mother, yes, NOW)
    with pytest.raises(NotFound), transaction() as session:
        guardians.sign(session, lab.actor(lab.cast.maker), tom, lab.cast.maker, yes, NOW)
    with transaction() as session:
        guardians.sign(session, lab.actor(mother), tom, mother, yes, NOW)
        guardians.sign(session, lab.actor(mother), tom, mother, yes, NOW)
    assert "authorisation_missing" not in refusals(lab, mother, tom, when)
    lab.session.rollback()
    with transaction() as session:
        guardians.sign(session, lab.actor(mother), tom, mother, [Answer(permission=Permission.USE, given=False)], NOW)
    assert "authorisation_missing" in refusals(lab, mother, tom, when)
    answers = [row.given for row in lab.session.query(Authorisation).filter_by(ward_id=tom, permission="use")]
    assert answers == [False, True, False], "each answer is kept, none is written twice"


def test_nobody_answers_for_themselves_or_while_they_have_a_guardian(lab: Lab) -> None:
    made = family(lab)
    manager, tom, lila = lab.actor(lab.cast.fabmanager), made.children[0].id, made.children[1].id

    for guardian_id, ward_id, codes in ((tom, tom, ("same", "ward")), (tom, lila, ("ward",))):
        with pytest.raises(Refused) as refused, transaction() as session:
            guardians.appoint(session, manager, guardian_id, ward_id, NOW)
        assert refused.value.codes == codes


def test_age_counts_birthdays_also_that_of_29_february() -> None:
    leap = date(2008, 2, 29)

    assert [age_on(leap, day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2028, 2, 29))] == [17, 18, 20]
    assert age_on(date(2000, 12, 31), date(2026, 1, 1)) == 25


def test_a_ward_may_read_and_guardians_write_their_card(lab: Lab) -> None:
    made = family(lab)
    mother, tom = made.guardians[0].id, made.children[0].id

    with transaction() as session:
        cards.edit_own(session, lab.actor(mother), tom, PersonCard(name="Tom R.", phone="06"), 1, NOW)

    assert cards.seen_by(lab.session, lab.actor(tom), tom).name == "Tom R."
    assert cards.seen_by(lab.session, lab.actor(tom), tom).shared_email == "nadia@test.example"
    lab.session.rollback()
    for stranger in (lab.cast.student, lab.cast.treasurer):
        with pytest.raises(NotFound):
            cards.seen_by(lab.session, lab.actor(stranger), tom)
        lab.session.rollback()
        with pytest.raises(NotFound), transaction() as session:
            cards.edit_own(session, lab.actor(stranger), tom, PersonCard(name="X"), 2, NOW)


def _monday() -> Period:
    """Two hours of a Monday ahead in which the office is open."""
    day = NOW.date().toordinal() + 3
    while date.fromordinal(day).weekday():
        day += 1
    return hours_from(datetime.combine(date.fromordinal(day), datetime.min.time(), UTC).replace(hour=12), 1)


def test_nobody_is_a_guardian_and_a_ward_not_even_at_once(lab: Lab) -> None:
    admin, maker, student = lab.actor(lab.cast.admin), lab.cast.maker, lab.cast.student
    lab.session.rollback()

    def appoint(guardian_id: int, ward_id: int) -> None:
        with transaction() as session:
            guardians.appoint(session, admin, guardian_id, ward_id, NOW)

    done = at_once(lab.app, [partial(appoint, maker, student), partial(appoint, student, maker)])
    assert sorted(type(item).__name__ for item in done) == ["NoneType", "Refused"]
    first = maker if done[0] is None else student
    with pytest.raises(Refused) as refused:
        appoint(lab.cast.newcomer, first)
    assert refused.value.codes == ("guardian",)
