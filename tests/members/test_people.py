"""Members, their own accounts, and the accounts that they may charge."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from fablab.core.db import transaction
from fablab.core.errors import NotFound
from fablab.core.refusals import Refused
from fablab.members import queries, services
from fablab.members.actor import Grant
from fablab.members.models import Account, AccountKind, AccountMember, Member, MemberClass, Role
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def add(lab: Lab, name: str = "Élodie", email: str = "elodie@test.example", **more: str) -> int:
    with transaction() as session:
        member_class = session.get_one(MemberClass, lab.cast.adults)
        return services.add_member(session, name=name, email=email, member_class=member_class, now=NOW, **more).id


def add_organisation(lab: Lab, owner: int, *others: int) -> int:
    with transaction() as session:
        account = services.add_organisation(session, "Coopérative", queries.member(session, owner), NOW)
        session.add_all(AccountMember(account_id=account.id, member_id=other, joined_at=NOW) for other in others)
        return account.id


def test_a_new_member_has_an_account_of_their_own(lab: Lab) -> None:
    made = add(lab, "  Élodie\tRoche ", " Elodie@Test.Example ", locale="en")

    member = queries.member(lab.session, made)
    assert (member.name, member.email, member.locale) == ("Élodie Roche", "elodie@test.example", "en")
    assert queries.personal_account(lab.session, made).name == "Élodie Roche"
    assert queries.actor(lab.session, made).grants == ()


def test_an_unknown_language_becomes_french(lab: Lab) -> None:
    assert queries.member(lab.session, add(lab, locale="tlh")).locale == "fr"


def test_every_reason_against_a_member_is_told_and_nobody_is_added(lab: Lab) -> None:
    expected = {
        (" \x00\n", "elodie"): ("name_missing", "email_invalid"),
        ("", "MAKER@test.example"): ("name_missing", "email_taken"),
        ("Élodie", "a@b@c"): ("email_invalid",),
        ("Élodie", ""): ("email_invalid",),
        ("Élodie", "elodie@test.example\nBcc: all@test.example"): ("email_invalid",),
        ("Élodie", "elodie\x00@test.example"): ("email_invalid",),
        ("Élodie", "maker@test.example"): ("email_taken",),
    }
    before = lab.session.query(Member).count(), lab.session.query(Account).count()

    found = {}
    for name, email in expected:
        with pytest.raises(Refused) as refused:
            add(lab, name, email)
        found[name, email] = refused.value.codes

    assert found == expected
    assert (lab.session.query(Member).count(), lab.session.query(Account).count()) == before


def test_a_member_is_found_by_address_whatever_its_case(lab: Lab) -> None:
    found = queries.member_by_email(lab.session, " MAKER@Test.Example ")

    assert found is not None
    assert found.id == lab.cast.maker


def test_members_are_found_by_any_words_of_name_or_address_in_any_case(lab: Lab) -> None:
    elodie = add(lab, "Élodie ROCHE")

    for words in ("élodie", "ÉLODIE roche", "rOcHe test.example", "elodie@"):
        assert elodie in {member.id for member in queries.members(lab.session, words)}
    for words in ("%", "_", "élodie maker", "roches"):
        assert elodie not in {member.id for member in queries.members(lab.session, words)}


def test_members_who_left_are_not_looked_for(lab: Lab) -> None:
    with transaction() as session:
        queries.member(session, lab.cast.maker).left_at = NOW

    assert lab.cast.maker not in {member.id for member in queries.members(lab.session)}
    assert queries.names_of(lab.session, [lab.cast.maker]) == {lab.cast.maker: "Maker"}


def test_the_database_refuses_a_second_personal_account(lab: Lab) -> None:
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(Account(kind=AccountKind.PERSONAL, owner_id=lab.cast.maker, name="Another", created_at=NOW))


def test_a_role_is_given_once_in_each_scope(lab: Lab) -> None:
    with transaction() as session:
        member = queries.member(session, lab.cast.maker)
        for _ in range(2):
            services.grant_role(session, member, Role.TRAINER)
            services.grant_role(session, member, Role.TRAINER, site_id=lab.cast.office)

    assert lab.actor(lab.cast.maker).grants == (Grant(Role.TRAINER), Grant(Role.TRAINER, site_id=lab.cast.office))


def test_ones_own_account_pays_unless_another_is_chosen(lab: Lab) -> None:
    organisation = add_organisation(lab, lab.cast.maker, lab.cast.student)
    own = queries.personal_account(lab.session, lab.cast.student).id

    assert services.payer_for(lab.session, lab.cast.student, None, None).id == own
    assert services.payer_for(lab.session, lab.cast.student, organisation, None).id == organisation
    assert [row.id for row in queries.accounts_of(lab.session, lab.cast.student)] == [own, organisation]


def test_an_account_that_one_has_left_can_no_longer_be_charged(lab: Lab) -> None:
    organisation = add_organisation(lab, lab.cast.maker, lab.cast.student)
    with transaction() as session:
        session.query(AccountMember).filter_by(member_id=lab.cast.student).update({"left_at": NOW})

    with pytest.raises(Refused) as refused:
        services.payer_for(lab.session, lab.cast.student, organisation, None)

    assert refused.value.codes == ("account_unknown",)


def test_a_project_must_be_an_open_one_of_the_account_that_pays(lab: Lab) -> None:
    organisation = add_organisation(lab, lab.cast.maker)
    with transaction() as session:
        account = queries.account(session, organisation)
        project = services.add_project(session, account, "Bus", NOW).id
        closed = services.add_project(session, account, "Old", NOW)
        closed.closed_at, over = NOW, closed.id

    assert services.payer_for(lab.session, lab.cast.maker, organisation, project).id == organisation
    for account_id, project_id in ((None, project), (organisation, over), (organisation, 999)):
        with pytest.raises(Refused) as refused:
            services.payer_for(lab.session, lab.cast.maker, account_id, project_id)
        assert refused.value.codes == ("project_unknown",)


def test_invoices_are_seen_and_answered_for_by_owners_not_by_mere_members(lab: Lab) -> None:
    organisation = add_organisation(lab, lab.cast.maker, lab.cast.student)
    maker_own = queries.personal_account(lab.session, lab.cast.maker).id

    assert queries.accounts_seen_by(lab.session, lab.cast.maker) == sorted([maker_own, organisation])
    assert organisation not in queries.accounts_seen_by(lab.session, lab.cast.student)
    assert [member.id for member in queries.owners_of(lab.session, organisation)] == [lab.cast.maker]
    assert [member.id for member in queries.owners_of(lab.session, maker_own)] == [lab.cast.maker]


def test_who_does_not_exist_is_not_found(lab: Lab) -> None:
    for ask in (queries.member, queries.account, queries.personal_account):
        with pytest.raises(NotFound):
            ask(lab.session, 999)


def test_only_a_language_that_we_speak_is_set(lab: Lab) -> None:
    with transaction() as session:
        services.set_locale(session, lab.cast.maker, "fr")
        services.set_locale(session, lab.cast.maker, "tlh")

    assert queries.member(lab.session, lab.cast.maker).locale == "fr"
