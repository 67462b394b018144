"""The page of a resource's card: every view that changes a part of it shows it again when that is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template
from wtforms import SelectField

from fablab.catalog import queries as catalog
from fablab.catalog.models import CategoryKind, Resource
from fablab.core.db import db
from fablab.members.models import Role
from fablab.usage import connections
from fablab.usage.models import Condition
from fablab.web.catalog import cards
from fablab.web.catalog.cards import CardForm
from fablab.web.ground import access, pickers, words
from fablab.web.ground.forms import LabForm, text_field


class ConnectionForm(LabForm):
    """How a machine is reached; the key is typed, never shown."""

    kind = SelectField()
    url = text_field(300)
    key = text_field(300)

    def offer(self) -> None:
        """Fill the list of kinds."""
        self.kind.choices = [(kind, words.kind(kind)) for kind in connections.machine_kinds()]


@dataclass(frozen=True, slots=True)
class Together:
    """A resource that goes with another."""

    link_id: int
    other: Resource
    places: int | None


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a resource takes with it, what takes it, and what could still go with it."""

    takes: list[Together]
    taken_by: list[Together]
    others: list[Resource]


def bundle_of(resource: Resource) -> Bundle:
    """The links around a resource, with those of its site that it could have besides."""
    session = db.session()
    around = catalog.links_around(session, resource.id)
    rows = catalog.resources_by_id(session, {key for link in around for key in (link.resource_id, link.other_id)})
    takes = [Together(link.id, rows[link.other_id], link.places) for link in around if link.resource_id == resource.id]
    taken_by = [
        Together(link.id, rows[link.resource_id], link.places) for link in around if link.other_id == resource.id
    ]
    used = {item.other.id for item in takes} | {resource.id}
    others = [row for row in catalog.resources(session, site_id=resource.site_id) if row.id not in used]
    return Bundle(takes, taken_by, others)


def own(machine_id: int) -> Resource:
    """The resource, for a fabmanager of its site."""
    found = catalog.resource(db.session(), machine_id)
    access.actor().needs_at_site(Role.FABMANAGER, found.site_id)
    return found


def show(
    machine: Resource,
    *,
    form: CardForm | None = None,
    connection_form: ConnectionForm | None = None,
    theirs: Resource | None = None,
    reasons: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The page of a resource's card; `reasons` are why something of `photo`, `papers` or `links` was refused."""
    session = db.session()
    is_adviser = machine.category.kind == CategoryKind.ADVISER
    connection = connections.connection_of(session, machine.id)
    if form is None:
        form = CardForm(formdata=None, obj=machine)
        form.offer()
        form.show(machine)
    if connection_form is None:
        connection_form = ConnectionForm(formdata=None, obj=connection)
        connection_form.offer()
    return render_template(
        "machines/edit.html",
        machine=machine,
        form=form,
        spec_inputs=cards.spec_inputs(machine.category, machine),
        is_adviser=is_adviser,
        people=pickers.suggestions() if is_adviser else [],
        papers=catalog.files_of(session, machine.id),
        bundle=bundle_of(machine),
        placements=catalog.placements_of(session, machine.id),
        reasons={"photo": [], "papers": [], "links": [], **(reasons or {})},
        connection=connection,
        connection_form=connection_form,
        sentence=connections.sentence_of(Condition(connection.live.condition)) if connection else "",
        theirs=theirs,
        their_specs=cards.spec_inputs(theirs.category, theirs) if theirs else [],
    )
