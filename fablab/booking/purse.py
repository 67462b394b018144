"""What booking asks of billing about money: what a wish would cost, and what a month holds already.

Billing lies above booking, so booking says here what it wants to know, and `wiring` tells it who answers.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from sqlalchemy.orm import Session

from fablab.catalog.models import Resource
from fablab.core.period import Period
from fablab.members.models import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Expense:
    """What somebody wants to have at somebody's cost."""

    resource: Resource
    member: Member
    period: Period
    nature: str


class Kind(StrEnum):
    """How sure it is that something is spent."""

    CHARGED = "charged"
    """A use that was charged."""
    WAITING = "waiting"
    """A use that goes on, waits for staff, or waits for a price."""
    RESERVED = "reserved"
    """Time that is reserved and not used yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A part of what an account spends in a month: exact cents, VAT included."""

    kind: Kind
    member_id: int
    project_id: int | None
    cents: Fraction = Fraction(0)
    seconds: int = 0
    """Measured; nothing for what is only reserved, or reversed."""
    unpriced: bool = False
    """It will be charged once a price is entered, and nobody can say how much."""


class Purse(Protocol):
    """Who knows prices and charges."""

    def cost(self, session: Session, expense: Expense) -> Fraction | None:
        """Cents for the whole period, VAT included; 0 for what is never charged, None where it will be and no price
        is in force.
        """

    def commitments(
        self, session: Session, account_id: int, month: str, now: datetime, *, apart_from: Container[int] = ()
    ) -> list[Commitment]:
        """All that an account has spent or promised in a month `YYYY-MM` of the sites' clocks, without what the
        reservations `apart_from` promise.
        """


class _Nobody:
    """Nobody was told who answers; nothing may then pass a cap unseen."""

    def cost(self, session: Session, expense: Expense) -> Fraction | None:
        raise RuntimeError("nobody reckons what things cost: the application is not wired")

    def commitments(
        self, session: Session, account_id: int, month: str, now: datetime, *, apart_from: Container[int] = ()
    ) -> list[Commitment]:
        raise RuntimeError("nobody reckons what is spent: the application is not wired")


_purse: list[Purse] = [_Nobody()]


def set_purse(purse: Purse) -> None:
    """Say who answers from now on."""
    _purse[0] = purse


def purse() -> Purse:
    """Who answers."""
    return _purse[0]
