"""Lists whose order people choose."""

from typing import Protocol, TypeVar


class Placed(Protocol):
    """What has a place in a list, from nought."""

    position: int


Row = TypeVar("Row", bound=Placed)


def shift(rows: list[Row], moved: Row, by: int) -> None:
    """Move one by so many places, no further than the ends; all get their places anew."""
    at = rows.index(moved)
    rows.insert(max(0, min(len(rows) - 1, at + by)), rows.pop(at))
    for position, row in enumerate(rows):
        row.position = position
