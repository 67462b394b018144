"""What the demonstration's people answered, who funds its labs, and how far some projects are."""

from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy.orm import Session

from fablab.core.period import boundary_of
from fablab.demo import people
from fablab.demo.centre import CENTRE
from fablab.demo.network import Network
from fablab.demo.people import HALL
from fablab.impact import facts, funders, kinds, paths, rules
from fablab.impact.codes import Stage
from fablab.impact.funders import FunderCard
from fablab.impact.paths import StepCard
from fablab.members import queries as members_of
from fablab.members import services as members
from fablab.members.actor import Actor
from fablab.members.models import Member
from fablab.presence import lists
from fablab.presence import services as presence
from fablab.presence.services import Coming

WOMEN = ("membre", "chloe", "ines", "mai", "zoe", "awa", "admin", "fabmanager.rive", "tresoriere")
SILENT = ("hugo", "jean-baptiste")
"""Who would rather answer nothing."""
TOWNS = ("Saint-Chamond", "Saint-Chamond", "Saint-Chamond", "Saint-Étienne", "Rive-de-Gier", "Firminy")
_STATUSES = {
    people.ADULT: ("employee", "employee", "self_employed", "job_seeker"),
    people.STUDENT: ("student",),
    people.COMPANY: ("self_employed",),
}
_STAGES = (Stage.RECEIVED, Stage.SUPPORTED, Stage.STARTED, Stage.STILL_THERE)
PROJECTS = {
    "membre": 2,
    "bastien": 2,
    "ines": 2,
    "karim": 2,
    "zoe": 2,
    "awa": 2,
    "chloe": 1,
    "amadou": 1,
    "noe": 1,
    "hugo": 1,
    "gabriel": 3,
    "mai": 3,
    "jean-baptiste": 3,
}
"""How many stages the project of each has reached since the lab opened."""


VISITORS = (
    "Aïcha Benyahia", "Thomas Girard", "Louise Perrin", "Mehdi Saïdi", "Camille Roussel", "Nicolas Faure",
    "Fatou Sarr", "Julien Chevalier", "Marion Dupré", "Sofiane Belkacem", "Élodie Masson", "Kevin Royer",
    "Jeanne Aubert", "Ousmane Traoré", "Claire Vasseur", "Romain Collet", "Nadège Barbier", "Adrien Lacroix",
    "Yasmine Haddad", "Pierre Montagnon", "Lucie Brunel", "Ibrahim Cissé", "Sandrine Poulain", "Maxime Delorme",
)  # fmt: skip
"""People who come to open workshops and reserve nothing; every second one is a woman, some answer nothing."""


def add(session: Session, network: Network, begin: date, now: datetime) -> None:
    """Let most people answer, add two funders, and follow some projects."""
    ids = {row.code: row.id for row in kinds.kinds(session)}
    since = max(begin, rules.FIRST_DAY)
    for person in (*people.STAFF, *people.MAKERS):
        if person.login not in SILENT:
            gender = "woman" if person.login in WOMEN else "man"
            statuses = _STATUSES[person.member_class]
            _answer(session, network.members[person.login], ids, _answers(person.login, gender, statuses, now), since)
    _visitors(session, network, ids, since, now)
    _funders(session, network, ids, now)
    _projects(session, network, begin, now)


def _visitors(session: Session, network: Network, ids: dict[str | None, int], since: date, now: datetime) -> None:
    """Those who come to the open workshop, on one of the last evenings."""
    manager = network.actor(session, "fabmanager")
    hall = network.sites[HALL]
    reasons = {row.code: row.id for row in lists.reasons(session)}
    publics = {row.code: row.id for row in lists.publics(session)}
    today = now.astimezone(hall.zone).date()
    joined = boundary_of(since, time(10), hall.zone)
    for number, name in enumerate(VISITORS):
        chance = Random(f"visitor {name}")
        member = members.add_member(
            session, name=name, email=None, member_class=network.members["membre"].member_class, now=joined
        )
        member.home_site_id = hall.id
        for back in sorted(chance.sample(range(1, 28), chance.randint(1, 4)), reverse=True):
            at = boundary_of(today - timedelta(days=back), time(18), hall.zone) + timedelta(minutes=number)
            public = chance.choice(("general", "general", "project_holder", "job_seeker"))
            coming = Coming(
                site_id=hall.id, member_id=member.id, reason_id=reasons["workshop"], public_kind_id=publics[public]
            )
            row = presence.arrive(session, manager, coming, at)
            presence.depart(session, manager, row.id, at + timedelta(hours=2))
        if number % 6 != 5:
            gender = "woman" if number % 2 == 0 else "man"
            answers = _answers(name, gender, ("job_seeker", "employee", "retired"), now)
            _answer(session, member, ids, answers, since, by=manager)


def _answer(
    session: Session,
    member: Member,
    ids: dict[str | None, int],
    answers: dict[str, str],
    since: date,
    by: Actor | None = None,
) -> None:
    if member.birth_date is not None:
        answers.pop("birth_year")
    actor = by or members_of.actor(session, member.id)
    said = {ids[code]: value for code, value in answers.items()}
    facts.answer(session, actor, member.id, said, member.created_at + timedelta(days=1), since=since)


def _answers(word: str, gender: str, statuses: tuple[str, ...], now: datetime) -> dict[str, str]:
    chance = Random(f"answers {word}")
    return {
        "gender": gender,
        "birth_year": str(now.year - chance.randint(19, 58)),
        "town": chance.choice(TOWNS),
        "status": chance.choice(statuses),
        "priority_neighbourhood": chance.choice(("yes", "no", "no")),
        "referred_by": chance.choice(("people_around", "people_around", "internet", "association")),
        "project_stage": chance.choice(("none", "idea", "study", "creation")),
        "company_created": "yes" if PROJECTS.get(word) == 3 else "no",
    }


def _funders(session: Session, network: Network, ids: dict[str | None, int], now: datetime) -> None:
    region = FunderCard(
        name="Région (invention)",
        note="Bilan annuel avant le 31 mars. Convention de trois ans.",
        kind_ids=frozenset(ids[code] for code in ("birth_year", "gender", "status", "company_created")),
    )
    town = FunderCard(
        name="Politique de la ville (invention)",
        note="Bilan par trimestre, quartiers prioritaires seulement.",
        site_ids=frozenset(network.sites[slug].id for slug in (HALL, CENTRE)),
        kind_ids=frozenset(ids[code] for code in ("gender", "town", "priority_neighbourhood", "referred_by")),
    )
    for card in (region, town):
        funders.add_funder(session, network.actor(session, "admin"), card, now)


def _projects(session: Session, network: Network, begin: date, now: datetime) -> None:
    admin, length = network.actor(session, "admin"), (now.date() - begin).days
    for login, count in PROJECTS.items():
        chance = Random(f"project {login}")
        days = sorted(chance.sample(range(max(length, count)), count))
        for stage, day in zip(_STAGES, days, strict=False):
            step = StepCard(stage=stage, day=begin + timedelta(days=day), site_id=network.sites[HALL].id)
            paths.add_step(session, admin, network.members[login].id, step, now)
