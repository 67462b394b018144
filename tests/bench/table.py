"""Measuring an act, and the table that is printed of it."""

import gc
import gzip
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median

from flask import Flask

WIDTH = 52


@dataclass(slots=True, kw_only=True)
class Row:
    """One measured thing beside its floor, in the unit of its table, and the goals that it is to meet."""

    what: str
    cost: float
    floor: float | None = None
    ratio: float | None = None
    """Cost by floor, unless it is worth saying the other way round."""
    statements: int | None = None
    bytes: int | None = None
    """Gzipped."""
    goals: list[tuple[str, bool]] = field(default_factory=list)
    """What is wanted, and whether it is so."""

    def line(self) -> str:
        """The row as it is printed."""
        ratio = self.ratio or (self.cost / self.floor if self.floor else None)
        numbers = [
            f"{self.cost:9.2f}",
            f"{self.floor:9.2f}" if self.floor is not None else f"{'–':>9}",
            f"{ratio:8.2f}" if ratio is not None else f"{'–':>8}",
            f"{self.statements if self.statements is not None else '–':>6}",
            f"{self.bytes / 1024:7.1f}" if self.bytes is not None else f"{'–':>7}",
        ]
        goals = "; ".join(f"{'✓' if met else '✗'} {goal}" for goal, met in self.goals)
        return f"{self.what:<{WIDTH}} {' '.join(numbers)}  {goals}".rstrip()


def print_table(title: str, unit: str, rows: Iterable[Row]) -> None:
    """Print rows below their heading."""
    print(f"\n{title:<{WIDTH}} {unit:>9} {'floor':>9} {'ratio':>8} {'stmts':>6} {'KB gz':>7}  goals")
    for row in rows:
        print(row.line(), flush=True)


def spent_ms(act: Callable[[], object], times: int = 15, *, clock: Callable[[], float] = time.process_time) -> float:
    """The median time of an act in milliseconds, of CPU unless another clock is given; the first does not count."""
    act()
    gc.collect()  # What others have left costs nobody else.
    spent = []
    for _ in range(times):
        begun = clock()
        act()
        spent.append((clock() - begun) * 1000)
    return median(spent)


def gzipped(data: bytes) -> int:
    """How many bytes go over the line."""
    return len(gzip.compress(data))


def bare_flask_ms() -> float:
    """What a request costs that Flask alone answers."""
    app = Flask("bare")
    app.add_url_rule("/", "root", lambda: app.response_class(json.dumps({}), mimetype="application/json"))
    client = app.test_client()
    return spent_ms(lambda: client.get("/").data, 200)
