"""What lets people in: tokens for programs, links to set a password, and a memory of failed sign-ins."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from fablab.core.db import Instant, Model, OptionalInstant


class AccessToken(Model):
    """A bearer token of the API; only its hash is kept."""

    __tablename__ = "access_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    name: Mapped[str]
    hint: Mapped[str]
    """The last letters, so that its owner can tell it from others."""
    hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[Instant]
    last_used_at: Mapped[OptionalInstant]
    revoked_at: Mapped[OptionalInstant]


class PasswordToken(Model):
    """A link sent by mail that lets its holder set a password once; only its hash is kept."""

    __tablename__ = "password_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[OptionalInstant]


class SignInAttempt(Model):
    """A failed sign-in or a request for a link, under a key made from the address or the account."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index(None, "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    at: Mapped[Instant]
