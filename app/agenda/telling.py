"""Acts on a draft in words: who did what to which session, from what to what.

Titles and values of a session that excludes the lab are told to nobody who is not in it, nor what was said of it
while it did (rule 13).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from app import clock
from app.agenda.from_to import PARTICULARS, UNTOLD, Known, changes_of, joined, rule_in
from app.agenda.seeing import CLOSED_SESSION
from app.agenda.turns import RowChange, Turn
from app.gatherings.details import GONE, day_of
from app.models import (
    AgendaSession,
    AuditEntry,
    Convening,
    Engagement,
    SessionItem,
    SessionRoom,
    SessionTable,
    TablePlace,
)
from app.people.audiences import Names, names_for, rules_of
from app.people.audit import recorded
from app.people.entries import secret_sessions, sessions_of
from app.people.history import Change, names_of
from app.people.viewer import Office, Viewer, offices_of

NAMED = 2
"""Sessions of an act that are named; more are counted."""


@dataclass(frozen=True, slots=True)
class ToldSession:
    """What an act changed of one session; `withheld`: its title and values are not for this reader."""

    id: int
    name: str
    changes: tuple[Change, ...]
    withheld: bool


@dataclass(frozen=True, slots=True)
class Told:
    """An act in words: `said` follows the name of who did it ("moved “Keynote” to Tue 14 Nov, 16:15")."""

    turn: Turn
    said: str
    sessions: tuple[ToldSession, ...]


def tell(
    db: Session, convening: Convening, turns: Sequence[Turn], entries: Sequence[AuditEntry], viewer: Viewer
) -> list[Told]:
    """Acts whose rows are known from these entries, in words for a reader (the anonymous one is in no session).

    The number of queries does not grow with the acts.
    """
    owner = sessions_of(db, entries)
    whole = _whole(db, turns)
    numbers = set(owner.values())
    sessions = db.exec(select(AgendaSession).where(col(AgendaSession.id).in_(numbers))).all() if numbers else []
    secret = secret_sessions(db, numbers)
    withheld = secret - sessions_with(db, [one for one in sessions if one.key in secret], viewer)
    rows = [row for one in turns for row in one.rows if row.subject.startswith("audience")]
    rules = [rule_in([side]) for row in rows for side in (row.before, row.after)]
    known = Known(
        zone=convening.zone,
        owner=owner,
        names=names_of(db, [*entries, *whole], withheld),
        whole={(one.subject, one.subject_id): one.after or {} for one in whole},
        titles={
            one.key: (one.cover_title or CLOSED_SESSION) if one.excludes_lab and one.key in withheld else one.title
            for one in sessions
        },
        withheld=withheld,
        audiences=names_for(db, rules, convening.cohort_id) if rules else Names({}, {}, {}),
    )
    return [_told(one, known) for one in turns]


def _whole(db: Session, turns: Iterable[Turn]) -> list[AuditEntry]:
    """What stands now in presenters', rooms' and items' rows of which an act changed a part, as entries of the log."""
    rows = [row for one in turns for row in one.rows if row.before is not None and row.after is not None]
    found = []
    for subject in (Engagement, SessionRoom, SessionItem, SessionTable, TablePlace):
        table = str(subject.__tablename__)
        ids = {row.id for row in rows if row.subject == table}
        for held in db.exec(select(subject).where(col(subject.id).in_(ids))) if ids else ():
            values = {name: recorded(table, name, getattr(held, name)) for name in PARTICULARS[table]}
            found.append(AuditEntry(by="", act="", subject=table, subject_id=held.key, after=values))
    return found


def sessions_with(db: Session, sessions: Collection[AgendaSession], viewer: Viewer) -> set[int]:
    """Those of the sessions that the viewer is in: of the audience on the day, or with a part (details.is_inside).

    Three queries and one a day, however many sessions they are.
    """
    if viewer.person_id is None or viewer.acting or not sessions:
        return set()
    part = select(Engagement.session_id).where(
        Engagement.person_id == viewer.person_id,
        col(Engagement.session_id).in_([one.key for one in sessions]),
        col(Engagement.state).not_in(GONE),
    )
    inside = set(db.exec(part))
    rules = rules_of(db, {one.audience_id for one in sessions})
    offices: dict[date | None, tuple[Office, ...]] = {}
    for one in sessions:
        day = day_of(one)
        if day not in offices:
            offices[day] = offices_of(db, viewer.person_id, day)
        if rules[one.audience_id].takes(viewer.person_id, offices[day]):
            inside.add(one.key)
    return inside


def _told(turn: Turn, known: Known) -> Told:
    rows: dict[int, list[RowChange]] = {}
    others: list[RowChange] = []
    for row in turn.rows:
        number = known.owner.get((row.subject, row.id))
        (others if number is None or number not in known.titles else rows.setdefault(number, [])).append(row)
    told = tuple(
        ToldSession(
            id=number,
            name=known.titles[number],
            changes=() if number in known.withheld else tuple(changes_of(changed, known)),
            withheld=number in known.withheld,
        )
        for number, changed in rows.items()
    )
    return Told(turn, _headline(turn, rows, others, known), told)


def _headline(turn: Turn, rows: Mapping[int, list[RowChange]], others: list[RowChange], known: Known) -> str:
    """ "moved “Keynote” to Tue 14 Nov, 16:15", "added 12 sessions and cancelled “Lunch”"."""
    phrases: dict[str, list[int]] = {}
    for number, changed in rows.items():
        phrases.setdefault(_phrase(changed), []).append(number)
    untold = turn.sessions - len(rows)
    parts = []
    for place, (phrase, numbers) in enumerate(sorted(phrases.items(), key=lambda item: -len(item[1]))):
        count = len(numbers) + (max(untold, 0) if place == 0 else 0)
        parts.append(phrase.format(_named(numbers, count, known), **_particulars(rows[numbers[0]], count, known)))
    for subject, words in (("override", _said_overrides), ("cue", _said_cues)):
        if of_kind := [row for row in others if row.subject == subject]:
            parts.append(words(of_kind))
    return joined(parts) or "changed the draft"


def _phrase(rows: Sequence[RowChange]) -> str:
    """What happened to one session, with a place for its name."""
    own = next((row for row in rows if row.subject == "session"), None)
    before, after = (own.before, own.after) if own else ({}, {})
    if before is None:
        return "added {}{to}"
    if after is None:
        return "removed {}"
    for column, gone, back in (
        ("archived_at", "deleted {}", "brought back {}"),
        ("cancelled_at", "cancelled {}", "took back the cancellation of {}"),
    ):
        if column in after:
            return gone if after[column] else back
    if "starts_at" in after:
        return "moved {}{to}" if after["starts_at"] else "took {} off the grid"
    for column, phrase in (("ends_at", "made {}{long}"), ("minutes", "made {}{long}"), ("title", "renamed {}{anew}")):
        if column in after:
            return phrase
    return "changed {}" if set(after) - UNTOLD else _phrase_of_parts(rows)


def _phrase_of_parts(rows: Sequence[RowChange]) -> str:
    """The same where the session itself did not change."""
    kinds = {row.subject for row in rows} - {"session", "audience"} or {"audience"}
    if kinds == {"session_table", "table_place"}:
        kinds = {"session_table"}
    if len(kinds) > 1:
        return "changed {}"
    changed = [row.after for row in rows if row.subject == "engagement" and row.before is not None]
    if kinds == {"engagement"} and changed and None not in changed:
        letter = all(set(values or ()) <= {"reminded_at"} for values in changed)
        return "wrote to a speaker of {}" if letter else "changed a speaker’s part in {}"
    return {
        "session_room": "gave {} other rooms",
        "engagement": "changed who presents {}",
        "session_item": "changed the parts of {}",
        "cue": "changed the run of show of {}",
        "session_table": "laid the tables of {}",
        "table_place": _phrase_of_places(rows),
    }.get(kinds.pop(), "changed whom {} is for")


def _phrase_of_places(rows: Sequence[RowChange]) -> str:
    """ "seated 12 people at the tables of “Lunch”"."""
    places = [row for row in rows if row.subject == "table_place"]
    people = "somebody" if len(places) == 1 else f"{len(places)} people"
    if all(row.after is None for row in places):
        return f"took {people} off the tables of {{}}"
    if all(row.before is None for row in places):
        return f"seated {people} at the tables of {{}}"
    return f"moved {people} at the tables of {{}}"


def _particulars(rows: Sequence[RowChange], count: int, known: Known) -> dict[str, str]:
    """Where one session went, how long it is, what it is called: what may be said of it by anybody but its title."""
    own = next((row for row in rows if row.subject == "session"), None)
    words = {"to": "", "long": " longer or shorter", "anew": ""}
    if own is None or count > 1:
        return words
    after = own.after or {}
    if start := after.get("starts_at"):
        local = clock.local(datetime.fromisoformat(start), known.zone)
        words["to"] = f" to {clock.said_day(local)}, {local:%H:%M}" if own.before is not None else ""
    if after.get("minutes"):
        words["long"] = f" {after['minutes']} minutes long"
    before = (own.before or {}).get("title")
    if before and known.owner.get((own.subject, own.id)) not in known.withheld:
        words["anew"] = f", which was “{before}”"
    return words


def _named(numbers: Sequence[int], count: int, known: Known) -> str:
    if count > NAMED:
        return f"{count} sessions"
    return joined([f"“{known.titles[number]}”" for number in numbers])


def _said_overrides(rows: Sequence[RowChange]) -> str:
    word = "a finding" if len(rows) == 1 else f"{len(rows)} findings"
    return f"let {word} stand" if rows[0].after is not None else f"no longer let {word} stand"


def _said_cues(rows: Sequence[RowChange]) -> str:
    return "changed a line of the run of show" if len(rows) == 1 else f"changed {len(rows)} lines of the run of show"
