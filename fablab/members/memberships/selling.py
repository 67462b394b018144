"""Selling a membership and renewing it, at the desk or on one's own page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.errors import Forbidden
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refusal, Refused
from fablab.members import classes, guardians, queries, services
from fablab.members.actor import Actor
from fablab.members.memberships import queries as memberships
from fablab.members.memberships import rights
from fablab.members.memberships.rules import MembershipStanding, last_day, next_first_day
from fablab.members.models import (
    Covers,
    Member,
    Membership,
    MembershipKind,
    MembershipPerson,
    MembershipPrice,
    MemberState,
)
from fablab.members.signals import membership_sold
from fablab.members.standing import age_on
from fablab.sites.entities import CENTURY

FURTHEST = timedelta(days=366)
"""How far ahead members may let a membership begin by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What is sold, to whom, and who pays (None: the account that pays where nobody chooses)."""

    kind_id: int
    holder_id: int
    first_on: date | None = None
    """None is today."""
    account_id: int | None = None
    people: tuple[int, ...] = ()
    """Those whom a family's or a group's membership covers besides its holder."""
    request_key: str | None = None


def sell(session: Session, actor: Actor, sale: Sale, now: datetime) -> Membership:
    """Sell a membership, or say every reason why not; what is due is announced. The same request key twice gives the
    same membership.

    Raises:
        NotFound: there is no such kind or person.
        Forbidden: neither staff who sell this kind, nor for oneself or those one answers for.
        Refused: it is not sold, not to this person, or from this day on.
        Conflict: the request key was used for something else.
    """
    kind = memberships.kind(session, sale.kind_id)
    is_staff = _check_right(session, actor, kind, sale)
    queries.lock_members(session, [sale.holder_id])
    known = _asked_before(session, actor, sale)
    if known is not None:
        return known
    holder = queries.member(session, sale.holder_id)
    today = now.astimezone(kind.zone).date()
    first_on = sale.first_on or today
    reasons = [] if is_staff else [*_not_alone(session, actor, kind, sale, first_on - today)]
    return _write(session, actor, kind, holder, sale, first_on, now, reasons=reasons)


def renew(
    session: Session, actor: Actor, membership_id: int, now: datetime, *, account_id: int | None = None
) -> Membership:
    """Sell the same kind again from the day after its last one, or from today once grace is over; those whom it covers
    stay. Renewing twice equals once.

    Raises:
        NotFound: it is not theirs to see.
        Forbidden: neither staff who sell this kind, nor its holder, nor one who answers for them.
        Refused: as for `sell`; or staff ended it, and the holder renews by themselves.
    """
    seen = rights.membership_seen_by(session, actor, membership_id)
    kind, holder_id = seen.kind, seen.holder_id
    sale = Sale(kind_id=kind.id, holder_id=holder_id, account_id=account_id)
    is_staff = _check_right(session, actor, kind, sale)
    queries.lock_members(session, [holder_id])
    row = lock(session, membership_id)
    renewal = memberships.renewals_of(session, [row.id]).get(row.id)
    if renewal is not None:
        return renewal
    today = now.astimezone(kind.zone).date()
    first_on = next_first_day(row.term, today)
    reasons = [] if is_staff else [*_not_online(kind)]
    if not is_staff and memberships.standing_today(row, now) == MembershipStanding.ENDED:
        reasons.append(Refusal("ended", _("Staff ended this membership. Ask them at the desk.")))
    others = tuple(p.member_id for p in row.people if p.left_on is None and p.member_id != holder_id)
    usable = {account.id for account in queries.accounts_of(session, holder_id)}
    payer = account_id or (row.account_id if row.account_id in usable else None)
    sale = Sale(kind_id=kind.id, holder_id=holder_id, account_id=payer, people=others)
    holder = queries.member(session, holder_id)
    return _write(session, actor, kind, holder, sale, first_on, now, reasons=reasons, renews=row)


def lock(session: Session, membership_id: int) -> Membership:
    """The membership as it stands now, locked until the transaction ends."""
    query = select(Membership.id).where(Membership.id == membership_id).with_for_update(key_share=True)
    session.scalars(query).one_or_none()
    row = memberships.membership(session, membership_id)
    session.refresh(row)
    session.refresh(row, ["people", "pauses"])
    return row


def reasons_against(
    session: Session, kind: MembershipKind, holder: Member, first_on: date, class_id: int
) -> Iterator[Refusal]:
    """Every reason why this kind is not sold to somebody from that day on, but for its price."""
    if kind.closed_at is not None:
        yield Refusal("closed", _("This kind of membership is no longer sold."))
    if holder.left_at is not None:
        yield Refusal("member_left", _("This person is no member, or has left."))
    if kind.classes and class_id not in {row.class_id for row in kind.classes}:
        yield Refusal("class", _("This kind is not for their class of members. A proof may be missing."))
    if kind.youngest is not None or kind.oldest is not None:
        if holder.birth_date is None:
            yield Refusal("birth_date", _("This kind is for certain ages; the date of birth is not known."))
        elif not (kind.youngest or 0) <= age_on(holder.birth_date, first_on) <= (kind.oldest or 150):
            yield Refusal("age", _("This kind is not for their age."))


def price_for(session: Session, kind_id: int, class_id: int, day: date) -> MembershipPrice | None:
    """What a kind costs a class of members from a day on; None where no price was entered."""
    return memberships.price_on(memberships.prices_of(session, [kind_id])[kind_id], class_id, day)


def _check_right(session: Session, actor: Actor, kind: MembershipKind, sale: Sale) -> bool:
    """Tell whether staff sell; raises Forbidden for those who may not even ask."""
    if rights.is_staff_for(actor, kind):
        return True
    if not guardians.acts_for(session, actor, sale.holder_id):
        raise Forbidden("sell to others")
    return False


def _not_online(kind: MembershipKind) -> Iterator[Refusal]:
    if not kind.sold_online:
        yield Refusal("not_online", _("This kind is sold at the desk. Ask staff there."))


def _not_alone(session: Session, actor: Actor, kind: MembershipKind, sale: Sale, ahead: timedelta) -> Iterator[Refusal]:
    """Why members may not buy this by themselves."""
    yield from _not_online(kind)
    if queries.member(session, sale.holder_id).state == MemberState.PENDING:
        yield Refusal(
            "pending", _("Staff have not approved this person yet. Buy it once they have, or ask them at the desk.")
        )
    if not timedelta() <= ahead <= FURTHEST:
        yield Refusal("first_on", _("It begins today, or within a year."))
    if any(not guardians.acts_for(session, actor, member_id) for member_id in sale.people):
        yield Refusal("people", _("Staff add people whom you do not answer for. Ask them at the desk."))


def _asked_before(session: Session, actor: Actor, sale: Sale) -> Membership | None:
    if sale.request_key is None:
        return None
    query = select(Membership).where(
        Membership.sold_by_id == actor.member_id, Membership.request_key == sale.request_key
    )
    known = session.scalar(query)
    if known is not None and (known.kind_id, known.holder_id) != (sale.kind_id, sale.holder_id):
        raise Conflict.because("request_key_used", _("This request was answered before, with another membership."))
    return known


def _write(
    session: Session,
    actor: Actor,
    kind: MembershipKind,
    holder: Member,
    sale: Sale,
    first_on: date,
    now: datetime,
    *,
    reasons: list[Refusal],
    renews: Membership | None = None,
) -> Membership:
    in_century = CENTURY[0] <= first_on <= CENTURY[1]
    if not in_century or last_day(kind.how_long, first_on) > CENTURY[1]:
        raise Refused([*reasons, Refusal("day", _("Choose a day of this century."))])
    own_class = classes.class_at(session, holder, first_on)
    price = price_for(session, kind.id, own_class.id, first_on)
    last_on = last_day(kind.how_long, first_on)
    reasons = [*reasons, *reasons_against(session, kind, holder, first_on, own_class.id)]
    if price is None:
        reasons.append(Refusal("no_price", _("No price of this kind is in force on that day. A treasurer enters one.")))
    reasons += _crowd(session, kind, sale)
    reasons += _again(session, kind, holder, first_on, last_on)
    if reasons or price is None:
        raise Refused(reasons)
    row = Membership(
        kind_id=kind.id,
        holder_id=holder.id,
        account_id=services.payer_for(session, holder.id, sale.account_id, None).id,
        class_id=own_class.id,
        price_cents=price.amount_cents,
        first_on=first_on,
        last_on=last_on,
        sold_at=now,
        sold_by_id=actor.member_id,
        renews_id=renews.id if renews else None,
        request_key=sale.request_key,
    )
    row.people = [MembershipPerson(member_id=who, joined_on=first_on) for who in (holder.id, *_others(sale))]
    session.add(row)
    session.flush()
    session.refresh(row)
    audit.note(
        session,
        actor.member_id,
        "membership.renewed" if renews else "membership.sold",
        now,
        member_id=holder.id,
        site_id=kind.site_id,
        subject=f"membership:{row.id}",
        details={"kind": kind.id, "price_cents": price.amount_cents},
    )
    membership_sold.send(None, session=session, membership=row, now=now)
    return row


def _others(sale: Sale) -> list[int]:
    return sorted({*sale.people} - {sale.holder_id})


def _crowd(session: Session, kind: MembershipKind, sale: Sale) -> Iterator[Refusal]:
    others = _others(sale)
    if others and kind.covers == Covers.PERSON:
        yield Refusal("for_one", _("This kind is for one person."))
    elif 1 + len(others) > kind.most_people:
        yield Refusal("full", _("This membership covers %(count)s people at most.", count=kind.most_people))
    for member_id in others:
        if queries.member(session, member_id).left_at is not None:
            yield Refusal("member_left", _("This person is no member, or has left."))


def _again(session: Session, kind: MembershipKind, holder: Member, first_on: date, last_on: date) -> Iterator[Refusal]:
    """The same person never has the same kind twice on one day."""
    query = select(Membership.id).where(
        Membership.kind_id == kind.id,
        Membership.holder_id == holder.id,
        Membership.ended_on.is_(None),
        Membership.first_on <= last_on,
        Membership.last_on >= first_on,
    )
    if session.scalar(query.limit(1)) is not None:
        text = _("They have this membership in that time already. Renew it, and it goes on after its last day.")
        yield Refusal("has_one", text)
