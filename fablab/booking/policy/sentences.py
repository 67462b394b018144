"""What the lab's rules say of a resource, as members read it."""

from datetime import datetime

from sqlalchemy.orm import Session

from fablab.booking.policy import rows
from fablab.booking.rules import catalogue
from fablab.catalog.models import Resource


def sentences_for(session: Session, resource: Resource, now: datetime | None = None) -> list[str]:
    """A sentence for each rule that may concern a reservation of it, with whom and when it is about, in the order of
    the catalogue; with `now`, without those whose last day is over.
    """
    rulings = rows.rulings_on(session, resource)
    if now is not None:
        today = now.astimezone(resource.site.zone).date()
        rulings = [item for item in rulings if not item.scope.times.last_on or item.scope.times.last_on >= today]
    if not rulings:
        return []
    names, order = rows.names(session), list(catalogue.KINDS)
    return [item.sentence(names) for item in sorted(rulings, key=lambda item: order.index(item.rule.code))]
