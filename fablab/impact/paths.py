"""The path of people with a project: received, supported, started, still there, each with its day."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.booking.models import Reservation, ReservationState
from fablab.catalog.models import Resource
from fablab.core import audit
from fablab.core.actor import Actor, Role
from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of, lines_of
from fablab.impact import rules
from fablab.impact.codes import Stage
from fablab.impact.facts import may_staff, person
from fablab.impact.models import PathStep
from fablab.impact.rules import Step
from fablab.members import joining
from fablab.members import queries as members
from fablab.members.models import Member
from fablab.sites import queries as sites

LONGEST_PROJECT = 120
LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCard:
    """A stage that a project reached."""

    stage: Stage
    day: date
    site_id: int
    project: str = ""
    note: str = ""


def follows(session: Session, actor: Actor, member_id: int) -> Member:
    """The person whose path this actor may write: as a fabmanager of their site, or as an adviser with whom they have
    had an appointment; NotFound otherwise.
    """
    member = session.get(Member, member_id)
    if member is None or member.erased_at is not None or member.merged_into_id is not None:
        raise NotFound(f"member {member_id}")
    if may_staff(actor, member) or sites_met_at(session, actor, member_id):
        return member
    raise NotFound(f"member {member_id}")


def sites_met_at(session: Session, actor: Actor, member_id: int) -> set[int]:
    """The sites where the actor, as an adviser, has or had an appointment with this person."""
    query = (
        select(Resource.site_id)
        .join(Reservation, Reservation.resource_id == Resource.id)
        .where(
            Resource.adviser_id == actor.member_id,
            Reservation.member_id.in_(members.identities(session, member_id)),
            Reservation.state == ReservationState.BOOKED,
        )
    )
    return set(session.scalars(query))


def sites_to_write_at(session: Session, actor: Actor, member_id: int) -> list[int]:
    """The sites at which the actor may say that this person's project reached a stage, by name."""
    met = sites_met_at(session, actor, member_id)
    known = [row.id for row in sites.sites(session)]
    return [key for key in known if key in met or actor.may_at_site(Role.FABMANAGER, key)]


def steps_of(session: Session, member_id: int) -> list[PathStep]:
    """The stages of all of a person's projects that were not withdrawn, by project and day. It does not ask who."""
    query = (
        select(PathStep)
        .options(joinedload(PathStep.site))
        .where(PathStep.member_id.in_(members.identities(session, member_id)), PathStep.withdrawn_at.is_(None))
    )
    rows = session.scalars(query)
    return sorted(rows, key=lambda row: (row.project.lower(), row.day, Stage(row.stage).rank, row.id))


def path_seen_by(session: Session, actor: Actor, member_id: int) -> tuple[list[PathStep], bool]:
    """A person's stages, and whether the actor may read the notes about them and write more.

    Raises:
        NotFound: neither their own, nor a ward's, nor of somebody whose path they may write.
    """
    try:
        follows(session, actor, member_id)
    except NotFound:
        person(session, actor, member_id)
        return steps_of(session, member_id), False
    return steps_of(session, member_id), True


def add_step(session: Session, actor: Actor, member_id: int, card: StepCard, now: datetime) -> PathStep:
    """Write down that a person's project reached a stage on a day.

    Raises:
        NotFound: not somebody whose path this actor may write, or there is no such site.
        Forbidden: neither a fabmanager of that site, nor an adviser who met them there.
        Refused: the day or the order is wrong, or a text is too long; every reason.
    """
    member = follows(session, actor, member_id)
    sites.site(session, card.site_id)
    if card.site_id not in sites_to_write_at(session, actor, member_id):
        raise Forbidden(f"path at site {card.site_id}")
    # Two who write the same path at once wait here for each other.
    members.lock_members(session, {member_id})
    project = line_of(card.project)
    known = [
        Step(Stage(row.stage), row.day)
        for row in steps_of(session, member_id)
        if row.project.lower() == project.lower()
    ]
    reasons = rules.check_day(card.day, joining.day_at(session, card.site_id, now))
    reasons += rules.check_step(known, Step(card.stage, card.day))
    if len(project) > LONGEST_PROJECT or len(card.note) > LONGEST_NOTE:
        reasons.append(Refusal("too_long", _("The project’s name or the note is too long.")))
    if reasons:
        raise Refused(reasons)
    row = PathStep(
        member_id=member.id,
        project=project,
        stage=card.stage,
        day=card.day,
        site_id=card.site_id,
        note=lines_of(card.note),
        recorded_at=now,
        recorded_by_id=actor.member_id,
    )
    session.add(row)
    session.flush()
    _note(session, actor, "path.added", row, now)
    return row


def withdraw_step(session: Session, actor: Actor, member_id: int, step_id: int, now: datetime) -> None:
    """Take a stage back that was written by mistake; twice equals once.

    Raises:
        NotFound: not somebody whose path this actor may write, or no stage of theirs.
        Forbidden: an adviser who did not write it.
        Refused: a later stage rests on it.
    """
    member = follows(session, actor, member_id)
    members.lock_members(session, {member_id})
    row = session.get(PathStep, step_id, populate_existing=True)
    if row is None or row.member_id not in members.identities(session, member_id):
        raise NotFound(f"path step {step_id}")
    if not may_staff(actor, member) and row.recorded_by_id != actor.member_id:
        raise Forbidden(f"path step {step_id}")
    if row.withdrawn_at is not None:
        return
    if row.stage == Stage.STARTED and any(
        other.stage == Stage.STILL_THERE and other.project.lower() == row.project.lower()
        for other in steps_of(session, member_id)
    ):
        text = _("“Still active” rests on it. Withdraw that one first.")
        raise Refused.because("needed", text)
    row.withdrawn_at = now
    session.flush()
    _note(session, actor, "path.withdrawn", row, now)


def _note(session: Session, actor: Actor, action: str, row: PathStep, now: datetime) -> None:
    audit.note(
        session,
        actor.member_id,
        action,
        now,
        member_id=row.member_id,
        site_id=row.site_id,
        subject=f"path_step:{row.id}",
        details={"stage": row.stage},
    )
