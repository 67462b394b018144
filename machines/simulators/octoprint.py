"""A server on loopback that behaves as OctoPrint does, for the demo and the tests.

`python -m machines.simulators.octoprint --port 0 --key KEY --auto` prints its address and serves until it is stopped.
"""

import argparse
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from machines.simulators.api import get, post
from machines.simulators.faults import Fault, misbehave
from machines.simulators.printer import Json, SimulatedPrinter
from machines.simulators.workshop import Workshop


class SimulatedOctoPrint:
    """One OctoPrint with its printer: `start()` serves it at `url`, `fault` makes it misbehave."""

    def __init__(
        self,
        *,
        key: str = "simulated-key",
        name: str = "OctoPrint",
        port: int = 0,
        clock: Callable[[], float] = time.time,
        printer: SimulatedPrinter | None = None,
        workshop: Workshop | None = None,
        speed: float = 1.0,
    ) -> None:
        self.key, self.name, self.clock, self.speed = key, name, clock, speed
        self.printer = printer or SimulatedPrinter()
        self.workshop = workshop
        self.fault: Fault | None = None
        self.redirect_to = "http://127.0.0.1:9/"
        self.requests: list[str] = []
        """The method and path of the latest requests."""
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and cut every connection, as a host does that is switched off."""
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.cut_connections()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def now(self) -> float:
        """The instant, with everything done that is due by then."""
        now = self.clock()
        if self.workshop is not None:
            self.workshop.advance(now)
        self.printer.advance(now)
        return now


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], octoprint: SimulatedOctoPrint) -> None:
        super().__init__(address, _Handler)
        self.octoprint = octoprint
        self._connections: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are none of our business."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def cut_connections(self) -> None:
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        octoprint = self.server.octoprint
        path = unquote(urlsplit(self.path).path)
        octoprint.requests = [*octoprint.requests[-999:], f"{self.command} {path}"]
        if octoprint.fault is not None:
            misbehave(self, octoprint.fault, octoprint.redirect_to, octoprint.stopped)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("X-Api-Key") != octoprint.key:
            self._answer(403, {"error": "You don't have the permission to access the requested resource."})
            return
        with octoprint.lock:
            if self.command == "GET":
                status, content = get(octoprint.printer, path, octoprint.now())
            else:
                status, content = post(octoprint.printer, path, self._fields(body), octoprint.now(), octoprint.speed)
        self._answer(status, content)

    def _answer(self, status: int, content: Json | None) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _fields(self, body: bytes) -> dict[str, Any]:
        """What was posted: JSON, or a form with files, each as (name, bytes)."""
        kind = self.headers.get("Content-Type", "")
        if not kind.startswith("multipart/"):
            return dict(json.loads(body or b"{}"))
        form = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=policy.HTTP)
        found: dict[str, Any] = {}
        for part in form.iter_parts():
            name = str(part.get_param("name", header="Content-Disposition"))
            content = bytes(part.get_payload(decode=True))
            file_name = part.get_filename()
            found[name] = (file_name, content) if file_name else content.decode()
        return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve one simulated OctoPrint until it is interrupted."""
    parser = argparse.ArgumentParser(prog="machines.simulators.octoprint", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--key", required=True, help="the API key that it asks for")
    parser.add_argument("--name", default="OctoPrint")
    parser.add_argument("--speed", type=float, default=1.0, help="how many times faster than life it prints")
    parser.add_argument("--auto", action="store_true", help="prints go on by themselves")
    parser.add_argument("--seed", type=int, default=1, help="which workshop's days it lives with --auto")
    parser.add_argument("--off", action="store_true", help="the printer is switched off")
    given = parser.parse_args(arguments)
    printer = SimulatedPrinter(state="Offline" if given.off else "Operational")
    workshop = Workshop(printer, seed=given.seed, speed=given.speed) if given.auto and not given.off else None
    octoprint = SimulatedOctoPrint(
        key=given.key, name=given.name, port=given.port, printer=printer, workshop=workshop, speed=given.speed
    )
    octoprint.start()
    sys.stdout.write(f"{octoprint.url}\n")
    sys.stdout.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        octoprint.stop()


if __name__ == "__main__":
    main()
