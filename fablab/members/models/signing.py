"""Rows of signing in: each open sign-in, and the accounts at OpenID providers with which people sign in."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Model, OptionalInstant
from fablab.core.personal import Erased, about
from fablab.members.models.people import Member


class SignIn(Model):
    """One browser in which somebody has signed in; its cookie carries the row's id and a secret of 256 bits.

    Where from is not kept: a network address says where somebody lives or works, and tells people nothing.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (Index(None, "member_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about(Erased.REMOVED))
    hash: Mapped[str]
    """Of the person's id and the secret: a row that comes to another person, by merging, opens nothing."""
    session_version: Mapped[int]
    """The person's when it began; it opens nothing once theirs counts on."""
    how: Mapped[str]
    """`password`, `welcome`, or `oidc:` and the provider's name."""
    device: Mapped[str]
    """What people recognise, such as `Firefox · Linux`; empty for a browser that does not say."""
    began_at: Mapped[Instant]
    last_seen_at: Mapped[Instant]
    """To some minutes."""
    ended_at: Mapped[OptionalInstant]
    ended_how: Mapped[str | None]
    """`signed_out`, `revoked`, `password`, `replaced`, or `everywhere`."""


class Identity(Model):
    """Somebody's account at an OpenID provider: the issuer, and the subject by which it knows them, for good."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about(Erased.REMOVED))
    issuer: Mapped[str]
    subject: Mapped[str]
    linked_at: Mapped[Instant]
    last_used_at: Mapped[OptionalInstant]
    member: Mapped[Member] = relationship()
