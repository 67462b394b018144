"""A provider that can lie: it speaks OpenID Connect as it should, except for what a test tells it to do otherwise."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from fablab.core.providers import OidcProvider

Answer = tuple[int, dict[str, str], bytes]
OWN, OTHER = (RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"}) for _ in range(2))


class Liar:
    """What it says: to be changed by a test before somebody asks."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.known = OidcProvider(
            name="liar", issuer=self.url, client_id="lab", client_secret="s3cret of ours", label="Liars Ltd"
        )
        self.metadata: dict[str, Any] = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
        }
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = signed
        self.token: Callable[[str], Answer] = lambda id_token: document({"access_token": "a", "id_token": id_token})
        self.published = OWN
        self.asked: list[str] = []
        self.over = threading.Event()

    def id_token(self) -> str:
        """The token, as it should be but for the claims that a test has changed (None: left out)."""
        now = int(time.time())
        honest = {"iss": self.url, "sub": "1", "aud": "lab", "iat": now, "exp": now + 300, **self.claims}
        return self.sign({key: value for key, value in honest.items() if value is not None})

    def answer(self, path: str) -> Answer:
        """What it says at a path."""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return document(self.metadata)
        if path == "/keys":
            return document({"keys": [self.published.as_dict(private=False)]})
        if path == "/userinfo":
            return document(self.userinfo)
        return self.token(self.id_token())


@contextmanager
def liar() -> Iterator[Liar]:
    """A liar that listens on the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            code, headers, body = lying.answer(self.path)
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # Whoever asked may have had enough.
                self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    lying = Liar(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield lying
    finally:
        lying.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def document(content: object) -> Answer:
    """JSON, as a provider answers."""
    return 200, {"Content-Type": "application/json"}, json.dumps(content).encode()


def signed(claims: dict[str, Any], key: RSAKey = OWN) -> str:
    """A token that was signed as it should be."""
    return jwt.encode({"alg": "RS256", "kid": "1"}, claims, key)


def signed_by_another(claims: dict[str, Any]) -> str:
    """A token signed with a key that the provider does not publish."""
    return signed(claims, OTHER)


def unsigned(claims: dict[str, Any]) -> str:
    """A token that says that it needs no signature."""
    return ".".join((_part({"alg": "none"}), _part(claims), ""))


def signed_with_the_public_key(claims: dict[str, Any]) -> str:
    """A token "signed" with what everybody knows, as if it were a shared secret."""
    text = ".".join((_part({"alg": "HS256", "kid": "1"}), _part(claims)))
    return f"{text}.{_plain(hmac.digest(OWN.as_pem(private=False), text.encode(), hashlib.sha256))}"


def _part(content: object) -> str:
    return _plain(json.dumps(content).encode())


def _plain(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
