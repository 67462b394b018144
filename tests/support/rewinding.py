"""A PostgreSQL database whose rows are put back where they were, at a tenth of what a fresh copy of it costs.

What it holds is kept beside it, in a schema of its own. Only rows and sequences are put back: once a statement has
changed a table, a trigger or anything else of the kind, a fresh copy it must be.
"""

from sqlalchemy import Connection, Engine, text

_BEGIN = """
CREATE SCHEMA kept;
CREATE TABLE kept.altered (tag text);
CREATE FUNCTION kept.note() RETURNS event_trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO kept.altered VALUES (tg_tag); END'
"""
_PUT_BACK = """
CREATE FUNCTION kept.put_back() RETURNS boolean LANGUAGE plpgsql SET session_replication_role = replica AS $$
BEGIN
    PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND state <> 'idle'
            AND pid <> pg_backend_pid();
    IF EXISTS (SELECT FROM kept.altered) THEN RETURN false; END IF;
    {statements}
    RETURN true;
END $$
"""
_END = "CREATE EVENT TRIGGER kept_note ON ddl_command_end EXECUTE FUNCTION kept.note()"


def keep(connection: Connection) -> None:
    """Keep what the database holds now; only a superuser can, since what guards rows must look away meanwhile."""
    if not connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
        return
    connection.execute(text(_BEGIN))
    tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    sequences = connection.scalars(text("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")).all()
    statements = [f'DELETE FROM public."{table}";' for table in tables]
    for table in tables:
        if connection.scalar(text(f'SELECT EXISTS (SELECT FROM public."{table}")')):
            connection.execute(text(f'CREATE TABLE kept."{table}" AS TABLE public."{table}"'))
            statements.append(f'INSERT INTO public."{table}" SELECT * FROM kept."{table}";')
    for name in sequences:
        last, called = connection.execute(text(f'SELECT last_value, is_called FROM public."{name}"')).one()
        statements.append(f"PERFORM setval('public.\"{name}\"', {last}, {called});")
    connection.exec_driver_sql(_PUT_BACK.format(statements="\n    ".join(statements)))
    connection.execute(text(_END))


def put_back(engine: Engine) -> bool:
    """Put every row back where it was; false if nothing was kept, or more than rows has changed since."""
    with engine.begin() as connection:
        if connection.scalar(text("SELECT to_regprocedure('kept.put_back()')")) is None:
            return False
        return bool(connection.scalar(text("SELECT kept.put_back()")))
