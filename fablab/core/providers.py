"""OpenID providers with which people may sign in: tables `[oidc.NAME]` of `instance/fablab.toml`.

Whoever writes a provider there trusts it to say whose address an e-mail address is (decision 16).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")
_WORDS = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_KEYS = {"issuer", "client_id", "client_secret", "label", "scopes"}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
SCOPES = "openid email profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcProvider:
    """A provider, and what it knows this lab by. `name` stands in addresses, `label` on the button."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str
    scopes: str = SCOPES

    @property
    def host(self) -> str:
        """Where it lives, for messages."""
        return urlsplit(self.issuer).netloc


def is_safe(url: str, *, issuer: str) -> bool:
    """Tell whether a provider may be spoken to at this address: over TLS, or where it is on this computer itself."""
    try:
        parts, origin = urlsplit(url), urlsplit(issuer)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or parts.username or parts.password or parts.fragment:
        return False
    if parts.scheme == "https":
        return True
    return parts.scheme == origin.scheme == "http" and parts.hostname in _LOOPBACK and origin.hostname in _LOOPBACK


def providers_of(value: Any) -> tuple[OidcProvider, ...]:
    """The providers of the table `oidc`, in the order in which they are written.

    Raises:
        ValueError: something in it cannot be used; the message holds no value, since one may be a secret.
    """
    if isinstance(value, tuple) and all(isinstance(item, OidcProvider) for item in value):
        return value
    if not isinstance(value, Mapping):
        raise ValueError("write it in instance/fablab.toml, as a table [oidc.NAME] for each provider")
    found = tuple(_provider(str(name), table) for name, table in value.items())
    issuers = [row.issuer for row in found]
    if len(set(issuers)) < len(issuers):
        raise ValueError("two tables have the same issuer; accounts are known by it, so each may be named once")
    return found


def _provider(name: str, table: Any) -> OidcProvider:
    where = f"[oidc.{name}]"
    if not _NAME.fullmatch(name):
        raise ValueError(f"{where} needs a short name of small letters, figures and hyphens: it stands in addresses")
    if not isinstance(table, Mapping):
        raise ValueError(f"write {where} as a table with issuer, client_id and client_secret")
    unknown = sorted(set(table) - _KEYS)
    if unknown:
        raise ValueError(f"{where} has the unknown key {unknown[0]}; the keys are {', '.join(sorted(_KEYS))}")
    texts = {key: _text(where, key, table) for key in ("issuer", "client_id", "client_secret")}
    if not is_safe(texts["issuer"], issuer=texts["issuer"]) or "?" in texts["issuer"]:
        raise ValueError(f"{where} issuer must be an address such as https://accounts.example.org, without a query")
    return OidcProvider(
        name=name,
        label=_text(where, "label", table) if "label" in table else name.title(),
        scopes=_scopes(where, table.get("scopes", SCOPES)),
        **texts,
    )


def _text(where: str, key: str, table: Mapping[str, Any]) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError(f"{where} needs {key}, a text")
    return value.strip()


def _scopes(where: str, value: Any) -> str:
    words = value.split() if isinstance(value, str) else list(value) if isinstance(value, list) else []
    if "openid" not in words or not all(isinstance(word, str) and _WORDS.fullmatch(word) for word in words):
        raise ValueError(f'{where} scopes must be words, "openid" among them')
    return " ".join(words)
