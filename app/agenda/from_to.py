"""What an act changed of one session, from what to what, in the field's own words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app import clock
from app.agenda.turns import RowChange, Values
from app.models import AgendaSession, EngagementState
from app.people.audiences import Names, Rule
from app.people.audiences import said as said_rule
from app.people.entries import Place
from app.people.history import Change, value_said
from app.people.history import said as word_for

UNTOLD = frozenset(
    {"id", "created_at", "uid", "sequence", "changed_at", "cohort_id", "convening_id", "session_id", "audience_id"}
    | {"occurrence_at", "series_id", "import_key", "zone", "archived_at", "cancelled_at", "starts_at", "ends_at"}
    | {"minutes", "position"}
)
"""Columns that tell a reader nothing, or that are told in another way."""


PARTICULARS: Mapping[str, tuple[str, ...]] = {
    "engagement": ("person_id", "part", "state"),
    "session_room": ("room_id", "setup_id", "city_id"),
    "session_item": ("title", "minutes", "city_id"),
    "session_table": ("number", "places", "name"),
    "table_place": ("person_id", "table_id"),
}
"""By what a part of a session is told."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the words need: the session of each row, names by (table, number), titles as the reader may know them."""

    zone: str
    owner: Mapping[Place, int]
    names: Mapping[Place, str]
    whole: Mapping[Place, Values]
    titles: Mapping[int, str]
    withheld: Collection[int]
    audiences: Names


def changes_of(rows: Sequence[RowChange], known: Known) -> Iterable[Change]:
    """From what to what: time, rooms, audience, presenters, parts, then whatever else the session says."""
    own = next((row for row in rows if row.subject == "session"), None)
    if own is not None:
        yield from _times(own.before or {}, own.after or {}, known.zone)
    for name, subjects, says in (
        ("rooms", ("session_room",), _said_room),
        ("presenters", ("engagement",), _said_presenter),
        ("parts", ("session_item",), _said_item),
        ("tables", ("session_table",), _said_table),
        ("places", ("table_place",), _said_place),
    ):
        of_kind = [row for row in rows if row.subject in subjects]
        before, after = (joined([w for one in side if (w := says(one, known))]) for side in _sides(of_kind, known))
        if before != after:
            yield Change(name, before, after)
    before, after = (
        _said_audience(side, known) for side in _sides([r for r in rows if r.subject.startswith("aud")], known)
    )
    if before != after:
        yield Change("for", before, after)
    if own is not None:
        yield from _columns(own, [one for one in AgendaSession.model_fields if one not in UNTOLD], known)
    for row in rows:
        if row.subject == "engagement" and row.before is not None:
            yield from _columns(row, ("brief", "contact_id", "equipment", "answer"), known)


def _columns(row: RowChange, columns: Iterable[str], known: Known) -> Iterable[Change]:
    """What else a row says of itself; of a new one, what it does not say is left out."""
    for column in columns:
        if column not in row.values:
            continue
        sides = ((row.before or {}).get(column), (row.after or {}).get(column))
        before, after = (value_said(column, value, known.names, known.zone) for value in sides)
        if before != after and not (row.before is None and after == "no"):
            yield Change(word_for(column), before, after)


def _sides(rows: Iterable[RowChange], known: Known) -> tuple[list[Values], list[Values]]:
    """What rows said before and after; of what did not change, what stands there now."""
    told = [(known.whole.get((row.subject, row.id), {}), row.before, row.after) for row in rows]
    return (
        [{**whole, **(after or {}), **before} for whole, before, after in told if before is not None],
        [{**whole, **(before or {}), **after} for whole, before, after in told if after is not None],
    )


def _times(before: Values, after: Values, zone: str) -> Iterable[Change]:
    if "starts_at" in after and ("ends_at" in after or after["starts_at"] is None):
        yield Change("time", *(_said_time(side, zone) for side in (before, after)))
        return
    for column, name in (("starts_at", "start"), ("ends_at", "end")):
        if column in after and not (column == "ends_at" and "minutes" in after):
            yield Change(name, *(_moment(side.get(column), zone) for side in (before, after)))
    if "minutes" in after:
        yield Change("length", *(f"{side['minutes']} min" if "minutes" in side else "" for side in (before, after)))


def _said_time(side: Values, zone: str) -> str:
    if not side.get("starts_at") or not side.get("ends_at"):
        return "not placed" if "starts_at" in side else ""
    return clock.said_span(datetime.fromisoformat(side["starts_at"]), datetime.fromisoformat(side["ends_at"]), zone)


def _moment(value: Any, zone: str) -> str:
    return value_said("moment_at", value, {}, zone)


def _name(table: str, side: Values, column: str, known: Known) -> str:
    number = side.get(column)
    return known.names.get((table, number), "") if isinstance(number, int) else ""


def _said_room(side: Values, known: Known) -> str:
    room, city = _name("room", side, "room_id", known), _name("city", side, "city_id", known)
    setup = _name("room_setup", side, "setup_id", known)
    return " ".join(filter(None, (room or "a room", setup and f"({setup})", city and f"for {city}")))


def _said_presenter(side: Values, known: Known) -> str:
    person = _name("person", side, "person_id", known) or "a presenter"
    state = side.get("state")
    part = side.get("part")
    said = ", ".join(
        filter(None, (part if part != "speaker" else "", state if state != EngagementState.INVITED else ""))
    )
    return f"{person} ({said})" if said else person


def _said_item(side: Values, known: Known) -> str:
    what = side.get("title") or _name("city", side, "city_id", known)
    minutes = f"{side['minutes']} min" if "minutes" in side else ""
    return " ".join(filter(None, (what, minutes)))


def _said_table(side: Values, known: Known) -> str:
    named = f" “{side['name']}”" if side.get("name") else ""
    return f"Table {side.get('number', '')}{named} of {side.get('places', '')}"


def _said_place(side: Values, known: Known) -> str:
    person = _name("person", side, "person_id", known) or "somebody"
    table = _name("session_table", side, "table_id", known)
    return f"{person} ({table})" if table else person


def _said_audience(sides: Sequence[Values], known: Known) -> str:
    rule = rule_in(sides)
    return said_rule(rule, known.audiences) if rule != Rule() else ""


def rule_in(sides: Iterable[Values | None]) -> Rule:
    """The audience that rows of it make together."""
    held: dict[str, set[int]] = {name: set() for name in Rule.__dataclass_fields__ if name != "everyone"}
    everyone = False
    for side in sides:
        if side is None:
            continue
        everyone = everyone or side.get("everyone") is True
        for column in ("role_id", "city_id", "person_id"):
            number = side.get(column)
            if isinstance(number, int) and "audience_id" in side:
                held[f"{'but_' if side.get('excepted') else ''}{column}s"].add(number)
    return Rule(everyone=everyone, **{name: frozenset(numbers) for name, numbers in held.items()})


def joined(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""
