"""What members are told by mail, over a real mail server: once, in their language, whatever the names."""

import pytest
from icalendar import Calendar

from fablab import delivery
from fablab.booking import services as booking
from fablab.booking.services import Wish
from fablab.catalog.models import Resource
from fablab.core import clock
from fablab.core.config import Config
from fablab.core.db import transaction
from fablab.core.outbox import OutboxRow
from fablab.members import queries as members
from fablab.members import services as people
from fablab.members.models import AccountMember
from fablab.members.organisations import inviting
from fablab.members.organisations import people as organisations
from fablab.training import services as training
from fablab.usage import services as desk
from fablab.usage.models import UsageSession
from tests.billing.months import close, use
from tests.conftest import Lab, hours_from
from tests.members.organisations import cooperative, write
from tests.notices.letters import NOW, TEN, book
from tests.prints import Printer
from tests.support.smtp import MailServer

HOSTILE = (
    "Prusa\r\nBcc: evil@test.example\r\n\r\n<h1>Pay here</h1>",
    "Prusa\nSubject: You won",
    "Prusa\u2028To: evil@test.example",
    "<script>alert(1)</script>",
    "%(x)s {{ 7*7 }} {% raw %}",
    "李 🚀 علي",
    "x" * 2000,
)
HEADERS = {
    "From",
    "To",
    "Subject",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
}


def test_news_are_mailed_once_to_whom_they_are_for(lab: Lab, server: MailServer, settings: Config) -> None:
    book(lab, lab.cast.maker)

    assert [delivery.deliver(settings) for _ in range(3)] == [1, 0, 0]

    (letter,) = server.letters
    assert (letter.sender, letter.recipients) == ("lab@test.example", ("maker@test.example",))
    assert str(letter.message["From"]) == "Lab under test <lab@test.example>"
    assert letter.message["Subject"] == "Reserved: Salle des bureaux"
    assert "Salle des bureaux · Bureaux" in letter.text
    assert "Tue 3 Mar, 11:00–12:00" in letter.text
    assert letter.message["Auto-Submitted"] == "auto-generated"


def test_everybody_is_written_to_in_their_own_language(lab: Lab, server: MailServer, settings: Config) -> None:
    with transaction() as session:
        people.set_locale(session, lab.cast.student, "fr")
    for who in (lab.cast.maker, lab.cast.student):
        book(lab, who)

    delivery.deliver(settings)

    english, french = server.letters
    assert "Hello Maker," in english.text
    assert "Bonjour Student," in french.text
    assert "mar. 3 mars, 11:00–12:00" in french.text
    assert french.message["Subject"] != english.message["Subject"]


def test_a_transaction_that_fails_tells_nobody(lab: Lab, server: MailServer, settings: Config) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as session:
        wish = Wish(resource_id=lab.cast.desk_room, period=hours_from(TEN, 1), member_id=lab.cast.maker)
        booking.book(session, lab.actor(lab.cast.maker), wish, NOW)
        raise ZeroDivisionError

    assert delivery.deliver(settings) == 0
    assert server.letters == []


def test_no_name_gets_into_the_headers_or_becomes_more_than_text(
    lab: Lab, server: MailServer, settings: Config
) -> None:
    for hour, name in enumerate(HOSTILE):
        with transaction() as session:  # As if it had come in by another door than the service's.
            session.get_one(Resource, lab.cast.desk_room).name = name
            members.member(session, lab.cast.maker).name = name
        book(lab, lab.cast.maker, hour)
        assert delivery.deliver(settings) == 1

    assert len(server.letters) == len(HOSTILE)
    for letter in server.letters:
        assert letter.recipients == ("maker@test.example",)
        assert set(letter.message.keys()) == HEADERS
        assert len(letter.message.keys()) == len(HEADERS)
        assert letter.message["To"] == "maker@test.example"
        assert letter.message["Subject"].startswith("Reserved: ")
        body, beside = letter.message.iter_parts()
        assert (body.get_content_type(), beside.get_content_type()) == ("text/plain", "text/calendar")
        assert "49" not in letter.text
        (event,) = Calendar.from_ical(beside.get_content()).events
        assert "\n" not in event["SUMMARY"]
        assert not event.errors


def test_an_invoice_is_mailed_with_its_document(lab: Lab, server: MailServer, settings: Config) -> None:
    use(lab, lab.cast.maker)
    (invoice,) = close(lab)

    delivery.deliver(settings)

    (letter,) = [letter for letter in server.letters if "F2026-00001" in letter.message["Subject"]]
    (attached,) = letter.message.iter_attachments()
    assert letter.recipients == ("maker@test.example",)
    assert (attached.get_filename(), attached.get_content_type()) == ("F2026-00001.pdf", "application/pdf")
    assert attached.get_content() == delivery.pdf_of(invoice)
    assert "€3.00" in letter.text


def test_an_organisations_invoice_goes_to_each_of_its_owners(lab: Lab, server: MailServer, settings: Config) -> None:
    with transaction() as session:
        account = people.add_organisation(session, "Coopérative", members.member(session, lab.cast.maker), NOW)
        for who, is_owner in ((lab.cast.student, True), (lab.cast.newcomer, False)):
            session.add(AccountMember(account_id=account.id, member_id=who, is_owner=is_owner, joined_at=NOW))
        session.flush()
        owners = {member.email for member in members.owners_of(session, account.id)}
        wish = Wish(
            resource_id=lab.cast.printer, period=hours_from(TEN, 2), member_id=lab.cast.maker, account_id=account.id
        )
        booking.book(session, lab.actor(lab.cast.maker), wish, NOW)
    from_reservation(lab)
    close(lab)

    delivery.deliver(settings)

    invoiced = {letter.recipients[0] for letter in server.letters if "F2026" in letter.message["Subject"]}
    assert invoiced == owners == {"maker@test.example", "student@test.example"}


def test_people_are_told_of_accounts_and_accountants_get_their_invoices(
    lab: Lab, server: MailServer, settings: Config
) -> None:
    account = cooperative(lab)
    write(lab, account, name=HOSTILE[0], billing_email="Compta@Coop.Example")
    with transaction() as session:
        maker = lab.actor(lab.cast.maker)
        for address in ("stranger@else.example", "trainer@test.example"):
            inviting.invite(session, maker, account, address, clock.now())
        organisations.appoint_owner(session, lab.actor(lab.cast.admin), account, lab.cast.trainer, NOW)
        organisations.remove(session, maker, account, lab.cast.student, NOW)
    use(lab, lab.cast.maker)
    with transaction() as session:
        usage = session.query(UsageSession).one()
        desk.give(session, lab.actor(lab.cast.admin), usage.id, lab.cast.maker, NOW, account_id=account)
    close(lab)

    delivery.deliver(settings)

    told = sorted((letter.recipients[0], letter.message["Subject"].split()[0]) for letter in server.letters)
    assert told == [
        ("compta@coop.example", "Facture"),
        ("maker@test.example", "Invoice"),
        ("stranger@else.example", "Invitation:"),
        ("student@test.example", "You"),
        ("trainer@test.example", "Invitation:"),
        ("trainer@test.example", "Invoice"),
        ("trainer@test.example", "You"),
    ]
    assert all("evil@test.example" not in letter.recipients for letter in server.letters)
    (accountant,) = [letter for letter in server.letters if letter.recipients[0] == "compta@coop.example"]
    assert [part.get_content_type() for part in accountant.message.iter_attachments()] == ["application/pdf"]


def test_a_cancellation_is_told_when_staff_made_it_and_not_when_one_did_it_oneself(
    lab: Lab, server: MailServer, settings: Config
) -> None:
    for who in (lab.cast.maker, lab.cast.admin):
        made = book(lab, lab.cast.maker)
        with transaction() as session:
            booking.cancel(session, lab.actor(who), made, NOW)

    delivery.deliver(settings)

    cancelled = [letter for letter in server.letters if "Cancelled" in letter.message["Subject"]]
    assert [letter.recipients for letter in cancelled] == [("maker@test.example",)]


def test_a_certificate_is_told_with_the_reason_when_it_is_taken_back(
    lab: Lab, server: MailServer, settings: Config
) -> None:
    with transaction() as session:
        trainer = lab.actor(lab.cast.trainer)
        training.validate(session, trainer, lab.cast.newcomer, lab.cast.printing, NOW)
        training.revoke(session, trainer, lab.cast.newcomer, lab.cast.printing, NOW, note="Ceinture\noubliée")

    delivery.deliver(settings)

    granted, ended = server.letters
    assert "Impression 3D" in granted.message["Subject"]
    assert "Ceinture" in ended.text
    assert {letter.recipients for letter in server.letters} == {("newcomer@test.example",)}


def test_a_password_link_works_and_its_secret_is_forgotten_once_it_was_sent(
    lab: Lab, server: MailServer, settings: Config
) -> None:
    with transaction() as session:
        people.send_password_link(session, members.member(session, lab.cast.maker), NOW)

    delivery.deliver(settings)

    (letter,) = server.letters
    secret = letter.text.partition("/password/")[2].split()[0]
    assert members.password_token(lab.session, secret, NOW) is not None
    row = lab.session.query(OutboxRow).one()
    assert row.payload == {}
    assert secret not in row.key


def test_who_has_no_address_gets_no_mail(lab: Lab, server: MailServer, settings: Config) -> None:
    with transaction() as session:
        members.member(session, lab.cast.maker).email = None

    book(lab, lab.cast.maker)

    assert delivery.deliver(settings) == 0


def from_reservation(lab: Lab) -> None:
    Printer(lab, lab.cast.printer).prints(TEN, 3600)
