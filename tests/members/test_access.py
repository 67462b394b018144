"""Tokens of programs, and links that set a password."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fablab.core.db import transaction
from fablab.core.errors import NotFound
from fablab.core.refusals import Refused
from fablab.members import queries, services
from fablab.members.models import AccessToken, PasswordToken
from fablab.members.services import LINK_LIFE
from fablab.members.signals import password_link_made
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def make_token(lab: Lab, who: int, name: str = "script") -> str:
    with transaction() as session:
        return services.make_token(session, queries.member(session, who), name, NOW)


def revoke(lab: Lab, who: int, token_id: int) -> None:
    with transaction() as session:
        services.revoke_token(session, lab.actor(who), token_id, NOW)


def test_only_the_hash_of_a_token_is_kept_with_its_last_letters(lab: Lab) -> None:
    secret = make_token(lab, lab.cast.maker, " script\n")

    kept = lab.session.query(AccessToken).one()
    values = [str(getattr(kept, column.key)) for column in AccessToken.__table__.columns]
    assert (kept.name, kept.hint) == ("script", secret[-4:])
    assert not [value for value in values if secret in value or secret[3:20] in value]
    assert len(secret) > 40


def test_a_token_opens_what_its_owner_may(lab: Lab) -> None:
    secret = make_token(lab, lab.cast.maker)

    found = queries.token(lab.session, secret)

    assert found is not None
    assert found.member_id == lab.cast.maker
    assert queries.token(lab.session, secret[:-1]) is None
    assert queries.token(lab.session, queries.hash_of(secret)) is None


def test_a_token_has_a_name(lab: Lab) -> None:
    with pytest.raises(Refused) as refused:
        make_token(lab, lab.cast.maker, " \t")

    assert refused.value.codes == ("name_missing",)


def test_one_revokes_ones_own_tokens_only_and_twice_equals_once(lab: Lab) -> None:
    secret = make_token(lab, lab.cast.maker)
    token_id = lab.session.query(AccessToken.id).scalar()

    for stranger in (lab.cast.student, lab.cast.admin):
        with pytest.raises(NotFound):
            revoke(lab, stranger, token_id)
    assert queries.token(lab.session, secret) is not None
    revoke(lab, lab.cast.maker, token_id)
    revoke(lab, lab.cast.maker, token_id)

    assert queries.token(lab.session, secret) is None
    assert queries.tokens_of(lab.session, lab.cast.maker) == []


def test_the_token_of_somebody_who_left_is_dead(lab: Lab) -> None:
    secret = make_token(lab, lab.cast.maker)

    with transaction() as session:
        queries.member(session, lab.cast.maker).left_at = NOW

    assert queries.token(lab.session, secret) is None


def test_a_tokens_last_use_is_remembered_to_the_hour(lab: Lab) -> None:
    make_token(lab, lab.cast.maker)
    token_id = lab.session.query(AccessToken.id).scalar()

    for minutes in (0, 59, 61):
        with transaction() as session:
            services.note_token_use(session, token_id, NOW + timedelta(minutes=minutes))

    assert lab.session.get_one(AccessToken, token_id).last_used_at == NOW + timedelta(minutes=61)


def test_a_link_works_until_it_is_used_and_then_every_other_is_dead_too(lab: Lab, secrets: list[str]) -> None:
    for _ in range(2):
        with transaction() as session:
            services.send_password_link(session, queries.member(session, lab.cast.maker), NOW)
    first, second = secrets
    version = queries.member(lab.session, lab.cast.maker).session_version

    with transaction() as session:
        link = queries.password_token(session, second, NOW + timedelta(hours=1))
        assert link is not None
        assert link.member_id == lab.cast.maker
        services.set_password(session, queries.member(session, lab.cast.maker), "hash", NOW + timedelta(hours=1))

    assert [queries.password_token(lab.session, secret, NOW) for secret in (first, second)] == [None, None]
    member = queries.member(lab.session, lab.cast.maker)
    assert (member.password_hash, member.session_version) == ("hash", version + 1)


def test_a_link_runs_out_after_a_day(lab: Lab, secrets: list[str]) -> None:
    with transaction() as session:
        services.send_password_link(session, queries.member(session, lab.cast.maker), NOW)

    assert queries.password_token(lab.session, secrets[0], NOW + LINK_LIFE - timedelta(seconds=1)) is not None
    assert queries.password_token(lab.session, secrets[0], NOW + LINK_LIFE) is None


def test_setting_a_password_leaves_the_links_of_others_alone(lab: Lab, secrets: list[str]) -> None:
    with transaction() as session:
        services.send_password_link(session, queries.member(session, lab.cast.student), NOW)
        services.set_password(session, queries.member(session, lab.cast.maker), "hash", NOW)

    assert queries.password_token(lab.session, secrets[0], NOW) is not None


def test_only_the_hash_of_a_link_is_kept(lab: Lab, secrets: list[str]) -> None:
    with transaction() as session:
        services.send_password_link(session, queries.member(session, lab.cast.maker), NOW)

    assert len(secrets[0]) >= 43
    assert lab.session.query(PasswordToken.hash).scalar() == queries.hash_of(secrets[0]) != secrets[0]


def test_signing_out_everywhere_ends_what_is_open(lab: Lab) -> None:
    version = queries.member(lab.session, lab.cast.maker).session_version

    with transaction() as session:
        services.end_sign_ins(session, lab.cast.maker)

    assert queries.member(lab.session, lab.cast.maker).session_version == version + 1


@pytest.fixture
def secrets() -> Iterator[list[str]]:
    """The secrets of the links that are made; what mails them hears of them in the same way."""
    heard: list[str] = []

    def hear(sender: Any, *, secret: str, **more: Any) -> None:
        heard.append(secret)

    with password_link_made.connected_to(hear):
        yield heard
