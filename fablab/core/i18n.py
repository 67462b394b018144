"""Words, dates and money in the reader's language, inside a request and outside of one.

The source language is English; `fablab/translations/fr.po` holds the French. The reader's language is a context
variable, so that the web sets it once a request and the worker once a mail.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from io import BytesIO
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from fablab.core.paths import TRANSLATIONS
from fablab.core.period import Period

LOCALES = ("fr", "en")
_BABEL_LOCALES = {"fr": "fr_FR", "en": "en_GB"}
_locale: ContextVar[str] = ContextVar("fablab_locale", default="fr")


def locale() -> str:
    """The reader's language, `fr` or `en`."""
    return _locale.get()


def set_locale(code: str) -> None:
    """Speak this language from now on in this context; an unknown one means French."""
    _locale.set(code if code in LOCALES else LOCALES[0])


@contextmanager
def use_locale(code: str) -> Iterator[None]:
    """Speak this language for a while."""
    token = _locale.set(code if code in LOCALES else LOCALES[0])
    try:
        yield
    finally:
        _locale.reset(token)


@cache
def _translations(code: str) -> NullTranslations:
    path = TRANSLATIONS / f"{code}.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=code))
    compiled.seek(0)
    return Translations(compiled)


def gettext(message: str) -> str:
    """The sentence in the reader's language, as it stands."""
    return str(_translations(locale()).gettext(message)) if message else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """The sentence for that many, in the reader's language, as it stands."""
    return str(_translations(locale()).ngettext(singular, plural, count))


def _(message: str, **values: object) -> str:
    """The sentence in the reader's language, with `%(name)s` filled in."""
    return gettext(message) % values if values else gettext(message)


def n_(singular: str, plural: str, count: int, **values: object) -> str:
    """The sentence for that many, in the reader's language, with `%(name)s` and `%(count)s` filled in."""
    return ngettext(singular, plural, count) % {"count": count, **values}


def _babel() -> str:
    return _BABEL_LOCALES[locale()]


def babel_locale() -> Locale:
    """The reader's locale, for names of weekdays and months and for lists."""
    return Locale.parse(_babel())


def _first(text: str) -> str:
    """The first of a month is the only day that French counts as one: `1er août`."""
    return re.sub(r"(^|\s)1 ", r"\g<1>1er ", text) if locale() == "fr" else text


@lru_cache(maxsize=4096)
def show_time(moment: datetime, zone: ZoneInfo) -> str:
    """The time of day in that zone: `14:30`."""
    return str(moment.astimezone(zone).strftime("%H:%M"))


def show_day(day: date | datetime, zone: ZoneInfo | None = None) -> str:
    """The day in words, without its year: `mardi 15 septembre`."""
    value = day.astimezone(zone) if isinstance(day, datetime) and zone else day
    text = _first(str(dates.format_date(value, "EEEE d MMMM", locale=_babel())))
    return text[:1].upper() + text[1:]


def show_date(day: date | datetime, zone: ZoneInfo | None = None) -> str:
    """The date with its year: `15 septembre 2026`."""
    value = day.astimezone(zone) if isinstance(day, datetime) and zone else day
    return _first(str(dates.format_date(value, "d MMMM y", locale=_babel())))


def show_month(first: date) -> str:
    """The month with its year: `septembre 2026`."""
    return str(dates.format_date(first, "MMMM y", locale=_babel()))


def show_moment(moment: datetime, zone: ZoneInfo) -> str:
    """Day and time: `mar. 15 sept., 14:30`."""
    local = moment.astimezone(zone)
    return f"{_first(str(dates.format_date(local, 'EEE d MMM', locale=_babel())))}, {local:%H:%M}"


def show_period(period: Period, zone: ZoneInfo) -> str:
    """A period as people say it: `mar. 15 sept., 14:30–15:30`, with the second day named when there is one."""
    if period.start.astimezone(zone).date() == period.end.astimezone(zone).date():
        return f"{show_moment(period.start, zone)}–{show_time(period.end, zone)}"
    return f"{show_moment(period.start, zone)} – {show_moment(period.end, zone)}"


def show_money(cents: int, currency: str = "EUR") -> str:
    """An amount in the reader's way: `12,50 €`, `€12.50`."""
    return str(numbers.format_currency(Decimal(cents) / 100, currency, locale=_babel()))


def show_duration(seconds: int) -> str:
    """A duration to the minute: `1 h 05`, `45 min`, `30 s` under a minute."""
    if seconds < 60:
        return f"{seconds} s"
    minutes = (seconds + 30) // 60
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


def show_age(seconds: int) -> str:
    """How long ago, roughly: `3 jours`, `2 heures`."""
    return str(dates.format_timedelta(max(60, seconds), threshold=1.2, granularity="minute", locale=_babel()))


def show_exact_duration(seconds: int) -> str:
    """A duration to the second, for what is multiplied by a price: `1 h 05 min 09 s`, `45 min 00 s`."""
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    shown = f"{hours} h {minutes:02d} min {rest:02d} s" if hours else f"{minutes} min {rest:02d} s"
    return f"−{shown}" if seconds < 0 else shown


def show_number(value: float | int) -> str:
    """A number in the reader's way: `1 234,5`."""
    return str(numbers.format_decimal(value, locale=_babel()))
