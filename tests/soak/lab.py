"""The lab that is soaked: of each kind of thing that can be reserved one, and rules that count."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from fablab.booking.policy import writing
from fablab.booking.policy.writing import RuleCard
from fablab.booking.rules.scope import Scope
from fablab.catalog.models import ResourceLink
from fablab.catalog.services import ResourceCard, add_resource
from fablab.core import schema
from fablab.core.db import engine_url, prepare_engine
from fablab.members import queries as members
from fablab.members import services
from fablab.training.services import validate
from tests.cast import LONG_AGO, Cast, make_cast

PER_DAY = 4
"""So many reservations of the printer a day and person."""
AHEAD = 12
"""So many reservations of one person's that lie ahead, of all there is."""
IN_ROOM = 4
"""So many people at the desks and in the rooms at the same time."""
BUFFER = 15
"""Minutes after each use of the laser."""
FOLK = ("maker", "newcomer", "student", "trainer", "treasurer")
"""Members who reserve; each of them does so from several processes at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the processes know of the lab."""

    url: str
    cast: Cast
    alone: list[int]
    """Resources that are reserved one by one: a printer, another, a laser with its extractor."""
    desks: int
    """Three places."""
    rooms: list[int]
    """Two rooms and the hall that both together are."""
    extractor: int
    tokens: dict[int, str]
    """Of the folk, and of the administrator."""

    @property
    def things(self) -> list[int]:
        """All that can be reserved."""
        return [*self.alone, self.desks, *self.rooms]

    @property
    def bundles(self) -> dict[int, dict[int, int]]:
        """What besides a reservation takes: of which resource so many places."""
        left, right, hall = self.rooms
        return {hall: {left: 1, right: 1}, self.cast.laser: {self.extractor: 1}}


def make(url: str) -> Scene:
    """Fill an empty database."""
    engine = create_engine(engine_url(url))
    prepare_engine(engine)
    schema.upgrade(engine)
    with Session(engine) as session:
        cast = make_cast(session)
        scene = _scene(session, url, cast)
        _rules(session, scene)
        session.commit()
    engine.dispose()
    return scene


def _scene(session: Session, url: str, cast: Cast) -> Scene:
    admin, trainer = members.actor(session, cast.admin), members.actor(session, cast.trainer)

    def resource(name: str, places: int = 1) -> int:
        card = ResourceCard(name=name, category_id=cast.desks, site_id=cast.workshop, places=places)
        return add_resource(session, admin, card, LONG_AGO).id

    desks, left, right, hall, extractor = (
        resource(name, places)
        for name, places in (("Desks", 3), ("Left", 1), ("Right", 1), ("Hall", 1), ("Extractor", 1))
    )
    links = [(hall, left), (hall, right), (cast.laser, extractor)]
    session.add_all(ResourceLink(resource_id=one, other_id=other, places=None) for one, other in links)
    folk = [getattr(cast, name) for name in FOLK]
    for who in folk:
        courses = (cast.cutting,) if who in (cast.maker, cast.student) else (cast.printing, cast.cutting)
        for course in courses:
            validate(session, trainer if who != cast.trainer else admin, who, course, LONG_AGO)
    now = datetime.now(UTC)
    tokens = {
        who: services.make_token(session, members.member(session, who), "soak", now) for who in (*folk, cast.admin)
    }
    alone = [cast.printer, cast.other_printer, cast.laser]
    return Scene(
        url=url, cast=cast, alone=alone, desks=desks, rooms=[left, right, hall], extractor=extractor, tokens=tokens
    )


def _rules(session: Session, scene: Scene) -> None:
    admin, cast = members.actor(session, scene.cast.admin), scene.cast
    for kind, params, scope in (
        ("quota", {"most": PER_DAY, "per": "day"}, Scope(resource_id=cast.printer)),
        ("quota", {"most": AHEAD, "per": "ahead"}, Scope(site_id=cast.workshop)),
        ("capacity", {"most": IN_ROOM}, Scope(category_id=cast.desks, site_id=cast.workshop)),
        ("buffer", {"after": BUFFER}, Scope(resource_id=cast.laser)),
        ("length", {"most": 240}, Scope(site_id=cast.workshop)),
        ("extension", {"step_minutes": 30, "beyond_rules": False}, Scope(site_id=cast.workshop)),
        ("priority", {"notice_minutes": 120}, Scope(site_id=cast.workshop, class_id=cast.students)),
        ("draw", {"days": 1}, Scope(resource_id=scene.rooms[1])),
        ("waiting", {"minutes": 30, "opens": 0, "closes": 1440}, Scope(site_id=cast.workshop)),
    ):
        writing.add(session, admin, RuleCard(kind=kind, params=params, scope=scope, overridable=False), LONG_AGO)
