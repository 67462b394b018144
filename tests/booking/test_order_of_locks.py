"""Everybody locks in one order: resources, people, accounts, and what is shared last; else two wait for each other."""

from datetime import timedelta

from fablab.booking import moving
from fablab.booking.rules.scope import Scope
from fablab.core.db import db, transaction
from tests.booking.rules_of_a_lab import NOW, TEN, book, rule
from tests.conftest import Lab, hours_from
from tests.support.statements import heard

PEOPLE = "FROM members WHERE members.id IN"
SHARED = "SELECT booking_rules.id FROM booking_rules WHERE booking_rules.id IN"


def test_who_goes_on_locks_people_before_what_is_shared(lab: Lab) -> None:
    rule(lab, "capacity", {"most": 3}, Scope(site_id=lab.cast.workshop))
    rule(lab, "extension", {})
    made = book(lab, lab.cast.maker, hours_from(TEN, 1))

    with heard(db.engine) as found, transaction() as session:
        moving.extend(session, lab.actor(lab.cast.maker), made, TEN + timedelta(minutes=90), NOW)

    said = [" ".join(statement.split()) for statement in found]
    shared = [at for at, statement in enumerate(said) if SHARED in statement]
    people = [
        at for at, statement in enumerate(said) if statement.startswith("SELECT members.id") and PEOPLE in statement
    ]
    assert len(shared) == 1
    assert min(people) < shared[0]
