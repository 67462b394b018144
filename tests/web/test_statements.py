"""Pages that list resources need as many statements for sixty at three sites as for a few."""

from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from fablab.catalog.models import ResourceLink
from fablab.catalog.services import ResourceCard, add_resource
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.members import services
from fablab.members.models import MemberClass
from fablab.presence.services import Coming, arrive
from fablab.sites.hours import Opening
from fablab.sites.models import Site
from fablab.sites.services import give_timetable
from tests.conftest import Lab
from tests.support.statements import statements

PAGES = (
    *("/", "/day", "/day/grid?d=2030-01-15", "/live", "/live/wall", "/machines", "/sites", "/api/v1/resources"),
    *("/presence?site=1", "/presence/1/people?q=e", "/presence/1/now", "/presence/1/roll-call"),
    "/api/v1/arrivals?site_id=1&present=true",
)


def test_a_page_of_sixty_resources_at_three_sites_needs_no_more_statements(lab: Lab) -> None:
    client, token = lab.signed_in(lab.cast.admin), lab.token(lab.cast.admin)
    with transaction() as session:
        # One is in already: where nobody is, the hours are not asked for.
        coming = Coming(site_id=lab.cast.workshop, member_id=lab.cast.maker)
        arrive(session, lab.actor(lab.cast.admin), coming, clock.now())
    few = [asked(client, page, token) for page in PAGES]
    fill(lab)

    many = [asked(client, page, token) for page in PAGES]

    assert dict(zip(PAGES, many, strict=True)) == dict(zip(PAGES, few, strict=True))


def asked(client: FlaskClient, page: str, token: dict[str, str]) -> int:
    headers = token if page.startswith("/api") else {}
    assert client.get(page, headers=headers).status_code == 200
    return statements(db.engine, lambda: client.get(page, headers=headers))


def fill(lab: Lab) -> None:
    """Sixty resources at three sites, some of which need others."""
    now = clock.now()
    with transaction() as session:
        admin = lab.actor(lab.cast.admin)
        third = Site(slug="tiers", name="Tiers", town="Firminy")
        session.add(third)
        session.flush()
        give_timetable(session, third, [Opening(day, 540, 1080, staff=1, level=0) for day in range(7)])
        places, kinds = (lab.cast.workshop, lab.cast.office, third.id), (lab.cast.printers, lab.cast.desks)
        made = [
            add_resource(
                session,
                admin,
                ResourceCard(
                    name=f"R{number}",
                    category_id=kinds[number % 2],
                    site_id=places[number % 3],
                    places=number % 4 + 1,
                    needs_staff=number % 5 == 0,
                ),
                now,
            ).id
            for number in range(56)
        ]
        greet_many(session, lab, now)
        session.add_all(ResourceLink(resource_id=made[n], other_id=made[n + 3], places=None) for n in range(0, 30, 3))


def greet_many(session: Session, lab: Lab, now: datetime) -> None:
    """Sixty people more, half of whom are in at two sites, and groups."""
    adults = session.get(MemberClass, lab.cast.adults)
    for number in range(60):
        email = f"person{number}@test.example"
        person = services.add_member(session, name=f"Person {number}", email=email, member_class=adults, now=now)
        if number % 2:
            site_id = (lab.cast.workshop, lab.cast.office)[number % 4 // 2]
            arrive(session, lab.actor(lab.cast.admin), Coming(site_id=site_id, member_id=person.id), now)
    for count in (2, 30):
        arrive(session, lab.actor(lab.cast.admin), Coming(site_id=lab.cast.workshop, headcount=count, label="G"), now)
