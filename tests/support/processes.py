"""The lab's own processes, as they run in real life: `fablab serve` and `fablab work`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from fablab.core.config import Config
from tests.support import process

CHECKOUT = Path(__file__).parents[2]


class LabProcesses:
    """A web server and a worker on one database, each a real process that can be killed."""

    def __init__(self, config: Config, folder: Path, **settings: str) -> None:
        self.port = process.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._log = folder / "processes.log"
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),
            "FABLAB_INSTANCE": str(config.instance),
            "FABLAB_DATABASE_URL": config.database_url,
            "FABLAB_SECRET_KEY": config.secret_key,
            "FABLAB_PUBLIC_URL": self.url,
            **{f"FABLAB_{name.upper()}": value for name, value in settings.items()},
        }
        self._server: subprocess.Popen[bytes] | None = None
        self._workers: list[subprocess.Popen[bytes]] = []

    def start_server(self) -> None:
        """Start serving, and wait for the first answer."""
        self._server = self._start("serve", "--port", str(self.port), "--workers", "1")
        self.wait_for(self._answers, 30, "the server answers")

    def start_worker(self) -> None:
        """Start a worker."""
        self._workers.append(self._start("work"))

    def kill_worker(self) -> None:
        """End the worker as a power cut would."""
        process.stop(self._workers.pop(), signal.SIGKILL)

    def run(self, *arguments: str) -> str:
        """Run a command to its end; returns what it prints, and fails if it fails."""
        command = [sys.executable, "-m", "fablab.cli", *arguments]
        return subprocess.run(
            command, cwd=CHECKOUT, env=self._environment, capture_output=True, text=True, check=True, timeout=60
        ).stdout

    def stop(self) -> None:
        """End both as an operator would."""
        for running in (*self._workers, *([self._server] if self._server else [])):
            process.stop(running)

    def wait_for(self, condition: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait until something is so, or fail with what the processes have said."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds} s: {what}\n{process.tail(self._log)}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).status_code in (200, 503)
        except requests.RequestException:
            return False

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "fablab.cli", *arguments]
        return process.start(command, cwd=CHECKOUT, log=self._log, env=self._environment)


@contextmanager
def lab_processes(config: Config, folder: Path, **settings: str) -> Iterator[LabProcesses]:
    """A lab's processes, not started yet; what was started ends with the block."""
    processes = LabProcesses(config, folder, **settings)
    try:
        yield processes
    finally:
        processes.stop()
