"""For which places somebody writes rules: their sites, and the network for administrators."""

from dataclasses import dataclass

from werkzeug.exceptions import Forbidden

from fablab.core.db import db
from fablab.core.i18n import _
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.web.ground import access, inputs

NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Place:
    """A site, or the network."""

    key: str
    name: str
    site_id: int | None

    @property
    def is_network(self) -> bool:
        return self.site_id is None


def places() -> list[Place]:
    """Those for which the person who looks writes rules."""
    actor = access.actor()
    found = [
        Place(str(row.id), row.name, row.id)
        for row in sites.sites(db.session())
        if actor.may_at_site(Role.FABMANAGER, row.id)
    ]
    if actor.may_everywhere(Role.ADMIN):
        found.append(Place(NETWORK, _("The whole network"), None))
    return found


def place_named(text: str | None) -> Place:
    """The place of an address or a form, the first where none is named.

    Raises:
        BadRequest: it is no number of ours.
        NotFound: there is no such site.
        Forbidden: it is another's.
    """
    found = places()
    if not text:
        return found[0]
    chosen = next((item for item in found if item.key == text), None)
    if chosen is None and text != NETWORK:
        sites.site(db.session(), inputs.row_id(text) or 0)
    if chosen is None:
        raise Forbidden
    return chosen


def place_of(site_id: int | None) -> Place:
    """The place of a rule; NotFound or Forbidden as above."""
    return place_named(NETWORK if site_id is None else str(site_id))
