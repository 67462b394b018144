"""Few statements, however much there is: counted, since a clock would tell of the machine that runs the tests."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import insert, select

from fablab.booking.models import Claim, Reservation
from fablab.catalog.services import ResourceCard, add_resource
from fablab.core.db import db, is_postgresql, transaction
from fablab.members import queries as members
from tests.booking.rules_of_a_lab import TEN, book, rule
from tests.cast import LONG_AGO
from tests.conftest import Lab, hours_from
from tests.support.statements import statements

RULES: tuple[tuple[str, dict[str, object]], ...] = (
    ("length", {"most": 480}),
    ("ahead", {"days": 60}),
    ("lead", {"minutes": 10}),
    ("starts", {"every": 30}),
    ("quota", {"most": 40, "per": "week"}),
    ("at_once", {"most": 5}),
    ("capacity", {"most": 60}),
    ("check_in", {}),
)
WEEK = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-09T00:00:00Z"}


def test_a_week_of_reservations_takes_as_few_statements_as_one_reservation(lab: Lab) -> None:
    ask = asking(lab, lab.cast.admin, "/api/v1/reservations")
    fill(lab, 1)
    few = counted(lab, ask)

    fill(lab, 300)

    assert counted(lab, ask) == few <= 3


def test_a_list_says_of_a_reservation_what_its_own_answer_says(lab: Lab, tomorrow: datetime) -> None:
    client, headers = lab.client(), lab.token(lab.cast.maker)
    end = (tomorrow + timedelta(hours=1)).isoformat()
    wish = {"resource_id": lab.cast.printer, "start": tomorrow.isoformat(), "end": end, "job": "PLA"}
    own = client.post("/api/v1/reservations", json=wish, headers=headers).json

    window = {"from": tomorrow.isoformat(), "to": end}
    listed = client.get("/api/v1/reservations", query_string=window, headers=headers).json

    assert listed == {"items": [own], "next": None}
    assert list(listed["items"][0]) == list(own)


def test_free_time_takes_as_few_statements_where_much_is_taken(lab: Lab) -> None:
    ask = asking(lab, lab.cast.maker, f"/api/v1/resources/{lab.cast.printer}/availability")
    fill(lab, 1)
    few = counted(lab, ask)

    fill(lab, 300)

    assert counted(lab, ask) == few <= 4


def test_a_day_of_twenty_machines_takes_as_few_statements_as_one_of_four(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)

    def look() -> None:
        assert client.get("/day/grid?d=2026-03-03").status_code == 200

    few = counted(lab, look)
    add_machines(lab, 16)
    fill(lab, 160)

    assert counted(lab, look) == few <= 6


def test_reserving_takes_few_statements_and_rules_add_hardly_any(lab: Lab) -> None:
    hours = count()

    def reserve() -> None:
        book(lab, lab.cast.maker, hours_from(TEN + timedelta(hours=next(hours)), 1))

    without = counted(lab, reserve)
    for kind, params in RULES:
        rule(lab, kind, params)

    # One for the actor of the test itself; PostgreSQL locks the account, and looks again at what it waited for;
    # so it does when it has waited for a room that is shared.
    assert without <= 10 + 4 * is_postgresql(lab.session)
    assert counted(lab, reserve) <= without + 3 + is_postgresql(lab.session)


def asking(lab: Lab, who: int, path: str) -> Callable[[], object]:
    """Ask the API for the week."""
    client, headers = lab.client(), lab.token(who)

    def ask() -> None:
        assert client.get(path, query_string=WEEK, headers=headers).status_code == 200

    ask()  # Notes that the token is in use.
    return ask


def counted(lab: Lab, act: Callable[[], object]) -> int:
    """The statements of an act that finds nothing read already but what changes seldom."""
    act()
    db.session.remove()
    return statements(db.engine, act)


def fill(lab: Lab, number: int) -> None:
    """Add reservations to the week, a few minutes each."""
    with transaction() as session:
        held = session.query(Reservation).count()
        common = {
            "resource_id": lab.cast.printer,
            "member_id": lab.cast.maker,
            "account_id": members.personal_account(session, lab.cast.maker).id,
            "created_by_id": lab.cast.maker,
            "created_at": LONG_AGO,
        }
        starts = [TEN + timedelta(minutes=5 * at) for at in range(held, held + number)]
        rows = [{**common, "starts_at": start, "ends_at": start + timedelta(minutes=5)} for start in starts]
        session.execute(insert(Reservation), rows)
        made = session.execute(select(Reservation).order_by(Reservation.id).offset(held)).scalars()
        claims = [
            {
                "reservation_id": row.id,
                "resource_id": row.resource_id,
                "place": 1,
                "occupied_from": row.starts_at,
                "occupied_to": row.ends_at,
            }
            for row in made
        ]
        session.execute(insert(Claim), claims)


def add_machines(lab: Lab, wanted: int) -> None:
    """Add machines to the workshop."""
    with transaction() as session:
        admin = lab.actor(lab.cast.admin)
        for number in range(wanted):
            card = ResourceCard(name=f"M{number}", category_id=lab.cast.printers, site_id=lab.cast.workshop)
            add_resource(session, admin, card, LONG_AGO)
