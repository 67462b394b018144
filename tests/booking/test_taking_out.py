"""Taking a resource out: whom it touches is shown first, and each of them is cancelled, moved or kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from fablab.booking import changes
from fablab.booking.affected import NOTHING_DECIDED, Decisions, Undecided
from fablab.booking.changes import Outage
from fablab.booking.models import Claim, Reservation, ReservationChange
from fablab.booking.services import Wish, book
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource, ResourceLink, ResourceState, StateChange
from fablab.catalog.services import ResourceCard, add_resource
from fablab.core.db import transaction
from fablab.core.errors import Forbidden
from fablab.core.outbox import OutboxRow
from fablab.core.refusals import Conflict, Refused
from fablab.sites.models import OpeningHours, Season, Timetable
from tests.conftest import Lab, hours_from
from tests.support.threads import at_once

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
TEN = datetime(2026, 3, 3, 9, tzinfo=UTC)
"""Ten o'clock in Paris on a Tuesday, when the office is open too."""
BROKEN = Outage(state=ResourceState.OUT_OF_ORDER, version=1, note="Belt torn")


@pytest.fixture
def reserve(lab: Lab) -> Callable[..., int]:
    """Reserve an hour for a member of the cast."""

    def made(resource_id: int, start: datetime = TEN, member: str = "maker", **more: int) -> int:
        member_id = getattr(lab.cast, member)
        with transaction() as session:
            wish = Wish(resource_id=resource_id, period=hours_from(start, 1), member_id=member_id, **more)
            return book(session, lab.actor(member_id), wish, NOW).id

    return made


def take_out(lab: Lab, resource_id: int, decisions: Decisions = NOTHING_DECIDED, outage: Outage = BROKEN) -> None:
    with transaction() as session:
        changes.set_state(session, lab.actor(lab.cast.admin), resource_id, outage, decisions, NOW)


def add_printer(lab: Lab, name: str, site_id: int, **more: int) -> int:
    with transaction() as session:
        card = ResourceCard(name=name, category_id=lab.cast.printers, site_id=site_id, **more)
        return add_resource(session, lab.actor(lab.cast.admin), card, NOW).id


def add_extractor(lab: Lab, places: int = 1) -> int:
    """An extractor that both printers need."""
    with transaction() as session:
        card = ResourceCard(name="Extracteur", category_id=lab.cast.lasers, site_id=lab.cast.workshop, places=places)
        extractor = add_resource(session, lab.actor(lab.cast.admin), card, NOW).id
    for resource_id in (lab.cast.printer, lab.cast.other_printer):
        link(lab, resource_id, extractor)
    return extractor


def link(lab: Lab, resource_id: int, other_id: int, places: int | None = 1) -> None:
    with transaction() as session:
        session.add(ResourceLink(resource_id=resource_id, other_id=other_id, places=places))


def mails(lab: Lab) -> dict[str, str]:
    """Bodies by the first part of their keys."""
    lab.session.rollback()
    rows = lab.session.query(OutboxRow).order_by(OutboxRow.id)
    return {row.key.split(":")[0]: f"{row.payload['subject']}\n{row.payload['body']}" for row in rows}


def test_what_is_touched_is_shown_first_and_nothing_is_written(lab: Lab, reserve: Callable[..., int]) -> None:
    cast = lab.cast
    far = add_printer(lab, "Prusa lointaine", cast.office)
    first, late = reserve(cast.printer), reserve(cast.printer, TEN + timedelta(hours=12))

    with pytest.raises(Undecided) as caught:
        take_out(lab, cast.printer)

    touched = {item.reservation_id: item for item in caught.value.touched}
    assert (set(touched), caught.value.count) == ({first, late}, 2)
    assert [other.id for other in touched[first].instead] == [cast.other_printer, far]
    assert [other.id for other in touched[late].instead] == [cast.other_printer]
    assert (touched[first].suggested, touched[first].member) == (cast.other_printer, "Maker")
    lab.session.rollback()
    assert catalog.resource(lab.session, cast.printer).state == "available"
    assert lab.session.query(StateChange).count() == 0
    assert not {"moved", "cancelled"} & set(mails(lab))


def test_each_is_cancelled_moved_or_kept_as_decided_and_told(lab: Lab, reserve: Callable[..., int]) -> None:
    cast = lab.cast
    far = add_printer(lab, "Prusa lointaine", cast.office)
    moved, gone, kept = (reserve(cast.printer, TEN + timedelta(hours=hour)) for hour in (0, 2, 4))

    take_out(lab, cast.printer, Decisions({moved: far, kept: "keep"}, others="cancel"))

    lab.session.rollback()
    rows = {row.id: row for row in lab.session.query(Reservation)}
    assert {key: (row.state, row.resource_id) for key, row in rows.items()} == {
        moved: ("booked", far),
        gone: ("cancelled", cast.printer),
        kept: ("booked", cast.printer),
    }
    assert rows[gone].cancel_reason == "Belt torn"
    change = lab.session.query(ReservationChange).one()
    assert (change.reservation_id, change.resource_id, change.reason) == (moved, cast.printer, "Belt torn")
    claims = lab.session.query(Claim).filter(Claim.active)
    assert {(row.reservation_id, row.resource_id) for row in claims} == {(moved, far), (kept, cast.printer)}
    told = mails(lab)
    assert "Prusa lointaine" in told["moved"]
    assert "mind the place: Roanne" in told["moved"]
    assert "Belt torn" in told["moved"]
    assert "Belt torn" in told["cancelled"]
    log = lab.session.query(StateChange).one()
    assert (log.state, log.note, log.by_id) == ("out_of_order", "Belt torn", cast.admin)


def test_what_is_reserved_after_the_preview_is_not_lost(lab: Lab, reserve: Callable[..., int]) -> None:
    seen = reserve(lab.cast.printer)
    with pytest.raises(Undecided):
        take_out(lab, lab.cast.printer)
    unseen = reserve(lab.cast.printer, TEN + timedelta(hours=3), "student")

    with pytest.raises(Undecided) as caught:
        take_out(lab, lab.cast.printer, Decisions({seen: "cancel"}))

    assert {item.reservation_id for item in caught.value.touched} == {seen, unseen}
    lab.session.rollback()
    assert {row.state for row in lab.session.query(Reservation)} == {"booked"}


def test_reservations_from_when_it_is_back_stand(lab: Lab, reserve: Callable[..., int]) -> None:
    before, after = reserve(lab.cast.printer), reserve(lab.cast.printer, TEN + timedelta(days=2))
    back = Outage(state=ResourceState.MAINTENANCE, version=1, until=TEN + timedelta(days=1))

    take_out(lab, lab.cast.printer, Decisions({before: "cancel"}), back)

    assert lab.session.get(Reservation, after).state == "booked"
    assert reserve(lab.cast.printer, TEN + timedelta(days=2, hours=2))
    with pytest.raises(Refused) as caught:
        reserve(lab.cast.printer, TEN + timedelta(hours=3))
    assert "unavailable" in caught.value.codes


def test_two_cannot_move_to_the_same_and_then_nothing_is_written(lab: Lab, reserve: Callable[..., int]) -> None:
    cast = lab.cast
    extractor = add_extractor(lab, places=2)
    third = add_printer(lab, "Prusa n°3", cast.workshop)
    one, two = reserve(cast.printer), reserve(cast.other_printer, member="student")

    with pytest.raises(Undecided) as undecided:
        take_out(lab, extractor)
    with pytest.raises(Conflict, match="Prusa n°3") as caught:
        take_out(lab, extractor, Decisions({one: third, two: third}))

    assert [(item.reservation_id, item.suggested) for item in undecided.value.touched] == [(one, third), (two, None)]
    assert caught.value.codes == ("taken",)
    lab.session.rollback()
    assert {row.resource_id for row in lab.session.query(Reservation)} == {cast.printer, cast.other_printer}
    assert catalog.resource(lab.session, extractor).state == "available"
    assert lab.session.query(ReservationChange).count() == 0


def test_what_both_need_does_not_stand_in_the_way_of_moving(lab: Lab, reserve: Callable[..., int]) -> None:
    cast = lab.cast
    extractor = add_extractor(lab)
    reservation_id = reserve(cast.printer)

    with pytest.raises(Undecided) as caught:
        take_out(lab, cast.printer)
    take_out(lab, cast.printer, Decisions({reservation_id: cast.other_printer}))

    assert [other.id for other in caught.value.touched[0].instead] == [cast.other_printer]
    claims = lab.session.query(Claim).filter(Claim.active)
    assert {row.resource_id for row in claims} == {cast.other_printer, extractor}


def test_one_without_the_certificate_is_offered_nothing_and_not_moved(lab: Lab, reserve: Callable[..., int]) -> None:
    cast = lab.cast
    with transaction() as session:
        card = ResourceCard(name="Bureau seul", category_id=cast.desks, site_id=cast.workshop)
        desk = add_resource(session, lab.actor(cast.admin), card, NOW).id
    reservation_id = reserve(desk, member="newcomer")

    with pytest.raises(Undecided) as caught:
        take_out(lab, desk)
    with pytest.raises(Refused) as refused:
        take_out(lab, desk, Decisions({reservation_id: cast.printer}))

    assert [other.id for other in caught.value.touched[0].instead] == [cast.desk_room]
    assert refused.value.codes == ("certificate_missing",)


def test_it_is_for_fabmanagers_of_its_site_and_not_back_before_now(lab: Lab) -> None:
    cast = lab.cast
    late = Outage(state=ResourceState.OUT_OF_ORDER, version=1, until=NOW)

    for member_id, resource_id in ((cast.trainer, cast.printer), (cast.fabmanager, cast.desk_room)):
        with pytest.raises(Forbidden), transaction() as session:
            changes.set_state(session, lab.actor(member_id), resource_id, BROKEN, NOTHING_DECIDED, NOW)
    with pytest.raises(Refused) as caught:
        take_out(lab, cast.printer, outage=late)
    assert caught.value.codes == ("until",)


def test_of_two_who_say_how_it_is_the_second_is_told(lab: Lab) -> None:
    take_out(lab, lab.cast.printer)

    with pytest.raises(Conflict) as caught:
        take_out(lab, lab.cast.printer, outage=replace(BROKEN, note="Nozzle clogged"))

    assert caught.value.codes == ("stale",)
    assert lab.session.get(Resource, lab.cast.printer).state_note == "Belt torn"
    take_out(lab, lab.cast.printer, outage=replace(BROKEN, note="Nozzle clogged", version=2))
    assert lab.session.get(Resource, lab.cast.printer).state_note == "Nozzle clogged"


def test_who_reserves_while_it_is_taken_out_is_touched_or_refused_never_lost(lab: Lab) -> None:
    cast = lab.cast
    extractor = add_extractor(lab, places=2)
    actors = {name: lab.actor(getattr(cast, name)) for name in ("maker", "admin")}
    lab.session.rollback()

    def out() -> None:
        with transaction() as session:
            decided = Decisions(others="cancel")
            changes.set_state(session, actors["admin"], extractor, BROKEN, decided, NOW)

    def wish(resource_id: int, hour: int) -> Callable[[], None]:
        def act() -> None:
            period = hours_from(TEN + timedelta(hours=hour), 1)
            with transaction() as session:
                book(session, actors["maker"], Wish(resource_id=resource_id, period=period, member_id=cast.maker), NOW)

        return act

    wishes = [wish(resource_id, hour) for hour in range(3) for resource_id in (cast.printer, cast.other_printer)]
    results = at_once(lab.app, [*wishes[:3], out, *wishes[3:]])

    # Each is either refused or cancelled; nobody ends in a deadlock, and none stands without what it needs.
    assert results[3] is None
    assert all(result is None or isinstance(result, Refused) for result in results)
    lab.session.rollback()
    assert {row.state for row in lab.session.query(Reservation)} <= {"cancelled"}
    assert lab.session.query(Claim).filter(Claim.active).count() == 0


def test_hours_that_stay_open_without_staff_touch_what_needs_them(lab: Lab) -> None:
    office, admin = lab.cast.office, lab.actor(lab.cast.admin)
    monday = datetime(2026, 3, 9, 10, tzinfo=UTC)
    with transaction() as session:
        table = session.query(Timetable).filter_by(site_id=office, is_main=True).one().id
        season = session.query(Season).filter_by(timetable_id=table).one().id
        session.query(OpeningHours).filter_by(season_id=season).update({"staff": 1, "alone": 0})
        session.get(Resource, lab.cast.desk_room).needs_staff = True
    wish = Wish(resource_id=lab.cast.desk_room, period=hours_from(monday, 1), member_id=lab.cast.maker)
    with transaction() as session:
        made = book(session, lab.actor(lab.cast.maker), wish, monday - timedelta(days=7)).id

    with pytest.raises(Undecided) as undecided, transaction() as session:
        rows = session.query(OpeningHours).filter_by(season_id=season)
        alone = partial(rows.update, {"staff": 0, "alone": None})
        changes.change_hours(session, admin, office, alone, NOTHING_DECIDED, "", monday - timedelta(days=6))

    assert [row.reservation_id for row in undecided.value.touched] == [made]
