"""Long lists, a page at a time."""

from dataclasses import dataclass
from typing import Generic, TypeVar

PAGE = 50
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some of a list, how many there are on all pages, and how many come before these."""

    items: list[Item]
    count: int
    offset: int
    size: int = PAGE
    """How many a page has."""

    @property
    def next_offset(self) -> int | None:
        """Where the next page begins; None on the last one."""
        following = self.offset + len(self.items)
        return following if following < self.count else None

    @property
    def previous_offset(self) -> int | None:
        """Where the page before begins; None on the first one."""
        return max(0, self.offset - self.size) if self.offset else None
