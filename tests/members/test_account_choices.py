"""Which accounts and projects somebody may name as what pays."""

import pytest

from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Conflict, Refused
from fablab.members import payers, queries, services
from fablab.members.models import Guardianship
from fablab.members.organisations import cards, listing, projects
from fablab.members.organisations.projects import ProjectCard
from tests.conftest import Lab
from tests.members.organisations import NOW, allow, codes, cooperative, project, remove


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
