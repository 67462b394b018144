"""What every test may ask for: a lab with its cast on a fresh copy of a migrated database, and clients of it."""

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from fablab.app import create_app
from fablab.core import schema
from fablab.core.config import Config, load_config
from fablab.core.db import db, engine_url, prepare_engine, transaction
from fablab.core.i18n import use_locale
from fablab.core.period import Period
from fablab.members import queries as members
from fablab.members import services
from fablab.members.actor import Actor
from tests.cast import PASSWORD, Cast, make_cast
from tests.support import folders, postgres

_own_server = ExitStack()
LONG = ("test_main_job.py", "test_demo.py", "test_worker.py", "test_accessibility.py", "test_race.py")
"""What takes longest, and mostly waits for other processes."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run choose its database."""
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite", help="which database to test on")


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once for all workers, in the process that starts them."""
    if config.getoption("--database") == "postgresql" and not hasattr(config, "workerinput"):
        os.environ["TEST_DATABASE_URL"] = _own_server.enter_context(postgres.server())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, in every worker, so that none is left alone with it at the end.

    Each worker begins with a share of all tests that stand beside each other, and later takes some from others.
    """
    long = sorted((item for item in items if item.path.name in LONG), key=lambda item: LONG.index(item.path.name))
    short = [item for item in items if item.path.name not in LONG]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    left = len(items)
    items.clear()
    for worker in range(workers):
        share = long[worker::workers]
        more = max(0, left // (workers - worker) - len(share))
        items += [*share, *short[:more]]
        left -= len(share) + more
        del short[:more]
    items += short


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over all that was imported, which stays to the end anyway."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    if not hasattr(config, "workerinput"):
        _own_server.close()


@dataclass(frozen=True, slots=True)
class Storage:
    """Where this worker's databases are: a template with the cast, and the one that the tests use."""

    template: str
    used: str
    server: Engine | None = None

    def renew(self) -> None:
        """Make the used database a fresh copy of the template."""
        if self.server:
            postgres.renew_database(self.server, self.template, self.used)
        else:
            _copy_sqlite(self.template, self.used)


def _copy_sqlite(origin: str, target: str) -> None:
    path = Path(target.removeprefix("sqlite:///"))
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    shutil.copyfile(origin.removeprefix("sqlite:///"), path)


@pytest.fixture(scope="session")
def storage(request: pytest.FixtureRequest) -> Iterator[Storage]:
    """Two empty databases of the kind that this run tests."""
    if request.config.getoption("--database") == "postgresql":
        server = os.environ["TEST_DATABASE_URL"]
        with postgres.database(server) as template, postgres.database(server) as used:
            engine = postgres.commanding(server)
            yield Storage(template, used, engine)
            engine.dispose()
        return
    folder = Path(folders.fast_folder()) / f"fablab-test-{os.getpid()}"
    folder.mkdir(exist_ok=True)
    yield Storage(f"sqlite:///{folder}/template.sqlite", f"sqlite:///{folder}/used.sqlite")
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def cast(storage: Storage) -> Cast:
    """The ids of the cast; it is written into the template once."""
    engine = create_engine(engine_url(storage.template))
    prepare_engine(engine)
    schema.upgrade(engine)
    with Session(engine) as session:
        made = make_cast(session)
        session.commit()
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return made


@pytest.fixture(scope="session")
def config(storage: Storage, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The settings of the lab under test."""
    instance = tmp_path_factory.mktemp("instance")
    return load_config(instance, database_url=storage.used, secret_key="test " * 8, lab_name="Lab under test")


@pytest.fixture(scope="session")
def whole_app(config: Config, cast: Cast) -> OpenAPI:
    """One application for all tests of a worker."""
    app = create_app(config)
    app.config["TESTING"] = True
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@dataclass(frozen=True, slots=True)
class Lab:
    """The lab under test, on a database of this test's own."""

    app: OpenAPI
    cast: Cast

    @property
    def session(self) -> Session:
        """For reading what there is."""
        return db.session()

    def actor(self, member_id: int) -> Actor:
        """A member of the cast as one who asks."""
        return members.actor(db.session(), member_id)

    def token(self, member_id: int) -> dict[str, str]:
        """The headers with which a member calls the API."""
        with transaction() as session:
            secret = services.make_token(session, members.member(session, member_id), "test", datetime.now(UTC))
        return {"Authorization": f"Bearer {secret}"}

    def client(self) -> FlaskClient:
        """A browser's stand-in that nobody has signed in."""
        return self.app.test_client()

    def signed_in(self, member_id: int) -> FlaskClient:
        """A browser's stand-in in which a member has signed in."""
        client = self.client()
        email = members.member(db.session(), member_id).email
        db.session.rollback()
        answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return client


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    """Every test begins in French, whatever language the one before has left behind."""
    with use_locale("fr"):
        yield


@pytest.fixture
def lab(whole_app: OpenAPI, cast: Cast, storage: Storage) -> Iterator[Lab]:
    """A lab with its cast, as if no test had run before."""
    with whole_app.app_context():
        db.session.remove()
        db.engine.dispose()
        storage.renew()
        yield Lab(whole_app, cast)
        db.session.remove()
        db.engine.dispose()


def hours_from(start: datetime, hours: float) -> Period:
    """A period of so many hours."""
    return Period(start, start + timedelta(hours=hours))


@pytest.fixture
def tomorrow() -> datetime:
    """Ten o'clock tomorrow in UTC: in the future whenever the test runs."""
    return (datetime.now(UTC) + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
