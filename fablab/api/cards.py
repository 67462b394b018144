"""Routes with which fabmanagers write what can be booked."""

from dataclasses import replace

from flask import Response

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.decided import decisions
from fablab.api.resources import TAGS, shown
from fablab.api.schemas import ResourceOut, ResourcePath
from fablab.api.schemas.cards import ResourceIn, ResourcePatch, SpecIn
from fablab.booking import changes
from fablab.catalog import queries as catalog
from fablab.catalog import services
from fablab.catalog.services import ResourceCard
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused


@api.post("/resources", tags=TAGS, summary="Add a resource", responses={201: ResourceOut, **WRITES})
def add_resource(body: ResourceIn) -> Response:
    """Put something into the catalogue; for fabmanagers of its site."""
    with transaction() as session:
        written = body.model_dump(exclude={"specs"})
        card = ResourceCard(**written, specs=_specs(body.category_id, body.specs))
        made = services.add_resource(session, actor(), card, clock.now()).id
    return answer(shown([catalog.resource(db.session(), made)])[0], 201)


@api.patch("/resources/<int:resource_id>", tags=TAGS, summary="Edit a resource", responses={200: ResourceOut, **WRITES})
def edit_resource(path: ResourcePath, body: ResourcePatch) -> Response:
    """Change what is written; fewer places, another site or other hours may touch reservations, which then want
    decisions. What is not sent stays; null takes a room, a timetable or an adviser away.
    """
    with transaction() as session:
        present = services.card_of(catalog.resource(session, path.resource_id))
        changes.edit_resource(
            session,
            actor(),
            path.resource_id,
            _patched(present, body),
            body.version,
            decisions(body),
            clock.now(),
        )
    return answer(shown([catalog.resource(db.session(), path.resource_id)])[0])


def _patched(present: ResourceCard, body: ResourcePatch) -> ResourceCard:
    """The card with what was sent; what belongs to the category or the site alone goes when those become others."""
    sent = body.model_dump(exclude_unset=True, exclude={"version", "decisions", "others", "specs"})
    may_be_empty = ("room_id", "timetable_id", "adviser_id")
    sent = {key: value for key, value in sent.items() if value is not None or key in may_be_empty}
    if sent.get("category_id", present.category_id) != present.category_id:
        present = replace(present, specs={}, organisation="", adviser_id=None)
    if sent.get("site_id", present.site_id) != present.site_id:
        present = replace(present, room_id=None, timetable_id=None)
    card = replace(present, **sent)
    return card if body.specs is None else replace(card, specs=_specs(card.category_id, body.specs))


def _specs(category_id: int, sent: list[SpecIn]) -> dict[int, str]:
    by_name = {row.name: row.id for row in catalog.fields_of(db.session(), [category_id])[category_id]}
    unknown = [item.name for item in sent if item.name not in by_name]
    if unknown:
        text = _("Its category has no field of this name: %(names)s.", names=", ".join(unknown))
        raise Refused.because("field_unknown", text)
    return {by_name[item.name]: item.value for item in sent}
