"""What the lab's rules say of a resource, as members read it."""

from sqlalchemy.orm import Session

from fablab.booking.policy import rows
from fablab.catalog.models import Resource


def sentences_for(session: Session, resource: Resource) -> list[str]:
    """A sentence for each rule that may concern a reservation of it, with whom and when it is about."""
    rulings = rows.rulings_on(session, resource)
    if not rulings:
        return []
    names = rows.names(session)
    return [item.sentence(names) for item in rulings]
