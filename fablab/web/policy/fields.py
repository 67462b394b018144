"""Forms made from the parameters of a kind of rule: what was typed is kept as typed, and read into values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from fablab.booking.rules import catalogue
from fablab.booking.rules.wording import weekday
from fablab.core.i18n import _
from fablab.web.policy import values
from fablab.web.policy.labels import choice, label
from fablab.web.policy.values import Unreadable

Typed = dict[str, Any]
"""What a form says, by field: a text, whether a box is ticked, texts, or the lines of a table."""
Sent = MultiDict[str, str]
Options = Mapping[str, Sequence[tuple[str, str]]]
"""What there is to choose from, by unit: courses, classes, memberships, kinds of rules."""
LONGEST = 300
MOST_LINES = 60
NULLABLE = ("minutes", "days", "count", "cents", "percent", "years")
"""Units in which an empty field is nought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form."""

    name: str
    label: str
    hint: str = ""
    shape: str
    """`text`, `date`, `tick`, `choice`, `ticks`, `lines` (one text each) or `table` (several fields each)."""
    unit: str = ""
    options: Sequence[tuple[str, str]] = ()
    columns: tuple["Field", ...] = ()
    default: Any = None
    is_needed: bool = False
    least: int | None = None
    most: int | None = None
    longest: int = LONGEST

    @property
    def is_long(self) -> bool:
        """A sentence rather than a word."""
        return self.shape == "text" and not self.unit and self.longest > 100


def fields_of(kind: str, options: Options) -> list[Field]:
    """The fields of a kind's parameters."""
    schema = catalogue.schema_of(kind)
    needed = schema.get("required", [])
    return [
        _field(kind, name, part, schema.get("$defs", {}), options, name in needed)
        for name, part in schema.get("properties", {}).items()
    ]


def blank(fields: Sequence[Field]) -> Typed:
    """An empty form: with what is as usual."""
    found: Typed = {}
    for item in fields:
        if item.shape == "table":
            found[item.name] = [blank(item.columns)]
        elif item.shape in ("lines", "ticks"):
            found[item.name] = [""] * 3 if item.shape == "lines" else []
        else:
            found[item.name] = shown(item, item.default)
    return found


def typed_of(fields: Sequence[Field], params: Mapping[str, Any]) -> Typed:
    """A form filled in with parameters."""
    found = blank(fields)
    for item in fields:
        if item.name not in params:
            continue
        value = params[item.name]
        if item.shape == "table":
            found[item.name] = [typed_of(item.columns, line) for line in value]
        elif item.shape in ("lines", "ticks"):
            found[item.name] = [values.show(item.unit, one) if item.shape == "lines" else str(one) for one in value]
        else:
            found[item.name] = shown(item, value)
    return found


def shown(item: Field, value: Any) -> Any:
    """A single value as it would be typed."""
    if item.shape == "tick":
        return bool(value)
    if value is None or (value == 0 and item.default == 0 and item.unit in NULLABLE):
        return ""
    if item.shape == "text" and isinstance(value, int):
        return values.show(item.unit, value)
    return str(value)


def sent(fields: Sequence[Field], form: Sent, prefix: str) -> Typed:
    """What was sent, as it was typed; a table's lines are numbered in the names of their fields."""
    found: Typed = {}
    for item in fields:
        name = f"{prefix}{item.name}"
        if item.shape == "table":
            count = form.get(f"{name}-lines", "0")
            lines = min(int(count), MOST_LINES) if count.isascii() and count.isdigit() and len(count) < 4 else 0
            found[item.name] = [sent(item.columns, form, f"{name}-{number}-") for number in range(lines)]
        elif item.shape == "tick":
            found[item.name] = name in form
        elif item.shape in ("lines", "ticks"):
            found[item.name] = [text[:LONGEST].strip() for text in form.getlist(name)[:MOST_LINES]]
        else:
            found[item.name] = form.get(name, "")[: LONGEST + 1].strip()
    return found


def changed(fields: Sequence[Field], typed: Typed, form: Sent, prefix: str) -> bool:
    """Add or drop a line where a button asks for it; tells whether one did."""
    for item in fields:
        name = f"{prefix}{item.name}"
        lines = typed[item.name]
        if form.get("more") == name:
            lines += [blank(item.columns)] if item.shape == "table" else [""] * 3
            return True
        number = form.get("drop", "").removeprefix(f"{name}-")
        if item.shape == "table" and form.get("drop") == f"{name}-{number}" and number.isascii() and number.isdigit():
            del lines[int(number) : int(number) + 1]
            return True
    return False


def params_of(fields: Sequence[Field], typed: Typed, wrong: dict[str, str], prefix: str) -> dict[str, Any]:
    """The values of what was typed; what cannot be read goes into `wrong`, by the name of its field."""
    found: dict[str, Any] = {}
    by_time = typed.get("unit") == "minutes"
    for item in fields:
        name, value = f"{prefix}{item.name}", typed[item.name]
        try:
            if item.shape == "table":
                found[item.name] = [
                    params_of(item.columns, line, wrong, f"{name}-{number}-") for number, line in enumerate(value)
                ]
            elif item.shape in ("lines", "ticks"):
                found[item.name] = [_single(item, text) for text in value if text]
            elif item.unit == "amount" and by_time and value:
                found[item.name] = values.duration(value)
            else:
                found[item.name] = _single(item, value)
            if item.is_needed and item.shape in ("table", "lines", "ticks") and not found[item.name]:
                wrong[name] = _("Choose at least one.") if item.shape == "ticks" else _("Fill in at least one line.")
        except Unreadable as why:
            wrong[name] = str(why)
    return found


def _single(item: Field, value: Any) -> Any:
    if item.shape == "tick":
        return value
    if item.shape == "date":
        return _day(value)
    if item.shape == "choice" and not value and not item.is_needed:
        return item.default
    if item.shape in ("choice", "ticks"):
        if value not in {key for key, _text in item.options}:
            raise Unreadable(_("Choose one of those that are offered."))
        return int(value) if item.unit else value
    if not item.unit:
        return value
    if value == "":
        return _nothing(item)
    found = values.read(item.unit, value)
    if (item.least is not None and found < item.least) or (item.most is not None and found > item.most):
        least, most = values.show(item.unit, item.least or 0), values.show(item.unit, item.most or 0)
        raise Unreadable(_("From %(least)s to %(most)s.", least=least, most=most))
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Unreadable(_("A day looks like 2026-09-15.")) from None


def _nothing(item: Field) -> int | None:
    """What an empty field means: nothing, where that may be; else nought, else what is as usual."""
    if item.is_needed or (item.default is not None and item.least and item.unit in NULLABLE):
        raise Unreadable(_("Fill this in."))
    if item.default is None or item.unit not in NULLABLE:
        found: int | None = item.default
        return found
    return 0


def _field(
    kind: str, name: str, part: Mapping[str, Any], defs: Mapping[str, Any], options: Options, is_needed: bool
) -> Field:
    said = label(kind, name) or (str(part.get("title", name)), "")
    default = part.get("default")
    for variant in part.get("anyOf", []):
        if variant.get("type") != "null":
            part = variant
    more: dict[str, Any] = {"name": name, "label": said[0], "hint": said[1], "default": default}
    more["is_needed"] = is_needed
    if part.get("type") == "array":
        return _list(kind, part, defs, options, {**more, "is_needed": is_needed or bool(part.get("minItems"))})
    if "$ref" in part:
        enumeration = part["$ref"].rpartition("/")[2]
        found = [(value, choice(enumeration, value)) for value in defs[enumeration]["enum"]]
        return Field(shape="choice", options=found, **more)
    if part.get("type") == "boolean":
        return Field(shape="tick", **more)
    unit = part.get("unit", "")
    if unit == "weekday":
        none = [] if is_needed or default is not None else [("", _("on no certain day"))]
        return Field(shape="choice", unit=unit, options=[*none, *weekdays()], **more)
    bounds = {"least": part.get("minimum"), "most": part.get("maximum"), "longest": part.get("maxLength", LONGEST)}
    return Field(shape="text", unit=unit, **bounds, **more)


def _list(kind: str, part: Mapping[str, Any], defs: Mapping[str, Any], options: Options, more: dict[str, Any]) -> Field:
    items = part["items"]
    if "$ref" in items:
        line = defs[items["$ref"].rpartition("/")[2]]
        columns = tuple(
            _field(kind, f"{more['name']}.{name}", column, defs, options, name in line.get("required", []))
            for name, column in line["properties"].items()
        )
        return Field(shape="table", columns=tuple(_column(item) for item in columns), **more)
    unit = items.get("unit", "")
    if unit == "weekday":
        return Field(shape="ticks", unit=unit, options=weekdays(), **more)
    offered = options.get(f"{kind}.{more['name']}", options.get(unit) if unit else None)
    if offered is not None:
        return Field(shape="ticks", unit=unit, options=offered, **more)
    longest = items.get("maxLength", LONGEST)
    bounds = {"least": items.get("minimum"), "most": items.get("maximum"), "longest": longest}
    return Field(shape="lines", unit=unit, **bounds, **more)


def _column(item: Field) -> Field:
    """A field of a line: it goes by its own name there, and its label says enough."""
    return replace(item, name=item.name.rpartition(".")[2], hint="")


def weekdays() -> list[tuple[str, str]]:
    """The weekdays to choose from."""
    return [(str(day), weekday(day)) for day in range(7)]
