"""All the screens, put into the application."""

from flask import Flask

from fablab.web import (
    access,
    auth,
    billing,
    day,
    desk,
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
    people,
    prefs,
    prices,
    reservations,
    sheet,
    tokens,
    training,
)
from fablab.web.inputs import RowId

SCREENS = (
    auth,
    billing,
    day,
    desk,
    health,
    home,
    invoices,
    live,
    machine,
    machines,
    me,
    people,
    prefs,
    prices,
    reservations,
    sheet,
    tokens,
    training,
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
