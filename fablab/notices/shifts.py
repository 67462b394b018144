"""What hosts, staff and members are told about shifts."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from fablab.booking.models import Reservation
from fablab.booking.signals import supervision_missing, supervision_restored
from fablab.core import outbox
from fablab.core.links import link
from fablab.core.period import Period
from fablab.members import queries as members
from fablab.members.models import Member, Role
from fablab.notices.mails import write_mail
from fablab.shifts import queries
from fablab.shifts.models import Duty, DutyState, Shift
from fablab.shifts.signals import duty_assigned, duty_handed_over, duty_offered, shift_changed, shift_short

REMINDER = timedelta(hours=24)
"""How long before a site's notice those who took a shift are asked to confirm."""


def remind(session: Session, now: datetime) -> None:
    """Ask those to confirm whose shift is near; once each."""
    for duty in queries.to_confirm(session, now, REMINDER):
        _write(session, duty.member, "duty_confirm", f"duty-confirm:{duty.id}", duty.shift, now)


@shift_short.connect
def tell_short(sender: Any, *, session: Session, shift: Shift, missing: int, now: datetime) -> None:
    """Tell the site's fabmanagers that people are missing."""
    for member in members.staff_of(session, shift.site_id, Role.FABMANAGER):
        key = f"shift-short:{shift.id}:{now.isoformat()}:{member.id}"
        _write(session, member, "shift_short", key, shift, now, missing=missing)


@shift_changed.connect
def tell_changed(sender: Any, *, session: Session, shift: Shift, before: Period, now: datetime) -> None:
    """Tell those who took a shift that it was withdrawn, or when it is now."""
    for duty in shift.duties:
        if DutyState(duty.state).stands:
            key = f"shift-changed:{shift.id}:{now.isoformat()}:{duty.id}"
            _write(session, duty.member, "shift_changed", key, shift, now, before=before)


@duty_offered.connect
def tell_offered(sender: Any, *, session: Session, duty: Duty, now: datetime) -> None:
    """Tell the one who is asked for an exchange; or, of a replacement, all who may take it."""
    wanted = None if duty.in_exchange_for_id is None else queries.duty(session, duty.in_exchange_for_id)
    asked = [wanted.member] if wanted else members.staff_of(session, duty.shift.site_id, Role.HOST)
    for member in asked:
        if member.id != duty.member_id:
            key = f"duty-offered:{duty.id}:{now.isoformat()}:{member.id}"
            _write(session, member, "duty_offered", key, duty.shift, now, duty=duty, wanted=wanted)


@duty_handed_over.connect
def tell_handed_over(sender: Any, *, session: Session, before: Duty, after: Duty, now: datetime) -> None:
    """Tell somebody that their shift is another's now."""
    _write(session, before.member, "duty_handed_over", f"duty-over:{before.id}", before.shift, now, after=after)


@duty_assigned.connect
def tell_assigned(sender: Any, *, session: Session, duty: Duty, by_id: int, now: datetime) -> None:
    """Tell somebody that staff gave them a shift."""
    _write(session, duty.member, "duty_assigned", f"duty-assigned:{duty.id}", duty.shift, now)


@supervision_missing.connect
def warn(sender: Any, *, session: Session, reservation: Reservation, shift: Shift, now: datetime) -> None:
    """Warn a member that nobody may be there for their reservation."""
    member = members.member(session, reservation.member_id)
    key = f"{_warning(reservation, shift)}{now.isoformat()}"
    zone = shift.site.zone
    write_mail(session, member, "supervision_missing", key, now, reservation=reservation, zone=zone, link=link("/day"))


@supervision_restored.connect
def reassure(sender: Any, *, session: Session, reservation: Reservation, shift: Shift, now: datetime) -> None:
    """Tell a member who was warned that somebody will be there after all."""
    if not outbox.was_put(session, _warning(reservation, shift)):
        return
    member = members.member(session, reservation.member_id)
    key = f"restored:{reservation.id}:{shift.id}:{now.isoformat()}"
    zone = shift.site.zone
    write_mail(session, member, "supervision_restored", key, now, reservation=reservation, zone=zone, link=link("/me"))


def _warning(reservation: Reservation, shift: Shift) -> str:
    return f"unstaffed:{reservation.id}:{shift.id}:"


def _write(
    session: Session, member: Member, template: str, key: str, shift: Shift, now: datetime, **values: object
) -> None:
    page = link(f"/shifts/{shift.id}")
    write_mail(session, member, template, key, now, shift=shift, zone=shift.site.zone, link=page, **values)
