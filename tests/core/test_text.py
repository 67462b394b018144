"""What people type, as it is kept."""

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.core.text import line_of, lines_of


@given(st.text())
def test_a_line_holds_nothing_that_a_page_a_mail_or_the_database_cannot(text: str) -> None:
    kept = line_of(text)

    assert not [letter for letter in kept if category(letter) in ("Cc", "Cs", "Zl", "Zp")]
    assert kept == line_of(kept) == kept.strip()


@given(st.text())
def test_lines_keep_their_breaks_and_no_other_control(text: str) -> None:
    kept = lines_of(text)

    assert not [letter for letter in kept if category(letter) in ("Cc", "Cs", "Zl", "Zp") and letter != "\n"]
    assert kept == lines_of(kept)


@pytest.mark.parametrize("name", ["Zoé Lefèvre", "李明", "🚀 Team", "علي", "O’Brien-D'Arcy #1 *$_"])
def test_names_of_people_stay_as_they_are(name: str) -> None:
    assert line_of(f"  {name}\r\n") == lines_of(f"  {name}\r\n") == name
