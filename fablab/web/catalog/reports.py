"""What is known to be wrong with a resource, for its page; and for staff, how it was and what is due."""

from dataclasses import dataclass, field

from flask_login import current_user

from fablab.catalog import maintenance, outages, problem_queries
from fablab.catalog.maintenance import DuePlan
from fablab.catalog.models import Problem, Resource
from fablab.catalog.outages import Logged
from fablab.core import clock
from fablab.core.db import db
from fablab.members.models import Role
from fablab.web.ground import access


@dataclass(frozen=True, slots=True)
class Reports:
    """The open problems that everybody may read; the rest is for staff of its site."""

    problems: list[Problem]
    log: list[Logged] = field(default_factory=list)
    plans: list[DuePlan] = field(default_factory=list)


def reports(resource: Resource) -> Reports:
    """Those of a resource."""
    session = db.session()
    problems = problem_queries.open_problems(session, resource_id=resource.id)
    if not current_user.is_authenticated or not access.actor().may_at_site(Role.FABMANAGER, resource.site_id):
        return Reports(problems)
    plans = maintenance.plans(session, clock.now(), resource_id=resource.id)
    return Reports(problems, outages.state_log(session, resource.id), plans)
