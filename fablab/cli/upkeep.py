"""Commands that look after the lab: migrate, init, doctor."""

import re
import sys

import click

from fablab.cli.ground import application, writing
from fablab.cli.group import cli
from fablab.core import clock, schema
from fablab.core.db import db
from fablab.doctor import examine
from fablab.founding import Charter, found


@cli.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    with application():
        before = schema.revision_of(db.engine)
        schema.upgrade(db.engine)
        after = schema.revision_of(db.engine)
        click.echo(f"Schema: {before or 'empty'} -> {after}" if before != after else f"Schema: {after}, up to date.")


@cli.command("init")
@click.option("--entity", prompt="Who invoices (name of the association or company)", help="Who invoices.")
@click.option("--address", prompt="Its address", help="The address on its invoices.")
@click.option("--site", "site_name", prompt="The first site's name", help="The first site.")
@click.option("--town", prompt="Its town", help="The site's town.")
@click.option("--timezone", default="Europe/Paris", show_default=True)
@click.option("--vat", default=20.0, show_default=True, type=click.FloatRange(0, 50), help="The VAT rate in percent.")
@click.option("--hours", default="00:00-24:00", show_default=True, help="Open every day from-to, such as 09:00-19:00.")
@click.option("--locale", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
def init(
    entity: str, address: str, site_name: str, town: str, timezone: str, vat: float, hours: str, locale: str
) -> None:
    """Found a network: who invoices, a first site with its hours, and the usual categories of machines."""
    opens, closes = _hours(hours)
    with application(), writing():
        charter = Charter(
            entity=entity,
            address=address,
            site=site_name,
            town=town,
            timezone=timezone,
            vat_rate_bp=round(vat * 100),
            opens=opens,
            closes=closes,
            locale=locale,
            today=clock.now().date(),
        )
        found(db.session(), charter)
    click.echo("Founded. Next: fablab member add EMAIL NAME --role admin, then fablab serve and fablab work.")


@cli.command()
def doctor() -> None:
    """Check database, secret key, worker, mails, each printer and OpenID provider, and say what to do."""
    with application() as app:
        findings = examine(app.config["FABLAB"])
    for finding in findings:
        click.echo(f"{'ok   ' if finding.ok else 'WRONG'} {finding.what}: {finding.text}")
        if finding.remedy:
            click.echo(f"      -> {finding.remedy}")
    if not all(finding.ok for finding in findings):
        sys.exit(1)


def _hours(text: str) -> tuple[int, int]:
    """The minutes of `09:00-19:00`; 24:00 is the day's end."""
    read = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", text)
    if read is None:
        raise click.ClickException(f"{text!r} are no hours; write them like 09:00-19:00")
    numbers = [int(number) for number in read.groups()]
    return numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
