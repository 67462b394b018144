"""axe finds nothing serious on the main pages, light and dark."""

from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from fablab.core.db import transaction
from fablab.presence.services import Coming, arrive
from fablab.presence.terminals import add_terminal
from tests.browser.conftest import Desk
from tests.web.uses import used

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothingserious(desk: Desk, tomorrow: datetime, scheme: str) -> None:
    cast = desk.lab.cast
    used(desk.lab, cast.admin)
    used(desk.lab, None)
    weekday = tomorrow
    while weekday.weekday() > 4:
        weekday += timedelta(days=1)
    page = desk.window(cast.admin, scheme=scheme)
    # The office has one room and nine hours: axe takes long on a large table, and finds the same.
    day = f"/day?d={weekday.date()}&site={cast.office}"
    paths = ["/", day, "/m/salle-des-bureaux", "/me", "/desk", "/billing", "/machines/1/edit", "/live"]
    if scheme == "light":
        # Their colours are those of the others.
        paths += ["/sites", "/sites/atelier", f"/hours/{cast.office}", "/m/prusa-n1/problem", "/problems", "/shifts"]
        paths += [
            "/network",
            "/categories",
            "/categories/1/edit",
            "/free",
            "/start",
            "/invitations",
            "/accounts",
            "/organisations",
            "/maintenance",
            "/machines/import",
            "/conduct",
            "/conduct/network",
            f"/people/{cast.maker}/conduct",
        ]
        paths += _presence(desk)
        paths += ["/me/calendars", "/me/notices", "/network/mails"]
        paths += ["/impact", "/impact/kinds", "/impact/kinds/2", "/impact/funders/new", "/me/facts"]
        paths += [f"/people/{cast.maker}/facts", f"/people/{cast.maker}/path"]

    found = {}
    for path in paths:
        page.goto(path)
        found[path] = serious(page)
    # A sheet that is still fading in has not its colours yet.
    page.emulate_media(reduced_motion="reduce")
    page.goto(day)
    page.locator("td.free a").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found["sheet"] = serious(page)

    assert {path: faults for path, faults in found.items() if faults} == {}


def _presence(desk: Desk) -> list[str]:
    """The pages of presence, with somebody in; the terminal's too."""
    cast, now = desk.lab.cast, datetime.now(UTC)
    with transaction() as session:
        admin = desk.lab.actor(cast.admin)
        coming = Coming(site_id=cast.workshop, member_id=cast.maker)
        arrival = arrive(session, admin, coming, now).id
        key = add_terminal(session, admin, cast.workshop, "Entrée", now)[1]
    site = f"/presence/{cast.workshop}"
    paths = [f"{site}/arrive?who=group", f"{site}/arrive?member={cast.student}", f"{site}/roll-call"]
    paths += [f"/presence?site={cast.workshop}", f"/presence/arrivals/{arrival}?contact=1", f"{site}/terminals"]
    return [*paths, "/presence/lists", "/here/atelier", f"/terminal/{key}", f"/people/{cast.maker}/badge", "/me/pin"]


def serious(page: Page) -> list[str]:
    # What passes is not told: telling takes longer than looking.
    results = Axe().run(page, options={"resultTypes": ["violations"]}).response
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in results["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
