"""Giving and taking back roles."""

import pytest

from fablab.core.db import transaction
from fablab.core.errors import Forbidden
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.members import roles
from fablab.members.models import Role
from tests.conftest import Lab


def grant_of(lab: Lab, member_id: int) -> int:
    found = members.grants_of(lab.session, [member_id])[member_id][0].id
    lab.session.rollback()
    return found


def test_an_administrator_gives_and_takes_back_a_role(lab: Lab) -> None:
    admin = lab.actor(lab.cast.admin)
    with transaction() as session:
        roles.appoint(session, admin, lab.cast.maker, Role.FABMANAGER, site_id=lab.cast.workshop)
    assert lab.actor(lab.cast.maker).may_at_site(Role.FABMANAGER, lab.cast.workshop)

    grant = grant_of(lab, lab.cast.maker)
    with transaction() as session:
        roles.dismiss(session, admin, grant)
    assert lab.actor(lab.cast.maker).grants == ()


def test_the_last_administrator_cannot_be_lost(lab: Lab) -> None:
    grant = grant_of(lab, lab.cast.admin)

    with pytest.raises(Refused) as refused, transaction() as session:
        roles.dismiss(session, lab.actor(lab.cast.admin), grant)

    assert refused.value.codes == ("last_admin",)
    assert lab.actor(lab.cast.admin).may_everywhere(Role.ADMIN)


def test_of_two_administrators_one_may_go(lab: Lab) -> None:
    with transaction() as session:
        roles.appoint(session, lab.actor(lab.cast.admin), lab.cast.maker, Role.ADMIN)

    grant = grant_of(lab, lab.cast.admin)
    with transaction() as session:
        roles.dismiss(session, lab.actor(lab.cast.maker), grant)

    assert lab.actor(lab.cast.admin).grants == ()


def test_nobody_else_gives_or_takes_roles(lab: Lab) -> None:
    grant = grant_of(lab, lab.cast.trainer)

    for who in (lab.cast.fabmanager, lab.cast.treasurer, lab.cast.trainer, lab.cast.maker):
        with pytest.raises(Forbidden), transaction() as session:
            roles.appoint(session, lab.actor(who), who, Role.ADMIN)
        with pytest.raises(Forbidden), transaction() as session:
            roles.dismiss(session, lab.actor(who), grant)
