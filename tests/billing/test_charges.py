"""Uses become charges at the price in force when they began; what was charged is never changed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from fablab.billing import prices, services
from fablab.billing.charges import bring_in_line, charges_of_sessions, rate_waiting, standing_charge, unpriced
from fablab.billing.models import Charge, IssuerRule, Price
from fablab.billing.services import PriceCard
from fablab.booking import services as booking
from fablab.booking.models import Nature
from fablab.booking.services import Wish
from fablab.catalog import queries as catalog
from fablab.core.db import transaction
from fablab.core.errors import Forbidden
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.sites.models import LegalEntity, VatRegime
from fablab.usage import services as desk
from fablab.usage.models import UsageSession
from tests.conftest import Lab, hours_from
from tests.prints import Printer

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)


@pytest.fixture
def printer(lab: Lab) -> Printer:
    return Printer(lab, lab.cast.printer)


def print_for(printer: Printer, who: int, start: datetime = TEN, seconds: int = 3600) -> int:
    """A print of a member, given to them by staff; its session of use."""
    usage = printer.prints(start, seconds).id
    with transaction() as session:
        desk.give(session, printer.lab.actor(printer.lab.cast.admin), usage, who, NOW)
    return usage


def charge_of(lab: Lab, usage: int) -> Charge | None:
    lab.session.rollback()
    return standing_charge(lab.session, usage)


def terms(charge: Charge | None) -> tuple[int, int] | None:
    return (charge.price_cents, charge.quantity_seconds) if charge else None


def card(lab: Lab, valid_from: date, cents: int, **more: object) -> PriceCard:
    made = PriceCard(
        legal_entity_id=lab.cast.entity,
        category_id=lab.cast.printers,
        class_id=None,
        valid_from=valid_from,
        amount_cents=cents,
        per_seconds=3600,
    )
    return replace(made, **more)


def add_price(lab: Lab, what: PriceCard, who: int | None = None) -> None:
    with transaction() as session:
        services.add_price(session, lab.actor(who or lab.cast.treasurer), what, NOW)


def test_a_charge_keeps_what_it_was_reckoned_from(lab: Lab, printer: Printer) -> None:
    charge = charge_of(lab, print_for(printer, lab.cast.maker, seconds=5400))

    assert charge is not None
    assert (charge.quantity_seconds, charge.price_cents, charge.per_seconds) == (5400, 300, 3600)
    assert (charge.gross, charge.vat_rate_bp, charge.month) == (True, 2000, "2026-03")
    assert (charge.description, charge.nature, charge.started_at) == ("Prusa n°1", Nature.MEMBER, TEN)
    assert charge.exact == 450


def test_the_class_of_the_member_has_its_own_price_before_the_general_one(lab: Lab, printer: Printer) -> None:
    add_price(lab, card(lab, date(2026, 3, 1), 500))  # Newer, and general all the same.

    student = charge_of(lab, print_for(printer, lab.cast.student))
    maker = charge_of(lab, print_for(printer, lab.cast.maker, TEN + timedelta(hours=2)))

    assert student is not None
    assert maker is not None
    assert (student.price_cents, maker.price_cents) == (150, 500)


def test_a_new_price_never_changes_what_started_before_it(lab: Lab, printer: Printer) -> None:
    before = [print_for(printer, lab.cast.maker, TEN), print_for(printer, lab.cast.student, TEN + timedelta(days=1))]
    charged = [terms(charge_of(lab, usage)) for usage in before]

    add_price(lab, card(lab, date(2026, 3, 1), 9999))
    add_price(lab, card(lab, date(2026, 3, 1), 8888, class_id=lab.cast.students))
    with transaction() as session:
        for usage in before:
            bring_in_line(session, session.get_one(UsageSession, usage), NOW)
        assert rate_waiting(session, NOW) == 0

    assert [terms(charge_of(lab, usage)) for usage in before] == charged == [(300, 3600), (150, 3600)]
    assert lab.session.query(Charge).count() == 2


@pytest.mark.parametrize(("minutes", "cents"), [(-1, 300), (0, 700), (1, 700)])
def test_a_price_begins_at_midnight_of_the_site(lab: Lab, printer: Printer, minutes: int, cents: int) -> None:
    add_price(lab, card(lab, date(2026, 7, 1), 700))
    midnight = datetime(2026, 6, 30, 22, tzinfo=UTC)

    charge = charge_of(lab, print_for(printer, lab.cast.maker, midnight + timedelta(minutes=minutes)))

    assert charge is not None
    assert (charge.price_cents, charge.month) == (cents, "2026-06" if minutes < 0 else "2026-07")


def test_a_use_across_midnight_of_the_months_end_belongs_to_the_month_in_which_it_began(
    lab: Lab, printer: Printer
) -> None:
    charge = charge_of(lab, print_for(printer, lab.cast.maker, datetime(2026, 3, 31, 21, 59, tzinfo=UTC), 7200))

    assert charge is not None
    assert (charge.month, charge.quantity_seconds) == ("2026-03", 7200)


def test_what_has_no_price_waits_and_is_charged_when_one_is_entered(lab: Lab) -> None:
    laser = Printer(lab, lab.cast.laser)
    usage = print_for(laser, lab.cast.maker)
    assert charge_of(lab, usage) is None
    assert [row.id for row in unpriced(lab.session)] == [usage]
    assert [row.id for row in unpriced(lab.session, "2026-03")] == [usage]
    assert unpriced(lab.session, "2026-02") == []

    add_price(lab, card(lab, date(2026, 1, 1), 600, category_id=lab.cast.lasers))

    charge = charge_of(lab, usage)
    assert charge is not None
    assert charge.price_cents == 600
    assert unpriced(lab.session) == []


def test_a_price_that_begins_later_does_not_free_what_waits(lab: Lab) -> None:
    usage = print_for(Printer(lab, lab.cast.laser), lab.cast.maker)

    add_price(lab, card(lab, date(2026, 3, 4), 600, category_id=lab.cast.lasers))

    assert charge_of(lab, usage) is None
    assert [row.id for row in unpriced(lab.session)] == [usage]


def test_what_has_no_issuer_or_no_vat_regime_waits_too(lab: Lab, printer: Printer) -> None:
    with transaction() as session:
        session.query(VatRegime).update({"valid_from": date(2026, 4, 1)})

    usage = print_for(printer, lab.cast.maker)

    assert charge_of(lab, usage) is None
    with transaction() as session:
        session.query(VatRegime).update({"valid_from": date(2026, 1, 1)})
        session.query(IssuerRule).delete()
        assert rate_waiting(session, NOW) == 0
        session.add(IssuerRule(legal_entity_id=lab.cast.entity))
        session.flush()
        assert rate_waiting(session, NOW) == 1


def test_a_price_of_nothing_is_a_price(lab: Lab, printer: Printer) -> None:
    add_price(lab, card(lab, date(2026, 3, 1), 0))

    charge = charge_of(lab, print_for(printer, lab.cast.maker))

    assert charge is not None
    assert charge.exact == 0


def test_the_narrowest_rule_says_who_invoices(lab: Lab) -> None:
    with transaction() as session:
        company = LegalEntity(name="SARL", address="2 rue du Test")
        session.add(company)
        session.flush()
        session.add(IssuerRule(legal_entity_id=company.id, class_id=lab.cast.students, site_id=lab.cast.workshop))
        session.add(IssuerRule(legal_entity_id=company.id, site_id=lab.cast.office))
        company_id = company.id
    printer, desk_room = (catalog.resource(lab.session, row) for row in (lab.cast.printer, lab.cast.desk_room))
    maker, student = (members.member(lab.session, row) for row in (lab.cast.maker, lab.cast.student))

    issuers = [
        prices.issuer_of(lab.session, resource, member, TEN.date())
        for resource in (printer, desk_room)
        for member in (maker, student)
    ]

    assert issuers == [lab.cast.entity, company_id, company_id, company_id]


def test_what_a_quote_promises_is_what_is_charged(lab: Lab, printer: Printer) -> None:
    resource, student = catalog.resource(lab.session, lab.cast.printer), members.member(lab.session, lab.cast.student)
    quoted = prices.quote(lab.session, resource, student, TEN)
    laser = prices.quote(lab.session, catalog.resource(lab.session, lab.cast.laser), student, TEN)

    charge = charge_of(lab, print_for(printer, lab.cast.student, seconds=5025))

    assert charge is not None
    assert quoted is not None
    assert quoted.amount_for(5025) == round(charge.exact) == 209
    assert laser is None


def test_only_a_treasurer_of_the_entity_enters_prices(lab: Lab) -> None:
    for who in (lab.cast.maker, lab.cast.trainer, lab.cast.fabmanager):
        with pytest.raises(Forbidden):
            add_price(lab, card(lab, date(2026, 5, 1), 100), who)

    add_price(lab, card(lab, date(2026, 5, 1), 100), lab.cast.admin)


def test_every_reason_against_a_price_is_told(lab: Lab) -> None:
    with pytest.raises(Refused) as refused:
        add_price(lab, card(lab, date(2025, 1, 1), -1, per_seconds=1800))

    assert refused.value.codes == ("amount", "base", "price_exists")
    with pytest.raises(Refused) as refused:
        add_price(lab, card(lab, date(2025, 1, 1), 1, class_id=lab.cast.students))
    assert refused.value.codes == ("price_exists",)
    assert lab.session.query(Price).count() == 2


def test_the_prices_of_a_day_are_the_latest_that_had_begun(lab: Lab) -> None:
    add_price(lab, card(lab, date(2026, 5, 1), 400))

    def on(day: date) -> list[int]:
        return sorted(price.amount_cents for price in prices.prices_on(lab.session, day))

    assert [on(date(2024, 1, 1)), on(date(2026, 4, 30)), on(date(2026, 5, 1))] == [[], [150, 300], [150, 400]]


def test_members_uses_and_service_jobs_are_charged_and_the_rest_is_not(lab: Lab, printer: Printer) -> None:
    charged = set()
    for hours, nature in enumerate(Nature):
        start = TEN + timedelta(hours=2 * hours)
        with transaction() as session:
            period = hours_from(start, 2)
            wish = Wish(resource_id=lab.cast.printer, period=period, member_id=lab.cast.maker, nature=nature)
            booking.book(session, lab.actor(lab.cast.admin), wish, NOW)
        if charge_of(lab, printer.prints(start, 3600).id) is not None:
            charged.add(nature)

    assert charged == {Nature.MEMBER, Nature.SERVICE_JOB}
    assert unpriced(lab.session) == []


def test_a_use_of_no_time_costs_nothing_and_waits_for_nothing(lab: Lab, printer: Printer) -> None:
    usage = print_for(printer, lab.cast.maker, seconds=0)

    assert charge_of(lab, usage) is None
    assert unpriced(lab.session) == []


def test_bringing_in_line_twice_equals_once_whatever_was_decided_in_between(lab: Lab, printer: Printer) -> None:
    usage = print_for(printer, lab.cast.maker)
    boss = lab.actor(lab.cast.fabmanager)
    accounts = {who: members.personal_account(lab.session, who).id for who in (lab.cast.maker, lab.cast.student)}

    @settings(max_examples=15)
    @given(st.lists(st.sampled_from([lab.cast.maker, lab.cast.student, None]), max_size=5))
    def try_out(decisions: list[int | None]) -> None:
        with transaction() as session:
            for whom in decisions:
                if whom is None:
                    desk.waive(session, boss, usage, Nature.MEMBER, NOW, note="Test")
                else:
                    desk.give(session, boss, usage, whom, NOW)
                before = session.query(Charge).count()
                row = session.get_one(UsageSession, usage)
                stands = bring_in_line(session, row, NOW)
                assert session.query(Charge).count() == before
                assert (stands and stands.account_id) == (accounts[whom] if whom else None)
            owed: dict[int, int] = {}
            for charge in session.scalars(select(Charge).where(Charge.usage_session_id == usage)):
                owed[charge.account_id] = owed.get(charge.account_id, 0) + charge.quantity_seconds
            last = decisions[-1] if decisions else None
            if decisions:
                assert {account: seconds for account, seconds in owed.items() if seconds} == (
                    {accounts[last]: 3600} if last else {}
                )
                assert bool(charges_of_sessions(session, [usage])) == bool(last)

    try_out()
