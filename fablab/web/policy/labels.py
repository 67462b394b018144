"""What each parameter of a rule is called on a form, with a hint where one helps."""

from collections.abc import Mapping

from fablab.core.i18n import _

Said = Mapping[str, tuple[str, str]]


def label(kind: str, name: str) -> tuple[str, str] | None:
    """A parameter’s label and hint, or those of a line’s (`blocks.from_weekday`); None where there are none."""
    found = {**_lengths(), **_windows(), **_quotas(), **_first(), **_people(), **_terms()}
    return found.get(f"{kind}.{name}")


def choice(enumeration: str, value: str) -> str:
    """What a value of an enumeration is called."""
    return {
        "Unit.bookings": _("reservations"),
        "Unit.minutes": _("time (all places)"),
        "Per.day": _("a day"),
        "Per.week": _("a week"),
        "Per.month": _("a month"),
        "Per.year": _("a year"),
        "Per.rolling": _("any so many days in a row"),
        "Per.term": _("the season or term chosen below"),
        "Per.ahead": _("at once: whatever is not over yet"),
        "Holder.member": _("each member’s own"),
        "Holder.account": _("of all who reserve on the same account"),
        "Holder.project": _("of all who reserve for the same project"),
        "Holder.member_and_project": _("each member’s own, project by project"),
        "Each.resource": _("for each machine or room"),
        "Each.category": _("for each category"),
        "Each.together": _("for all of them together"),
    }.get(f"{enumeration}.{value}", value)


def _lengths() -> Said:
    return {
        "length.least": (_("At least"), _("Such as 30 min or 1 h 30; empty: as short as one likes.")),
        "length.most": (_("At most"), _("Such as 3 h or 2 days; empty: as long as one likes.")),
        "length.step": (_("In steps of"), _("Such as 15 min; empty: as the machine is set.")),
        "length.open_hours": (_("Only open hours count"), ""),
        "lengths.minutes": (
            _("Lengths to choose from"),
            _("One on each line, such as 1 h 30; empty lines are left out."),
        ),
        "blocks.blocks": (_("Blocks"), _("Each from a day and time to a day and time; 24:00 is midnight.")),
        "blocks.blocks.from_weekday": (_("From"), ""),
        "blocks.blocks.from_minute": (_("at what time"), ""),
        "blocks.blocks.to_weekday": (_("To"), ""),
        "blocks.blocks.to_minute": (_("at what time"), ""),
        "blocks.most": (_("How many at a time at most"), ""),
        "buffer.before": (_("To set up, before"), _("Such as 15 min; empty: none.")),
        "buffer.after": (_("To clean, after"), _("Such as 15 min; empty: none.")),
        "buffer.is_inside": (
            _("It lies within the reservation"),
            _("Otherwise it lies around it, and is kept free of others."),
        ),
    }


def _windows() -> Said:
    return {
        "ahead.days": (_("Days ahead at most"), _("0: for the same day only.")),
        "ahead.minutes": (_("Or so long before at most; 0: who is there starts at once"), ""),
        "ahead.opens_at": (_("A new day opens at"), _("00:00 is at midnight.")),
        "lead.minutes": (_("At least so long before"), _("Such as 2 h; empty: not asked.")),
        "lead.days": (_("At least so many days before"), _("1: not on the same day. Empty: not asked.")),
        "lead.open_days": (_("Only days on which it is open count"), ""),
        "lead.until": (_("On the last of these days, until"), ""),
        "lead.walk_ins": (_("Who is there may start at once while it is free"), ""),
        "waves.releases": (_("Releases"), _("Each: on which day and time, and which days it opens.")),
        "waves.releases.weekday": (_("Released on"), ""),
        "waves.releases.at_minute": (_("at what time"), ""),
        "waves.releases.first_weekday": (_("First day"), ""),
        "waves.releases.last_weekday": (_("Last day"), ""),
        "waves.releases.weeks_before": (_("So many weeks earlier"), ""),
        "months.day": (_("From this day of the month on"), ""),
        "months.months_before": (_("So many months before"), ""),
        "months.at_minute": (_("at what time"), ""),
        "starts.at": (_("Times of the day"), _("One on each line, such as 09:00; empty lines are left out.")),
        "starts.every": (_("Or every"), _("Such as 30 min or 2 h, counted from midnight.")),
        "between.weekdays": (_("On which weekdays"), _("None chosen: every day.")),
        "between.from_minute": (_("From what time"), ""),
        "between.to_minute": (
            _("Until what time"),
            _("24:00 is midnight; earlier than the beginning is the next day."),
        ),
        "ends_before_closing.minutes": (_("So long before closing"), _("Such as 30 min.")),
        "over_closing.ends_open": (_("It ends in open hours too"), _("Otherwise it only begins in them.")),
    }


def _quotas() -> Said:
    each = (_("Counted"), "")
    return {
        "quota.most": (_("At most"), _("A number of reservations; or a time such as 4 h, where time is counted.")),
        "quota.unit": (_("What is counted"), ""),
        "quota.per": (_("Within"), ""),
        "quota.each": each,
        "quota.holder": (_("Whose use is counted"), ""),
        "quota.first_weekday": (_("A week begins on"), _("Only where a week is counted.")),
        "quota.rolling_days": (_("How many days in a row"), _("Only where days in a row are counted.")),
        "quota.same_day_free": (
            _("What is reserved on the day itself is free"),
            _("It neither counts nor is refused."),
        ),
        "quota.walk_ins_free": (_("What is begun at once is free"), _("It neither counts nor is refused.")),
        "quota.missed_count": (_("What somebody missed counts too"), ""),
        "quota.late_minutes": (
            _("What is given back late counts too: later than"),
            _("So long before it begins, such as 2 h; empty: nothing given back counts."),
        ),
        "capacity.most": (_("People at the same time"), _("Guests count too.")),
        "gap.minutes": (_("Time between two reservations"), _("Such as 2 h or 1 day.")),
        "gap.each": each,
        "at_once.most": (_("At most so many at the same time"), ""),
        "at_once.each": each,
        "at_once.holder": (_("Whose use is counted"), ""),
    }


def _first() -> Said:
    return {
        "pace.most": (_("At most so many reservations"), _("What was given back counts too.")),
        "pace.minutes": (_("Within"), _("Such as 10 min.")),
        "draw.days": (_("So many days before"), _("1: on the day before.")),
        "draw.at_minute": (_("at what time"), ""),
        "draw.weekday": (_("Always on this weekday"), _("Empty: on any day, so many days before.")),
        "draw.most": (_("So many wishes at most"), _("Each member, in one draw.")),
        "draw.wins": (_("So many of them are granted at most"), ""),
        "priority.rank": (_("Rank"), _("From 1 to 9: a higher one passes before a lower one.")),
        "priority.notice_minutes": (
            _("At least so long before it begins"),
            _("Such as 2 days; empty: until it begins."),
        ),
    }


def _people() -> Said:
    none_is_all = _("None chosen: any of them.")
    return {
        "certificate.course_ids": (_("Certificates"), ""),
        "certificate.any_of": (_("One of them will do"), _("Otherwise all are needed.")),
        "membership.kind_ids": (_("Kinds of memberships"), none_is_all),
        "only_classes.class_ids": (_("Classes of members"), ""),
        "not_for.reason": (_("Why"), _("Members read it.")),
        "companion.from_age": (_("Of at least this age"), _("In years; empty: any.")),
        "companion.course_ids": (_("With these certificates"), _("None chosen: anybody.")),
        "staff_books.how": (_("How members ask"), _("Such as a telephone number. Members read it.")),
        "guests.most": (_("Guests at most"), _("0: none.")),
        "exempt.codes": (_("Free of which kinds of rules"), _("None chosen: of all.")),
        "jobs.jobs": (_("Jobs or materials"), _("One on each line, such as Plywood; empty lines are left out.")),
    }


def _terms() -> Said:
    before = _("Such as 2 h or 1 day.")
    until = (_("Until so long before it begins"), _("Such as 2 h; empty: until it begins."))
    return {
        "check_in.before_minutes": (_("From so long before it begins"), _("Such as 15 min.")),
        "check_in.grace_minutes": (_("To so long after it begins"), _("Such as 15 min.")),
        "check_in.is_missed": (_("Whoever does not come has missed it"), _("Otherwise it is only given back.")),
        "cancellation.minutes": (_("To be given back at least so long before"), before),
        "cancellation.strikes": (_("Later, it counts as a strike"), ""),
        "cancellation.fee_cents": (_("Later, it costs"), _("An amount in euros; empty: nothing.")),
        "cancellation.price_percent": (_("Later, so much of its price is due"), _("In per cent; empty: nothing.")),
        "cancellation.also_missed": (_("The same where nobody comes"), ""),
        "cancellation.free_if_taken": (_("Free if somebody else takes the time"), ""),
        "cancellation.strikes_before": (
            _("Only for whoever has so many strikes already"),
            _("0: for everybody. So a first time can be a warning, and a second one cost."),
        ),
        "late_return.grace_minutes": (_("Late by more than"), _("Such as 15 min; empty: at once.")),
        "late_return.fee_cents": (_("It costs"), _("An amount in euros; empty: nothing.")),
        "late_return.hourly_cents": (_("And for each hour begun"), _("For each place; an amount in euros.")),
        "extension.step_minutes": (_("By how much each time"), _("Such as 30 min.")),
        "extension.most": (_("How often at most"), _("Empty: as long as nobody follows.")),
        "extension.last_minutes": (_("Asked for in the last"), _("Such as 15 min; empty: at any time.")),
        "extension.beyond_rules": (_("Beyond what other rules allow in length and amount"), ""),
        "moves.most": (_("How often at most"), _("0: never. Empty: as often as one likes.")),
        "moves.minutes": until,
        "hand_over.is_allowed": (_("Members may hand it over"), _("Otherwise it is personal.")),
        "hand_over.minutes": until,
        "review.hours": (_("Within how many hours staff answer"), ""),
        "waiting.minutes": (_("How long to answer"), _("Such as 30 min.")),
        "waiting.opens": (_("The time to answer runs from"), ""),
        "waiting.closes": (_("Until what time"), _("At night nobody must answer.")),
        "waiting.most": (_("For how many things at once at most"), _("0: there is no waiting list.")),
    }
