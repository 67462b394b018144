"""What staff write about machines, and who of them may."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fablab.catalog import queries, services
from fablab.catalog.models import Placement, Resource, ResourceState
from fablab.catalog.services import ResourceCard
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Conflict, Refused
from fablab.sites.models import Room
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def card(lab: Lab, name: str = "Prusa n°3", **more: object) -> ResourceCard:
    return replace(ResourceCard(name=name, category_id=lab.cast.printers, site_id=lab.cast.workshop), **more)


def add(lab: Lab, who: int, what: ResourceCard) -> int:
    with transaction() as session:
        return services.add_resource(session, lab.actor(who), what, NOW).id


def edit(lab: Lab, who: int, resource_id: int, what: ResourceCard, version: int) -> None:
    with transaction() as session:
        services.edit_resource(session, lab.actor(who), resource_id, what, version, NOW)


def test_a_fabmanager_adds_a_machine_at_their_site(lab: Lab) -> None:
    made = add(lab, lab.cast.fabmanager, card(lab, " Prusa\tn°3 ", description=" Deux\r\nlignes\x07 ", model="MK4"))

    found = queries.resource(lab.session, made)
    assert (found.name, found.code, found.model) == ("Prusa n°3", "prusa-n3", "MK4")
    assert (found.description, found.version, found.created_at) == ("Deux\nlignes", 1, NOW)
    assert queries.resource_by_code(lab.session, found.code).id == made


@pytest.mark.parametrize("who", ["maker", "trainer", "treasurer"])
def test_nobody_else_adds_or_edits_one(lab: Lab, who: str) -> None:
    with pytest.raises(Forbidden):
        add(lab, getattr(lab.cast, who), card(lab))
    with pytest.raises(Forbidden):
        edit(lab, getattr(lab.cast, who), lab.cast.printer, card(lab), 1)


def test_a_fabmanager_neither_takes_a_machine_from_another_site_nor_gives_one_away(lab: Lab) -> None:
    elsewhere = card(lab, site_id=lab.cast.office)

    with pytest.raises(Forbidden):
        add(lab, lab.cast.fabmanager, elsewhere)
    with pytest.raises(Forbidden):
        edit(lab, lab.cast.fabmanager, lab.cast.printer, elsewhere, 1)
    with pytest.raises(Forbidden):
        edit(lab, lab.cast.fabmanager, lab.cast.desk_room, card(lab), 1)

    edit(lab, lab.cast.admin, lab.cast.printer, elsewhere, 1)
    assert queries.resource(lab.session, lab.cast.printer).site_id == lab.cast.office
    stood = lab.session.query(Placement).filter_by(resource_id=lab.cast.printer).order_by(Placement.id)
    assert [row.site_id for row in stood] == [lab.cast.workshop, lab.cast.office]


def test_of_two_who_edit_at_once_the_second_is_told(lab: Lab) -> None:
    edit(lab, lab.cast.fabmanager, lab.cast.printer, card(lab, "First"), 1)

    with pytest.raises(Conflict) as conflict:
        edit(lab, lab.cast.admin, lab.cast.printer, card(lab, "Second"), 1)

    assert conflict.value.codes == ("stale",)
    found = queries.resource(lab.session, lab.cast.printer)
    assert (found.name, found.version) == ("First", 2)
    edit(lab, lab.cast.admin, lab.cast.printer, card(lab, "Second"), 2)


def test_measured_use_is_no_edit_and_is_never_less_than_nothing(lab: Lab) -> None:
    for seconds in (3600, -600, -9999, 60):
        with transaction() as session:
            services.add_use(session, lab.cast.printer, seconds)

    assert queries.resource(lab.session, lab.cast.printer).used_seconds == 60
    edit(lab, lab.cast.fabmanager, lab.cast.printer, card(lab), 1)
    assert queries.resource(lab.session, lab.cast.printer).used_seconds == 60


def test_every_reason_against_a_card_is_told(lab: Lab) -> None:
    with transaction() as session:
        room = Room(site_id=lab.cast.office, name="Salle B")
        session.add(room)
        session.flush()
        room_id = room.id

    with pytest.raises(Refused) as refused:
        add(lab, lab.cast.fabmanager, card(lab, " \x00", places=0, slot_minutes=4, room_id=room_id))

    assert refused.value.codes == ("name_missing", "places", "slot", "room")
    assert lab.session.query(Resource).filter_by(slot_minutes=4).count() == 0


def test_a_card_speaks_of_a_site_and_a_category_that_there_are(lab: Lab) -> None:
    for wrong in (card(lab, site_id=999), card(lab, category_id=999)):
        with pytest.raises(NotFound):
            add(lab, lab.cast.admin, wrong)


def test_codes_are_short_plain_and_unique_whatever_the_names(lab: Lab) -> None:
    names = ["Drucker", "Drucker", "DRUCKER  !", "Druck", "Découpe laser", "李", "🚀", "x" * 300, "x" * 301, "%_"]

    made = [add(lab, lab.cast.fabmanager, card(lab, name)) for name in names]

    codes = [queries.resource(lab.session, resource_id).code for resource_id in made]
    assert codes[:7] == ["drucker", "drucker-2", "drucker-3", "druck", "decoupe-laser", "machine", "machine-2"]
    assert len(set(codes)) == len(codes)
    assert all(code.isascii() and len(code) <= 44 and " " not in code for code in codes)


def test_a_machine_keeps_its_code_when_it_is_renamed(lab: Lab) -> None:
    before = queries.resource(lab.session, lab.cast.printer).code

    edit(lab, lab.cast.fabmanager, lab.cast.printer, card(lab, "Another name"), 1)

    assert queries.resource(lab.session, lab.cast.printer).code == before


def test_what_is_retired_is_left_out_unless_it_is_asked_for(lab: Lab) -> None:
    with transaction() as session:
        (printer,) = queries.lock_resources(session, [lab.cast.printer])
        services.set_state(session, lab.actor(lab.cast.fabmanager), printer, ResourceState.RETIRED, "", None, NOW)

    assert lab.cast.printer not in {row.id for row in queries.resources(lab.session)}
    assert lab.cast.printer in {row.id for row in queries.resources(lab.session, retired=True)}
    assert {row.id for row in queries.resources(lab.session, site_id=lab.cast.office)} == {lab.cast.desk_room}


def test_what_does_not_exist_is_not_found(lab: Lab) -> None:
    with pytest.raises(NotFound):
        queries.resource(lab.session, 999)
    with pytest.raises(NotFound):
        queries.resource_by_code(lab.session, "nothing")
    with pytest.raises(NotFound):
        edit(lab, lab.cast.admin, 999, card(lab), 1)
    with pytest.raises(NotFound):
        queries.lock_resources(lab.session, [lab.cast.printer, 999])
