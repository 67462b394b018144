"""The database's schema: brought up to date by the numbered migrations, and asked how far it is."""

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from fablab.core.paths import MIGRATIONS


def _alembic() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to a revision, the newest by default; on one connection, so that it is all or nothing."""
    config = _alembic()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Bring the schema back to an earlier revision."""
    config = _alembic()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def revision_of(engine: Engine) -> str | None:
    """How far the database's schema is; None for an empty database."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """How far the schema would be if it were up to date."""
    return ScriptDirectory.from_config(_alembic()).get_current_head()
