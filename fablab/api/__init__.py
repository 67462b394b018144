"""The JSON API, /api/v1: typed schemas that validate and document themselves, problems in RFC 9457's form."""

from flask_openapi3 import OpenAPI

from fablab.api import (
    account_people,
    accounts,
    appeals,
    arrivals,
    badges,
    booking_rules,
    cards,
    categories,
    charters,
    classes,
    conduct,
    docs,
    entities,
    facts,
    impact,
    invoices,
    keeping,
    levels,
    links,
    maintenance,
    me,
    members,
    membership_kinds,
    memberships,
    outcomes,
    papers,
    people_tables,
    photos,
    privacy,
    problems,
    projects,
    reservations,
    resources,
    rooms,
    search,
    several,
    shifts,
    sign_ins,
    sites,
    timetables,
    transfer,
    usage,
    visitors,
)
from fablab.api.auth import ask
from fablab.api.blueprint import api
from fablab.api.errors import answer_errors

MODULES = (
    account_people,
    accounts,
    appeals,
    arrivals,
    badges,
    booking_rules,
    cards,
    categories,
    charters,
    classes,
    conduct,
    docs,
    entities,
    facts,
    impact,
    invoices,
    keeping,
    levels,
    links,
    maintenance,
    me,
    members,
    membership_kinds,
    memberships,
    outcomes,
    papers,
    people_tables,
    photos,
    privacy,
    problems,
    projects,
    reservations,
    resources,
    rooms,
    search,
    several,
    shifts,
    sign_ins,
    sites,
    timetables,
    transfer,
    usage,
    visitors,
)
"""Imported so that their routes are on the blueprint."""


def register(app: OpenAPI) -> None:
    """Put the API into the application."""
    answer_errors(app)
    app.register_api(api)


api.before_request(ask)
