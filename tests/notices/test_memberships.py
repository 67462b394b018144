"""Members are told once that a membership ends, has ended, or that a proof of their class does."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from fablab.core.db import transaction
from fablab.core.outbox import OutboxRow
from fablab.members import class_cards, classes, proofs
from fablab.members import queries as members
from fablab.members.class_cards import ClassCard
from fablab.members.memberships import changing, reminders
from fablab.members.memberships.rules import Days
from fablab.members.proofs import Decision
from fablab.notices.memberships import remind_of_memberships, remind_of_proofs
from tests.conftest import Lab
from tests.members.lab_of_memberships import NOW, TODAY, add_kind, make_ward, renew, sell

DAY = timedelta(days=1)


def told(lab: Lab, now: datetime, of: str = "member") -> list[dict[str, Any]]:
    """What is newly written by a round of reminders."""
    before = {row.id for row in lab.session.query(OutboxRow)}
    after: int | None = 0
    while after is not None:
        with transaction() as session:
            remind_of_proofs(session, now)
            after = remind_of_memberships(session, now, after)
    return [row.payload for row in lab.session.query(OutboxRow).order_by(OutboxRow.id) if row.id not in before]


def subjects(mails: list[dict[str, Any]]) -> list[str]:
    return [mail["subject"] for mail in mails]


def test_each_reminder_is_written_once_and_a_renewal_ends_them(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "PAGE", 1)  # Page after page, all are found.
    kind = add_kind(lab)
    first = sell(lab, kind)
    sell(lab, kind, holder_id=lab.cast.student)
    end = NOW + 364 * DAY

    assert told(lab, end - 31 * DAY) == []
    assert subjects(told(lab, end - 30 * DAY)) == ["“Adhésion” ends on 1 March 2027"] * 2
    assert told(lab, end - 30 * DAY) == told(lab, end - 8 * DAY) == []
    renew(lab, first, now=end - 8 * DAY)
    (mail,) = told(lab, end - 7 * DAY)
    assert mail["to"] == "student@test.example"
    assert "/me/memberships" in mail["body"]
    (over,) = told(lab, end + DAY)
    assert over["subject"] == "“Adhésion” has ended"
    assert "still counts until 11 March 2027" in over["body"]
    assert told(lab, end + 2 * DAY) == []


def test_a_pause_moves_the_reminder_and_an_early_end_stops_it(lab: Lab) -> None:
    first = sell(lab, add_kind(lab))
    end = NOW + 364 * DAY
    assert len(told(lab, end - 30 * DAY)) == 1
    admin = lab.actor(lab.cast.admin)
    with transaction() as session:
        changing.pause(session, admin, first, Days(TODAY + 100 * DAY, TODAY + 149 * DAY), "Voyage", NOW)

    assert told(lab, end - 29 * DAY) == []
    assert subjects(told(lab, end + 20 * DAY)) == ["“Adhésion” ends on 20 April 2027"]
    with transaction() as session:
        changing.end_early(session, admin, first, TODAY + 300 * DAY, "Départ", 2, NOW)
    assert told(lab, end + 44 * DAY) == []


def test_those_without_an_address_are_told_through_the_guardian_who_pays(lab: Lab) -> None:
    cast = lab.cast
    make_ward(lab, cast.newcomer, cast.maker)
    sell(lab, add_kind(lab, sold_online=False), holder_id=cast.newcomer)
    with transaction() as session:
        members.member(session, cast.newcomer).email = None
        members.member(session, cast.maker).locale = "fr"

    (mail,) = told(lab, NOW + (364 - 30) * DAY)

    assert mail["to"] == "maker@test.example"
    assert mail["body"].startswith("Bonjour Maker,")
    assert "«\u202fAdhésion\u202f» de Newcomer" in mail["body"]


def test_what_was_decided_of_a_proof_and_that_it_ends_is_told(lab: Lab) -> None:
    cast, admin = lab.cast, lab.actor(lab.cast.admin)
    with transaction() as session:
        class_cards.edit(session, admin, cast.students, ClassCard(name="Étudiant", needs_proof=True), 1, NOW)
    for said in ({"accepted": False, "reason": "Illisible <b>"}, {"accepted": True, "until": date(2026, 6, 30)}):
        with transaction() as session:
            sent = proofs.send(session, lab.actor(cast.maker), cast.maker, cast.students, b"%PDF-%%EOF", "x", NOW)
            proofs.decide(session, admin, sent.id, Decision(version=1, **said), NOW)

    refused, accepted = [row.payload for row in lab.session.query(OutboxRow).order_by(OutboxRow.id.desc()).limit(2)][
        ::-1
    ]
    assert refused["subject"] == "Your proof was not accepted: Étudiant"
    assert "Illisible <b>" in refused["body"]
    assert "until 30 June 2026" in accepted["body"]
    assert told(lab, NOW + 80 * DAY) == []
    assert subjects(told(lab, NOW + 91 * DAY)) == ["“Étudiant” holds until 30 June 2026"]
    assert told(lab, NOW + 92 * DAY) == []
    assert classes.fallback(lab.session).id == cast.adults
