"""People who may be one person are found; people who are not are left alone."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from fablab.core.db import transaction
from fablab.core.text import plain_of
from fablab.members import cards, doubles
from fablab.members.cards import DeskCard, PersonCard
from fablab.members.doubles import Trace, alike, couples
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
BORN, OTHER = date(1990, 5, 4), date(1991, 5, 4)
NAMES = st.sampled_from(["Élodie Roche", "roche elodie", "ELODIE ROCHE", "Elodie Roche-Martin", "Tom Roux", "李 小龙"])
TRACES = st.builds(
    lambda name, emails, born: (plain_of(name), frozenset(emails), born),
    NAMES,
    st.sets(st.sampled_from(["a@x.example", "b@x.example"]), max_size=2),
    st.sampled_from([None, BORN, OTHER]),
)


def trace(name: str, *emails: str, born: date | None = None, number: int = 1) -> Trace:
    return Trace(number, plain_of(name), frozenset(emails), born)


def test_the_same_name_without_another_birthday_is_alike_whatever_its_accents_and_order() -> None:
    one = trace("Élodie Roche", born=BORN)

    assert alike(one, trace("ROCHE  Elodie", number=2))
    assert alike(one, trace("Élodie-Roche", born=BORN, number=2))
    assert not alike(one, trace("Élodie Roche", born=OTHER, number=2))
    assert not alike(one, trace("Élodie Martin", number=2))


def test_the_same_birthday_needs_an_address_or_a_part_of_the_name_too() -> None:
    one = trace("Élodie Roche", "e@x.example", born=BORN)

    assert alike(one, trace("E. Martin", "e@x.example", born=BORN, number=2))
    assert alike(one, trace("Élodie Roche Martin", born=BORN, number=2))
    assert not alike(one, trace("Élodie Martin", born=BORN, number=2)), "twins of one first name happen"
    assert not alike(one, trace("Tom Roux", "e@x.example", number=2)), "families share addresses"


@given(st.lists(TRACES, max_size=12))
def test_all_couples_are_found_that_comparing_everybody_finds(
    found: list[tuple[str, frozenset[str], date | None]],
) -> None:
    traces = [Trace(number, *item) for number, item in enumerate(found, start=1)]

    everybody = sorted((one.id, two.id) for one in traces for two in traces if one.id < two.id and alike(one, two))

    assert couples(traces) == everybody
    assert all(alike(one, two) == alike(two, one) for one in traces for two in traces)


def test_staff_are_shown_whom_they_may_be_adding_twice(lab: Lab) -> None:
    desk = DeskCard(class_id=lab.cast.adults, home_site_id=lab.cast.workshop)
    with transaction() as session:
        card = PersonCard(name="Élodie Roche", email="elodie@test.example", birth_date=BORN)
        known = cards.add_person(session, lab.actor(lab.cast.fabmanager), card, desk, NOW).id

    assert [row.id for row in doubles.like(lab.session, "Roche Elodie", None, None)] == [known]
    assert [row.id for row in doubles.like(lab.session, "E. R", "elodie@test.example", BORN)] == [known]
    assert doubles.like(lab.session, "Élodie Roche", None, OTHER) == []
    assert doubles.like(lab.session, "%", None, None) == []
    lab.session.rollback()
    with transaction() as session:
        again = cards.add_person(session, lab.actor(lab.cast.fabmanager), PersonCard(name="elodie roche"), desk, NOW).id
    assert [(one.id, two.id) for one, two in doubles.pairs(lab.session)] == [(known, again)]
