"""Reservations that move in a real browser: by keys, by drag, seen by others at once; and how many taps it takes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from fablab.booking.models import Reservation
from tests.booking.rules_of_a_lab import book, rule
from tests.browser.conftest import PHONE, Desk, fits
from tests.browser.test_accessibility import serious
from tests.conftest import hours_from

pytestmark = pytest.mark.browser
PARIS = ZoneInfo("Europe/Paris")
HALF = timedelta(minutes=30)


def _times(desk: Desk, made: int) -> tuple[int, datetime, datetime]:
    desk.lab.session.rollback()
    row = desk.lab.session.get_one(Reservation, made)
    found = (row.resource_id, row.starts_at, row.ends_at)
    desk.lab.session.rollback()
    return found


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(PARIS):%H:%M}"


def _drag(page: Page, link: Locator, right: float, down: float = 0, *, by: float = 0.3) -> None:
    """With the mouse, from a part of the link's width, by so many pixels."""
    link.scroll_into_view_if_needed()
    box = link.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * by, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2)
    page.mouse.move(x + right, y + down)
    page.mouse.up()


def test_keys_and_drags_move_it_and_others_see_it(desk: Desk, tomorrow: datetime) -> None:
    cast, now = desk.lab.cast, datetime.now(UTC)
    made = book(desk.lab, cast.maker, hours_from(tomorrow, 1), now=now)
    book(desk.lab, cast.student, hours_from(tomorrow + 5 * HALF, 1), now=now)
    day = f"/day?d={tomorrow.date()}&site={cast.workshop}"
    page, other = desk.window(cast.maker), desk.window(cast.student)
    page.goto(day)
    other.goto(day)
    mine, said = page.locator("td.mine a"), page.locator("#said")

    # Three keys in a row, each a slot; what comes is told, and the reservation keeps the focus.
    mine.focus()
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("Shift+Alt+ArrowRight")
    expect(said).to_contain_text(f"{_at(tomorrow + HALF)}–{_at(tomorrow + 4 * HALF)}")
    expect(mine).to_be_focused()
    assert _times(desk, made) == (cast.printer, tomorrow + HALF, tomorrow + 4 * HALF)
    expect(other.locator("#row-prusa-n1 td.booked").first).to_contain_text(_at(tomorrow + HALF), timeout=8_000)

    # One further than another's begins: refused with what would work, and nothing moved.
    page.keyboard.press("Alt+ArrowRight")
    expect(said).to_contain_text(f"{_at(tomorrow + 2 * HALF)}–")
    page.keyboard.press("Alt+ArrowRight")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody")
    assert _times(desk, made)[1] == tomorrow + 2 * HALF
    dialog.locator(".nearest a").last.click()
    expect(dialog.get_by_label("What")).to_have_value(str(cast.other_printer))
    dialog.get_by_role("button", name="Move it").click()
    expect(page.get_by_text("Moved: Prusa n°2")).to_be_visible()
    where, start, end = _times(desk, made)
    assert where == cast.other_printer

    # With the mouse: two columns later, to the other machine, and longer by its edge.
    page.goto(day)
    step = page.locator("td.free").first.evaluate("cell => cell.getBoundingClientRect().width")
    row = page.locator("#row-prusa-n1").evaluate("row => row.getBoundingClientRect().height")
    _drag(page, mine, -2 * step, -row)
    expect(said).to_contain_text(_at(start - 2 * HALF))
    assert _times(desk, made) == (cast.printer, start - 2 * HALF, end - 2 * HALF)
    _drag(page, mine, -step, by=0.97)
    expect(said).to_contain_text(_at(end - 3 * HALF))
    # Onto somebody else's: put back, with why.
    _drag(page, mine, 3 * step)
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody")
    assert page.locator("a.dragged").count() == 0
    assert _times(desk, made) == (cast.printer, start - 2 * HALF, end - 3 * HALF)


def test_polls_leave_the_focus_where_it_stands(desk: Desk, tomorrow: datetime) -> None:
    cast, page = desk.lab.cast, desk.window(desk.lab.cast.maker)
    page.goto(f"/m/prusa-n1?from={tomorrow.date()}")
    href = f'a[href*="start={tomorrow + 4 * HALF:%Y-%m-%dT%H:%M}"]'
    page.locator(f"#days table {href}").focus()
    book(desk.lab, cast.student, hours_from(tomorrow, 1), now=datetime.now(UTC))

    page.evaluate("htmx.trigger('#days', 'every')")
    expect(page.locator("#days table td.booked")).to_have_count(1)

    expect(page.locator(f"#days table {href}")).to_be_focused()


def test_few_taps(desk: Desk, tomorrow: datetime) -> None:
    cast, taps = desk.lab.cast, 0
    last = book(desk.lab, cast.maker, hours_from(tomorrow - timedelta(days=3), 2), now=tomorrow - timedelta(days=4))
    page = desk.window(cast.maker, size=PHONE)

    def tap(what: Locator) -> None:
        nonlocal taps
        what.tap()
        taps += 1

    # Two from the home page: again, and confirm.
    page.goto("/")
    tap(page.locator(f'a.chip[href="/reservations/{last}/again"]'))
    tap(page.get_by_role("dialog").locator("#confirm"))
    expect(page.get_by_text("Reserved: Prusa n°1")).to_be_visible()
    assert taps == 2
    again = _times(desk, last + 1)
    assert again[2] - again[1] == timedelta(hours=2)
    assert again[1].astimezone(PARIS).time() == tomorrow.astimezone(PARIS).time()

    # Two from the code on the machine, three from the day.
    page.goto("/m/prusa-n2")
    tap(page.get_by_role("link", name="Book now"))
    tap(page.get_by_role("dialog").locator("#confirm"))
    expect(page.get_by_text("Reserved: Prusa n°2")).to_be_visible()
    assert taps == 4
    expect(page.get_by_role("heading", name="Yours until")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="30 min more").tap()
    expect(page.get_by_text("You may go on until")).to_be_visible()
    page.goto(f"/day?d={(tomorrow + timedelta(days=1)).date()}")
    tap(page.locator("#line-prusa-n1 summary"))
    tap(page.locator("#line-prusa-n1 a.slot").last)
    tap(page.get_by_role("dialog").locator("#confirm"))
    expect(page.get_by_text("Reserved: Prusa n°1")).to_be_visible()
    assert taps == 7


def test_what_was_typed_stays_and_stays_out_of_addresses(desk: Desk, tomorrow: datetime) -> None:
    cast, page, asked = desk.lab.cast, desk.window(desk.lab.cast.maker), list[str]()
    rule(desk.lab, "companion", {})
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/m/prusa-n1/book?start={tomorrow:%Y-%m-%dT%H:%M:%SZ}")
    page.get_by_label("Who comes along").fill("student@test.example")
    page.locator("label.duration", has_text="2 h").click()
    local = tomorrow.astimezone(PARIS)
    expect(page.locator("#confirm")).to_have_text(f"Book {local:%H:%M}–{local + 4 * HALF:%H:%M}")
    page.get_by_text("Another day or time").click()
    page.get_by_label("Day").fill(f"{local + timedelta(days=1):%Y-%m-%d}")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#day")).to_have_value("")

    expect(page.get_by_label("Who comes along")).to_have_value("student@test.example")
    page.get_by_label("Who comes along").press("Enter")
    expect(page.get_by_text("Reserved: Prusa n°1")).to_be_visible()

    (made,) = desk.lab.session.query(Reservation)
    days = timedelta(days=1) + (local.utcoffset() - (local + timedelta(days=1)).utcoffset())
    assert (made.starts_at - tomorrow, made.companion_id) == (days, cast.student)
    assert [url for url in asked if "student" in url] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_one_reserves(desk: Desk, tomorrow: datetime, scheme: str) -> None:
    cast, now = desk.lab.cast, datetime.now(UTC)
    made = book(desk.lab, cast.maker, hours_from(tomorrow, 1), now=now)
    going = book(desk.lab, cast.maker, hours_from(now, 1), now=now, resource_id=cast.other_printer)
    rule(desk.lab, "jobs", {"jobs": ["PLA", "PETG"]})
    rule(desk.lab, "companion", {})
    rule(desk.lab, "guests", {"most": 1})
    page = desk.window(cast.fabmanager, scheme=scheme)
    start = f"{tomorrow:%Y-%m-%dT%H:%M:%SZ}"
    paths = [f"/m/prusa-n1/book?start={start}&guests=3&day=2027-10-31&at=02:30", f"/reservations/{made}"]
    paths += [f"/reservations/{made}/move", f"/reservations/{going}"]

    found = {}
    for path in paths:
        page.goto(path)
        found[path] = serious(page)
        assert fits(page)

    assert {path: faults for path, faults in found.items() if faults} == {}
