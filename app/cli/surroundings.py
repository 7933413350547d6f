"""What every command stands in: the settings, with what the command line says, and the database at its schema."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.settings import BadSettings, Settings

if TYPE_CHECKING:
    from app.database import Database

DataDir = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Where database, uploads and letters lie; else PLENARY_DATA_DIR, or data."),
]


def settings_with(**options: object) -> Settings:
    """The settings, with what the command line says put into the environment: other processes read it there.

    Raises BadSettings for a data folder that cannot be made.
    """
    for name, value in options.items():
        if value is not None:
            os.environ[f"PLENARY_{name.upper()}"] = str(value)
    settings = Settings()
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BadSettings(f"The data folder {settings.data_dir} cannot be made: {error.strerror}.") from error
    return settings


def open_database(settings: Settings) -> "Database":
    """The settings' database at this program's schema. Raises BadSettings when it does not answer."""
    from sqlalchemy.exc import OperationalError

    from app.database import Database
    from app.models.sealed import use_key
    from app.schema import migrate

    use_key(settings.private_needs_key)
    database = Database(settings.database)
    try:
        migrate(database)
    except OperationalError as error:
        shown = database.url.render_as_string(hide_password=True)
        raise BadSettings(f"The database {shown} does not answer:\n{error.orig}") from error
    return database
