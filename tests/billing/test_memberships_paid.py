"""What memberships cost: it counts against the caps of the account that pays, and nobody decides about their own."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy.orm import Session

from fablab.billing import account_usage, items
from fablab.core.db import transaction
from fablab.core.refusals import Refused
from fablab.members import cards
from fablab.members.cards import DeskCard, PersonCard
from fablab.members.classes import ClassSetting, set_class
from fablab.members.models import Membership
from tests.conftest import Lab
from tests.members.lab_of_memberships import NOW, add_kind, renew, sell
from tests.members.organisations import allow, cooperative, write
from tests.support.threads import at_once


def charged(lab: Lab, account: int) -> int:
    lab.session.rollback()
    usage = account_usage.usage_of(lab.session, lab.actor(lab.cast.maker), account, "2026-03", NOW)
    assert usage.whole is not None
    return usage.whole.spent.charged_cents


def test_nobody_buys_a_membership_beyond_the_cap_of_the_account_that_pays(lab: Lab) -> None:
    cast, kind, account = lab.cast, add_kind(lab, 4000), cooperative(lab)
    theirs = {"who": cast.student, "holder_id": cast.student, "account_id": account}
    for allowed in (0, 3999):
        allow(lab, account, cast.student, monthly_cap_cents=allowed)
        with pytest.raises(Refused) as refused:
            sell(lab, kind, **theirs)
        assert refused.value.codes == ("cap_reached",)
        assert lab.session.query(Membership).count() == 0
    allow(lab, account, cast.student, monthly_cap_cents=4000)

    made = sell(lab, kind, **theirs)

    assert charged(lab, account) == 4000
    with pytest.raises(Refused) as refused:
        renew(lab, made, who=cast.student)
    assert refused.value.codes == ("cap_reached",)
    write(lab, account, monthly_cap_cents=4000)
    with pytest.raises(Refused):
        sell(lab, kind, holder_id=cast.newcomer, account_id=account)
    with transaction() as session:
        items.waive_membership(session, lab.actor(cast.admin), made, "Offered", NOW)
    assert charged(lab, account) == 0
    sell(lab, kind, holder_id=cast.newcomer, account_id=account)


def test_two_who_buy_at_once_do_not_pass_the_cap_together(lab: Lab) -> None:
    cast, kind, account = lab.cast, add_kind(lab, 4000), cooperative(lab, cap=7999)
    lab.session.rollback()

    def buy(who: int) -> int:
        return sell(lab, kind, who=who, holder_id=who, account_id=account)

    done = at_once(lab.app, [partial(buy, who) for who in (cast.student, cast.newcomer, cast.maker)])

    assert sum(isinstance(item, Refused) for item in done) == 2
    assert charged(lab, account) == 4000


def test_no_member_of_staff_decides_what_they_themselves_pay(lab: Lab) -> None:
    cast, today = lab.cast, NOW.date()
    staff = lab.actor(cast.fabmanager)
    own = sell(lab, add_kind(lab, 4000), holder_id=cast.fabmanager)
    desk = DeskCard(class_id=cast.students)
    card = PersonCard(name="Fabmanager", email="fabmanager@test.example")
    lab.session.rollback()

    def refused(act: Callable[[Session], object]) -> bool:
        with pytest.raises(Refused) as caught, transaction() as session:
            act(session)
        return caught.value.codes == ("own",)

    assert refused(lambda session: items.waive_membership(session, staff, own, "Because", NOW))
    assert refused(lambda session: cards.edit_as_staff(session, staff, cast.fabmanager, card, desk, 1, NOW))
    setting = ClassSetting(class_id=cast.students, reason="Because", until=today)
    assert refused(lambda session: set_class(session, staff, cast.fabmanager, setting, NOW))
    with transaction() as session:
        same = DeskCard(class_id=cast.adults, staff_note="x")
        cards.edit_as_staff(session, staff, cast.fabmanager, card, same, 1, NOW)
        set_class(session, lab.actor(cast.admin), cast.fabmanager, setting, NOW)
