"""All the screens, put into the application."""

from flask import Flask

from fablab.web import desk, health, home, search
from fablab.web.calendar import appointments, day, free, live, machine, reservations, sheet
from fablab.web.catalog import (
    bundles,
    categories,
    labels,
    machines,
    maintenance,
    outages,
    papers,
    problems,
    reporting,
    transfer,
)
from fablab.web.ground import access, errors, filters, guards, headers, locale
from fablab.web.ground.inputs import RowId
from fablab.web.impact import funders, kinds, own
from fablab.web.impact import people as people_facts
from fablab.web.impact import report as impact
from fablab.web.money import billing, invoices, prices
from fablab.web.people import (
    accesses,
    auth,
    badges,
    card,
    charters,
    emails,
    families,
    invitations,
    me,
    prefs,
    sign_up,
    start,
    tokens,
    training,
    waiting,
    wards,
    welcome,
)
from fablab.web.people import members as people
from fablab.web.places import entities, hours, network, pictures, seasons, sites, timetables
from fablab.web.places import site_cards as places
from fablab.web.presence import arrivals, entries, here, terminal, terminals
from fablab.web.presence import board as presence
from fablab.web.shifts import board as shifts
from fablab.web.shifts import duties

SCREENS = (
    accesses,
    appointments,
    arrivals,
    auth,
    badges,
    billing,
    bundles,
    card,
    categories,
    charters,
    day,
    desk,
    duties,
    emails,
    entities,
    entries,
    families,
    free,
    funders,
    health,
    here,
    home,
    hours,
    impact,
    invitations,
    invoices,
    kinds,
    labels,
    live,
    machine,
    machines,
    maintenance,
    me,
    network,
    outages,
    own,
    papers,
    people,
    people_facts,
    pictures,
    places,
    prefs,
    presence,
    prices,
    problems,
    reporting,
    reservations,
    search,
    seasons,
    sheet,
    shifts,
    sign_up,
    sites,
    start,
    terminal,
    terminals,
    timetables,
    tokens,
    training,
    transfer,
    waiting,
    wards,
    welcome,
)


def register(app: Flask) -> None:
    """Put the screens into the application."""
    app.url_map.converters["row"] = RowId
    locale.register(app)
    guards.register(app)
    access.guard(app)
    filters.register(app)
    headers.register(app)
    errors.register(app)
    for screen in SCREENS:
        app.register_blueprint(screen.screen)
