"""What goes with a resource: who has a laser has its extractor, who has the large room has the two that it joins.

What is reserved already keeps what it took when it was reserved; a link counts from the next reservation on.
"""

from sqlalchemy.orm import Session

from fablab.catalog import queries
from fablab.catalog.models import ResourceLink
from fablab.core.errors import NotFound
from fablab.core.i18n import _, n_
from fablab.core.refusals import Refusal, Refused
from fablab.members.actor import Actor
from fablab.members.models import Role


def add_link(session: Session, actor: Actor, resource_id: int, other_id: int, places: int | None) -> ResourceLink:
    """From now on who reserves the one has so many places of the other besides; None is all of them.

    Raises:
        NotFound: one of them does not exist.
        Forbidden: not a fabmanager of their sites.
        Refused: they are the same, stand at different sites, are linked already, or there are fewer places.
    """
    rows = {row.id: row for row in queries.lock_resources(session, [resource_id, other_id])}
    for row in rows.values():
        actor.needs_at_site(Role.FABMANAGER, row.site_id)
    one, other = rows[resource_id], rows[other_id]
    reasons = []
    if resource_id == other_id:
        reasons.append(Refusal("itself", _("Nothing goes with itself. Choose another resource.")))
    if one.site_id != other.site_id:
        reasons.append(Refusal("site", _("Only what is at the same site can go together.")))
    if any(link.other_id == other_id for link in queries.links_around(session, resource_id)):
        reasons.append(Refusal("linked", _("They go together already. Remove that link first.")))
    if places is not None and not 1 <= places <= other.places:
        text = n_("“%(name)s” has %(count)s place.", "“%(name)s” has %(count)s places.", other.places, name=other.name)
        reasons.append(Refusal("places", text))
    if reasons:
        raise Refused(reasons)
    link = ResourceLink(resource_id=resource_id, other_id=other_id, places=places)
    session.add(link)
    session.flush()
    return link


def remove_link(session: Session, actor: Actor, link_id: int) -> None:
    """From now on who reserves the one no longer has the other.

    Raises:
        NotFound: it is gone already.
        Forbidden: not a fabmanager of their sites.
    """
    link = session.get(ResourceLink, link_id)
    if link is None:
        raise NotFound(f"link {link_id}")
    for row in queries.lock_resources(session, [link.resource_id, link.other_id]):
        actor.needs_at_site(Role.FABMANAGER, row.site_id)
    session.delete(link)
    session.flush()
