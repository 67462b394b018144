"""What a person's certificates say at an instant: the replay of what happened up to it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fablab.core.period import Period


@dataclass(frozen=True, slots=True)
class Act:
    """A certificate was granted (perhaps until an instant) or revoked."""

    at: datetime
    granted: bool
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds at an instant. `since` and `expires_at` speak of the last grant; None where there was none."""

    holds: bool
    since: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


def standing_at(acts: Iterable[Act], moment: datetime) -> Standing:
    """Replay the acts, in the order in which they were written, up to and including the instant."""
    grant: Act | None = None
    revoked_at: datetime | None = None
    for act in acts:
        if act.at > moment:
            continue
        if act.granted:
            grant, revoked_at = act, None
        else:
            revoked_at = act.at
    if grant is None:
        return Standing(holds=False, revoked_at=revoked_at)
    running = grant.expires_at is None or moment < grant.expires_at
    return Standing(running and revoked_at is None, grant.at, grant.expires_at, revoked_at)


def holds_during(acts: Iterable[Act], period: Period, now: datetime) -> bool:
    """Tell whether, as far as is known now, the certificate holds from the period's start to its end."""
    known = [act for act in acts if act.at <= max(now, period.start)]
    standing = standing_at(known, max(now, period.start))
    return standing.holds and (standing.expires_at is None or period.end <= standing.expires_at)


def months_later(moment: datetime, months: int) -> datetime:
    """The same day of a later month; the last day of that month when it has no such day (29 February)."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    first_after = datetime(year + (month + 1) // 12, (month + 1) % 12 + 1, 1, tzinfo=UTC)
    last_day = (first_after - timedelta(days=1)).day
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last_day))
