"""Kinds of memberships and who has them, for the tests of these."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from fablab.core.db import transaction
from fablab.core.refusals import Refused
from fablab.members.memberships import changing, kinds, queries, selling
from fablab.members.memberships.kinds import KindCard, MembershipPriceCard
from fablab.members.memberships.rules import Days
from fablab.members.memberships.selling import Sale
from fablab.members.models import Guardianship, Membership
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)


def add_kind(lab: Lab, cents: int | None = 4000, **more: object) -> int:
    """A kind of the whole network, sold online for twelve months, at a price for everybody."""
    card = KindCard(name="Adhésion", legal_entity_id=lab.cast.entity, sold_online=True, grace_days=10)
    with transaction() as session:
        admin = lab.actor(lab.cast.admin)
        kind_id = kinds.add_kind(session, admin, replace(card, **more), NOW).id
        if cents is not None:
            price = MembershipPriceCard(class_id=None, valid_from=date(2020, 1, 1), amount_cents=cents)
            kinds.add_price(session, admin, kind_id, price, NOW)
        return kind_id


def sell(lab: Lab, kind_id: int, *, who: int | None = None, now: datetime = NOW, **more: object) -> int:
    """Sell a kind to the maker, as an administrator at the desk unless somebody else is named."""
    sale = replace(Sale(kind_id=kind_id, holder_id=lab.cast.maker), **more)
    with transaction() as session:
        return selling.sell(session, lab.actor(who or lab.cast.admin), sale, now).id


def renew(lab: Lab, membership_id: int, *, who: int | None = None, now: datetime = NOW) -> int:
    """Renew a membership, as its holder."""
    with transaction() as session:
        return selling.renew(session, lab.actor(who or lab.cast.maker), membership_id, now).id


def found(lab: Lab, membership_id: int) -> Membership:
    """A membership as it stands in the database."""
    lab.session.rollback()
    lab.session.expire_all()
    return queries.membership(lab.session, membership_id)


def make_ward(lab: Lab, ward: int, guardian: int) -> None:
    """Let somebody answer for somebody else, and pay."""
    with transaction() as session:
        session.add(Guardianship(guardian_id=guardian, ward_id=ward, began_at=NOW))


def codes(caught: pytest.ExceptionInfo[Refused]) -> set[str]:
    """Why it was refused."""
    return set(caught.value.codes)


def pause(lab: Lab, membership_id: int, first: date, count: int, *, who: int | None = None) -> int:
    """Pause it for so many days."""
    days = Days(first, first + timedelta(days=count - 1))
    with transaction() as session:
        actor = lab.actor(who or lab.cast.admin)
        return changing.pause(session, actor, membership_id, days, "Convalescence", NOW).id
