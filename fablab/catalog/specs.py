"""What may be written into a category's fields, how it is kept, and how it is shown: pure but for the rows' types."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fablab.catalog.models import CategoryField, FieldKind
from fablab.core.i18n import _, show_number
from fablab.core.refusals import Refusal
from fablab.core.text import line_of

LONGEST = 300
"""Characters of what is written into one field."""
YES, NO = "yes", "no"
_NUMBER = re.compile(r"[+-]?\d{1,12}([.,]\d{1,6})?", re.ASCII)
_WORDS = {
    **dict.fromkeys(("yes", "oui", "y", "o", "1", "true", "vrai", "x"), YES),
    **dict.fromkeys(("no", "non", "n", "0", "false", "faux"), NO),
}


@dataclass(frozen=True, slots=True)
class Spec:
    """A field with what is written in it, ready to print."""

    name: str
    value: str
    unit: str = ""


def yes_or_no(text: str) -> bool | None:
    """What a word of either language says; None if it says neither."""
    found = _WORDS.get(text.strip().lower())
    return None if found is None else found == YES


def choices_of(field: CategoryField) -> list[str]:
    """What there is to choose from."""
    return [line for part in field.choices.splitlines() if (line := line_of(part))]


def kept(field: CategoryField, text: str) -> str | None:
    """What is kept of what somebody wrote; None if the field cannot hold it."""
    line = line_of(text)
    if not line or len(line) > LONGEST:
        return "" if not line else None
    if field.kind == FieldKind.NUMBER:
        plain = re.sub(r"[\s\u00a0\u202f]", "", line)
        return plain.replace(",", ".").removeprefix("+") if _NUMBER.fullmatch(plain) else None
    if field.kind == FieldKind.YES_NO:
        return _WORDS.get(line.lower())
    if field.kind == FieldKind.CHOICE:
        return next((choice for choice in choices_of(field) if choice.lower() == line.lower()), None)
    return line


def reasons_against(fields: Iterable[CategoryField], written: Mapping[int, str]) -> list[Refusal]:
    """Every reason why these fields cannot hold what was written."""
    by_id = {field.id: field for field in fields}
    reasons = []
    for key, text in written.items():
        field = by_id.get(key)
        if field is None:
            reasons.append(Refusal("field_unknown", _("A field is not, or no longer, one of its category. Try again.")))
        elif kept(field, text) is None:
            reasons.append(Refusal("field", _why_not(field, line_of(text))))
    return reasons


def specs_of(fields: Iterable[CategoryField], written: Mapping[str, Any] | None) -> list[Spec]:
    """The fields in which something is written, in their order."""
    texts = written or {}
    return [
        Spec(field.name, _shown(field, str(text)), field.unit)
        for field in fields
        if (text := texts.get(str(field.id))) not in (None, "")
    ]


def _shown(field: CategoryField, text: str) -> str:
    if field.kind == FieldKind.YES_NO and text in (YES, NO):
        return _("Yes") if text == YES else _("No")
    if field.kind == FieldKind.NUMBER and _NUMBER.fullmatch(text):
        return show_number(float(text)) if "." in text else show_number(int(text))
    return text


def _why_not(field: CategoryField, text: str) -> str:
    said = text if len(text) <= 40 else f"{text[:40]}…"
    if len(text) > LONGEST:
        return _("%(field)s: at most %(count)s characters.", field=field.name, count=LONGEST)
    if field.kind == FieldKind.NUMBER:
        return _("%(field)s: “%(text)s” is not a number, such as 600 or 2.5.", field=field.name, text=said)
    if field.kind == FieldKind.YES_NO:
        return _("%(field)s: “%(text)s” is neither yes nor no.", field=field.name, text=said)
    choices = ", ".join(choices_of(field)) or "–"
    return _(
        "%(field)s: “%(text)s” is not one of its choices: %(choices)s.", field=field.name, text=said, choices=choices
    )
