"""The calendar that goes with a mail: made, moved and taken away again in the reader's own."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from icalendar import Event

from fablab.booking import moving, reviewing, services
from fablab.booking.handing import giving, taking
from fablab.booking.handing.taking import Take
from fablab.booking.moving import Change
from fablab.booking.several import changing, series
from fablab.booking.several.changing import Scope, Which
from fablab.booking.several.pattern import Pattern
from fablab.booking.several.series import SeriesWish
from fablab.booking.wishes import Wish
from fablab.core.db import transaction
from fablab.core.outbox import OutboxRow
from tests.booking.calendars import events, make, read
from tests.booking.rules_of_a_lab import NOW, TEN, book, rule
from tests.conftest import Lab, hours_from
from tests.notices.letters import Post, calendar_of, post
from tests.support.smtp import Letter

HOUR = timedelta(hours=1)
WANTED = {"UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "ORGANIZER"}


@pytest.fixture
def mails(lab: Lab) -> Iterator[Post]:
    """The lab's mail server."""
    with post(lab) as running:
        yield running


def told(letter: Letter) -> tuple[str, Event]:
    """What a letter's calendar does, and its one event."""
    calendar = calendar_of(letter)
    (event,) = calendar.events
    assert set(event) >= WANTED
    assert event["ORGANIZER"] == "mailto:fablab@localhost"
    assert "ATTENDEE" not in event, "nobody's answer is asked for"
    return str(calendar["METHOD"]), event


@pytest.mark.parametrize("who", ["admin", "maker"])
def test_a_reservation_is_published_moved_and_taken_away(lab: Lab, mails: Post, who: str) -> None:
    made, actor = book(lab, lab.cast.maker, hours_from(TEN, 1)), getattr(lab.cast, who)
    with transaction() as session:
        later = Change(period=hours_from(TEN + HOUR, 2), reason="Panne")
        moving.change(session, lab.actor(actor), made, later, NOW + HOUR)
    with transaction() as session:
        services.cancel(session, lab.actor(actor), made, NOW + 2 * HOUR, reason="Panne")

    confirmed, moved, cancelled = map(told, mails.letters())

    assert [method for method, _event in (confirmed, moved, cancelled)] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert [event["STATUS"] for _method, event in (confirmed, moved, cancelled)] == [
        *("CONFIRMED", "CONFIRMED", "CANCELLED")
    ]
    assert [event["SEQUENCE"] for _method, event in (confirmed, moved, cancelled)] == [1, 2, 3]
    assert len({event["UID"] for _method, event in (confirmed, moved, cancelled)}) == 1
    assert [event.start for _method, event in (confirmed, moved)] == [TEN, TEN + HOUR]
    in_feed = events(read(lab.session, make(lab, lab.cast.maker), NOW + 2 * HOUR))[made]
    assert (in_feed["UID"], in_feed["SEQUENCE"]) == (cancelled[1]["UID"], cancelled[1]["SEQUENCE"])


def test_who_drags_it_to_and_fro_is_told_where_it_is_in_the_end(lab: Lab, mails: Post) -> None:
    maker = lab.actor(lab.cast.maker)
    made = book(lab, maker.member_id, hours_from(TEN, 1))
    for hours in (2, 4, 6):
        with transaction() as session:
            moving.change(session, maker, made, Change(period=hours_from(TEN + hours * HOUR, 1)), NOW)
    with transaction() as session:
        moving.change(session, maker, made, Change(period=hours_from(NOW + HOUR, 2)), NOW)
    with transaction() as session:
        moving.end_now(session, maker, made, NOW + 2 * HOUR)

    first, last = map(told, mails.letters())

    assert [event.start for _method, event in (first, last)] == [TEN, NOW + HOUR], "leaving early is told to nobody"


def test_several_in_one_go_are_one_mail_with_one_calendar(lab: Lab, mails: Post) -> None:
    pattern = Pattern(first_on=date(2026, 3, 3), starts=time(14), minutes=60, times=4)
    start = datetime(2026, 3, 3, 13, tzinfo=UTC)
    wish = Wish(resource_id=lab.cast.printer, period=hours_from(start, 1), member_id=lab.cast.maker)
    with transaction() as session:
        made = series.book(session, lab.actor(lab.cast.maker), SeriesWish(wish=wish, pattern=pattern), NOW).id
    (booked,) = mails.letters()
    with transaction() as session:
        changing.cancel(session, lab.actor(lab.cast.admin), made, Which(scope=Scope.ALL), NOW, reason="Panne")
    (cancelled,) = mails.letters()

    before, after = calendar_of(booked), calendar_of(cancelled)
    assert [event.start for event in before.events] == [start + timedelta(weeks=week) for week in range(4)]
    assert (before["METHOD"], after["METHOD"]) == ("PUBLISH", "CANCEL")
    assert {event["UID"] for event in before.events} == {event["UID"] for event in after.events}
    assert {event["STATUS"] for event in after.events} == {"CANCELLED"}


def test_a_request_is_tentative_and_then_confirmed_or_taken_away(lab: Lab, mails: Post) -> None:
    rule(lab, "review", {})
    granted, refused = (book(lab, lab.cast.maker, hours_from(TEN + hour * HOUR, 1)) for hour in (0, 2))
    asked = [told(letter) for letter in mails.letters() if "maker@test.example" in letter.recipients]
    with transaction() as session:
        reviewing.approve(session, lab.actor(lab.cast.admin), granted, 1, NOW)
        reviewing.decline(session, lab.actor(lab.cast.admin), refused, "Complet", 1, NOW)

    decided = list(map(told, mails.letters()))

    assert [(method, str(event["STATUS"])) for method, event in asked] == [("PUBLISH", "TENTATIVE")] * 2
    assert [(method, str(event["STATUS"])) for method, event in decided] == [
        ("PUBLISH", "CONFIRMED"),
        ("CANCEL", "CANCELLED"),
    ]
    assert all(event["SEQUENCE"] > 1 for _method, event in decided)


def test_what_is_handed_over_goes_from_the_one_to_the_other(lab: Lab, mails: Post) -> None:
    made = book(lab, lab.cast.maker, hours_from(TEN, 1))
    with transaction() as session:
        offered = giving.offer(session, lab.actor(lab.cast.maker), made, "student@test.example", NOW).id
        taking.accept(session, lab.actor(lab.cast.student), offered, Take(), NOW)

    found = {
        (letter.recipients[0].split("@")[0], *(str(item) for item in (method, event["STATUS"])))
        for letter in mails.letters()
        if list(letter.message.iter_attachments())
        for method, event in [told(letter)]
    }

    assert found == {
        ("maker", "PUBLISH", "CONFIRMED"),
        ("maker", "CANCEL", "CANCELLED"),
        ("student", "PUBLISH", "CONFIRMED"),
    }


def test_once_it_is_sent_the_calendar_is_forgotten_with_the_mail(lab: Lab, mails: Post) -> None:
    book(lab, lab.cast.maker, hours_from(TEN, 1))
    waiting = lab.session.query(OutboxRow).one().payload
    lab.session.rollback()

    mails.letters()

    assert set(waiting) == {"to", "subject", "body", "calendar"}
    assert lab.session.query(OutboxRow).one().payload == {}
