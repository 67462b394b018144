"""Routes that take files: more may be sent to them than to others, and what was sent comes as plain bytes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, request

from fablab.core.files import LARGEST

ROOM_FOR_THE_FORM = 1024 * 1024
"""Bytes besides the file: the form's own fields, and what wraps them."""
_TAKES_FILES = "_fablab_takes_files"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent: neither its name nor its content is to be believed."""

    name: str
    content: bytes


def takes_files(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a form with a file be sent to this view; below the route's own decorator, like `access.public`."""
    setattr(view, _TAKES_FILES, True)
    return view


def make_room(app: Flask) -> None:
    """Raise the limit of this request if its view takes files: before anything looks at its form."""
    view = app.view_functions.get(request.endpoint or "")
    if getattr(view, _TAKES_FILES, False):
        request.max_content_length = LARGEST + ROOM_FOR_THE_FORM
        # A table that was looked at is sent again as a field of the form.
        request.max_form_memory_size = LARGEST + ROOM_FOR_THE_FORM


def upload(field: str) -> Upload | None:
    """The file of a field; None where none was chosen."""
    found = uploads(field)
    return found[0] if found else None


def uploads(field: str) -> list[Upload]:
    """The files of a field, which may have several."""
    return [Upload(sent.filename or "", sent.read()) for sent in request.files.getlist(field) if sent.filename]
