"""What giving back late, or not coming, costs becomes a charge, once; where nobody invoices it yet, it waits."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from fablab.billing.items import Item, charge_item, reverse
from fablab.billing.models import InvoiceItem, ItemCharge
from fablab.billing.prices import issuer_of
from fablab.booking.fees import Act
from fablab.booking.models import Reservation, ReservationFee
from fablab.core.i18n import _, show_period, use_locale
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.members.models import Account
from fablab.sites import queries as sites


def charge_fee(session: Session, fee: ReservationFee, now: datetime) -> ItemCharge | None:
    """Write what is due for a reservation that was given back late or missed; doing it twice equals once.

    None where nothing is due, or as long as nobody invoices such a use or no VAT rate is known: it waits.
    """
    # Whoever else charges it waits, and then finds what was done here.
    query = select(ReservationFee).where(ReservationFee.reservation_id == fee.reservation_id).with_for_update()
    session.scalars(query.execution_options(populate_existing=True)).one()
    known = _charge_of(session, fee.reservation_id)
    if known is not None or not fee.due_cents or fee.waived_at is not None:
        return known
    row = fee.reservation
    resource, member = row.resource, members.member(session, row.member_id)
    entity_id = issuer_of(session, resource, member, row.starts_at.astimezone(resource.site.zone).date())
    if entity_id is None:
        return None
    item = Item(
        legal_entity_id=entity_id,
        account_id=row.account_id,
        member_id=member.id,
        description=_description(fee, member.locale),
        price_cents=fee.due_cents,
        reservation_id=row.id,
        sold_by_id=row.cancelled_by_id or row.missed_by_id or member.id,
    )
    try:
        return charge_item(session, item, now)
    except Refused:
        return None


def waive_fee(session: Session, fee: ReservationFee, by_id: int, now: datetime) -> None:
    """Take the charge back, if there is one.

    Raises:
        Refused: it is on an issued invoice already.
    """
    charge = _charge_of(session, fee.reservation_id)
    if charge is None:
        return
    sites.lock_legal_entity(session, charge.legal_entity_id)  # Whoever issues must have finished, or wait.
    if session.get(InvoiceItem, charge.id) is not None:
        raise Refused.because("invoiced", _("This is on an issued invoice already; it can no longer be changed."))
    if session.scalar(select(ItemCharge.id).where(ItemCharge.reverses_id == charge.id)) is None:
        reverse(session, by_id, charge, fee.waived_why, now)


def charge_waiting_fees(session: Session, now: datetime) -> int:
    """Charge what waited for somebody who invoices it, or for a VAT rate; returns how many were charged."""
    query = select(ReservationFee).where(uncharged(), ReservationFee.settled_at.is_not(None))
    found = session.scalars(query.order_by(ReservationFee.reservation_id)).all()
    return sum(charge_fee(session, fee, now) is not None for fee in found)


def fees_wait(session: Session, member_ids: Iterable[int]) -> bool:
    """Tell whether something on these people's own accounts is still to be decided, or to be charged."""
    query = (
        select(ReservationFee.reservation_id)
        .join(ReservationFee.reservation)
        .join(Account, Account.id == Reservation.account_id)
        .where(Account.owner_id.in_(set(member_ids)), uncharged())
    )
    return session.scalar(query.limit(1)) is not None


def uncharged() -> ColumnElement[bool]:
    """Fees that are not decided yet, or came to something that nobody has charged."""
    return (
        ReservationFee.waived_at.is_(None)
        & (ReservationFee.due_cents.is_(None) | (ReservationFee.due_cents > 0))
        & ~exists().where(ItemCharge.reservation_id == ReservationFee.reservation_id)
    )


def _charge_of(session: Session, reservation_id: int) -> ItemCharge | None:
    query = select(ItemCharge).where(ItemCharge.reservation_id == reservation_id, ItemCharge.reverses_id.is_(None))
    return session.scalar(query)


def _description(fee: ReservationFee, locale: str) -> str:
    """What the invoice says, in the member's language."""
    row = fee.reservation
    with use_locale(locale):
        what = f"{row.resource.name}, {show_period(row.period, row.resource.site.zone)}"
        if fee.act == Act.MISSED:
            return _("Reserved and not used: %(what)s", what=what)
        if fee.act == Act.RETURNED_LATE:
            return _("Brought back late: %(what)s", what=what)
        return _("Given back late: %(what)s", what=what)
