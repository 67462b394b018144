"""The form of a resource's card, with the fields of its category, and of an adviser the person behind it."""

from dataclasses import dataclass

from flask import request
from wtforms import BooleanField, HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from fablab.catalog import queries as catalog
from fablab.catalog import specs
from fablab.catalog.models import Category, CategoryField, CategoryKind, FieldKind, Resource
from fablab.catalog.services import ResourceCard
from fablab.core.db import db
from fablab.members import queries as members
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.web.ground import access, pickers
from fablab.web.ground.forms import LabForm, area_field, text_field


@dataclass(frozen=True, slots=True)
class SpecInput:
    """A category's field as the form asks for it."""

    name: str
    label: str
    unit: str
    kind: str
    value: str
    choices: tuple[str, ...] = ()


class CardForm(LabForm):
    """What is written about a resource."""

    name = text_field(120, needed=True)
    category_id = SelectField(coerce=int)
    site_id = SelectField(coerce=int)
    room_id = SelectField(coerce=int, default=0)
    timetable_id = SelectField(coerce=int, default=0)
    model = text_field(120)
    description = area_field(4000)
    places = IntegerField(default=1, validators=[InputRequired(), NumberRange(min=1, max=1000)])
    slot_minutes = IntegerField(default=30, validators=[InputRequired(), NumberRange(min=5, max=1440)])
    needs_staff = BooleanField()
    organisation = text_field(120)
    adviser = text_field(200)
    version = HiddenField(default="1")

    def offer(self) -> None:
        """Fill the lists: the sites where this person is fabmanager, and what is there."""
        session, actor = db.session(), access.actor()
        own = [row for row in sites.sites(session) if actor.may_at_site(Role.FABMANAGER, row.id)]
        names = {row.id: row.name for row in own}
        rooms = [row for row in sites.rooms(session) if row.site_id in names]
        tables = [row for row in sites.narrower_timetables(session) if row.site_id in names]
        self.category_id.choices = [(row.id, row.name) for row in catalog.categories(session)]
        self.site_id.choices = list(names.items())
        self.room_id.choices = [(0, "–"), *((row.id, f"{names[row.site_id]} · {row.name}") for row in rooms)]
        self.timetable_id.choices = [(0, "–"), *((row.id, f"{names[row.site_id]} · {row.name}") for row in tables)]

    def show(self, resource: Resource) -> None:
        """Begin with what is written now."""
        self.room_id.data = resource.room_id or 0
        self.timetable_id.data = resource.timetable_id or 0
        person = members.member(db.session(), resource.adviser_id) if resource.adviser_id else None
        self.adviser.data = (person.email or person.name) if person else ""

    def card(self) -> ResourceCard:
        """What was written.

        Raises:
            Refused: nobody, or more than one, is the adviser who was named.
        """
        session, category_id = db.session(), self.category_id.data
        category = catalog.category(session, category_id)
        is_adviser = category.kind == CategoryKind.ADVISER
        named = (self.adviser.data or "").strip() if is_adviser else ""
        return ResourceCard(
            name=self.name.data,
            category_id=category_id,
            site_id=self.site_id.data,
            room_id=self.room_id.data or None,
            model=self.model.data or "",
            description=self.description.data or "",
            places=self.places.data,
            slot_minutes=self.slot_minutes.data,
            needs_staff=self.needs_staff.data,
            timetable_id=self.timetable_id.data or None,
            specs=_written(catalog.fields_of(session, [category_id])[category_id]),
            organisation=(self.organisation.data or "") if is_adviser else "",
            adviser_id=pickers.member_named(named).id if named else None,
        )


def category_of(form: CardForm, resource: Resource | None) -> Category | None:
    """The category whose fields the form asks for: of a resource its own, of a new one the chosen one."""
    if resource is not None:
        return resource.category
    chosen = form.category_id.data
    return next((row for row in catalog.categories(db.session()) if row.id == chosen), None)


def spec_inputs(category: Category | None, resource: Resource | None) -> list[SpecInput]:
    """The category's fields, with what was sent, or else what is written now."""
    if category is None:
        return []
    present = (resource.specs or {}) if resource and resource.category_id == category.id else {}
    sent = request.form if request.method == "POST" else None
    return [
        SpecInput(
            name=_name(row),
            label=row.name,
            unit=row.unit,
            kind=row.kind,
            value=sent.get(_name(row), "") if sent else str(present.get(str(row.id), "")),
            choices=_choices(row),
        )
        for row in catalog.fields_of(db.session(), [category.id])[category.id]
    ]


def _name(row: CategoryField) -> str:
    return f"spec-{row.id}"


def _choices(row: CategoryField) -> tuple[str, ...]:
    return tuple(specs.choices_of(row)) if row.kind == FieldKind.CHOICE else ()


def _written(fields: list[CategoryField]) -> dict[int, str]:
    return {row.id: text for row in fields if (text := request.form.get(_name(row), "").strip())}
