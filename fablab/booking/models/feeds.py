"""Rows of calendar feeds: secret addresses under which calendars read what is reserved."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.catalog.models import Resource
from fablab.core.db import Instant, Model, OptionalInstant
from fablab.core.personal import Erased, about
from fablab.members.models import Member
from fablab.sites.models import Site


class FeedKind(StrEnum):
    """What a feed tells of."""

    MEMBER = "member"
    """What its owner has reserved, and those for whom they answer."""
    RESOURCE = "resource"
    SITE = "site"


class CalendarFeed(Model):
    """An address that a calendar reads on behalf of a member; only the hash of its secret is kept."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (
        CheckConstraint("kind IN ('member', 'resource', 'site')", name="kind"),
        CheckConstraint("(kind = 'resource') = (resource_id IS NOT NULL)", name="resource"),
        CheckConstraint("(kind = 'site') = (site_id IS NOT NULL)", name="site"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about(Erased.REMOVED))
    kind: Mapped[str]
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resources.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    hash: Mapped[str] = mapped_column(unique=True)
    hint: Mapped[str]
    """The last letters of its secret, so that its owner can tell it from others."""
    created_at: Mapped[Instant]
    last_read_at: Mapped[OptionalInstant]
    """To about an hour."""
    revoked_at: Mapped[OptionalInstant]
    member: Mapped[Member] = relationship()
    resource: Mapped[Resource | None] = relationship()
    site: Mapped[Site | None] = relationship()
