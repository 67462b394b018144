"""Who pays for a wish, and whether it keeps within the caps of its account, its person and its project.

A cap is kept when two reserve at once, since whoever spends on an account has locked it first.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fablab.booking import caps
from fablab.booking.caps import Cap
from fablab.booking.models import DrawEntry, Wait
from fablab.booking.purse import Commitment, Expense, purse
from fablab.core.db import is_postgresql
from fablab.core.i18n import _
from fablab.core.period import month_at
from fablab.core.refusals import Refusal, Refused
from fablab.members import payers
from fablab.members import queries as members
from fablab.members.models import Account, Member, Project
from fablab.members.organisations import rights


@dataclass(frozen=True, slots=True)
class Moving:
    """A reservation that goes elsewhere: what it promised is not counted twice, and may always cost as much."""

    reservation_id: int
    before: Expense


@dataclass(frozen=True, slots=True)
class Paying:
    """The account and the project that pay; or every reason why those chosen may not."""

    account: Account | None
    project_id: int | None
    reasons: tuple[Refusal, ...] = ()
    moving: Moving | None = None


def chosen(session: Session, member_id: int, account_id: int | None, project_id: int | None) -> Paying:
    """Who would pay, for those who only look."""
    try:
        return Paying(payers.payer_for(session, member_id, account_id, project_id), project_id)
    except Refused as refused:
        return Paying(None, project_id, refused.refusals)


def locked(session: Session, member_id: int, account_id: int | None, project_id: int | None) -> Paying:
    """Who pays, with the account locked until the transaction ends; call it when the resources are."""
    found = chosen(session, member_id, account_id, project_id)
    if found.account is None:
        return found
    if not is_postgresql(session):
        return found  # Nobody else writes since this transaction began.
    members.lock_account(session, found.account.id)
    return chosen(session, member_id, found.account.id, project_id)


def reasons_against(session: Session, paying: Paying, expense: Expense, now: datetime) -> list[Refusal]:
    """Why this account and project do not pay for it, and every cap that it would exceed."""
    account, moving = paying.account, paying.moving
    if account is None:
        return list(paying.reasons)
    holders = _holders(session, account, expense.member.id, paying.project_id)
    if not holders:
        return []
    cost = purse().cost(session, expense)
    if moving is not None and cost is not None:
        before = purse().cost(session, moving.before)
        if before is not None and cost <= before:
            return []
    month = month_at(expense.period.start, expense.resource.site.zone)
    without = (moving.reservation_id,) if moving else ()
    spent = purse().commitments(session, account.id, month, now, apart_from=without)
    return list(caps.check(cost, [row.cap(spent) for row in holders], month, expense.resource.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """Something that is bought by the piece for somebody: what it costs in cents, VAT included, and the month that it
    counts in.
    """

    name: str
    account_id: int
    member_id: int
    cents: int
    month: str


def reasons_against_buying(session: Session, bought: Purchase, now: datetime) -> list[Refusal]:
    """Every cap that a purchase would exceed; its account is locked until the transaction ends."""
    account = members.lock_account(session, bought.account_id)
    holders = _holders(session, account, bought.member_id, None) if bought.cents else []
    if not holders:
        return []
    spent = purse().commitments(session, account.id, bought.month, now)
    return list(caps.check(Fraction(bought.cents), [row.cap(spent) for row in holders], bought.month, bought.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holder:
    """Something that has a cap, and what counts against it: everything, or what is some people's, or a project's."""

    whose: str
    cents: int
    member_ids: Container[int] | None = None
    project_id: int | None = None

    def cap(self, spent: list[Commitment]) -> Cap:
        return Cap(whose=self.whose, cents=self.cents, spent=self._of(spent))

    def _of(self, spent: list[Commitment]) -> Fraction:
        return sum(
            (
                item.cents
                for item in spent
                if (self.member_ids is None or item.member_id in self.member_ids)
                and self.project_id in (None, item.project_id)
            ),
            start=Fraction(0),
        )


def _holders(session: Session, account: Account, member_id: int, project_id: int | None) -> list[_Holder]:
    found = []
    if account.monthly_cap_cents is not None:
        found.append(_Holder(whose=_("“%(name)s”", name=account.name), cents=account.monthly_cap_cents))
    # Only an organisation's account has others than its owner.
    place = rights.place_of(session, account.id, member_id) if account.owner_id is None else None
    if place is not None and place.monthly_cap_cents is not None:
        whose = _("%(person)s on “%(account)s”", person=place.member.name, account=account.name)
        ids = members.identities(session, member_id)
        found.append(_Holder(whose=whose, cents=place.monthly_cap_cents, member_ids=ids))
    project = session.get(Project, project_id, populate_existing=True) if project_id is not None else None
    if project is not None and project.monthly_cap_cents is not None:
        whose = _("the project “%(name)s”", name=project.name)
        found.append(_Holder(whose=whose, cents=project.monthly_cap_cents, project_id=project.id))
    return found


def unless_own(session: Session, member_id: int, account_id: int | None) -> int | None:
    """Which account is written down with what somebody wishes for later: none for their own, since that may become
    another one, and they mean whichever is theirs then.
    """
    return account_id if account_id != members.personal_account(session, member_id).id else None


def own_again(session: Session, kind: type[DrawEntry | Wait], survivor: Member, merged: Member) -> None:
    """After two records became one: what was wished on the own account of either is on that of the one that stays."""
    theirs = select(Account.id).where(Account.owner_id.in_([merged.id, survivor.id]))
    on_own = update(kind).where(kind.member_id == survivor.id, kind.account_id.in_(theirs))
    session.execute(on_own.values(account_id=None))
    session.flush()
