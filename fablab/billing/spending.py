"""What an account spends in a month: what was charged, what waits to be, what is reserved. It answers booking's
questions (`booking.purse`) and owners'.

Amounts are exact cents, VAT included, so that sums can be compared with a cap; only what is shown is rounded.
"""

from collections.abc import Container, Iterable
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.billing.charges import BILLED, charges_of_sessions
from fablab.billing.models import Charge, IssuerRule, Price
from fablab.billing.prices import issuer_rules, pick_issuer
from fablab.billing.prices import prices as every_price
from fablab.booking.models import Reservation, ReservationState
from fablab.booking.purse import Commitment, Expense, Kind
from fablab.catalog.models import Resource
from fablab.core.period import Period, first_day_of, month_at
from fablab.members.models import Member
from fablab.sites import queries as sites
from fablab.sites.models import VatRegime
from fablab.usage.models import Connection, UsageSession

_MARGIN = timedelta(days=2)
"""More than any two clocks of the world differ, and than a print may begin before its reservation."""


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

    def cost(self, resource: Resource, member: Member, start: datetime, seconds: int) -> Fraction | None:
        """Exact cents, VAT included, for a use of so many seconds that begins at `start`.

        What has no price costs nothing where nothing measures its use, since nothing will then be charged; where its
        use is measured it will be, and nobody can say how much: None.
        """
        day = start.astimezone(resource.site.zone).date()
        price = self._price(resource, member, day)
        factor = self._vat(price, day) if price else None
        if price is None or factor is None:
            return None if resource.id in self._measured else Fraction(0)
        return Fraction(seconds * price.amount_cents, price.per_seconds) * factor

    def _price(self, resource: Resource, member: Member, day: date) -> Price | None:
        """The price in force: as `prices.price_of` finds it."""
        entity_id = pick_issuer(self._rules, resource, member)
        fitting = [
            row
            for row in self._prices.get((entity_id, resource.category_id), [])
            if row.class_id in (None, member.class_id) and row.valid_from <= day
        ]
        return max(fitting, key=lambda row: (row.class_id is not None, row.valid_from, row.id), default=None)

    def _vat(self, price: Price, day: date) -> Fraction | None:
        """By what a price is multiplied to include VAT; None where no regime was entered: nothing is charged then."""
        found = next((row for row in self._regimes.get(price.legal_entity_id, []) if row.valid_from <= day), None)
        return None if found is None else with_vat(price.gross, found.rate_bp)

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
    fixed number of statements.

    A reservation that is not over promises its whole length, less what was measured under it; a use counts by itself,
    charged or not yet.
    """
    around = _around(month)
    uses = _uses(session, account_id, around)
    charged = charges_of_sessions(session, [use.id for use in uses])
    prices = PriceList(session)
    return [
        *_charges(session, account_id, month),
        *(
            _of_use(use, use.member, use.id in charged, prices)
            for use in uses
            if use.member is not None and _month_of(use) == month
        ),
        *_promised(
            [
                row
                for row in _reservations(session, account_id, around, now)
                if row.id not in apart_from and month_at(row.starts_at, row.resource.site.zone) == month
            ],
            uses,
            prices,
        ),
    ]


def _around(month: str) -> Period:
    """A period that holds the month on every clock of the world."""
    first = first_day_of(month)
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Period(datetime.combine(first, time(), UTC) - _MARGIN, datetime.combine(following, time(), UTC) + _MARGIN)


def _month_of(use: UsageSession) -> str:
    return month_at(use.started_at, use.resource.site.zone)


def _charges(session: Session, account_id: int, month: str) -> Iterable[Commitment]:
    query = select(Charge).where(Charge.account_id == account_id, Charge.month == month).order_by(Charge.id)
    for row in session.scalars(query):
        yield Commitment(
            kind=Kind.CHARGED,
            member_id=row.member_id,
            project_id=row.project_id,
            cents=row.exact * with_vat(row.gross, row.vat_rate_bp),
        )


def _uses(session: Session, account_id: int, around: Period) -> list[UsageSession]:
    query = (
        select(UsageSession)
        .options(joinedload(UsageSession.resource).joinedload(Resource.site), joinedload(UsageSession.member))
        .where(
            UsageSession.account_id == account_id,
            UsageSession.started_at >= around.start,
            UsageSession.started_at < around.end,
        )
    )
    return list(session.scalars(query.order_by(UsageSession.id)))


def _of_use(use: UsageSession, member: Member, is_charged: bool, prices: PriceList) -> Commitment:
    """A use's measured time, and what it will cost if that is not among the charges yet."""
    cost: Fraction | None = Fraction(0)
    waits = not is_charged and not use.waived and use.nature in BILLED
    if waits and use.seconds:
        cost = prices.cost(use.resource, member, use.started_at, use.seconds)
    return Commitment(
        kind=Kind.WAITING if waits else Kind.CHARGED,
        member_id=member.id,
        project_id=use.project_id,
        cents=cost or Fraction(0),
        seconds=use.seconds,
        unpriced=cost is None,
    )


def _reservations(session: Session, account_id: int, around: Period, now: datetime) -> list[Reservation]:
    query = (
        select(Reservation)
        .options(joinedload(Reservation.resource).joinedload(Resource.site), joinedload(Reservation.member))
        .where(
            Reservation.account_id == account_id,
            Reservation.starts_at >= around.start,
            Reservation.starts_at < around.end,
            Reservation.ends_at > now,
            Reservation.state == ReservationState.BOOKED,
            Reservation.nature.in_(BILLED),
        )
    )
    return list(session.scalars(query.order_by(Reservation.id)))


def _promised(rows: Iterable[Reservation], uses: Iterable[UsageSession], prices: PriceList) -> Iterable[Commitment]:
    used: dict[int | None, int] = {}
    for use in uses:
        used[use.reservation_id] = used.get(use.reservation_id, 0) + use.seconds
    for row in rows:
        left = row.period.seconds - used.get(row.id, 0)
        if left <= 0:
            continue
        cost = prices.cost(row.resource, row.member, row.starts_at, left)
        yield Commitment(
            kind=Kind.RESERVED,
            member_id=row.member_id,
            project_id=row.project_id,
            cents=cost or Fraction(0),
            unpriced=cost is None,
        )
