"""Everything that people read exists in French, with the same blanks to fill in."""

import re
from functools import cache
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from fablab.core.i18n import gettext, ngettext, use_locale
from fablab.core.paths import TRANSLATIONS

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "n_": (1, 2)}
Words = tuple[str, ...]


@cache
def _said() -> frozenset[Words]:
    """Every sentence of the program and of its templates: one form, or singular and plural."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, KEYWORDS)
    return frozenset(_tuple(words) for _file, _line, words, _comments, _context in found)


def _french() -> dict[Words, Message]:
    with (TRANSLATIONS / "fr.po").open("rb") as file:
        catalog = read_po(file, locale="fr")
    return {_tuple(message.id): message for message in catalog if message.id}


def _tuple(words: str | list[str] | tuple[str, ...]) -> Words:
    return (words,) if isinstance(words, str) else tuple(words)


def _blanks(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


def test_every_sentence_has_its_french() -> None:
    french = _french()

    missing = sorted({words for words in _said() if words not in french or not all(_tuple(french[words].string))})

    assert missing == []


def test_no_french_is_left_over() -> None:
    assert sorted(words for words in _french() if words not in _said()) == []


def test_the_french_has_the_same_blanks() -> None:
    wrong = [
        words
        for words, message in _french().items()
        for text in _tuple(message.string)
        if _blanks(text) != _blanks(words[-1])
    ]

    assert wrong == []


def test_the_french_is_typeset_as_french_is() -> None:
    wrong = [
        text
        for message in _french().values()
        for text in _tuple(message.string)
        if "'" in text
        or re.search(r"[^\u202f][;!?»]|«[^\u202f]|[^\u202f/a-z0-9]:(?!//)(?!00)", text.replace("http:", ""))
    ]

    assert wrong == []


def test_french_counts_nought_as_one() -> None:
    forms = ("%(count)s free slot", "%(count)s free slots")

    with use_locale("fr"):
        assert [ngettext(*forms, count) % {"count": count} for count in (0, 1, 2)] == [
            "0 créneau libre",
            "1 créneau libre",
            "2 créneaux libres",
        ]
        assert gettext("Book") == "Réserver"
    with use_locale("en"):
        assert ngettext(*forms, 0) == "%(count)s free slots"
