"""What is wrong in the demonstration, what is out, and what maintenance is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fablab.catalog import maintenance, problems
from fablab.catalog.maintenance import Done, PlanCard
from fablab.catalog.models import ProblemKind, ProblemState, ResourceState
from fablab.catalog.problems import Report, Step
from fablab.catalog.services import set_state
from fablab.demo.network import Network
from fablab.demo.people import HALL
from fablab.usage import upkeep

_WAIT, _FIXED = ProblemState.WAITING, ProblemState.FIXED


@dataclass(frozen=True, slots=True)
class Said:
    """A report: how many hours ago, by whom (None: nobody signed in), and how staff went on."""

    hours: int
    machine: str | None
    text: str
    by: str | None = None
    kind: ProblemKind = ProblemKind.PROBLEM
    given_to: str | None = None
    waiting_for: str = ""
    is_fixed: bool = False


REPORTS = (
    Said(400, "Epilog Zing 24", "La découpe ne traverse plus : la lentille est rayée.", "chloe", given_to="fabmanager",
         waiting_for="lentille 2 pouces, commandée lundi"),
    Said(190, "Prusa XL", "La tête 3 ne chauffe plus.", "bastien", given_to="fabmanager", is_fixed=True),
    Said(75, "Ultimaker S5", "Bruit de frottement sur l’axe Y en fin de course.", "membre", given_to="fabmanager"),
    Said(20, "Trotec Speedy 360", "L’extraction aspire mal, il reste de la fumée après la découpe."),
    Said(5, None, "L’ampoule au-dessus de l’établi est grillée.", "awa"),
    Said(3, "Shopbot Desktop", "La pièce a sauté du plateau, personne n’a été touché.", "karim", ProblemKind.NEAR_MISS),
)  # fmt: skip
PLANS = (
    ("Prusa MK4 n°1", PlanCard(title="Graisser les axes", every_days=90, every_hours=200), 20),
    ("Prusa XL", PlanCard(title="Nettoyer les buses", every_hours=100), 10),
    ("Trotec Speedy 360", PlanCard(title="Nettoyer lentille et miroirs", every_days=14), 15),
    ("Trotec Speedy 360", PlanCard(title="Vider le filtre de l’extraction", every_days=30), 34),
    ("Shopbot Desktop", PlanCard(title="Vérifier les courroies", every_days=180), 170),
)
"""Of which machine, what, and how many days ago it was last done."""


def add(session: Session, network: Network, now: datetime) -> None:
    """Report, plan, and say what is out."""
    for said in REPORTS:
        _report(session, network, said, now)
    _plan(session, network, now)
    staff = network.actor(session, "admin")
    out, repaired = ResourceState.OUT_OF_ORDER, ResourceState.MAINTENANCE
    for name, state, note, back in (
        ("Epilog Zing 24", out, "lentille à remplacer, pièce commandée", now + timedelta(days=6)),
        ("Roland SRM-20", repaired, "graissage des axes", now - timedelta(hours=4)),
    ):
        set_state(session, staff, network.resources[name], state, note, back, now - timedelta(days=2))


def _report(session: Session, network: Network, said: Said, now: datetime) -> None:
    at = now - timedelta(hours=said.hours)
    report = Report(
        site_id=network.sites[HALL].id,
        resource_id=network.resources[said.machine].id if said.machine else None,
        kind=said.kind,
        text=said.text,
    )
    reporter_id = network.members[said.by].id if said.by else None
    problem = problems.report(session, reporter_id, report, at)
    if said.given_to is None:
        return
    actor = network.actor(session, said.given_to)
    steps = [Step(assigned_to_id=actor.member_id)]
    if said.waiting_for:
        steps.append(Step(state=_WAIT, waiting_for=said.waiting_for))
    if said.is_fixed:
        steps.append(Step(state=_FIXED, comment="Cartouche chauffante remplacée."))
    for hours, step in enumerate(steps, start=1):
        problems.advance(session, actor, problem.id, step, problem.version, at + timedelta(hours=hours))


def _plan(session: Session, network: Network, now: datetime) -> None:
    actor = network.actor(session, "fabmanager")
    for cents, (name, card, days) in enumerate(PLANS, start=8):
        resource_id, done_at = network.resources[name].id, now - timedelta(days=days)
        plan = maintenance.add_plan(session, actor, resource_id, card, done_at)
        plan.counted_from_use = 0
        done = Done(at=done_at, note="", plan_id=plan.id, minutes=25, cost_cents=cents * 150)
        upkeep.note_done(session, actor, resource_id, done, now)
