"""The first labs: makerspaces of universities and libraries. Each scenario configures a rule and shows both answers."""

from tests.field.lab_of_the_field import WEEKDAYS, Field, window
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


@shows("P02", 0)
def one_hour_each(f: Field) -> None:
    f.rule("length", {"category_id": f.cast.printers}, most=60)
    f.ok(1, 9, 1)
    f.no("length_most", 1, 11, 1.5)


@shows("P02", 1)
def one_hour_before_it_begins(f: Field) -> None:
    f.rule("lead", minutes=60)
    f.no("lead", 0, 8.5)
    f.ok(0, 9)


@shows("P02", 2, 3)
def a_free_hour_between_and_no_other_limit(f: Field) -> None:
    f.rule("gap", minutes=60)
    f.ok(1, 9)
    f.no("gap", 1, 10)
    f.no("gap", 1, 7.5)
    for hour in (11, 13, 15, 17, 19):
        f.ok(1, hour)


@shows("P02", 4)
def through_the_gap_if_nobody_takes_it(f: Field) -> None:
    f.rule("gap", minutes=60)
    f.rule("extension", step_minutes=60)
    first, _second = f.ok(1, 9), f.ok(1, 11)
    f.at(1, 9.5)
    f.extend(first, 1, 11)
    f.ok(2, 10, who="student")
    other = f.ok(2, 9)
    f.extend(other, 2, 11, "taken")


@shows("P03", 0)
def trained_and_booked(f: Field) -> None:
    f.rule("certificate", {"category_id": f.cast.printers}, course_ids=[f.cast.printing])
    f.no("certificate", 1, 9, who="newcomer")
    f.ok(1, 9)


@shows("P03", 1)
def at_the_service_desk(f: Field) -> None:
    f.rule("staff_books", how="Au comptoir.")
    f.no("staff_books", 1, 10, who="student")
    f.ok(1, 10, who="fabmanager", for_whom="student")


@shows("P03", 2)
def half_an_hour_to_three_hours(f: Field) -> None:
    f.rule("length", least=30, most=180)
    f.no("length_least", 1, 9, 0.25)
    f.ok(1, 9, 0.5)
    f.ok(1, 10, 3)
    f.no("length_most", 1, 14, 3.5)


@shows("P03", 3)
def three_hours_from_monday_to_sunday(f: Field) -> None:
    f.rule("quota", most=180, unit="minutes", per="week", first_weekday=0)
    f.ok(1, 9, 3)
    f.no("quota", 6, 20, 1)
    f.ok(7, 9, 3)


@shows("P03", 4)
def the_same_day_does_not_count(f: Field) -> None:
    f.rule("quota", most=180, unit="minutes", per="week", same_day_free=True)
    f.ok(1, 9, 3)
    f.no("quota", 1, 14)
    f.at(1, 8)
    f.ok(1, 14, 5)
    f.no("quota", 2, 9)


@shows("P04", 0)
def what_is_cut_belongs_to_a_machine(f: Field) -> None:
    f.rule("jobs", {"resource_id": f.cast.printer}, jobs=["Acrylique", "Bois"])
    f.rule("jobs", {"resource_id": f.cast.other_printer}, jobs=["Carton"])
    f.no("jobs", 1, 9, job="Carton")
    f.no("jobs", 1, 9)
    f.ok(1, 9, job="bois")
    f.ok(1, 9, on="other_printer", job="Carton")


@shows("P04", 1)
def three_lengths(f: Field) -> None:
    f.rule("lengths", minutes=[30, 60, 90])
    f.no("lengths", 1, 9, 0.75)
    f.ok(1, 9, 1.5)


@shows("P04", 2)
def half_an_hour_before(f: Field) -> None:
    f.rule("lead", minutes=30)
    f.no("lead", 0, 8.25)
    f.ok(0, 8.5)


@shows("P04", 3)
def ninety_minutes_a_day(f: Field) -> None:
    f.rule("quota", most=90, unit="minutes", per="day")
    f.ok(1, 9)
    f.no("quota", 1, 12, 1, on="other_printer")
    f.ok(1, 12, 0.5)


@shows("P04", 4)
def three_days_ahead(f: Field) -> None:
    f.rule("ahead", days=3)
    f.ok(3, 20)
    f.no("ahead", 4, 9)


@shows("P04", 5)
def on_the_certified_list(f: Field) -> None:
    f.rule("certificate", course_ids=[f.cast.printing])
    f.no("certificate", 1, 9, who="newcomer")
    f.ok(1, 9, who="student")


@shows("P04", 7)
def greylist_then_blacklist(f: Field) -> None:
    f.conduct(
        {"strikes": 1, "within_days": 365, "days": 14}, {"strikes": 1, "within_days": 365, "days": None, "after": 1}
    )
    f.ok(1, 9)
    f.strike()
    f.no("hold_suspended", 2, 9)
    f.at(20, 9)
    f.ok(21, 9)
    f.strike()
    f.no("hold_suspended", 300, 9)


@shows("P06", 0)
def a_loan_of_a_day(f: Field) -> None:
    f.rule("length", most=24 * 60)
    f.rule("over_closing", {"resource_id": f.cast.printer})
    f.hours(*({"weekday": day, "opens": "09:00", "closes": "18:00"} for day in range(7)))
    f.ok(1, 10, 24)
    f.no("length_most", 3, 10, 25)
    f.no("over_closing", 5, 20, 14)
    f.no("closed", 1, 10, 24, on="other_printer")
    f.rule("over_closing", {"resource_id": f.cast.other_printer})
    f.rule("length", {"resource_id": f.cast.other_printer}, most=6 * 60, open_hours=True)
    f.ok(1, 16, 20, on="other_printer")
    f.no("length_most", 3, 15, 22, on="other_printer")
    f.ok(3, 9, 6, on="other_printer")
    f.ok(5, 18 - 1, 16, on="other_printer")


@shows("P06", 1)
def one_of_each_type(f: Field) -> None:
    f.rule("at_once", most=1, each="category")
    f.ok(1, 9, 3)
    f.no("at_once", 1, 10, on="other_printer")
    f.ok(1, 12, on="other_printer")


@shows("P06", 2)
def two_more_days_but_not_for_those_on_the_list(f: Field) -> None:
    f.rule("extension", step_minutes=24 * 60, most=2)
    f.rule("extension", {"class_id": f.cast.students}, instead=True, step_minutes=24 * 60, most=0)
    made, theirs = f.ok(0, 9, 24), f.ok(0, 9, 24, who="student", on="other_printer")
    f.at(0, 12)
    f.extend(made, 2, 9)
    f.extend(made, 3, 9)
    f.extend(made, 4, 9, "extension_count")
    f.extend(theirs, 2, 9, "extension_count", who="student")


@shows("P06", 4)
def a_warning_two_weeks_a_term(f: Field) -> None:
    f.conduct(
        {"strikes": 2, "within_days": 120, "days": 14},
        {"strikes": 1, "within_days": 120, "days": 120, "after": 1},
    )
    f.strike()
    f.ok(1, 9)
    f.strike()
    f.no("hold_suspended", 2, 9)
    f.at(16, 9)
    f.ok(17, 9)
    f.strike()
    f.no("hold_suspended", 100, 9)


@shows("P06", 6)
def members_of_the_school(f: Field) -> None:
    f.rule("only_classes", class_ids=[f.cast.students])
    f.no("only_classes", 1, 9)
    f.ok(1, 9, who="student")


@shows("P07", 0)
def one_a_week_of_an_hour_a_week_ahead(f: Field) -> None:
    f.rule("quota", most=1, per="week", walk_ins_free=True)
    f.rule("length", most=60)
    f.rule("ahead", days=7)
    f.ok(1, 9)
    f.no("quota", 2, 9)
    f.no("length_most", 7, 9, 2)
    f.ok(7, 9)
    f.no("ahead", 8, 9)


@shows("P07", 1)
def walk_ins_besides(f: Field) -> None:
    f.rule("quota", most=1, per="week", walk_ins_free=True)
    f.rule("length", most=60)
    f.ok(1, 9)
    f.at(1, 11)
    f.ok(1, 11)
    f.no("taken", 1, 11, who="student")
    f.no("quota", 1, 15)


@shows("P07", 2)
def half_an_hour_more_in_the_last_quarter(f: Field) -> None:
    f.rule("extension", step_minutes=30, last_minutes=15)
    made = f.ok(0, 9)
    f.ok(0, 10.5, who="student")
    f.at(0, 9.5)
    f.extend(made, 0, 10.5, "extension_early")
    f.at(0, 9.75)
    f.extend(made, 0, 11, "extension_step")
    f.extend(made, 0, 10.5)
    f.at(0, 10.4)
    f.extend(made, 0, 11, "taken")


@shows("P07", 3)
def who_booked_operates(f: Field) -> None:
    f.no("certificate_missing", 1, 9, who="newcomer")
    body = f.wish(1, 9, 1, "maker", "printer", {"for_whom": "student"})
    f.call("POST", "/reservations", body, "maker", status=403)
    f.ok(1, 9)


@shows("P07", 5)
def preparing_and_cleaning_within(f: Field) -> None:
    f.rule("buffer", before=10, after=20, is_inside=True)
    f.no("buffer", 1, 9, 0.5)
    f.ok(1, 9, 1)


@shows("P08", 0)
def one_to_two_hours_twice_a_month(f: Field) -> None:
    f.rule("length", least=60, most=120)
    f.rule("quota", most=2, per="month", walk_ins_free=True)
    f.rule("ahead", days=7)
    f.no("length_least", 1, 9, 0.5)
    f.ok(1, 9, 2)
    f.ok(2, 9, 1)
    f.no("quota", 3, 9)
    f.no("ahead", 9, 9)
    f.at(27, 9)
    f.ok(29, 9)


@shows("P08", 1)
def walking_in_when_both_are_used(f: Field) -> None:
    f.rule("quota", most=2, per="month", walk_ins_free=True)
    f.ok(1, 9)
    f.ok(2, 9)
    f.at(3, 9)
    f.no("quota", 3, 12)
    f.ok(3, 9)


@shows("P08", 3)
def the_operator_is_who_booked(f: Field) -> None:
    body = f.wish(1, 9, 1, "student", "printer", {"for_whom": "maker"})
    f.call("POST", "/reservations", body, "student", status=403)
    f.ok(1, 9, who="student")


@shows("P08", 4)
def minors_need_a_signature(f: Field) -> None:
    f.born("student", 15)
    f.no("authorisation_missing", 1, 9, who="student")
    f.guarded("student")
    f.ok(1, 9, who="student")


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


@shows("P14", 1)
def thirteen_alone_and_younger_with_an_adult(f: Field) -> None:
    f.rule("companion", {"age_under": 13}, from_age=18)
    f.born("student", 12)
    f.guarded("student")
    f.no("companion", 1, 9, who="student")
    f.ok(1, 9, who="student", companion_id=f.cast.trainer)
    f.born("student", 13)
    f.ok(1, 11, who="student")


@shows("P14", 2)
def by_telephone(f: Field) -> None:
    f.rule("staff_books", how="04 77 00 00 00")
    f.no("staff_books", 1, 9)
    f.ok(1, 9, who="fabmanager", for_whom="maker")


@shows("P18", 0)
def one_strike(f: Field) -> None:
    f.conduct({"strikes": 1, "within_days": None, "days": None})
    f.ok(1, 9)
    f.strike()
    f.no("hold_suspended", 300, 9)


@shows("P18", 2)
def nobody_under_five_and_help_under_thirteen(f: Field) -> None:
    f.rule("not_for", {"age_under": 5}, reason="Dès cinq ans.")
    f.rule("companion", {"age_from": 5, "age_under": 13}, from_age=18)
    f.born("student", 4)
    f.guarded("student")
    f.no("not_for", 1, 9, who="student", companion_id=f.cast.trainer)
    f.born("student", 12)
    f.no("companion", 1, 9, who="student")
    f.ok(1, 9, who="student", companion_id=f.cast.trainer)


@shows("P18", 3)
def two_afternoons_a_month(f: Field) -> None:
    f.hours(*({"weekday": 2, "opens": "14:00", "closes": "17:00", "nth": nth} for nth in (1, 3)))
    f.ok(2, 14, 3)
    f.no("closed", 9, 14)
    f.no("closed", 3, 14)
    f.ok(16, 14)


@shows("P24", 0)
def companies_have_a_limit_of_their_own(f: Field) -> None:
    f.rule("quota", {"class_id": f.cast.students}, most=1, per="week")
    f.ok(1, 9, who="student")
    f.no("quota", 2, 9, who="student")
    f.ok(2, 9)
    f.ok(3, 9)


@shows("P24", 1)
def classes_keep_the_room(f: Field) -> None:
    f.rule("ahead", days=14)
    f.no("ahead", 20, 10)
    f.ok(20, 9, 4, who="fabmanager", nature="class")
    f.at(7, 9)
    f.no("taken", 20, 10)
    f.ok(20, 14)


@shows("P24", 2)
def unbooked_use_again_and_again(f: Field) -> None:
    f.conduct({"strikes": 2, "within_days": 90, "days": 30})
    f.strike()
    f.ok(1, 9)
    f.strike()
    f.no("hold_suspended", 2, 9)


@shows("P25", 0)
def both_places_count_in_hours(f: Field) -> None:
    f.rule("quota", {"resource_id": f.cast.desk_room}, most=240, unit="minutes", per="week")
    f.ok(1, 10, 1.5, on="desk_room", places=2)
    f.no("quota", 2, 10, 1.5, on="desk_room")
    f.ok(2, 10, 1, on="desk_room")
    f.no("places", 2, 12, 1, on="desk_room", places=4)


@shows("P25", 1)
def what_is_implied_is_taken_too(f: Field) -> None:
    f.call("POST", f"/resources/{f.cast.printer}/links", {"other_id": f.cast.other_printer}, "fabmanager", status=201)
    f.ok(1, 9)
    f.no("taken", 1, 9, on="other_printer", who="student")
    f.ok(1, 10, on="other_printer", who="student")


@shows("P25", 2)
def staff_book_like_everybody(f: Field) -> None:
    f.rule("quota", {"category_id": f.cast.desks}, most=1, per="week")
    f.ok(1, 10, who="trainer", on="desk_room")
    f.no("quota", 2, 10, who="trainer", on="desk_room")


PEAK = {"windows": [window(*WEEKDAYS, start=16, end=22), window(5, 6, start=10, end=22)]}
"""Weekdays in the evening, weekends in the daytime."""
