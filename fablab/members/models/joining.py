"""Rows of joining: charters to accept, sign-ups to confirm, guardians and what they sign for, badges."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Json, Model, OptionalInstant, where
from fablab.core.personal import Doubled, Erased, about, did, wiped
from fablab.core.seldom import Seldom
from fablab.members.models.people import Member


class Charter(Seldom, Model):
    """One version of the rules that people accept: of a site, or (NULL) of the whole network.

    Rows are added, never changed: the newest that has begun is in force, and those who accepted an older one are asked
    again.
    """

    __tablename__ = "charters"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        Index("uq_charters_network", "version", unique=True, **where("site_id IS NULL")),
        Index("uq_charters_site", "site_id", "version", unique=True, **where("site_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    version: Mapped[int]
    title: Mapped[str]
    text: Mapped[str]
    valid_from: Mapped[date]
    created_at: Mapped[Instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())


class CharterAcceptance(Model):
    """Somebody, or their guardian, accepted a version of a charter."""

    __tablename__ = "charter_acceptances"
    __table_args__ = (UniqueConstraint("charter_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    charter_id: Mapped[int] = mapped_column(ForeignKey("charters.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about(doubled=Doubled.REMOVED))
    accepted_at: Mapped[Instant]
    by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    """Who accepted: the person, a guardian, or staff before whom they signed on paper."""
    charter: Mapped[Charter] = relationship()


class SignUp(Model):
    """A wish to join that waits for its address to be confirmed; only the hash of the mailed link is kept."""

    __tablename__ = "sign_ups"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(index=True, info=wiped())
    card: Mapped[Json] = mapped_column(info=wiped())
    """What was written: name, site, class, language."""
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[OptionalInstant]
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=about(Erased.REMOVED))
    """Who came of it."""


class EmailChange(Model):
    """A new address that waits to be confirmed by a link sent there; only the link's hash is kept."""

    __tablename__ = "email_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about(Erased.REMOVED))
    email: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[OptionalInstant]


class Guardianship(Model):
    """Somebody answers for somebody else: books for them, signs for them, perhaps pays."""

    __tablename__ = "guardianships"
    __table_args__ = (
        CheckConstraint("guardian_id <> ward_id", name="two"),
        Index("uq_guardianships_present", "guardian_id", "ward_id", unique=True, **where("ended_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guardian_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about())
    ward_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about())
    relation: Mapped[str] = mapped_column(default="", info=wiped())
    """Mother, teacher, … in their own words."""
    pays: Mapped[bool] = mapped_column(default=True)
    """The guardian's own account pays for what the ward uses."""
    began_at: Mapped[Instant]
    ended_at: Mapped[OptionalInstant]
    guardian: Mapped[Member] = relationship(foreign_keys=guardian_id)
    ward: Mapped[Member] = relationship(foreign_keys=ward_id)


class Permission(StrEnum):
    """What a guardian signs for."""

    USE = "use"
    """Using machines and tools."""
    CARE = "care"
    """Care in an emergency."""
    IMAGE = "image"
    """Pictures of the ward."""


class Authorisation(Model):
    """A guardian said yes or no to something for their ward, at a time, to a text; a new answer is a new row."""

    __tablename__ = "authorisations"
    __table_args__ = (
        CheckConstraint("permission IN ('use', 'care', 'image')", name="permission"),
        Index(None, "ward_id", "permission", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ward_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about())
    guardian_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about())
    permission: Mapped[str]
    given: Mapped[bool]
    text: Mapped[str] = mapped_column(info=wiped())
    """The words that were signed, as they stood then; they name the ward."""
    signed_at: Mapped[Instant]
    by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    """The guardian, or staff before whom it was signed on paper."""


class Badge(Model):
    """A card with which somebody says who they are at a terminal; only its code's hash is kept."""

    __tablename__ = "badges"
    __table_args__ = (Index("uq_badges_used", "hash", unique=True, **where("ended_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about(Erased.REMOVED))
    hash: Mapped[str]
    hint: Mapped[str]
    """The code's last signs, so that people can tell one from another."""
    given_at: Mapped[Instant]
    given_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    ended_at: Mapped[OptionalInstant]
