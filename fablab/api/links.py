"""Routes about what goes with a resource when it is reserved."""

from flask import Response

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.resources import TAGS
from fablab.api.schemas import ResourcePath
from fablab.api.schemas.places import BundleList, BundleOut, LinkIn, LinkPath
from fablab.catalog import links
from fablab.catalog import queries as catalog
from fablab.catalog.models import ResourceLink
from fablab.core.db import db, transaction


@api.get("/resources/<int:resource_id>/links", tags=TAGS, summary="What goes with it", responses={200: BundleList})
def link_list(path: ResourcePath) -> Response:
    """The links from a resource to others, and from others to it."""
    found = catalog.resource(db.session(), path.resource_id)
    return answer(BundleList(items=[_shown(row) for row in catalog.links_around(db.session(), found.id)]))


@api.post(
    "/resources/<int:resource_id>/links",
    tags=TAGS,
    summary="Let something go with it",
    responses={201: BundleOut, **WRITES},
)
def add_link(path: ResourcePath, body: LinkIn) -> Response:
    """From now on who reserves the one has places of the other besides."""
    with transaction() as session:
        made = _shown(links.add_link(session, actor(), path.resource_id, body.other_id, body.places))
    return answer(made, 201)


@api.delete("/links/<int:link_id>", tags=TAGS, summary="Let it no longer go with it", responses={204: None})
def remove_link(path: LinkPath) -> Response:
    """From now on who reserves the one no longer has the other."""
    with transaction() as session:
        links.remove_link(session, actor(), path.link_id)
    return Response(status=204)


def _shown(row: ResourceLink) -> BundleOut:
    return BundleOut(id=row.id, resource_id=row.resource_id, other_id=row.other_id, places=row.places)
