"""The worker's pulse, where two workers begin at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from fablab.core import heartbeat
from fablab.core.db import db
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_two_may_say_for_the_first_time_at_once_that_they_are_alive(lab: Lab) -> None:
    engine, later = db.engine, NOW + timedelta(seconds=5)

    def second() -> None:
        with Session(engine) as session:
            heartbeat.beat(session, "worker", later)
            session.commit()

    with Session(engine) as first, ThreadPoolExecutor() as pool:
        heartbeat.beat(first, "worker", NOW)
        waits = pool.submit(second)
        first.commit()
        waits.result()

    assert heartbeat.last_beat(lab.session, "worker") == later
