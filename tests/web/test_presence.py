"""Presence on screens: the desk, the QR page, the terminal, badges and lists, without JavaScript."""

from datetime import UTC, datetime, timedelta
from re import search

import pytest
from flask.testing import FlaskClient

from fablab.booking.services import Wish, book
from fablab.core.db import transaction
from fablab.members import badges, passwords
from fablab.members import queries as members
from fablab.presence import lists, services, terminals
from fablab.presence.models import Arrival, Recorded, Terminal
from fablab.presence.services import Coming
from tests.conftest import Lab, hours_from
from tests.web.conftest import words

CODE, PIN = "04A15F7790", "4817"
NASTY = '<b onclick="x">Ünï</b> 🔥 ' + "x" * 80


@pytest.fixture
def boss(lab: Lab) -> FlaskClient:
    """The workshop's fabmanager at the desk."""
    return lab.signed_in(lab.cast.fabmanager)


def rows(lab: Lab) -> list[Arrival]:
    lab.session.rollback()
    return lab.session.query(Arrival).order_by(Arrival.id).all()


def arrived(lab: Lab, **coming: object) -> int:
    with transaction() as session:
        card = Coming(**{"site_id": lab.cast.workshop, **coming})  # type: ignore[arg-type]
        return services.arrive(session, lab.actor(lab.cast.admin), card, datetime.now(UTC)).id


def test_the_desk_greets_a_member_with_two_taps_and_sees_them_leave(lab: Lab, boss: FlaskClient) -> None:
    cast, form = lab.cast, f"/presence/{lab.cast.workshop}/arrive"
    page = boss.get("/presence")
    assert f'{form}?member={cast.maker}"' in page.text

    sheet = boss.get(f"{form}?member={cast.maker}")
    assert 'name="reason_id" value="2"' in sheet.text
    answer = boss.post(form, data={"member": cast.maker, "reason_id": 2}, follow_redirects=True)

    assert "Maker is here." in words(answer)
    assert "In now 1" in words(answer)
    (row,) = rows(lab)
    assert (row.member_id, row.reason_id, row.recorded, row.recorded_by_id) == (
        cast.maker,
        2,
        Recorded.DESK,
        cast.fabmanager,
    )
    assert "is in since" in words(boss.get(f"{form}?member={cast.maker}")).lower()
    assert "Maker" in words(boss.get(f"/presence/{cast.workshop}/roll-call"))
    answer = boss.post("/presence/left", data={"arrival_id": row.id}, follow_redirects=True)
    assert "Maker has left." in words(answer)
    assert "Left today" in words(answer)
    assert rows(lab)[0].ended == "desk"
    # The next time it is remembered why they came.
    assert 'class="button primary" name="reason_id" value="2"' in boss.get(f"{form}?member={cast.maker}").text


def test_those_who_reserved_today_or_come_often_stand_first_and_typing_finds_the_rest(
    lab: Lab, boss: FlaskClient
) -> None:
    cast, now = lab.cast, datetime.now(UTC)
    regular = arrived(lab, member_id=cast.treasurer)
    with transaction() as session:
        services.depart(session, lab.actor(cast.admin), regular, now)
        start = now + timedelta(minutes=1)
        wish = Wish(resource_id=cast.printer, period=hours_from(start, 0.5), member_id=cast.student)
        book(session, lab.actor(cast.student), wish, now)

    def offered(query: str = "") -> list[str]:
        page = boss.get(f"/presence/{cast.workshop}/people?q={query}").text
        return [part.split("</strong>")[0] for part in page.split("<strong>")[1:]]

    assert offered() == ["Student", "Treasurer"]
    assert "Prusa n°1 at" in words(boss.get(f"/presence/{cast.workshop}/people"))
    assert offered("maKER") == ["Maker"]
    assert offered(str(cast.newcomer))[0] == "Newcomer"
    assert offered("nobody-is-called-so") == []
    page = boss.get(f"/presence?site={cast.workshop}&q=maker").text.split('id="inside"')[0]
    assert "<strong>Maker</strong>" in page
    assert "<strong>Treasurer</strong>" not in page


def test_guests_and_groups_are_counted_and_a_form_sent_twice_counts_once(lab: Lab, boss: FlaskClient) -> None:
    form = f"/presence/{lab.cast.workshop}/arrive"
    key = search(r'name="request_key" value="([^"]+)"', boss.get(f"{form}?who=group").text)
    assert key
    group = {"who": "group", "headcount": "24", "label": NASTY, "reason_id": 6, "public_kind_id": 5}
    for _ in range(2):
        assert boss.post(form, data={**group, "request_key": key[1]}).status_code == 302
    refused = boss.post(form, data={**group, "headcount": "many", "request_key": "other"})
    assert refused.status_code == 422
    assert "from 1 to 2000" in words(refused)
    assert "Ünï" in refused.text
    boss.post(form, data={"who": "guest", "guest_name": " Ana ", "reason_id": 1})

    assert [(row.headcount, row.label, row.guest_name, row.public_kind_id) for row in rows(lab)] == [
        (24, NASTY, None, 5),
        (1, "", "Ana", None),
    ]
    page = boss.get("/presence")
    assert "In now 25" in words(page)
    assert '<b onclick="x">' not in page.text
    for path in (f"{form}?who=nobody", f"{form}?member=999", f"{form}"):
        assert boss.get(path).status_code == 404, path


def test_what_was_written_today_is_mended_on_its_page(lab: Lab, boss: FlaskClient) -> None:
    with transaction() as session:
        members.member(session, lab.cast.maker).emergency_contact = "Sa sœur, 06 00 00 00 00"
    own, group = arrived(lab, member_id=lab.cast.maker), arrived(lab, headcount=3, label="Lycée")

    page = boss.get(f"/presence/arrivals/{own}?contact=1")
    assert "Sa sœur, 06 00 00 00 00" in words(page)
    assert "Sa sœur" not in boss.get("/presence").text
    path = f"/presence/arrivals/{group}"
    better = {"reason_id": 3, "public_kind_id": "", "headcount": 4, "label": "Lycée", "version": 1}
    assert boss.post(path, data={**better, "headcount": "0"}).status_code == 422
    assert boss.post(path, data=better).status_code == 302
    assert boss.post(path, data=better).status_code == 409
    assert rows(lab)[1].headcount == 4
    boss.post("/presence/left", data={"arrival_id": own})
    assert boss.post(f"/presence/arrivals/{own}/reopen").status_code == 302
    assert rows(lab)[0].departed_at is None
    assert boss.post(f"/presence/arrivals/{own}/remove").status_code == 302
    assert [row.id for row in rows(lab)] == [group]
    with transaction() as session:
        session.get(Arrival, group).arrived_at -= timedelta(days=3)
    boss.post("/presence/left", data={"arrival_id": group})
    assert "Days that are over" in words(boss.get(path))
    assert boss.post(f"{path}/remove").status_code == 422


def test_who_is_in_is_for_hosts_of_that_site(lab: Lab, boss: FlaskClient) -> None:
    elsewhere = arrived(lab, member_id=lab.cast.maker, site_id=lab.cast.office)

    assert boss.get(f"/presence?site={lab.cast.office}").status_code == 404
    assert boss.get(f"/presence/arrivals/{elsewhere}").status_code == 404
    maker = lab.signed_in(lab.cast.maker)
    for path in ("/presence", f"/presence/arrivals/{elsewhere}"):
        assert maker.get(path).status_code == 403
    assert "1 visit in the last year" in words(maker.get("/me"))
    assert "visits in the last year" not in words(lab.signed_in(lab.cast.student).get("/me"))


def test_the_qr_page_lets_members_in_and_out_and_sends_visitors_to_the_desk(lab: Lab) -> None:
    visitor = words(lab.client().get("/here/bureaux"))
    assert "dites-le à l’accueil" in visitor
    assert "next=/here/bureaux" in lab.client().get("/here/bureaux").text
    maker = lab.signed_in(lab.cast.maker)
    assert "I am here for" in words(maker.get("/here/atelier"))
    for _ in range(2):
        answer = maker.post("/here/atelier/arrive", data={"reason_id": 2}, follow_redirects=True)
        assert "You are here" in words(answer)
    assert "I am here for" in words(maker.post("/here/atelier/leave", follow_redirects=True))

    (row,) = rows(lab)
    assert (row.site_id, row.recorded, row.ended) == (lab.cast.workshop, Recorded.QR, "person")
    assert maker.post("/here/atelier/arrive", data={"reason_id": 99}).status_code == 422
    assert lab.client().get("/here/nowhere").status_code == 404


@pytest.fixture
def door(lab: Lab) -> str:
    """The path of a terminal of the workshop; the maker has a badge and a PIN, and speaks French."""
    with transaction() as session:
        boss, now = lab.actor(lab.cast.fabmanager), datetime.now(UTC)
        badges.give_badge(session, boss, lab.cast.maker, CODE, now)
        badges.set_pin(session, boss, lab.cast.maker, passwords.hash_password(PIN), now)
        person = members.member(session, lab.cast.maker)
        person.name, person.locale = "Léa Fontaine", "fr"
        return f"/terminal/{terminals.add_terminal(session, boss, lab.cast.workshop, 'Entrée', now)[1]}"


def test_a_badge_at_the_door_greets_by_the_first_name_and_asks_why(lab: Lab, door: str) -> None:
    tablet = lab.client()
    assert "Fontaine" not in tablet.get(door).text
    greeting = tablet.post(door, data={"code": CODE.lower()})
    assert "Bonjour, Léa" in words(greeting)
    assert "Fontaine" not in greeting.text
    answer = tablet.post(f"{door}/arrive", data={"reason_id": 2}, follow_redirects=True)
    assert "Bienvenue, Léa" in words(answer)
    # Nothing is left of them for the next one.
    assert "Léa" not in tablet.get(door).text
    assert tablet.post(f"{door}/arrive", data={"reason_id": 2}, follow_redirects=True).status_code == 200
    assert len(rows(lab)) == 1
    tablet.post(door, data={"number": lab.cast.maker, "pin": PIN})
    assert "Au revoir, Léa" in words(tablet.post(f"{door}/leave", follow_redirects=True))

    (row,) = rows(lab)
    assert (row.member_id, row.recorded, row.ended) == (lab.cast.maker, Recorded.BADGE, "person")
    assert lab.session.query(Terminal).one().last_seen_at is not None


def test_the_door_knows_nobody_else_and_is_not_guessed_for_long(lab: Lab, door: str) -> None:
    tablet = lab.client()
    for typed in ({"code": "99999999"}, {"number": lab.cast.student, "pin": PIN}, {"number": "x", "pin": ""}, {}):
        answer = tablet.post(door, data=typed)
        assert answer.status_code == 422, typed
    for attempt in range(badges.PER_MEMBER + 1):
        answer = tablet.post(door, data={"number": lab.cast.maker, "pin": f"00{attempt:02}"})
    assert answer.status_code == 429
    assert tablet.post(door, data={"number": lab.cast.maker, "pin": PIN}).status_code == 429
    assert "Léa" in words(tablet.post(door, data={"code": CODE}))
    with tablet.session_transaction() as cookie:
        cookie["terminal_who"][3] -= 61
        cookie.modified = True
    assert "délai est passé" in words(tablet.post(f"{door}/arrive", follow_redirects=True))
    assert rows(lab) == []


def test_a_terminal_is_made_shown_once_and_closed(lab: Lab, boss: FlaskClient) -> None:
    page = f"/presence/{lab.cast.workshop}/terminals"
    assert boss.post(page, data={"name": " "}).status_code == 422
    made = boss.post(page, data={"name": NASTY})
    key = search(r"/terminal/([\w-]+)", made.text)
    assert key
    assert key[1] not in boss.get(page).text
    assert lab.client().get(f"/terminal/{key[1]}").status_code == 200
    (row,) = lab.session.query(Terminal)
    assert key[1] not in row.hash
    lab.session.rollback()
    other = f"/presence/{lab.cast.office}/terminals/{row.id}/revoke"
    assert boss.post(other).status_code == 403
    assert boss.post(f"{page}/{row.id}/revoke").status_code == 302
    assert lab.client().get(f"/terminal/{key[1]}").status_code == 404
    assert lab.client().post(f"/terminal/{key[1]}", data={"code": CODE}).status_code == 404


def test_hosts_give_badges_and_members_choose_their_pin(lab: Lab, boss: FlaskClient) -> None:
    page = f"/people/{lab.cast.maker}/badge"
    assert "No badge yet." in words(boss.get(page))
    assert boss.post(page, data={"code": "12"}).status_code == 422
    assert boss.post(page, data={"code": CODE}).status_code == 302
    assert boss.post(f"/people/{lab.cast.maker}/pin", data={"pin": "0000"}).status_code == 422
    maker = lab.signed_in(lab.cast.maker)
    assert "…7790" in words(maker.get("/me/pin"))
    assert "a birthday" not in words(maker.post("/me/pin", data={"pin": "1234"}))
    assert maker.post("/me/pin", data={"pin": PIN}).status_code == 302
    lab.session.rollback()
    assert badges.identify_by_pin(lab.session, lab.cast.maker, PIN) == lab.cast.maker
    (badge,) = badges.badges_of(lab.session, lab.cast.maker)
    lab.session.rollback()
    assert lab.signed_in(lab.cast.student).post(f"/me/badge/{badge.id}/end").status_code == 404
    maker.post(f"/me/badge/{badge.id}/end")
    maker.post("/me/pin", data={"act": "remove"})
    lab.session.rollback()
    assert badges.badges_of(lab.session, lab.cast.maker) == []
    assert members.member(lab.session, lab.cast.maker).pin_hash is None


def test_the_lists_are_kept_on_one_page(lab: Lab) -> None:
    admin = lab.signed_in(lab.cast.admin)
    page = "/presence/lists"
    assert "Coworking" in admin.get(page).text
    admin.post(f"{page}/reasons", data={"name": NASTY[:60]})
    admin.post(f"{page}/reasons/8", data={"act": "up"})
    admin.post(f"{page}/publics/1", data={"name": "Habitants", "version": 1})
    admin.post(f"{page}/reasons/5", data={"act": "close", "version": 1})
    stale = admin.post(f"{page}/reasons/5", data={"act": "open", "version": 1})

    assert stale.status_code == 409
    assert admin.post(f"{page}/reasons", data={"name": ""}).status_code == 422
    assert admin.post(f"{page}/nothing", data={"name": "x"}).status_code == 404
    lab.session.rollback()
    assert [row.id for row in lists.reasons(lab.session)] == [1, 2, 3, 4, 6, 8, 7]
    assert lists.name_of(lists.publics(lab.session)[0]) == "Habitants"
