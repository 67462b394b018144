"""How machines are reached: by whom it is said, and how the key is kept."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from fablab.core import vault
from fablab.core.db import Model, transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Refused
from fablab.usage import connections
from fablab.usage.connections import Means, connection_of, settings_of, watched
from fablab.usage.models import Condition, Connection, LiveState
from machines.driver import ConnectionSettings
from machines.errors import MachineError, NotAllowed, Unintelligible, Unreachable
from machines.status import Activity, MachineStatus
from tests.conftest import Lab
from tests.prints import KEY, MEANS
from tests.support import process

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
URL = "http://192.168.1.20"


def connect(lab: Lab, url: str = URL, key: str = KEY, *, who: int | None = None, kind: str = "octoprint") -> None:
    with transaction() as session:
        actor = lab.actor(who or lab.cast.fabmanager)
        connections.connect(session, actor, lab.cast.printer, kind, url, key, MEANS, NOW)


def settings(lab: Lab, means: Means = MEANS) -> ConnectionSettings:
    lab.session.rollback()
    connection = connection_of(lab.session, lab.cast.printer)
    assert connection is not None
    return settings_of(connection, means)


def test_a_fabmanager_says_how_a_machine_of_their_site_is_reached(lab: Lab) -> None:
    connect(lab, f" {URL}:5000/ ", f" {KEY} ")

    assert settings(lab) == ConnectionSettings("octoprint", f"{URL}:5000", KEY, MEANS.timeout_seconds, MEANS.networks)


@pytest.mark.parametrize("who", ["maker", "trainer", "treasurer"])
def test_nobody_else_does_or_undoes_it(lab: Lab, who: str) -> None:
    with pytest.raises(Forbidden):
        connect(lab, who=getattr(lab.cast, who))
    with pytest.raises(Forbidden), transaction() as session:
        connections.disconnect(session, lab.actor(getattr(lab.cast, who)), lab.cast.printer)
    with pytest.raises(Forbidden), transaction() as session:
        boss = lab.actor(lab.cast.fabmanager)
        connections.connect(session, boss, lab.cast.desk_room, "octoprint", URL, KEY, MEANS, NOW)


def test_a_machine_that_there_is_not_is_not_found(lab: Lab) -> None:
    with pytest.raises(NotFound), transaction() as session:
        connections.connect(session, lab.actor(lab.cast.admin), 999, "octoprint", URL, KEY, MEANS, NOW)


def test_the_key_is_in_no_row_in_clear(lab: Lab) -> None:
    connect(lab)

    for table in Model.metadata.tables.values():
        for row in lab.session.execute(select(table)):
            assert KEY not in repr(tuple(row))


def test_the_key_opens_with_the_instances_secret_and_from_its_own_row_only(lab: Lab) -> None:
    connect(lab)
    stolen = lab.session.scalars(select(Connection)).one().sealed_key
    with transaction() as session:
        boss = lab.actor(lab.cast.fabmanager)
        other = connections.connect(session, boss, lab.cast.other_printer, "octoprint", URL, "other", MEANS, NOW)
        other.sealed_key = stolen
        session.flush()

        with pytest.raises(vault.Unreadable):
            settings_of(other, MEANS)
    with pytest.raises(vault.Unreadable):
        settings(lab, Means(secret_key="another " * 5))


def test_a_key_that_cannot_be_read_leaves_the_machine_among_those_that_are_asked(lab: Lab) -> None:
    connect(lab)

    ((machine, version),) = watched(lab.session, Means(secret_key="another " * 5))

    assert (machine.settings.url, machine.settings.api_key, version) == (URL, "", 1)


def test_an_empty_key_keeps_the_one_that_is_there_for_the_same_address_only(lab: Lab) -> None:
    connect(lab)

    connect(lab, f"{URL}/", "")
    assert settings(lab).api_key == KEY
    for elsewhere in ("http://192.168.1.66", f"{URL}:5000", "https://192.168.1.20"):
        with pytest.raises(Refused) as refused:
            connect(lab, elsewhere, " ")
        assert refused.value.codes == ("key_missing",)

    assert settings(lab).url == URL


def test_a_new_key_replaces_the_old_one(lab: Lab) -> None:
    connect(lab)

    connect(lab, key="NEW KEY")

    assert settings(lab).api_key == "NEW KEY"


def test_an_address_that_cannot_be_used_is_refused_with_the_reason(lab: Lab) -> None:
    expected = {
        "192.168.1.20": "url_scheme",
        "ftp://192.168.1.20": "url_scheme",
        "file:///etc/passwd": "url_scheme",
        "javascript:alert(1)": "url_scheme",
        "": "url_scheme",
        "http://": "url_host",
        "http://host:port": "url_host",
        "http://user:password@192.168.1.20": "url_credentials",
        "http://192.168.1.20/octoprint": "url_path",
        "http://192.168.1.20/?x=1": "url_path",
    }

    found = {}
    for url in expected:
        with pytest.raises(Refused) as refused:
            connect(lab, url)
        (found[url],) = refused.value.codes

    assert found == expected
    assert lab.session.query(Connection).count() == 0


def test_every_reason_is_told_at_once(lab: Lab) -> None:
    with pytest.raises(Refused) as refused:
        connect(lab, "nowhere", "", kind="octoprint")
    assert refused.value.codes == ("url_scheme", "key_missing")
    with pytest.raises(Refused) as refused:
        connect(lab, kind="typewriter")
    assert refused.value.codes == ("kind_unknown",)


def test_another_address_makes_what_is_known_void_and_the_same_one_does_not(lab: Lab) -> None:
    connect(lab)
    version = lab.session.query(LiveState.version).scalar()

    connect(lab, key="NEW KEY")
    assert lab.session.query(LiveState.version).scalar() == version
    connect(lab, "http://192.168.1.21")
    assert lab.session.query(LiveState.version).scalar() == version + 1
    assert lab.session.query(LiveState.condition).scalar() == Condition.NEVER


def test_disconnecting_forgets_the_key_and_twice_equals_once(lab: Lab) -> None:
    connect(lab)

    for _ in range(2):
        with transaction() as session:
            connections.disconnect(session, lab.actor(lab.cast.fabmanager), lab.cast.printer)

    assert lab.session.query(Connection).count() == lab.session.query(LiveState).count() == 0
    assert watched(lab.session, MEANS) == []


@pytest.mark.parametrize("activity", list(Activity))
def test_whatever_a_machine_does_has_a_sentence_and_counts_as_connected(activity: Activity) -> None:
    condition = connections.condition_of(MachineStatus(activity=activity, text=""), None)

    assert connections.Attempt(condition, connections.sentence_of(condition)).connected
    assert condition.is_running == activity.is_running


@pytest.mark.parametrize("error", [Unreachable("x"), NotAllowed("x"), Unintelligible("x")])
def test_each_failure_has_its_own_sentence_and_is_no_connection(error: MachineError) -> None:
    condition = connections.condition_of(None, error)

    assert not connections.Attempt(condition, "").connected
    others = {connections.sentence_of(other) for other in Condition if other != condition}
    assert connections.sentence_of(condition) not in others


def test_asking_an_address_where_nothing_listens_says_so_and_never_raises(unused_port: int) -> None:
    tried = connections.attempt(ConnectionSettings("octoprint", f"http://127.0.0.1:{unused_port}", KEY, 2.0))

    assert tried.condition == Condition.UNREACHABLE


@pytest.fixture
def unused_port() -> int:
    """A port of the loopback on which nothing listens."""
    return process.free_port()
