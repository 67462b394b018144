"""What real labs publish, configured through the API as a fabmanager would: each is allowed here and refused there."""

import pytest

from tests.conftest import Lab
from tests.field import not_enforced, report
from tests.field.lab_of_the_field import Field
from tests.field.statements import SCENARIOS, statements


def test_every_statement_is_shown_or_told_why_not() -> None:
    lists = [set(SCENARIOS), set(not_enforced.UNENFORCEABLE)]

    assert sorted(set().union(*lists)) == sorted(statements())
    assert sum(map(len, lists)) == len(statements()), "each is in one list only"


def test_the_report_is_what_its_writer_writes() -> None:
    assert report.REPORT.read_text(encoding="utf8") == report.written(), "run: python -m tests.field.report"


@pytest.mark.parametrize(("policy", "number"), sorted(SCENARIOS))
def test_a_lab_configures_it_and_both_answers_are_right(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, policy: str, number: int
) -> None:
    SCENARIOS[policy, number](Field(lab, monkeypatch))
