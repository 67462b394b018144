"""Whoever exists or not: the same statements, the same work with passwords, the same rows, the same page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from fablab.core.db import db, transaction
from fablab.core.outbox import OutboxRow
from fablab.members import passwords, queries
from fablab.members.models import MemberState
from fablab.sites.models import SignUpRule, Site
from tests.cast import PASSWORD
from tests.conftest import Lab
from tests.support.statements import heard


@dataclass(frozen=True, slots=True)
class Seen:
    """All that an answer could tell by: what was asked of the database, compared, written to send, and shown."""

    statements: tuple[str, ...]
    compared: int
    outbox: tuple[str, ...]
    code: int
    page: str


class Counting:
    """The hasher, which counts how often it works."""

    def __init__(self, hasher: object) -> None:
        self.hasher, self.count = hasher, 0

    def verify(self, kept: str, password: str) -> bool:
        self.count += 1
        return self.hasher.verify(kept, password)

    def hash(self, password: str) -> str:
        self.count += 1
        return self.hasher.hash(password)


@pytest.fixture
def people(lab: Lab) -> Lab:
    """One waits for approval, one has left, one has no password, one has no address; a site can be joined."""
    with transaction() as session:
        queries.member(session, lab.cast.newcomer).state = MemberState.PENDING
        queries.member(session, lab.cast.trainer).left_at = datetime.now(UTC)
        queries.member(session, lab.cast.treasurer).password_hash = None
        queries.member(session, lab.cast.student).email = None
        session.get_one(Site, lab.cast.workshop).sign_up = SignUpRule.OPEN
    return lab


def seen(lab: Lab, monkeypatch: pytest.MonkeyPatch, path: str, typed: str, more: Mapping[str, object]) -> Seen:
    hasher = Counting(passwords._hasher)
    before = {row.id for row in lab.session.query(OutboxRow)}
    lab.session.rollback()
    with monkeypatch.context() as patch, heard(db.engine) as statements:
        patch.setattr(passwords, "_hasher", hasher)
        answer = lab.client().post(path, data={"email": typed, **more})
    rows = lab.session.query(OutboxRow).order_by(OutboxRow.id)
    kinds = tuple(row.kind for row in rows if row.id not in before)
    lab.session.rollback()
    shown = answer.text.replace(typed if "@" in typed else f'value="{typed}"', "—")
    page = re.sub(r'name="csrf_token" value="[^"]+"', "", shown)
    return Seen(tuple(statements), hasher.count, kinds, answer.status_code, page)


def test_a_sign_in_that_fails_tells_nothing(people: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def tried(typed: str, password: str = "wrong wrong wrong") -> Seen:
        return seen(people, monkeypatch, "/sign-in", typed, {"password": password})

    unknown = tried("nobody@test.example")

    assert unknown.compared == 1
    assert tried("maker@test.example") == unknown
    assert tried("newcomer@test.example") == unknown, "who waits for approval"
    assert tried("trainer@test.example", PASSWORD) == unknown, "who has left, with the right password"
    assert tried("treasurer@test.example") == unknown, "who has no password"
    nobody = tried("99999")
    assert nobody.compared == 1
    assert tried(str(people.cast.student)) == nobody
    assert tried(f"n°{people.cast.maker}", PASSWORD) == nobody, "who has an address is not named by a number"


def test_asking_for_a_password_tells_nothing(people: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(typed: str) -> Seen:
        return seen(people, monkeypatch, "/password/forgot", typed, {})

    unknown = asked("nobody@test.example")

    assert (unknown.code, unknown.compared, len(unknown.outbox)) == (200, 0, 1)
    for name in ("maker", "newcomer", "trainer", "treasurer"):
        assert asked(f"{name}@test.example") == unknown, name


def test_asking_to_join_tells_nothing(people: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"name": "Somebody", "site_id": people.cast.workshop, "class_id": people.cast.adults}

    def asked(typed: str) -> Seen:
        return seen(people, monkeypatch, "/sign-up", typed, more)

    unknown = asked("nobody@test.example")

    assert (unknown.code, unknown.compared, len(unknown.outbox)) == (200, 0, 1)
    for name in ("maker", "newcomer", "trainer", "treasurer"):
        assert asked(f"{name}@test.example") == unknown, name


def test_what_nobodys_password_is_compared_with_costs_as_much_as_anybodys() -> None:
    assert not passwords._hasher.check_needs_rehash(passwords.NOBODYS)
