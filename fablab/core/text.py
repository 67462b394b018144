"""What people type, as it is kept: without characters that no page, mail, document or database can hold."""

import re
import unicodedata
from collections.abc import Collection

# Controls, and halves of characters that are none (surrogates); the line feed is treated apart.
_BREAKS = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
_UNFIT = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def line_of(text: str) -> str:
    """One line: whatever breaks or controls it becomes a space, spaces around it go."""
    return " ".join(_UNFIT.sub(" ", _BREAKS.sub(" ", text)).split())


def lines_of(text: str) -> str:
    """Several lines: breaks are kept as line feeds, other controls become spaces, space around the whole goes."""
    return _UNFIT.sub(" ", _BREAKS.sub("\n", text)).strip()


def plain_of(text: str) -> str:
    """Text in small letters without accents, for seeking and ordering: `élodie ROCHE` and `Elodie Roche` are one."""
    parts = unicodedata.normalize("NFKD", _UNFIT.sub(" ", text).casefold())
    return " ".join("".join(sign for sign in parts if not unicodedata.combining(sign)).split())


def slug_of(name: str, taken: Collection[str], otherwise: str) -> str:
    """A short word for an address, made from a name: unlike those taken; `otherwise` where nothing is left of it."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    stem = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40].strip("-") or otherwise
    return numbered(stem, taken)


def numbered(stem: str, taken: Collection[str]) -> str:
    """The word itself, or with the lowest number from 2 on that makes it unlike those taken."""
    number, word = 1, stem
    while word in taken:
        number += 1
        word = f"{stem}-{number}"
    return word
