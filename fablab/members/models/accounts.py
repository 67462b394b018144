"""The accounts that pay, who may use them, and their projects."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Model, OptionalInstant, where
from fablab.core.personal import about, part_of, wiped
from fablab.members.models.people import Member


class AccountKind(StrEnum):
    """A person's own account, or an organisation's with several members."""

    PERSONAL = "personal"
    ORGANISATION = "organisation"


class Account(Model):
    """Who pays. Every member has a personal one; organisations pay for several."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("kind IN ('personal', 'organisation')", name="kind"),
        CheckConstraint("(kind = 'personal') = (owner_id IS NOT NULL)", name="owner"),
        Index(
            "uq_accounts_personal",
            "owner_id",
            unique=True,
            **where("kind = 'personal'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=about())
    """The person whose own account it is; an organisation's owners are among its members."""
    name: Mapped[str] = mapped_column(info=wiped(named=True))
    billing_address: Mapped[str] = mapped_column(default="", info=wiped())
    siren: Mapped[str | None] = mapped_column(info=wiped())
    created_at: Mapped[Instant]
    owner: Mapped[Member | None] = relationship()


class AccountMember(Model):
    """Who may use an organisation's account; leaving closes the row and never moves the past."""

    __tablename__ = "account_members"
    __table_args__ = (
        Index(
            "uq_account_members_present",
            "account_id",
            "member_id",
            unique=True,
            **where("left_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about())
    is_owner: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[Instant]
    left_at: Mapped[OptionalInstant]


class Project(Model):
    """What an account's use is for; a reservation and a session of use may name one."""

    __tablename__ = "projects"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), info=part_of())
    name: Mapped[str] = mapped_column(info=wiped(named=True))
    created_at: Mapped[Instant]
    closed_at: Mapped[OptionalInstant]
