"""The command `fablab`: run the lab, look after its database, and do from a shell what needs no screen."""

from fablab.cli import invoices, people, running, upkeep
from fablab.cli.group import cli

COMMANDS = (invoices, people, running, upkeep)
"""Imported so that their commands hang on the group."""


def main() -> None:
    """The command's entry point."""
    cli()


__all__ = ["cli", "main"]
