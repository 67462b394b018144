"""The migrations make exactly the tables that the models describe, and can be undone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from fablab import models
from fablab.core import schema
from fablab.core.db import Model, engine_url, prepare_engine
from fablab.core.paths import MIGRATIONS
from tests.support.storage import empty_database

assert models
GUARDS = ("ck_claims_length", "ex_claims_overlap")
"""What the database refuses in its own words, which no model describes; they are tried out in tests of booking."""
SCRIPTS = ScriptDirectory(str(MIGRATIONS))


def test_the_migrations_make_what_the_models_describe(engine: Engine) -> None:
    schema.upgrade(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Model.metadata) == []


def test_the_migrations_make_the_checks_and_partial_indexes_of_the_models_too(engine: Engine, other: Engine) -> None:
    schema.upgrade(engine)
    Model.metadata.create_all(other)

    assert described(engine) == described(other)


def test_the_migrations_can_be_undone_and_done_again(engine: Engine) -> None:
    schema.upgrade(engine)
    first = everything_in(engine)

    schema.downgrade(engine, "base")
    emptied = everything_in(engine)
    schema.upgrade(engine)

    assert {name for name in emptied if "alembic_version" not in name} == set()
    assert everything_in(engine) == first
    assert schema.revision_of(engine) == schema.newest_revision()


def test_each_migration_can_be_undone_alone(engine: Engine) -> None:
    for script in reversed(list(SCRIPTS.walk_revisions())):
        schema.upgrade(engine, script.revision)
        if script.down_revision is not None:
            schema.downgrade(engine, str(script.down_revision))
            schema.upgrade(engine, script.revision)

        assert schema.revision_of(engine) == script.revision


def test_hours_of_before_timetables_become_them_without_losing_a_minute(engine: Engine) -> None:
    schema.upgrade(engine, "0002")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO sites (id, slug, name, town, address, timezone) "
                "VALUES (7, 'halle', 'Halle', 'Rive', '', 'Europe/Paris')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO opening_hours (site_id, weekday, opens, closes) "
                "VALUES (7, 0, 540, 1080), (7, 2, 1200, 1560), (7, 6, 600, 2880)"
            )
        )

    schema.upgrade(engine)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT weekday, opens, closes, staff FROM openings ORDER BY id")).all()
    schema.downgrade(engine, "0002")
    with engine.connect() as connection:
        before = connection.execute(text("SELECT site_id, weekday, opens, closes FROM opening_hours ORDER BY id")).all()

    assert found == [(0, 540, 1080, 0), (2, 1200, 1560, 0), (6, 600, 2040, 0), (0, 600, 1440, 0)]
    assert before == [(7, *row[:3]) for row in found]


def test_a_migration_that_was_done_is_not_done_again(engine: Engine) -> None:
    schema.upgrade(engine)
    before = everything_in(engine)

    schema.upgrade(engine)

    assert everything_in(engine) == before


def test_there_is_one_line_of_numbered_migrations() -> None:
    scripts = list(reversed(list(SCRIPTS.walk_revisions())))
    numbers = [script.revision for script in scripts]

    assert len(SCRIPTS.get_heads()) == 1
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
    assert all(Path(script.path).name.startswith(f"{script.revision}_") for script in scripts)
    assert all(script.doc for script in scripts)


def test_migrations_never_import_the_models() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (MIGRATIONS / "versions").glob("*.py")]

    assert sources
    assert not [source for source in sources if "fablab" in source.replace("fablab_", "")]


def described(engine: Engine) -> dict[str, Any]:
    """What alembic does not compare: checks, and what each index is for."""
    found: dict[str, Any] = {}
    inspector = inspect(engine)
    for table in Model.metadata.tables:
        checks = {
            str(check["name"]): check["sqltext"]
            for check in inspector.get_check_constraints(table)
            if check["name"] not in GUARDS
        }
        indexes = {
            str(index["name"]): (index["unique"], index["column_names"], str(partial_of(index)))
            for index in inspector.get_indexes(table)
            if index["name"] not in GUARDS
        }
        found[table] = (checks, indexes)
    return found


def partial_of(index: Any) -> object:
    options = index.get("dialect_options", {})
    return options.get("postgresql_where", options.get("sqlite_where"))


def everything_in(engine: Engine) -> set[str]:
    """Every table, index, trigger, constraint and function of ours, with its text where the database keeps it."""
    if engine.dialect.name == "sqlite":
        query = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master"
    else:
        query = """
            SELECT 'relation ' || relname FROM pg_class
                WHERE relnamespace = 'public'::regnamespace
            UNION SELECT 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace
            UNION SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
            UNION SELECT 'function ' || proname || prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        """
    with engine.connect() as connection:
        return set(connection.scalars(text(query)))


@pytest.fixture
def engine(database: str, tmp_path: Path) -> Iterator[Engine]:
    """An engine of an empty database."""
    with empty_database(database, tmp_path) as url:
        yield from engine_of(url)


@pytest.fixture
def other(database: str, tmp_path: Path) -> Iterator[Engine]:
    """Another one."""
    with empty_database(database, tmp_path, "other") as url:
        yield from engine_of(url)


def engine_of(url: str) -> Iterator[Engine]:
    made = create_engine(engine_url(url))
    prepare_engine(made)
    yield made
    made.dispose()
