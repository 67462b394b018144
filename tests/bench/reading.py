"""What is read most: reservations and free time over the API, and the day's grid.

The floor of a list is the same data, fetched with one hand-written statement over the bare driver and written with
`json.dumps`; a request may cost twice as much, and what bare Flask takes.
"""

import json
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Engine

from fablab.booking import free_time
from fablab.catalog import queries as catalog
from fablab.core.db import db
from fablab.members import rights
from tests.bench.lab import MONDAY, WEEK, BenchLab
from tests.bench.table import Row, bare_flask_ms, gzipped, spent_ms
from tests.support.statements import statements

Clock = Callable[[], float]
_RESERVATIONS = """
SELECT r.id, r.resource_id, s.name, r.starts_at, r.ends_at, r.state, r.nature, r.places, r.member_id, m.name,
    r.account_id, r.project_id, r.job, r.guests, r.companion_id, r.started_at, r.checked_in_at, r.returned_at,
    r.review, r.review_by, r.version
FROM reservations r JOIN resources s ON s.id = r.resource_id JOIN members m ON m.id = r.member_id
WHERE {where} AND r.starts_at < {mark} AND r.starts_at > {mark} AND r.ends_at > {mark} AND r.state = 'booked'
ORDER BY r.starts_at, r.id
"""
_BUSY = """
SELECT c.resource_id, c.place, c.occupied_from, c.occupied_to, r.id, r.member_id FROM claims c
JOIN reservations r ON r.id = c.reservation_id
WHERE c.{where} AND c.active AND c.occupied_from < {mark} AND c.occupied_from > {mark} AND c.occupied_to > {mark}
ORDER BY c.occupied_from
"""


def floor_ms(engine: Engine, statement: str, machines: list[int], clock: Clock) -> float:
    """What one statement over the bare driver and `json.dumps` cost."""
    ids = ", ".join(map(str, machines))
    mark = "?" if engine.dialect.name == "sqlite" else "%s"
    sql = statement.format(where=f"resource_id IN ({ids})", mark=mark)
    early = WEEK.start - timedelta(days=31)
    values: list[object] = [WEEK.end, early, WEEK.start]
    if engine.dialect.name == "sqlite":
        values = [f"{moment:%Y-%m-%d %H:%M:%S.%f}" for moment in (WEEK.end, early, WEEK.start)]
    connection = engine.raw_connection()

    def read() -> str:
        cursor = connection.cursor()
        cursor.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return json.dumps([dict(zip(names, row, strict=True)) for row in cursor.fetchall()], default=str)

    try:
        return spent_ms(read, 40, clock=clock)
    finally:
        connection.rollback()
        connection.close()


def rows(lab: BenchLab, clock: Clock) -> list[Row]:
    """All that is read, of one lab."""
    return [*_reservations(lab, clock), *_availability(lab, clock), _day(lab, clock)]


def _reservations(lab: BenchLab, clock: Clock) -> list[Row]:
    client, headers, bare = lab.app.test_client(), lab.headers(lab.cast.admin), bare_flask_ms()
    window = {"from": WEEK.start.isoformat(), "to": WEEK.end.isoformat()}

    def measured(what: str, machines: list[int], count: int, **more: int) -> Row:
        def ask() -> bytes:
            answer = client.get("/api/v1/reservations", query_string={**window, **more}, headers=headers)
            assert answer.status_code == 200
            return answer.data

        body = ask()
        assert len(json.loads(body)["items"]) == count
        floor = floor_ms(lab.engine, _RESERVATIONS, machines, clock)
        row = Row(what=what, cost=spent_ms(ask, clock=clock), floor=floor, statements=statements(lab.engine, ask))
        row.bytes = gzipped(body)
        row.goals = [
            (f"2 × floor + Flask = {2 * floor + bare:.1f}", row.cost <= 2 * floor + bare),
            ("≤ 5 stmts", (row.statements or 0) <= 5),
        ]
        return row

    return [
        measured("reservations, a machine's week (53)", lab.machines[:1], 53, resource=lab.machines[0]),
        measured("reservations, 20 machines' week (1,089)", lab.workshop, 1089),
    ]


def _availability(lab: BenchLab, clock: Clock) -> list[Row]:
    client, headers, bare = lab.app.test_client(), lab.headers(lab.cast.maker), bare_flask_ms()
    window = {"from": WEEK.start.isoformat(), "to": WEEK.end.isoformat()}
    path = f"/api/v1/resources/{lab.machines[0]}/availability"

    def one() -> bytes:
        answer = client.get(path, query_string=window, headers=headers)
        assert answer.status_code == 200
        return answer.data

    def sixty() -> None:
        with lab.app.app_context():
            session = db.session()
            levels = rights.access_of(session, lab.cast.maker, MONDAY)
            assert len(free_time.availability(session, catalog.resources(session), WEEK, MONDAY, levels)) >= 60

    floors = [floor_ms(lab.engine, _BUSY, machines, clock) for machines in (lab.machines[:1], lab.machines)]
    week = Row(what="free time, a machine's week, API", cost=spent_ms(one, clock=clock), floor=floors[0])
    week.statements, week.bytes = statements(lab.engine, one), gzipped(one())
    week.goals = [(f"2 × floor + Flask = {2 * floors[0] + bare:.1f}", week.cost <= 2 * floors[0] + bare)]
    every = Row(what="free time, 60 machines' week, query alone", cost=spent_ms(sixty, clock=clock), floor=floors[1])
    every.statements = statements(lab.engine, sixty)
    return [week, every]


def _day(lab: BenchLab, clock: Clock) -> Row:
    client = lab.signed_in("maker")
    path = f"/day/grid?d={MONDAY:%Y-%m-%d}&site={lab.cast.workshop}"

    def ask() -> bytes:
        answer = client.get(path)
        assert answer.status_code == 200
        return answer.data

    row = Row(what="day grid, 20 machines, 160 reservations", cost=spent_ms(ask, clock=clock))
    row.statements, row.bytes = statements(lab.engine, ask), gzipped(ask())
    row.goals = [
        ("≤ 15 ms", row.cost <= 15),
        ("≤ 6 stmts", row.statements <= 6),
        ("≤ 12 KB", row.bytes <= 12 * 1024),
    ]
    return row
