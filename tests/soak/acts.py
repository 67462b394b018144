"""What people do, at random, over the API; and what the worker does meanwhile."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from flask_openapi3 import OpenAPI
from sqlalchemy import text
from werkzeug.test import TestResponse

from fablab.core import clock
from fablab.core.db import db
from fablab.worker import Worker
from tests.soak.lab import Scene

DAYS = 2
"""So far ahead they reserve, that they get into each other's way."""
Json = dict[str, Any]
OWN = "SELECT id, version, starts_at FROM reservations WHERE member_id = :who AND state = 'booked' AND ends_at > :now"
SERIES = "SELECT id, version FROM reservation_series WHERE member_id = :who ORDER BY id DESC LIMIT 20"
TOGETHER = f"{OWN} AND together_id IS NOT NULL"
WAITS = "SELECT id FROM waits WHERE member_id = :who AND ended_at IS NULL"
OFFERS = (
    "SELECT o.id FROM offers o JOIN waits w ON w.id = o.wait_id WHERE w.member_id = :who AND o.state = 'open' "
    "AND o.until > :now"
)
HANDED = (
    "SELECT h.id, r.version FROM hand_overs h JOIN reservations r ON r.id = h.reservation_id "
    "WHERE h.to_id = :who AND h.state = 'open'"
)
ANY = "SELECT id, version, starts_at FROM reservations WHERE state = 'booked' AND ends_at > :now"


class Crowd:
    """One process's people: at each moment one of them, who does one thing."""

    def __init__(self, app: OpenAPI, scene: Scene, seed: int) -> None:
        self._client = app.test_client()
        self._app = app
        self._scene = scene
        self._chance = random.Random(seed)
        self._keys = (f"{seed}-{number}" for number in count())
        self._who = scene.cast.maker
        self._worker = Worker(app)

    def act(self) -> tuple[str, TestResponse | None]:
        """Do one thing; what it was, and what was answered, None where nothing was there to do it with."""
        self._who = self._chance.choice([who for who in self._scene.tokens if who != self._scene.cast.admin])
        (what,) = self._chance.choices(list(ACTS), [weight for weight, _act in ACTS.values()])
        return what, ACTS[what][1](self)

    def ask(self, method: str, path: str, json: Json | None = None, *, as_staff: bool = False) -> TestResponse:
        """Call the API."""
        token = self._scene.tokens[self._scene.cast.admin if as_staff else self._who]
        headers = {"Authorization": f"Bearer {token}"}
        if method == "POST" and self._chance.random() < 0.2:
            headers["Idempotency-Key"] = next(self._keys)
        return self._client.open(f"/api/v1{path}", method=method, json=json, headers=headers)

    def found(self, statement: str) -> Any:
        """One of the rows that a statement finds, at random."""
        with self._app.app_context():
            values = {"who": self._who, "now": clock.now()}
            if db.engine.dialect.name == "sqlite":
                values["now"] = f"{values['now']:%Y-%m-%d %H:%M:%S.%f}"
            rows = db.session.execute(text(f"SELECT * FROM ({statement}) AS one LIMIT 50"), values).all()
        return self._chance.choice(rows) if rows else None

    def start(self) -> datetime:
        """Some half hour that lies ahead."""
        now = clock.now().replace(minute=0, second=0, microsecond=0)
        return now + timedelta(minutes=30 * self._chance.randint(2, DAYS * 48))

    def times(self) -> Json:
        """Some half hours."""
        start = self.start()
        end = start + timedelta(minutes=30 * self._chance.randint(1, 4))
        return {"start": start.isoformat(), "end": end.isoformat()}

    def book(self) -> TestResponse:
        """Reserve something, sometimes two desks."""
        thing = self._chance.choice(self._scene.things)
        places = self._chance.randint(1, 2) if thing == self._scene.desks else 1
        return self.ask("POST", "/reservations", {"resource_id": thing, "places": places, **self.times()})

    def pass_first(self) -> TestResponse:
        """Take it from others, which the rules let some."""
        thing = self._chance.choice(self._scene.things)
        return self.ask("POST", "/reservations", {"resource_id": thing, "passes_first": True, **self.times()})

    def wish(self) -> TestResponse:
        """Wish for a time of the room that is drawn."""
        return self.ask("POST", "/draw-entries", {"resource_id": self._scene.rooms[1], **self.times()})

    def walk_in(self) -> TestResponse:
        """Begin now."""
        minutes = self._chance.choice((30, 60))
        return self.ask(
            "POST", "/walk-ins", {"resource_id": self._chance.choice(self._scene.things), "minutes": minutes}
        )

    def move(self) -> TestResponse | None:
        """To another time, sometimes to another thing."""
        row = self.found(OWN)
        if row is None:
            return None
        where = {"resource_id": self._chance.choice(self._scene.things)} if self._chance.random() < 0.3 else {}
        return self.ask("PATCH", f"/reservations/{row.id}", {"version": row.version, **self.times(), **where})

    def extend(self) -> TestResponse | None:
        """Go on for an hour."""
        row = self.found(f"{OWN} AND starts_at <= :now") or self.found(OWN)
        if row is None:
            return None
        begun = (
            row.starts_at if isinstance(row.starts_at, datetime) else datetime.fromisoformat(f"{row.starts_at}+00:00")
        )
        end = begun + timedelta(minutes=30 * self._chance.randint(2, 6))
        return self.ask("POST", f"/reservations/{row.id}/extension", {"end": end.isoformat()})

    def leave_early(self) -> TestResponse | None:
        """Give the rest back."""
        row = self.found(f"{OWN} AND starts_at <= :now")
        return self.ask("POST", f"/reservations/{row.id}/end") if row else None

    def cancel(self) -> TestResponse | None:
        """Give back."""
        row = self.found(OWN)
        return self.ask("DELETE", f"/reservations/{row.id}") if row else None

    def repeat(self) -> TestResponse:
        """Reserve three weeks in a row."""
        start = self.start()
        body = {"resource_id": self._chance.choice(self._scene.things), "first_on": f"{start:%Y-%m-%d}"}
        more = {"starts": f"{start:%H:%M}", "minutes": 60, "times": 3, "rest": self._chance.random() < 0.5}
        return self.ask("POST", "/reservations/series", {**body, **more})

    def move_series(self) -> TestResponse | None:
        """All times to come an hour later."""
        row = self.found(SERIES)
        if row is None:
            return None
        body = {"scope": "all", "version": row.version, "shift_minutes": self._chance.choice((-60, 60)), "rest": True}
        return self.ask("PATCH", f"/reservation-series/{row.id}", body)

    def cancel_series(self) -> TestResponse | None:
        """Give all times back."""
        row = self.found(SERIES)
        return self.ask("DELETE", f"/reservation-series/{row.id}?scope=all") if row else None

    def book_several(self) -> TestResponse:
        """Reserve two or three things at one time."""
        things = self._chance.sample(self._scene.things, self._chance.randint(2, 3))
        return self.ask("POST", "/reservations/together", {"resource_ids": things, **self.times()})

    def move_several(self) -> TestResponse | None:
        """All that are together to another time."""
        row = self.found(TOGETHER)
        if row is None:
            return None
        return self.ask("PATCH", f"/reservations/together/{row.id}", {"version": row.version, **self.times()})

    def give(self) -> TestResponse | None:
        """Offer a reservation to somebody else."""
        row = self.found(OWN)
        to = str(self._chance.choice(list(self._scene.tokens)))
        return self.ask("PUT", f"/reservations/{row.id}/hand-over", {"to": to}) if row else None

    def take(self) -> TestResponse | None:
        """Take over what is offered."""
        row = self.found(HANDED)
        return self.ask("POST", f"/hand-overs/{row.id}/acceptance", {"version": row.version}) if row else None

    def wait(self) -> TestResponse:
        """Join the waiting list."""
        start = self.start()
        window = {"from": start.isoformat(), "to": (start + timedelta(hours=2)).isoformat(), "minutes": 60}
        return self.ask("POST", "/waits", {"resource_id": self._chance.choice(self._scene.things), **window})

    def wait_no_longer(self) -> TestResponse | None:
        """Leave it."""
        row = self.found(WAITS)
        return self.ask("DELETE", f"/waits/{row.id}") if row else None

    def accept(self) -> TestResponse | None:
        """Accept an offer, or decline it."""
        row = self.found(OFFERS)
        answer = self._chance.choice(("acceptance", "acceptance", "acceptance", "refusal"))
        return self.ask("POST", f"/offers/{row.id}/{answer}") if row else None

    def block(self) -> TestResponse:
        """Staff keep time for maintenance."""
        thing = self._chance.choice([*self._scene.things, self._scene.extractor])
        return self.ask(
            "POST", "/reservations", {"resource_id": thing, "nature": "maintenance", **self.times()}, as_staff=True
        )

    def cancel_as_staff(self) -> TestResponse | None:
        """Staff give somebody's reservation back."""
        row = self.found(ANY)
        return self.ask("DELETE", f"/reservations/{row.id}", as_staff=True) if row else None

    def move_as_staff(self) -> TestResponse | None:
        """Staff move somebody's reservation."""
        row = self.found(ANY)
        body = {"version": row.version, **self.times()} if row else None
        return self.ask("PATCH", f"/reservations/{row.id}", body, as_staff=True) if row else None

    def work(self) -> None:
        """What the worker does every few seconds."""
        with self._app.app_context():
            self._worker.offer_places()
            self._worker.look_after_waits()
            self._worker.look_after_reservations()
            self._worker.make_draws()


ACTS: dict[str, tuple[int, Callable[[Crowd], TestResponse | None]]] = {
    "book": (30, Crowd.book),
    "pass first": (3, Crowd.pass_first),
    "wish for a draw": (3, Crowd.wish),
    "walk in": (4, Crowd.walk_in),
    "move": (12, Crowd.move),
    "extend": (6, Crowd.extend),
    "leave early": (3, Crowd.leave_early),
    "cancel": (14, Crowd.cancel),
    "series": (2, Crowd.repeat),
    "move a series": (1, Crowd.move_series),
    "cancel a series": (2, Crowd.cancel_series),
    "several at once": (5, Crowd.book_several),
    "move several": (2, Crowd.move_several),
    "offer to another": (3, Crowd.give),
    "take over": (4, Crowd.take),
    "wait": (5, Crowd.wait),
    "wait no longer": (1, Crowd.wait_no_longer),
    "answer an offer": (5, Crowd.accept),
    "block": (2, Crowd.block),
    "cancel as staff": (2, Crowd.cancel_as_staff),
    "move as staff": (2, Crowd.move_as_staff),
    "the worker": (2, Crowd.work),
}
"""How often each is done."""
