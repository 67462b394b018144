"""Erasing people: every table, all reasons against it, what stays for the accounts, and what waits."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError

from fablab.billing.items import Item, charge_item
from fablab.booking.models import Reservation
from fablab.booking.services import Wish, book
from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.outbox import OutboxRow
from fablab.core.personal import FileOf
from fablab.core.refusals import Refused
from fablab.members import guardians, queries, services
from fablab.members.models import Account, Guardianship, Member, RoleGrant
from fablab.members.privacy import erasing
from fablab.members.privacy.holdings import counts, holdings
from fablab.members.privacy.naming import about_people, columns, removed_with
from fablab.presence import services as presence
from fablab.presence.services import Coming, arrive
from tests.billing.months import APRIL_2, MARCH, close, invoices, use
from tests.cast import PASSWORD
from tests.conftest import Lab, hours_from
from tests.mails import mails
from tests.members.kept import is_kept
from tests.members.lives import Life, said, tally
from tests.support.threads import at_once, in_background

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
OTHERS = ("arrival_reasons.", "charters.", "consents.", "courses.", "membership_kinds.", "prices.", "shifts.")
"""The lab's own things, which were made beside."""


@pytest.fixture
def two(lab: Lab) -> list[int]:
    """The maker and the student, each with something in every table."""
    cast = lab.cast
    with transaction() as session:
        Life(session, cast.maker, cast.trainer, cast.admin, "MINE").fill()
        Life(session, cast.student, cast.treasurer, cast.admin, "YOURS").fill()
    return [cast.maker, cast.student]


def test_everything_that_names_a_person_is_told_to_them_and_nothing_of_another(lab: Lab, two: list[int]) -> None:
    found = holdings(lab.session, lab.cast.maker)

    assert {item.table for item in found.held} == {table.name for table in about_people()}
    assert counts(lab.session, lab.cast.maker) == {item.table: len(item.rows) for item in found.held}
    written = str(found.held)
    assert "MINE" in written
    assert "YOURS" not in written
    rows = {item.table: item.rows for item in found.held}
    assert "password_hash" not in rows["members"][0]
    assert "hash" not in rows["badges"][0]
    assert rows["reservations"][0]["resource"] == "Prusa n°1"
    assert len(found.file_ids) == sum(len(columns(table, FileOf)) for table in about_people())
    deeds = {(item.table, item.column): len(item.ids) for item in holdings(lab.session, lab.cast.admin).deeds}
    assert (deeds["reservations", "created_by_id"], deeds["badges", "given_by_id"]) == (2, 2)


def test_nothing_that_was_said_of_an_erased_person_is_left_in_any_table(lab: Lab, two: list[int]) -> None:
    before, theirs = tally(lab.session), counts(lab.session, lab.cast.student)
    yours = said(lab.session, "YOURS")
    gone = {table.name for table in about_people() if removed_with(table)}

    with transaction() as session:
        erasing.erase(session, lab.actor(lab.cast.admin), lab.cast.maker, NOW)

    (farewell,) = [row for row in mails() if "MINE" in str(row)]
    assert (farewell.pop("to"), "MINE" in str(farewell)) == ("MINE members.email", False)
    after = tally(lab.session)
    lab.session.rollback()
    with transaction() as session:
        session.execute(delete(OutboxRow))
    assert [name for name in said(lab.session, "MINE") if not (is_kept(name) or name.startswith(OTHERS))] == []
    assert counts(lab.session, lab.cast.student) == theirs
    assert said(lab.session, "YOURS") == yours
    left = {name for name in before if after[name] < before[name]}
    assert left == gone | {"stored_files"}
    member = queries.member(lab.session, lab.cast.maker)
    assert member.name == f"Erased member no. {member.id}"
    assert (member.email, member.birth_date, member.photo_id) == (None, None, None)
    assert member.name_key == member.name.lower()
    assert member.left_at == member.erased_at == NOW


def test_invoices_stay_as_they_were_issued_and_the_account_is_nobodys(lab: Lab) -> None:
    cast = lab.cast
    use(lab, cast.maker)
    blocked = refused(lab, cast.admin, cast.maker)
    (issued,) = close(lab)
    before = invoices(lab)[0].content

    with transaction() as session:
        erasing.erase(session, lab.actor(cast.maker), cast.maker, APRIL_2)

    assert blocked == {"uninvoiced": True}
    kept = invoices(lab)[0]
    assert (kept.id, kept.content, before["buyer"]["name"]) == (issued, before, "Maker")
    account = lab.session.get(Account, kept.account_id)
    assert (account.name, account.billing_address) == (f"Erased member no. {cast.maker}", "")
    assert [row["subject"] for row in mails("maker@test.example")][-1] == "Your data were erased"
    assert len(mails("maker@test.example")) == 1, "what waited for them before is forgotten"
    assert lab.client().post("/sign-in", data={"email": "maker@test.example", "password": PASSWORD}).status_code != 302


def test_all_that_stands_in_the_way_is_told_at_once(lab: Lab) -> None:
    cast = lab.cast
    use(lab, cast.admin)
    with transaction() as session:
        account = services.add_organisation(session, "Coop", queries.member(session, cast.admin), NOW)
        own = queries.accounts_of(session, cast.admin)
        assert len(own) == 2
        session.execute(
            text(
                "INSERT INTO account_members (account_id, member_id, is_owner, joined_at)"
                " SELECT account_id, :who, is_owner, joined_at FROM account_members WHERE account_id = :account"
            ),
            {"who": cast.maker, "account": account.id},
        )
        session.execute(text("UPDATE account_members SET is_owner = false WHERE member_id = :who"), {"who": cast.maker})

    assert refused(lab, cast.admin, cast.admin) == {"last_admin": False, "sole_owner": False, "uninvoiced": True}
    with pytest.raises(Refused) as error, transaction() as session:
        erasing.erase(session, lab.actor(cast.admin), cast.admin, NOW, override=True)
    assert error.value.codes == ("last_admin", "sole_owner")


def test_who_is_in_the_building_or_owes_a_membership_waits(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        arrive(session, lab.actor(cast.admin), Coming(site_id=cast.workshop, member_id=cast.maker), NOW)
        item = Item(
            legal_entity_id=cast.entity,
            account_id=queries.personal_account(session, cast.maker).id,
            member_id=cast.maker,
            description="Adhésion",
            price_cents=1200,
            sold_by_id=cast.admin,
        )
        charge_item(session, item, NOW)

    assert refused(lab, cast.admin, cast.maker) == {"uninvoiced": True, "present": False}
    close(lab)
    assert refused(lab, cast.admin, cast.maker) == {"present": False}
    with transaction() as session:
        presence.leave(session, lab.actor(cast.maker), NOW)
    with transaction() as session:
        erasing.erase(session, lab.actor(cast.admin), cast.maker, NOW)


def test_an_administrator_may_do_without_the_money_and_nobody_else(lab: Lab) -> None:
    cast = lab.cast
    use(lab, cast.maker)
    use(lab, cast.student, MARCH + timedelta(hours=3), resource=cast.laser)

    assert refused(lab, cast.student, cast.student) == {"unpriced": True}
    with pytest.raises(Forbidden), transaction() as session:
        erasing.erase(session, lab.actor(cast.maker), cast.maker, APRIL_2, override=True)
    with pytest.raises(NotFound), transaction() as session:
        erasing.erase(session, lab.actor(cast.fabmanager), cast.maker, APRIL_2)
    for who in (cast.maker, cast.student):
        with transaction() as session:
            erasing.erase(session, lab.actor(cast.admin), who, APRIL_2, override=True)
    with pytest.raises(NotFound), transaction() as session:
        erasing.erase(session, lab.actor(cast.admin), cast.maker, APRIL_2)


def test_what_was_asked_for_is_done_as_soon_as_nothing_stands_in_the_way(lab: Lab) -> None:
    cast = lab.cast
    use(lab, cast.maker)
    with transaction() as session:
        assert erasing.ask(session, lab.actor(cast.maker), cast.maker, NOW) is False
        assert erasing.ask(session, lab.actor(cast.student), cast.student, NOW) is True
    assert erasing.asked_for(lab.session) == [cast.maker]
    with transaction() as session:
        assert erasing.erase_asked(session, cast.maker, NOW) is False
    close(lab)
    with transaction() as session:
        assert erasing.erase_asked(session, cast.maker, APRIL_2) is True
        assert erasing.erase_asked(session, cast.maker, APRIL_2) is False
    with transaction() as session:
        erasing.ask(session, lab.actor(cast.newcomer), cast.newcomer, NOW)
    entries = select(AuditEntry).where(AuditEntry.action == "member.erased").order_by(AuditEntry.id)
    done = lab.session.scalars(entries).all()
    assert [(row.actor_id, row.member_id) for row in done] == [
        (cast.student, cast.student),
        (None, cast.maker),
        (cast.newcomer, cast.newcomer),
    ]


def test_a_wish_to_be_erased_can_be_taken_back(lab: Lab) -> None:
    cast = lab.cast
    use(lab, cast.maker)
    for verb in (erasing.ask, erasing.take_back, erasing.take_back):
        with transaction() as session:
            verb(session, lab.actor(cast.maker), cast.maker, NOW)

    assert erasing.asked_for(lab.session) == []
    with pytest.raises(NotFound), transaction() as session:
        erasing.take_back(session, lab.actor(cast.student), cast.maker, NOW)


def test_what_lies_ahead_of_somebody_who_is_erased_is_given_up(lab: Lab, tomorrow: datetime) -> None:
    cast, now = lab.cast, datetime.now(UTC)
    with transaction() as session:
        wish = Wish(resource_id=cast.printer, period=hours_from(tomorrow, 1), member_id=cast.maker)
        book(session, lab.actor(cast.maker), wish, now)
        guardians.appoint(session, lab.actor(cast.admin), cast.maker, cast.newcomer, now)
    token = lab.token(cast.maker)
    before = queries.member(lab.session, cast.maker).session_version
    lab.session.rollback()

    with transaction() as session:
        erasing.erase(session, lab.actor(cast.admin), cast.maker, now)

    assert lab.session.query(Reservation).one().state == "cancelled"
    assert lab.session.query(Guardianship).one().ended_at == now
    assert lab.client().get("/api/v1/me", headers=token).status_code == 401
    assert queries.member(lab.session, cast.maker).session_version > before
    assert guardians.guardians_of(lab.session, cast.newcomer) == []


def test_two_administrators_who_erase_each_other_leave_one(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        session.add(RoleGrant(member_id=cast.trainer, role="admin"))

    def erase(who: int, whom: int) -> str:
        with transaction() as session:
            actor = queries.actor(session, who)
            erasing.erase(session, actor, whom, NOW)
        return "done"

    found = at_once(lab.app, [lambda: erase(cast.admin, cast.trainer), lambda: erase(cast.trainer, cast.admin)])

    assert sorted(type(item).__name__ for item in found) in (["NotFound", "str"], ["Refused", "str"])
    left = lab.session.scalars(select(Member).join(RoleGrant, RoleGrant.member_id == Member.id))
    assert len({row.id for row in left if row.erased_at is None} & {cast.admin, cast.trainer}) == 1


def test_who_books_while_they_are_being_erased_finds_themselves_gone(lab: Lab, tomorrow: datetime) -> None:
    cast, now = lab.cast, datetime.now(UTC)

    def reserve() -> None:
        with transaction() as session:
            wish = Wish(resource_id=cast.printer, period=hours_from(tomorrow, 1), member_id=cast.maker)
            book(session, queries.actor(session, cast.maker), wish, now)

    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            erasing.erase(session, lab.actor(cast.admin), cast.maker, now)
            other = in_background(pool, lab.app, reserve)
            wait([other], timeout=0.4)
        refused = other.exception(timeout=20)

    assert isinstance(refused, Refused)
    assert refused.codes == ("member_unknown",)
    assert lab.session.query(Reservation).count() == 0


@pytest.mark.parametrize("change", ["note = 'x'", "note = '', by_id = member_id + 1", "act = 'revoked', note = ''"])
def test_only_the_note_of_a_certificates_act_may_go(lab: Lab, change: str) -> None:
    with pytest.raises(DBAPIError, match="never changed or deleted"), transaction() as session:
        session.execute(text(f"UPDATE certificate_events SET {change}"))
    with transaction() as session:
        session.execute(text("UPDATE certificate_events SET note = ''"))


def refused(lab: Lab, who: int, whom: int) -> dict[str, bool]:
    """Why somebody cannot be erased, and whether it may be overridden."""
    with pytest.raises(Refused) as error, transaction() as session:
        erasing.erase(session, lab.actor(who), whom, NOW)
    return {item.code: item.overridable for item in error.value.refusals}
