"""On which terms: checking in, what giving back late costs, and requests that staff decide."""

from tests.field.lab_of_the_field import Field
from tests.field.statements import shows


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


@shows("P04", 6)
def there_within_five_minutes(f: Field) -> None:
    f.rule("check_in", grace_minutes=5)
    f.given_back_after(5)


@shows("P06", 3)
def fetched_within_half_an_hour(f: Field) -> None:
    f.rule("check_in", grace_minutes=30, is_missed=False)
    f.given_back_after(30, code="over")


@shows("P07", 4)
def checked_in_with_staff(f: Field) -> None:
    f.rule("check_in", before_minutes=15, grace_minutes=15)
    made = f.ok(1, 9)
    f.refused("early", "POST", f"/reservations/{made}/check-in", who="trainer")
    f.at(1, 9)
    f.call("POST", f"/reservations/{made}/check-in", who="trainer")
    f.given_back_after(15, day=2)


@shows("P08", 2)
def forfeited_to_the_next_in_line(f: Field) -> None:
    f.rule("check_in", grace_minutes=15)
    f.given_back_after(15)


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


@shows("P32", 1)
def the_fee_of_the_time_within_a_day(f: Field) -> None:
    f.rule("cancellation", minutes=24 * 60, price_percent=100)
    made = f.ok(3, 9, 2)
    f.at(2, 8)
    assert f.costs(made) == 0
    f.at(2, 10)
    assert f.costs(made) == 600


@shows("P37", 2)
def from_an_hour_before_to_a_quarter_after(f: Field) -> None:
    f.rule("check_in", before_minutes=60, grace_minutes=15)
    made = f.ok(1, 9)
    f.at(1, 7.9)
    f.refused("early", "POST", f"/reservations/{made}/check-in")
    f.at(1, 8)
    f.call("POST", f"/reservations/{made}/check-in", who="maker")
    f.given_back_after(15, day=2)


@shows("P40", 1)
def a_slot_is_never_refunded(f: Field) -> None:
    f.rule("cancellation", minutes=31 * 24 * 60, price_percent=100)
    made = f.ok(14, 9)
    f.at(0, 9)
    assert f.costs(made) == 300
    f.refused("costs", "DELETE", f"/reservations/{made}")
    f.call("DELETE", f"/reservations/{made}?agreed_cents=300", who="maker")
