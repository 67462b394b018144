"""How Alembic runs our migrations: on a connection that it is handed, or on the configured database."""

from alembic import context
from sqlalchemy import Connection, create_engine

from fablab import models
from fablab.core.config import load_config
from fablab.core.db import Model, engine_url, prepare_engine

assert models


def run(connection: Connection) -> None:
    """Run what was asked for, all in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = create_engine(engine_url(load_config().database_url))
    prepare_engine(engine)
    with engine.connect() as opened:
        run(opened)
