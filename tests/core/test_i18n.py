"""Words, dates and money in the reader's language."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from fablab.core import i18n
from fablab.core.paths import TRANSLATIONS
from fablab.core.period import Period

PARIS = ZoneInfo("Europe/Paris")
AFTERNOON = datetime(2026, 9, 15, 12, 30, tzinfo=UTC)


def test_a_language_is_spoken_for_a_while_and_then_the_one_before_again() -> None:
    with i18n.use_locale("en"):
        with i18n.use_locale("fr"):
            assert i18n.locale() == "fr"
        assert i18n.locale() == "en"


def test_an_unknown_language_means_french() -> None:
    with i18n.use_locale("klingon"):
        assert i18n.locale() == "fr"


def test_one_readers_language_is_not_anothers() -> None:
    def speak(code: str) -> str:
        i18n.set_locale(code)
        return i18n.show_money(1250)

    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(copy_context().run, speak, code) for code in ("fr", "en")]

    assert [future.result() for future in found] == ["12,50\xa0€", "€12.50"]


@pytest.mark.parametrize(
    ("code", "money", "number", "day", "month"),
    [
        ("fr", "-1\u202f234,05\xa0€", "1\u202f234,5", "Mardi 15 septembre", "septembre 2026"),
        ("en", "-€1,234.05", "1,234.5", "Tuesday 15 September", "September 2026"),
    ],
)
def test_money_numbers_and_days_are_written_in_the_readers_way(
    code: str, money: str, number: str, day: str, month: str
) -> None:
    with i18n.use_locale(code):
        assert i18n.show_money(-123405) == money
        assert i18n.show_number(1234.5) == number
        assert i18n.show_day(AFTERNOON, PARIS) == day
        assert i18n.show_month(date(2026, 9, 1)) == month


def test_times_are_those_of_the_sites_clock_and_a_second_day_is_named() -> None:
    with i18n.use_locale("fr"):
        short = i18n.show_period(Period(AFTERNOON, AFTERNOON + timedelta(hours=1)), PARIS)
        long = i18n.show_period(Period(AFTERNOON, AFTERNOON + timedelta(hours=12)), PARIS)

    assert short == "mar. 15 sept., 14:30–15:30"
    assert long == "mar. 15 sept., 14:30 – mer. 16 sept., 02:30"


def test_french_counts_the_first_of_a_month_and_no_other_day() -> None:
    with i18n.use_locale("fr"):
        assert [i18n.show_date(date(2026, 8, day)) for day in (1, 11, 21)] == [
            "1er août 2026",
            "11 août 2026",
            "21 août 2026",
        ]
        assert i18n.show_day(date(2026, 8, 1)) == "Samedi 1er août"
    with i18n.use_locale("en"):
        assert i18n.show_date(date(2026, 8, 1)) == "1 August 2026"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (89, "1 min"),
        (90, "2 min"),
        (3569, "59 min"),
        (3570, "1 h"),
        (3900, "1 h 05"),
        (86400, "24 h"),
    ],
)
def test_a_duration_is_shown_to_the_minute(seconds: int, shown: str) -> None:
    assert i18n.show_duration(seconds) == shown


def test_a_sentence_without_values_may_hold_a_percent_sign() -> None:
    with i18n.use_locale("en"):
        assert i18n._("20 % VAT") == "20 % VAT"
        assert i18n._("“%(email)s” is not an e-mail address.", email="100%") == "“100%” is not an e-mail address."
        assert i18n.n_("%(count)s place", "%(count)s places", 2) == "2 places"


def test_every_translation_keeps_the_placeholders_of_its_source() -> None:
    with (TRANSLATIONS / "fr.po").open("rb") as file:
        catalog = read_po(file, locale="fr")

    assert [error for message in catalog for error in message.check(catalog)] == []
    assert not [message.id for message in catalog if message.id and message.fuzzy]
