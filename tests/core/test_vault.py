"""Secrets at rest: only the same key and the same row read them back."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.core.vault import Unreadable, seal, unseal

KEY = "k" * 40


@given(st.text(st.characters(codec="utf-8")))
def test_what_was_sealed_is_read_back(text: str) -> None:
    assert unseal(KEY, "connection:7", seal(KEY, "connection:7", text)) == text


def test_the_same_secret_looks_different_each_time_and_never_like_itself() -> None:
    one, other = seal(KEY, "connection:7", "S3CRET"), seal(KEY, "connection:7", "S3CRET")

    assert one != other
    assert "S3CRET" not in one
    assert b"S3CRET" not in base64.b64decode(one.partition(":")[2])


@pytest.mark.parametrize(("key", "owner"), [("x" * 40, "connection:7"), (KEY, "connection:8"), (KEY, "")])
def test_another_key_or_another_row_reads_nothing(key: str, owner: str) -> None:
    sealed = seal(KEY, "connection:7", "S3CRET")

    with pytest.raises(Unreadable):
        unseal(key, owner, sealed)


@given(st.data())
def test_an_altered_text_reads_nothing(data: st.DataObject) -> None:
    version, _, encoded = seal(KEY, "connection:7", "S3CRET").partition(":")
    raw = bytearray(base64.b64decode(encoded))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(Unreadable):
        unseal(KEY, "connection:7", f"{version}:{base64.b64encode(raw).decode()}")


@pytest.mark.parametrize("sealed", ["", "v1", "v1:", "v1:AAAA", "v1:ééé", "v1:not base64", "v9:AAAA", "plain text"])
def test_what_was_never_sealed_reads_nothing(sealed: str) -> None:
    with pytest.raises(Unreadable):
        unseal(KEY, "connection:7", sealed)
