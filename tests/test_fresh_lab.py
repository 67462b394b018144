"""Every test finds the lab as if no other had run before, whatever that one has written, altered or left open."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, text

from fablab.core.db import Model, db, transaction
from fablab.members import services
from fablab.members.models import Member, MemberClass, RoleGrant
from tests.cast import LONG_AGO
from tests.conftest import House, Lab

Rows = dict[str, list[str]]


@pytest.fixture
def again(lab: Lab, houses: Callable[[str], House], database: str) -> Callable[[], Rows]:
    """Do what is done before each test; returns every row that it finds."""

    def renew() -> Rows:
        db.session.remove()
        houses(database).storage.renew(db.engine)
        return everything(lab)

    return renew


def everything(lab: Lab) -> Rows:
    lab.session.rollback()
    tables = Model.metadata.tables
    return {name: sorted(map(str, lab.session.execute(table.select()))) for name, table in tables.items()}


def a_newcomer(lab: Lab) -> int:
    with transaction() as session:
        kind = session.get_one(MemberClass, lab.cast.adults)
        return services.add_member(session, name="New", email="new@test.example", member_class=kind, now=LONG_AGO).id


def test_rows_and_the_numbers_of_new_ones_are_as_before(lab: Lab, again: Callable[[], Rows]) -> None:
    before = everything(lab)
    number = a_newcomer(lab)
    with transaction() as session:
        session.query(Member).filter_by(id=lab.cast.maker).update({"name": "Somebody else"})
        session.query(RoleGrant).delete()
    written = everything(lab)

    assert written != before
    assert again() == before
    assert a_newcomer(lab) == number


def test_what_was_altered_is_there_again(lab: Lab, database: str, again: Callable[[], Rows]) -> None:
    guard = "documents_for_good ON documents" if database == "postgresql" else "documents_no_update"
    before = everything(lab)
    with transaction() as session:
        session.execute(text(f"DROP TRIGGER {guard}"))

    assert again() == before
    with transaction() as session:
        session.execute(text(f"DROP TRIGGER {guard}"))
    assert again() == before


def test_nobody_is_waited_for_who_left_a_transaction_open(lab: Lab, again: Callable[[], Rows]) -> None:
    before = everything(lab)
    forgotten = db.engine.connect()
    forgotten.execute(delete(RoleGrant))

    assert again() == before
    forgotten.invalidate()
    forgotten.close()
