"""The log is read by those who may: by person, doer, action and day, a page at a time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fablab.core.audit import note
from fablab.core.db import transaction
from fablab.core.errors import Forbidden
from fablab.members import log, merging, queries
from fablab.members.log import Wanted
from fablab.members.merging import Choice
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def logged(lab: Lab) -> None:
    """Some entries: at each site, of the network, about somebody whom a site looks after."""
    cast = lab.cast
    with transaction() as session:
        queries.member(session, cast.maker).home_site_id = cast.workshop
        note(session, cast.admin, "a.done", NOW, site_id=cast.workshop)
        note(session, cast.admin, "b.done", NOW, site_id=cast.office, member_id=cast.maker)
        note(session, cast.fabmanager, "c.done", NOW + timedelta(days=1), member_id=cast.maker)
        note(session, None, "d.done", NOW + timedelta(days=2), member_id=cast.student)


def read(lab: Lab, who: int, **wanted: object) -> str:
    found = log.entries(lab.session, lab.actor(who), Wanted(**wanted))
    return "".join(row.action[0] for row in found.items)


def test_administrators_read_all_and_fabmanagers_what_is_of_their_sites(lab: Lab) -> None:
    cast = lab.cast

    assert read(lab, cast.admin) == "dcba"
    assert read(lab, cast.fabmanager) == "ca"
    for who in (cast.trainer, cast.maker, cast.treasurer):
        with pytest.raises(Forbidden):
            read(lab, who)


def test_the_log_is_searched_by_person_doer_action_and_day(lab: Lab) -> None:
    cast = lab.cast

    assert read(lab, cast.admin, member_id=cast.maker) == "cb"
    assert read(lab, cast.admin, person="maker") == "cb"
    assert read(lab, cast.admin, person=str(cast.student)) == "d"
    assert read(lab, cast.admin, person="%") == ""
    assert read(lab, cast.admin, doer="fabmanager@") == "c"
    assert read(lab, cast.admin, actor_id=cast.admin) == "ba"
    assert read(lab, cast.admin, action="a.done") == "a"
    assert read(lab, cast.admin, since=NOW, until=NOW + timedelta(days=1)) == "ba"
    assert log.actions(lab.session) == ["a.done", "b.done", "c.done", "d.done"]


def test_pages_follow_each_other(lab: Lab) -> None:
    admin = lab.actor(lab.cast.admin)

    first = log.entries(lab.session, admin, Wanted(), limit=3)
    second = log.entries(lab.session, admin, Wanted(), offset=3, limit=3)

    assert (len(first.items), first.count, first.next_offset, first.previous_offset) == (3, 4, 3, None)
    assert (len(second.items), second.next_offset, second.previous_offset) == (1, None, 0)
    assert first.names[lab.cast.maker] == "Maker"


def test_what_was_done_to_a_record_that_was_merged_is_found_with_the_survivor(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        choice = Choice(survivor_id=cast.student, merged_id=cast.maker, survivor_version=1, merged_version=1)
        merging.merge(session, lab.actor(cast.admin), choice, NOW)

    assert read(lab, cast.admin, member_id=cast.student) == "mdcb"
    assert read(lab, cast.admin, person="student") == "mdcb"


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"])
def test_what_was_written_stays_written(lab: Lab, statement: str) -> None:
    with transaction() as session:
        note(session, None, "e.done", datetime.now(UTC))
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(text(statement))
