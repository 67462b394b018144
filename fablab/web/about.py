"""What a resource is, for its page: its picture, specifications and papers, what goes with it, its rules in words."""

from dataclasses import dataclass

from fablab.catalog.models import Resource


@dataclass(frozen=True, slots=True)
class About:
    """What the page tells of the resource besides its calendar."""


def about(resource: Resource) -> About:
    """All of it."""
    return About()
