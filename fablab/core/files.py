"""Files that people upload: looked into, never believed; pictures made anew, everything kept in the database.

What a file is, is what its content says, whatever its name or its sender claim. A picture is decoded and written anew,
smaller, upright and without its hidden data (such as where it was taken); a PDF is kept as it is and only downloaded.
"""

import hashlib
import struct
import zlib
from datetime import datetime
from enum import StrEnum
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, Session, deferred, mapped_column

from fablab.core.db import Instant, Model
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.core.text import line_of

LARGEST = 12 * 1024 * 1024
"""Bytes of an upload."""
LARGEST_SIDE = 1600
MOST_PIXELS = 80_000_000
_PICTURES = ("JPEG", "PNG", "WEBP", "GIF")
_BROKEN = (
    *(UnidentifiedImageError, Image.DecompressionBombError, struct.error, zlib.error),
    *(
        ArithmeticError,
        AttributeError,
        EOFError,
        LookupError,
        OSError,
        RuntimeError,
        SyntaxError,
        TypeError,
        ValueError,
    ),
)
"""What decoders raise at content that only looks like a picture, or whose hidden data is mangled."""


class FileKind(StrEnum):
    """What a stored file is, by its media type."""

    PICTURE = "image/jpeg"
    PDF = "application/pdf"


class StoredFile(Model):
    """A file that was uploaded."""

    __tablename__ = "stored_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    created_at: Mapped[Instant]
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))


def keep_picture(session: Session, content: bytes, name: str, now: datetime) -> StoredFile:
    """Keep a picture, written anew as a JPEG of at most 1,600 pixels a side.

    Raises:
        Refused: it is too large, empty, or no picture that we can read.
    """
    _check_size(content)
    return _keep(session, _as_jpeg(content), name, FileKind.PICTURE, now)


def keep_document(session: Session, content: bytes, name: str, now: datetime) -> StoredFile:
    """Keep a PDF as it is, or a picture written anew.

    Raises:
        Refused: it is too large, empty, or neither.
    """
    _check_size(content)
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return _keep(session, content, name, FileKind.PDF, now)
    try:
        return keep_picture(session, content, name, now)
    except Refused:
        text = _("“%(name)s” is neither a PDF nor a picture, whatever its name says.", name=name)
        raise Refused.because("file_kind", text) from None


def stored_file(session: Session, file_id: int) -> StoredFile:
    """The file with this id; NotFound if there is none."""
    found = session.get(StoredFile, file_id)
    if found is None:
        raise NotFound(f"file {file_id}")
    return found


def _check_size(content: bytes) -> None:
    if not content:
        raise Refused.because("file_empty", _("The file is empty. Choose another one."))
    if len(content) > LARGEST:
        text = _("The file is larger than %(count)s MB. Make it smaller, then send it again.", count=LARGEST >> 20)
        raise Refused.because("file_too_large", text)


def _as_jpeg(content: bytes) -> bytes:
    text = _("This is no picture that can be read. Send a JPEG, PNG, WebP or GIF.")
    try:
        with Image.open(BytesIO(content), formats=_PICTURES) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Refused.because("picture_too_large", _("The picture has too many pixels. Make it smaller."))
            opened.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            plain = upright.convert("RGBA")
            ground = Image.new("RGB", plain.size, "white")
            ground.paste(plain, mask=plain.getchannel("A"))
    except _BROKEN as error:
        raise Refused.because("file_kind", text) from error
    written = BytesIO()
    ground.save(written, "JPEG", quality=82, optimize=True)
    return written.getvalue()


def _keep(session: Session, content: bytes, name: str, kind: FileKind, now: datetime) -> StoredFile:
    row = StoredFile(
        name=line_of(name)[:200] or "file",
        media_type=kind,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_at=now,
        content=content,
    )
    session.add(row)
    session.flush()
    return row
