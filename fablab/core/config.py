"""What must be known before the database opens: `instance/fablab.toml`, overridden by the environment.

Every setting has a name in the file (`database_url`) and one in the environment (`FABLAB_DATABASE_URL`).
What staff change while the lab runs lives in the database instead.
"""

import math
import os
import secrets
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from fablab.core.providers import OidcProvider, providers_of


class BadConfig(Exception):
    """A setting cannot be used; the message names it and says what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The deployment's settings.

    `public_url` is the address that people type, used in mails. `smtp_url` is `smtp://user:password@host:port`,
    `smtps://` for TLS from the start, `smtp+starttls://` for STARTTLS. `printer_networks` are the CIDR blocks a
    machine may be on, none meaning any private network. `trusted_proxies` is how many proxies stand before us. `oidc`
    are the OpenID providers with which people may sign in.
    """

    instance: Path
    database_url: str
    secret_key: str
    public_url: str = "http://127.0.0.1:5000"
    lab_name: str = "FabLab"
    smtp_url: str = "smtp://127.0.0.1:25"
    mail_from: str = "fablab@localhost"
    printer_networks: tuple[str, ...] = ()
    poll_seconds: float = 5.0
    machine_timeout_seconds: float = 4.0
    stale_after_seconds: float = 60.0
    trusted_proxies: int = 0
    oidc: tuple[OidcProvider, ...] = ()

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")


def load_config(instance: Path | None = None, **overrides: Any) -> Config:
    """Read the settings; makes the instance folder and its secret key when they are missing.

    Raises:
        BadConfig: a setting is unknown or has a value that cannot be used.
    """
    folder = Path(instance or os.environ.get("FABLAB_INSTANCE") or "instance").resolve()
    values: dict[str, Any] = {**_from_file(folder / "fablab.toml"), **_from_environment(), **overrides}
    known = {field.name: field for field in fields(Config)}
    unknown = sorted(set(values) - set(known) - {"instance"})
    if unknown:
        raise BadConfig(f"unknown setting {', '.join(unknown)}; the settings are {', '.join(sorted(known))}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadConfig(f"the instance folder {folder} cannot be made: {error.strerror}") from error
    values.setdefault("database_url", f"sqlite:///{folder / 'fablab.sqlite'}")
    values["secret_key"] = values.get("secret_key") or _kept_secret(folder / "secret.key")
    values.pop("instance", None)
    return Config(instance=folder, **{name: _converted(name, value) for name, value in values.items()})


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfig(f"{path} is not valid TOML: {error}") from error


def _from_environment() -> dict[str, Any]:
    names = {field.name for field in fields(Config)} - {"instance"}
    found = {name: os.environ.get(f"FABLAB_{name.upper()}") for name in names}
    return {name: value for name, value in found.items() if value}


def _converted(name: str, value: Any) -> Any:
    try:
        return _CONVERTERS.get(name, str)(value)
    except (TypeError, ValueError) as error:
        shown = "what it is" if name in _SECRET else repr(value)
        raise BadConfig(f"{name} cannot be {shown}: {error}") from error


def _seconds(value: Any) -> float:
    number = float(value)
    if not (math.isfinite(number) and number > 0):
        raise ValueError("must be more than 0")
    return number


def _count(value: Any) -> int:
    number = int(value)
    if number < 0:
        raise ValueError("must be 0 or more")
    return number


def _networks(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else list(value)
    found = tuple(part.strip() for part in parts if part.strip())
    for part in found:
        ip_network(part, strict=False)
    return found


def _database(value: Any) -> str:
    if not str(value).startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    try:
        make_url(str(value))
    except (ArgumentError, ValueError):
        # Not chained: the library's own words may quote a part of the password.
        raise ValueError("must be an address such as postgresql://user:password@host:5432/name") from None
    return str(value)


def _public_url(value: Any) -> str:
    if urlsplit(str(value)).scheme not in ("http", "https") or not urlsplit(str(value)).hostname:
        raise ValueError("must be an address such as https://lab.example.org")
    return str(value).rstrip("/")


def _smtp_url(value: Any) -> str:
    url = urlsplit(str(value))
    if url.scheme not in ("smtp", "smtps", "smtp+starttls", "folder"):
        raise ValueError("must begin with smtp://, smtps:// or smtp+starttls://")
    try:
        _ = url.port
    except ValueError:
        raise ValueError("its port is not a number up to 65535") from None
    return str(value)


def _address(value: Any) -> str:
    name, _, domain = str(value).rpartition("@")
    if not name or not domain:
        raise ValueError("must be an e-mail address")
    return str(value)


_SECRET = ("database_url", "oidc", "secret_key", "smtp_url")
"""What may hold a password, and is never shown."""
_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "database_url": _database,
    "mail_from": _address,
    "machine_timeout_seconds": _seconds,
    "oidc": providers_of,
    "poll_seconds": _seconds,
    "printer_networks": _networks,
    "public_url": _public_url,
    "smtp_url": _smtp_url,
    "stale_after_seconds": _seconds,
    "trusted_proxies": _count,
}


def _kept_secret(path: Path) -> str:
    """The secret key of this instance, made once and readable by its owner only."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = path.read_text(encoding="ascii").strip()
        if len(secret) < 32:
            raise BadConfig(f"{path} holds no usable secret key; remove it to have a new one made") from None
        return secret
    secret = secrets.token_hex(32)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret + "\n")
    return secret
