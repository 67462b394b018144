"""Weekly series, and several resources at once: each judged by itself, had wholly or not, changed one by one or all."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from fablab.booking import queries, services
from fablab.booking.models import Claim, Nature, Reservation, ReservationSeries
from fablab.booking.moving import Change
from fablab.booking.several import changing, series, together
from fablab.booking.several.changing import Scope, Wanted, Which
from fablab.booking.several.pattern import Pattern, Shift
from fablab.booking.several.series import SeriesWish
from fablab.booking.several.together import TogetherWish
from fablab.booking.suggesting import Slot
from fablab.booking.wishes import Wish
from fablab.catalog.models import ResourceLink
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Conflict, Refused
from fablab.members.conduct import policies
from fablab.members.conduct.policies import PolicyCard
from fablab.members.conduct.rules import Rules, Step
from fablab.members.models import Strike
from tests.booking.rules_of_a_lab import NOW, book, rule
from tests.conftest import Lab, hours_from
from tests.mails import mails
from tests.support.threads import at_once

TUESDAY = date(2026, 3, 3)
WEEKS = [TUESDAY + timedelta(weeks=number) for number in range(8)]
TWO = datetime(2026, 3, 3, 13, tzinfo=UTC)
"""Two o'clock that day at the workshop."""
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)


def asked(
    lab: Lab, who: int, *, times: int = 4, days: set[date] | None = None, rest: bool = False, **more: object
) -> SeriesWish:
    first, starts = more.pop("first_on", TUESDAY), more.pop("starts", time(14))
    pattern = Pattern(first_on=first, starts=starts, minutes=more.pop("minutes", 120), times=times)
    wish = Wish(**{"resource_id": lab.cast.printer, "period": hours_from(TWO, 2), "member_id": who, **more})
    return SeriesWish(wish=wish, pattern=pattern, days=frozenset(days) if days is not None else None, rest=rest)


def make(lab: Lab, who: int, *, by: int | None = None, **more: object) -> int:
    with transaction() as session:
        return series.book(session, lab.actor(by or who), asked(lab, who, **more), NOW).id


def look(lab: Lab, who: int, **more: object) -> list[tuple[str, ...]]:
    with transaction() as session:
        found = series.preview(session, lab.actor(who), asked(lab, who, **more), NOW)
        return [tuple(reason.code for reason in step.reasons) for step in found]


def would_work(lab: Lab, who: int) -> tuple[Slot, ...]:
    """What is offered instead of the second time."""
    with transaction() as session:
        return series.preview(session, lab.actor(who), asked(lab, who), NOW)[1].slots


def rows_of(lab: Lab, series_id: int) -> list[tuple[str, datetime, int]]:
    query = lab.session.query(Reservation).filter_by(series_id=series_id).order_by(Reservation.starts_at)
    found = [(row.state, row.starts_at, row.resource_id) for row in query]
    lab.session.rollback()
    return found


def ids_of(lab: Lab, series_id: int) -> list[int]:
    query = lab.session.query(Reservation.id).filter_by(series_id=series_id).order_by(Reservation.starts_at)
    found = [row.id for row in query]
    lab.session.rollback()
    return found


def starts(lab: Lab, series_id: int) -> list[datetime]:
    return [start for state, start, _resource in rows_of(lab, series_id) if state == "booked"]


def count(lab: Lab, kind: type) -> int:
    found = lab.session.query(kind).count()
    lab.session.rollback()
    return found


def change(lab: Lab, who: int, series_id: int, which: Which, now: datetime = NOW, **wanted: object) -> int:
    with transaction() as session:
        return len(changing.change(session, lab.actor(who), series_id, which, Wanted(**wanted), now))


def cancel(lab: Lab, who: int, series_id: int, which: Which, now: datetime = NOW, **more: object) -> int:
    with transaction() as session:
        return len(changing.cancel(session, lab.actor(who), series_id, which, now, **more))


def told(lab: Lab) -> list[dict[str, str]]:
    """What the maker was mailed about reservations."""
    return [mail for mail in mails("maker@test.example") if "certificate" not in mail["subject"]]


def group(lab: Lab, who: int, *ids: int, by: int | None = None, **more: object) -> list[int]:
    period = more.pop("period", hours_from(TWO, 1))
    wish = Wish(resource_id=ids[0], period=period, member_id=who, **more)
    with transaction() as session:
        wanted = TogetherWish(wish=wish, resource_ids=frozenset(ids))
        return [row.id for row in together.book(session, lab.actor(by or who), wanted, NOW)]


def test_a_series_keeps_its_wall_time_where_the_clocks_change_and_is_told_once(lab: Lab) -> None:
    made = make(lab, lab.cast.maker, times=5, request_key="k")

    # The clocks in France go forward on 29 March 2026.
    assert starts(lab, made) == [TWO, TWO + WEEK, TWO + 2 * WEEK, TWO + 3 * WEEK, TWO + 4 * WEEK - HOUR]
    assert make(lab, lab.cast.maker, times=5, request_key="k") == made
    with pytest.raises(Conflict) as other:
        make(lab, lab.cast.maker, times=4, request_key="k")
    assert other.value.codes == ("request_key_used",)
    (mail,) = told(lab)
    assert mail["subject"] == "Reserved: 5 reservations"
    assert [day in mail["body"] for day in ("3 Mar", "31 Mar")] == [True, True]
    assert (count(lab, Reservation), count(lab, ReservationSeries)) == (5, 1)


def test_every_time_is_judged_with_the_earlier_ones_counted_and_looking_keeps_nothing(lab: Lab) -> None:
    cast = lab.cast
    book(lab, cast.student, hours_from(TWO + WEEK + HOUR, 2))
    assert {(slot.resource_id, slot.period.start) for slot in would_work(lab, cast.maker)} >= {
        (cast.other_printer, TWO + WEEK),
        (cast.printer, TWO + WEEK - HOUR),
    }
    rule(lab, "quota", {"most": 2, "per": "month"})
    assert would_work(lab, cast.maker) == (), "the first and the third time use up what March allows"
    at_night = {"first_on": date(2026, 3, 22), "starts": time(2, 30), "times": 2}

    assert look(lab, cast.maker, times=6) == [(), ("taken",), (), ("quota",), ("quota",), ()]
    assert look(lab, cast.maker, **at_night) == [(), ("no_such_time",)]
    assert look(lab, cast.maker, first_on=date(2026, 10, 25), starts=time(2), times=1) == [("time_twice",)]
    assert (count(lab, Reservation), count(lab, ReservationSeries), count(lab, Claim)) == (1, 0, 1)
    assert told(lab) == []


def test_a_series_is_had_wholly_or_as_far_as_the_person_says(lab: Lab) -> None:
    cast = lab.cast
    book(lab, cast.student, hours_from(TWO + WEEK, 1))

    with pytest.raises(Conflict) as taken:
        make(lab, cast.maker)
    assert taken.value.messages[0].startswith("mar. 10 mars"), taken.value.messages
    assert count(lab, Reservation) == 1
    with pytest.raises(Refused):
        make(lab, cast.newcomer, rest=True)
    assert len(starts(lab, make(lab, cast.maker, rest=True))) == 3
    with pytest.raises(Refused) as mixed:
        make(lab, cast.maker, days={WEEKS[0], WEEKS[4]}, times=5)
    assert mixed.value.codes == ("taken",)
    assert starts(lab, make(lab, cast.maker, days={WEEKS[4]}, times=5)) == [TWO + 4 * WEEK - HOUR]
    codes = []
    for wrong in ({"days": {TUESDAY + timedelta(days=1)}}, {"days": set()}, {"times": 61}, {"times": 0}):
        with pytest.raises(Refused) as refused:
            make(lab, cast.maker, **wrong)
        codes += refused.value.codes
    assert codes == ["nothing_chosen", "nothing_chosen", "times", "times"]


def test_staff_make_series_for_others_and_for_classes_and_nobody_else_does(lab: Lab) -> None:
    cast = lab.cast
    with pytest.raises(Forbidden):
        make(lab, cast.student, by=cast.maker)
    with pytest.raises(Forbidden):
        make(lab, cast.maker, nature=Nature.CLASS)
    with pytest.raises(Refused) as far:
        make(lab, cast.fabmanager, nature=Nature.CLASS, times=60)
    assert set(far.value.codes) == {"too_far"}
    why = {"override_reason": "Convention de deux ans"}
    assert len(starts(lab, make(lab, cast.fabmanager, nature=Nature.CLASS, times=60, **why))) == 60
    evening = make(lab, cast.maker, by=cast.fabmanager, starts=time(19))
    assert lab.session.get(ReservationSeries, evening).member_id == cast.maker


def test_one_the_following_or_all_are_moved_by_the_wall_clock(lab: Lab) -> None:
    cast = lab.cast
    made = make(lab, cast.maker, times=5)
    ids = ids_of(lab, made)

    change(lab, cast.maker, made, Which(scope=Scope.ONE, reservation_id=ids[1]), shift=Shift(days=1))
    assert starts(lab, made)[1] == TWO + WEEK + timedelta(days=1)
    change(lab, cast.maker, made, Which(scope=Scope.FOLLOWING, reservation_id=ids[2]), shift=Shift(minutes=60))
    late = [TWO + 2 * WEEK + HOUR, TWO + 3 * WEEK + HOUR, TWO + 4 * WEEK]
    assert starts(lab, made)[2:] == late
    # A week later, each lands where the next one was, over the change of the clocks too.
    assert change(lab, cast.maker, made, Which(version=3), shift=Shift(days=7)) == 5
    assert starts(lab, made)[2:] == [TWO + 3 * WEEK + HOUR, TWO + 4 * WEEK, TWO + 5 * WEEK]
    assert change(lab, cast.maker, made, Which(), shift=Shift(days=-7)) == 5
    assert starts(lab, made)[2:] == late
    with pytest.raises(Conflict) as stale:
        change(lab, cast.maker, made, Which(version=3), shift=Shift(days=7))
    assert stale.value.codes == ("stale",)
    change(lab, cast.maker, made, Which(), resource_id=cast.other_printer, now=TWO + 3 * WEEK)
    assert [resource for _state, _start, resource in rows_of(lab, made)] == [cast.printer] * 3 + [
        cast.other_printer
    ] * 2
    for who in (cast.student, cast.trainer):
        with pytest.raises(NotFound):
            change(lab, who, made, Which(), shift=Shift(days=1))
    other = make(lab, cast.maker, first_on=date(2026, 9, 1), times=1)
    with pytest.raises(NotFound):
        change(lab, cast.maker, other, Which(scope=Scope.ONE, reservation_id=ids[4]), shift=Shift(days=1))


def test_what_cannot_be_moved_is_listed_and_nothing_is_written_unless_the_rest_is_wanted(lab: Lab) -> None:
    cast = lab.cast
    made = make(lab, cast.maker, times=4)
    book(lab, cast.student, hours_from(TWO + WEEK + 3 * HOUR, 1))
    later = {"shift": Shift(minutes=180)}

    with transaction() as session:
        found = changing.preview_change(session, lab.actor(cast.maker), made, Which(), Wanted(**later), NOW)
    assert [step.reasons[0].code if step.reasons else "" for step in found] == ["", "taken", "", ""]
    with pytest.raises(Conflict) as refused:
        change(lab, cast.maker, made, Which(), **later)
    assert refused.value.codes == ("taken",)
    assert starts(lab, made) == [TWO + number * WEEK for number in range(4)]
    change(lab, cast.maker, made, Which(), rest=True, **later)
    assert starts(lab, made) == [TWO + 3 * HOUR, TWO + WEEK, TWO + 2 * WEEK + 3 * HOUR, TWO + 3 * WEEK + 3 * HOUR]
    held = {row.occupied_from for row in lab.session.query(Claim).filter_by(active=True)}
    lab.session.rollback()
    assert held == {*starts(lab, made), TWO + WEEK + 3 * HOUR}
    rule(lab, "moves", {"most": 1, "minutes": 0})
    with pytest.raises(Refused) as again:
        change(lab, cast.maker, made, Which(), shift=Shift(days=1))
    assert set(again.value.codes) == {"moves"}, "each is judged by the rules about moving"


def test_staff_who_change_many_tell_their_member_once(lab: Lab) -> None:
    cast = lab.cast
    made = make(lab, cast.maker, times=3)

    change(lab, cast.fabmanager, made, Which(), shift=Shift(days=1), reason="Révision")
    cancel(lab, cast.fabmanager, made, Which(), reason="Fermé")

    assert [mail["subject"] for mail in told(lab)] == [
        "Reserved: 3 reservations",
        "3 of your reservations were changed",
        "3 of your reservations were cancelled",
    ]
    assert "Révision" in told(lab)[1]["body"]


def test_each_is_given_back_on_its_own_terms(lab: Lab) -> None:
    cast = lab.cast
    rules = Rules(cancel_minutes=120, ladder=(Step(strikes=2, within_days=90, days=14),))
    with transaction() as session:
        policies.write_policy(session, lab.actor(cast.admin), None, PolicyCard(rules=rules), 0, NOW)
    made = make(lab, cast.maker, times=4)
    ids = ids_of(lab, made)
    soon = TWO + WEEK - HOUR

    with transaction() as session:
        found = changing.preview_cancel(session, lab.actor(cast.maker), made, Which(), soon)
    assert [step.told.is_struck for step in found] == [True, False, False], "what is over stays as it was"
    assert count(lab, Strike) == 0
    assert cancel(lab, cast.maker, made, Which(scope=Scope.ONE, reservation_id=ids[3]), soon) == 1
    assert cancel(lab, cast.maker, made, Which(scope=Scope.FOLLOWING, reservation_id=ids[1]), soon) == 2
    assert [state for state, *_rest in rows_of(lab, made)] == ["booked", "cancelled", "cancelled", "cancelled"]
    assert count(lab, Strike) == 1
    with pytest.raises(Refused) as nothing:
        cancel(lab, cast.maker, made, Which(), soon)
    assert nothing.value.codes == ("nothing_left",)


def test_several_are_had_together_or_none_and_each_counts_for_the_others(lab: Lab) -> None:
    cast = lab.cast
    both = group(lab, cast.maker, cast.printer, cast.other_printer, request_key="g")

    assert group(lab, cast.maker, cast.other_printer, cast.printer, request_key="g") == both
    assert [row.together_id for row in lab.session.query(Reservation).order_by(Reservation.id)] == [both[0]] * 2
    lab.session.rollback()
    with pytest.raises(Conflict):
        group(lab, cast.maker, cast.printer, cast.other_printer, request_key="g", period=hours_from(TWO, 2))
    (mail,) = told(lab)
    assert all(name in mail["body"] for name in ("Prusa n°1", "Prusa n°2"))
    rule(lab, "at_once", {"most": 1})
    later = hours_from(TWO + WEEK, 1)
    with pytest.raises(Refused) as once:
        group(lab, cast.maker, cast.printer, cast.other_printer, period=later)
    assert once.value.codes == ("at_once",)
    assert once.value.messages[0].startswith("Prusa n°2"), once.value.messages
    with pytest.raises(Refused) as both_refused:
        group(lab, cast.student, cast.printer, cast.laser)
    assert both_refused.value.codes == ("taken", "certificate_missing")
    with pytest.raises(Refused) as few:
        group(lab, cast.maker, cast.printer)
    assert few.value.codes == ("too_few",)
    with pytest.raises(Forbidden):
        group(lab, cast.student, cast.printer, cast.other_printer, by=cast.maker, period=later)
    with transaction() as session:
        session.add(ResourceLink(resource_id=cast.other_printer, other_id=cast.printer, places=None))
    with pytest.raises(Refused) as doubled:
        group(lab, cast.student, cast.printer, cast.other_printer, period=later)
    assert "goes_with_it" in doubled.value.codes
    assert count(lab, Reservation) == 2


def test_a_group_is_moved_and_given_back_as_one_or_one_by_one(lab: Lab) -> None:
    cast = lab.cast
    one, other = group(lab, cast.maker, cast.printer, cast.other_printer)
    blocked = book(lab, cast.student, hours_from(TWO + 3 * HOUR, 1))

    def move(hours: int, **more: object) -> None:
        with transaction() as session:
            wanted = Change(period=hours_from(TWO + hours * HOUR, 1), version=more.pop("version", None))
            changing.change_together(session, lab.actor(cast.maker), other, wanted, NOW, **more)

    def begins() -> list[datetime]:
        found = [queries.reservation(lab.session, made).starts_at for made in (one, other)]
        lab.session.rollback()
        return found

    move(1, version=1)
    assert begins() == [TWO + HOUR] * 2
    with pytest.raises(Conflict):
        move(2, version=1)
    with pytest.raises(Conflict) as taken:
        move(3)
    assert taken.value.messages[0].startswith("Prusa n°1")
    assert begins() == [TWO + HOUR] * 2
    move(3, rest=True)
    assert begins() == [TWO + HOUR, TWO + 3 * HOUR]
    with transaction() as session:
        services.cancel(session, lab.actor(cast.maker), one, NOW)
        assert len(changing.cancel_together(session, lab.actor(cast.maker), one, NOW)) == 1
    with pytest.raises(NotFound), transaction() as session:
        changing.cancel_together(session, lab.actor(cast.student), one, NOW)
    assert queries.reservation(lab.session, blocked).state == "booked"


def test_of_those_who_want_the_same_at_once_each_has_all_or_nothing(lab: Lab) -> None:
    cast = lab.cast
    acts = [
        lambda: make(lab, cast.maker, times=6),
        lambda: make(lab, cast.student, times=6),
        lambda: book(lab, cast.student, hours_from(TWO + 3 * WEEK, 1)),
        lambda: group(lab, cast.maker, cast.other_printer, cast.printer, period=hours_from(TWO + 2 * WEEK, 1))[0],
        lambda: group(lab, cast.student, cast.printer, cast.other_printer, period=hours_from(TWO + 2 * WEEK, 1))[0],
    ]
    done = at_once(lab.app, acts)

    lab.session.rollback()
    assert all(isinstance(item, int | Refused) for item in done), done
    kept = [row.id for row in lab.session.query(ReservationSeries.id)]
    assert {len(starts(lab, made)) for made in kept} <= {6}
    firsts = [row.together_id for row in lab.session.query(Reservation.together_id).distinct() if row.together_id]
    assert {lab.session.query(Reservation).filter_by(together_id=first).count() for first in firsts} <= {2}
    assert any(isinstance(item, int) for item in done)


def test_two_who_change_one_series_at_once_do_not_both_move_it(lab: Lab) -> None:
    cast = lab.cast
    made = make(lab, cast.maker, times=4)
    taker = [lambda: book(lab, cast.student, hours_from(TWO + WEEK + 24 * HOUR, 1))]
    mover = [lambda: change(lab, cast.maker, made, Which(version=1), shift=Shift(days=1))]

    done = at_once(lab.app, [*mover, *taker, *mover])

    moved = [item for item in (done[0], done[2]) if isinstance(item, int)]
    assert len(moved) <= 1, done
    days = {1} if moved else {0}
    assert {(start - TWO).days % 7 for start in starts(lab, made)} == days, "all of them or none"
    assert bool(moved) != isinstance(done[1], int), done
