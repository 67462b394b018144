"""In a real browser: a problem reported from a phone, and a day closed with a decision for whom it touches."""

from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from fablab.booking.models import Reservation, ReservationState
from fablab.booking.services import Wish, book
from fablab.catalog.models import Problem
from fablab.core import clock
from fablab.core.db import transaction
from tests.browser.conftest import PHONE, Desk, fits
from tests.conftest import hours_from

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False])
def test_a_visitor_reports_a_problem_from_the_qr_page(desk: Desk, tmp_path: Path, javascript: bool) -> None:
    photo = tmp_path / "photo.png"
    Image.effect_noise((2400, 1800), 80).save(photo)
    page = desk.window(size=PHONE, javascript=javascript)

    page.goto("/m/prusa-n1")
    page.get_by_role("link", name="Report a problem").click()
    assert fits(page)
    page.get_by_label("A problem").check(force=True)
    page.get_by_label("What happened").fill("<b>La buse</b> est bouchée 🔥")
    page.get_by_label("A photo").set_input_files(photo)
    page.get_by_role("main").get_by_role("button").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")

    desk.lab.session.rollback()
    (problem,) = desk.lab.session.query(Problem)
    assert (problem.text, problem.photo_id is not None) == ("<b>La buse</b> est bouchée 🔥", True)
    staff = desk.window(desk.lab.cast.fabmanager, size=PHONE, javascript=javascript)
    staff.goto(f"/problems/{problem.id}")
    assert staff.locator("main img").evaluate("image => image.naturalWidth") == 1600
    assert fits(staff)


def test_closing_a_day_asks_what_becomes_of_its_reservations(desk: Desk, tomorrow: datetime) -> None:
    cast = desk.lab.cast
    wish = Wish(resource_id=cast.printer, period=hours_from(tomorrow, 1), member_id=cast.maker)
    with transaction() as session:
        made = book(session, desk.lab.actor(cast.maker), wish, clock.now()).id
    page = desk.window(cast.fabmanager)

    page.goto(f"/hours/{cast.workshop}")
    page.get_by_text("Close, or open exceptionally").click()
    page.get_by_label("First day").fill(tomorrow.date().isoformat())
    page.get_by_label("Why").fill("Inventaire")
    page.get_by_role("main").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Maker", exact=True)).to_be_visible()
    page.get_by_label("What becomes of it").select_option("cancel")
    page.get_by_label("All others").select_option("keep")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("Inventaire").first).to_be_visible()

    desk.lab.session.rollback()
    row = desk.lab.session.get(Reservation, made)
    assert (row.state, row.cancel_reason) == (ReservationState.CANCELLED, "Inventaire")
