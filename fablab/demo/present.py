"""The demonstration's present: what the simulated printers print now was reserved by somebody."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from fablab.booking import services as booking
from fablab.booking.services import Wish
from fablab.catalog.models import Resource
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.demo import people
from fablab.members import queries as members
from machines.driver import ConnectionSettings
from machines.errors import MachineError
from machines.probe import probe
from machines.status import MachineStatus

BEFORE = timedelta(minutes=3)
AFTER = timedelta(minutes=12)


def reading(url: str, key: str) -> MachineStatus | None:
    """What a simulated printer does now; None when it cannot be read."""
    try:
        return probe(ConnectionSettings("octoprint", url, key))
    except MachineError:
        return None


def reserve_what_prints(session: Session, resource: Resource, status: MachineStatus | None, now: datetime) -> None:
    """Reserve the machine for the print that goes on, as its maker did before starting it; unless somebody has it."""
    if status is None or not status.activity.is_running or status.printed_seconds is None:
        return
    begun = now - timedelta(seconds=status.printed_seconds) - BEFORE
    end = now + timedelta(seconds=status.remaining_seconds or 0) + AFTER
    makers = [person for person in people.MAKERS if people.PRINTING in person.courses]
    maker = makers[0] if resource.name == people.MACHINES[0].name else Random(resource.id).choice(makers)
    member = members.member_by_email(session, maker.email)
    if member is None:
        return
    wish = Wish(resource_id=resource.id, period=Period(begun, end), member_id=member.id)
    try:
        booking.book(session, members.actor(session, member.id), wish, begun)
    except Refused:
        return
