"""Tables of any text, and of very many lines."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fablab.core.db import db
from fablab.core.refusals import Refused
from fablab.members.transfer import columns, fabmanager
from fablab.members.transfer.cells import Reading
from fablab.training import tables
from fablab.training.tables import TableKind
from tests.conftest import Lab
from tests.support.statements import heard
from tests.training.tables_of_a_lab import MEMBERS, bring

WORDS = (
    *("number", "name", "e-mail", "Nom", "course", "kind", "first_on", "owner", "siret", "x", "1", "5", "2020-02-30"),
    *("0001-01-01", "31/12/9999", "2024-01-01", "9" * 30, '"', "=1", "\x00", "é", "\u2028", "\ud800", "", "oui"),
    *("a@b.example", "maker@test.example", "Maker", "Adhésion", "Impression 3D", "732829320", "12,5"),
)
"""What tables are made of, at random."""


def test_three_thousand_lines_of_every_mistake_need_no_more_statements_than_three(lab: Lab) -> None:
    mistakes = (
        "P{0};Q{0};not an address;99/99/2000;Rien;;",
        "P{0};Q{0};same@test.example;01/01/2000;Adulte;;",
        ";;;;;99999;",
        "Jean;Q{0};;01/01/2000;;;",
        "Maker;;;;;;;;;wide",
        ";;maker@test.example;;;;",
    )
    head = "first_name;name;email;birth_date;class;number;phone\n"

    def told(count: int) -> tuple[int, int, int]:
        with heard(db.engine) as seen:
            report = bring(
                lab, MEMBERS, head + "\n".join(mistakes[at % 6].format(at) for at in range(count)), keep=False
            )
        return len([one for one in seen if not one.startswith("INSERT")]), report.bad_lines, len(report.troubles)

    few, _bad, _all = told(6)
    many, bad, troubles = told(3000)
    assert many <= few + 6
    assert bad > 2400
    assert troubles > 3900


@given(text=st.one_of(st.text(), st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(";".join)).map("\n".join)))
def test_any_text_gives_lines_or_a_refusal(text: str) -> None:
    known = tuple(columns.NAMES)
    fabmanager.is_export(text)
    try:
        lines = columns.read(text, known, ()).lines
    except Refused:
        return
    for line in lines:
        one = Reading(line)
        for column in known:
            for ask in (one.text, one.day, one.whole, one.cents, one.flag, one.email):
                ask(column)
        one.full_name()
        assert all(trouble.line == line.number and trouble.message for trouble in one.troubles)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.sampled_from(WORDS), min_size=12, max_size=24))
def test_any_line_gives_a_report(lab: Lab, cells: list[str]) -> None:
    for kind in TableKind:
        rows = [tables.COLUMNS[kind], cells[:12], cells[12:]]
        outcome = bring(lab, kind, "\n".join(";".join(row) for row in rows), keep=False)
        assert outcome.bad_lines + outcome.good_lines >= any(cells)
