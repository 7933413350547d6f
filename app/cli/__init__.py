"""The `plenary` command. Thin, like a route: each command reads its options, calls one verb, says what happened.

What a command needs is imported where it is used: help and refusals then come in a third of a second, not in three.
"""

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from app import clock
from app.cli.exchanging import exporting, importing
from app.cli.filing import filing
from app.cli.surroundings import DataDir, open_database, settings_with
from app.settings import BadSettings, Settings

if TYPE_CHECKING:
    from app.database import Database

program = typer.Typer(
    name="plenary",
    help="Plenary: convenings, and the learning of a cohort of cities between them.",
    epilog="Settings come from PLENARY_* variables; docs/running.md lists them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
RUN, BEGIN, FILES = "Run", "Begin", "Files"
program.add_typer(importing, name="import", rich_help_panel=FILES)
program.add_typer(exporting, name="export", rich_help_panel=FILES)
program.add_typer(filing, name="files", rich_help_panel=FILES)


def main() -> None:
    """Runs the command line. What people can put right is said in a sentence: exit code 1, or 2 for settings."""
    try:
        program(prog_name="plenary")
    except BadSettings as bad:
        _leave(str(bad), code=2)
    except ValidationError as bad:
        faults = (f"PLENARY_{str(fault['loc'][0]).upper()}: {fault['msg']}." for fault in bad.errors())
        _leave("\n".join(faults), code=2)
    except Exception as error:
        from app.cli.serving import CannotStart
        from app.exchange.reading import Unreadable
        from app.files import OutOfReach
        from app.people.audit import Refused

        if not isinstance(error, CannotStart | OutOfReach | Refused | Unreadable):
            raise
        _leave(str(error), code=1)


def _leave(sentence: str, *, code: int) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(code)


@program.command(rich_help_panel=RUN)
def serve(
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Where to listen; else 127.0.0.1.")] = None,
    port: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=0, max=65535, help="Else 8000; 0 takes a free one.")
    ] = None,
    data_dir: DataDir = None,
    workers: Annotated[int, typer.Option(metavar="NUMBER", min=1, help="Processes that answer requests.")] = 1,
    reload: Annotated[bool, typer.Option("--reload", help="Start again whenever code changes.")] = False,
    demo: Annotated[
        bool | None,
        typer.Option(
            "--demo/--no-demo",
            help="Let anyone here sign in as anyone, on a loopback address; else on with the sample cohort.",
        ),
    ] = None,
) -> None:
    """Start the program and its worker; Ctrl-C stops both.

    An empty database gets the sample cohort, unless the address is a public one.
    """
    from app.cli import serving

    settings = settings_with(host=host, port=port, data_dir=data_dir)
    assert settings.secret, "a missing one is refused before anything is begun"
    listener = serving.listen(settings.host, settings.port)
    os.environ["PLENARY_PORT"] = str(listener.getsockname()[1])
    with serving.loading():
        database = open_database(settings)
    private = settings.is_local and settings.base_url is None
    if private and _is_empty(database):
        print("Loading the sample cohort …", flush=True)
        _load_sample(database, settings)
    if demo is None and "PLENARY_DEMO" not in os.environ:
        demo = private and _is_sample(database)
    key_remarks = _key_remarks(database, settings)
    database.dispose()
    settings = settings_with(demo=demo)
    print(f"Plenary: {settings.address}", flush=True)
    for line in _remarks(settings) + key_remarks:
        print(line, flush=True)
    serving.run(listener, workers=1 if reload else workers, reload=reload)


def _remarks(settings: Settings) -> list[str]:
    """What whoever starts the program should know, a line each."""
    remarks = []
    if settings.base_url is not None:
        remarks.append(f"Listening on {settings.model_copy(update={'base_url': None}).address}")
    remarks.append(f"Data: {settings.data_dir}")
    if settings.files_url is not None:
        remarks.append(f"Files: {settings.files_url}")
    if settings.demo_sign_in:
        remarks.append("Demo sign-in is on: anyone at this machine may sign in as anyone.")
    elif settings.demo:
        remarks.append(f"Demo sign-in stays off: {settings.host} is not a loopback address.")
    if not settings.is_local and settings.base_url is None:
        remarks.append(f"PLENARY_BASE_URL is not set: letters and feeds will name {settings.address}.")
    return remarks


def _key_remarks(database: "Database", settings: Settings) -> list[str]:
    """What to know where the key of the private needs is not the one that they were sealed with."""
    from app.registration.resealing import texts_under

    with database.read() as db:
        texts = texts_under(db, settings.private_needs_key)
    if not texts.unreadable:
        return []
    return [f"The key opens {texts.stored - texts.unreadable} of {texts.stored} private needs: see plenary doctor."]


@program.command(rich_help_panel=RUN)
def worker(
    data_dir: DataDir = None,
    with_server: Annotated[bool, typer.Option("--with-server", hidden=True)] = False,
) -> None:
    """Run the jobs alone: letters and the rest. `serve` has a worker of its own."""
    from app.cli import serving

    serving.work(settings_with(data_dir=data_dir), with_server=with_server)


@program.command(rich_help_panel=RUN)
def doctor(data_dir: DataDir = None) -> None:
    """Look at everything the program needs, and say what to do about what is missing."""
    from app.cli.doctor import examine

    ill = False
    for what, found, cure in examine(settings_with(data_dir=data_dir)):
        print(f"{'!' if cure else '✓'} {what}: {found}" + (f"\n  {cure}" if cure else ""))
        ill = ill or bool(cure)
    if ill:
        raise typer.Exit(1)


@program.command(rich_help_panel=RUN)
def reseal(
    old: Annotated[Path, typer.Option(metavar="FILE", help="A file that holds the old key, and nothing else.")],
    data_dir: DataDir = None,
) -> None:
    """Seal all private needs with a new key. Stop the program first, and put the new key where the old one was."""
    from app.people.audit import Refused
    from app.people.viewer import Viewer
    from app.registration.resealing import reseal as seal_anew

    settings = settings_with(data_dir=data_dir)
    try:
        key = old.read_bytes().strip()
    except OSError as error:
        raise Refused(f"{old} cannot be read: {error.strerror}.") from error
    with open_database(settings).write() as db:
        count = seal_anew(db, old=key, new=settings.private_needs_key, by=Viewer.system("reseal"))
    print(f"{count} texts are sealed with the new key. The old one is needed only for older backups.")


@program.command(rich_help_panel=BEGIN)
def init(
    name: Annotated[str, typer.Option(prompt="The cohort’s name", metavar="TEXT", help="The cohort’s name.")],
    organizer: Annotated[
        str, typer.Option(prompt="The first organizer’s name", metavar="TEXT", help="The first organizer’s name.")
    ],
    email: Annotated[str, typer.Option(prompt="Their e-mail address", metavar="ADDRESS", help="Their e-mail address.")],
    slug: Annotated[str, typer.Option(metavar="WORD", help="The cohort in addresses; else made of the name.")] = "",
    zone: Annotated[str, typer.Option(metavar="ZONE", help="The cohort’s time zone.")] = "America/New_York",
    data_dir: DataDir = None,
) -> None:
    """Found a cohort for real use: no sample, one organizer, and a link that signs them in."""
    from app.people import sign_in
    from app.people.audit import Refused
    from app.people.founding import found_cohort
    from app.people.viewer import Viewer

    settings = settings_with(data_dir=data_dir)
    database = open_database(settings)
    if _is_sample(database):
        raise Refused(
            "This database holds the sample cohort, where anyone may be asked to sign in as anyone. "
            "Give the real one a folder of its own, and start with it: --data-dir FOLDER"
        )
    with database.write() as db:
        cohort, person = found_cohort(
            db, name=name, slug=slug, zone=zone, organizer=organizer, email=email, by=Viewer.system("init")
        )
        made = sign_in.make_link(db, email, minutes=settings.sign_in_minutes)
    print(f"{cohort.name} is founded at {settings.address}/{cohort.slug}; {person.name} is its organizer.")
    if made is not None:
        print(
            f"Start the program with `plenary serve`. This link signs them in once, within "
            f"{settings.sign_in_minutes} minutes:\n{settings.address}/sign-in/{made[1]}"
        )


@program.command(rich_help_panel=BEGIN)
def seed(data_dir: DataDir = None) -> None:
    """Load the sample cohort, with its next convening three weeks ahead, into an empty database."""
    gc.disable()  # nearly all that it makes stays until it ends, soon
    from app.people.audit import Refused

    settings = settings_with(data_dir=data_dir)
    database = open_database(settings)
    if not _is_empty(database):
        raise Refused("The database is not empty, and the sample cohort is only loaded into an empty one.")
    _load_sample(database, settings)
    print("The sample cohort is loaded. `plenary serve` shows it.")


@program.command(rich_help_panel=BEGIN)
def migrate(
    to: Annotated[str, typer.Option(metavar="REVISION", help="A revision to go to, or to go back to.")] = "head",
    data_dir: DataDir = None,
) -> None:
    """Bring the database to this program’s schema; `serve` does so by itself."""
    from app import schema
    from app.database import Database

    database = Database(settings_with(data_dir=data_dir).database)
    schema.migrate(database, to)
    print(f"The database stands at {schema.newest() if to == 'head' else to}.")


def _is_empty(database: "Database") -> bool:
    from sqlmodel import select

    from app.models import Cohort

    with database.read() as db:
        return db.exec(select(Cohort.id).limit(1)).first() is None


def _is_sample(database: "Database") -> bool:
    """Whether the sample cohort was ever loaded here, as the record of changes says."""
    from sqlmodel import select

    from app.models import AuditEntry

    with database.read() as db:
        return db.exec(select(AuditEntry.id).where(AuditEntry.by == "seed").limit(1)).first() is not None


def _load_sample(database: "Database", settings: Settings) -> None:
    from app.files import files_of
    from seed.load import load_sample

    load_sample(database, clock.today("America/New_York"), files_of(settings), secret=settings.secret)
