"""Routes about what one is told by mail."""

from flask import Response

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.me import TAGS
from fablab.api.schemas.notices import NoticesIO
from fablab.core.db import db, transaction
from fablab.notices import choices
from fablab.notices.choices import Choices
from fablab.notices.kinds import NoticeKind


@api.get("/me/notices", tags=TAGS, summary="What one is told", responses={200: NoticesIO})
def notices() -> Response:
    """Which notices the caller wants. What is about money, sanctions, security and the like always comes."""
    return answer(_shown())


@api.put("/me/notices", tags=TAGS, summary="Choose what one is told", responses={200: NoticesIO, **WRITES})
def choose_notices(body: NoticesIO) -> Response:
    """Switch kinds of notices on or off, from the next mail on."""
    off = frozenset(kind for kind in NoticeKind if not getattr(body, kind))
    with transaction() as session:
        choices.choose(session, actor(), Choices(off, body.reminder_hours))
    return answer(_shown())


def _shown() -> NoticesIO:
    found = choices.choices_of(db.session(), actor().member_id)
    return NoticesIO.model_validate(
        {**{kind.value: found.wants(kind) for kind in NoticeKind}, "reminder_hours": found.hours}
    )
