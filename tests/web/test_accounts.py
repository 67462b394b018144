"""The accounts' screens: owners invite, cap and name; others see what is theirs; nobody sees what is another's."""

import re
from datetime import UTC, datetime

from fablab.core.db import transaction
from fablab.core.outbox import OutboxRow
from fablab.members import queries as members
from fablab.members.models import Account, AccountMember, Project
from fablab.members.organisations import people
from fablab.usage import services as desk
from tests.conftest import Lab
from tests.members.organisations import allow, cooperative, project
from tests.web.conftest import words
from tests.web.test_booking import SHEET, _data
from tests.web.uses import used

CARD = {"billing_address": "1 rue", "billing_email": "", "siren": "", "siret": "", "purchase_order": ""}
NAME = "<b>Mairie</b> 🚀 " + "é" * 180


def test_staff_found_an_organisation_and_its_owner_is_told(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.fabmanager)
    card = {**CARD, "name": NAME, "siren": "732 829 320", "monthly_cap": "12,50", "owner": "student@test.example"}

    wrong = client.post("/organisations/new", data={**card, "siren": "732829321", "monthly_cap": "beaucoup"})
    nobody = client.post("/organisations/new", data={**card, "owner": "nobody at all"})
    made = client.post("/organisations/new", data=card)

    assert (wrong.status_code, nobody.status_code, made.status_code) == (422, 422, 302)
    assert 'value="732829321"' in wrong.text
    row = lab.session.query(Account).filter_by(kind="organisation").one()
    assert (row.name, row.siren, row.monthly_cap_cents) == (NAME, "732829320", 1250)
    told = lab.session.query(OutboxRow).filter(OutboxRow.key.like("account-owner:%")).one()
    assert told.payload["to"] == "student@test.example"
    lab.session.rollback()
    page = client.get(made.location)
    assert "<b>Mairie</b>" not in page.text
    assert NAME in words(page)
    assert NAME in words(client.get("/organisations", query_string={"q": "mairie"}))
    assert "No organisation matches" in words(client.get("/organisations", query_string={"q": "%_"}))


def test_an_owner_edits_the_card_and_the_slower_of_two_sees_both(lab: Lab) -> None:
    account = cooperative(lab)
    client, path = lab.signed_in(lab.cast.maker), f"/accounts/{account}/edit"
    card = {**CARD, "name": "Coop", "purchase_order": "EJ-1", "service_code": "URBA", "monthly_cap": "100"}

    assert client.post(path, data={**card, "version": "1"}).status_code == 302
    late = client.post(path, data={**card, "name": "Tard", "version": "1"})
    assert late.status_code == 409
    assert "EJ-1" in words(late)
    assert 'value="Tard"' in late.text
    assert client.post(path, data={**card, "name": "Tard", "version": "2"}).status_code == 302
    assert words(client.get(f"/accounts/{account}")).count("Tard") >= 1
    for text in ("1e9", "-5", "99999999999", "12.345"):
        assert client.post(path, data={**card, "monthly_cap": text, "version": "3"}).status_code == 422, text
    own = members.personal_account(lab.session, lab.cast.maker).id
    lab.session.rollback()
    mine = client.post(f"/accounts/{own}/edit", data={**CARD, "name": "Maker", "version": "1"})
    assert mine.status_code == 302


def test_invitations_go_by_mail_or_by_a_link_and_are_answered_alike(lab: Lab) -> None:
    account = cooperative(lab)
    client, path = lab.signed_in(lab.cast.maker), f"/accounts/{account}/invitations"
    answers = [
        client.post(path, data={"by": "mail", "email": email}, follow_redirects=True)
        for email in ("trainer@test.example", "stranger@else.example")
    ]
    shown = [re.sub(r"\S+@\S+", "…", words(answer).split("on its way")[1]) for answer in answers]
    assert shown[0][:200] == shown[1][:200]
    mails = lab.session.query(OutboxRow).filter(OutboxRow.key.like("account-invitation:%")).all()
    assert [mail.payload["to"] for mail in mails] == ["trainer@test.example", "stranger@else.example"]
    lab.session.rollback()

    assert client.post(path, data={"by": "mail", "email": ""}).status_code == 422
    link = re.search(r"/accounts/join/[\w-]+", client.post(path).text)
    assert link
    assert link[0] not in client.get(f"/accounts/{account}").text
    visitor = lab.client().get(link[0])
    assert visitor.location.startswith("/sign-in?next=/accounts/join/")
    guest = lab.signed_in(lab.cast.trainer)
    assert "You are invited" in words(guest.get(link[0]))
    assert guest.post(link[0]).location == f"/accounts/{account}"
    again = lab.signed_in(lab.cast.admin)
    assert (again.get(link[0]).status_code, again.post(link[0]).status_code) == (404, 404)
    assert "You are in it already" not in words(again.get(link[0]))
    revoked = re.search(r"/invitations/(\d+)/revoke", client.get(f"/accounts/{account}").text)
    assert revoked
    assert client.post(f"{path}/{revoked[1]}/revoke").status_code == 302


def test_an_owner_says_what_each_may_spend_and_name(lab: Lab) -> None:
    account, student = cooperative(lab), lab.cast.student
    client, base = lab.signed_in(lab.cast.maker), f"/accounts/{account}"
    new = {"name": "Bus", "monthly_cap": "50", "only_named": "y", "member_ids": [str(student)]}
    assert client.post(f"{base}/projects/new", data=new).status_code == 302
    assert client.post(f"{base}/projects/new", data=new).status_code == 422
    bus = lab.session.query(Project).one().id
    lab.session.rollback()

    place = {"monthly_cap": "0", "all_projects": "no", "project_ids": [str(bus)], "version": "1"}
    assert client.post(f"{base}/people/{student}", data=place).status_code == 302
    late = client.post(f"{base}/people/{student}", data={**place, "monthly_cap": "9"})
    assert late.status_code == 409
    assert "nothing may be spent" in words(late)
    assert client.post(f"{base}/people/{student}", data={**place, "project_ids": ["999"]}).status_code == 422
    page = client.get(f"{base}/people/{student}")
    assert re.search(rf'name="project_ids" value="{bus}" checked', page.text)
    card = {**new, "name": "Tram", "member_ids": [], "is_open": "", "version": "1"}
    assert client.post(f"{base}/projects/{bus}", data={**card, "is_open": "y"}).status_code == 302
    assert client.post(f"{base}/projects/{bus}", data=card).status_code == 409
    own = lab.session.query(AccountMember).filter_by(member_id=student).one()
    assert (own.monthly_cap_cents, own.all_projects) == (0, False)
    lab.session.rollback()
    assert client.get(f"/accounts/{members_own(lab)}/projects/{bus}").status_code == 404


def members_own(lab: Lab) -> int:
    found = members.personal_account(lab.session, lab.cast.maker).id
    lab.session.rollback()
    return found


def test_removing_says_how_much_lies_ahead_and_the_last_owner_stays(lab: Lab, tomorrow: datetime) -> None:
    account, student = cooperative(lab), lab.cast.student
    assert lab.signed_in(student).post(SHEET, data=_data(tomorrow, payer=str(account))).status_code == 302
    client, path = lab.signed_in(lab.cast.maker), f"/accounts/{account}/people"

    assert "1 reservation that lies ahead stays" in words(client.get(f"{path}/{student}/remove"))
    assert client.post(f"{path}/{student}/remove").status_code == 302
    assert client.get(f"{path}/{student}/remove").status_code == 404
    own = f"{path}/{lab.cast.maker}/remove"
    refused = client.post(own)
    assert refused.status_code == 422
    assert "Nobody else owns this account" in words(refused)
    allow(lab, account, lab.cast.newcomer, is_owner=True)
    assert client.post(own).location == "/accounts"
    assert client.get(f"/accounts/{account}").status_code == 404


def test_the_sheet_offers_what_is_allowed_only(lab: Lab, tomorrow: datetime) -> None:
    account, student = cooperative(lab), lab.cast.student
    bus, tram = project(lab, account, "Bus"), project(lab, account, "Tram", only_named=True)
    client = lab.signed_in(student)

    def offered() -> set[str]:
        found = re.search(r'(?s)<select id="payer".*?</select>', client.get(SHEET, query_string=_data(tomorrow)).text)
        return set(re.findall(r'<option value="([\d:]+)"', found[0])) if found else set()

    own = str(members.personal_account(lab.session, student).id)
    lab.session.rollback()
    assert offered() == {own, str(account), f"{account}:{bus}"}
    allow(lab, account, student, all_projects=False, project_ids=(tram,))
    assert offered() == {own, f"{account}:{tram}"}
    allow(lab, account, student, all_projects=False)
    assert offered() == set()
    allow(lab, account, student, monthly_cap_cents=100)
    refused = client.post(SHEET, data=_data(tomorrow, payer=str(account)))
    assert refused.status_code == 422
    assert "may spend in" in words(refused)


def test_each_sees_of_an_account_what_is_theirs(lab: Lab) -> None:
    cast, account = lab.cast, cooperative(lab, cap=100_000)
    bus = project(lab, account, "Bus", monthly_cap_cents=4200)
    with transaction() as session:
        people.remove(session, lab.actor(cast.maker), account, cast.newcomer, datetime.now(UTC))
    base = f"/accounts/{account}"
    kept = [f"{base}/edit", f"{base}/people/{cast.student}", f"{base}/projects/{bus}", f"{base}/projects/new"]
    kept += [f"{base}/close", f"{base}/people/{cast.student}/remove"]
    statuses = {
        "maker": (200, 200, 200),
        "treasurer": (200, 200, 200),
        "admin": (200, 200, 200),
        "fabmanager": (200, 404, 403),
        "student": (200, 200, 403),
        "newcomer": (404, 404, 404),
        "trainer": (404, 404, 404),
    }
    for role, (page, usage, keeping) in statuses.items():
        who = getattr(cast, role)
        client = lab.signed_in(who)
        assert client.get(base).status_code == page, role
        assert client.get(f"{base}/usage").status_code == usage, role
        assert client.get(f"{base}/usage.csv").status_code == usage, role
        for path in kept:
            expected = 200 if path.endswith("/remove") and who == cast.student else keeping
            assert client.get(path).status_code == expected, (role, path)
        acts = [f"{base}/invitations", f"{base}/edit", f"{base}/projects/new", f"{base}/close"]
        for path in acts if keeping != 200 else []:
            assert client.post(path, data={"version": "1"}).status_code == keeping, (role, path)
    text = words(lab.signed_in(cast.student).get(base))
    assert "Bus" in text
    assert "42.00" not in text
    assert "Maker" not in text
    seen = words(lab.signed_in(cast.fabmanager).get(base))
    assert "Maker" in seen
    assert "42.00" not in seen


def test_an_account_nobody_owns_is_listed_first_and_gets_an_owner(lab: Lab) -> None:
    account = cooperative(lab)
    with transaction() as session:
        members.member(session, lab.cast.maker).left_at = datetime.now(UTC)
    client = lab.signed_in(lab.cast.fabmanager)

    assert "nobody owns it" in words(client.get("/organisations"))
    assert client.post(f"/accounts/{account}/owners", data={"member": "nobody at all"}).status_code == 422
    assert client.post(f"/accounts/{account}/owners", data={"member": "trainer@test.example"}).status_code == 302
    assert "nobody owns it" not in words(client.get("/organisations"))
    assert client.post(f"/accounts/{account}/owners", data={"member": "admin@test.example"}).status_code == 403


def test_the_months_use_is_a_page_and_a_table(lab: Lab) -> None:
    account = cooperative(lab, cap=1000)
    use = used(lab, lab.cast.student)
    with transaction() as session:
        admin, now = lab.actor(lab.cast.admin), datetime.now(UTC)
        desk.give(session, admin, use, lab.cast.student, now, account_id=account)
    client, month = lab.signed_in(lab.cast.maker), datetime.now(UTC).strftime("%Y-%m")

    page = client.get(f"/accounts/{account}/usage?month={month}")
    table = client.get(f"/accounts/{account}/usage.csv?month={month}")

    assert "€8.50 left of €10.00" in words(page)
    assert table.mimetype == "text/csv"
    assert f"{month},Coopérative,Student,,60.00,1.50,0.00" in table.text
    assert client.get(f"/accounts/{account}/usage?month=2026-13").status_code == 400
    own = lab.signed_in(lab.cast.student).get(f"/accounts/{account}/usage?month={month}")
    assert "€1.50" in words(own)
    assert "€8.50" not in words(own)


def test_closing_asks_and_can_be_undone(lab: Lab) -> None:
    account = cooperative(lab)
    client = lab.signed_in(lab.cast.maker)

    assert "Nobody can choose it any more" in words(client.get(f"/accounts/{account}/close"))
    assert client.post(f"/accounts/{account}/close", data={"version": "9"}).status_code == 409
    assert client.post(f"/accounts/{account}/close", data={"version": "1"}).status_code == 302
    assert "closed" in words(client.get("/accounts"))
    assert client.post(f"/accounts/{account}/reopen", data={"version": "2"}).status_code == 302
    assert client.post(f"/accounts/{account}/burn").status_code in (404, 405)
