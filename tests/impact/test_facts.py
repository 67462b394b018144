"""Answers: optional, dated, withdrawn at will; one's own, one's ward's, and for staff of one's site."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from fablab.booking.services import Wish, book
from fablab.catalog import categories
from fablab.catalog.categories import CategoryCard
from fablab.catalog.models import CategoryKind
from fablab.catalog.services import ResourceCard, add_resource
from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.personal import KEY, Erased, Wiped, about
from fablab.core.refusals import Conflict, Refused
from fablab.impact import facts, funders, kinds, paths
from fablab.impact.codes import Field, Stage
from fablab.impact.funders import FunderCard
from fablab.impact.kinds import ChoiceCard, KindCard
from fablab.impact.models import Fact, PathStep
from fablab.impact.paths import StepCard
from fablab.members import guardians, queries
from tests.conftest import Lab, hours_from
from tests.support.threads import at_once

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def kind_ids(lab: Lab) -> dict[str | None, int]:
    found = {row.code: row.id for row in kinds.kinds(lab.session, closed=True)}
    lab.session.rollback()
    return found


def say(lab: Lab, who: int, whom: int, *, since: date | None = None, now: datetime = NOW, **answers: str) -> int:
    ids = kind_ids(lab)
    with transaction() as session:
        said = {ids[code]: value for code, value in answers.items()}
        return len(facts.answer(session, lab.actor(who), whom, said, now, since=since))


def said(lab: Lab, whom: int) -> dict[str | None, str]:
    lab.session.rollback()
    asked = facts.asked_of(lab.session, lab.actor(whom), whom)
    return {item.kind.code: item.fact.value for item in asked if item.fact}


def codes(act: Callable[[], object]) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.codes


def test_another_answer_begins_another_row_and_the_old_one_stays(lab: Lab) -> None:
    maker = lab.cast.maker
    assert not facts.has_answered(lab.session, maker)
    assert say(lab, maker, maker, status="job_seeker", gender="woman", since=date(2026, 1, 5)) == 2
    assert say(lab, maker, maker, status="job_seeker", gender="woman", since=date(2026, 3, 1)) == 0
    assert say(lab, maker, maker, status="employee") == 1

    rows = lab.session.query(Fact).order_by(Fact.id)
    assert [(row.value, row.valid_from) for row in rows if row.kind_id == kind_ids(lab)["status"]] == [
        ("job_seeker", date(2026, 1, 5)),
        ("employee", date(2026, 5, 4)),
    ]
    assert said(lab, maker) == {"status": "employee", "gender": "woman"}
    assert lab.session.query(AuditEntry).filter(AuditEntry.action.startswith("fact.")).count() == 0


def test_withdrawing_empties_every_answer_to_a_question_and_twice_equals_once(lab: Lab) -> None:
    maker, status = lab.cast.maker, kind_ids(lab)["status"]
    say(lab, maker, maker, status="job_seeker", gender="woman", since=date(2026, 1, 5))
    say(lab, maker, maker, status="employee")
    for _ in range(2):
        with transaction() as session:
            facts.withdraw(session, lab.actor(maker), maker, status, NOW)

    rows = lab.session.query(Fact).filter(Fact.kind_id == status)
    assert [(row.value, row.withdrawn_at) for row in rows] == [("", NOW), ("", NOW)]
    assert said(lab, maker) == {"gender": "woman"}
    say(lab, maker, maker, gender="", now=NOW + DAY)
    assert said(lab, maker) == {}
    assert say(lab, maker, maker, gender="woman", now=NOW + DAY) == 1
    assert facts.has_answered(lab.session, maker)


def test_who_would_rather_not_say_is_not_counted_by_the_card_either(lab: Lab) -> None:
    maker, birth = lab.cast.maker, kind_ids(lab)["birth_year"]
    with transaction() as session:
        queries.member(session, maker).birth_date = date(1990, 6, 1)
    assert [item.kind.code for item in facts.asked_of(lab.session, lab.actor(maker), maker) if item.from_card] == [
        "birth_year"
    ]
    for _ in range(2):
        with transaction() as session:
            facts.withdraw(session, lab.actor(maker), maker, birth, NOW)

    assert not any(item.from_card for item in facts.asked_of(lab.session, lab.actor(maker), maker))
    assert lab.session.query(Fact).one().value == ""
    say(lab, maker, maker, birth_year="1991")
    assert said(lab, maker) == {"birth_year": "1991"}


@pytest.mark.parametrize(
    ("code", "value", "reason"),
    [
        *(("birth_year", value, "birth_year") for value in ("1850", "3000", "2027", "19", "abc", "-1988", "１９８８")),
        ("town", "x" * 200, "too_long"),
        *(("gender", value, "choice") for value in ("xyz", "Femme", "<b>")),
        *(("company_created", value, "choice") for value in ("maybe", "1")),
    ],
)
def test_what_is_no_answer_is_refused_and_nothing_is_kept(lab: Lab, code: str, value: str, reason: str) -> None:
    maker = lab.cast.maker

    assert codes(lambda: say(lab, maker, maker, **{code: value, "status": "employee"})) == (reason,)
    assert codes(lambda: say(lab, maker, maker, since=date(2026, 5, 5), **{code: value})) == ("day", reason)
    assert codes(lambda: say(lab, maker, maker, since=date(1999, 5, 5), status="employee")) == ("day",)
    assert said(lab, maker) == {}
    say(lab, maker, maker, town="  <b>Saint-Étienne</b>\n 🙂 ")
    assert said(lab, maker) == {"town": "<b>Saint-Étienne</b> 🙂"}


def test_answers_are_ones_own_ones_wards_and_for_fabmanagers_of_the_site(lab: Lab) -> None:
    cast = lab.cast
    with transaction() as session:
        queries.member(session, cast.newcomer).home_site_id = cast.workshop
        queries.member(session, cast.student).home_site_id = cast.office
        guardians.appoint(session, lab.actor(cast.admin), cast.maker, cast.newcomer, NOW)
    may = {cast.newcomer, cast.maker, cast.fabmanager, cast.admin}
    for who in (cast.newcomer, cast.maker, cast.student, cast.trainer, cast.fabmanager, cast.treasurer, cast.admin):
        if who in may:
            assert say(lab, who, cast.newcomer, town=f"by {who}") == 1
            continue
        for act in (facts.asked_of, paths.path_seen_by):
            with pytest.raises(NotFound):
                act(lab.session, lab.actor(who), cast.newcomer)
        lab.session.rollback()
        with pytest.raises(NotFound):
            say(lab, who, cast.newcomer, town="x")
        with pytest.raises(NotFound), transaction() as session:
            facts.withdraw(session, lab.actor(who), cast.newcomer, 1, NOW)
    with pytest.raises(NotFound):
        say(lab, cast.fabmanager, cast.student, town="x")
    with pytest.raises(NotFound):
        say(lab, cast.admin, 999, town="x")

    entries = lab.session.query(AuditEntry).filter(AuditEntry.action == "fact.answered").order_by(AuditEntry.id)
    assert [(row.actor_id, row.member_id, row.details) for row in entries] == [
        (who, cast.newcomer, {}) for who in (cast.maker, cast.fabmanager, cast.admin)
    ]


def test_the_same_answer_at_once_by_two_is_one_row(lab: Lab) -> None:
    cast, ready = lab.cast, threading.Barrier(4)

    def give(who: int) -> int:
        ready.wait()
        return say(lab, who, cast.maker, status="employee", gender="man")

    found = at_once(lab.app, [lambda who=who: give(who) for who in (cast.maker, cast.admin) * 2])

    assert sorted(found, key=str) == [0, 0, 0, 2]
    assert lab.session.query(Fact).count() == 2


def test_erasing_removes_answers_and_empties_what_is_said_of_projects() -> None:
    assert Fact.__table__.c.member_id.info == about(Erased.REMOVED)
    assert PathStep.__table__.c.member_id.info == about(Erased.KEPT)
    assert {name for name, column in PathStep.__table__.c.items() if isinstance(column.info.get(KEY), Wiped)} == {
        "project",
        "note",
    }


def test_questions_are_the_administrators_list(lab: Lab) -> None:
    cast, admin = lab.cast, lab.actor(lab.cast.admin)
    card = KindCard(name="Diplôme", purpose="Pour l’État", choices=(ChoiceCard(name="Bac"), ChoiceCard(name="CAP")))
    with pytest.raises(Forbidden), transaction() as session:
        kinds.add_kind(session, lab.actor(cast.fabmanager), Field.CHOICE, card, NOW)
    with transaction() as session:
        made = kinds.add_kind(session, admin, Field.CHOICE, card, NOW).id
    say_id = {made: "bac"}
    with transaction() as session:
        facts.answer(session, lab.actor(cast.maker), cast.maker, say_id, NOW)
        kinds.move_kind(session, admin, made, up=True)
        renamed = (ChoiceCard(key="bac", name="Baccalauréat", closed=True), ChoiceCard(name="Licence"))
        kinds.edit_kind(session, admin, made, KindCard(name="Niveau", purpose="x", choices=renamed), 1, NOW)
    row = kinds.kind(lab.session, made)
    assert [(one.key, one.name, one.closed_at is None) for one in row.choices] == [
        ("bac", "Baccalauréat", False),
        ("cap", "CAP", True),
        ("licence", "Licence", True),
    ]
    assert [one.id for one in kinds.kinds(lab.session)][-2] == made
    with transaction() as session:
        assert facts.answer(session, lab.actor(cast.maker), cast.maker, {made: "cap"}, NOW) != []
    assert codes(lambda: answer_late(lab, made)) == ("choice",)

    def edit(card: KindCard, version: int = 2) -> None:
        with transaction() as session:
            kinds.edit_kind(session, admin, made, card, version, NOW)

    bad = KindCard(name="genre", purpose=" ", choices=(ChoiceCard(name="CAP"),))
    assert codes(lambda: edit(bad)) == ("name_taken", "purpose_missing", "choice_names")
    gone = tuple(ChoiceCard(key=key, name=key, closed=True) for key in ("bac", "cap", "licence"))
    assert codes(lambda: edit(KindCard(name="N" * 81, purpose="p" * 301, choices=gone))) == (
        "name_long",
        "purpose_long",
        "choices_missing",
    )
    with pytest.raises(Conflict):
        edit(KindCard(name="Niveau", purpose="x"), version=1)
    with transaction() as session:
        kinds.close_kind(session, admin, made, 2, NOW, closed=True)
    assert made in [item.kind.id for item in facts.asked_of(lab.session, lab.actor(cast.maker), cast.maker)]
    assert made not in [item.kind.id for item in facts.asked_of(lab.session, lab.actor(cast.student), cast.student)]
    with pytest.raises(NotFound):
        answer_late(lab, made)


def answer_late(lab: Lab, kind_id: int) -> None:
    with transaction() as session:
        facts.answer(session, lab.actor(lab.cast.student), lab.cast.student, {kind_id: "bac"}, NOW)


def test_usual_words_stay_in_both_languages_unless_somebody_changes_them(lab: Lab) -> None:
    gender = kind_ids(lab)["gender"]
    choices = (ChoiceCard(key="woman", name="Femme"), ChoiceCard(key="man", name="Homme (cis ou trans)"))
    purpose = "Pour voir si les femmes et les hommes viennent autant."
    with transaction() as session:
        card = KindCard(name="Genre", purpose=purpose, choices=choices)
        kinds.edit_kind(session, lab.actor(lab.cast.admin), gender, card, 1, NOW)

    row = kinds.kind(lab.session, gender)
    assert (row.name, row.purpose) == ("", "")
    assert [one.name for one in row.choices] == ["", "Homme (cis ou trans)", ""]


def test_funders_are_told_beside_the_questions_that_they_want_counted(lab: Lab) -> None:
    cast, admin, ids = lab.cast, lab.actor(lab.cast.admin), kind_ids(lab)
    card = FunderCard(name="Région", site_ids=frozenset({cast.workshop}), kind_ids=frozenset({ids["gender"]}))
    with pytest.raises(Forbidden), transaction() as session:
        funders.add_funder(session, lab.actor(cast.fabmanager), card, NOW)
    with transaction() as session:
        made = funders.add_funder(session, admin, card, NOW).id
    for wrong in (FunderCard(name="x", site_ids=frozenset({99})), FunderCard(name="x", kind_ids=frozenset({99}))):
        with pytest.raises(NotFound), transaction() as session:
            funders.add_funder(session, admin, wrong, NOW)

    def edit(card: FunderCard, version: int) -> None:
        with transaction() as session:
            funders.edit_funder(session, admin, made, card, version, NOW)

    asked = {item.kind.code: item.funders for item in facts.asked_of(lab.session, lab.actor(cast.maker), cast.maker)}
    assert (asked["gender"], asked["town"]) == (("Région",), ())
    edit(FunderCard(name="Région", kind_ids=frozenset({ids["town"]})), 1)
    assert funders.who_asks(lab.session) == {ids["town"]: ["Région"]}
    with pytest.raises(Conflict):
        edit(card, 1)
    with transaction() as session:
        funders.add_funder(session, admin, FunderCard(name="Ville"), NOW)
    assert codes(lambda: edit(FunderCard(name="ville", note="x" * 2001), 2)) == ("note_long", "name_taken")
    edit(FunderCard(name="Région", kind_ids=frozenset({ids["town"]}), closed=True), 2)
    assert funders.who_asks(lab.session) == {}


def step(
    lab: Lab, who: int, stage: str, day: date, *, site: int | None = None, project: str = "", note: str = ""
) -> int:
    site_id = site or lab.cast.workshop
    card = StepCard(stage=Stage(stage), day=day, site_id=site_id, project=project, note=note)
    with transaction() as session:
        return paths.add_step(session, lab.actor(who), lab.cast.newcomer, card, NOW).id


def test_a_project_goes_on_in_order_and_is_corrected_by_withdrawing(lab: Lab) -> None:
    cast = lab.cast
    step(lab, cast.fabmanager, "received", date(2026, 2, 1))
    started = step(lab, cast.fabmanager, "started", date(2026, 4, 1), note="<i>SARL</i>")
    assert codes(lambda: step(lab, cast.fabmanager, "supported", date(2026, 1, 1))) == ("too_early",)
    assert codes(lambda: step(lab, cast.fabmanager, "supported", date(2026, 4, 2))) == ("too_late",)
    assert codes(lambda: step(lab, cast.fabmanager, "started", date(2026, 4, 1))) == ("stage_twice",)
    assert codes(lambda: step(lab, cast.fabmanager, "received", date(2027, 4, 1))) == ("day", "stage_twice", "too_late")
    assert codes(lambda: step(lab, cast.fabmanager, "still_there", date(2026, 5, 1), project="B")) == ("not_started",)
    long = {"project": "x" * 121, "note": "x" * 1001}
    assert codes(lambda: step(lab, cast.fabmanager, "received", date(2026, 5, 1), **long)) == ("too_long",)
    step(lab, cast.fabmanager, "supported", date(2026, 3, 1))
    for day in (2, 3):
        still = step(lab, cast.fabmanager, "still_there", date(2026, 5, day))
    assert codes(lambda: take_back(lab, cast.fabmanager, started)) == ("needed",)
    step(lab, cast.fabmanager, "received", date(2026, 5, 1), project="Une autre")
    for _ in range(2):
        take_back(lab, cast.fabmanager, still)

    rows = paths.steps_of(lab.session, cast.newcomer)
    assert [(row.stage, row.project) for row in rows] == [
        *((stage, "") for stage in ("received", "supported", "started", "still_there")),
        ("received", "Une autre"),
    ]
    own, may_write = paths.path_seen_by(lab.session, lab.actor(cast.newcomer), cast.newcomer)
    assert (len(own), may_write) == (5, False)
    logged = lab.session.query(AuditEntry).filter(AuditEntry.action == "path.withdrawn").one()
    assert (logged.member_id, logged.details) == (cast.newcomer, {"stage": "still_there"})


def take_back(lab: Lab, who: int, step_id: int) -> None:
    with transaction() as session:
        paths.withdraw_step(session, lab.actor(who), lab.cast.newcomer, step_id, NOW)


def test_advisers_follow_those_whom_they_met_and_fabmanagers_those_of_their_site(lab: Lab) -> None:
    cast, day = lab.cast, date(2026, 4, 1)
    with transaction() as session:
        admin = lab.actor(cast.admin)
        queries.member(session, cast.newcomer).home_site_id = cast.workshop
        advice = categories.add_category(session, admin, CategoryCard(name="Conseil", kind=CategoryKind.ADVISER)).id
        card = ResourceCard(name="Conseil", category_id=advice, site_id=cast.workshop, adviser_id=cast.student)
        adviser = add_resource(session, admin, card, NOW).id
    for who in (cast.student, cast.maker, cast.trainer):
        with pytest.raises(NotFound):
            step(lab, who, "received", day)
    with transaction() as session:
        wish = Wish(resource_id=adviser, period=hours_from(NOW + DAY, 1), member_id=cast.newcomer)
        book(session, lab.actor(cast.newcomer), wish, NOW)

    own = step(lab, cast.student, "received", day)
    staffs = step(lab, cast.fabmanager, "supported", day)

    for who in (cast.student, cast.fabmanager):
        with pytest.raises(Forbidden):
            step(lab, who, "started", day, site=cast.office)
    with pytest.raises(Forbidden):
        take_back(lab, cast.student, staffs)
    take_back(lab, cast.student, own)
    with pytest.raises(NotFound):
        take_back(lab, cast.fabmanager, 999)
    assert len(paths.steps_of(lab.session, cast.newcomer)) == 1


def test_one_stage_at_once_by_two_is_written_once(lab: Lab) -> None:
    ready = threading.Barrier(4)

    def write(who: int) -> int:
        ready.wait()
        return step(lab, who, "received", date(2026, 4, 1))

    found = at_once(lab.app, [lambda who=who: write(who) for who in (lab.cast.fabmanager, lab.cast.admin) * 2])

    assert sorted(type(one).__name__ for one in found) == ["Refused", "Refused", "Refused", "int"]
