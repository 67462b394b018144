"""The worker: one process beside the web that reads machines and empties the outbox.

It keeps nothing that it could lose: what the trackers remember is in the database, so that a worker that was killed
in mid-print is followed by one that knows as much.
"""

import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from secrets import token_hex

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.orm import Session

from fablab.booking import checking_in, fees, reviewing
from fablab.booking.draws import drawing
from fablab.booking.draws import queries as draws
from fablab.booking.handing import giving
from fablab.booking.queue import offering
from fablab.booking.queue import queries as queue
from fablab.booking.supervision import watch
from fablab.core import clock, heartbeat, retention
from fablab.core.config import Config
from fablab.core.db import db, transaction
from fablab.delivery import deliver
from fablab.members.privacy import erasing
from fablab.notices.memberships import remind_of_memberships, remind_of_proofs
from fablab.notices.reminders import remind_of_reservations
from fablab.notices.shifts import remind
from fablab.notices.upkeep import tell_due
from fablab.presence.services import end_forgotten
from fablab.shifts.plan import lay_out
from fablab.sites import queries as sites
from fablab.usage.connections import Means
from fablab.usage.reports import take
from fablab.usage.rounds import Rounds

log = logging.getLogger(__name__)
BEAT_SECONDS = 5
OUTBOX_SECONDS = 2
RESERVATIONS_SECONDS = 30
REMINDERS_SECONDS = 120
SHIFTS_SECONDS = 120
UPKEEP_SECONDS = 3600
PRESENCE_SECONDS = 300
DATA_SECONDS = 3600
OFFERS_SECONDS = 2
DRAWS_SECONDS = 5
WAITS_SECONDS = 300


class Worker:
    """Polls, delivers and beats until it is told to stop."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._config: Config = app.config["FABLAB"]
        self._rounds = Rounds(clock.now)
        self._stop = threading.Event()
        self._since = clock.now()
        """From when on it has been there: nobody was late to check in while it was not."""

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; what is under way is finished first, within a few seconds."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        scheduler = self._scheduler()
        scheduler.start()
        log.info("worker started; polls every %s s", self._config.poll_seconds)
        self._stop.wait()
        scheduler.shutdown(wait=False)
        self._rounds.close()
        log.info("worker stopped")

    def poll(self) -> None:
        """Read every machine that is due, and write down what they said."""
        config = self._config
        means = Means(config.secret_key, config.printer_networks, config.machine_timeout_seconds)
        for reading, version in self._rounds.read(db.session(), means, config.poll_seconds * 0.8):
            with transaction() as session:
                if not take(session, reading, version, clock.now()):
                    log.warning("reading of connection %s came too late and was dropped", reading.id)

    def beat(self) -> None:
        """Say that the worker is alive."""
        with transaction() as session:
            heartbeat.beat(session, heartbeat.WORKER, clock.now())

    def look_after_reservations(self) -> None:
        """Give back what nobody came for or decided about, and settle what giving back late costs; each by itself."""
        now = clock.now()
        self._each(checking_in.overdue(db.session(), now, self._since), partial(checking_in.release, since=self._since))
        self._each(reviewing.undecided(db.session(), now), reviewing.lapse)
        self._each(fees.due(db.session(), now), fees.settle)

    def _each(self, reservation_ids: list[int], act: Callable[[Session, int, datetime], bool]) -> None:
        """Do each in a transaction of its own: where one fails, the others are done all the same."""
        for reservation_id in reservation_ids:
            try:
                with transaction() as session:
                    act(session, reservation_id, clock.now())
            except Exception:
                log.exception("reservation %s failed; it is tried again at the next round", reservation_id)

    def look_after_shifts(self) -> None:
        """Lay shifts out, ask those who took one to confirm, and tell of those that lack people."""
        for site_id in [site.id for site in sites.sites(db.session())]:
            with transaction() as session:
                lay_out(session, sites.site(session, site_id), clock.now())
        with transaction() as session:
            remind(session, clock.now())
            watch(session, clock.now())

    def tell_of_maintenance(self) -> None:
        """Tell staff which maintenance became due."""
        with transaction() as session:
            tell_due(session, clock.now())

    def end_stays(self) -> None:
        """End the stays of those who forgot to say that they leave."""
        with transaction() as session:
            end_forgotten(session, clock.now())

    def remind_members(self) -> None:
        """Tell members whose membership, or proof of a class, ends."""
        with transaction() as session:
            remind_of_proofs(session, clock.now())
        after: int | None = 0
        while after is not None and not self._stop.is_set():
            with transaction() as session:
                after = remind_of_memberships(session, clock.now(), after)

    def remind_of_reservations(self) -> None:
        """Tell members what they have reserved before it begins."""
        after: int | None = 0
        while after is not None and not self._stop.is_set():
            with transaction() as session:
                after = remind_of_reservations(session, clock.now(), after)

    def look_after_data(self) -> None:
        """Erase those who asked for it and in whose way nothing stands any more; remove what is kept long enough."""
        for member_id in erasing.asked_for(db.session()):
            with transaction() as session:
                erasing.erase_asked(session, member_id, clock.now())
        for code in retention.due(db.session(), clock.now()):
            with transaction() as session:
                retention.purge_by_itself(session, code, clock.now())

    def make_draws(self) -> None:
        """Draw what is to be drawn by now."""
        for site_id, at in draws.due(db.session(), clock.now()):
            with transaction() as session:
                drawing.draw(session, site_id, at, token_hex(16), clock.now())

    def offer_places(self) -> None:
        """Offer what was given back to those who wait for it, and pass on what they did not answer in time."""
        for offer_id in offering.lapsed(db.session(), clock.now()):
            with transaction() as session:
                offering.lapse(session, offer_id, clock.now())
        for freed_id in offering.freed_times(db.session()):
            with transaction() as session:
                offering.pass_on(session, freed_id, clock.now())

    def look_after_waits(self) -> None:
        """Offer what became free by itself, the first in line first; end what went by."""
        with transaction() as session:
            offering.end_over(session, clock.now())
            giving.end_over(session, clock.now())
        for wait_id in queue.unserved(db.session(), clock.now()):
            with transaction() as session:
                offering.seek(session, wait_id, clock.now())

    def deliver(self) -> None:
        """Send what waits in the outbox."""
        deliver(self._config)

    def _scheduler(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(4), "beat": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        first = clock.now()
        for job, seconds, executor in (
            (self.poll, self._config.poll_seconds, "default"),
            (self.deliver, OUTBOX_SECONDS, "default"),
            (self.beat, BEAT_SECONDS, "beat"),
            (self.look_after_reservations, RESERVATIONS_SECONDS, "default"),
            (self.remind_of_reservations, REMINDERS_SECONDS, "default"),
            (self.look_after_shifts, SHIFTS_SECONDS, "default"),
            (self.tell_of_maintenance, UPKEEP_SECONDS, "default"),
            (self.end_stays, PRESENCE_SECONDS, "default"),
            (self.remind_members, UPKEEP_SECONDS, "default"),
            (self.look_after_data, DATA_SECONDS, "default"),
            (self.make_draws, DRAWS_SECONDS, "default"),
            (self.offer_places, OFFERS_SECONDS, "default"),
            (self.look_after_waits, WAITS_SECONDS, "default"),
        ):
            scheduler.add_job(
                self._safely(job), "interval", seconds=seconds, next_run_time=first, executor=executor, id=job.__name__
            )
        return scheduler

    def _safely(self, job: Callable[[], None]) -> Callable[[], None]:
        """The job in an application context; what it raises is logged, and the next round comes anyway."""

        def run() -> None:
            with self._app.app_context():
                try:
                    job()
                except Exception:
                    log.exception("%s failed; it is tried again at the next round", job.__name__)

        return run
