"""The catalogue's screens: cards, photos and papers, links, categories, tables, QR codes, and what is free next."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

from PIL import Image
from pypdf import PdfReader

from fablab.booking.services import Wish, book
from fablab.catalog import categories, labels, queries, services
from fablab.catalog.categories import CategoryCard, FieldCard
from fablab.catalog.labels import LabelSize, label_of
from fablab.catalog.models import CategoryField, CategoryKind, Resource, ResourceFile, ResourceLink
from fablab.catalog.services import ResourceCard
from fablab.core.db import db, transaction
from fablab.core.files import StoredFile
from tests.conftest import Lab, hours_from
from tests.support.statements import statements
from tests.web.conftest import words

LONG = "<b>" + "x" * 200 + "</b> مرحبا 🚀"
PDF = b"%PDF-1.4\n1 0 obj<</JS(alert)>>endobj\n%%EOF\n"


def picture(side: int = 40) -> bytes:
    drawn = BytesIO()
    Image.effect_noise((side, side), 90).convert("RGB").save(drawn, "PNG")
    return drawn.getvalue()


FORM = "multipart/form-data; boundary=limit"


def form_with(field: str, content: bytes, name: str, more: dict[str, str]) -> bytes:
    """A form with a file as a browser sends it; the client of the tests leaves large ones open."""
    head = 'Content-Disposition: form-data; name="{}"'
    parts = [f"{head.format(key)}\r\n\r\n{text}".encode() for key, text in more.items()]
    parts.append(f'{head.format(field)}; filename="{name}"\r\n\r\n'.encode() + content)
    return b"".join(b"--limit\r\n" + part + b"\r\n" for part in parts) + b"--limit--\r\n"


def asked(lab: Lab, path: str, who: int) -> int:
    client = lab.signed_in(who)

    def look() -> None:
        assert client.get(path).status_code == 200

    look()
    return statements(db.engine, look)


def test_an_administrator_makes_a_category_with_fields_and_a_fabmanager_fills_them(lab: Lab) -> None:
    admin, fabmanager = lab.signed_in(lab.cast.admin), lab.signed_in(lab.cast.fabmanager)

    assert admin.post("/categories/new", data={"name": LONG[:80], "kind": "robot", "icon": "x"}).status_code == 422
    made = admin.post("/categories/new", data={"name": "<i>Studio</i>", "kind": "space", "icon": "mic"})
    category_id = int(made.location.split("/")[2])
    path = f"/categories/{category_id}"
    field = {"name": "Micros", "kind": "number", "version": "1"}
    assert admin.post(f"{path}/fields", data=field).status_code == 302
    assert admin.post(f"{path}/fields", data=field).status_code == 409
    assert admin.post(f"{path}/fields", data={**field, "version": "2"}).status_code == 422
    choice = {"name": "Traitement", "kind": "choice", "choices": "aucun\nsourd", "version": "2"}
    assert admin.post(f"{path}/fields", data=choice).status_code == 302
    stale = admin.post(f"{path}/edit", data={"name": "Autre", "kind": "space", "icon": "mic", "version": "1"})
    assert stale.status_code == 409
    assert "&lt;i&gt;Studio" in stale.text
    assert admin.post(f"{path}/move", data={"act": "up"}).status_code == 302
    assert admin.post(f"{path}/move", data={"act": "sideways"}).status_code == 400
    fields = {row.name: row.id for row in lab.session.query(CategoryField)}

    page = fabmanager.get(f"/machines/new?category={category_id}")
    assert f'name="spec-{fields["Traitement"]}"' in page.text
    card = {"name": "Studio A", "category_id": category_id, "site_id": lab.cast.workshop}
    card |= {"places": 1, "slot_minutes": 30}
    wrong = fabmanager.post("/machines/new", data={**card, f"spec-{fields['Micros']}": "deux <b>"})
    assert wrong.status_code == 422
    assert "deux &lt;b&gt;" in wrong.text
    specs = {f"spec-{fields['Micros']}": "2", f"spec-{fields['Traitement']}": "sourd"}
    added = fabmanager.post("/machines/new", data={**card, **specs, "needs_staff": "y"})
    assert added.status_code == 302
    shown = words(lab.client().get("/m/studio-a", headers={"Accept-Language": "en"}))
    assert "Micros 2" in shown
    assert "Traitement sourd" in shown
    assert "only while staff are there" in shown
    assert admin.post(f"{path}/remove").status_code == 422
    gone = {"act": "remove", "version": "3"}
    assert admin.post(f"/categories/fields/{fields['Micros']}", data=gone).status_code == 302
    assert "Micros" not in words(lab.client().get("/m/studio-a"))


def test_editing_what_touches_reservations_asks_what_becomes_of_them(lab: Lab, tomorrow: datetime) -> None:
    with transaction() as session:
        wish = Wish(resource_id=lab.cast.printer, period=hours_from(tomorrow, 1), member_id=lab.cast.maker)
        book(session, lab.actor(lab.cast.maker), wish, datetime.now(UTC))
    client, path = lab.signed_in(lab.cast.admin), f"/machines/{lab.cast.printer}/edit"
    card = {
        "name": "Prusa n°1",
        "category_id": lab.cast.printers,
        "site_id": lab.cast.office,
        "places": "1",
        "slot_minutes": "30",
        "version": "1",
    }

    asked = client.post(path, data=card)
    assert asked.status_code == 409
    assert "decision-others" in asked.text
    assert client.post(path, data={**card, "decision-others": "keep"}).status_code == 302

    lab.session.rollback()
    assert queries.resource(lab.session, lab.cast.printer).site_id == lab.cast.office
    page = words(client.get(path))
    assert "Where it stood" in page
    assert page.count("since ") >= 2


def test_photos_are_made_anew_and_papers_downloaded_never_shown(lab: Lab) -> None:
    client, base = lab.signed_in(lab.cast.fabmanager), f"/machines/{lab.cast.laser}"

    def send(part: str, field: str, content: bytes, name: str, **more: str) -> int:
        return client.post(f"{base}/{part}", data=form_with(field, content, name, more), content_type=FORM).status_code

    assert lab.client().get(f"/pictures/resource/{lab.cast.laser}").status_code == 404
    assert send("photo", "photo", b"<svg onload=alert(1)>", "photo.jpg") == 422
    assert send("photo", "photo", b"", "photo.jpg") == 422
    assert client.post(f"{base}/photo").status_code == 422
    large = picture(2050)
    assert len(large) > 9_500_000
    assert send("photo", "photo", large, "photo.png") == 302
    seen = lab.client().get(f"/pictures/resource/{lab.cast.laser}")
    assert (seen.status_code, seen.mimetype, len(seen.data) < 2_000_000) == (200, "image/jpeg", True)
    assert max(Image.open(BytesIO(seen.data)).size) == 1600
    assert send("photo", "photo", picture(), "b.png") == 302
    assert client.post(f"{base}/photo/remove").status_code == 302
    assert lab.session.query(StoredFile).count() == 0

    assert send("papers", "file", PDF, LONG, role="safety", title=LONG) == 302
    assert send("papers", "file", b"MZ\x90", "notice.pdf", role="manual") == 422
    assert send("papers", "file", PDF, "x.pdf", role="virus") == 400
    lab.session.rollback()
    paper = lab.session.query(ResourceFile).one()
    path = f"/files/{paper.id}"
    assert lab.client().get(path).location.startswith("/sign-in")
    got = lab.signed_in(lab.cast.maker).get(path)
    assert (got.status_code, got.data, got.mimetype) == (200, PDF, "application/pdf")
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["Content-Security-Policy"].startswith("sandbox")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert path not in lab.client().get("/m/laser").text
    assert path in lab.signed_in(lab.cast.maker).get("/m/laser").text
    assert lab.signed_in(lab.cast.maker).get("/files/999").status_code == 404
    assert client.post(f"{base}/papers/{paper.id}/remove").status_code == 302
    assert client.post(f"{base}/papers/{paper.id}/remove").status_code == 404


def test_what_goes_together_is_said_on_both_pages(lab: Lab) -> None:
    client, base = lab.signed_in(lab.cast.fabmanager), f"/machines/{lab.cast.laser}"

    assert client.post(f"{base}/links", data={"other_id": lab.cast.laser}).status_code == 422
    assert client.post(f"{base}/links", data={"other_id": "99999999999"}).status_code == 400
    assert client.post(f"{base}/links", data={"other_id": lab.cast.printer, "places": "7"}).status_code == 422
    assert client.post(f"{base}/links", data={"other_id": lab.cast.printer}).status_code == 302

    maker = lab.signed_in(lab.cast.maker)
    assert "Reserved with it: Prusa n°1" in words(maker.get("/m/laser"))
    assert "It is taken together with: Laser" in words(maker.get("/m/prusa-n1"))
    assert "It goes itself with Laser" in words(client.get(f"/machines/{lab.cast.printer}/edit"))
    link = lab.session.query(ResourceLink).one().id
    assert client.post(f"{base}/links/{link}/remove").status_code == 302
    assert "Reserved with it" not in words(maker.get("/m/laser"))


def test_an_adviser_has_a_person_and_sees_and_notes_their_appointments(lab: Lab, tomorrow: datetime) -> None:
    admin = lab.signed_in(lab.cast.admin)
    with transaction() as session:
        card = CategoryCard(name="Conseil", kind=CategoryKind.ADVISER)
        kind = categories.add_category(session, lab.actor(lab.cast.admin), card).id
    form = {
        "name": "Juriste",
        "category_id": kind,
        "site_id": lab.cast.workshop,
        "places": "1",
        "slot_minutes": "45",
        "organisation": "Barreau <b>",
    }
    assert admin.post("/machines/new", data={**form, "adviser": "nobody"}).status_code == 422
    assert admin.post("/machines/new", data={**form, "adviser": "student@test.example"}).status_code == 302
    juriste = queries.resource_by_code(lab.session, "juriste").id
    long_ago = datetime.now(UTC) - timedelta(hours=3)
    with transaction() as session:
        wish = Wish(resource_id=juriste, period=hours_from(long_ago, 1), member_id=lab.cast.maker)
        made = book(session, lab.actor(lab.cast.maker), wish, long_ago).id
    adviser, path = lab.signed_in(lab.cast.student), f"/reservations/{made}"

    listed = words(adviser.get("/appointments"))
    assert "Maker" in listed
    assert "To note" in listed
    assert "What came of it" in words(adviser.get(path))
    assert "Cancel the reservation" not in words(adviser.get(path))
    assert "What came of it" not in words(lab.signed_in(lab.cast.maker).get(path))
    assert lab.signed_in(lab.cast.maker).post(f"{path}/outcome", data={"came": "yes"}).status_code == 403
    assert lab.signed_in(lab.cast.newcomer).post(f"{path}/outcome", data={"came": "yes"}).status_code == 404
    assert adviser.post(f"{path}/outcome", data={"came": "perhaps"}).status_code == 422
    told = {"came": "no", "note": LONG, "next_step": "Rappeler", "version": "0"}
    assert adviser.post(f"{path}/outcome", data=told).status_code == 302
    second = admin.post(f"{path}/outcome", data={**told, "note": "Autre"})
    assert second.status_code == 409
    assert "&lt;b&gt;xxx" in second.text
    assert 'value="1"' in second.text
    assert "Rappeler" in words(adviser.get("/appointments"))
    assert "Barreau <b>" in words(lab.client().get("/m/juriste"))


def test_a_table_is_looked_at_first_then_written_as_it_was_looked_at(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.fabmanager)
    good = "name,category,site\r\nNeuve,Bureau,Atelier\r\n"
    bad = good + "<script>,Nulle,Part\r\n"

    def sent(text: str, **more: str) -> object:
        return client.post("/machines/import", data={"text": text, **more})

    def digest(text: str) -> str:
        page = sent(text).text
        return page.split('name="digest" value="')[1].split('"')[0]

    def names() -> set[str]:
        lab.session.rollback()
        return {row.name for row in lab.session.query(Resource)}

    assert "would be added" in words(client.post("/machines/import", data={"file": (BytesIO(good.encode()), "t.csv")}))
    assert "Neuve" not in names()
    for refused in ("", "colour\nx", "name\n" + "x\n" * 2001):
        assert sent(refused).status_code == 422
    assert sent(good + "Autre,Bureau,Atelier\r\n", digest=digest(good)).status_code == 422
    assert sent(bad, digest=digest(bad)).status_code == 422
    assert "<script>," not in sent(bad).text
    assert "Neuve" not in names()
    assert sent(bad, digest=digest(bad), skip="yes").status_code == 302
    assert "Neuve" in names()
    out = client.get("/machines.csv")
    assert out.mimetype == "text/csv"
    assert out.data.decode("utf-8-sig").splitlines()[0].startswith("code,name,category,site,room,model")
    assert "salle-des-bureaux" not in out.text


def test_codes_lead_to_the_pages_and_are_printed_one_or_eight_a_page(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.fabmanager)

    one = client.get(f"/machines/{lab.cast.printer}/qr.pdf")
    several = client.get(f"/machines/qr.pdf?ids={lab.cast.printer},{lab.cast.desk_room}&ids={lab.cast.laser}")
    every = client.get("/machines/qr.pdf?size=large")

    text = PdfReader(BytesIO(one.data)).pages[0].extract_text()
    assert "Prusa" in text
    assert "/m/prusa-n1" in text.replace("\n", "")
    assert (len(PdfReader(BytesIO(several.data)).pages), len(PdfReader(BytesIO(every.data)).pages)) == (1, 3)
    assert "Salle des bureaux" not in PdfReader(BytesIO(several.data)).pages[0].extract_text()
    assert client.get("/machines/qr.pdf?size=huge").status_code == 400
    assert client.get("/machines/qr.pdf?ids=x").status_code == 400
    assert client.get("/machines/qr.pdf?ids=999").status_code == 422
    label = label_of(queries.resource(lab.session, lab.cast.printer))
    assert label.address.endswith("/m/prusa-n1")
    assert label.address.startswith("http")
    drawn = labels.drawing_of(label.address)
    assert drawn.startswith("<svg")
    assert drawn != labels.drawing_of(label.address + "x")
    odd = labels.Label(LONG, LONG, label.address)
    assert len(PdfReader(BytesIO(labels.render([odd] * 9, LabelSize.SMALL))).pages) == 2


def test_the_next_free_one_anywhere_is_what_the_member_can_have_first(lab: Lab, tomorrow: datetime) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        wish = Wish(resource_id=lab.cast.printer, period=hours_from(now, 3), member_id=lab.cast.maker)
        book(session, lab.actor(lab.cast.maker), wish, now)
    maker, path = lab.signed_in(lab.cast.maker), f"/free?category={lab.cast.printers}&minutes=60"

    page = words(maker.get(path))
    assert page.index("Prusa n°2 Free right now") < page.index("Prusa n°1")
    assert "start=now" in maker.get(path).text
    assert "Training needed" in words(lab.signed_in(lab.cast.newcomer).get(path))
    desks = words(maker.get(f"/free?category={lab.cast.desks}&minutes=120&places=3"))
    assert "Salle des bureaux" in desks
    assert "Ask for fewer" in words(maker.get(f"/free?category={lab.cast.desks}&places=4"))
    assert maker.get("/free?category=999").status_code == 200
    for bad in ("category=x", "minutes=1", "minutes=x", "places=0", "places=99999"):
        assert maker.get(f"/free?{bad}").status_code == 400, bad


def test_pages_that_list_resources_need_a_constant_number_of_statements(lab: Lab) -> None:
    paths = ("/machines", f"/free?category={lab.cast.printers}", "/machines.csv")
    admin, now = lab.cast.admin, datetime.now(UTC)
    with transaction() as session:
        card = FieldCard(name="Volume")
        one = categories.add_field(session, lab.actor(admin), lab.cast.printers, card, 1).id
    few = [asked(lab, path, admin) for path in paths]
    with transaction() as session:
        for at in range(35):
            site = (lab.cast.workshop, lab.cast.office)[at % 2]
            new = ResourceCard(name=f"P{at}", category_id=lab.cast.printers, site_id=site, specs={one: "x"})
            services.add_resource(session, lab.actor(admin), new, now)

    assert [asked(lab, path, admin) for path in paths] == few
