"""The life of a simulated printer behind OctoPrint: what its states, figures and records are at any instant."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class StoredFile:
    """A file on the printer's host, and what OctoPrint records of its runs."""

    path: str
    seconds: float
    size: int = 100_000
    user: str | None = None
    success: int = 0
    failure: int = 0
    last: Json | None = None
    last_run_seconds: float | None = None

    def record(self, ended_at: float, seconds: float | None) -> None:
        """Add a run that ended; without seconds it failed."""
        if seconds is None:
            self.failure += 1
            self.last = {"date": ended_at, "success": False}
        else:
            self.success += 1
            self.last = {"date": ended_at, "success": True, "printTime": seconds}
            self.last_run_seconds = seconds

    def answer(self) -> Json:
        """As /api/files/local/<path> answers."""
        answer: Json = {
            "name": self.path.rsplit("/", 1)[-1],
            "display": self.path.rsplit("/", 1)[-1],
            "path": self.path,
            "origin": "local",
            "size": self.size,
            "type": "machinecode",
            "typePath": ["machinecode", "gcode"],
            "user": self.user,
        }
        if self.last is not None:
            answer["prints"] = {"success": self.success, "failure": self.failure, "last": self.last}
        return answer


@dataclass(slots=True)
class SimulatedPrinter:
    """Moves by itself as time goes on; each method is told the instant, in seconds since 1970."""

    starting_seconds: float = 1.0
    """Part of the working time, as heating is."""
    finishing_seconds: float = 1.0
    cancelling_seconds: float = 1.0
    state: str = "Operational"
    error: str = ""
    selected: StoredFile | None = None
    user: str | None = None
    files: dict[str, StoredFile] = field(default_factory=dict)
    _worked: float | None = None
    """The working time shown, up to `_since`; None when nothing is shown."""
    _since: float | None = None
    """Since when it works; None while it does not."""
    _resumed: bool = False
    _free_at: float = 0.0

    @property
    def is_connected(self) -> bool:
        return not self.state.startswith(("Offline", "Closed"))

    @property
    def is_busy(self) -> bool:
        return self.state not in ("Operational", "Closed", "Offline", "Offline after error")

    def advance(self, now: float) -> None:
        """Let everything happen that is due by now."""
        file = self.selected
        if file is not None and self._since is not None and self._worked is not None:
            ends_at = self._since + file.seconds - self._worked
            if now >= ends_at:
                self._worked, self._since = file.seconds, None
                self.state, self._free_at = "Finishing", ends_at + self.finishing_seconds
                file.record(ends_at, file.seconds)
            else:
                starts = self.worked(now) < self.starting_seconds and not self._resumed
                self.state = "Starting" if starts else "Printing"
        if self.state in ("Finishing", "Cancelling") and now >= self._free_at:
            self.state = "Operational"

    def worked(self, now: float) -> float:
        """The working time of the run shown."""
        return (self._worked or 0.0) + (0.0 if self._since is None else now - self._since)

    def store(self, file: StoredFile) -> StoredFile:
        """Put a file on the host, in place of one of the same name."""
        self.files[file.path] = file
        return file

    def select(self, path: str, user: str | None = None) -> None:
        self.selected, self.user = self.files[path], user
        self._worked = self._since = None

    def start(self, now: float, user: str | None = None) -> bool:
        """Run the selected file; False if that cannot be done now."""
        self.advance(now)
        if self.state not in ("Operational", "Paused") or self.selected is None:
            return False
        self.user = user or self.user
        self._worked, self._since, self._resumed = 0.0, now, False
        self.error = ""
        self.advance(now)
        return True

    def pause(self, now: float) -> bool:
        self.advance(now)
        if self.state not in ("Starting", "Printing"):
            return False
        self._worked, self._since, self.state = self.worked(now), None, "Paused"
        return True

    def resume(self, now: float) -> bool:
        self.advance(now)
        if self.state != "Paused":
            return False
        self._since, self._resumed = now, True
        self.advance(now)
        return True

    def cancel(self, now: float) -> bool:
        self.advance(now)
        if self.state not in ("Starting", "Printing", "Paused") or self.selected is None:
            return False
        self.selected.record(now, None)
        self._worked = self._since = None
        self.state, self._free_at = "Cancelling", now + self.cancelling_seconds
        return True

    def disconnect(self, now: float, error: str = "") -> None:
        """The printer is switched off or fails; OctoPrint records nothing of a paused run."""
        self.advance(now)
        if self.state in ("Starting", "Printing") and self.selected is not None:
            self.selected.record(now, None)
        self._forget("Offline after error" if error else "Offline", error)

    def connect(self, now: float) -> None:
        self.advance(now)
        if not self.is_connected:
            self._forget("Operational")

    def restart_host(self, now: float) -> None:
        """OctoPrint itself is killed: it keeps its records of files and forgets all else."""
        self.advance(now)
        self._forget("Operational")

    def _forget(self, state: str, error: str = "") -> None:
        self.state, self.error = state, error
        self.selected = self.user = self._worked = self._since = None

    def job(self, now: float) -> Json:
        """As /api/job answers."""
        self.advance(now)
        file, shown = self.selected, self._worked is not None
        worked = self.worked(now)
        share = worked / file.seconds if file is not None and file.seconds else 0.0
        answer: Json = {
            "job": {
                "file": {
                    "name": file and file.path.rsplit("/", 1)[-1],
                    "display": file and file.path.rsplit("/", 1)[-1],
                    "path": file and file.path,
                    "origin": file and "local",
                    "size": file and file.size,
                },
                "estimatedPrintTime": file and file.seconds,
                "lastPrintTime": file and file.last_run_seconds,
                "user": self.user,
            },
            "progress": {
                "completion": 100.0 * share if shown else None,
                "printTime": int(worked) if shown else None,
                "printTimeLeft": int(file.seconds - worked) if shown and file is not None else None,
                "printTimeLeftOrigin": "linear" if shown else None,
            },
            "state": self.state,
        }
        return answer | ({"error": self.error} if self.error else {})
