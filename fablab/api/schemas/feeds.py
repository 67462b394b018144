"""Calendar feeds."""

from pydantic import BaseModel

from fablab.api.schemas.values import Id, IdInBody, InstantIO
from fablab.booking.models import FeedKind


class FeedPath(BaseModel):
    """A calendar feed by its id."""

    feed_id: Id


class FeedIn(BaseModel):
    """What a feed is of: one's own reservations, a resource, or a site."""

    kind: FeedKind = FeedKind.MEMBER
    resource_id: IdInBody | None = None
    site_id: IdInBody | None = None


class FeedOut(BaseModel):
    """A calendar feed. `hint` is the end of its secret."""

    id: int
    kind: str
    resource_id: int | None
    site_id: int | None
    name: str
    hint: str
    created_at: InstantIO
    last_read_at: InstantIO | None


class NewFeedOut(FeedOut):
    """A feed that was just made, with its address, which is told this once."""

    address: str


class FeedList(BaseModel):
    """All of them, the newest first."""

    items: list[FeedOut]
    next: int | None = None
