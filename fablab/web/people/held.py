"""What pages show of somebody's memberships: how they stand, what they cost, and what can be bought."""

from dataclasses import dataclass
from datetime import date, timedelta

from fablab.billing import items
from fablab.billing.items import Due
from fablab.core import clock
from fablab.core.db import db
from fablab.members import classes, guardians, proofs
from fablab.members import queries as members
from fablab.members.memberships import queries as memberships
from fablab.members.memberships import rights, selling
from fablab.members.memberships.rules import MembershipStanding, last_day, next_first_day
from fablab.members.models import Member, Membership, MembershipKind, MembershipPrice
from fablab.web.calendar.offers import Choice
from fablab.web.ground import access, pickers
from fablab.web.ground.months import lab_zone

LOOKS = {
    MembershipStanding.PLANNED: ("booked", "calendar-plus"),
    MembershipStanding.IN_ORDER: ("free", "check-lg"),
    MembershipStanding.PAUSED: ("offline", "pause-fill"),
    MembershipStanding.GRACE: ("maintenance", "hourglass-split"),
    MembershipStanding.LAPSED: ("offline", "clock-history"),
    MembershipStanding.ENDED: ("fault", "x-lg"),
}
"""The look and the glyph of each standing; its word always stands beside."""
_RUNNING = (MembershipStanding.IN_ORDER, MembershipStanding.PAUSED, MembershipStanding.PLANNED)


@dataclass(frozen=True, slots=True)
class Card:
    """A membership of somebody's, and what the viewer may do to it."""

    row: Membership
    standing: MembershipStanding
    due: Due | None
    is_renewed: bool
    may_manage: bool
    may_waive: bool
    may_renew: bool
    renews_from: date
    renewal_cents: int | None
    """What a renewal would cost now; None where no price was entered."""
    grace_until: date
    today: date

    @property
    def look(self) -> str:
        return LOOKS[self.standing][0]

    @property
    def glyph(self) -> str:
        return LOOKS[self.standing][1]


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind that the viewer may sell or buy, with its price for this person today."""

    kind: MembershipKind
    price: MembershipPrice
    last_on: date


def cards_of(member_id: int) -> list[Card]:
    """Somebody's memberships, the newest first."""
    session, actor, now = db.session(), access.actor(), clock.now()
    held = memberships.held_by(session, member_id, now)
    due = items.due_for_memberships(session, [item.membership.id for item in held])
    found = []
    for item in held:
        row, kind = item.membership, item.membership.kind
        today = now.astimezone(kind.zone).date()
        staff = rights.is_staff_for(actor, kind)
        own = guardians.acts_for(session, actor, row.holder_id)
        first_on = next_first_day(row.term, today)
        price = _price(row.holder, kind, first_on)
        may_renew = item.renewal is None and kind.closed_at is None and price is not None
        by_holder = own and kind.sold_online and item.standing != MembershipStanding.ENDED
        found.append(
            Card(
                row=row,
                standing=item.standing,
                due=due.get(row.id),
                is_renewed=item.renewal is not None,
                may_manage=staff,
                may_waive=items.may_waive(actor, row),
                may_renew=may_renew and (staff or by_holder),
                renews_from=first_on,
                renewal_cents=price.amount_cents if price else None,
                grace_until=row.last_on + timedelta(days=kind.grace_days),
                today=today,
            )
        )
    return found


def offers_for(member: Member) -> list[Offer]:
    """What may be sold to somebody by the viewer; what they have today is renewed, and members are not offered it."""
    session, actor, now = db.session(), access.actor(), clock.now()
    held = {
        item.membership.kind_id
        for item in memberships.held_by(session, member.id, now)
        if item.membership.holder_id == member.id and item.standing in _RUNNING
    }
    own = guardians.acts_for(session, actor, member.id)
    found = []
    for kind in memberships.kinds(session, still_sold=True):
        by_staff = rights.is_staff_for(actor, kind) and actor.member_id != member.id
        if not by_staff and (kind.id in held or not (own and kind.sold_online)):
            continue
        today = now.astimezone(kind.zone).date()
        class_id = classes.class_at(session, member, today).id
        price = _price(member, kind, today)
        if price is not None and not list(selling.reasons_against(session, kind, member, today, class_id)):
            found.append(Offer(kind, price, last_day(kind.how_long, today)))
    return found


def shown(member_id: int) -> dict[str, object]:
    """What `me/_memberships.html` and `memberships/person.html` show of a person."""
    session, now = db.session(), clock.now()
    member = members.member(session, member_id)
    today = now.astimezone(classes.zone_of(session, member)).date()
    return {
        "cards": cards_of(member_id),
        "class_today": classes.class_at(session, member, today),
        "own_class": member.member_class,
        "proofs": proofs.proofs_of(session, member_id),
        "provable": classes.open_classes(session, needs_proof=True),
        "today": today,
        "zone": lab_zone(),
    }


def payers(member_id: int) -> list[Choice]:
    """The accounts that may pay for somebody's membership, without their projects."""
    return [choice for choice in pickers.payers(member_id, "") if ":" not in choice.value]


def _price(member: Member, kind: MembershipKind, day: date) -> MembershipPrice | None:
    session = db.session()
    return selling.price_for(session, kind.id, classes.class_at(session, member, day).id, day)
