"""Secrets at rest: AES-GCM under a key made from the instance's secret, bound to the row that holds them."""

import base64
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = "v1"


class Unreadable(Exception):
    """The secret was written under another key, or for another row."""


def _key(secret_key: str) -> bytes:
    return hashlib.sha256(b"fablab vault " + secret_key.encode()).digest()


def seal(secret_key: str, owner: str, text: str) -> str:
    """Encrypt for one owner (`connection:7`); what was sealed for one row cannot be opened from another."""
    nonce = os.urandom(12)
    sealed = AESGCM(_key(secret_key)).encrypt(nonce, text.encode(), owner.encode())
    return f"{_VERSION}:{base64.b64encode(nonce + sealed).decode()}"


def unseal(secret_key: str, owner: str, sealed: str) -> str:
    """Decrypt what `seal` wrote for the same owner.

    Raises:
        Unreadable: the key or the owner is another, or the text was altered.
    """
    try:
        version, _, encoded = sealed.partition(":")
        raw = base64.b64decode(encoded, validate=True)
        if version != _VERSION:
            raise Unreadable(f"unknown version {version!r}")
        return AESGCM(_key(secret_key)).decrypt(raw[:12], raw[12:], owner.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Unreadable("the secret cannot be read with this instance's key") from error
