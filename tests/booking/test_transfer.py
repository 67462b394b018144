"""Bringing a table in: the same checks as a card's, line by line; and out again, the same."""

from datetime import UTC, datetime

import pytest

from fablab.booking.services import Wish, book
from fablab.booking.transfer import bring_in
from fablab.catalog import categories, queries
from fablab.catalog.categories import FieldCard
from fablab.catalog.models import FieldKind, Resource
from fablab.catalog.transfer import table
from fablab.core.db import transaction
from fablab.core.errors import Forbidden
from fablab.core.tables import Report
from tests.conftest import Lab, hours_from

NOW = datetime.now(UTC)


def bring(lab: Lab, text: str, who: int | None = None) -> Report:
    with transaction() as session:
        return bring_in(session, lab.actor(who or lab.cast.admin), text, NOW)


def troubles(report: Report) -> dict[int, str]:
    found: dict[int, str] = {}
    for item in report.troubles:
        found[item.line] = f"{found.get(item.line, '')} {item.message}".strip()
    return found


def test_what_goes_out_comes_in_again_and_changes_nothing(lab: Lab) -> None:
    admin = lab.actor(lab.cast.admin)
    with transaction() as session:
        card = FieldCard(name="Volume d’impression", kind=FieldKind.TEXT)
        categories.add_field(session, admin, lab.cast.printers, card, 1)
        queries.resource(session, lab.cast.printer).description = '=HYPERLINK("x")\n"é"; \'=1'
    text = table(lab.session, admin)

    again = bring(lab, text)

    assert (again.added, again.changed, again.unchanged, again.troubles) == (0, 0, 4, [])
    own = table(lab.session, lab.actor(lab.cast.fabmanager))
    assert "prusa-n1" in own
    assert "salle-des-bureaux" not in own
    changed = bring(lab, text.replace("Prusa n°1", "Prusa n°1 bis"))
    assert (changed.changed, changed.unchanged) == (1, 3)
    found = queries.resource(lab.session, lab.cast.printer)
    assert (found.name, found.code, found.version) == ("Prusa n°1 bis", "prusa-n1", 2)


def test_good_lines_are_written_and_every_trouble_of_the_others_is_told(lab: Lab) -> None:
    long = "x" * 200
    text = "\n".join(
        (
            "code;name;category;site;room;places;slot_minutes;needs_staff;model",
            ";Neuve;imprimante 3d;ATELIER;salle a;2;15;oui;=1",
            "brodeuse-1;Brodeuse;Découpe laser;atelier;;;;;",
            ";;Robot;Nulle part;;;;;",
            ";Petite;Bureau;Atelier;Salle Z;0;4;peut-être;",
            "brodeuse-1;Encore;Bureau;Atelier;;;;;",
            f"Pas un code;{long};Bureau;Atelier;;1e9;٣;;{long}",
            ";Trop;Bureau;Atelier;;1;30;non;m;et;plus",
            "laser;<b>Laser مرحبا 🚀</b>;;;;;;;",
        )
    )

    report = bring(lab, text)

    assert (report.added, report.changed, report.bad_lines) == (2, 1, 5)
    wrong = troubles(report)
    assert sorted(wrong) == [4, 5, 6, 7, 8]
    for line, parts in {
        4: ("nom", "Robot", "Nulle part", "Atelier"),
        5: ("Salle Z", "places", "slot_minutes", "peut-être"),
        6: ("ligne 3",),
        7: ("laser-2", "name", "model", "1e9"),
        8: ("colonnes",),
    }.items():
        assert all(part in wrong[line] for part in parts), (line, wrong[line])
    made = {row.name: row for row in queries.resources(lab.session)}
    new = made["Neuve"]
    assert (new.code, new.places, new.slot_minutes, new.needs_staff, new.model) == ("neuve", 2, 15, True, "=1")
    assert new.room is not None
    assert made["Brodeuse"].code == "brodeuse-1"
    assert made["<b>Laser مرحبا 🚀</b>"].id == lab.cast.laser


def test_a_line_that_touches_reservations_is_a_trouble_of_that_line(lab: Lab, tomorrow: datetime) -> None:
    with transaction() as session:
        wish = Wish(resource_id=lab.cast.printer, period=hours_from(tomorrow, 1), member_id=lab.cast.maker)
        book(session, lab.actor(lab.cast.maker), wish, NOW)

    report = bring(lab, "code,name,site\nprusa-n1,Prusa n°1,Bureaux\nprusa-n2,Seconde,Atelier")

    assert (report.changed, list(troubles(report))) == (1, [2])
    assert "1 réservation" in troubles(report)[2]
    found = lab.session.query(Resource).filter_by(code="prusa-n1").one()
    assert (found.site_id, found.version) == (lab.cast.workshop, 1)


def test_nobody_brings_in_what_is_not_theirs(lab: Lab) -> None:
    with pytest.raises(Forbidden):
        bring(lab, "name\nx", lab.cast.maker)

    report = bring(
        lab,
        "code,name,category,site\nsalle-des-bureaux,Prise,Bureau,Atelier\n,Ailleurs,Bureau,Bureaux\nlaser,Donné,,Bureaux",
        lab.cast.fabmanager,
    )

    assert (report.good_lines, report.bad_lines) == (0, 3)
