"""Whom a membership covers, and what it opens to them."""

import threading
from datetime import UTC, date, datetime

import pytest

from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.members import rights, standing
from fablab.members.memberships import changing, queries
from fablab.members.models import Covers, Lasts
from fablab.sites import levels
from fablab.sites.models import Site
from tests.conftest import Lab
from tests.members.lab_of_memberships import DAY, NOW, TODAY, add_kind, codes, found, make_ward, pause, renew, sell
from tests.support.threads import at_once


def test_a_family_is_covered_together_and_never_more_than_it_may_be(lab: Lab) -> None:
    cast, family = lab.cast, add_kind(lab, covers=Covers.FAMILY, most_people=3)
    made = sell(lab, family, people=(cast.student,))
    ready = threading.Barrier(2)

    def join(who: int) -> int:
        ready.wait()
        return add(lab, made, who)

    several = at_once(lab.app, [lambda who=who: join(who) for who in (cast.newcomer, cast.trainer)])

    assert {type(answer) for answer in several} == {int, Refused}
    assert len(found(lab, made).people) == 3
    with transaction() as session:
        changing.remove_person(session, lab.actor(cast.admin), made, cast.student, TODAY + DAY, NOW)
    with pytest.raises(Refused):
        add(lab, made, cast.treasurer)
    assert add(lab, made, cast.treasurer, TODAY + 2 * DAY)
    with pytest.raises(Refused) as caught, transaction() as session:
        changing.remove_person(session, lab.actor(cast.admin), made, cast.maker, TODAY, NOW)
    assert codes(caught) == {"holder"}
    on = {day: covered(lab, cast.student, day) for day in (TODAY, TODAY + DAY, TODAY + 2 * DAY)}
    assert list(on.values()) == [True, True, False]
    renewed = found(lab, renew(lab, made))
    assert cast.student not in {row.member_id for row in renewed.people}
    assert len(renewed.people) == 3


def test_the_holder_adds_wards_and_nobody_else(lab: Lab) -> None:
    cast, family = lab.cast, add_kind(lab, covers=Covers.FAMILY, most_people=4)
    made = sell(lab, family)
    make_ward(lab, cast.newcomer, cast.maker)

    assert add(lab, made, cast.newcomer, who=cast.maker)
    with pytest.raises(Forbidden):
        add(lab, made, cast.student, who=cast.maker)
    with pytest.raises(NotFound):
        add(lab, made, cast.student, who=cast.student)


def test_a_site_that_needs_memberships_refuses_those_without_one_on_that_day(lab: Lab) -> None:
    cast = lab.cast

    def told(who: int, site_id: int, day: date) -> list[str]:
        start = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
        lab.session.rollback()
        return [
            item.code for item in standing.reasons_against(lab.session, who, site_id, Period(start, start + DAY / 24))
        ]

    assert told(cast.maker, cast.workshop, TODAY) == []
    with transaction() as session:
        session.query(Site).update({"needs_membership": True})
    assert told(cast.maker, cast.workshop, TODAY) == ["membership_missing"]
    assert told(cast.fabmanager, cast.workshop, TODAY) == []  # Staff there, and a member elsewhere.
    assert told(cast.fabmanager, cast.office, TODAY) == ["membership_missing"]

    made = sell(lab, add_kind(lab, site_id=cast.workshop))
    pause(lab, made, TODAY + 20 * DAY, 5)

    assert told(cast.maker, cast.office, TODAY) == ["membership_missing"]
    days = (TODAY - DAY, TODAY, TODAY + 20 * DAY, TODAY + 25 * DAY, date(2027, 3, 16), date(2027, 3, 17))
    assert [told(cast.maker, cast.workshop, day) for day in days] == [
        ["membership_missing"],
        [],
        ["membership_paused"],
        [],
        [],  # Grace.
        ["membership_over"],
    ]


def test_a_membership_gives_its_level_of_access_while_it_is_in_order(lab: Lab) -> None:
    with transaction() as session:
        levels.add_level(session, lab.actor(lab.cast.admin), 4, "Soirées")
    made = sell(lab, add_kind(lab, site_id=lab.cast.workshop, access_level=4, lasts=Lasts.DAYS, length=30))
    pause(lab, made, TODAY + 5 * DAY, 5)

    def level(site_id: int, days: int) -> int:
        return rights.access_of(lab.session, lab.cast.maker, NOW + days * DAY).level_at(site_id)

    assert [level(lab.cast.workshop, days) for days in (-1, 0, 5, 10, 44, 45)] == [0, 4, 0, 4, 4, 0]
    assert level(lab.cast.office, 0) == 0


def add(lab: Lab, membership_id: int, member_id: int, day: date = TODAY, *, who: int | None = None) -> int:
    with transaction() as session:
        return changing.add_person(session, lab.actor(who or lab.cast.admin), membership_id, member_id, day, NOW).id


def covered(lab: Lab, member_id: int, day: date) -> bool:
    lab.session.rollback()
    return bool(queries.covering(lab.session, member_id, lab.cast.workshop, day))
