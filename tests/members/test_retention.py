"""How long what is kept: shown before it goes, never shorter than the law, by itself only where that is switched on."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.booking.models import CalendarFeed
from fablab.booking.services import Wish, book
from fablab.catalog.models import Problem
from fablab.core import retention
from fablab.core.audit import AuditEntry, note
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.outbox import OutboxRow
from fablab.core.refusals import Conflict, Refused
from fablab.core.retention import months_before
from fablab.members import guardians, queries
from fablab.members.models import Member, SignInAttempt
from fablab.presence.services import Coming, arrive
from tests.cast import LONG_AGO
from tests.conftest import Lab, hours_from
from tests.mails import mails
from tests.members.lives import Life

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
LATER = datetime(2029, 3, 3, 8, tzinfo=UTC)
"""Three years after, when nobody of the cast has come since."""
MONTH = timedelta(days=31)
KINDS = [
    "accounts",
    "attempts",
    "calendars",
    "file_names",
    "guests",
    "links",
    "log",
    "mails",
    "outcomes",
    "people",
    "proofs",
]


def test_every_kind_says_what_it_is_and_what_is_too_old_before_it_goes(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        Life(session, cast.maker, cast.trainer, cast.admin, "x").fill()
        session.add(SignInAttempt(key="x", at=NOW))
        session.query(CalendarFeed).update({"revoked_at": NOW})
        queries.member(session, cast.student).left_at = NOW
        queries.member(session, cast.student).staff_note = "x"
        session.query(Problem).update({"state": "fixed", "fixed_at": NOW})
        session.add(OutboxRow(kind="mail", key="x", payload={}, created_at=NOW, done_at=NOW))
        guest = Coming(site_id=cast.workshop, guest_name="Zoé")
        arrive(session, lab.actor(cast.admin), guest, NOW)
    kinds = {item.kind.code: item for item in retention.periods(lab.session, LATER)}
    lab.session.rollback()
    assert sorted(kinds) == sorted([*KINDS, "reporters", "sign_ups", "staff_notes"])
    assert {item.kind.words() for item in kinds.values() if item.kind.purpose()} != {""}
    assert kinds["accounts"].old is None

    for code, item in kinds.items():
        if item.kind.purge is None or code == "people":
            continue
        assert item.old, code
        with transaction() as session:
            gone = retention.purge(session, lab.actor(cast.admin), code, item.old, LATER)
        assert gone == item.old, code
    after = {item.kind.code: item.old for item in retention.periods(lab.session, LATER)}
    assert {code: old for code, old in after.items() if old} == {"people": kinds["people"].old}


def test_only_administrators_set_periods_that_the_law_allows(lab: Lab) -> None:
    def set_to(months: int, code: str = "log", who: int | None = None) -> None:
        with transaction() as session:
            retention.set_period(session, lab.actor(who or lab.cast.admin), code, months, False, NOW)

    set_to(36)
    for months in (11, 0, 601):
        with pytest.raises(Refused):
            set_to(months)
    for code in ("accounts", "nothing"):
        with pytest.raises(NotFound):
            set_to(120, code)
    with pytest.raises(Forbidden):
        set_to(36, who=lab.cast.fabmanager)
    assert {item.kind.code: item.months for item in retention.periods(lab.session)}["log"] == 36


def test_what_has_grown_since_it_was_shown_is_not_removed(lab: Lab) -> None:
    old = LATER - timedelta(days=800)
    admin = lab.actor(lab.cast.admin)
    with transaction() as session:
        for _ in range(2):
            note(session, None, "x.done", old)

    with pytest.raises(Conflict), transaction() as session:
        retention.purge(session, admin, "log", 1, LATER)
    with pytest.raises(Forbidden), transaction() as session:
        retention.purge(session, lab.actor(lab.cast.fabmanager), "log", 2, LATER)
    lab.session.rollback()
    assert lab.session.query(AuditEntry).filter_by(action="x.done").count() == 2


def test_what_is_switched_on_goes_once_a_month_and_nothing_else_does(lab: Lab) -> None:
    with transaction() as session:
        retention.set_period(session, lab.actor(lab.cast.admin), "attempts", 1, True, NOW)
        session.add(SignInAttempt(key="x", at=NOW))

    def run(at: datetime) -> list[int]:
        found = []
        for code in retention.due(lab.session, at):
            with transaction() as session:
                found.append(retention.purge_by_itself(session, code, at))
        return found

    assert run(NOW) == [0]
    assert run(NOW + timedelta(days=29)) == []
    assert run(NOW + 2 * MONTH) == [1]
    told = lab.session.query(AuditEntry).filter_by(action="data.purged").one()
    assert (told.actor_id, told.subject, told.details) == (None, "retention:attempts", {"count": 1})


def test_who_has_not_come_for_long_is_warned_then_erased_unless_they_come(lab: Lab) -> None:
    cast, admin = lab.cast, lab.actor(lab.cast.admin)
    with transaction() as session:
        wish = Wish(resource_id=cast.printer, period=hours_from(LATER - MONTH, 1), member_id=cast.maker)
        book(session, lab.actor(cast.maker), wish, LATER - 2 * MONTH)
        guardians.appoint(session, admin, cast.student, cast.maker, NOW)

    def purge(at: datetime) -> int:
        lab.session.rollback()
        with transaction() as session:
            return retention.purge(session, admin, "people", 99, at)

    assert purge(LATER) == 0
    near = [row["to"] for row in mails() if "We have not seen you" in row["subject"]]
    assert near == ["newcomer@test.example"], "who has a role, comes, or answers for who comes, stays"
    assert purge(LATER + timedelta(days=29)) == 0
    lab.token(cast.newcomer)
    with transaction() as session:
        token = queries.tokens_of(session, cast.newcomer)[0]
        token.last_used_at = LATER + timedelta(days=29)
    assert purge(LATER + MONTH) == 0
    assert queries.member(lab.session, cast.newcomer).erasure_warned_at is None
    much_later = LATER + 40 * MONTH
    assert purge(much_later) == 0
    assert purge(much_later + MONTH) >= 1
    erased = lab.session.query(Member).filter(Member.erased_at.is_not(None))
    assert cast.newcomer in {row.id for row in erased}
    assert cast.admin not in {row.id for row in erased}


@given(st.datetimes(min_value=LONG_AGO.replace(tzinfo=None), timezones=st.just(UTC)), st.integers(1, 600))
def test_months_are_those_of_the_calendar(moment: datetime, months: int) -> None:
    before = months_before(moment, months)

    assert (before.year * 12 + before.month) == (moment.year * 12 + moment.month) - months
    assert before.day == moment.day or (before + timedelta(days=1)).day == 1
    assert before.time() == moment.time()
