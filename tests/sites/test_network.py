"""What staff do to legal entities, sites, rooms and levels of access."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from PIL import Image

from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.files import StoredFile
from fablab.core.refusals import Conflict, Refused
from fablab.sites import entities, levels, places, queries
from fablab.sites.entities import EntityCard, RegimeCard
from fablab.sites.places import SiteCard
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ENTITY = EntityCard(name="Société de test", address="2 rue du Test")
SITE = SiteCard(name="L’Étuve à l’Été", town="Firminy")
ODD_NAMES = ("x" * 200, "🔧 Atelier 🪚", "ورشة", "<script>alert(1)</script>", "' OR 1=1 --")


def refusals(card: EntityCard | SiteCard, lab: Lab, who: int | None = None) -> tuple[str, ...]:
    """The codes with which a card is refused."""
    actor = lab.actor(who or lab.cast.admin)
    with pytest.raises(Refused) as refused, transaction() as session:
        if isinstance(card, EntityCard):
            entities.add_entity(session, actor, card)
        else:
            places.add_site(session, actor, card)
    return refused.value.codes


def test_numbers_of_an_entity_are_checked_and_kept_without_blanks(lab: Lab) -> None:
    card = replace(ENTITY, siret="732 829 320 00074", vat_number="fr 44 732 829 320", currency="chf")

    with transaction() as session:
        made = entities.add_entity(session, lab.actor(lab.cast.admin), card).id

    row = queries.legal_entity(lab.session, made)
    kept = (row.siren, row.siret, row.vat_number, row.currency)
    assert kept == ("732829320", "73282932000074", "FR44732829320", "CHF")


def test_everything_that_is_wrong_with_an_entity_is_told_at_once(lab: Lab) -> None:
    wrong = EntityCard(
        name=" ",
        address="",
        siren="732829321",
        siret="73282932000075",
        vat_number="FR45732829320",
        currency="JPY",
        timezone="Europe/Nowhere",
        invoice_prefix="F 1",
    )

    assert refusals(wrong, lab) == (
        *("name_missing", "address_missing", "timezone", "invoice_prefix"),
        *("siren", "siret", "vat_number", "currency"),
    )
    assert refusals(replace(ENTITY, siren="552100554", siret="73282932000074"), lab) == ("siret_of_another",)
    assert refusals(replace(ENTITY, siren="552100554", vat_number="FR44732829320"), lab) == ("vat_of_another",)


def test_two_who_edit_an_entity_do_not_undo_each_other_and_its_currency_stays(lab: Lab) -> None:
    admin = lab.actor(lab.cast.admin)
    with transaction() as session:
        entities.edit_entity(session, admin, lab.cast.entity, replace(ENTITY, currency="CHF"), 1)

    with pytest.raises(Conflict) as conflict, transaction() as session:
        entities.edit_entity(session, admin, lab.cast.entity, replace(ENTITY, name="Late"), 1)

    assert conflict.value.codes == ("stale",)
    row = queries.legal_entity(lab.session, lab.cast.entity)
    assert (row.name, row.currency, row.version) == ("Société de test", "EUR", 2)


def test_a_vat_regime_begins_on_a_day_of_its_own(lab: Lab) -> None:
    admin, card = lab.actor(lab.cast.admin), RegimeCard(valid_from=date(2027, 1, 1), rate_bp=550, mention=" A\nB ")
    with transaction() as session:
        entities.add_regime(session, admin, lab.cast.entity, card)

    assert queries.vat_regimes(lab.session)[lab.cast.entity][0].mention == "A B"
    for wrong, code in (
        (card, "regime_exists"),
        (replace(card, rate_bp=10_000), "rate"),
        (replace(card, valid_from=date(1999, 1, 1)), "day"),
    ):
        with pytest.raises(Refused) as refused, transaction() as session:
            entities.add_regime(session, admin, lab.cast.entity, wrong)
        assert code in refused.value.codes


def test_only_administrators_of_the_network_add_entities_sites_and_levels(lab: Lab) -> None:
    for who in (lab.cast.fabmanager, lab.cast.treasurer, lab.cast.maker):
        actor = lab.actor(who)
        for act in (
            lambda session, actor=actor: entities.add_entity(session, actor, ENTITY),
            lambda session, actor=actor: places.add_site(session, actor, SITE),
            lambda session, actor=actor: levels.add_level(session, actor, 1, "Autonome"),
            lambda session, actor=actor: places.edit_site(session, actor, lab.cast.office, SITE, 1),
            lambda session, actor=actor: places.add_room(session, actor, lab.cast.office, "Cave"),
        ):
            with pytest.raises(Forbidden), transaction() as session:
                act(session)


def test_a_site_gets_a_short_word_of_its_own(lab: Lab) -> None:
    admin = lab.actor(lab.cast.admin)
    with transaction() as session:
        slugs = [places.add_site(session, admin, SITE).slug for _ in range(2)]
        odd = [places.add_site(session, admin, replace(SITE, name=name)) for name in ODD_NAMES]
        slugs += [row.slug for row in odd]

    assert slugs[:2] == ["l-etuve-a-l-ete", "l-etuve-a-l-ete-2"]
    assert len(set(slugs)) == len(slugs)
    assert [queries.site(lab.session, row.id).name for row in odd] == list(ODD_NAMES)


def test_everything_that_is_wrong_with_a_site_is_told_at_once(lab: Lab) -> None:
    wrong = SiteCard(
        name="",
        town=" ",
        timezone="Mars/Olympus",
        country="ZZ",
        email="nobody",
        map_url="javascript:alert(1)",
        staffing="magic",
        shift_notice_hours=0,
    )

    assert refusals(wrong, lab) == (
        *("name_missing", "town_missing", "timezone", "country"),
        *("email", "map_url", "staffing", "shift_notice"),
    )
    assert refusals(replace(SITE, subdivision="Ruritania"), lab) == ("subdivision",)
    for link in ("ftp://map.example/x", "https://", 'https://map.example/"><script>', "//map.example", "http://[x"):
        assert refusals(replace(SITE, map_url=link), lab) == ("map_url",), link


def test_a_fabmanager_edits_the_site_and_the_second_is_told(lab: Lab) -> None:
    manager = lab.actor(lab.cast.fabmanager)
    with transaction() as session:
        places.edit_site(session, manager, lab.cast.workshop, replace(SITE, map_url="https://map.example/x"), 1)

    with pytest.raises(Conflict) as conflict, transaction() as session:
        places.edit_site(session, manager, lab.cast.workshop, SITE, 1)

    assert conflict.value.codes == ("stale",)
    row = queries.site(lab.session, lab.cast.workshop)
    assert (row.town, row.slug, row.map_url, row.version) == ("Firminy", "atelier", "https://map.example/x", 2)


def test_a_photo_takes_the_place_of_the_one_before_and_what_is_none_is_refused(lab: Lab) -> None:
    manager, written = lab.actor(lab.cast.fabmanager), BytesIO()
    Image.new("RGB", (2000, 400), "red").save(written, "PNG")
    for _ in range(2):
        with transaction() as session:
            places.show_photo(session, manager, lab.cast.workshop, written.getvalue(), "a.png", NOW)
    assert lab.session.query(StoredFile).count() == 1
    lab.session.rollback()

    with pytest.raises(Refused) as refused, transaction() as session:
        places.show_photo(session, manager, lab.cast.workshop, b"%PDF-1.4 no photo", "a.png", NOW)
    assert refused.value.codes == ("file_kind",)
    assert queries.site(lab.session, lab.cast.workshop).photo_id is not None

    with transaction() as session:
        places.hide_photo(session, manager, lab.cast.workshop)
    assert lab.session.query(StoredFile).count() == 0


def test_rooms_of_a_site_have_different_names(lab: Lab) -> None:
    manager = lab.actor(lab.cast.fabmanager)
    with transaction() as session:
        room = places.add_room(session, manager, lab.cast.workshop, " Salle\tB ").id
        places.rename_room(session, manager, room, "Salle C")
    for name, code in (("Salle C", "name_taken"), (" ", "name_missing")):
        with pytest.raises(Refused) as refused, transaction() as session:
            places.add_room(session, manager, lab.cast.workshop, name)
        assert refused.value.codes == (code,)
    with pytest.raises(Refused), transaction() as session:
        places.rename_room(session, manager, room, "Salle A")

    names = [row.name for row in queries.rooms(lab.session) if row.site_id == lab.cast.workshop]
    assert names == ["Salle A", "Salle C"]


def test_levels_of_access_have_a_rank_and_a_name_each(lab: Lab) -> None:
    admin = lab.actor(lab.cast.admin)
    with transaction() as session:
        levels.add_level(session, admin, 3, "Autonome")
        levels.add_level(session, admin, 5, "Clés")
        levels.rename_level(session, admin, 5, "Porteur de clés")

    assert queries.access_levels(lab.session) == {3: "Autonome", 5: "Porteur de clés"}
    for rank, name, codes in (
        (3, "Autonome", ("rank_taken",)),
        (4, "Autonome", ("name_taken",)),
        (10, "Dix", ("rank",)),
        (0, " ", ("name_missing", "rank")),
    ):
        with pytest.raises(Refused) as refused, transaction() as session:
            levels.add_level(session, admin, rank, name)
        assert refused.value.codes == codes
    with pytest.raises(NotFound), transaction() as session:
        levels.rename_level(session, admin, 7, "Sept")
