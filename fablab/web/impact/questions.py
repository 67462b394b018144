"""The form of the lab's questions: for oneself, for a ward, and for staff who write down what somebody tells them."""

from datetime import date

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.impact import facts, kinds, wording
from fablab.impact.rules import LONGEST_TEXT
from fablab.members import joining
from fablab.members import queries as members
from fablab.web.ground import access

KIND = "kind-"


def show(member_id: int, template: str, refusals: list[str] | None = None, **more: object) -> str:
    """The questions with what was answered, or, where that was refused, with what was written."""
    session = db.session()
    asked = facts.asked_of(session, access.actor(), member_id)
    member = members.member(session, member_id)
    written = dict(request.form.items()) if refusals else {}
    return render_template(
        template,
        member=member,
        asked=asked,
        values={item.kind.id: _value(item, written) for item in asked},
        offered=kinds.offered,
        since=written.get("since", ""),
        today=joining.day_at(session, member.home_site_id, clock.now()),
        refusals=refusals or [],
        wording=wording,
        longest=LONGEST_TEXT,
        **more,
    )


def save(member_id: int, back: str) -> Response | list[str]:
    """Keep what was answered; every reason where it was refused."""
    ids = [row.id for row in kinds.kinds(db.session())]
    answers = {key: request.form[f"{KIND}{key}"] for key in ids if f"{KIND}{key}" in request.form}
    try:
        since = _day(request.form.get("since", ""))
        with transaction() as session:
            facts.answer(session, access.actor(), member_id, answers, clock.now(), since=since)
    except Refused as refused:
        return refused.messages
    flash(_("Saved. Thank you."), "ok")
    return redirect(back)


def withdraw(member_id: int, kind_id: int, back: str) -> Response:
    """Take an answer back."""
    with transaction() as session:
        facts.withdraw(session, access.actor(), member_id, kind_id, clock.now())
    flash(_("Withdrawn: it is in no figure any more."), "ok")
    return redirect(back)


def _value(item: facts.Asked, written: dict[str, str]) -> str:
    return written.get(f"{KIND}{item.kind.id}", item.fact.value if item.fact else "")


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = _("“%(text)s” is not a day; a day looks like 2026-09-15.", text=text[:40])
        raise Refused.because("day", message) from None
