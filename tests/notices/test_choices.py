"""What people chose to be told: each kind switched off by itself, and what always comes."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from fablab.booking import moving, no_shows, services
from fablab.booking.handing import giving
from fablab.booking.moving import Change
from fablab.core.actor import Actor
from fablab.core.db import transaction
from fablab.core.outbox import OutboxRow
from fablab.core.paths import TEMPLATES
from fablab.core.refusals import Refused
from fablab.members import guardians
from fablab.members import services as people
from fablab.members.conduct import policies
from fablab.members.conduct.policies import PolicyCard
from fablab.members.conduct.rules import Rules
from fablab.notices import choices, kinds
from fablab.notices.choices import Choices
from fablab.notices.kinds import NoticeKind
from tests.booking.line import HOUR, join, work
from tests.booking.rules_of_a_lab import NOW, TEN, book
from tests.conftest import Lab, hours_from
from tests.mails import mails


def switch_off(lab: Lab, *off: NoticeKind, who: int | None = None) -> None:
    with transaction() as session:
        session.query(OutboxRow).delete()
        choices.choose(session, lab.actor(who or lab.cast.maker), Choices(frozenset(off)))


def confirmation(lab: Lab) -> None:
    book(lab, lab.cast.maker, HOUR)


def change(lab: Lab) -> None:
    made, other = (book(lab, lab.cast.maker, hours_from(TEN + timedelta(hours=hour), 1)) for hour in (0, 2))
    with transaction() as session:
        session.query(OutboxRow).delete()
        moving.change(session, lab.actor(lab.cast.admin), made, Change(resource_id=lab.cast.other_printer), NOW)
        services.cancel(session, lab.actor(lab.cast.admin), other, NOW)


def offer(lab: Lab) -> None:
    held, other = (book(lab, lab.cast.student, hours_from(TEN + timedelta(hours=hour), 1)) for hour in (0, 2))
    join(lab, lab.cast.maker, HOUR)
    with transaction() as session:
        services.cancel(session, lab.actor(lab.cast.student), held, NOW)
        giving.offer(session, lab.actor(lab.cast.student), other, "maker@test.example", NOW)
    work()


def no_show(lab: Lab) -> None:
    made = book(lab, lab.cast.maker, HOUR)
    with transaction() as session:
        session.query(OutboxRow).delete()
        no_shows.no_show(session, lab.actor(lab.cast.admin), made, TEN + timedelta(minutes=30))


HAPPENINGS: dict[NoticeKind, tuple[Callable[[Lab], None], int]] = {
    NoticeKind.CONFIRMATION: (confirmation, 1),
    NoticeKind.CHANGE: (change, 2),
    NoticeKind.OFFER: (offer, 2),
    NoticeKind.NO_SHOW: (no_show, 1),
}


@pytest.mark.parametrize("kind", HAPPENINGS)
def test_what_is_switched_off_does_not_come(lab: Lab, kind: NoticeKind) -> None:
    happens, _count = HAPPENINGS[kind]
    switch_off(lab, kind)
    happens(lab)
    assert mails("maker@test.example") == []


@pytest.mark.parametrize("kind", HAPPENINGS)
def test_who_switched_all_others_off_gets_this_kind(lab: Lab, kind: NoticeKind) -> None:
    happens, count = HAPPENINGS[kind]
    switch_off(lab, *NoticeKind)
    switch_off(lab, *(other for other in NoticeKind if other != kind))
    happens(lab)
    assert len(mails("maker@test.example")) == count


def test_each_chooses_for_themselves_guardians_too(lab: Lab) -> None:
    with transaction() as session:
        guardians.appoint(session, lab.actor(lab.cast.admin), lab.cast.trainer, lab.cast.maker, NOW)
    switch_off(lab, NoticeKind.NO_SHOW)

    no_show(lab)

    assert mails("maker@test.example") == []
    assert len(mails("trainer@test.example")) == 1


def test_what_is_about_sanctions_and_security_always_comes(lab: Lab) -> None:
    switch_off(lab, *NoticeKind)
    rules = Rules(cancel_minutes=120, no_show_strikes=True, grace_minutes=15, ladder=())
    with transaction() as session:
        policies.write_policy(session, lab.actor(lab.cast.admin), None, PolicyCard(rules=rules), 0, NOW)

    no_show(lab)
    with transaction() as session:
        people.send_password_link(session, session.get_one(people.Member, lab.cast.maker), NOW)

    assert len(mails("maker@test.example")) == 2


def test_every_mail_that_may_be_switched_off_is_there_and_none_of_them_is_about_money_or_sanctions() -> None:
    names = {path.stem for path in (Path(TEMPLATES) / "mail").glob("*.txt")}

    assert set(kinds.KIND_OF) <= names
    always = ("invoice", "fee", "fee_waived", "struck", "hold_placed", "password_link", "email_change", "erased")
    assert names >= set(always)
    assert not set(always) & set(kinds.KIND_OF)


def test_choosing_twice_keeps_one_row_of_each_kind_and_nothing_unheard_of_is_kept(lab: Lab) -> None:
    for hours in (2, 48):
        with transaction() as session:
            choices.choose(session, lab.actor(lab.cast.maker), Choices(frozenset({NoticeKind.OFFER}), hours))

    assert choices.choices_of(lab.session, lab.cast.maker) == Choices(frozenset({NoticeKind.OFFER}), 48)
    lab.session.rollback()
    with pytest.raises(Refused), transaction() as session:
        choices.choose(session, Actor(lab.cast.maker), Choices(hours=5))
