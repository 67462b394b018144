"""A family that walks in: guardians and children added at once, with what is signed and accepted on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.members import cards, charters, guardians, joining
from fablab.members.actor import Actor
from fablab.members.cards import DeskCard, PersonCard
from fablab.members.guardians import Answer
from fablab.members.models import Member, Permission

MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyCard:
    """Who comes; the first guardian pays, and signed for all of the children."""

    guardians: Sequence[PersonCard]
    children: Sequence[PersonCard]
    desk: DeskCard
    relation: str = ""
    permissions: frozenset[Permission] = frozenset()
    """What the first guardian said yes to; the others are written down as no."""
    charter_accepted: bool = False
    """They read the charter and signed it on paper."""


@dataclass(frozen=True, slots=True)
class Family:
    """Who was added."""

    guardians: list[Member]
    children: list[Member]


def sign_up(session: Session, actor: Actor, card: FamilyCard, now: datetime) -> Family:
    """Add a family, all of them or nobody.

    Children without an address of their own get their mails at the first guardian's.

    Raises:
        Forbidden: not a host of the site.
        Refused: no guardian, too many people, or what was written of one does not hold together.
    """
    if not card.guardians or len(card.guardians) + len(card.children) > MOST:
        text = _("A family has a guardian at least, and at most %(count)s people.", count=MOST)
        raise Refused.because("family", text)
    adults, reasons = _add(session, actor, card.guardians, card.desk, now)
    children, more = _add(session, actor, card.children, card.desk, now)
    if reasons or more:
        raise Refused([*reasons, *more])
    for child in children:
        for adult in adults:
            guardians.appoint(session, actor, adult.id, child.id, now, relation=card.relation, pays=adult is adults[0])
        answers = [Answer(permission=item, given=item in card.permissions) for item in Permission]
        guardians.sign(session, actor, child.id, adults[0].id, answers, now)
        child.shared_email = child.shared_email or (adults[0].mail_to if child.email is None else None)
    if card.charter_accepted:
        day = joining.day_at(session, card.desk.home_site_id, now)
        for charter in charters.in_force(session, card.desk.home_site_id, day):
            for person_row in (*adults, *children):
                charters.accept(session, actor, charter.id, person_row.id, now)
    session.flush()
    return Family(adults, children)


def _add(
    session: Session, actor: Actor, people: Sequence[PersonCard], desk: DeskCard, now: datetime
) -> tuple[list[Member], list[Refusal]]:
    """Those who could be added, and every reason why the others could not."""
    added, reasons = [], []
    for person in people:
        try:
            added.append(cards.add_person(session, actor, person, desk, now))
        except Refused as refused:
            who = person.name or _("Somebody without a name")
            reasons += [Refusal(item.code, f"{who}: {item.message}") for item in refused.refusals]
    return added, reasons
