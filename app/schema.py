"""Bringing a database to this program's schema, by Alembic's migrations."""

from pathlib import Path

from sqlalchemy import inspect, text

from app.database import Database

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def newest() -> str:
    """The revision that this program's files lead to, read without starting Alembic (which costs half a second)."""
    return max(path.name.split("_", 1)[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def is_current(database: Database) -> bool:
    """Whether the database stands at the newest revision."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == newest()


def migrate(database: Database, to: str = "head") -> None:
    """Upgrade (or, with a revision that lies behind, downgrade) the database in one transaction.

    Where several processes start on one database, each may call this: one does it, the others find it done.
    """
    if to == "head" and is_current(database):
        return
    # Imported here because most starts find a current database and need not wait for it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.alone() as connection:
        config.attributes["connection"] = connection
        if to == "head":
            command.upgrade(config, "head")
        else:
            command.downgrade(config, to)
