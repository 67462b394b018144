"""What each role allows, and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.core.errors import Forbidden
from fablab.members.actor import Actor, Grant
from fablab.members.models import Role

HERE, THERE = 1, 2
ALLOWED = {
    Role.HOST: {Role.HOST},
    Role.TRAINER: {Role.TRAINER, Role.HOST},
    Role.FABMANAGER: {Role.FABMANAGER, Role.TRAINER, Role.HOST},
    Role.TREASURER: {Role.TREASURER},
    Role.ADMIN: set(Role),
}
"""What each role includes."""


@pytest.mark.parametrize("wanted", list(Role))
@pytest.mark.parametrize("held", list(Role))
def test_a_role_of_the_network_allows_what_it_includes_everywhere(held: Role, wanted: Role) -> None:
    actor, right = Actor(7, (Grant(held),)), wanted in ALLOWED[held]

    assert actor.may_at_site(wanted, HERE) == actor.may_for_entity(wanted, HERE) == right
    assert actor.may_anywhere(wanted) == actor.may_everywhere(wanted) == right


@pytest.mark.parametrize("wanted", list(Role))
@pytest.mark.parametrize("held", list(Role))
def test_a_role_of_a_site_allows_nothing_elsewhere(held: Role, wanted: Role) -> None:
    actor, right = Actor(7, (Grant(held, site_id=HERE),)), wanted in ALLOWED[held]

    assert actor.may_at_site(wanted, HERE) == actor.may_anywhere(wanted) == right
    assert not actor.may_at_site(wanted, THERE)
    assert not actor.may_for_entity(wanted, HERE)
    assert not actor.may_everywhere(wanted)
    assert actor.sites_of(wanted, [HERE, THERE]) == ([HERE] if right else [])


@pytest.mark.parametrize("wanted", list(Role))
@pytest.mark.parametrize("held", list(Role))
def test_a_role_for_an_entity_allows_nothing_for_another(held: Role, wanted: Role) -> None:
    actor, right = Actor(7, (Grant(held, legal_entity_id=HERE),)), wanted in ALLOWED[held]

    assert actor.may_for_entity(wanted, HERE) == actor.may_anywhere(wanted) == right
    assert not actor.may_for_entity(wanted, THERE)
    assert not actor.may_at_site(wanted, HERE)
    assert not actor.may_everywhere(wanted)


@given(
    st.lists(
        st.builds(Grant, st.sampled_from(Role), st.none() | st.integers(1, 2), st.none() | st.integers(1, 2)),
        max_size=4,
    ),
    st.sampled_from(Role),
    st.integers(1, 2),
)
def test_more_roles_never_allow_less_and_asking_agrees_with_needing(
    grants: list[Grant], wanted: Role, place: int
) -> None:
    actor, fewer = Actor(7, tuple(grants)), Actor(7, tuple(grants[1:]))

    for may, needs in (
        (Actor.may_at_site, Actor.needs_at_site),
        (Actor.may_for_entity, Actor.needs_for_entity),
    ):
        assert may(actor, wanted, place) >= may(fewer, wanted, place)
        assert may(actor, wanted, place) == is_let(lambda needs=needs: needs(actor, wanted, place))
    assert actor.may_anywhere(wanted) == is_let(lambda: actor.needs_anywhere(wanted))
    assert actor.may_everywhere(wanted) == is_let(lambda: actor.needs_everywhere(wanted))
    assert actor.may_everywhere(wanted) <= actor.may_at_site(wanted, place) <= actor.may_anywhere(wanted)


def test_a_member_without_a_role_may_nothing_and_is_no_staff() -> None:
    nobody = Actor(7)

    assert not any(nobody.may_anywhere(role) for role in Role)
    assert not nobody.is_staff


def is_let(ask: object) -> bool:
    try:
        ask()  # type: ignore[operator]
    except Forbidden:
        return False
    return True
