"""Machines behind HTTPS: only certificates that this computer trusts, and the same time limits."""

import datetime
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from machines import http
from machines.driver import ConnectionSettings
from machines.errors import Unreachable
from machines.registry import open_driver
from machines.status import Activity


def test_a_certificate_that_is_trusted_here_is_accepted(server: "Server", trusted: None) -> None:
    assert server.status().activity is Activity.OFF


@pytest.mark.usefixtures("untrusted")
def test_a_certificate_that_nobody_vouches_for_is_refused(server: "Server") -> None:
    with pytest.raises(Unreachable, match="certificate"):
        server.status()


def test_a_host_that_drips_is_given_up_in_time(server: "Server", trusted: None) -> None:
    server.drips = True
    began = time.monotonic()

    with pytest.raises(Unreachable, match="timed out"):
        server.status()

    assert time.monotonic() - began < 1.5


def test_a_host_that_does_not_speak_tls_is_unreachable(server: "Server", trusted: None) -> None:
    plain = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=plain.serve_forever, args=(0.02,), daemon=True).start()

    with pytest.raises(Unreachable):
        open_driver(ConnectionSettings("octoprint", f"https://127.0.0.1:{plain.server_port}", "key", 0.5)).status()

    plain.shutdown()
    plain.server_close()


class Server(ThreadingHTTPServer):
    """Answers every question with 409, over TLS."""

    daemon_threads = True
    drips = False

    def status(self) -> object:
        driver = open_driver(ConnectionSettings("octoprint", f"https://127.0.0.1:{self.server_port}", "key", 0.5))
        try:
            return driver.status()
        finally:
            driver.close()

    def handle_error(self, *_: object) -> None:
        pass


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        if getattr(self.server, "drips", False):
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            for _ in range(100):
                self.wfile.write(b" ")
                time.sleep(0.05)
        self.send_error(409)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "printer")])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def server(certificate: tuple[Path, Path]) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def untrusted() -> Iterator[None]:
    http._tls_context.cache_clear()
    yield
    http._tls_context.cache_clear()


@pytest.fixture
def trusted(untrusted: None, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
