"""Drafts kept in memory with what is found in them, so that a move reads again only what it changed.

What is kept is valid at one position of the audit log, and nothing reaches a draft but through verbs, which all leave
their entries there. At another position the entries since decide: where they are about sessions alone, these are
read again; where something else of the draft may have changed, all of it is.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, or_, select

from app import clock
from app.agenda.draft import Draft
from app.agenda.findings import Checked
from app.agenda.loading import load_draft, overrides_of, reread
from app.models import (
    AgendaSession,
    AuditEntry,
    Convening,
    Engagement,
    Revision,
    SessionChoice,
    SessionItem,
    SessionRoom,
)

MOST_KEPT = 8
"""Drafts kept at once; the one that was asked for longest ago goes first."""

MOST_READ = 60
"""Sessions read again one by one; for more, everything is."""

CHILDREN = {
    "session_room": SessionRoom,
    "engagement": Engagement,
    "session_item": SessionItem,
    "session_choice": SessionChoice,
}
"""Rows that belong to one session."""

OF_THE_GROUP = frozenset({"choice_group", "cancelled_at", "archived_at"})
"""What is said of a session that may change who is expected in the others of its choice group."""

ELSEWHERE = {
    *("agenda_release", "cue", "cue_tick", "material", "private_link", "measure_stage", "series", "delegation"),
    *("private_needs", "assistance", "cabinet", "cabinet_goal", "cabinet_meeting", "district", "feed", "designation"),
    *("lodging_block", "travel", "registration_question", "registration_answer", "choice_places"),
    *("check_in", "circular", "reminder", "reminder_rule", "saved_list"),
    *("update", "update_cycle", "update_section", "update_text", "update_version", "commitment", "commitment_answer"),
    *("update_figure", "update_file", "update_comment", "update_mark", "update_reading", "update_look", "upload"),
    *("approval_link", "nudge", "nudge_rule", "records_hold", "print_run", "two_people"),
    *("host_turn", "call_point", "gathering_note", "call_action", "time_poll", "poll_slot", "poll_person"),
    *("poll_answer", "working_group", "working_group_member", "consultation", "consultation_city", "library_item"),
    *("webinar", "webinar_seat", "ask", "invitation", "invitation_reply", "busy_calendar", "busy_time"),
    *("change_message", "session_table", "table_place"),
}
"""Rows of which nothing stands on a draft. Any table that is not named in this file has everything read again."""


LAST = (
    sa.select(col(Revision.number), col(AuditEntry.id), col(AuditEntry.turn))
    .outerjoin(AuditEntry, sa.true())
    .order_by(col(AuditEntry.id).desc())
    .limit(1)
)
ENTRY = [getattr(AuditEntry, name) for name in ("id", "turn", "subject", "subject_id", "before", "after")]


class Position(NamedTuple):
    """A place in the audit log. A turn's random name tells entries apart that were rolled back and written anew."""

    revision: int
    entry_id: int
    turn: str


@dataclass(frozen=True, slots=True)
class _Kept:
    position: Position
    checked: Checked


_kept: OrderedDict[tuple[str, int], _Kept] = OrderedDict()
_lock = Lock()


def recall(db: Session, convening: Convening) -> Checked:
    """The convening's draft as it stands in this transaction, checked."""
    db.flush()
    key = str(db.get_bind().engine.url), convening.key
    with _lock:
        kept = _kept.get(key)
    here = _position(db)
    if kept is not None and kept.checked.draft.today == clock.today(convening.zone):
        checked = kept.checked if kept.position == here else _caught_up(db, kept)
        if checked is not None:
            _keep(key, _Kept(here, checked))
            return checked
    checked = Checked.of(load_draft(db, convening))
    if _position(db) == here:  # on PostgreSQL another may have committed between a writer's queries
        _keep(key, _Kept(here, checked))
    return checked


def forget() -> None:
    """Keep nothing from now on, until it is asked for again."""
    with _lock:
        _kept.clear()


def _keep(key: tuple[str, int], kept: _Kept) -> None:
    with _lock:
        _kept[key] = kept
        _kept.move_to_end(key)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)


def _position(db: Session) -> Position:
    revision, entry_id, turn = db.execute(LAST).one()
    return Position(revision, entry_id or 0, turn or "")


def _caught_up(db: Session, kept: _Kept) -> Checked | None:
    """What was kept, after what was entered since; None where everything has to be read."""
    draft = kept.checked.draft
    rows = sa.select(*ENTRY).where(col(AuditEntry.id) >= kept.position.entry_id).order_by(col(AuditEntry.id))
    entries = db.execute(rows).all()
    if not entries or (entries[0].id, entries[0].turn) != kept.position[1:]:
        return None  # what was kept was rolled back
    since = _Since(draft)
    for entry in entries[1:]:
        if not since.note(entry.subject, entry.subject_id, entry.before, entry.after):
            return None
    changed = since.sessions(db)
    if len(changed) > MOST_READ:
        return None
    read = reread(db, draft, changed) if changed else draft
    if read is None:
        return None
    if since.overrides:
        read = replace(read, overrides=overrides_of(db, draft.convening_id))
    return kept.checked.after(read, changed)


class _Since:
    """What the entries of the audit log since some position are about."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.overrides = False
        self._of_group = False
        self._sessions: set[int] = set()
        self._audiences: set[int] = set()
        self._children: dict[str, set[int]] = {}

    def note(self, subject: str, subject_id: int, before: dict[str, Any] | None, after: dict[str, Any] | None) -> bool:
        """Take an entry in; False where it may have changed more of a draft than its sessions."""
        row = {**(before or {}), **(after or {})}
        is_of_group = subject in ("audience", "audience_term", "session_choice")
        self._of_group |= is_of_group or (subject == "session" and not OF_THE_GROUP.isdisjoint(row))
        if subject == "session":
            self._sessions.add(subject_id)
        elif subject in CHILDREN and "session_id" in row:
            self._sessions.add(row["session_id"])
        elif subject in CHILDREN:
            self._children.setdefault(subject, set()).add(subject_id)
        elif subject in ("audience", "audience_term"):
            self._audiences.add(row.get("audience_id", subject_id))
        elif subject == "override":
            self.overrides = True
        elif subject == "convening":
            return subject_id != self.draft.convening_id
        else:
            return subject in ELSEWHERE
        return True

    def sessions(self, db: Session) -> set[int]:
        """The sessions of the convening that may have changed, come or gone."""
        found = set(self._sessions)
        for subject, ids in self._children.items():
            row: Any = CHILDREN[subject]
            found.update(db.exec(select(row.session_id).where(col(row.id).in_(ids))))
        if self._audiences:
            of_these = col(AgendaSession.audience_id).in_(self._audiences)
            found.update(number for number in db.exec(select(AgendaSession.id).where(of_these)) if number)
        if self._of_group:
            found |= self._beside(db, found)
        if found <= self.draft.by_id.keys():
            return found
        here = select(AgendaSession.id).where(
            col(AgendaSession.id).in_(found), AgendaSession.convening_id == self.draft.convening_id
        )
        return {number for number in db.exec(here) if number}

    def _beside(self, db: Session, session_ids: set[int]) -> set[int]:
        """The sessions of the choice groups that these are or were of."""
        were = {self.draft.by_id[number].choice_group for number in session_ids if number in self.draft.by_id}
        are = select(AgendaSession.choice_group).where(col(AgendaSession.id).in_(session_ids))
        group = col(AgendaSession.choice_group)
        of_these = select(AgendaSession.id).where(
            AgendaSession.convening_id == self.draft.convening_id, group != "", or_(group.in_(are), group.in_(were))
        )
        return {number for number in db.exec(of_these) if number}
