"""Rows of what funders ask: questions, dated answers, funders, and the path of projects."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Model, OptionalInstant
from fablab.core.personal import Erased, about, did, wiped
from fablab.members.models import Member
from fablab.sites.models import Site


class FactKind(Model):
    """A question that members may answer: an entry of the network's own list."""

    __tablename__ = "fact_kinds"
    __table_args__ = (CheckConstraint("field IN ('choice', 'text', 'yes_no', 'birth_year', 'number')", name="field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(unique=True)
    """Of those that every network begins with; NULL for its own."""
    name: Mapped[str] = mapped_column(default="")
    """In the lab's words; empty while one that was there from the beginning goes by its usual name."""
    field: Mapped[str]
    """What is answered; it never changes, since the answers would mean nothing."""
    purpose: Mapped[str] = mapped_column(default="")
    """What it is asked for, shown where it is asked; empty for the usual words."""
    position: Mapped[int]
    closed_at: Mapped[OptionalInstant]
    """Since when it is no longer asked; what was answered stays."""
    version: Mapped[int] = mapped_column(default=1)
    choices: Mapped[list["FactChoice"]] = relationship(order_by="FactChoice.position, FactChoice.id")


class FactChoice(Model):
    """One of the answers to choose from."""

    __tablename__ = "fact_choices"
    __table_args__ = (UniqueConstraint("kind_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind_id: Mapped[int] = mapped_column(ForeignKey("fact_kinds.id"))
    key: Mapped[str]
    """The word by which answers keep it; it stays when the choice is called something else."""
    name: Mapped[str] = mapped_column(default="")
    position: Mapped[int]
    closed_at: Mapped[OptionalInstant]


class Fact(Model):
    """What somebody answered, from a day on. Another answer is another row; this one stays for older periods."""

    __tablename__ = "facts"
    __table_args__ = (Index(None, "member_id", "kind_id", "valid_from"), Index(None, "kind_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about(Erased.REMOVED))
    kind_id: Mapped[int] = mapped_column(ForeignKey("fact_kinds.id"))
    value: Mapped[str] = mapped_column(info=wiped())
    """A choice's key, `yes` or `no`, a year, a number, or words; empty once it was withdrawn."""
    valid_from: Mapped[date]
    recorded_at: Mapped[Instant]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    withdrawn_at: Mapped[OptionalInstant]
    kind: Mapped[FactKind] = relationship()


class Funder(Model):
    """Somebody who pays for the lab's work and wants figures of it."""

    __tablename__ = "funders"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    note: Mapped[str] = mapped_column(default="")
    """For staff: the contract, whom to send the figures, by when."""
    closed_at: Mapped[OptionalInstant]
    version: Mapped[int] = mapped_column(default=1)
    sites: Mapped[list["FunderSite"]] = relationship(order_by="FunderSite.site_id", cascade="all, delete-orphan")
    kinds: Mapped[list["FunderKind"]] = relationship(order_by="FunderKind.kind_id", cascade="all, delete-orphan")


class FunderSite(Model):
    """A site that a funder funds; one without any funds all of them."""

    __tablename__ = "funder_sites"

    funder_id: Mapped[int] = mapped_column(ForeignKey("funders.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)


class FunderKind(Model):
    """A question whose answers a funder wants, counted."""

    __tablename__ = "funder_kinds"

    funder_id: Mapped[int] = mapped_column(ForeignKey("funders.id"), primary_key=True)
    kind_id: Mapped[int] = mapped_column(ForeignKey("fact_kinds.id"), primary_key=True)


class PathStep(Model):
    """A stage that somebody's project reached on a day. It is corrected by withdrawing it and adding another."""

    __tablename__ = "path_steps"
    __table_args__ = (
        CheckConstraint("stage IN ('received', 'supported', 'started', 'still_there', 'ended')", name="stage"),
        Index(None, "member_id", "day"),
        Index(None, "site_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about())
    project: Mapped[str] = mapped_column(default="", server_default=text("''"), info=wiped())
    """Which of their projects, where there are several; empty for the only one."""
    stage: Mapped[str]
    day: Mapped[date]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    note: Mapped[str] = mapped_column(default="", server_default=text("''"), info=wiped())
    recorded_at: Mapped[Instant]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    withdrawn_at: Mapped[OptionalInstant]
    member: Mapped[Member] = relationship(foreign_keys=member_id)
    site: Mapped[Site] = relationship()
