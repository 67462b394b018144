"""Addresses for people outside of a request: mails and documents link to the `public_url` of the settings."""

from contextvars import ContextVar

_public_url: ContextVar[str] = ContextVar("fablab_public_url", default="http://127.0.0.1:5000")


def set_public_url(url: str) -> None:
    """Say under which address people reach us."""
    _public_url.set(url)


def link(path: str) -> str:
    """The whole address of a path of ours."""
    return _public_url.get() + path
