"""What is hidden stays hidden, also from a reader who knows the totals and how it is done."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fablab.impact.codes import Band
from fablab.impact.figures import (
    LEAST,
    Measure,
    alone,
    band_of,
    measured,
    overlapping,
    parts,
    together,
    total_of,
    words,
)

CELLS = st.lists(st.integers(0, 40) | st.integers(0, 6), min_size=1, max_size=9)
MEASURES = st.lists(
    st.builds(
        lambda known, unknown, more: Measure(known + unknown + more, known, unknown),
        st.integers(0, 9),
        st.integers(0, 4),
        st.integers(0, 30),
    ).map(lambda one: one if one.people else Measure(0, 0)),
    min_size=1,
    max_size=7,
)


def tables(size: int, most: int) -> Iterator[tuple[int, ...]]:
    """Every table of so many cells with at most so many people."""
    return (cells for cells in product(range(most + 1), repeat=size) if sum(cells) <= most)


@given(CELLS)
def test_no_part_of_one_to_four_is_shown_and_no_other_is_hidden_without_need(cells: list[int]) -> None:
    shown = parts(cells)

    assert all(value is None or value == count for value, count in zip(shown, cells, strict=True))
    assert not {value for value in shown if value is not None} & set(range(1, LEAST))
    hidden = [count for count, value in zip(cells, shown, strict=True) if value is None]
    assert not hidden or alone(sum(cells)) is None or sum(hidden) >= LEAST
    assert len([count for count in cells if 0 < count < LEAST]) > 0 or not hidden


@pytest.mark.parametrize(("size", "most"), [(2, 30), (3, 24), (4, 15), (5, 11), (6, 8)])
def test_whoever_tries_every_table_with_that_total_finds_no_hidden_part(size: int, most: int) -> None:
    same: dict[object, list[tuple[int, ...]]] = defaultdict(list)
    for cells in tables(size, most):
        same[alone(sum(cells)), tuple(parts(cells))].append(cells)

    for (_total, shown), possible in same.items():
        for at, value in enumerate(shown):
            assert value is not None or len({cells[at] for cells in possible}) > 1, (shown, possible)


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(1, 12), max_size=8), st.integers(0, 9))
def test_words_of_one_to_four_people_are_not_even_named(counts: dict[str, int], unsaid: int) -> None:
    found = words(counts, unsaid)

    if found is None:
        assert 0 < sum(counts.values()) + unsaid < LEAST
        return
    assert all(counts[word] == count >= LEAST for word, count in found.shown.items())
    assert sum(found.shown.values()) + found.others + found.unsaid == sum(counts.values()) + unsaid
    assert not {found.others, found.unsaid} & set(range(1, LEAST))


@given(MEASURES)
def test_an_amount_with_few_people_behind_it_cannot_be_worked_out(cells: list[Measure]) -> None:
    shown = measured(cells)
    hidden = [cell for cell, value in zip(cells, shown, strict=True) if value is None]

    assert all(value is None or value == cell.amount for cell, value in zip(cells, shown, strict=True))
    assert all(cell in hidden for cell in cells if cell.is_small)
    assert bool(hidden) == any(cell.is_small for cell in cells)
    if hidden and len(hidden) < len(cells):
        assert len(hidden) > 1
        assert together(hidden) >= LEAST
        assert sum(cell.amount for cell in hidden) > len(hidden)
    assert total_of(Measure(10, 4)) is None
    assert total_of(Measure(0, 0)) == 0


@settings(max_examples=60)
@given(st.lists(st.sets(st.integers(0, 24)), min_size=2, max_size=5), st.sets(st.integers(0, 24), min_size=5))
def test_groups_that_overlap_tell_of_no_few_by_sums_and_differences(groups: list[set[int]], beside: set[int]) -> None:
    shown = overlapping(groups, [beside])

    known = [beside] + [group for group, value in zip(groups, shown, strict=True) if value]
    assert all(value is None or value == len(group) for group, value in zip(groups, shown, strict=True))
    for one, other in combinations(known, 2):
        assert not (one <= other and 0 < len(other - one) < LEAST)
        assert not (other <= one and 0 < len(one - other) < LEAST)
    for count in range(1, len(known) + 1):
        for some in combinations(known, count):
            whole: list[int] = sorted(person for group in some for person in group)
            assert not 0 < len(whole) < LEAST


def test_a_stage_is_hidden_where_it_would_tell_who_stands_between_others() -> None:
    everybody, supported, started = set(range(30)), set(range(12)), set(range(12, 27))

    # All but three of those who were not supported: the three would be known by subtracting.
    assert overlapping([started], [everybody, supported]) == [None]
    assert overlapping([set(range(12, 25))], [everybody, supported]) == [13]
    assert overlapping([set(), set(range(3)), everybody], [everybody]) == [0, None, 30]


def test_ages_are_counted_as_reached_in_the_year() -> None:
    born: Sequence[int] = (2008, 2009, 2001, 2002, 1961, 1900, 2026)

    assert [band_of(year, 2026) for year in born] == [
        Band.FROM_18,
        Band.UNDER_18,
        Band.FROM_25,
        Band.FROM_18,
        Band.FROM_65,
        Band.FROM_65,
        Band.UNDER_18,
    ]
