"""Requests that come twice, with the same key: the second is answered with what the first one made."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.booking.models import Reservation, ReservationState
from fablab.booking.rules.basics import PAST_GRACE
from fablab.booking.wishes import Wish
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refused
from fablab.members.actor import Actor


def known(session: Session, actor: Actor, wish: Wish) -> Reservation | None:
    """The reservation that this request made before; None if it is new.

    Raises:
        Conflict: its key stands for another reservation, or for one that was cancelled.
    """
    found = first_of(session, actor, wish)
    if found is not None and not is_same(found, wish):
        raise another()
    return found


def first_of(session: Session, actor: Actor, wish: Wish) -> Reservation | None:
    """The reservation that was made with the key of this request, whatever it is; of several the first."""
    if wish.request_key is None:
        return None
    query = select(Reservation).where(
        Reservation.created_by_id == actor.member_id, Reservation.request_key == wish.request_key
    )
    return session.scalar(query)


def is_same(known: Reservation, wish: Wish) -> bool:
    """Tell whether a request repeats an earlier one; “now” may have moved on a little in between."""
    moved = abs(known.period.start - wish.period.start)
    return (
        (known.resource_id, known.member_id, known.nature, known.places)
        == (wish.resource_id, wish.member_id, wish.nature, wish.places)
        and wish.account_id in (None, known.account_id)
        and known.project_id == wish.project_id
        and known.state == ReservationState.BOOKED
        and known.period.seconds == wish.period.seconds
        and moved <= PAST_GRACE
    )


def another() -> Refused:
    """Why a request is not answered: its key stands for something else."""
    text = _("This request was answered before, with a reservation that is another or was cancelled. Ask anew.")
    return Conflict.because("request_key_used", text)
