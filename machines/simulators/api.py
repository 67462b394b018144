"""OctoPrint's own words: what it answers to each request about a printer."""

from typing import Any

from machines.simulators.printer import Json, SimulatedPrinter, StoredFile

VERSION = {"api": "0.1", "server": "1.11.8", "text": "OctoPrint 1.11.8"}
USUAL_SECONDS = 600.0

Answer = tuple[int, Json | None]


def get(printer: SimulatedPrinter, path: str, now: float) -> Answer:
    """What OctoPrint answers to a question."""
    if path == "/api/version":
        return 200, VERSION
    if path == "/api/job":
        return 200, printer.job(now)
    if path == "/api/connection":
        state = printer.state if printer.is_connected else "Closed"
        return 200, {"current": {"state": state, "port": "VIRTUAL", "baudrate": 115200, "printerProfile": "_default"}}
    if path == "/api/printer":
        return _printer(printer)
    if path in ("/api/files", "/api/files/local"):
        return 200, {"files": [file.answer() for file in printer.files.values()], "free": 10**9, "total": 10**10}
    file = printer.files.get(path.removeprefix("/api/files/local/"))
    return (404, {"error": "Not found"}) if file is None else (200, file.answer())


def _printer(printer: SimulatedPrinter) -> Answer:
    if not printer.is_connected:
        return 409, {"error": "Printer is not operational"}
    flags = {
        "operational": True,
        "printing": printer.is_busy and printer.state != "Paused",
        "paused": printer.state == "Paused",
        "cancelling": printer.state == "Cancelling",
        "finishing": printer.state == "Finishing",
        "ready": printer.state == "Operational",
        "error": False,
        "closedOrError": False,
    }
    return 200, {"state": {"text": printer.state, "flags": flags, "error": printer.error}, "temperature": {}}


def post(printer: SimulatedPrinter, path: str, fields: dict[str, Any], now: float, speed: float = 1.0) -> Answer:
    """Do what is asked, and what OctoPrint answers to it; `fields` holds a file as (name, bytes)."""
    if path == "/api/job":
        return (204, None) if _command(printer, fields, now) else (409, {"error": "Printer is not ready"})
    if path == "/api/connection":
        if fields.get("command") == "connect":
            printer.connect(now)
        else:
            printer.disconnect(now)
        return 204, None
    if path == "/api/files/local":
        return _upload(printer, fields, now, speed)
    name = path.removeprefix("/api/files/local/")
    if name not in printer.files:
        return 404, {"error": "Not found"}
    if fields.get("command") != "select" or printer.is_busy or not printer.is_connected:
        return 409, {"error": "Printer is not ready"}
    printer.select(name, "simulated")
    if fields.get("print"):
        printer.start(now)
    return 204, None


def _command(printer: SimulatedPrinter, fields: Json, now: float) -> bool:
    match fields.get("command"), fields.get("action", "toggle"):
        case "start", _:
            return printer.state != "Paused" and printer.start(now)
        case "restart", _:
            return printer.state == "Paused" and printer.start(now)
        case "cancel", _:
            return printer.cancel(now)
        case "pause", "pause":
            return printer.pause(now)
        case "pause", "resume":
            return printer.resume(now)
        case "pause", _:
            return printer.pause(now) or printer.resume(now)
        case _:
            return False


def _upload(printer: SimulatedPrinter, fields: dict[str, Any], now: float, speed: float) -> Answer:
    name, content = fields["file"]
    path = f"{fields['path'].strip('/')}/{name}" if fields.get("path") else str(name)
    busy = printer.is_busy or not printer.is_connected
    if busy and printer.selected is not None and printer.selected.path == path:
        return 409, {"error": "File is being printed"}
    seconds = _seconds_of(content) / speed
    printer.store(StoredFile(path, seconds=seconds, size=len(content), user="simulated"))
    starts = fields.get("print") == "true" and not busy
    if (starts or fields.get("select") == "true") and not busy:
        printer.select(path, "simulated")
    if starts:
        printer.start(now)
    return 201, {"files": {"local": printer.files[path].answer()}, "done": True, "effectivePrint": starts}


def _seconds_of(content: bytes) -> float:
    """How long a file prints: the slicer's own estimate, or the sum of its dwells."""
    lines = content.decode(errors="replace").splitlines()
    told = [line[6:] for line in lines if line.startswith(";TIME:")] + [
        line[4:] for line in lines if line.startswith("G4 S")
    ]
    seconds = sum(float(text) for text in told if text.strip().replace(".", "", 1).isdigit())
    return seconds or USUAL_SECONDS
