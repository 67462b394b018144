"""Screens about people: joining, the desk, guardians, charters; whatever is typed is kept."""

from datetime import UTC, date, datetime
from io import BytesIO

from fablab.booking.models import Reservation
from fablab.core.db import transaction
from fablab.members import guardians, queries
from fablab.members.models import Member, MemberState, Role
from fablab.members.services import grant_role
from fablab.presence.queries import who_is_in
from fablab.sites import queries as sites
from fablab.sites.models import SignUpRule
from tests.api.things import picture
from tests.conftest import Lab
from tests.mails import link_to
from tests.members.test_guardians import family
from tests.web.conftest import words

HARD = "<b>Zoé</b> محمد 👩‍🔬 " + "x" * 150


def signed_in_with(lab: Lab, member_id: int, password: str = "correct horse battery") -> int:
    """Give somebody the cast's password, so that they can sign in."""
    with transaction() as session:
        member = queries.member(session, member_id)
        member.password_hash = queries.member(session, lab.cast.maker).password_hash
        member.locale = "en"
    return member_id


def test_somebody_joins_by_themselves_and_staff_approve(lab: Lab) -> None:
    client = lab.client()
    assert "People join at the lab" in words(client.get("/sign-up", headers={"Accept-Language": "en"}))
    with transaction() as session:
        sites.site(session, lab.cast.workshop).sign_up = SignUpRule.APPROVAL
    form = {"name": HARD, "email": "zoe@test.example", "site_id": lab.cast.workshop, "class_id": lab.cast.adults}
    for wrong in ({"name": " "}, {"email": "x"}, {"site_id": lab.cast.office}, {"birth_date": "2026-02-30"}):
        answer = client.post("/sign-up", data={**form, **wrong})
        assert answer.status_code == 422, wrong
        assert "&lt;b&gt;Zoé" in answer.text or "name" in wrong, "what was typed is still there"
    assert client.post("/sign-up", data=form).status_code == 200
    path = link_to("zoe@test.example", "/sign-up")

    assert client.get(path).status_code == 200
    assert client.post(path, data={"password": "short"}).status_code == 422
    assert client.post(path, data={"password": "a sentence of mine"}).status_code == 302
    assert client.get(path).status_code == client.post(path, data={"password": "a" * 12}).status_code == 404
    lab.session.rollback()
    joined = queries.member_by_email(lab.session, "zoe@test.example").id
    staff = lab.signed_in(lab.cast.fabmanager)
    assert "&lt;b&gt;Zoé" in staff.get("/people/waiting").text
    assert staff.post(f"/people/{joined}/decide", data={"decision": "decline"}).status_code == 422
    assert staff.post(f"/people/{joined}/decide", data={"decision": "approve"}).status_code == 302
    lab.session.rollback()
    assert queries.member(lab.session, joined).state == MemberState.ACTIVE


def test_signing_up_answers_alike_whether_or_not_one_is_a_member(lab: Lab) -> None:
    with transaction() as session:
        sites.site(session, lab.cast.workshop).sign_up = SignUpRule.OPEN
    form = {"name": "Ada", "site_id": lab.cast.workshop, "class_id": lab.cast.adults}

    known, unknown = (
        lab.client().post("/sign-up", data={**form, "email": f"{name}@test.example"}) for name in ("maker", "nobody")
    )

    assert known.status_code == unknown.status_code == 200
    assert words(known).replace("maker", "nobody") == words(unknown)


def test_a_person_without_an_address_is_added_and_a_double_is_asked_about(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.fabmanager)
    form = {"name": HARD, "class_id": lab.cast.adults, "home_site_id": lab.cast.workshop, "locale": "fr"}

    first = client.post("/people/new", data=form)
    asked = client.post("/people/new", data={**form, "phone": "06 12"})
    again = client.post("/people/new", data={**form, "sure": "yes"})

    assert (first.status_code, asked.status_code, again.status_code) == (302, 409, 302)
    assert "whom the lab knows already" in words(asked)
    assert 'value="06 12"' in asked.text
    page = client.get(first.location)
    assert "<b>Zoé</b>" not in page.text
    assert page.status_code == 200
    elsewhere = client.post("/people/new", data={**form, "home_site_id": lab.cast.office})
    assert elsewhere.status_code == 422, "not a site of theirs"


def test_of_two_who_correct_a_card_the_second_is_told_and_keeps_what_they_wrote(lab: Lab) -> None:
    client, path = lab.signed_in(lab.cast.fabmanager), f"/people/{lab.cast.maker}/edit"
    form = {"name": "Maker", "email": "maker@test.example", "class_id": lab.cast.adults, "home_site_id": "0"}
    form |= {"locale": "en", "version": "1"}

    saved = client.post(path, data={**form, "phone": "06"})
    late = client.post(path, data={**form, "staff_note": "Aime le <i>bois</i>"})
    taken = client.post(path, data={**form, "version": "2", "email": "student@test.example"})

    assert (saved.status_code, late.status_code, taken.status_code) == (302, 409, 422)
    assert "Aime le &lt;i&gt;bois" in late.text
    assert 'name="version" type="hidden" value="2"' in late.text, "saving again is possible, having compared"
    assert "maker@test.example · 06" in late.text
    assert "already has the address" in words(taken)


def test_one_corrects_ones_own_card_and_photo(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)
    form = {"name": "Maker Two", "birth_date": "2000-02-29", "locale": "en", "version": "1", "languages": "fr, tamoul"}

    assert client.post("/me/card", data=form).status_code == 302
    assert client.post("/me/card", data=form).status_code == 409
    for day in ("2999-01-01", "1990-01-01", ""):
        assert client.post("/me/card", data={**form, "version": "2", "birth_date": day}).status_code == 422
    own = f"/people/{lab.cast.maker}/photo"
    photo = {"photo": (picture_file(), "me.png")}
    assert client.post(own, data=photo, content_type="multipart/form-data").status_code == 302
    assert client.get(f"{own}.jpg").mimetype == "image/jpeg"
    assert lab.signed_in(lab.cast.student).get(f"{own}.jpg").status_code == 404
    assert lab.signed_in(lab.cast.trainer).get(f"{own}.jpg").status_code == 200
    program = {"photo": (program_file(), "me.png")}
    assert client.post(own, data=program, content_type="multipart/form-data").status_code == 422
    lab.session.rollback()
    member = queries.member(lab.session, lab.cast.maker)
    assert (member.name, member.birth_date, member.photo_id is not None) == ("Maker Two", date(2000, 2, 29), True)


def test_another_address_is_confirmed_by_its_link(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)
    free = client.post("/me/email", data={"email": "free@test.example"}, follow_redirects=True)
    taken = client.post("/me/email", data={"email": "student@test.example"}, follow_redirects=True)
    assert words(free) == words(taken)
    assert client.post("/me/email", data={"email": "nothing"}).status_code == 422
    path = link_to("free@test.example", "/email")

    assert "free@test.example" in lab.client().get(path).text
    assert lab.client().post(path).status_code == 302
    assert lab.client().get(path).status_code == lab.client().post(path).status_code == 404
    lab.session.rollback()
    assert queries.member(lab.session, lab.cast.maker).email == "free@test.example"


def test_a_family_is_signed_up_on_one_page(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.fabmanager)
    form = {
        "guardian-0-name": "Nadia Roux",
        "guardian-0-email": "nadia@test.example",
        "child-0-name": HARD,
        "child-0-born": "2014-02-29",
        "home_site_id": lab.cast.workshop,
        "class_id": lab.cast.adults,
        "use": "yes",
        "here": "1",
    }

    wrong = client.post("/people/family", data=form)
    assert wrong.status_code == 422, "2014 had no 29 February"
    assert "&lt;b&gt;Zoé" in wrong.text
    added = client.post("/people/family", data={**form, "child-0-born": "2014-02-28"})
    asked = client.post("/people/family", data={**form, "child-0-born": "2014-02-28"})

    assert (added.status_code, asked.status_code) == (302, 409)
    lab.session.rollback()
    mother = queries.member_by_email(lab.session, "nadia@test.example")
    (row,) = guardians.wards_of(lab.session, mother.id)
    assert (row.ward.mail_to, row.pays) == ("nadia@test.example", True)
    assert client.get(f"/people/{row.ward_id}").status_code == 200
    inside = {item.arrival.member_id for item in who_is_in(lab.session, lab.cast.workshop, datetime.now(UTC))}
    assert inside == {mother.id, row.ward_id}
    assert client.post("/people/family", data={"home_site_id": lab.cast.office, "class_id": "1"}).status_code == 422


def test_a_guardian_signs_books_and_is_no_guardian_of_others(lab: Lab) -> None:
    made = family(lab)
    tom, mother = made.children[0].id, signed_in_with(lab, made.guardians[0].id)
    client = lab.signed_in(mother)

    assert client.post(f"/wards/{tom}/sign", data={"use": "yes"}).status_code == 302
    assert client.post(f"/wards/{lab.cast.student}/sign", data={"use": "yes"}).status_code == 404
    assert client.get(f"/wards/{tom}/card").status_code == 200
    assert client.get(f"/wards/{lab.cast.student}/card").status_code == 404
    start = next_monday()
    book = {"start": start.strftime("%Y-%m-%dT10:00:00Z"), "minutes": "60"}
    sheet = client.get("/m/salle-des-bureaux/book", query_string={**book, "for_whom": f"#{tom}"})
    assert "Tom Roux" in sheet.text
    other = client.post("/m/salle-des-bureaux/book", data={**book, "for_whom": f"#{lab.cast.student}"})
    named = client.post("/m/salle-des-bureaux/book", data={**book, "for_whom": "Student"})
    own = client.post("/m/salle-des-bureaux/book", data={**book, "for_whom": f"#{tom}"})
    assert (other.status_code, named.status_code, own.status_code) == (404, 403, 302)
    lab.session.rollback()
    reservation = lab.session.query(Reservation).one()
    assert (reservation.member_id, reservation.account_id) == (tom, queries.personal_account(lab.session, mother).id)
    assert client.get(f"/reservations/{reservation.id}").status_code == 200
    assert lab.signed_in(lab.cast.student).get(f"/reservations/{reservation.id}").status_code == 404
    assert client.post(f"/reservations/{reservation.id}/cancel").status_code == 302


def test_staff_write_down_guardians_and_what_they_signed_on_paper(lab: Lab) -> None:
    with transaction() as session:
        queries.member(session, lab.cast.newcomer).home_site_id = lab.cast.workshop
        grant_role(session, session.get(Member, lab.cast.student), Role.HOST, site_id=lab.cast.office)
    path = f"/people/{lab.cast.newcomer}/guardians"
    client, elsewhere = lab.signed_in(lab.cast.fabmanager), lab.signed_in(lab.cast.student)

    assert client.post(path, data={"guardian": "maker@test.example", "relation": "Père"}).status_code == 302
    assert client.post(path, data={"guardian": "nobody at all"}).status_code == 422
    assert client.post(f"{path}/{lab.cast.maker}/sign", data={"image": "yes"}).status_code == 302
    assert elsewhere.post(f"{path}/{lab.cast.maker}/sign", data={"use": "yes"}).status_code == 403
    assert elsewhere.post(path, data={"guardian": "trainer@test.example"}).status_code == 403
    lab.session.rollback()
    row = guardians.guardians_of(lab.session, lab.cast.newcomer)[0]
    answers = {item.permission: item.given for item in guardians.latest(lab.session, lab.cast.newcomer)}
    assert (row.relation, row.pays, answers) == ("Père", False, {"use": False, "care": False, "image": True})
    assert lab.signed_in(lab.cast.treasurer).post(f"{path}/{row.id}/end").status_code == 403
    assert client.post(f"{path}/{row.id}/end").status_code == 302


def test_a_charter_is_published_and_accepted(lab: Lab) -> None:
    client, maker = lab.signed_in(lab.cast.fabmanager), lab.signed_in(lab.cast.maker)
    form = {"site_id": lab.cast.workshop, "title": HARD, "text": "1. Ranger.\n2. Balayer.", "valid_from": "2026-01-01"}

    assert client.post("/charters/all", data={**form, "site_id": lab.cast.office}).status_code == 422
    assert client.post("/charters/all", data={**form, "text": " "}).status_code == 422
    assert client.post("/charters/all", data=form).status_code == 302
    page = maker.get("/charters")
    assert "2. Balayer." in page.text
    assert "<b>Zoé" not in page.text
    assert maker.post(f"/charters/1/accept/{lab.cast.student}").status_code == 403
    assert maker.post(f"/charters/1/accept/{lab.cast.maker}").status_code == 302
    assert "accepted on" in words(maker.get("/charters"))
    assert client.post(f"/charters/1/accept/{lab.cast.student}").status_code == 302, "signed on paper"
    assert "2 people accepted it" in words(client.get("/charters/all"))


def test_the_list_of_people_is_filtered_and_paged(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.trainer)

    assert "Maker" in words(client.get("/people"))
    for query in ("q=STUDENT", f"class={lab.cast.students}", "role=treasurer", "standing=left", "from=1", "q=%00x"[:4]):
        page = client.get(f"/people?{query}")
        assert page.status_code == 200, query
        assert "maker@test.example" not in page.text or query == "from=1", query
    assert client.get("/people?standing=king&role=x&from=-3").status_code == 200


def next_monday() -> datetime:
    day = datetime.now(UTC).date().toordinal() + 2
    while date.fromordinal(day).weekday():
        day += 1
    return datetime.combine(date.fromordinal(day), datetime.min.time(), UTC)


def picture_file() -> BytesIO:
    return BytesIO(picture())


def program_file() -> BytesIO:
    return BytesIO(b"MZ\x90\x00 this is a program")


def test_each_page_about_a_person_leads_back_to_the_person(lab: Lab) -> None:
    trainer, person = lab.signed_in(lab.cast.trainer), f"/people/{lab.cast.maker}"
    for page in ("badge", "conduct", "memberships", "privacy", "edit"):
        answer = trainer.get(f"{person}/{page}")
        assert f'<p><a href="{person}">' in answer.text, page
    assert f'<p><a href="{person}">' in lab.signed_in(lab.cast.fabmanager).get(f"{person}/access").text
    treasurer = lab.signed_in(lab.cast.treasurer).get(f"{person}/conduct").text
    assert (f'href="{person}"' in treasurer, 'href="/conduct"' in treasurer) == (False, True)


def test_a_card_is_shown_as_a_form_only_to_those_who_may_write_it(lab: Lab) -> None:
    with transaction() as session:
        office = sites.site(session, lab.cast.office).id
        queries.member(session, lab.cast.maker).home_site_id = lab.cast.workshop
        grant_role(session, queries.member(session, lab.cast.student), Role.HOST, site_id=office)
    host = lab.signed_in(lab.cast.student)

    assert host.get(f"/people/{lab.cast.newcomer}/edit").status_code == 200
    assert host.get(f"/people/{lab.cast.maker}/edit").status_code == 403
    assert "Guardians" not in words(host.get(f"/people/{lab.cast.maker}")), "no heading without anything below it"


def test_a_dead_link_says_how_long_such_links_hold_and_where_to_ask_again(lab: Lab) -> None:
    client = lab.client()
    for path, hours, again in (
        ("/password/dead", "24 hours", "/password/forgot"),
        ("/sign-up/dead", "48 hours", "/sign-up"),
        ("/email/dead", "24 hours", "/me/card"),
    ):
        answer = client.get(path, headers={"Accept-Language": "en"})
        assert answer.status_code == 404, path
        assert hours in words(answer), path
        assert f'href="{again}">Ask for a new one' in answer.text, path
