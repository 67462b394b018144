"""The table of resources: what spreadsheets save is read, what cannot be is said, formulas are only text."""

import pytest

from fablab.catalog.sheet_of_resources import MOST_LINES, read
from fablab.core.refusals import Refused
from fablab.core.tables import LARGEST, decoded, written


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_what_spreadsheets_save_is_read(encoding: str, delimiter: str, ending: str) -> None:
    rows = [["Name", "SITE", "field:  Écran"], ["Découpe", "Étage", "x"], ["", "", ""], ['"a\nb"', "c", "d"]]
    text = ending.join(delimiter.join(row) for row in rows)

    lines = read(decoded(text.encode(encoding)))

    assert [(line.number, dict(line.cells)) for line in lines] == [
        (2, {"name": "Découpe", "site": "Étage", "field: Écran": "x"}),
        (4, {"name": "a\nb", "site": "c", "field: Écran": "d"}),
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+33 4", "-5", "@SUM", "\tx", "'=x", "''-1", "it's", "'quoted'", "'"])
def test_what_looks_like_a_formula_is_text_outside_and_itself_again_inside(cell: str) -> None:
    text = written(["name", "model"], [{"name": cell, "model": "m"}])

    assert read(decoded(text.encode()))[0].cells["name"] == cell
    first = text.splitlines()[1].strip('"')
    assert first[0] not in "=+-@\t\r"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "table_empty"),
        ("\n \n;;\n", "table_empty"),
        ("code,site\n1,2", "column_missing"),
        ("name,Name\na,b", "column_twice"),
        ("name,colour\na,b", "column_unknown"),
        ("name,,site\na,b,c", "column_unknown"),
        ("name\n" + "x\n" * (MOST_LINES + 1), "table_too_long"),
        ("name\n" + "x" * LARGEST, "table_too_large"),
        ("name\n" + '"' + "x" * 200_000, "table_unreadable"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_words(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(text)
    assert refused.value.codes == (code,)


def test_files_that_are_no_text_are_refused_or_read_as_best_may_be() -> None:
    for content in (b"PK\x03\x04\x00\x00", "name\nx".encode("utf-16"), b"x" * (LARGEST + 1)):
        with pytest.raises(Refused):
            decoded(content)
    assert decoded(b"\x81\x8d") == "\x81\x8d"


def test_a_line_with_too_many_cells_says_so_and_one_with_too_few_is_filled_up() -> None:
    few, many = read("name,site\na\nb,c,d")

    assert (dict(few.cells), few.is_too_wide) == ({"name": "a", "site": ""}, False)
    assert many.is_too_wide
