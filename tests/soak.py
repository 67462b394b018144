"""`make soak`: eight processes book and cancel at random for a while, on both databases; then the books are checked."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from fablab.core import schema
from fablab.core.db import engine_url, prepare_engine
from tests.cast import make_cast
from tests.support import postgres

PROCESSES = 8
ROUNDS = 400
OVERLAPS = """
    SELECT count(*) FROM claims a JOIN claims b ON a.id < b.id AND a.resource_id = b.resource_id AND a.place = b.place
    WHERE a.active AND b.active AND a.occupied_from < b.occupied_to AND b.occupied_from < a.occupied_to
"""
CHECKOUT = Path(__file__).parents[1]


def soak(name: str, url: str) -> str:
    """Race on one database; a line for the table."""
    engine = create_engine(engine_url(url))
    prepare_engine(engine)
    schema.upgrade(engine)
    with Session(engine) as session:
        cast = make_cast(session)
        session.commit()
    begun = time.monotonic()
    members = ",".join(map(str, [cast.maker, cast.student] * (PROCESSES // 2)))
    raced = subprocess.run(
        [sys.executable, "-m", "tests.racer", url, str(cast.printer), members, str(ROUNDS), "cancel"],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    outcomes = json.loads(raced.stdout)
    seconds = time.monotonic() - begun
    with engine.connect() as connection:
        overlaps = connection.execute(text(OVERLAPS)).scalar_one()
    engine.dispose()
    booked, taken = (sum(outcome[what] for outcome in outcomes) for what in ("booked", "taken"))
    errors = [error for outcome in outcomes for error in outcome["errors"]]
    rate = (booked + taken) / seconds
    line = f"{name:<12} {booked + taken:>9} {booked:>8} {taken:>8} {overlaps:>9} {len(errors):>7} {rate:>10.0f}"
    return line + (f"   {errors[0]}" if errors else "")


def main() -> None:
    """Soak both databases and print the table."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        lines.append(soak("SQLite", f"sqlite:///{folder}/soak.sqlite"))
    with postgres.server() as server, postgres.database(server) as url:
        lines.append(soak("PostgreSQL", url))
    print(f"\n{'':<12} {'attempts':>9} {'booked':>8} {'refused':>8} {'overlaps':>9} {'errors':>7} {'attempts/s':>10}")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
