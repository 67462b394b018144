"""`make bench`: everything, in some ten minutes; `python -m tests.bench --short` in two, with less of a past, and
with `sqlite` or `postgresql` on that one alone."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.bench import booking, polling, reading, writers
from tests.bench.lab import BenchLab, filled, opened
from tests.bench.table import Row, print_table
from tests.support import postgres

PRESENT = 16_000
FEW, MANY, MANY_IF_SHORT = 10_000, 1_000_000, 100_000
GROWTH = 1.2
KEPT = {"sqlite": ("SQLite", 0.25, time.process_time), "postgresql": ("PostgreSQL", 0.7, time.perf_counter)}
"""The name of each database, how much of the bare rows' rate is wanted, and a clock: CPU if all is computed here."""


def labs() -> Iterator[tuple[str, Callable[[ExitStack], BenchLab]]]:
    """How to open a lab on each database."""

    def on_sqlite(stack: ExitStack) -> BenchLab:
        return stack.enter_context(opened(Path(stack.enter_context(tempfile.TemporaryDirectory()))))

    def on_postgresql(stack: ExitStack) -> BenchLab:
        url = stack.enter_context(postgres.database(stack.enter_context(postgres.server(durable=True))))
        return stack.enter_context(opened(Path(stack.enter_context(tempfile.TemporaryDirectory())), url))

    yield "sqlite", on_sqlite
    yield "postgresql", on_postgresql


def grown(few: BenchLab, many: BenchLab, clock: Callable[[], float]) -> Iterator[Row]:
    """All of it with many reservations, beside what it costs with few."""
    floors = _measured(few, clock)
    for floor, row in zip(floors, _measured(many, clock), strict=True):
        row.floor, row.ratio = floor.cost, row.cost / floor.cost
        row.goals = [(f"≤ {GROWTH}", row.ratio <= GROWTH)]
        yield row


def _measured(lab: BenchLab, clock: Callable[[], float]) -> list[Row]:
    return [*reading.rows(lab, clock), *booking.rows(lab, clock)]


def main() -> None:
    """Measure everything and print the tables."""
    only = [word for word in sys.argv[1:] if word in KEPT]
    is_short = "--short" in sys.argv
    many = MANY_IF_SHORT if is_short else MANY
    print_table("the machine's side", "CPU ms", [polling.row()])
    for key, lab_on in ((key, lab_on) for key, lab_on in labs() if not only or key in only):
        name, share, clock = KEPT[key]
        unit = "CPU ms" if clock is time.process_time else "ms"
        with ExitStack() as stack:
            lab = filled(lab_on(stack), PRESENT)
            print_table(f"{name}, {PRESENT:,} reservations", unit, _measured(lab, clock))
            each = 25 if is_short else 100
            print_table(f"{name}, at once", "a second", [writers.row(lab, each, share)])
        with ExitStack() as stack:
            few, lots = filled(lab_on(stack), FEW), filled(lab_on(stack), many)
            print_table(f"{name}, {many:,} reservations; floor: {FEW:,}", unit, grown(few, lots, clock))


main()
