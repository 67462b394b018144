"""What may be spent in a month by an account, a person, a project: told in full, and kept when many reserve at once."""

import threading
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.billing.services import PriceCard, add_price
from fablab.booking import caps, moving, queries, services
from fablab.booking.caps import Cap
from fablab.booking.models import Nature, Reservation
from fablab.booking.moving import Change
from fablab.booking.services import Wish
from fablab.core.db import transaction
from fablab.core.i18n import use_locale
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.members.organisations import people
from fablab.usage import services as desk
from tests.conftest import Lab, hours_from
from tests.members.organisations import allow, cooperative, project, write
from tests.prints import Printer
from tests.support.threads import at_once

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)


def book(
    lab: Lab, who: int, account: int, hour: float = 0, hours: float = 1, *, start: datetime = TEN, **more: object
) -> int:
    """Reserve the printer on an account: 3.00 an hour, 1.50 for the student."""
    wish = {
        "resource_id": lab.cast.printer,
        "period": hours_from(start + timedelta(hours=hour), hours),
        "member_id": who,
        "account_id": account,
    }
    with transaction() as session:
        return services.book(session, lab.actor(who), Wish(**{**wish, **more}), NOW).id


def refused(lab: Lab, *args: object, **more: object) -> tuple[str, ...]:
    with pytest.raises(Refused) as reasons:
        book(lab, *args, **more)
    return reasons.value.codes


def test_the_accounts_cap_counts_what_everybody_reserved_and_says_what_is_left(lab: Lab) -> None:
    maker, student, account = lab.cast.maker, lab.cast.student, cooperative(lab, cap=1000)
    book(lab, maker, account, 0, 2)
    book(lab, student, account, 2, 1)

    with use_locale("en"), pytest.raises(Refused) as reasons:
        book(lab, maker, account, 3, 1)

    (reason,) = reasons.value.refusals
    assert (reason.code, reason.overridable) == ("cap_reached", True)
    for words in ("cost €3.00", "€10.00", "“Coopérative”", "March 2026", "€7.50 are spent", "€2.50 are left"):
        assert words in reason.message
    assert book(lab, student, account, 3, 1), "one and a half fit into two and a half"
    assert book(lab, maker, members.personal_account(lab.session, maker).id, 4, 5), "one's own account has no cap"
    assert book(lab, maker, account, start=TEN + timedelta(days=31)), "the next month begins anew"


def test_what_a_sheet_says_of_a_cap_is_what_booking_says(lab: Lab) -> None:
    maker, account = lab.cast.maker, cooperative(lab, cap=100)
    wish = Wish(resource_id=lab.cast.printer, period=hours_from(TEN, 1), member_id=maker, account_id=account)
    said = services.reasons_against(lab.session, lab.actor(maker), wish, NOW)
    lab.session.rollback()

    with pytest.raises(Refused) as reasons:
        book(lab, maker, account)

    assert tuple(said) == reasons.value.refusals
    lab.session.rollback()
    everything = Wish(resource_id=lab.cast.laser, period=hours_from(TEN, 1), member_id=maker, account_id=999)
    found = services.reasons_against(lab.session, lab.actor(maker), everything, NOW)
    assert [row.code for row in found] == ["certificate_missing", "account_unknown"]


def test_a_person_and_a_project_have_caps_of_their_own(lab: Lab) -> None:
    maker, student, account = lab.cast.maker, lab.cast.student, cooperative(lab)
    bus = project(lab, account, "Bus", monthly_cap_cents=450)
    allow(lab, account, student, monthly_cap_cents=300)
    book(lab, student, account, 0, 2)

    assert refused(lab, student, account, 2, 1) == ("cap_reached",)
    assert refused(lab, student, account, 2, 1, project_id=bus) == ("cap_reached",)
    book(lab, maker, account, 2, 1, project_id=bus)
    assert refused(lab, maker, account, 3, 1, project_id=bus) == ("cap_reached",)
    write(lab, account, monthly_cap_cents=600)
    assert refused(lab, maker, account, 3, 4, project_id=bus) == ("cap_reached", "cap_reached")


def test_a_cap_of_nothing_allows_only_what_costs_nothing(lab: Lab) -> None:
    maker, account = lab.cast.maker, cooperative(lab, cap=0)

    assert refused(lab, maker, account) == ("cap_reached",)
    assert book(lab, maker, account, resource_id=lab.cast.desk_room), "nothing measures a desk: it is never charged"
    admin = lab.actor(lab.cast.admin)
    wish = {"resource_id": lab.cast.printer, "member_id": maker, "account_id": account, "nature": Nature.DEMONSTRATION}
    with transaction() as session:
        assert services.book(session, admin, Wish(**wish, period=hours_from(TEN, 1)), NOW)
    with transaction() as session:
        card = PriceCard(
            legal_entity_id=lab.cast.entity,
            category_id=lab.cast.printers,
            class_id=None,
            valid_from=date(2026, 4, 1),
            amount_cents=0,
            per_seconds=3600,
        )
        add_price(session, lab.actor(lab.cast.treasurer), card, NOW)
    assert book(lab, maker, account, start=TEN + timedelta(days=31)), "it is free from April on"


def test_what_is_measured_and_has_no_price_keeps_within_no_cap(lab: Lab) -> None:
    trainer, account = lab.cast.trainer, cooperative(lab)
    with transaction() as session:
        people.appoint_owner(session, lab.actor(lab.cast.maker), account, trainer, NOW)
    actor = lab.cast.admin
    Printer(lab, lab.cast.desk_room)

    assert book(lab, actor, members.personal_account(lab.session, actor).id, resource_id=lab.cast.desk_room)
    write(lab, account, monthly_cap_cents=100_000)
    assert refused(lab, trainer, account, resource_id=lab.cast.desk_room) == ("cap_unpriced",)


def test_what_was_used_counts_as_measured_and_what_was_given_back_no_more(lab: Lab) -> None:
    maker, account = lab.cast.maker, cooperative(lab, cap=600)
    first = book(lab, maker, account, 0, 1)
    given_back = book(lab, maker, account, 1, 1)
    assert refused(lab, maker, account, 2, 1) == ("cap_reached",)
    with transaction() as session:
        services.cancel(session, lab.actor(maker), given_back, NOW)
    printer = Printer(lab, lab.cast.printer)
    use = printer.prints(TEN, 1200).id
    later = TEN + timedelta(hours=1, minutes=1)

    assert spent(lab, account, later) == 100, "an hour was reserved, and twenty minutes of it used"
    assert spent(lab, account, TEN + timedelta(minutes=30)) == 300, "the reservation still stands"
    with transaction() as session:
        desk.give(session, lab.actor(lab.cast.admin), use, lab.cast.student, later)
    assert spent(lab, account, later) == 0, "it was another's"
    assert queries.reservation(lab.session, first).account_id == account


def spent(lab: Lab, account: int, now: datetime) -> Fraction:
    found = services.paying.purse().commitments(lab.session, account, "2026-03", now)
    lab.session.rollback()
    return sum((item.cents for item in found), start=Fraction(0))


def test_a_move_may_cost_as_much_as_before_and_more_only_within_the_cap(lab: Lab) -> None:
    maker, account = lab.cast.maker, cooperative(lab, cap=300)
    made = book(lab, maker, account)
    write(lab, account, monthly_cap_cents=100)
    with transaction() as session:
        moving.change(session, lab.actor(maker), made, Change(resource_id=lab.cast.other_printer), NOW)
    with transaction() as session:
        card = PriceCard(
            legal_entity_id=lab.cast.entity,
            category_id=lab.cast.desks,
            class_id=None,
            valid_from=date(2026, 1, 1),
            amount_cents=301,
            per_seconds=3600,
        )
        add_price(session, lab.actor(lab.cast.treasurer), card, NOW)

    with pytest.raises(Refused) as reasons, transaction() as session:
        moving.change(session, lab.actor(lab.cast.admin), made, Change(resource_id=lab.cast.desk_room), NOW)
    assert reasons.value.codes == ("cap_reached",)
    write(lab, account, monthly_cap_cents=301)
    with transaction() as session:
        moving.change(session, lab.actor(maker), made, Change(resource_id=lab.cast.desk_room), NOW)
    assert queries.reservation(lab.session, made).resource_id == lab.cast.desk_room


def test_what_was_reserved_while_one_might_is_honoured_after_leaving(lab: Lab) -> None:
    maker, student, account = lab.cast.maker, lab.cast.student, cooperative(lab)
    made = book(lab, student, account)
    with transaction() as session:
        people.remove(session, lab.actor(maker), account, student, NOW)

    used = Printer(lab, lab.cast.printer).prints(TEN, 3600)

    assert (used.account_id, used.member_id) == (account, student)
    assert spent(lab, account, TEN + timedelta(days=1)) == 150
    assert queries.ahead_on_account(lab.session, account, NOW, member_id=student) == 1
    assert refused(lab, student, account, 2) == ("account_unknown",)
    with transaction() as session:
        services.cancel(session, lab.actor(student), made, NOW)


def test_two_who_reserve_at_once_on_different_machines_do_not_pass_a_cap_together(lab: Lab) -> None:
    maker, account = lab.cast.maker, cooperative(lab, cap=900)
    ready = threading.Barrier(6)

    def reserve(resource: int, hour: int) -> int:
        ready.wait()
        return book(lab, maker, account, hour, 1, resource_id=resource)

    wishes = [(resource, hour) for hour in (0, 2, 4) for resource in (lab.cast.printer, lab.cast.other_printer)]
    found = at_once(lab.app, [lambda wish=wish: reserve(*wish) for wish in wishes])

    assert sum(isinstance(item, int) for item in found) == 3
    assert {item.codes for item in found if isinstance(item, Refused)} == {("cap_reached",)}
    assert lab.session.query(Reservation).filter_by(account_id=account).count() == 3


def test_who_is_removed_while_reserving_either_has_it_or_is_refused(lab: Lab) -> None:
    student, account = lab.cast.student, cooperative(lab)
    ready = threading.Barrier(2)

    def reserve() -> int:
        ready.wait()
        return book(lab, student, account)

    def remove() -> None:
        ready.wait()
        with transaction() as session:
            people.remove(session, lab.actor(lab.cast.maker), account, student, NOW)

    made, removed = at_once(lab.app, [reserve, remove])

    assert removed is None
    assert isinstance(made, int) or (isinstance(made, Refused) and made.codes == ("account_unknown",))


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.fractions(0, 10**6)), max_size=3),
    st.one_of(st.none(), st.fractions(0, 10**6)),
)
def test_a_wish_is_refused_by_exactly_the_caps_that_it_would_exceed(
    held: list[tuple[int, Fraction]], cost: Fraction | None
) -> None:
    found = [Cap(whose="x", cents=cents, spent=spent) for cents, spent in held]

    reasons = [row.code for row in caps.check(cost, found, "2026-03", "y")]

    if cost is None:
        assert reasons == ["cap_unpriced"] * bool(found)
    else:
        over = [cap for cap in found if cost > 0 and cap.spent + cost > cap.cents]
        assert reasons == ["cap_reached"] * len(over)
        assert all(cost > cap.left for cap in over)
