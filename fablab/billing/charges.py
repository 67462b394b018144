"""Uses become charges, once; what was wrong is reversed, never changed."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from fablab.billing.fees import charge_waiting_fees
from fablab.billing.models import Charge, InvoiceCharge
from fablab.billing.prices import price_for
from fablab.booking.models import Nature
from fablab.catalog.models import Resource
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.period import month_at
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.members.models import Member
from fablab.sites import queries as sites
from fablab.usage.models import UsageSession

BILLED = (Nature.MEMBER, Nature.SERVICE_JOB)
"""The natures of use that cost something."""


def standing_charge(session: Session, usage_id: int) -> Charge | None:
    """The charge of a use that has not been reversed."""
    reversal = aliased(Charge)
    query = select(Charge).where(
        Charge.usage_session_id == usage_id,
        Charge.reverses_id.is_(None),
        ~exists().where(reversal.reverses_id == Charge.id),
    )
    return session.scalar(query)


def bring_in_line(session: Session, usage: UsageSession, now: datetime) -> Charge | None:
    """Make the charge of a use what it should be: none, or one for its payer; doing it twice equals once.

    Returns the charge that stands afterwards. A use without a price in force gets none and waits: never zero.

    Raises:
        Refused: what would have to change is on an issued invoice.
    """
    # Whoever else brings this use in line waits, and then finds what was done here.
    query = select(UsageSession).where(UsageSession.id == usage.id).with_for_update(key_share=True)
    session.scalars(query.execution_options(populate_existing=True)).one()
    standing = standing_charge(session, usage.id)
    due = _is_due(usage)
    if standing is not None:
        right = due and standing.account_id == usage.account_id and _is_whose(session, standing, usage)
        if right and standing.quantity_seconds == usage.seconds:
            return standing
        _reverse(session, standing, now)
    return _rate(session, usage, now) if due else None


def _is_whose(session: Session, charge: Charge, usage: UsageSession) -> bool:
    """Tell whether a charge names the person of a use; a charge goes on naming a record that was merged into theirs."""
    if charge.member_id == usage.member_id:
        return True
    return usage.member_id is not None and charge.member_id in members.identities(session, usage.member_id)


def _is_due(usage: UsageSession) -> bool:
    known = usage.ended_at is not None and usage.member_id is not None and usage.review is None
    return known and not usage.waived and usage.nature in BILLED and usage.seconds > 0


def _rate(session: Session, usage: UsageSession, now: datetime) -> Charge | None:
    member = session.get_one(Member, usage.member_id)
    resource = usage.resource
    zone = sites.site(session, resource.site_id).zone
    day = usage.started_at.astimezone(zone).date()
    price = price_for(session, resource, member, day)
    if price is None or usage.account_id is None:
        return None
    try:
        rate_bp = sites.vat_regime_on(session, price.legal_entity_id, day).rate_bp
    except NotFound:
        return None
    charge = Charge(
        usage_session_id=usage.id,
        legal_entity_id=price.legal_entity_id,
        account_id=usage.account_id,
        member_id=member.id,
        project_id=usage.project_id,
        nature=usage.nature,
        month=month_at(usage.started_at, zone),
        started_at=usage.started_at,
        description=resource.name,
        quantity_seconds=usage.seconds,
        price_id=price.id,
        price_cents=price.amount_cents,
        per_seconds=price.per_seconds,
        gross=price.gross,
        vat_rate_bp=rate_bp,
        created_at=now,
    )
    session.add(charge)
    session.flush()
    return charge


def _reverse(session: Session, charge: Charge, now: datetime) -> None:
    sites.lock_legal_entity(session, charge.legal_entity_id)  # Whoever issues must have finished, or wait.
    if session.get(InvoiceCharge, charge.id) is not None:
        raise Refused.because("invoiced", _("This use is on an issued invoice already; it can no longer be changed."))
    copied = {
        column.key: getattr(charge, column.key)
        for column in Charge.__table__.columns
        if column.key not in ("id", "quantity_seconds", "reverses_id", "created_at")
    }
    session.add(Charge(**copied, quantity_seconds=-charge.quantity_seconds, reverses_id=charge.id, created_at=now))
    session.flush()


def rate_waiting(session: Session, now: datetime) -> int:
    """Charge what waited for a price, now that one may be there; returns how many were charged."""
    charged = sum(bring_in_line(session, usage, now) is not None for usage in unpriced(session, limit=100_000))
    return charged + charge_waiting_fees(session, now)


def is_charged() -> ColumnElement[bool]:
    """For a statement about uses: those that have a charge which was not reversed.

    A reversal takes the whole quantity back, so that a sum tells it; asking for a charge that no other reverses makes
    SQLite read every charge for each use.
    """
    charged = select(func.sum(Charge.quantity_seconds)).where(Charge.usage_session_id == UsageSession.id)
    return func.coalesce(charged.correlate(UsageSession).scalar_subquery(), 0) > 0


def unpriced(
    session: Session, month: str | None = None, *, limit: int = 200, account_ids: Collection[int] | None = None
) -> list[UsageSession]:
    """Uses up to that month, on these accounts or all, that should be charged and have no charge for want of a price.

    They are shown to the treasurer, who enters one; they are never taken for free.
    """
    query = (
        select(UsageSession)
        .options(joinedload(UsageSession.resource).joinedload(Resource.site), joinedload(UsageSession.member))
        .where(
            UsageSession.ended_at.is_not(None),
            UsageSession.member_id.is_not(None),
            UsageSession.review.is_(None),
            ~UsageSession.waived,
            UsageSession.nature.in_(BILLED),
            UsageSession.seconds > 0,
            ~is_charged(),
        )
        .order_by(UsageSession.started_at, UsageSession.id)
        .limit(limit)
    )
    if account_ids is not None:
        query = query.where(UsageSession.account_id.in_(account_ids))
    found = session.scalars(query)
    return [row for row in found if month is None or month_at(row.started_at, row.resource.site.zone) <= month]


def charges_of_sessions(session: Session, usage_ids: list[int]) -> dict[int, Charge]:
    """The charge that stands for each of these uses."""
    reversal = aliased(Charge)
    query = select(Charge).where(
        Charge.usage_session_id.in_(usage_ids),
        Charge.reverses_id.is_(None),
        ~exists().where(reversal.reverses_id == Charge.id),
    )
    return {charge.usage_session_id: charge for charge in session.scalars(query)}
