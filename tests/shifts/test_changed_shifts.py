"""What becomes of shifts whose times or numbers staff change, of those who are told, and of the members in them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from fablab.booking import services as booking
from fablab.booking.services import Wish
from fablab.booking.supervision import watch
from fablab.catalog.models import Resource
from fablab.core.db import db, transaction
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.shifts import plan, queries, services
from fablab.shifts.models import Shift
from fablab.shifts.plan import ShiftCard
from fablab.sites.hours import Opening
from fablab.sites.models import Season, Site, Timetable
from fablab.sites.services import opening_row
from tests.conftest import Lab
from tests.shifts.test_shifts import DAY, HOUR, MONDAY, act, add_shift, mails, shifts_of, staff_the_office, take
from tests.support.threads import at_once


def test_a_laid_out_shift_that_staff_gave_other_times_stays_and_is_not_laid_out_again(lab: Lab) -> None:
    staff_the_office(lab)
    lay_out(lab, MONDAY - HOUR)
    today, tomorrow = (row.id for row in shifts_of(lab)[:2])

    edit(lab, today, Period(MONDAY + 4 * HOUR, MONDAY + 9 * HOUR))
    edit(lab, tomorrow, Period(MONDAY + DAY + 6 * HOUR, MONDAY + DAY + 9 * HOUR))

    assert lay_out(lab, MONDAY + 4 * HOUR + timedelta(minutes=30)) == 0, "the earlier one has begun, its opening not"
    lay_out(lab, MONDAY + DAY + 5 * HOUR + timedelta(minutes=30))
    lab.session.rollback()
    assert lab.session.get(Shift, tomorrow).withdrawn_at is None, "its opening has begun, the later one not"


def test_staff_are_told_again_when_a_shift_loses_people_or_goes_to_another_day(lab: Lab) -> None:
    staff_the_office(lab)
    shift, day = add_shift(lab, MONDAY + DAY), Period(MONDAY + DAY, MONDAY + DAY + 2 * HOUR)
    edit(lab, shift, day, minimum=2)
    first = take(lab, lab.cast.trainer, shift, MONDAY)
    look(lab, MONDAY)
    assert alerts(lab) == 1

    act(lab, lab.cast.trainer, services.drop, first, "grippe", MONDAY + HOUR)
    assert alerts(lab) == 2, "of two people now"
    second = take(lab, lab.cast.trainer, shift, MONDAY + HOUR)
    edit(lab, shift, day, minimum=1)
    act(lab, lab.cast.trainer, services.drop, second, "rechute", MONDAY + 2 * HOUR)
    assert alerts(lab) == 3, "it had its people in between, since it took only one"

    edit(lab, shift, Period(MONDAY + 8 * DAY, MONDAY + 8 * DAY + HOUR))
    look(lab, MONDAY + 3 * HOUR)
    assert alerts(lab) == 3
    look(lab, MONDAY + 7 * DAY)
    assert alerts(lab) == 4


def test_members_are_warned_when_staff_take_a_near_shift_off(lab: Lab) -> None:
    staff_the_office(lab)
    lay_out(lab, MONDAY - 7 * DAY)
    with transaction() as session:
        session.get(Resource, lab.cast.desk_room).needs_staff = True
    afternoon = Period(MONDAY + 6 * HOUR, MONDAY + 7 * HOUR)
    wish = Wish(resource_id=lab.cast.desk_room, period=afternoon, member_id=lab.cast.maker)
    with transaction() as session:
        booking.book(session, lab.actor(lab.cast.maker), wish, MONDAY - 7 * DAY)
    first = shifts_of(lab)[0].id
    take(lab, lab.cast.trainer, first, MONDAY)

    act(lab, lab.cast.admin, plan.withdraw_shift, first, MONDAY)

    assert mails(lab).count("Nobody may be there: Salle des bureaux") == 1


def test_a_shift_taken_off_long_before_is_planned_no_more_and_its_members_are_warned(lab: Lab) -> None:
    staff_the_office(lab)
    lay_out(lab, MONDAY - 21 * DAY)
    with transaction() as session:
        session.get(Resource, lab.cast.desk_room).needs_staff = True
    afternoon = Period(MONDAY + 6 * HOUR, MONDAY + 7 * HOUR)

    def book(who: int) -> None:
        wish = Wish(resource_id=lab.cast.desk_room, period=afternoon, member_id=who)
        with transaction() as session:
            booking.book(session, lab.actor(who), wish, MONDAY - 14 * DAY)

    book(lab.cast.maker)
    first = shifts_of(lab)[0].id

    act(lab, lab.cast.admin, plan.withdraw_shift, first, MONDAY - 14 * DAY)

    assert mails(lab).count("Nobody may be there: Salle des bureaux") == 1
    with pytest.raises(Refused) as refused:
        book(lab.cast.student)
    assert refused.value.codes == ("unstaffed",)
    with transaction() as session:
        card = ShiftCard(period=Period(MONDAY + 5 * HOUR, MONDAY + 8 * HOUR))
        plan.add_shift(session, lab.actor(lab.cast.admin), lab.cast.office, card, MONDAY - 14 * DAY)
    book(lab.cast.student)


def test_one_person_does_not_take_two_shifts_of_the_same_time_at_once(lab: Lab) -> None:
    shifts = [add_shift(lab, MONDAY + 5 * DAY + number * timedelta(minutes=20)) for number in range(4)]
    trainer, together = lab.actor(lab.cast.trainer), Barrier(len(shifts))
    lab.session.rollback()

    def taking(shift_id: int) -> Callable[[], int]:
        def deed() -> int:
            assert queries.shift(db.session(), shift_id).id == shift_id
            together.wait(10)
            with transaction() as session:
                return services.take(session, trainer, shift_id, MONDAY).id

        return deed

    results = at_once(lab.app, [taking(shift_id) for shift_id in shifts])

    assert sorted(type(result).__name__ for result in results) == ["Refused"] * 3 + ["int"]


def test_a_shift_of_the_whole_day_when_the_clocks_go_back_staffs_its_25th_hour(lab: Lab) -> None:
    staff_the_office(lab)
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)
    with transaction() as session:
        table = session.query(Timetable).filter_by(site_id=lab.cast.office, is_main=True).one()
        season = session.query(Season).filter_by(timetable_id=table.id).one()
        session.add(opening_row(season.id, Opening(6, 0, 1440, staff=1)))
    lay_out(lab, start - 3 * DAY)
    last = Period(start + 24 * HOUR + timedelta(minutes=5), start + 25 * HOUR)

    (shift,) = queries.shifts(lab.session, [lab.cast.office], last)
    take(lab, lab.cast.trainer, shift.id, start - HOUR)

    site = lab.session.get(Site, lab.cast.office)
    assert queries.hours_of_sites(lab.session, [site], last, start)[site.id].is_staffed(last)


def lay_out(lab: Lab, now: datetime) -> int:
    with transaction() as session:
        return plan.lay_out(session, session.get(Site, lab.cast.office), now)


def edit(lab: Lab, shift_id: int, period: Period, minimum: int = 1) -> None:
    lab.session.rollback()
    version = lab.session.get(Shift, shift_id).version
    act(lab, lab.cast.admin, plan.edit_shift, shift_id, ShiftCard(period=period, minimum=minimum), version, MONDAY)


def look(lab: Lab, now: datetime) -> None:
    with transaction() as session:
        watch(session, now)


def alerts(lab: Lab) -> int:
    """How often the one administrator was told that people are missing on the shift."""
    return len([subject for subject in mails(lab) if "People are missing" in subject])
