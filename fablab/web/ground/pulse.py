"""Whether somebody meters: the worker's last beat, looked up once a request."""

from dataclasses import dataclass
from datetime import datetime

from flask import g

from fablab.core import clock
from fablab.core.db import db
from fablab.core.heartbeat import WORKER, is_stale, last_beat
from fablab.web.ground.settings import settings


@dataclass(frozen=True, slots=True)
class Pulse:
    """When the worker did its last round, and whether that is too long ago to believe what machines said."""

    beat_at: datetime | None
    is_stale: bool


def pulse() -> Pulse:
    """The worker's pulse as of this request."""
    if "pulse" not in g:
        beat_at = last_beat(db.session(), WORKER)
        g.pulse = Pulse(beat_at, is_stale(beat_at, clock.now(), settings().stale_after_seconds))
    found: Pulse = g.pulse
    return found
