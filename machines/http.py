"""A requests session for talking to one machine: it ends in time, goes nowhere else, and fails in MachineErrors."""

import ssl
from collections.abc import Callable
from functools import cache, partial
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_ import create_urllib3_context

from machines.driver import ConnectionSettings
from machines.errors import MachineError, NotAllowed, Unintelligible, Unreachable
from machines.networks import Deadline, DeadlineSocket, DeadlineTLSSocket, connect

LARGEST_ANSWER = 1024 * 1024

Dial = Callable[[str, int], DeadlineSocket]


class NotFound(Unintelligible):
    """The machine does not know what was asked for."""


class Conflict(Unintelligible):
    """The machine's host answers that the machine is not ready."""


class MachineSession(requests.Session):
    """Talks to one machine; not for two threads at a time. Its causes never hold an address or a key."""

    def __init__(self, settings: ConnectionSettings) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["Accept-Encoding"] = "identity"
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._deadline = Deadline(settings.timeout_seconds)
        adapter = _Adapter(partial(connect, networks=settings.allowed_networks, deadline=self._deadline))
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def request(self, method: Any, url: Any, **options: Any) -> requests.Response:  # type: ignore[override]
        """The machine's answer to one request, complete and successful."""
        self._deadline.restart()
        options |= {"allow_redirects": False, "stream": True, "timeout": self._deadline.seconds}
        try:
            try:
                return self._ask(method, url, options)
            except requests.ConnectionError as error:
                # A kept connection may have been closed while nobody spoke: a question may be asked again.
                if method != "GET" or not _was_cut(error):
                    raise
                return self._ask(method, url, options)
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            # Not chained: the library's own words may quote a header, and with it the key.
            raise _translated(error) from None

    def _ask(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        response = super().request(method, url, **options)
        try:
            _refuse_failures(response)
            _read_whole(response)
        except BaseException:
            response.close()
            raise
        return response


def _refuse_failures(response: requests.Response) -> None:
    status = response.status_code
    if status in (401, 403):
        raise NotAllowed(f"the machine refused the key ({status})")
    if status == 404:
        raise NotFound("not found (404)")
    if status == 409:
        raise Conflict("the machine is not ready (409)")
    if 300 <= status < 400:
        raise Unintelligible(f"redirected elsewhere ({status})")
    if not 200 <= status < 300:
        raise Unintelligible(f"answered with an error ({status})")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Unintelligible("answered in an encoding that was not asked for")


def _read_whole(response: requests.Response) -> None:
    body = b""
    while chunk := response.raw.read(64 * 1024, decode_content=False):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise Unintelligible("the answer is too large")
    response._content = body
    response._content_consumed = True  # type: ignore[attr-defined]


def _translated(error: Exception) -> MachineError:
    """What went wrong, in our words: the library's may quote the address or the key."""
    causes = _causes(error)
    if any(isinstance(cause, requests.Timeout | TimeoutError) or "Timeout" in type(cause).__name__ for cause in causes):
        return Unreachable("timed out")
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Unreachable("its certificate is not trusted")
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Unreachable("no secure connection")
    if _was_cut(error) or any(isinstance(cause, IncompleteRead) for cause in causes):
        return Unreachable("the connection was cut")
    if any(isinstance(cause, HTTPException) for cause in causes):
        return Unintelligible("the answer is not HTTP")
    if any(isinstance(cause, requests.ConnectionError | HTTPError) for cause in causes):
        return Unreachable("the connection was cut")
    return Unintelligible("the address or the key cannot be sent")


def _was_cut(error: Exception) -> bool:
    return any(isinstance(cause, RemoteDisconnected | ConnectionError) for cause in _causes(error))


def _causes(error: BaseException) -> list[BaseException]:
    """The error and all those that it wraps."""
    found: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting:
        cause = waiting.pop()
        if isinstance(cause, BaseException) and cause not in found:
            found.append(cause)
            waiting += [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
    return found


class _Adapter(HTTPAdapter):
    """Connects through our own check of the address."""

    def __init__(self, dial: Dial) -> None:
        self._dial = dial
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        self.poolmanager = _PoolManager(self._dial, *args, **kwargs)


class _PoolManager(PoolManager):
    def __init__(self, dial: Dial, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._dial = dial

    def _new_pool(
        self, scheme: str, host: str, port: int, request_context: dict[str, Any] | None = None
    ) -> HTTPConnectionPool:
        if scheme == "https" and request_context is not None:
            request_context["ssl_context"] = _tls_context()
        pool = super()._new_pool(scheme, host, port, request_context)
        kind = _TLSConnection if scheme == "https" else _Connection
        pool.ConnectionCls = partial(kind, self._dial)  # type: ignore[assignment]
        return pool


class _Connection(HTTPConnection):
    def __init__(self, dial: Dial, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._dial = dial

    def _new_conn(self) -> DeadlineSocket:
        return self._dial(self._dns_host, self.port)


class _TLSConnection(HTTPSConnection):
    def __init__(self, dial: Dial, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._dial = dial
        self._deadline: Deadline | None = None

    def _new_conn(self) -> DeadlineSocket:
        connection = self._dial(self._dns_host, self.port)
        self._deadline = connection.deadline
        return connection

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, DeadlineTLSSocket) and self._deadline is not None:
            self.sock.deadline = self._deadline


@cache
def _tls_context() -> ssl.SSLContext:
    context = create_urllib3_context()
    context.load_default_certs()
    context.sslsocket_class = DeadlineTLSSocket
    return context
