"""What is said before somebody gives back, or says that nobody came: nothing is asked for that was not told before."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fablab.booking import lateness, terms
from fablab.booking.models import Reservation
from fablab.booking.rules.costs import NOTHING, Cost
from fablab.core.i18n import _, show_moment, show_money
from fablab.members.actor import Actor
from fablab.members.conduct import strikes
from fablab.members.conduct.wording import said_before_cancelling
from fablab.members.models import StrikeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What giving back now costs, in sentences, and in cents that somebody agrees to by giving back."""

    sentences: tuple[str, ...] = ()
    cost: Cost = NOTHING
    is_struck: bool = False
    """It counts as a strike whatever others do."""

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


def before_cancelling(session: Session, actor: Actor, row: Reservation, now: datetime) -> Told:
    """What giving it back now would cost, by the site's conduct policy and by the lab's rules."""
    late = lateness.late(session, actor, row, now)
    cost = terms.cost_of_cancelling(session, actor, row, now)
    said = []
    if late is not None:
        said.append(said_before_cancelling(late.tally))
    elif cost.strikes:
        kind = StrikeKind.LATE_CANCELLATION
        tally = strikes.outlook(session, row.member_id, row.resource.site_id, kind, now)
        said.append(said_before_cancelling(tally))
    if cost.cents:
        said.append(_("Giving it back now costs %(fee)s.", fee=show_money(cost.cents)))
    if cost.waits and not (late is not None and not cost.cents):
        said.append(_if_taken(row, cost))
    struck = late is not None or cost.strikes_if_taken
    return Told(sentences=tuple(said), cost=cost, is_struck=struck)


def before_missing(session: Session, row: Reservation, now: datetime) -> str:
    """What saying that nobody came costs the member in money; empty where it costs none."""
    cost = terms.cost_of_missing(session, row, now)
    return _("It costs them %(fee)s.", fee=show_money(cost.cents)) if cost.cents else ""


def _if_taken(row: Reservation, cost: Cost) -> str:
    when = show_moment(row.starts_at, row.resource.site.zone)
    if cost.cents_if_taken:
        less = show_money(cost.cents_if_taken)
        return _("If somebody else reserves all of the time by %(when)s, only %(fee)s.", when=when, fee=less)
    if cost.strikes and cost.cents:
        return _("Neither if somebody else reserves all of the time by %(when)s.", when=when)
    return _("Not if somebody else reserves all of the time by %(when)s.", when=when)
