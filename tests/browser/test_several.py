"""Weekly, several at once, draws and waiting in a real browser: by keys, without a script; axe finds nothing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from fablab.booking.models import Reservation
from tests.booking.rules_of_a_lab import book, rule
from tests.browser.conftest import PHONE, Desk, fits
from tests.browser.test_accessibility import serious
from tests.conftest import hours_from

pytestmark = pytest.mark.browser
PARIS = ZoneInfo("Europe/Paris")


def _ask_weekly(page: Page, start: datetime, times: int = 3) -> None:
    local = start.astimezone(PARIS)
    page.goto("/m/prusa-n1/repeat")
    page.get_by_label("First day").fill(f"{local:%Y-%m-%d}")
    page.get_by_label("Start").fill(f"{local:%H:%M}")
    page.locator("#times-count, [name=times]").first.fill(str(times))


def _booked(desk: Desk) -> list[tuple[int, datetime]]:
    desk.lab.session.rollback()
    rows = desk.lab.session.query(Reservation).filter_by(state="booked").order_by(Reservation.starts_at)
    found = [(row.resource_id, row.starts_at) for row in rows]
    desk.lab.session.rollback()
    return found


def test_weekly_by_keys_alone_and_without_a_script(desk: Desk, tomorrow: datetime) -> None:
    page = desk.window(desk.lab.cast.maker, size=PHONE, javascript=False)
    _ask_weekly(page, tomorrow)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_contain_text("every week, 3 times")
    page.locator("form[method=post] button.primary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Reserved: Prusa n°1")).to_be_visible()
    assert len(_booked(desk)) == 3

    page.get_by_role("link", name="Give them back").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Give 3 reservations back").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 reservations were given back.")).to_be_visible()
    assert _booked(desk) == []


def test_two_machines_at_once_on_a_phone(desk: Desk, tomorrow: datetime) -> None:
    cast = desk.lab.cast
    page = desk.window(cast.maker, size=PHONE)
    page.goto(f"/m/prusa-n1/together?start={tomorrow:%Y-%m-%dT%H:%M:%SZ}&minutes=60")
    page.get_by_label("Prusa n°2").check()
    page.get_by_role("button", name="See whether they are free").click()
    page.get_by_role("button", name="Reserve all 2").click()

    expect(page.get_by_text("Reserved together")).not_to_have_count(0)
    assert _booked(desk) == [(cast.printer, tomorrow), (cast.other_printer, tomorrow)]
    assert fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_one_reserves_more_than_once(desk: Desk, tomorrow: datetime, scheme: str) -> None:
    cast, now = desk.lab.cast, datetime.now(UTC)
    book(desk.lab, cast.student, hours_from(tomorrow + timedelta(days=7), 1), now=now)
    rule(desk.lab, "late_return", {"fee_cents": 500})
    out = book(desk.lab, cast.student, hours_from(now, 1), now=now, resource_id=cast.other_printer)
    page = desk.window(cast.maker, scheme=scheme, size=PHONE)
    staff = desk.window(cast.fabmanager, scheme=scheme, size=PHONE)
    found = {}

    def look(path: str = "", there: Page = page) -> None:
        if path:
            there.goto(path)
        found[path or there.url] = serious(there)
        assert fits(there), there.url

    _ask_weekly(page, tomorrow)
    page.locator("form button.primary").first.click()
    look()
    page.locator("[name=do][value=rest], form[method=post] button.primary").first.click()
    look()
    series = page.url
    for path in ("/change", "/cancel"):
        look(f"{series}{path}")
    start = f"{tomorrow + timedelta(hours=5):%Y-%m-%dT%H:%M:%SZ}"
    look(f"/m/prusa-n1/together?look=yes&start={start}&minutes=60&resource={cast.other_printer}")
    page.get_by_role("button", name="Reserve all 2").click()
    look()
    rule(desk.lab, "draw", {"days": 3})
    week = tomorrow + timedelta(days=9)
    look(f"/m/prusa-n1/book?start={week:%Y-%m-%dT%H:%M:%SZ}")
    for path in ("/draws", "/waiting", "/waiting/join"):
        look(path)
    for path in (f"/waiting/sites/{cast.workshop}", "/desk/expected", "/desk/requests", f"/reservations/{out}"):
        look(path, staff)

    assert {path: faults for path, faults in found.items() if faults} == {}
