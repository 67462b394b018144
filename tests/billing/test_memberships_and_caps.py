"""A membership that an account pays for counts against its caps, as everything else that it spends."""

from functools import partial

import pytest

from fablab.billing import account_usage, items
from fablab.core.db import transaction
from fablab.core.refusals import Refused
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
