"""How memberships are put into words, for pages, mails and programs alike."""

from babel import Locale

from fablab.core.i18n import _, locale, n_
from fablab.members.memberships.rules import Lasts, Length


def month_names() -> dict[int, str]:
    """The twelve months, in the reader's language."""
    names = Locale(locale()).months["format"]["wide"]
    return {number: str(names[number]) for number in range(1, 13)}


def how_long(length: Length) -> str:
    """How long a kind lasts: `12 months`, `1 day`, `until 31 August`."""
    if length.lasts == Lasts.FIXED_DAY:
        day, month = length.until_day or 1, month_names()[length.until_month or 1]
        if day == 1 and locale() == "fr":
            return _("until %(day)s %(month)s", day="1er", month=month)
        return _("until %(day)s %(month)s", day=day, month=month)
    if length.lasts == Lasts.MONTHS:
        return n_("%(count)s month", "%(count)s months", length.length or 1)
    return n_("%(count)s day", "%(count)s days", length.length or 1)
