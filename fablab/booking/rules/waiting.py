"""On which terms people wait for what is taken: how long an offer is kept, and how much one may wait for at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from fablab.booking.rules import wording
from fablab.booking.rules.case import Names
from fablab.booking.rules.kind import Clock, Count, Minutes, Rule
from fablab.booking.rules.times import at_minute
from fablab.core.i18n import _, n_


@dataclass(frozen=True, kw_only=True)
class Waiting(Rule):
    """Whoever waits is offered what frees, and has so many minutes of the day to answer; at night nobody must."""

    code: ClassVar[str] = "waiting"
    minutes: Minutes = 30
    opens: Clock = 480
    """From this minute of the day on the time to answer runs."""
    closes: Clock = 1260
    most: Count = 5
    """A member waits for so many wishes at once; 0: there is no waiting list."""

    @property
    def trouble(self) -> str:
        if self.opens >= self.closes:
            return _("The time to answer runs from one hour of a day to a later one.")
        return ""

    def words(self, names: Names) -> str:
        if self.most == 0:
            return _("There is no waiting list.")
        length = wording.length(self.minutes)
        text = _("Whoever waits for it is offered what frees, and has %(length)s to accept.", length=length)
        more = n_("One may wait for %(count)s thing at once.", "One may wait for %(count)s things at once.", self.most)
        return f"{text} {more}"

    def answer_by(self, now: datetime, starts_at: datetime, zone: ZoneInfo) -> datetime:
        """Until when an offer that is made now is kept: only hours of the day count, and it begins at `starts_at`."""
        left, day = timedelta(minutes=self.minutes), now.astimezone(zone).date()
        while True:
            begins = max(now, at_minute(day, self.opens, zone))
            if begins >= starts_at:
                return starts_at
            ends = max(begins, at_minute(day, self.closes, zone))
            if begins + left <= ends:
                return min(begins + left, starts_at)
            left -= ends - begins
            day += timedelta(days=1)
