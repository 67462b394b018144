"""What stands in which room and under which timetable, where that is changed."""

from datetime import UTC, datetime

import pytest

from fablab.catalog import queries, rooms, timetabling
from fablab.catalog.services import ResourceCard, add_resource
from fablab.core.db import transaction
from fablab.core.errors import Forbidden
from fablab.core.refusals import Refused
from fablab.sites import places, timetables
from fablab.sites import queries as sites
from fablab.sites.timetabling import add_timetable
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_a_room_goes_when_nothing_stands_there_and_comes_back_by_its_name(lab: Lab) -> None:
    cast, manager = lab.cast, lab.actor(lab.cast.fabmanager)
    room = next(row for row in sites.rooms(lab.session) if row.site_id == cast.workshop).id
    card = ResourceCard(name="Scie", category_id=cast.lasers, site_id=cast.workshop, room_id=room)
    with transaction() as session:
        saw = add_resource(session, manager, card, NOW).id

    with pytest.raises(Refused) as refused, transaction() as session:
        rooms.remove_room(session, manager, room, NOW)
    assert refused.value.codes == ("room_used",)
    assert "Scie" in str(refused.value)

    with transaction() as session:
        queries.resource(session, saw).room_id = None
        rooms.remove_room(session, manager, room, NOW)
    assert sites.rooms(lab.session) == []
    with pytest.raises(Refused) as refused, transaction() as session:
        add_resource(session, manager, card, NOW)
    assert refused.value.codes == ("room",)
    with transaction() as session:
        assert places.add_room(session, manager, cast.workshop, "Salle A").id == room
    assert [row.id for row in sites.rooms(lab.session)] == [room]


def test_a_timetable_stays_while_something_stands_under_it(lab: Lab) -> None:
    cast, manager = lab.cast, lab.actor(lab.cast.fabmanager)
    with transaction() as session:
        narrow = add_timetable(session, manager, cast.workshop, "Bruyant").id
        timetabling.give_category_timetable(session, manager, cast.workshop, cast.lasers, narrow)
        queries.resource(session, cast.printer).timetable_id = narrow

    with pytest.raises(Refused) as refused, transaction() as session:
        timetabling.remove_timetable(session, manager, narrow)
    assert refused.value.codes == ("used", "used")

    with transaction() as session:
        timetabling.give_category_timetable(session, manager, cast.workshop, cast.lasers, None)
        queries.resource(session, cast.printer).timetable_id = None
        timetabling.remove_timetable(session, manager, narrow)
    assert [row.is_main for row in timetables.rows_of(lab.session, cast.workshop)] == [True]


def test_a_category_stands_under_narrower_timetables_of_its_site_only(lab: Lab) -> None:
    cast, manager = lab.cast, lab.actor(lab.cast.fabmanager)
    own, other = (timetables.main_row(lab.session, site) for site in (cast.workshop, cast.office))
    assert own is not None
    assert other is not None
    ids = (own.id, other.id)

    for timetable_id in ids:
        with pytest.raises(Refused) as refused, transaction() as session:
            timetabling.give_category_timetable(session, manager, cast.workshop, cast.lasers, timetable_id)
        assert refused.value.codes == ("timetable",)
    with pytest.raises(Forbidden), transaction() as session:
        timetabling.give_category_timetable(session, manager, cast.office, cast.lasers, None)
    with pytest.raises(Refused) as refused, transaction() as session:
        timetabling.remove_timetable(session, manager, ids[0])
    assert "main" in refused.value.codes
