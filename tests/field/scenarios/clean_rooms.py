"""Clean rooms of research, with costly machines."""

from tests.field.lab_of_the_field import WEEKDAYS, Field, window
from tests.field.statements import shows


@shows("P30", 0)
def four_hours_of_prime_time_for_each_project(f: Field) -> None:
    account, (one, other) = f.projects("Un", "Deux")
    prime = {"times": {"windows": [window(*WEEKDAYS, start=8, end=18)]}}
    f.rule("quota", prime, most=240, unit="minutes", per="day", holder="member_and_project")
    for project in (one, other):
        f.ok(1, 8 if project == one else 13, 4, account_id=account, project_id=project)
    f.no("quota", 1, 17, 1, on="other_printer", account_id=account, project_id=one)
    f.ok(1, 17.5, 2, on="other_printer", account_id=account)
    f.ok(1, 20, 3, account_id=account, project_id=one)


@shows("P30", 1)
def twelve_hours_ahead_for_each_project(f: Field) -> None:
    account, (one, other) = f.projects("Un", "Deux")
    f.rule("quota", most=720, unit="minutes", per="ahead", holder="member_and_project")
    f.ok(1, 8, 12, account_id=account, project_id=one)
    f.no("quota", 2, 8, account_id=account, project_id=one)
    f.ok(2, 8, account_id=account, project_id=other)
    f.at(1, 14)
    f.ok(2, 12, 6, account_id=account, project_id=one)


@shows("P30", 2)
def staff_are_free_of_it(f: Field) -> None:
    f.rule("quota", {"category_id": f.cast.desks}, most=1, per="week")
    f.rule("exempt", {"role": "trainer"})
    for day in (1, 2):
        f.ok(day, 10, who="trainer", on="desk_room")
    f.ok(1, 10, on="desk_room")
    f.no("quota", 2, 10, on="desk_room")


@shows("P32", 0)
def twelve_hours_in_seven_days(f: Field) -> None:
    f.rule("quota", most=720, unit="minutes", per="rolling", rolling_days=7)
    f.ok(1, 8, 6)
    f.ok(5, 8, 6)
    f.no("quota", 7, 8, 1)
    f.no("quota", 8, 7, 2)
    f.ok(8, 8, 6)
    f.no("quota", 11, 8, 1)


@shows("P32", 1)
def the_fee_of_the_time_within_a_day(f: Field) -> None:
    f.rule("cancellation", minutes=24 * 60, price_percent=100)
    made = f.ok(3, 9, 2)
    f.at(2, 8)
    assert f.costs(made) == 0
    f.at(2, 10)
    assert f.costs(made) == 600


@shows("P67", 0)
def rules_of_their_own_after_hours(f: Field) -> None:
    after = {"windows": [window(*WEEKDAYS, start=8, end=17)], "outside": True}
    f.rule("companion", {"times": after})
    f.ok(1, 9)
    f.no("companion", 1, 22)
    f.no("companion", 5, 10)
    f.ok(1, 22, companion_id=f.cast.student)


@shows("P67", 1)
def projects_hold_the_charges(f: Field) -> None:
    account, (one, other) = f.projects("Un", "Deux")
    for hour, project in ((9, one), (11, other)):
        made = f.ok(1, hour, account_id=account, project_id=project)
        (row,) = [item for item in f.call("GET", _week(), who="maker")["items"] if item["id"] == made]
        assert row["project_id"] == project
    f.no("account_unknown", 1, 13, who="student", account_id=account, project_id=one)


def _week() -> str:
    return "/reservations?from=2031-03-03T00:00:00Z&to=2031-03-10T00:00:00Z"


@shows("P66", 0)
def two_of_three_classes_pass_first(f: Field) -> None:
    f.rule("priority", {"class_id": f.cast.students}, notice_minutes=2880)
    f.ok(3, 9)
    f.ok(3, 11, who="student")
    f.no("taken", 3, 11, passes_first=True)
    f.no("taken", 3, 9, who="student")
    f.ok(3, 9, who="student", passes_first=True)
