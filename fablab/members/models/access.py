"""What lets people in: tokens for programs, links to set a password, and a memory of failed sign-ins."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Model, OptionalInstant
from fablab.core.personal import Erased, about, did
from fablab.members.models.people import Member


class AccessToken(Model):
    """A bearer token of the API; only its hash is kept."""

    __tablename__ = "access_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about(Erased.REMOVED))
    name: Mapped[str]
    hint: Mapped[str]
    """The last letters, so that its owner can tell it from others."""
    hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[Instant]
    last_used_at: Mapped[OptionalInstant]
    revoked_at: Mapped[OptionalInstant]
    member: Mapped[Member] = relationship()


class PasswordToken(Model):
    """A link sent by mail that lets its holder set a password once; only its hash is kept."""

    __tablename__ = "password_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about(Erased.REMOVED))
    hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[OptionalInstant]


class Invitation(Model):
    """A link with which people join; it may give a role. Only its hash is kept."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("role IN ('host', 'trainer', 'fabmanager', 'treasurer', 'admin')", name="role"),
        CheckConstraint("uses_left >= 0", name="uses"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("member_classes.id"))
    role: Mapped[str | None]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    """Where the role holds; NULL is the whole network."""
    uses_left: Mapped[int]
    created_at: Mapped[Instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    expires_at: Mapped[Instant]


class SignInAttempt(Model):
    """A failed sign-in, a request for a link or a report, under a key made from the address or the account."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index(None, "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    at: Mapped[Instant]
