"""An organisation of the cast's: the maker owns it, the student and the newcomer are in it."""

from datetime import UTC, datetime

import pytest

from fablab.core.db import transaction
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.members import services
from fablab.members.models import AccountMember
from fablab.members.organisations import cards, inviting, people, projects
from fablab.members.organisations.people import PlaceCard
from fablab.members.organisations.projects import ProjectCard
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def cooperative(lab: Lab, *, cap: int | None = None) -> int:
    """The organisation's account, perhaps with a cap."""
    with transaction() as session:
        account = services.add_organisation(session, "Coopérative", members.member(session, lab.cast.maker), NOW)
        for who in (lab.cast.student, lab.cast.newcomer):
            session.add(AccountMember(account_id=account.id, member_id=who, joined_at=NOW))
        account.monthly_cap_cents = cap
        return account.id


def project(lab: Lab, account_id: int, name: str = "Vélo cargo", **more: object) -> int:
    """A project of its."""
    with transaction() as session:
        card = ProjectCard(name=name, **more)
        return projects.add(session, lab.actor(lab.cast.maker), account_id, card, NOW).id


def allow(lab: Lab, account_id: int, who: int, *, by: int | None = None, **card: object) -> None:
    """Say what somebody is allowed in it."""
    with transaction() as session:
        version = people.person_of(session, account_id, who).version
        actor = lab.actor(by or lab.cast.maker)
        people.edit_place(session, actor, (account_id, who), PlaceCard(**card), version, NOW)


def write(lab: Lab, account_id: int, *, by: int | None = None, version: int | None = None, **card: object) -> None:
    """Change its card."""
    with transaction() as session:
        row = members.account(session, account_id)
        written = cards.AccountCard(**{"name": row.name, **card})
        cards.edit_account(session, lab.actor(by or lab.cast.maker), account_id, written, version or row.version, NOW)


def codes(refused: pytest.ExceptionInfo[Refused]) -> tuple[str, ...]:
    """Why it was refused."""
    return refused.value.codes


def invite(lab: Lab, account: int, *, by: int | None = None, email: str = "") -> str:
    """Invite somebody into it; the secret."""
    with transaction() as session:
        return inviting.invite(session, lab.actor(by or lab.cast.maker), account, email, NOW)[1]


def accept(lab: Lab, secret: str, who: int) -> None:
    """Join it."""
    with transaction() as session:
        inviting.accept(session, lab.actor(who), secret, NOW)


def remove(lab: Lab, account: int, who: int, *, by: int) -> None:
    """End somebody's place in it."""
    with transaction() as session:
        people.remove(session, lab.actor(by), account, who, NOW)


def inside(lab: Lab, account: int) -> set[int]:
    """Who is in it."""
    lab.session.rollback()
    return {row.member_id for row in people.people_of(lab.session, account)}
