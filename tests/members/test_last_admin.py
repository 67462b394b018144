"""The network keeps an administrator, however administrators go, and also when two go at once."""

from datetime import UTC, datetime

import pytest

from fablab.core.db import transaction
from fablab.core.refusals import Refused
from fablab.members import queries, roles, services
from fablab.members.models import Member, Role, RoleGrant
from tests.conftest import Lab
from tests.support.threads import at_once

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def leave(lab: Lab, member_id: int) -> None:
    """What leaving, merging and erasing have in common."""
    with transaction() as session:
        roles.needs_another_admin(session, member_id)
        queries.member(session, member_id).left_at = NOW


def dismiss(lab: Lab, member_id: int) -> None:
    with transaction() as session:
        (grant,) = queries.grants_of(session, [member_id])[member_id]
        roles.dismiss(session, queries.actor(session, lab.cast.admin), grant.id)


def test_the_last_administrator_stays_and_anybody_else_goes(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        services.grant_role(session, queries.member(session, cast.maker), Role.ADMIN, site_id=cast.workshop)
    for go in (leave, dismiss):
        with pytest.raises(Refused) as refused:
            go(lab, cast.admin)
        assert refused.value.codes == ("last_admin",)

    leave(lab, cast.maker)
    leave(lab, cast.treasurer)
    with transaction() as session:
        services.grant_role(session, queries.member(session, cast.student), Role.ADMIN)
    leave(lab, cast.student)
    with pytest.raises(Refused):
        leave(lab, cast.admin)


@pytest.mark.parametrize("second", [leave, dismiss])
def test_of_two_who_go_at_once_one_stays(lab: Lab, second: object) -> None:
    cast = lab.cast
    with transaction() as session:
        services.grant_role(session, queries.member(session, cast.student), Role.ADMIN)

    done = at_once(lab.app, [lambda: leave(lab, cast.admin), lambda: second(lab, cast.student)])  # type: ignore[operator]

    assert sum(isinstance(item, Refused) for item in done) == 1
    lab.session.rollback()
    still = lab.session.query(RoleGrant).join(Member).filter(RoleGrant.role == Role.ADMIN, Member.left_at.is_(None))
    assert still.count() == 1
