"""Connections to machines: staff make them, the worker reads through them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.catalog import queries as catalog
from fablab.core import vault
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.members.actor import Actor
from fablab.members.models import Role
from fablab.usage.lost import end_lost
from fablab.usage.models import Condition, Connection, LiveState
from machines.driver import ConnectionSettings
from machines.errors import MachineError, NotAllowed, Unreachable
from machines.poller import Watched
from machines.probe import probe
from machines.registry import check_url, kinds
from machines.status import MachineStatus
from machines.tracker import TrackerState


@dataclass(frozen=True, slots=True)
class Means:
    """What this deployment brings to reach a machine: its secret key, the networks allowed, the patience."""

    secret_key: str
    networks: tuple[str, ...] = ()
    timeout_seconds: float = 4.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of asking a machine once: what it does, in one plain sentence, and whether it could be read."""

    condition: Condition
    sentence: str

    @property
    def connected(self) -> bool:
        return not self.condition.is_silent


def connection_of(session: Session, resource_id: int) -> Connection | None:
    """The resource's connection with its live state, if it has one."""
    query = select(Connection).options(joinedload(Connection.live)).where(Connection.resource_id == resource_id)
    return session.scalar(query)


def connect(
    session: Session, actor: Actor, resource_id: int, kind: str, url: str, key: str, means: Means, now: datetime
) -> Connection:
    """Say how a resource's machine is reached. An empty key keeps the one that is there, for the same address only.

    Raises:
        Forbidden: not a fabmanager of its site.
        Refused: the address or the key cannot be used.
    """
    resource = catalog.lock_resources(session, [resource_id])[0]
    actor.needs_at_site(Role.FABMANAGER, resource.site_id)
    url, key = url.strip().rstrip("/"), key.strip()
    connection = connection_of(session, resource_id)
    unchanged = connection is not None and (connection.kind, connection.url) == (kind, url)
    reasons = _reasons_against(kind, url)
    if not key and not unchanged:
        reasons.append(Refusal("key_missing", _("Type the machine's API key: a new address needs it again.")))
    if reasons:
        raise Refused(reasons)
    if connection is None:
        connection = Connection(resource_id=resource_id, created_at=now, live=LiveState(tracker={}, version=0))
        session.add(connection)
    connection.kind, connection.url = kind, url
    if key:
        connection.sealed_key = vault.seal(means.secret_key, _owner(resource_id), key)
    if not unchanged:
        connection.live.version += 1
        connection.live.condition = Condition.NEVER
    session.flush()
    return connection


def disconnect(session: Session, actor: Actor, resource_id: int) -> None:
    """Forget how a machine is reached; its jobs and sessions stay, and one that goes on waits for a person."""
    resource = catalog.lock_resources(session, [resource_id])[0]
    actor.needs_at_site(Role.FABMANAGER, resource.site_id)
    connection = connection_of(session, resource_id)
    if connection is not None:
        last = connection.live.answered_at or connection.created_at
        end_lost(session, resource_id, last, last)
        session.delete(connection)
        session.flush()


def settings_of(connection: Connection, means: Means) -> ConnectionSettings:
    """All that a driver needs to reach the machine; raises `vault.Unreadable` under another secret key."""
    key = vault.unseal(means.secret_key, _owner(connection.resource_id), connection.sealed_key)
    return ConnectionSettings(connection.kind, connection.url, key, means.timeout_seconds, means.networks)


def attempt(settings: ConnectionSettings) -> Attempt:
    """Ask a machine once, outside of any transaction; never raises."""
    try:
        status = probe(settings)
    except MachineError as error:
        condition = condition_of(None, error)
        return Attempt(condition, sentence_of(condition))
    condition = condition_of(status, None)
    return Attempt(condition, sentence_of(condition))


def watched(session: Session, means: Means) -> list[tuple[Watched, int]]:
    """Every machine to read with what its tracker remembers, and the version of that memory."""
    query = select(Connection).options(joinedload(Connection.live)).order_by(Connection.id)
    found = []
    for connection in session.scalars(query):
        try:
            settings = settings_of(connection, means)
        except vault.Unreadable:
            # Another secret key: doctor tells; a wrong key makes the machine say "not allowed", which staff see.
            settings = ConnectionSettings(connection.kind, connection.url, "", means.timeout_seconds, means.networks)
        state = TrackerState.from_json(connection.live.tracker)
        found.append((Watched(id=connection.id, settings=settings, state=state), connection.live.version))
    return found


def condition_of(status: MachineStatus | None, error: MachineError | None) -> Condition:
    """What to show of a reading."""
    if status is not None:
        return Condition(status.activity.value)
    if isinstance(error, NotAllowed):
        return Condition.NOT_ALLOWED
    return Condition.UNREACHABLE if isinstance(error, Unreachable) else Condition.UNINTELLIGIBLE


def sentence_of(condition: Condition) -> str:
    """One plain sentence for the person who connects a machine: what is, why, and what to do."""
    sentences = {
        Condition.NEVER: _("Not asked yet: the worker will within seconds."),
        Condition.OFF: _("The machine's computer answers, but the machine is off or not connected to it."),
        Condition.FAULT: _("The machine reports a fault. Look at it, then connect it again."),
        Condition.UNREACHABLE: _("Nothing answers at this address in time. Is it on, and is the address right?"),
        Condition.NOT_ALLOWED: _(
            "The machine refuses the API key, or its address is outside the networks allowed here. Check both."
        ),
        Condition.UNINTELLIGIBLE: _("Something answers, but not as this kind of machine does. Check address and kind."),
    }
    return sentences.get(condition) or _("Connected: the machine answers.")


def _reasons_against(kind: str, url: str) -> list[Refusal]:
    if kind not in kinds():
        return [Refusal("kind_unknown", _("This kind of machine is not known."))]
    problem = check_url(kind, url)
    if problem is None:
        return []
    texts = {
        "scheme": _("The address begins with http:// or https://."),
        "path": _("The address ends after the host and port, without a path."),
        "credentials": _("The address holds no user or password; the API key says who we are."),
        "host": _("The address needs a host, such as http://192.168.1.20 or http://printer.local:5000."),
    }
    return [Refusal(f"url_{problem}", texts.get(problem, texts["host"]))]


def _owner(resource_id: int) -> str:
    return f"connection:{resource_id}"


def machine_kinds() -> tuple[str, ...]:
    """The kinds of machines that can be connected."""
    return kinds()
