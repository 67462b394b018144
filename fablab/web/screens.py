"""All the screens, put into the application."""

from flask import Flask

from fablab.web import desk, health, home
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
from fablab.web.money import billing, invoices, prices
from fablab.web.people import (
    accesses,
    auth,
    classes,
    ending,
    invitations,
    me,
    own_memberships,
    person_memberships,
    prefs,
    proofs,
    start,
    tokens,
    training,
    welcome,
)
from fablab.web.people import members as people
from fablab.web.people import membership_kinds as memberships
from fablab.web.places import entities, hours, network, pictures, seasons, sites, timetables
from fablab.web.places import site_cards as places
from fablab.web.shifts import board as shifts
from fablab.web.shifts import duties

SCREENS = (
    accesses,
    appointments,
    auth,
    billing,
    bundles,
    categories,
    classes,
    day,
    desk,
    duties,
    ending,
    entities,
    free,
    health,
    home,
    hours,
    invitations,
    invoices,
    labels,
    live,
    machine,
    machines,
    maintenance,
    me,
    memberships,
    network,
    outages,
    own_memberships,
    papers,
    people,
    person_memberships,
    pictures,
    places,
    prefs,
    prices,
    problems,
    proofs,
    reporting,
    reservations,
    seasons,
    sheet,
    shifts,
    sites,
    start,
    timetables,
    tokens,
    training,
    transfer,
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
