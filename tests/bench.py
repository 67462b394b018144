"""`make bench`: what the lab costs, each figure beside a floor measured in the same run. Nothing here passes or fails.

Ratios are what to look at: single times depend on the machine and on what else it does.
"""

import gzip
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from fablab.app import create_app
from fablab.booking import services
from fablab.booking.models import Claim, Reservation
from fablab.booking.services import Wish
from fablab.core import schema
from fablab.core.config import load_config
from fablab.core.db import db, transaction
from fablab.core.period import Period
from fablab.members import queries as members
from fablab.members import services as people
from fablab.members.actor import Actor
from machines.driver import ConnectionSettings
from machines.poller import Poller, Watched
from machines.simulators.octoprint import SimulatedOctoPrint
from machines.tracker import TrackerState
from tests.cast import PASSWORD, Cast, make_cast

HISTORY = 16_000
MONDAY = datetime(2031, 3, 3, tzinfo=UTC)


@dataclass(slots=True)
class Row:
    """One measured thing beside its floor, both in milliseconds of CPU, and what else there is to say."""

    what: str
    cost_ms: float
    floor_ms: float
    remark: str = ""

    def line(self) -> str:
        """The row as it is printed."""
        ratio = f"{self.cost_ms / self.floor_ms:6.1f} ×" if self.floor_ms else "       –"
        return f"{self.what:<44} {self.cost_ms:9.2f} {self.floor_ms:9.2f} {ratio}  {self.remark}"


def cpu_ms(act: Callable[[], object], times: int = 15) -> float:
    """The median CPU time of an act, after one that does not count."""
    act()
    spent = []
    for _ in range(times):
        begun = time.process_time()
        act()
        spent.append((time.process_time() - begun) * 1000)
    return median(spent)


def fill(session: Session, cast: Cast) -> None:
    """Sixteen thousand reservations of the past, and a full week of 53 on one machine."""
    account = members.personal_account(session, cast.maker).id
    first = MONDAY - timedelta(hours=HISTORY)

    def add(at: datetime, hours: float) -> None:
        common = {"resource_id": cast.printer}
        row = Reservation(
            **common,
            member_id=cast.maker,
            account_id=account,
            starts_at=at,
            ends_at=at + timedelta(hours=hours),
            created_at=first,
            created_by_id=cast.maker,
        )
        row.claims = [Claim(**common, place=1, occupied_from=row.starts_at, occupied_to=row.ends_at)]
        session.add(row)

    for number in range(HISTORY):
        add(first + timedelta(hours=number), 1)
    for number in range(53):
        add(MONDAY + timedelta(hours=3 * number), 2)
    session.flush()


def api_week(app: Flask, cast: Cast) -> Row:
    """A machine's week over the API, against one statement and json.dumps."""
    with transaction() as session:
        token = people.make_token(session, members.member(session, cast.admin), "bench", datetime.now(UTC))
    client = app.test_client()
    window = {"from": MONDAY.isoformat(), "to": (MONDAY + timedelta(days=7)).isoformat(), "resource": cast.printer}
    headers = {"Authorization": f"Bearer {token}"}
    statement = text(
        "SELECT r.id, r.starts_at, r.ends_at, m.name FROM reservations r JOIN members m ON m.id = r.member_id "
        "WHERE r.resource_id = :id AND r.starts_at < :end AND r.ends_at > :start AND r.state = 'booked'"
    )
    values = {"id": cast.printer, "start": str(MONDAY), "end": str(MONDAY + timedelta(days=7))}

    def ask() -> None:
        answer = client.get("/api/v1/reservations", query_string=window, headers=headers)
        assert len(answer.json["items"]) == 53

    def floor() -> None:
        json.dumps([list(map(str, row)) for row in db.session.execute(statement, values)])
        client.get("/static/favicon.svg").close()

    count = statements(ask)
    return Row("API: a machine's week, 53 of 16,053", cpu_ms(ask), cpu_ms(floor), f"{count} statements")


def day_page(app: Flask, cast: Cast) -> Row:
    """The day's grid, as a signed-in member sees it."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/sign-in", data={"email": "maker@test.example", "password": PASSWORD})
    path = f"/day?d={MONDAY:%Y-%m-%d}"

    def ask() -> bytes:
        answer = client.get(path)
        assert answer.status_code == 200
        return answer.data

    count, size = statements(ask), len(gzip.compress(ask()))
    floor = cpu_ms(lambda: client.get("/healthz"))
    return Row(
        "the day's grid, against /healthz", cpu_ms(ask), floor, f"{count} statements, {size / 1024:.1f} KB gzipped"
    )


def bookings(cast: Cast) -> Row:
    """A guarded reservation, against a bare insert of its two rows."""
    start = iter(range(10_000))
    account = members.personal_account(db.session(), cast.maker).id
    db.session.rollback()
    far = MONDAY + timedelta(days=30)
    now = MONDAY - timedelta(days=1)

    def book() -> None:
        at = far + timedelta(hours=next(start))
        wish = Wish(resource_id=cast.printer, period=Period(at, at + timedelta(hours=1)), member_id=cast.maker)
        with transaction() as session:
            services.book(session, Actor(cast.maker), wish, now)

    def insert() -> None:
        at = str(far + timedelta(hours=next(start)))
        with transaction() as session:
            session.execute(
                text(
                    "INSERT INTO reservations (resource_id, member_id, account_id, nature, starts_at, ends_at, state, "
                    "created_at, created_by_id, version) "
                    "VALUES (:r, :m, :a, 'member', :at, :later, 'booked', :at, :m, 1)"
                ),
                {"r": cast.other_printer, "m": cast.maker, "a": account, "at": at, "later": at + "1"},
            )

    return Row("a guarded reservation, against a bare insert", cpu_ms(book, 200), cpu_ms(insert, 200), "with its mail")


def polls(number: int = 40) -> Row:
    """Reading machines with the poller, against bare requests to the same simulators; both on one core."""
    simulators = [SimulatedOctoPrint().start() for _ in range(4)]
    settings = [ConnectionSettings("octoprint", simulators[at % 4].url, "simulated-key") for at in range(number)]
    watched = [Watched(id=at, settings=one, state=TrackerState.new()) for at, one in enumerate(settings)]
    clock = iter(datetime(2031, 1, 1, tzinfo=UTC) + timedelta(minutes=at) for at in range(10**7))
    poller = Poller(clock=lambda: next(clock))
    connection = simulators[0]

    def read_all() -> None:
        left = {one.id for one in watched}
        while left:
            left -= {reading.id for reading in poller.poll(watched, wait_seconds=1)}

    def bare() -> None:
        for _ in range(number):
            connection.printer.job(connection.now())

    row = Row(f"reading {number} machines, simulators included", cpu_ms(read_all, 5), cpu_ms(bare, 5))
    row.remark = f"{row.cost_ms / number:.1f} ms a machine; the floor is what the simulators' answers alone cost"
    poller.close()
    for simulator in simulators:
        simulator.stop()
    return row


def statements(act: Callable[[], object]) -> int:
    """How many statements an act sends to the database."""
    count = 0

    def see(*_: object) -> None:
        nonlocal count
        count += 1

    event.listen(db.engine, "before_cursor_execute", see)
    act()
    event.remove(db.engine, "before_cursor_execute", see)
    return count


def main() -> None:
    """Measure everything and print the table."""
    with tempfile.TemporaryDirectory() as name:
        config = load_config(Path(name), secret_key="bench " * 8)
        app = create_app(config)
        with app.app_context():
            schema.upgrade(db.engine)
            with transaction() as session:
                cast = make_cast(session)
                fill(session, cast)
            rows = [api_week(app, cast), day_page(app, cast), bookings(cast), polls()]
    print(f"\n{'SQLite, one process, medians':<44} {'CPU ms':>9} {'floor ms':>9} {'ratio':>8}")
    for row in rows:
        print(row.line())


if __name__ == "__main__":
    main()
