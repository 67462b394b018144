"""Rows of data protection: what people are asked to allow, what they answered, which records were made one."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Json, Model, OptionalInstant
from fablab.core.personal import Doubled, Erased, about, did, wiped


class Consent(Model):
    """Something that the lab asks people to allow, in its own words: a newsletter, their name on the wall."""

    __tablename__ = "consents"
    __table_args__ = (CheckConstraint("version >= 1", name="version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(unique=True)
    """A short word by which a part of the program asks for it; NULL where only people do."""
    title: Mapped[str]
    text: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    """Counts the texts: who allowed an older one is asked again."""
    created_at: Mapped[Instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    ended_at: Mapped[OptionalInstant]
    """Nobody is asked any more; what was answered stays."""


class ConsentGiven(Model):
    """Somebody, or their guardian, allowed or refused something, at a time, to a text; a new answer is a new row."""

    __tablename__ = "consents_given"
    __table_args__ = (Index(None, "member_id", "consent_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about())
    consent_id: Mapped[int] = mapped_column(ForeignKey("consents.id"))
    given: Mapped[bool]
    """False is a refusal, or takes back what was allowed before."""
    version: Mapped[int]
    text: Mapped[str]
    """The words that were answered, as they stood then."""
    at: Mapped[Instant]
    by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    """The person, a guardian, or staff before whom it was signed on paper."""
    consent: Mapped[Consent] = relationship()


class MergeRecord(Model):
    """Two records turned out to be one person's: which, who said so, and what each said before."""

    __tablename__ = "merge_records"

    id: Mapped[int] = mapped_column(primary_key=True)
    survivor_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about())
    merged_id: Mapped[int] = mapped_column(ForeignKey("members.id"), unique=True, info=about())
    at: Mapped[Instant]
    by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    counts: Mapped[Json]
    """How many rows of each table went over."""
    before: Mapped[Json] = mapped_column(info=wiped())
    """Both cards as they were, so that what was not chosen is not lost."""


class NotDoubles(Model):
    """Staff looked at two records that are alike, and say that they are two people."""

    __tablename__ = "not_doubles"
    __table_args__ = (CheckConstraint("one_id < other_id", name="order"),)

    one_id: Mapped[int] = mapped_column(
        ForeignKey("members.id"), primary_key=True, info=about(Erased.REMOVED, doubled=Doubled.REMOVED)
    )
    other_id: Mapped[int] = mapped_column(
        ForeignKey("members.id"), primary_key=True, info=about(Erased.REMOVED, doubled=Doubled.REMOVED)
    )
    at: Mapped[Instant]
    by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
