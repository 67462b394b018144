"""The parameters of a kind as fields of a form, made from its schema: shown, and read as people type them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from fablab.booking.rules import catalogue, wording
from fablab.booking.rules.case import Names
from fablab.core.i18n import _
from fablab.core.money import parse_cents
from fablab.core.refusals import Refusal, Refused
from fablab.web.policy import lengths, words

ROWS = 5
"""So many rows a list of blocks or releases offers at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field: how it looks (`look`), what stands in it, and what there is to choose from."""

    name: str
    label: str
    look: str
    """text, number, check, choice, checks, lines, or rows."""
    value: str = ""
    checked: frozenset[str] = frozenset()
    choices: list[tuple[str, str]] = field(default_factory=list)
    rows: list[list["Field"]] = field(default_factory=list)
    hint: str = ""


def fields_of(code: str, typed: MultiDict[str, str] | None, params: Mapping[str, Any], names: Names) -> list[Field]:
    """The fields of a kind: with what was typed, or else with parameters that hold."""
    schema = catalogue.schema_of(code)
    return [
        _field(code, name, _plain(part), schema.get("$defs", {}), typed, params, names)
        for name, part in schema.get("properties", {}).items()
    ]


def params_of(code: str, typed: MultiDict[str, str]) -> dict[str, Any]:
    """The parameters that were typed; what is empty is left out.

    Raises:
        Refused: something cannot be read.
    """
    schema = catalogue.schema_of(code)
    found: dict[str, Any] = {}
    wrong: list[Refusal] = []
    for name, part in schema.get("properties", {}).items():
        try:
            value = _read(code, name, _plain(part), schema.get("$defs", {}), typed)
        except ValueError:
            text = _(
                "%(label)s: “%(text)s” cannot be read.", label=words.label(code, name), text=typed.get(name, "")[:60]
            )
            wrong.append(Refusal("params", text))
            continue
        if value is not None:
            found[name] = value
    if wrong:
        raise Refused(wrong)
    return found


def _plain(part: Mapping[str, Any]) -> dict[str, Any]:
    """A property without its alternative of being nothing."""
    kept: dict[str, Any] = next((item for item in part.get("anyOf", []) if item.get("type") != "null"), {})
    return {**part, **kept}


def _field(
    code: str,
    name: str,
    part: Mapping[str, Any],
    defs: Mapping[str, Any],
    typed: MultiDict[str, str] | None,
    params: Mapping[str, Any],
    names: Names,
) -> Field:
    label, look = words.label(code, name), _look(part, defs)
    held = params.get(name, part.get("default"))
    if look == "check":
        is_on = typed.get(name) == "yes" if typed is not None else bool(held)
        return Field(name=name, label=label, look=look, checked=frozenset({"yes"} if is_on else ()))
    if look == "rows":
        return Field(name=name, label=label, look=look, rows=_rows(code, name, part, defs, typed, held or []))
    if look == "checks":
        chosen = typed.getlist(name) if typed is not None else [str(item) for item in held or []]
        choices = _named(part["items"]["unit"], names)
        return Field(name=name, label=label, look=look, checked=frozenset(chosen), choices=choices)
    value = typed.get(name, "") if typed is not None else _shown(part, held, params)
    choices = _choices(part, defs)
    return Field(name=name, label=label, look=look, value=value, choices=choices, hint=_hint(part))


def _look(part: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    if part.get("type") == "boolean":
        return "check"
    if part.get("type") == "array":
        items = part["items"]
        if "$ref" in items:
            return "rows"
        return "checks" if items.get("unit") in ("course", "class", "membership", "weekday") else "lines"
    return "choice" if "$ref" in part or part.get("unit") == "weekday" else "text"


def _choices(part: Mapping[str, Any], defs: Mapping[str, Any]) -> list[tuple[str, str]]:
    if part.get("unit") == "weekday":
        return [(str(day), wording.weekday(day)) for day in range(7)]
    if "$ref" not in part:
        return []
    values = defs[part["$ref"].rsplit("/", 1)[-1]]["enum"]
    return [(value, words.choice(value)) for value in values]


def _named(unit: str, names: Names) -> list[tuple[str, str]]:
    if unit == "weekday":
        return [(str(day), wording.weekday(day)) for day in range(7)]
    table = {"course": names.courses, "class": names.classes, "membership": names.memberships}[unit]
    return [(str(key), name) for key, name in table.items()]


def _hint(part: Mapping[str, Any]) -> str:
    unit = part.get("items", part).get("unit")
    return {
        "minutes": _("For example 90 min, 1 h 30, 2 days."),
        "amount": _("A number of reservations, or a time such as 6 h."),
        "clock": _("For example 09:00."),
    }.get(unit or "", "")


def _shown(part: Mapping[str, Any], held: Any, params: Mapping[str, Any]) -> str:
    """A value as it is typed."""
    if held is None or held == "":
        return ""
    if part.get("type") == "array":
        return "\n".join(_shown(part["items"], item, params) for item in held)
    unit = part.get("unit")
    if unit == "minutes" or (unit == "amount" and params.get("unit") == "minutes"):
        return lengths.shown(held)
    if unit == "clock":
        return wording.clock(held)
    return f"{Decimal(held) / 100:.2f}" if unit == "cents" else str(held)


def _read(code: str, name: str, part: Mapping[str, Any], defs: Mapping[str, Any], typed: MultiDict[str, str]) -> Any:
    """What a field means; None where it is empty; ValueError where it cannot be read."""
    look = _look(part, defs)
    if look == "check":
        return typed.get(name) == "yes"
    if look == "rows":
        return _rows_read(code, name, part, defs, typed)
    if look == "checks":
        return [int(item) for item in typed.getlist(name) if item.isascii() and item.isdigit()]
    if look == "lines":
        lines = [line.strip() for line in typed.get(name, "").replace(";", "\n").splitlines() if line.strip()]
        return [_value(part["items"], line) for line in lines]
    text = typed.get(name, "").strip()
    return _value(part, text) if text else None


def _value(part: Mapping[str, Any], text: str) -> Any:
    unit = part.get("unit")
    if part.get("type") == "string" or "$ref" in part:
        return text
    if unit == "cents":
        return parse_cents(text)
    read = {"minutes": lengths.minutes_of, "amount": lengths.minutes_of, "clock": lengths.clock_of}.get(unit or "")
    value = read(text) if read else int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    if value is None:
        raise ValueError(text)
    return value


def _rows(
    code: str,
    name: str,
    part: Mapping[str, Any],
    defs: Mapping[str, Any],
    typed: MultiDict[str, str] | None,
    held: list[Any],
) -> list[list[Field]]:
    inner = defs[part["items"]["$ref"].rsplit("/", 1)[-1]]["properties"]
    return [
        [
            Field(
                name=f"{name}-{number}-{key}",
                label=words.label(code, key),
                look="choice" if prop.get("unit") == "weekday" else "text",
                value=_row_value(f"{name}-{number}-{key}", key, prop, typed, held, number),
                choices=[("", "–"), *_choices(prop, defs)] if prop.get("unit") == "weekday" else [],
            )
            for key, prop in inner.items()
        ]
        for number in range(max(ROWS, len(held) + 2))
    ]


def _row_value(
    name: str, key: str, prop: Mapping[str, Any], typed: MultiDict[str, str] | None, held: list[Any], number: int
) -> str:
    if typed is not None:
        return typed.get(name, "")
    if number >= len(held):
        return ""
    return _shown(prop, held[number].get(key, prop.get("default")), {})


def _rows_read(
    code: str, name: str, part: Mapping[str, Any], defs: Mapping[str, Any], typed: MultiDict[str, str]
) -> list[dict[str, Any]]:
    """The rows in which a weekday was chosen."""
    inner = defs[part["items"]["$ref"].rsplit("/", 1)[-1]]["properties"]
    found, number = [], 0
    while any(f"{name}-{number}-{key}" in typed for key in inner) and number < 60:
        said = {key: typed.get(f"{name}-{number}-{key}", "").strip() for key in inner}
        if any(said[key] for key, prop in inner.items() if prop.get("unit") == "weekday"):
            found.append({key: _value(inner[key], text) for key, text in said.items() if text})
        number += 1
    return found
