"""The month's end: drafts change nothing, issuing happens once, and what comes late is a supplementary invoice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from fablab.billing import queries
from fablab.billing.models import Charge, Invoice, InvoiceCharge, InvoiceLine, NumberSeries
from fablab.billing.month import issue
from fablab.billing.services import PriceCard, add_price
from fablab.booking.models import Nature
from fablab.core.db import Model, transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.outbox import OutboxRow
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.members import services as people
from fablab.members.models import AccountMember, Role
from fablab.sites.models import LegalEntity, VatRegime
from fablab.usage import services as desk
from tests.billing.months import APRIL_2, MARCH, close, drafted, invoices, use
from tests.conftest import Lab


def counts(lab: Lab) -> dict[str, int]:
    lab.session.rollback()
    return {
        name: lab.session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in Model.metadata.tables.items()
    }


def test_a_month_becomes_one_invoice_per_account_with_its_lines_and_totals(lab: Lab) -> None:
    use(lab, lab.cast.maker, MARCH, 5400)
    use(lab, lab.cast.maker, MARCH + timedelta(days=1), 1800)
    use(lab, lab.cast.maker, MARCH, 3600, resource=lab.cast.other_printer)
    use(lab, lab.cast.student, MARCH + timedelta(days=2), 3600)

    close(lab, who=lab.cast.treasurer)

    maker, student = invoices(lab)
    assert (maker.number, student.number) == ("F2026-00001", "F2026-00002")
    assert [(line.description, line.quantity_seconds, line.amount_cents) for line in maker.lines] == [
        ("Prusa n°1", 7200, 600),
        ("Prusa n°2", 3600, 300),
    ]
    assert (maker.gross_cents, maker.vat_cents, maker.net_cents) == (900, 150, 750)
    assert (student.gross_cents, student.vat_cents, student.net_cents) == (150, 25, 125)
    assert (maker.month, maker.issued_on, maker.issued_by_id) == ("2026-03", date(2026, 4, 2), lab.cast.treasurer)
    assert maker.content["buyer"]["name"] == "Maker"
    assert maker.content["seller"]["siren"] == "732829320"


def test_a_draft_is_what_would_be_issued_and_changes_nothing(lab: Lab) -> None:
    use(lab, lab.cast.maker)
    use(lab, lab.cast.student, MARCH + timedelta(hours=3))
    before = counts(lab)

    first, second = drafted(lab), drafted(lab)

    assert first == second == [(lab.cast.maker, 300), (lab.cast.student, 150)]
    assert counts(lab) == before
    close(lab)
    assert [invoice.gross_cents for invoice in invoices(lab)] == [300, 150]
    assert drafted(lab) == []


def test_issuing_twice_equals_issuing_once(lab: Lab) -> None:
    use(lab, lab.cast.maker)
    close(lab)
    before = counts(lab)

    assert close(lab) == []

    assert counts(lab) == before


def test_what_is_used_late_goes_onto_a_supplementary_invoice(lab: Lab) -> None:
    use(lab, lab.cast.maker)
    close(lab)
    use(lab, lab.cast.maker, MARCH + timedelta(days=20), 1800)

    close(lab, now=APRIL_2 + timedelta(days=1))

    assert [(row.number, row.month, row.gross_cents) for row in invoices(lab)] == [
        ("F2026-00001", "2026-03", 300),
        ("F2026-00002", "2026-03", 150),
    ]


def test_an_hour_that_was_given_to_one_and_then_to_another_is_billed_once(lab: Lab) -> None:
    usage = use(lab, lab.cast.maker)
    with transaction() as session:
        desk.give(session, lab.actor(lab.cast.admin), usage, lab.cast.student, APRIL_2)

    assert drafted(lab) == [(lab.cast.student, 150)]
    close(lab)
    assert [row.gross_cents for row in invoices(lab)] == [150]


def test_a_month_in_which_nothing_is_left_of_what_was_charged_makes_no_invoice(lab: Lab) -> None:
    usage = use(lab, lab.cast.maker)
    with transaction() as session:
        desk.waive(session, lab.actor(lab.cast.admin), usage, Nature.MEMBER, APRIL_2, note="Test")

    assert close(lab) == []
    assert lab.session.query(Charge).count() == 2
    assert lab.session.query(NumberSeries).count() == 0


def test_each_use_is_in_the_month_of_its_sites_calendar(lab: Lab) -> None:
    midnight = datetime(2026, 3, 31, 22, tzinfo=UTC)
    use(lab, lab.cast.maker, midnight - timedelta(seconds=1), 60)
    use(lab, lab.cast.student, midnight, 60)

    assert [who for who, _ in drafted(lab, "2026-03")] == [lab.cast.maker]
    assert [who for who, _ in drafted(lab, "2026-04")] == [lab.cast.student]
    assert queries.months_with_charges(lab.session, lab.cast.entity) == ["2026-04", "2026-03"]


def test_what_waits_for_a_price_is_charged_before_the_month_is_issued(lab: Lab) -> None:
    use(lab, lab.cast.maker, resource=lab.cast.laser)
    with transaction() as session:
        card = PriceCard(
            legal_entity_id=lab.cast.entity,
            category_id=lab.cast.lasers,
            class_id=None,
            valid_from=date(2026, 1, 1),
            amount_cents=1200,
            per_seconds=3600,
        )
        add_price(session, lab.actor(lab.cast.treasurer), card, APRIL_2)

    close(lab)

    assert [row.gross_cents for row in invoices(lab)] == [1200]


def test_what_is_no_month_is_refused(lab: Lab) -> None:
    for month in ("2026-3", "mars", "2026-13", "", "9999-12"):
        with pytest.raises(Refused) as refused:
            close(lab, month)

        assert refused.value.codes == ("month",)


def test_a_month_that_is_not_over_is_issued_only_on_purpose_and_one_to_come_never(lab: Lab) -> None:
    use(lab, lab.cast.maker)
    last_second = datetime(2026, 3, 31, 21, 59, 59, tzinfo=UTC)

    with pytest.raises(Refused) as refused:
        close(lab, now=last_second)
    assert refused.value.codes == ("month_unfinished",)
    assert refused.value.refusals[0].overridable
    with pytest.raises(Refused) as refused:
        close(lab, "2026-04", last_second, unfinished=True)
    assert refused.value.codes == ("month_future",)

    assert len(close(lab, now=last_second, unfinished=True)) == 1
    assert invoices(lab)[0].issued_on == date(2026, 3, 31)


def test_an_invoice_is_dated_by_the_issuers_calendar(lab: Lab) -> None:
    use(lab, lab.cast.maker)

    close(lab, now=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))

    assert invoices(lab)[0].issued_on == date(2026, 4, 1)


def test_numbers_begin_anew_each_year_and_the_chain_goes_on(lab: Lab) -> None:
    use(lab, lab.cast.maker, datetime(2026, 11, 3, 10, tzinfo=UTC))
    use(lab, lab.cast.student, datetime(2026, 12, 3, 10, tzinfo=UTC))
    close(lab, "2026-11", datetime(2026, 12, 2, 9, tzinfo=UTC))
    close(lab, "2026-12", datetime(2027, 1, 2, 9, tzinfo=UTC))

    first, second = invoices(lab)

    assert (first.number, second.number) == ("F2026-00001", "F2027-00001")
    assert second.previous_hash == first.hash
    assert queries.broken_links(lab.session, lab.cast.entity) == []


def test_each_entity_counts_its_own_numbers(lab: Lab) -> None:
    with transaction() as session:
        other = LegalEntity(name="SARL", address="2 rue du Test", invoice_prefix="S")
        session.add(other)
        session.flush()
        session.add(VatRegime(legal_entity_id=other.id, valid_from=date(2020, 1, 1), rate_bp=0, mention="Franchise"))
        other_id = other.id
    use(lab, lab.cast.maker)
    close(lab)

    with transaction() as session:
        assert issue(session, None, other_id, "2026-03", APRIL_2) == []
    assert drafted(lab) == []


def test_a_date_never_decreases_when_the_clock_was_set_back(lab: Lab) -> None:
    use(lab, lab.cast.maker)
    close(lab)
    use(lab, lab.cast.student, MARCH + timedelta(days=1))

    with pytest.raises(Refused) as refused:
        close(lab, now=APRIL_2 - timedelta(days=1))

    assert refused.value.codes == ("clock_back",)
    assert len(close(lab)) == 1


def test_a_clock_that_had_run_ahead_into_another_year_leaves_nothing_in_the_way(lab: Lab) -> None:
    use(lab, lab.cast.maker)
    close(lab, now=APRIL_2)
    assert close(lab, "2026-04", datetime(2027, 1, 5, tzinfo=UTC)) == []  # Nothing was used: nothing is issued.
    use(lab, lab.cast.student, MARCH + timedelta(days=1))

    close(lab, now=APRIL_2 + timedelta(days=1))

    assert [row.number for row in invoices(lab)] == ["F2026-00001", "F2026-00002"]


def test_only_a_treasurer_of_the_entity_issues(lab: Lab) -> None:
    use(lab, lab.cast.maker)

    for who in (lab.cast.maker, lab.cast.trainer, lab.cast.fabmanager):
        with pytest.raises(Forbidden):
            close(lab, who=who)

    assert invoices(lab) == []
    with pytest.raises(NotFound), transaction() as session:
        issue(session, None, 999, "2026-03", APRIL_2)


def test_an_issue_that_fails_leaves_no_number_no_invoice_and_no_mail(lab: Lab) -> None:
    use(lab, lab.cast.maker)
    before = counts(lab)

    with pytest.raises(ZeroDivisionError), transaction() as session:
        issue(session, None, lab.cast.entity, "2026-03", APRIL_2)
        raise ZeroDivisionError

    assert counts(lab) == before
    close(lab)
    assert [row.number for row in invoices(lab)] == ["F2026-00001"]
    assert lab.session.query(OutboxRow).filter(OutboxRow.key.startswith("invoice:")).count() == 1


def test_every_charge_is_on_one_line_and_the_lines_add_up(lab: Lab) -> None:
    for day in range(4):
        use(lab, (lab.cast.maker, lab.cast.student)[day % 2], MARCH + timedelta(days=day), 1000 + day)

    close(lab)

    on_lines = lab.session.execute(
        select(InvoiceLine.quantity_seconds, func.sum(Charge.quantity_seconds))
        .join(InvoiceCharge, InvoiceCharge.line_id == InvoiceLine.id)
        .join(Charge, Charge.id == InvoiceCharge.charge_id)
        .group_by(InvoiceLine.id)
    )
    assert sorted(tuple(row) for row in on_lines) == [(2002, 2002), (2004, 2004)]
    assert lab.session.query(InvoiceCharge).count() == 4


def test_an_invoice_is_seen_by_its_payer_and_by_treasurers_of_its_entity_only(lab: Lab) -> None:
    use(lab, lab.cast.maker)
    (invoice,) = close(lab)

    def sees(who: int) -> bool:
        lab.session.rollback()
        try:
            return queries.invoice_seen_by(lab.session, lab.actor(who), invoice).id == invoice
        except NotFound:
            return False

    cast = lab.cast
    everybody = [cast.maker, cast.student, cast.trainer, cast.fabmanager, cast.treasurer, cast.admin]
    assert [sees(who) for who in everybody] == [True, False, False, False, True, True]
    with transaction() as session:
        people.grant_role(session, members.member(session, cast.student), Role.TREASURER, legal_entity_id=cast.entity)
    assert sees(cast.student)
    with pytest.raises(NotFound):
        queries.invoice_seen_by(lab.session, lab.actor(cast.admin), 999)


def test_an_organisations_invoice_is_seen_by_its_owners_only(lab: Lab) -> None:
    with transaction() as session:
        account = people.add_organisation(session, "Coopérative", members.member(session, lab.cast.maker), MARCH)
        session.add(AccountMember(account_id=account.id, member_id=lab.cast.student, joined_at=MARCH))
        account_id = account.id
    usage = use(lab, lab.cast.student)
    with transaction() as session:
        desk.give(session, lab.actor(lab.cast.admin), usage, lab.cast.student, APRIL_2, account_id=account_id)
    (invoice,) = close(lab)

    assert lab.session.get_one(Invoice, invoice).content["buyer"]["name"] == "Coopérative"
    assert queries.invoice_seen_by(lab.session, lab.actor(lab.cast.maker), invoice)
    with pytest.raises(NotFound):
        queries.invoice_seen_by(lab.session, lab.actor(lab.cast.student), invoice)


def test_what_changes_after_the_issue_changes_nothing_of_the_invoice(lab: Lab) -> None:
    use(lab, lab.cast.maker)
    (invoice,) = close(lab)
    before = dict(lab.session.get_one(Invoice, invoice).content)

    with transaction() as session:
        session.query(LegalEntity).update({"name": "Another name", "address": "Elsewhere"})
        members.member(session, lab.cast.maker).name = "Somebody else"
        members.personal_account(session, lab.cast.maker).name = "Somebody else"

    assert lab.session.get_one(Invoice, invoice).content == before
    assert queries.broken_links(lab.session, lab.cast.entity) == []
