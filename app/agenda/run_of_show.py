"""The run of show: what the crew does, minute by minute, for each day and room.

Most of it follows from the draft (running_order.py). Organizers write further cues (cues.py), or put one in the place
of a derived line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session, col, select

from app import clock
from app.agenda import wording
from app.agenda.draft import Draft, DraftRoom
from app.agenda.loading import load_draft
from app.agenda.running_order import MINUTE, Done, Line, Sheet, derived_lines, sheets_of
from app.gatherings.details import GONE
from app.models import AgendaSession, City, Convening, Cue, CueAnchor, CueTick, Engagement, Person, SessionItem
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class RunOfShow:
    """All sheets of a convening, by day and by the venue's order of rooms."""

    convening: Convening
    sheets: tuple[Sheet, ...]

    @property
    def days(self) -> list[date]:
        return list(dict.fromkeys(sheet.day for sheet in self.sheets))

    @property
    def rooms(self) -> list[DraftRoom]:
        """The rooms that are in use, in the venue's order."""
        return list({sheet.room.id: sheet.room for sheet in self.sheets if sheet.room is not None}.values())

    def of(self, day: date | None = None, room_id: int | None = None) -> list[Sheet]:
        """The sheets of a day, of a room, or of both."""
        return [
            one
            for one in self.sheets
            if day in (None, one.day) and (room_id is None or (one.room is not None and one.room.id == room_id))
        ]

    def line(self, name: str) -> Line | None:
        return next((line for sheet in self.sheets for line in sheet.lines if line.name == name), None)


def run_of_show(
    db: Session, convening: Convening, viewer: Viewer, *, beside: Mapping[int, tuple[str, ...]] | None = None
) -> RunOfShow:
    """The run of show of the draft as it stands, in the words of who looks (rule 13), in a fixed number of queries.

    `beside` is what other rooms have to say below a session, by its id; not said of one that the viewer may not know.
    """
    draft = load_draft(db, convening)
    titles = wording.titles_for(draft, viewer)
    hidden = {one.id for one in draft.sessions if one.excludes_lab and titles[one.id] != one.title}
    details = _details(db, convening, draft, hidden)
    for session_id, said in (beside or {}).items():
        if session_id not in hidden:
            details[session_id] = (*details.get(session_id, ()), *said)
    written = list(_cues(db, convening))
    replacing = {cue.derived: cue for cue, _ in written if cue.derived}
    names = {cue.key: name for cue, name in written}
    lines = [
        line
        for derived in derived_lines(draft, titles, details)
        if (line := _replaced(derived, replacing.get(derived.name), names)) is not None
    ]
    lines += [
        line
        for cue, name in written
        if cue.derived is None and cue.archived_at is None and (line := _written(draft, cue, name)) is not None
    ]
    ticks = _ticks(db, convening)
    return RunOfShow(convening, sheets_of(draft, [replace(line, done=ticks.get(line.name)) for line in lines]))


def _replaced(line: Line, cue: Cue | None, names: Mapping[int, str]) -> Line | None:
    """The derived line, or what an organizer has put in its place; None where they have left it out."""
    if cue is None:
        return line
    if cue.archived_at is not None:
        return None
    assert line.anchor is not None, "a derived line is counted from something"
    return replace(
        line,
        at=line.anchor + cue.minutes * MINUTE,
        minutes=cue.minutes,
        what=cue.text or line.what,
        responsible=names[cue.key],
        cue_id=cue.key,
    )


def _written(draft: Draft, cue: Cue, responsible: str) -> Line | None:
    """A cue's line; None while its session has no time."""
    at, anchor, room_id = cue.at, None, cue.room_id
    if cue.session_id is not None:
        session = next((one for one in draft.running if one.id == cue.session_id), None)
        if session is None:
            return None
        anchor = session.span[0] if cue.anchor is CueAnchor.START else session.span[1]
        at = anchor + cue.minutes * MINUTE
        room_id = room_id or (session.room_ids[0] if session.room_ids else None)
    assert at is not None, "the table asks for a session or a time"
    return Line(
        f"cue:{cue.key}",
        at,
        cue.kind.value,
        cue.text,
        room_id if room_id in draft.rooms else None,
        cue.session_id,
        responsible=responsible,
        anchor=anchor,
        minutes=cue.minutes,
        cue_id=cue.key,
    )


def _cues(db: Session, convening: Convening) -> Iterator[tuple[Cue, str]]:
    rows = db.exec(
        select(Cue, Person.name)
        .outerjoin(Person, col(Person.id) == Cue.responsible_id)
        .where(Cue.convening_id == convening.key)
        .order_by(col(Cue.id))
    )
    for cue, name in rows:
        yield cue, name or cue.responsible


def _ticks(db: Session, convening: Convening) -> dict[str, Done]:
    rows = db.exec(
        select(CueTick.line, CueTick.done_at, Person.name)
        .outerjoin(Person, col(Person.id) == CueTick.done_by_id)
        .where(CueTick.convening_id == convening.key)
    )
    return {line: Done(name or "", at) for line, at, name in rows}


def _details(db: Session, convening: Convening, draft: Draft, hidden: set[int]) -> dict[int, tuple[str, ...]]:
    """What is said below each session: its items with their times, who presents, and what they need in the room."""
    said: dict[int, list[str]] = {}
    begins = {one.id: one.span[0] for one in draft.running if one.id not in hidden}
    here = (AgendaSession.convening_id == convening.key, col(AgendaSession.archived_at).is_(None))
    items = db.exec(
        select(SessionItem, City.name)
        .join(AgendaSession, col(AgendaSession.id) == SessionItem.session_id)
        .outerjoin(City, col(City.id) == SessionItem.city_id)
        .where(*here)
        .order_by(col(SessionItem.session_id), col(SessionItem.position), col(SessionItem.id))
    )
    for item, city in items:
        if item.session_id not in begins:
            continue
        start = begins[item.session_id]
        begins[item.session_id] += item.minutes * MINUTE
        what = ", ".join(filter(None, (city, item.title)))
        said.setdefault(item.session_id, []).append(
            f"{clock.said_time(start, draft.zone)} {what} ({item.minutes} min)".replace("  ", " ")
        )
    parts = db.exec(
        select(Engagement.session_id, Person.name, Engagement.part, Engagement.equipment)
        .join(Person, col(Person.id) == Engagement.person_id)
        .join(AgendaSession, col(AgendaSession.id) == Engagement.session_id)
        .where(*here, col(Engagement.state).not_in(GONE))
        .order_by(col(Engagement.session_id), col(Engagement.position), col(Engagement.id))
    )
    for session_id, name, part, equipment in parts:
        if session_id in begins:
            needs = "; ".join(" ".join(line.split()) for line in equipment.splitlines() if line.strip())
            said.setdefault(session_id, []).append(f"{name}, {part}" + (f": {needs}" if needs else ""))
    return {session_id: tuple(lines) for session_id, lines in said.items()}
