"""Organisations' accounts: who keeps them, who is in them, what each may name; nobody's leaving moves the past."""

import threading
from datetime import timedelta

import pytest

from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Conflict, Refused
from fablab.members import payers, queries, services
from fablab.members.models import Account, AccountInvitation, AccountMember, Guardianship, Member
from fablab.members.organisations import cards, inviting, listing, people, projects, rights
from fablab.members.organisations.cards import AccountCard
from fablab.members.organisations.people import PlaceCard
from fablab.members.organisations.projects import ProjectCard
from tests.conftest import Lab
from tests.members.organisations import NOW, allow, cooperative, project, write
from tests.support.threads import at_once

LONG = "<b>Ünï</b> 🚀 " * 12
BAD_SIREN = "732829321"
GOOD_SIRET = "73282932000074"


def codes(refused: pytest.ExceptionInfo[Refused]) -> tuple[str, ...]:
    return refused.value.codes


def invite(lab: Lab, account: int, *, by: int | None = None, email: str = "") -> str:
    with transaction() as session:
        return inviting.invite(session, lab.actor(by or lab.cast.maker), account, email, NOW)[1]


def accept(lab: Lab, secret: str, who: int) -> None:
    with transaction() as session:
        inviting.accept(session, lab.actor(who), secret, NOW)


def remove(lab: Lab, account: int, who: int, *, by: int) -> None:
    with transaction() as session:
        people.remove(session, lab.actor(by), account, who, NOW)


def inside(lab: Lab, account: int) -> set[int]:
    lab.session.rollback()
    return {row.member_id for row in people.people_of(lab.session, account)}


def test_staff_found_an_organisation_for_somebody_who_owns_it(lab: Lab) -> None:
    cast = lab.cast
    card = AccountCard(name="Mairie de Rive", siret=GOOD_SIRET, purchase_order="EJ-2026-17", service_code="URBA")
    for who in (cast.fabmanager, cast.treasurer, cast.admin):
        with transaction() as session:
            account = cards.found(session, lab.actor(who), card, cast.newcomer, NOW).id
        row = queries.account(lab.session, account)
        assert (row.siren, row.siret, row.purchase_order) == ("732829320", GOOD_SIRET, "EJ-2026-17")
        assert [member.id for member in queries.owners_of(lab.session, account)] == [cast.newcomer]
    for who in (cast.maker, cast.trainer):
        with pytest.raises(Forbidden), transaction() as session:
            cards.found(session, lab.actor(who), card, cast.newcomer, NOW)


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ({"name": " \x00\n"}, "name_missing"),
        ({"name": "x" * 201}, "name_long"),
        ({"siren": BAD_SIREN}, "siren"),
        ({"siret": "73282932000075"}, "siret"),
        ({"siren": "404833048", "siret": GOOD_SIRET}, "siret_of_another"),
        ({"billing_email": "nowhere"}, "email_invalid"),
        ({"monthly_cap_cents": -1}, "cap"),
        ({"monthly_cap_cents": 10**12}, "cap"),
    ],
)
def test_a_card_that_does_not_hold_together_is_refused(lab: Lab, card: dict[str, object], code: str) -> None:
    account = cooperative(lab)

    with pytest.raises(Refused) as refused:
        write(lab, account, **card)
    assert code in codes(refused)
    assert queries.account(lab.session, account).version == 1


def test_two_who_edit_a_card_at_once_are_told_and_names_stay_as_typed(lab: Lab) -> None:
    account = cooperative(lab)
    write(lab, account, name=LONG, version=1, monthly_cap_cents=0)

    with pytest.raises(Conflict) as conflict:
        write(lab, account, name="Autre", version=1, by=lab.cast.treasurer)

    assert codes(conflict) == ("stale",)
    row = queries.account(lab.session, account)
    assert (row.name, row.monthly_cap_cents, row.version) == (LONG.strip(), 0, 2)


def test_owners_treasurers_and_administrators_keep_it_and_nobody_else(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    remove(lab, account, cast.newcomer, by=cast.maker)
    sees = {"maker": "edit", "treasurer": "edit", "admin": "edit", "fabmanager": "people", "student": "own"}

    for name in ("maker", "treasurer", "admin", "fabmanager", "student", "newcomer", "trainer"):
        actor = lab.actor(getattr(cast, name))
        if name not in sees:
            with pytest.raises(NotFound):
                rights.sight(lab.session, actor, account)
            continue
        sight = rights.sight(lab.session, actor, account)
        lab.session.rollback()
        found = "edit" if sight.may_edit else "people" if sight.may_see_people else "own"
        assert (found, sight.may_appoint) == (sees[name], found == "edit"), name
        if found != "edit":
            by = actor.member_id
            with pytest.raises(Forbidden):
                write(lab, account, by=by, name="Mienne")
            with pytest.raises(Forbidden):
                invite(lab, account, by=by)
            with pytest.raises(Forbidden):
                remove(lab, account, cast.maker, by=by)
            with pytest.raises(Forbidden):
                allow(lab, account, cast.student, by=by, is_owner=True)
    own = queries.personal_account(lab.session, cast.student).id
    for who in (cast.maker, cast.fabmanager):
        with pytest.raises(NotFound):
            rights.sight(lab.session, lab.actor(who), own)
    assert rights.sight(lab.session, lab.actor(cast.treasurer), own).may_edit


def test_an_invitation_lets_one_person_in_once(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    secret = invite(lab, account, email="trainer@test.example")

    accept(lab, secret, cast.student)
    accept(lab, secret, cast.trainer)

    assert inside(lab, account) == {cast.maker, cast.student, cast.newcomer, cast.trainer}
    used = lab.session.query(AccountInvitation).one()
    assert (used.used_by_id, used.email) == (cast.trainer, None)
    lab.session.rollback()
    with pytest.raises(NotFound):
        accept(lab, secret, cast.admin)


def test_an_invitation_that_ended_lets_nobody_in(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    over, revoked, by_gone, of_closed = (invite(lab, account) for _ in range(4))
    allow(lab, account, cast.student, is_owner=True)
    by_gone = invite(lab, account, by=cast.student)
    with transaction() as session:
        rows = {row.hash: row for row in session.query(AccountInvitation)}
        rows[queries.hash_of(over)].expires_at = NOW
        inviting.revoke(session, lab.actor(cast.maker), account, rows[queries.hash_of(revoked)].id, NOW)
    remove(lab, account, cast.student, by=cast.maker)

    for secret in (over, revoked, by_gone, "", "x" * 500):
        with pytest.raises(NotFound):
            accept(lab, secret, cast.trainer)
    with transaction() as session:
        cards.close(session, lab.actor(cast.maker), account, 1, NOW)
    with pytest.raises(NotFound):
        accept(lab, of_closed, cast.trainer)
    with pytest.raises(Refused) as refused:
        invite(lab, account)
    assert codes(refused) == ("account_closed",)


def test_of_two_who_open_an_invitation_at_once_one_joins(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    secret, ready = invite(lab, account), threading.Barrier(4)

    def join(who: int) -> None:
        ready.wait()
        accept(lab, secret, who)

    found = at_once(lab.app, [lambda who=who: join(who) for who in (cast.trainer, cast.admin) * 2])

    joined = inside(lab, account) & {cast.trainer, cast.admin}
    assert len(joined) == 1
    # Who joined clicked twice, which is as good as once; the other is told that the link is over.
    told = [item is None for item in found]
    assert told == [who in joined for who in (cast.trainer, cast.admin) * 2]


def test_only_an_organisation_has_several_people_and_nobody_mails_strangers_without_end(lab: Lab) -> None:
    account = cooperative(lab)
    own = queries.personal_account(lab.session, lab.cast.maker).id
    for where, email, code in ((own, "", "personal"), (account, "nowhere", "email_invalid")):
        with pytest.raises(Refused) as refused:
            invite(lab, where, email=email)
        assert codes(refused) == (code,)
    for _ in range(inviting.AT_ONCE):
        invite(lab, account)
    with pytest.raises(Refused) as refused:
        invite(lab, account)
    assert codes(refused) == ("too_many_attempts",)


def test_the_last_owner_stays_until_another_is_there(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    for act in (
        lambda: remove(lab, account, cast.maker, by=cast.maker),
        lambda: remove(lab, account, cast.maker, by=cast.admin),
        lambda: allow(lab, account, cast.maker, is_owner=False),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert codes(refused) == ("last_owner",)

    allow(lab, account, cast.student, is_owner=True)
    with transaction() as session:
        queries.member(session, cast.student).left_at = NOW
    with pytest.raises(Refused):
        remove(lab, account, cast.maker, by=cast.maker)
    with transaction() as session:
        people.appoint_owner(session, lab.actor(cast.treasurer), account, cast.trainer, NOW)
    remove(lab, account, cast.maker, by=cast.maker)

    assert [row.id for row in queries.owners_of(lab.session, account)] == [cast.trainer]
    assert inside(lab, account) == {cast.student, cast.newcomer, cast.trainer}


def test_two_owners_who_leave_at_once_do_not_both(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    allow(lab, account, cast.student, is_owner=True)
    ready = threading.Barrier(2)

    def leave(who: int) -> None:
        ready.wait()
        remove(lab, account, who, by=who)

    found = at_once(lab.app, [lambda who=who: leave(who) for who in (cast.maker, cast.student)])

    assert sorted(type(item).__name__ for item in found) == ["NoneType", "Refused"]
    assert len(queries.owners_of(lab.session, account)) == 1


def test_where_all_owners_left_the_network_staff_are_told_first_and_appoint_another(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        services.add_organisation(session, "Atelier A", queries.member(session, cast.trainer), NOW)
    account = cooperative(lab)
    with transaction() as session:
        with pytest.raises(Forbidden):
            people.appoint_owner(session, lab.actor(cast.fabmanager), account, cast.admin, NOW)
        queries.member(session, cast.maker).left_at = NOW

    found = listing.organisations(lab.session, lab.actor(cast.fabmanager))
    assert [(row.account.name, row.owners, row.is_orphan) for row in found] == [
        ("Coopérative", [], True),
        ("Atelier A", ["Trainer"], False),
    ]
    assert [row.account.id for row in listing.organisations(lab.session, lab.actor(cast.admin), "COOPÉR")] == [account]
    with pytest.raises(Forbidden):
        listing.organisations(lab.session, lab.actor(cast.student))
    with transaction() as session:
        people.appoint_owner(session, lab.actor(cast.fabmanager), account, cast.admin, NOW)
        with pytest.raises(Refused):
            people.appoint_owner(session, lab.actor(cast.admin), account, cast.maker, NOW)
    logged = lab.session.query(AuditEntry).filter_by(action="account_owner.appointed").one()
    assert (logged.actor_id, logged.member_id) == (cast.fabmanager, cast.admin)
    assert not listing.organisations(lab.session, lab.actor(cast.fabmanager), "coop")[0].is_orphan


def test_leaving_ends_what_one_may_charge_and_joining_again_begins_anew(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    bus = project(lab, account, only_named=True, member_ids=(cast.student,))
    assert [row.id for row in projects.usable_by(lab.session, cast.student)] == [bus]

    remove(lab, account, cast.student, by=cast.student)
    with pytest.raises(Refused) as refused:
        services.payer_for(lab.session, cast.student, account, None)
    assert codes(refused) == ("account_unknown",)
    lab.session.rollback()
    accept(lab, invite(lab, account), cast.student)

    assert services.payer_for(lab.session, cast.student, account, None).id == account
    assert projects.usable_by(lab.session, cast.student) == []
    assert lab.session.query(AccountMember).filter_by(member_id=cast.student).count() == 2


def test_what_an_owner_allows_is_what_can_be_chosen(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    bus, tram = project(lab, account, "Bus"), project(lab, account, "Tram", only_named=True)
    closed = project(lab, account, "Métro")
    with transaction() as session:
        row = projects.project(session, closed)
        projects.edit(
            session, lab.actor(cast.maker), closed, ProjectCard(name="Métro", is_open=False), row.version, NOW
        )

    def answers(who: int) -> dict[int | None, str]:
        found: dict[int | None, str] = {}
        for chosen in (None, bus, tram, closed):
            try:
                services.payer_for(lab.session, who, account, chosen)
                found[chosen] = "yes"
            except Refused as refused:
                found[chosen] = refused.codes[0]
        lab.session.rollback()
        return found

    everybody = {None: "yes", bus: "yes", tram: "project_not_yours", closed: "project_unknown"}
    assert answers(cast.maker) == {**everybody, tram: "yes"}
    assert answers(cast.student) == everybody
    allow(lab, account, cast.student, project_ids=(tram,))
    assert answers(cast.student) == {**everybody, tram: "yes"}
    allow(lab, account, cast.student, all_projects=False, project_ids=(tram,))
    named = {None: "project_needed", bus: "project_not_yours", tram: "yes", closed: "project_unknown"}
    assert answers(cast.student) == named
    assert answers(cast.newcomer) == everybody
    allow(lab, account, cast.student, all_projects=False)
    assert answers(cast.student) == {**named, tram: "project_not_yours"}
    payer = payers.payers_of(lab.session, cast.student)[1]
    assert not payer.is_usable


def test_projects_are_named_once_within_an_account_and_for_its_people(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    other = cooperative(lab)
    bus, elsewhere = project(lab, account, "Bus"), project(lab, other, "Bus")

    for card, code in (
        ({"name": " Bus "}, "name_taken"),
        ({"name": "x", "member_ids": (cast.admin,)}, "member_unknown"),
        ({"name": ""}, "name_missing"),
        ({"name": "x", "monthly_cap_cents": -5}, "cap"),
    ):
        with pytest.raises(Refused) as refused:
            project(lab, account, **card)
        assert codes(refused) == (code,)
    with pytest.raises(Refused) as refused:
        allow(lab, account, cast.student, project_ids=(elsewhere,))
    assert codes(refused) == ("project_unknown",)
    for who, error in ((cast.student, Forbidden), (cast.trainer, NotFound)):
        with pytest.raises(error), transaction() as session:
            projects.edit(session, lab.actor(who), bus, ProjectCard(name="Car"), 1, NOW)
    with transaction() as session:
        projects.edit(session, lab.actor(cast.maker), bus, ProjectCard(name="Car"), 1, NOW)
    with pytest.raises(Conflict), transaction() as session:
        projects.edit(session, lab.actor(cast.treasurer), bus, ProjectCard(name="Trolley"), 1, NOW)


def test_a_closed_account_can_no_longer_be_chosen_and_opens_again(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    with transaction() as session:
        cards.close(session, lab.actor(cast.maker), account, 1, NOW)

    with pytest.raises(Refused) as refused:
        services.payer_for(lab.session, cast.student, account, None)
    assert codes(refused) == ("account_closed",)
    with pytest.raises(Refused) as refused:
        services.payer_for(lab.session, cast.trainer, account, None)
    assert codes(refused) == ("account_unknown",), "who never used it learns nothing of it"
    assert account in queries.accounts_seen_by(lab.session, cast.maker)
    lab.session.rollback()
    remove(lab, account, cast.maker, by=cast.maker)
    with transaction() as session:
        cards.reopen(session, lab.actor(cast.treasurer), account, 2, NOW)
    assert services.payer_for(lab.session, cast.student, account, None).id == account
    own = queries.personal_account(lab.session, cast.maker)
    with pytest.raises(Refused) as refused, transaction() as session:
        cards.close(session, lab.actor(cast.maker), own.id, own.version, NOW)
    assert codes(refused) == ("personal",)


def test_of_two_personal_accounts_the_open_one_is_theirs_and_both_invoices_are_seen(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        gone = queries.personal_account(session, cast.student)
        gone.closed_at = NOW
        session.flush()
        gone.owner_id = cast.maker
        own, closed = queries.personal_account(session, cast.maker).id, gone.id

    assert services.payer_for(lab.session, cast.maker, None, None).id == own
    assert queries.accounts_seen_by(lab.session, cast.maker) == sorted([own, closed])
    assert [row.account.id for row in listing.mine(lab.session, cast.maker)] == [own, closed]


def test_two_records_of_one_person_become_one_place_which_owns_if_either_did(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    with transaction() as session:
        people.merge_places(session, cast.student, cast.maker, NOW)

    assert [row.id for row in queries.owners_of(lab.session, account)] == [cast.student]
    assert inside(lab, account) == {cast.student, cast.newcomer}


def test_a_ward_names_what_a_guardians_account_opens_to_them(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        session.add(Guardianship(guardian_id=cast.maker, ward_id=cast.student, pays=True, began_at=NOW))
    own = queries.personal_account(lab.session, cast.maker).id
    lab.session.rollback()
    school = project(lab, own, "École")
    hobby = project(lab, own, "Loisir", only_named=True)

    assert services.payer_for(lab.session, cast.student, None, school).id == own
    with pytest.raises(Refused):
        services.payer_for(lab.session, cast.student, own, hobby)
    lab.session.rollback()
    with transaction() as session:
        card = ProjectCard(name="Loisir", only_named=True, member_ids=(cast.student,))
        projects.edit(session, lab.actor(cast.maker), hobby, card, 1, NOW)
    assert services.payer_for(lab.session, cast.student, own, hobby).id == own
    with pytest.raises(Forbidden), transaction() as session:
        projects.edit(session, lab.actor(cast.student), hobby, card, 2, NOW)


def test_a_place_that_somebody_else_changed_meanwhile_is_not_overwritten(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    allow(lab, account, cast.student, monthly_cap_cents=500)

    with pytest.raises(Conflict), transaction() as session:
        people.edit_place(session, lab.actor(cast.maker), (account, cast.student), PlaceCard(), 1, NOW)
    with pytest.raises(Refused) as refused:
        allow(lab, account, cast.student, monthly_cap_cents=-1)
    assert codes(refused) == ("cap",)
    with pytest.raises(NotFound):
        allow(lab, account, cast.trainer)
    assert people.person_of(lab.session, account, cast.student).monthly_cap_cents == 500


def test_an_address_is_kept_no_longer_than_its_invitation(lab: Lab) -> None:
    account = cooperative(lab)
    invite(lab, account, email="somebody@else.example")
    with transaction() as session:
        session.query(AccountInvitation).update({"expires_at": NOW - timedelta(days=1)})
    invite(lab, account)

    assert [row.email for row in lab.session.query(AccountInvitation)] == [None, None]
    assert lab.session.query(Member).filter(Member.email == "somebody@else.example").count() == 0
    assert lab.session.query(Account).filter_by(kind="organisation").count() == 1
