"""The lab's own rules: told with every reason, kept when many reserve at once, overridden only in writing."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from fablab.booking import queries
from fablab.booking.models import Claim, Reservation
from fablab.booking.policy import rows, trying, writing
from fablab.booking.policy.writing import RuleCard
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import Times, Window
from fablab.booking.suggesting import what_would_work
from fablab.booking.wishes import Wish
from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import use_locale
from fablab.core.refusals import Conflict, Refused
from tests.booking.rules_of_a_lab import NOW, TEN, book, rule
from tests.conftest import Lab, hours_from
from tests.support.threads import at_once

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def refused(lab: Lab, who: int, start: datetime = TEN, hours: float = 1, **more: object) -> Refused:
    with pytest.raises(Refused) as found:
        book(lab, who, hours_from(start, hours), **more)
    return found.value


def test_every_rule_that_is_broken_is_told_with_what_would_mend_it(lab: Lab) -> None:
    length = rule(lab, "length", {"most": 60}, overridable=False)
    quota = rule(lab, "quota", {"most": 2, "per": "week"}, Scope())
    rule(lab, "lead", {"days": 3}, Scope(site_id=lab.cast.office))
    for day in range(2):
        book(lab, lab.cast.maker, hours_from(TEN + day * DAY, 1))

    with use_locale("en"):
        reasons = refused(lab, lab.cast.maker, TEN + 2 * DAY, 2).refusals
    assert [(row.code, row.rule_id, row.overridable) for row in reasons] == [
        ("length_most", length, False),
        ("quota", quota, True),
    ]
    assert all(row.remedy for row in reasons)
    assert "At most 2 reservations per week. Already reserved: Tue" in reasons[1].message
    with use_locale("fr"):
        assert refused(lab, lab.cast.maker, TEN + 3 * DAY, 2).messages[0] == "Ici, une réservation dure au plus 1 h."
    assert book(lab, lab.cast.maker, hours_from(TEN + 7 * DAY, 1)), "the next week is another one"
    assert book(lab, lab.cast.student, hours_from(TEN + 2 * DAY, 1)), "another person has a quota of their own"


def test_staff_override_in_writing_and_the_log_says_so(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "length", {"most": 60})

    refused(lab, cast.maker, hours=2, by=cast.fabmanager)
    refused(lab, cast.maker, hours=2, override_reason="Je veux.")
    made = book(lab, cast.maker, hours_from(TEN, 2), by=cast.fabmanager, override_reason="Un salon demain.")
    row = queries.reservation(lab.session, made)
    assert (row.override_codes, row.override_reason) == ("length_most", "Un salon demain.")
    entry = lab.session.query(AuditEntry).filter_by(action="reservation.overridden").one()
    assert (entry.actor_id, entry.member_id, entry.details) == (cast.fabmanager, cast.maker, {"codes": "length_most"})
    lab.session.rollback()
    rule(lab, "staff_books", {"how": "04 77 00 00 00"}, overridable=False)
    assert refused(lab, cast.maker, TEN + DAY, 2, override_reason="x", by=cast.maker).codes == (
        "length_most",
        "staff_books",
    )
    assert book(lab, cast.maker, hours_from(TEN + DAY, 1), by=cast.fabmanager), "staff reserve for them"


def test_a_rule_is_written_by_staff_of_its_place_only(lab: Lab) -> None:
    cast = lab.cast
    scope = Scope(resource_id=cast.printer)
    made = rule(lab, "length", {"most": 60}, scope, by=cast.fabmanager)
    assert rows.row(lab.session, made).site_id == cast.workshop
    lab.session.rollback()

    for who, place in (
        (cast.fabmanager, Scope()),
        (cast.fabmanager, Scope(category_id=cast.printers)),
        (cast.fabmanager, Scope(site_id=cast.office)),
        (cast.trainer, Scope(site_id=cast.workshop)),
        (cast.treasurer, Scope(site_id=cast.workshop)),
    ):
        with pytest.raises(Forbidden):
            rule(lab, "length", {"most": 60}, place, by=who)
    with pytest.raises(NotFound):
        rule(lab, "magic", {})
    card = RuleCard(kind="length", params={"most": 90}, scope=scope)
    with pytest.raises(Forbidden), transaction() as session:
        writing.edit(session, lab.actor(cast.trainer), made, card, 1, NOW)
    with pytest.raises(Forbidden), transaction() as session:
        moved = replace(card, scope=Scope(site_id=cast.office))
        writing.edit(session, lab.actor(cast.fabmanager), made, moved, 1, NOW)
    with pytest.raises(Conflict), transaction() as session:
        writing.edit(session, lab.actor(cast.fabmanager), made, card, 2, NOW)
    for _ in range(2):
        with transaction() as session:
            writing.end(session, lab.actor(cast.fabmanager), made, NOW)
    assert rows.rulings_at(lab.session, [cast.workshop]) == []


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("length", {}),
        ("length", {"least": 90, "most": 60}),
        ("length", {"most": -1}),
        ("length", {"most": "an hour"}),
        ("length", {"most": 60, "colour": "red"}),
        ("lengths", {"minutes": []}),
        ("quota", {"most": 1, "per": "moon"}),
        ("blocks", {"blocks": [{"from_weekday": 7, "to_weekday": 1}]}),
        ("jobs", {"jobs": [""]}),
        ("certificate", {"course_ids": []}),
    ],
)
def test_what_does_not_hold_together_is_not_written(lab: Lab, kind: str, params: dict[str, object]) -> None:
    with pytest.raises(Refused) as found:
        rule(lab, kind, params)
    assert set(found.value.codes) == {"params"}


def test_a_quota_holds_when_one_person_reserves_many_times_at_once(lab: Lab) -> None:
    rule(lab, "quota", {"most": 2, "per": "week"})
    things = (lab.cast.printer, lab.cast.other_printer)

    def wanting(number: int) -> object:
        period = hours_from(TEN + number // 2 * HOUR, 1)
        return lambda: book(lab, lab.cast.maker, period, resource_id=things[number % 2])

    done = at_once(lab.app, [wanting(number) for number in range(6)])

    assert sum(isinstance(item, int) for item in done) == 2
    assert {item.codes for item in done if isinstance(item, Refused)} == {("quota",)}
    assert lab.session.query(Reservation).count() == 2


def test_a_place_is_never_fuller_than_its_rule_says(lab: Lab) -> None:
    rule(lab, "capacity", {"most": 1})
    things = {lab.cast.maker: lab.cast.printer, lab.cast.student: lab.cast.other_printer}

    def wanting(who: int, thing: int) -> object:
        return lambda: book(lab, who, hours_from(TEN, 1), resource_id=thing)

    done = at_once(lab.app, [wanting(who, thing) for who, thing in things.items()])

    assert sorted(isinstance(item, int) for item in done) == [False, True]
    assert [item.codes for item in done if isinstance(item, Refused)] == [("capacity",)]


def test_what_is_kept_free_around_a_reservation_is_nobodys(lab: Lab) -> None:
    rule(lab, "buffer", {"before": 10, "after": 20})
    made = book(lab, lab.cast.maker, hours_from(TEN, 1))

    claim = lab.session.query(Claim).filter_by(reservation_id=made).one()
    assert (claim.occupied_from, claim.occupied_to) == (TEN - HOUR / 6, TEN + HOUR * 4 / 3)
    lab.session.rollback()
    assert refused(lab, lab.cast.student, TEN + HOUR).codes == ("taken",)
    assert book(lab, lab.cast.student, hours_from(TEN + HOUR * 1.5, 1))


def test_narrower_rules_may_stand_instead_of_wider_ones_and_some_are_free_of_all(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "length", {"most": 60}, Scope())
    rule(lab, "length", {"most": 180}, Scope(site_id=cast.workshop, class_id=cast.students), instead=True)
    rule(lab, "exempt", {"codes": ["length"]}, Scope(course_id=cast.cutting))

    assert refused(lab, cast.maker, hours=2).codes == ("length_most",)
    assert book(lab, cast.student, hours_from(TEN, 3))
    assert refused(lab, cast.student, TEN + DAY, 4).codes == ("length_most",)
    nights = Scope(times=Times(windows=(Window(from_minute=1080, to_minute=360),)))
    rule(lab, "not_for", {"reason": "La nuit, rien."}, nights)
    assert refused(lab, cast.maker, TEN.replace(hour=22)).codes == ("not_for",)


def test_a_new_rule_says_what_it_would_have_refused_and_touches_nothing(lab: Lab) -> None:
    for day in range(3):
        book(lab, lab.cast.maker, hours_from(TEN + day * DAY, 2))
    book(lab, lab.cast.student, hours_from(TEN + 5 * HOUR, 1))

    def would_refuse(kind: str, **params: object) -> list[int]:
        card = RuleCard(kind=kind, params=params, scope=Scope(site_id=lab.cast.workshop))
        ruling = writing.checked(lab.session, lab.actor(lab.cast.admin), card)
        return [item.reservation.starts_at.day for item in trying.would_refuse(lab.session, ruling, NOW)]

    assert would_refuse("length", most=60) == [3, 4, 5]
    assert would_refuse("quota", most=2, per="week") == [5]
    assert would_refuse("ahead", days=2) == [5]
    assert would_refuse("length", most=600) == []
    lab.session.rollback()
    rule(lab, "length", {"most": 60})
    assert lab.session.query(Reservation).filter_by(state="booked").count() == 4


def test_what_would_work_can_be_booked_as_it_is_said(lab: Lab) -> None:
    cast = lab.cast
    book(lab, cast.student, hours_from(TEN, 4))
    rule(lab, "length", {"most": 120})
    rule(lab, "quota", {"most": 1, "per": "day"})
    rule(lab, "between", {"from_minute": 9 * 60, "to_minute": 18 * 60})
    wish = Wish(resource_id=cast.printer, period=hours_from(TEN, 2), member_id=cast.maker)

    slots = what_would_work(lab.session, wish, NOW)
    lab.session.rollback()
    here = [slot for slot in slots if slot.resource_id == cast.printer]
    assert [slot.period.start - TEN for slot in here] == [-2 * HOUR, 4 * HOUR, -19 * HOUR]
    assert [slot.resource_id for slot in slots if slot not in here] == [cast.other_printer]
    for slot in slots:
        if slot.period.start.date() != TEN.date():
            assert book(lab, cast.maker, slot.period, resource_id=slot.resource_id)
    unfit = what_would_work(lab.session, replace(wish, member_id=cast.newcomer), NOW)
    assert unfit == [], "no other time would help who lacks the certificate"
