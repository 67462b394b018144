"""Cancelling too late, not coming, and being suspended with reservations ahead."""

from datetime import UTC, datetime, timedelta

import pytest

from fablab.booking import free_time, lateness, no_shows, queries, services
from fablab.booking.models import Nature, Reservation, ReservationState
from fablab.booking.services import Wish
from fablab.booking.suspending import suspend, touched
from fablab.catalog.models import Resource, ResourceState
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.outbox import OutboxRow
from fablab.core.period import Period
from fablab.core.refusals import Conflict, Refused
from fablab.members.conduct import policies
from fablab.members.conduct.holds import HoldCard
from fablab.members.conduct.policies import PolicyCard
from fablab.members.conduct.rules import Rules, Step
from fablab.members.conduct.wording import said_before_cancelling
from fablab.members.models import Guardianship, Hold, HoldKind, Strike
from tests.conftest import Lab, hours_from
from tests.support.threads import at_once

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LADDER = (Step(strikes=2, within_days=90, days=14),)


@pytest.fixture(autouse=True)
def ruled(lab: Lab) -> None:
    """Two hours' deadline, a quarter of an hour's grace, and two strikes suspend."""
    rules = Rules(cancel_minutes=120, no_show_strikes=True, grace_minutes=15, ladder=LADDER)
    with transaction() as session:
        policies.write_policy(session, lab.actor(lab.cast.admin), None, PolicyCard(rules=rules), 0, NOW)


def book(lab: Lab, start: datetime = TEN, *, now: datetime = NOW, **wish: object) -> int:
    values = {"resource_id": lab.cast.printer, "member_id": lab.cast.maker, "period": hours_from(start, 1), **wish}
    with transaction() as session:
        return services.book(session, lab.actor(lab.cast.admin), Wish(**values), now).id  # type: ignore[arg-type]


def cancel(lab: Lab, who: int, reservation_id: int, now: datetime) -> None:
    with transaction() as session:
        services.cancel(session, lab.actor(who), reservation_id, now)


def miss(lab: Lab, who: int, reservation_id: int, now: datetime) -> None:
    with transaction() as session:
        no_shows.no_show(session, lab.actor(who), reservation_id, now)


def take_back(lab: Lab, who: int, reservation_id: int, now: datetime) -> None:
    with transaction() as session:
        no_shows.take_back(session, lab.actor(who), reservation_id, now)


def struck(lab: Lab) -> list[tuple[str, str | None]]:
    lab.session.rollback()
    found = lab.session.query(Strike).filter(Strike.withdrawn_at.is_(None)).order_by(Strike.id)
    return [(row.kind, row.subject) for row in found]


def codes(lab: Lab, who: int, reservation_id: int, now: datetime) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        miss(lab, who, reservation_id, now)
    return refused.value.codes


def test_after_the_deadline_the_member_is_told_then_struck_and_the_second_time_suspended(lab: Lab) -> None:
    cast, late = lab.cast, TEN - 119 * MINUTE
    first, second = book(lab), book(lab, TEN + timedelta(hours=3))

    def said(reservation_id: int, who: int, now: datetime) -> str:
        row = queries.reservation(lab.session, reservation_id)
        found = lateness.late(lab.session, lab.actor(who), row, now)
        return said_before_cancelling(found.tally) if found else ""

    assert said(first, cast.maker, TEN - 121 * MINUTE) == ""
    assert said(first, cast.maker, late).endswith("(1 sur 2 en 90 jours).")
    cancel(lab, cast.maker, first, late)
    assert struck(lab) == [("late_cancellation", f"reservation:{first}")]
    assert said(second, cast.maker, TEN + 70 * MINUTE).endswith(
        "Ce serait alors : suspension de 14 jours.".replace(" :", "\u202f:")
    )
    with transaction() as session:
        session.add(Guardianship(guardian_id=cast.student, ward_id=cast.maker, began_at=NOW))
    cancel(lab, cast.student, second, TEN + 70 * MINUTE)
    assert len(struck(lab)) == 2, "a guardian's act is the member's"
    assert lab.session.query(Hold).one().step_id is not None
    with pytest.raises(Refused) as refused:
        book(lab, TEN + timedelta(days=30), now=TEN + timedelta(hours=2))
    assert refused.value.codes == ("hold_suspended",)


def test_what_costs_nothing(lab: Lab) -> None:
    cast, late = lab.cast, TEN - MINUTE
    for number, (who, wish) in enumerate(
        [
            (cast.fabmanager, {}),
            (cast.maker, {"now": TEN - 9 * MINUTE}),
            (cast.maker, {"nature": Nature.DEMONSTRATION}),
        ]
    ):
        made = book(lab, TEN, **wish)
        cancel(lab, who, made, late)
        assert struck(lab) == [], number
    used = book(lab, TEN)
    broken = book(lab, TEN, resource_id=cast.other_printer)
    with transaction() as session:
        services.mark_started(session, session.get_one(Reservation, used), TEN - MINUTE)
        session.get_one(Resource, cast.other_printer).state = ResourceState.OUT_OF_ORDER
    for made in (used, broken):
        cancel(lab, cast.maker, made, TEN + MINUTE)
    assert struck(lab) == []
    late_one = book(lab, TEN + timedelta(days=1))
    for _ in range(2):
        cancel(lab, cast.maker, late_one, TEN + timedelta(days=1))
    assert len(struck(lab)) == 1, "cancelling twice strikes once"


def test_who_did_not_come_gives_the_rest_back_and_is_struck(lab: Lab) -> None:
    cast, quarter = lab.cast, TEN + 15 * MINUTE
    made = book(lab)

    assert codes(lab, cast.fabmanager, made, quarter - MINUTE) == ("early",)
    for who, error in ((cast.maker, Forbidden), (cast.trainer, NotFound), (cast.student, NotFound)):
        with pytest.raises(error):
            miss(lab, who, made, quarter)
    for _ in range(2):
        miss(lab, cast.fabmanager, made, quarter)

    row = queries.reservation(lab.session, made)
    assert (row.state, row.missed_at, row.missed_by_id) == (ReservationState.NO_SHOW, quarter, cast.fabmanager)
    assert struck(lab) == [("no_show", f"reservation:{made}")]
    whole = Period(TEN, TEN + timedelta(hours=1))
    assert [item.period for item in free_time.busy(lab.session, [cast.printer], whole)] == [Period(TEN, quarter)]
    keys = [item.key for item in lab.session.query(OutboxRow) if item.key.startswith(("strike:", "missed:"))]
    assert len(keys) == 1
    with pytest.raises(Refused):
        cancel(lab, cast.maker, made, quarter)


def test_they_were_there_after_all(lab: Lab) -> None:
    cast, quarter = lab.cast, TEN + 15 * MINUTE
    made = book(lab)
    miss(lab, cast.fabmanager, made, quarter)

    take_back(lab, cast.fabmanager, made, quarter + MINUTE)

    row = queries.reservation(lab.session, made)
    assert (row.state, row.missed_at) == (ReservationState.BOOKED, None)
    assert [item.period for item in free_time.busy(lab.session, [cast.printer], row.period)] == [row.period]
    assert struck(lab) == []
    take_back(lab, cast.fabmanager, made, quarter + MINUTE)
    miss(lab, cast.fabmanager, made, quarter + 2 * MINUTE)
    assert len(struck(lab)) == 1
    book(lab, TEN + 30 * MINUTE, now=TEN + 20 * MINUTE, member_id=cast.student)
    with pytest.raises(Conflict):
        take_back(lab, cast.fabmanager, made, TEN + 25 * MINUTE)
    assert queries.reservation(lab.session, made).state == ReservationState.NO_SHOW
    with pytest.raises(Forbidden):
        take_back(lab, cast.maker, made, TEN + 25 * MINUTE)
    with pytest.raises(Refused) as refused:
        take_back(lab, cast.fabmanager, made, TEN + timedelta(hours=25))
    assert refused.value.codes == ("late",)
    take_back(lab, cast.admin, made, TEN + timedelta(hours=2))
    assert struck(lab) == []


def test_what_cannot_be_missed(lab: Lab) -> None:
    cast, late = lab.cast, TEN + 30 * MINUTE
    made = book(lab)
    with transaction() as session:
        services.mark_started(session, session.get_one(Reservation, made), TEN)
    assert codes(lab, cast.fabmanager, made, late) == ("begun",)
    own = book(lab, member_id=cast.admin, resource_id=cast.desk_room)
    assert codes(lab, cast.admin, own, late) == ("own",)
    gone = book(lab, TEN + timedelta(hours=2))
    cancel(lab, cast.admin, gone, NOW)
    assert codes(lab, cast.admin, gone, TEN + timedelta(hours=3)) == ("cancelled",)
    job = book(lab, TEN + timedelta(hours=4), nature=Nature.SERVICE_JOB)
    miss(lab, cast.fabmanager, job, TEN + timedelta(hours=6))
    assert struck(lab) == []
    assert lab.session.query(OutboxRow).filter(OutboxRow.key.startswith("missed:")).count() == 1


def test_cancelling_and_missing_at_once_strike_once(lab: Lab) -> None:
    cast = lab.cast
    made = book(lab)

    done = at_once(
        lab.app,
        [
            lambda: cancel(lab, cast.maker, made, TEN + 20 * MINUTE),
            lambda: miss(lab, cast.admin, made, TEN + 20 * MINUTE),
        ],
    )

    assert sum(isinstance(item, Refused) for item in done) == 1
    assert len(struck(lab)) == 1


def test_staff_choose_what_becomes_of_the_reservations_of_somebody_suspended(lab: Lab) -> None:
    cast = lab.cast
    kept, given_back, later = (book(lab, TEN + timedelta(days=days)) for days in (0, 1, 20))
    monday = datetime(2026, 3, 9, 10, tzinfo=UTC)
    office = book(lab, monday, resource_id=cast.desk_room)
    end = NOW + timedelta(days=10)
    card = HoldCard(member_id=cast.maker, kind=HoldKind.SUSPENDED, reason="Bruit", site_id=cast.workshop, ends_at=end)

    def seen(who: int, found: HoldCard = card) -> list[int]:
        return [row.id for row in touched(lab.session, lab.actor(who), found, NOW)]

    network = HoldCard(member_id=cast.maker, kind=HoldKind.UNPAID, reason="F-1")
    assert seen(cast.fabmanager) == [kept, given_back]
    assert seen(cast.admin, network) == [kept, given_back, office, later]
    assert seen(cast.treasurer, network) == []
    with pytest.raises(Forbidden), transaction() as session:
        suspend(session, lab.actor(cast.fabmanager), network, [kept], NOW)
    with transaction() as session:
        suspend(session, lab.actor(cast.fabmanager), card, [given_back, later, office, 999], NOW)

    lab.session.rollback()
    states = [queries.reservation(lab.session, key).state for key in (kept, given_back, later, office)]
    assert states == ["booked", "cancelled", "booked", "booked"]
    assert struck(lab) == []
    with transaction() as session:
        found = services.why_not(
            session,
            lab.actor(cast.trainer),
            Wish(resource_id=cast.laser, period=hours_from(TEN, 1), member_id=cast.maker),
            NOW,
        )
        assert [item.code for item in found] == ["hold_suspended", "certificate_missing"]
        with pytest.raises(Forbidden):
            services.why_not(
                session,
                lab.actor(cast.treasurer),
                Wish(resource_id=cast.laser, period=hours_from(TEN, 1), member_id=cast.maker),
                NOW,
            )
