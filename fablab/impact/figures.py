"""Figures that may be published: no group of one to four people is shown, and none can be worked out. Pure.

A reader is thought to know the total, every figure that is shown, and these very rules. So what is hidden is chosen by
size alone (all of the same size together), and goes on until whoever tries every possibility finds at least two.
What these rules cannot see is another report: two whose days or sites differ by little can be subtracted.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from fablab.impact.codes import Band

LEAST = 5
"""The smallest group that is shown; nobody is shown too, as 0."""
DEEPEST = 4
"""So many figures at once are added and subtracted in search of a small group."""
_BANDS = (
    (18, Band.UNDER_18),
    (25, Band.FROM_18),
    (35, Band.FROM_25),
    (45, Band.FROM_35),
    (55, Band.FROM_45),
    (65, Band.FROM_55),
)

Shown = int | None
"""A figure, or None where it is hidden."""


def alone(count: int) -> Shown:
    """A figure that stands alone."""
    return None if 0 < count < LEAST else count


def parts(cells: Sequence[int]) -> list[Shown]:
    """The parts of a whole whose total is shown as `alone` shows it; every person is in one part."""
    nonzero = sorted({count for count in cells if count})
    small = [count for count in nonzero if count < LEAST]
    if not small:
        return list(cells)
    if sum(cells) < LEAST:
        return [None] * len(cells)
    for largest in nonzero[len(small) - 1 :]:
        hidden = [count for count in cells if 0 < count <= largest]
        if largest == nonzero[-1]:
            # All that is not nothing is hidden; a nothing beside it would tell how few it is spread over.
            return [None] * len(cells)
        if _is_vague(hidden):
            return [None if 0 < count <= largest else count for count in cells]
    raise AssertionError("the largest part ends the search")


def _is_vague(hidden: Sequence[int]) -> bool:
    """Tell whether these could as well be others, given how many they are and their sum."""
    several_sizes = len(set(hidden)) > 1
    return sum(hidden) >= LEAST and (several_sizes or 1 < hidden[0] < LEAST - 1)


@dataclass(frozen=True, slots=True)
class Words:
    """Free words counted: those that enough people gave, and the rest together."""

    shown: dict[str, int]
    others: int
    """Other words; with those who said nothing where `mixed`."""
    unsaid: int
    mixed: bool


def words(counts: Mapping[str, int], unsaid: int) -> Words | None:
    """Free words of a whole whose total is shown; None where all of it would be too few. A word is named only if
    enough people gave it: what is not named is counted together, since to name it would tell that somebody gave it.
    """
    if 0 < sum(counts.values()) + unsaid < LEAST:
        return None
    shown = {word: count for word, count in counts.items() if count >= LEAST}
    others = sum(counts.values()) - sum(shown.values())
    if alone(others) is not None and alone(unsaid) is not None:
        return Words(shown, others, unsaid, mixed=False)
    rest = others + unsaid
    while rest < LEAST:
        smallest = min(shown.values())
        rest += sum(count for count in shown.values() if count == smallest)
        shown = {word: count for word, count in shown.items() if count > smallest}
    return Words(shown, rest, 0, mixed=True)


@dataclass(frozen=True, slots=True)
class Measure:
    """An amount (visits, seconds, times) and who is behind it: how many different known people, and others."""

    amount: int
    known: int
    unknown: int = 0
    """Guests and people of groups, each thought to be another."""

    @property
    def people(self) -> int:
        """How many people are behind it."""
        return self.known + self.unknown

    @property
    def is_small(self) -> bool:
        """It tells of too few people."""
        return self.amount > 0 and self.people < LEAST


def together(cells: Sequence[Measure]) -> int:
    """How many people are behind these at least: the known ones may be the same in all of them."""
    return max((cell.known for cell in cells), default=0) + sum(cell.unknown for cell in cells)


def measured(cells: Sequence[Measure]) -> list[Shown]:
    """Amounts whose total is shown, each hidden that tells of too few people, and as many more as it takes."""
    if not any(cell.is_small for cell in cells):
        return [cell.amount for cell in cells]
    sizes = sorted({cell.people for cell in cells if cell.amount})
    small = sum(size < LEAST for size in sizes)
    for largest in sizes[small - 1 :]:
        hidden = [cell for cell in cells if cell.amount and cell.people <= largest]
        if largest == sizes[-1]:
            return [None] * len(cells)
        amount = sum(cell.amount for cell in hidden)
        if len(hidden) > 1 and together(hidden) >= LEAST and amount > len(hidden):
            return [None if cell.amount and cell.people <= largest else cell.amount for cell in cells]
    raise AssertionError("the largest amount ends the search")


def total_of(whole: Measure) -> Shown:
    """The total of amounts."""
    return None if whole.is_small else whole.amount


def overlapping(groups: Sequence[Collection[int]], beside: Sequence[Collection[int]] = ()) -> list[Shown]:
    """Groups of people who may be in several, beside groups whose figures are shown already: the earlier ones are
    shown first, and a later one only if no sum and difference with those shown is the number of one to four people.
    """
    people = set().union(*groups, *beside)
    sets = [set(group) for group in (*beside, *groups)]
    kinds = Counter(tuple(person in group for group in sets) for person in people)
    shown, found = list(range(len(beside))), list[Shown]()
    for at in range(len(beside), len(sets)):
        count = len(sets[at])
        if alone(count) is None or (count and _tells(kinds, at, shown)):
            found.append(None)
            continue
        found.append(count)
        if count:
            shown.append(at)
    return found


def _tells(kinds: Mapping[tuple[bool, ...], int], at: int, shown: Sequence[int]) -> bool:
    """Tell whether a figure with some of those shown makes a small group known."""
    for size in range(1, DEEPEST + 1):
        for others in combinations(shown, size):
            for signs in product((1, -1), repeat=size):
                if _is_small_group(kinds, at, list(zip(others, signs, strict=True))):
                    return True
    return False


def _is_small_group(kinds: Mapping[tuple[bool, ...], int], at: int, others: Iterable[tuple[int, int]]) -> bool:
    """Tell whether the first figure and these, each added or subtracted, count each of one to four people once."""
    count, signs = 0, set()
    for kind, people in kinds.items():
        value = kind[at] + sum(sign for other, sign in others if kind[other])
        if value:
            signs.add(value)
            count += people
            if count >= LEAST or len(signs) > 1 or abs(value) > 1:
                return False
    return count > 0


def band_of(birth_year: int, year: int) -> Band:
    """The age that somebody reaches in a year, as funders count it."""
    age = year - birth_year
    for below, band in _BANDS:
        if age < below:
            return band
    return Band.FROM_65
