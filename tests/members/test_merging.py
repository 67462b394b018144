"""Two records become one and nothing of either is lost; what speaks for two people is told, and the odd cases hold."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import or_, select

from fablab.billing.charges import bring_in_line, standing_charge
from fablab.booking.models import Reservation
from fablab.booking.services import Wish, book
from fablab.catalog import problems
from fablab.catalog.models import ProblemFollower
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.personal import About, Doubled
from fablab.core.refusals import Conflict, Refused
from fablab.members import doubles, guardians, merging, queries, services
from fablab.members.merging import Choice
from fablab.members.models import Account, AccountMember, Guardianship, Member, MergeRecord, Role, RoleGrant
from fablab.members.privacy import erasing
from fablab.members.privacy.holdings import counts
from fablab.members.privacy.naming import about_people, columns, is_for_good, naming_of
from fablab.presence.models import Arrival
from fablab.presence.services import Coming, arrive
from fablab.shifts import plan
from fablab.shifts import services as shifts
from fablab.shifts.models import Duty, DutyState
from fablab.shifts.plan import ShiftCard
from fablab.training import queries as training
from fablab.usage.models import UsageSession
from tests.billing.months import APRIL_2, MARCH, close, drafted, use
from tests.conftest import Lab, hours_from
from tests.members.lives import Life, tally
from tests.support.threads import at_once

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_every_row_about_either_is_about_the_one_that_survives(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        Life(session, cast.maker, cast.trainer, cast.admin, "MINE").fill()
        Life(session, cast.student, cast.treasurer, cast.admin, "YOURS").fill()
    before = tally(lab.session)
    both = {name: both_of(lab, name) for name in before}

    assert refused(lab, cast.maker, cast.student) == ("present_at_once",)
    merge(lab, cast.maker, cast.student, sure=True)

    after = tally(lab.session)
    assert queries.identities(lab.session, cast.maker) == [cast.maker, cast.student]
    added = {name for name in after if after[name] > before[name]}
    assert added == {"audit_entries", "merge_records"}
    doubled = {name for name in after if after[name] < before[name]}
    assert doubled <= {table.name for table in about_people() if Doubled.REMOVED in doubled_of(table)}
    found = counts(lab.session, cast.maker)
    for name, count in both.items():
        lost = before[name] - after[name] if name in doubled else 0
        assert found.get(name, 0) >= count - lost, name
    for table in about_people():
        named = [column for column in columns(table, About) if table.name not in ("members", "merge_records")]
        stays = lab.session.execute(select(table).where(or_(False, *(column == cast.student for column in named))))
        assert is_for_good(table) or not stays.all(), table.name


def test_what_was_written_for_good_is_found_with_the_survivor(lab: Lab) -> None:
    cast = lab.cast
    usage = use(lab, cast.maker)
    close(lab)
    later = use(lab, cast.maker, MARCH + timedelta(days=40))

    merge(lab, cast.newcomer, cast.maker)

    assert [item.course.id for item in training.certificates_of(lab.session, cast.newcomer, NOW)] == [cast.printing]
    assert set(training.acts_of_all(lab.session, [cast.maker, cast.newcomer])) == {cast.maker, cast.newcomer}
    assert len(lab.client().get("/api/v1/invoices", headers=lab.token(cast.newcomer)).json["items"]) == 1
    row = lab.session.get(UsageSession, usage)
    assert row.member_id == cast.newcomer
    lab.session.rollback()
    for number in (usage, later):
        with transaction() as session:
            bring_in_line(session, session.get_one(UsageSession, number), APRIL_2)
        assert standing_charge(lab.session, number).member_id == cast.maker, "an invoiced charge stays as it is"
    assert drafted(lab, "2026-04") != []
    own = select(Account).where(Account.owner_id == cast.newcomer, Account.closed_at.is_not(None))
    account = lab.session.scalars(own).one()
    assert [row.id for row in queries.owners_of(lab.session, account.id)] == [cast.newcomer]


def test_the_chosen_values_win_and_the_others_are_written_down(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        one, other = queries.member(session, cast.maker), queries.member(session, cast.student)
        one.phone, other.phone, other.birth_date = "01", "02", date(2000, 2, 29)
        other.created_at = one.created_at - timedelta(days=9)

    record = merge(lab, cast.maker, cast.student, take=frozenset({"email", "birth_date", "class_id"}))

    member, gone = queries.member(lab.session, cast.maker), queries.member(lab.session, cast.student)
    assert (member.name, member.email, member.phone, member.birth_date, member.class_id) == (
        "Maker",
        "student@test.example",
        "01",
        date(2000, 2, 29),
        cast.students,
    )
    assert (gone.email, gone.password_hash, gone.left_at, gone.merged_into_id) == (None, None, NOW, cast.maker)
    assert member.created_at == datetime(2024, 12, 28, 9, tzinfo=UTC)
    assert (record.before["survivor"]["email"], record.before["merged"]["phone"]) == ("maker@test.example", "02")
    assert lab.signed_in(cast.maker)
    assert [row.id for row in queries.members(lab.session, "student@")] == [cast.maker]


def test_what_cannot_be_merged_is_refused(lab: Lab) -> None:
    cast = lab.cast
    assert refused(lab, cast.maker, cast.maker) == ("same",)
    with pytest.raises(NotFound):
        merge(lab, cast.maker, 999)
    with transaction() as session:
        erasing.erase(session, lab.actor(cast.admin), cast.newcomer, NOW)
    assert refused(lab, cast.maker, cast.newcomer) == ("erased",)
    assert refused(lab, cast.newcomer, cast.maker) == ("erased",)
    merge(lab, cast.maker, cast.student)
    assert refused(lab, cast.maker, cast.student) == ("merged",)
    assert refused(lab, cast.trainer, cast.student) == ("merged",)
    with transaction() as session:
        queries.member(session, cast.treasurer).left_at = NOW
    assert refused(lab, cast.treasurer, cast.maker) == ("left",)
    with pytest.raises(Conflict):
        merge(lab, cast.maker, cast.treasurer, version=7)


def test_only_an_administrator_merges_who_has_a_role_or_lives_elsewhere(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        for number in (cast.maker, cast.newcomer, cast.fabmanager, cast.trainer):
            queries.member(session, number).home_site_id = cast.workshop

    for pair in ((cast.maker, cast.student), (cast.maker, cast.trainer), (cast.fabmanager, cast.maker)):
        with pytest.raises(Forbidden):
            merge(lab, *pair, who=cast.fabmanager)
    merge(lab, cast.maker, cast.newcomer, who=cast.fabmanager)
    merge(lab, cast.admin, cast.trainer)
    assert {row.role for row in queries.grants_of(lab.session, [cast.admin])[cast.admin]} == {"admin", "trainer"}


def test_two_who_were_there_at_once_are_merged_only_by_somebody_who_is_sure(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        services.grant_role(session, queries.member(session, cast.newcomer), Role.HOST, site_id=cast.workshop)
        card = ShiftCard(period=hours_from(NOW + timedelta(days=1), 2), minimum=2)
        number = plan.add_shift(session, lab.actor(cast.admin), cast.workshop, card, NOW).id
    for who in (cast.trainer, cast.newcomer):
        with transaction() as session:
            shifts.take(session, lab.actor(who), number, NOW)

    assert refused(lab, cast.trainer, cast.newcomer) == ("at_once",)
    merge(lab, cast.trainer, cast.newcomer, sure=True)

    states = {row.member_id: row.state for row in lab.session.query(Duty)}
    assert states == {cast.trainer: DutyState.CONFIRMED, cast.newcomer: DutyState.DROPPED}


def test_of_two_stays_that_go_on_the_survivors_goes_on(lab: Lab) -> None:
    cast = lab.cast
    for who in (cast.maker, cast.student):
        with transaction() as session:
            arrive(session, lab.actor(cast.admin), Coming(site_id=cast.workshop, member_id=who), NOW)

    assert refused(lab, cast.maker, cast.student) == ("present_at_once",)
    merge(lab, cast.maker, cast.student, sure=True, now=NOW + timedelta(hours=1))

    stays = {row.ended: row.member_id for row in lab.session.query(Arrival)}
    assert stays == {None: cast.maker, "merged": cast.maker}


def test_what_both_have_and_can_have_once_only_is_settled(lab: Lab) -> None:
    cast, now = lab.cast, NOW
    with transaction() as session:
        admin = lab.actor(cast.admin)
        guardians.appoint(session, admin, cast.maker, cast.student, now)
        for guardian in (cast.maker, cast.student):
            session.add(Guardianship(guardian_id=guardian, ward_id=cast.newcomer, began_at=now))
        session.add_all(
            RoleGrant(member_id=who, role="host", site_id=cast.office) for who in (cast.maker, cast.student)
        )
        coop = services.add_organisation(session, "Coop", queries.member(session, cast.student), now).id
        session.add(AccountMember(account_id=coop, member_id=cast.maker, joined_at=now))
        report = problems.report(session, cast.maker, problems.Report(site_id=cast.workshop, text="Froid"), now).id
        problems.follow(session, lab.actor(cast.student), report)

    merge(lab, cast.maker, cast.student)

    present = lab.session.query(Guardianship).filter(Guardianship.ended_at.is_(None)).all()
    assert [(row.guardian_id, row.ward_id) for row in present] == [(cast.maker, cast.newcomer)]
    assert lab.session.query(Guardianship).count() == 3
    assert len(queries.grants_of(lab.session, [cast.maker])[cast.maker]) == 1
    assert [row.id for row in queries.owners_of(lab.session, coop)] == [cast.maker]
    assert lab.session.query(ProblemFollower).count() == 1
    assert [row.account_id for row in lab.session.query(AccountMember).filter_by(left_at=None)] == [coop]


def test_a_merged_record_can_be_merged_on_with_all_that_was_merged_into_it(lab: Lab) -> None:
    cast = lab.cast
    merge(lab, cast.maker, cast.student)
    merge(lab, cast.newcomer, cast.maker)

    assert sorted(queries.identities(lab.session, cast.newcomer)) == sorted([cast.newcomer, cast.maker, cast.student])
    assert [row.merged_into_id for row in lab.session.query(Member).filter(Member.merged_into_id.is_not(None))] == [
        cast.newcomer,
        cast.newcomer,
    ]
    acts = training.acts_of(lab.session, cast.newcomer)[cast.printing]
    assert len(acts) == 2
    with transaction() as session:
        erasing.erase(session, lab.actor(cast.admin), cast.newcomer, NOW)
    assert {row.name for row in lab.session.query(Member).filter(Member.erased_at.is_not(None))} == {
        f"Erased member no. {cast.newcomer}"
    }


def test_what_is_reserved_ahead_is_paid_by_the_account_that_stays(lab: Lab, tomorrow: datetime) -> None:
    cast, now = lab.cast, datetime.now(UTC)
    with transaction() as session:
        wish = Wish(resource_id=cast.printer, period=hours_from(tomorrow, 1), member_id=cast.student)
        book(session, lab.actor(cast.student), wish, now)

    merge(lab, cast.maker, cast.student, now=now)

    row = lab.session.query(Reservation).one()
    assert (row.member_id, row.created_by_id) == (cast.maker, cast.maker)
    assert row.account_id == queries.personal_account(lab.session, cast.maker).id


def test_of_two_who_merge_the_same_pair_either_way_one_succeeds(lab: Lab) -> None:
    cast = lab.cast

    def act(survivor: int, merged: int) -> str:
        with transaction() as session:
            choice = Choice(survivor_id=survivor, merged_id=merged, survivor_version=1, merged_version=1)
            merging.merge(session, queries.actor(session, cast.admin), choice, NOW)
        return "done"

    found = at_once(lab.app, [lambda: act(cast.maker, cast.student), lambda: act(cast.student, cast.maker)])

    assert sorted(type(item).__name__ for item in found) == ["Conflict", "str"]
    assert lab.session.query(MergeRecord).count() == 1


def test_staff_compare_before_and_can_say_that_two_are_two(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        for number in (cast.maker, cast.student):
            queries.member(session, number).name = "Élodie Roche"
            queries.member(session, number).birth_date = date(1990, 5, 4)
        queries.member(session, cast.student).phone = "06"

    seen = merging.preview(lab.session, lab.actor(cast.admin), cast.maker, cast.student, NOW)

    assert (seen.differing, seen.suggested) == (["email", "phone", "class_id"], {"phone"})
    assert seen.counts["certificate_events"] == 1
    assert [(one.id, two.id) for one, two in doubles.pairs(lab.session)] == [(cast.maker, cast.student)]
    lab.session.rollback()
    for _ in range(2):
        with transaction() as session:
            doubles.set_apart(session, lab.actor(cast.fabmanager), cast.student, cast.maker, NOW)
    assert doubles.pairs(lab.session) == []
    with pytest.raises(Forbidden):
        doubles.set_apart(lab.session, lab.actor(cast.trainer), cast.maker, cast.newcomer, NOW)


def merge(
    lab: Lab,
    survivor: int,
    merged: int,
    *,
    take: frozenset[str] = frozenset(),
    sure: bool = False,
    who: int | None = None,
    now: datetime = NOW,
    version: int | None = None,
) -> Any:
    lab.session.rollback()
    versions = {row.id: row.version for row in lab.session.query(Member)}
    with transaction() as session:
        choice = Choice(
            survivor_id=survivor,
            merged_id=merged,
            survivor_version=version or versions[survivor],
            merged_version=versions.get(merged, 1),
            take=take,
            sure=sure,
        )
        record = merging.merge(session, lab.actor(who or lab.cast.admin), choice, now)
        session.flush()
        session.refresh(record)
        session.expunge(record)
    return record


def refused(lab: Lab, survivor: int, merged: int) -> tuple[str, ...]:
    with pytest.raises(Refused) as error:
        merge(lab, survivor, merged)
    return error.value.codes


def both_of(lab: Lab, table: str) -> int:
    """How many rows of a table are about the maker or the student."""
    found = [row for row in about_people() if row.name == table]
    if not found:
        return 0
    named = columns(found[0], About)
    wanted = or_(False, *(column.in_([lab.cast.maker, lab.cast.student]) for column in named))
    return len(lab.session.execute(select(found[0]).where(wanted)).all())


def doubled_of(table: Any) -> set[Doubled]:
    return {naming_of(column).doubled for column in columns(table, About)}  # type: ignore[union-attr]
