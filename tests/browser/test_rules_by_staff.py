"""A fabmanager rebuilds what real labs publish (`tests/field/policies.json`) from the screens alone; wishes follow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from fablab.booking import moving
from fablab.booking.models import BookingRule
from fablab.booking.moving import Change
from fablab.booking.services import cancel
from fablab.core.db import transaction
from fablab.core.refusals import Refused
from fablab.training.services import validate
from tests.booking.rules_of_a_lab import book, rule
from tests.browser.conftest import DESKTOP, PHONE, Desk, fits
from tests.browser.test_accessibility import serious
from tests.conftest import Lab, hours_from
from tests.members.organisations import cooperative, project

pytestmark = pytest.mark.browser
MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""Ten o'clock on a Monday in Paris."""
Filled = Mapping[str, str | bool]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
PEAK = ((WEEKDAYS, "16:00", "22:00"), (("Saturday", "Sunday"), "10:00", "22:00"))


@dataclass(frozen=True)
class Composed:
    """A rule as somebody fills in its form: by labels."""

    kind: str
    fields: Filled = field(default_factory=dict)
    lines: Sequence[Filled] = ()
    """Of its table."""
    texts: Sequence[str] = ()
    """Of its list, a line each."""
    whom: Filled = field(default_factory=dict)
    hours: Sequence[tuple[Sequence[str], str, str]] = ()


def compose(page: Page, composed: Composed) -> None:
    """Add a rule from the page of rules on."""
    page.goto("/booking-rules")
    page.get_by_role("link", name="Add a rule").click()
    page.get_by_role("link", name=composed.kind).click()
    for number, line in enumerate(composed.lines, start=1):
        if number > 1:
            page.get_by_role("button", name="Add a line").first.click()
        fill(page.locator(".line-of-fields").nth(number - 1), line)
    for number, text in enumerate(composed.texts):
        page.locator(".line-fields input").nth(number).fill(text)
    if composed.whom:
        page.get_by_text("Only for some people").click()
        fill(page.locator("main"), composed.whom)
    for number, (days, begins, ends) in enumerate(composed.hours):
        if number:
            page.get_by_role("button", name="Add a line Hours of the week").click()
        else:
            page.get_by_text("Only at some times").click()
        fill(
            page.get_by_role("group", name=f"Hours of the week, line {number + 1}"),
            {"From what time": begins, "Until what time": ends, **dict.fromkeys(days, True)},
        )
    fill(page.locator("main"), composed.fields)
    page.get_by_role("button", name="Let it hold").click()
    expect(page.get_by_text("The rule holds from now on.")).to_be_visible()


def fill(form: Locator, fields: Filled) -> None:
    """Fill in fields by their labels."""
    for label, value in fields.items():
        found = form.get_by_label(label, exact=True).first
        if isinstance(value, bool):
            form.locator("label.option", has_text=label).locator("input").first.set_checked(value)
        elif found.evaluate("field => field.tagName") == "SELECT":
            found.select_option(label=value)
        else:
            found.fill(value)


def wished(lab: Lab, day: int, hour: float, hours: float = 1, **more: object) -> str | int:
    """Ask for something for the maker, days and hours as on a wall in Paris; why not, or the number of it."""
    start = MORNING + timedelta(days=day, hours=hour - 10)
    who, now = more.pop("who", "maker"), more.pop("now", MORNING)
    more["resource_id"] = getattr(lab.cast, more.pop("on", "printer"))
    try:
        return book(lab, getattr(lab.cast, who), hours_from(start, hours), now=now, **more)
    except Refused as refused:
        return ",".join(refused.codes)


def certified(lab: Lab, who: str, course: str) -> None:
    with transaction() as session:
        validate(session, lab.actor(lab.cast.trainer), getattr(lab.cast, who), getattr(lab.cast, course), MORNING)


def metal_laser(lab: Lab) -> None:
    """P09: four times an hour a week, seven days ahead, both certificates, metal only, on time."""
    certified(lab, "maker", "cutting")
    assert wished(lab, 1, 10, job="Wood") == "jobs"
    assert wished(lab, 1, 10, 2, job="Metal") == "length_most"
    assert wished(lab, 8, 10, job="Metal") == "ahead"
    for day in (1, 2, 3, 4):
        assert isinstance(wished(lab, day, 10, job="Metal"), int)
    assert wished(lab, 5, 10, job="Metal") == "quota"
    assert wished(lab, 1, 14, who="student", job="Metal") == "certificate"


def laser_in_waves(lab: Lab) -> None:
    """P10: through staff, in two waves; 4 h from Saturday to Friday and 2 h a day; not two at once; late ones count."""
    by, thursday = lab.cast.fabmanager, MORNING + timedelta(days=3)
    assert wished(lab, 2, 10) == "staff_books"
    assert wished(lab, 5, 10, by=by) == "waves"
    assert isinstance(wished(lab, 2, 10, 2, by=by), int)
    assert wished(lab, 2, 14, by=by) == "quota"
    assert wished(lab, 2, 11, by=by, on="other_printer") == "quota,at_once"
    assert isinstance(wished(lab, 3, 13, 2, by=by), int)
    assert wished(lab, 4, 10, by=by) == "quota"
    late = wished(lab, 5, 10, 2, by=by, now=thursday)
    assert isinstance(late, int), "Saturday begins another week"
    with transaction() as session:
        cancel(session, lab.actor(lab.cast.maker), late, thursday + timedelta(days=1, hours=23))
    assert isinstance(wished(lab, 6, 10, 2, by=by, now=thursday), int)
    assert wished(lab, 7, 10, by=by, now=thursday) == "quota", "what was given back late counts"


def epitaxy(lab: Lab) -> None:
    """P30: 4 h of prime time a day for each member and project, 12 h ahead; staff are exempt."""
    certified(lab, "newcomer", "printing")
    account = cooperative(lab)
    one, other = ({"account_id": account, "project_id": project(lab, account, name)} for name in ("Un", "Deux"))
    assert isinstance(wished(lab, 1, 8, 4, **one), int)
    assert wished(lab, 1, 13, **one) == "quota"
    assert isinstance(wished(lab, 1, 13, 4, **other), int)
    assert isinstance(wished(lab, 1, 18, 4, **one), int), "not prime time"
    assert wished(lab, 2, 19, 5, **one) == "quota", "more than 12 h ahead"
    with transaction() as session:
        admin = lab.actor(lab.cast.admin)
        validate(session, admin, lab.cast.trainer, lab.cast.printing, MORNING)
    assert isinstance(wished(lab, 3, 8, 14, who="trainer"), int)


def car_lifts(lab: Lab) -> None:
    """P37: prime time and off-peak counted apart, moved once, one lift in whole blocks, one bay never."""
    assert isinstance(wished(lab, 1, 17), int)
    assert wished(lab, 5, 11) == "quota"
    assert isinstance(wished(lab, 5, 8), int)
    assert wished(lab, 2, 15, 2) == "quota"
    assert wished(lab, 3, 9, on="other_printer") == "not_for"
    assert "blocks" in str(wished(lab, 8, 0, 24, on="laser"))
    assert "blocks" not in str(wished(lab, 7, 0, 96, on="laser"))
    made = int(wished(lab, 9, 9))
    assert moved(lab, made, 10) == ""
    assert moved(lab, made, 11) == "moves"


def moved(lab: Lab, made: int, hour: float) -> str:
    """Give a reservation of the tenth day another hour; why not."""
    period = hours_from(MORNING + timedelta(days=9, hours=hour - 10), 1)
    try:
        with transaction() as session:
            moving.change(session, lab.actor(lab.cast.maker), made, Change(period=period), MORNING)
    except Refused as refused:
        return ",".join(refused.codes)
    return ""


TIME = {"What is counted": "time (all places)"}
AHEAD = {"Within": "at once: whatever is not over yet"}
PER_PROJECT = {**TIME, "Whose use is counted": "each member’s own, project by project"}
POLICIES: dict[str, tuple[Callable[[Lab], None], list[Composed]]] = {
    "P09": (
        metal_laser,
        [
            Composed("A certificate Besides", {"Impression 3D": True, "Découpe laser": True}),
            Composed("Shortest and longest", {"At most": "60 min"}),
            Composed("So much in a time", {"At most": "4"}),
            Composed("How far ahead", {"Days ahead at most": "7"}),
            Composed("Giving back late", {"To be given back at least so long before": "1 h"}),
            Composed("Checking in", {"To so long after it begins": "15 min"}),
            Composed("Jobs and materials", texts=["Metal"]),
        ],
    ),
    "P10": (
        laser_in_waves,
        [
            Composed(
                "Released in waves",
                lines=[
                    {"Released on": "Monday", "First day": "Wednesday", "Last day": "Friday"},
                    {"Released on": "Thursday", "First day": "Saturday", "Last day": "Tuesday"},
                ],
            ),
            Composed("Through staff only", {"How members ask": "In person, with an ID card."}),
            Composed(
                "So much in a time",
                {
                    "At most": "4 h",
                    **TIME,
                    "A week begins on": "Saturday",
                    "What is given back late counts too: later than": "2 h",
                },
            ),
            Composed("So much in a time", {"At most": "2 h", **TIME, "Within": "a day"}),
            Composed("Several at the same time", {"Counted": "for each category"}),
        ],
    ),
    "P30": (
        epitaxy,
        [
            Composed(
                "So much in a time",
                {"At most": "4 h", **PER_PROJECT, "Within": "a day"},
                hours=[(WEEKDAYS, "8:00", "18:00")],
            ),
            Composed("So much in a time", {"At most": "12 h", **PER_PROJECT, **AHEAD}),
            Composed("Free of other rules", whom={"Role": "trainers"}),
        ],
    ),
    "P37": (
        car_lifts,
        [
            Composed("So much in a time", {"At most": "1", **AHEAD}, hours=PEAK),
            Composed("So much in a time", {"At most": "12 h", **TIME, **AHEAD}, hours=PEAK),
            Composed("So much in a time", {"At most": "3", **AHEAD, "At all times but these hours": True}, hours=PEAK),
            Composed(
                "Checking in", {"From so long before it begins": "60 min", "To so long after it begins": "15 min"}
            ),
            Composed("Moving it", {"How often at most": "1"}),
            Composed(
                "Whole blocks",
                {"Machine or space": "Laser"},
                lines=[{"From": "Monday", "To": "Thursday"}, {"From": "Friday", "To": "Sunday"}],
            ),
            Composed("Not for these", {"Machine or space": "Prusa n°2", "Why": "First come, first served."}),
        ],
    ),
}


@pytest.mark.parametrize("code", sorted(POLICIES))
def test_the_policy_of_a_real_lab_is_composed_on_screens_and_holds(desk: Desk, code: str) -> None:
    """One of them on a phone, one without JavaScript."""
    holds, rules = POLICIES[code]
    page = desk.window(desk.lab.cast.fabmanager, size=PHONE if code == "P30" else DESKTOP, javascript=code != "P37")

    for composed in rules:
        compose(page, composed)

    assert desk.lab.session.query(BookingRule).count() == len(rules)
    desk.lab.session.rollback()
    holds(desk.lab)


def test_a_rule_is_tried_and_saved_by_keyboard_alone(desk: Desk, tomorrow: datetime) -> None:
    book(desk.lab, desk.lab.cast.maker, hours_from(tomorrow, 3), now=datetime.now(UTC))
    page = desk.window(desk.lab.cast.fabmanager)
    page.goto("/booking-rules")

    _tab_to(page, page.get_by_role("link", name="Add a rule")).press("Enter")
    _tab_to(page, page.get_by_role("link", name="Shortest and longest")).press("Enter")
    _tab_to(page, page.get_by_label("At most", exact=True)).press_sequentially("1 h 30")
    _tab_to(page, page.get_by_label("Who", exact=True)).press_sequentially("Maker")
    page.keyboard.press("Enter")
    expect(page.locator("#trial")).to_be_focused()
    expect(page.locator("#trial")).to_contain_text("1 reservation to come would have been refused")
    expect(page.locator("#trial")).to_contain_text("Maker could")
    assert desk.lab.session.query(BookingRule).count() == 0
    desk.lab.session.rollback()
    _tab_to(page, page.get_by_role("button", name="Let it hold")).press("Space")

    expect(page.locator("strong", has_text="A reservation lasts at most 1 h 30.")).to_be_visible()


def _tab_to(page: Page, target: Locator) -> Locator:
    """Press Tab until it has the focus."""
    for _press in range(90):
        page.keyboard.press("Tab")
        if target.evaluate("found => found === document.activeElement"):
            return target
    raise AssertionError("the keyboard does not reach it")


def test_axe_finds_nothing_on_the_screens_of_rules_and_they_fit_a_phone(desk: Desk) -> None:
    lab = desk.lab
    made = rule(lab, "blocks", {"blocks": [{"from_weekday": 0, "to_weekday": 3}] * 2}, note="x" * 200)
    page = desk.window(lab.cast.admin, size=PHONE)
    found = {}
    for path in (
        *("", "?site=2", "/new", "/new?kind=quota", "/new?kind=jobs", "/new?kind=certificate", f"/{made}"),
        *("/sets/shared", "/import", f"/try?t-who=Maker&t-on={lab.cast.printer}&t-at=10:00&t-long=9+days"),
    ):
        page.goto(f"/booking-rules{path}")
        for part in page.locator("details").all():
            part.evaluate("part => part.open = true")
        assert fits(page), path
        found[path] = serious(page)
    page.goto("/booking-rules/new?kind=length")
    page.get_by_role("button", name="Let it hold").click()
    found["refused"] = serious(page)

    assert {path: faults for path, faults in found.items() if faults} == {}
