"""A waiting list under test: who joins it, and the worker's round."""

from datetime import datetime, timedelta

from fablab.booking.models import Offer
from fablab.booking.queue import answering, joining, offering, queries
from fablab.booking.queue.joining import WaitCard
from fablab.core.db import db, transaction
from fablab.core.period import Period
from tests.booking.rules_of_a_lab import NOW, TEN
from tests.conftest import Lab, hours_from

LATER = timedelta(minutes=40)


def join(lab: Lab, who: int, within: Period, *, now: datetime = NOW, by: int | None = None, **more: object) -> int:
    """Wait for an hour of the printer, or of whatever `more` says."""
    wish = {} if "category_id" in more else {"resource_id": lab.cast.printer}
    card = WaitCard(**{"member_id": who, "within": within, "minutes": 60, **wish, **more})
    with transaction() as session:
        return joining.join(session, lab.actor(by or who), card, now).id


def leave(lab: Lab, who: int, wait_id: int, *, now: datetime = NOW) -> None:
    with transaction() as session:
        joining.leave(session, lab.actor(who), wait_id, now)


def accept(lab: Lab, who: int, offer_id: int, *, now: datetime = NOW) -> int:
    with transaction() as session:
        return answering.accept(session, lab.actor(who), offer_id, now).id


def decline(lab: Lab, who: int, offer_id: int, *, now: datetime = NOW) -> None:
    with transaction() as session:
        answering.decline(session, lab.actor(who), offer_id, now)


def work(now: datetime = NOW) -> None:
    """What the worker does every two seconds."""
    for offer_id in offering.lapsed(db.session(), now):
        with transaction() as session:
            offering.lapse(session, offer_id, now)
    for freed_id in offering.freed_times(db.session()):
        with transaction() as session:
            offering.pass_on(session, freed_id, now)


def look_after(now: datetime = NOW) -> None:
    """What it does every five minutes."""
    with transaction() as session:
        offering.end_over(session, now)
    for wait_id in queries.unserved(db.session(), now):
        with transaction() as session:
            offering.seek(session, wait_id, now)


def offers_to(lab: Lab, who: int, *, now: datetime = NOW) -> list[Offer]:
    lab.session.rollback()
    return queries.offers_of(lab.session, [who], now)


HOUR = hours_from(TEN, 1)
