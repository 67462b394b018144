"""In a real browser: two taps at the desk on a phone, and a badge at the terminal, with and without JavaScript."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from fablab.core.db import transaction
from fablab.members import badges
from fablab.members import queries as members
from fablab.presence import terminals
from fablab.presence.models import Arrival
from tests.browser.conftest import PHONE, Desk, fits

pytestmark = pytest.mark.browser
CODE = "04A15F7790"


def stays(desk: Desk) -> list[tuple[int | None, int, str, str | None]]:
    desk.lab.session.rollback()
    rows = desk.lab.session.query(Arrival).order_by(Arrival.id)
    return [(row.member_id, row.reason_id, row.recorded, row.ended) for row in rows]


@pytest.mark.parametrize("javascript", [True, False])
def test_two_taps_greet_a_member_on_a_phone(desk: Desk, javascript: bool) -> None:
    cast = desk.lab.cast
    with transaction() as session:
        members.member(session, cast.student).name = "Étudiante <b>" + "avec-un-nom-sans-fin" * 9
    page = desk.window(cast.fabmanager, size=PHONE, javascript=javascript)
    page.goto("/presence")
    assert fits(page)
    if javascript:
        page.get_by_label("Find a person").press_sequentially("make")
        expect(page.locator("#people li")).to_have_count(1)

    page.get_by_role("link", name="Maker").first.tap()
    page.get_by_role("button", name="Coworking").tap()

    expect(page.get_by_text("Maker is here.")).to_be_visible()
    assert stays(desk) == [(cast.maker, 1, "desk", None)]
    page.goto(f"/presence/{cast.workshop}/arrive?member={cast.student}")
    assert fits(page)
    page.get_by_role("button", name="Machines").tap()
    expect(page.locator(".present li")).to_have_count(2)
    assert fits(page)
    page.get_by_role("button", name=re.compile("Left.*Maker")).tap()
    expect(page.get_by_text("Maker has left.")).to_be_visible()
    assert [row[3] for row in stays(desk)] == ["desk", None]


def test_another_desk_sees_who_arrived_without_losing_what_is_typed(desk: Desk) -> None:
    cast = desk.lab.cast
    page, other = desk.window(cast.fabmanager), desk.window(cast.admin)
    page.goto("/presence")
    page.get_by_label("Find a person").fill("someb")

    other.goto(f"/presence/{cast.workshop}/arrive?who=group")
    other.get_by_label("How many people").fill("24")
    other.get_by_label("What the group is called").fill("Lycée")
    other.get_by_role("button", name="Visit of the place").click()
    expect(other.get_by_text("24 people are here")).to_be_visible()
    page.evaluate("htmx.trigger('#inside', 'every')")

    expect(page.locator(".present")).to_contain_text("Lycée")
    expect(page.get_by_label("Find a person")).to_have_value("someb")
    assert page.evaluate("document.activeElement.id") == "q"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_badge_at_the_terminal_lets_in_and_out(desk: Desk, javascript: bool) -> None:
    cast, now = desk.lab.cast, datetime.now(UTC)
    with transaction() as session:
        boss = desk.lab.actor(cast.fabmanager)
        badges.give_badge(session, boss, cast.maker, CODE, now)
        key = terminals.add_terminal(session, boss, cast.workshop, "Entrée", now)[1]
    page = desk.window(javascript=javascript, size=PHONE)

    page.goto(f"/terminal/{key}")
    assert fits(page)
    if javascript:
        # A reader types like a keyboard, whatever has the focus.
        page.locator("h1").click()
    else:
        page.locator("#code").click()
    page.keyboard.type(CODE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hello, Maker!")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Machines").tap()
    expect(page.get_by_text("Welcome, Maker!")).to_be_visible()
    if javascript:
        expect(page.get_by_text("Welcome, Maker!")).to_be_hidden(timeout=10_000)
    page.get_by_label("The badge’s code").fill(CODE)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="I leave").tap()

    expect(page.get_by_text("Goodbye, Maker!")).to_be_visible()
    assert stays(desk) == [(cast.maker, 2, "badge", "person")]
