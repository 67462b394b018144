"""What is asked of issued invoices and of charges."""

from collections.abc import Iterable

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from fablab.billing.charges import unpriced
from fablab.billing.models import Charge, Invoice, InvoiceCharge, InvoiceItem, ItemCharge, NumberSeries
from fablab.billing.month import LINE_SAYS, chained_hash, unit_said
from fablab.core.errors import NotFound
from fablab.members import queries as members
from fablab.members.actor import Actor
from fablab.members.models import Account, Role


def invoices_of(session: Session, account_ids: Iterable[int], *, limit: int = 200) -> list[Invoice]:
    """The invoices of these accounts, the newest first."""
    query = select(Invoice).options(joinedload(Invoice.account)).where(Invoice.account_id.in_(set(account_ids)))
    return list(session.scalars(query.order_by(Invoice.id.desc()).limit(limit)))


def invoices_for(session: Session, entity_id: int, month: str, *, limit: int = 2000) -> list[Invoice]:
    """What an entity has issued for a month, by number."""
    query = (
        select(Invoice)
        .options(joinedload(Invoice.account))
        .where(Invoice.legal_entity_id == entity_id, Invoice.month == month)
    )
    return list(session.scalars(query.order_by(Invoice.id).limit(limit)))


def invoice_seen_by(session: Session, actor: Actor, invoice_id: int) -> Invoice:
    """An invoice of the person's own account, of an organisation they own, or of an entity whose treasurer they are.

    Raises:
        NotFound: there is none, or it is not theirs to see; nobody is told which.
    """
    found = session.get(Invoice, invoice_id)
    if found is None:
        raise NotFound(f"invoice {invoice_id}")
    own = found.account_id in members.accounts_seen_by(session, actor.member_id)
    if not own and not actor.may_for_entity(Role.TREASURER, found.legal_entity_id):
        raise NotFound(f"invoice {invoice_id}")
    return found


def months_with_charges(session: Session, entity_id: int) -> list[str]:
    """The months in which something was used or sold, and charged, the latest first."""
    used = select(Charge.month).where(Charge.legal_entity_id == entity_id)
    sold = select(ItemCharge.month).where(ItemCharge.legal_entity_id == entity_id)
    return sorted(session.scalars(used.union(sold)), reverse=True)


def broken_links(session: Session, entity_id: int) -> list[str]:
    """The numbers of the invoices whose content or place in the chain was altered; none when all is well."""
    broken = []
    previous = ""
    query = select(Invoice).options(selectinload(Invoice.lines)).where(Invoice.legal_entity_id == entity_id)
    for invoice in session.scalars(query.order_by(Invoice.id)):
        chained = invoice.previous_hash == previous and chained_hash(previous, invoice.content) == invoice.hash
        if not chained or not _says_its_content(invoice):
            broken.append(invoice.number)
        previous = invoice.hash
    last = session.scalar(
        select(NumberSeries)
        .where(NumberSeries.legal_entity_id == entity_id)
        .order_by(NumberSeries.year.desc())
        .limit(1)
    )
    if last is not None and last.last_hash != previous:
        broken.append(f"{last.year}-{last.last_number:05d}")
    return broken


def waits_for_invoice(session: Session, member_ids: Iterable[int]) -> bool:
    """Tell whether something is charged to these people's own accounts that no invoice has yet."""
    reversal = aliased(Charge)
    query = (
        select(Charge.id)
        .join(Account, Account.id == Charge.account_id)
        .where(
            Account.owner_id.in_(set(member_ids)),
            Charge.reverses_id.is_(None),
            ~exists().where(InvoiceCharge.charge_id == Charge.id),
            ~exists().where(reversal.reverses_id == Charge.id),
        )
    )
    other = aliased(ItemCharge)
    sold = (
        select(ItemCharge.id)
        .join(Account, Account.id == ItemCharge.account_id)
        .where(
            Account.owner_id.in_(set(member_ids)),
            ItemCharge.reverses_id.is_(None),
            ~exists().where(InvoiceItem.item_charge_id == ItemCharge.id),
            ~exists().where(other.reverses_id == ItemCharge.id),
        )
    )
    return any(session.scalar(wanted.limit(1)) is not None for wanted in (query, sold))


def waits_for_price(session: Session, member_ids: Iterable[int]) -> bool:
    """Tell whether a use on these people's own accounts should be charged and has no price yet."""
    accounts = set(session.scalars(select(Account.id).where(Account.owner_id.in_(set(member_ids)))))
    return bool(unpriced(session, limit=1, account_ids=accounts))


def _says_its_content(invoice: Invoice) -> bool:
    """Tell whether the columns, which lists and totals are made from, say what the hashed content says."""
    content = invoice.content
    named = ("number", "month", "currency", "net_cents", "vat_cents", "gross_cents")
    lines = [{name: getattr(line, name) for name in LINE_SAYS} | unit_said(line.unit) for line in invoice.lines]
    return (
        all(getattr(invoice, name) == content[name] for name in named)
        and (invoice.account_id, invoice.issued_on.isoformat())
        == (content["buyer"]["account_id"], content["issued_on"])
        and lines == content["lines"]
    )
