"""The command `fablab`: run the lab, look after its database, and do from a shell what needs no screen."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from sqlalchemy.exc import DatabaseError

from fablab import __version__, demo
from fablab.app import create_app
from fablab.billing import month as billing
from fablab.billing.month import Draft
from fablab.core import clock, schema
from fablab.core.config import BadConfig, Config, load_config
from fablab.core.db import database_name, db, transaction
from fablab.core.i18n import set_locale, show_money
from fablab.core.log import set_up_logging
from fablab.core.refusals import Refused
from fablab.doctor import examine
from fablab.members import queries as members
from fablab.members import services
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.worker import Worker


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fablab")
@click.option("--instance", type=click.Path(file_okay=False, path_type=Path), help="The instance folder.")
def cli(instance: Path | None) -> None:
    """FabLab: booking and metering machines in a network of workshops."""
    set_locale("en")
    if instance is not None:
        os.environ["FABLAB_INSTANCE"] = str(instance.resolve())


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="How many processes.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 256), help="Threads in each process.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the screens and the API."""
    with _application():
        _require_schema()
    _require_port(host, port)
    _serve(host, port, workers, threads)


@cli.command()
def work() -> None:
    """Read machines and send mails, until it is stopped. One such process runs beside the web server."""
    set_up_logging()
    with _application() as app:
        _require_schema()
        Worker(app).run()


@cli.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    with _application():
        before = schema.revision_of(db.engine)
        schema.upgrade(db.engine)
        after = schema.revision_of(db.engine)
        click.echo(f"Schema: {before or 'empty'} -> {after}" if before != after else f"Schema: {after}, up to date.")


@cli.command()
def doctor() -> None:
    """Check database, migrations, secret key, worker, mails and each printer's connection, and say what to do."""
    with _application() as app:
        findings = examine(app.config["FABLAB"])
    for finding in findings:
        click.echo(f"{'ok   ' if finding.ok else 'WRONG'} {finding.what}: {finding.text}")
        if finding.remedy:
            click.echo(f"      -> {finding.remedy}")
    if not all(finding.ok for finding in findings):
        sys.exit(1)


@cli.command("demo")
@click.option("--reset", is_flag=True, help="Begin afresh: forget the demonstration's database.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
def run_demo(reset: bool, port: int) -> None:
    """Run a demonstration network of labs with simulated printers, all on this computer."""
    _require_port("127.0.0.1", port)
    try:
        demo.run(Path("instance") / "demo", port, reset=reset)
    except demo.DemoFailed as error:
        raise click.ClickException(str(error)) from error


@cli.group()
def token() -> None:
    """API tokens."""


@token.command("add")
@click.argument("email")
@click.option("--name", default="command line", show_default=True, help="What the token is for.")
def token_add(email: str, name: str) -> None:
    """Make an API token for a member and print it, once."""
    with _application(), _writing():
        member = members.member_by_email(db.session(), email)
        if member is None:
            raise click.ClickException(f"Nobody has the address {email}; add the member first: fablab member add")
        click.echo(services.make_token(db.session(), member, name, clock.now()))


@cli.group()
def member() -> None:
    """Members."""


@member.command("add")
@click.argument("email")
@click.argument("name")
@click.option("--role", type=click.Choice([str(role) for role in Role]), help="A role in the whole network.")
@click.option("--class", "class_name", help="The member's class of prices; the first one if not given.")
@click.option("--locale", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--mail/--no-mail", default=True, show_default=True, help="Mail a link to set the password.")
def member_add(email: str, name: str, role: str | None, class_name: str | None, locale: str, mail: bool) -> None:
    """Add a member, with their own account."""
    with _application(), _writing():
        session, now = db.session(), clock.now()
        classes = members.classes(session) or [services.add_class(session, "Standard")]
        chosen = next((row for row in classes if class_name in (None, row.name)), None)
        if chosen is None:
            names = ", ".join(row.name for row in classes)
            raise click.ClickException(f"There is no class {class_name!r}; the classes are: {names}")
        added = services.add_member(session, name=name, email=email, member_class=chosen, now=now, locale=locale)
        if role is not None:
            services.grant_role(session, added, Role(role))
        if mail:
            services.send_password_link(session, added, now)
        click.echo(f"Member {added.id}: {added.name} <{added.email}>")


@cli.group()
def invoices() -> None:
    """The month's invoices."""


@invoices.command("draft")
@click.argument("month", metavar="YYYY-MM")
def invoices_draft(month: str) -> None:
    """Show what would be invoiced for a month; changes nothing."""
    _require_month(month)
    with _application():
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
    _require_month(month)
    with _application(), _writing():
        for entity in sites.legal_entities(db.session()):
            issued = billing.issue(db.session(), None, entity.id, month, clock.now(), unfinished=unfinished)
            click.echo(f"{entity.name}, {month}: {len(issued)} invoice(s) issued")
            for invoice in issued:
                total = show_money(invoice.gross_cents, invoice.currency)
                click.echo(f"  {invoice.number}  {total:>12}  {invoice.account.name}")


def _draft_line(draft: Draft, currency: str) -> str:
    return f"  {show_money(draft.bill.gross_cents, currency):>12}  {draft.account.name}"


@contextmanager
def _application() -> Iterator[Flask]:
    """The application in its context; what can go wrong with settings or database is one clear line."""
    app = create_app(_config())
    with app.app_context():
        try:
            yield app
        except DatabaseError as error:
            name = database_name(app.config["SQLALCHEMY_DATABASE_URI"])
            cause = str(error.orig).splitlines()[0]
            raise click.ClickException(f"The database {name} cannot be used: {cause}. Try: fablab doctor") from error
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _writing() -> Iterator[None]:
    _require_schema()
    try:
        with transaction():
            yield
    except Refused as error:
        raise click.ClickException(str(error)) from error


def _config() -> Config:
    try:
        return load_config()
    except BadConfig as error:
        raise click.ClickException(str(error)) from error


def _require_schema() -> None:
    if schema.revision_of(db.engine) != schema.newest_revision():
        raise click.ClickException("The database's schema is not up to date. Run: fablab migrate")


def _require_month(text: str) -> None:
    try:
        date.fromisoformat(f"{text}-01")
    except ValueError:
        raise click.ClickException(f"{text!r} is not a month; write it like 2026-09") from None


def _serve(host: str, port: int, workers: int, threads: int) -> None:
    server = Granian(
        "fablab.app:create_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=threads,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
    )
    server.serve()


def _require_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            text = f"Cannot listen on {host} port {port} ({error.strerror}). Choose another with --port."
            raise click.ClickException(text) from error


def main() -> None:
    """The command's entry point."""
    cli()


if __name__ == "__main__":
    main()
