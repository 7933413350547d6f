"""Bringing an agenda into a convening: read, plan, write, publish, and say what came of it in lines to print."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from app import clock
from app.agenda.convenings import ConveningDetails, create_convening
from app.agenda.releases import publish_release
from app.database import Database
from app.exchange.apply import Wishes, apply_plan
from app.exchange.plans import AgendaPlan, plan_agenda
from app.exchange.read import read_agenda, too_large
from app.exchange.reading import Expected, ReadAgenda
from app.models import AgendaRelease, Cohort, Convening, ConveningStage, Openness, Room
from app.people.audit import Refused, verb
from app.people.viewer import Viewer

IMPORTER = Viewer.system("import")


@dataclass(frozen=True, slots=True)
class AgendaImport:
    """What an import from the command line is to do; `zone`, `title`: for a convening that is made."""

    create: bool = False
    publish: bool = False
    strict: bool = False
    public: bool = False
    absent: str = "leave"
    zone: str = ""
    title: str = ""
    megabytes: int = 20


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an import, in lines; `complete` when all of the file was read."""

    lines: tuple[str, ...]
    complete: bool


def import_agenda(
    database: Database, path: Path, cohort_slug: str, convening_slug: str, options: AgendaImport | None = None
) -> Result:
    """Import a file into a convening's draft in one transaction; with `create` make the convening if it is not there.

    Raises Unreadable for a file that is no agenda, and Refused where the cohort or the convening is unknown, where
    it was asked to be strict and something could not be read, or where publishing is refused.
    """
    options = options or AgendaImport()
    data = file_bytes(path, options.megabytes)
    with database.write() as db:
        cohort = db.exec(select(Cohort).where(Cohort.slug == cohort_slug)).first()
        if cohort is None:
            raise Refused(f"There is no cohort “{cohort_slug}”.")
        convening = convening_at(db, cohort, convening_slug)
        if convening is None and not options.create:
            raise Refused(f"{cohort.name} has no convening “{convening_slug}”. Make it with --create.")
        db.info["cohort_id"] = cohort.key
        read = read_agenda(data, expected(db, cohort, convening, options.zone), megabytes=options.megabytes)
        return _import(db, cohort, convening, convening_slug, read, options)


def file_bytes(path: Path, megabytes: int) -> bytes:
    """A file's bytes; raises Unreadable for one above the cap, before it is read."""
    if path.stat().st_size > megabytes << 20:
        raise too_large(path.stat().st_size, megabytes)
    return path.read_bytes()


def _import(
    db: Session, cohort: Cohort, convening: Convening | None, slug: str, read: ReadAgenda, options: AgendaImport
) -> Result:
    zone = convening.zone if convening else zone_of(read, options.zone, cohort.zone)
    plan = plan_agenda(db, cohort, convening, read, zone)
    lines = [*said(plan)]
    wishes = Wishes(
        keep="nothing" if options.strict else "readable",
        absent=options.absent,
        openness=Openness.PUBLIC if options.public else Openness.COHORT,
    )
    if convening is None:
        convening = make_convening(db, cohort, plan, slug, wishes, title=options.title, by=IMPORTER)
        lines.insert(0, f"Convening {cohort.slug}/{convening.slug} was made: {convening.title}, {_days_of(convening)}.")
    else:
        apply_plan(db, convening, plan, wishes, by=IMPORTER)
    if options.publish:
        lines.append(publish(db, convening))
    return Result(tuple(lines), complete=not plan.problems)


def convening_at(db: Session, cohort: Cohort, slug: str) -> Convening | None:
    """The cohort's convening of that slug, unless it is archived."""
    here = Convening.cohort_id == cohort.key, Convening.slug == slug, col(Convening.archived_at).is_(None)
    return db.exec(select(Convening).where(*here)).first()


def expected(db: Session, cohort: Cohort, convening: Convening | None, zone: str = "") -> Expected:
    """What is known before a file for this convening is read."""
    if zone:
        _checked_zone(zone)
    if convening is None:
        return Expected(zone=zone, fallback_zone=cohort.zone)
    here = select(Room.name).where(Room.venue_id == convening.venue_id, col(Room.archived_at).is_(None))
    rooms = frozenset(db.exec(here)) if convening.venue_id else frozenset()
    return Expected(
        zone=zone or convening.zone,
        fallback_zone=convening.zone,
        days=(convening.starts_on, convening.ends_on),
        rooms=rooms,
    )


def zone_of(read: ReadAgenda, given: str, fallback: str) -> str:
    """The zone of a convening that is made for a file: given, named in it, or one in which its instants were meant.

    A file may say offsets only. They are the cohort's own where they agree with its clocks throughout, else those
    of a zone that has nothing but this offset.
    """
    if given:
        return _checked_zone(given)
    if read.zone:
        return read.zone
    offsets = {offset for _, offset in read.offsets}
    agree = all(clock.local(moment, fallback).utcoffset() == offset for moment, offset in read.offsets)
    if agree or len(offsets) != 1:
        return fallback
    hours, rest = divmod(offsets.pop(), timedelta(hours=1))
    if rest:
        return fallback
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"


@verb
def make_convening(
    db: Session,
    cohort: Cohort,
    plan: AgendaPlan,
    slug: str,
    wishes: Wishes | None = None,
    *,
    title: str = "",
    by: Viewer,
) -> Convening:
    """A convening for a file, with its title, days and zone, and the file's sessions as its draft: both or neither.

    Raises Refused for a file without a day, for a slug that is taken, and where `apply_plan` does.
    """
    if plan.days is None:
        raise Refused("No session of the file has a day, so that no convening can be made for it.")
    details = ConveningDetails(
        title=title or plan.read.title or slug,
        slug=slug,
        starts_on=plan.days[0],
        ends_on=plan.days[1],
        zone=plan.zone,
        stage=ConveningStage.ANNOUNCED,
    )
    convening = create_convening(db, cohort, details, by=by)
    db.flush()
    return apply_plan(db, convening, plan, wishes, by=by)


def publish(db: Session, convening: Convening) -> str:
    """Publish the draft; says which release it became, or that nothing has changed since the last one."""
    db.flush()
    latest = select(AgendaRelease.number).where(AgendaRelease.convening_id == convening.key)
    last = max(db.exec(latest), default=0)
    try:
        release = publish_release(db, convening, note="Imported", by=IMPORTER)
    except Refused as refusal:
        if not last:
            raise
        return refusal.sentence
    return f"Published as release {release.number}."


def said(plan: AgendaPlan) -> list[str]:
    """A plan in lines: what is made, what changes and how, what is no longer there, what could not be read."""
    read = plan.read
    lines = [
        f"Read as {read.kind}: {_count(len(read.sessions), 'session')}, {_count(len(read.rooms), 'room')}, "
        f"{_count(len(read.presenters), 'presenter')}, {_count(len(read.days), 'day')}.",
        f"{len(plan.creates)} new, {len(plan.changes)} changed, {plan.unchanged} unchanged, "
        f"{len(plan.absent)} no longer in the file; "
        f"{_count(len(plan.new_rooms), 'new room')}, {_count(len(plan.new_people), 'new person', 'new people')}.",
    ]
    for change in plan.changes:
        lines.append(f"Changed: “{change.read.title}” ({change.read.where})")
        lines += [f"  {difference}" for difference in change.differences]
    lines += [f"No longer in the file: “{absent.title}” ({absent.when})" for absent in plan.absent]
    lines += [f"Note: {note}" for note in plan.notes]
    lines += [f"Not read: {problem}" for problem in plan.problems]
    return lines


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _days_of(convening: Convening) -> str:
    first, last = clock.said_day(convening.starts_on), clock.said_day(convening.ends_on, year=True)
    return f"{first} – {last}, {convening.zone}"


def _checked_zone(zone: str) -> str:
    try:
        clock.zone(zone)
    except ValueError as error:
        raise Refused(str(error), "zone") from error
    return zone
