"""The kinds of resources, their own fields, and what may be written into those."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fablab.catalog import categories, queries, services
from fablab.catalog.categories import CategoryCard, FieldCard
from fablab.catalog.models import CategoryField, CategoryKind, FieldKind
from fablab.catalog.services import ResourceCard
from fablab.catalog.specs import kept, specs_of
from fablab.core.db import transaction
from fablab.core.errors import Forbidden
from fablab.core.refusals import Conflict, Refused
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_only_the_networks_administrators_change_categories(lab: Lab) -> None:
    card, one = CategoryCard(name="Studio"), FieldCard(name="Puissance")
    for who in ("maker", "fabmanager", "trainer", "treasurer"):
        actor = lab.actor(getattr(lab.cast, who))
        for act in (
            lambda session, actor=actor: categories.add_category(session, actor, card),
            lambda session, actor=actor: categories.edit_category(session, actor, lab.cast.printers, card, 1),
            lambda session, actor=actor: categories.shift_category(session, actor, lab.cast.printers, 1),
            lambda session, actor=actor: categories.remove_category(session, actor, lab.cast.printers),
            lambda session, actor=actor: categories.add_field(session, actor, lab.cast.printers, one, 1),
        ):
            with pytest.raises(Forbidden), transaction() as session:
                act(session)


def test_a_category_is_added_moved_edited_and_removed_while_nothing_uses_it(lab: Lab) -> None:
    admin = lab.actor(lab.cast.admin)
    with transaction() as session:
        made = categories.add_category(session, admin, CategoryCard(name=" Stu\tdio ", icon="mic")).id
        categories.add_field(session, admin, made, FieldCard(name="Micros", kind=FieldKind.NUMBER), 1)
    with transaction() as session:
        categories.shift_category(session, admin, made, -99)
    assert queries.categories(lab.session)[0].id == made
    with pytest.raises(Refused) as taken, transaction() as session:
        categories.edit_category(session, admin, made, CategoryCard(name="Bureau"), 2)
    assert taken.value.codes == ("name_taken",)
    with pytest.raises(Conflict), transaction() as session:
        categories.edit_category(session, admin, made, CategoryCard(name="Late"), 1)
    for used in (lab.cast.printers, lab.cast.desks):
        with pytest.raises(Refused) as refused, transaction() as session:
            categories.remove_category(session, admin, used)
        assert refused.value.codes == ("category_used",)
    with transaction() as session:
        categories.remove_category(session, admin, made)
    assert made not in {row.id for row in queries.categories(lab.session)}


def test_what_only_the_storeys_above_know_keeps_a_category_too(lab: Lab) -> None:
    """A price speaks of it, and no resource."""
    admin = lab.actor(lab.cast.admin)
    with transaction() as session:
        for resource_id in (lab.cast.printer, lab.cast.other_printer):
            services.edit_resource(
                session,
                admin,
                resource_id,
                ResourceCard(name="Moved", category_id=lab.cast.desks, site_id=lab.cast.workshop),
                1,
                NOW,
            )

    with pytest.raises(Refused), transaction() as session:
        categories.remove_category(session, admin, lab.cast.printers)


def test_advisers_stay_advisers_while_there_are_any(lab: Lab) -> None:
    with pytest.raises(Refused) as refused, transaction() as session:
        card = CategoryCard(name="Bureau", kind=CategoryKind.ADVISER)
        categories.edit_category(session, lab.actor(lab.cast.admin), lab.cast.desks, card, 1)

    assert refused.value.codes == ("kind",)


def test_fields_are_checked_and_two_who_edit_a_category_are_told(lab: Lab) -> None:
    admin, category_id = lab.actor(lab.cast.admin), lab.cast.lasers
    with transaction() as session:
        first = categories.add_field(session, admin, category_id, FieldCard(name="Puissance", unit="W"), 1).id
        categories.add_field(
            session, admin, category_id, FieldCard(name="Tube", kind=FieldKind.CHOICE, choices="CO2\n\nCO2\n Fibre "), 2
        )
    for card, code in (
        (FieldCard(name="\x00"), "name_missing"),
        (FieldCard(name="TUBE"), "name_taken"),
        (FieldCard(name="Autre", kind=FieldKind.CHOICE, choices="seul"), "choices"),
    ):
        with pytest.raises(Refused) as refused, transaction() as session:
            categories.edit_field(session, admin, first, card, 3)
        assert refused.value.codes == (code,)
    with pytest.raises(Conflict), transaction() as session:
        categories.remove_field(session, admin, first, 1)
    with transaction() as session:
        categories.shift_field(session, admin, first, 1, 3)
    rows = queries.fields_of(lab.session, [category_id])[category_id]
    assert [(row.name, row.choices) for row in rows] == [("Tube", "CO2\nFibre"), ("Puissance", "")]
    with transaction() as session:
        categories.remove_field(session, admin, first, 4)
    assert [row.name for row in queries.fields_of(lab.session, [category_id])[category_id]] == ["Tube"]


@pytest.mark.parametrize(
    ("kind", "text", "held"),
    [
        (FieldKind.NUMBER, " 1 200,50 ", "1200.50"),
        (FieldKind.NUMBER, "-3", "-3"),
        (FieldKind.NUMBER, "1e9", None),
        (FieldKind.NUMBER, "٣", None),
        (FieldKind.NUMBER, "9" * 40, None),
        (FieldKind.YES_NO, "OUI", "yes"),
        (FieldKind.YES_NO, "0", "no"),
        (FieldKind.YES_NO, "perhaps", None),
        (FieldKind.CHOICE, "co2", "CO2"),
        (FieldKind.CHOICE, "YAG", None),
        (FieldKind.TEXT, "<b>مرحبا 🚀</b>", "<b>مرحبا 🚀</b>"),
        (FieldKind.TEXT, "x" * 301, None),
        (FieldKind.NUMBER, " \x00", ""),
    ],
)
def test_a_field_holds_what_its_kind_allows(kind: FieldKind, text: str, held: str | None) -> None:
    assert kept(CategoryField(id=1, name="F", kind=kind, choices="CO2\nFibre"), text) == held


def test_a_card_holds_its_categorys_fields_and_refuses_others(lab: Lab) -> None:
    admin = lab.actor(lab.cast.admin)
    with transaction() as session:
        power = categories.add_field(
            session, admin, lab.cast.lasers, FieldCard(name="Puissance", kind=FieldKind.NUMBER, unit="W"), 1
        ).id
    card = ResourceCard(name="Laser", category_id=lab.cast.lasers, site_id=lab.cast.workshop)

    for specs, code in (({power: "much"}, "field"), ({power + 99: "1"}, "field_unknown")):
        with pytest.raises(Refused) as refused, transaction() as session:
            services.edit_resource(session, admin, lab.cast.laser, replace(card, specs=specs), 1, NOW)
        assert refused.value.codes == (code,)
    with transaction() as session:
        services.edit_resource(session, admin, lab.cast.laser, replace(card, specs={power: "60,0"}), 1, NOW)

    fields = queries.fields_of(lab.session, [lab.cast.lasers])[lab.cast.lasers]
    shown = specs_of(fields, queries.resource(lab.session, lab.cast.laser).specs)
    assert [(item.name, item.value, item.unit) for item in shown] == [("Puissance", "60", "W")]
    with pytest.raises(Refused) as refused, transaction() as session:
        services.edit_resource(session, admin, lab.cast.laser, replace(card, organisation="CCI"), 2, NOW)
    assert refused.value.codes == ("no_adviser",)
