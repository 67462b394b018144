"""Shifts: taken, confirmed, dropped, handed over and swapped, and what they do to hours and reservations."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from fablab.booking import services as booking
from fablab.booking.affected import CANCEL, Decisions, Undecided
from fablab.booking.changes import change_hours
from fablab.booking.models import Reservation, ReservationState
from fablab.booking.services import Wish
from fablab.booking.supervision import settle_unsupervised, watch
from fablab.catalog.models import Resource
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.outbox import OutboxRow
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.members import services as members
from fablab.members.models import Member, Role
from fablab.notices.shifts import remind
from fablab.shifts import plan, queries, services
from fablab.shifts.models import Duty, DutyState, Shift
from fablab.shifts.plan import ShiftCard
from fablab.sites import places
from fablab.sites.hours import Opening
from fablab.sites.models import HoursException, OpeningHours, Season, Site, Staffing, Timetable
from fablab.sites.services import opening_row
from tests.conftest import Lab

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""Nine o'clock in Paris."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_each_staffed_opening_gets_a_shift_once_and_follows_the_timetable(lab: Lab) -> None:
    staff_the_office(lab)

    with transaction() as session:
        site = session.get(Site, lab.cast.office)
        assert plan.lay_out(session, site, MONDAY - HOUR) == 25
        assert plan.lay_out(session, site, MONDAY) == 0
    first = shifts_of(lab)[0]
    assert (first.starts_at, first.ends_at, first.minimum) == (MONDAY + 5 * HOUR, MONDAY + 9 * HOUR, 1)

    take(lab, lab.cast.trainer, first.id, MONDAY)
    with transaction() as session:
        closed = HoursException(
            site_id=lab.cast.office,
            kind="closed",
            first_on=date(2026, 3, 2),
            last_on=date(2026, 3, 3),
            opens=16 * 60,
            closes=1440,
        )
        session.add(closed)
        session.flush()
        assert plan.lay_out(session, session.get(Site, lab.cast.office), MONDAY) == 0
    kept = shifts_of(lab)[0]
    assert (kept.id, kept.ends_at) == (first.id, MONDAY + 7 * HOUR)
    assert [duty.member_id for duty in kept.duties] == [lab.cast.trainer]
    with transaction() as session:
        closed = session.get(HoursException, closed.id)
        closed.opens = 0
        session.flush()
        plan.lay_out(session, session.get(Site, lab.cast.office), MONDAY + HOUR)
    assert shifts_of(lab)[0].starts_at == MONDAY + 2 * DAY + 5 * HOUR
    assert [row for row in mails(lab) if "withdrawn" in row or "other times" in row] == [
        "Your shift at Bureaux has other times",
        "Your shift at Bureaux was withdrawn",
    ]


def test_a_shift_is_taken_confirmed_and_dropped_by_those_who_may(lab: Lab) -> None:
    shift = add_shift(lab, MONDAY + 5 * DAY)
    with pytest.raises(Refused) as refused:
        take(lab, lab.cast.maker, shift, MONDAY)
    assert refused.value.codes == ("not_host",)

    duty = take(lab, lab.cast.trainer, shift, MONDAY)
    assert state(lab, duty) == DutyState.TAKEN
    for again in (shift, add_shift(lab, MONDAY + 5 * DAY + HOUR)):
        with pytest.raises(Refused):
            take(lab, lab.cast.trainer, again, MONDAY)
    with pytest.raises(NotFound):
        act(lab, lab.cast.maker, services.confirm, duty, MONDAY)
    act(lab, lab.cast.trainer, services.confirm, duty, MONDAY)
    act(lab, lab.cast.trainer, services.confirm, duty, MONDAY)
    assert state(lab, duty) == DutyState.CONFIRMED

    with pytest.raises(Refused) as refused:
        act(lab, lab.cast.trainer, services.drop, duty, "", MONDAY + 5 * DAY - HOUR)
    assert refused.value.codes == ("reason_missing",)
    act(lab, lab.cast.trainer, services.drop, duty, "grippe", MONDAY + 5 * DAY - HOUR)
    assert state(lab, duty) == DutyState.DROPPED
    with pytest.raises(Refused):
        act(lab, lab.cast.trainer, services.confirm, duty, MONDAY)
    assert any("People are missing" in subject for subject in mails(lab)), "an hour before, staff are told at once"
    with pytest.raises(Refused):
        take(lab, lab.cast.trainer, shift, MONDAY + 6 * DAY)


def test_a_shift_may_ask_for_a_certificate(lab: Lab) -> None:
    card = ShiftCard(period=Period(MONDAY + DAY, MONDAY + DAY + HOUR), course_id=lab.cast.printing)
    with transaction() as session:
        shift = plan.add_shift(session, lab.actor(lab.cast.admin), lab.cast.office, card, MONDAY).id
        members.grant_role(session, session.get(Member, lab.cast.maker), Role.HOST, site_id=lab.cast.office)

    with pytest.raises(Refused, match="Impression 3D"):
        take(lab, lab.cast.trainer, shift, MONDAY)
    take(lab, lab.cast.maker, shift, MONDAY)


def test_staff_give_shifts_and_nobody_else_does(lab: Lab) -> None:
    shift = add_shift(lab, MONDAY + 5 * DAY)

    with pytest.raises(Forbidden):
        take(lab, lab.cast.trainer, shift, MONDAY, member_id=lab.cast.admin)
    duty = take(lab, lab.cast.admin, shift, MONDAY, member_id=lab.cast.trainer)
    assert state(lab, duty) == DutyState.TAKEN
    for who in (lab.cast.trainer, lab.cast.fabmanager):
        with pytest.raises(Forbidden):
            act(lab, who, plan.withdraw_shift, shift, MONDAY)
    wrong = ShiftCard(period=Period(MONDAY, MONDAY + 2 * DAY), minimum=0, course_id=999)
    with pytest.raises(Refused) as refused:
        act(lab, lab.cast.admin, plan.edit_shift, shift, wrong, 1, MONDAY + 3 * DAY)
    assert refused.value.codes == ("past", "too_long", "minimum", "course")
    act(lab, lab.cast.admin, plan.withdraw_shift, shift, MONDAY)
    assert shifts_of(lab) == []
    assert mails(lab) == ["A shift at Bureaux for you", "Your shift at Bureaux was withdrawn"]


def test_a_replacement_takes_over_and_two_people_swap(lab: Lab) -> None:
    one, other = add_shift(lab, MONDAY + 5 * DAY), add_shift(lab, MONDAY + 5 * DAY + HOUR)
    duty = take(lab, lab.cast.trainer, one, MONDAY)
    with pytest.raises(Refused):
        act(lab, lab.cast.admin, services.accept, duty, MONDAY)
    act(lab, lab.cast.trainer, services.offer, duty, MONDAY)
    act(lab, lab.cast.trainer, services.withdraw_offer, duty, MONDAY)
    with pytest.raises(Refused):
        act(lab, lab.cast.admin, services.accept, duty, MONDAY)
    act(lab, lab.cast.trainer, services.offer, duty, MONDAY)
    with pytest.raises(Refused):
        act(lab, lab.cast.maker, services.accept, duty, MONDAY)
    act(lab, lab.cast.admin, services.accept, duty, MONDAY)
    assert people(lab, one) == {lab.cast.admin: "confirmed"}

    theirs = take(lab, lab.cast.trainer, other, MONDAY)
    mine = next(row.id for row in shift(lab, one).duties if row.member_id == lab.cast.admin)
    with transaction() as session:
        services.offer(session, lab.actor(lab.cast.admin), mine, MONDAY, in_exchange_for=theirs)
    with pytest.raises(Forbidden):
        act(lab, lab.cast.fabmanager, services.accept, mine, MONDAY)
    assert [row.id for row in queries.asked_of(lab.session, lab.cast.trainer, MONDAY)] == [mine]
    act(lab, lab.cast.trainer, services.accept, mine, MONDAY)
    assert (people(lab, one), people(lab, other)) == ({lab.cast.trainer: "confirmed"}, {lab.cast.admin: "confirmed"})
    with pytest.raises(Refused):
        act(lab, lab.cast.trainer, services.accept, mine, MONDAY)


def test_hours_are_staffed_as_planned_far_ahead_and_as_confirmed_near(lab: Lab) -> None:
    staff_the_office(lab)
    near, far = Period(MONDAY + 5 * HOUR, MONDAY + 9 * HOUR), Period(MONDAY + 7 * DAY + 5 * HOUR, MONDAY + 8 * DAY)
    with transaction() as session:
        plan.lay_out(session, session.get(Site, lab.cast.office), MONDAY - HOUR)
    whole = Period(MONDAY, MONDAY + 8 * DAY)

    def staffed() -> list[Period]:
        site = lab.session.get(Site, lab.cast.office)
        return queries.hours_of_sites(lab.session, [site], whole, MONDAY)[site.id].staffed(whole)

    assert near not in staffed()
    assert far.start in {part.start for part in staffed()}
    first = shifts_of(lab)[0].id
    duty = take(lab, lab.cast.trainer, first, MONDAY)
    assert near in staffed()
    act(lab, lab.cast.trainer, services.drop, duty, "grippe", MONDAY)
    lab.session.rollback()
    assert near not in staffed()


def test_missing_people_warn_staff_and_members_once_and_reassure_them(lab: Lab) -> None:
    staff_the_office(lab)
    with transaction() as session:
        session.get(Resource, lab.cast.desk_room).needs_staff = True
        plan.lay_out(session, session.get(Site, lab.cast.office), MONDAY - 7 * DAY)
    afternoon = Period(MONDAY + 6 * HOUR, MONDAY + 7 * HOUR)
    wish = Wish(resource_id=lab.cast.desk_room, period=afternoon, member_id=lab.cast.maker)
    with transaction() as session:
        made = booking.book(session, lab.actor(lab.cast.maker), wish, MONDAY - 7 * DAY).id
    first = shifts_of(lab)[0].id

    for now in (MONDAY - 3 * DAY, MONDAY, MONDAY + HOUR):
        with transaction() as session:
            watch(session, now)
            remind(session, now)
    assert mails(lab).count("Nobody may be there: Salle des bureaux") == 1
    with pytest.raises(Refused) as refused, transaction() as session:
        booking.book(session, lab.actor(lab.cast.student), later(wish, lab.cast.student), MONDAY)
    assert refused.value.codes == ("unstaffed",)

    duty = take(lab, lab.cast.trainer, first, MONDAY + HOUR)
    assert mails(lab).count("Somebody will be there: Salle des bureaux") == 1
    act(lab, lab.cast.trainer, services.drop, duty, "grippe", MONDAY + 4 * HOUR)
    assert mails(lab).count("Nobody may be there: Salle des bureaux") == 2

    admin = lab.actor(lab.cast.admin)
    with pytest.raises(Undecided), transaction() as session:
        settle_unsupervised(session, admin, first, Decisions(), "", MONDAY + 4 * HOUR)
    with transaction() as session:
        settle_unsupervised(session, admin, first, Decisions(others=CANCEL), "personne", MONDAY + 4 * HOUR)
    row = lab.session.get(Reservation, made)
    assert (row.state, row.cancel_reason) == (ReservationState.CANCELLED, "personne")


def test_a_site_that_turns_to_shifts_asks_about_what_needs_staff(lab: Lab) -> None:
    staff_the_office(lab)
    with transaction() as session:
        session.get(Site, lab.cast.office).staffing = Staffing.PLANNED
        session.get(Resource, lab.cast.desk_room).needs_staff = True
    for period in (Period(MONDAY + 6 * HOUR, MONDAY + 7 * HOUR), Period(MONDAY + 9 * DAY, MONDAY + 9 * DAY + HOUR)):
        wish = Wish(resource_id=lab.cast.desk_room, period=moved(period), member_id=lab.cast.maker)
        with transaction() as session:
            booking.book(session, lab.actor(lab.cast.maker), wish, MONDAY - 7 * DAY)
    admin = lab.actor(lab.cast.admin)

    with pytest.raises(Undecided) as undecided, transaction() as session:
        card = replace(places.card_of(session.get(Site, lab.cast.office)), staffing=Staffing.SHIFTS)
        change_hours(
            session,
            admin,
            lab.cast.office,
            lambda: places.edit_site(session, admin, lab.cast.office, card, 1),
            Decisions(),
            "",
            MONDAY,
        )

    assert [row.period.start for row in undecided.value.touched] == [MONDAY + 6 * HOUR], "far ahead the plan counts"


def moved(period: Period) -> Period:
    """The same on an afternoon, when staff are planned."""
    start = period.start.replace(hour=14)
    return Period(start, start + HOUR)


def test_service_is_counted_when_it_is_done_and_notes_are_handed_over(lab: Lab) -> None:
    first = add_shift(lab, MONDAY)
    duty = take(lab, lab.cast.trainer, first, MONDAY - HOUR)
    missed = take(lab, lab.cast.admin, first, MONDAY - HOUR)
    within = Period(MONDAY - DAY, MONDAY + DAY)

    assert queries.service(lab.session, [lab.cast.office], within, MONDAY) == {}
    act(lab, lab.cast.admin, services.mark_missed, missed, "absent", MONDAY + HOUR)
    half = Period(MONDAY + HOUR, MONDAY + DAY)
    assert queries.service(lab.session, [lab.cast.office], within, MONDAY + DAY) == {lab.cast.trainer: 2 * 3600}
    assert queries.service(lab.session, [lab.cast.office], half, MONDAY + DAY) == {lab.cast.trainer: 3600}

    act(lab, lab.cast.trainer, services.leave_note, first, "Il reste du PLA rouge.", MONDAY + HOUR)
    with pytest.raises(Forbidden):
        act(lab, lab.cast.maker, services.leave_note, first, "x", MONDAY)
    with pytest.raises(Refused):
        act(lab, lab.cast.trainer, services.leave_note, first, " ", MONDAY)
    (note,) = queries.notes_of(lab.session, lab.cast.office, MONDAY + DAY)
    assert (note.text, note.member.name) == ("Il reste du PLA rouge.", "Trainer")
    assert state(lab, duty) == DutyState.CONFIRMED


def staff_the_office(lab: Lab) -> None:
    """Let the office be staffed by shifts on weekday afternoons, 14 to 18, and open to all before."""
    with transaction() as session:
        site = session.get(Site, lab.cast.office)
        site.staffing, site.shift_notice_hours = Staffing.SHIFTS, 48
        table = session.query(Timetable).filter_by(site_id=site.id, is_main=True).one()
        season = session.query(Season).filter_by(timetable_id=table.id).one()
        session.query(OpeningHours).filter_by(season_id=season.id).delete()
        for day in range(5):
            session.add(opening_row(season.id, Opening(day, 540, 840)))
            session.add(opening_row(season.id, Opening(day, 840, 1080, staff=1, level=0, alone=0)))


def add_shift(lab: Lab, start: datetime) -> int:
    """A shift of two hours at the office."""
    card = ShiftCard(period=Period(start, start + 2 * HOUR))
    with transaction() as session:
        return plan.add_shift(session, lab.actor(lab.cast.admin), lab.cast.office, card, MONDAY - DAY).id


def take(lab: Lab, who: int, shift_id: int, now: datetime, member_id: int | None = None) -> int:
    with transaction() as session:
        return services.take(session, lab.actor(who), shift_id, now, member_id=member_id).id


def act(lab: Lab, who: int, deed: object, *arguments: object) -> None:
    with transaction() as session:
        deed(session, lab.actor(who), *arguments)


def later(wish: Wish, who: int) -> Wish:
    start = wish.period.end
    return Wish(resource_id=wish.resource_id, period=Period(start, start + HOUR), member_id=who)


def shifts_of(lab: Lab) -> list[Shift]:
    lab.session.rollback()
    return queries.shifts(lab.session, [lab.cast.office], Period(MONDAY, MONDAY + 60 * DAY))


def shift(lab: Lab, shift_id: int) -> Shift:
    lab.session.rollback()
    return queries.shift(lab.session, shift_id)


def people(lab: Lab, shift_id: int) -> dict[int, str]:
    return {row.member_id: row.state for row in shift(lab, shift_id).duties if DutyState(row.state).stands}


def state(lab: Lab, duty_id: int) -> str:
    return lab.session.get(Duty, duty_id).state


def mails(lab: Lab) -> list[str]:
    lab.session.rollback()
    rows = lab.session.query(OutboxRow).order_by(OutboxRow.id)
    return [row.payload["subject"] for row in rows if not row.key.startswith("certificate")]
