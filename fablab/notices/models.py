"""Rows of what people chose to be told, where it is not the usual."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fablab.core.db import Model
from fablab.core.personal import Doubled, Erased, about
from fablab.core.seldom import SeldomOfPeople


class NoticeChoice(SeldomOfPeople, Model):
    """Whether a person wants a kind of notice; who has no row for it gets it, a reminder a day before."""

    __tablename__ = "notice_choices"
    __table_args__ = (
        CheckConstraint("kind IN ('confirmation', 'reminder', 'change', 'offer', 'no_show')", name="kind"),
        CheckConstraint("hours IS NULL OR (kind = 'reminder' AND hours IN (2, 24, 48))", name="hours"),
        UniqueConstraint("member_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(
        ForeignKey("members.id"), info=about(Erased.REMOVED, doubled=Doubled.REMOVED)
    )
    kind: Mapped[str]
    is_on: Mapped[bool]
    hours: Mapped[int | None]
    """How long before a reservation they are reminded of it; NULL is as usual."""
