"""Rows of when places are open: timetables with their seasons, and what differs on certain days."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from fablab.core.db import Model, where
from fablab.core.seldom import Seldom

HIGHEST_LEVEL = 9


class AccessLevel(Seldom, Model):
    """What the network calls a level of access above everybody's, which is 0: autonomous member, keyholder…"""

    __tablename__ = "access_levels"
    __table_args__ = (CheckConstraint(f"rank BETWEEN 1 AND {HIGHEST_LEVEL}", name="rank"),)

    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(unique=True)


class Timetable(Seldom, Model):
    """A site's own timetable, or a narrower one for some of what stands there: open is what all of them say."""

    __tablename__ = "timetables"
    __table_args__ = (Index("uq_timetables_main", "site_id", unique=True, **where("is_main")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    name: Mapped[str]
    is_main: Mapped[bool] = mapped_column(default=False)
    keeps_holidays: Mapped[bool] = mapped_column(default=False)
    """Closed on public holidays."""
    version: Mapped[int] = mapped_column(default=1)


class Season(Seldom, Model):
    """The openings of a timetable between two days, both included; the one without days holds for the rest."""

    __tablename__ = "seasons"
    __table_args__ = (
        CheckConstraint("(first_on IS NULL) = (last_on IS NULL)", name="both"),
        CheckConstraint("first_on <= last_on", name="order"),
        Index("uq_seasons_usual", "timetable_id", unique=True, **where("first_on IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    timetable_id: Mapped[int] = mapped_column(ForeignKey("timetables.id"), index=True)
    name: Mapped[str] = mapped_column(default="")
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]


class OpeningHours(Seldom, Model):
    """One opening of a weekday, in minutes of the site's wall clock; `closes` may pass midnight."""

    __tablename__ = "openings"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("nth BETWEEN 1 AND 4 OR nth = -1", name="nth"),
        CheckConstraint("opens >= 0 AND opens < 1440 AND closes > opens AND closes <= opens + 1440", name="order"),
        CheckConstraint("staff BETWEEN 0 AND 99", name="staff"),
        CheckConstraint(f"level BETWEEN 0 AND {HIGHEST_LEVEL}", name="level"),
        CheckConstraint(f"alone BETWEEN 0 AND {HIGHEST_LEVEL}", name="alone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"), index=True)
    weekday: Mapped[int]
    """0 is Monday."""
    nth: Mapped[int | None]
    """Which such weekday of a month: 1 to 4, or -1 for its last; NULL is every week."""
    opens: Mapped[int]
    closes: Mapped[int]
    staff: Mapped[int] = mapped_column(default=0)
    """How many people it takes; 0 is an opening without staff."""
    level: Mapped[int] = mapped_column(default=0)
    """The lowest level of access that lets in."""
    alone: Mapped[int | None]
    """The lowest level that lets in while staff should be there and are not; NULL lets nobody in."""


class ExceptionKind(StrEnum):
    """What differs on certain days."""

    CLOSED = "closed"
    OPEN = "open"


class HoursException(Seldom, Model):
    """A closure, or an exceptional opening, on each day from the first to the last; the one written later counts.

    It is for a whole site, or for one of its timetables only. A closure without hours closes from midnight to midnight.
    """

    __tablename__ = "hours_exceptions"
    __table_args__ = (
        CheckConstraint("kind IN ('closed', 'open')", name="kind"),
        CheckConstraint("first_on <= last_on", name="days"),
        CheckConstraint("opens >= 0 AND opens < 1440 AND closes > opens AND closes <= opens + 1440", name="order"),
        CheckConstraint("staff BETWEEN 0 AND 99", name="staff"),
        CheckConstraint(f"level BETWEEN 0 AND {HIGHEST_LEVEL}", name="level"),
        CheckConstraint(f"alone BETWEEN 0 AND {HIGHEST_LEVEL}", name="alone"),
        Index(None, "site_id", "last_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    timetable_id: Mapped[int | None] = mapped_column(ForeignKey("timetables.id"))
    kind: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date]
    opens: Mapped[int] = mapped_column(default=0)
    closes: Mapped[int] = mapped_column(default=1440)
    staff: Mapped[int] = mapped_column(default=0)
    level: Mapped[int] = mapped_column(default=0)
    alone: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="")
    """Everybody reads it."""
