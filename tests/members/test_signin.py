"""Sign-ins are throttled in the database, for each account and each address, and tell nobody who exists."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from fablab.core.db import db, transaction
from fablab.core.refusals import Refused
from fablab.members import queries, signin
from fablab.members.models import SignInAttempt
from fablab.members.signin import PER_ACCOUNT, PER_ADDRESS, Candidate
from fablab.members.throttle import WINDOW
from tests.conftest import Lab
from tests.support.threads import at_once

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
MAKER = "maker@test.example"


def begin(email: str, address: str = "192.0.2.1", now: datetime = NOW, **more: str) -> Candidate:
    with transaction() as session:
        return signin.begin(session, email, address, now, **more)


def is_throttled(email: str, address: str = "192.0.2.1", now: datetime = NOW, **more: str) -> bool:
    try:
        begin(email, address, now, **more)
    except Refused as refused:
        return refused.codes == ("too_many_attempts",)
    return False


def test_an_attempt_says_whom_it_is_about_whatever_the_case(lab: Lab) -> None:
    found = begin(" Maker@Test.Example ")

    assert found.member_id == lab.cast.maker
    assert (found.password_hash or "").startswith("$argon2id$")


def test_nobody_and_those_who_left_look_the_same(lab: Lab) -> None:
    with transaction() as session:
        queries.member(session, lab.cast.maker).left_at = NOW

    assert begin("nobody@test.example") == begin(MAKER) == Candidate(None, None)


@pytest.mark.parametrize("email", [MAKER, "nobody@test.example"])
def test_an_account_is_throttled_from_everywhere_whether_it_exists_or_not(lab: Lab, email: str) -> None:
    for number in range(PER_ACCOUNT):
        assert not is_throttled(email, f"192.0.2.{number}")

    assert is_throttled(email.upper(), "198.51.100.1")
    assert not is_throttled("student@test.example", "198.51.100.1")


def test_an_address_is_throttled_for_every_account(lab: Lab) -> None:
    for number in range(PER_ADDRESS):
        assert not is_throttled(f"person{number}@test.example")

    assert is_throttled(MAKER)
    assert not is_throttled(MAKER, "198.51.100.1")


@pytest.mark.parametrize("what", ["sign-in", "password link", "join", "email change", "password change"])
def test_attempts_at_the_same_instant_do_not_slip_through(lab: Lab, what: str) -> None:
    ready = threading.Barrier(PER_ACCOUNT + 4)

    def attempt() -> bool:
        db.session.connection()
        ready.wait()
        return is_throttled(MAKER, what=what)

    found = at_once(lab.app, [attempt] * (PER_ACCOUNT + 4))

    assert sorted(found, key=str) == [False] * PER_ACCOUNT + [True] * 4


def test_those_who_come_back_from_a_provider_at_the_same_instant_do_not_slip_through(lab: Lab) -> None:
    for number in range(PER_ADDRESS - 2):
        with transaction() as session:
            signin.begin_elsewhere(session, "192.0.2.1", NOW + timedelta(seconds=number))
    ready = threading.Barrier(5)

    def attempt() -> bool:
        db.session.connection()
        ready.wait()
        try:
            with transaction() as session:
                signin.begin_elsewhere(session, "192.0.2.1", NOW + timedelta(minutes=2))
        except Refused:
            return True
        return False

    assert sorted(at_once(lab.app, [attempt] * 5), key=str) == [False, False, True, True, True]
    with transaction() as session:
        signin.complete_elsewhere(session, "192.0.2.1")
        signin.begin_elsewhere(session, "192.0.2.1", NOW + timedelta(minutes=2))


def test_who_has_no_address_is_named_by_their_number_and_counted_under_it_however_it_is_typed(lab: Lab) -> None:
    number = lab.cast.student
    with transaction() as session:
        queries.member(session, number).email = None

    assert begin(f" n° {number} ").member_id == number
    assert begin(str(lab.cast.maker)) == begin("0") == begin("9" * 40) == begin(f"{number}x") == Candidate(None, None)
    for typed in (
        f"#{number}",
        f"No.{number}",
        f"00{number}",
        f"N°{number}",
        str(number),
        f"no {number}",
        f"№{number}",
    ):
        assert not is_throttled(typed), typed
    assert is_throttled(f"n°{number}", "198.51.100.1")


def test_the_throttle_lets_go_after_its_window_and_old_attempts_are_forgotten(lab: Lab) -> None:
    for _ in range(PER_ACCOUNT):
        begin(MAKER)

    assert is_throttled(MAKER, now=NOW + WINDOW - timedelta(seconds=1))
    assert not is_throttled(MAKER, now=NOW + WINDOW)
    begin("student@test.example", now=NOW + timedelta(days=2))
    assert lab.session.query(SignInAttempt).count() == 2


def test_being_throttled_does_not_prolong_itself(lab: Lab) -> None:
    for _ in range(PER_ACCOUNT):
        begin(MAKER)
    before = lab.session.query(SignInAttempt).count()
    lab.session.rollback()

    assert all(is_throttled(MAKER) for _ in range(5))

    assert lab.session.query(SignInAttempt).count() == before


def test_a_success_forgets_the_failures_of_that_account_only(lab: Lab) -> None:
    for email in (MAKER, "student@test.example"):
        for _ in range(PER_ACCOUNT):
            begin(email)

    with transaction() as session:
        signin.complete(session, MAKER.upper(), "192.0.2.1")

    assert not is_throttled(MAKER)
    assert is_throttled("student@test.example")


def test_a_whole_workshop_signs_in_from_one_address(lab: Lab) -> None:
    for _ in range(PER_ADDRESS + 5):
        begin(MAKER)
        with transaction() as session:
            signin.complete(session, MAKER, "192.0.2.1")

    assert not is_throttled("student@test.example")


def test_links_and_sign_ins_are_counted_apart(lab: Lab) -> None:
    for _ in range(PER_ACCOUNT):
        begin(MAKER, what="link")

    assert is_throttled(MAKER, what="link")
    assert not is_throttled(MAKER)


def test_neither_accounts_nor_addresses_are_kept_in_clear(lab: Lab) -> None:
    begin(MAKER)

    kept = [row.key for row in lab.session.query(SignInAttempt)]
    assert len(kept) == 2
    assert not [key for key in kept if "maker" in key or "192" in key or len(key) != 64]
