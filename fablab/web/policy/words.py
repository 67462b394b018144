"""What kinds of rules and their parameters are called on the screens that compose them."""

from fablab.core.i18n import _


def families() -> list[tuple[str, tuple[str, ...]]]:
    """The kinds by what they are about, in the order in which they are offered."""
    return [
        (_("How long"), ("length", "lengths", "blocks", "buffer")),
        (
            _("When"),
            ("ahead", "lead", "waves", "starts", "between", "ends_before_closing", "over_closing"),
        ),
        (_("How much"), ("quota", "gap", "at_once", "capacity")),
        (
            _("Who"),
            (
                *("certificate", "membership", "only_classes", "not_for", "supervised", "companion"),
                *("staff_books", "guests", "exempt"),
            ),
        ),
        (_("What for"), ("jobs",)),
        (_("Terms"), ("check_in", "cancellation", "extension", "moves", "hand_over", "review")),
    ]


def kind(code: str) -> tuple[str, str]:
    """A kind's name, and what it does in a sentence; its code where nobody named it."""
    return _kinds().get(code, (code, ""))


def _kinds() -> dict[str, tuple[str, str]]:
    return {
        "length": (_("Length"), _("At least, at most, in steps.")),
        "lengths": (_("Offered lengths"), _("One of a few lengths only.")),
        "blocks": (_("Whole blocks"), _("Half-days, days, Friday to Sunday: as a whole.")),
        "buffer": (_("Set-up and cleaning"), _("Time within the reservation, or kept free around it.")),
        "ahead": (_("How far ahead"), _("At most so many days before.")),
        "lead": (_("How long before"), _("At least so long before it begins; no same day.")),
        "waves": (_("Waves"), _("Days are released on fixed weekdays.")),
        "starts": (_("Starts"), _("It begins at certain times only.")),
        "between": (_("Hours of use"), _("The whole of it lies within some hours.")),
        "ends_before_closing": (_("Before closing"), _("It is over so long before closing.")),
        "over_closing": (_("Over closing"), _("A loan or a long job may go on while it is closed.")),
        "quota": (_("Quota"), _("At most so many reservations, or hours, in a day, a week, ahead…")),
        "gap": (_("Gap"), _("Time between two reservations of one person.")),
        "at_once": (_("At once"), _("How many at the same time.")),
        "capacity": (_("Capacity"), _("How many people at the same time in a place.")),
        "certificate": (_("Certificate"), _("Who holds it for the whole time.")),
        "membership": (_("Membership"), _("Who has one in order on the day.")),
        "only_classes": (_("Some classes only"), _("Who belongs to one of them.")),
        "not_for": (_("Not allowed"), _("Those whom it concerns may not reserve at all.")),
        "supervised": (_("With staff only"), _("Only while staff are there.")),
        "companion": (_("Never alone"), _("Somebody comes along: a buddy, or an adult.")),
        "staff_books": (_("Staff reserve"), _("Members ask; staff reserve for them.")),
        "guests": (_("Guests"), _("How many may come along.")),
        "exempt": (_("Exempt"), _("Those whom it concerns are free of other rules.")),
        "jobs": (_("Jobs and materials"), _("Whoever reserves says what for.")),
        "check_in": (_("Check-in"), _("Who does not come gives the time to others.")),
        "cancellation": (_("Late cancellation"), _("What giving back too late costs.")),
        "extension": (_("Extension"), _("Longer, if nobody follows.")),
        "moves": (_("Moving"), _("How often, and until when.")),
        "hand_over": (_("Handing over"), _("Whether somebody else may have it instead.")),
        "review": (_("Approval"), _("Staff approve it first.")),
    }


def label(code: str, name: str) -> str:
    """What a parameter is called; its own name where nobody named it."""
    labels = _labels()
    return labels.get(f"{code}.{name}") or labels.get(name) or name


def _labels() -> dict[str, str]:
    return {
        "least": _("At least"),
        "most": _("At most"),
        "extension.most": _("How often at most"),
        "moves.most": _("How often at most"),
        "step": _("In steps of"),
        "lengths.minutes": _("Lengths, one per line"),
        "blocks": _("Blocks"),
        "before": _("To set up"),
        "after": _("To clean"),
        "is_inside": _("Within the reservation, not around it"),
        "days": _("Days"),
        "opens_at": _("A new day opens at"),
        "minutes": _("How long before"),
        "gap.minutes": _("How long between"),
        "walk_ins": _("Who is there may start at once"),
        "releases": _("Releases"),
        "at": _("Times, one per line"),
        "every": _("Every"),
        "weekdays": _("Weekdays"),
        "from_minute": _("From"),
        "to_minute": _("To"),
        "ends_open": _("It ends in open hours too"),
        "unit": _("What is counted"),
        "per": _("Within"),
        "each": _("Counted for"),
        "holder": _("Whose use is counted"),
        "first_weekday": _("The week begins on"),
        "waves.first_weekday": _("First day"),
        "last_weekday": _("Last day"),
        "weekday": _("Released on"),
        "at_minute": _("At"),
        "from_weekday": _("From"),
        "to_weekday": _("To"),
        "blocks.from_minute": _("at what time"),
        "blocks.to_minute": _("at what time"),
        "rolling_days": _("Rolling days"),
        "same_day_free": _("What is reserved on the day itself does not count"),
        "walk_ins_free": _("What is begun at once does not count"),
        "missed_count": _("Missed ones count"),
        "late_minutes": _("Cancelled less than so long before, it goes on to count"),
        "course_ids": _("Certificates"),
        "any_of": _("Any one of them will do"),
        "kind_ids": _("Kinds; none chosen: any"),
        "class_ids": _("Classes"),
        "reason": _("Why"),
        "from_age": _("Age of who comes along, at least"),
        "how": _("How to ask"),
        "codes": _("Codes of the kinds, one per line; none: all"),
        "jobs": _("Jobs or materials, one per line"),
        "before_minutes": _("From so long before"),
        "grace_minutes": _("Until so long after"),
        "is_missed": _("It counts as missed"),
        "strikes": _("It counts as a strike"),
        "fee_cents": _("Fee in euros"),
        "price_percent": _("Percent of the price"),
        "also_missed": _("Also where nobody came"),
        "free_if_taken": _("Not if somebody else takes the time"),
        "step_minutes": _("By steps of"),
        "last_minutes": _("Asked for in the last"),
        "beyond_rules": _("Rules about length, amount and spacing do not hold for it"),
        "is_allowed": _("It may be handed over"),
        "hours": _("Hours that staff take at most"),
    }


def choice(value: str) -> str:
    """A choice of a parameter, in words."""
    return {
        "bookings": _("reservations"),
        "minutes": _("time (all places)"),
        "day": _("a day"),
        "week": _("a week"),
        "month": _("a month"),
        "year": _("a year"),
        "rolling": _("rolling days"),
        "term": _("the season of this rule"),
        "ahead": _("what lies ahead"),
        "resource": _("each machine or room"),
        "category": _("each category"),
        "together": _("all together"),
        "member": _("the person"),
        "account": _("the account that pays"),
        "project": _("the project"),
        "member_and_project": _("the person, for each project"),
    }.get(value, value)
