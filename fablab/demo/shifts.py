"""The demonstration's shifts: afternoons at one site, taken by two hosts and a fabmanager."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.catalog.models import Resource
from fablab.core.period import Period
from fablab.demo.network import Network
from fablab.demo.people import RIVE
from fablab.members import services as members
from fablab.members.models import Role
from fablab.shifts import queries, services
from fablab.shifts.models import Duty, DutyState, Shift
from fablab.shifts.plan import lay_out
from fablab.sites.hours import Opening
from fablab.sites.models import OpeningHours, Staffing
from fablab.sites.services import opening_row
from fablab.sites.timetables import main_row, seasons_of

HOSTS = ("zoe", "karim")
AFTERNOON = 14 * 60


def add(session: Session, network: Network, now: datetime) -> None:
    """Let the site's afternoons be staffed by shifts, with a month of service done and gaps ahead."""
    site = network.sites[RIVE]
    table = main_row(session, site.id)
    if table is None:
        return
    season, openings = seasons_of(session, table.id)[0]
    _staff_the_afternoons(session, season.id, openings)
    site.staffing, site.shift_notice_hours = Staffing.SHIFTS, 48
    for login in HOSTS:
        members.grant_role(session, network.members[login], Role.HOST, site_id=site.id)
    for resource in session.scalars(select(Resource).where(Resource.site_id == site.id, Resource.name == "xTool P2")):
        resource.needs_staff = True
    session.flush()
    start = now - timedelta(weeks=4)
    lay_out(session, site, start)
    lay_out(session, site, now)
    _take(session, network, queries.shifts(session, [site.id], Period(start, now + timedelta(days=60))), now)


def _staff_the_afternoons(session: Session, season_id: int, openings: list[OpeningHours]) -> None:
    for row in openings:
        session.add(opening_row(season_id, Opening(row.weekday, AFTERNOON, row.closes, staff=1, level=0, alone=0)))
        row.closes = AFTERNOON
    session.flush()


def _take(session: Session, network: Network, shifts: list[Shift], now: datetime) -> None:
    takers = [*HOSTS, "fabmanager.rive"]
    for number, shift in enumerate(shifts):
        if shift.starts_at > now + timedelta(days=16) or number % 5 == 3:
            continue
        login = takers[number % len(takers)]
        is_sure = shift.starts_at < now + timedelta(days=4)
        duty = Duty(
            shift_id=shift.id,
            member_id=network.members[login].id,
            taken_at=shift.starts_at - timedelta(days=6),
            state=DutyState.CONFIRMED if is_sure else DutyState.TAKEN,
            confirmed_at=shift.starts_at - timedelta(days=2) if is_sure else None,
        )
        session.add(duty)
    session.flush()
    coming = [shift for shift in shifts if shift.starts_at > now]
    past = [shift for shift in shifts if shift.ends_at < now]
    if past:
        hosts = network.actor(session, "fabmanager.rive")
        services.leave_note(session, hosts, past[-1].id, "Le PLA rouge est presque fini, j’en ai commandé.", now)
    for shift in coming[4:6]:
        for duty in queries.shift(session, shift.id).duties:
            duty.offered_at = now
    session.flush()
