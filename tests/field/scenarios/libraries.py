"""Libraries, which serve a whole town."""

from tests.field.lab_of_the_field import WEEKDAYS, Field, window
from tests.field.statements import shows


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


@shows("P07", 4)
def checked_in_with_staff(f: Field) -> None:
    f.rule("check_in", before_minutes=15, grace_minutes=15)
    made = f.ok(1, 9)
    f.refused("early", "POST", f"/reservations/{made}/check-in", who="trainer")
    f.at(1, 9)
    f.call("POST", f"/reservations/{made}/check-in", who="trainer")
    f.given_back_after(15, day=2)


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


@shows("P08", 2)
def forfeited_to_the_next_in_line(f: Field) -> None:
    f.rule("check_in", grace_minutes=15)
    f.given_back_after(15)


@shows("P14", 0)
def programmes_first_then_bookings_then_whoever_comes(f: Field) -> None:
    f.rule("priority", {"role": "fabmanager"}, notice_minutes=1440)
    f.ok(2, 9)
    f.ok(0, 8, who="student")
    f.no("taken", 2, 9, who="fabmanager", nature="class")
    f.ok(2, 9, 3, who="fabmanager", nature="class", passes_first=True)
    f.ok(0, 14)
    f.no("taken", 0, 14, who="fabmanager", nature="class", passes_first=True)


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
