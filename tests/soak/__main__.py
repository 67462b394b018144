"""`make soak`: a hundred thousand attempts, which take two cores some forty-five minutes; `--short` takes two."""

import logging
import sys
import tempfile
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import configure_mappers

from fablab.app import create_app
from fablab.core import clock
from fablab.core.config import load_config
from fablab.core.db import db, engine_url, prepare_engine
from tests.soak.acts import ACTS, Crowd
from tests.soak.books import Books, check
from tests.soak.lab import Scene, make
from tests.support import postgres

PROCESSES = 8
ATTEMPTS, ATTEMPTS_IF_SHORT = 100_000, 4_000
"""Of all, on both databases together."""
SPEED = 120
"""So much faster than the clock on the wall time passes, so that things begin, end and lapse meanwhile."""
_FORKED = get_context("fork")
_ready: list[Barrier] = []


@dataclass(slots=True)
class Tally:
    """What became of attempts: of each act how often which answer came, and what went wrong."""

    answers: dict[str, Counter[str]] = field(default_factory=lambda: {what: Counter() for what in ACTS})
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Count another process's."""
        for what, counts in other.answers.items():
            self.answers[what] += counts
        self.errors += other.errors

    def count(self, *kinds: str) -> int:
        """How many answers were of these kinds; of all, if none is named."""
        return sum(counts[kind] for counts in self.answers.values() for kind in kinds or counts)


class Ear(logging.Handler):
    """Hears what fails inside, where a caller only learns that it did."""

    def __init__(self, errors: Counter[str]) -> None:
        super().__init__(logging.ERROR)
        self._errors = errors

    def emit(self, record: logging.LogRecord) -> None:
        cause = record.exc_info[1] if record.exc_info else None
        self._errors[_told(cause) if cause else record.getMessage()] += 1


def _told(error: BaseException) -> str:
    """What failed, and where in the lab."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/fablab/" in frame.filename]
    places = [f"{frame.filename.rpartition('/fablab/')[2]}:{frame.lineno}" for frame in frames[-6:]]
    return f"{type(error).__name__}: {str(error).splitlines()[0][:120]} [{' > '.join(places)}]"


def attempt(scene: Scene, seed: int, count: int, began: datetime) -> Tally:
    """One process's share."""
    tally, folder = Tally(), tempfile.mkdtemp()
    start = time.monotonic()
    clock.now = lambda: began + timedelta(milliseconds=int((time.monotonic() - start) * SPEED * 1000))
    app = create_app(load_config(Path(folder), database_url=scene.url, secret_key="soak " * 8))
    logging.getLogger().handlers = [Ear(tally.errors)]
    crowd = Crowd(app, scene, seed)
    _ready[0].wait(120)
    while tally.count() - tally.count("nothing") < count:
        what, counts = "?", Counter[str]()
        try:
            what, answer = crowd.act()
            kind = (
                "nothing" if answer is None and what != "the worker" else _kind(answer.status_code if answer else 200)
            )
            if kind == "refused" and answer is not None and '"same_moment"' in answer.text:
                kind = "guarded"
            counts[kind] = 1
        except Exception as error:
            tally.errors[_told(error)] += 1
            what, counts = "the worker", Counter(failed=1)
        tally.answers[what] += counts
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return tally


def _kind(status: int) -> str:
    if status >= 500:
        return "failed"
    return "granted" if status < 300 else "refused" if status in (403, 404, 409, 422) else "strange"


def soak(url: str, attempts: int) -> tuple[Tally, Books, float]:
    """Soak one database: what became of the attempts, whether the books are right, and attempts a second."""
    scene = make(url)
    configure_mappers()
    whole, began = Tally(), clock.now()
    start = time.monotonic()
    with ProcessPoolExecutor(PROCESSES, _FORKED, _ready.append, (_FORKED.Barrier(PROCESSES),)) as pool:
        each = [pool.submit(attempt, scene, seed, attempts // PROCESSES, began) for seed in range(PROCESSES)]
        for one in each:
            whole.add(one.result())
    rate = attempts / (time.monotonic() - start)
    engine = create_engine(engine_url(url))
    prepare_engine(engine)
    books = check(engine, scene)
    engine.dispose()
    return whole, books, rate


def show(name: str, tally: Tally, books: Books, rate: float) -> None:
    """Print the tables of one database."""
    kinds = ("granted", "refused", "guarded", "strange", "failed")
    print(f"\n{name:<18}" + "".join(f"{kind:>9}" for kind in kinds))
    for what, counts in tally.answers.items():
        print(f"{what:<18}" + "".join(f"{counts[kind]:>9}" for kind in kinds))
    print(f"{'together':<18}" + "".join(f"{tally.count(kind):>9}" for kind in kinds) + f"  {rate:.0f} attempts/s")
    deadlocks = sum(count for error, count in tally.errors.items() if "deadlock" in error.lower())
    print(
        f"overlaps {books.overlaps}, claims of what was given back {books.unheld}, claims that do not fit "
        f"{books.mismatches}, quotas broken {books.quotas}, rooms too full {books.capacity}, deadlocks {deadlocks}, "
        f"five-hundreds {tally.count('failed')}; {books.held} reservations stand",
        flush=True,
    )
    for error, count in tally.errors.most_common(12):
        print(f"  {count} × {error}")


def main() -> None:
    """Soak both databases, or the one that is named."""
    half = (ATTEMPTS_IF_SHORT if "--short" in sys.argv else ATTEMPTS) // 2
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        if "postgresql" not in sys.argv:
            show("SQLite", *soak(f"sqlite:///{folder}/soak.sqlite", half))
        if "sqlite" not in sys.argv:
            url = stack.enter_context(postgres.database(stack.enter_context(postgres.server())))
            show("PostgreSQL", *soak(url, half))


main()
