"""Commands about the month: invoices draft, invoices issue."""

import click

from fablab.billing import month as billing
from fablab.billing.month import Draft
from fablab.cli.ground import application, require_month, writing
from fablab.cli.group import cli
from fablab.core import clock
from fablab.core.db import db
from fablab.core.i18n import show_money
from fablab.sites import queries as sites


@cli.group()
def invoices() -> None:
    """The month's invoices."""


@invoices.command("draft")
@click.argument("month", metavar="YYYY-MM")
def invoices_draft(month: str) -> None:
    """Show what would be invoiced for a month; changes nothing."""
    require_month(month)
    with application():
        for entity in sites.legal_entities(db.session()):
            drafts = billing.drafts(db.session(), entity.id, month)
            click.echo(f"{entity.name}, {month}: {len(drafts)} draft(s)")
            for draft in drafts:
                click.echo(_draft_line(draft, entity.currency))


@invoices.command("issue")
@click.argument("month", metavar="YYYY-MM")
@click.option("--unfinished", is_flag=True, help="Issue a month that is not over yet.")
def invoices_issue(month: str, unfinished: bool) -> None:
    """Issue a month's invoices; again, it issues only what has come since."""
    require_month(month)
    with application(), writing():
        for entity in sites.legal_entities(db.session()):
            issued = billing.issue(db.session(), None, entity.id, month, clock.now(), unfinished=unfinished)
            click.echo(f"{entity.name}, {month}: {len(issued)} invoice(s) issued")
            for invoice in issued:
                total = show_money(invoice.gross_cents, invoice.currency)
                click.echo(f"  {invoice.number}  {total:>12}  {invoice.account.name}")


def _draft_line(draft: Draft, currency: str) -> str:
    return f"  {show_money(draft.bill.gross_cents, currency):>12}  {draft.account.name}"
