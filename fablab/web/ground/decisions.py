"""What becomes of the reservations that a change touches: asked on a page of its own, read from its form.

A view that makes such a change calls its service with `asked()`, and answers `page(undecided, ...)` when the service
raises `Undecided`: that page repeats the form's fields, so that sending it makes the same change with the decisions.
"""

import re

from flask import render_template, request
from werkzeug.exceptions import BadRequest

from fablab.booking.affected import CANCEL, KEEP, Decisions, Undecided
from fablab.core.i18n import _
from fablab.web.ground import inputs

_FIELD = re.compile(r"decision-(\d{1,10})", re.ASCII)


def asked() -> Decisions:
    """The decisions of the form that was sent; none if it is the first time."""
    each: dict[int, str | int] = {}
    for name, value in request.form.items():
        found = _FIELD.fullmatch(name)
        if found and value:
            each[int(found[1])] = _decision(value)
    others = request.form.get("decision-others") or None
    if others not in (None, CANCEL, KEEP):
        raise BadRequest(_("This decision is not known."))
    return Decisions(each, others)


def page(undecided: Undecided, title: str, back: str) -> tuple[str, int]:
    """Whom the change touches, and what to do with each; nothing was changed yet."""
    fields = [
        (name, value)
        for name in request.form
        for value in request.form.getlist(name)
        if name != "csrf_token" and not name.startswith("decision-")
    ]
    return (
        render_template(
            "decisions/page.html",
            undecided=undecided,
            title=title,
            back=back,
            fields=fields,
            typed=request.form,
            action=request.full_path,
        ),
        409,
    )


def _decision(value: str) -> str | int:
    if value in (CANCEL, KEEP):
        return value
    resource_id = inputs.row_id(value)
    if resource_id is None:
        raise BadRequest(_("This decision is not known."))
    return resource_id
