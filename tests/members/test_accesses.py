"""Levels of access: given, replaced, ended, and by whom."""

from datetime import UTC, datetime, timedelta

import pytest

from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Refused
from fablab.members import accesses, queries, rights
from fablab.sites import levels
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def named(lab: Lab) -> None:
    """Two levels that have names."""
    with transaction() as session:
        levels.add_level(session, lab.actor(lab.cast.admin), 2, "Autonome")
        levels.add_level(session, lab.actor(lab.cast.admin), 5, "Clés")


def give(lab: Lab, who: int, level: int, *, site_id: int | None = None, ends_at: datetime | None = None) -> int:
    with transaction() as session:
        actor = lab.actor(who)
        given = accesses.give_access(session, actor, lab.cast.maker, level, NOW, site_id=site_id, ends_at=ends_at)
        return given.id


def level_at(lab: Lab, site_id: int, now: datetime) -> int:
    return rights.access_of(lab.session, lab.cast.maker, now).level_at(site_id)


def test_an_access_holds_at_its_site_until_its_end(lab: Lab) -> None:
    cast = lab.cast
    give(lab, cast.fabmanager, 2, site_id=cast.workshop, ends_at=NOW + WEEK)

    assert level_at(lab, cast.workshop, NOW) == 2
    assert level_at(lab, cast.office, NOW) == 0
    assert level_at(lab, cast.workshop, NOW + WEEK) == 0


def test_giving_another_ends_what_was_there_before(lab: Lab) -> None:
    cast = lab.cast
    give(lab, cast.admin, 5, site_id=cast.workshop)
    lower = give(lab, cast.fabmanager, 2, site_id=cast.workshop)
    network = give(lab, cast.admin, 2)

    assert [row.id for row in accesses.accesses_held(lab.session, cast.maker, NOW)] == [network, lower]
    assert level_at(lab, cast.workshop, NOW) == 2
    for _ in range(2):
        with transaction() as session:
            accesses.end_access(session, lab.actor(cast.fabmanager), cast.maker, lower, NOW + WEEK)
    assert [row.id for row in accesses.accesses_held(lab.session, cast.maker, NOW + WEEK)] == [network]


def test_a_fabmanager_gives_and_ends_at_their_site_only(lab: Lab) -> None:
    cast = lab.cast
    network, office = give(lab, cast.admin, 2), give(lab, cast.admin, 2, site_id=cast.office)

    for who, site_id in ((cast.fabmanager, None), (cast.fabmanager, cast.office), (cast.trainer, cast.workshop)):
        with pytest.raises(Forbidden):
            give(lab, who, 2, site_id=site_id)
    for grant in (network, office):
        with pytest.raises(Forbidden), transaction() as session:
            accesses.end_access(session, lab.actor(cast.fabmanager), cast.maker, grant, NOW)
    with pytest.raises(NotFound), transaction() as session:
        accesses.end_access(session, lab.actor(cast.admin), cast.student, network, NOW)


def test_what_cannot_be_given_is_refused(lab: Lab) -> None:
    cast = lab.cast
    with pytest.raises(Refused) as refused:
        give(lab, cast.admin, 2, ends_at=NOW)
    assert refused.value.codes == ("ends_at",)
    for level, site_id in ((3, None), (2, 999)):
        with pytest.raises(NotFound):
            give(lab, cast.admin, level, site_id=site_id)
    with transaction() as session:
        queries.member(session, cast.maker).left_at = NOW
    with pytest.raises(Refused) as refused:
        give(lab, cast.admin, 2)
    assert refused.value.codes == ("member_left",)


def test_a_level_that_is_used_stays(lab: Lab) -> None:
    cast = lab.cast
    admin, grant = lab.actor(cast.admin), give(lab, cast.admin, 5)
    with pytest.raises(Refused) as refused, transaction() as session:
        accesses.remove_level(session, admin, 5, NOW)
    assert refused.value.codes == ("held",)

    with transaction() as session:
        accesses.end_access(session, admin, cast.maker, grant, NOW)
        accesses.remove_level(session, admin, 5, NOW)
    with pytest.raises(NotFound), transaction() as session:
        accesses.remove_level(session, admin, 5, NOW)
