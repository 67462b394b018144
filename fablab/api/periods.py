"""The periods that the API is asked about."""

from datetime import timedelta

from fablab.api.schemas import PeriodQuery
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refused

LONGEST = timedelta(days=62)
PAGE = 2000


def period(query: PeriodQuery) -> Period:
    """The period of a query.

    Raises:
        Refused: it ends before it starts, or is longer than 62 days.
    """
    if query.from_ >= query.to:
        raise Refused.because("ends_before_start", _("“to” must be later than “from”."))
    if query.to - query.from_ > LONGEST:
        raise Refused.because("period_too_long", _("Ask for at most %(count)s days at once.", count=LONGEST.days))
    return Period(query.from_, query.to)


def following(offset: int, found: int) -> int | None:
    """The next page's offset, when one item more than a page was found."""
    return offset + PAGE if found > PAGE else None
