"""What other labs could publish with the same kinds of rules: each is configured here and answered right, untouched by
code.
"""

from collections.abc import Callable

import pytest

from tests.conftest import Lab
from tests.field.lab_of_the_field import WEEK, WEEKDAYS, Field, window

Scenario = Callable[[Field], None]
NIGHT = {"times": {"windows": [window(start=18, end=6)]}}
DAYTIME = {"times": {"windows": [window(start=6, end=18)]}}


def nights_and_days_are_counted_apart(f: Field) -> None:
    f.rule("quota", NIGHT, most=240, unit="minutes", per="day")
    f.rule("quota", DAYTIME, most=120, unit="minutes", per="day")
    f.ok(1, 22, 3)
    f.no("quota", 2, 4, 2)
    f.ok(2, 4, 1)
    f.ok(2, 5 + 1, 2)
    f.no("quota", 2, 17, 1, on="other_printer")
    f.ok(2, 18, 4)


def a_week_that_begins_on_wednesday(f: Field) -> None:
    f.rule("quota", most=2, per="week", first_weekday=2)
    f.ok(0, 9)
    f.ok(1, 9)
    f.no("quota", 1, 12)
    f.ok(2, 9)


def three_a_term_and_one_in_the_holidays(f: Field) -> None:
    term = {"times": {"season_from": "01-05", "season_to": "03-16"}}
    f.rule("quota", term, most=2, per="term")
    f.rule("quota", {"times": {"first_on": "2031-03-17", "last_on": "2031-03-30"}}, most=1, per="term")
    f.ok(1, 9)
    f.ok(8, 9)
    f.no("quota", 13, 9)
    f.ok(14, 9)
    f.no("quota", 20, 9)
    f.ok(28, 9)


def a_term_needs_its_dates(f: Field) -> None:
    f.refused("params", "POST", "/booking-rules", {"kind": "quota", "params": {"most": 1, "per": "term"}}, "admin")
    impossible = {"times": {"season_from": "02-10", "season_to": "04-31"}}
    f.rule("quota", impossible, most=1, per="term")
    f.ok(58, 9)
    f.no("quota", 1, 9)


def forty_eight_hours_ahead_to_the_minute(f: Field) -> None:
    f.rule("ahead", minutes=48 * 60)
    f.ok(2, 8)
    f.no("ahead", 2, 8.5)


def a_new_day_opens_at_ten(f: Field) -> None:
    f.rule("ahead", days=7, opens_at=600)
    f.no("ahead", 7, 9)
    f.at(0, 10)
    f.ok(7, 9)


def on_monday_at_noon_for_the_next_week(f: Field) -> None:
    release = {"weekday": 0, "at_minute": 720, "first_weekday": 0, "last_weekday": 6, "weeks_before": 1}
    f.rule("waves", releases=[release])
    f.ok(6, 9)
    f.no("waves", 7, 9)
    f.at(0, 12)
    f.ok(13, 9)
    f.no("waves", 14, 9)


def april_opens_on_the_twentieth_of_march(f: Field) -> None:
    f.rule("months", day=20, at_minute=540)
    f.ok(28, 9)
    f.no("months", 29, 9)
    f.at(17, 9)
    f.ok(29, 9)


def two_working_days_before_at_five_in_the_afternoon(f: Field) -> None:
    f.hours(*({"weekday": day, "opens": "08:00", "closes": "20:00"} for day in WEEKDAYS))
    f.rule("lead", days=2, open_days=True, until=17 * 60)
    f.at(3, 16.5)
    f.ok(7, 9)
    f.at(3, 17)
    f.no("lead", 7, 12)
    f.ok(8, 12)
    closed = {"kind": "closed", "first_on": "2031-03-07", "reason": "Pont"}
    f.call("POST", f"/sites/{f.cast.workshop}/exceptions", closed, status=201)
    f.no("lead", 8, 15)


def plans_have_quotas_of_their_own(f: Field) -> None:
    f.rule("quota", most=1, per="week")
    plan = f.membership("maker")
    f.rule("quota", {"membership_kind_id": plan}, instead=True, most=3, per="week")
    for day in (1, 2, 3):
        f.ok(day, 9)
    f.no("quota", 4, 9)
    f.ok(1, 12, who="student")
    f.no("quota", 2, 12, who="student")
    unknown = {"kind": "length", "params": {"most": 60}, "scope": {"membership_kind_id": 999}}
    f.call("POST", "/booking-rules", unknown, status=404)


def one_machine_at_a_time_for_a_team(f: Field) -> None:
    account, (one, other) = f.projects("Un", "Deux")
    f.call("POST", f"/accounts/{account}/owners", {"member_id": f.cast.student}, "admin", status=201)
    f.rule("at_once", most=1, holder="project")
    f.ok(1, 9, 2, account_id=account, project_id=one)
    f.no("at_once", 1, 10, who="student", on="other_printer", account_id=account, project_id=one)
    f.ok(1, 10, who="student", on="other_printer", account_id=account, project_id=other)


def hours_of_all_on_an_account(f: Field) -> None:
    account, _projects = f.projects("Un")
    f.call("POST", f"/accounts/{account}/owners", {"member_id": f.cast.student}, "admin", status=201)
    f.rule("quota", most=180, unit="minutes", per="week", holder="account")
    f.ok(1, 9, 3, account_id=account)
    f.no("quota", 2, 9, who="student", account_id=account)
    f.ok(2, 9, 3, who="student")


def a_room_holds_two_and_one_job_fills_the_air(f: Field) -> None:
    room = f.room("printer", "other_printer")
    f.rule("capacity", {"room_id": room}, most=2)
    f.rule("capacity", {"room_id": room, "job": "ABS"}, most=1)
    f.ok(1, 9, job="ABS")
    f.no("capacity", 1, 9, on="other_printer", who="student", job="ABS")
    f.no("capacity", 1, 9, on="other_printer", who="student", guests=1)
    f.ok(1, 9, on="other_printer", who="student", job="PLA")


def a_machine_is_narrower_than_its_kind(f: Field) -> None:
    f.rule("length", {"category_id": f.cast.printers}, most=60)
    f.rule("length", {"resource_id": f.cast.other_printer}, instead=True, most=240)
    f.no("length_most", 1, 9, 2)
    f.ok(1, 9, 2, on="other_printer")
    evening = {"times": {"windows": [window(start=18, end=24)]}, "category_id": f.cast.printers}
    f.rule("length", evening, instead=True, most=180)
    f.ok(1, 18, 3)


def nothing_runs_at_closing_but_passive_machines_may(f: Field) -> None:
    f.hours(*({"weekday": day, "opens": "09:00", "closes": "18:00"} for day in range(7)))
    f.rule("ends_before_closing", {"resource_id": f.cast.printer}, minutes=30)
    f.rule("over_closing", {"resource_id": f.cast.other_printer}, ends_open=False)
    f.no("ends_before_closing", 1, 17, 1)
    f.ok(1, 16.5, 1)
    f.ok(1, 17, 12, on="other_printer")


def half_days_only_and_two_at_most(f: Field) -> None:
    halves = [
        {"from_weekday": day, "from_minute": begins * 60, "to_weekday": day, "to_minute": ends * 60}
        for day in WEEKDAYS
        for begins, ends in ((8, 13), (13, 18))
    ]
    f.rule("blocks", blocks=halves, most=2)
    f.ok(1, 8, 5)
    f.ok(2, 8, 10)
    f.no("blocks", 3, 9, 4)
    f.no("blocks", 3, 8, 34)


def fixed_slots_with_time_to_clean(f: Field) -> None:
    f.rule("starts", at=[9 * 60, 14 * 60])
    f.rule("lengths", minutes=[120, 240])
    f.rule("buffer", after=30)
    f.ok(1, 9, 4)
    f.no("starts", 1, 13.5, 2, who="student")
    f.no("lengths", 1, 14, 1, who="student")
    f.ok(1, 14, 2, who="student")
    f.no("taken", 1, 13, 1, who="fabmanager", nature="maintenance")


def materials_have_their_days(f: Field) -> None:
    f.rule("jobs", jobs=["MDF", "Carton"])
    f.rule("not_for", {"job": "MDF", "times": {"windows": [window(1, 3)], "outside": True}}, reason="Mardi et jeudi.")
    f.ok(1, 9, job="MDF")
    f.no("not_for", 2, 9, job="MDF")
    f.no("not_for", 1, 23, 2, job="MDF")
    f.ok(2, 9, job="Carton")


def beginners_only_with_staff_and_help_asked_for_ahead(f: Field) -> None:
    f.hours(*WEEK, *({"weekday": day, "opens": "14:00", "closes": "18:00", "staff": 1} for day in WEEKDAYS))
    beginners = {"course_id": f.cast.cutting, "lacks_course": True}
    f.rule("supervised", beginners)
    f.rule("lead", {"job": "Avec aide"}, days=2)
    f.no("supervised", 1, 9)
    f.ok(1, 14)
    f.no("lead", 1, 16, job="Avec aide")
    f.ok(2, 16, job="Avec aide")


def twice_in_fourteen_days_over_the_change_of_clocks(f: Field) -> None:
    f.rule("quota", most=1, per="rolling", rolling_days=7)
    f.ok(21, 10)
    f.ok(28, 10)
    f.no("quota", 34, 10)
    f.ok(35, 10)


def night_rules_know_which_hours_the_clocks_skip(f: Field) -> None:
    f.rule("not_for", {"times": {"windows": [window(start=2, end=3)]}}, reason="Sauvegarde.")
    f.no("not_for", 26, 1, 3)
    f.ok(27, 1, 1)
    f.ok(27, 3, 1)


def two_within_a_quarter_of_an_hour_when_a_week_is_released(f: Field) -> None:
    f.rule("waves", releases=[{"weekday": 0, "at_minute": 480, "first_weekday": 1, "last_weekday": 6}])
    f.rule("pace", most=2, minutes=15)
    f.ok(1, 9)
    f.ok(2, 9)
    f.no("pace", 3, 9)
    f.ok(3, 9, who="student")
    f.at(0, 8.25)
    f.ok(4, 9)


def staff_pass_before_students_and_students_before_all_others(f: Field) -> None:
    f.rule("priority", {"class_id": f.cast.students}, rank=1, notice_minutes=60)
    f.rule("priority", {"role": "fabmanager"}, rank=2, notice_minutes=24 * 60)
    f.ok(1, 9)
    f.ok(1, 9, who="student", passes_first=True)
    f.no("taken", 1, 9, passes_first=True)
    f.ok(1, 9, who="fabmanager", nature="class", passes_first=True)
    f.ok(0, 12)
    f.no("taken", 0, 12, who="fabmanager", nature="class", passes_first=True)


def the_weekend_is_drawn_on_thursday_evening(f: Field) -> None:
    weekend = {"times": {"windows": [window(5, 6)]}}
    f.rule("draw", weekend, days=2, weekday=3, at_minute=18 * 60, most=1)
    f.ok(1, 9)
    f.no("draw", 5, 9)
    f.wish_drawn(5, 9)
    f.wish_drawn(6, 9, code="draw_most")
    f.wish_drawn(5, 9, who="student")
    f.at(3, 17.9)
    f.no("draw", 5, 11)
    f.at(3, 18)
    f.work()
    won = [f.call("GET", "/draw-entries", who=who)["items"][0]["state"] for who in ("maker", "student")]
    assert sorted(won) == ["lost", "won"]
    f.ok(5, 11)
    f.no("draw", 12, 9)


def the_second_missed_time_costs_and_the_first_warns(f: Field) -> None:
    f.conduct(no_show_strikes=True, grace_minutes=10)
    f.rule("cancellation", minutes=0, fee_cents=800, strikes_before=1)
    for day, cents in ((1, None), (2, 800)):
        made = f.ok(day, 9)
        f.at(day, 9.2)
        f.no_show(made)
        status = 200 if cents else 404
        fee = f.call("GET", f"/reservations/{made}/fee", who="maker", status=status)
        assert fee.get("due_cents") == cents


def a_camera_is_lent_for_days_and_comes_back_in_the_evening(f: Field) -> None:
    f.rule("length", most=3 * 24 * 60)
    f.rule("late_return", grace_minutes=30, fee_cents=200)
    f.no("length_most", 1, 9, 80)
    made, next_one = f.ok(1, 9, 48), f.ok(4, 9, 24)
    f.at(3, 9.4)
    f.call("POST", f"/reservations/{made}/return", {}, "fabmanager")
    f.call("GET", f"/reservations/{made}/fee", who="maker", status=404)
    f.at(5, 10)
    f.call("POST", f"/reservations/{next_one}/return", {}, "fabmanager")
    assert f.call("GET", f"/reservations/{next_one}/fee", who="maker")["due_cents"] == 200


VARIANTS = [
    value for value in list(globals().values()) if callable(value) and getattr(value, "__module__", "") == __name__
]


@pytest.mark.parametrize("scenario", VARIANTS, ids=lambda scenario: scenario.__name__)
def test_another_lab_configures_its_own(lab: Lab, monkeypatch: pytest.MonkeyPatch, scenario: Scenario) -> None:
    scenario(Field(lab, monkeypatch))
