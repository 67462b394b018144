"""The tables of a report, each hidden as far as it must be."""

from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from fablab.catalog import queries as catalog
from fablab.catalog.models import CategoryKind
from fablab.core.i18n import _
from fablab.core.text import plain_of
from fablab.impact import figures, queries
from fablab.impact.codes import NO, YES, Band, Field, Stage, Unit
from fablab.impact.figures import Measure, Shown
from fablab.impact.models import FactKind
from fablab.impact.queries import Scope
from fablab.impact.wording import band_name, choice_name, kind_name, stage_name, yes_no
from fablab.presence import figures as presence
from fablab.presence import lists
from fablab.presence.figures import Facet, Visits
from fablab.presence.wording import public_name
from fablab.training import queries as training

_UNSAID = "not_said"
_NOTHING = Measure(0, 0)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of a table; None is hidden."""

    key: str
    label: str
    value: Shown


@dataclass(frozen=True, slots=True)
class Table:
    """Figures that belong together; None is hidden."""

    key: str
    title: str
    unit: Unit
    rows: tuple[Row, ...]
    total: Shown
    has_total: bool = True
    """False where one person may be in several rows, so that they do not add up."""
    added: Shown = None
    """The sum of the numbers that people answered."""

    def share(self, row: Row) -> int:
        """How long a row's bar is, beside the longest: in thousandths."""
        longest = max((one.value or 0 for one in self.rows), default=0)
        return (row.value or 0) * 1000 // longest if longest else 0


def of_visits(session: Session, scope: Scope) -> list[Table]:
    """Visits by reason and by kind of public."""
    by_reason = presence.visits(session, scope.site_ids, scope.within, by=[Facet.REASON])
    by_public = presence.visits(session, scope.site_ids, scope.within, by=[Facet.PUBLIC])
    total = _whole(by_reason, by_public)
    reasons = [(row.id, row.code, lists.name_of(row)) for row in lists.reasons(session, closed=True)]
    publics = [(row.id, row.code, lists.name_of(row)) for row in lists.publics(session, closed=True)]
    return [
        _amounts(
            "visits_by_reason",
            _("Visits, by reason"),
            Unit.VISITS,
            _named(reasons, {row.reason_id: row for row in by_reason}),
            total,
        ),
        _amounts(
            "visits_by_public",
            _("Visits, by kind of public"),
            Unit.VISITS,
            _named([*publics, (None, _UNSAID, public_name(None))], {row.public_kind_id: row for row in by_public}),
            total,
        ),
    ]


def of_members(session: Session, scope: Scope) -> Table:
    """Members at the period's end, and those of them who joined in it."""
    members, new = queries.members_and_new(session, scope)
    shown = figures.parts([new, members - new])
    rows = zip(("new", "before"), (_("Joined in the period"), _("Joined before")), shown, strict=True)
    title = _("Members at the end of the period")
    return Table("members", title, Unit.PEOPLE, tuple(Row(*row) for row in rows), figures.alone(members))


def of_use(session: Session, scope: Scope) -> Table:
    """Hours of machines, by category."""
    counted, whole = queries.use(session, scope)
    rows = [row for row in catalog.categories(session) if row.kind == CategoryKind.MACHINE or row.id in counted]
    cells = [(str(row.id), row.name, counted.get(row.id, _NOTHING)) for row in rows]
    return _amounts("use_by_category", _("Hours of use of machines, by category"), Unit.SECONDS, cells, whole)


def of_reservations(session: Session, scope: Scope) -> Table:
    """Reservations, by category."""
    counted, whole = queries.reservations(session, scope)
    cells = [(str(row.id), row.name, counted.get(row.id, _NOTHING)) for row in catalog.categories(session)]
    return _amounts("reservations_by_category", _("Reservations, by category"), Unit.TIMES, cells, whole)


def of_certificates(session: Session, scope: Scope, came: Container[int]) -> Table:
    """Certificates granted, by course."""
    counted, whole = queries.certificates(session, scope, came)
    cells = [(str(row.id), row.name, counted.get(row.id, _NOTHING)) for row in training.courses(session)]
    title = _("Certificates granted to those who came, by course")
    return _amounts("certificates_by_course", title, Unit.TIMES, cells, whole)


def of_path(session: Session, scope: Scope, first_on: date) -> list[Table]:
    """People with a project: where they stand at the period's end, and which stages they reached in it."""
    standing, reached = _paths(queries.steps(session, scope), first_on)
    sets = [standing[stage] for stage in Stage]
    everybody = set().union(*sets)
    shown = figures.parts([len(people) for people in sets])
    total = figures.alone(len(everybody))
    beside = [people for people, value in zip(sets, shown, strict=True) if value]
    beside += [everybody] if total else []
    stages = [stage for stage in Stage if stage != Stage.ENDED]
    told = figures.overlapping([reached[stage] for stage in stages], beside)
    return [
        Table(
            "path_reached",
            _("People with a project, by stage reached in the period"),
            Unit.PEOPLE,
            tuple(Row(stage, stage_name(stage), value) for stage, value in zip(stages, told, strict=True)),
            None,
            has_total=False,
        ),
        Table(
            "path_standing",
            _("People with a project, by stage at the end of the period"),
            Unit.PEOPLE,
            tuple(Row(stage, stage_name(stage), value) for stage, value in zip(Stage, shown, strict=True)),
            total,
        ),
    ]


def of_kind(kind: FactKind, counts: Mapping[str, int], came: int) -> Table:
    """What those who came answered to a question, other than that of their birth."""
    if kind.field == Field.TEXT:
        return _of_words(kind, counts, came)
    if kind.field == Field.NUMBER:
        return _of_numbers(kind, counts, came)
    if kind.field == Field.YES_NO:
        return _of_parts(kind, [(key, yes_no(key), counts.get(key, 0)) for key in (YES, NO)], came)
    return _of_parts(kind, [(one.key, choice_name(kind, one), counts.get(one.key, 0)) for one in kind.choices], came)


def of_born(kind: FactKind, born: Collection[int | None], year: int) -> Table:
    """The ages that those who came reach in a year."""
    bands = Counter(figures.band_of(birth_year, year) for birth_year in born if birth_year is not None)
    return _of_parts(kind, [(band.value, band_name(band), bands[band]) for band in Band], len(born))


def _of_parts(kind: FactKind, cells: list[tuple[str, str, int]], came: int) -> Table:
    """A table in which everybody who came is once, in the last line those who said nothing."""
    whole = [*cells, (_UNSAID, _("not said"), came - sum(count for _key, _label, count in cells))]
    shown = figures.parts([count for _key, _label, count in whole])
    rows = tuple(Row(key, label, value) for (key, label, _count), value in zip(whole, shown, strict=True))
    return _of_people(kind, rows, came)


def _of_words(kind: FactKind, counts: Mapping[str, int], came: int) -> Table:
    """The same words are one, whatever their case, accents and hyphens; they go by their most frequent spelling."""
    spellings: dict[str, dict[str, int]] = {}
    for word, count in counts.items():
        spellings.setdefault(plain_of(word.replace("-", " ")), {})[word] = count
    named = {max(sorted(some), key=lambda word: some[word]): sum(some.values()) for some in spellings.values()}
    found = figures.words(named, came - sum(named.values()))
    if found is None:
        return _of_people(kind, (Row(_UNSAID, _("not said"), None),), came)
    rows = [Row(word, word, count) for word, count in sorted(found.shown.items(), key=lambda one: (-one[1], one[0]))]
    if found.mixed:
        rows.append(Row("others", _("Other answers, or not said"), found.others))
    else:
        rows += [Row("others", _("Other answers"), found.others), Row(_UNSAID, _("not said"), found.unsaid)]
    return _of_people(kind, tuple(rows), came)


def _of_numbers(kind: FactKind, counts: Mapping[str, int], came: int) -> Table:
    answered = sum(counts.values())
    shown = figures.parts([answered, came - answered])
    rows = (Row("answered", _("Answered"), shown[0]), Row(_UNSAID, _("not said"), shown[1]))
    added = sum(int(value) * count for value, count in counts.items()) if shown[0] else None
    return _of_people(kind, rows, came, added)


def _of_people(kind: FactKind, rows: tuple[Row, ...], came: int, added: Shown = None) -> Table:
    key = kind.code or f"kind_{kind.id}"
    return Table(key, kind_name(kind), Unit.PEOPLE, rows, figures.alone(came), added=added)


def _paths(
    steps: Iterable[tuple[int, str, str, date]], first_on: date
) -> tuple[dict[Stage, set[int]], dict[Stage, set[int]]]:
    """Who stands at each stage at the end, by the furthest of their projects; and who reached each since a day.
    Projects that had ended before are nobody's any more.
    """
    latest: dict[tuple[int, str], tuple[date, Stage]] = {}
    reached: dict[Stage, set[int]] = {stage: set() for stage in Stage}
    for person, project, code, day in steps:
        stage = Stage(code)
        key = (person, project)
        latest[key] = max(latest.get(key, (day, stage)), (day, stage), key=lambda one: (one[0], one[1].rank))
        if day >= first_on:
            reached[stage].add(person)
    furthest: dict[int, Stage] = {}
    for (person, _project), (day, stage) in latest.items():
        if stage == Stage.ENDED and day < first_on:
            continue
        furthest[person] = max(
            furthest.get(person, stage), stage, key=lambda one: -1 if one == Stage.ENDED else one.rank
        )
    return {stage: {person for person, one in furthest.items() if one == stage} for stage in Stage}, reached


def _amounts(key: str, title: str, unit: Unit, cells: Sequence[tuple[str, str, Measure]], whole: Measure) -> Table:
    """A table of amounts; nothing of it is shown where too few people are behind all of it."""
    total = figures.total_of(whole)
    measures = [measure for _key, _label, measure in cells]
    shown = [None] * len(cells) if total is None else figures.measured(measures)
    rows = tuple(Row(name, label, value) for (name, label, _measure), value in zip(cells, shown, strict=True))
    return Table(key, title, unit, rows, total)


def _named(
    entries: Iterable[tuple[int | None, str | None, str]], counted: dict[int | None, Visits]
) -> list[tuple[str, str, Measure]]:
    return [
        (code or f"entry_{key}", label, _measure(counted[key]) if key in counted else _NOTHING)
        for key, code, label in entries
    ]


def _whole(*facets: Iterable[Visits]) -> Measure:
    """All visits, and how many people are behind them at least; the same person may come for several reasons."""
    found = [[_measure(row) for row in rows] for rows in facets]
    known = max((cell.known for cells in found for cell in cells), default=0)
    return Measure(sum(cell.amount for cell in found[0]), known, sum(cell.unknown for cell in found[0]))


def _measure(row: Visits) -> Measure:
    return Measure(row.visits, row.members, row.guests + row.in_groups)
