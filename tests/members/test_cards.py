"""People's cards: written at the desk, corrected by themselves, sought by staff."""

from datetime import UTC, date, datetime
from functools import partial

import pytest

from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.files import StoredFile
from fablab.core.refusals import Conflict, Refused
from fablab.members import cards, guardians, people, queries
from fablab.members.cards import DeskCard, PersonCard
from fablab.members.models import Role
from fablab.members.people import Standing, Wanted
from fablab.members.services import grant_role, make_password_link
from tests.api.things import picture
from tests.conftest import Lab
from tests.support.threads import at_once

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
HARD = ("Œ" * 200, "👩‍🔬 Zoé", "محمد بن سلمان", "<b>Bobby</b> '; DROP TABLE members;--", "\u202eecila")


def add(lab: Lab, card: PersonCard, by: int | None = None) -> int:
    desk = DeskCard(class_id=lab.cast.adults, home_site_id=lab.cast.workshop)
    with transaction() as session:
        return cards.add_person(session, lab.actor(by or lab.cast.fabmanager), card, desk, NOW).id


def edit(lab: Lab, member_id: int, card: PersonCard, version: int = 1, by: int | None = None) -> None:
    desk = DeskCard(class_id=lab.cast.students, home_site_id=lab.cast.workshop, staff_note="Aime le bois")
    with transaction() as session:
        cards.edit_as_staff(session, lab.actor(by or lab.cast.fabmanager), member_id, card, desk, version, NOW)


@pytest.mark.parametrize("name", HARD)
def test_any_name_is_kept_and_found_again(lab: Lab, name: str) -> None:
    made = add(lab, PersonCard(name=name, birth_date=date(2012, 2, 29), phone="+33 6", emergency_contact="Papa\n06"))

    member = queries.member(lab.session, made)
    assert (member.name, member.birth_date, member.emergency_contact) == (name, date(2012, 2, 29), "Papa\n06")
    found = people.people(lab.session, Wanted(search=name.split()[0]))
    assert made in [row.id for row in found.items]


def test_people_may_have_no_address_or_share_one(lab: Lab) -> None:
    one = add(lab, PersonCard(name="Tom", shared_email="Maker@test.example"))
    other = add(lab, PersonCard(name="Lila", shared_email="maker@test.example"))
    nobody = add(lab, PersonCard(name="Rémi"))

    assert [queries.member(lab.session, key).mail_to for key in (one, other, nobody)] == [
        "maker@test.example",
        "maker@test.example",
        None,
    ]
    assert queries.member_by_email(lab.session, "maker@test.example").id == lab.cast.maker, "nobody signs in with it"


def test_of_two_who_correct_a_card_the_second_is_told(lab: Lab) -> None:
    made = add(lab, PersonCard(name="Tom", email="tom@test.example"))

    edit(lab, made, PersonCard(name="Tom Roux", email="roux@test.example"))
    with pytest.raises(Conflict):
        edit(lab, made, PersonCard(name="Tomas"), by=lab.cast.admin)

    member = queries.member(lab.session, made)
    assert (member.name, member.email, member.class_id, member.version) == (
        "Tom Roux",
        "roux@test.example",
        lab.cast.students,
        2,
    )
    assert member.session_version == 2, "who signed in with the old address signs in anew"
    entry = lab.session.query(AuditEntry).filter_by(action="member.edited").one()
    assert entry.details == {"fields": "class_id,email,name,staff_note"}


def test_who_is_not_staff_there_writes_no_card(lab: Lab) -> None:
    made = add(lab, PersonCard(name="Tom"))
    with transaction() as session:
        grant_role(session, queries.member(session, lab.cast.student), Role.HOST, site_id=lab.cast.office)

    for by in (lab.cast.maker, lab.cast.treasurer, lab.cast.student):
        with pytest.raises(Forbidden):
            edit(lab, made, PersonCard(name="X"), by=by)
        with pytest.raises(Forbidden):
            add(lab, PersonCard(name="X"), by=by)
    with pytest.raises(Refused) as refused:
        edit(
            lab, made, PersonCard(name="X", email="maker@test.example", shared_email="no", birth_date=date(1800, 1, 1))
        )
    assert refused.value.codes == ("birth_date", "email_taken")
    with pytest.raises(NotFound), transaction() as session:
        cards.edit_own(session, lab.actor(lab.cast.maker), made, PersonCard(name="X"), 1, NOW)


def test_a_photo_is_replaced_and_what_was_there_is_gone(lab: Lab) -> None:
    maker = lab.actor(lab.cast.maker)
    with transaction() as session:
        first = cards.set_photo(session, maker, lab.cast.maker, picture(), "me.png", NOW).id
        second = cards.set_photo(session, maker, lab.cast.maker, picture(), "me.png", NOW).id

    assert queries.member(lab.session, lab.cast.maker).photo_id == second
    assert lab.session.get(StoredFile, first) is None
    lab.session.rollback()
    with pytest.raises(Refused), transaction() as session:
        cards.set_photo(session, maker, lab.cast.maker, b"MZ\x90 a program", "me.png", NOW)
    with pytest.raises(NotFound), transaction() as session:
        cards.set_photo(session, lab.actor(lab.cast.student), lab.cast.maker, picture(), "me.png", NOW)
    with transaction() as session:
        assert cards.set_photo(session, maker, lab.cast.maker, None, "", NOW) is None
    assert lab.session.query(StoredFile).count() == 0


def test_people_are_sought_by_words_number_site_class_role_and_standing(lab: Lab) -> None:
    elodie = add(lab, PersonCard(name="Élodie Roche", email="er@test.example"))

    def found(**wanted: object) -> set[int]:
        return {row.id for row in people.people(lab.session, Wanted(**wanted)).items}

    for words in ("elodie", "ROCHE él", "er@test", str(elodie)):
        assert elodie in found(search=words), words
    for words in ("%", "_", "elodie maker", "0" * 30):
        assert elodie not in found(search=words), words
    assert found(site_id=lab.cast.workshop) == {elodie}
    assert found(class_id=lab.cast.students) == {lab.cast.student}
    assert found(role=Role.TREASURER) == {lab.cast.treasurer}
    assert found(standing=Standing.PENDING) == found(standing=Standing.LEFT) == found(standing=Standing.WARDS) == set()


def test_the_list_has_pages_in_the_order_of_names_without_accents(lab: Lab) -> None:
    for number in range(60):
        add(lab, PersonCard(name=f"{'ÉEeé'[number % 4]}mile {number:02d}"))

    first = people.people(lab.session, Wanted(search="emile"))
    second = people.people(lab.session, Wanted(search="emile"), offset=first.next_offset or 0)

    assert (first.count, len(first.items), len(second.items)) == (60, 50, 10)
    assert (first.previous_offset, second.previous_offset, second.next_offset) == (None, 0, None)
    assert [row.name[-2:] for row in (*first.items, *second.items)] == [f"{number:02d}" for number in range(60)]


def test_the_address_of_somebody_with_a_role_is_written_by_administrators_alone(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        grant_role(session, queries.member(session, cast.student), Role.HOST, site_id=cast.office)
        links = [make_password_link(session, queries.member(session, who), NOW) for who in (cast.maker, cast.trainer)]
    desk, thief = DeskCard(class_id=cast.adults), PersonCard(name="X", email="thief@test.example")

    for by in (cast.student, cast.fabmanager):
        for whose in (cast.admin, cast.treasurer, cast.trainer):
            with pytest.raises(Refused) as refused, transaction() as session:
                cards.edit_as_staff(session, lab.actor(by), whose, thief, desk, 1, NOW)
            assert refused.value.codes == ("way_in_of_staff",)
    same = PersonCard(name="Ada", email="admin@test.example", phone="+33 4")
    with transaction() as session:
        cards.edit_as_staff(session, lab.actor(cast.fabmanager), cast.admin, same, desk, 1, NOW)
        cards.edit_as_staff(session, lab.actor(cast.admin), cast.trainer, thief, desk, 1, NOW)
        cards.edit_as_staff(session, lab.actor(cast.student), cast.maker, PersonCard(name="Maker"), desk, 1, NOW)

    assert queries.member(lab.session, cast.admin).session_version == 1
    found = [queries.password_token(lab.session, link, NOW) for link in links]
    assert found == [None, None], "a link that went to an address that was wrong opens nothing"


def test_of_many_who_save_a_card_at_once_one_does(lab: Lab) -> None:
    admin, desk = lab.actor(lab.cast.admin), DeskCard(class_id=lab.cast.adults)
    lab.session.rollback()

    def save(number: int) -> None:
        card = PersonCard(name=f"Maker {number}", email="maker@test.example")
        with transaction() as session:
            cards.edit_as_staff(session, admin, lab.cast.maker, card, desk, 1, NOW)

    done = at_once(lab.app, [partial(save, number) for number in range(4)])

    assert [type(item) for item in done if item] == [Conflict] * 3


def test_a_known_day_of_birth_is_corrected_by_guardians_and_staff(lab: Lab) -> None:
    made, born = add(lab, PersonCard(name="Tom", email="tom@test.example")), date(2014, 2, 28)
    with transaction() as session:
        guardians.appoint(session, lab.actor(lab.cast.fabmanager), lab.cast.maker, made, NOW)

    def write(by: int, day: date | None, version: int) -> None:
        with transaction() as session:
            cards.edit_own(session, lab.actor(by), made, PersonCard(name="Tom", birth_date=day), version, NOW)

    write(made, born, 1)
    for day in (date(1990, 1, 1), None):
        with pytest.raises(Refused) as refused:
            write(made, day, 2)
        assert refused.value.codes == ("birth_date_known",)
    write(made, born, 2)
    write(lab.cast.maker, date(2013, 2, 28), 3)
    assert queries.member(lab.session, made).birth_date == date(2013, 2, 28)
