"""For administrators: the kinds of resources, their icons, and the fields that each kind has of its own."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField, SelectField

from fablab.catalog import categories
from fablab.catalog import queries as catalog
from fablab.catalog.categories import ICONS, CategoryCard, FieldCard
from fablab.catalog.models import Category, CategoryField, CategoryKind, FieldKind
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refused
from fablab.members.models import Role
from fablab.web.ground import access, inputs, words
from fablab.web.ground.errors import status_of
from fablab.web.ground.forms import LabForm, area_field, text_field

screen = Blueprint("categories", __name__)


class CategoryForm(LabForm):
    """What is written about a category."""

    name = text_field(80, needed=True)
    kind = SelectField()
    icon = RadioField(default="tools")
    version = HiddenField(default="1")

    def offer(self, present: Category | None = None) -> None:
        """Fill the list of kinds; an icon that is no longer offered stays until another is chosen."""
        self.kind.choices = [(kind, words.category_kind(kind)) for kind in CategoryKind]
        icons = ICONS if present is None or present.icon in ICONS else (present.icon, *ICONS)
        self.icon.choices = [(name, name) for name in icons]

    def card(self) -> CategoryCard:
        """What was written."""
        return CategoryCard(name=self.name.data, icon=self.icon.data, kind=CategoryKind(self.kind.data))


class FieldForm(LabForm):
    """What is written about a field of a category."""

    name = text_field(80, needed=True)
    kind = SelectField()
    unit = text_field(20)
    choices = area_field(4000)
    version = HiddenField(default="1")

    def offer(self) -> None:
        """Fill the list of kinds."""
        self.kind.choices = [(kind, words.field_kind(kind)) for kind in FieldKind]

    def card(self) -> FieldCard:
        """What was written."""
        return FieldCard(
            name=self.name.data,
            kind=FieldKind(self.kind.data),
            unit=self.unit.data or "",
            choices=self.choices.data or "",
        )


@screen.get("/categories")
@access.needs(Role.ADMIN)
def page() -> str:
    """Every category, in order."""
    access.actor().needs_everywhere(Role.ADMIN)
    return _show_all()


@screen.get("/categories/new")
@access.needs(Role.ADMIN)
def new_page() -> str:
    """An empty form."""
    access.actor().needs_everywhere(Role.ADMIN)
    form = CategoryForm()
    form.offer()
    return render_template("categories/new.html", form=form)


@screen.post("/categories/new")
@access.needs(Role.ADMIN)
def new() -> Response | tuple[str, int]:
    """Add a category; its fields follow on its own page."""
    access.actor().needs_everywhere(Role.ADMIN)
    form = CategoryForm()
    form.offer()
    if form.validate():
        try:
            with transaction() as session:
                category_id = categories.add_category(session, access.actor(), form.card()).id
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The category is there. Give it fields of its own, if it has any."), "ok")
            return redirect(url_for("categories.edit_page", category_id=category_id))
    return render_template("categories/new.html", form=form), 422


@screen.get("/categories/<row:category_id>/edit")
@access.needs(Role.ADMIN)
def edit_page(category_id: int) -> str:
    """A category and its fields."""
    return _show(_found(category_id))


@screen.post("/categories/<row:category_id>/edit")
@access.needs(Role.ADMIN)
def edit(category_id: int) -> Response | tuple[str, int]:
    """Change what is written; if somebody else did meanwhile, show both."""
    form = CategoryForm()
    form.offer(_found(category_id))
    status, theirs = 422, None
    if form.validate():
        try:
            with transaction() as session:
                version = inputs.row_id(form.version.data) or 0
                categories.edit_category(session, access.actor(), category_id, form.card(), version)
        except Conflict as conflict:
            form.refuse(conflict)
            status, theirs = 409, _found(category_id)
            form.version.data = str(theirs.version)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("categories.page"))
    return _show(_found(category_id), form=form, theirs=theirs), status


@screen.post("/categories/<row:category_id>/move")
@access.needs(Role.ADMIN)
def move(category_id: int) -> Response:
    """Put it one place earlier or later."""
    with transaction() as session:
        categories.shift_category(session, access.actor(), category_id, _step())
    return redirect(url_for("categories.page"))


@screen.post("/categories/<row:category_id>/remove")
@access.needs(Role.ADMIN)
def remove(category_id: int) -> Response | tuple[str, int]:
    """Remove it, if nothing uses it."""
    try:
        with transaction() as session:
            categories.remove_category(session, access.actor(), category_id)
    except Refused as refused:
        return _show_all(refused.messages), 422
    flash(_("The category is removed."), "ok")
    return redirect(url_for("categories.page"))


@screen.post("/categories/<row:category_id>/fields")
@access.needs(Role.ADMIN)
def add_field(category_id: int) -> Response | tuple[str, int]:
    """Give it one more field."""
    _found(category_id)
    form = _field_form()
    status = 422
    if form.validate():
        try:
            with transaction() as session:
                version = inputs.row_id(form.version.data) or 0
                categories.add_field(session, access.actor(), category_id, form.card(), version)
        except Refused as refused:
            form.refuse(refused)
            status = status_of(refused)
        else:
            flash(_("The field is there."), "ok")
            return redirect(url_for("categories.edit_page", category_id=category_id, _anchor="fields"))
    return _show(_found(category_id), field_form=form), status


@screen.post("/categories/fields/<row:field_id>")
@access.needs(Role.ADMIN)
def edit_field(field_id: int) -> Response | tuple[str, int]:
    """Change, move or remove a field, by the button that was pressed."""
    access.actor().needs_everywhere(Role.ADMIN)
    category_id = catalog.category_field(db.session(), field_id).category_id
    form, act = _field_form(), request.form.get("act", "save")
    version = inputs.row_id(form.version.data) or 0
    if act == "save" and not form.validate():
        return _show(_found(category_id), field_form=form, field_id=field_id), 422
    try:
        with transaction() as session:
            if act == "save":
                categories.edit_field(session, access.actor(), field_id, form.card(), version)
            elif act == "remove":
                categories.remove_field(session, access.actor(), field_id, version)
            else:
                categories.shift_field(session, access.actor(), field_id, _step(), version)
    except Refused as refused:
        form.refuse(refused)
        return _show(_found(category_id), field_form=form, field_id=field_id), status_of(refused)
    if act in ("save", "remove"):
        flash(_("Saved.") if act == "save" else _("The field is removed."), "ok")
    return redirect(url_for("categories.edit_page", category_id=category_id, _anchor="fields"))


def _found(category_id: int) -> Category:
    access.actor().needs_everywhere(Role.ADMIN)
    return catalog.category(db.session(), category_id)


def _step() -> int:
    act = request.form.get("act")
    if act not in ("up", "down"):
        raise BadRequest(_("It moves up or down."))
    return -1 if act == "up" else 1


def _field_form(row: CategoryField | None = None) -> FieldForm:
    form = FieldForm(obj=row) if row is not None else FieldForm()
    form.offer()
    return form


def _show_all(reasons: list[str] | None = None) -> str:
    session = db.session()
    rows = catalog.categories(session)
    fields = catalog.fields_of(session, [row.id for row in rows])
    return render_template(
        "categories/list.html", categories=rows, fields=fields, counts=catalog.counts(session), reasons=reasons or []
    )


def _show(
    category: Category,
    *,
    form: CategoryForm | None = None,
    theirs: Category | None = None,
    field_form: FieldForm | None = None,
    field_id: int | None = None,
) -> str:
    """The page; `field_form` was refused, of the field with that id, or of a new one."""
    if form is None:
        form = CategoryForm(formdata=None, obj=category)
        form.offer(category)
    blank = field_form if field_form is not None and field_id is None else FieldForm(formdata=None)
    blank.offer()
    return render_template(
        "categories/edit.html",
        category=category,
        form=form,
        theirs=theirs,
        fields=catalog.fields_of(db.session(), [category.id])[category.id],
        field_kinds=list(FieldKind),
        field_form=blank,
        refused=field_form if field_id is not None else None,
        refused_id=field_id,
    )
