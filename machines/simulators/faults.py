"""The ways in which a simulated host can go wrong."""

import socket
import struct
import threading
from enum import StrEnum
from http.server import BaseHTTPRequestHandler


class Fault(StrEnum):
    """What a host does instead of answering."""

    HANG = "hang"
    DRIP = "drip"
    HTML = "html"
    EMPTY = "empty"
    BAD_JSON = "bad json"
    DEEP_JSON = "deep json"
    LIST = "list"
    NULLS = "nulls"
    REFUSED_401 = "401"
    REFUSED = "403"
    NOT_FOUND = "404"
    CONFLICT = "409"
    BROKEN = "500"
    REDIRECT = "redirect"
    HUGE = "huge"
    RESET = "reset"
    CUT = "cut"
    NOT_HTTP = "not http"


PAGES = {
    Fault.HTML: (200, b"<!doctype html><title>Welcome to your router</title>"),
    Fault.EMPTY: (200, b""),
    Fault.BAD_JSON: (200, b'{"state": "Operational", "job": {"file":'),
    Fault.DEEP_JSON: (200, b"[" * 200_000),
    Fault.LIST: (200, b'["Operational"]'),
    Fault.NULLS: (200, b'{"state": null, "job": null, "progress": null}'),
    Fault.REFUSED_401: (401, b"{}"),
    Fault.REFUSED: (403, b'{"error": "You don\'t have the permission to access the requested resource."}'),
    Fault.NOT_FOUND: (404, b"<!doctype html><title>404 Not Found</title>"),
    Fault.CONFLICT: (409, b'{"error": "Printer is not operational"}'),
    Fault.BROKEN: (500, b"<!doctype html><title>500 Internal Server Error</title>"),
}


def misbehave(handler: BaseHTTPRequestHandler, fault: Fault, redirect_to: str, stopped: threading.Event) -> None:
    """Answer wrongly, then close the connection."""
    handler.close_connection = True
    if fault in PAGES:
        status, page = PAGES[fault]
        handler.send_response(status)
        handler.send_header("Content-Type", "text/html" if page[:1] == b"<" else "application/json")
        handler.send_header("Content-Length", str(len(page)))
        handler.end_headers()
        handler.wfile.write(page)
    elif fault is Fault.REDIRECT:
        handler.send_response(302)
        handler.send_header("Location", redirect_to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
    elif fault is Fault.HANG:
        stopped.wait()
    else:
        _cut_or_flood(handler, fault, stopped)


def _cut_or_flood(handler: BaseHTTPRequestHandler, fault: Fault, stopped: threading.Event) -> None:
    if fault is Fault.DRIP:
        for byte in b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + b" " * 10_000:
            handler.wfile.write(bytes([byte]))
            if stopped.wait(0.05):
                return
    elif fault is Fault.HUGE:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(50):
            handler.wfile.write(b" " * 1024 * 1024)
    elif fault is Fault.RESET:
        linger = struct.pack("ii", 1, 0)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    elif fault is Fault.CUT:
        handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"state": ')
    else:
        handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
