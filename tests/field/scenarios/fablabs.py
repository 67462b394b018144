"""French fablabs."""

from tests.field.lab_of_the_field import WEEK, WEEKDAYS, Field, window
from tests.field.statements import shows


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
