"""An administrator’s screens of the network: legal entities, sites with their photos, rules, levels of access."""

from datetime import datetime, timedelta
from io import BytesIO

from PIL import Image

from fablab.billing.prices import issuer_rules
from fablab.members import rights
from fablab.sites import queries as sites
from fablab.sites.models import LegalEntity
from tests.conftest import Lab
from tests.web.conftest import words
from tests.web.test_places import PARIS, at


def test_an_administrator_builds_an_entity_a_site_and_their_rules(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.admin)
    entity = {"name": "Société", "address": "2 rue", "timezone": "Europe/Paris", "invoice_prefix": "S"}

    wrong = client.post("/network/entities/new", data={**entity, "siren": "732829321", "vat_number": "FR1"})
    made = client.post("/network/entities/new", data={**entity, "siren": "732 829 320", "currency": "EUR"})
    assert (wrong.status_code, made.status_code) == (422, 302)
    assert "SIREN" in words(wrong)
    assert 'value="732829321"' in wrong.text
    path = made.location
    regime = {"valid_from": "2026-01-01", "rate": "5,5 %", "mention": "Taux réduit"}
    assert client.post(f"{path}/regimes", data=regime).status_code == 302
    assert client.post(f"{path}/regimes", data=regime).status_code == 422
    assert client.post(f"{path}/regimes", data={**regime, "rate": "abc"}).status_code == 422
    assert "5.5" in words(client.get(path))
    assert client.post(path, data={**entity, "name": "Autre", "version": "1"}).status_code == 302
    late = client.post(path, data={**entity, "name": "Tard", "version": "1"})
    assert late.status_code == 409
    assert "Autre" in words(late)
    assert 'value="Tard"' in late.text
    entity_id = lab.session.query(LegalEntity).filter_by(name="Autre").one().id
    lab.session.rollback()
    rule = {"legal_entity_id": entity_id, "site_id": lab.cast.office, "category_id": 0, "class_id": 0}
    assert client.post("/network/issuers", data=rule).status_code == 302
    assert client.post("/network/issuers", data=rule).status_code == 422
    general = issuer_rules(lab.session)[0].id
    lab.session.rollback()
    assert client.post(f"/network/issuers/{general}/remove").status_code == 422
    assert words(client.get("/network/issuers")).index("Bureaux") < words(client.get("/network/issuers")).index(
        "Everything else"
    )


def test_a_site_is_added_edited_and_shown_with_its_photo(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.admin)
    site = {"name": "Étuve", "town": "Firminy", "timezone": "Europe/Paris", "country": "FR", "staffing": "planned"}
    site |= {"shift_notice_hours": "48", "map_url": "https://map.example/x"}

    for field, junk in (("timezone", "Mars/Olympus"), ("map_url", "javascript:alert(1)"), ("country", "ZZ")):
        assert client.post("/network/sites/new", data={**site, field: junk}).status_code == 422, field
    assert client.post("/network/sites/new", data={**site, "name": "x" * 200}).status_code == 422
    made = client.post("/network/sites/new", data=site)
    assert made.status_code == 302
    site_id = sites.site_by_slug(lab.session, "etuve").id
    lab.session.rollback()
    path = f"/network/sites/{site_id}"
    nasty = {**site, "description": "<script>alert(1)</script> 🔧 ورشة", "version": "1"}
    assert client.post(path, data=nasty).status_code == 302
    late = client.post(path, data={**site, "town": "Unieux", "version": "1"})
    assert late.status_code == 409
    assert 'value="Unieux"' in late.text

    photo = f"{path}/photo"
    assert client.post(photo, data={"photo": (BytesIO(b"no photo"), "a.jpg")}).status_code == 422
    assert client.post(photo).status_code == 422
    assert client.post(photo, data={"photo": (BytesIO(_jpeg()), "../../é.jpg")}).status_code == 302
    shown = lab.client().get(f"/pictures/site/{site_id}")
    assert (shown.status_code, shown.mimetype, shown.headers["X-Content-Type-Options"]) == (
        200,
        "image/jpeg",
        "nosniff",
    )
    assert "max-age" in shown.headers["Cache-Control"]
    again = lab.client().get(f"/pictures/site/{site_id}", headers={"If-None-Match": shown.headers["ETag"]})
    assert again.status_code == 304
    page = lab.client().get("/sites/etuve")
    assert "<script>alert" not in page.text
    assert 'href="https://map.example/x"' in page.text
    assert client.post(photo, data={"remove": "1"}).status_code == 302
    assert client.post(f"{path}/rooms", data={"name": "Cave"}).status_code == 302
    assert client.post(f"{path}/rooms", data={"name": "Cave"}).status_code == 422
    room = next(row.id for row in sites.rooms(lab.session) if row.site_id == site_id)
    lab.session.rollback()
    assert client.post(f"{path}/rooms/{room}", data={"name": "Grenier"}).status_code == 302
    assert client.post(f"{path}/rooms/{room}", data={"remove": "1"}).status_code == 302


def test_levels_are_named_and_given_to_people(lab: Lab) -> None:
    admin, manager = lab.signed_in(lab.cast.admin), lab.signed_in(lab.cast.fabmanager)
    assert admin.post("/network/levels", data={"rank": "3", "name": "Clés"}).status_code == 302
    assert admin.post("/network/levels", data={"rank": "3", "name": "Autre"}).status_code == 422
    assert admin.post("/network/levels/3", data={"name": "Porteur <b>"}).status_code == 302
    assert admin.post("/network/levels/3", data={"name": " "}).status_code == 422
    assert admin.post("/network/levels/99999999999999999999", data={"name": "x"}).status_code == 404
    path = f"/people/{lab.cast.maker}/access"
    last = datetime.now(PARIS).date() + timedelta(days=30)

    assert manager.post(path, data={"level": "3", "site_id": lab.cast.office}).status_code == 422
    assert (
        manager.post(path, data={"level": "3", "site_id": lab.cast.workshop, "last_on": "1999-01-01"}).status_code
        == 422
    )
    form = {"level": "3", "site_id": lab.cast.workshop, "last_on": last.isoformat()}
    assert manager.post(path, data=form).status_code == 302
    ends = at(last + timedelta(days=1), 0)
    soon, later = ends - timedelta(seconds=1), ends
    accesses = [rights.access_of(lab.session, lab.cast.maker, moment) for moment in (soon, later)]
    assert [item.level_at(lab.cast.workshop) for item in accesses] == [3, 0]
    lab.session.rollback()
    assert "Porteur <b>" in words(manager.get(path))
    assert admin.post("/network/levels/3/remove").status_code == 422
    assert manager.post(f"{path}/1/end").status_code == 302
    assert admin.post("/network/levels/3/remove").status_code == 302
    assert admin.get("/people/999999/access").status_code == 404


def _jpeg() -> bytes:
    written = BytesIO()
    Image.new("RGB", (1200, 800), "navy").save(written, "JPEG")
    return written.getvalue()
