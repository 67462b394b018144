"""The first page: for visitors what the lab is, for members what is theirs and what is free."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template
from flask_login import current_user

from fablab.billing.prices import Quote, prices_on
from fablab.booking import queries as booking
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource, ResourceState
from fablab.core import clock
from fablab.core.db import db
from fablab.founding import is_new
from fablab.impact import facts
from fablab.members import queries as members
from fablab.sites import queries as sites
from fablab.usage import queries as usage
from fablab.usage.models import UsageSession
from fablab.web.calendar import floor
from fablab.web.calendar.floor import Standing
from fablab.web.ground import access
from fablab.web.people import charters

screen = Blueprint("home", __name__)
AGAIN = 3
UPCOMING = 2


@dataclass(frozen=True, slots=True)
class PriceLine:
    """What a category costs a class of members."""

    category: str
    class_name: str | None
    quote: Quote
    currency: str


@screen.get("/")
@access.public
def page() -> str:
    """The page for who is looking."""
    now = clock.now()
    standings = floor.standings(catalog.resources(db.session()), now)
    if current_user.is_authenticated:
        return _for_member(standings, now)
    if not standings and is_new(db.session()):
        return render_template("start/new.html")
    return render_template("home/visitor.html", places=floor.by_site(standings), prices=price_lines(now))


def _for_member(standings: list[Standing], now: datetime) -> str:
    session, member_id = db.session(), current_user.id
    running = usage.open_sessions(session, [item.resource.id for item in standings])
    return render_template(
        "home/member.html",
        upcoming=booking.upcoming(session, member_id, now, limit=UPCOMING),
        running=[(item, running[item.resource.id]) for item in standings if _is_own(running, item.resource)],
        places=floor.by_site(item for item in standings if item.can_be_had),
        locked=[item for item in standings if item.missing],
        again=_again(member_id, standings, now),
        machines=len(standings),
        to_accept=charters.to_accept(members.member(session, member_id)),
        asks=not facts.has_answered(session, member_id),
    )


def _is_own(running: dict[int, UsageSession], resource: Resource) -> bool:
    found = running.get(resource.id)
    return found is not None and found.member_id == current_user.id


def _again(member_id: int, standings: list[Standing], now: datetime) -> list[tuple[Standing, int]]:
    """The machines that the member had last and may have again, each with the latest reservation of it."""
    usable = (item for item in standings if not item.missing and ResourceState(item.resource.state).bookable)
    by_id = {item.resource.id: item for item in usable}
    latest: dict[int, int] = {}
    for row in booking.past(db.session(), member_id, now):
        latest.setdefault(row.resource_id, row.id)
    return [(by_id[key], reservation_id) for key, reservation_id in latest.items() if key in by_id][:AGAIN]


def price_lines(now: datetime) -> list[PriceLine]:
    """The prices in force today, by category."""
    session = db.session()
    entities = {row.id: row for row in sites.legal_entities(session)}
    classes = {row.id: row.name for row in members.classes(session)}
    names = {row.id: row.name for row in catalog.categories(session)}
    lines = []
    for entity in entities.values():
        for price in prices_on(session, now.astimezone(entity.zone).date()):
            if price.legal_entity_id == entity.id:
                quote = Quote(price.amount_cents, price.per_seconds, price.gross)
                class_name = classes.get(price.class_id) if price.class_id else None
                lines.append(PriceLine(names.get(price.category_id, ""), class_name, quote, entity.currency))
    return sorted(lines, key=lambda line: (line.category, line.class_name or ""))
