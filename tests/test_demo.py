"""The demonstration, as `make demo` runs it: everybody gets in, printers print, and nothing is left when it ends."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import requests

from tests.support import process
from tests.support.visitor import Visitor

CHECKOUT = Path(__file__).parents[1]
PAGES = {
    "member": "/me",
    "trainer": "/training",
    "fabmanager": "/desk",
    "treasurer": "/billing",
    "administrator": "/people",
}


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(CHECKOUT), "HOME": str(folder)}
    command = [sys.executable, "-m", "fablab.cli", "demo", "--port", str(port)]
    return process.start(command, cwd=folder, log=folder / "log", env=environment)


def told(folder: Path, running: subprocess.Popen[bytes]) -> str:
    """What it prints, once it has said that Ctrl-C ends it."""
    deadline = time.monotonic() + 120
    while running.poll() is None and time.monotonic() < deadline:
        said = (folder / "log").read_text(encoding="utf-8")
        if "Ctrl-C" in said:
            return said
        time.sleep(0.1)
    raise AssertionError((folder / "log").read_text(encoding="utf-8"))


def interrupt(running: subprocess.Popen[bytes]) -> int:
    """Ctrl-C, and how it ends."""
    running.send_signal(signal.SIGINT)
    return running.wait(20)


def addresses(folder: Path) -> list[str]:
    return re.findall(r"http://127\.0\.0\.1:\d+", (folder / "log").read_text(encoding="utf-8"))


def test_the_demonstration_opens_to_every_role_keeps_its_data_and_ends_cleanly(tmp_path: Path) -> None:
    port = process.free_port()
    running = start(tmp_path, port)
    try:
        said = told(tmp_path, running)
        url = addresses(tmp_path)[0]
        password = re.search(r"password is: (\S+)", said)
        logins = dict(re.findall(r"^ +(\w+) +(\S+@\S+)$", said, re.M))
        assert password
        assert set(logins) == set(PAGES)
        for role, email in logins.items():
            person = Visitor(url)
            person.sign_in(email, password[1])
            person.open(PAGES[role])
            assert person.status == 200, role

        wall = requests.get(f"{url}/live", timeout=10).text
        assert "La Halle" in wall
        assert wall.count("tile") >= 12
        member = Visitor(url)
        member.sign_in(logins["member"], password[1])
        member.open("/me/invoices")
        first = set(re.findall(r"F\d{4}-\d{5}", member.text))
        assert len(first) >= 2
    finally:
        assert interrupt(running) == 0

    assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf-8")
    assert processes_in(tmp_path) == []

    # Once more: it fills nothing, and what was there is there.
    (tmp_path / "log").unlink()
    running = start(tmp_path, port)
    try:
        told(tmp_path, running)
        member = Visitor(addresses(tmp_path)[0])
        member.sign_in(logins["member"], password[1])
        member.open("/me/invoices")
        assert set(re.findall(r"F\d{4}-\d{5}", member.text)) == first
    finally:
        assert interrupt(running) == 0
    assert "Filling" not in (tmp_path / "log").read_text(encoding="utf-8")


def processes_in(folder: Path) -> list[str]:
    """The commands of all processes that run in a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").resolve() == folder.resolve():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found
