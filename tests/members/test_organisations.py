"""Organisations' accounts: who keeps them and who is in them; nobody's leaving moves the past."""

import threading

import pytest

from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Conflict, Refused
from fablab.members import queries, services
from fablab.members.models import AccountMember
from fablab.members.organisations import cards, listing, people, projects, rights
from fablab.members.organisations.cards import AccountCard
from fablab.members.organisations.people import PlaceCard
from tests.conftest import Lab
from tests.members.organisations import NOW, accept, allow, codes, cooperative, inside, invite, project, remove, write
from tests.support.threads import at_once

LONG = "<b>Ünï</b> 🚀 " * 12
BAD_SIREN = "732829321"
GOOD_SIRET = "73282932000074"


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


def test_two_records_of_one_person_become_one_place_which_owns_if_either_did(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab)
    with transaction() as session:
        people.merge_places(session, cast.student, cast.maker, NOW)

    assert [row.id for row in queries.owners_of(lab.session, account)] == [cast.student]
    assert inside(lab, account) == {cast.student, cast.newcomer}


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
