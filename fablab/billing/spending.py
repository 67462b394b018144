"""What an account spends in a month: what was charged, what waits to be, what is reserved. It answers booking's
questions (`booking.purse`) and owners'.

Amounts are exact cents, VAT included, so that sums can be compared with a cap; only what is shown is rounded.
"""

from collections.abc import Container, Iterator, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, joinedload

from fablab.billing.charges import BILLED, is_charged
from fablab.billing.fees import uncharged
from fablab.billing.models import Charge, IssuerRule, ItemCharge, Price
from fablab.billing.prices import issuer_rules, pick_issuer
from fablab.billing.prices import prices as every_price
from fablab.booking.models import Reservation, ReservationFee, ReservationState
from fablab.booking.purse import Commitment, Expense, Kind
from fablab.catalog.models import Resource
from fablab.core.period import Period, month_of
from fablab.members.classes import History, accepted_proofs
from fablab.members.models import ClassProof, Member
from fablab.sites import queries as sites
from fablab.sites.models import VatRegime
from fablab.usage.models import Connection, UsageSession

_EARLIEST = timedelta(hours=1)
"""More than a print may begin before its reservation."""


class Reckoner:
    """The purse of booking, with the prices and charges of billing."""

    def cost(self, session: Session, expense: Expense) -> Fraction | None:
        """Cents for the whole period, VAT included; 0 for what is never charged, None where no price is in force."""
        if expense.nature not in BILLED:
            return Fraction(0)
        return PriceList(session).cost(expense.resource, expense.member, expense.period.start, expense.period.seconds)

    def commitments(
        self, session: Session, account_id: int, month: str, now: datetime, *, apart_from: Container[int] = ()
    ) -> list[Commitment]:
        """All that an account has spent or promised in a month."""
        return commitments(session, account_id, month, now, apart_from=apart_from)


class PriceList:
    """Every price and issuer, read once: what uses would cost, without a statement for each."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[int, int, int, date], Price | None] = {}

    def cost(self, resource: Resource, member: Member, start: datetime, seconds: int) -> Fraction | None:
        """Exact cents, VAT included, for a use of so many seconds that begins at `start`.

        What has no price costs nothing where nothing measures its use, since nothing will then be charged; where its
        use is measured it will be, and nobody can say how much: None.
        """
        day = start.astimezone(resource.site.zone).date()
        class_id = History({member.id: member.class_id}, self._proofs).at(member.id, day)
        key = (resource.site_id, resource.category_id, class_id, day)
        if key not in self._known:
            self._known[key] = self._price(resource, class_id, day)
        price = self._known[key]
        factor = self._vat(price, day) if price else None
        if price is None or factor is None:
            return None if resource.id in self._measured else Fraction(0)
        return Fraction(seconds * price.amount_cents, price.per_seconds) * factor

    def _price(self, resource: Resource, class_id: int, day: date) -> Price | None:
        """The price in force: as `prices.price_for` finds it."""
        entity_id = pick_issuer(self._rules, resource, class_id)
        fitting = [
            row
            for row in self._prices.get((entity_id, resource.category_id), [])
            if row.class_id in (None, class_id) and row.valid_from <= day
        ]
        return max(fitting, key=lambda row: (row.class_id is not None, row.valid_from, row.id), default=None)

    def _vat(self, price: Price, day: date) -> Fraction | None:
        """By what a price is multiplied to include VAT; None where no regime was entered: nothing is charged then."""
        found = next((row for row in self._regimes.get(price.legal_entity_id, []) if row.valid_from <= day), None)
        return None if found is None else with_vat(price.gross, found.rate_bp)

    @cached_property
    def _proofs(self) -> dict[int, list[ClassProof]]:
        return accepted_proofs(self._session)

    @cached_property
    def _rules(self) -> list[IssuerRule]:
        return issuer_rules(self._session)

    @cached_property
    def _prices(self) -> dict[tuple[int | None, int], list[Price]]:
        found: dict[tuple[int | None, int], list[Price]] = {}
        for row in every_price(self._session):
            found.setdefault((row.legal_entity_id, row.category_id), []).append(row)
        return found

    @cached_property
    def _regimes(self) -> dict[int, list[VatRegime]]:
        return sites.vat_regimes(self._session)

    @cached_property
    def _measured(self) -> set[int]:
        return set(self._session.scalars(select(Connection.resource_id)))


def with_vat(gross: bool, rate_bp: int) -> Fraction:
    """By what an amount is multiplied to include VAT; the rate in basis points (2000 is 20 %)."""
    return Fraction(1) if gross else Fraction(10_000 + rate_bp, 10_000)


def commitments(
    session: Session, account_id: int, month: str, now: datetime, *, apart_from: Container[int] = ()
) -> list[Commitment]:
    """All that an account has spent or promised in a month `YYYY-MM`, cut on each site's clock as charges are; in a
    fixed number of statements. What was charged and measured is summed by the database.

    A reservation that is not over promises its whole length, less what was measured under it; a use counts by itself,
    charged or not yet.
    """
    prices = PriceList(session)
    months = {row.id: month_of(month, row.zone) for row in sites.sites(session)}
    return [
        *_charged(session, account_id, month),
        *_sold(session, account_id, month),
        *_measured(session, account_id, months),
        *_waiting(session, account_id, months, prices),
        *_fees(session, account_id, months),
        *_promised(session, account_id, months, (now, apart_from), prices),
    ]


Months = Mapping[int, Period]
"""The month on the clock of each site."""


def _within(months: Months, began: InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
    """What began in the month of its resource's site; the statement joins the resource."""
    return or_(
        false(),
        *(and_(Resource.site_id == site_id, began >= part.start, began < part.end) for site_id, part in months.items()),
    )


def _charged(session: Session, account_id: int, month: str) -> Iterator[Commitment]:
    """The sum of the charges of each person, project and price; a reversed one is nothing."""
    alike = (Charge.member_id, Charge.project_id, Charge.price_cents, Charge.per_seconds, Charge.gross)
    query = (
        select(*alike, Charge.vat_rate_bp, func.sum(Charge.quantity_seconds).label("seconds"))
        .where(Charge.account_id == account_id, Charge.month == month)
        .group_by(*alike, Charge.vat_rate_bp)
    )
    for row in session.execute(query):
        exact = Fraction(int(row.seconds) * row.price_cents, row.per_seconds)
        yield Commitment(
            kind=Kind.CHARGED,
            member_id=row.member_id,
            project_id=row.project_id,
            cents=exact * with_vat(row.gross, row.vat_rate_bp),
        )


def _sold(session: Session, account_id: int, month: str) -> Iterator[Commitment]:
    """The sum of what each person was sold by the piece, such as memberships; a reversed one is nothing."""
    alike = (ItemCharge.member_id, ItemCharge.gross, ItemCharge.vat_rate_bp)
    query = (
        select(*alike, func.sum(ItemCharge.quantity * ItemCharge.price_cents).label("cents"))
        .where(ItemCharge.account_id == account_id, ItemCharge.month == month)
        .group_by(*alike)
    )
    for row in session.execute(query):
        cents = int(row.cents) * with_vat(row.gross, row.vat_rate_bp)
        yield Commitment(kind=Kind.CHARGED, member_id=row.member_id, project_id=None, cents=cents)


def _measured(session: Session, account_id: int, months: Months) -> Iterator[Commitment]:
    """The measured time of each person and project, whatever it costs."""
    query = (
        select(UsageSession.member_id, UsageSession.project_id, func.sum(UsageSession.seconds).label("seconds"))
        .join(Resource, Resource.id == UsageSession.resource_id)
        .where(UsageSession.account_id == account_id, _within(months, UsageSession.started_at))
        .group_by(UsageSession.member_id, UsageSession.project_id)
    )
    for row in session.execute(query):
        yield Commitment(
            kind=Kind.CHARGED, member_id=row.member_id, project_id=row.project_id, seconds=int(row.seconds)
        )


def _waiting(session: Session, account_id: int, months: Months, prices: PriceList) -> Iterator[Commitment]:
    """What the uses that will be charged, and are not, would cost."""
    query = (
        select(UsageSession)
        .join(UsageSession.resource)
        .options(contains_eager(UsageSession.resource).joinedload(Resource.site), joinedload(UsageSession.member))
        .where(
            UsageSession.account_id == account_id,
            _within(months, UsageSession.started_at),
            UsageSession.nature.in_(BILLED),
            UsageSession.seconds > 0,
            ~UsageSession.waived,
            ~is_charged(),
        )
        .order_by(UsageSession.id)
    )
    for use in session.scalars(query):
        if use.member is not None:
            cost = prices.cost(use.resource, use.member, use.started_at, use.seconds)
            yield _expected(Kind.WAITING, use.member.id, use.project_id, cost)


def _fees(session: Session, account_id: int, months: Months) -> Iterator[Commitment]:
    """What was given back late or missed may still cost, and is not charged."""
    query = (
        select(ReservationFee, Reservation)
        .join(ReservationFee.reservation)
        .join(Resource, Resource.id == Reservation.resource_id)
        .where(Reservation.account_id == account_id, _within(months, ReservationFee.settle_at), uncharged())
        .order_by(ReservationFee.reservation_id)
    )
    for fee, row in session.execute(query):
        cents = Fraction(fee.cents if fee.due_cents is None else fee.due_cents)
        yield Commitment(kind=Kind.WAITING, member_id=row.member_id, project_id=row.project_id, cents=cents)


def _promised(
    session: Session, account_id: int, months: Months, since: tuple[datetime, Container[int]], prices: PriceList
) -> Iterator[Commitment]:
    """What reservations that are not over promise besides what was measured under them."""
    now, apart_from = since
    query = (
        select(Reservation)
        .join(Reservation.resource)
        .options(contains_eager(Reservation.resource).joinedload(Resource.site), joinedload(Reservation.member))
        .where(
            Reservation.account_id == account_id,
            _within(months, Reservation.starts_at),
            Reservation.ends_at > now,
            Reservation.state == ReservationState.BOOKED,
            Reservation.nature.in_(BILLED),
        )
    )
    rows = [row for row in session.scalars(query.order_by(Reservation.id)) if row.id not in apart_from]
    measured = _measured_under(session, account_id, rows)
    for row in rows:
        left = row.period.seconds - measured.get(row.id, 0)
        if left > 0:
            cost = prices.cost(row.resource, row.member, row.starts_at, left)
            yield _expected(Kind.RESERVED, row.member_id, row.project_id, cost)


def _measured_under(session: Session, account_id: int, rows: list[Reservation]) -> dict[int, int]:
    """The seconds measured so far under each of these reservations."""
    if not rows:
        return {}
    begun = min(row.starts_at for row in rows) - _EARLIEST
    query = (
        select(UsageSession.reservation_id, func.sum(UsageSession.seconds).label("seconds"))
        .where(
            UsageSession.account_id == account_id,
            UsageSession.started_at >= begun,
            UsageSession.reservation_id.in_([row.id for row in rows]),
        )
        .group_by(UsageSession.reservation_id)
    )
    return {row.reservation_id: int(row.seconds) for row in session.execute(query)}


def _expected(kind: Kind, member_id: int, project_id: int | None, cost: Fraction | None) -> Commitment:
    return Commitment(
        kind=kind, member_id=member_id, project_id=project_id, cents=cost or Fraction(0), unpriced=cost is None
    )
