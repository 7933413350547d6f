"""`plenary import …` and `plenary export …`: files in and out, by the verbs of app/exchange."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.surroundings import DataDir, open_database, settings_with

if TYPE_CHECKING:
    from app.database import Database

importing = typer.Typer(no_args_is_help=True, help="Read a file that others made.")
exporting = typer.Typer(no_args_is_help=True, help="Write a file that others read.")


class Format(StrEnum):
    """The files that an agenda is written as."""

    XML = "xml"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


class WhatOfAbsent(StrEnum):
    """What becomes of sessions that are in the draft and no longer in the file."""

    LEAVE = "leave"
    CANCEL = "cancel"
    ARCHIVE = "archive"


File = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, show_default=False)]
ConveningName = Annotated[
    str, typer.Option("--convening", metavar="COHORT/CONVENING", help="Such as by-all-means/2017-fall.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Keep nothing when anything in the file cannot be read.")]


@importing.command()
def agenda(
    file: File,
    convening: ConveningName,
    create: Annotated[bool, typer.Option("--create", help="Make the convening if it is not there.")] = False,
    publish: Annotated[bool, typer.Option("--publish", help="Publish the draft as the next release.")] = False,
    public: Annotated[bool, typer.Option("--public", help="Make new sessions public; else the cohort's own.")] = False,
    absent: Annotated[
        WhatOfAbsent, typer.Option(help="What becomes of sessions that are no longer in the file.")
    ] = WhatOfAbsent.LEAVE,
    zone: Annotated[str, typer.Option(metavar="ZONE", help="Where the file's times are meant, if it is silent.")] = "",
    title: Annotated[str, typer.Option(metavar="TEXT", help="The convening's title, if it is made.")] = "",
    strict: Strict = False,
    data_dir: DataDir = None,
) -> None:
    """Bring an agenda into a convening's draft: frab or pentabarf XML, pretalx JSON, iCalendar, CSV or XLSX.

    The same file again changes nothing. Exit code 0 means that all of it was read.
    """
    from app.exchange.imports import AgendaImport, import_agenda

    cohort_slug, slug = _cohort_and(convening)
    settings = settings_with(data_dir=data_dir)
    options = AgendaImport(
        create=create,
        publish=publish,
        strict=strict,
        public=public,
        absent=absent.value,
        zone=zone,
        title=title,
        megabytes=settings.upload_megabytes,
    )
    result = import_agenda(open_database(settings), file, cohort_slug, slug, options)
    _say(result.lines, complete=result.complete)


@importing.command()
def roster(
    file: File,
    cohort: Annotated[str, typer.Option(metavar="WORD", help="Whose people; needed where there are several.")] = "",
    strict: Strict = False,
    data_dir: DataDir = None,
) -> None:
    """Bring people and their seats into a cohort, from CSV or XLSX.

    The same file again changes nothing. Exit code 0 means that all of it was read.
    """
    from app.exchange.roster import import_roster

    settings = settings_with(data_dir=data_dir)
    database = open_database(settings)
    into = cohort or _only_cohort(database)
    result = import_roster(database, file, into, strict=strict, megabytes=settings.upload_megabytes)
    _say(result.lines, complete=result.complete)


@exporting.command("agenda")
def export_an_agenda(
    convening: ConveningName,
    kind: Annotated[Format | None, typer.Option("--format", help="Else what the file's name ends in.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", dir_okay=False, help="Else standard output.")
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="Only what anyone may see.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Write a convening's newest release: frab XML, schedule JSON, CSV or XLSX."""
    from app.exchange.exports import export_agenda

    cohort_slug, slug = _cohort_and(convening)
    wanted = kind or (output.suffix.removeprefix(".").lower() if output else "")
    if wanted not in list(Format):
        raise typer.BadParameter("Say which: xml, json, csv or xlsx.", param_hint="--format")
    settings = settings_with(data_dir=data_dir)
    database = open_database(settings)
    file = export_agenda(database, cohort_slug, slug, kind=wanted, base_url=settings.address, public=public)
    if output is None:
        sys.stdout.buffer.write(file.content)
        return
    try:
        output.write_bytes(file.content)
    except OSError as error:
        raise typer.BadParameter(f"{output} cannot be written: {error.strerror}.", param_hint="--output") from error


def _cohort_and(convening: str) -> tuple[str, str]:
    """Both words of "by-all-means/2017-fall"."""
    cohort_slug, slash, slug = convening.partition("/")
    if not slash:
        raise typer.BadParameter("Name the cohort too: by-all-means/2017-fall.", param_hint="--convening")
    return cohort_slug, slug


def _only_cohort(database: "Database") -> str:
    from sqlmodel import col, select

    from app.models import Cohort

    with database.read() as db:
        slugs = db.exec(select(Cohort.slug).order_by(col(Cohort.slug))).all()
    if len(slugs) != 1:
        raise typer.BadParameter(f"Say which: {', '.join(slugs) or 'there is none yet'}.", param_hint="--cohort")
    return slugs[0]


def _say(lines: Sequence[str], *, complete: bool) -> None:
    print("\n".join(lines))
    if not complete:
        print("Some of the file could not be read; the rest is kept. --strict keeps nothing then.", file=sys.stderr)
        raise typer.Exit(1)
