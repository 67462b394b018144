"""Another time or machine, going on, leaving early: under the same rules, with what it was before written down."""

from datetime import UTC, datetime, timedelta

import pytest

from fablab.booking import moving, queries
from fablab.booking.models import Claim, ReservationChange
from fablab.booking.moving import Change
from fablab.booking.rules.scope import Scope
from fablab.core.db import transaction
from fablab.core.errors import NotFound
from fablab.core.period import Period
from fablab.core.refusals import Conflict, Refused
from tests.booking.rules_of_a_lab import NOW, TEN, book, rule
from tests.conftest import Lab, hours_from
from tests.mails import mails
from tests.support.threads import at_once

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def change(lab: Lab, who: int, made: int, *, now: datetime = NOW, **wanted: object) -> int:
    with transaction() as session:
        return moving.change(session, lab.actor(who), made, Change(**wanted), now).version


def extend(lab: Lab, who: int, made: int, until: datetime, now: datetime) -> datetime:
    with transaction() as session:
        return moving.extend(session, lab.actor(who), made, until, now).ends_at


def held(lab: Lab, made: int) -> list[tuple[int, datetime, datetime]]:
    rows = lab.session.query(Claim).filter_by(reservation_id=made, active=True)
    found = [(row.resource_id, row.occupied_from, row.occupied_to) for row in rows]
    lab.session.rollback()
    return found


def test_a_member_takes_another_time_or_machine_by_the_version_that_they_read(lab: Lab) -> None:
    cast = lab.cast
    made = book(lab, cast.maker, hours_from(TEN, 2))
    book(lab, cast.student, hours_from(TEN + 5 * HOUR, 1))

    assert change(lab, cast.maker, made, period=hours_from(TEN + HOUR, 2), version=1) == 2, "it overlaps only itself"
    with pytest.raises(Conflict) as stale:
        change(lab, cast.maker, made, period=hours_from(TEN, 1), version=1)
    assert stale.value.codes == ("stale",)
    with pytest.raises(Conflict) as taken:
        change(lab, cast.maker, made, period=hours_from(TEN + 4 * HOUR, 2), version=2)
    assert taken.value.codes == ("taken",)
    assert held(lab, made) == [(cast.printer, TEN + HOUR, TEN + 3 * HOUR)], "what was refused changed nothing"
    with pytest.raises(NotFound):
        change(lab, cast.student, made, period=hours_from(TEN, 1))
    change(lab, cast.maker, made, resource_id=cast.other_printer, period=hours_from(TEN + DAY, 1))
    assert held(lab, made) == [(cast.other_printer, TEN + DAY, TEN + DAY + HOUR)]
    before = [(row.kind, row.resource_id, row.starts_at) for row in lab.session.query(ReservationChange)]
    assert before == [("moved", cast.printer, TEN), ("moved", cast.printer, TEN + HOUR)]
    assert [mail for mail in mails() if "Another time" in mail["subject"]] == [], "who did it knows"


def test_rules_bind_members_who_move_and_not_staff_who_must(lab: Lab) -> None:
    cast = lab.cast
    made = book(lab, cast.maker, hours_from(TEN + 7 * DAY, 1))
    rule(lab, "moves", {"most": 1, "minutes": 120})
    rule(lab, "lead", {"days": 3})

    with pytest.raises(Refused) as soon:
        change(lab, cast.maker, made, period=hours_from(TEN, 1))
    assert soon.value.codes == ("lead",)
    change(lab, cast.maker, made, period=hours_from(TEN + 8 * DAY, 2))
    with pytest.raises(Refused) as again:
        change(lab, cast.maker, made, period=hours_from(TEN + 9 * DAY, 1))
    assert again.value.codes == ("moves",)
    with pytest.raises(Refused) as late:
        change(lab, cast.maker, made, period=hours_from(TEN + 9 * DAY, 1), now=TEN + 8 * DAY - HOUR)
    assert late.value.codes == ("moves", "lead")
    change(lab, cast.maker, made, period=hours_from(TEN + 8 * DAY, 1), now=TEN + 8 * DAY - HOUR)
    change(lab, cast.fabmanager, made, period=hours_from(TEN, 1), reason="La machine part en révision.")
    *own, mail = [mail for mail in mails() if "Another time" in mail["subject"]]
    assert not any("révision" in mail["body"] for mail in own)
    assert all(word in mail["body"] for word in ("Wed 11 Mar", "Tue 3 Mar", "révision"))


def test_a_quota_does_not_count_what_is_moved_against_itself(lab: Lab) -> None:
    made = book(lab, lab.cast.maker, hours_from(TEN, 1))
    rule(lab, "quota", {"most": 1, "per": "week"})
    rule(lab, "gap", {"minutes": 240})

    assert change(lab, lab.cast.maker, made, period=hours_from(TEN + HOUR / 2, 1))


def test_one_goes_on_while_nobody_follows_as_the_terms_say(lab: Lab) -> None:
    cast = lab.cast
    made = book(lab, cast.maker, hours_from(TEN, 1))
    book(lab, cast.student, hours_from(TEN + 3 * HOUR, 1))
    rule(lab, "length", {"most": 60})
    half = HOUR / 2

    def codes(until: datetime, now: datetime) -> tuple[str, ...]:
        with pytest.raises(Refused) as found:
            extend(lab, cast.maker, made, until, now)
        return found.value.codes

    assert codes(TEN + HOUR + half, TEN) == ("length_most",), "without terms of its own the usual rules hold"
    terms = {"step_minutes": 30, "most": 2, "last_minutes": 15}
    rule(lab, "extension", terms, Scope(resource_id=cast.printer))
    assert codes(TEN + HOUR + half, TEN + half) == ("extension_early",)
    assert codes(TEN + 2 * HOUR, TEN + HOUR - half / 3) == ("extension_step",)
    assert extend(lab, cast.maker, made, TEN + HOUR + half, TEN + HOUR - half / 3) == TEN + HOUR + half
    assert extend(lab, cast.maker, made, TEN + 2 * HOUR, TEN + HOUR + half * 0.8) == TEN + 2 * HOUR
    assert codes(TEN + 2 * HOUR + half, TEN + 2 * HOUR - half / 3) == ("extension_count",)
    assert extend(lab, cast.fabmanager, made, TEN + 3 * HOUR, TEN + HOUR), "staff are not held to the terms"
    assert codes(TEN + 3 * HOUR + half, TEN + 3 * HOUR - half / 3) == ("extension_count", "taken")
    assert codes(TEN, TEN) == ("not_longer",)
    assert codes(TEN + 9 * HOUR, TEN + 8 * HOUR) == ("over",)


def test_who_leaves_early_gives_the_rest_to_others(lab: Lab) -> None:
    cast, moment = lab.cast, TEN + HOUR / 2
    made = book(lab, cast.maker, hours_from(TEN, 3))

    with pytest.raises(Refused) as early, transaction() as session:
        moving.end_now(session, lab.actor(cast.maker), made, NOW)
    assert early.value.codes == ("not_begun",)
    for _ in range(2):
        with transaction() as session:
            assert moving.end_now(session, lab.actor(cast.maker), made, moment).ends_at == moment
    assert held(lab, made) == [(cast.printer, TEN, moment)]
    assert book(lab, cast.student, Period(moment, TEN + HOUR), now=moment)
    assert queries.reservation(lab.session, made).state == "booked"


def test_of_two_who_want_the_same_time_one_has_it(lab: Lab) -> None:
    cast, now = lab.cast, datetime(2026, 3, 2, 8, tzinfo=UTC)
    mine = book(lab, cast.maker, hours_from(TEN, 1))
    theirs = book(lab, cast.student, hours_from(TEN + 3 * HOUR, 1))

    acts = [
        lambda: extend(lab, cast.maker, mine, TEN + 2 * HOUR, now) and 1,
        lambda: change(lab, cast.student, theirs, period=hours_from(TEN + HOUR, 1)) and 1,
    ]
    done = at_once(lab.app, acts)

    assert sorted(map(str, (item.codes if isinstance(item, Refused) else item for item in done))) == ["('taken',)", "1"]
