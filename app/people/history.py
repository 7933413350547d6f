"""The audit log as organizers read it: who did what, when, and what it was before (rule 21).

Everything is on record; not everything is shown. A city's unreleased words stay its own here too (rule 5), and so
does what a session that excludes the lab is about (rule 13). Of the confidential part of a call nothing stands here,
not even that it is there. Private needs are never recorded at all (rule 12).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, func, literal, not_
from sqlmodel import Session, col, select

from app import clock
from app.models import (
    AgendaSession,
    AuditEntry,
    City,
    Cohort,
    Convening,
    MeasureStage,
    Person,
    Role,
    Room,
    RoomSetup,
    Seat,
    Series,
    SessionTable,
    Update,
    UpdateCycle,
    UpdateSection,
    Venue,
    WorkingGroup,
)
from app.people.audit import SAID_NOTHING
from app.people.entries import Place, confided, secret_sessions, sessions_of

PAGE = 50
LONGEST = 400
"""Characters of a value that are shown; the rest is on record."""

WITHHELD_SUBJECTS = {
    "update_text": "the city’s own words",
    "commitment": "the city’s own words",
    "commitment_answer": "the city’s own words",
    "update_figure": "the city’s own words",
    "update_file": "the city’s own words",
    "update_comment": "the city’s own words",
    "upload": "the city’s own words",
}
WITHHELD_COLUMNS = {("update", "sent_back_note"), ("update_version", "content"), ("private_link", "person_id")} | {
    ("call_point", "position")  # the places between those that are shown would tell how many are not
}
UNTOLD = ("id", "created_at", "uid")

_NAMED: dict[str, Any] = {
    "city": select(City.id, City.name),
    "cohort": select(Cohort.id, Cohort.name),
    "convening": select(Convening.id, Convening.title),
    "person": select(Person.id, Person.name),
    "role": select(Role.id, Role.name),
    "measure_stage": select(MeasureStage.id, MeasureStage.name),
    "room": select(Room.id, Room.name),
    "room_setup": select(RoomSetup.id, RoomSetup.name),
    "seat": select(Seat.id, func.coalesce(col(City.name) + ", ", "") + col(Role.name))
    .join(Role, col(Role.id) == Seat.role_id)
    .outerjoin(City, col(City.id) == Seat.city_id),
    "series": select(Series.id, Series.title),
    "session_table": select(SessionTable.id, literal("Table ") + cast(col(SessionTable.number), String)),
    "session": select(AgendaSession.id, AgendaSession.title),
    "update": select(Update.id, col(City.name) + ", " + col(UpdateCycle.title))
    .join(City, col(City.id) == Update.city_id)
    .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id),
    "update_cycle": select(UpdateCycle.id, UpdateCycle.title),
    "update_section": select(UpdateSection.id, UpdateSection.title),
    "venue": select(Venue.id, Venue.name),
    "working_group": select(WorkingGroup.id, WorkingGroup.name),
}
"""Tables whose rows have a name that a reader knows them by: their number and that name."""

_CALLED = {
    **dict.fromkeys(("author", "assistant", "principal", "contact", "owner", "responsible"), "person"),
    "cycle": "update_cycle",
    "group": "working_group",
    "host_city": "city",
    "section": "update_section",
    "serves": "measure_stage",
    "setup": "room_setup",
    "table": "session_table",
}
"""Tables that columns name by another word."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What the log is narrowed to; empty means all. `before` is the number of the entry above the page."""

    by: str = ""
    act: str = ""
    subject: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One column, in words; "" where there was or is nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. `withheld` says why its values are not shown, when they are not. `at` is UTC."""

    id: int
    at: datetime
    by: str
    acting_for: str
    act: str
    subject: str
    name: str
    changes: tuple[Change, ...]
    reason: str
    withheld: str


@dataclass(frozen=True, slots=True)
class Log:
    """A page of the log, the newest first; `next` is the `before` of the page after it, None on the last."""

    lines: tuple[Line, ...]
    next: int | None


def log_of(db: Session, cohort: Cohort, sought: Sought) -> Log:
    """A page of a cohort's log. A handful of queries, however long the log or the page is."""
    query = select(AuditEntry).where(AuditEntry.cohort_id == cohort.key, not_(confided()))
    if sought.by:
        query = query.where(AuditEntry.by == sought.by)
    if sought.act:
        query = query.where(AuditEntry.act == sought.act)
    if sought.subject:
        query = query.where(AuditEntry.subject == sought.subject)
    if sought.before is not None:
        query = query.where(col(AuditEntry.id) < sought.before)
    entries = db.exec(query.order_by(col(AuditEntry.id).desc()).limit(PAGE + 1)).all()
    shown = entries[:PAGE]
    about = sessions_of(db, shown)
    secret = secret_sessions(db, {*about.values(), *named_sessions(shown)})
    names = names_of(db, shown, secret)
    hidden = {place for place, number in about.items() if number in secret}
    lines = tuple(_line(entry, names, hidden, cohort.zone) for entry in shown)
    return Log(lines, shown[-1].key if len(entries) > PAGE else None)


def choices_of(db: Session, cohort_id: int) -> tuple[list[str], list[str], list[str]]:
    """The people, acts and subjects that occur in a cohort's log, to choose from."""
    found = [
        db.exec(
            select(column).where(AuditEntry.cohort_id == cohort_id, not_(confided())).distinct().order_by(column)
        ).all()
        for column in (col(AuditEntry.by), col(AuditEntry.act), col(AuditEntry.subject))
    ]
    return list(found[0]), list(found[1]), list(found[2])


def said(name: str) -> str:
    """A name of the code as people read it: "move_session" → "move session", "city_id" → "city"."""
    return name.removesuffix("_id").replace("_", " ")


def _line(entry: AuditEntry, names: dict[Place, str], hidden: set[Place], zone: str) -> Line:
    withheld = WITHHELD_SUBJECTS.get(entry.subject, "")
    if (entry.subject, entry.subject_id) in hidden:
        withheld = "a session that excludes the lab"
    values = [(entry.before or {}), (entry.after or {})]
    columns = [] if withheld else [name for name in dict.fromkeys([*values[0], *values[1]]) if name not in UNTOLD]
    changes = []
    for column in columns:
        if (entry.subject, column) in WITHHELD_COLUMNS:
            changes.append(Change(said(column), "", "(not shown)"))
            continue
        before, after = (value_said(column, one.get(column), names, zone) for one in values)
        if before or after:
            changes.append(Change(said(column), before, after))
    return Line(
        id=entry.key,
        at=entry.created_at,
        by=entry.by,
        acting_for=names.get(("person", entry.for_id), "") if entry.for_id else "",
        act=said(entry.act),
        subject=said(entry.subject),
        name=_name(entry, names, hidden),
        changes=tuple(changes),
        reason="" if withheld else entry.reason,
        withheld=withheld,
    )


def _name(entry: AuditEntry, names: dict[Place, str], hidden: set[Place]) -> str:
    """What the entry's subject is called: its own name, or that of the update that it is part of."""
    if (entry.subject, entry.subject_id) in hidden:
        return ""
    update_id = ((entry.after or {}) | (entry.before or {})).get("update_id")
    own = names.get((entry.subject, entry.subject_id), "")
    return own or names.get(("update", update_id), "") if isinstance(update_id, int) else own


def named_sessions(entries: Iterable[AuditEntry]) -> set[int]:
    """The sessions that entries name in a column, whatever they are about."""
    return {number for entry in entries for table, number in _references(entry) if table == "session"}


def names_of(db: Session, entries: Iterable[AuditEntry], secret: set[int]) -> dict[Place, str]:
    """The names of what the entries are about and refer to, but of no secret session: one query a table."""
    wanted: dict[str, set[int]] = {}
    for entry in entries:
        for table, number in _references(entry):
            wanted.setdefault(table, set()).add(number)
    wanted.get("session", set()).difference_update(secret)
    names: dict[Place, str] = {}
    for table, numbers in wanted.items():
        query = _NAMED[table]
        names |= {
            (table, number): name for number, name in db.exec(query.where(query.selected_columns[0].in_(numbers)))
        }
    return names


def _references(entry: AuditEntry) -> Iterable[tuple[str, int]]:
    """The (table, id) of the named rows that an entry is about or refers to."""
    if entry.for_id:
        yield "person", entry.for_id
    if entry.subject in _NAMED:
        yield entry.subject, entry.subject_id
    for values in (entry.before or {}, entry.after or {}):
        for column, value in values.items():
            table = _table_of(column)
            if table and isinstance(value, int):
                yield table, value


def _table_of(column: str) -> str | None:
    """The table that a column refers to by its name: approved_by_id → person, host_city_id → city."""
    if not column.endswith("_id"):
        return None
    stem = column.removesuffix("_id")
    if stem.endswith("by"):
        return "person"
    return _CALLED.get(stem, stem if stem in _NAMED else None)


def value_said(column: str, value: Any, names: Mapping[Place, str], zone: str) -> str:
    """A column's value in words: rows by their names, instants on the clocks of a zone; "" for nothing."""
    if value is None or value == "":
        return ""
    if value == SAID_NOTHING:
        return SAID_NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    table = _table_of(column)
    if table and isinstance(value, int):
        return names.get((table, value), f"no. {value}")
    if isinstance(value, str) and column.endswith("_at"):
        moment = datetime.fromisoformat(value)
        local = clock.local(moment, zone)
        return f"{clock.said_day(local, year=True)}, {local:%H:%M} {clock.zone_abbreviation(moment, zone)}"
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
