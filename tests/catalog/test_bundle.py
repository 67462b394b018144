"""What somebody has besides when they have a resource."""

from hypothesis import given
from hypothesis import strategies as st

from fablab.catalog.bundle import Link, bundle, reached

IDS = st.integers(1, 6)
LINKS = st.lists(st.builds(Link, IDS, IDS, st.none() | st.integers(1, 4)), max_size=8)
SIZES = dict.fromkeys(range(1, 7), 5)


def test_a_laser_takes_a_place_of_its_extractor() -> None:
    assert bundle(1, 1, [Link(1, 2, 1)], {1: 1, 2: 1}) == {1: 1, 2: 1}
    assert bundle(2, 1, [Link(1, 2, 1)], {1: 1, 2: 1}) == {2: 1}


def test_joined_rooms_take_all_of_each_and_what_each_needs_once() -> None:
    hall, left, right, projector = 1, 2, 3, 4
    links = [Link(hall, left, None), Link(hall, right, None), Link(left, projector, 1), Link(right, projector, 1)]

    assert bundle(hall, 1, links, {hall: 1, left: 12, right: 8, projector: 1}) == {hall: 1, left: 12, right: 8, 4: 1}
    assert reached([right], links) == {right, projector}


def test_a_circle_ends() -> None:
    assert bundle(1, 1, [Link(1, 2, 1), Link(2, 1, 1)], {1: 1, 2: 1}) == {1: 1, 2: 1}


@given(LINKS, IDS, st.integers(1, 5))
def test_whatever_is_linked_each_link_is_satisfied_and_nothing_else_is_taken(
    links: list[Link], resource_id: int, places: int
) -> None:
    found = bundle(resource_id, places, links, SIZES)

    assert found[resource_id] >= places
    for link in links:
        if link.resource_id in found:
            assert found[link.other_id] >= (link.places or SIZES[link.other_id])
    assert set(found) == reached([resource_id], links)
    for key, count in found.items():
        asked = [link.places or SIZES[key] for link in links if link.other_id == key and link.resource_id in found]
        assert count in (*asked, places if key == resource_id else 0)
