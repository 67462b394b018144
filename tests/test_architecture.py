"""Rules of the house that neither the import contracts nor the linter can see; CONTRIBUTING.md tells why."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = sorted([*(ROOT / "fablab").rglob("*.py"), *(ROOT / "machines").rglob("*.py")])
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def places(pattern: str, files: list[Path], *, but: tuple[str, ...] = ()) -> list[str]:
    """Where a pattern stands, as `file:line`."""
    found = []
    for path in files:
        name = path.relative_to(ROOT).as_posix()
        if name in but:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if re.search(pattern, line):
                found.append(f"{name}:{number}")
    return found


def test_only_the_one_transaction_commits() -> None:
    assert places(r"\.commit\(", CODE, but=("fablab/core/db.py",)) == []


def test_only_the_clock_asks_what_time_it_is() -> None:
    asks = r"datetime\.(now|utcnow)\(|date\.today\(|time\.time\(\)"
    assert places(asks, CODE, but=("fablab/core/clock.py",)) == []


def test_services_and_rules_open_no_transaction() -> None:
    domain = (
        *("core", "sites", "members", "catalog", "training", "shifts", "presence"),
        *("booking", "usage", "billing", "impact", "notices"),
    )
    files = [path for path in CODE if path.relative_to(ROOT).parts[1] in domain]
    assert places(r"\btransaction\(", files, but=("fablab/core/db.py",)) == []


def test_a_relationship_points_to_a_class_that_is_there_not_to_a_name_from_above() -> None:
    assert places(r"relationship\(\s*[\"']", CODE) == []


@pytest.mark.parametrize("what", [r"<script(?![^>]*\bsrc=)", r"\sstyle=", r"\son[a-z]+=", r"<style", r"javascript:"])
def test_pages_hold_no_script_or_style_of_their_own(what: str) -> None:
    assert places(what, TEMPLATES) == []


def test_pages_mark_nothing_as_safe() -> None:
    icons, stencil = "fablab/web/ground/icons.py", "fablab/web/ground/stencil.py"

    assert places(r"\|\s*safe\b|autoescape false|Markup\(", [*TEMPLATES, *CODE], but=(icons, stencil)) == []


def test_files_stay_short_enough_to_be_about_one_thing() -> None:
    long = {path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in CODE}
    assert {name: lines for name, lines in long.items() if lines > 300} == {}
