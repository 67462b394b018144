"""Each sign-in is a row: what opens it, what ends it, and what is remembered of it."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest

from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.core.errors import NotFound
from fablab.members import queries, services, signins
from fablab.members.models import SignIn
from fablab.members.signins import IDLE, OLDEST, SEEN_EVERY, Opened
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def opened(lab: Lab, member_id: int | None = None, now: datetime = NOW) -> Opened:
    with transaction() as session:
        member = queries.member(session, member_id or lab.cast.maker)
        return signins.open_sign_in(session, member, "password", "Firefox · Linux", now)


def opens(lab: Lab, one: Opened, now: datetime = NOW) -> bool:
    found = signins.behind(lab.session, one.cookie, now)
    lab.session.rollback()
    return found is not None


def test_a_cookie_opens_its_own_row_and_nothing_else_does(lab: Lab) -> None:
    one, other = opened(lab), opened(lab, lab.cast.student)
    number, _dot, secret = one.cookie.partition(".")
    foreign = other.cookie.partition(".")[2]

    for cookie in ("", ".", "1.1", number, f"{number}.", f"{number}.{foreign}", f"-{number}.{secret}"):
        assert signins.behind(lab.session, cookie, NOW) is None, cookie
    for cookie in (f"{other.id}.{secret}", f"9999.{secret}", f"{'9' * 30}.{secret}", f"٣.{secret}", "1.é"):
        assert signins.behind(lab.session, cookie, NOW) is None, cookie
    row, member = signins.behind(lab.session, one.cookie, NOW) or (None, None)
    assert row is not None
    assert member is not None
    assert (row.id, member.id) == (one.id, lab.cast.maker)
    assert secret not in row.hash
    assert len(secret) >= 43


def test_it_ends_when_it_is_not_used_and_when_it_is_old(lab: Lab) -> None:
    one = opened(lab)

    assert opens(lab, one, NOW + IDLE - timedelta(seconds=1))
    assert not opens(lab, one, NOW + IDLE)
    for days in range(10, 90, 10):
        with transaction() as session:
            signins.note_seen(session, one.id, NOW + timedelta(days=days))
    assert opens(lab, one, NOW + OLDEST - timedelta(seconds=1))
    assert not opens(lab, one, NOW + OLDEST)
    assert signins.sign_ins_of(lab.session, lab.cast.maker, NOW + OLDEST) == []


def test_that_it_is_used_is_written_down_every_few_minutes(lab: Lab) -> None:
    one = opened(lab)

    def seen(after: timedelta) -> timedelta:
        with transaction() as session:
            signins.note_seen(session, one.id, NOW + after)
        return lab.session.get_one(SignIn, one.id).last_seen_at - NOW

    assert seen(SEEN_EVERY - timedelta(seconds=1)) == timedelta(0)
    assert seen(SEEN_EVERY) == SEEN_EVERY
    assert seen(SEEN_EVERY + timedelta(seconds=1)) == SEEN_EVERY


def test_one_is_ended_by_its_person_alone(lab: Lab) -> None:
    one, other = opened(lab), opened(lab)

    with pytest.raises(NotFound), transaction() as session:
        signins.end(session, lab.cast.student, one.id, signins.REVOKED, NOW)
    for _ in range(2):
        with transaction() as session:
            signins.end(session, lab.cast.maker, one.id, signins.REVOKED, NOW)

    assert (opens(lab, one), opens(lab, other)) == (False, True)
    assert [row.id for row in signins.sign_ins_of(lab.session, lab.cast.maker, NOW)] == [other.id]
    log = lab.session.query(AuditEntry).filter(AuditEntry.subject == f"sign_in:{one.id}").order_by(AuditEntry.id)
    assert [(row.action, row.details) for row in log] == [
        ("sign_in.opened", {"how": "password"}),
        ("sign_in.ended", {"how": "revoked"}),
    ]


def test_the_others_or_all_are_ended_and_nobody_elses(lab: Lab) -> None:
    here, *others = (opened(lab) for _ in range(3))
    student = opened(lab, lab.cast.student)

    with transaction() as session:
        assert signins.end_others(session, lab.cast.maker, here.id, signins.REVOKED, NOW) == 2
    assert [opens(lab, one) for one in (here, *others, student)] == [True, False, False, True]
    with transaction() as session:
        signins.end_everywhere(session, lab.cast.maker, signins.EVERYWHERE, NOW)

    assert [opens(lab, one) for one in (here, student)] == [False, True]


def test_what_counts_the_version_up_or_lets_go_ends_all(lab: Lab) -> None:
    for end in (services.end_sign_ins, _leave, _set_password):
        one = opened(lab)
        with transaction() as session:
            end(session, lab.cast.maker)
        assert not opens(lab, one), end
        assert signins.sign_ins_of(lab.session, lab.cast.maker, NOW) == []
        with transaction() as session:
            queries.member(session, lab.cast.maker).left_at = None


def test_a_row_that_merging_gives_to_another_opens_nothing(lab: Lab) -> None:
    one = opened(lab)
    with transaction() as session:
        session.get_one(SignIn, one.id).member_id = lab.cast.student

    assert not opens(lab, one)


def test_rows_that_are_dead_for_long_are_forgotten_when_somebody_signs_in(lab: Lab) -> None:
    old, foreign = opened(lab), opened(lab, lab.cast.student)

    new = opened(lab, now=NOW + OLDEST + timedelta(seconds=1))

    assert [row.id for row in lab.session.query(SignIn).order_by(SignIn.id)] == [foreign.id, new.id]
    assert not opens(lab, old)


def _leave(session: object, member_id: int) -> None:
    queries.member(session, member_id).left_at = NOW


def _set_password(session: object, member_id: int) -> None:
    services.set_password(session, queries.member(session, member_id), secrets.token_hex(), NOW)
