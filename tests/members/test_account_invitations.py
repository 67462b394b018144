"""Invitations to an organisation's account: each lets one person in, once, and is kept no longer."""

import threading
from datetime import timedelta

import pytest

from fablab.core.db import transaction
from fablab.core.errors import NotFound
from fablab.core.refusals import Refused
from fablab.members import queries
from fablab.members.models import Account, AccountInvitation, Member
from fablab.members.organisations import cards, inviting
from tests.conftest import Lab
from tests.members.organisations import NOW, accept, allow, codes, cooperative, inside, invite, remove
from tests.support.threads import at_once


def test_an_invitation_lets_one_person_in_once(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    secret = invite(lab, account, email="trainer@test.example")

    accept(lab, secret, cast.student)
    accept(lab, secret, cast.trainer)

    assert inside(lab, account) == {cast.maker, cast.student, cast.newcomer, cast.trainer}
    used = lab.session.query(AccountInvitation).one()
    assert (used.used_by_id, used.email) == (cast.trainer, None)
    lab.session.rollback()
    with pytest.raises(NotFound):
        accept(lab, secret, cast.admin)


def test_an_invitation_that_ended_lets_nobody_in(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    over, revoked, by_gone, of_closed = (invite(lab, account) for _ in range(4))
    allow(lab, account, cast.student, is_owner=True)
    by_gone = invite(lab, account, by=cast.student)
    with transaction() as session:
        rows = {row.hash: row for row in session.query(AccountInvitation)}
        rows[queries.hash_of(over)].expires_at = NOW
        inviting.revoke(session, lab.actor(cast.maker), account, rows[queries.hash_of(revoked)].id, NOW)
    remove(lab, account, cast.student, by=cast.maker)

    for secret in (over, revoked, by_gone, "", "x" * 500):
        with pytest.raises(NotFound):
            accept(lab, secret, cast.trainer)
    with transaction() as session:
        cards.close(session, lab.actor(cast.maker), account, 1, NOW)
    with pytest.raises(NotFound):
        accept(lab, of_closed, cast.trainer)
    with pytest.raises(Refused) as refused:
        invite(lab, account)
    assert codes(refused) == ("account_closed",)


def test_of_two_who_open_an_invitation_at_once_one_joins(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    secret, ready = invite(lab, account), threading.Barrier(4)

    def join(who: int) -> None:
        ready.wait()
        accept(lab, secret, who)

    found = at_once(lab.app, [lambda who=who: join(who) for who in (cast.trainer, cast.admin) * 2])

    joined = inside(lab, account) & {cast.trainer, cast.admin}
    assert len(joined) == 1
    # Who joined clicked twice, which is as good as once; the other is told that the link is over.
    told = [item is None for item in found]
    assert told == [who in joined for who in (cast.trainer, cast.admin) * 2]


def test_only_an_organisation_has_several_people_and_nobody_mails_strangers_without_end(lab: Lab) -> None:
    account = cooperative(lab)
    own = queries.personal_account(lab.session, lab.cast.maker).id
    for where, email, code in ((own, "", "personal"), (account, "nowhere", "email_invalid")):
        with pytest.raises(Refused) as refused:
            invite(lab, where, email=email)
        assert codes(refused) == (code,)
    for _ in range(inviting.AT_ONCE):
        invite(lab, account)
    with pytest.raises(Refused) as refused:
        invite(lab, account)
    assert codes(refused) == ("too_many_attempts",)


def test_an_address_is_kept_no_longer_than_its_invitation(lab: Lab) -> None:
    account = cooperative(lab)
    invite(lab, account, email="somebody@else.example")
    with transaction() as session:
        session.query(AccountInvitation).update({"expires_at": NOW - timedelta(days=1)})
    invite(lab, account)

    assert [row.email for row in lab.session.query(AccountInvitation)] == [None, None]
    assert lab.session.query(Member).filter(Member.email == "somebody@else.example").count() == 0
    assert lab.session.query(Account).filter_by(kind="organisation").count() == 1
