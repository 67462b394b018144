"""The kinds of rules by their codes, and their parameters read from what somebody wrote."""

from collections.abc import Mapping
from functools import cache, lru_cache
from json import dumps, loads
from typing import Any

from pydantic import TypeAdapter, ValidationError

from fablab.booking.rules import fairness, length, quota, spacing, terms, waiting, what, who, window
from fablab.booking.rules.kind import Rule
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused

KINDS: dict[str, type[Rule]] = {
    kind.code: kind
    for kind in (
        length.Length,
        length.Lengths,
        length.Blocks,
        length.Buffer,
        window.Ahead,
        window.Lead,
        window.Waves,
        window.Months,
        window.Starts,
        window.Between,
        window.EndsBeforeClosing,
        window.OverClosing,
        quota.Quota,
        quota.Capacity,
        spacing.Gap,
        spacing.AtOnce,
        fairness.Pace,
        fairness.Draw,
        fairness.Priority,
        who.NeedsCertificate,
        who.NeedsMembership,
        who.OnlyClasses,
        who.NotFor,
        who.Supervised,
        who.Companion,
        who.StaffBooks,
        who.Guests,
        who.Exempt,
        what.Jobs,
        terms.CheckIn,
        terms.Cancellation,
        terms.LateReturn,
        terms.Extension,
        terms.Moves,
        terms.HandOver,
        terms.Review,
        waiting.Waiting,
    )
}
"""In the order in which a screen offers them."""


def kind(code: str) -> type[Rule]:
    """The kind with this code; NotFound if there is none."""
    if code not in KINDS:
        raise NotFound(f"kind of rule {code}")
    return KINDS[code]


def rule_of(code: str, params: Mapping[str, Any]) -> Rule:
    """A rule with its parameters.

    Raises:
        NotFound: there is no such kind.
        Refused: a parameter is missing, unknown or out of bounds, or they do not hold together.
    """
    kind(code)
    try:
        made = _made(code, dumps(params, sort_keys=True))
    except ValidationError as error:
        raise Refused(_fault(item) for item in error.errors(include_url=False, include_input=False)) from error
    if made.trouble:
        raise Refused.because("params", made.trouble)
    unknown = sorted(set(made.codes) - set(KINDS)) if isinstance(made, who.Exempt) else []
    if unknown:
        raise Refused.because("params", _("There is no such kind of rule: %(codes)s.", codes=", ".join(unknown)))
    return made


def params_of(rule: Rule) -> dict[str, Any]:
    """A rule's parameters, as they are kept; what is as usual is left out."""
    found: dict[str, Any] = _adapter(rule.code).dump_python(rule, mode="json", exclude_defaults=True)
    return found


@cache
def schema_of(code: str) -> dict[str, Any]:
    """The parameters of a kind as a JSON schema, with the unit of each."""
    return _adapter(code).json_schema()


@cache
def _adapter(code: str) -> TypeAdapter[Any]:
    return TypeAdapter(kind(code))


@lru_cache(maxsize=4096)
def _made(code: str, params: str) -> Rule:
    known = set(schema_of(code).get("properties", {}))
    given = loads(params)
    unknown = sorted(set(given) - known)
    if unknown:
        raise Refused.because(
            "params", _("%(field)s: this kind of rule knows no such thing.", field=", ".join(unknown))
        )
    made: Rule = _adapter(code).validate_python(given)
    return made


def _fault(item: Any) -> Refusal:
    where = ".".join(str(part) for part in item["loc"])
    return Refusal("params", f"{where}: {item['msg']}.")
