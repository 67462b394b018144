"""Reserving and giving back in a real browser: by keyboard, by finger, without JavaScript, from another time zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from fablab.booking.models import Reservation
from fablab.booking.services import Wish, book
from fablab.core.db import transaction
from fablab.core.period import Period
from tests.browser.conftest import PHONE, Desk, fits

pytestmark = pytest.mark.browser
PARIS = ZoneInfo("Europe/Paris")


def _reservations(desk: Desk) -> list[Reservation]:
    desk.lab.session.rollback()
    found = list(desk.lab.session.query(Reservation).filter_by(state="booked"))
    desk.lab.session.rollback()
    return found


def _slot(start: datetime) -> str:
    return f'a[href*="prusa-n1/book?start={start:%Y-%m-%dT%H:%M:%SZ}"]'


@pytest.mark.parametrize("timezone", ["Europe/Paris", "Pacific/Auckland"])
def test_by_keyboard_wherever_the_browser_is(desk: Desk, tomorrow: datetime, timezone: str) -> None:
    page = desk.window(desk.lab.cast.maker, timezone=timezone)
    page.goto(f"/day?d={tomorrow.date()}&site={desk.lab.cast.workshop}")
    grid = page.get_by_role("grid")
    assert grid.locator("td [tabindex='0'], td[tabindex='0']").count() == 1, "one tab stop"

    grid.locator(_slot(tomorrow)).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    local = tomorrow.astimezone(PARIS)
    confirm = page.get_by_role("button", name=f"Book {local:%H:%M}–{local + timedelta(minutes=90):%H:%M}")
    expect(confirm).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Reserved: Prusa n°1")).to_be_visible()
    assert [(row.starts_at, row.ends_at) for row in _reservations(desk)] == [
        (tomorrow, tomorrow + timedelta(minutes=90))
    ]
    page.locator("td.mine a").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Cancel the reservation").press("Enter")
    expect(page.get_by_text("Cancelled: Prusa n°1")).to_be_visible()
    assert _reservations(desk) == []


def test_without_javascript(desk: Desk, tomorrow: datetime) -> None:
    page = desk.window(desk.lab.cast.maker, javascript=False)
    page.goto(f"/day?d={tomorrow.date()}")

    page.get_by_role("grid").locator(_slot(tomorrow)).click()
    page.locator("label.duration", has_text="2 h").click()
    page.locator("#confirm").click()
    expect(page.get_by_text("Reserved: Prusa n°1")).to_be_visible()
    assert [row.period.minutes for row in _reservations(desk)] == [120]
    page.goto("/me")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Cancel the reservation").click()

    expect(page.get_by_text("Cancelled: Prusa n°1")).to_be_visible()
    assert _reservations(desk) == []


def test_on_a_phone_by_finger(desk: Desk, tomorrow: datetime) -> None:
    page = desk.window(desk.lab.cast.maker, size=PHONE)
    assert fits(page)
    page.goto(f"/day?d={tomorrow.date()}")
    assert fits(page)

    page.locator("#line-prusa-n1 summary").tap()
    page.locator(f"#line-prusa-n1 {_slot(tomorrow)}").tap()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.locator("label.duration", has_text="30 min").tap()
    local = tomorrow.astimezone(PARIS)
    page.get_by_role("button", name=f"Book {local:%H:%M}–{local + timedelta(minutes=30):%H:%M}").tap()

    expect(page.get_by_text("Reserved: Prusa n°1")).to_be_visible()
    assert [row.period.minutes for row in _reservations(desk)] == [30]
    for path in ("/me", "/m/prusa-n1", "/live"):
        page.goto(path)
        assert fits(page), path


def test_who_is_too_late_reads_why_in_the_sheet_and_takes_the_next_slot(desk: Desk, tomorrow: datetime) -> None:
    page = desk.window(desk.lab.cast.maker)
    page.goto(f"/day?d={tomorrow.date()}&site={desk.lab.cast.workshop}")
    page.get_by_role("grid").locator(_slot(tomorrow)).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    period = Period(tomorrow, tomorrow + timedelta(hours=1))
    student = desk.lab.cast.student
    with transaction() as session:
        wish = Wish(resource_id=desk.lab.cast.printer, period=period, member_id=student)
        book(session, desk.lab.actor(student), wish, datetime.now(UTC))

    page.locator("#confirm").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody")
    local = (tomorrow + timedelta(hours=1)).astimezone(PARIS)
    page.get_by_role("link", name=f"{local:%H:%M}–{local + timedelta(hours=1):%H:%M}").click()
    expect(page.locator("#confirm")).to_have_text(f"Book {local:%H:%M}–{local + timedelta(hours=1):%H:%M}")
    page.locator("#confirm").click()

    expect(page.get_by_text("Reserved: Prusa n°1")).to_be_visible()
    assert len(_reservations(desk)) == 2


def test_polling_steals_neither_focus_nor_what_was_unfolded(desk: Desk, tomorrow: datetime) -> None:
    page = desk.window(desk.lab.cast.maker, size=PHONE)
    page.goto(f"/day?d={tomorrow.date()}")
    page.locator("#line-prusa-n2 summary").tap()
    page.locator("#line-prusa-n2 summary").focus()
    period = Period(tomorrow, tomorrow + timedelta(hours=1))
    with transaction() as session:
        wish = Wish(resource_id=desk.lab.cast.other_printer, period=period, member_id=desk.lab.cast.student)
        book(session, desk.lab.actor(desk.lab.cast.student), wish, datetime.now(UTC))

    page.evaluate("htmx.trigger('#tables', 'every')")
    expect(page.locator("#line-prusa-n2 .taken")).to_be_visible()

    assert page.evaluate("document.activeElement.closest('details')?.id") == "line-prusa-n2"


def test_the_theme_and_the_language_are_chosen_in_the_menu(desk: Desk) -> None:
    page = desk.window()
    page.goto("/")

    page.get_by_label("Menu").click()
    page.get_by_role("button", name="Dark colours").click()
    expect(page.locator("body")).to_have_css("background-color", "rgb(17, 21, 27)")
    page.get_by_label("Menu").click()
    page.get_by_role("button", name="Français").click()

    expect(page.get_by_role("main").get_by_role("link", name="Se connecter")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "fr"
