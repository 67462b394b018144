"""What is known to be wrong with a resource, for its page."""

from dataclasses import dataclass

from fablab.catalog.models import Resource


@dataclass(frozen=True, slots=True)
class Reports:
    """The open problems that the one who looks may read."""


def reports(resource: Resource) -> Reports:
    """Those of a resource."""
    return Reports()
