"""Commands that run the lab: serve, work, demo."""

from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from fablab import demo
from fablab.cli.ground import application, require_port, require_schema
from fablab.cli.group import cli
from fablab.core.db import db
from fablab.core.links import link
from fablab.core.log import set_up_logging
from fablab.founding import is_new, key_of
from fablab.worker import Worker


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="How many processes.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 256), help="Threads in each process.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the screens and the API."""
    with application() as app:
        require_schema()
        if is_new(db.session()):
            path = f"/welcome/{key_of(app.config['FABLAB'].secret_key)}"
            click.echo(f"This lab is new. Set it up here: {link(path)} (on this computer: http://{host}:{port}{path})")
    require_port(host, port)
    _serve(host, port, workers, threads)


@cli.command()
def work() -> None:
    """Read machines and send mails, until it is stopped. One such process runs beside the web server."""
    set_up_logging()
    with application() as app:
        require_schema()
        Worker(app).run()


@cli.command("demo")
@click.option("--reset", is_flag=True, help="Begin afresh: forget the demonstration's database.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
def run_demo(reset: bool, port: int) -> None:
    """Run a demonstration network of labs with simulated printers, all on this computer."""
    require_port("127.0.0.1", port)
    try:
        demo.run(Path("instance") / "demo", port, reset=reset)
    except demo.DemoFailed as error:
        raise click.ClickException(str(error)) from error


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
