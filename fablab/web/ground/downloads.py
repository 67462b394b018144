"""What is sent as a file rather than a page."""

from flask import current_app
from flask.wrappers import Response


def table_file(text: str, name: str) -> Response:
    """A table as a CSV file of that name; the mark before it tells spreadsheets that it is UTF-8."""
    response: Response = current_app.response_class("\ufeff" + text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
