"""Joining by oneself: an address proven, a charter accepted, an approval given; nobody learns who is a member."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fablab.booking.services import Wish as Reserve
from fablab.booking.services import reasons_against
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Refused
from fablab.members import charters, emails, invitations, joining, queries
from fablab.members.invitations import InvitationCard
from fablab.members.joining import Wish
from fablab.members.models import Member, MemberState, Role
from fablab.members.services import grant_role, set_password
from fablab.sites import queries as sites
from fablab.sites.models import SignUpRule
from tests.conftest import Lab, hours_from
from tests.mails import link_to, mails

NOW = datetime.now(UTC)


def let_join(lab: Lab, rule: SignUpRule = SignUpRule.OPEN) -> int:
    """Let people join the workshop by themselves."""
    with transaction() as session:
        sites.site(session, lab.cast.workshop).sign_up = rule
    return lab.cast.workshop


def ask(site_id: int | None, name: str = "Élodie Roche", email: str = "elodie@test.example", **more: object) -> None:
    with transaction() as session:
        joining.ask_to_join(session, Wish(name=name, email=email, site_id=site_id, **more), NOW)


def complete(email: str = "elodie@test.example", accepted: set[int] | None = None) -> int:
    secret = link_to(email, "/sign-up").rsplit("/", 1)[1]
    with transaction() as session:
        return joining.complete(session, secret, "hash", accepted or set(), NOW).id


def test_who_proves_their_address_is_a_member_with_an_account(lab: Lab) -> None:
    site_id = let_join(lab)
    ask(site_id, class_id=lab.cast.students, birth_date=date(2004, 2, 29), locale="en")
    assert queries.member_by_email(lab.session, "elodie@test.example") is None

    member = queries.member(lab.session, complete())

    assert (member.name, member.home_site_id, member.class_id) == ("Élodie Roche", site_id, lab.cast.students)
    assert (member.state, member.birth_date, member.locale) == (MemberState.ACTIVE, date(2004, 2, 29), "en")
    assert queries.personal_account(lab.session, member.id).name == "Élodie Roche"
    with pytest.raises(NotFound):
        complete()


def test_every_reason_against_a_wish_is_told(lab: Lab) -> None:
    for wish, codes in (
        ({"name": " ", "email": "x", "birth_date": date(2990, 1, 1)}, ("name_missing", "birth_date", "email_invalid")),
        ({"site_id": None}, ("site",)),
        ({"site_id": lab.cast.office}, ("site",)),
        ({"class_id": 999}, ("class",)),
    ):
        given = {"site_id": let_join(lab), "name": "Ada", "email": "ada@test.example", **wish}
        with pytest.raises(Refused) as refused:
            ask(given.pop("site_id"), **given)
        assert refused.value.codes == codes


def test_a_member_who_asks_to_join_gets_a_link_to_a_password_and_nobody_is_added(lab: Lab) -> None:
    before = lab.session.query(Member).count()

    ask(let_join(lab), email="Maker@test.example")

    (mail,) = mails("maker@test.example")[-1:]
    assert "/password/" in mail["body"]
    assert "/sign-up/" not in mail["body"]
    assert lab.session.query(Member).count() == before


def test_where_the_site_wants_it_staff_approve_and_nothing_is_reserved_before(lab: Lab, tomorrow: datetime) -> None:
    ask(let_join(lab, SignUpRule.APPROVAL))
    joined = complete()
    wish = Reserve(resource_id=lab.cast.printer, period=hours_from(tomorrow, 1), member_id=joined)
    manager = lab.actor(lab.cast.fabmanager)

    assert "pending" in {item.code for item in reasons_against(lab.session, lab.actor(joined), wish, NOW)}
    assert mails("fabmanager@test.example")[-1]["subject"].startswith("Élodie Roche")
    assert [row.id for row in joining.waiting(lab.session, manager)] == [joined]
    lab.session.rollback()
    with pytest.raises(Forbidden), transaction() as session:
        joining.decide(session, lab.actor(lab.cast.trainer), joined, True, "", NOW)
    with transaction() as session:
        joining.decide(session, manager, joined, True, "", NOW)
    assert "pending" not in {item.code for item in reasons_against(lab.session, lab.actor(joined), wish, NOW)}
    assert "a accepté votre inscription" in mails("elodie@test.example")[-1]["body"]
    with pytest.raises(Refused) as refused, transaction() as session:
        joining.decide(session, manager, joined, False, "too late", NOW)
    assert refused.value.codes == ("decided",)


def test_where_a_site_closes_meanwhile_staff_decide_about_those_who_asked_before(lab: Lab) -> None:
    for rule in (SignUpRule.APPROVAL, SignUpRule.OPEN):
        email = f"{rule}@test.example"
        ask(let_join(lab, rule), email=email)
        let_join(lab, SignUpRule.CLOSED)
        assert queries.member(lab.session, complete(email)).state == MemberState.PENDING


def test_who_is_declined_is_told_why_and_is_signed_out(lab: Lab) -> None:
    ask(let_join(lab, SignUpRule.APPROVAL))
    joined, manager = complete(), lab.actor(lab.cast.fabmanager)
    with pytest.raises(Refused) as refused, transaction() as session:
        joining.decide(session, manager, joined, False, " ", NOW)
    assert refused.value.codes == ("reason_missing",)

    with transaction() as session:
        joining.decide(session, manager, joined, False, "Complet cette année.", NOW)

    member = queries.member(lab.session, joined)
    assert (member.left_at, member.session_version) == (NOW, 2)
    assert "Complet cette année." in mails("elodie@test.example")[-1]["body"]
    ask(let_join(lab))
    assert queries.member(lab.session, complete()).state == MemberState.ACTIVE, "they may ask again another time"


def test_a_link_is_dead_after_two_days(lab: Lab) -> None:
    ask(let_join(lab))
    secret = link_to("elodie@test.example", "/sign-up").rsplit("/", 1)[1]

    assert joining.wish_of(lab.session, secret, NOW + timedelta(hours=47)).email == "elodie@test.example"
    with pytest.raises(NotFound):
        joining.wish_of(lab.session, secret, NOW + timedelta(hours=49))


def test_an_address_that_became_somebodys_meanwhile_is_refused(lab: Lab) -> None:
    site_id = let_join(lab)
    ask(site_id)
    ask(site_id)
    first, second = (mail["body"].split("/sign-up/")[1].split()[0] for mail in mails("elodie@test.example"))
    with transaction() as session:
        joining.complete(session, second, "hash", set(), NOW)

    with pytest.raises(Refused) as refused, transaction() as session:
        joining.complete(session, first, "hash", set(), NOW)

    assert refused.value.codes == ("email_taken",)


def test_an_invitation_gives_its_class_role_and_no_approval(lab: Lab) -> None:
    site_id = let_join(lab, SignUpRule.APPROVAL)
    card = InvitationCard(class_id=lab.cast.students, role=Role.HOST, site_id=site_id)
    with transaction() as session:
        invitations.invite(session, lab.actor(lab.cast.admin), card, NOW)
        invitation_id = invitations.open_invitations(session, NOW)[0].id

    ask(site_id, invitation_id=invitation_id)
    joined = complete()

    member = queries.member(lab.session, joined)
    assert (member.state, member.class_id) == (MemberState.ACTIVE, lab.cast.students)
    assert lab.actor(joined).may_at_site(Role.HOST, site_id)
    assert invitations.open_invitations(lab.session, NOW) == []


def test_a_new_version_of_a_charter_asks_everybody_again(lab: Lab, tomorrow: datetime) -> None:
    admin, site_id, today = lab.actor(lab.cast.admin), let_join(lab), NOW.date()
    with transaction() as session:
        whole = charters.publish(session, admin, None, "Charte", "Respecter.", today - timedelta(days=9), NOW).id
        own = charters.publish(session, admin, site_id, "Atelier", "Ranger.", today - timedelta(days=9), NOW).id
    ask(site_id)
    with pytest.raises(Refused) as refused:
        complete(accepted={own})
    assert refused.value.codes == ("charter",)
    joined = complete(accepted={whole, own})

    def missing(member_id: int) -> set[int]:
        wish = Reserve(resource_id=lab.cast.printer, period=hours_from(tomorrow, 1), member_id=member_id)
        refusals = reasons_against(lab.session, lab.actor(member_id), wish, NOW)
        assert len([item for item in refusals if item.code == "charter"]) == len(
            charters.missing(lab.session, member_id, site_id, tomorrow.date())
        )
        return {row.id for row in charters.missing(lab.session, member_id, site_id, tomorrow.date())}

    assert missing(joined) == set()
    assert missing(lab.cast.maker) == {whole, own}
    with transaction() as session:
        newer = charters.publish(session, admin, site_id, "Atelier", "Ranger et balayer.", today, NOW).id
        ahead = charters.publish(session, admin, None, "Charte", "Plus tard.", today + timedelta(days=90), NOW).id
    assert missing(joined) == {newer}
    with transaction() as session:
        charters.accept(session, lab.actor(joined), newer, joined, NOW)
        charters.accept(session, lab.actor(joined), newer, joined, NOW)
    assert missing(joined) == set()
    far = charters.missing(lab.session, joined, site_id, today + timedelta(days=91))
    assert [row.id for row in far] == [ahead]


def test_nobody_accepts_for_another_but_staff_and_versions_go_forward(lab: Lab) -> None:
    admin, today = lab.actor(lab.cast.admin), NOW.date()
    with transaction() as session:
        made = charters.publish(session, admin, None, "Charte", "Respecter.", today, NOW).id
    with pytest.raises(Forbidden), transaction() as session:
        charters.accept(session, lab.actor(lab.cast.student), made, lab.cast.maker, NOW)
    with pytest.raises(Forbidden), transaction() as session:
        charters.publish(session, lab.actor(lab.cast.fabmanager), None, "Mine", "Mine.", today, NOW)
    with pytest.raises(Refused) as refused, transaction() as session:
        charters.publish(session, admin, None, " ", "\x00", today - timedelta(days=1), NOW)
    assert refused.value.codes == ("title_missing", "text_missing", "valid_from")
    with transaction() as session:
        grant_role(session, queries.member(session, lab.cast.student), Role.HOST, site_id=lab.cast.office)
    with transaction() as session:
        charters.accept(session, lab.actor(lab.cast.student), made, lab.cast.maker, NOW)
    assert charters.counts(lab.session) == {made: 1}


def test_another_address_counts_once_its_link_is_opened_and_the_old_one_is_told(lab: Lab) -> None:
    with transaction() as session:
        emails.ask(session, lab.cast.maker, "New.Maker@test.example", NOW)
        emails.ask(session, lab.cast.maker, "student@test.example", NOW)
    assert queries.member(lab.session, lab.cast.maker).email == "maker@test.example"
    told = [mail["body"] for mail in mails("student@test.example")]
    assert not any("/email/" in body for body in told), "the address of somebody else gets no link"
    secret = link_to("new.maker@test.example", "/email").rsplit("/", 1)[1]

    with transaction() as session:
        emails.change(session, secret, NOW)

    assert queries.member(lab.session, lab.cast.maker).email == "new.maker@test.example"
    assert "new.maker@test.example" in mails("maker@test.example")[-1]["body"]
    with pytest.raises(NotFound), transaction() as session:
        emails.change(session, secret, NOW)


def test_a_new_password_ends_the_links_that_would_change_the_address(lab: Lab) -> None:
    with transaction() as session:
        emails.ask(session, lab.cast.maker, "thief@test.example", NOW)
    secret = link_to("thief@test.example", "/email").rsplit("/", 1)[1]
    with transaction() as session:
        set_password(session, queries.member(session, lab.cast.maker), "hash", NOW)

    with pytest.raises(NotFound), transaction() as session:
        emails.change(session, secret, NOW)
