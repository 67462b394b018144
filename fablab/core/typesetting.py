"""Setting a PDF: typst, a template of ours, and words that are ready to print."""

import json
import re
from typing import Any

import typst

from fablab.core.paths import TEMPLATES


def typeset(template: str, name: str, words: dict[str, Any]) -> bytes:
    """The PDF of a template below `templates/`, which finds its words under that name; the same words give the same
    bytes. Some 30 ms of work: do it outside of a transaction.
    """
    source = TEMPLATES / template
    inputs = {name: json.dumps(words, ensure_ascii=False)}
    pdf = typst.compile(str(source), root=str(source.parent), sys_inputs=inputs, ignore_system_fonts=True)
    if not isinstance(pdf, bytes):
        raise TypeError("typst rendered no single PDF")
    return pdf


def breakable(text: str, after: int) -> str:
    """The text with a place to break after so many letters of a word, which would run over what stands beside it."""
    return re.sub(rf"\S{{{after}}}(?=\S)", "\\g<0>\u200b", text)
