"""A person's card: the form that staff and people themselves fill in, and the photo."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer
from wtforms import DateField, EmailField, HiddenField, SelectField
from wtforms.validators import Length, Optional

from fablab.core import clock, files
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import LOCALES, _
from fablab.core.refusals import Conflict, Refused
from fablab.members import cards, classes, guardians
from fablab.members import queries as members
from fablab.members.cards import DeskCard, PersonCard
from fablab.members.models import Member, Role
from fablab.sites import queries as sites
from fablab.web.ground import access, inputs, uploads
from fablab.web.ground.forms import LabForm, area_field, stripped, text_field

screen = Blueprint("card", __name__)
LANGUAGES = {"fr": "Français", "en": "English"}
NOWHERE = 0


class CardForm(LabForm):
    """What people may write of themselves."""

    version = HiddenField(default="1")
    name = text_field(cards.LONGEST_NAME, needed=True)
    phone = text_field(60)
    birth_date = DateField(validators=[Optional()])
    locale = SelectField()
    languages = text_field(200)
    emergency_contact = area_field(500)

    def offer(self) -> None:
        """Fill the list of languages."""
        self.locale.choices = [(code, LANGUAGES[code]) for code in LOCALES]

    def card(self, **more: Any) -> PersonCard:
        """What was written."""
        born: date | None = self.birth_date.data
        return PersonCard(
            name=self.name.data,
            phone=self.phone.data or "",
            birth_date=born,
            locale=self.locale.data,
            languages=self.languages.data or "",
            emergency_contact=self.emergency_contact.data or "",
            **more,
        )

    def refuse_at(self, refused: Refused, member: Member) -> int:
        """Show why it was refused, and return the status. Where somebody else was quicker, saving again replaces what
        they wrote, which is shown.
        """
        self.refuse(refused)
        if not isinstance(refused, Conflict):
            return 422
        self.version.data = str(member.version)
        return 409

    def read_version(self) -> int:
        """The version that was read before it was edited."""
        return inputs.row_id(self.version.data) or 1


class StaffCardForm(CardForm):
    """What staff write besides."""

    email = EmailField(filters=[stripped], validators=[Length(max=254)])
    shared_email = EmailField(filters=[stripped], validators=[Length(max=254)])
    class_id = SelectField(coerce=int)
    home_site_id = SelectField(coerce=int)
    staff_note = area_field(2000)

    def offer(self) -> None:
        """Fill the lists: the sites where this person welcomes people."""
        super().offer()
        session, actor = db.session(), access.actor()
        self.class_id.choices = [(row.id, row.name) for row in classes.open_classes(session, needs_proof=False)]
        own = [(row.id, row.name) for row in sites.sites(session) if actor.may_at_site(Role.HOST, row.id)]
        anywhere = [(NOWHERE, _("No site of their own"))] if actor.may_anywhere(Role.FABMANAGER) else []
        self.home_site_id.choices = [*own, *anywhere]

    def allow(self, member: Member) -> None:
        """Let the class and the site that are written stay, even where they are no longer on offer."""
        if member.class_id not in {key for key, _name in self.class_id.choices}:
            self.class_id.choices.append((member.class_id, member.member_class.name))
        site_id = member.home_site_id
        known = {key for key, _name in self.home_site_id.choices}
        if site_id is None and NOWHERE not in known:
            self.home_site_id.choices.append((NOWHERE, _("No site of their own")))
        elif site_id is not None and site_id not in known:
            self.home_site_id.choices.append((site_id, sites.site(db.session(), site_id).name))

    def person_card(self) -> PersonCard:
        """What was written of the person."""
        return self.card(email=self.email.data or None, shared_email=self.shared_email.data or None)

    def desk_card(self) -> DeskCard:
        """What was written besides."""
        return DeskCard(
            class_id=self.class_id.data,
            home_site_id=self.home_site_id.data or None,
            staff_note=self.staff_note.data or "",
        )


@screen.get("/me/card")
def own_page() -> str:
    """One's own card."""
    return _own(members.member(db.session(), access.actor().member_id))


@screen.get("/wards/<row:member_id>/card")
def ward_page(member_id: int) -> str:
    """A ward's card, for a guardian."""
    return _own(_ward(member_id))


@screen.post("/me/card")
def edit_own() -> Answer | tuple[str, int]:
    """Correct one's own card."""
    return _save_own(members.member(db.session(), access.actor().member_id), url_for("me.page"))


@screen.post("/wards/<row:member_id>/card")
def edit_ward(member_id: int) -> Answer | tuple[str, int]:
    """Correct a ward's card."""
    return _save_own(_ward(member_id), url_for("wards.page"))


@screen.get("/people/<row:member_id>/edit")
@access.needs(Role.HOST)
def staff_page(member_id: int) -> str:
    """A person's card, for staff."""
    member = cards.to_write(db.session(), access.actor(), member_id)
    form = StaffCardForm(formdata=None, obj=member)
    form.offer()
    form.allow(member)
    form.home_site_id.data = member.home_site_id or NOWHERE
    return render_template("people/edit.html", member=member, form=form, stale=False)


@screen.post("/people/<row:member_id>/edit")
@access.needs(Role.HOST)
def edit(member_id: int) -> Answer | tuple[str, int]:
    """Correct a person's card."""
    member = members.member(db.session(), member_id)
    form = StaffCardForm()
    form.offer()
    form.allow(member)
    code = 422
    if form.validate():
        try:
            with transaction() as session:
                cards.edit_as_staff(
                    session,
                    access.actor(),
                    member_id,
                    form.person_card(),
                    form.desk_card(),
                    form.read_version(),
                    clock.now(),
                )
        except Refused as refused:
            code = form.refuse_at(refused, members.member(db.session(), member_id))
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("people.person", member_id=member_id))
    member = members.member(db.session(), member_id)
    return render_template("people/edit.html", member=member, form=form, stale=code == 409), code


@screen.post("/people/<row:member_id>/photo")
@uploads.takes_files
def photo(member_id: int) -> Answer:
    """Replace a photo, one's own, a ward's, or as staff; without a file it is taken away."""
    sent = uploads.upload("photo")
    with transaction() as session:
        content, name = (sent.content, sent.name) if sent else (None, "")
        cards.set_photo(session, access.actor(), member_id, content, name, clock.now())
    flash(_("Saved."), "ok")
    return redirect(access.own_path(request.form.get("next")) or url_for("me.page"))


@screen.get("/people/<row:member_id>/photo.jpg")
def show_photo(member_id: int) -> Response:
    """A person's photo, for those who may read their card."""
    session = db.session()
    member = cards.seen_by(session, access.actor(), member_id)
    if member.photo_id is None:
        raise NotFound(f"photo of {member_id}")
    kept = files.stored_file(session, member.photo_id)
    return Response(kept.content, mimetype=kept.media_type, headers={"Content-Disposition": "inline"})


def _ward(member_id: int) -> Member:
    session = db.session()
    if not guardians.answers_for(session, access.actor().member_id, member_id):
        raise NotFound(f"ward {member_id}")
    return members.member(session, member_id)


def _own(member: Member) -> str:
    form = CardForm(formdata=None, obj=member)
    form.offer()
    return render_template("me/card.html", member=member, form=form, stale=False)


def _save_own(member: Member, back: str) -> Answer | tuple[str, int]:
    form, member_id = CardForm(), member.id
    form.offer()
    code = 422
    if form.validate():
        try:
            with transaction() as session:
                cards.edit_own(session, access.actor(), member_id, form.card(), form.read_version(), clock.now())
        except Refused as refused:
            code = form.refuse_at(refused, members.member(db.session(), member_id))
        else:
            flash(_("Saved."), "ok")
            return redirect(back)
    member = members.member(db.session(), member_id)
    return render_template("me/card.html", member=member, form=form, stale=code == 409), code
