"""For administrators: the classes of members, and which of them need a proof."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.validators import InputRequired

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refused
from fablab.members import class_cards, classes
from fablab.members import queries as members
from fablab.members.class_cards import ClassCard
from fablab.members.models import Role
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of
from fablab.web.ground.forms import LabForm, area_field, text_field

screen = Blueprint("classes", __name__)


class ClassForm(LabForm):
    """What is written about a class."""

    name = text_field(80, needed=True)
    needs_proof = BooleanField()
    proof_note = area_field(1000)
    proof_months = IntegerField(default=12, validators=[InputRequired()])
    is_default = BooleanField()
    position = IntegerField(default=0, validators=[InputRequired()])
    version = HiddenField(default="1")

    def card(self) -> ClassCard:
        """What was written."""
        return ClassCard(
            name=self.name.data,
            needs_proof=self.needs_proof.data,
            proof_note=self.proof_note.data or "",
            proof_months=self.proof_months.data,
            is_default=self.is_default.data,
            position=self.position.data,
        )


@screen.before_request
def only_administrators() -> None:
    """All of this is for administrators of the network: prices everywhere hang on it."""
    access.actor().needs_everywhere(Role.ADMIN)


@screen.get("/classes")
def page() -> str:
    """Every class, and a form for another."""
    return _list(ClassForm(formdata=None))


@screen.post("/classes")
def new() -> Response | tuple[str, int]:
    """Add a class."""
    form = ClassForm()
    if form.validate():
        try:
            with transaction() as session:
                class_cards.add(session, access.actor(), form.card())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The class is there. Give it prices where they differ."), "ok")
            return redirect(url_for("classes.page"))
    return _list(form), 422


@screen.get("/classes/<row:class_id>")
def edit_page(class_id: int) -> str:
    """A class's card."""
    return _card(class_id, ClassForm(formdata=None, obj=classes.member_class(db.session(), class_id)))


@screen.post("/classes/<row:class_id>")
def edit(class_id: int) -> Response | tuple[str, int]:
    """Change what is written."""
    form, version = ClassForm(), inputs.row_id(request.form.get("version")) or 0
    if form.validate():
        try:
            with transaction() as session:
                class_cards.edit(session, access.actor(), class_id, form.card(), version, clock.now())
        except Conflict as conflict:
            form.refuse(conflict)
            form.version.data = str(classes.member_class(db.session(), class_id).version)
            return _card(class_id, form), 409
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("classes.page"))
    return _card(class_id, form), 422


@screen.post("/classes/<row:class_id>/close")
def close(class_id: int) -> Response | tuple[str, int]:
    """Put nobody into it any more, or do so again."""
    version = inputs.row_id(request.form.get("version")) or 0
    try:
        with transaction() as session:
            closed = "again" not in request.form
            class_cards.close(session, access.actor(), class_id, closed, version, clock.now())
    except Refused as refused:
        form = ClassForm(formdata=None, obj=classes.member_class(db.session(), class_id))
        form.refuse(refused)
        return _card(class_id, form), status_of(refused)
    flash(_("Saved."), "ok")
    return redirect(url_for("classes.page"))


def _card(class_id: int, form: ClassForm) -> str:
    return render_template("memberships/class.html", row=classes.member_class(db.session(), class_id), form=form)


def _list(form: ClassForm) -> str:
    return render_template("memberships/classes.html", rows=members.classes(db.session()), form=form)
