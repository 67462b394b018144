"""What somebody has besides when they have a resource: a pure function over the links between resources."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """Who has the one has so many places of the other; None is all of them."""

    resource_id: int
    other_id: int
    places: int | None


def bundle(resource_id: int, places: int, links: Iterable[Link], sizes: Mapping[int, int]) -> dict[int, int]:
    """How many places of which resources a reservation of some places of one takes, itself included.

    Links are followed as far as they lead, circles included; what several of them ask of the same resource is shared,
    so the largest number counts. `sizes` says how many places each resource has; one that is not in it is left out.
    """
    leading: dict[int, list[Link]] = {}
    for link in links:
        leading.setdefault(link.resource_id, []).append(link)
    found = {resource_id: places}
    waiting = [resource_id]
    while waiting:
        for link in leading.get(waiting.pop(), []):
            size = sizes.get(link.other_id)
            if size is None:
                continue
            wanted = size if link.places is None else link.places
            if wanted > found.get(link.other_id, 0):
                if link.other_id not in found:
                    waiting.append(link.other_id)
                found[link.other_id] = wanted
    return found


def reached(resource_ids: Iterable[int], links: Iterable[Link]) -> set[int]:
    """Every resource to which links lead from these, themselves included."""
    all_links = list(links)
    found, before = set(resource_ids), -1
    while len(found) != before:
        before = len(found)
        found |= {link.other_id for link in all_links if link.resource_id in found}
    return found
