"""How holds, strikes and the rules about them are put into words."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from fablab.core.i18n import _, n_, show_date, show_duration, show_time
from fablab.members.conduct.rules import Step, Tally
from fablab.members.models import HoldKind, StrikeKind


def hold_kind(code: str) -> str:
    """What a hold is called."""
    return {
        HoldKind.UNPAID: _("Something to pay"),
        HoldKind.SUSPENDED: _("Suspended"),
        HoldKind.OTHER: _("On hold"),
    }[HoldKind(code)]


def strike_kind(code: str) -> str:
    """What a strike is for."""
    return {
        StrikeKind.LATE_CANCELLATION: _("Cancelled too late"),
        StrikeKind.NO_SHOW: _("Did not come"),
        StrikeKind.CONDUCT: _("Conduct"),
    }[StrikeKind(code)]


def until(ends_at: datetime | None, zone: ZoneInfo) -> str:
    """Until when something holds: the last whole day, or day and time where it ends within a day."""
    if ends_at is None:
        return _("until it is lifted")
    local = ends_at.astimezone(zone)
    if local.time() == time():
        return _("until %(day)s inclusive", day=show_date(local.date() - timedelta(days=1)))
    return _("until %(day)s, %(time)s", day=show_date(local), time=show_time(ends_at, zone))


def tally(found: Tally) -> str:
    """How far somebody is: “2 of 3 within 90 days”."""
    count, step = found.count, found.step
    if step.within_days is None:
        return _("%(count)s of %(needed)s", count=count, needed=step.strikes)
    return n_(
        "%(done)s of %(needed)s within %(count)s day",
        "%(done)s of %(needed)s within %(count)s days",
        step.within_days,
        done=count,
        needed=step.strikes,
    )


def consequence(step: Step) -> str:
    """What a step leads to."""
    if step.days is None:
        return _("suspended until staff lift it")
    return n_("suspended for %(count)s day", "suspended for %(count)s days", step.days)


def step_in_words(step: Step) -> str:
    """A whole step: “3 strikes within 90 days: suspended for 14 days”."""
    what = n_("%(count)s strike", "%(count)s strikes", step.strikes)
    if step.kind is not None:
        what = f"{what} ({strike_kind(step.kind).lower()})"
    if step.within_days is not None:
        what = n_("%(what)s within %(count)s day", "%(what)s within %(count)s days", step.within_days, what=what)
    if step.after:
        what = n_(
            "%(what)s, after %(count)s suspension", "%(what)s, after %(count)s suspensions", step.after, what=what
        )
    return _("%(what)s: %(consequence)s", what=what, consequence=consequence(step))


def said_before_cancelling(found: Tally | None) -> str:
    """What is said before somebody gives a reservation back too late."""
    if found is None:
        return _("It is late: cancelling now counts as a late cancellation.")
    text = _("It is late: cancelling now counts as a late cancellation (%(tally)s).", tally=tally(found))
    if found.is_reached:
        text = f"{text} " + _("You would then be %(consequence)s.", consequence=consequence(found.step))
    return text


def deadline(minutes: int) -> str:
    """How long before: “2 h”, “1 day”."""
    days, rest = divmod(minutes, 1440)
    if days and not rest:
        return n_("%(count)s day", "%(count)s days", days)
    return show_duration(minutes * 60)
