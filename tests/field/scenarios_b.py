"""The other labs: clean rooms, hobby workshops, art schools, French fablabs."""

from tests.field.lab_of_the_field import WEEK, WEEKDAYS, Field, window
from tests.field.scenarios_a import PEAK
from tests.field.statements import shows


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


@shows("P37", 0)
def one_in_prime_time(f: Field) -> None:
    f.rule("quota", {"times": PEAK}, most=1, per="ahead")
    f.rule("quota", {"times": PEAK}, most=720, unit="minutes", per="ahead")
    f.ok(1, 17)
    f.no("quota", 5, 11)
    f.ok(5, 8)
    f.no("quota", 2, 15, 2)


@shows("P37", 1)
def three_off_peak(f: Field) -> None:
    off = {"times": {**PEAK, "outside": True}}
    f.rule("quota", off, most=3, per="ahead")
    f.rule("quota", off, most=24 * 60, unit="minutes", per="ahead")
    for day in (1, 2, 3):
        f.ok(day, 9)
    f.no("quota", 4, 9)
    f.ok(4, 17)


@shows("P37", 3)
def postponed_once(f: Field) -> None:
    f.rule("moves", most=1)
    made = f.ok(1, 9)
    f.move(made, 1, 2, 9)
    f.move(made, 2, 3, 9, "moves")


@shows("P37", 4)
def leaving_early(f: Field) -> None:
    made = f.ok(0, 9, 4)
    f.at(0, 10)
    f.no("taken", 0, 10, who="student")
    f.call("POST", f"/reservations/{made}/end", who="maker")
    f.ok(0, 10, who="student")
    theirs = f.ok(0, 14, 2)
    f.at(0, 15)
    f.call("POST", f"/reservations/{theirs}/end", who="fabmanager")
    f.ok(0, 15, who="student")


@shows("P37", 5)
def whole_blocks(f: Field) -> None:
    f.rule("blocks", most=1, blocks=[{"from_weekday": 0, "to_weekday": 3}, {"from_weekday": 4, "to_weekday": 6}])
    f.rule("quota", most=1, per="week")
    f.no("blocks", 7, 0, 24)
    f.no("blocks", 7, 0, 168)
    f.ok(7, 0, 96)
    f.no("quota", 11, 0, 72)
    f.ok(18, 0, 72)


@shows("P37", 7)
def one_bay_cannot_be_booked(f: Field) -> None:
    f.rule("ahead", {"resource_id": f.cast.other_printer}, minutes=0)
    f.no("ahead", 1, 9, on="other_printer")
    f.ok(0, 8, on="other_printer")
    f.ok(1, 9)


@shows("P40", 0)
def slots_of_half_an_hour(f: Field) -> None:
    f.rule("length", step=30)
    f.rule("starts", every=30)
    f.no("length_step", 1, 9, 0.75)
    f.no("starts", 1, 9.25, 1)
    f.ok(1, 9.5, 1.5)


@shows("P40", 3)
def the_clock_starts_when_it_was_booked(f: Field) -> None:
    f.rule("moves", minutes=0)
    made = f.ok(0, 9, 1)
    f.ok(0, 10, 1, who="student")
    f.at(0, 9.75)
    f.extend(made, 0, 10.75, "taken")
    f.move(made, 1, 0, 11, "moves_late")


@shows("P40", 4)
def a_quarter_of_an_hour_to_set_up(f: Field) -> None:
    f.rule("buffer", before=15, is_inside=True)
    f.no("buffer", 1, 9, 0.25)
    f.ok(1, 9, 0.5)


@shows("P40", 5)
def somebody_trained_supervises(f: Field) -> None:
    f.rule("supervised")
    f.hours(*WEEK, *({"weekday": day, "opens": "10:00", "closes": "18:00", "staff": 1} for day in WEEKDAYS))
    f.ok(1, 10)
    f.no("supervised", 1, 17.5)
    f.no("supervised", 5, 12)


@shows("P40", 6)
def the_next_slot_or_nothing(f: Field) -> None:
    f.rule("extension", step_minutes=30)
    made = f.ok(0, 9)
    f.ok(0, 10.5, who="student")
    f.at(0, 9.75)
    f.extend(made, 0, 10.5)
    f.extend(made, 0, 11, "taken")


@shows("P41", 2)
def what_is_found_wrong_is_appealed(f: Field) -> None:
    f.conduct({"strikes": 1, "within_days": 30, "days": 30})
    f.strike()
    f.no("hold_suspended", 1, 9)
    hold = f.call("GET", f"/members/{f.cast.maker}/holds")["items"][0]["id"]
    appeal = f.call("POST", "/appeals", {"text": "La machine était en panne.", "hold_id": hold}, "maker", status=201)
    answer = {"granted": True, "answer": "C’est exact."}
    f.call("PATCH", f"/appeals/{appeal['id']}", answer, "fabmanager")
    f.ok(1, 9)


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


@shows("P50", 0)
def no_machine_without_a_manager(f: Field) -> None:
    f.rule("supervised")
    f.hours(*WEEK, {"weekday": 1, "opens": "14:00", "closes": "18:00", "staff": 1})
    f.no("supervised", 2, 14)
    f.ok(1, 14)


@shows("P50", 2)
def trained_beforehand(f: Field) -> None:
    f.no("certificate_missing", 1, 9, who="newcomer")
    f.ok(1, 9)


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


@shows("P54", 0)
def with_the_pass_and_validated(f: Field) -> None:
    f.rule("membership", kind_ids=[f.membership("maker")])
    f.rule("certificate", course_ids=[f.cast.printing])
    f.ok(1, 9)
    f.no("membership", 1, 11, who="student")
    f.no("certificate", 1, 11, who="newcomer")
    f.ok(1, 13, 3, who="fabmanager", nature="class")


@shows("P55", 0)
def at_weekends(f: Field) -> None:
    host = f.cast.students
    f.rule("only_classes", {"times": {"windows": [window(*WEEKDAYS)]}}, class_ids=[host])
    f.no("only_classes", 4, 23, 2)
    f.ok(4, 20, who="student")
    f.ok(5, 10)


@shows("P58", 0)
def ten_people_in_two_openings(f: Field) -> None:
    f.rule("capacity", {"site_id": f.cast.workshop}, most=10)
    f.hours(*({"weekday": day, "opens": "14:00", "closes": "17:00", "staff": 1} for day in (2, 5)))
    f.ok(2, 14, 3, guests=8)
    f.no("capacity", 2, 15, 1, who="student", on="other_printer", guests=1)
    f.ok(2, 15, 1, who="student", on="other_printer")
    f.no("closed", 3, 14)


@shows("P59", 0)
def three_hours_before_seven_in_the_evening(f: Field) -> None:
    weekdays = {"times": {"windows": [window(*WEEKDAYS)]}}
    f.rule("length", weekdays, most=180)
    f.rule("between", weekdays, to_minute=19 * 60)
    f.rule("extension", step_minutes=60)
    f.no("length_most", 1, 9, 4)
    f.no("between", 1, 17, 3)
    made = f.ok(1, 16, 3)
    f.ok(5, 16, 5)
    f.at(1, 18)
    f.extend(made, 1, 19.5)


@shows("P59", 1)
def minors_alone_case_by_case(f: Field) -> None:
    f.rule("companion", {"age_under": 18, "course_id": f.cast.printing, "lacks_course": True}, from_age=18)
    f.born("student", 16)
    f.no("authorisation_missing", 1, 9, who="student")
    f.guarded("student")
    f.ok(1, 9, who="student")
    f.born("newcomer", 16)
    f.guarded("newcomer")
    f.no("companion", 1, 10, who="newcomer", on="desk_room")
    f.ok(1, 10, who="newcomer", on="desk_room", companion_id=f.cast.trainer)


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


@shows("P62", 0)
def twelve_fifteen_and_seventeen(f: Field) -> None:
    f.rule("not_for", {"age_under": 12}, reason="En atelier seulement.")
    f.rule("companion", {"age_from": 12, "age_under": 16}, from_age=18)
    f.rule("not_for", {"age_from": 16, "age_under": 18, "resource_id": f.cast.other_printer})
    f.born("student", 11)
    f.guarded("student")
    f.no("not_for", 1, 9, who="student", companion_id=f.cast.trainer)
    f.born("student", 14)
    f.no("companion", 1, 9, who="student")
    f.ok(1, 9, who="student", companion_id=f.cast.trainer)
    f.born("student", 17)
    f.no("not_for", 1, 11, who="student", on="other_printer")
    f.ok(1, 11, who="student")


@shows("P62", 1)
def the_adult_holds_the_certificate(f: Field) -> None:
    f.rule("companion", {"age_under": 16}, from_age=18, course_ids=[f.cast.printing])
    f.born("student", 14)
    f.guarded("student")
    f.no("companion", 1, 9, who="student", companion_id=f.cast.newcomer)
    f.ok(1, 9, who="student", companion_id=f.cast.maker)


@shows("P63", 0)
def power_tools_under_sixteen(f: Field) -> None:
    f.rule("companion", {"age_under": 16, "category_id": f.cast.printers}, from_age=18)
    f.born("student", 15)
    f.no("authorisation_missing", 1, 9, who="student", companion_id=f.cast.trainer)
    f.guarded("student")
    f.no("companion", 1, 9, who="student")
    f.ok(1, 9, who="student", companion_id=f.cast.trainer)
    f.ok(1, 10, who="student", on="desk_room")


@shows("P64", 0)
def accompanied_and_supervised(f: Field) -> None:
    f.rule("companion", {"age_under": 16}, from_age=18)
    f.rule("supervised", {"age_under": 13})
    f.hours(*WEEK, {"weekday": 1, "opens": "14:00", "closes": "18:00", "staff": 1})
    f.born("student", 12)
    f.guarded("student")
    f.no("supervised", 1, 9, who="student", companion_id=f.cast.trainer)
    f.ok(1, 14, who="student", companion_id=f.cast.trainer)
    f.born("student", 14)
    f.ok(1, 9, who="student", companion_id=f.cast.trainer)
    f.no("companion", 1, 11, who="student")


@shows("P64", 1)
def three_warnings_then_home(f: Field) -> None:
    f.conduct({"strikes": 3, "within_days": 1, "days": 1})
    f.strike()
    f.strike()
    f.ok(0, 9)
    f.strike()
    f.no("hold_suspended", 0, 14)
    f.at(2, 9)
    f.ok(2, 10)


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


@shows("P70", 0)
def more_than_three_guests_two_weeks_before(f: Field) -> None:
    f.rule("lead", {"guests_from": 4}, days=14)
    f.rule("staff_books", {"guests_from": 4}, how="Demandez-nous par écrit.")
    f.ok(1, 9, guests=3)
    f.no("staff_books", 14, 9, guests=4)
    f.no("lead", 13, 9, who="fabmanager", for_whom="maker", guests=4)
    f.ok(14, 9, who="fabmanager", for_whom="maker", guests=4)


@shows("P70", 1)
def without_a_key_outside_official_hours(f: Field) -> None:
    f.keys(*({"weekday": day, "opens": "08:00", "closes": "18:00"} for day in WEEKDAYS))
    f.rule("guests", {"times": {"windows": [window(*WEEKDAYS, start=18, end=8)]}}, most=3)
    f.no("access_level", 1, 19)
    f.ok(1, 10)
    f.key("student")
    f.ok(1, 19, who="student", guests=1)
    f.no("guests", 2, 19, who="student", guests=4)


def _week() -> str:
    return "/reservations?from=2031-03-03T00:00:00Z&to=2031-03-10T00:00:00Z"
