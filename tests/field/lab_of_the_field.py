"""A lab that is configured and used through the API alone, at a time that the scenario chooses."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fablab.booking.draws import drawing
from fablab.booking.draws import queries as draws
from fablab.booking.queue import offering
from fablab.core import clock
from fablab.core.db import transaction
from tests.booking.terms_lab import look_after
from tests.conftest import Lab

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2031, 3, 3, tzinfo=PARIS)
API = "/api/v1"
Json = dict[str, Any]
WEEK = [{"weekday": day, "opens": "00:00", "closes": "24:00"} for day in range(7)]


def window(*weekdays: int, start: int = 0, end: int = 24) -> Json:
    """Hours of weekdays."""
    return {"weekdays": list(weekdays), "from_minute": start * 60, "to_minute": end * 60}


WEEKDAYS = (0, 1, 2, 3, 4)


@dataclass
class Field:
    """Days are counted from a Monday, hours are those of the workshop's clock; it is Monday at eight."""

    lab: Lab
    monkeypatch: pytest.MonkeyPatch
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cast = self.lab.cast
        self.client = self.lab.client()
        self.at(0, 8)

    def instant(self, day: int, hour: float) -> datetime:
        """An instant by its day and its hour on the wall."""
        date = (MONDAY + timedelta(days=day)).date()
        wall = datetime(date.year, date.month, date.day, tzinfo=PARIS) + timedelta(minutes=round(hour * 60))
        return wall.astimezone(UTC)

    def at(self, day: int, hour: float) -> None:
        """Let it be that day and hour."""
        moment = self.instant(day, hour)
        self.monkeypatch.setattr("fablab.core.clock.now", lambda: moment)

    def call(self, method: str, path: str, json: Json | None = None, who: str = "admin", status: int = 200) -> Any:
        """Call the API; what it answers, which is what was expected."""
        if who not in self.tokens:
            self.tokens[who] = self.lab.token(getattr(self.cast, who))
        more = {} if json is None else {"json": json}
        answer = self.client.open(f"{API}{path}", method=method, headers=self.tokens[who], **more)
        assert answer.status_code == status, answer.text
        return answer.json if answer.data and answer.is_json else None

    def rule(self, kind: str, scope: Json | None = None, *, instead: bool = False, **params: Any) -> int:
        """Let a rule hold, everywhere if the scope says nothing."""
        body = {"kind": kind, "scope": scope or {}, "params": params, "instead": instead}
        made: int = self.call("POST", "/booking-rules", body, status=201)["id"]
        return made

    def wish(self, day: int, hour: float, hours: float, who: str, on: str | int, more: Json) -> Json:
        """What somebody asks for."""
        start = self.instant(day, hour)
        return {
            "resource_id": on if isinstance(on, int) else getattr(self.cast, on),
            "start": start.isoformat(),
            "end": (start + timedelta(minutes=round(hours * 60))).isoformat(),
            **({"member_id": getattr(self.cast, more.pop("for_whom"))} if "for_whom" in more else {}),
            **more,
        }

    def ok(
        self, day: int, hour: float, hours: float = 1, who: str = "maker", on: str | int = "printer", **more: Any
    ) -> int:
        """This is granted; its number."""
        body = self.wish(day, hour, hours, who, on, more)
        made: int = self.call("POST", "/reservations", body, who, status=201)["id"]
        return made

    def no(
        self,
        code: str,
        day: int,
        hour: float,
        hours: float = 1,
        who: str = "maker",
        on: str | int = "printer",
        **more: Any,
    ) -> None:
        """This is refused, for that reason among others."""
        body = self.wish(day, hour, hours, who, on, more)
        status = 409 if code == "taken" else 422
        answer = self.call("POST", "/reservations", body, who, status=status)
        assert code in [item["code"] for item in answer["refusals"]], answer

    def refused(self, code: str, method: str, path: str, json: Json | None = None, who: str = "maker") -> None:
        """This act is refused, for that reason among others."""
        status = 409 if code == "taken" else 422
        answer = self.call(method, path, json, who, status=status)
        assert code in [item["code"] for item in answer["refusals"]], answer

    def extend(self, made: int, day: int, hour: float, code: str = "", who: str = "maker") -> None:
        """Go on until then; refused for a reason, if one is named."""
        path, json = f"/reservations/{made}/extension", {"end": self.instant(day, hour).isoformat()}
        if code:
            self.refused(code, "POST", path, json, who)
        else:
            self.call("POST", path, json, who)

    def move(self, made: int, version: int, day: int, hour: float, code: str = "") -> None:
        """Take another time of one hour; refused for a reason, if one is named."""
        start = self.instant(day, hour)
        json = {"version": version, "start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
        if code:
            self.refused(code, "PATCH", f"/reservations/{made}", json)
        else:
            self.call("PATCH", f"/reservations/{made}", json, "maker")

    def cancel(self, made: int, who: str = "maker") -> None:
        """Give it back."""
        self.call("DELETE", f"/reservations/{made}", who=who)

    def born(self, who: str, years: int) -> None:
        """Somebody is so many years old."""
        member = getattr(self.cast, who)
        card = self.call("GET", f"/members/{member}")
        born = f"{MONDAY.year - years}-01-15"
        self.call("PATCH", f"/members/{member}", {"version": card["version"], "birth_date": born})

    def guarded(self, who: str, by: str = "trainer") -> None:
        """A guardian signs that a minor may use machines."""
        member, guardian = getattr(self.cast, who), getattr(self.cast, by)
        self.call("POST", f"/members/{member}/guardians", {"guardian_id": guardian}, status=201)
        signed = {"guardian_id": guardian, "permission": "use", "given": True}
        self.call("POST", f"/members/{member}/authorisations", signed, status=201)

    def conduct(self, *ladder: Json, **rules: Any) -> None:
        """What strikes, and what follows from strikes."""
        body = {"version": 0, "site_id": self.cast.workshop, "ladder": list(ladder), **rules}
        self.call("POST", "/conduct-policies", body, status=201)

    def strike(self, who: str = "maker") -> None:
        """Staff write down what somebody did."""
        body = {"reason": "Consignes non suivies.", "site_id": self.cast.workshop}
        self.call("POST", f"/members/{getattr(self.cast, who)}/strikes", body, "fabmanager", status=201)

    def strikes(self, who: str = "maker") -> int:
        """How many strikes somebody has."""
        return len(self.call("GET", f"/members/{getattr(self.cast, who)}/strikes")["items"])

    def hours(self, *openings: Json) -> None:
        """When the workshop is open."""
        table = self.call("GET", f"/sites/{self.cast.workshop}/timetables")["items"][0]
        season = table["seasons"][0]["id"]
        body = {"version": table["version"], "openings": list(openings)}
        self.call("PUT", f"/timetables/{table['id']}/seasons/{season}", body)

    def keys(self, *openings: Json) -> None:
        """The workshop is open to everybody then, and to those with a key always."""
        self.call("POST", "/access-levels", {"rank": 1, "name": "Clé"}, status=201)
        self.hours(*openings, *({**opening, "level": 1} for opening in WEEK))

    def key(self, who: str) -> None:
        """Somebody gets a key."""
        given = {"level": 1, "site_id": self.cast.workshop}
        self.call("POST", f"/members/{getattr(self.cast, who)}/accesses", given, "fabmanager", status=201)

    def room(self, *resources: str) -> int:
        """A room of the workshop with these in it."""
        made: int = self.call("POST", f"/sites/{self.cast.workshop}/rooms", {"name": "Salle X"}, status=201)["id"]
        for name in resources:
            number = getattr(self.cast, name)
            card = self.call("GET", f"/resources/{number}")
            self.call("PATCH", f"/resources/{number}", {"version": card["version"], "room_id": made})
        return made

    def membership(self, who: str = "maker") -> int:
        """Somebody takes a membership for a year; the number of its kind."""
        kind = {"name": "Pass", "legal_entity_id": self.cast.entity, "length": 12}
        made: int = self.call("POST", "/membership-kinds", kind, status=201)["id"]
        price = {"valid_from": "2020-01-01", "amount_cents": 0}
        self.call("POST", f"/membership-kinds/{made}/prices", price, status=201)
        self.call("POST", "/memberships", {"kind_id": made, "member_id": getattr(self.cast, who)}, status=201)
        return made

    def projects(self, *names: str) -> tuple[int, list[int]]:
        """An organisation of the maker with projects: its account, and theirs."""
        body = {"name": "Laboratoire", "owner_id": self.cast.maker}
        account = self.call("POST", "/accounts", body, status=201)["id"]
        made = [
            self.call("POST", f"/accounts/{account}/projects", {"name": name}, "maker", status=201)["id"]
            for name in names
        ]
        return account, made

    def costs(self, made: int) -> int:
        """What giving it back now would cost the maker, in cents, as they are told before."""
        cents: int = self.call("GET", f"/reservations/{made}/cancellation", who="maker")["cents"]
        return cents

    def work(self) -> None:
        """The worker looks after reservations."""
        look_after(self.lab, clock.now())
        for key in offering.freed_times(self.lab.session):
            with transaction() as session:
                offering.pass_on(session, key, clock.now())
        for site_id, at in draws.due(self.lab.session, clock.now()):
            with transaction() as session:
                drawing.draw(session, site_id, at, "chance", clock.now())

    def wait(
        self, day: int, hour: float, hours: float = 1, who: str = "student", code: str = "", *, on: str = "printer"
    ) -> None:
        """Wait for that time of a machine; refused for a reason, if one is named."""
        body = self.wish(day, hour, hours, who, on, {})
        ask = {
            "resource_id": body["resource_id"],
            "from": body["start"],
            "to": body["end"],
            "minutes": round(hours * 60),
        }
        if code:
            self.refused(code, "POST", "/waits", ask, who)
        else:
            self.call("POST", "/waits", ask, who, status=201)

    def wish_drawn(self, day: int, hour: float, hours: float = 1, who: str = "maker", code: str = "") -> None:
        """Wish for a time that is drawn; refused for a reason, if one is named."""
        body = self.wish(day, hour, hours, who, "printer", {})
        if code:
            self.refused(code, "POST", "/draw-entries", body, who)
        else:
            self.call("POST", "/draw-entries", body, who, status=201)

    def accept(self, who: str = "student") -> int:
        """Accept the one thing that is offered to somebody who waits."""
        (offer,) = self.call("GET", "/offers", who=who)["items"]
        made: int = self.call("POST", f"/offers/{offer['id']}/acceptance", who=who, status=201)["id"]
        return made

    def hand_over(self, made: int, to: str, code: str = "", who: str = "maker") -> None:
        """Offer a reservation to another; refused for a reason, if one is named."""
        path, body = f"/reservations/{made}/hand-over", {"to": f"{to}@test.example"}
        if code:
            self.refused(code, "PUT", path, body, who)
        else:
            self.call("PUT", path, body, who)

    def take(self, who: str = "student", code: str = "") -> None:
        """Take over what is offered; refused for a reason, if one is named."""
        (handed,) = self.call("GET", "/hand-overs", who=who)["items"]
        path, body = f"/hand-overs/{handed['id']}/acceptance", {"version": handed["version"]}
        if code:
            self.refused(code, "POST", path, body, who)
        else:
            self.call("POST", path, body, who)

    def given_back_after(self, minutes: int, day: int = 1, code: str = "missed") -> None:
        """Who checks in by then keeps it; of who does not, the rest is others’."""
        kept, lost = self.ok(day, 12, 2), self.ok(day, 15, 2)
        self.at(day, 12)
        self.call("POST", f"/reservations/{kept}/check-in", who="maker")
        self.at(day, 15 + (minutes - 1) / 60)
        self.work()
        self.no("taken", day, 16, who="student")
        self.at(day, 15 + minutes / 60)
        self.work()
        self.ok(day, 16, who="student")
        self.refused(code, "POST", f"/reservations/{lost}/check-in")

    def no_show(self, made: int, code: str = "") -> None:
        """Staff say that nobody came; refused for a reason, if one is named."""
        path = f"/reservations/{made}/no-show"
        if code:
            self.refused(code, "POST", path, who="fabmanager")
        else:
            self.call("POST", path, who="fabmanager")
