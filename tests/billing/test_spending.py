"""What an account spends in a month: an independent reckoning agrees, and each sees what is theirs to see."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from fablab.billing import account_usage, documents, spending
from fablab.billing.models import Charge, Invoice
from fablab.billing.services import PriceCard, add_price
from fablab.booking import services as booking
from fablab.booking.services import Wish
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.members import queries as members
from fablab.members.models import AccountMember
from fablab.sites.models import Site
from fablab.usage import services as desk
from fablab.usage.models import Review, UsageSession
from tests.billing.months import close
from tests.conftest import Lab, hours_from
from tests.members.organisations import allow, cooperative, project, write
from tests.prints import Printer
from tests.support.statements import statements

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
FIRST = datetime(2026, 3, 2, 8, tzinfo=UTC)
APRIL = datetime(2026, 4, 2, 9, tzinfo=UTC)
LENGTHS = st.integers(10, 240)
FATES = st.sampled_from(["ahead", "used", "shorter", "waived", "failed", "given", "cancelled"])


def book(lab: Lab, who: int, account: int, start: datetime, minutes: int, **more: object) -> int:
    wish = {"resource_id": lab.cast.printer, "period": hours_from(start, minutes / 60), "member_id": who}
    with transaction() as session:
        made = booking.book(session, lab.actor(who), Wish(**{**wish, "account_id": account, **more}), NOW)
        return made.id


def test_an_independent_reckoning_agrees_whatever_becomes_of_reservations(lab: Lab) -> None:
    printer, days = Printer(lab, lab.cast.printer), iter(range(10_000))

    @settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.tuples(LENGTHS, FATES, st.booleans()), min_size=1, max_size=5))
    def reckon(items: list[tuple[int, str, bool]]) -> None:
        account, expected, measured = cooperative(lab), Decimal(0), 0
        for minutes, fate, is_student in items:
            start = FIRST + timedelta(hours=5 * (next(days) % 130))
            who, cents = (lab.cast.student, 150) if is_student else (lab.cast.maker, 300)
            with transaction() as session:
                # Every example has an account of its own; the machine is shared.
                for row in session.query(booking.Reservation).filter_by(state="booked"):
                    if row.starts_at < start + timedelta(hours=5) and row.ends_at > start and row.account_id != account:
                        booking.cancel(session, lab.actor(row.member_id), row.id, NOW)
            made = book(lab, who, account, start, minutes)
            cost, seconds = becomes(lab, printer, fate, made, start, minutes)
            expected += Decimal(cost * cents)
            measured += seconds
        found = spending.commitments(lab.session, account, "2026-03", NOW)
        lab.session.rollback()
        assert sum(item.cents for item in found) == Fraction(expected) / 3600
        assert sum(item.seconds for item in found) == measured

    reckon()


def becomes(lab: Lab, printer: Printer, fate: str, made: int, start: datetime, minutes: int) -> tuple[int, int]:
    """Let it come to that; the seconds that cost something, before it is over, and those that are measured."""
    whole = minutes * 60
    if fate == "ahead":
        return whole, 0
    if fate == "cancelled":
        with transaction() as session:
            booking.cancel(session, lab.actor(lab.cast.admin), made, NOW)
        return 0, 0
    seconds = whole // 3 if fate == "shorter" else whole
    use = printer.prints(start, seconds, key=f"run-{made}").id
    with transaction() as session:
        admin = lab.actor(lab.cast.admin)
        if fate == "failed":
            session.get_one(UsageSession, use).review = Review.FAILED
        elif fate == "waived":
            desk.waive(session, admin, use, booking.Nature.MAINTENANCE, APRIL, note="test")
            return 0, seconds
        elif fate == "given":
            desk.give(session, admin, use, lab.cast.trainer, APRIL)
            return whole, 0
    return whole, seconds


def test_a_month_is_cut_on_the_sites_clock_as_charges_are(lab: Lab) -> None:
    account = cooperative(lab)
    with transaction() as session:
        session.get_one(Site, lab.cast.workshop).timezone = "Pacific/Noumea"
    midnight = datetime(2026, 4, 1, tzinfo=ZoneInfo("Pacific/Noumea")).astimezone(UTC)
    book(lab, lab.cast.maker, account, midnight - timedelta(hours=1), 60)
    book(lab, lab.cast.maker, account, midnight, 120)
    printed = Printer(lab, lab.cast.printer).prints(midnight - timedelta(minutes=40), 1800)

    for month, cents in (("2026-03", 300), ("2026-04", 600), ("2026-05", 0)):
        found = spending.commitments(lab.session, account, month, NOW)
        assert sum(item.cents for item in found) == cents, month
    assert lab.session.query(Charge).filter_by(usage_session_id=printed.id).one().month == "2026-03"


def test_net_prices_are_reckoned_with_vat(lab: Lab) -> None:
    account = cooperative(lab)
    with transaction() as session:
        card = PriceCard(
            legal_entity_id=lab.cast.entity,
            category_id=lab.cast.printers,
            class_id=None,
            valid_from=date(2026, 2, 1),
            amount_cents=500,
            per_seconds=3600,
            gross=False,
        )
        add_price(session, lab.actor(lab.cast.treasurer), card, NOW)
    book(lab, lab.cast.maker, account, FIRST, 60)
    ahead = spending.commitments(lab.session, account, "2026-03", NOW)
    lab.session.rollback()
    Printer(lab, lab.cast.printer).prints(FIRST, 3600)
    charged = spending.commitments(lab.session, account, "2026-03", APRIL)

    assert [item.cents for item in ahead] == [600]
    assert sum(item.cents for item in charged) == 600


def figures(spent: account_usage.Spent) -> tuple[int, int, int]:
    return spent.seconds, spent.charged_cents, spent.expected_cents


def usage_of(lab: Lab, who: int, account: int, now: datetime = APRIL) -> account_usage.AccountUsage:
    lab.session.rollback()
    return account_usage.usage_of(lab.session, lab.actor(who), account, "2026-03", now)


def test_owners_see_it_by_person_and_project_and_others_what_is_theirs(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab, cap=1000)
    bus = project(lab, account, "Bus", monthly_cap_cents=2000)
    allow(lab, account, cast.student, monthly_cap_cents=500)
    book(lab, cast.maker, account, FIRST, 60, project_id=bus)
    book(lab, cast.student, account, FIRST + timedelta(hours=2), 60)
    book(lab, cast.student, account, FIRST + timedelta(days=20), 60, project_id=bus)
    printer = Printer(lab, cast.printer)
    printer.prints(FIRST, 3000)
    printer.prints(FIRST + timedelta(hours=2), 3600)

    found = usage_of(lab, cast.maker, account, FIRST + timedelta(days=1))

    assert [(row.person, row.project, *figures(row.spent)) for row in found.lines] == [
        ("Maker", "Bus", 3000, 250, 0),
        ("Student", "", 3600, 150, 0),
        ("Student", "Bus", 0, 0, 150),
    ]
    assert found.whole is not None
    assert (found.whole.spent.total_cents, found.whole.left_cents) == (550, 450)
    assert [(row.name, row.cap_cents, row.left_cents) for row in found.people] == [
        ("Maker", None, None),
        ("Newcomer", None, None),
        ("Student", 500, 200),
    ]
    assert [(row.name, row.left_cents) for row in found.projects] == [("Bus", 1600)]
    own = usage_of(lab, cast.student, account, FIRST + timedelta(days=1))
    assert [row.person for row in own.lines] == ["Student", "Student"]
    assert (own.whole, own.projects, [row.name for row in own.people]) == (None, [], ["Student"])
    assert usage_of(lab, cast.treasurer, account).whole is not None
    for who in (cast.trainer, cast.fabmanager):
        with pytest.raises(NotFound):
            usage_of(lab, who, account)


def test_a_month_of_many_needs_no_more_statements(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab, cap=100_000)
    printer = Printer(lab, cast.printer)

    def asked() -> int:
        usage_of(lab, cast.maker, account, NOW)
        return statements(db.engine, lambda: usage_of(lab, cast.maker, account, NOW))

    def live(hours: range) -> None:
        for hour in hours:
            who = (cast.maker, cast.student)[hour % 2]
            book(lab, who, account, FIRST + timedelta(hours=hour), 60)
            if hour % 3 == 0:
                printer.prints(FIRST + timedelta(hours=hour), 1800)

    live(range(6))
    few = asked()
    live(range(6, 24))
    assert asked() == few


def test_who_left_or_was_merged_is_still_in_the_past_by_the_name_of_now(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    book(lab, cast.student, account, FIRST, 60)
    Printer(lab, cast.printer).prints(FIRST, 3600)
    with transaction() as session:
        session.query(AccountMember).filter_by(member_id=cast.student).update({"left_at": NOW})
        members.member(session, cast.student).merged_into_id = cast.trainer

    assert [(row.person, row.spent.charged_cents) for row in usage_of(lab, cast.maker, account).lines] == [
        ("Trainer", 150)
    ]


def test_a_table_is_taken_for_formulas_by_no_spreadsheet(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    bus = project(lab, account, "=HYPERLINK(1)")
    with transaction() as session:
        members.member(session, cast.maker).name = '@"Maker", 🚀'
    book(lab, cast.maker, account, FIRST, 50, project_id=bus)

    table = account_usage.table(usage_of(lab, cast.maker, account, NOW))

    assert table.splitlines() == [
        "month,account,person,project,minutes,charged,not_yet_charged",
        '2026-03,Coopérative,"\'@""Maker"", 🚀",\'=HYPERLINK(1),0.00,0.00,2.50',
    ]


def test_an_invoice_says_what_a_public_buyer_wants_as_it_was_at_issue(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    write(
        lab,
        account,
        name="Mairie",
        billing_address="Place\n42000 Rive",
        siret="73282932000074",
        purchase_order="EJ-2026-17",
        service_code="URBA-3",
    )
    bus = project(lab, account, "Bus", purchase_order="BC " + "9" * 40)
    for hour, chosen in ((0, None), (2, bus), (4, bus)):
        book(lab, cast.maker, account, FIRST + timedelta(hours=hour), 60, project_id=chosen)
        Printer(lab, cast.printer).prints(FIRST + timedelta(hours=hour), 3600)
    (made,) = close(lab, now=APRIL)
    write(lab, account, name="Autre", purchase_order="EJ-2027-1")

    content = lab.session.get_one(Invoice, made).content
    buyer = content["buyer"]

    assert (buyer["siret"], buyer["purchase_order"], buyer["service_code"]) == (
        "73282932000074",
        "EJ-2026-17",
        "URBA-3",
    )
    assert buyer["project_orders"] == ["BC " + "9" * 40]
    said = printed(documents.render(content))
    for words in ("Mairie", "SIRET 73282932000074", "EJ-2026-17", "BC 9999", "URBA-3"):
        assert words in said, words
    old = {**content, "buyer": {key: buyer[key] for key in ("name", "address", "siren", "email", "account_id")}}
    assert "SIREN 732829320" in printed(documents.render(old)), "those of before go on being readable"


def printed(pdf: bytes) -> str:

    return " ".join("".join(page.extract_text() + "\n" for page in PdfReader(BytesIO(pdf)).pages).split())
