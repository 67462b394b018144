"""From nothing to a lab whose members can come, as its first administrator walks through it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fablab.app import create_app
from fablab.catalog import queries as catalog
from fablab.core import clock, schema
from fablab.core.config import load_config
from fablab.core.db import db, transaction
from fablab.founding import key_of
from fablab.members import queries as members
from fablab.members import services
from fablab.members.models import Member, Role
from fablab.members.passwords import hash_password
from fablab.sites.models import OpeningHours
from tests.conftest import Lab
from tests.mails import link_to, mails
from tests.support.storage import empty_database
from tests.web.conftest import words

SECRET = "first " * 8
WELCOME = f"/welcome/{key_of(SECRET)}"
CHARTER = {
    "entity": "Association <b>Neuve</b>",
    "address": "1 rue Neuve\n42000 Saint-Étienne",
    "siren": "732 829 320",
    "vat": "0",
    "site": "L’Atelier neuf 🛠",
    "town": "Saint-Étienne",
    "timezone": "Europe/Paris",
    "name": "Ada",
    "email": "ada@neuf.example",
    "password": "une phrase facile",
}


@pytest.fixture
def client(database: str, tmp_path: Path) -> Iterator[FlaskClient]:
    """A browser in front of a lab whose database holds nothing but its tables."""
    with empty_database(database, tmp_path) as url:
        yield from new_lab(tmp_path, url)


def new_lab(folder: Path, url: str) -> Iterator[FlaskClient]:
    app = create_app(load_config(folder, database_url=url, secret_key=SECRET))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    with app.app_context():
        schema.upgrade(db.engine)
    yield app.test_client()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_new_lab_is_set_up_in_six_pages(client: FlaskClient) -> None:
    assert "Nobody has set it up yet" in words(english(client, "/"))
    assert client.get("/day").status_code == 302
    for closed in ("/welcome/wrong", "/welcome/é"):
        assert client.get(closed).status_code == 404
    assert client.get(WELCOME).status_code == 200
    for wrong in (
        {"siren": "732829321"},
        {"timezone": "Mars/Olympus"},
        {"password": "short"},
        {"email": "nowhere"},
        {"name": " "},
        {"site": "x" * 300},
        {"vat": "17"},
    ):
        answer = client.post(WELCOME, data={**CHARTER, **wrong})
        assert answer.status_code == 422, wrong
        assert "Association &lt;b&gt;Neuve" in answer.text, "what was typed is still there"

    founded = client.post(WELCOME, data=CHARTER)
    assert founded.location == "/start"
    assert client.get(WELCOME).status_code == client.post(WELCOME, data=CHARTER).status_code == 404
    walk(client)
    steps = client.get("/start")
    assert "bi-circle" not in steps.text
    for path in ("/", "/day", "/live", "/desk", "/machines", "/network", "/people", "/billing", "/sites", "/shifts"):
        assert client.get(path).status_code == 200, path


def walk(client: FlaskClient) -> None:
    """The steps after the first: each with a mistake first."""
    week = {f"opens-{day}": "09:00" for day in range(5)} | {f"closes-{day}": "18:00" for day in range(5)}
    assert client.post("/start/hours", data={**week, "opens-6": "10:00"}).status_code == 422
    assert client.post("/start/hours", data={**week, "opens-5": "20:00", "closes-5": "02:00"}).status_code == 302
    with client.application.app_context():
        kinds = [str(row.id) for row in catalog.categories(db.session())]
        adults = members.classes(db.session())[0].id
    assert client.post("/start/machines", data={"name": ["", ""], "category": kinds}).status_code == 422
    unknown = {"name": ["A", "B"], "category": [kinds[0], "999"]}
    assert client.post("/start/machines", data=unknown).status_code in (404, 422)
    machines = {"name": ["Prusa", "Laser", "Fraiseuse"], "category": kinds}
    assert client.post("/start/machines", data=machines).status_code == 302
    assert client.post("/start/price", data={f"amount-{kinds[0]}": "gratuit"}).status_code == 422
    assert (
        client.post("/start/price", data={f"amount-{kinds[0]}": "3,50", f"amount-{kinds[1]}": "0"}).status_code == 302
    )
    assert client.post("/start/course", data={"name": "Impression 3D"}).status_code == 422
    assert client.post("/start/course", data={"name": "Impression 3D", "category": kinds[:1]}).status_code == 302
    made = client.post("/invitations", data={"class_id": adults, "role": "", "site_id": "0", "uses": "2", "days": "7"})
    secret = re.search(r"/join/([\w-]+)", made.text)
    assert secret
    join(client, secret[1])


def join(client: FlaskClient, secret: str) -> None:
    """Somebody joins with the link, twice; the second time nobody is told that they exist."""
    stranger = client.application.test_client()
    path = f"/join/{secret}"
    assert stranger.get(path).status_code == 200
    assert stranger.post(path, data={"name": "Bea", "email": "nowhere"}).status_code == 422
    first = stranger.post(path, data={"name": "Bea", "email": "bea@neuf.example"})
    again = stranger.post(path, data={"name": "Bea", "email": "BEA@neuf.example"})
    assert words(first).lower() == words(again).lower()
    with client.application.app_context():
        assert [row.name for row in db.session.query(Member)] == ["Ada"], (
            "nobody is a member before the address is proven"
        )
        path = link_to("bea@neuf.example", "/sign-up")
    assert stranger.post(path, data={"password": "short"}).status_code == 422
    assert stranger.post(path, data={"password": "une phrase à elle"}).status_code == 302
    assert stranger.post(path, data={"password": "une phrase à elle"}).status_code == 404, "a link serves once"
    stranger.post(f"/join/{secret}", data={"name": "Mallory", "email": "bea@neuf.example"})
    with client.application.app_context():
        assert [row.name for row in db.session.query(Member).order_by(Member.id)] == ["Ada", "Bea"]
        assert mails("bea@neuf.example")[-1]["subject"] == "Choisissez votre mot de passe"


def test_an_invitation_serves_so_many_people_and_gives_its_role(lab: Lab) -> None:
    admin, stranger = lab.signed_in(lab.cast.admin), lab.client()
    fields = {"class_id": lab.cast.adults, "role": "host", "site_id": lab.cast.office, "uses": "1", "days": "7"}
    for wrong in ({"uses": "0"}, {"days": "900"}, {"class_id": "99"}, {"role": "admin", "uses": "5"}, {"role": "king"}):
        assert admin.post("/invitations", data={**fields, **wrong}).status_code == 422, wrong
    assert admin.post("/invitations", data={**fields, "role": "treasurer"}).status_code == 422
    made = admin.post("/invitations", data=fields)
    path = re.search(r"/join/[\w-]+", made.text)[0]

    for name in ("Dora", "Emil"):
        answer = stranger.post(path, data={"name": name, "email": f"{name.lower()}@test.example"})
        assert answer.status_code == 200
    links = [link_to(f"{name}@test.example", "/sign-up") for name in ("dora", "emil")]
    confirmed = [lab.client().post(link, data={"password": "a sentence of theirs"}).status_code for link in links]
    assert confirmed == [302, 404], "it serves one, the first to confirm"
    assert stranger.post(path, data={"name": "Finn", "email": "finn@test.example"}).status_code == 404
    dora = members.member_by_email(lab.session, "dora@test.example")
    (grant,) = members.grants_of(lab.session, [dora.id])[dora.id]
    assert (grant.role, grant.site_id) == (Role.HOST, lab.cast.office)
    assert members.member_by_email(lab.session, "emil@test.example") is None

    other = re.search(r"/join/[\w-]+", admin.post("/invitations", data=fields).text)[0]
    assert admin.post("/invitations/2/end").status_code == 302
    assert stranger.get(other).status_code == stranger.get("/join/nothing").status_code == 404


def test_an_administrator_without_a_site_begins_with_the_network(client: FlaskClient) -> None:
    with client.application.app_context(), transaction() as session:
        ada = services.add_member(
            session,
            name="Ada",
            email="ada@neuf.example",
            member_class=services.add_class(session, "A"),
            now=clock.now(),
        )
        services.grant_role(session, ada, Role.ADMIN)
        ada.password_hash = hash_password(CHARTER["password"])
    client.post("/sign-in", data={"email": CHARTER["email"], "password": CHARTER["password"]})

    for page in ("/start", "/start/hours", "/start/machines", "/start/price"):
        assert client.get(page).location == "/network", page
    assert client.get("/network").status_code == 200


def test_only_administrators_of_the_network_invite_and_set_up(lab: Lab) -> None:
    with transaction() as session:
        services.grant_role(session, session.get(Member, lab.cast.maker), Role.ADMIN, legal_entity_id=lab.cast.entity)
    client = lab.signed_in(lab.cast.maker)

    assert client.post("/invitations", data={"class_id": "1", "uses": "1", "days": "1"}).status_code == 403
    assert client.get("/start").status_code == 403
    assert lab.client().get(WELCOME).status_code == 404


def english(client: FlaskClient, path: str) -> TestResponse:
    return client.get(path, headers={"Accept-Language": "en"})


def test_the_simple_form_of_hours_never_writes_over_richer_ones(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.admin)
    with transaction() as session:
        session.query(OpeningHours).update({"staff": 2, "alone": 1})

    answers = [client.get("/start/hours"), client.post("/start/hours", data={"opens-0": "9:00", "closes-0": "18:00"})]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert {answer.location.rsplit("/", 1)[0] for answer in answers} == {"/hours"}
    assert {row.staff for row in lab.session.query(OpeningHours)} == {2}
    assert client.post("/start/price", data={f"amount-{lab.cast.printers}": "3.²"}).status_code == 422
