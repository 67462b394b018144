"""What is asked of problems; the private ones are shown to staff of their site and to nobody else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import Session, joinedload

from fablab.catalog.models import Problem, ProblemEntry, ProblemFollower, ProblemKind, ProblemState, Resource
from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.members import queries as members
from fablab.members.models import Member

RECENTLY = timedelta(days=14)
"""For so long a fixed problem stays on the board."""
_SHOWN = (
    joinedload(Problem.site),
    joinedload(Problem.resource).joinedload(Resource.site),
    joinedload(Problem.reporter),
    joinedload(Problem.assigned_to),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which problems are asked for."""

    site_ids: tuple[int, ...] | None = None
    resource_id: int | None = None
    assigned_to_id: int | None = None
    states: tuple[ProblemState, ...] = tuple(ProblemState)
    fixed_since: datetime | None = None


def is_staff_of(actor: Actor | None, problem: Problem) -> bool:
    """Tell whether somebody may work on it; they may read it even if it is private."""
    return actor is not None and actor.may_at_site(Role.FABMANAGER, problem.site_id)


def problem(session: Session, actor: Actor, problem_id: int, *, lock: bool = False) -> Problem:
    """The problem with this id, if the person may read it; NotFound otherwise, which tells nobody that it exists."""
    query = select(Problem).options(*_SHOWN).where(Problem.id == problem_id)
    if lock:
        query = query.with_for_update(of=Problem).execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None or (ProblemKind(found.kind).is_private and not is_staff_of(actor, found)):
        raise NotFound(f"problem {problem_id}")
    return found


def problems(
    session: Session, actor: Actor, own_sites: Iterable[int], wanted: Wanted, *, offset: int = 0, limit: int = 500
) -> list[Problem]:
    """The problems that somebody may read, the latest first; `own_sites` are those where they are staff."""
    own = actor.sites_of(Role.FABMANAGER, own_sites)
    private = Problem.site_id.in_(own) if own else false()
    query = _of(wanted).where(or_(Problem.kind == ProblemKind.PROBLEM, private))
    return list(
        session.scalars(query.order_by(Problem.reported_at.desc(), Problem.id.desc()).offset(offset).limit(limit))
    )


def open_problems(
    session: Session, *, site_id: int | None = None, resource_id: int | None = None, limit: int = 20
) -> list[Problem]:
    """What everybody may know to be wrong, the latest first: with a resource, or at a site itself."""
    query = _of(Wanted()).where(Problem.kind == ProblemKind.PROBLEM, Problem.state != ProblemState.FIXED)
    if resource_id is not None:
        query = query.where(Problem.resource_id == resource_id)
    else:
        query = query.where(Problem.site_id == site_id, Problem.resource_id.is_(None))
    return list(session.scalars(query.order_by(Problem.reported_at.desc(), Problem.id.desc()).limit(limit)))


def entries_of(session: Session, problem_id: int) -> list[ProblemEntry]:
    """A problem's log, the oldest line first."""
    query = select(ProblemEntry).options(joinedload(ProblemEntry.by), joinedload(ProblemEntry.assigned_to))
    return list(session.scalars(query.where(ProblemEntry.problem_id == problem_id).order_by(ProblemEntry.id)))


def follows(session: Session, member_id: int, problem_id: int) -> bool:
    """Tell whether somebody follows a problem."""
    return session.get(ProblemFollower, (problem_id, member_id)) is not None


def followers_of(session: Session, problem_id: int) -> list[Member]:
    """Those who are told what becomes of a problem."""
    query = (
        select(Member)
        .join(ProblemFollower, ProblemFollower.member_id == Member.id)
        .where(ProblemFollower.problem_id == problem_id, Member.left_at.is_(None))
        .order_by(Member.id)
    )
    return list(session.scalars(query))


def assignable_to(session: Session, site_id: int) -> list[Member]:
    """Those to whom a site's problems can be given: whoever may work on them."""
    return members.holders_of(session, [Role.FABMANAGER, Role.ADMIN], site_id)


def _of(wanted: Wanted) -> Select[Problem]:
    query = select(Problem).options(*_SHOWN).where(Problem.state.in_(wanted.states))
    if wanted.site_ids is not None:
        query = query.where(Problem.site_id.in_(wanted.site_ids))
    if wanted.resource_id is not None:
        query = query.where(Problem.resource_id == wanted.resource_id)
    if wanted.assigned_to_id is not None:
        query = query.where(Problem.assigned_to_id == wanted.assigned_to_id)
    if wanted.fixed_since is not None:
        query = query.where(or_(Problem.fixed_at.is_(None), Problem.fixed_at > wanted.fixed_since))
    return query
