"""`plenary import …` and `plenary export …`: files in and out, by the verbs of app/exchange."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.cli.surroundings import DataDir, open_database, settings_with

importing = typer.Typer(no_args_is_help=True, help="Read a file that others made.")


class WhatOfAbsent(StrEnum):
    """What becomes of sessions that are in the draft and no longer in the file."""

    LEAVE = "leave"
    CANCEL = "cancel"
    ARCHIVE = "archive"


File = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, show_default=False)]
Strict = Annotated[bool, typer.Option("--strict", help="Keep nothing when anything in the file cannot be read.")]


@importing.command()
def agenda(
    file: File,
    convening: Annotated[str, typer.Option(metavar="COHORT/CONVENING", help="Such as by-all-means/2017-fall.")],
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

    cohort_slug, slash, slug = convening.partition("/")
    if not slash:
        raise typer.BadParameter("Name the cohort too: by-all-means/2017-fall.", param_hint="--convening")
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


def _say(lines: tuple[str, ...], *, complete: bool) -> None:
    print("\n".join(lines))
    if not complete:
        print("Some of the file could not be read; the rest is kept. --strict keeps nothing then.", file=sys.stderr)
        raise typer.Exit(1)
