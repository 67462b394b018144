"""The demonstration's third site: a centre with desks, rooms, a studio and advisers, and what goes with what."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from fablab.booking import services as booking
from fablab.booking.services import Wish
from fablab.catalog.categories import CategoryCard, FieldCard, add_category, add_field
from fablab.catalog.links import add_link
from fablab.catalog.models import CategoryKind, FieldKind, Resource
from fablab.catalog.services import ResourceCard, add_resource
from fablab.core.period import Period, boundary_of
from fablab.core.refusals import Refused
from fablab.demo import people
from fablab.demo.network import Network
from fablab.members.accesses import give_access
from fablab.members.actor import Actor
from fablab.sites import timetables
from fablab.sites.exceptions import ExceptionCard, add_exception
from fablab.sites.hours import LAST, Opening
from fablab.sites.levels import add_level
from fablab.sites.models import ExceptionKind, Site
from fablab.sites.places import SiteCard, add_room, add_site
from fablab.sites.services import give_timetable
from fablab.sites.timetabling import SeasonCard, add_timetable, write_season

CENTRE = "le-carre"
AUTONOMOUS, KEYHOLDER = 1, 2
MORNING, EVENING, NOON, NIGHT = 9 * 60, 18 * 60, 12 * 60, 20 * 60
WEEKDAYS = range(5)


def add(session: Session, network: Network, opened: datetime, now: datetime) -> None:
    """Add the centre and its people's reservations."""
    admin = network.actor(session, "admin")
    add_level(session, admin, AUTONOMOUS, "Membre autonome")
    add_level(session, admin, KEYHOLDER, "Porteur de badge")
    site = _site(session, admin, network, now)
    for login, level in (("membre", AUTONOMOUS), ("bastien", KEYHOLDER), ("gabriel", KEYHOLDER), ("mai", AUTONOMOUS)):
        give_access(session, admin, network.members[login].id, level, now, site_id=site.id)
    kinds = _categories(session, admin)
    things = _things(session, admin, network, site, kinds, opened)
    _advisers(session, admin, site, kinds, things, opened)
    _extractor(session, admin, network, kinds, opened)
    _reserve(session, network, things, now)


def _site(session: Session, admin: Actor, network: Network, now: datetime) -> Site:
    site = add_site(
        session,
        admin,
        SiteCard(
            name="Le Carré",
            town="Firminy",
            address="7 place du Marché\n42700 Firminy",
            description=(
                "Centre entrepreneurial : coworking, bureaux, salles de réunion, salle de conférence de 200 places, "
                "salon et centre de documentation. Nos partenaires y reçoivent un jour par semaine."
            ),
            email="accueil@carre.demo.example",
            phone="04 00 00 00 00",
            map_url="https://www.openstreetmap.org/#map=17/45.3890/4.2870",
        ),
    )
    for room in ("Rez-de-chaussée", "Premier étage", "Auditorium"):
        add_room(session, admin, site.id, room)
    staffed = [Opening(day, MORNING, EVENING, staff=1, level=0, alone=AUTONOMOUS) for day in WEEKDAYS]
    alone = [Opening(day, 7 * 60, 22 * 60, level=AUTONOMOUS) for day in WEEKDAYS]
    always = [Opening(day, 0, 1440, level=KEYHOLDER) for day in range(7)]
    table = give_timetable(session, site, [*staffed, *alone, *always], keeps_holidays=True)
    year = now.year + (now.month > 8)
    summer = tuple(Opening(day, MORNING, NOON, staff=1, level=0) for day in WEEKDAYS)
    card = SeasonCard(openings=summer, name="Été", first_on=date(year, 7, 20), last_on=date(year, 8, 23))
    write_season(session, admin, table.id, None, card, table.version)
    closure = ExceptionCard(
        kind=ExceptionKind.CLOSED, first_on=date(now.year, 12, 24), last_on=date(now.year + 1, 1, 1), reason="Fêtes"
    )
    if now.date() < date(now.year, 12, 24):
        add_exception(session, admin, site.id, closure, now)
    network.sites[CENTRE] = site
    return site


def _categories(session: Session, admin: Actor) -> dict[str, int]:
    found = {}
    for name, icon, kind in (
        ("Bureau", "pc-display", CategoryKind.SPACE),
        ("Salle de réunion", "easel", CategoryKind.SPACE),
        ("Studio", "mic", CategoryKind.SPACE),
        ("Conseil", "chat-dots", CategoryKind.ADVISER),
        ("Équipement", "tools", CategoryKind.MACHINE),
    ):
        found[name] = add_category(session, admin, CategoryCard(name=name, icon=icon, kind=kind)).id
    rooms, version = found["Salle de réunion"], 1
    for card in (
        FieldCard(name="Places assises", kind=FieldKind.NUMBER),
        FieldCard(name="Écran", kind=FieldKind.CHOICE, choices="aucun\nécran\nvidéoprojecteur"),
        FieldCard(name="Accessible en fauteuil", kind=FieldKind.YES_NO),
    ):
        add_field(session, admin, rooms, card, version)
        version += 1
    return found


def _things(
    session: Session, admin: Actor, network: Network, site: Site, kinds: dict[str, int], opened: datetime
) -> dict[str, Resource]:
    found = {}
    for name, kind, places, slot, about in (
        ("Espace coworking", "Bureau", 12, 60, "Douze postes, wifi, café. À l’heure, à la journée, ou en entier."),
        ("Bureau de passage 1", "Bureau", 1, 60, "Bureau fermé pour deux personnes."),
        ("Bureau de passage 2", "Bureau", 1, 60, "Bureau fermé pour deux personnes."),
        ("Salle Gier", "Salle de réunion", 1, 30, "Se réunit avec la salle Furan."),
        ("Salle Furan", "Salle de réunion", 1, 30, "Se réunit avec la salle Gier."),
        ("Salles Gier et Furan réunies", "Salle de réunion", 1, 30, "Cloison ouverte : 30 personnes."),
        ("Salle de conférence", "Salle de réunion", 1, 60, "200 places, régie, vidéoprojecteur."),
        ("Studio son", "Studio", 1, 60, "Podcasts et voix off."),
    ):
        card = ResourceCard(
            name=name,
            category_id=kinds[kind],
            site_id=site.id,
            description=about,
            places=places,
            slot_minutes=slot,
            needs_staff=name == "Salle de conférence",
        )
        found[name] = add_resource(session, admin, card, opened)
        network.resources[name] = found[name]
    joined = found["Salles Gier et Furan réunies"]
    for name in ("Salle Gier", "Salle Furan"):
        add_link(session, admin, joined.id, found[name].id, None)
    return found


def _advisers(
    session: Session,
    admin: Actor,
    site: Site,
    kinds: dict[str, int],
    things: dict[str, Resource],
    opened: datetime,
) -> None:
    for name, organisation, opening in (
        ("Création d’entreprise", "Chambre des métiers (invention)", Opening(1, MORNING, NOON)),
        ("Conseil juridique", "Ordre des avocats (invention)", Opening(3, 14 * 60, 17 * 60, nth=LAST)),
        ("Financement de projet", "Réseau d’accompagnement (invention)", Opening(2, MORNING, 17 * 60, nth=2)),
    ):
        table = add_timetable(session, admin, site.id, f"Permanence : {name}")
        usual = next(season for season, _openings in timetables.seasons_of(session, table.id))
        write_season(session, admin, table.id, usual.id, SeasonCard(openings=(opening,)), table.version)
        card = ResourceCard(
            name=name,
            category_id=kinds["Conseil"],
            site_id=site.id,
            slot_minutes=45,
            timetable_id=table.id,
            organisation=organisation,
            description="Sur rendez-vous, gratuit. Venez avec votre projet, même à l’état d’idée.",
        )
        made = add_resource(session, admin, card, opened)
        add_link(session, admin, made.id, things["Bureau de passage 1"].id, 1)


def _extractor(session: Session, admin: Actor, network: Network, kinds: dict[str, int], opened: datetime) -> None:
    hall = network.sites[people.HALL]
    card = ResourceCard(
        name="Extracteur laser",
        category_id=kinds["Équipement"],
        site_id=hall.id,
        description="Sert un laser à la fois ; il est réservé avec lui.",
    )
    extractor = add_resource(session, admin, card, opened)
    for name in ("Trotec Speedy 360", "Epilog Zing 24"):
        add_link(session, admin, network.resources[name].id, extractor.id, 1)


def _reserve(session: Session, network: Network, things: dict[str, Resource], now: datetime) -> None:
    """A few reservations of the days to come; one that the calendar refuses is left out."""
    zone = network.sites[CENTRE].zone
    for ahead, hour, hours, name, login, places in (
        (1, 9, 3, "Espace coworking", "mai", 4),
        (1, 10, 2, "Salle Gier", "gabriel", 1),
        (1, 14, 2, "Salles Gier et Furan réunies", "membre", 1),
        (2, 9, 4, "Espace coworking", "bastien", 2),
        (2, 14, 3, "Studio son", "bastien", 1),
        (3, 10, 1, "Salle Furan", "membre", 1),
        (4, 9, 8, "Espace coworking", "gabriel", 12),
    ):
        start = boundary_of((now + timedelta(days=ahead)).astimezone(zone).date(), time(hour), zone)
        wish = Wish(
            resource_id=things[name].id,
            period=Period(start, start + timedelta(hours=hours)),
            member_id=network.members[login].id,
            places=places,
        )
        try:
            with session.begin_nested():
                booking.book(session, network.actor(session, login), wish, now)
        except Refused:
            continue
