"""The ground of every command: the application in its context, and what goes wrong as one clear line."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import click
from flask import Flask
from sqlalchemy.exc import DatabaseError

from fablab.core import schema
from fablab.core.config import BadConfig, Config, load_config
from fablab.core.db import database_name, db, transaction
from fablab.core.refusals import Refused
from fablab.wiring import faceless


@contextmanager
def application() -> Iterator[Flask]:
    """The application in its context; what can go wrong with settings or database is one clear line."""
    app = faceless(_config())
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
def writing() -> Iterator[None]:
    """One transaction, on a database that is up to date; a refusal is one clear line."""
    require_schema()
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


def require_schema() -> None:
    """Fail with one clear line unless the schema is up to date."""
    if schema.revision_of(db.engine) != schema.newest_revision():
        raise click.ClickException("The database's schema is not up to date. Run: fablab migrate")


def require_month(text: str) -> None:
    """Fail with one clear line unless the text is a month."""
    try:
        date.fromisoformat(f"{text}-01")
    except ValueError:
        raise click.ClickException(f"{text!r} is not a month; write it like 2026-09") from None


def require_port(host: str, port: int) -> None:
    """Fail with one clear line unless the port is free to listen on."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            other = "Choose another: --port 5001, or make demo PORT=5001."
            text = f"Cannot listen on {host} port {port} ({error.strerror}). {other}"
            raise click.ClickException(text) from error
