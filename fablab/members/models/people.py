"""People, their class of price, and their roles with their scope."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Model, OptionalInstant, where


class MemberClass(Model):
    """A class of members with prices of its own: adult, student, company… the network's own list."""

    __tablename__ = "member_classes"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Member(Model):
    """A person whom the network knows."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(unique=True)
    """In lower case; NULL for people without one."""
    locale: Mapped[str] = mapped_column(default="fr")
    class_id: Mapped[int] = mapped_column(ForeignKey("member_classes.id"))
    password_hash: Mapped[str | None]
    session_version: Mapped[int] = mapped_column(default=1)
    """Counts up when every open sign-in of this person must end."""
    created_at: Mapped[Instant]
    left_at: Mapped[OptionalInstant]
    member_class: Mapped[MemberClass] = relationship()


class AccessGrant(Model):
    """A level of access that a person has at a site, or (NULL) at all of them, until it ends."""

    __tablename__ = "access_grants"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 9", name="level"),
        Index(None, "member_id", "site_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    level: Mapped[int]
    granted_at: Mapped[Instant]
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    ends_at: Mapped[OptionalInstant]
    """When it ends, or was ended; NULL while it has no end."""


class RoleGrant(Model):
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
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    role: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    legal_entity_id: Mapped[int | None] = mapped_column(ForeignKey("legal_entities.id"))
