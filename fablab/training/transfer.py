"""Certificates as a table: what was validated before this lab kept it, with the days of then.

Nobody is mailed about a certificate that they have had for years; the log says that it was brought in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.i18n import _
from fablab.core.tables import Trouble
from fablab.core.text import plain_of
from fablab.members.actor import Actor, Role
from fablab.members.models import Member
from fablab.members.transfer import finding, people
from fablab.members.transfer.cells import Reading
from fablab.members.transfer.columns import WHO
from fablab.members.transfer.outcome import Outcome
from fablab.sites import queries as sites
from fablab.sites.entities import CENTURY
from fablab.training import queries
from fablab.training.models import CertificateAct, CertificateEvent, Course
from fablab.training.timeline import Act, months_later, standing_at

COLUMNS = ("number", "name", "email", "birth_date", "course", "granted_on", "expires_on")
KNOWN = (*COLUMNS, *(column for column in WHO if column not in COLUMNS), "staff_note")
NOON = time(12)
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A certificate that somebody is to have: from a day (None: today), to a day (None: as the course says)."""

    line: int
    member: Member
    course: Course
    granted_on: date | None = None
    expires_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock that cuts the days of certificates, and what it says now."""

    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def day(self, moment: datetime) -> date:
        """The day of an instant."""
        return moment.astimezone(self.zone).date()

    def noon(self, day: date) -> datetime:
        """The middle of a day, or now where that is still to come."""
        return min(datetime.combine(day, NOON, self.zone).astimezone(UTC), self.now)

    def end(self, day: date) -> datetime:
        """The end of a day."""
        return datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(UTC)


def clock_of(session: Session, now: datetime) -> Clock:
    """That of the first site."""
    first = next(iter(sites.sites(session)), None)
    return Clock(first.zone if first else ZoneInfo("Europe/Paris"), now)


def bring_in(session: Session, actor: Actor, readings: list[Reading], now: datetime) -> Outcome:
    """Write every line that can be taken, and tell of all others why not.

    Raises:
        Forbidden: nowhere a fabmanager.
    """
    actor.needs_anywhere(Role.FABMANAGER)
    finder, courses = finding.finder(session, readings), queries.courses(session)
    wanted = [
        one for reading in readings if (one := _wanted(reading, finding.one_of_theirs(reading, finder, actor), courses))
    ]
    outcome = take(session, actor, wanted, now)
    outcome.troubles = [*(one for reading in readings for one in reading.troubles), *outcome.troubles]
    return outcome


def take(session: Session, actor: Actor, wanted: list[Wanted], now: datetime) -> Outcome:
    """Grant certificates with the days of then; who has the same one already keeps it."""
    times, outcome = clock_of(session, now), Outcome()
    acts = queries.acts_of_all(session, {one.member.id for one in wanted})
    seen: dict[tuple[int, int], int] = {}
    made = []
    for one in wanted:
        history = acts[one.member.id].get(one.course.id, ())
        first = seen.setdefault((one.member.id, one.course.id), one.line)
        if first != one.line:
            text = _("Line %(line)s speaks of the same certificate.", line=first)
            outcome.troubles.append(Trouble(one.line, text, "course"))
        elif _is_known(history, one, times):
            outcome.unchanged += 1
        elif reasons := list(_reasons(actor, history, one, times)):
            outcome.troubles += reasons
        else:
            made.append(_event(actor, one, times))
    session.add_all(made)
    session.flush()
    whom = [(row.member_id, None, f"course:{row.course_id}") for row in made]
    audit.note_all(session, actor.member_id, "certificate.imported", now, whom, {"import": True})
    outcome.added = len(made)
    return outcome


def cells(session: Session, members: Iterable[Member], now: datetime) -> list[dict[str, str]]:
    """The certificates of these people as lines of the table: those that hold, and those that ran out."""
    rows, times = list(members), clock_of(session, now)
    names = {row.id: row.name for row in queries.courses(session)}
    acts = queries.acts_of_all(session, [row.id for row in rows])
    found = []
    for row in rows:
        for course_id, history in sorted(acts.get(row.id, {}).items(), key=lambda item: names[item[0]]):
            standing = standing_at(history, now)
            if standing.since is None or standing.revoked_at is not None:
                continue
            ends = standing.expires_at
            found.append(
                people.who(row)
                | {
                    "course": names[course_id],
                    "granted_on": times.day(standing.since).isoformat(),
                    "expires_on": times.day(ends - MOMENT).isoformat() if ends else "",
                }
            )
    return found


def _wanted(reading: Reading, member: Member | None, courses: list[Course]) -> Wanted | None:
    word = reading.text("course")
    course = next((row for row in courses if plain_of(row.name) == plain_of(word)), None)
    if not word:
        reading.missing("course")
    elif course is None:
        reading.unknown("course", word, (row.name for row in courses))
    granted, expires, note = reading.day("granted_on"), reading.day("expires_on"), reading.lines("staff_note", 500)
    if granted is None and not reading.line.cells.get("granted_on", "").strip():
        reading.missing("granted_on")
    if reading.troubles or member is None or course is None:
        return None
    return Wanted(line=reading.number, member=member, course=course, granted_on=granted, expires_on=expires, note=note)


def _is_known(history: Sequence[Act], one: Wanted, times: Clock) -> bool:
    """Tell whether somebody has this certificate already: that of the same days, or any where no day is known."""
    standing = standing_at(history, times.now)
    if one.granted_on is None:
        return standing.holds
    if standing.since is None or standing.revoked_at is not None or times.day(standing.since) != one.granted_on:
        return False
    ends = standing.expires_at
    return one.expires_on is None or (ends is not None and times.day(ends - MOMENT) == one.expires_on)


def _reasons(actor: Actor, history: Sequence[Act], one: Wanted, times: Clock) -> Iterable[Trouble]:
    day = one.granted_on or times.today
    standing = standing_at(history, times.now)
    if one.member.id == actor.member_id:
        yield Trouble(one.line, _("Nobody validates themselves. Let a colleague bring this line in."), "number")
    if not CENTURY[0] <= day <= times.today:
        yield Trouble(one.line, _("Choose a day of this century that is not after today."), "granted_on")
    if one.expires_on is not None and not day <= one.expires_on <= CENTURY[1]:
        yield Trouble(one.line, _("It cannot end before it was granted, nor after this century."), "expires_on")
    if standing.holds and standing.since is not None:
        text = _("They hold it already, since %(day)s.", day=times.day(standing.since).isoformat())
        yield Trouble(one.line, text, "course")
    elif history and history[-1].at >= times.noon(day):
        text = _("Something later is written of this certificate here. It stays as it is.")
        yield Trouble(one.line, text, "granted_on")


def _event(actor: Actor, one: Wanted, times: Clock) -> CertificateEvent:
    at = times.noon(one.granted_on or times.today)
    months = one.course.validity_months
    ends = times.end(one.expires_on) if one.expires_on else (months_later(at, months) if months else None)
    return CertificateEvent(
        member_id=one.member.id,
        course_id=one.course.id,
        act=CertificateAct.GRANTED,
        at=at,
        expires_at=ends,
        by_id=actor.member_id,
        note=one.note,
    )
