"""What goes with a resource: who may say so, what is refused, and that what stands keeps what it took."""

from datetime import UTC, datetime

import pytest

from fablab.booking.models import Claim
from fablab.booking.services import Wish, book, cancel
from fablab.catalog import links, queries, services
from fablab.catalog.models import ResourceLink
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Conflict, Refused
from tests.conftest import Lab, hours_from


def link(lab: Lab, who: int, one: int, other: int, places: int | None = None) -> int:
    with transaction() as session:
        return links.add_link(session, lab.actor(who), one, other, places).id


def test_links_are_for_fabmanagers_and_refuse_what_makes_no_sense(lab: Lab) -> None:
    cast = lab.cast
    for who in (cast.maker, cast.trainer):
        with pytest.raises(Forbidden):
            link(lab, who, cast.laser, cast.printer)
    with pytest.raises(Forbidden):
        link(lab, cast.fabmanager, cast.laser, cast.desk_room)
    for other, places, code in (
        (cast.laser, None, "itself"),
        (cast.desk_room, None, "site"),
        (cast.printer, 2, "places"),
        (cast.printer, 0, "places"),
    ):
        with pytest.raises(Refused) as refused:
            link(lab, cast.admin, cast.laser, other, places)
        assert refused.value.codes == (code,)
    with pytest.raises(NotFound):
        link(lab, cast.admin, cast.laser, 999)
    made = link(lab, cast.fabmanager, cast.laser, cast.printer)
    with pytest.raises(Refused):
        link(lab, cast.fabmanager, cast.laser, cast.printer, 1)
    # A circle harms nobody.
    link(lab, cast.fabmanager, cast.printer, cast.laser)
    with pytest.raises(Refused) as refused, transaction() as session:
        card = services.card_of(queries.resource(session, cast.laser))
        moved = services.ResourceCard(name=card.name, category_id=card.category_id, site_id=cast.office)
        services.edit_resource(session, lab.actor(cast.admin), cast.laser, moved, 1, datetime.now(UTC))
    assert refused.value.codes == ("linked",)
    with pytest.raises(Forbidden), transaction() as session:
        links.remove_link(session, lab.actor(cast.trainer), made)
    with transaction() as session:
        links.remove_link(session, lab.actor(cast.fabmanager), made)
    with pytest.raises(NotFound), transaction() as session:
        links.remove_link(session, lab.actor(cast.fabmanager), made)
    assert lab.session.query(ResourceLink).count() == 1


def test_a_link_counts_from_now_on_and_reservations_keep_what_they_took(lab: Lab, tomorrow: datetime) -> None:
    cast, now = lab.cast, datetime.now(UTC)

    def reserve(resource_id: int, start: datetime) -> int:
        with transaction() as session:
            wish = Wish(resource_id=resource_id, period=hours_from(start, 1), member_id=cast.maker)
            return book(session, lab.actor(cast.maker), wish, now).id

    def held(reservation_id: int) -> set[int]:
        lab.session.rollback()
        return {
            row.resource_id for row in lab.session.query(Claim).filter_by(reservation_id=reservation_id, active=True)
        }

    before = reserve(cast.printer, tomorrow)
    made = link(lab, cast.admin, cast.printer, cast.other_printer)
    assert held(before) == {cast.printer}
    assert reserve(cast.other_printer, tomorrow)

    after = reserve(cast.printer, tomorrow.replace(hour=14))
    assert held(after) == {cast.printer, cast.other_printer}
    with pytest.raises(Conflict):
        reserve(cast.other_printer, tomorrow.replace(hour=14))

    with transaction() as session:
        links.remove_link(session, lab.actor(cast.admin), made)
    assert held(after) == {cast.printer, cast.other_printer}
    with transaction() as session:
        cancel(session, lab.actor(cast.maker), after, now)
    assert reserve(cast.other_printer, tomorrow.replace(hour=14))
