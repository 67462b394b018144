"""What calendars read under a feed's address: the right events, well written, to those who may see them."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar, vText

from fablab.booking import moving, no_shows, reviewing, services
from fablab.booking.feeds import making, queries
from fablab.booking.handing import giving, taking
from fablab.booking.handing.taking import Take
from fablab.booking.models import CalendarFeed, FeedKind
from fablab.booking.moving import Change
from fablab.catalog import links as bundles
from fablab.catalog.models import Resource
from fablab.core.db import transaction
from fablab.core.errors import NotFound
from fablab.core.links import link
from fablab.core.refusals import Refused
from fablab.members import guardians, roles
from fablab.members import queries as members
from fablab.members import services as people
from fablab.members.models import RoleGrant
from fablab.members.privacy import erasing
from fablab.sites.models import Site
from tests.booking.calendars import events, make, read, shown
from tests.booking.rules_of_a_lab import NOW, TEN, book, rule
from tests.conftest import Lab, hours_from

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WANTED = {
    *("UID", "SEQUENCE", "DTSTAMP", "CREATED", "LAST-MODIFIED", "DTSTART", "DTEND", "STATUS"),
    *("SUMMARY", "LOCATION", "URL", "TRANSP"),
}
HOSTILE = (
    "Fraiseuse; grande, rapide\\précise",
    "Prusa\r\nBEGIN:VALARM\r\nATTACH:http://evil.example\r\nEND:VALARM",
    '<script>alert(1)</script>\u2028"quoted"',
    "Découpe " * 60,
    "李 🚀 علي " * 20,
)


def test_a_members_feed_tells_what_they_have_reserved_and_nothing_of_others(lab: Lab) -> None:
    made = book(lab, lab.cast.maker, hours_from(TEN, 2))
    book(lab, lab.cast.student, hours_from(TEN + 3 * HOUR, 1))

    calendar = read(lab.session, make(lab, lab.cast.maker), NOW)

    assert (str(calendar["VERSION"]), str(calendar["CALSCALE"])) == ("2.0", "GREGORIAN")
    assert str(calendar["X-WR-CALNAME"]) == "Lab under test · My reservations"
    assert calendar["REFRESH-INTERVAL"].dt == HOUR
    assert "METHOD" not in calendar
    ((number, event),) = events(calendar).items()
    assert number == made
    assert set(event) == {*WANTED, "DESCRIPTION"}
    assert (event["SUMMARY"], event["STATUS"], event["TRANSP"]) == ("Prusa n°1", "CONFIRMED", "OPAQUE")
    assert event["LOCATION"] == "Atelier, Saint-Étienne"
    assert event["URL"] == link(f"/reservations/{made}")
    assert (event.start, event.end) == (TEN, TEN + 2 * HOUR)
    assert all(event[name].dt.tzname() == "UTC" for name in ("DTSTART", "DTEND", "DTSTAMP", "LAST-MODIFIED"))
    assert event["UID"] == f"reservation-{made}@{urlsplit(link('/')).hostname}"
    assert not calendar.errors
    assert not event.errors


def test_it_is_in_its_owners_language(lab: Lab) -> None:
    book(lab, lab.cast.maker, hours_from(TEN, 1), places=1)
    with transaction() as session:
        people.set_locale(session, lab.cast.student, "fr")
    secret = make(lab, lab.cast.student, FeedKind.RESOURCE, resource_id=lab.cast.printer)

    assert shown(read(lab.session, secret, NOW)) == [("Réservée", "CONFIRMED")]


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_things_are_called_is_text_and_no_line_is_too_long(lab: Lab, name: str) -> None:
    book(lab, lab.cast.maker, hours_from(TEN, 1))
    with transaction() as session:  # As if it had come in by another door than the service's.
        session.get_one(Resource, lab.cast.printer).name = name
        session.get_one(Site, lab.cast.workshop).name = name
        members.member(session, lab.cast.maker).name = name
    of = {"resource_id": lab.cast.printer}
    for who, feed in ((lab.cast.maker, {}), (lab.cast.admin, of), (lab.cast.student, of)):
        secret = make(lab, who, FeedKind.RESOURCE if feed else FeedKind.MEMBER, **feed)
        calendar = read(lab.session, secret, NOW)
        raw = calendar.to_ical()

        assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
        assert raw.count(b"\r\n") == raw.count(b"\n")
        assert [part.name for part in calendar.walk()] == ["VCALENDAR", "VEVENT"]
        plain = " ".join(re.sub(r"[\r\n\u2028]+", " ", name).split())
        (event,) = calendar.events
        assert vText.from_ical(event["LOCATION"]).startswith(f"{plain}, ")
        if who != lab.cast.student:
            assert event["SUMMARY"] == plain
        assert not event.errors


def test_every_change_raises_the_sequence_and_keeps_the_name(lab: Lab) -> None:
    made = book(lab, lab.cast.maker, hours_from(TEN, 1))
    secret, seen = make(lab, lab.cast.maker), []

    def look(now: datetime) -> None:
        event = events(read(lab.session, secret, now))[made]
        seen.append((event["UID"], event["SEQUENCE"], event["STATUS"], event.start, event["LAST-MODIFIED"].dt))

    look(NOW)
    later = Change(period=hours_from(TEN + HOUR, 1))
    for hour, wanted in enumerate((later, Change(resource_id=lab.cast.other_printer)), start=1):
        with transaction() as session:
            moving.change(session, lab.actor(lab.cast.maker), made, wanted, NOW + hour * HOUR)
        look(NOW + hour * HOUR)
    with transaction() as session:
        services.cancel(session, lab.actor(lab.cast.maker), made, NOW + 3 * HOUR)
    look(NOW + 3 * HOUR)

    assert len({uid for uid, *_rest in seen}) == 1
    assert [sequence for _uid, sequence, *_rest in seen] == [1, 2, 3, 4]
    assert [status for _u, _s, status, *_rest in seen] == ["CONFIRMED"] * 3 + ["CANCELLED"]
    assert [start for *_rest, start, _at in seen] == [TEN, *[TEN + HOUR] * 3]
    assert [at for *_rest, at in seen] == [NOW + hour * HOUR for hour in range(4)]


def test_what_was_cancelled_or_missed_stays_so_for_some_weeks(lab: Lab) -> None:
    cancelled, missed = (book(lab, lab.cast.maker, hours_from(TEN + hour * HOUR, 1)) for hour in (0, 2))
    later = TEN + 3 * HOUR
    with transaction() as session:
        services.cancel(session, lab.actor(lab.cast.maker), cancelled, NOW)
        no_shows.no_show(session, lab.actor(lab.cast.admin), missed, TEN + 2.9 * HOUR)
    secrets = [make(lab, lab.cast.maker), make(lab, lab.cast.maker, FeedKind.SITE, site_id=lab.cast.workshop)]

    for secret in secrets:
        assert {number: event["STATUS"] for number, event in events(read(lab.session, secret, later)).items()} == {
            cancelled: "CANCELLED",
            missed: "CANCELLED",
        }
        assert events(read(lab.session, secret, NOW + queries.KEPT + DAY)).keys() == {missed}
        assert events(read(lab.session, secret, later + queries.KEPT + DAY)) == {}


def test_what_staff_approve_first_is_tentative_until_they_do(lab: Lab) -> None:
    rule(lab, "review", {})
    made, secret = book(lab, lab.cast.maker, hours_from(TEN, 1)), make(lab, lab.cast.maker)

    asked = events(read(lab.session, secret, NOW))[made]
    with transaction() as session:
        reviewing.approve(session, lab.actor(lab.cast.admin), made, 1, NOW + HOUR)
    approved = events(read(lab.session, secret, NOW + HOUR))[made]

    assert (asked["STATUS"], approved["STATUS"]) == ("TENTATIVE", "CONFIRMED")
    assert approved["SEQUENCE"] > asked["SEQUENCE"]
    assert approved["LAST-MODIFIED"].dt == NOW + HOUR


def test_members_see_that_it_is_booked_and_hosts_of_the_site_by_whom_while_they_are(lab: Lab) -> None:
    cast = lab.cast
    book(lab, cast.maker, hours_from(TEN, 1))
    of = {"resource_id": cast.printer}
    member, treasurer, host = (
        make(lab, who, FeedKind.RESOURCE, **of) for who in (cast.student, cast.treasurer, cast.fabmanager)
    )
    whole = make(lab, cast.fabmanager, FeedKind.SITE, site_id=cast.workshop)

    assert shown(read(lab.session, member, NOW)) == [("Booked", "CONFIRMED")]
    assert shown(read(lab.session, treasurer, NOW)) == [("Booked", "CONFIRMED")]
    assert b"Maker" not in read(lab.session, member, NOW).to_ical()
    assert shown(read(lab.session, host, NOW)) == [("Maker", "CONFIRMED")]
    assert shown(read(lab.session, whole, NOW)) == [("Prusa n°1 · Maker", "CONFIRMED")]
    with transaction() as session:
        grant = session.query(RoleGrant).filter_by(member_id=cast.fabmanager).one()
        roles.dismiss(session, lab.actor(cast.admin), grant.id)

    assert shown(read(lab.session, host, NOW)) == [("Booked", "CONFIRMED")]
    assert shown(read(lab.session, whole, NOW)) == [("Prusa n°1 · Booked", "CONFIRMED")]
    assert all(event["TRANSP"] == "TRANSPARENT" for event in read(lab.session, whole, NOW).events)


def test_staff_of_one_site_see_no_names_at_another(lab: Lab) -> None:
    book(lab, lab.cast.maker, hours_from(TEN, 1), resource_id=lab.cast.desk_room)

    secret = make(lab, lab.cast.fabmanager, FeedKind.SITE, site_id=lab.cast.office)

    assert shown(read(lab.session, secret, NOW)) == [("Salle des bureaux · Booked", "CONFIRMED")]


def test_an_address_opens_nothing_once_it_is_revoked_or_its_owner_has_left(lab: Lab) -> None:
    cast, session = lab.cast, lab.session
    first, second, other = make(lab, cast.maker), make(lab, cast.maker), make(lab, cast.student)
    with transaction() as writing:
        row = queries.feed(writing, first)
        with pytest.raises(NotFound):
            making.revoke(writing, lab.actor(cast.student), row.id, NOW)
        for _twice in range(2):
            making.revoke(writing, lab.actor(cast.maker), row.id, NOW)

    for secret in (first, "", first[:-1], first.swapcase(), row.hash):
        with pytest.raises(NotFound):
            read(session, secret, NOW)
    assert [feed.hint for feed in queries.feeds_of(session, cast.maker)] == [second[-4:]]
    session.rollback()
    with transaction() as writing:
        erasing.leave(writing, [cast.maker], None, NOW)
    with pytest.raises(NotFound):
        read(session, second, NOW)
    read(session, other, NOW)


def test_a_secret_has_128_bits_and_more_and_is_kept_as_a_hash_only(lab: Lab) -> None:
    secrets = {make(lab, lab.cast.maker) for _ in range(5)}

    assert len(secrets) == 5
    assert all(len(secret) * 6 >= 128 for secret in secrets)
    kept = [str(vars(row)) for row in lab.session.query(CalendarFeed)]
    assert not any(secret in row for secret in secrets for row in kept)


def test_nobody_has_more_feeds_than_can_be_listed(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MOST", 2)
    for _ in range(2):
        make(lab, lab.cast.maker)

    with pytest.raises(Refused):
        make(lab, lab.cast.maker)


@pytest.mark.parametrize(
    ("kind", "of"), [("resource", {}), ("resource", {"resource_id": 99}), ("site", {"site_id": 99})]
)
def test_a_feed_is_of_something_that_is_there(lab: Lab, kind: str, of: dict[str, int]) -> None:
    with pytest.raises(NotFound):
        make(lab, lab.cast.maker, FeedKind(kind), **of)


def test_guardians_see_their_wards_reservations_by_name_while_they_answer_for_them(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        tie = guardians.appoint(session, lab.actor(cast.admin), cast.trainer, cast.maker, NOW).id
    book(lab, cast.maker, hours_from(TEN, 1))
    secret = make(lab, cast.trainer)

    assert shown(read(lab.session, secret, NOW)) == [("Prusa n°1 · Maker", "CONFIRMED")]
    with transaction() as session:
        guardians.dismiss(session, lab.actor(cast.admin), tie, NOW)
    assert shown(read(lab.session, secret, NOW)) == []


def test_what_is_handed_over_is_cancelled_for_the_one_and_as_it_was(lab: Lab) -> None:
    cast = lab.cast
    made = book(lab, cast.maker, hours_from(TEN, 1))
    before, after = make(lab, cast.maker), make(lab, cast.student)
    with transaction() as session:
        offered = giving.offer(session, lab.actor(cast.maker), made, "student@test.example", NOW).id
        taking.accept(session, lab.actor(cast.student), offered, Take(), NOW)
    with transaction() as session:
        change = Change(resource_id=cast.other_printer, period=hours_from(TEN + 2 * HOUR, 1))
        moving.change(session, lab.actor(cast.student), made, change, NOW + HOUR)

    gone, had = (events(read(lab.session, secret, NOW + HOUR))[made] for secret in (before, after))

    assert (gone["STATUS"], gone.start, gone["SUMMARY"]) == ("CANCELLED", TEN, "Prusa n°1")
    assert (had["STATUS"], had.start, had["SUMMARY"]) == ("CONFIRMED", TEN + 2 * HOUR, "Prusa n°2")
    assert gone["UID"] == had["UID"]
    assert gone["SEQUENCE"] > 1
    assert events(read(lab.session, before, NOW + queries.KEPT + DAY)) == {}


def test_what_moves_to_another_machine_or_site_is_cancelled_where_it_was(lab: Lab) -> None:
    cast = lab.cast
    made = book(lab, cast.maker, hours_from(TEN, 1))
    old, new, there = (
        make(lab, cast.maker, FeedKind.RESOURCE, resource_id=cast.printer),
        make(lab, cast.maker, FeedKind.RESOURCE, resource_id=cast.desk_room),
        make(lab, cast.maker, FeedKind.SITE, site_id=cast.workshop),
    )
    with transaction() as session:
        period = hours_from(TEN + 2 * HOUR, 1)
        moving.change(session, lab.actor(cast.admin), made, Change(resource_id=cast.desk_room, period=period), NOW)

    for secret, expected in (
        (old, ("CANCELLED", TEN)),
        (there, ("CANCELLED", TEN)),
        (new, ("CONFIRMED", period.start)),
    ):
        event = events(read(lab.session, secret, NOW))[made]
        assert (event["STATUS"], event.start) == expected


def test_what_is_taken_besides_is_booked_too_and_an_offer_is_no_reservation(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        bundles.add_link(session, lab.actor(cast.admin), cast.laser, cast.other_printer, None)
    book(lab, cast.admin, hours_from(TEN, 1), resource_id=cast.laser, by=cast.admin, override_reason="Essai")
    secret = make(lab, cast.student, FeedKind.RESOURCE, resource_id=cast.other_printer)

    assert shown(read(lab.session, secret, NOW)) == [("Laser · Booked", "CONFIRMED")]


def test_a_feed_is_bounded_in_time_and_in_number_and_what_comes_next_is_in_it(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST", 4)
    made = [book(lab, lab.cast.maker, hours_from(TEN + day * DAY, 1)) for day in range(6)]
    secret = make(lab, lab.cast.maker)

    def numbers(now: datetime) -> list[int]:
        return [made.index(number) for number in events(read(lab.session, secret, now))]

    assert numbers(NOW) == [0, 1, 2, 3]
    assert numbers(TEN + 3 * DAY + 2 * HOUR) == [2, 3, 4, 5]
    assert numbers(TEN + 4 * DAY + queries.BACK + 2 * HOUR) == [5]
    assert numbers(TEN - queries.AHEAD) == []
    assert numbers(datetime(2027, 1, 1, tzinfo=UTC)) == []


def test_the_same_calendar_is_the_same_bytes_and_reads_back_as_itself(lab: Lab) -> None:
    book(lab, lab.cast.maker, hours_from(TEN, 1))
    secret = make(lab, lab.cast.maker)

    first, again = (read(lab.session, secret, NOW + hours * HOUR).to_ical() for hours in (0, 5))

    assert first == again
    assert Calendar.from_ical(first).to_ical() == first
