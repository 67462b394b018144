"""The screen of what one is told."""

from fablab.notices import choices
from fablab.notices.kinds import NoticeKind
from tests.conftest import Lab


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
