"""A real browser on a real server: the app behind werkzeug on loopback, and Chromium that may reach nothing else."""

import threading
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from fablab.members import queries as members
from tests.cast import PASSWORD
from tests.conftest import Lab
from tests.support.browser import ARGUMENTS, executable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOOPBACK = "127.0.0.1"
DESKTOP, PHONE = (1280, 800), (390, 844)
PATIENCE_MS = 8_000


class Quiet(WSGIRequestHandler):
    """A handler that does not tell of every request."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug names it.
        pass


def read_first(app: "WSGIApplication") -> "WSGIApplication":
    """The app whose answers are read and closed before they are sent.

    When a browser leaves in the middle of a file, werkzeug's server fails on the socket before it closes the file.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        body = app(environ, start_response)
        with closing(body) if hasattr(body, "close") else nullcontext():
            return list(body)

    return answer


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started once."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(executable()), args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class Desk:
    """Somebody's desk: opens windows on the lab, signed in or not, and keeps what went wrong in them."""

    browser: Browser
    lab: Lab
    address: str
    complaints: list[str] = field(default_factory=list)
    windows: list[Page] = field(default_factory=list)

    def window(
        self,
        member_id: int | None = None,
        *,
        size: tuple[int, int] = DESKTOP,
        javascript: bool = True,
        timezone: str = "Europe/Paris",
        scheme: str = "light",
    ) -> Page:
        """A new window, in which a member has signed in by the form."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": size[0], "height": size[1]},
            has_touch=size == PHONE,
            java_script_enabled=javascript,
            locale="en-GB",
            timezone_id=timezone,
            color_scheme="dark" if scheme == "dark" else "light",
        )
        context.set_default_timeout(PATIENCE_MS)
        context.route("**/*", self._only_loopback)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.windows.append(page)
        if member_id is not None:
            self._sign_in(page, member_id)
        return page

    def _sign_in(self, page: Page, member_id: int) -> None:
        email = members.member(self.lab.session, member_id).email or ""
        self.lab.session.rollback()
        page.goto("/sign-in")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.address}/")

    def _only_loopback(self, route: Route) -> None:
        if urlsplit(route.request.url).hostname == LOOPBACK:
            route.continue_()
        else:
            self.complaints.append(f"asked another host: {route.request.url}")
            route.abort()

    def _hear(self, message: ConsoleMessage) -> None:
        # That an answer was 409 or 422 the browser tells too; it is meant.
        if message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text:
            self.complaints.append(message.text)


def fits(page: Page) -> bool:
    """Tell whether the page, once it is there, is no wider than the window."""
    page.wait_for_load_state("domcontentloaded")
    wide: bool = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return not wide


@pytest.fixture
def desk(lab: Lab, chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A lab on a port of its own, whose forms are checked as they are in earnest."""
    monkeypatch.setitem(lab.app.config, "WTF_CSRF_ENABLED", True)
    server = make_server(LOOPBACK, 0, read_first(lab.app), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    desk = Desk(chromium, lab, f"http://{LOOPBACK}:{server.server_port}")
    try:
        yield desk
        assert desk.complaints == []
    finally:
        for page in desk.windows:
            page.context.close()
        server.shutdown()
        thread.join()
        server.server_close()
