"""In a real browser, with a real OpenID provider: an account is linked and then lets in."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from fablab.core.links import set_public_url
from tests.browser.conftest import PHONE, Desk
from tests.browser.test_accessibility import serious
from tests.cast import PASSWORD
from tests.support.oidc import RealProvider

pytestmark = pytest.mark.browser


def test_an_account_elsewhere_is_linked_and_lets_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    app = desk.lab.app
    # The provider sends people back to the address at which this server listens.
    first = [lambda: set_public_url(desk.address), *app.before_request_funcs[None]]
    monkeypatch.setitem(app.before_request_funcs, None, first)
    with RealProvider({"ann": {"name": "Ann"}}, desk.address) as school:
        monkeypatch.setitem(app.config, "FABLAB", replace(app.config["FABLAB"], oidc=(school.known,)))
        page = desk.window(desk.lab.cast.maker, size=PHONE)
        page.goto("/me/sign-ins")
        assert serious(page) == []
        page.get_by_label("Present password").fill(PASSWORD)
        page.get_by_role("button", name="Link an account at The school").click()
        page.wait_for_url(f"{school.url}/**")
        page.locator('input[name="login"]').fill("ann")
        page.locator('input[name="password"]').fill("x")
        page.get_by_role("button").first.click()
        page.locator('input[name="prompt"][value="consent"]').wait_for(state="attached")
        page.get_by_role("button").first.click()
        page.wait_for_url(f"{desk.address}/me/sign-ins")
        expect(page.get_by_role("status").first).to_contain_text("You can sign in with The school")

        page.get_by_role("button", name="Sign out everywhere, here too").click()
        page.goto("/sign-in?next=/me/card")
        assert serious(page) == []
        page.get_by_role("link", name="Sign in with The school").click()

        page.wait_for_url(f"{desk.address}/me/card")
        expect(page.get_by_label("Name", exact=True)).to_have_value("Maker")
