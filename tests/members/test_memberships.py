"""Memberships: their kinds; sold and renewed once, and ended."""

import threading
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Conflict, Refused
from fablab.members import queries as members
from fablab.members.memberships import changing, kinds, queries
from fablab.members.memberships.kinds import KindCard, MembershipPriceCard
from fablab.members.memberships.rules import Days, MembershipStanding
from fablab.members.models import Covers, Lasts, Membership, MemberState, Role
from fablab.members.services import grant_role
from tests.conftest import Lab
from tests.members.lab_of_memberships import DAY, NOW, TODAY, add_kind, codes, found, make_ward, renew, sell
from tests.support.threads import at_once


def test_what_is_sold_keeps_its_days_its_price_and_its_payer(lab: Lab) -> None:
    made = found(lab, sell(lab, add_kind(lab)))

    assert (made.first_on, made.last_on, made.price_cents) == (TODAY, date(2027, 3, 1), 4000)
    assert made.account_id == members.personal_account(lab.session, lab.cast.maker).id
    assert [row.member_id for row in made.people] == [lab.cast.maker]
    assert queries.standing_today(made, NOW) == MembershipStanding.IN_ORDER
    assert queries.standing_today(made, NOW + 370 * DAY) == MembershipStanding.GRACE
    assert queries.standing_today(made, NOW + 375 * DAY) == MembershipStanding.LAPSED
    entry = lab.session.query(AuditEntry).filter_by(action="membership.sold").one()
    assert (entry.actor_id, entry.member_id, entry.details["price_cents"]) == (lab.cast.admin, lab.cast.maker, 4000)


def test_a_price_of_the_class_comes_first_and_prices_are_never_changed(lab: Lab) -> None:
    kind, treasurer = add_kind(lab), lab.actor(lab.cast.treasurer)
    with transaction() as session:
        for class_id, day, cents in (
            (lab.cast.students, date(2026, 1, 1), 1500),
            (None, date(2026, 3, 3), 4500),
        ):
            card = MembershipPriceCard(class_id=class_id, valid_from=day, amount_cents=cents)
            kinds.add_price(session, treasurer, kind, card, NOW)

    prices = [
        found(lab, sell(lab, kind, holder_id=who, first_on=day)).price_cents
        for who, day in ((lab.cast.student, TODAY), (lab.cast.maker, TODAY), (lab.cast.newcomer, TODAY + DAY))
    ]

    assert prices == [1500, 4000, 4500]
    for statement in ("UPDATE membership_prices SET amount_cents = 1", "DELETE FROM membership_prices"):
        with pytest.raises(DBAPIError, match="never changed or deleted"), transaction() as session:
            session.execute(text(statement))
    for who in (lab.cast.fabmanager, lab.cast.maker):
        with pytest.raises(Forbidden), transaction() as session:
            kinds.add_price(session, lab.actor(who), kind, card, NOW)
    with pytest.raises(Refused) as caught, transaction() as session:
        kinds.add_price(session, treasurer, kind, card, NOW)
    assert codes(caught) == {"price_exists"}


def test_every_reason_against_a_sale_is_told(lab: Lab) -> None:
    cast = lab.cast
    kind = add_kind(lab, None, class_ids=(cast.students,), youngest=12, oldest=25)
    with transaction() as session:
        kinds.close_kind(session, lab.actor(cast.admin), kind, True, 1, NOW)
        members.member(session, cast.newcomer).birth_date = date(2000, 2, 29)

    with pytest.raises(Refused) as caught:
        sell(lab, kind, people=(cast.student,))
    assert codes(caught) == {"closed", "class", "birth_date", "no_price", "for_one"}
    # Who was born on 29 February is 26 from 1 March on.
    for day, told in ((date(2026, 2, 28), set()), (date(2026, 3, 1), {"age"})):
        with pytest.raises(Refused) as caught:
            sell(lab, kind, holder_id=cast.newcomer, first_on=day)
        assert codes(caught) == {"closed", "class", "no_price"} | told
    for day in (date(1999, 1, 1), date(2100, 12, 31)):
        with pytest.raises(Refused) as caught:
            sell(lab, kind, first_on=day)
        assert codes(caught) == {"day"}


def test_members_buy_for_themselves_and_their_wards_what_is_sold_online(lab: Lab) -> None:
    cast = lab.cast
    online, desk = add_kind(lab), add_kind(lab, name="Au comptoir", sold_online=False)
    make_ward(lab, cast.newcomer, cast.maker)

    own = sell(lab, online, who=cast.maker)
    wards = found(lab, sell(lab, online, who=cast.maker, holder_id=cast.newcomer))

    assert wards.account_id == members.personal_account(lab.session, cast.maker).id
    with pytest.raises(Forbidden):
        sell(lab, online, who=cast.maker, holder_id=cast.student)
    for kind, first_on, told in (
        (desk, None, {"not_online"}),
        (online, TODAY - DAY, {"first_on", "has_one"}),
        (online, TODAY + 400 * DAY, {"first_on"}),
    ):
        with pytest.raises(Refused) as caught:
            sell(lab, kind, who=cast.maker, first_on=first_on)
        assert codes(caught) == told
    with pytest.raises(NotFound):
        renew(lab, own, who=cast.student)


def test_only_hosts_of_its_site_sell_what_is_a_sites_own(lab: Lab) -> None:
    office = add_kind(lab, site_id=lab.cast.office)

    assert sell(lab, office, who=lab.cast.trainer)
    for who in (lab.cast.fabmanager, lab.cast.treasurer):
        with pytest.raises(Forbidden):
            sell(lab, office, who=who, holder_id=lab.cast.student)
    with transaction() as session:
        grant_role(session, members.member(session, lab.cast.newcomer), Role.HOST, site_id=lab.cast.office)
    assert sell(lab, office, who=lab.cast.newcomer, holder_id=lab.cast.student)


def test_renewing_goes_on_after_the_last_day_or_from_today_once_grace_is_over(lab: Lab) -> None:
    kind = add_kind(lab, lasts=Lasts.MONTHS, length=1)
    first = sell(lab, kind)

    second = renew(lab, first)
    assert renew(lab, first) == second
    third = found(lab, renew(lab, second, now=NOW + 65 * DAY))  # In grace.
    late = found(lab, renew(lab, third.id, now=NOW + 200 * DAY))

    assert (found(lab, second).first_on, third.first_on) == (date(2026, 4, 2), date(2026, 5, 2))
    assert late.first_on == TODAY + 200 * DAY
    assert lab.session.query(Membership).count() == 4


def test_two_clicks_or_two_people_at_once_make_one(lab: Lab) -> None:
    kind = add_kind(lab)
    ready = threading.Barrier(4)

    def selling() -> int:
        ready.wait()
        return sell(lab, kind, request_key="one click")

    sold = set(at_once(lab.app, [selling] * 4))
    assert len(sold) == 1
    (membership,) = sold
    assert isinstance(membership, int)

    def renewing() -> int:
        ready.wait()
        return renew(lab, membership)

    assert len(set(at_once(lab.app, [renewing] * 4))) == 1
    lab.session.rollback()
    assert lab.session.query(Membership).count() == 2
    with pytest.raises(Conflict):
        sell(lab, kind, request_key="one click", holder_id=lab.cast.student)


def test_staff_end_a_membership_and_its_holder_does_not_renew_it_alone(lab: Lab) -> None:
    first = sell(lab, add_kind(lab))
    admin = lab.actor(lab.cast.admin)
    with pytest.raises(Refused) as caught, transaction() as session:
        changing.end_early(session, admin, first, date(2028, 1, 1), " ", 1, NOW)
    assert codes(caught) == {"day", "reason_missing"}
    with pytest.raises(Conflict), transaction() as session:
        changing.end_early(session, admin, first, TODAY, "Départ", 9, NOW)

    with transaction() as session:
        changing.end_early(session, admin, first, TODAY, "Départ", 1, NOW)

    assert queries.standing_today(found(lab, first), NOW) == MembershipStanding.IN_ORDER
    assert queries.standing_today(found(lab, first), NOW + DAY) == MembershipStanding.ENDED
    with pytest.raises(Refused) as caught:
        renew(lab, first, now=NOW + DAY)
    assert codes(caught) == {"ended"}
    assert found(lab, renew(lab, first, who=lab.cast.admin, now=NOW + DAY)).first_on == TODAY + DAY
    for act in (
        lambda session: changing.end_early(session, lab.actor(lab.cast.maker), first, TODAY, "x", 2, NOW),
        lambda session: changing.pause(session, lab.actor(lab.cast.maker), first, Days(TODAY, TODAY), "x", NOW),
    ):
        with pytest.raises(Forbidden), transaction() as session:
            act(session)


def test_a_kind_that_does_not_hold_together_is_refused_with_every_reason(lab: Lab) -> None:
    card = KindCard(
        name=" \x00",
        legal_entity_id=lab.cast.entity,
        lasts=Lasts.FIXED_DAY,
        until_month=2,
        until_day=30,
        next_within_weeks=99,
        grace_days=-1,
        remind_days="soon",
        covers=Covers.FAMILY,
        most_people=1,
        access_level=7,
        youngest=30,
        oldest=3,
    )
    admin = lab.actor(lab.cast.admin)

    with pytest.raises(Refused) as caught, transaction() as session:
        kinds.add_kind(session, admin, card, NOW)

    expected = {"name_missing", "until", "next_within_weeks", "grace_days", "remind_days", "most_people", "ages"}
    assert codes(caught) == expected | {"access_level"}
    for who in (lab.cast.fabmanager, lab.cast.treasurer):
        with pytest.raises(Forbidden), transaction() as session:
            kinds.add_kind(session, lab.actor(who), card, NOW)
    kind = add_kind(lab)
    with pytest.raises(Conflict), transaction() as session:
        kinds.edit_kind(session, admin, kind, kinds.card_of(queries.kind(session, kind)), 9, NOW)


def test_who_waits_for_approval_buys_nothing_alone(lab: Lab) -> None:
    kind, waits = add_kind(lab), lab.cast.newcomer
    with transaction() as session:
        members.member(session, waits).state = MemberState.PENDING

    with pytest.raises(Refused) as caught:
        sell(lab, kind, who=waits, holder_id=waits)

    assert codes(caught) == {"pending"}
    assert sell(lab, kind, holder_id=waits), "staff may, who know the person"
