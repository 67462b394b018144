"""Giving back too late: when it counts against somebody, and what it would lead to, said before they do it."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fablab.booking.models import Nature, Reservation, ReservationState, ReviewState
from fablab.booking.opening import hours_of, usable
from fablab.booking.rules.costs import NOTHING, Cost
from fablab.core.i18n import show_period, use_locale
from fablab.core.period import Period
from fablab.members import queries as members
from fablab.members import rights
from fablab.members.actor import Actor
from fablab.members.conduct import policies, rules, strikes
from fablab.members.conduct.rules import Tally
from fablab.members.conduct.strikes import StrikeCard
from fablab.members.models import Role, StrikeKind

_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Late:
    """Cancelling now counts as a late cancellation; `tally` is where that would lead, None if nothing follows."""

    tally: Tally | None


@dataclass(frozen=True, slots=True)
class Owed:
    """What giving a reservation back would have cost when its member moved it, and whether that would have been late by
    the site's conduct policy: as much as that it still costs, so that nobody moves it first.
    """

    cost: Cost = NOTHING
    is_late: bool = False


def kept(owed: Owed | None) -> dict[str, object]:
    """The same among the terms that a reservation keeps."""
    return {} if owed is None else {"owed": asdict(owed.cost), "late": owed.is_late}


def owed_of(row: Reservation) -> Owed:
    """What a reservation's terms say of that."""
    found = row.terms or {}
    return Owed(Cost(**found["owed"]), found["late"]) if "owed" in found else Owed()


def forget_owed(row: Reservation) -> None:
    """Somebody else has it now, who moved nothing."""
    if row.terms and "owed" in row.terms:
        row.terms = {key: value for key, value in row.terms.items() if key not in ("owed", "late")}


def late(session: Session, actor: Actor, reservation: Reservation, now: datetime) -> Late | None:
    """What cancelling now would cost the member, or None where it costs nothing.

    It costs nothing when staff of the site do it, when the use has begun, or when the time could not be used anyway.
    """
    if not _is_late(session, actor, reservation, now):
        return None
    kind = StrikeKind.LATE_CANCELLATION
    return Late(strikes.outlook(session, reservation.member_id, reservation.resource.site_id, kind, now))


def strike_if_late(session: Session, actor: Actor, reservation: Reservation, now: datetime) -> bool:
    """Strike the member if cancelling now is late; asked before it is cancelled."""
    if not _is_late(session, actor, reservation, now):
        return False
    strikes.strike(session, None, card_of(session, reservation, StrikeKind.LATE_CANCELLATION), now)
    return True


def card_of(session: Session, reservation: Reservation, kind: StrikeKind) -> StrikeCard:
    """The strike for a reservation; its reason names it, in the member's language."""
    member, resource = members.member(session, reservation.member_id), reservation.resource
    with use_locale(member.locale):
        what = f"{resource.name}, {show_period(reservation.period, resource.site.zone)}"
    return StrikeCard(
        member_id=member.id,
        kind=kind,
        reason=what,
        site_id=resource.site_id,
        subject=subject_of(reservation),
    )


def subject_of(reservation: Reservation) -> str:
    """How strikes name a reservation."""
    return f"reservation:{reservation.id}"


def _is_late(session: Session, actor: Actor, row: Reservation, now: datetime) -> bool:
    held = policies.rules_of(policies.policy_at(session, row.resource.site_id))
    is_late = owed_of(row).is_late or rules.is_late(held, row.created_at, row.starts_at, now)
    return is_late and counts(session, actor, row, now)


def counts(session: Session, actor: Actor, row: Reservation, now: datetime) -> bool:
    """Tell whether giving it back may count at all: not if staff of the site do it, if the use has begun, if it was
    only asked for, or if the time could not be used anyway.
    """
    if row.state != ReservationState.BOOKED or row.nature != Nature.MEMBER or row.started_at is not None:
        return False
    if actor.may_at_site(Role.FABMANAGER, row.resource.site_id) or row.ends_at <= now:
        return False
    return row.review != ReviewState.ASKED and could_be_used(session, row, now)


def could_be_used(session: Session, row: Reservation, now: datetime) -> bool:
    """Nobody pays or is struck for giving back what is out of order, or what nobody would have opened to them."""
    resource, left = row.resource, Period(max(row.starts_at, min(now, row.ends_at - _MOMENT)), row.ends_at)
    if resource.is_out_at(left.start, now):
        return False
    level = rights.access_of(session, row.member_id, now).level_at(resource.site_id)
    return usable(resource, hours_of(session, [resource], left, now)[resource.id], level, left) == [left]
