"""A worker's databases of one kind: a template, and the one that tests use, made like the template before each."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from tests.support import folders, postgres

KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Storage:
    """Where the two are, and on PostgreSQL the server that is told to copy them."""

    template: str
    used: str
    server: Engine | None = None

    def finish(self, engine: Engine) -> None:
        """Tell that the template, which is the engine's database, now holds what every test begins with."""
        if not self.server:
            with engine.connect() as connection:
                connection.exec_driver_sql("ROLLBACK")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
        engine.dispose()

    def renew(self, engine: Engine) -> None:
        """Make the used database, which is the engine's, what the template is."""
        engine.dispose()
        if self.server:
            postgres.renew_database(self.server, self.template, self.used)
        else:
            _copy_sqlite(self.template, self.used)


@contextmanager
def storage(kind: str) -> Iterator[Storage]:
    """Two empty databases of this kind."""
    with _on_postgresql() if kind == "postgresql" else _on_sqlite() as made:
        yield made


@contextmanager
def empty_database(kind: str, folder: Path, name: str = "empty") -> Iterator[str]:
    """The URL of a database of this kind for one test alone."""
    if kind == "postgresql":
        with postgres.database(os.environ["TEST_DATABASE_URL"]) as url:
            yield url
    else:
        yield f"sqlite:///{folder}/{name}.sqlite"


@contextmanager
def _on_postgresql() -> Iterator[Storage]:
    server = os.environ["TEST_DATABASE_URL"]
    with postgres.database(server) as template, postgres.database(server) as used:
        engine = postgres.commanding(server)
        yield Storage(template, used, engine)
        engine.dispose()


@contextmanager
def _on_sqlite() -> Iterator[Storage]:
    folder = Path(folders.fast_folder()) / f"fablab-test-{os.getpid()}"
    folder.mkdir(exist_ok=True)
    yield Storage(f"sqlite:///{folder}/template.sqlite", f"sqlite:///{folder}/used.sqlite")
    shutil.rmtree(folder)


def _copy_sqlite(origin: str, target: str) -> None:
    path = Path(target.removeprefix("sqlite:///"))
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    shutil.copyfile(origin.removeprefix("sqlite:///"), path)
