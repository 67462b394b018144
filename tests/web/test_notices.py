"""The screens of what one is told, and of mails that could not be sent."""

from datetime import UTC, datetime

from fablab.core import outbox
from fablab.core.db import transaction
from fablab.core.outbox import OutboxRow
from fablab.notices import choices
from fablab.notices.kinds import NoticeKind
from tests.conftest import Lab
from tests.web.conftest import words

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_what_is_not_ticked_is_off(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)
    assert client.get("/me/notices").text.count(" checked") == len(NoticeKind)

    answer = client.post("/me/notices", data={"on": ["change", "reminder"], "hours": "48"})

    assert answer.status_code == 302
    page = client.get("/me/notices").text
    assert page.count(" checked") == 2
    assert 'value="48" selected' in page
    chosen = choices.choices_of(lab.session, lab.cast.maker)
    assert chosen.off == {NoticeKind.CONFIRMATION, NoticeKind.OFFER, NoticeKind.NO_SHOW}
    assert choices.choices_of(lab.session, lab.cast.student) == choices.Choices()


def test_nobody_is_reminded_at_a_time_that_is_not_offered(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)

    for hours in ("3", "-1", "x", "48h"):
        answer = client.post("/me/notices", data={"on": ["reminder"], "hours": hours})
        assert answer.status_code == 422
    assert choices.choices_of(lab.session, lab.cast.maker) == choices.Choices()


def test_administrators_see_which_mails_were_given_up_and_have_them_tried_again(lab: Lab) -> None:
    payload = {"to": "gone@test.example", "subject": "Reserved: <b>Prusa</b>", "body": "secret"}
    with transaction() as session:
        session.query(OutboxRow).delete()
        outbox.put(session, "mail", "one", payload, NOW)
        (task,) = outbox.claim(session, NOW)
        outbox.report_failure(session, task, "recipient refused (550)", NOW, final=True)
    client = lab.signed_in(lab.cast.admin)

    page = client.get("/network/mails")

    assert "gone@test.example" in page.text
    assert "recipient refused (550)" in page.text
    assert "<b>Prusa" not in page.text
    assert "secret" not in page.text
    for status in (302, 404):
        assert client.post(f"/network/mails/{task.id}/again").status_code == status
    assert "gone@test.example" not in words(client.get("/network/mails"))
    with transaction() as session:
        (again,) = outbox.claim(session, datetime.now(UTC))
        assert (again.payload, again.attempt) == (payload, 1)
