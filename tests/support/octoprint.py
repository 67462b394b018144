"""A real OctoPrint with its virtual printer; run this module to make its environment.

OctoPrint lives in a virtual environment of its own, outside the project's, and only ever runs as a process of its own:
its licence and its dependencies are not ours. The environment is made once and serves every checkout of this user.
"""

import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from tests.support import folders, process

FILES = Path(__file__).parents[1] / "octoprint"
REQUIREMENTS = FILES / "requirements.txt"
SHORT_PRINT = FILES / "short.gcode"
LONG_PRINT = FILES / "long.gcode"


class NoOctoPrint(Exception):
    """OctoPrint could not be installed, or did not start."""


def ensure() -> Path:
    """OctoPrint's program, whose environment is made first if need be; one process makes it, others wait."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    telling = "Installing OctoPrint for the tests, which takes a minute the first time ..."
    environment = folders.made_once(folders.cache_folder() / f"octoprint-{version}-{digest}", telling, _install)
    return environment / "bin" / "octoprint"


class RealOctoPrint:
    """One OctoPrint with one virtual printer, which runs inside a `with` block.

    It keeps its folder, its port and its keys when it is killed and started again.
    """

    def __init__(self) -> None:
        self.port = process.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.admin_key = secrets.token_hex(16).upper()
        self.read_key = secrets.token_hex(16).upper()
        self._folder = Path()
        self._running: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="fablab-octoprint-", dir=folders.fast_folder()))
        shutil.copy(FILES / "config.yaml", self._folder)
        users = (FILES / "users.yaml").read_text(encoding="utf-8")
        users = users.replace("ADMIN-KEY", self.admin_key).replace("READ-KEY", self.read_key)
        (self._folder / "users.yaml").write_text(users, encoding="utf-8")
        try:
            self.start()
        except BaseException:
            self._clear()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._clear()

    def start(self) -> None:
        """Start it, and wait until its printer is ready to print."""
        program = str(ensure())
        command = [program, "-b", str(self._folder), "serve", "--iknowwhatimdoing"]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self._folder), "LANG": "C.UTF-8"}
        self._running = process.start(command, cwd=self._folder, log=self._log, env=environment)
        self.wait_for(lambda: self.state() == "Operational", 60)

    def stop(self) -> None:
        """Shut it down as an operator would."""
        if self._running:
            process.stop(self._running)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._running:
            process.stop(self._running, signal.SIGKILL)

    def restart(self) -> None:
        """Shut it down and start it again."""
        self.stop()
        self.start()

    def state(self) -> str | None:
        """The printer's state in OctoPrint's words; None while nothing answers."""
        try:
            state: str = self.job()["state"]
        except (requests.RequestException, KeyError):
            return None
        return state

    def job(self) -> dict[str, Any]:
        """What `/api/job` says."""
        return self._get("/api/job")

    def file(self, name: str) -> dict[str, Any]:
        """What OctoPrint keeps about one of its files, with the counts of its prints."""
        return self._get(f"/api/files/local/{name}")

    def upload_and_print(self, gcode: Path | str, name: str | None = None) -> str:
        """Begin to print a file, or a text as a file of this name; returns the name that OctoPrint gave it."""
        content = gcode.read_text(encoding="utf-8") if isinstance(gcode, Path) else gcode
        name = name or (gcode.name if isinstance(gcode, Path) else "print.gcode")
        answer = self._send("/api/files/local", files={"file": (name, content)}, data={"print": "true"})
        path: str = answer.json()["files"]["local"]["path"]
        return path

    def print_again(self, name: str) -> None:
        """Begin to print a file that is there already."""
        self._send(f"/api/files/local/{name}", json={"command": "select", "print": True})

    def pause(self) -> None:
        """Pause the print."""
        self._send("/api/job", json={"command": "pause", "action": "pause"})

    def resume(self) -> None:
        """Go on with a paused print."""
        self._send("/api/job", json={"command": "pause", "action": "resume"})

    def cancel(self) -> None:
        """Cancel the print."""
        self._send("/api/job", json={"command": "cancel"})

    def disconnect(self) -> None:
        """Pull the printer's cable."""
        self._send("/api/connection", json={"command": "disconnect"})

    def connect(self) -> None:
        """Put the printer's cable back."""
        self._send("/api/connection", json={"command": "connect"})

    def gcode(self, *commands: str) -> None:
        """Send the printer commands, such as "!!DEBUG:action_disconnect" for its virtual faults."""
        self._send("/api/printer/command", json={"commands": list(commands)})

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait until something is so; it fails when OctoPrint ends, or when the time is over."""
        deadline = time.monotonic() + seconds
        while not condition():
            ended = self._running is None or self._running.poll() is not None
            if ended or time.monotonic() > deadline:
                raise NoOctoPrint(f"OctoPrint {'ended' if ended else 'took too long'}:\n{process.tail(self._log)}")
            time.sleep(0.1)

    @property
    def _log(self) -> Path:
        return self._folder / "octoprint.out"

    def _get(self, path: str) -> dict[str, Any]:
        answer = requests.get(self.url + path, headers={"X-Api-Key": self.admin_key}, timeout=10)
        answer.raise_for_status()
        document: dict[str, Any] = answer.json()
        return document

    def _send(self, path: str, **content: Any) -> requests.Response:
        answer = requests.post(self.url + path, headers={"X-Api-Key": self.admin_key}, timeout=10, **content)
        answer.raise_for_status()
        return answer

    def _clear(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


def _install(environment: Path) -> None:
    """Make the environment, with the pins also holding for what building a package needs."""
    pins = {"PIP_CONSTRAINT": REQUIREMENTS.name, "PIP_BUILD_CONSTRAINT": REQUIREMENTS.name}
    log = environment.with_name(environment.name + ".log")
    python = environment / "bin" / "python"
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install"]
    commands = [
        [sys.executable, "-m", "venv", "--clear", str(environment)],
        [*pip, "--requirement", REQUIREMENTS.name],
    ]
    with log.open("w", encoding="utf-8") as output:
        for command in commands:
            done = subprocess.run(
                command, cwd=FILES, env={**os.environ, **pins}, stdout=output, stderr=subprocess.STDOUT, check=False
            )
            if done.returncode != 0:
                raise NoOctoPrint(
                    "OctoPrint could not be installed for the tests. It needs the network, a C compiler and Python's "
                    f"headers (Debian: apt-get install gcc python3-dev); the whole story is in {log}."
                )


if __name__ == "__main__":
    try:
        ensure()
    except NoOctoPrint as reason:
        sys.exit(str(reason))
