"""What is kept in memory is what the database says, whoever changes it, however they do."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import date
from types import FunctionType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, select, text, update
from sqlalchemy.orm import Session

import fablab
from fablab.core import seldom
from fablab.core.db import engine_url, is_postgresql, prepare_engine
from fablab.core.seldom import kept, kept_of_each
from fablab.members.models import AccessGrant, Member
from fablab.training.models import Course
from tests.conftest import Lab
from tests.support.statements import heard, statements

Write = Callable[[Session, str], object]


@kept
def names(session: Session) -> tuple[str, ...]:
    return tuple(session.scalars(select(Course.name).order_by(Course.id)))


@kept_of_each
def levels(session: Session, member_ids: set[int]) -> dict[int, tuple[int, ...]]:
    query = select(AccessGrant.level).order_by(AccessGrant.id)
    return {key: tuple(session.scalars(query.where(AccessGrant.member_id == key))) for key in member_ids}


@pytest.fixture
def two(lab: Lab) -> Iterator[tuple[Session, Session]]:
    """Two processes that use one database, as far as it can tell."""
    with ExitStack() as stack:
        sessions = []
        for _ in range(2):
            engine = create_engine(engine_url(lab.app.config["FABLAB"].database_url))
            prepare_engine(engine)
            stack.callback(engine.dispose)
            sessions.append(stack.enter_context(Session(engine)))
        yield sessions[0], sessions[1]


def rename(session: Session, name: str) -> None:
    session.scalars(select(Course).order_by(Course.id).limit(1)).one().name = name


WRITES: dict[str, Write] = {
    "a row": rename,
    "a new row": lambda session, name: session.add(Course(name=name)),
    "a row that goes": lambda session, name: (session.add(Course(name=name)), session.flush(), rename(session, "x")),
    "many at once": lambda session, name: session.execute(update(Course).where(Course.id == 1).values(name=name)),
    "a table": lambda session, name: session.execute(insert(Course.__table__).values(name=name, description="")),
    "by hand": lambda session, name: session.execute(text("UPDATE courses SET name = :name"), {"name": name}),
    "past the session": lambda session, name: session.connection().execute(
        update(Course.__table__).where(Course.id == 1).values(name=name)
    ),
}


@pytest.mark.parametrize("how", WRITES)
def test_whatever_is_written_is_seen_by_all_who_begin_afterwards(two: tuple[Session, Session], how: str) -> None:
    here, there = two
    before = names(here), names(there)
    here.rollback()
    there.rollback()
    if how == "by hand":
        here.execute(text("DELETE FROM requirements"))
        here.execute(text("DELETE FROM courses WHERE id > 1"))

    WRITES[how](here, "Fraisage")
    within = names(here)
    here.commit()

    assert "Fraisage" in within
    assert before[0] == before[1] != within
    assert names(here) == names(there) == within


def test_what_is_undone_is_neither_kept_nor_missed(two: tuple[Session, Session]) -> None:
    here, there = two
    before = names(here)
    here.rollback()
    rename(here, "Fraisage")
    assert names(here)[0] == "Fraisage"

    here.rollback()

    assert names(here) == names(there) == before


def test_a_part_that_is_undone_leaves_what_the_rest_says(two: tuple[Session, Session]) -> None:
    here, there = two
    rename(here, "Fraisage")
    with suppress(ValueError), here.begin_nested():
        rename(here, "Tournage")
        assert names(here)[0] == "Tournage"
        raise ValueError

    assert names(here)[0] == "Fraisage"
    here.commit()
    assert names(there)[0] == "Fraisage"


def test_who_has_waited_for_a_lock_sees_what_was_changed_meanwhile(two: tuple[Session, Session]) -> None:
    here, there = two
    before = names(here)
    if is_postgresql(here):
        rename(there, "Fraisage")
        there.commit()
    here.scalars(select(Member).limit(1).with_for_update()).all()

    # On SQLite nobody writes while another does.
    assert names(here)[0] == ("Fraisage" if is_postgresql(here) else before[0])


def test_of_people_only_those_are_read_who_are_not_known(lab: Lab) -> None:
    cast, engine = lab.cast, lab.session.get_bind()
    levels(lab.session, [cast.maker, cast.student])

    with heard(engine) as asked:
        levels(lab.session, [cast.maker, cast.student, cast.trainer])
        levels(lab.session, [cast.trainer])

    assert len(asked) == 1
    lab.session.rollback()
    # Whoever begins anew compares marks.
    assert statements(engine, lambda: levels(lab.session, [cast.maker, cast.trainer])) == 1


def test_what_is_kept_of_the_lab_stays_when_people_change_but_not_the_other_way_round(lab: Lab) -> None:
    cast, engine = lab.cast, lab.session.get_bind()

    def asked(act: Callable[[], object]) -> int:
        lab.session.rollback()
        return statements(engine, act) - 1

    def read() -> None:
        names(lab.session)
        levels(lab.session, [cast.maker])

    read()
    assert asked(read) == 0
    lab.session.rollback()
    lab.session.get_one(Member, cast.maker).name = "Camille Autre"
    lab.session.commit()
    assert asked(lambda: names(lab.session)) == 0
    assert asked(read) == 1
    rename(lab.session, "Fraisage")
    lab.session.commit()
    assert asked(read) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(acts=st.lists(st.tuples(st.booleans(), st.sampled_from(["read", "write", "commit", "undo"])), max_size=20))
def test_nobody_ever_sees_what_is_not_so(two: tuple[Session, Session], acts: list[tuple[bool, str]]) -> None:
    for session in two:
        session.rollback()
    said = names(two[0])[0]
    two[0].rollback()
    own: dict[Session, str] = {}
    for number, (which, act) in enumerate(acts):
        session = two[which]
        if act == "read":
            if not own:
                session.rollback()
            # Beside one who writes, whatever was committed when they began.
            seen = names(session)[0]
            assert seen == own.get(session, said)
        elif act == "write" and not (own and session not in own):
            if session not in own:
                session.rollback()
            own[session] = f"Cours {number}"
            rename(session, own[session])
        elif act == "commit" and session in own:
            two[not which].rollback()
            session.commit()
            said = own.pop(session)
        elif act == "undo":
            session.rollback()
            own.pop(session, None)


def readers() -> Iterator[Callable[..., Any]]:
    """All functions of the house whose answers are kept."""
    for module in pkgutil.walk_packages(fablab.__path__, "fablab."):
        if module.name.startswith(("fablab.demo", "fablab.cli")):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, FunctionType) and value.__code__.co_filename == seldom.__file__:
                yield from (inner for inner in [getattr(value, "__wrapped__", None)] if inner)


def test_what_is_kept_is_made_of_rows_that_change_seldom_alone(lab: Lab) -> None:
    tables, found = seldom._tables(), set(readers())
    assert len(found) > 12
    for read in found:
        about = list(inspect.signature(read).parameters.values())[1:]
        values: list[object] = [date(2030, 1, 1) if item.annotation is date else {1, 2, 3} for item in about]
        with heard(lab.session.get_bind()) as asked:
            read(lab.session, *values)
        of_people = any(item.annotation == set[int] for item in about)
        for table in {name for statement in asked for name in re.findall(r"(?:FROM|JOIN) (\w+)", statement)}:
            assert tables.get(table) in ({"lab", "people"} if of_people else {"lab"}), (read.__qualname__, table)
