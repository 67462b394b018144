"""The one search, for staff: people, resources and reservations by the same words."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api import reservations
from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import api
from fablab.api.schemas import Problem
from fablab.api.schemas.search import FoundMember, FoundOut, FoundResource, SearchQuery
from fablab.booking import searching
from fablab.catalog import searching as catalog
from fablab.core import clock
from fablab.core.db import db
from fablab.members import people
from fablab.members.models import Role
from fablab.members.people import Wanted

TAGS = [Tag(name="search", description="Finding anything by words")]


@api.get("/search", tags=TAGS, summary="Search", responses={200: FoundOut, 403: Problem})
def search(query: SearchQuery) -> Response:
    """What holds every word; reservations are those of the sites where the caller is a fabmanager."""
    actor().needs_anywhere(Role.HOST)
    session, words = db.session(), query.q.strip()
    persons = people.people(session, Wanted(search=words), limit=query.limit).items if words else []
    resources = catalog.found(session, words, limit=query.limit)
    booked = searching.found(session, actor(), words, clock.now(), limit=query.limit)
    return answer(
        FoundOut(
            members=[FoundMember(id=row.id, name=row.name) for row in persons],
            resources=[FoundResource(id=row.id, name=row.name, site_id=row.site_id) for row in resources],
            reservations=[reservations.shown(row) for row in booked],
        )
    )
