"""What people allow: dated, with the text that they read, taken back at any time, asked again when the words change."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Conflict, Refused
from fablab.members import consents, guardians, queries
from fablab.members.consents import Asked
from fablab.members.models import Consent, ConsentGiven
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def wall(lab: Lab) -> int:
    """Something that is asked."""
    with transaction() as session:
        return consents.add(session, lab.actor(lab.cast.admin), "Nom au mur", "Mon nom.", NOW, code="wall_name").id


def answer(lab: Lab, who: int, wall: int, yes: bool, *, whom: int | None = None, version: int = 1) -> None:
    with transaction() as session:
        consents.answer(session, lab.actor(who), wall, whom or who, yes, version, NOW)


def test_nobody_allows_anything_before_they_say_so_and_all_answers_are_kept(lab: Lab, wall: int) -> None:
    maker = lab.cast.maker
    assert not consents.holds(lab.session, maker, "wall_name")
    lab.session.rollback()
    for yes in (True, True, False):
        answer(lab, maker, wall, yes)
        assert consents.holds(lab.session, maker, "wall_name") is yes
        lab.session.rollback()

    assert [(row.given, row.text, row.at) for row in consents.history_of(lab.session, maker)] == [
        (False, "Mon nom.", NOW),
        (True, "Mon nom.", NOW),
    ]
    assert consents.counts(lab.session) == {}


def test_who_allowed_other_words_is_asked_again(lab: Lab, wall: int) -> None:
    cast = lab.cast
    answer(lab, cast.maker, wall, True)
    with transaction() as session:
        consents.change(session, lab.actor(cast.admin), wall, "Nom au mur", "Mon nom et ma photo.", 1, NOW)

    (asked,) = consents.asked_of(lab.session, cast.maker)
    assert (asked.is_given, asked.is_outdated) == (False, True)
    lab.session.rollback()
    with pytest.raises(Conflict):
        answer(lab, cast.maker, wall, True, version=1)
    answer(lab, cast.maker, wall, True, version=2)
    assert consents.counts(lab.session) == {wall: 1}
    assert [row.text for row in consents.history_of(lab.session, cast.maker)] == ["Mon nom et ma photo.", "Mon nom."]
    lab.session.rollback()
    with pytest.raises(Conflict), transaction() as session:
        consents.change(session, lab.actor(cast.admin), wall, "x", "y", 1, NOW)


def test_guardians_and_staff_answer_for_others_and_nobody_else(lab: Lab, wall: int) -> None:
    cast = lab.cast
    with transaction() as session:
        guardians.appoint(session, lab.actor(cast.admin), cast.maker, cast.newcomer, NOW)
        queries.member(session, cast.newcomer).home_site_id = cast.workshop
    answer(lab, cast.maker, wall, True, whom=cast.newcomer)
    answer(lab, cast.fabmanager, wall, False, whom=cast.newcomer)
    with pytest.raises(Forbidden):
        answer(lab, cast.student, wall, True, whom=cast.newcomer)

    noted = lab.session.query(AuditEntry).filter(AuditEntry.action.startswith("consent.r")).one()
    assert (noted.action, noted.actor_id, noted.member_id) == ("consent.refused", cast.fabmanager, cast.newcomer)
    assert [row.by_id for row in consents.history_of(lab.session, cast.newcomer)] == [cast.fabmanager, cast.maker]


def test_what_is_asked_needs_words_and_ends_for_all(lab: Lab, wall: int) -> None:
    admin = lab.actor(lab.cast.admin)
    for title, text, code, codes in (
        ("", " ", "Wall", ("title_missing", "text_missing", "code")),
        ("x", "y", "wall_name", ("code_taken",)),
    ):
        with pytest.raises(Refused) as error, transaction() as session:
            consents.add(session, admin, title, text, NOW, code=code)
        assert error.value.codes == codes
    with pytest.raises(Forbidden), transaction() as session:
        consents.add(session, lab.actor(lab.cast.fabmanager), "x", "y", NOW)
    answer(lab, lab.cast.maker, wall, True)
    for _ in range(2):
        with transaction() as session:
            consents.end(session, admin, wall, NOW)

    assert consents.consents(lab.session) == []
    assert not consents.holds(lab.session, lab.cast.maker, "wall_name")
    lab.session.rollback()
    with pytest.raises(NotFound):
        answer(lab, lab.cast.maker, wall, False)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 3)), max_size=6), st.integers(1, 3))
def test_only_a_last_yes_to_the_present_words_counts(said: list[tuple[bool, int]], version: int) -> None:
    answers = [ConsentGiven(given=given, version=number) for given, number in said]
    asked = Asked(Consent(version=version), answers[-1] if answers else None)

    assert asked.is_given == (bool(said) and said[-1] == (True, version))
    assert not (asked.is_given and asked.is_outdated)
