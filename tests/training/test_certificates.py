"""Trainers validate and revoke; what was written stays."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fablab.booking import services as booking
from fablab.booking.services import Wish
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.training import queries, services
from fablab.training.models import CertificateEvent, Course, Requirement
from tests.conftest import Lab, hours_from

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def validate(lab: Lab, by: int, whom: int, course: int, now: datetime = NOW) -> CertificateEvent:
    with transaction() as session:
        return services.validate(session, lab.actor(by), whom, course, now)


def revoke(lab: Lab, by: int, whom: int, course: int, now: datetime = NOW, note: str = "Sécurité") -> None:
    with transaction() as session:
        services.revoke(session, lab.actor(by), whom, course, now, note=note)


def book(lab: Lab, who: int, resource: int, period: Period) -> int:
    with transaction() as session:
        return booking.book(session, lab.actor(who), Wish(resource_id=resource, period=period, member_id=who), NOW).id


def expiring_course(lab: Lab, months: int) -> int:
    with transaction() as session:
        return services.add_course(session, "Soudure", validity_months=months, resource_ids=(lab.cast.laser,)).id


@pytest.mark.parametrize("who", ["trainer", "fabmanager", "admin"])
def test_a_trainer_validates_and_the_machine_is_open(lab: Lab, who: str) -> None:
    validate(lab, getattr(lab.cast, who), lab.cast.newcomer, lab.cast.printing)

    assert queries.held_by(lab.session, lab.cast.newcomer, NOW) == {lab.cast.printing}
    assert book(lab, lab.cast.newcomer, lab.cast.printer, hours_from(NOW + timedelta(hours=2), 1))


@pytest.mark.parametrize("who", ["maker", "treasurer"])
def test_nobody_else_validates_or_revokes(lab: Lab, who: str) -> None:
    with pytest.raises(Forbidden):
        validate(lab, getattr(lab.cast, who), lab.cast.newcomer, lab.cast.printing)
    with pytest.raises(Forbidden):
        revoke(lab, getattr(lab.cast, who), lab.cast.student, lab.cast.printing)


@pytest.mark.parametrize("who", ["trainer", "admin"])
def test_nobody_validates_himself(lab: Lab, who: str) -> None:
    with pytest.raises(Forbidden, match="himself"):
        validate(lab, getattr(lab.cast, who), getattr(lab.cast, who), lab.cast.printing)

    assert queries.held_by(lab.session, getattr(lab.cast, who), NOW) == set()


def test_a_certificate_that_holds_is_not_granted_again(lab: Lab) -> None:
    with pytest.raises(Refused) as refused:
        validate(lab, lab.cast.trainer, lab.cast.maker, lab.cast.printing)

    assert refused.value.codes == ("certified_already",)


def test_a_person_or_a_course_that_there_is_not_is_not_found(lab: Lab) -> None:
    with pytest.raises(NotFound):
        validate(lab, lab.cast.trainer, 999, lab.cast.printing)
    with pytest.raises(NotFound):
        validate(lab, lab.cast.trainer, lab.cast.maker, 999)


@pytest.mark.parametrize("note", ["", "  ", "\n\x00"])
def test_revoking_needs_a_reason(lab: Lab, note: str) -> None:
    with pytest.raises(Refused) as refused:
        revoke(lab, lab.cast.trainer, lab.cast.maker, lab.cast.printing, note=note)

    assert refused.value.codes == ("reason_missing",)
    assert queries.held_by(lab.session, lab.cast.maker, NOW) == {lab.cast.printing}


def test_what_was_revoked_is_gone_until_it_is_granted_anew(lab: Lab) -> None:
    revoke(lab, lab.cast.trainer, lab.cast.maker, lab.cast.printing)

    with pytest.raises(Refused, match="Impression 3D"):
        book(lab, lab.cast.maker, lab.cast.printer, hours_from(NOW + timedelta(hours=2), 1))
    with pytest.raises(Refused) as refused:
        revoke(lab, lab.cast.trainer, lab.cast.maker, lab.cast.printing)
    assert refused.value.codes == ("not_certified",)
    validate(lab, lab.cast.trainer, lab.cast.maker, lab.cast.printing, NOW + timedelta(hours=1))
    assert queries.held_by(lab.session, lab.cast.maker, NOW + timedelta(hours=1)) == {lab.cast.printing}


def test_a_certificate_holds_for_as_long_as_its_course_said_that_day(lab: Lab) -> None:
    course = expiring_course(lab, 12)
    validate(lab, lab.cast.trainer, lab.cast.maker, course)
    with transaction() as session:
        session.get_one(Course, course).validity_months = 1

    (held,) = [row for row in queries.certificates_of(lab.session, lab.cast.maker, NOW) if row.course.id == course]

    assert (held.standing.since, held.standing.expires_at) == (NOW, NOW.replace(year=2027))
    assert course not in queries.held_by(lab.session, lab.cast.maker, NOW.replace(year=2027))


def test_a_certificate_that_ends_in_mid_booking_refuses_the_booking(lab: Lab) -> None:
    course = expiring_course(lab, 1)
    for needed in (course, lab.cast.cutting):
        validate(lab, lab.cast.trainer, lab.cast.maker, needed)
    end = NOW.replace(month=4)

    with pytest.raises(Refused) as refused:
        book(lab, lab.cast.maker, lab.cast.laser, hours_from(end - timedelta(minutes=30), 1))

    assert refused.value.codes == ("certificate_missing",)
    assert "Soudure" in str(refused.value)
    assert book(lab, lab.cast.maker, lab.cast.laser, hours_from(end - timedelta(hours=1), 1))


def test_a_machine_needs_its_own_certificates_and_those_of_its_category(lab: Lab) -> None:
    course = expiring_course(lab, 1)

    with pytest.raises(Refused) as refused:
        book(lab, lab.cast.newcomer, lab.cast.laser, hours_from(NOW + timedelta(hours=2), 1))

    assert refused.value.codes == ("certificate_missing", "certificate_missing")
    with transaction() as session:
        session.add(Requirement(course_id=course, category_id=lab.cast.lasers))  # Twice the same is once.
    with pytest.raises(Refused) as refused:
        book(lab, lab.cast.newcomer, lab.cast.laser, hours_from(NOW + timedelta(hours=2), 1))
    assert len(refused.value.codes) == 2


@pytest.mark.parametrize("statement", ["UPDATE certificate_events SET note = 'x'", "DELETE FROM certificate_events"])
def test_the_database_refuses_to_change_what_happened(lab: Lab, statement: str) -> None:
    before = lab.session.query(CertificateEvent).count()

    with pytest.raises(DBAPIError, match="never changed or deleted"), transaction() as session:
        session.execute(text(statement))

    assert lab.session.query(CertificateEvent).count() == before > 0
