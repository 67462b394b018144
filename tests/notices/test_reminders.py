"""Reminders: once of each beginning, as long before as somebody chose, and not of what is fresh in their mind."""

from datetime import datetime, timedelta

import pytest

from fablab.booking import moving, services
from fablab.booking.handing import giving, taking
from fablab.booking.handing.taking import Take
from fablab.booking.models import Nature
from fablab.booking.moving import Change
from fablab.core.db import transaction
from fablab.core.outbox import OutboxRow
from fablab.notices import choices, reminders
from fablab.notices.choices import Choices
from fablab.notices.kinds import NoticeKind
from fablab.notices.reminders import remind_of_reservations
from tests.booking.rules_of_a_lab import NOW, book, rule
from tests.conftest import Lab, hours_from

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = NOW + 4 * DAY


@pytest.fixture(autouse=True)
def silent(lab: Lab) -> None:
    """Nothing waits yet."""
    forget(lab)


def forget(lab: Lab) -> None:
    with transaction() as session:
        session.query(OutboxRow).delete()


def remind(lab: Lab, now: datetime) -> list[str]:
    """Whom the worker's rounds have reminded up to then."""
    for _twice in range(2):
        with transaction() as session:
            remind_of_reservations(session, now)
    rows = lab.session.query(OutboxRow).filter(OutboxRow.key.startswith("reminder:")).order_by(OutboxRow.id)
    found = [row.payload["to"].split("@")[0] for row in rows]
    lab.session.rollback()
    return found


def test_a_day_before_and_once(lab: Lab) -> None:
    book(lab, lab.cast.maker, hours_from(START, 1))

    assert remind(lab, START - DAY - timedelta(minutes=1)) == []
    assert remind(lab, START - DAY) == ["maker"]
    assert remind(lab, START - HOUR) == ["maker"]
    payload = lab.session.query(OutboxRow).filter(OutboxRow.key.startswith("reminder:")).one().payload
    assert payload["subject"] == "Reminder: Prusa n°1, Fri 6 Mar, 09:00"
    assert "calendar" not in payload


@pytest.mark.parametrize("hours", [2, 24, 48])
def test_as_long_before_as_somebody_chose(lab: Lab, hours: int) -> None:
    book(lab, lab.cast.maker, hours_from(START, 1))
    with transaction() as session:
        choices.choose(session, lab.actor(lab.cast.maker), Choices(hours=hours))

    assert remind(lab, START - timedelta(hours=hours, minutes=1)) == []
    assert remind(lab, START - timedelta(hours=hours)) == ["maker"]


def test_not_whom_it_is_switched_off(lab: Lab) -> None:
    for who, hour in ((lab.cast.maker, 0), (lab.cast.student, 1)):
        book(lab, who, hours_from(START + hour * HOUR, 1))
    with transaction() as session:
        choices.choose(session, lab.actor(lab.cast.maker), Choices(frozenset({NoticeKind.REMINDER})))

    assert remind(lab, START - HOUR) == ["student"]


@pytest.mark.parametrize(("before", "reminded"), [(27, True), (26, True), (25, False), (23, False), (3, False)])
def test_not_of_what_was_reserved_shortly_before(lab: Lab, before: int, reminded: bool) -> None:
    book(lab, lab.cast.maker, hours_from(START, 1), now=START - before * HOUR)

    assert remind(lab, START - HOUR) == (["maker"] if reminded else [])


def test_again_of_what_was_moved_unless_that_was_shortly_before(lab: Lab) -> None:
    made = book(lab, lab.cast.maker, hours_from(START, 1))
    assert remind(lab, START - DAY) == ["maker"]

    def move(start: datetime, now: datetime) -> None:
        with transaction() as session:
            moving.change(session, lab.actor(lab.cast.maker), made, Change(period=hours_from(start, 1)), now)

    move(START + 3 * DAY, START - HOUR)
    assert remind(lab, START + 2 * DAY) == ["maker"] * 2
    move(START + 3 * DAY + HOUR, START + 2 * DAY + HOUR)
    assert remind(lab, START + 3 * DAY) == ["maker"] * 2


def test_who_takes_it_over_is_reminded_and_not_who_had_it(lab: Lab) -> None:
    made = book(lab, lab.cast.maker, hours_from(START, 1))
    with transaction() as session:
        offered = giving.offer(session, lab.actor(lab.cast.maker), made, "student@test.example", NOW).id
        taking.accept(session, lab.actor(lab.cast.student), offered, Take(), NOW)

    assert remind(lab, START - HOUR) == ["student"]


def test_nothing_that_has_begun_was_cancelled_waits_or_is_no_members_own(lab: Lab) -> None:
    cast = lab.cast
    cancelled, begun = (book(lab, cast.maker, hours_from(START + hour * HOUR, 1)) for hour in (0, 1))
    work = {"nature": Nature.MAINTENANCE, "by": cast.admin}
    book(lab, cast.admin, hours_from(START + 2 * HOUR, 1), **work)
    rule(lab, "review", {})
    book(lab, cast.maker, hours_from(START + 3 * HOUR, 1))
    with transaction() as session:
        services.cancel(session, lab.actor(cast.maker), cancelled, NOW)
        row = session.get_one(services.Reservation, begun)
        services.mark_started(session, row, START - HOUR)

    assert remind(lab, START - HOUR) == []


def test_many_are_reminded_in_several_goes(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "_AT_ONCE", 2)
    made = [book(lab, lab.cast.maker, hours_from(START + hour * HOUR, 1)) for hour in range(5)]

    after, goes = 0, []
    while after is not None:
        with transaction() as session:
            after = remind_of_reservations(session, START - HOUR, after)
        goes.append(after)

    assert goes == [made[1], made[3], None]
    assert remind(lab, START - HOUR) == ["maker"] * 5
