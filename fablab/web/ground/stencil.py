"""What a page shows hundreds of times with other words in it: drawn once by a macro, with blanks, then filled in."""

from collections.abc import Callable, Hashable, Iterable
from itertools import chain
from typing import Generic, TypeVar

from markupsafe import Markup, escape

BLANK = "\0"
"""What a macro writes where something is to be filled in."""

Thing = TypeVar("Thing", bound=Hashable)


class Stencil(Generic[Thing]):
    """Drawings of things, each made when it is first wanted; filling one in costs far less than calling its macro."""

    def __init__(self, draw: Callable[[Thing], Markup]) -> None:
        self._draw = draw
        self._drawn: dict[Thing, list[str]] = {}

    def fill(self, things: Iterable[Thing], *words: str) -> Markup:
        """The drawings of these things one after the other, each with these words in its blanks, escaped."""
        drawings = [self._drawn.get(thing) or self._first(thing) for thing in things]
        pieces = list(chain.from_iterable(drawings))
        for at, word in enumerate(words):
            pieces[2 * at + 1 :: 2 * len(words) + 1] = [str(escape(word))] * len(drawings)
        # What was drawn is markup, and the words are escaped.
        return Markup("".join(pieces))

    def _first(self, thing: Thing) -> list[str]:
        """What stands around the blanks, with room for the words."""
        pieces = [piece for part in str(self._draw(thing)).split(BLANK) for piece in (part, "")][:-1]
        self._drawn[thing] = pieces
        return pieces
