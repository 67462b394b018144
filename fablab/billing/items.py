"""What is due by the piece becomes a charge, once; what was wrong is reversed before it is invoiced, never changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from fablab.billing.models import InvoiceItem, ItemCharge
from fablab.booking.paying import Purchase, reasons_against_buying
from fablab.core import audit
from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import _
from fablab.core.period import month_at
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.members.actor import Actor
from fablab.members.classes import not_ones_own
from fablab.members.memberships import queries as memberships
from fablab.members.memberships.rights import membership_seen_by
from fablab.members.models import Membership, Role
from fablab.sites import queries as sites


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that an entity sells to an account: so many pieces at a price each, VAT included."""

    legal_entity_id: int
    account_id: int
    member_id: int
    description: str
    price_cents: int
    quantity: int = 1
    taxed: bool = True
    membership_id: int | None = None
    reservation_id: int | None = None
    sold_by_id: int


@dataclass(frozen=True, slots=True)
class Due:
    """What was charged for something, and whether it is on an invoice."""

    item: ItemCharge
    invoiced: bool


def charge_item(session: Session, item: Item, now: datetime) -> ItemCharge | None:
    """Write what is due for something that is sold now; what is free makes no charge, so that nobody is invoiced 0.

    Raises:
        Refused: the entity has no VAT regime today, so that nobody could say what the price holds.
    """
    if item.price_cents == 0:
        return None
    entity = sites.legal_entity(session, item.legal_entity_id)
    row = ItemCharge(
        membership_id=item.membership_id,
        reservation_id=item.reservation_id,
        legal_entity_id=entity.id,
        account_id=item.account_id,
        member_id=item.member_id,
        month=month_at(now, entity.zone),
        description=item.description,
        quantity=item.quantity,
        price_cents=item.price_cents,
        gross=True,
        taxed=item.taxed,
        vat_rate_bp=_rate_bp(session, entity.id, now) if item.taxed else 0,
        created_at=now,
        created_by_id=item.sold_by_id,
    )
    session.add(row)
    session.flush()
    return row


def charge_membership(session: Session, membership: Membership, now: datetime) -> ItemCharge | None:
    """Write what is due for a membership that is sold now.

    Raises:
        Refused: it would exceed a cap of the account that pays, or as for `charge_item`.
    """
    kind = membership.kind
    bought = Purchase(
        name=kind.name,
        account_id=membership.account_id,
        member_id=membership.holder_id,
        cents=membership.price_cents,
        month=month_at(now, kind.legal_entity.zone),
    )
    reasons = reasons_against_buying(session, bought, now)
    if reasons:
        raise Refused(reasons)
    item = Item(
        legal_entity_id=kind.legal_entity_id,
        account_id=membership.account_id,
        member_id=membership.holder_id,
        description=f"{kind.name} ({membership.first_on:%d/%m/%Y} – {membership.last_on:%d/%m/%Y})",
        price_cents=membership.price_cents,
        taxed=kind.taxed,
        membership_id=membership.id,
        sold_by_id=membership.sold_by_id,
    )
    return charge_item(session, item, now)


def due_for_memberships(session: Session, membership_ids: Iterable[int]) -> dict[int, Due]:
    """What each of these memberships costs; nothing for those that were free, or whose charge was reversed."""
    reversal = aliased(ItemCharge)
    query = (
        select(ItemCharge, InvoiceItem.line_id)
        .outerjoin(InvoiceItem, InvoiceItem.item_charge_id == ItemCharge.id)
        .where(
            ItemCharge.membership_id.in_(set(membership_ids)),
            ItemCharge.reverses_id.is_(None),
            ~exists().where(reversal.reverses_id == ItemCharge.id),
        )
    )
    rows = session.execute(query)
    return {row.membership_id: Due(row, line_id is not None) for row, line_id in rows if row.membership_id is not None}


def waive_membership(session: Session, actor: Actor, membership_id: int, reason: str, now: datetime) -> None:
    """Let nobody pay for a membership, by reversing its charge; twice equals once.

    Raises:
        NotFound: it is not theirs to see, or nothing is due for it.
        Forbidden: neither a fabmanager where it is sold, nor a treasurer of the entity that sells it.
        Refused: no reason, it is on an issued invoice already, or it is one's own.
    """
    membership = memberships.membership(session, membership_id)
    if not may_waive(actor, membership):
        membership_seen_by(session, actor, membership_id)
        raise Forbidden(f"waive membership {membership_id}")
    sites.lock_legal_entity(session, membership.kind.legal_entity_id)  # Whoever issues must have finished, or wait.
    query = select(ItemCharge).where(ItemCharge.membership_id == membership_id, ItemCharge.reverses_id.is_(None))
    charge = session.scalar(query)
    if charge is None:
        raise NotFound(f"charge of membership {membership_id}")
    if session.scalar(select(ItemCharge.id).where(ItemCharge.reverses_id == charge.id)) is not None:
        return
    reasons = not_ones_own(actor, membership.holder)
    if not line_of(reason):
        reasons.append(Refusal("reason_missing", _("Say why it is not charged.")))
    if session.get(InvoiceItem, charge.id) is not None:
        text = _("This is on an issued invoice already; it can no longer be changed.")
        reasons.append(Refusal("invoiced", text))
    if reasons:
        raise Refused(reasons)
    reverse(session, actor.member_id, charge, line_of(reason), now)
    audit.note(
        session,
        actor.member_id,
        "membership.waived",
        now,
        member_id=membership.holder_id,
        site_id=membership.kind.site_id,
        subject=f"membership:{membership_id}",
        details={"cents": charge.amount_cents},
    )


def may_waive(actor: Actor, membership: Membership) -> bool:
    """Tell whether somebody may waive what a membership costs."""
    kind = membership.kind
    if actor.may_for_entity(Role.TREASURER, kind.legal_entity_id):
        return True
    if kind.site_id is None:
        return actor.may_anywhere(Role.FABMANAGER)
    return actor.may_at_site(Role.FABMANAGER, kind.site_id)


def reverse(session: Session, by_id: int, charge: ItemCharge, reason: str, now: datetime) -> None:
    """Take a charge back that is on no invoice and was not taken back; its issuer is locked."""
    own = ("id", "quantity", "reverses_id", "reason", "created_at", "created_by_id")
    copied = {
        column.key: getattr(charge, column.key) for column in ItemCharge.__table__.columns if column.key not in own
    }
    reversal = ItemCharge(
        **copied,
        quantity=-charge.quantity,
        reverses_id=charge.id,
        reason=reason,
        created_at=now,
        created_by_id=by_id,
    )
    session.add(reversal)
    session.flush()


def _rate_bp(session: Session, entity_id: int, now: datetime) -> int:
    day = now.astimezone(sites.legal_entity(session, entity_id).zone).date()
    try:
        return sites.vat_regime_on(session, entity_id, day).rate_bp
    except NotFound:
        text = _("No VAT rate is in force today for the entity that sells this. An administrator enters one first.")
        raise Refused.because("vat_missing", text) from None
