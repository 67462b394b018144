"""A lab with rules about terms, for the tests of checking in, of what giving back late costs, and of requests."""

from datetime import datetime, timedelta
from typing import Any

from fablab.booking import checking_in, fees, reviewing, services
from fablab.booking.models import Reservation, ReservationFee
from fablab.booking.rules.scope import Scope
from fablab.core.db import transaction
from fablab.core.outbox import OutboxRow
from fablab.members.conduct import policies
from fablab.members.conduct.policies import PolicyCard
from fablab.members.conduct.rules import Rules
from fablab.members.models import Strike
from tests.booking import rules_of_a_lab
from tests.booking.rules_of_a_lab import NOW, TEN
from tests.conftest import Lab, hours_from

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def rule(lab: Lab, kind: str, *, now: datetime = NOW, scope: Scope | None = None, **params: object) -> int:
    """Let a rule hold, at the workshop unless said otherwise."""
    return rules_of_a_lab.rule(lab, kind, params, scope, now=now)


def policy(lab: Lab, **rules: Any) -> None:
    """Rules about conduct for the whole network."""
    with transaction() as session:
        policies.write_policy(session, lab.actor(lab.cast.admin), None, PolicyCard(rules=Rules(**rules)), 0, NOW)


def book(
    lab: Lab, start: datetime = TEN, hours: float = 2, *, now: datetime = NOW, by: int | None = None, **wish: Any
) -> int:
    """A reservation of the printer, the maker's own unless said otherwise."""
    who = wish.pop("member_id", lab.cast.maker)
    return rules_of_a_lab.book(lab, who, hours_from(start, hours), now=now, by=by, **wish)


def cancel(lab: Lab, reservation_id: int, now: datetime, *, who: int | None = None, cents: int | None = 0) -> None:
    """Give it back, having been told that it costs so much."""
    with transaction() as session:
        services.cancel(session, lab.actor(who or lab.cast.maker), reservation_id, now, agreed_cents=cents)


def check_in(lab: Lab, reservation_id: int, now: datetime, *, who: int | None = None) -> None:
    with transaction() as session:
        checking_in.check_in(session, lab.actor(who or lab.cast.maker), reservation_id, now)


def look_after(lab: Lab, now: datetime, since: datetime | None = None) -> list[int]:
    """What the worker does at an instant; the reservations that it did something about."""
    done = []
    lab.session.rollback()
    for ids, act in (
        (checking_in.overdue(lab.session, now, since), checking_in.release),
        (reviewing.undecided(lab.session, now), reviewing.lapse),
        (fees.due(lab.session, now), fees.settle),
    ):
        for reservation_id in ids:
            more = {"since": since} if act is checking_in.release else {}
            with transaction() as session:
                if act(session, reservation_id, now, **more):  # type: ignore[operator]
                    done.append(reservation_id)
    lab.session.rollback()
    return done


def row(lab: Lab, reservation_id: int) -> Reservation:
    lab.session.rollback()
    return lab.session.get_one(Reservation, reservation_id)


def fee(lab: Lab, reservation_id: int) -> ReservationFee | None:
    lab.session.rollback()
    return lab.session.get(ReservationFee, reservation_id)


def struck(lab: Lab) -> list[tuple[str, str | None]]:
    """The strikes that stand."""
    lab.session.rollback()
    found = lab.session.query(Strike).filter(Strike.withdrawn_at.is_(None)).order_by(Strike.id)
    return [(item.kind, item.subject) for item in found]


def told(lab: Lab, *beginnings: str) -> list[str]:
    """The keys of what was mailed, of those that begin so."""
    lab.session.rollback()
    return [item.key for item in lab.session.query(OutboxRow).order_by(OutboxRow.id) if item.key.startswith(beginnings)]
