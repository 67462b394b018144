"""What a funder asks of a period at some sites: every figure as it may be published."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from fablab.core.actor import Actor, Role
from fablab.core.errors import Forbidden
from fablab.core.i18n import _
from fablab.core.period import Period, day_of
from fablab.core.refusals import Refusal, Refused
from fablab.impact import figures, funders, kinds, queries, rules, tables
from fablab.impact.codes import Field
from fablab.impact.models import FactKind, Funder
from fablab.impact.queries import Scope
from fablab.impact.tables import Table
from fablab.sites import queries as sites
from fablab.sites.models import Site

LAST_DAY = date(2100, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: two days, both included, at some sites (none: as many as one may), for a funder (None: all)."""

    first_on: date
    last_on: date
    site_ids: frozenset[int] = frozenset()
    funder_id: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The figures, none of which tells of one to four people."""

    sites: list[Site]
    funder: Funder | None
    people: int | None
    """The different people who came."""
    tables: list[Table]


def sites_to_report(session: Session, actor: Actor) -> list[Site]:
    """The sites on which somebody may report, by name: those where they are a fabmanager, or all for treasurers of the
    network.
    """
    everywhere = actor.may_everywhere(Role.TREASURER)
    return [row for row in sites.sites(session) if everywhere or actor.may_at_site(Role.FABMANAGER, row.id)]


def report(session: Session, actor: Actor, question: Question) -> Report:
    """The figures of a period.

    Raises:
        Forbidden: not a fabmanager of each of the sites, nor an administrator or a treasurer of the network.
        NotFound: there is no such site or funder.
        Refused: the days lie the wrong way round or too far away, or the funder does not fund one of the sites.
    """
    funder = funders.funder(session, question.funder_id) if question.funder_id is not None else None
    chosen, every = _sites(session, actor, question, funder)
    scope = _scope(chosen, question, every_site=every)
    asked = kinds.kinds(session, closed=funder is not None)
    if funder is not None:
        wanted = {row.kind_id for row in funder.kinds}
        asked = [row for row in asked if row.id in wanted]
    birth = next((row.id for row in kinds.kinds(session, closed=True) if row.field == Field.BIRTH_YEAR), None)
    came = queries.who_came(session, scope, birth)
    found = [
        *tables.of_visits(session, scope),
        tables.of_members(session, scope),
        tables.of_use(session, scope),
        tables.of_reservations(session, scope),
        tables.of_certificates(session, scope, came),
        *tables.of_path(session, scope, question.first_on),
        *_of_kinds(session, scope, asked, came),
    ]
    return Report(chosen, funder, figures.alone(len(came)), found)


def _of_kinds(session: Session, scope: Scope, asked: list[FactKind], came: dict[int, int | None]) -> list[Table]:
    counts = queries.answers(session, scope, [row.id for row in asked], came)
    return [
        tables.of_born(row, came.values(), scope.last_on.year)
        if row.field == Field.BIRTH_YEAR
        else tables.of_kind(row, counts.get(row.id, {}), len(came))
        for row in asked
    ]


def _sites(session: Session, actor: Actor, question: Question, funder: Funder | None) -> tuple[list[Site], bool]:
    """The sites that are reported on, and whether these are all that there are."""
    known, own = sites.sites(session), sites_to_report(session, actor)
    funded = {row.site_id for row in funder.sites} if funder else set()
    funded = funded or {row.id for row in known}
    for site_id in sorted(question.site_ids):
        sites.site(session, site_id)
    if not own or not question.site_ids <= {row.id for row in own}:
        raise Forbidden("report")
    if question.site_ids - funded:
        text = _("This funder does not fund one of these sites. Leave it out, or report without a funder.")
        raise Refused.because("not_funded", text)
    chosen = [row for row in own if row.id in (question.site_ids or funded)]
    if not chosen:
        raise Refused.because("not_funded", _("This funder funds none of your sites."))
    return chosen, len(chosen) == len(known)


def _scope(chosen: list[Site], question: Question, *, every_site: bool) -> Scope:
    """Days are cut by the clock of the first site."""
    reasons = []
    if question.last_on < question.first_on:
        reasons.append(Refusal("ends_before_start", _("The last day lies before the first one.")))
    if not (rules.FIRST_DAY <= question.first_on <= LAST_DAY and rules.FIRST_DAY <= question.last_on <= LAST_DAY):
        reasons.append(Refusal("day", _("Choose days of this century.")))
    if reasons:
        raise Refused(reasons)
    zone = chosen[0].zone
    within = Period(day_of(question.first_on, zone).start, day_of(question.last_on, zone).end)
    return Scope(tuple(row.id for row in chosen), question.last_on, within, every_site)
