"""Uploads that are mangled: refused in words, whatever the decoder stumbles over."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from fablab.core.files import keep_picture
from fablab.core.refusals import Refused

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_a_picture_with_mangled_hidden_data_is_refused_and_nothing_crashes() -> None:
    hidden = Image.Exif()
    hidden[0x010E], hidden[0x0112] = "x" * 20, 6
    written = BytesIO()
    Image.new("RGB", (40, 30)).save(written, "WEBP", exif=hidden.tobytes())
    # The description is called the compression, which is a number and no text: it cannot be written down again.
    mangled = written.getvalue().replace(b"\x01\x0e\x00\x02", b"\x01\x03\x00\x02")

    assert mangled != written.getvalue()
    with pytest.raises(Refused) as refused:
        keep_picture(Session(), mangled, "photo.webp", NOW)
    assert refused.value.codes == ("file_kind",)
