"""One's own answers to the lab's questions, and one's wards'."""

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from fablab.core.db import db
from fablab.core.errors import NotFound
from fablab.impact import paths
from fablab.members import guardians
from fablab.web.ground import access
from fablab.web.impact import questions

screen = Blueprint("facts", __name__)


@screen.get("/me/facts")
def page() -> str:
    """The questions, what they are for, and what one has answered."""
    return _show(access.actor().member_id)


@screen.post("/me/facts")
def answer() -> Response | tuple[str, int]:
    """Answer what one likes."""
    return _save(access.actor().member_id, url_for("facts.page"))


@screen.post("/me/facts/<row:kind_id>/withdraw")
def withdraw(kind_id: int) -> Response:
    """Take an answer back."""
    return questions.withdraw(access.actor().member_id, kind_id, url_for("facts.page"))


@screen.get("/wards/<row:member_id>/facts")
def ward_page(member_id: int) -> str:
    """The same for a ward."""
    return _show(_ward(member_id))


@screen.post("/wards/<row:member_id>/facts")
def answer_for_ward(member_id: int) -> Response | tuple[str, int]:
    """Answer for a ward."""
    return _save(_ward(member_id), url_for("facts.ward_page", member_id=member_id))


@screen.post("/wards/<row:member_id>/facts/<row:kind_id>/withdraw")
def withdraw_for_ward(member_id: int, kind_id: int) -> Response:
    """Take a ward's answer back."""
    return questions.withdraw(_ward(member_id), kind_id, url_for("facts.ward_page", member_id=member_id))


def _ward(member_id: int) -> int:
    if not guardians.answers_for(db.session(), access.actor().member_id, member_id):
        raise NotFound(f"ward {member_id}")
    return member_id


def _show(member_id: int, refusals: list[str] | None = None) -> str:
    steps, _may_write = paths.path_seen_by(db.session(), access.actor(), member_id)
    return questions.show(member_id, "impact/own.html", refusals, steps=steps)


def _save(member_id: int, back: str) -> Response | tuple[str, int]:
    saved = questions.save(member_id, back)
    return (_show(member_id, saved), 422) if isinstance(saved, list) else saved
