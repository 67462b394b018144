"""All the screens, put into the application."""

from flask import Flask

from fablab.web import desk, health, home, search
from fablab.web.accounts import account_people, account_projects, accounts, organisations
from fablab.web.calendar import (
    again,
    appointments,
    approvals,
    check_ins,
    day,
    draws,
    feeds,
    free,
    handing,
    line,
    live,
    machine,
    moving,
    repeat,
    reservations,
    series,
    sheet,
    together,
    walk_ins,
)
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
from fablab.web.impact import funders, kinds
from fablab.web.impact import own as own_facts
from fablab.web.impact import people as people_facts
from fablab.web.impact import report as impact
from fablab.web.money import billing, invoices, prices
from fablab.web.people import (
    accesses,
    appealing,
    auth,
    badges,
    card,
    charters,
    classes,
    conduct,
    conduct_rules,
    emails,
    ending,
    families,
    invitations,
    me,
    notices,
    openid,
    own_memberships,
    person_memberships,
    prefs,
    proofs,
    seeing,
    sign_ins,
    sign_up,
    start,
    tables,
    tokens,
    training,
    waiting,
    wards,
    welcome,
    why,
)
from fablab.web.people import members as people
from fablab.web.people import membership_kinds as memberships
from fablab.web.places import entities, hours, mails, network, pictures, seasons, sites, timetables
from fablab.web.places import site_cards as places
from fablab.web.policy import board as booking_rules
from fablab.web.policy import composing as rule_forms
from fablab.web.policy import files as rule_files
from fablab.web.policy import sets as rule_sets
from fablab.web.policy import trials as rule_trials
from fablab.web.presence import arrivals, entries, here, terminal, terminals
from fablab.web.presence import board as presence
from fablab.web.privacy import consents, doubles, erasure, log, own, retention, staff, statements
from fablab.web.shifts import board as shifts
from fablab.web.shifts import duties

SCREENS = (
    accesses,
    account_people,
    account_projects,
    accounts,
    again,
    appealing,
    appointments,
    approvals,
    arrivals,
    auth,
    badges,
    billing,
    booking_rules,
    bundles,
    card,
    categories,
    charters,
    check_ins,
    classes,
    conduct,
    conduct_rules,
    consents,
    day,
    draws,
    desk,
    doubles,
    duties,
    emails,
    ending,
    entities,
    entries,
    erasure,
    families,
    feeds,
    free,
    funders,
    handing,
    health,
    here,
    home,
    hours,
    impact,
    invitations,
    invoices,
    kinds,
    labels,
    line,
    live,
    log,
    machine,
    machines,
    mails,
    maintenance,
    me,
    memberships,
    network,
    notices,
    openid,
    organisations,
    outages,
    own,
    own_facts,
    own_memberships,
    papers,
    people,
    people_facts,
    person_memberships,
    pictures,
    places,
    prefs,
    presence,
    prices,
    problems,
    proofs,
    repeat,
    reporting,
    reservations,
    retention,
    rule_files,
    rule_forms,
    rule_sets,
    rule_trials,
    search,
    seasons,
    seeing,
    series,
    moving,
    sheet,
    shifts,
    sign_ins,
    sign_up,
    sites,
    staff,
    start,
    statements,
    tables,
    terminal,
    terminals,
    timetables,
    together,
    tokens,
    training,
    transfer,
    waiting,
    walk_ins,
    wards,
    welcome,
    why,
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
