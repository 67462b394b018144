"""Appointments with advisers: who sees them, and who notes what came of them."""

from datetime import UTC, datetime, timedelta

import pytest

from fablab.booking import outcomes
from fablab.booking.outcomes import Noted
from fablab.booking.services import Wish, book, cancel
from fablab.catalog import categories, services
from fablab.catalog.categories import CategoryCard
from fablab.catalog.models import CategoryKind
from fablab.catalog.services import ResourceCard
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Conflict, Refused
from tests.conftest import Lab, hours_from

NOW = datetime.now(UTC)


def appointment(lab: Lab, start: datetime) -> int:
    """The maker's appointment with the student, who advises at the workshop."""
    admin = lab.actor(lab.cast.admin)
    with transaction() as session:
        kind = categories.add_category(session, admin, CategoryCard(name="Conseil", kind=CategoryKind.ADVISER))
        card = ResourceCard(
            name="Juriste",
            category_id=kind.id,
            site_id=lab.cast.workshop,
            organisation="Barreau",
            adviser_id=lab.cast.student,
        )
        adviser = services.add_resource(session, admin, card, NOW)
        wish = Wish(resource_id=adviser.id, period=hours_from(start, 1), member_id=lab.cast.maker)
        return book(session, lab.actor(lab.cast.maker), wish, start).id


def note(lab: Lab, who: int, reservation_id: int, version: int, now: datetime, text: str = "Dossier") -> int:
    with transaction() as session:
        noted = Noted(True, f" {text}\r\n\x07", "Revenir\nen mai")
        return outcomes.note_outcome(session, lab.actor(who), reservation_id, noted, version, now).version


def test_the_adviser_and_staff_note_what_came_of_it_and_nobody_else_reads_it(lab: Lab) -> None:
    cast, start = lab.cast, NOW + timedelta(days=1)
    made, after = appointment(lab, start), start + timedelta(hours=2)

    for who, error in ((cast.maker, Forbidden), (cast.newcomer, NotFound), (cast.trainer, NotFound)):
        with pytest.raises(error):
            note(lab, who, made, 0, after)
    with pytest.raises(Refused) as early:
        note(lab, cast.student, made, 0, NOW)
    assert early.value.codes == ("early",)
    assert note(lab, cast.student, made, 0, after) == 1
    with pytest.raises(Conflict):
        note(lab, cast.fabmanager, made, 0, after)
    assert note(lab, cast.fabmanager, made, 1, after, "Vu") == 2

    def read(who: int) -> str | None:
        actor = lab.actor(who)
        reservation = outcomes.reservation_opened_by(lab.session, actor, made)
        found = outcomes.outcome_of(lab.session, actor, reservation)
        return found.note if found else None

    assert [read(who) for who in (cast.student, cast.fabmanager, cast.admin, cast.maker)] == ["Vu", "Vu", "Vu", None]
    with pytest.raises(NotFound):
        read(cast.newcomer)


def test_the_adviser_lists_their_appointments_and_gives_none_back(lab: Lab) -> None:
    cast, start = lab.cast, NOW + timedelta(days=1)
    made = appointment(lab, start)

    for who in (cast.student, cast.fabmanager, cast.admin):
        found = outcomes.appointments(lab.session, lab.actor(who), NOW)
        assert [(item.reservation.id, item.outcome) for item in found] == [(made, None)]
    for who in (cast.maker, cast.trainer, cast.treasurer):
        with pytest.raises(Forbidden):
            outcomes.appointments(lab.session, lab.actor(who), NOW)
    with pytest.raises(NotFound), transaction() as session:
        cancel(session, lab.actor(cast.student), made, NOW)
    with transaction() as session:
        cancel(session, lab.actor(cast.maker), made, NOW)
    with pytest.raises(Refused):
        note(lab, cast.student, made, 0, start + timedelta(hours=2))
    assert outcomes.appointments(lab.session, lab.actor(cast.student), NOW) == []
