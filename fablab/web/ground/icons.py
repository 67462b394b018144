"""Icons: Bootstrap's SVG files, put into the page itself, hidden from screen readers (a word always stands beside)."""

from functools import cache

from markupsafe import Markup

from fablab.core.paths import STATIC

_FOLDER = STATIC / "vendor" / "icons"


@cache
def icon(name: str) -> Markup:
    """The icon of this name; an empty square where it was not fetched, so that a page never fails for a picture."""
    path = _FOLDER / f"{name}.svg"
    if not name.replace("-", "").isalnum() or not path.is_file():
        return Markup('<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"></svg>')
    drawing = path.read_text(encoding="utf-8")
    inside = drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.rindex("</svg>")]
    return Markup(
        f'<svg class="icon" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">{inside.strip()}</svg>'
    )
