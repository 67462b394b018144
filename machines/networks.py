"""Where machines may be: which addresses are allowed, and a socket that only connects to those and ends in time."""

import socket
import ssl
import threading
import time
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from queue import Empty, SimpleQueue
from typing import Any

from machines.errors import NotAllowed, Unreachable

DEFAULT_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "::1/128", "fc00::/7")
METADATA = (ip_address("169.254.169.254"), ip_address("fd00:ec2::254"))
"""Where clouds hand out their secrets: no machine is ever there, whatever the deployment allows."""

NAT64 = IPv6Network("64:ff9b::/96")


class Deadline:
    """The instant by which the answer under way must be complete; one per session, set anew for each request."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.restart()

    def restart(self) -> None:
        self._at = time.monotonic() + self.seconds

    def left(self) -> float:
        """The seconds that are left; TimeoutError if there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class DeadlineSocket(socket.socket):
    """A socket that stops at the deadline, however slowly the bytes drip in."""

    deadline: Deadline

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(self.deadline.left())
        return super().recv_into(*args, **kwargs)


class DeadlineTLSSocket(ssl.SSLSocket):
    """The same over TLS."""

    deadline: Deadline

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(self.deadline.left())
        return super().recv_into(*args, **kwargs)


def connect(host: str, port: int, networks: tuple[str, ...], deadline: Deadline) -> DeadlineSocket:
    """A connection to an address of the host that lies in the networks; each address is checked before it is used."""
    blocks = [_network(text) for text in networks or DEFAULT_NETWORKS]
    found = _resolve(host, port, deadline)
    allowed = [entry for entry in found if _is_allowed(entry[1][0], blocks)]
    if not allowed:
        raise NotAllowed("the address lies outside the allowed networks")
    cause = "cannot be connected to"
    for family, address in allowed:
        connection = DeadlineSocket(family, socket.SOCK_STREAM)
        connection.deadline = deadline
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(deadline.left())
            connection.connect(address)
        except ConnectionRefusedError:
            cause = "connection refused"
        except TimeoutError:
            cause = "timed out while connecting"
        except OSError:
            cause = "no route to the host"
        else:
            return connection
        connection.close()
    raise Unreachable(cause)


def _resolve(host: str, port: int, deadline: Deadline) -> list[tuple[socket.AddressFamily, Any]]:
    """The host's addresses; the look-up runs beside us, because nothing else can cut it short."""
    answers: SimpleQueue[list[tuple[socket.AddressFamily, Any]]] = SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            found = []
        answers.put([(family, address) for family, _, _, _, address in found])

    try:
        ip_address(host)
    except ValueError:
        threading.Thread(target=look_up, name="look-up", daemon=True).start()
    else:
        look_up()
    try:
        addresses = answers.get(timeout=deadline.left())
    except (Empty, TimeoutError):
        raise Unreachable("timed out while looking up the host") from None
    if not addresses:
        raise Unreachable("no such host")
    return addresses


def _network(text: str) -> Any:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise NotAllowed("an allowed network is not a CIDR block") from None


def _is_allowed(text: str, networks: list[Any]) -> bool:
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    meant = address
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
        meant = _embedded(address) or address
    return meant not in METADATA and any(address in network for network in networks)


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that lies behind an IPv6 address of NAT64 or 6to4."""
    if isinstance(address, IPv4Address):
        return None
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else address.sixtofour
