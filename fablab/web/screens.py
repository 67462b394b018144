"""All the screens, put into the application."""

from flask import Flask

from fablab.web import (
    access,
    auth,
    billing,
    day,
    desk,
    duties,
    errors,
    filters,
    guards,
    headers,
    health,
    home,
    invoices,
    live,
    locale,
    machine,
    machines,
    me,
    outages,
    people,
    prefs,
    prices,
    problems,
    reporting,
    reservations,
    sheet,
    shifts,
    tokens,
    training,
    upkeep,
)
from fablab.web.inputs import RowId

SCREENS = (
    auth,
    billing,
    day,
    desk,
    duties,
    health,
    home,
    invoices,
    live,
    machine,
    machines,
    me,
    outages,
    people,
    prefs,
    prices,
    problems,
    reporting,
    reservations,
    sheet,
    shifts,
    tokens,
    training,
    upkeep,
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
