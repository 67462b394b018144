"""Makerspaces and hobby workshops, run by their members."""

from tests.field.lab_of_the_field import WEEK, WEEKDAYS, Field, window
from tests.field.statements import shows

PEAK = {"windows": [window(*WEEKDAYS, start=16, end=22), window(5, 6, start=10, end=22)]}
"""Weekdays in the evening, weekends in the daytime."""


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


@shows("P37", 6)
def swapping_does_not_double_a_quota(f: Field) -> None:
    f.rule("quota", most=1, per="week")
    made = f.ok(1, 9)
    f.hand_over(made, "student")
    f.ok(1, 14, who="student")
    f.take(code="quota")
    f.call("DELETE", f"/reservations/{made}/hand-over", who="maker", status=204)
    f.hand_over(f.ok(8, 9), "student")
    f.take()
    f.no("quota", 9, 9, who="student")
    f.ok(9, 9)


@shows("P37", 2)
def from_an_hour_before_to_a_quarter_after(f: Field) -> None:
    f.rule("check_in", before_minutes=60, grace_minutes=15)
    made = f.ok(1, 9)
    f.at(1, 7.9)
    f.refused("early", "POST", f"/reservations/{made}/check-in")
    f.at(1, 8)
    f.call("POST", f"/reservations/{made}/check-in", who="maker")
    f.given_back_after(15, day=2)


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
