"""Whose an account at a provider is, and how it becomes somebody's."""

import threading
from datetime import UTC, datetime

import pytest

from fablab.core.db import AlreadyThere, db, transaction
from fablab.core.errors import NotFound
from fablab.core.refusals import Refused
from fablab.members import identities, queries
from fablab.members.identities import Claims, Recognised
from fablab.members.models import Identity, Member
from tests.conftest import Lab
from tests.support.threads import at_once

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
MAKER = "maker@test.example"


def claims(
    subject: str = "1", email: str = MAKER, *, verified: bool = True, issuer: str = "https://a.example"
) -> Claims:
    return Claims(issuer=issuer, subject=subject, email=email, email_verified=verified)


def recognised(said: Claims) -> Recognised:
    with transaction() as session:
        return identities.recognise(session, said, NOW)


def test_only_a_verified_address_of_ones_own_makes_an_account_ones_own(lab: Lab) -> None:
    with transaction() as session:
        queries.member(session, lab.cast.newcomer).shared_email = "family@test.example"

    for said in (
        claims(verified=False),
        claims(email=""),
        claims(email="nobody@test.example"),
        claims(email="family@test.example"),
        claims(email="ma\u212aer@test.example"),
    ):
        assert recognised(said) == Recognised(None), said
    assert lab.session.query(Identity).count() == 0
    assert recognised(claims()) == Recognised(lab.cast.maker)
    assert recognised(claims(email="", verified=False)) == Recognised(lab.cast.maker), "it is known by its subject now"


def test_the_same_subject_at_another_issuer_is_another_account(lab: Lab) -> None:
    recognised(claims())

    assert recognised(claims(email="", issuer="https://b.example")) == Recognised(None)
    assert recognised(claims(email="student@test.example")) == Recognised(lab.cast.maker), "an address changes nothing"


def test_who_has_a_role_is_asked_to_confirm(lab: Lab) -> None:
    assert recognised(claims(email="trainer@test.example")) == Recognised(lab.cast.trainer, must_confirm=True)
    assert lab.session.query(Identity).count() == 0


def test_an_account_of_somebody_who_left_opens_nothing_and_can_be_linked_by_another(lab: Lab) -> None:
    recognised(claims())
    with transaction() as session:
        queries.member(session, lab.cast.maker).left_at = NOW

    assert recognised(claims()) == Recognised(None)
    with transaction() as session:
        identities.link(session, lab.cast.student, claims(), NOW)

    assert recognised(claims()) == Recognised(lab.cast.student)


def test_an_account_is_one_persons_and_linking_twice_equals_once(lab: Lab) -> None:
    for _ in range(2):
        with transaction() as session:
            identities.link(session, lab.cast.maker, claims(), NOW)

    with pytest.raises(Refused, match="appartient déjà"), transaction() as session:
        identities.link(session, lab.cast.student, claims(), NOW)
    with pytest.raises(NotFound), transaction() as session:
        identities.unlink(session, lab.cast.student, identities.identities_of(session, lab.cast.maker)[0].id, NOW)
    assert lab.session.query(Identity).count() == 1


def test_of_two_who_link_the_same_at_once_one_has_it(lab: Lab) -> None:
    ready = threading.Barrier(2)

    def linking(member_id: int) -> bool:
        db.session.connection()
        ready.wait()
        try:
            with transaction() as session:
                identities.link(session, member_id, claims(), NOW)
        except (Refused, AlreadyThere):
            return False
        return True

    found = at_once(lab.app, [lambda: linking(lab.cast.maker), lambda: linking(lab.cast.student)])

    assert sorted(found, key=str) == [False, True]


def test_of_two_ways_in_unlinked_at_once_one_stays(lab: Lab) -> None:
    with transaction() as session:
        session.get_one(Member, lab.cast.maker).password_hash = None
        ids = [identities.link(session, lab.cast.maker, claims(subject), NOW).id for subject in "12"]
    ready = threading.Barrier(2)

    def unlinking(identity_id: int) -> bool:
        db.session.connection()
        ready.wait()
        try:
            with transaction() as session:
                identities.unlink(session, lab.cast.maker, identity_id, NOW)
        except Refused:
            return False
        return True

    found = at_once(lab.app, [lambda: unlinking(ids[0]), lambda: unlinking(ids[1])])

    assert sorted(found, key=str) == [False, True]
    assert lab.session.query(Identity).count() == 1
