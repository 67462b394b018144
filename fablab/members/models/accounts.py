"""The accounts that pay, who may use them, and their projects."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Model, OptionalInstant, where
from fablab.core.personal import Doubled, Erased, about, did, part_of, wiped
from fablab.members.models.people import Member


class AccountKind(StrEnum):
    """A person's own account, or an organisation's with several members."""

    PERSONAL = "personal"
    ORGANISATION = "organisation"


class Account(Model):
    """Who pays. Every member has a personal one; organisations pay for several.

    A closed account can no longer be chosen; what was reserved on it before is honoured, and its invoices stay.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("kind IN ('personal', 'organisation')", name="kind"),
        CheckConstraint("(kind = 'personal') = (owner_id IS NOT NULL)", name="owner"),
        Index(
            "uq_accounts_personal",
            "owner_id",
            unique=True,
            **where("kind = 'personal' AND closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=about())
    """The person whose own account it is; an organisation's owners are among its members."""
    name: Mapped[str] = mapped_column(info=wiped(named=True))
    billing_address: Mapped[str] = mapped_column(default="", info=wiped())
    billing_email: Mapped[str] = mapped_column(default="", server_default=text("''"), info=wiped())
    """Where an organisation's accountants read their mail; invoices go there too. Empty for none."""
    siren: Mapped[str | None] = mapped_column(info=wiped())
    siret: Mapped[str | None] = mapped_column(info=wiped())
    purchase_order: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """The purchase order, or a public buyer's engagement number, that invoices must name."""
    service_code: Mapped[str] = mapped_column(default="", server_default=text("''"), info=wiped())
    """The service of a public buyer that an invoice is for."""
    monthly_cap_cents: Mapped[int | None]
    """What may be spent in a month, VAT included; NULL is without a cap, 0 is nothing at all."""
    created_at: Mapped[Instant]
    closed_at: Mapped[OptionalInstant]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    owner: Mapped[Member | None] = relationship()

    @property
    def is_organisation(self) -> bool:
        return self.kind == AccountKind.ORGANISATION


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
    all_projects: Mapped[bool] = mapped_column(default=True, server_default=true())
    """They may use every project that is open to everybody; else those only in which they are named."""
    monthly_cap_cents: Mapped[int | None]
    """What this person may spend in a month on this account; NULL is without a cap, 0 is nothing at all."""
    joined_at: Mapped[Instant]
    left_at: Mapped[OptionalInstant]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    member: Mapped[Member] = relationship()


class Project(Model):
    """What an account's use is for; a reservation and a session of use may name one."""

    __tablename__ = "projects"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), info=part_of())
    name: Mapped[str] = mapped_column(info=wiped(named=True))
    purchase_order: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """The purchase order or engagement number of this project, where it has one of its own."""
    monthly_cap_cents: Mapped[int | None]
    """What may be spent on it in a month; NULL is without a cap, 0 is nothing at all."""
    only_named: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Only its named people may use it, and owners."""
    created_at: Mapped[Instant]
    closed_at: Mapped[OptionalInstant]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    account: Mapped[Account] = relationship()


class ProjectMember(Model):
    """Somebody is named in a project."""

    __tablename__ = "project_members"
    __table_args__ = (
        Index("uq_project_members_present", "project_id", "member_id", unique=True, **where("left_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    member_id: Mapped[int] = mapped_column(
        ForeignKey("members.id"), index=True, info=about(Erased.REMOVED, doubled=Doubled.REMOVED)
    )
    joined_at: Mapped[Instant]
    left_at: Mapped[OptionalInstant]


class AccountInvitation(Model):
    """A link with which one person joins an organisation's account; only its hash is kept."""

    __tablename__ = "account_invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    email: Mapped[str | None] = mapped_column(info=wiped())
    """Where it was mailed, until it is used or ends; NULL for a link that its maker hands over."""
    hash: Mapped[str] = mapped_column(unique=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    made_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=about())
    used_at: Mapped[OptionalInstant]
    revoked_at: Mapped[OptionalInstant]
    account: Mapped[Account] = relationship()
