"""What fabmanagers write about hours, and what they cannot."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Conflict, Refused
from fablab.sites import exceptions, levels, timetables, timetabling
from fablab.sites.exceptions import ExceptionCard
from fablab.sites.hours import Opening
from fablab.sites.models import ExceptionKind
from fablab.sites.timetabling import SeasonCard
from fablab.sites.wording import hours_between, minute_of
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SUMMER = SeasonCard(
    name="Été", first_on=date(2026, 7, 1), last_on=date(2026, 8, 31), openings=(Opening(0, 1200, 1560, 1),)
)
CLOSED = ExceptionCard(
    kind=ExceptionKind.CLOSED, first_on=date(2026, 5, 4), last_on=date(2026, 5, 8), reason="Inventaire"
)


def own_table(lab: Lab) -> int:
    """The workshop's own timetable."""
    found = timetables.main_row(lab.session, lab.cast.workshop)
    assert found is not None
    return found.id


def write(lab: Lab, card: SeasonCard, version: int, season_id: int | None = None) -> int:
    table = own_table(lab)
    with transaction() as session:
        return timetabling.write_season(session, lab.actor(lab.cast.fabmanager), table, season_id, card, version).id


def refused_codes(lab: Lab, card: SeasonCard, version: int) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        write(lab, card, version)
    return refused.value.codes


def test_a_season_is_written_anew_with_its_openings(lab: Lab) -> None:
    season = write(lab, SUMMER, 1)
    write(lab, replace(SUMMER, openings=(Opening(5, 540, 720, nth=-1), Opening(5, 780, 1080))), 2, season)

    usual, summer = timetables.seasons_of(lab.session, own_table(lab))
    assert (usual[0].first_on, len(usual[1])) == (None, 7)
    assert [(row.opens, row.closes, row.nth) for row in summer[1]] == [(540, 720, -1), (780, 1080, None)]


def test_overlapping_seasons_are_refused_by_their_names(lab: Lab) -> None:
    write(lab, SUMMER, 1)
    other = replace(SUMMER, name="Festival", first_on=date(2026, 8, 31), last_on=date(2026, 9, 2))

    with pytest.raises(Refused) as refused:
        write(lab, other, 2)

    assert refused.value.codes == ("seasons_overlap",)
    assert "Festival" in str(refused.value)
    assert "Été" in str(refused.value)
    write(lab, replace(other, first_on=date(2026, 9, 1)), 2)


def test_impossible_hours_and_days_are_refused_all_at_once(lab: Lab) -> None:
    impossible = (
        Opening(0, 600, 600),
        Opening(1, 600, 2041),
        Opening(2, 1440, 1500),
        Opening(7, 540, 600),
        Opening(3, 540, 600, nth=5),
        Opening(4, 540, 600, staff=100),
        Opening(5, 540, 600, level=4),
        Opening(6, 540, 600),
        Opening(6, 540, 600),
    )
    codes = refused_codes(lab, replace(SUMMER, openings=impossible, last_on=date(2026, 6, 30)), 1)

    assert codes == ("days", *("hours",) * 3, "weekday", "weekday", "staff", "level_unknown", "twice")
    assert refused_codes(lab, replace(SUMMER, last_on=None), 1) == ("days",)
    assert refused_codes(lab, replace(SUMMER, first_on=None, last_on=None), 1) == ("usual_exists",)
    assert refused_codes(lab, replace(SUMMER, first_on=date(1066, 10, 14)), 1) == ("days",)
    many = tuple(Opening(0, minute, minute + 1) for minute in range(61))
    assert refused_codes(lab, replace(SUMMER, openings=many), 1) == ("too_many_openings",)


def test_without_staff_it_is_not_open_to_more_people(lab: Lab) -> None:
    with transaction() as session:
        for rank in (1, 2):
            levels.add_level(session, lab.actor(lab.cast.admin), rank, f"Niveau {rank}")

    write(lab, replace(SUMMER, openings=(Opening(0, 540, 600, staff=1, level=1, alone=2),)), 1)

    wrong = replace(SUMMER, openings=(Opening(0, 540, 600, staff=1, level=2, alone=1),), first_on=date(2027, 7, 1))
    assert refused_codes(lab, replace(wrong, last_on=date(2027, 7, 2)), 2) == ("alone",)


def test_two_who_write_hours_at_once_do_not_undo_each_other(lab: Lab) -> None:
    season = write(lab, SUMMER, 1)
    table, manager = own_table(lab), lab.actor(lab.cast.fabmanager)

    for act in (
        lambda session: timetabling.write_season(session, manager, table, season, SUMMER, 1),
        lambda session: timetabling.remove_season(session, manager, table, season, 1),
        lambda session: timetabling.edit_timetable(session, manager, table, "A", keeps_holidays=True, version=1),
    ):
        with pytest.raises(Conflict) as conflict, transaction() as session:
            act(session)
        assert conflict.value.codes == ("stale",)


def test_the_usual_season_stays_and_a_dated_one_goes(lab: Lab) -> None:
    season, table, manager = write(lab, SUMMER, 1), own_table(lab), lab.actor(lab.cast.fabmanager)
    usual = timetables.seasons_of(lab.session, table)[0][0].id

    with pytest.raises(Refused) as refused, transaction() as session:
        timetabling.remove_season(session, manager, table, usual, 2)
    assert refused.value.codes == ("usual",)
    with transaction() as session:
        timetabling.remove_season(session, manager, table, season, 2)
    with pytest.raises(NotFound), transaction() as session:
        timetabling.remove_season(session, manager, table, season, 3)

    assert len(timetables.seasons_of(lab.session, table)) == 1


def test_timetables_of_a_site_have_different_names(lab: Lab) -> None:
    manager = lab.actor(lab.cast.fabmanager)
    with transaction() as session:
        row = timetabling.add_timetable(session, manager, lab.cast.workshop, "Bruyant", keeps_holidays=True)
        assert not row.is_main

    for name, code in (("Bruyant", "name_taken"), ("\t", "name_missing")):
        with pytest.raises(Refused) as refused, transaction() as session:
            timetabling.add_timetable(session, manager, lab.cast.workshop, name)
        assert refused.value.codes == (code,)


def test_a_closure_says_why_and_lies_ahead(lab: Lab) -> None:
    manager = lab.actor(lab.cast.fabmanager)

    def add(card: ExceptionCard) -> int:
        with transaction() as session:
            return exceptions.add_exception(session, manager, lab.cast.workshop, card, NOW).id

    kept = add(CLOSED)
    other = timetables.main_row(lab.session, lab.cast.office)
    assert other is not None
    for wrong, codes in (
        (replace(CLOSED, reason=" "), ("reason_missing",)),
        (replace(CLOSED, last_on=date(2026, 5, 1)), ("days",)),
        (replace(CLOSED, last_on=date(2029, 5, 1)), ("days",)),
        (replace(CLOSED, first_on=date(2026, 3, 1), last_on=date(2026, 3, 1)), ("over",)),
        (replace(CLOSED, opens=700, closes=700), ("hours",)),
        (replace(CLOSED, timetable_id=other.id), ("timetable",)),
    ):
        with pytest.raises(Refused) as refused:
            add(wrong)
        assert refused.value.codes == codes
    with pytest.raises(NotFound), transaction() as session:
        exceptions.remove_exception(session, lab.actor(lab.cast.admin), lab.cast.office, kept)
    with transaction() as session:
        exceptions.remove_exception(session, manager, lab.cast.workshop, kept)


def test_hours_are_for_fabmanagers_of_the_site(lab: Lab) -> None:
    table = own_table(lab)
    other = timetables.main_row(lab.session, lab.cast.office)
    assert other is not None
    for who, target, site in (
        (lab.cast.trainer, table, lab.cast.workshop),
        (lab.cast.fabmanager, other.id, lab.cast.office),
    ):
        actor = lab.actor(who)
        for act in (
            lambda session, a=actor, t=target: timetabling.write_season(session, a, t, None, SUMMER, 1),
            lambda session, a=actor, t=target: timetabling.edit_timetable(
                session, a, t, "A", keeps_holidays=False, version=1
            ),
            lambda session, a=actor, s=site: timetabling.add_timetable(session, a, s, "A"),
            lambda session, a=actor, s=site: exceptions.add_exception(session, a, s, CLOSED, NOW),
        ):
            with pytest.raises(Forbidden), transaction() as session:
                act(session)


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        *(("9:00", 540), ("09h30", 570), ("0930", 570), ("9", 540), ("24:00", 1440), ("00.05", 5)),
        *(("24:01", None), ("9:60", None), ("", None), ("-1", None), ("٩:٠٠", None), ("9:0", None), ("99999", None)),
    ],
)
def test_times_are_read_as_people_type_them(text: str, minute: int | None) -> None:
    assert minute_of(text) == minute


def test_what_closes_before_it_opens_closes_on_the_next_day() -> None:
    assert hours_between("20:00", "02:00") == (1200, 1560)
    assert hours_between("00:00", "00:00") == (0, 1440)
    assert hours_between("09:00", "24:00") == (540, 1440)
    assert hours_between("24:00", "02:00") is None
