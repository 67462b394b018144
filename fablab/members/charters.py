"""Charters: the rules that people accept, version by version; a new version asks everybody again."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from fablab.core import audit
from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.seldom import kept
from fablab.core.text import line_of, lines_of
from fablab.members import guardians, queries
from fablab.members.actor import Actor, Role
from fablab.members.models import Charter, CharterAcceptance
from fablab.sites import queries as sites


def charters(session: Session) -> list[Charter]:
    """Every version of every charter, the network's first, the newest first."""
    query = select(Charter).order_by(Charter.site_id.is_not(None), Charter.site_id, Charter.version.desc())
    return list(session.scalars(query))


def in_force(session: Session, site_id: int | None, day: date) -> list[Charter]:
    """What is to be accepted at a site on a day: the network’s charter and the site’s own, as far as there are any."""
    return _rows(session, _in_force(session, site_id, day))


def missing(session: Session, member_id: int, site_id: int | None, day: date) -> list[Charter]:
    """What somebody has still to accept before they use a site on a day."""
    wanted = _in_force(session, site_id, day)
    if not wanted:
        return []
    query = select(CharterAcceptance.charter_id).where(
        CharterAcceptance.member_id == member_id, CharterAcceptance.charter_id.in_(wanted)
    )
    accepted = set(session.scalars(query))
    return _rows(session, [key for key in wanted if key not in accepted])


def _in_force(session: Session, site_id: int | None, day: date) -> list[int]:
    newest = {whose: key for key, whose, begins in _every(session) if whose in (None, site_id) and begins <= day}
    return [newest[whose] for whose in sorted(newest, key=lambda whose: whose is not None)]


@kept
def _every(session: Session) -> tuple[tuple[int, int | None, date], ...]:
    """Every version of every charter, the newest last: its id, whose it is, and from when it is valid."""
    query = select(Charter.id, Charter.site_id, Charter.valid_from).order_by(Charter.version)
    return tuple((key, whose, begins) for key, whose, begins in session.execute(query))


def _rows(session: Session, charter_ids: list[int]) -> list[Charter]:
    if not charter_ids:
        return []
    rows = {row.id: row for row in session.scalars(select(Charter).where(Charter.id.in_(charter_ids)))}
    return [rows[key] for key in charter_ids]


def publish(
    session: Session, actor: Actor, site_id: int | None, title: str, text: str, valid_from: date, now: datetime
) -> Charter:
    """Begin a new version of a site's charter, or of the network's (None), on a day.

    Raises:
        Forbidden: not a fabmanager of that site; for the network, not an administrator.
        NotFound: there is no such site.
        Refused: no title or no text, or it would begin before the version that it follows.
    """
    if site_id is None:
        actor.needs_everywhere(Role.ADMIN)
    else:
        sites.site(session, site_id)
        actor.needs_at_site(Role.FABMANAGER, site_id)
    own = Charter.site_id.is_(None) if site_id is None else Charter.site_id == site_id
    latest = session.scalar(select(Charter).where(own).order_by(Charter.version.desc()).limit(1))
    reasons = []
    if not line_of(title):
        reasons.append(Refusal("title_missing", _("A charter needs a title.")))
    if not lines_of(text):
        reasons.append(Refusal("text_missing", _("A charter needs a text: what people agree to.")))
    if latest is not None and valid_from < latest.valid_from:
        reasons.append(Refusal("valid_from", _("It would begin before the version that it follows.")))
    if reasons:
        raise Refused(reasons)
    row = Charter(
        site_id=site_id,
        version=latest.version + 1 if latest else 1,
        title=line_of(title),
        text=lines_of(text),
        valid_from=valid_from,
        created_at=now,
        created_by_id=actor.member_id,
    )
    session.add(row)
    session.flush()
    audit.note(session, actor.member_id, "charter.published", now, site_id=site_id, subject=f"charter:{row.id}")
    return row


def charter(session: Session, charter_id: int) -> Charter:
    """The charter with this id; NotFound if there is none."""
    found = session.get(Charter, charter_id)
    if found is None:
        raise NotFound(f"charter {charter_id}")
    return found


def accept(session: Session, actor: Actor, charter_id: int, member_id: int, now: datetime) -> None:
    """Write down that somebody accepted a charter: themselves, their guardian, or staff before whom they signed it.

    Accepting twice equals once.

    Raises:
        NotFound: there is no such charter or person.
        Forbidden: neither the person, nor a guardian, nor staff.
    """
    row, member = charter(session, charter_id), queries.member(session, member_id)
    own = guardians.acts_for(session, actor, member.id)
    if not own and not actor.may_anywhere(Role.HOST):
        raise Forbidden("accept a charter for another")
    write_acceptance(session, row.id, member.id, actor.member_id, now)
    if not own:
        audit.note(
            session, actor.member_id, "charter.accepted", now, member_id=member.id, subject=f"charter:{charter_id}"
        )


def write_acceptance(session: Session, charter_id: int, member_id: int, by_id: int, now: datetime) -> None:
    """Write it down, unless it was before."""
    known = select(func.count()).where(
        CharterAcceptance.charter_id == charter_id, CharterAcceptance.member_id == member_id
    )
    if not session.scalar(known):
        session.add(CharterAcceptance(charter_id=charter_id, member_id=member_id, accepted_at=now, by_id=by_id))
        session.flush()


def acceptances_of(session: Session, member_id: int) -> list[CharterAcceptance]:
    """What somebody accepted, the latest first."""
    query = (
        select(CharterAcceptance)
        .options(joinedload(CharterAcceptance.charter))
        .where(CharterAcceptance.member_id == member_id)
    )
    return list(session.scalars(query.order_by(CharterAcceptance.id.desc())))


def counts(session: Session) -> dict[int, int]:
    """How many people accepted each version; 0 for one that nobody did."""
    query = (
        select(Charter.id, func.count(CharterAcceptance.id))
        .outerjoin(CharterAcceptance, CharterAcceptance.charter_id == Charter.id)
        .group_by(Charter.id)
    )
    return {key: int(count) for key, count in session.execute(query)}
