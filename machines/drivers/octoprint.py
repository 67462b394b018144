"""3D printers behind OctoPrint, read through OctoRest with our own session."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from octorest import OctoRest

from machines.driver import ConnectionSettings
from machines.errors import Unintelligible, Unreachable
from machines.http import Conflict, MachineSession, NotFound
from machines.status import Activity, MachineStatus, RunCounters

# Only the text of the state tells the truth: the flags say "printing" while it finishes, cancels or copies a file.
ACTIVITIES = {
    "Operational": Activity.IDLE,
    "Starting to send file to SD": Activity.IDLE,
    "Sending file to SD": Activity.IDLE,
    "Transferring file to SD": Activity.IDLE,
    "Transfering file to SD": Activity.IDLE,
    "Starting": Activity.STARTING,
    "Starting print from SD": Activity.STARTING,
    "Printing": Activity.WORKING,
    "Printing from SD": Activity.WORKING,
    "Resuming": Activity.WORKING,
    "Pausing": Activity.PAUSED,
    "Paused": Activity.PAUSED,
    "Finishing": Activity.ENDING,
    "Cancelling": Activity.ENDING,
    "Offline": Activity.OFF,
    "Closed": Activity.OFF,
    "Opening serial connection": Activity.OFF,
    "Detecting serial connection": Activity.OFF,
    "Connecting": Activity.OFF,
    "Error": Activity.FAULT,
    "Offline after error": Activity.FAULT,
}
# OctoPrints before 1.9 put the cause into the state.
PREFIXES = {
    "Error:": Activity.FAULT,
    "Offline (Error": Activity.FAULT,
    "Offline:": Activity.FAULT,
    "Opening serial": Activity.OFF,
    "Detecting": Activity.OFF,
}
LONGEST_SECONDS = 10 * 366 * 86400
LONGEST_TEXT = 1000


def check_url(url: str) -> str | None:
    """Why this address cannot be used, or None if it can."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "host"
    if parts.scheme not in ("http", "https"):
        return "scheme"
    if "@" in parts.netloc:
        return "credentials"
    if not host or port == 0 or any(character.isspace() or not character.isprintable() for character in url):
        return "host"
    # OctoRest keeps the host and drops all the rest without a word.
    return "path" if parts.path not in ("", "/") or parts.query or parts.fragment else None


class OctoPrint:
    """The driver of one OctoPrint; it connects when it is first asked."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._settings = settings
        self._session = MachineSession(settings)
        self._client: Any = None

    def status(self) -> MachineStatus:
        """What /api/job says: it still answers where /api/printer refuses."""
        try:
            return status_of(self._ask(lambda client: client.job_info()))
        except Conflict:
            return MachineStatus(activity=Activity.OFF, text="Offline")

    def counters(self, path: str) -> RunCounters | None:
        """What the file's record says; None for a file that is unknown, or on the printer's own card."""
        parts = path.split("/")
        if ":" in path or not path or "." in parts or ".." in parts:
            return None
        quoted = quote(path, errors="replace")
        try:
            return counters_of(self._ask(lambda client: client.files_info("local", quoted)))
        except (Conflict, NotFound):
            return None

    def close(self) -> None:
        self._session.close()

    def _ask(self, question: Callable[[Any], Any]) -> Mapping[str, Any]:
        if problem := check_url(self._settings.url):
            raise Unreachable(f"the address cannot be used ({problem})")
        try:
            if self._client is None:
                self._client = OctoRest(url=self._settings.url, apikey=self._settings.api_key, session=self._session)
            answer = question(self._client)
        except (requests.RequestException, RuntimeError, TypeError, ValueError):
            # Not chained: whatever was read stays out of the logs.
            raise Unintelligible("the answer is not JSON") from None
        return _object(answer)


def status_of(answer: Mapping[str, Any]) -> MachineStatus:
    """What an answer of /api/job means."""
    text = _text(answer.get("state"))
    activity = _activity(text)
    job, progress = _object(answer.get("job")), _object(answer.get("progress"))
    file = _object(job.get("file"))
    path, name = _text(file.get("path")), _text(file.get("display")) or _text(file.get("name"))
    if path and file.get("origin") not in (None, "local"):
        path = f"{_text(file['origin'])}:{path}"
    if not path and activity.is_running:
        raise Unintelligible("runs without a file")
    if "to SD" in text:
        path = name = ""
    completion = _number(progress.get("completion"))
    return MachineStatus(
        activity=activity,
        text=text,
        path=path or None,
        file_name=name or path or None,
        progress=None if completion is None else min(completion / 100, 1.0),
        printed_seconds=_seconds(progress.get("printTime")),
        remaining_seconds=_seconds(progress.get("printTimeLeft")),
        last_run_seconds=_number(job.get("lastPrintTime")),
        user=_text(job.get("user")) or None,
        error=_text(answer.get("error")) or None,
        cancelling=text == "Cancelling",
        complete=completion is not None and completion >= 100 and bool(path),
    )


def counters_of(answer: Mapping[str, Any]) -> RunCounters:
    """What the record of a file, as answered by /api/files, says of its runs."""
    if not isinstance(answer.get("name"), str):
        raise Unintelligible("the answer has the wrong shape")
    # A file that was never run has no record yet.
    prints = _object(answer.get("prints") or {"success": 0, "failure": 0})
    last = _object(prints.get("last") or {})
    success = last.get("success")
    return RunCounters(
        success=_count(prints.get("success")),
        failure=_count(prints.get("failure")),
        last_ended_at=_number(last.get("date")),
        last_seconds=_number(last.get("printTime")),
        last_success=success if isinstance(success, bool) else None,
    )


def _activity(text: str) -> Activity:
    if text in ACTIVITIES:
        return ACTIVITIES[text]
    for prefix, activity in PREFIXES.items():
        if text.startswith(prefix):
            return activity
    raise Unintelligible("in a state that is not known")


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Unintelligible("the answer has the wrong shape")
    return value


def _text(value: object) -> str:
    """The text without what a database or a log would choke on; empty if it is not text."""
    if not isinstance(value, str):
        return ""
    return "".join(character if character.isprintable() else "\ufffd" for character in value[:LONGEST_TEXT])


def _number(value: object) -> float | None:
    """A finite number that is not negative; None for anything else, such as a bool or a NaN."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e12 and isfinite(value) else None


def _seconds(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number < LONGEST_SECONDS else None


def _count(value: object) -> int:
    number = _number(value)
    if number is None:
        raise Unintelligible("the answer has the wrong shape")
    return int(number)
