"""Staff decide about uses: whose they are, and whether they are billed."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from fablab.billing.charges import standing_charge
from fablab.billing.models import Charge
from fablab.billing.month import issue
from fablab.booking.models import Nature
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.members import services as people
from fablab.usage import queries, services
from fablab.usage.models import UsageSession
from machines.events import Outcome
from tests.conftest import Lab
from tests.prints import Printer, started

NOW = datetime(2026, 3, 20, 8, tzinfo=UTC)
TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)


@pytest.fixture
def nobodys(lab: Lab) -> int:
    """An hour that nobody had reserved."""
    return Printer(lab, lab.cast.printer).prints(TEN, 3600).id


def give(lab: Lab, usage: int, whom: int, *, by: int | None = None, **more: object) -> None:
    with transaction() as session:
        services.give(session, lab.actor(by or lab.cast.fabmanager), usage, whom, NOW, **more)


def waive(lab: Lab, usage: int, *, by: int | None = None, note: str = "Test", nature: Nature = Nature.MEMBER) -> None:
    with transaction() as session:
        services.waive(session, lab.actor(by or lab.cast.fabmanager), usage, nature, NOW, note=note)


def charges(lab: Lab, usage: int) -> list[tuple[int, int]]:
    lab.session.rollback()
    rows = lab.session.scalars(select(Charge).where(Charge.usage_session_id == usage).order_by(Charge.id))
    return [(row.member_id, row.quantity_seconds) for row in rows]


def test_a_print_that_is_given_to_a_member_is_charged_to_their_account(lab: Lab, nobodys: int) -> None:
    give(lab, nobodys, lab.cast.maker, note=" C'était lui ")

    usage = queries.usage_session(lab.session, nobodys)
    own = members.personal_account(lab.session, lab.cast.maker).id
    assert (usage.member_id, usage.account_id, usage.review) == (lab.cast.maker, own, None)
    assert (usage.settled_by_id, usage.settled_at, usage.note) == (lab.cast.fabmanager, NOW, "C'était lui")
    assert charges(lab, nobodys) == [(lab.cast.maker, 3600)]
    assert queries.waiting(lab.session, [lab.cast.workshop]) == []


def test_the_account_may_be_chosen_among_the_members_only(lab: Lab, nobodys: int) -> None:
    with transaction() as session:
        made = people.add_organisation(session, "Coopérative", members.member(session, lab.cast.maker), NOW).id

    with pytest.raises(Refused) as refused:
        give(lab, nobodys, lab.cast.student, account_id=made)
    assert refused.value.codes == ("account_unknown",)
    give(lab, nobodys, lab.cast.maker, account_id=made)

    charge = standing_charge(lab.session, nobodys)
    assert charge is not None
    assert charge.account_id == made


def test_giving_it_to_another_reverses_the_charge_and_makes_a_new_one(lab: Lab, nobodys: int) -> None:
    for whom in (lab.cast.maker, lab.cast.maker, lab.cast.student):
        give(lab, nobodys, whom)

    assert charges(lab, nobodys) == [
        (lab.cast.maker, 3600),
        (lab.cast.maker, -3600),
        (lab.cast.student, 3600),
    ]


def test_what_is_not_billed_has_its_charge_reversed_and_may_be_billed_after_all(lab: Lab, nobodys: int) -> None:
    give(lab, nobodys, lab.cast.maker)

    waive(lab, nobodys, note="Buse bouchée")
    assert standing_charge(lab.session, nobodys) is None
    assert [seconds for _, seconds in charges(lab, nobodys)] == [3600, -3600]
    usage = queries.usage_session(lab.session, nobodys)
    assert (usage.waived, usage.note, usage.review) == (True, "Buse bouchée", None)
    give(lab, nobodys, lab.cast.maker)

    assert [seconds for _, seconds in charges(lab, nobodys)] == [3600, -3600, 3600]


def test_a_test_print_is_maintenance_and_costs_nobody_anything(lab: Lab, nobodys: int) -> None:
    waive(lab, nobodys, nature=Nature.MAINTENANCE)

    usage = queries.usage_session(lab.session, nobodys)
    assert (usage.nature, usage.member_id, usage.review) == (Nature.MAINTENANCE, None, None)
    assert charges(lab, nobodys) == []


@pytest.mark.parametrize("note", ["", " ", "\n\x00"])
def test_not_billing_needs_a_reason(lab: Lab, nobodys: int, note: str) -> None:
    with pytest.raises(Refused) as refused:
        waive(lab, nobodys, note=note)

    assert refused.value.codes == ("reason_missing",)
    assert queries.usage_session(lab.session, nobodys).review is not None


@pytest.mark.parametrize("who", ["maker", "trainer", "treasurer"])
def test_only_a_fabmanager_of_its_site_decides(lab: Lab, nobodys: int, who: str) -> None:
    for act in (
        lambda: give(lab, nobodys, lab.cast.maker, by=getattr(lab.cast, who)),
        lambda: waive(lab, nobodys, by=getattr(lab.cast, who)),
    ):
        with pytest.raises(Forbidden):
            act()

    with transaction() as session:
        elsewhere = members.member(session, getattr(lab.cast, who))
        people.grant_role(session, elsewhere, people.Role.FABMANAGER, site_id=lab.cast.office)
    with pytest.raises(Forbidden):
        give(lab, nobodys, lab.cast.maker, by=getattr(lab.cast, who))


def test_a_use_that_there_is_not_is_not_found(lab: Lab) -> None:
    with pytest.raises(NotFound):
        give(lab, 999, lab.cast.maker)


def test_nothing_is_decided_while_a_print_goes_on(lab: Lab) -> None:
    printer = Printer(lab, lab.cast.printer)
    printer.says(TEN, started(TEN))
    running = printer.session_of().id

    for act in (lambda: give(lab, running, lab.cast.maker), lambda: waive(lab, running)):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.codes == ("still_running",)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNKNOWN])
def test_a_print_that_failed_is_billed_when_staff_say_so(lab: Lab, outcome: Outcome) -> None:
    usage = Printer(lab, lab.cast.printer).prints(TEN, 3600, outcome).id

    give(lab, usage, lab.cast.maker)

    assert charges(lab, usage) == [(lab.cast.maker, 3600)]


def test_what_is_on_an_issued_invoice_is_no_longer_changed(lab: Lab, nobodys: int) -> None:
    give(lab, nobodys, lab.cast.maker)
    with transaction() as session:
        issue(session, None, lab.cast.entity, "2026-03", NOW + timedelta(days=20))

    for act in (lambda: give(lab, nobodys, lab.cast.student), lambda: waive(lab, nobodys)):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.codes == ("invoiced",)
    give(lab, nobodys, lab.cast.maker)  # It is theirs already: nothing changes.

    lab.session.rollback()
    usage = lab.session.get_one(UsageSession, nobodys)
    assert (usage.member_id, usage.waived) == (lab.cast.maker, False)
    assert charges(lab, nobodys) == [(lab.cast.maker, 3600)]
