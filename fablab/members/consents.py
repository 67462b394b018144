"""What the lab asks people to allow, in its own words, and what they answered: dated, with the text that they read."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from fablab.core import audit
from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of, lines_of
from fablab.core.versions import check_version
from fablab.members import guardians, queries
from fablab.members.actor import Actor, Role
from fablab.members.models import Consent, ConsentGiven

LONGEST_TITLE = 120
LONGEST_TEXT = 4000
_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that is asked, and the latest answer to it: None where there was none."""

    consent: Consent
    answer: ConsentGiven | None

    @property
    def is_given(self) -> bool:
        """The present text was allowed."""
        return self.answer is not None and self.answer.given and self.answer.version == self.consent.version

    @property
    def is_outdated(self) -> bool:
        """An older text was answered: the present one says something else."""
        return self.answer is not None and self.answer.version != self.consent.version


def consents(session: Session, *, ended: bool = False) -> list[Consent]:
    """What is asked, in the order in which that began; with those that are asked no more if they are wanted."""
    query = select(Consent) if ended else select(Consent).where(Consent.ended_at.is_(None))
    return list(session.scalars(query.order_by(Consent.id)))


def add(session: Session, actor: Actor, title: str, text: str, now: datetime, *, code: str = "") -> Consent:
    """Ask people for something new.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: no title, no text, or a short word that is none or stands for another.
    """
    actor.needs_everywhere(Role.ADMIN)
    reasons = _check(title, text)
    if code and not _CODE.fullmatch(code):
        reasons.append(
            Refusal("code", _("The short word takes small letters, figures and _ only, and begins with a letter."))
        )
    elif code and session.scalar(select(Consent.id).where(Consent.code == code)) is not None:
        reasons.append(Refusal("code_taken", _("This short word stands for something else already.")))
    if reasons:
        raise Refused(reasons)
    row = Consent(
        code=code or None,
        title=line_of(title)[:LONGEST_TITLE],
        text=lines_of(text)[:LONGEST_TEXT],
        created_at=now,
        created_by_id=actor.member_id,
    )
    session.add(row)
    session.flush()
    audit.note(session, actor.member_id, "consent.added", now, subject=f"consent:{row.id}")
    return row


def change(
    session: Session, actor: Actor, consent_id: int, title: str, text: str, version: int, now: datetime
) -> Consent:
    """Ask in other words: who allowed the old text is asked again.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: it is not asked, or no more.
        Conflict: somebody else changed it meanwhile.
        Refused: no title, or no text.
    """
    actor.needs_everywhere(Role.ADMIN)
    row = _asked(session, consent_id, lock=True)
    check_version(row.version, version)
    reasons = _check(title, text)
    if reasons:
        raise Refused(reasons)
    row.title, row.text = line_of(title)[:LONGEST_TITLE], lines_of(text)[:LONGEST_TEXT]
    row.version += 1
    session.flush()
    details: dict[str, str | int | bool | None] = {"version": row.version}
    audit.note(session, actor.member_id, "consent.changed", now, subject=f"consent:{row.id}", details=details)
    return row


def end(session: Session, actor: Actor, consent_id: int, now: datetime) -> None:
    """Ask nobody any more; what was answered stays. Twice equals once.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such thing.
    """
    actor.needs_everywhere(Role.ADMIN)
    row = session.get(Consent, consent_id, with_for_update=True)
    if row is None:
        raise NotFound(f"consent {consent_id}")
    if row.ended_at is None:
        row.ended_at = now
        session.flush()
        audit.note(session, actor.member_id, "consent.ended", now, subject=f"consent:{row.id}")


def answer(
    session: Session, actor: Actor, consent_id: int, member_id: int, given: bool, version: int, now: datetime
) -> ConsentGiven:
    """Allow something, or take it back: oneself, a guardian, or staff before whom it was signed on paper.

    The same answer to the same text twice equals once.

    Raises:
        NotFound: it is not asked, or there is no such person.
        Forbidden: neither the person, nor a guardian, nor staff of their site.
        Conflict: it says something else than what was read.
    """
    row = _asked(session, consent_id, lock=True)
    member = queries.member(session, member_id)
    own = guardians.acts_for(session, actor, member.id)
    if not own:
        if member.home_site_id is None:
            actor.needs_anywhere(Role.HOST)
        else:
            actor.needs_at_site(Role.HOST, member.home_site_id)
    if member.left_at is not None:
        raise Forbidden("answer for somebody who has left")
    check_version(row.version, version)
    known = _latest(session, member_id).get(row.id)
    if known is not None and (known.given, known.version) == (given, row.version):
        return known
    found = ConsentGiven(
        member_id=member.id,
        consent_id=row.id,
        given=given,
        version=row.version,
        text=row.text,
        at=now,
        by_id=actor.member_id,
    )
    session.add(found)
    session.flush()
    if not own:
        action = "consent.given" if given else "consent.refused"
        subject, site_id = f"consent:{row.id}", member.home_site_id
        audit.note(session, actor.member_id, action, now, member_id=member.id, site_id=site_id, subject=subject)
    return found


def asked_of(session: Session, member_id: int) -> list[Asked]:
    """What is asked of somebody, with their latest answers."""
    latest = _latest(session, member_id)
    return [Asked(row, latest.get(row.id)) for row in consents(session)]


def history_of(session: Session, member_id: int, *, limit: int = 200) -> list[ConsentGiven]:
    """Every answer of somebody, the latest first."""
    query = select(ConsentGiven).options(joinedload(ConsentGiven.consent)).where(ConsentGiven.member_id == member_id)
    return list(session.scalars(query.order_by(ConsentGiven.id.desc()).limit(limit)))


def holds(session: Session, member_id: int, code: str) -> bool:
    """Tell whether somebody allows what this short word stands for, as it says now; never what is not asked."""
    return any(item.consent.code == code and item.is_given for item in asked_of(session, member_id))


def counts(session: Session) -> dict[int, int]:
    """How many people allow each of what is asked, as it says now."""
    newest = select(func.max(ConsentGiven.id)).group_by(ConsentGiven.member_id, ConsentGiven.consent_id)
    query = (
        select(ConsentGiven.consent_id, func.count())
        .join(Consent, Consent.id == ConsentGiven.consent_id)
        .where(ConsentGiven.id.in_(newest), ConsentGiven.given, ConsentGiven.version == Consent.version)
        .group_by(ConsentGiven.consent_id)
    )
    return {key: int(count) for key, count in session.execute(query)}


def _latest(session: Session, member_id: int) -> dict[int, ConsentGiven]:
    query = select(ConsentGiven).where(ConsentGiven.member_id == member_id).order_by(ConsentGiven.id)
    return {row.consent_id: row for row in session.scalars(query)}


def _asked(session: Session, consent_id: int, *, lock: bool = False) -> Consent:
    query = select(Consent).where(Consent.id == consent_id, Consent.ended_at.is_(None))
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(f"consent {consent_id}")
    return found


def _check(title: str, text: str) -> list[Refusal]:
    reasons = []
    if not line_of(title):
        reasons.append(Refusal("title_missing", _("Give it a title.")))
    if not lines_of(text):
        reasons.append(Refusal("text_missing", _("Say what people allow, and what for.")))
    return reasons
