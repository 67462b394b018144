"""What every test may ask for: a lab with its cast on a fresh copy of a migrated database, and clients of it."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from hypothesis import settings
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from fablab.app import create_app
from fablab.core import schema
from fablab.core.config import load_config
from fablab.core.db import db, engine_url, prepare_engine, transaction
from fablab.core.i18n import use_locale
from fablab.core.period import Period
from fablab.members import queries as members
from fablab.members import services
from fablab.members.actor import Actor
from tests.cast import PASSWORD, Cast, make_cast
from tests.support import postgres
from tests.support.storage import KINDS, Storage, storage

_own_server = ExitStack()
LONG = ("test_main_job.py", "test_demo.py", "test_worker.py", "test_accessibility.py", "test_race.py")
"""What takes longest, and mostly waits for other processes."""
ON_SQLITE_ALONE = ("browser", "web", "test_cli.py")
"""Screens and commands only call services and queries, which are tested on both databases."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run choose its database."""
    parser.addoption("--database", choices=[*KINDS, "both"], default="sqlite", help="which database to test on")


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once for all workers, in the process that starts them; and let no example be against a clock."""
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")
    if config.getoption("--database") != "sqlite" and not hasattr(config, "workerinput"):
        os.environ["TEST_DATABASE_URL"] = _own_server.enter_context(postgres.server())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """In a run on both databases, let a test that asks for one run on each that can tell it something new."""
    if metafunc.config.getoption("--database") == "both" and "database" in metafunc.fixturenames:
        place = metafunc.definition.path.relative_to(Path(__file__).parent).parts[0]
        metafunc.parametrize("database", KINDS[:1] if place in ON_SQLITE_ALONE else KINDS)


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
    """Let the collector of garbage pass over all that was imported, which stays to the end anyway, and look seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    if not hasattr(config, "workerinput"):
        _own_server.close()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database that the test is to use; a run on both gives each test its own."""
    return str(request.config.getoption("--database"))


@dataclass(frozen=True, slots=True)
class House:
    """An application on one kind of database, and who is in it."""

    app: OpenAPI
    cast: Cast
    storage: Storage


@pytest.fixture(scope="session")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], House]]:
    """One application on each kind of database for all tests of a worker, made when it is first asked for."""
    with ExitStack() as stack:
        yield cache(lambda kind: stack.enter_context(_house(kind, tmp_path_factory.mktemp("instance"))))


@contextmanager
def _house(kind: str, instance: Path) -> Iterator[House]:
    with storage(kind) as databases:
        cast = _fill(databases)
        app = create_app(
            load_config(instance, database_url=databases.used, secret_key="test " * 8, lab_name="Lab under test")
        )
        app.config["TESTING"] = True
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            # Tests ask more different questions than any lab: each is compiled once, and none is forgotten.
            db.engine.update_execution_options(compiled_cache={})
        yield House(app, cast, databases)
        with app.app_context():
            db.engine.dispose()


def _fill(databases: Storage) -> Cast:
    engine = create_engine(engine_url(databases.template))
    prepare_engine(engine)
    schema.upgrade(engine)
    with Session(engine) as session:
        made = make_cast(session)
        session.commit()
    databases.finish(engine)
    return made


@pytest.fixture
def whole_app(houses: Callable[[str], House], database: str) -> OpenAPI:
    """The application, whatever its database holds."""
    return houses(database).app


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
def lab(houses: Callable[[str], House], database: str) -> Iterator[Lab]:
    """A lab with its cast, as if no test had run before."""
    house = houses(database)
    with house.app.app_context():
        db.session.remove()
        house.storage.renew(db.engine)
        yield Lab(house.app, house.cast)
        db.session.remove()


def hours_from(start: datetime, hours: float) -> Period:
    """A period of so many hours."""
    return Period(start, start + timedelta(hours=hours))


@pytest.fixture
def tomorrow() -> datetime:
    """Ten o'clock tomorrow in UTC: in the future whenever the test runs."""
    return (datetime.now(UTC) + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
