"""What giving back late, or not coming, costs: told before, charged once, dropped where others take the time."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fablab.billing.fees import charge_waiting_fees
from fablab.billing.models import InvoiceItem, IssuerRule, ItemCharge, Price
from fablab.billing.month import drafts, issue
from fablab.billing.services import PriceCard, add_price
from fablab.billing.spending import commitments
from fablab.booking import fees, moving, no_shows, queries, telling
from fablab.booking.models import ReservationState
from fablab.booking.moving import Change
from fablab.booking.policy import writing
from fablab.booking.purse import Kind
from fablab.catalog.models import Resource, ResourceState
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.money import rounded
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.members.conduct import strikes
from fablab.members.privacy import erasing
from tests.booking.terms_lab import (
    HOUR,
    MINUTE,
    NOW,
    TEN,
    book,
    cancel,
    fee,
    look_after,
    policy,
    row,
    rule,
    struck,
    told,
)
from tests.conftest import Lab
from tests.mails import mails
from tests.support.threads import at_once

LATE = TEN - HOUR
APRIL = TEN + timedelta(days=30)


class Killed(Exception):
    """The worker is no more."""


def charges(lab: Lab) -> list[tuple[int | None, int, int]]:
    """Every charge for a reservation: which, pieces and cents."""
    lab.session.rollback()
    found = lab.session.query(ItemCharge).order_by(ItemCharge.id)
    return [(item.reservation_id, item.quantity, item.price_cents) for item in found]


def said(lab: Lab, reservation_id: int, now: datetime, who: int | None = None) -> telling.Told:
    seen = queries.reservation(lab.session, reservation_id)
    return telling.before_cancelling(lab.session, lab.actor(who or lab.cast.maker), seen, now)


def waive(lab: Lab, reservation_id: int, who: int, reason: str = "Malade.") -> None:
    with transaction() as session:
        fees.waive(session, lab.actor(who), reservation_id, reason, TEN)


def priced(lab: Lab, first: date, cents: int, per_seconds: int = 3600) -> None:
    """Another price of the printers from a day on."""
    entity, printers = lab.cast.entity, lab.cast.printers
    with transaction() as session:
        card = PriceCard(
            legal_entity_id=entity,
            category_id=printers,
            class_id=None,
            valid_from=first,
            amount_cents=cents,
            per_seconds=per_seconds,
        )
        add_price(session, lab.actor(lab.cast.treasurer), card, NOW)


def miss(lab: Lab, reservation_id: int) -> None:
    with transaction() as session:
        no_shows.no_show(session, lab.actor(lab.cast.fabmanager), reservation_id, TEN + 20 * MINUTE)


def test_giving_back_late_costs_what_was_said_before_and_not_a_cent_that_was_not(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "cancellation", minutes=120, fee_cents=500, price_percent=50)
    made = book(lab)

    assert said(lab, made, TEN - 2 * HOUR).sentences == (), "exactly two hours before is in time"
    told_now = said(lab, made, LATE)
    assert (told_now.text, told_now.cost.cents) == ("Annuler maintenant coûte 8,00\xa0€.", 800)
    for cents in (0, 799):
        with pytest.raises(Refused) as refused:
            cancel(lab, made, LATE, cents=cents)
        assert refused.value.codes == ("costs",)
    assert row(lab, made).state == ReservationState.BOOKED
    cancel(lab, made, LATE, cents=800)
    cancel(lab, made, LATE, cents=800)

    assert charges(lab) == [(made, 1, 800)]
    item = lab.session.query(ItemCharge).one()
    account = members.personal_account(lab.session, cast.maker)
    assert (item.account_id, item.vat_rate_bp, item.gross, item.month) == (account.id, 2000, True, "2026-03")
    assert item.description.startswith("Given back late: Prusa n°1")
    (mail,) = [item for item in mails("maker@test.example") if item["subject"] == "€8.00 for Prusa n°1"]
    assert "€8.00 are due" in mail["body"]
    (draft,) = drafts(lab.session, cast.entity, "2026-03")
    assert (draft.bill.gross_cents, draft.bill.vat_cents) == (800, 133)


def test_what_costs_nothing(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "cancellation", minutes=120, fee_cents=500, strikes=True)
    cancel(lab, book(lab), LATE, who=cast.fabmanager)
    cancel(lab, book(lab, now=LATE), LATE + 9 * MINUTE)
    broken = book(lab, resource_id=cast.other_printer)
    with transaction() as session:
        session.get_one(Resource, cast.other_printer).state = ResourceState.OUT_OF_ORDER
    cancel(lab, broken, LATE)
    left = book(lab)
    with transaction() as session:
        erasing.leave(session, [cast.maker], cast.admin, LATE)
    assert row(lab, left).state == ReservationState.CANCELLED
    assert (charges(lab), struck(lab)) == ([], [])
    with pytest.raises(NotFound):
        waive(lab, left, cast.admin)


def test_one_act_strikes_once_whatever_asks_for_it(lab: Lab) -> None:
    policy(lab, cancel_minutes=120, no_show_strikes=True)
    rule(lab, "cancellation", minutes=120, strikes=True)
    late, missed, other = (book(lab, TEN + 4 * HOUR * number) for number in range(3))
    assert said(lab, late, LATE).text.startswith("Il est tard")
    cancel(lab, late, LATE)
    with transaction() as session:
        no_shows.no_show(session, lab.actor(lab.cast.fabmanager), missed, TEN + 5 * HOUR)
    assert struck(lab) == [("late_cancellation", f"reservation:{late}"), ("no_show", f"reservation:{missed}")]
    assert charges(lab) == []
    assert said(lab, other, TEN + 8 * HOUR - 2 * HOUR).sentences != (), "the policy counts the last minute too"


def test_stricter_rules_of_later_cost_nothing_more_and_kinder_ones_do(lab: Lab) -> None:
    before = book(lab)
    first = rule(lab, "cancellation", minutes=120, fee_cents=500)
    made = book(lab, TEN + 3 * HOUR)
    second = rule(lab, "cancellation", minutes=2880, fee_cents=5000, strikes=True)

    assert said(lab, before, LATE).sentences == said(lab, made, TEN).sentences == ()
    assert said(lab, made, TEN + 2 * HOUR).cost.cents == 500
    with transaction() as session:
        writing.end(session, lab.actor(lab.cast.admin), second, NOW)
        writing.end(session, lab.actor(lab.cast.admin), first, NOW)
    assert said(lab, made, TEN + 2 * HOUR).sentences == ()


def test_who_moves_it_has_the_terms_of_then_and_who_is_moved_keeps_theirs(lab: Lab) -> None:
    cast = lab.cast
    made, own = book(lab), book(lab, TEN + 4 * HOUR)
    rule(lab, "cancellation", minutes=120, fee_cents=500)

    def move(who: int, key: int) -> None:
        with transaction() as session:
            moving.change(session, lab.actor(who), key, Change(resource_id=cast.other_printer), NOW + HOUR)

    move(cast.fabmanager, made)
    move(cast.maker, own)

    assert said(lab, made, LATE).cost.cents == 0
    assert said(lab, own, TEN + 3 * HOUR).cost.cents == 500


def test_the_price_is_the_lower_one_of_then_and_now(lab: Lab) -> None:
    rule(lab, "cancellation", minutes=120, price_percent=100)
    made = book(lab)
    for cents, expected, day in ((900, 600, 2), (100, 200, 3)):
        priced(lab, date(2026, 3, day), cents)
        assert said(lab, made, LATE).cost.cents == expected


@pytest.mark.parametrize("how", ["whole", "in two", "moved here"])
def test_nothing_is_due_if_others_take_all_of_the_time(lab: Lab, how: str) -> None:
    cast = lab.cast
    rule(lab, "cancellation", minutes=120, fee_cents=500, strikes=True, free_if_taken=True)
    made = book(lab)
    moved = book(lab, TEN + 6 * HOUR, member_id=cast.student)
    assert "par quelqu’un d’autre" in said(lab, made, LATE).text
    cancel(lab, made, LATE, cents=500)
    assert (charges(lab), struck(lab), look_after(lab, TEN - MINUTE)) == ([], [], [])
    account = members.personal_account(lab.session, cast.maker)
    waiting = [
        item.cents for item in commitments(lab.session, account.id, "2026-03", LATE) if item.kind == Kind.WAITING
    ]
    assert waiting == [500]
    if how == "whole":
        book(lab, member_id=cast.student, now=LATE)
    elif how == "in two":
        book(lab, TEN, 1, member_id=cast.student, now=LATE)
        book(lab, TEN + HOUR, 1, member_id=cast.student, now=LATE)
    else:
        with transaction() as session:
            moving.change(session, lab.actor(cast.student), moved, Change(period=row(lab, made).period), LATE)

    assert look_after(lab, TEN) == [made]
    assert look_after(lab, TEN) == []

    found = fee(lab, made)
    assert found is not None
    assert (found.due_cents, found.was_taken, charges(lab), struck(lab)) == (0, True, [], [])
    assert [item["subject"] for item in mails("maker@test.example")][-1] == "Nothing to pay: Prusa n°1"


def test_all_of_it_is_due_if_a_part_stayed_free_or_they_took_it_again_themselves(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "cancellation", minutes=120, fee_cents=500, strikes=True, free_if_taken=True)
    made, again = book(lab), book(lab, resource_id=cast.other_printer)
    for key in (made, again):
        cancel(lab, key, LATE, cents=500)
    book(lab, TEN, 1.5, member_id=cast.student, now=LATE)
    book(lab, resource_id=cast.other_printer, now=LATE)

    with pytest.raises(Killed), transaction() as session:
        fees.settle(session, made, TEN)
        raise Killed
    assert (charges(lab), struck(lab)) == ([], [])
    assert look_after(lab, TEN) == [made, again]
    assert sorted(charges(lab)) == sorted([(made, 1, 500), (again, 1, 500)])
    assert len(struck(lab)) == 2
    assert len(told(lab, "fee-settled:")) == 2


def test_a_strike_that_staff_took_back_does_not_come_again(lab: Lab) -> None:
    policy(lab, cancel_minutes=120)
    rule(lab, "cancellation", minutes=120, fee_cents=500, strikes=True, free_if_taken=True)
    made = book(lab)
    cancel(lab, made, LATE, cents=500)
    assert len(struck(lab)) == 1, "the conduct policy strikes at once"
    with transaction() as session:
        strikes.withdraw_strike(session, lab.actor(lab.cast.fabmanager), 1, "Malade.", LATE)
    look_after(lab, TEN)
    assert struck(lab) == []


def test_not_coming_costs_the_same_where_the_rule_says_so_and_being_there_after_all_nothing(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "cancellation", minutes=120, fee_cents=500, strikes=True, free_if_taken=True)
    rule(lab, "cancellation", minutes=60, fee_cents=900, also_missed=False)
    rule(lab, "check_in")
    made, said_so = book(lab), book(lab, resource_id=cast.other_printer, hours=8)
    assert telling.before_missing(lab.session, row(lab, made), TEN + 20 * MINUTE) == "Cela lui coûte 5,00\xa0€."
    miss(lab, said_so)
    look_after(lab, TEN + 20 * MINUTE)

    assert sorted(charges(lab)) == sorted([(made, 1, 500), (said_so, 1, 500)])
    assert len(struck(lab)) == 2
    with transaction() as session:
        no_shows.take_back(session, lab.actor(cast.fabmanager), made, TEN + 30 * MINUTE)
    assert charges(lab)[2:] == [(made, -1, 500)]
    miss(lab, made)
    assert len(charges(lab)) == 3, "a reservation costs once only"


def test_staff_waive_it_with_a_reason_until_it_is_invoiced(lab: Lab) -> None:
    cast = lab.cast
    rule(lab, "cancellation", minutes=120, fee_cents=500, free_if_taken=True)
    rule(lab, "cancellation", minutes=60, fee_cents=200)
    sure, open_one = book(lab), book(lab, TEN + 4 * HOUR)
    cancel(lab, sure, TEN + MINUTE, cents=500)
    cancel(lab, open_one, TEN + 3 * HOUR + MINUTE, cents=500)
    found = fee(lab, open_one)
    assert found is not None
    assert (found.cents, found.cents_if_taken) == (500, 200)

    for who, error in ((cast.maker, Forbidden), (cast.student, NotFound), (cast.trainer, NotFound)):
        with pytest.raises(error):
            waive(lab, sure, who)
    with pytest.raises(Refused) as refused:
        waive(lab, sure, cast.fabmanager, " ")
    assert refused.value.codes == ("reason_missing",)
    for key in (sure, sure, open_one):
        waive(lab, key, cast.fabmanager)

    assert look_after(lab, TEN + 4 * HOUR) == []
    assert charges(lab) == [(sure, 1, 500), (sure, -1, 500)]
    assert drafts(lab.session, cast.entity, "2026-03") == []
    assert len(told(lab, "fee-waived:")) == 2
    invoiced = book(lab, TEN + 8 * HOUR)
    cancel(lab, invoiced, TEN + 7 * HOUR + MINUTE, cents=500)
    look_after(lab, TEN + 8 * HOUR)
    with transaction() as session:
        issue(session, None, cast.entity, "2026-03", APRIL)
    assert lab.session.query(InvoiceItem).count() == 1
    with pytest.raises(Refused) as refused:
        waive(lab, invoiced, cast.fabmanager)
    assert refused.value.codes == ("invoiced",)


def test_what_nobody_invoices_yet_waits_and_is_charged_once_however_many_do(lab: Lab) -> None:
    rule(lab, "cancellation", minutes=120, fee_cents=500)
    with transaction() as session:
        session.query(IssuerRule).delete()
    made = book(lab)
    cancel(lab, made, LATE, cents=500)
    assert charges(lab) == []
    with transaction() as session:
        session.add(IssuerRule(legal_entity_id=lab.cast.entity))

    def charge() -> int:
        with transaction() as session:
            return charge_waiting_fees(session, APRIL)

    assert all(isinstance(done, int) for done in at_once(lab.app, [charge] * 4))
    assert charges(lab) == [(made, 1, 500)]


def test_two_who_cancel_and_two_workers_at_once_charge_once(lab: Lab) -> None:
    rule(lab, "cancellation", minutes=120, fee_cents=500, strikes=True, free_if_taken=True)
    made = book(lab)
    at_once(lab.app, [lambda: cancel(lab, made, LATE, cents=500)] * 3)

    def settle() -> bool:
        with transaction() as session:
            return fees.settle(session, made, TEN)

    assert sorted(at_once(lab.app, [settle] * 3), key=str) == [False, False, True]
    assert (charges(lab), len(struck(lab))) == ([(made, 1, 500)], 1)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fee_cents=st.integers(0, 5000),
    percent=st.integers(0, 100),
    price=st.integers(1, 9999),
    per=st.sampled_from([60, 3600]),
    minutes=st.integers(5, 300),
)
def test_the_cents_on_the_charge_are_those_that_were_said_and_exact(
    lab: Lab, fee_cents: int, percent: int, price: int, per: int, minutes: int
) -> None:
    rule_id = rule(lab, "cancellation", minutes=120, fee_cents=fee_cents, price_percent=percent)
    priced(lab, date(2025, 2, 1) + timedelta(days=lab.session.query(Price).count()), price, per)
    made = book(lab, TEN, minutes / 60)
    exact = Fraction(fee_cents) + Fraction(minutes * 60 * price, per) * percent / 100

    cents = said(lab, made, LATE).cost.cents
    cancel(lab, made, LATE, cents=cents)

    assert cents == rounded(exact)
    assert [item for item in charges(lab) if item[0] == made] == ([(made, 1, cents)] if cents else [])
    with transaction() as session:
        writing.end(session, lab.actor(lab.cast.admin), rule_id, NOW)
