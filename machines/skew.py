"""How far a machine's clock is from ours: bounded by each end that both have seen, never trusted beyond that."""

from datetime import UTC, datetime

from machines.tracker_state import Skew

SLACK_SECONDS = 0.5
"""What a slow answer adds to the time of a sight."""
USEFUL_SECONDS = 30.0
"""Wider bounds say nothing."""


def narrowed(skew: Skew | None, recorded_at: float, earliest: datetime, latest: datetime) -> Skew:
    """The bounds after one more end that the machine has recorded and that took place within a period of ours."""
    low = recorded_at - latest.timestamp() - SLACK_SECONDS
    high = recorded_at - earliest.timestamp() + SLACK_SECONDS
    if skew is not None and max(low, skew.low) <= min(high, skew.high):
        return Skew(low=max(low, skew.low), high=min(high, skew.high))
    # Nothing was known, or one of the clocks was set.
    return Skew(low=low, high=high)


def our_time(skew: Skew | None, recorded_at: float | None, earliest: datetime, latest: datetime) -> datetime | None:
    """A time of the machine's as a time of ours, within a period; None if its clock is not known well enough."""
    if skew is None or recorded_at is None or skew.high - skew.low > USEFUL_SECONDS:
        return None
    seconds = recorded_at - (skew.low + skew.high) / 2
    seconds = min(max(seconds, earliest.timestamp()), latest.timestamp())
    return datetime.fromtimestamp(seconds, UTC)
