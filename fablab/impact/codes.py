"""Choices of this feature that the database keeps as codes."""

from enum import StrEnum


class Field(StrEnum):
    """What is answered to a question."""

    CHOICE = "choice"
    TEXT = "text"
    YES_NO = "yes_no"
    BIRTH_YEAR = "birth_year"
    NUMBER = "number"


YES, NO = "yes", "no"


class Stage(StrEnum):
    """How far a project is, in order; `ended` may follow any of the others."""

    RECEIVED = "received"
    SUPPORTED = "supported"
    STARTED = "started"
    STILL_THERE = "still_there"
    ENDED = "ended"

    @property
    def rank(self) -> int:
        """Its place in the order."""
        return list(Stage).index(self)


class Band(StrEnum):
    """Ages as funders count them."""

    UNDER_18 = "under_18"
    FROM_18 = "18_24"
    FROM_25 = "25_34"
    FROM_35 = "35_44"
    FROM_45 = "45_54"
    FROM_55 = "55_64"
    FROM_65 = "65_over"


class Unit(StrEnum):
    """What a figure counts."""

    PEOPLE = "people"
    VISITS = "visits"
    SECONDS = "seconds"
    TIMES = "times"
