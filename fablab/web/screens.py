"""All the screens, put into the application."""

from flask import Flask

from fablab.web import (
    access,
    accesses,
    appointments,
    auth,
    billing,
    bundles,
    categories,
    day,
    desk,
    duties,
    entities,
    errors,
    filters,
    free,
    guards,
    headers,
    health,
    home,
    hours,
    invitations,
    invoices,
    labels,
    live,
    locale,
    machine,
    machines,
    maintenance,
    me,
    network,
    outages,
    papers,
    people,
    pictures,
    places,
    prefs,
    prices,
    problems,
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
from fablab.web.inputs import RowId

SCREENS = (
    accesses,
    appointments,
    auth,
    billing,
    bundles,
    categories,
    day,
    desk,
    duties,
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
    network,
    outages,
    papers,
    people,
    pictures,
    places,
    prefs,
    prices,
    problems,
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
