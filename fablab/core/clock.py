"""What time it is. Only the edges ask; everything else is told."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC, without microseconds of noise below a millisecond."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
