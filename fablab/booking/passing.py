"""Passing first: who has priority takes what others of a lower rank reserved, in time for them to choose anew."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fablab.booking import deciding, free_time, terms
from fablab.booking.claiming import Taking
from fablab.booking.deciding import Question, Verdict
from fablab.booking.giving_back import give_back
from fablab.booking.models import Nature, Reservation
from fablab.booking.rules import judging
from fablab.booking.rules.fairness import Priority
from fablab.core import audit
from fablab.core.i18n import _, use_locale
from fablab.members import queries as members


def giving_way(session: Session, taking: Taking, asked: Question, verdict: Verdict) -> list[Reservation]:
    """The reservations that would give way to a wish: as few as make it possible, of the lowest ranks, and of these the
    latest to be made. None unless being taken is all that speaks against it.
    """
    if {reason.code for reason in verdict.reasons} != {"taken"}:
        return []
    held = max(judging.of_kind(verdict.rulings, Priority), key=lambda rule: rule.rank, default=None)
    if held is None or asked.now + timedelta(minutes=held.notice_minutes) > verdict.occupied.start:
        return []
    lower = _of_lower_rank(session, taking, asked, verdict, held)
    gone: list[Reservation] = []
    for row in lower:
        gone.append(row)
        if _is_free(session, taking, asked, verdict, gone):
            break
    else:
        return []
    for row in list(gone):
        rest = [item for item in gone if item is not row]
        if _is_free(session, taking, asked, verdict, rest):
            gone = rest
    return gone


def pass_first(session: Session, taking: Taking, asked: Question, verdict: Verdict) -> Verdict:
    """Give back what gives way to a wish, tell its members why, and judge the wish anew; the same verdict where nobody
    gives way. All that it takes is locked.
    """
    gone = giving_way(session, taking, asked, verdict)
    for row in gone:
        _give_way(session, row, asked.actor.member_id, asked.now)
    if not gone:
        return verdict
    # What they give back is kept for nobody else meanwhile.
    return deciding.decide(session, taking, replace(asked, is_promised=True))


def _of_lower_rank(
    session: Session, taking: Taking, asked: Question, verdict: Verdict, held: Priority
) -> list[Reservation]:
    """Those in the way that members have for themselves, in the order in which they give way."""
    ids = {item.reservation_id for item in free_time.busy(session, verdict.chosen.places, verdict.occupied)}
    found = []
    for key in ids - set(asked.apart_from):
        row = session.get_one(Reservation, key)
        is_ahead = row.offered_until is None and row.started_at is None and row.checked_in_at is None
        if row.nature != Nature.MEMBER or not is_ahead or row.member_id == asked.wish.member_id:
            continue
        if asked.now + timedelta(minutes=held.notice_minutes) > row.starts_at:
            continue
        rank = _rank_of(session, row, asked.now)
        if rank < held.rank:
            found.append((rank, row))
    found.sort(key=lambda item: (item[0], -item[1].id))
    return [row for _rank, row in found]


def _rank_of(session: Session, row: Reservation, now: datetime) -> int:
    """With which rank somebody has a reservation; nought where no rule gives them any."""
    found = judging.of_kind(terms.in_force(session, row, now, (Priority,)), Priority)
    return max((rule.rank for rule in found), default=0)


def _is_free(session: Session, taking: Taking, asked: Question, verdict: Verdict, gone: Sequence[Reservation]) -> bool:
    wish, apart_from = asked.wish, {*asked.apart_from, *(row.id for row in gone)}
    chosen = taking.choose(session, wish.resource_id, wish.places, verdict.occupied, asked.now, apart_from)
    return chosen.is_free and not chosen.lacking


def _give_way(session: Session, row: Reservation, by_id: int, now: datetime) -> None:
    member = members.member(session, row.member_id)
    with use_locale(member.locale):
        reason = _("Somebody who passes first needs this time. You pay nothing, and it counts for nothing.")
    give_back(session, row, None, now, reason=reason)
    audit.note(
        session,
        by_id,
        "reservation.gave_way",
        now,
        member_id=row.member_id,
        site_id=row.resource.site_id,
        subject=f"reservation:{row.id}",
    )
