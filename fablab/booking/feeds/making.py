"""Making and revoking feeds: their secret is told once, and kept as a hash only."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from fablab.booking.feeds import queries
from fablab.booking.models import CalendarFeed, FeedKind
from fablab.catalog import queries as catalog
from fablab.core.actor import Actor
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.members.queries import hash_of
from fablab.sites import queries as sites

MOST = 100
"""Feeds of one person that open at once; nobody has as many calendars."""
_BYTES, _HINT = 24, 4


def make(
    session: Session,
    actor: Actor,
    kind: FeedKind,
    now: datetime,
    *,
    resource_id: int | None = None,
    site_id: int | None = None,
) -> tuple[CalendarFeed, str]:
    """Make a feed of one's own reservations, of a resource or of a site, and the secret of its address.

    Raises:
        NotFound: there is no such resource or site.
        Refused: they have too many already.
    """
    members.lock_members(session, [actor.member_id])
    if len(queries.feeds_of(session, actor.member_id)) >= MOST:
        raise Refused.because("too_many", _("You have %(count)s calendars already. Revoke some first.", count=MOST))
    secret = secrets.token_urlsafe(_BYTES)
    row = CalendarFeed(member_id=actor.member_id, kind=kind, hash=hash_of(secret), hint=secret[-_HINT:], created_at=now)
    if kind == FeedKind.RESOURCE:
        row.resource_id = catalog.resource(session, resource_id or 0).id
    if kind == FeedKind.SITE:
        row.site_id = sites.site(session, site_id or 0).id
    session.add(row)
    session.flush()
    return row, secret


def revoke(session: Session, actor: Actor, feed_id: int, now: datetime) -> None:
    """Let a feed's address open nothing any more; twice equals once.

    Raises:
        NotFound: they have no such feed.
    """
    row = session.get(CalendarFeed, feed_id)
    if row is None or row.member_id != actor.member_id:
        raise NotFound(f"calendar feed {feed_id}")
    if row.revoked_at is None:
        row.revoked_at = now
        session.flush()
