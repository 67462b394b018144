"""Pauses of memberships: their days are added to the end."""

from datetime import date

import pytest

from fablab.core.db import transaction
from fablab.core.refusals import Refused
from fablab.members.memberships import changing, queries
from fablab.members.memberships.rules import MembershipStanding
from fablab.members.models import Lasts
from tests.conftest import Lab
from tests.members.lab_of_memberships import DAY, NOW, TODAY, add_kind, codes, found, pause, renew, sell


def test_a_pause_adds_its_days_to_the_end_and_moves_what_follows(lab: Lab) -> None:
    kind = add_kind(lab)
    first = sell(lab, kind)
    second = renew(lab, first)

    paused = pause(lab, first, TODAY + 10 * DAY, 14)

    assert found(lab, first).last_on == date(2027, 3, 15)
    assert (found(lab, second).first_on, found(lab, second).last_on) == (date(2027, 3, 16), date(2028, 3, 15))
    assert found(lab, second).people[0].joined_on == date(2027, 3, 16)
    assert queries.standing_today(found(lab, first), NOW + 15 * DAY) == MembershipStanding.PAUSED
    for day, count, told in (
        (TODAY + 23 * DAY, 2, "pause_overlaps"),
        (TODAY - DAY, 2, "day"),
        (TODAY, 400, "pause_length"),
        (TODAY, 0, "pause_length"),
    ):
        with pytest.raises(Refused) as caught:
            pause(lab, first, day, count)
        assert codes(caught) == {told}
    with transaction() as session:
        changing.resume(session, lab.actor(lab.cast.admin), first, paused, TODAY + 14 * DAY, NOW)
    assert found(lab, first).last_on == date(2027, 3, 5)
    with transaction() as session:
        changing.resume(session, lab.actor(lab.cast.admin), first, paused, TODAY, NOW)
    assert (found(lab, first).last_on, found(lab, first).pauses) == (date(2027, 3, 1), [])
    assert found(lab, second).first_on == date(2027, 3, 2)


def test_a_pause_that_what_follows_has_begun_to_follow_is_refused(lab: Lab) -> None:
    kind = add_kind(lab, lasts=Lasts.DAYS, length=10)
    first = sell(lab, kind, first_on=TODAY - 12 * DAY)
    renew(lab, first)

    with pytest.raises(Refused) as caught:
        pause(lab, first, TODAY - 5 * DAY, 2)

    assert codes(caught) == {"follower"}
    assert found(lab, first).last_on == TODAY - 3 * DAY
