"""The browser that tests drive: one that is installed, or Debian's Chromium; run this module to make sure of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support import process

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PACKAGES = ("chromium", "fonts-dejavu-core")
# Tests load nothing but our own pages, so the sandbox, which root cannot have, protects from nothing.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowser(Exception):
    """There is no browser to test with."""


def executable() -> Path:
    """The browser's program; it fails if there is none, and installs nothing."""
    found = _installed()
    if found is None:
        raise NoBrowser(
            "The browser tests need Chromium or Chrome, and found none: install one "
            f"(Debian, as root: apt-get install {' '.join(PACKAGES)})."
        )
    return found


def ensure() -> Path:
    """The browser's program, which is installed first where we may: on Debian, as root."""
    if _installed() is None and os.geteuid() == 0 and Path("/etc/debian_version").exists():
        print(f"Installing {' and '.join(PACKAGES)} for the browser tests ...", flush=True)
        _apt_get("update", "-qq")
        _apt_get("install", "-qq", "--yes", "--no-install-recommends", *PACKAGES)
    return executable()


def _installed() -> Path | None:
    found = (Path(path) for name in NAMES if (path := shutil.which(name)))
    return next((path for path in found if process.runs(path)), None)


def _apt_get(*arguments: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        complaints = done.stderr.strip().splitlines() or ["no reason given"]
        raise NoBrowser(f"apt-get {arguments[0]} failed, so there is no browser to test with: {complaints[-1]}")


if __name__ == "__main__":
    try:
        ensure()
    except NoBrowser as reason:
        sys.exit(str(reason))
