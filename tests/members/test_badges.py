"""Badges and PINs: given, replaced, lost; and what they open at a terminal."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Refused
from fablab.members import badges, passwords, pins, queries, services
from fablab.members.models import Role
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
CODE = "04A1 5f77 90"


def give(lab: Lab, by: int, member_id: int, code: str = CODE) -> int:
    with transaction() as session:
        return badges.give_badge(session, lab.actor(by), member_id, code, NOW).id


def test_a_badge_opens_to_its_owner_until_it_is_replaced_or_ended(lab: Lab) -> None:
    cast = lab.cast
    first = give(lab, cast.fabmanager, cast.maker)

    # Readers differ in capitals and spaces, and the code itself is kept nowhere.
    assert badges.identify(lab.session, "04a15F7790\n") == cast.maker
    assert badges.identify(lab.session, "04A15F779") is None
    (row,) = badges.badges_of(lab.session, cast.maker)
    assert (row.id, row.hint) == (first, "7790")
    assert "04A15F" not in row.hash
    second = give(lab, cast.trainer, cast.maker, "112233445566")
    assert badges.identify(lab.session, CODE) is None
    assert [row.id for row in badges.badges_of(lab.session, cast.maker)] == [second]
    for _ in range(2):
        with transaction() as session:
            badges.end_badge(session, lab.actor(cast.maker), cast.maker, second, NOW)
    assert badges.identify(lab.session, "112233445566") is None
    give(lab, cast.fabmanager, cast.student, CODE)  # What was ended may be given to somebody else.
    assert badges.identify(lab.session, CODE) == cast.student
    log = lab.session.query(AuditEntry).order_by(AuditEntry.id)
    assert [(row.action, row.actor_id, row.member_id) for row in log] == [
        ("badge.given", cast.fabmanager, cast.maker),
        ("badge.ended", cast.trainer, cast.maker),
        ("badge.given", cast.trainer, cast.maker),
        ("badge.ended", cast.maker, cast.maker),
        ("badge.given", cast.fabmanager, cast.student),
    ]


def test_a_badge_is_one_persons_and_given_by_hosts(lab: Lab) -> None:
    cast = lab.cast
    badge = give(lab, cast.fabmanager, cast.maker)
    with transaction() as session:
        services.grant_role(session, queries.member(session, cast.newcomer), Role.HOST, site_id=cast.office)
        queries.member(session, cast.treasurer).left_at = NOW
    for member_id, code, codes in (
        (cast.student, CODE.lower(), ("badge_taken",)),
        (cast.maker, CODE, ("badge_taken",)),
        (cast.treasurer, " 12 ", ("member_left", "badge_code")),
    ):
        with pytest.raises(Refused) as refused:
            give(lab, cast.newcomer, member_id, code)
        assert refused.value.codes == codes
    for who in (cast.maker, cast.treasurer):
        with pytest.raises(Forbidden):
            give(lab, who, cast.maker, "7777 8888")
    with pytest.raises(Forbidden), transaction() as session:
        badges.end_badge(session, lab.actor(cast.student), cast.maker, badge, NOW)
    with pytest.raises(NotFound), transaction() as session:
        badges.end_badge(session, lab.actor(cast.newcomer), cast.student, badge, NOW)
    assert badges.identify(lab.session, CODE) == cast.maker


def test_a_pin_opens_with_its_number_and_only_to_those_who_are_still_here(lab: Lab) -> None:
    cast = lab.cast
    kept = passwords.hash_password("4817")
    with transaction() as session:
        badges.set_pin(session, lab.actor(cast.maker), cast.maker, kept, NOW)
        badges.set_pin(session, lab.actor(cast.fabmanager), cast.student, kept, NOW)
    give(lab, cast.fabmanager, cast.student)

    assert badges.identify_by_pin(lab.session, cast.maker, "4817") == cast.maker
    for number, pin in ((cast.maker, "4818"), (cast.newcomer, "4817"), (999, "4817")):
        assert badges.identify_by_pin(lab.session, number, pin) is None
    with pytest.raises(Forbidden), transaction() as session:
        badges.set_pin(session, lab.actor(cast.student), cast.maker, kept, NOW)
    with transaction() as session:
        queries.member(session, cast.maker).left_at = NOW
        queries.member(session, cast.student).merged_into_id = cast.trainer
    assert badges.identify_by_pin(lab.session, cast.maker, "4817") is None
    assert badges.identify(lab.session, CODE) == cast.trainer
    with transaction() as session:
        queries.member(session, cast.trainer).left_at = NOW
    assert badges.identify(lab.session, CODE) is None
    (entry,) = lab.session.query(AuditEntry).filter(AuditEntry.action == "pin.set")
    assert (entry.actor_id, entry.member_id) == (cast.fabmanager, cast.student)


def test_nobody_guesses_for_long(lab: Lab) -> None:
    def attempt(terminal: str, number: int | None = None, now: datetime = NOW) -> bool:
        try:
            with transaction() as session:
                badges.count_attempt(session, terminal, now, number=number)
        except Refused:
            return False
        return True

    maker = lab.cast.maker
    assert [attempt("door", maker) for _ in range(badges.PER_MEMBER + 1)] == [True] * badges.PER_MEMBER + [False]
    assert not attempt("another door", maker)
    assert attempt("door", lab.cast.student)
    with transaction() as session:
        badges.forget_attempt(session, "door", number=maker)
    assert attempt("door", maker)
    while attempt("door"):
        pass
    assert attempt("another door")
    assert attempt("door", now=NOW + timedelta(minutes=16))


@pytest.mark.parametrize(
    "pin",
    [
        *("", "123", "123456789", "12a4", "١٢٣٤", "0000", "1234", "8765", "9012", "4747", "481481", "1987", "2004"),
        *("2580", "1402", "0214", "140290", "14021990", "19900214", "0042"),
    ],
)
def test_an_easy_pin_is_refused(pin: str) -> None:
    assert len(pins.check(pin, 42, date(1990, 2, 14))) == 1


def test_a_pin_that_says_nothing_is_good() -> None:
    found = [pins.check(pin, 42, date(1990, 2, 14)) for pin in ("4817", "90214", "48170", "77310526")]

    assert found == [[], [], [], []]
