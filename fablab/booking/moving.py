"""Changing a reservation that stands: to another resource or time, longer if nobody follows, or over early."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fablab.booking import claiming, deciding, queries, staff, terms
from fablab.booking.claiming import Taking
from fablab.booking.deciding import Question, Verdict
from fablab.booking.models import ChangeKind, Reservation, ReservationChange, ReservationState
from fablab.booking.paying import Moving, Paying
from fablab.booking.rules import judging
from fablab.booking.rules.terms import Extension, Moves
from fablab.booking.signals import moved
from fablab.booking.wishes import Wish, wish_of
from fablab.catalog import queries as catalog
from fablab.core.i18n import _, n_, show_duration, show_moment
from fablab.core.period import Period
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.core.versions import check_version
from fablab.members import queries as members
from fablab.members.actor import Actor, Role

GOING_ON = frozenset(
    ("ahead", "lead", "waves", "starts", "staff_books", "jobs", "companion", "guests", "review", "pace")
)
"""Kinds of rules that have nothing to say of somebody who goes on."""
ASKING = GOING_ON | {"blocks", "length", "lengths", "quota", "gap", "at_once"}
"""Those about asking for a time. They bind members; what staff move, because something broke, they do not."""
BEYOND = ASKING | {"between"}
"""Those that do not hold for somebody who goes on where the terms say so."""
MOVING = frozenset(("pace",))
"""Those about asking anew, which moving is not."""
LESS = ASKING - {"length", "lengths", "blocks"}
"""Those that have nothing to say of somebody who gives a part back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What somebody makes of a reservation; None stays as it is. `version` is what they read, None if nobody can have
    changed it since.
    """

    resource_id: int | None = None
    period: Period | None = None
    reason: str = ""
    version: int | None = None
    job: str | None = None
    """What for, where a rule asks for it that did not hold before."""
    companion_id: int | None = None
    """Who comes along, likewise."""


def change(session: Session, actor: Actor, reservation_id: int, wanted: Change, now: datetime) -> Reservation:
    """Give a reservation another resource or another time; what it was is written down.

    Raises:
        NotFound: there is no such reservation or resource, or it is neither the person's own nor at a site of theirs.
        Refused: it is over, begun or cancelled, or a rule speaks against it.
        Conflict: the other resource or time is not free, or somebody changed it since it was read.
    """
    seen = queries.reservation_seen_by(session, actor, reservation_id)
    resource_id = wanted.resource_id or seen.resource_id
    taking = claiming.lock(session, [seen.resource_id, resource_id])
    session.refresh(seen)
    queries.check_seen_by(session, actor, seen)
    if wanted.version is not None:
        check_version(seen.version, wanted.version)
    _check_ahead(seen, now)
    period = wanted.period or seen.period
    if (resource_id, period) == (seen.resource_id, seen.period):
        return seen
    is_less = resource_id == seen.resource_id and seen.period.covers(period)
    by_staff = staff.act_on(actor, seen)
    without: Collection[str] = LESS if is_less else ASKING if by_staff else MOVING
    wanted = replace(wanted, resource_id=resource_id, period=period)
    wish = _wish(seen, wanted)
    verdict = _decide(session, actor, taking, seen, wish, now, without)
    reasons = verdict.reasons
    if not by_staff and not is_less:
        reasons = [*moves_left(session, seen, verdict, now), *reasons]
    if reasons:
        raise deciding.refused(reasons)
    kind = ChangeKind.SHORTENED if is_less else ChangeKind.MOVED
    seen.job, seen.companion_id = wish.job, wish.companion_id
    return _write(session, actor, seen, kind, wanted, verdict, now)


def extend(session: Session, actor: Actor, reservation_id: int, until: datetime, now: datetime) -> Reservation:
    """Go on until then, if nobody follows and the rules about going on allow it.

    Raises:
        NotFound: it is neither the person's own nor at a site of theirs.
        Refused: it is over or cancelled, or a rule speaks against it.
        Conflict: somebody follows.
    """
    seen = queries.reservation_seen_by(session, actor, reservation_id)
    taking = claiming.lock(session, [seen.resource_id])
    session.refresh(seen)
    queries.check_seen_by(session, actor, seen)
    if seen.state != ReservationState.BOOKED or seen.ends_at <= now:
        raise Refused.because("over", _("This reservation is over; reserve anew to go on."))
    if until <= seen.ends_at:
        raise Refused.because("not_longer", _("To go on, choose a later end than before."))
    period = Period(seen.starts_at, until)
    extension = extension_of(session, seen, now)
    wish = replace(wish_of(seen), period=period)
    verdict = _decide(session, actor, taking, seen, wish, now, silent_about_going_on(extension))
    reasons = against_going_on(session, actor, seen, extension, verdict, until, now)
    if reasons:
        raise deciding.refused(reasons)
    return _write(session, actor, seen, ChangeKind.EXTENDED, Change(period=period), verdict, now)


def end_now(session: Session, actor: Actor, reservation_id: int, now: datetime) -> Reservation:
    """Leave early, and give the rest of the time to others. Ending twice equals once.

    Raises:
        NotFound: it is neither the person's own nor at a site of theirs.
        Refused: it has not begun, or was cancelled.
    """
    seen = queries.reservation_seen_by(session, actor, reservation_id)
    catalog.lock_resources(session, [seen.resource_id])
    session.refresh(seen)
    queries.check_seen_by(session, actor, seen)
    if seen.state != ReservationState.BOOKED:
        raise Refused.because("over", _("This reservation was cancelled."))
    if seen.starts_at >= now:
        raise Refused.because("not_begun", _("It has not begun yet. Give it back instead."))
    return seen if seen.ends_at <= now else end_early(session, actor, seen, now)


def end_early(session: Session, actor: Actor, seen: Reservation, now: datetime) -> Reservation:
    """Give the rest of a running reservation's time to others; its resource is locked."""
    session.add(ReservationChange.of(seen, ChangeKind.SHORTENED, actor.member_id, now))
    was, seen.ends_at = seen.period, now
    seen.version += 1
    claiming.release_from(session, seen, now)
    by_id, row = actor.member_id, seen.resource
    moved.send(None, session=session, reservation=seen, before=row, was=was, by_id=by_id, reason="", now=now)
    return seen


def extension_of(session: Session, reservation: Reservation, now: datetime) -> Extension | None:
    """The terms on which somebody may go on; None where the lab has none of its own, and the usual rules hold."""
    taking = claiming.look(session, [reservation.resource_id])
    actor = members.actor(session, reservation.member_id)
    # Only what is asked for is locked, and that later: whoever goes on locks in the order of everybody.
    asked = Question(wish=wish_of(reservation), actor=actor, now=now, apart_from=(reservation.id,), is_glance=True)
    return judging.latest(deciding.decide(session, taking, asked).rulings, Extension)


def _wish(seen: Reservation, wanted: Change) -> Wish:
    """What a reservation would become."""
    return replace(
        wish_of(seen),
        resource_id=wanted.resource_id or seen.resource_id,
        period=wanted.period or seen.period,
        job=seen.job if wanted.job is None else line_of(wanted.job),
        companion_id=wanted.companion_id or seen.companion_id,
    )


def _decide(
    session: Session,
    actor: Actor,
    taking: Taking,
    seen: Reservation,
    wish: Wish,
    now: datetime,
    without: Collection[str],
) -> Verdict:
    """What speaks against it, with the places given back for which it asks anew."""
    claiming.release(session, seen)
    before = wish_of(seen)
    members.lock_members(session, [seen.member_id])
    # Who was to pay goes on to pay, whatever their owner allows now; only it may not cost more than they may spend.
    moving = Moving(seen.id, deciding.expense(session, taking.resource(seen.resource_id), before))
    payer = Paying(members.lock_account(session, seen.account_id), seen.project_id, moving=moving)
    asked = Question(wish=wish, actor=actor, now=now, paying=payer, apart_from=(seen.id,), without=without)
    return deciding.decide(session, taking, asked)


def _check_ahead(seen: Reservation, now: datetime) -> None:
    if seen.state != ReservationState.BOOKED or seen.ends_at <= now:
        raise Refused.because("over", _("This reservation is over or was cancelled; it can no longer be moved."))
    if seen.started_at is not None:
        raise Refused.because("begun", _("This reservation has begun; it can no longer be moved."))


def moves_left(session: Session, seen: Reservation, verdict: Verdict, now: datetime) -> list[Refusal]:
    """What the rules about moving have against it."""
    found = []
    for item in verdict.rulings:
        if not isinstance(item.rule, Moves):
            continue
        text = item.rule.words(verdict.case.names)
        if item.rule.most is not None and _count(session, seen, ChangeKind.MOVED) >= item.rule.most:
            remedy = _("Give it back and reserve anew, or ask staff.")
            found.append(Refusal("moves", text, item.overridable, remedy, item.id))
        elif now > seen.starts_at - timedelta(minutes=item.rule.minutes):
            found.append(Refusal("moves_late", text, item.overridable, _("Ask staff."), item.id))
    return found


def silent_about_going_on(extension: Extension | None) -> frozenset[str]:
    """Kinds of rules that do not hold for somebody who goes on, on the terms of the lab if it has any."""
    return BEYOND if extension is not None and extension.beyond_rules else GOING_ON


def against_going_on(
    session: Session,
    actor: Actor,
    seen: Reservation,
    extension: Extension | None,
    verdict: Verdict,
    until: datetime,
    now: datetime,
) -> list[Refusal]:
    """What speaks against going on until then: the terms of it, for members, and the other rules by their verdict."""
    reasons = [reason for reason in verdict.reasons if reason.code != "past"]
    if extension is None or actor.may_at_site(Role.FABMANAGER, seen.resource.site_id):
        return reasons
    return [*_beyond(session, seen, extension, until, now), *reasons]


def _beyond(session: Session, seen: Reservation, terms: Extension, until: datetime, now: datetime) -> list[Refusal]:
    """What the terms of going on have against going on until then."""
    found = []
    step = timedelta(minutes=terms.step_minutes)
    if (until - seen.ends_at) > step:
        text = _("You may go on by %(step)s at a time.", step=show_duration(terms.step_minutes * 60))
        found.append(Refusal("extension_step", text, True, _("Choose an earlier end.")))
    if terms.most is not None and _count(session, seen, ChangeKind.EXTENDED) >= terms.most:
        text = n_("It was extended %(count)s time already.", "It was extended %(count)s times already.", terms.most)
        found.append(Refusal("extension_count", text, True, _("Reserve anew, or ask staff.")))
    opens = seen.ends_at - timedelta(minutes=terms.last_minutes or 0)
    if terms.last_minutes is not None and now < opens:
        text = _("You can ask to go on from %(when)s on.", when=show_moment(opens, seen.resource.site.zone))
        found.append(Refusal("extension_early", text, True, _("Ask again then.")))
    return found


def _count(session: Session, seen: Reservation, kind: ChangeKind) -> int:
    query = select(func.count()).where(
        ReservationChange.reservation_id == seen.id,
        ReservationChange.kind == kind,
        ReservationChange.by_id == seen.member_id,
    )
    return session.scalar(query) or 0


def _write(
    session: Session,
    actor: Actor,
    seen: Reservation,
    kind: ChangeKind,
    wanted: Change,
    verdict: Verdict,
    now: datetime,
) -> Reservation:
    own_move = kind == ChangeKind.MOVED and not staff.act_on(actor, seen)
    owed = terms.owed_when_moved(session, actor, seen, now) if own_move else None
    session.add(ReservationChange.of(seen, kind, actor.member_id, now, wanted.reason))
    before, was = catalog.resource(session, seen.resource_id), seen.period
    period = wanted.period or was
    seen.resource_id = wanted.resource_id or seen.resource_id
    seen.starts_at, seen.ends_at = period.start, period.end
    seen.version += 1
    session.flush()
    session.refresh(seen, ["resource"])
    if own_move:
        # Who moves it is shown other terms; who is moved keeps theirs.
        terms.keep(session, seen, verdict.rulings, owed)
        terms.ask_review(seen, actor, verdict.rulings, now)
    claiming.claim(session, seen, verdict.chosen, verdict.occupied)
    by_id, why = actor.member_id, wanted.reason
    moved.send(None, session=session, reservation=seen, before=before, was=was, by_id=by_id, reason=why, now=now)
    return seen
