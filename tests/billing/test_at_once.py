"""Several treasurers, fabmanagers and workers at once: no number twice, no use twice, no money lost."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, timedelta

from fablab.billing.charges import rate_waiting
from fablab.billing.models import Charge, InvoiceCharge, Price
from fablab.billing.month import drafts, issue
from fablab.billing.queries import broken_links
from fablab.core.db import transaction
from fablab.core.refusals import Refused
from fablab.usage import services as desk
from tests.billing.months import APRIL_2, MARCH, close, invoices, use
from tests.conftest import Lab
from tests.support.threads import at_once, in_background

MONTHS = [f"2026-{month:02d}" for month in range(1, 7)]
JULY = datetime(2026, 7, 2, 9, tzinfo=UTC)


class Changed(Exception):
    """Somebody thought better of it."""


def test_numbers_have_no_gap_however_many_issue_at_once_and_some_of_them_fail(lab: Lab) -> None:
    for month in range(1, 7):
        for who, hour in ((lab.cast.maker, 8), (lab.cast.student, 12)):
            use(lab, who, datetime(2026, month, 5, hour, tzinfo=UTC), 1800)
    ready = threading.Barrier(2 * len(MONTHS) + 3)

    def issue_one(month: str, *, fails: bool = False) -> int:
        ready.wait()
        with transaction() as session:
            count = len(issue(session, None, lab.cast.entity, month, JULY))
            if fails:
                raise Changed
            return count

    acts = [lambda month=month: issue_one(month) for month in MONTHS * 2]
    acts += [lambda month=month: issue_one(month, fails=True) for month in MONTHS[:3]]
    found = at_once(lab.app, acts)

    assert [type(answer) for answer in found[-3:]] == [Changed] * 3
    assert sorted(found[:-3], key=str) == [0] * 6 + [2] * 6
    assert [row.number for row in invoices(lab)] == [f"F2026-{number:05d}" for number in range(1, 13)]
    assert broken_links(lab.session, lab.cast.entity) == []
    on_lines = [row.charge_id for row in lab.session.query(InvoiceCharge)]
    assert sorted(on_lines) == sorted(row.id for row in lab.session.query(Charge))


def test_a_use_that_waited_for_a_price_is_charged_once_however_many_rate_it_at_once(lab: Lab) -> None:
    for hour in range(8):
        use(lab, lab.cast.maker, MARCH + timedelta(hours=2 * hour), resource=lab.cast.laser)
    with transaction() as session:
        session.add(a_price(lab))
    ready = threading.Barrier(4)

    def rate() -> int:
        ready.wait()
        with transaction() as session:
            return rate_waiting(session, APRIL_2)

    at_once(lab.app, [rate] * 4)

    assert lab.session.query(Charge).count() == 8
    assert [draft.bill.gross_cents for draft in drafts(lab.session, lab.cast.entity, "2026-03")] == [4800]


def test_two_who_give_a_print_to_different_members_at_once_bill_it_once(lab: Lab) -> None:
    usage = use(lab, lab.cast.maker)
    ready = threading.Barrier(4)

    def give_to(whom: int) -> None:
        ready.wait()
        give(lab, usage, whom)

    found = at_once(lab.app, [lambda who=who: give_to(who) for who in (lab.cast.student, lab.cast.trainer) * 2])

    assert found == [None] * 4
    assert len(drafts(lab.session, lab.cast.entity, "2026-03")) == 1
    assert sum(charge.quantity_seconds for charge in lab.session.query(Charge)) == 3600


def test_what_is_being_issued_can_no_longer_be_given_to_another(lab: Lab) -> None:
    usage = use(lab, lab.cast.maker)

    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            issue(session, None, lab.cast.entity, "2026-03", APRIL_2)
            other = begun(pool, lab, lambda: give(lab, usage, lab.cast.student))
        refused = other.exception(timeout=20)

    assert isinstance(refused, Refused)
    assert refused.codes == ("invoiced",)
    assert [row.gross_cents for row in invoices(lab)] == [300]
    assert lab.session.query(Charge).count() == 1


def test_what_is_being_given_to_another_is_issued_to_the_other(lab: Lab) -> None:
    usage = use(lab, lab.cast.maker)

    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            desk.give(session, lab.actor(lab.cast.admin), usage, lab.cast.student, APRIL_2)
            other = begun(pool, lab, lambda: close(lab))
        other.result(timeout=20)

    assert [row.gross_cents for row in invoices(lab)] == [150]
    assert close(lab) == []


def begun(pool: ThreadPoolExecutor, lab: Lab, act: Callable[[], object]) -> Future[object]:
    """Let somebody else begin; goes on when they have finished, or have had time enough to be found waiting."""
    other = in_background(pool, lab.app, act)
    wait([other], timeout=0.4)
    return other


def give(lab: Lab, usage: int, whom: int) -> None:
    with transaction() as session:
        desk.give(session, lab.actor(lab.cast.admin), usage, whom, APRIL_2)


def a_price(lab: Lab) -> Price:
    return Price(
        legal_entity_id=lab.cast.entity,
        category_id=lab.cast.lasers,
        valid_from=date(2026, 1, 1),
        amount_cents=600,
        per_seconds=3600,
        created_at=MARCH,
    )
