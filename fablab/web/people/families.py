"""At the desk: a family that walks in, on one page."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, locale
from fablab.core.refusals import Refused
from fablab.members import doubles, families, guardians
from fablab.members.cards import LONGEST_NAME, DeskCard, PersonCard
from fablab.members.families import FamilyCard
from fablab.members.memberships import queries as memberships
from fablab.members.memberships import selling
from fablab.members.memberships.rights import is_staff_for
from fablab.members.memberships.selling import Sale
from fablab.members.models import Covers, Member, Permission, Role
from fablab.presence import lists
from fablab.presence import services as presence
from fablab.presence.services import Coming
from fablab.presence.wording import reason_name
from fablab.web.ground import access, inputs
from fablab.web.people.card import StaffCardForm

screen = Blueprint("families", __name__)
GUARDIANS = 2
CHILDREN = 6
FIELDS = ("name", "email", "phone", "born")


@screen.get("/people/family")
@access.needs(Role.HOST)
def page() -> str:
    """An empty form."""
    return _show([], 200)[0]


@screen.post("/people/family")
@access.needs(Role.HOST)
def sign_up() -> Response | tuple[str, int]:
    """Add them all, or nobody."""
    form, now = StaffCardForm(), clock.now()
    form.offer()
    try:
        card = _card(form)
        known = [] if request.form.get("sure") else _alike(card)
        if known:
            return _show([], 409, known)
        with transaction() as session:
            family = families.sign_up(session, access.actor(), card, now)
            people = [*family.guardians, *family.children]
            if (kind_id := inputs.row_id(request.form.get("kind"))) is not None:
                others = tuple(person.id for person in people[1:])
                selling.sell(session, access.actor(), Sale(kind_id=kind_id, holder_id=people[0].id, people=others), now)
            for coming in _coming(people, card.desk.home_site_id):
                presence.arrive(session, access.actor(), coming, now)
            first, count = people[0].id, len(people)
    except Refused as refused:
        return _show(refused.messages, 422)
    flash(_("Added: %(count)s people.", count=count), "ok")
    return redirect(url_for("people.person", member_id=first))


def _card(form: StaffCardForm) -> FamilyCard:
    adults = [person for at in range(GUARDIANS) if (person := _person(f"guardian-{at}"))]
    children = [person for at in range(CHILDREN) if (person := _person(f"child-{at}"))]
    site_ids = [key for key, _name in form.home_site_id.choices]
    if form.home_site_id.data not in site_ids:
        raise Refused.because("site", _("Choose the site that looks after them."))
    desk = DeskCard(class_id=form.class_id.data or 0, home_site_id=form.home_site_id.data or None)
    return FamilyCard(
        guardians=adults,
        children=children,
        desk=desk,
        relation=request.form.get("relation", "")[:60],
        permissions=frozenset(item for item in Permission if request.form.get(item) == "yes"),
        charter_accepted=bool(request.form.get("charter")),
    )


def _person(prefix: str) -> PersonCard | None:
    """One row of the form; None where nothing is written in it."""
    name, email, phone, born = ((request.form.get(f"{prefix}-{key}") or "").strip() for key in FIELDS)
    if not (name or email or phone or born):
        return None
    contact = request.form.get("emergency_contact", "")[:500]
    return PersonCard(
        name=name[:LONGEST_NAME],
        email=email[:254] or None,
        phone=phone[:60],
        birth_date=_day(born),
        locale=locale(),
        emergency_contact=contact,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        message = _("“%(text)s” is not a day; a day looks like 2026-09-15.", text=text[:40])
        raise Refused.because("birth_date", message) from None


def _coming(people: list[Member], site_id: int | None) -> list[Coming]:
    """That they are here, if the form gives a reason why."""
    reason_id = inputs.row_id(request.form.get("here"))
    if reason_id is None or site_id is None:
        return []
    return [Coming(site_id=site_id, member_id=person.id, reason_id=reason_id) for person in people]


def _alike(card: FamilyCard) -> list[Member]:
    session = db.session()
    found = {
        row.id: row
        for person in (*card.guardians, *card.children)
        for row in doubles.like(session, person.name, person.email, person.birth_date)
    }
    return list(found.values())


def _show(told: list[str], code: int, known: list[Member] | None = None) -> tuple[str, int]:
    form = StaffCardForm()
    form.offer()
    return (
        render_template(
            "people/family.html",
            form=form,
            told=told,
            known=known or [],
            adults=range(GUARDIANS),
            children=range(CHILDREN),
            kinds=[
                (row.id, row.name)
                for row in memberships.kinds(db.session(), still_sold=True)
                if row.covers != Covers.PERSON and is_staff_for(access.actor(), row)
            ],
            reasons_to_come=[(row.id, reason_name(row)) for row in lists.reasons(db.session())],
            asked=[(item, guardians.words_of(item, _("the child"))) for item in Permission],
        ),
        code,
    )
