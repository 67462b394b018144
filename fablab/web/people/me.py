"""One's own page: reservations, certificates, use, and the account."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.billing.charges import charges_of_sessions
from fablab.booking import afterwards, outcomes
from fablab.booking import queries as booking
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.money import rounded
from fablab.core.period import Period, month_at, month_of
from fablab.core.refusals import Refused
from fablab.members import guardians, passwords, signin
from fablab.members import queries as members
from fablab.members import services as people
from fablab.presence import queries as presence
from fablab.training import queries as training
from fablab.usage import queries as usage
from fablab.usage.models import UsageSession
from fablab.web.calendar import line
from fablab.web.calendar.terms import checking_of
from fablab.web.ground import access, inputs
from fablab.web.ground.forms import LabForm, password_field
from fablab.web.ground.months import lab_zone, months_back
from fablab.web.people import accesses, charters, held
from fablab.web.people.records import own_records

screen = Blueprint("me", __name__)
CHANGE = "password change"
"""What attempts at the present password are counted as."""
YEAR, MINUTE = timedelta(days=365), timedelta(minutes=1)


class PasswordForm(LabForm):
    """The password in use, and the one to be."""

    present = password_field()
    password = password_field()


@dataclass(frozen=True, slots=True)
class Use:
    """A use of a machine and what it costs; None while no price is in force or staff have still to look at it."""

    session: UsageSession
    cents: int | None


@screen.get("/me")
def page() -> str:
    """All of it."""
    return _show(PasswordForm())


@screen.post("/me/password")
def change_password() -> Response | tuple[str, int]:
    """Change the password; every other sign-in of this person ends."""
    form, member_id = PasswordForm(), access.actor().member_id
    now, address, key = clock.now(), request.remote_addr or "", f"member {member_id}"
    try:
        with transaction() as session:
            signin.begin(session, key, address, now, what=CHANGE)
    except Refused as refused:
        form.refuse(refused)
        return _show(form), 429
    member = members.member(db.session(), member_id)
    if form.validate():
        reasons = passwords.check(form.password.data, email=member.email, name=member.name)
        form.form_errors.extend(reason.message for reason in reasons)
        if not passwords.matches(member.password_hash, form.present.data):
            form.form_errors.append(_("The present password is not this one."))
    if form.errors:
        return _show(form), 422
    chosen = passwords.hash_password(form.password.data)
    with transaction() as session:
        people.set_password(session, members.member(session, member_id), chosen, now)
        signin.complete(session, key, address, what=CHANGE)
    access.sign_in(members.member(db.session(), member_id))
    flash(_("Your password is changed. Other devices are signed out."), "ok")
    return redirect(url_for("me.page"))


def _show(form: PasswordForm) -> str:
    session, now, member_id = db.session(), clock.now(), access.actor().member_id
    zone = lab_zone()
    month = inputs.month(request.args.get("month"), month_at(now, zone))
    uses, upcoming = _uses(member_id, month), booking.upcoming(session, member_id, now)
    return render_template(
        "me/page.html",
        member=members.member(session, member_id),
        upcoming=upcoming,
        going_on={
            row.id: afterwards.going_on(session, access.actor(), row, now) for row in upcoming if row.starts_at <= now
        },
        checking={row.id: checking_of(row, now) for row in upcoming},
        past=booking.past(session, member_id, now),
        certificates=training.certificates_of(session, member_id, now),
        month=month,
        months=months_back(now, zone, also=month),
        uses=uses,
        seconds=sum(use.session.seconds for use in uses),
        tokens=members.tokens_of(session, member_id),
        is_adviser=outcomes.is_adviser(session, member_id),
        accesses=accesses.held(member_id),
        to_accept=charters.to_accept(members.member(session, member_id)),
        has_wards=bool(guardians.wards_of(session, member_id)),
        visits=presence.arrivals_of(session, members.identities(session, member_id), Period(now - YEAR, now + MINUTE)),
        memberships=held.shown(member_id),
        form=form,
        records=own_records(access.actor(), now),
        own=line.own(now),
        member_id=member_id,
    )


def _uses(member_id: int, month: str) -> list[Use]:
    session = db.session()
    found = usage.sessions_of(session, member_id, month_of(month, lab_zone()))
    charges = charges_of_sessions(session, [row.id for row in found])
    return [Use(row, rounded(charges[row.id].exact) if row.id in charges else None) for row in found]
