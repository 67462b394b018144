"""Writes `docs/field-coverage.md`: statement by statement, covered by which rules, or why not."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

from tests.field import not_enforced, scenarios
from tests.field.statements import POLICIES, SCENARIOS

REPORT = Path(__file__).parents[2] / "docs" / "field-coverage.md"
for _module in pkgutil.iter_modules(scenarios.__path__, f"{scenarios.__name__}."):
    importlib.import_module(_module.name)


def written() -> str:
    """The report as it should be."""
    total = sum(len(policy["rules"]) for policy in POLICIES)
    lines = [
        "# The field's policies, statement by statement",
        "",
        "What real labs publish about reserving, and whether a lab can configure it here without code. Written by",
        "`python -m tests.field.report`; each covered statement is a scenario in",
        "`tests/field/scenarios/`, run through the API.",
        "",
        "| | statements |",
        "| --- | --- |",
        f"| covered | {len(SCENARIOS)} |",
        f"| no software could enforce it | {len(not_enforced.UNENFORCEABLE)} |",
        f"| all | {total} |",
    ]
    for policy in POLICIES:
        lines += ["", f"## {policy['id']} · {policy['lab']}", "", "| statement | here |", "| --- | --- |"]
        for number, statement in enumerate(policy["rules"]):
            said = statement.replace("|", "\\|")
            lines.append(f"| {said} | {_here(policy['id'], number)} |")
    return "\n".join(lines) + "\n"


def _here(policy: str, number: int) -> str:
    key = (policy, number)
    if key in not_enforced.UNENFORCEABLE:
        return f"cannot be enforced: {not_enforced.UNENFORCEABLE[key]}"
    return f"covered: {', '.join(_means(inspect.getsource(SCENARIOS[key])))}"


def _means(source: str) -> list[str]:
    """What a scenario configures: kinds of rules, or what holds besides them."""
    kinds = re.findall(r'f\.rule\(\s*"(\w+)"', source)
    others = {
        "f.conduct(": "rules of conduct",
        "f.hours(": "opening hours",
        "f.born(": "ages",
        "f.guarded(": "guardians",
        "f.membership(": "memberships",
        "f.keys(": "levels of access",
        "keeps_holidays": "public holidays",
        "f.projects(": "projects",
        "/links": "linked resources",
        "/exceptions": "closures",
        "/holds": "holds",
        'nature="class"': "time blocked for classes",
        "f.no_show(": "no-shows",
        "/end": "leaving early",
    }
    found = [f"`{kind}`" for kind in dict.fromkeys(kinds)]
    found += [word for mark, word in others.items() if mark in source]
    return found or ["what holds for every reservation"]


if __name__ == "__main__":
    REPORT.write_text(written(), encoding="utf8")
