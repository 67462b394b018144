"""Where one goes once a sheet has done what was asked: to a page, or from a dialog back to the page that it lies on."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import make_response, redirect, request
from werkzeug.wrappers import Response

from fablab.web.ground import access, inputs

FORMS = ("/book", "/move")
"""The pages that are nothing but the sheet: nobody stays on them."""


def onward(target: str, leaving: Iterable[str] = FORMS) -> Response:
    """To the target; from a dialog, to the page below unless that one is to be left."""
    if not inputs.from_htmx():
        return redirect(target)
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    own = access.own_path(f"{page.path}?{page.query}".rstrip("?"))
    stays = own is not None and not page.path.endswith(tuple(leaving))
    response = make_response("", 200)
    response.headers["HX-Redirect"] = own if own and stays else target
    return response
