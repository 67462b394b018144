"""The command `fablab` itself, which every other command hangs on."""

import os
from pathlib import Path

import click

from fablab import __version__
from fablab.core.i18n import set_locale


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fablab")
@click.option("--instance", type=click.Path(file_okay=False, path_type=Path), help="The instance folder.")
def cli(instance: Path | None) -> None:
    """FabLab: booking and metering machines in a network of workshops."""
    set_locale("en")
    if instance is not None:
        os.environ["FABLAB_INSTANCE"] = str(instance.resolve())
