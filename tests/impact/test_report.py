"""The report: who came, what was known of them then, and nothing of fewer than five."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from fablab.booking.models import Outcome, Reservation
from fablab.catalog import categories
from fablab.catalog.categories import CategoryCard
from fablab.catalog.models import CategoryKind, Placement
from fablab.catalog.services import ResourceCard, add_resource
from fablab.core.actor import Role
from fablab.core.db import db, transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Refused
from fablab.impact import facts, funders, kinds
from fablab.impact.codes import Field, Stage
from fablab.impact.funders import FunderCard
from fablab.impact.kinds import KindCard
from fablab.impact.models import PathStep
from fablab.impact.report import Question, Report, report
from fablab.impact.sheet import sheet
from fablab.members import queries as members
from fablab.members import services
from fablab.training.services import validate
from fablab.usage.models import UsageSession
from tests.conftest import Lab
from tests.impact.crowd import answered, come, people
from tests.support.statements import statements

MAY = Question(first_on=date(2026, 5, 1), last_on=date(2026, 5, 31))
BEFORE, IN_MAY, AFTER = (datetime(2026, month, 10, 9, tzinfo=UTC) for month in (4, 5, 6))


def asked(lab: Lab, question: Question = MAY, who: int | None = None) -> Report:
    lab.session.rollback()
    return report(lab.session, lab.actor(who or lab.cast.admin), question)


def table(found: Report, key: str) -> dict[str, int | None]:
    one = next(one for one in found.tables if one.key == key)
    return {row.key: row.value for row in one.rows} | ({"total": one.total} if one.has_total else {})


def test_different_people_are_counted_by_whatever_shows_that_they_came(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        crowd = people(session, lab, 14, BEFORE)
        advice = categories.add_category(
            session, lab.actor(cast.admin), CategoryCard(name="Conseil", kind=CategoryKind.ADVISER)
        )
        card = ResourceCard(name="Conseil", category_id=advice.id, site_id=cast.workshop)
        adviser = add_resource(session, lab.actor(cast.admin), card, BEFORE).id
        come(session, lab, crowd[:4], IN_MAY)
        come(session, lab, crowd[:4], IN_MAY + timedelta(days=3), public_kind_id=None)
        used(lab, crowd[4], IN_MAY)
        used(lab, crowd[5], IN_MAY, nature="maintenance")
        reserved(lab, cast.printer, crowd[6], IN_MAY, started_at=IN_MAY)
        reserved(lab, cast.laser, crowd[7], IN_MAY)
        reserved(lab, cast.laser, crowd[8], IN_MAY + timedelta(hours=2), started_at=IN_MAY, state="cancelled")
        for number, came in ((9, True), (10, False)):
            row = reserved(lab, adviser, crowd[number], IN_MAY + timedelta(hours=number))
            session.add(Outcome(reservation_id=row, came=came, noted_at=AFTER, noted_by_id=cast.admin))
        come(session, lab, [crowd[11]], BEFORE)
        come(session, lab, [crowd[12]], AFTER)
        come(session, lab, [crowd[13]], IN_MAY, site=cast.office)

    assert asked(lab, replace(MAY, site_ids=frozenset({cast.workshop}))).people == 7
    assert asked(lab).people == 8
    with transaction() as session:
        # Two records of one person, and a third of theirs.
        members.member(session, crowd[1]).merged_into_id = crowd[0]
        members.member(session, crowd[2]).merged_into_id = crowd[1]
    assert asked(lab).people == 6
    assert asked(lab, replace(MAY, site_ids=frozenset({cast.workshop}))).people == 5
    assert asked(lab, replace(MAY, site_ids=frozenset({cast.office}))).people is None
    assert asked(lab, Question(first_on=date(2025, 1, 1), last_on=date(2025, 1, 1))).people == 0


def test_a_use_is_of_the_site_where_the_machine_stood_then(lab: Lab) -> None:
    with transaction() as session:
        for member_id in people(session, lab, 5, BEFORE):
            used(lab, member_id, IN_MAY)
        session.add(
            Placement(resource_id=lab.cast.printer, site_id=lab.cast.office, from_at=IN_MAY - timedelta(days=1))
        )
        session.add(Placement(resource_id=lab.cast.printer, site_id=lab.cast.workshop, from_at=AFTER))

    workshop, office = (replace(MAY, site_ids=frozenset({key})) for key in (lab.cast.workshop, lab.cast.office))
    assert (asked(lab, workshop).people, asked(lab, office).people) == (0, 5)
    assert table(asked(lab, office), "use_by_category")[str(lab.cast.printers)] == 5 * 3600


def test_an_answer_counts_as_it_was_known_for_the_period(lab: Lab) -> None:
    ids = {row.code: row.id for row in kinds.kinds(lab.session)}
    with transaction() as session:
        crowd = people(session, lab, 30, BEFORE)
        come(session, lab, crowd, IN_MAY)
        come(session, lab, crowd, AFTER)
        answered(session, crowd[:20], ids["status"], "job_seeker", date(2026, 1, 1), BEFORE)
        answered(session, crowd[:8], ids["status"], "employee", date(2026, 5, 31), IN_MAY)
        answered(session, crowd[:6], ids["status"], "student", date(2026, 6, 1), AFTER)

    june = Question(first_on=date(2026, 6, 1), last_on=date(2026, 6, 30))
    may = table(asked(lab), "status")
    assert (may["job_seeker"], may["employee"], may["student"], may["not_said"]) == (12, 8, 0, 10)
    later = table(asked(lab, june), "status")
    # Two are employees still: hidden, and with them so many that they could be others.
    assert (later["job_seeker"], later["employee"], later["student"], later["not_said"]) == (12, None, None, 10)
    with transaction() as session:
        members.member(session, crowd[0]).merged_into_id = crowd[25]
        facts.withdraw(session, lab.actor(crowd[10]), crowd[10], ids["status"], AFTER)
    may = table(asked(lab), "status")
    assert (may["job_seeker"], may["employee"], may["not_said"], may["total"]) == (11, 8, 10, 29)


def test_ages_come_from_the_answer_else_from_the_card_unless_somebody_would_rather_not_say(lab: Lab) -> None:
    birth = next(row.id for row in kinds.kinds(lab.session) if row.code == "birth_year")
    with transaction() as session:
        crowd = people(session, lab, 20, BEFORE)
        come(session, lab, crowd, IN_MAY)
        answered(session, crowd[:6], birth, "2010", date(2000, 1, 1), IN_MAY)
        for member_id in crowd[:15]:
            members.member(session, member_id).birth_date = date(1990, 12, 31)
        facts.withdraw(session, lab.actor(crowd[6]), crowd[6], birth, IN_MAY)

    found = table(asked(lab), "birth_year")
    assert (found["under_18"], found["35_44"], found["not_said"], found["18_24"]) == (6, 8, 6, 0)


def test_words_numbers_and_small_groups(lab: Lab) -> None:
    admin = lab.actor(lab.cast.admin)
    with transaction() as session:
        jobs = kinds.add_kind(session, admin, Field.NUMBER, KindCard(name="Emplois", purpose="x"), BEFORE).id
        town = next(row.id for row in kinds.kinds(session) if row.code == "town")
        crowd = people(session, lab, 24, BEFORE)
        come(session, lab, crowd, IN_MAY)
        answered(session, crowd[:4], town, "Saint-Étienne", date(2026, 1, 1), BEFORE)
        answered(session, crowd[4:7], town, "SAINT ETIENNE", date(2026, 1, 1), BEFORE)
        answered(session, crowd[7:12], town, "=cmd|' /C calc'!A0", date(2026, 1, 1), BEFORE)
        answered(session, crowd[12:16], town, "Firminy", date(2026, 1, 1), BEFORE)
        answered(session, crowd[:10], jobs, "3", date(2026, 1, 1), BEFORE)

    found = asked(lab)
    assert table(found, "town") == {"Saint-Étienne": 7, "=cmd|' /C calc'!A0": 5, "others": 12, "total": 24}
    assert table(found, f"kind_{jobs}") == {"answered": 10, "not_said": 14, "total": 24}
    assert next(one.added for one in found.tables if one.key == f"kind_{jobs}") == 30
    text = sheet(MAY, found)
    assert "'=cmd|' /C calc'!A0" in text
    assert "Firminy" not in text
    few = table(asked(lab, replace(MAY, first_on=date(2026, 5, 11))), "town")
    assert few == {"others": 0, "not_said": 0, "total": 0}


def test_visits_hours_certificates_and_members_hide_what_tells_of_few(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        crowd = people(session, lab, 12, BEFORE)
        newer = people(session, lab, 3, IN_MAY)
        come(session, lab, crowd, IN_MAY)
        come(session, lab, crowd[:3] * 3, IN_MAY + timedelta(days=1), reason_id=1, public_kind_id=2)
        come(session, lab, [None], IN_MAY + timedelta(days=2), reason_id=3, public_kind_id=5, headcount=24, label="6eB")
        for member_id in crowd[:6]:
            used(lab, member_id, IN_MAY)
        used(lab, newer[0], IN_MAY, resource=cast.laser)
        used(lab, None, IN_MAY + timedelta(days=1))
        for member_id in crowd[:6]:
            validate(session, lab.actor(cast.trainer), member_id, cast.printing, IN_MAY)
        validate(session, lab.actor(cast.trainer), people(session, lab, 1, AFTER)[0], cast.printing, IN_MAY)

    found = asked(lab)
    reasons = table(found, "visits_by_reason")
    # Nine visits of three people: hidden, and the least frequented of the others with them.
    assert (reasons["coworking"], reasons["machines"], reasons["workshop"], reasons["event"]) == (None, None, 24, 0)
    assert (reasons["total"], table(found, "visits_by_public")["pupil"]) == (45, 24)
    use = table(found, "use_by_category")
    assert set(use.values()) == {None, 8 * 3600}
    assert use["total"] == 8 * 3600
    assert table(found, "certificates_by_course") == {str(cast.cutting): 0, str(cast.printing): 6, "total": 6}
    # The cast had joined long before; three are new.
    assert table(found, "members") == {"new": None, "before": None, "total": 22}


def test_the_path_of_projects_is_counted_by_person(lab: Lab) -> None:
    with transaction() as session:
        crowd = people(session, lab, 40, BEFORE)
        reached(lab, crowd, "received", BEFORE)
        reached(lab, crowd[:26], "supported", IN_MAY)
        reached(lab, crowd[:14], "started", IN_MAY)
        reached(lab, crowd[:6], "received", IN_MAY, project="Autre")
        reached(lab, crowd[34:], "ended", BEFORE + timedelta(days=1))

    found = asked(lab)
    assert table(found, "path_standing") == {
        "received": 8,
        "supported": 12,
        "started": 14,
        "still_there": 0,
        "ended": 0,
        "total": 34,
    }
    assert table(found, "path_reached") == {"received": 6, "supported": 26, "started": 14, "still_there": 0}
    with transaction() as session:
        reached(lab, crowd[:3], "still_there", IN_MAY + timedelta(days=2))
        members.member(session, crowd[1]).merged_into_id = crowd[0]
    found = asked(lab)
    assert table(found, "path_standing")["still_there"] is None
    assert table(found, "path_reached")["still_there"] is None
    assert table(found, "path_standing")["total"] == 33


def test_a_funder_is_told_what_they_ask_at_the_sites_that_they_fund(lab: Lab) -> None:
    cast, admin = lab.cast, lab.actor(lab.cast.admin)
    ids = {row.code: row.id for row in kinds.kinds(lab.session)}
    with transaction() as session:
        card = FunderCard(name="Ville", site_ids=frozenset({cast.office}), kind_ids=frozenset({ids["gender"]}))
        funder = funders.add_funder(session, admin, card, BEFORE).id
        come(session, lab, people(session, lab, 6, BEFORE), IN_MAY)
        come(session, lab, people(session, lab, 7, BEFORE), IN_MAY, site=cast.office)
        kinds.close_kind(session, admin, ids["gender"], 1, AFTER, closed=True)

    found = asked(lab, replace(MAY, funder_id=funder))
    assert ([row.id for row in found.sites], found.people) == ([cast.office], 7)
    assert table(found, "gender")["not_said"] == 7
    assert "town" not in {one.key for one in found.tables}
    assert "gender" not in {one.key for one in asked(lab).tables}

    def codes(question: Question, who: int | None = None) -> tuple[str, ...]:
        with pytest.raises(Refused) as refused:
            asked(lab, question, who)
        return refused.value.codes

    both = replace(MAY, funder_id=funder, site_ids=frozenset({cast.office, cast.workshop}))
    assert codes(both) == ("not_funded",)
    assert codes(replace(MAY, funder_id=funder), cast.fabmanager) == ("not_funded",)
    assert codes(replace(MAY, last_on=date(2026, 4, 30))) == ("ends_before_start",)
    assert codes(Question(first_on=date(1850, 1, 1), last_on=date(1849, 1, 1))) == ("ends_before_start", "day")
    with pytest.raises(NotFound):
        asked(lab, replace(MAY, funder_id=99))


def test_reports_are_for_fabmanagers_of_each_site_and_for_the_networks_treasurers(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        services.grant_role(session, members.member(session, cast.student), Role.TREASURER)
    sites = {
        cast.admin: {cast.workshop, cast.office},
        cast.student: {cast.workshop, cast.office},
        cast.fabmanager: {cast.workshop},
    }
    for who in (cast.maker, cast.trainer, cast.fabmanager, cast.treasurer, cast.admin, cast.student):
        for chosen in (set(), {cast.workshop}, {cast.office}, {cast.workshop, cast.office}):
            question = replace(MAY, site_ids=frozenset(chosen))
            if who in sites and chosen <= sites[who]:
                assert {row.id for row in asked(lab, question, who).sites} == (chosen or sites[who])
            else:
                with pytest.raises(Forbidden):
                    asked(lab, question, who)


def test_a_report_of_many_needs_no_more_statements(lab: Lab) -> None:
    with transaction() as session:
        come(session, lab, people(session, lab, 2, BEFORE), IN_MAY)
    few = repeated(lambda: asked(lab))
    with transaction() as session:
        crowd = people(session, lab, 60, BEFORE)
        come(session, lab, crowd, IN_MAY)
        for row in kinds.kinds(session):
            answered(session, crowd, row.id, "1990", date(2026, 1, 1), BEFORE)
        reached(lab, crowd, "received", IN_MAY)

    assert repeated(lambda: asked(lab)) == few
    assert few < 40


def repeated(act: Callable[[], object]) -> int:
    act()
    return statements(db.engine, act)


def used(lab: Lab, member_id: int | None, at: datetime, *, resource: int | None = None, nature: str = "member") -> None:
    """An hour's use."""
    payer = account(lab) if member_id else None
    lab.session.add(
        UsageSession(
            resource_id=resource or lab.cast.printer,
            member_id=member_id,
            account_id=payer,
            nature=nature,
            started_at=at,
            ended_at=at + timedelta(hours=1),
            seconds=3600,
        )
    )
    lab.session.flush()


def reserved(lab: Lab, resource: int, member_id: int, at: datetime, **more: object) -> int:
    row = Reservation(
        resource_id=resource,
        member_id=member_id,
        account_id=account(lab),
        starts_at=at,
        ends_at=at + timedelta(hours=1),
        created_at=BEFORE,
        created_by_id=member_id,
        **more,
    )
    lab.session.add(row)
    lab.session.flush()
    return row.id


def reached(lab: Lab, who: list[int], stage: str, at: datetime, project: str = "") -> None:
    for member_id in who:
        lab.session.add(
            PathStep(
                member_id=member_id,
                project=project,
                stage=Stage(stage),
                day=at.date(),
                site_id=lab.cast.workshop,
                recorded_at=at,
                recorded_by_id=lab.cast.admin,
            )
        )
    lab.session.flush()


def account(lab: Lab) -> int:
    return members.personal_account(lab.session, lab.cast.maker).id
