"""Rules to start with: common sets that a lab takes as they are and changes later, rule by rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fablab.booking.rules import catalogue
from fablab.booking.rules.kind import Rule
from fablab.core.errors import NotFound
from fablab.core.i18n import _

DAY = 1440


@dataclass(frozen=True, slots=True)
class Part:
    """One rule of a set: its kind, its parameters, and whom it is about where that is not everybody."""

    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    age_under: int | None = None

    @property
    def rule(self) -> Rule:
        return catalogue.rule_of(self.kind, self.params)


@dataclass(frozen=True, slots=True)
class StartingSet:
    """Some rules that go together."""

    code: str
    name: str
    about: str
    parts: tuple[Part, ...]


def starting_sets() -> list[StartingSet]:
    """Every set, in the order in which a screen offers them."""
    return [
        StartingSet(
            "shared",
            _("A machine that many share"),
            _("From 1 h to 3 h, twice a week, a week ahead; given back a day before."),
            (
                Part("length", {"least": 60, "most": 180}),
                Part("quota", {"most": 2, "per": "week"}),
                Part("ahead", {"days": 7}),
                Part("cancellation", {"minutes": DAY}),
            ),
        ),
        StartingSet(
            "busy",
            _("A machine that everybody wants"),
            _("At most an hour, once a day, never two at once; whoever is late loses the place."),
            (
                Part("length", {"most": 60, "step": 15}),
                Part("quota", {"most": 1, "per": "day"}),
                Part("at_once", {"most": 1}),
                Part("check_in", {"before_minutes": 15, "grace_minutes": 15, "is_missed": False}),
                Part("extension", {"step_minutes": 15}),
            ),
        ),
        StartingSet(
            "room",
            _("A room, or a place to work at"),
            _("From half an hour to a day, a month ahead, with guests; a quarter of an hour to tidy up."),
            (
                Part("length", {"least": 30, "most": 600, "step": 30}),
                Part("ahead", {"days": 30}),
                Part("guests", {"most": 8}),
                Part("buffer", {"after": 15}),
                Part("moves", {"minutes": 120}),
            ),
        ),
        StartingSet(
            "long",
            _("Long jobs that run alone"),
            _("Up to three days, over night too, one at a time."),
            (
                Part("length", {"most": 3 * DAY}),
                Part("over_closing", {"ends_open": False}),
                Part("quota", {"most": 1, "per": "ahead"}),
                Part("moves", {"most": 1}),
            ),
        ),
        StartingSet(
            "care",
            _("Machines that one does not use alone"),
            _("Only while staff are there, with a membership in order; children with an adult."),
            (
                Part("supervised"),
                Part("membership"),
                Part("companion", {"from_age": 18}, age_under=14),
            ),
        ),
    ]


def starting_set(code: str) -> StartingSet:
    """The set with this code; NotFound if there is none."""
    found = next((item for item in starting_sets() if item.code == code), None)
    if found is None:
        raise NotFound(f"starting set {code}")
    return found
