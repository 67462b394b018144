"""People, their class of price, and their roles with their scope."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from fablab.core.db import Instant, Model, OptionalInstant, where
from fablab.core.personal import Doubled, Erased, about, did, file_of, wiped
from fablab.core.seldom import Seldom, SeldomOfPeople
from fablab.core.text import plain_of


class MemberClass(Seldom, Model):
    """A class of members with prices of its own: adult, student, company… the network's own list."""

    __tablename__ = "member_classes"
    __table_args__ = (Index("uq_member_classes_default", "is_default", unique=True, **where("is_default")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    needs_proof: Mapped[bool] = mapped_column(default=False, server_default=false())
    """People are of it while a proof that staff accepted holds; then of the class that is their own."""
    proof_note: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """What to bring."""
    proof_months: Mapped[int] = mapped_column(default=12, server_default="12")
    """For how long a proof usually holds."""
    is_default: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The class of those who have shown no proof of another."""
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    closed_at: Mapped[OptionalInstant]
    """Nobody is put into it any more; those who are in it stay."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class MemberState(StrEnum):
    """How far somebody is in joining; that they have left is told by `left_at`."""

    PENDING = "pending"
    """They wait for staff of their site to approve them: they may sign in and look, and reserve nothing."""
    ACTIVE = "active"


class Member(SeldomOfPeople, Model):
    """A person whom the network knows."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(info=wiped(named=True))
    name_key: Mapped[str] = mapped_column(default="", server_default=text("''"), index=True, info=wiped())
    """The name in small letters without accents, by which people are sought and put in order."""
    email: Mapped[str | None] = mapped_column(unique=True, info=wiped())
    """Their own address, with which they sign in, in lower case; NULL for people without one."""
    shared_email: Mapped[str | None] = mapped_column(info=wiped())
    """Where mails for somebody without an address of their own go: a parent's, a partner's. Nobody signs in with it."""
    phone: Mapped[str] = mapped_column(default="", server_default=text("''"), info=wiped())
    birth_date: Mapped[date | None] = mapped_column(info=wiped())
    locale: Mapped[str] = mapped_column(default="fr")
    languages: Mapped[str] = mapped_column(default="", server_default=text("''"), info=wiped())
    """What they speak, in their own words."""
    emergency_contact: Mapped[str] = mapped_column(default="", server_default=text("''"), info=wiped())
    """Whom to call, and where; staff alone see it."""
    staff_note: Mapped[str] = mapped_column(default="", server_default=text("''"), info=wiped())
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"), info=file_of())
    class_id: Mapped[int] = mapped_column(ForeignKey("member_classes.id"))
    home_site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    """The site that they joined at, whose staff look after them; NULL where nobody said."""
    state: Mapped[str] = mapped_column(default=MemberState.ACTIVE, server_default="active")
    password_hash: Mapped[str | None] = mapped_column(info=wiped())
    pin_hash: Mapped[str | None] = mapped_column(info=wiped())
    """Of the PIN with which somebody without a smartphone says who they are at a terminal of the lab."""
    session_version: Mapped[int] = mapped_column(default=1)
    """Counts up when every open sign-in of this person must end."""
    created_at: Mapped[Instant]
    left_at: Mapped[OptionalInstant]
    erased_at: Mapped[OptionalInstant]
    erasure_asked_at: Mapped[OptionalInstant]
    """When the person asked to be erased as soon as nothing stands in the way; NULL if they did not."""
    erasure_warned_at: Mapped[OptionalInstant]
    """When they were told that they will be erased unless they come again; NULL since they came."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True, info=about())
    """The record that this one turned out to be a double of."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    member_class: Mapped[MemberClass] = relationship()

    @property
    def mail_to(self) -> str | None:
        """Where mails for this person go."""
        return self.email or self.shared_email

    @validates("name")
    def _follow(self, key: str, name: str) -> str:
        self.name_key = plain_of(name)
        return name


class AccessGrant(SeldomOfPeople, Model):
    """A level of access that a person has at a site, or (NULL) at all of them, until it ends."""

    __tablename__ = "access_grants"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 9", name="level"),
        Index(None, "member_id", "site_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about(Erased.REMOVED))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    level: Mapped[int]
    granted_at: Mapped[Instant]
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    ends_at: Mapped[OptionalInstant]
    """When it ends, or was ended; NULL while it has no end."""


class RoleGrant(SeldomOfPeople, Model):
    """A role given to a person for a site, for a legal entity, or (both NULL) for the whole network."""

    __tablename__ = "role_grants"
    __table_args__ = (
        CheckConstraint("role IN ('host', 'trainer', 'fabmanager', 'treasurer', 'admin')", name="role"),
        CheckConstraint("site_id IS NULL OR legal_entity_id IS NULL", name="scope"),
        Index(
            "uq_role_grants_network",
            "member_id",
            "role",
            unique=True,
            **where("site_id IS NULL AND legal_entity_id IS NULL"),
        ),
        Index("uq_role_grants_site", "member_id", "role", "site_id", unique=True, **where("site_id IS NOT NULL")),
        Index(
            "uq_role_grants_legal_entity",
            "member_id",
            "role",
            "legal_entity_id",
            unique=True,
            **where("legal_entity_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(
        ForeignKey("members.id"), index=True, info=about(Erased.REMOVED, doubled=Doubled.REMOVED)
    )
    role: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    legal_entity_id: Mapped[int | None] = mapped_column(ForeignKey("legal_entities.id"))
