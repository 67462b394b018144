"""A lab to measure: sixty machines at two sites, two hundred people, and as many reservations as are wanted.

Twenty machines stand at the workshop and have a full week: 53 reservations on the first of them, 1,089 on all, eight
of each on Monday. What else there is has gone by, spread over ten years, all machines and all people.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from sqlalchemy import Engine, delete, insert, select, text
from sqlalchemy.orm import Session

from fablab.app import create_app
from fablab.booking.models import BookingRule, Claim, Reservation
from fablab.booking.policy import writing
from fablab.booking.policy.writing import RuleCard
from fablab.booking.rules.scope import Scope
from fablab.catalog.services import ResourceCard, add_resource
from fablab.core import schema
from fablab.core.config import load_config
from fablab.core.db import db, transaction
from fablab.core.period import Period
from fablab.members import queries as members
from fablab.members import services as people
from fablab.members.models import Account, Member, MemberClass
from fablab.training.services import validate
from tests.cast import LONG_AGO, PASSWORD, Cast, make_cast

_TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
MONDAY = _TODAY + timedelta(days=14 - _TODAY.weekday())
"""One to two weeks ahead; the past ends before today, so that what is shown of today does not grow with it."""
WEEK = Period(MONDAY, MONDAY + timedelta(days=7))
TEN_YEARS = timedelta(days=3650)
AT_WORKSHOP, ELSEWHERE = 20, 40
PEOPLE = 200
COUNTS = (53, *[55] * 10, *[54] * 9)
"""How many reservations the machines of the workshop have in the week; together 1,089."""
RULES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("length", {"least": 15, "most": 480}),
    ("ahead", {"days": 730}),
    ("lead", {"minutes": 10}),
    ("starts", {"every": 30}),
    ("between", {"weekdays": [0, 1, 2, 3, 4, 5, 6]}),
    ("quota", {"most": 400, "per": "week"}),
    ("quota", {"most": 20_000, "unit": "minutes", "per": "month"}),
    ("gap", {"minutes": 15}),
    ("at_once", {"most": 5}),
    ("capacity", {"most": 60}),
    ("check_in", {}),
    ("cancellation", {"minutes": 120}),
)
"""Of many families; none refuses what is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchLab:
    """The lab, its application and its database."""

    app: OpenAPI
    cast: Cast
    machines: list[int]
    """Those of the workshop first."""
    people: list[int]

    @property
    def engine(self) -> Engine:
        """Its database."""
        with self.app.app_context():
            return db.engine

    @property
    def workshop(self) -> list[int]:
        """The twenty machines of the workshop."""
        return self.machines[:AT_WORKSHOP]

    def headers(self, member_id: int) -> dict[str, str]:
        """With which somebody calls the API."""
        with self.app.app_context(), transaction() as session:
            token = people.make_token(session, members.member(session, member_id), "bench", datetime.now(UTC))
        return {"Authorization": f"Bearer {token}"}

    def signed_in(self, name: str) -> FlaskClient:
        """A browser's stand-in in which somebody of the cast has signed in."""
        client = self.app.test_client()
        answer = client.post("/sign-in", data={"email": f"{name}@test.example", "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return client


@contextmanager
def opened(folder: Path, url: str | None = None) -> Iterator[BenchLab]:
    """A lab in a folder or on a database, with its week but without its past."""
    config = load_config(folder, secret_key="bench " * 8, **({"database_url": url} if url else {}))
    app = create_app(config)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        schema.upgrade(db.engine)
        with transaction() as session:
            cast = make_cast(session)
            lab = BenchLab(app=app, cast=cast, machines=_machines(session, cast), people=_people(session, cast))
            _reserve(session, lab)
    yield lab
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _machines(session: Session, cast: Cast) -> list[int]:
    admin = members.actor(session, cast.admin)
    sites = [cast.workshop] * (AT_WORKSHOP - 1) + [cast.office] * ELSEWHERE
    cards = [
        ResourceCard(name=f"Machine {number}", category_id=cast.printers, site_id=site)
        for number, site in enumerate(sites)
    ]
    return [cast.printer, *(add_resource(session, admin, card, LONG_AGO).id for card in cards)]


def _people(session: Session, cast: Cast) -> list[int]:
    adults, trainer = session.get_one(MemberClass, cast.adults), members.actor(session, cast.trainer)
    found = [cast.maker]
    for number in range(PEOPLE - 1):
        card = {"name": f"Person {number}", "email": f"p{number}@test.example", "member_class": adults}
        found.append(people.add_member(session, **card, now=LONG_AGO, locale="en").id)
        validate(session, trainer, found[-1], cast.printing, LONG_AGO)
    return found


def _reserve(session: Session, lab: BenchLab) -> None:
    accounts = {row.owner_id: row.id for row in session.execute(select(Account.id, Account.owner_id))}
    rows = []
    for machine, count in zip(lab.workshop, COUNTS, strict=True):
        for number in range(count):
            member = lab.people[(machine + number) % PEOPLE]
            start = MONDAY + timedelta(hours=3 * number)
            common = {"member_id": member, "account_id": accounts[member], "created_by_id": member}
            times = {"starts_at": start, "ends_at": start + timedelta(hours=2), "created_at": LONG_AGO}
            rows.append({"resource_id": machine, **common, **times})
    session.execute(insert(Reservation), rows)
    _claim(session, 0)


def filled(lab: BenchLab, count: int) -> BenchLab:
    """The lab with so many reservations: its week, and a past that the database itself writes."""
    _past(lab, count - sum(COUNTS))
    return lab


def _past(lab: BenchLab, count: int) -> None:
    with lab.app.app_context(), transaction() as session:
        last = session.scalar(text("SELECT max(id) FROM reservations")) or 0
        per_machine = count // len(lab.machines) + 1
        step = int(TEN_YEARS.total_seconds()) // per_machine
        values = {
            "count": count,
            "per_machine": per_machine,
            "step": step,
            "long": min(step // 2, 7200),
            "first": (MONDAY - timedelta(days=14) - TEN_YEARS).timestamp(),
            "machines": len(lab.machines),
            "people": PEOPLE,
        }
        _number(session, lab)
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("PRAGMA cache_size = -400000"))
        session.execute(text(_PAST[session.get_bind().dialect.name]), values)
        session.execute(text("DROP TABLE bench_machines"))
        session.execute(text("DROP TABLE bench_people"))
        _claim(session, last)
    if lab.engine.dialect.name == "postgresql":
        with lab.engine.begin() as connection:
            connection.execute(text("ANALYZE"))  # As the server itself does from time to time.


def _number(session: Session, lab: BenchLab) -> None:
    for table, ids in (("bench_machines", lab.machines), ("bench_people", lab.people)):
        session.execute(text(f"CREATE TEMPORARY TABLE {table} (number integer PRIMARY KEY, id integer)"))
        rows = [{"number": number, "id": key} for number, key in enumerate(ids)]
        session.execute(text(f"INSERT INTO {table} VALUES (:number, :id)"), rows)


def _claim(session: Session, last: int) -> None:
    columns = ("reservation_id", "resource_id", "place", "occupied_from", "occupied_to", "active")
    taken = select(
        Reservation.id, Reservation.resource_id, text("1"), Reservation.starts_at, Reservation.ends_at, text("true")
    )
    session.execute(insert(Claim).from_select(columns, taken.where(Reservation.id > last).order_by(Reservation.id)))


_INTO = """
INSERT INTO reservations (resource_id, member_id, account_id, nature, starts_at, ends_at, state, created_at,
    created_by_id, version)
SELECT m.id, p.id, a.id, 'member', {begins}, {ends}, 'booked', {begins}, p.id, 1
FROM {numbers}
JOIN bench_machines m ON m.number = n.n / :per_machine
JOIN bench_people p ON p.number = (n.n * 7 + n.n / :per_machine) % :people
JOIN accounts a ON a.owner_id = p.id
ORDER BY n.n
"""
_STARTS = ":first + (n.n % :per_machine) * :step"
_PAST = {
    "sqlite": "WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < :count)"
    + _INTO.format(
        begins=f"strftime('%Y-%m-%d %H:%M:%S.000000', {_STARTS}, 'unixepoch')",
        ends=f"strftime('%Y-%m-%d %H:%M:%S.000000', {_STARTS} + :long, 'unixepoch')",
        numbers="n",
    ),
    "postgresql": _INTO.format(
        begins=f"to_timestamp({_STARTS})",
        ends=f"to_timestamp({_STARTS} + :long)",
        numbers="generate_series(0, :count - 1) AS n(n)",
    ),
}


@contextmanager
def ruled(lab: BenchLab) -> Iterator[None]:
    """Twelve rules are in force at the workshop meanwhile."""
    with lab.app.app_context(), transaction() as session:
        admin = members.actor(session, lab.cast.admin)
        for kind, params in RULES:
            card = RuleCard(kind=kind, params=params, scope=Scope(site_id=lab.cast.workshop))
            writing.add(session, admin, card, LONG_AGO)
    yield
    with lab.app.app_context(), transaction() as session:
        session.execute(delete(BookingRule))


def account_of(session: Session, member_id: int) -> int:
    """Somebody's own account."""
    found: int = members.personal_account(session, session.get_one(Member, member_id).id).id
    return found
