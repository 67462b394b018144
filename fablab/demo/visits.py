"""The demonstration's presence: who comes and goes, who is in now, a school class of yesterday, badges."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy.orm import Session

from fablab.core.period import boundary_of
from fablab.demo import people
from fablab.demo.network import Network
from fablab.members.actor import Actor
from fablab.members.badges import give_badge
from fablab.presence import lists, services
from fablab.presence.models import Recorded
from fablab.presence.services import Coming

WEEKS_BACK = 3
BADGES = {"amadou": "04 A1 5F 77 90", "awa": "04 B7 22 0C 41", "hugo": "04 C9 8D 13 6E"}
_CONTACTS = {"membre": "Paul Fontaine, 06 00 00 00 01", "amadou": "Mariam Diallo, 06 00 00 00 02"}
_PUBLICS = {people.ADULT: "general", people.STUDENT: "student", people.COMPANY: "company"}


@dataclass(frozen=True, slots=True)
class _Desk:
    """Who writes arrivals down, and with which words."""

    actor: Actor
    site_id: int
    reasons: dict[str | None, int]
    publics: dict[str | None, int]


def add(session: Session, network: Network, now: datetime) -> None:
    """Write down the visits of the last weeks, up to those who are in now."""
    for login, code in BADGES.items():
        give_badge(session, network.actor(session, "fabmanager"), network.members[login].id, code, now)
    for login, contact in _CONTACTS.items():
        network.members[login].emergency_contact = contact
    desk = _Desk(
        network.actor(session, "fabmanager"),
        network.sites[people.HALL].id,
        {row.code: row.id for row in lists.reasons(session)},
        {row.code: row.id for row in lists.publics(session)},
    )
    zone = network.sites[people.HALL].zone
    today = now.astimezone(zone).date()
    for back in range(7 * WEEKS_BACK, 0, -1):
        day = today - timedelta(days=back)
        _live(session, network, desk, day, boundary_of(day, time(9), zone))
    yesterday = boundary_of(today - timedelta(days=1), time(14), zone)
    _group(session, desk, yesterday)
    _now(session, network, desk, now)


def _live(session: Session, network: Network, desk: _Desk, day: date, opens: datetime) -> None:
    """A day's visits; on a Sunday there are few."""
    chance = Random(f"visits {day}")
    for person in chance.sample(people.MAKERS, 1 if day.weekday() == 6 else chance.randint(3, 7)):
        at = opens + timedelta(minutes=chance.randint(0, 420))
        row = services.arrive(session, desk.actor, _coming(network, desk, person, chance), at)
        services.depart(session, desk.actor, row.id, at + timedelta(minutes=chance.randint(30, 180)))
    guest = Coming(site_id=desk.site_id, reason_id=desk.reasons["visit"], public_kind_id=desk.publics["general"])
    for _number in range(chance.randint(0, 2)):
        row = services.arrive(session, desk.actor, guest, opens + timedelta(minutes=chance.randint(0, 420)))
        services.depart(session, desk.actor, row.id, row.arrived_at + timedelta(minutes=40))


def _group(session: Session, desk: _Desk, at: datetime) -> None:
    school = Coming(
        site_id=desk.site_id,
        headcount=24,
        label="Collège Jean Moulin, une classe de 4e (invention)",
        reason_id=desk.reasons["workshop"],
        public_kind_id=desk.publics["pupil"],
    )
    row = services.arrive(session, desk.actor, school, at)
    services.depart(session, desk.actor, row.id, at + timedelta(hours=2))


def _now(session: Session, network: Network, desk: _Desk, now: datetime) -> None:
    """Five members and two guests are in; the place never closes, so nobody is thought to have forgotten it."""
    chance = Random(f"visits {now.date()} now")
    by_login = {person.login: person for person in people.MAKERS}
    for minutes, login in ((140, "bastien"), (95, "chloe"), (70, "amadou"), (35, "mai"), (10, "hugo")):
        coming = _coming(network, desk, by_login[login], chance)
        services.arrive(session, desk.actor, coming, now - timedelta(minutes=minutes))
    for minutes, name in ((50, "Mme Vernay"), (20, "")):
        guest = Coming(
            site_id=desk.site_id,
            guest_name=name,
            reason_id=desk.reasons["appointment" if name else "visit"],
            public_kind_id=desk.publics["project_holder" if name else "general"],
        )
        services.arrive(session, desk.actor, guest, now - timedelta(minutes=minutes))


def _coming(network: Network, desk: _Desk, person: people.Person, chance: Random) -> Coming:
    return Coming(
        site_id=desk.site_id,
        member_id=network.members[person.login].id,
        reason_id=desk.reasons[chance.choice(("machines", "machines", "machines", "coworking", "workshop"))],
        public_kind_id=desk.publics[_PUBLICS[person.member_class]],
        recorded=Recorded.BADGE if person.login in BADGES else Recorded.DESK,
    )
