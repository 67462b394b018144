"""Finding what can be booked by words of its name, model or code."""

from sqlalchemy.orm import Session

from fablab.catalog import queries
from fablab.catalog.models import Resource
from fablab.core.text import plain_of


def found(session: Session, words: str, *, limit: int = 10) -> list[Resource]:
    """Resources whose name, model or code holds every word, whatever its accents; none without a word."""
    wanted = plain_of(words).split()
    if not wanted:
        return []
    rows = ((row, plain_of(f"{row.name} {row.model} {row.code}")) for row in queries.resources(session))
    return [row for row, text in rows if all(word in text for word in wanted)][:limit]
