"""Taking an act on the draft back: each row is made again what it was before, as far as nobody has been there since.

What calendars count by (`sequence`, `changed_at`) goes on rising (rule 16). What was added is put away or, where it
is a mere link, deleted; what was deleted comes back. Columns whose text is not on record (rule 12) stay as they are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import Session, col, or_, select

from app import clock
from app.agenda.log_values import differs, read_back, write_back
from app.agenda.seeing import CLOSED_SESSION
from app.agenda.turns import DRAFTED, Drafted, RowChange, Turn, Values
from app.gatherings.changes import note_change
from app.gatherings.details import is_hidden
from app.models import (
    AgendaSession,
    Audience,
    AuditEntry,
    Convening,
    Cue,
    Engagement,
    Material,
    Person,
    Room,
    RoomSetup,
    SessionTable,
    TablePlace,
)
from app.people.audit import Refused
from app.people.entries import Place, sessions_of
from app.people.viewer import Viewer

KNOWN_BY: Mapping[str, tuple[str, ...]] = {
    "session_room": ("session_id", "room_id"),
    "engagement": ("session_id", "person_id", "part"),
    "audience_term": ("audience_id", "excepted", "role_id", "city_id", "person_id"),
    "override": ("convening_id", "finding"),
    "cue": ("convening_id", "derived"),
    "session_table": ("session_id", "number"),
    "table_place": ("session_id", "person_id"),
}
"""Rows that are deleted and made anew, with another number perhaps, and by what they are the same. A cue is one where
it replaces a line of the draft: put away, it would leave that line out."""

HIDDEN = frozenset({"title", "purpose", "track", "join_url", "internal_notes", "serves_id"})
"""What somebody who is not in a session that excludes the lab neither sees nor changes (details.covered)."""

Found = TypeVar("Found")
A_DAY = timedelta(days=1)


class Met(Exception):
    """Somebody has changed the same since: what this act made of the row is no longer there.

    `since` is the entry of that change, where it is known already.
    """

    def __init__(self, row: RowChange, since: AuditEntry | None = None) -> None:
        super().__init__(row.subject)
        self.row = row
        self.since = since


class TakingBack:
    """One act on its way back, inside a verb; `entries` are all that it left in the log."""

    def __init__(self, db: Session, convening: Convening, turn: Turn, entries: Sequence[AuditEntry], by: Viewer):
        self.db = db
        self.convening = convening
        self.turn = turn
        self.by = by
        self.owner = sessions_of(db, entries)
        self.sessions = _by_number(db, AgendaSession, self.owner.values())
        # What came with a session that is put away stays with it, so that it comes back whole.
        self.added = {row.id for row in turn.rows if row.subject == "session" and row.before is None}
        came_along = {place for place, number in self.owner.items() if number in self.added and place[0] != "session"}
        self.rows = [row for row in turn.rows if (row.subject, row.id) not in came_along]
        self.held = _held(db, self.rows)

    def do(self) -> None:
        """Take it back. Raises Met, or Refused with a sentence; the verb's savepoint then undoes what was begun."""
        closed = [one for one in self.sessions.values() if is_hidden(self.db, one, self.by)]
        self._refuse_hidden({one.key for one in closed})
        for row in self.rows:
            self._meet(row)
        self._meet_others()
        self._refuse_what_is_gone()
        self._refuse_lost_tables()
        for row in self.rows:
            if row.before is None:
                self._remove(row)
        self.db.flush()  # what is deleted makes room for what comes back
        self._bring_back([row for row in self.rows if row.after is None])
        for row in self.rows:
            if row.before is not None and row.after is not None:
                write_back(self.held[row.subject, row.id], row.before)
        self._note()
        self._refuse_full_tables()
        for one in closed:
            self._keep_closed(one)

    def _meet(self, row: RowChange) -> None:
        """Raises Met where the row is not as the act left it."""
        held = self.held[row.subject, row.id]
        if row.after is None:
            changed = held is not None and differs(held, row.before or {})
        elif held is None or differs(held, row.after):
            changed = True
        else:
            put_away = held.archived_at if isinstance(held, AgendaSession) else None
            gone_since = put_away is not None and put_away > self.turn.at and "archived_at" not in row.after
            changed = gone_since
        if changed:
            raise Met(row)

    def _meet_others(self) -> None:
        """Raises Met where taking back would put a session away that somebody else has worked on since."""
        going = {row.id: row for row in self.rows if row.subject == "session" and _goes(row)}
        if not going:
            return
        since = self.db.exec(
            select(AuditEntry).where(
                AuditEntry.convening_id == self.convening.key,
                col(AuditEntry.id) > self.turn.last,
                or_(col(AuditEntry.by_id).is_(None), col(AuditEntry.by_id) != self.by.person_id),
                col(AuditEntry.subject).in_(DRAFTED),
            )
        ).all()
        about = sessions_of(self.db, since)
        for entry in since:
            if row := going.get(about.get((entry.subject, entry.subject_id), 0)):
                raise Met(row, entry)

    def _refuse_hidden(self, closed: Collection[int]) -> None:
        """Rule 13: who is not in a session that excludes the lab does not change what it is about, nor who is named."""
        for row in self.rows:
            if self.owner.get((row.subject, row.id)) in closed and _is_hidden(row):
                raise Refused(
                    "That is about a session that excludes the lab, and you are not in it. It stays as it is."
                )

    def _refuse_what_is_gone(self) -> None:
        """Raises Refused for rooms, set-ups, people and days that a session could not be given any more."""
        back = [row.before for row in self.rows if row.before is not None]
        for room in _by_number(self.db, Room, _numbers(back, "room_id")).values():
            if room.archived_at is not None or room.venue_id != self.convening.venue_id:
                raise Refused(f"{room.name} is no longer used, so nothing can go back there.")
        setups = _numbers(back, "setup_id")
        if setups - _by_number(self.db, RoomSetup, setups).keys():
            raise Refused("The room is no longer furnished that way, so this cannot be taken back.")
        for person in _by_number(self.db, Person, _numbers(back, "person_id")).values():
            if person.archived_at is not None:
                raise Refused(f"{person.name} is no longer on record, so this cannot be taken back.")
        first, last = self.convening.starts_on - A_DAY, self.convening.ends_on + A_DAY
        for row in self.rows:
            session = self.held[row.subject, row.id]
            if not isinstance(session, AgendaSession) or not {"starts_at", "ends_at", "minutes"} & set(
                row.before or ()
            ):
                continue
            if session.is_cancelled and "cancelled_at" not in (row.before or {}):
                raise Refused(f"“{self._name(session)}” is cancelled. Take the cancellation back before you move it.")
            start = (row.before or {}).get("starts_at")
            if start and not first <= clock.local(datetime.fromisoformat(start), session.zone).date() <= last:
                raise Refused(f"The convening has other days now, so “{self._name(session)}” cannot go back.")

    def _refuse_lost_tables(self) -> None:
        """Raises where places at tables would come back to tables that are laid anew, or to who sits elsewhere now."""
        places = [row for row in self.rows if row.subject == "table_place" and row.before is not None]
        coming = {row.id for row in self.rows if row.subject == "session_table" and row.after is None}
        tables = _numbers((row.before or {} for row in places), "table_id")
        coming -= {row.id for row in self.rows if self.held[row.subject, row.id] is not None}
        if tables - coming - _by_number(self.db, SessionTable, tables).keys():
            raise Refused("The tables were laid anew since, so those places cannot come back.")
        sitting = self.db.exec(
            select(TablePlace).where(
                col(TablePlace.session_id).in_(self.sessions),
                col(TablePlace.person_id).in_(_numbers((row.before or {} for row in places), "person_id")),
                col(TablePlace.id).not_in([row.id for row in self.rows if row.subject == "table_place"]),
            )
        )
        elsewhere = {(one.session_id, one.person_id) for one in sitting}
        for row in places:
            back = (self.owner.get((row.subject, row.id), 0), (row.before or {}).get("person_id", 0))
            if row.after is not None and back in elsewhere:
                raise Met(row)

    def _refuse_full_tables(self) -> None:
        """Raises Refused where more people than places would sit at a table: others sit there since."""
        numbers = _numbers((side for row in self.rows for side in (row.before or {}, row.after or {})), "table_id")
        numbers |= {row.id for row in self.rows if row.subject == "session_table"}
        for table in _by_number(self.db, SessionTable, numbers).values():
            self.db.refresh(table)
            if len(table.seated) > table.places:
                raise Refused(f"{table.title} is full since, so this cannot be taken back.")

    def _remove(self, row: RowChange) -> None:
        held = self.held[row.subject, row.id]
        assert held is not None, "_meet raised otherwise"
        if isinstance(held, AgendaSession) or (isinstance(held, Cue) and held.derived is None):
            held.archived_at = clock.now()
            return
        if isinstance(held, Engagement) and self.db.exec(_materials(held)).first() is not None:
            raise Refused("That speaker has handed in materials since, so this cannot be taken back.")
        if isinstance(held, SessionTable) and any(("table_place", one.key) not in self.held for one in held.seated):
            raise Refused(f"Somebody else sits at {held.title} since, so this cannot be taken back.")
        self.db.delete(held)

    def _bring_back(self, rows: Iterable[RowChange]) -> None:
        """Make deleted rows anew, under their own numbers, which nothing else is given (models' FOR_GOOD)."""
        for row in rows:
            if self.held[row.subject, row.id] is None:
                self.db.add(DRAFTED[row.subject](**read_back(row.subject, {**(row.before or {}), "id": row.id})))
        self.db.flush()

    def _note(self) -> None:
        """Let calendars hear of what they show (rule 16), and let go of what was read before."""
        told = self._sessions_of("session_room")
        shown = self._sessions_of("engagement") | self._sessions_of("session_item")
        for number, session in self.sessions.items():
            if number not in self.added:
                note_change(session, told=number in told, shown=number in shown)
            elif session.archived_at is not None:
                note_change(session)
        self.db.flush()
        for session in self.sessions.values():
            self.db.expire(session, ["places", "engagements", "items"])
        changed = _numbers((row.values for row in self.rows if row.subject == "audience_term"), "audience_id")
        for audience in _by_number(self.db, Audience, changed).values():
            self.db.expire(audience, ["terms"])

    def _sessions_of(self, subject: str) -> set[int | None]:
        return {self.owner.get((row.subject, row.id)) for row in self.rows if row.subject == subject}

    def _keep_closed(self, session: AgendaSession) -> None:
        """Rule 13: nobody opens a session that excludes the lab, or lets themselves in, by taking something back."""
        if not is_hidden(self.db, session, self.by):
            raise Refused("Only somebody who is in this session may open it to the lab, or let anybody in.")

    def _name(self, session: AgendaSession) -> str:
        return (session.cover_title or CLOSED_SESSION) if session.excludes_lab else session.title


def _held(db: Session, rows: Sequence[RowChange]) -> dict[Place, Drafted | None]:
    """The rows as they stand now; what is deleted and made anew is known by what it says, else by its number."""
    held: dict[Place, Drafted | None] = {}
    for subject in dict.fromkeys(row.subject for row in rows):
        of_kind = [row for row in rows if row.subject == subject]
        links = [row for row in of_kind if _is_link(row)]
        numbered = _by_number(db, DRAFTED[subject], {row.id for row in of_kind if row not in links})
        alike = _alike(db, subject, links)
        for row in of_kind:
            held[subject, row.id] = alike.get(_key(subject, row.values)) if row in links else numbered.get(row.id)
    return held


def _is_link(row: RowChange) -> bool:
    """Whether a row that came or went is known by what it says."""
    if row.subject not in KNOWN_BY or None not in (row.before, row.after):
        return False
    return row.subject != "cue" or row.values.get("derived") is not None


def _alike(db: Session, subject: str, links: Sequence[RowChange]) -> dict[tuple[Any, ...], Drafted]:
    """Stored links of the same things, by what they are known by."""
    if not links:
        return {}
    model, parent = DRAFTED[subject], KNOWN_BY[subject][0]
    column = getattr(model, parent)
    rows: Iterable[Any] = db.exec(select(model).where(column.in_({row.values[parent] for row in links})))
    return {_key(subject, {name: getattr(row, name) for name in KNOWN_BY[subject]}): row for row in rows}


def _key(subject: str, values: Values) -> tuple[Any, ...]:
    return tuple(values.get(name) for name in KNOWN_BY[subject])


def _by_number(db: Session, model: type[Found], numbers: Iterable[int]) -> dict[int, Found]:
    wanted = set(numbers)
    if not wanted:
        return {}
    column = col(model.id)  # type: ignore[attr-defined]  # all tables have one
    return {row.id: row for row in db.exec(select(model).where(column.in_(wanted)))}  # type: ignore[attr-defined]


def _numbers(sides: Iterable[Values], column: str) -> set[int]:
    return {number for side in sides if isinstance(number := side.get(column), int)}


def _materials(engagement: Engagement) -> Any:
    return select(Material.id).where(Material.engagement_id == engagement.key)


def _goes(row: RowChange) -> bool:
    """Whether taking this back puts a session away."""
    return row.before is None or bool(row.before.get("archived_at"))


def _is_hidden(row: RowChange) -> bool:
    if row.subject in ("engagement", "session_item", "session_table", "table_place"):
        return True
    if row.subject == "audience_term":
        return row.values.get("person_id") is not None
    return row.subject == "session" and row.before is not None and bool(HIDDEN & set(row.before))
