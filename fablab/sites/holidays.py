"""Public holidays, as the holidays library knows them for a country and a part of it."""

from collections.abc import Callable
from datetime import date
from functools import cache

from holidays import country_holidays, list_supported_countries

from fablab.core.i18n import locale

_LANGUAGES = {"fr": ("fr", "fr_FR"), "en": ("en_US", "en_GB", "en")}


@cache
def countries() -> dict[str, list[str]]:
    """The countries whose holidays are known, each with its parts."""
    return {code: list(parts) for code, parts in list_supported_countries(include_aliases=False).items()}


def is_known(country: str, subdivision: str = "") -> bool:
    """Tell whether the holidays of that part of that country are known."""
    return country in countries() and (not subdivision or subdivision in countries()[country])


def holidays_of(country: str, subdivision: str, year: int) -> dict[date, str]:
    """A year's public holidays with their names, in the reader's language where the library speaks it."""
    return dict(_year(country, subdivision, year, locale()))


def calendar_of(country: str, subdivision: str) -> Callable[[date], bool]:
    """What tells whether a day is a public holiday there; of an unknown country, no day is."""

    def is_holiday(day: date) -> bool:
        return day in _year(country, subdivision, day.year, "en")

    return is_holiday


@cache
def _year(country: str, subdivision: str, year: int, language: str) -> dict[date, str]:
    if not is_known(country, subdivision):
        return {}
    for spoken in (*_LANGUAGES[language], None):
        found = country_holidays(country, subdiv=subdivision or None, years=year, language=spoken)
        if spoken is None or spoken in found.supported_languages or spoken == found.default_language:
            return {day: str(name) for day, name in sorted(found.items()) if day.year == year}
    return {}
