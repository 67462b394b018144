"""In a real browser: a fabmanager signs up a family that walked in, within the two minutes that a queue allows."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from fablab.billing.models import ItemCharge
from fablab.core.db import transaction
from fablab.members import charters, guardians, queries
from fablab.members.memberships import kinds
from fablab.members.memberships import queries as memberships
from fablab.members.memberships.kinds import KindCard, MembershipPriceCard
from fablab.members.models import Covers
from fablab.presence.queries import who_is_in
from tests.browser.conftest import DESKTOP, PHONE, Desk

pytestmark = pytest.mark.browser
TWO_MINUTES = 120
A_SIGN, A_TOUCH = 0.3, 3.0
"""Seconds for a typed sign and for finding and touching something: slower than most people at a desk. The test counts
what the page asks for, whatever the machine's own speed.
"""


@pytest.mark.parametrize(("size", "javascript"), [(DESKTOP, True), (PHONE, False)])
def test_a_family_that_walks_in_is_signed_up_in_two_minutes(
    desk: Desk, size: tuple[int, int], javascript: bool, tmp_path: Path
) -> None:
    cast, now = desk.lab.cast, datetime.now(UTC)
    with transaction() as session:
        admin = desk.lab.actor(cast.admin)
        charters.publish(session, admin, None, "Charte", "Ranger.", date(2026, 1, 1), now)
        card = KindCard(name="Famille", legal_entity_id=cast.entity, length=12, covers=Covers.FAMILY, most_people=6)
        kind_id = kinds.add_kind(session, admin, card, now).id
        price = MembershipPriceCard(class_id=None, valid_from=date(2026, 1, 1), amount_cents=6000)
        kinds.add_price(session, admin, kind_id, price, now)
    page = desk.window(cast.fabmanager, size=size, javascript=javascript)
    typed, touched = 0, 0

    page.goto("/people")
    page.get_by_role("link", name="Add a family").click()
    for label, text in (("guardian-0-name", "Nadia Roux"), ("guardian-0-email", "nadia@test.example")):
        page.locator(f"#{label}").fill(text)
        typed, touched = typed + len(text), touched + 1
    for number, (name, born) in enumerate((("Tom Roux", "2013-02-28"), ("Lila Roux", "2016-12-31"))):
        page.locator(f"#child-{number}-name").fill(name)
        page.locator(f"#child-{number}-born").fill(born)
        typed, touched = typed + len(name) + len(born), touched + 2
    page.get_by_label("Membership").select_option("Famille")
    page.get_by_label("They are here now").select_option(index=1)
    for box in ("Machines and tools", "Care in an emergency", "The charter is read and signed"):
        page.get_by_label(box).check()
        touched += 1
    page.screenshot(path=tmp_path / "family.png", full_page=True)
    page.get_by_role("button", name="Add the family").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nadia Roux")
    touched += 6  # People, Add a family, the two lists, and the button; then the page is read.

    assert typed * A_SIGN + touched * A_TOUCH < TWO_MINUTES
    session = desk.lab.session
    session.rollback()
    mother = queries.member_by_email(session, "nadia@test.example")
    wards = [row.ward_id for row in guardians.wards_of(session, mother.id)]
    assert len(wards) == 2
    family = {mother.id, *wards}
    assert {item.arrival.member_id for item in who_is_in(session, cast.workshop, now)} == family
    assert all(memberships.covering(session, key, cast.workshop, now.date()) for key in family)
    assert [row.price_cents for row in session.query(ItemCharge)] == [6000]
    assert (tmp_path / "family.png").stat().st_size > 10_000
