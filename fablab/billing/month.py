"""The month's end: a preview that changes nothing, and the issue that is done once."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from fablab.billing.charges import rate_waiting
from fablab.billing.models import (
    Charge,
    Invoice,
    InvoiceCharge,
    InvoiceItem,
    InvoiceLine,
    ItemCharge,
    NumberSeries,
)
from fablab.billing.reckoning import Bill, Item, Line, Rate, Unit, bill_of
from fablab.billing.signals import invoice_issued
from fablab.core.i18n import _
from fablab.core.period import first_day_of, month_of
from fablab.core.refusals import Refused
from fablab.members.actor import Actor
from fablab.members.models import Account, Member, Project, Role
from fablab.sites import queries as sites
from fablab.sites.models import LegalEntity

SERIES = "invoice"
LINE_SAYS = (
    "description",
    "quantity_seconds",
    "price_cents",
    "per_seconds",
    "gross",
    "vat_rate_bp",
    "amount_cents",
)
"""What a line says, in its row and in the content that is hashed; its unit besides, where that is not the second."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be invoiced to an account for a month if it were issued now."""

    account: Account
    bill: Bill


def drafts(session: Session, entity_id: int, month: str) -> list[Draft]:
    """One draft per account with charges of the month that no invoice has yet; made anew at each call.

    A charge and its reversal, neither invoiced, cancel each other and appear nowhere. What is out of VAT's scope may
    not stand beside what is in it, and makes a draft of its own.
    """
    found: dict[tuple[int, bool], list[Item]] = {}
    for charge in session.scalars(_uses(entity_id, month)):
        rate = Rate(charge.description, charge.price_cents, charge.per_seconds, charge.gross, charge.vat_rate_bp)
        item = Item(charge.id, rate, charge.quantity_seconds)
        found.setdefault((charge.account_id, True), []).append(item)
    for sold in session.scalars(_items(entity_id, month)):
        rate = Rate(sold.description, sold.price_cents, 1, sold.gross, sold.vat_rate_bp, Unit.PIECE)
        found.setdefault((sold.account_id, sold.taxed), []).append(Item(sold.id, rate, sold.quantity))
    wanted = {account_id for account_id, _taxed in found}
    accounts = {row.id: row for row in session.scalars(select(Account).where(Account.id.in_(wanted)))}
    order = sorted(found, key=lambda key: (accounts[key[0]].name, key[0], not key[1]))
    return [Draft(accounts[key[0]], bill_of(found[key])) for key in order]


def _uses(entity_id: int, month: str) -> Select[Charge]:
    reversal = aliased(Charge)
    return (
        select(Charge)
        .where(
            Charge.legal_entity_id == entity_id,
            Charge.month == month,
            Charge.reverses_id.is_(None),
            ~exists().where(InvoiceCharge.charge_id == Charge.id),
            ~exists().where(reversal.reverses_id == Charge.id),
        )
        .order_by(Charge.account_id, Charge.id)
    )


def _items(entity_id: int, month: str) -> Select[ItemCharge]:
    reversal = aliased(ItemCharge)
    return (
        select(ItemCharge)
        .where(
            ItemCharge.legal_entity_id == entity_id,
            ItemCharge.month == month,
            ItemCharge.reverses_id.is_(None),
            ~exists().where(InvoiceItem.item_charge_id == ItemCharge.id),
            ~exists().where(reversal.reverses_id == ItemCharge.id),
        )
        .order_by(ItemCharge.account_id, ItemCharge.id)
    )


def issue(
    session: Session, actor: Actor | None, entity_id: int, month: str, now: datetime, *, unfinished: bool = False
) -> list[Invoice]:
    """Issue what `drafts` shows, with numbers without a gap; again, it issues only what has come since.

    The actor is None for the command line, whose user owns the database anyway. `unfinished` allows a month that
    is not over: what is used after goes onto a supplementary invoice.

    Raises:
        Forbidden: not a treasurer of that entity.
        Refused: the month is not one, is not over, or the clock stands before the last issue.
    """
    entity = sites.legal_entity(session, entity_id)
    if actor is not None:
        actor.needs_for_entity(Role.TREASURER, entity_id)
    today = now.astimezone(entity.zone).date()
    _check_month(entity, month, now, unfinished)
    rate_waiting(session, now)
    sites.lock_legal_entity(session, entity_id)
    waiting = drafts(session, entity_id, month)
    if not waiting:
        return []
    series = _series_of(session, entity, today)
    issued = [_issue_one(session, entity, series, draft, month, today, now, actor) for draft in waiting]
    for invoice in issued:
        invoice_issued.send(None, session=session, invoice=invoice, now=now)
    return issued


def _check_month(entity: LegalEntity, month: str, now: datetime, unfinished: bool) -> None:
    try:
        period = month_of(month, entity.zone)
    except ValueError:
        raise Refused.because("month", _("“%(month)s” is not a month; write it like 2026-09.", month=month)) from None
    if period.start > now:
        raise Refused.because("month_future", _("This month has not begun yet."))
    if period.end > now and not unfinished:
        text = _("This month is not over. Confirm that you want to invoice what was used so far.")
        raise Refused.because("month_unfinished", text, overridable=True)


def _series_of(session: Session, entity: LegalEntity, today: date) -> NumberSeries:
    """The year's series; the entity is locked, so that its last number stays the last."""
    wanted = (NumberSeries.legal_entity_id == entity.id, NumberSeries.series == SERIES)
    last = session.scalar(select(NumberSeries).where(*wanted).order_by(NumberSeries.year.desc()).limit(1))
    if last is not None and last.last_issued_on is not None and today < last.last_issued_on:
        text = _(
            "The last invoice is dated %(day)s, after today. Is this computer's clock right?", day=last.last_issued_on
        )
        raise Refused.because("clock_back", text)
    if last is not None and last.year == today.year:
        return last
    series = NumberSeries(
        legal_entity_id=entity.id,
        series=SERIES,
        year=today.year,
        last_number=0,
        last_hash=last.last_hash if last else "",
    )
    session.add(series)
    session.flush()
    return series


def _issue_one(
    session: Session,
    entity: LegalEntity,
    series: NumberSeries,
    draft: Draft,
    month: str,
    today: date,
    now: datetime,
    actor: Actor | None,
) -> Invoice:
    number = f"{entity.invoice_prefix}{series.year}-{series.last_number + 1:05d}"
    content = _content(session, entity, draft, month, number, today)
    invoice = Invoice(
        legal_entity_id=entity.id,
        account_id=draft.account.id,
        month=month,
        number=number,
        issued_on=today,
        issued_at=now,
        issued_by_id=actor.member_id if actor else None,
        currency=entity.currency,
        net_cents=draft.bill.net_cents,
        vat_cents=draft.bill.vat_cents,
        gross_cents=draft.bill.gross_cents,
        content=content,
        previous_hash=series.last_hash,
        hash=chained_hash(series.last_hash, content),
    )
    session.add(invoice)
    session.flush()
    for position, line in enumerate(draft.bill.lines, start=1):
        row = InvoiceLine(invoice_id=invoice.id, position=position, **_line_says(line))
        session.add(row)
        session.flush()
        if line.rate.unit == Unit.PIECE:
            session.add_all(InvoiceItem(item_charge_id=item_id, line_id=row.id) for item_id in line.charge_ids)
        else:
            session.add_all(InvoiceCharge(charge_id=charge_id, line_id=row.id) for charge_id in line.charge_ids)
    series.last_number += 1
    series.last_hash = invoice.hash
    series.last_issued_on = today
    session.flush()
    return invoice


def chained_hash(previous: str, content: dict[str, Any]) -> str:
    """The SHA-256 of an invoice's content and of its predecessor's hash: a changed byte breaks the chain."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def _content(
    session: Session, entity: LegalEntity, draft: Draft, month: str, number: str, today: date
) -> dict[str, Any]:
    """All that the invoice says, copied: parties, lines, totals, mentions."""
    regime = sites.vat_regime_on(session, entity.id, today)
    account = draft.account
    owner = session.get(Member, account.owner_id) if account.owner_id else None
    return {
        "number": number,
        "issued_on": today.isoformat(),
        "month": month,
        "first_day": first_day_of(month).isoformat(),
        "currency": entity.currency,
        "locale": owner.locale if owner else "fr",
        "seller": {
            "name": entity.name,
            "address": entity.address,
            "siren": entity.siren,
            "vat_number": entity.vat_number,
            "note": entity.invoice_note,
            "mention": regime.mention,
        },
        "buyer": {
            "name": account.name,
            "address": account.billing_address,
            "siren": account.siren,
            "siret": account.siret,
            "purchase_order": account.purchase_order,
            "service_code": account.service_code,
            "project_orders": _project_orders(session, draft.bill),
            "email": owner.email if owner else None,
            "account_id": account.id,
        },
        "lines": [_line_says(line) for line in draft.bill.lines],
        "vat": [
            {"rate_bp": group.rate_bp, "net_cents": group.net_cents, "vat_cents": group.vat_cents}
            for group in draft.bill.groups
        ],
        "net_cents": draft.bill.net_cents,
        "vat_cents": draft.bill.vat_cents,
        "gross_cents": draft.bill.gross_cents,
    }


def _project_orders(session: Session, bill: Bill) -> list[str]:
    """The purchase orders of the projects that were used for, where they have their own; each once."""
    ids = [charge_id for line in bill.lines for charge_id in line.charge_ids]
    query = (
        select(Project.purchase_order)
        .join(Charge, Charge.project_id == Project.id)
        .where(Charge.id.in_(ids), Project.purchase_order != "")
    )
    return sorted(set(session.scalars(query)))


def _line_says(line: Line) -> dict[str, Any]:
    own = {"quantity_seconds": line.quantity_seconds, "amount_cents": line.amount_cents}
    said = {name: own[name] if name in own else getattr(line.rate, name) for name in LINE_SAYS}
    return said | unit_said(line.rate.unit)


def unit_said(unit: str) -> dict[str, str]:
    """What a line says of its unit: nothing for seconds, since invoices from before there were others say nothing."""
    return {} if unit == Unit.SECOND else {"unit": str(unit)}
