"""The statements of the field, and how each scenario is told which it is about."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.field.lab_of_the_field import Field

Scenario = Callable[[Field], None]
POLICIES = json.loads((Path(__file__).parent / "policies.json").read_text(encoding="utf8"))
SCENARIOS: dict[tuple[str, int], Scenario] = {}


def shows(lab: str, *numbers: int) -> Callable[[Scenario], Scenario]:
    """Register a scenario for statements of a lab, by their place in its list."""

    def register(scenario: Scenario) -> Scenario:
        for number in numbers:
            assert (lab, number) not in SCENARIOS, (lab, number)
            SCENARIOS[lab, number] = scenario
        return scenario

    return register


def statements() -> list[tuple[str, int]]:
    """Every statement, by its lab and its place."""
    return [(policy["id"], number) for policy in POLICIES for number in range(len(policy["rules"]))]
