"""Stencils: drawn once, filled in often, and never with words that are not escaped."""

from markupsafe import Markup

from fablab.web.ground.stencil import BLANK, Stencil


def test_each_thing_is_drawn_once_and_filled_in_with_other_words() -> None:
    drawn = list[str]()

    def draw(name: str) -> Markup:
        drawn.append(name)
        return Markup("<a href='{}{}'>{}, 100 %s</a>").format(BLANK, name, BLANK)

    stencil = Stencil(draw)

    first, second = stencil.fill(["x", "y"], "/1/", "one"), stencil.fill(["y"], "/2/", "two")

    assert first == "<a href='/1/x'>one, 100 %s</a><a href='/1/y'>one, 100 %s</a>"
    assert second == "<a href='/2/y'>two, 100 %s</a>"
    assert drawn == ["x", "y"]
    assert stencil.fill([], "/3/", "three") == ""


def test_words_are_escaped_and_make_no_new_blanks() -> None:
    stencil = Stencil(lambda name: Markup("<b title='{}'>{}</b>").format(BLANK, BLANK))

    filled = stencil.fill(["x"], f"'<{BLANK}", Markup("<i>&amp;</i>"))

    assert filled == f"<b title='&#39;&lt;{BLANK}'><i>&amp;</i></b>"
    assert isinstance(filled, Markup)
