"""Schools of architecture and of art."""

from tests.field.lab_of_the_field import WEEK, WEEKDAYS, Field
from tests.field.statements import shows


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


@shows("P03", 5)
def a_wait_list_in_busy_periods(f: Field) -> None:
    f.rule("waiting", most=0)
    f.rule("waiting", {"times": {"first_on": "2031-03-05", "last_on": "2031-06-30"}}, instead=True, most=3)
    f.ok(1, 9)
    f.ok(2, 9)
    f.wait(1, 9, code="no_waiting")
    f.wait(2, 9)


@shows("P03", 6)
def a_quarter_of_an_hour_late(f: Field) -> None:
    f.rule("check_in", grace_minutes=15)
    f.ok(1, 9, 2)
    f.wait(1, 9.5, 1.5)
    f.at(1, 9.2)
    f.work()
    assert f.call("GET", "/offers", who="student")["items"] == []
    f.at(1, 9.25)
    f.work()
    f.no("taken", 1, 9.5, 1.5)
    f.accept()
    f.ok(2, 9, 2)
    f.at(2, 9.25)
    f.work()
    f.ok(2, 9.25, 1.5, who="student")


@shows("P03", 8)
def a_refund_if_somebody_takes_it(f: Field) -> None:
    f.rule("cancellation", minutes=720, price_percent=100, free_if_taken=True, also_missed=False)
    given, lost, handed = f.ok(2, 9), f.ok(2, 10), f.ok(2, 11)
    f.at(2, 0)
    for made in (given, lost):
        f.call("DELETE", f"/reservations/{made}?agreed_cents=300", who="maker")
    f.ok(2, 9, who="student")
    f.hand_over(handed, "student")
    f.take()
    f.at(2, 15)
    f.work()
    assert f.call("GET", f"/reservations/{given}/fee", who="maker")["due_cents"] == 0
    assert f.call("GET", f"/reservations/{lost}/fee", who="maker")["due_cents"] == 300
    f.call("GET", f"/reservations/{handed}/fee", who="student", status=404)


@shows("P03", 9)
def the_named_person_and_nobody_else(f: Field) -> None:
    f.rule("hand_over", {"resource_id": f.cast.printer}, is_allowed=False)
    f.hand_over(f.ok(1, 9), "student", "hand_over")
    f.hand_over(f.ok(1, 9, on="other_printer"), "student")
    f.take()


@shows("P03", 7)
def a_refund_twelve_hours_before(f: Field) -> None:
    f.rule("cancellation", minutes=720, price_percent=100, also_missed=False)
    early, late = f.ok(2, 9), f.ok(2, 11)
    f.at(1, 20)
    f.cancel(early)
    f.at(2, 0)
    assert f.costs(late) == 300
    f.refused("costs", "DELETE", f"/reservations/{late}")
    f.call("DELETE", f"/reservations/{late}?agreed_cents=300", who="maker")
    assert f.call("GET", f"/reservations/{late}/fee", who="maker")["cents"] == 300


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


@shows("P04", 6)
def there_within_five_minutes(f: Field) -> None:
    f.rule("check_in", grace_minutes=5)
    f.given_back_after(5)


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


@shows("P06", 5)
def five_and_a_quarter_an_hour(f: Field) -> None:
    f.rule("late_return", fee_cents=500, hourly_cents=25)
    late, good = f.ok(0, 9, 24), f.ok(0, 9, 24, on="other_printer")
    f.at(1, 9)
    f.call("POST", f"/reservations/{good}/return", {}, "fabmanager")
    f.call("GET", f"/reservations/{good}/fee", who="maker", status=404)
    f.at(3, 10.5)
    (missing,) = f.call("GET", "/missing-returns", who="fabmanager")["items"]
    assert missing["id"] == late
    f.call("POST", f"/reservations/{late}/return", {}, "maker", status=422)
    f.call("POST", f"/reservations/{late}/return", {}, "fabmanager")
    assert f.call("GET", f"/reservations/{late}/fee", who="maker")["due_cents"] == 500 + 50 * 25


@shows("P06", 6)
def members_of_the_school(f: Field) -> None:
    f.rule("only_classes", class_ids=[f.cast.students])
    f.no("only_classes", 1, 9)
    f.ok(1, 9, who="student")


@shows("P06", 3)
def fetched_within_half_an_hour(f: Field) -> None:
    f.rule("check_in", grace_minutes=30, is_missed=False)
    f.given_back_after(30, code="over")


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


@shows("P40", 2)
def slots_are_swapped_by_mail(f: Field) -> None:
    mine, theirs = f.ok(1, 9), f.ok(1, 14, who="student")
    f.hand_over(mine, "student")
    f.hand_over(theirs, "maker", who="student")
    f.take()
    f.take("maker")
    f.hand_over(f.ok(2, 9), "newcomer")
    f.take("newcomer", "certificate_missing")


@shows("P40", 1)
def a_slot_is_never_refunded(f: Field) -> None:
    f.rule("cancellation", minutes=31 * 24 * 60, price_percent=100)
    made = f.ok(14, 9)
    f.at(0, 9)
    assert f.costs(made) == 300
    f.refused("costs", "DELETE", f"/reservations/{made}")
    f.call("DELETE", f"/reservations/{made}?agreed_cents=300", who="maker")


@shows("P41", 0)
def a_warning_then_fifteen_then_fifty(f: Field) -> None:
    f.conduct(no_show_strikes=True)
    f.rule("cancellation", minutes=60, strikes=True)
    f.rule("cancellation", minutes=60, fee_cents=1500, strikes_before=1)
    f.rule("cancellation", minutes=60, fee_cents=5000, strikes_before=2)
    for day, cents in ((1, 0), (2, 1500), (3, 5000)):
        early, late = f.ok(day, 9), f.ok(day, 11)
        f.at(day, 7.5)
        assert f.costs(early) == 0
        f.at(day, 10.5)
        assert f.costs(late) == cents
        f.call("DELETE", f"/reservations/{late}?agreed_cents={cents}", who="maker")
        assert f.strikes() == day


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
