"""Routes about calendar feeds of one's own."""

from typing import Any

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas.feeds import FeedIn, FeedList, FeedOut, FeedPath, NewFeedOut
from fablab.booking.feeds import making, queries, reading
from fablab.booking.models import CalendarFeed
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.links import link

TAGS = [Tag(name="calendars", description="Addresses that calendars read by themselves")]


@api.get("/calendar-feeds", tags=TAGS, summary="One's feeds", responses={200: FeedList})
def feed_list() -> Response:
    """The caller's feeds that open; their addresses are not known any more."""
    rows = queries.feeds_of(db.session(), actor().member_id)
    return answer(FeedList(items=[FeedOut(**_shown(row)) for row in rows]))


@api.post("/calendar-feeds", tags=TAGS, summary="Make a feed", responses={201: NewFeedOut, **WRITES})
def make_feed(body: FeedIn) -> Response:
    """Make a feed of the caller's reservations, of a resource or of a site. Whoever has its address reads it without
    a token; names are in it only while the caller is a host of the site.
    """
    with transaction() as session:
        row, secret = making.make(
            session, actor(), body.kind, clock.now(), resource_id=body.resource_id, site_id=body.site_id
        )
        made = NewFeedOut(**_shown(row), address=link(f"/calendar/{secret}.ics"))
    return answer(made, 201)


@api.delete("/calendar-feeds/<int:feed_id>", tags=TAGS, summary="Revoke a feed", responses={204: None})
def revoke_feed(path: FeedPath) -> Response:
    """Let its address open nothing any more; twice equals once."""
    with transaction() as session:
        making.revoke(session, actor(), path.feed_id, clock.now())
    return Response(status=204)


def _shown(row: CalendarFeed) -> dict[str, Any]:
    names = ("id", "kind", "resource_id", "site_id", "hint", "created_at", "last_read_at")
    return {**{name: getattr(row, name) for name in names}, "name": reading.name_of(row)}
