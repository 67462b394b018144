"""Universities: a rule is configured as each of them publishes it, and both of its answers are shown."""

from tests.field.lab_of_the_field import WEEKDAYS, Field
from tests.field.statements import shows


@shows("P01", 0)
def asked_for_by_mail(f: Field) -> None:
    f.rule("staff_books", how="printers@example.org")
    f.no("staff_books", 1, 10)
    f.ok(1, 10, who="fabmanager", for_whom="maker")


@shows("P01", 1)
def not_on_the_same_day(f: Field) -> None:
    f.rule("lead", days=1)
    f.no("lead", 0, 18)
    f.ok(1, 9)


@shows("P01", 2)
def three_hours_a_day_on_a_machine(f: Field) -> None:
    f.rule("quota", most=180, unit="minutes", per="day", each="resource")
    f.ok(1, 9, 2)
    f.no("quota", 1, 14, 1.5)
    f.ok(1, 14, 1)
    f.ok(1, 16, 3, on="other_printer")
    f.ok(2, 9, 3)


@shows("P01", 3)
def twice_a_week_on_a_machine(f: Field) -> None:
    f.rule("quota", most=2, per="week", each="resource")
    f.rule("quota", most=360, unit="minutes", per="week", each="resource")
    f.ok(1, 9, 3)
    f.ok(2, 9, 3)
    f.no("quota", 3, 9, 1)
    f.ok(3, 9, 1, on="other_printer")
    f.ok(7, 9, 1)


@shows("P01", 4)
def one_machine_at_a_time(f: Field) -> None:
    f.rule("at_once", most=1)
    f.ok(1, 9, 2)
    f.no("at_once", 1, 10, 2, on="other_printer")
    f.ok(1, 11, 1, on="other_printer")


@shows("P01", 5)
def going_on_up_to_six_hours_a_week(f: Field) -> None:
    f.rule("length", most=180)
    f.rule("quota", most=360, unit="minutes", per="week")
    f.rule("extension", step_minutes=120, beyond_rules=False)
    made = f.ok(0, 9, 2)
    f.ok(2, 9, 3)
    f.at(0, 10.5)
    f.extend(made, 0, 12)
    f.extend(made, 0, 13, "quota")


@shows("P09", 0)
def a_pass_and_two_trainings(f: Field) -> None:
    kind = f.membership("maker")
    f.rule("membership", kind_ids=[kind])
    f.rule("certificate", course_ids=[f.cast.printing])
    f.ok(1, 9)
    f.no("membership", 1, 11, who="student")
    f.no("membership", 700, 11)
    f.no("certificate", 1, 11, who="newcomer")


@shows("P09", 1)
def four_hours_a_week_one_by_one(f: Field) -> None:
    f.rule("quota", most=4, per="week")
    f.rule("length", most=60)
    for day in range(1, 5):
        f.ok(day, 9)
    f.no("quota", 5, 9)
    f.no("length_most", 8, 9, 2)


@shows("P09", 2)
def seven_days_ahead_and_given_back_an_hour_before(f: Field) -> None:
    f.rule("ahead", days=7)
    f.conduct(cancel_minutes=60)
    f.no("ahead", 8, 9)
    early, late = f.ok(1, 9), f.ok(2, 9)
    f.at(1, 7.5)
    f.cancel(early)
    assert f.strikes() == 0
    f.at(2, 8.5)
    f.cancel(late)
    assert f.strikes() == 1


@shows("P09", 3)
def the_rest_goes_to_whoever_drops_in(f: Field) -> None:
    f.conduct(grace_minutes=15)
    made = f.ok(1, 9, 2)
    f.at(1, 9.2)
    f.no_show(made, "early")
    f.no("taken", 1, 9.5, who="student")
    f.at(1, 9.3)
    f.no_show(made)
    f.ok(1, 9.5, who="student")


@shows("P09", 4)
def unbooked_time_is_drop_in(f: Field) -> None:
    f.ok(0, 9)
    f.ok(0, 8, who="student")
    f.no("taken", 0, 8)


@shows("P09", 5)
def metal_only(f: Field) -> None:
    f.rule("jobs", jobs=["Métal"])
    f.no("jobs", 1, 9, job="Bois")
    f.ok(1, 9, job="Métal")


@shows("P10", 0)
def two_waves(f: Field) -> None:
    f.rule(
        "waves",
        releases=[
            {"weekday": 0, "first_weekday": 2, "last_weekday": 4},
            {"weekday": 3, "first_weekday": 5, "last_weekday": 1},
        ],
    )
    f.ok(2, 9)
    f.ok(4, 9)
    f.no("waves", 5, 9)
    f.at(3, 9)
    f.ok(5, 9)
    f.ok(8, 9)
    f.no("waves", 9, 9)


@shows("P10", 1)
def with_a_card_at_the_desk(f: Field) -> None:
    f.rule("staff_books")
    f.no("staff_books", 1, 9)
    f.ok(1, 9, who="fabmanager", for_whom="maker")


@shows("P10", 2)
def four_hours_from_saturday_to_friday(f: Field) -> None:
    f.rule("quota", most=240, unit="minutes", per="week", first_weekday=5)
    f.rule("quota", most=120, unit="minutes", per="day")
    f.ok(1, 9, 2)
    f.no("quota", 1, 14)
    f.ok(4, 9, 2)
    f.no("quota", 3, 9)
    f.ok(5, 9, 2)


@shows("P10", 3)
def not_two_lasers_at_once(f: Field) -> None:
    f.rule("at_once", {"category_id": f.cast.printers}, most=1, each="category")
    f.ok(1, 9, 2)
    f.no("at_once", 1, 10, on="other_printer")
    f.ok(1, 12, on="other_printer")


@shows("P10", 4)
def another_quota_at_the_end_of_the_term(f: Field) -> None:
    f.rule("quota", most=240, unit="minutes", per="week")
    last_weeks = {"times": {"first_on": "2031-03-10", "last_on": "2031-03-23"}}
    f.rule("quota", last_weeks, instead=True, most=120, unit="minutes", per="week")
    f.ok(1, 9, 4)
    f.no("quota", 8, 9, 4)
    f.ok(8, 9, 2)
    f.ok(22, 9, 4)


@shows("P10", 5)
def given_back_late_it_still_counts(f: Field) -> None:
    f.rule("quota", most=1, per="week", late_minutes=120)
    made = f.ok(1, 9)
    f.at(1, 6)
    f.cancel(made)
    again = f.ok(1, 11)
    f.at(1, 10)
    f.cancel(again)
    f.no("quota", 2, 9)


@shows("P29", 0)
def three_days_ahead_and_not_on_holidays(f: Field) -> None:
    f.rule("lead", days=3)
    f.no("lead", 2, 23)
    f.ok(3, 9)
    table = f.call("GET", f"/sites/{f.cast.workshop}/timetables")["items"][0]
    f.call("PATCH", f"/timetables/{table['id']}", {"version": table["version"], "keeps_holidays": True})
    f.no("closed", 42, 9)
    f.ok(43, 9)


@shows("P29", 1)
def two_a_week_of_five_hours(f: Field) -> None:
    f.rule("quota", most=2, per="week")
    f.rule("length", most=300)
    f.ok(1, 9, 5)
    f.no("length_most", 2, 9, 6)
    f.ok(2, 9, 5)
    f.no("quota", 3, 9)


@shows("P29", 3)
def given_back_a_day_before(f: Field) -> None:
    f.conduct(cancel_minutes=24 * 60)
    early, late = f.ok(3, 9), f.ok(4, 9)
    f.at(2, 8)
    f.cancel(early)
    assert f.strikes() == 0
    f.at(3, 12)
    f.cancel(late)
    assert f.strikes() == 1


@shows("P29", 2)
def a_request_that_staff_decide_within_two_days(f: Field) -> None:
    f.rule("review", hours=48)
    approved, declined, forgotten = f.ok(3, 9), f.ok(4, 9), f.ok(5, 9)
    f.refused("review", "POST", f"/reservations/{approved}/check-in")
    decision = f"/reservations/{approved}/review"
    assert f.call("POST", decision, {"approved": True, "version": 1}, "fabmanager")["review"] == "approved"
    refused = {"approved": False, "version": 1, "reason": "Le fichier ne convient pas."}
    assert f.call("POST", f"/reservations/{declined}/review", refused, "fabmanager")["state"] == "cancelled"
    f.at(2, 9)
    f.work()
    f.no("taken", 3, 9, who="student")
    f.ok(4, 9, who="student")
    f.ok(5, 9, who="student")
    f.refused("over", "POST", f"/reservations/{forgotten}/review", {"approved": True, "version": 2}, "fabmanager")


@shows("P43", 0)
def a_quarter_of_an_hour_late(f: Field) -> None:
    f.conduct(grace_minutes=15, no_show_strikes=True)
    made = f.ok(1, 9, 2)
    f.at(1, 9.2)
    f.no_show(made, "early")
    f.at(1, 9.26)
    f.no_show(made)
    assert f.strikes() == 1
    f.ok(1, 10, who="student")


@shows("P51", 0)
def in_the_hours_of_the_school(f: Field) -> None:
    f.keys(*({"weekday": day, "opens": "08:00", "closes": "18:00"} for day in WEEKDAYS))
    f.ok(1, 9)
    f.no("certificate_missing", 1, 11, who="newcomer")
    f.no("access_level", 1, 20)
    f.key("student")
    f.ok(1, 20, who="student")


@shows("P51", 1)
def commerce_after_an_agreement(f: Field) -> None:
    f.rule("jobs", jobs=["Personnel", "Commercial"])
    f.rule("not_for", {"job": "Commercial"}, reason="Convenez-en d’abord avec nous.")
    f.no("not_for", 1, 9, job="Commercial")
    f.ok(1, 9, job="Personnel")
    agreed = {"job": "Commercial", "override_reason": "Convention du 3 mars."}
    f.ok(1, 11, who="fabmanager", for_whom="maker", **agreed)


@shows("P60", 0)
def never_alone(f: Field) -> None:
    f.rule("companion", {"category_id": f.cast.printers})
    f.no("companion", 1, 9)
    f.no("companion", 1, 9, companion_id=f.cast.maker)
    f.ok(1, 9, companion_id=f.cast.student)


@shows("P60", 1)
def access_is_taken_away(f: Field) -> None:
    f.ok(1, 9)
    hold = {"kind": "suspended", "reason": "Règles de base non suivies.", "site_id": f.cast.workshop}
    f.call("POST", f"/members/{f.cast.maker}/holds", hold, "fabmanager", status=201)
    f.no("hold_suspended", 2, 9)
