"""Routes about the rooms of sites."""

from flask import Response

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas import SitePath
from fablab.api.schemas.places import RoomIn, RoomList, RoomOut, RoomPath
from fablab.api.sites import TAGS
from fablab.catalog import rooms
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.sites import places
from fablab.sites import queries as sites
from fablab.sites.models import Room


@api.get("/sites/<int:site_id>/rooms", tags=TAGS, summary="The rooms of a place", responses={200: RoomList})
def room_list(path: SitePath) -> Response:
    """The rooms of a site, by name."""
    found = sites.site(db.session(), path.site_id)
    return answer(RoomList(items=[_shown(row) for row in sites.rooms(db.session()) if row.site_id == found.id]))


@api.post("/sites/<int:site_id>/rooms", tags=TAGS, summary="Add a room", responses={201: RoomOut, **WRITES})
def add_room(path: SitePath, body: RoomIn) -> Response:
    """Add a room; one that was removed and had that name is there again."""
    with transaction() as session:
        made = places.add_room(session, actor(), path.site_id, body.name).id
    return answer(_shown(sites.room(db.session(), made)), 201)


@api.patch("/rooms/<int:room_id>", tags=TAGS, summary="Rename a room", responses={200: RoomOut, **WRITES})
def rename_room(path: RoomPath, body: RoomIn) -> Response:
    """Call a room something else."""
    with transaction() as session:
        places.rename_room(session, actor(), path.room_id, body.name)
    return answer(_shown(sites.room(db.session(), path.room_id)))


@api.delete("/rooms/<int:room_id>", tags=TAGS, summary="Remove a room", responses={204: None})
def remove_room(path: RoomPath) -> Response:
    """Remove a room in which nothing stands; twice equals once."""
    with transaction() as session:
        rooms.remove_room(session, actor(), path.room_id, clock.now())
    return Response(status=204)


def _shown(row: Room) -> RoomOut:
    return RoomOut(id=row.id, site_id=row.site_id, name=row.name)
