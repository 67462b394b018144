"""Draws: nobody is served for being quick, everybody has a first wish before anybody has a second one."""

from collections import Counter
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fablab.booking import services
from fablab.booking.draws import drawing, entering, queries
from fablab.booking.models import Draw, DrawEntry, Reservation
from fablab.booking.policy import writing
from fablab.booking.rules.scope import Scope
from fablab.booking.services import Wish
from fablab.core.db import transaction
from fablab.core.errors import NotFound
from fablab.core.refusals import Refused
from fablab.members.privacy import erasing
from tests.booking.rules_of_a_lab import NOW, TEN, book, rule
from tests.booking.terms_lab import told
from tests.conftest import Lab, hours_from
from tests.support.threads import at_once

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
NEXT = TEN + WEEK
"""A Tuesday; what begins then is drawn on the Saturday before, at noon of the workshop’s clock."""
PLACES = 3
"""So many desks are in the room."""
DRAWN = datetime.fromisoformat("2026-03-07T11:00+00:00")


@pytest.fixture
def drawn_lab(lab: Lab) -> Lab:
    rule(lab, "draw", {"days": 3})
    return lab


def wish(lab: Lab, who: int, start: datetime = NEXT, hours: float = 1, *, now: datetime = NOW, **more: object) -> int:
    asked = Wish(**{"resource_id": lab.cast.printer, "period": hours_from(start, hours), "member_id": who, **more})
    with transaction() as session:
        return entering.enter(session, lab.actor(who), asked, now).id


def draw(lab: Lab, seed: str = "chance", now: datetime = DRAWN, at: datetime = DRAWN) -> None:
    with transaction() as session:
        drawing.draw(session, lab.cast.workshop, at, seed, now)


def outcome(lab: Lab) -> list[tuple[int, str]]:
    lab.session.rollback()
    return [(row.member_id, row.state) for row in lab.session.query(DrawEntry).order_by(DrawEntry.id)]


def first_of(seed: str, *people: int) -> int:
    return min(people, key=lambda key: sha256(f"{seed}:{key}".encode()).hexdigest())


def test_until_it_is_drawn_nobody_reserves_and_then_whoever_is_first_does(drawn_lab: Lab) -> None:
    lab, cast = drawn_lab, drawn_lab.cast
    with pytest.raises(Refused) as quick:
        book(lab, cast.maker, hours_from(NEXT, 1))
    assert quick.value.codes == ("draw",)
    assert "12:00" in quick.value.refusals[0].remedy, "the hour of the draw is said"
    book(lab, cast.maker, hours_from(TEN, 1))

    wish(lab, cast.student)
    with pytest.raises(Refused) as late:
        book(lab, cast.maker, hours_from(NEXT, 1), now=DRAWN + HOUR)
    assert late.value.codes == ("draw",), "its hour is past, and the draw is still to be made"
    draw(lab, now=DRAWN + HOUR)
    book(lab, cast.maker, hours_from(NEXT + HOUR, 1), now=DRAWN + HOUR)

    assert outcome(lab) == [(cast.student, "won")]


def test_chance_decides_who_has_it_and_the_other_is_told(drawn_lab: Lab) -> None:
    lab, cast = drawn_lab, drawn_lab.cast
    for who in (cast.maker, cast.student):
        wish(lab, who)
    draw(lab, seed="abc")
    draw(lab, seed="another", now=DRAWN + HOUR)

    lucky = first_of("abc", cast.maker, cast.student)
    lab.session.rollback()
    (made,) = lab.session.query(Reservation).all()
    assert made.member_id == lucky
    assert dict(outcome(lab))[lucky] == "won"
    assert len(told(lab, "booked:")) == 1
    assert len(told(lab, "draw:")) == 1
    (row,) = queries.made_at(lab.session, cast.workshop)
    assert (row.seed, row.wishes, row.people, row.granted) == ("abc", 2, 2, 1)


def test_the_same_wish_twice_is_one_and_no_more_wishes_are_taken_than_may_be(drawn_lab: Lab) -> None:
    lab, cast = drawn_lab, drawn_lab.cast
    first = wish(lab, cast.maker)
    assert wish(lab, cast.maker) == first
    for hour in (1, 2):
        wish(lab, cast.maker, NEXT + hour * HOUR)
    with pytest.raises(Refused) as most:
        wish(lab, cast.maker, NEXT + 3 * HOUR)
    assert most.value.codes == ("draw_most",)
    with transaction() as session:
        entering.withdraw(session, lab.actor(cast.maker), first, NOW)
        entering.withdraw(session, lab.actor(cast.maker), first, NOW)
    wish(lab, cast.maker, NEXT + 3 * HOUR)
    with pytest.raises(NotFound), transaction() as session:
        entering.withdraw(session, lab.actor(cast.student), first, NOW)


def test_what_cannot_be_wished_for_is_said_with_every_reason(drawn_lab: Lab) -> None:
    lab, cast = drawn_lab, drawn_lab.cast
    rule(lab, "length", {"most": 60})
    cases = {
        "drawn": lambda: wish(lab, cast.maker, TEN),
        "length_most": lambda: wish(lab, cast.maker, hours=2),
        "certificate_missing": lambda: wish(lab, cast.newcomer),
        "draw_far": lambda: wish(lab, cast.maker, NEXT + 20 * WEEK),
    }
    for code, act in cases.items():
        with pytest.raises(Refused) as refused:
            act()
        assert code in refused.value.codes, refused.value
    with pytest.raises(Refused) as elsewhere:
        wish(lab, cast.maker, resource_id=cast.desk_room)
    assert elsewhere.value.codes == ("not_drawn",)


def test_rules_hold_when_it_is_drawn_and_whoever_left_takes_no_part(drawn_lab: Lab) -> None:
    lab, cast = drawn_lab, drawn_lab.cast
    wish(lab, cast.maker)
    wish(lab, cast.student, NEXT + HOUR)
    rule(lab, "quota", {"most": 1, "per": "week"})
    book(lab, cast.maker, hours_from(NEXT + 5 * HOUR, 1), resource_id=cast.other_printer, now=NOW, by=cast.fabmanager)
    with transaction() as session:
        erasing.leave(session, [cast.student], None, DRAWN - HOUR)
    draw(lab)

    assert outcome(lab) == [(cast.maker, "lost"), (cast.student, "withdrawn")]


def test_one_draw_decides_a_week_where_the_rule_says_on_which_weekday(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "draw", {"days": 3, "weekday": 4, "wins": 2})
    friday = datetime.fromisoformat("2026-03-06T11:00+00:00")
    monday = TEN + 6 * DAY
    for day in range(3):
        wish(lab, cast.maker, monday + day * DAY)
    lab.session.rollback()
    assert {row.draws_at for row in lab.session.query(DrawEntry)} == {friday}

    draw(lab, now=friday, at=friday)

    assert [state for _who, state in outcome(lab)] == ["won", "won", "lost"], "two are granted at most"


NAMES = ("maker", "student", "newcomer", "trainer", "treasurer")
wishes = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 2)), max_size=12, unique=True)


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(wished=wishes, wins=st.integers(1, 3), seed=st.text("0123456789abcdef", min_size=4, max_size=4))
def test_a_draw_grants_what_the_plainest_model_grants(
    lab: Lab, wished: list[tuple[str, int]], wins: int, seed: str
) -> None:
    begin_anew(lab)
    made = rule(lab, "draw", {"days": 3, "wins": wins}, Scope(site_id=lab.cast.office))
    people = [getattr(lab.cast, name) for name, _hour in wished]
    for who, (_name, hour) in zip(people, wished, strict=True):
        wish(lab, who, NEXT + hour * HOUR, resource_id=lab.cast.desk_room)

    with transaction() as session:
        drawing.draw(session, lab.cast.office, DRAWN, seed, DRAWN)

    hours = [hour for _name, hour in wished]
    assert {state for _who, state in outcome(lab)} <= {"won", "lost"}
    assert [state == "won" for _who, state in outcome(lab)] == granted(people, hours, wins, seed)
    lab.session.rollback()
    taken = Counter(row.starts_at for row in lab.session.query(Reservation).filter(Reservation.state == "booked"))
    assert all(count <= PLACES for count in taken.values())
    with transaction() as session:
        writing.end(session, lab.actor(lab.cast.admin), made, NOW)


def granted(people: list[int], hours: list[int], wins: int, seed: str) -> list[bool]:
    """By the rule as it is told: in order, each their first wish that is left; then another round."""
    free = dict.fromkeys(hours, PLACES)
    order = sorted(set(people), key=lambda key: sha256(f"{seed}:{key}".encode()).hexdigest())
    found = [False] * len(people)
    for _round in range(wins):
        for key in order:
            mine = [n for n, who in enumerate(people) if who == key and not found[n] and free[hours[n]]]
            if mine:
                found[mine[0]] = True
                free[hours[mine[0]]] -= 1
    return found


def begin_anew(lab: Lab) -> None:
    """Take away what another example left."""
    with transaction() as session:
        for row in session.query(Reservation).filter(Reservation.state == "booked"):
            services.cancel(session, lab.actor(row.member_id), row.id, NOW)
        session.query(DrawEntry).delete()
        session.query(Draw).delete()


def test_two_workers_and_somebody_who_thinks_better_of_it_make_one_draw(drawn_lab: Lab) -> None:
    lab, cast = drawn_lab, drawn_lab.cast
    first = wish(lab, cast.maker)
    wish(lab, cast.student)
    lab.session.rollback()

    def take_back() -> None:
        with transaction() as session:
            entering.withdraw(session, lab.actor(cast.maker), first, DRAWN)

    done = at_once(lab.app, [lambda: draw(lab, "one"), lambda: draw(lab, "two"), take_back])

    assert all(error is None or isinstance(error, Refused) for error in done)
    lab.session.rollback()
    (row,) = queries.made_at(lab.session, cast.workshop)
    found = dict(outcome(lab))
    assert sorted(found.values()) in (["lost", "won"], ["withdrawn", "won"])
    assert (row.granted, row.people) == (1, 1 if "withdrawn" in found.values() else 2)
    assert len(lab.session.query(Reservation).all()) == 1
