"""Commands about people: member add, token add."""

import click

from fablab.cli.ground import application, writing
from fablab.cli.group import cli
from fablab.core import clock
from fablab.core.db import db
from fablab.core.links import link
from fablab.members import queries as members
from fablab.members import services
from fablab.members.models import Role


@cli.group()
def token() -> None:
    """API tokens."""


@token.command("add")
@click.argument("email")
@click.option("--name", default="command line", show_default=True, help="What the token is for.")
def token_add(email: str, name: str) -> None:
    """Make an API token for a member and print it, once."""
    with application(), writing():
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
@click.option(
    "--mail/--no-mail", default=True, show_default=True, help="Mail a link to set the password, or print it here."
)
def member_add(email: str, name: str, role: str | None, class_name: str | None, locale: str, mail: bool) -> None:
    """Add a member, with their own account."""
    with application(), writing():
        session, now = db.session(), clock.now()
        classes = members.classes(session) or [services.add_class(session, "Standard")]
        chosen = next((row for row in classes if class_name in (None, row.name)), None)
        if chosen is None:
            names = ", ".join(row.name for row in classes)
            raise click.ClickException(f"There is no class {class_name!r}; the classes are: {names}")
        added = services.add_member(session, name=name, email=email, member_class=chosen, now=now, locale=locale)
        if role is not None:
            services.grant_role(session, added, Role(role))
        click.echo(f"Member {added.id}: {added.name} <{added.email}>")
        if mail:
            services.send_password_link(session, added, now)
        else:
            secret = services.make_password_link(session, added, now)
            click.echo(f"To set the password, once and within a day: {link(f'/password/{secret}')}")
