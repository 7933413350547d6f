"""A session's form that was typed on stale ground: both versions side by side, one choice a field, nothing typed lost.

Each detail is compared by itself. What was not touched in the form is theirs unless one says otherwise; a time and
rooms that were not touched are left where they stand without asking, since the grid moves them all day.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from enum import Enum

from fastapi.responses import Response

from app import clock
from app.agenda.grounds import (
    DETAILS,
    Touch,
    changed_since,
    details_ground,
    ground_of,
    last_changed,
    last_moved,
    placement_ground,
)
from app.agenda.placements import Placement, RoomUse
from app.gatherings.details import Details, Item, Presenter, covered, details_of, is_hidden
from app.models import AgendaSession
from app.people.audiences import Rule, names_for, said
from app.routes.session_choices import Choices
from app.routes.session_editor import name_of
from app.routes.session_form import (
    PlacementFields,
    SessionFields,
    read_details,
    read_minutes,
    read_placement,
    read_rooms,
)
from app.routes.stale import pairs, refusal, said_rooms, said_when
from app.routes.workbench import Workbench

WHEN, WHERE = "when", "where"
TAKE = "take-"
"""What the names of the choices begin with: "take-title" is "mine" or "theirs"."""

LABELS = {
    WHEN: "When",
    WHERE: "Rooms",
    "title": "Title",
    "audience": "For whom",
    "cover_title": "Cover title",
    "purpose": "Purpose",
    "format": "Format",
    "track": "Track",
    "language": "Language",
    "openness": "Openness",
    "excludes_lab": "Closed to the lab too",
    "protected": "Protected time",
    "protection_note": "What it protects",
    "presenters": "Who presents",
    "choice_group": "Choice group",
    "host_city_id": "Host city",
    "join_url": "Address to join",
    "internal_notes": "Notes for organizers",
    "fixed": "Stays where it is",
    "serves_id": "Stage of Measures",
    "items": "Parts",
}


@dataclass(frozen=True, slots=True)
class Edit:
    """All that a session's form says: what it is, when (None: in the tray) and for how long, and where."""

    details: Details
    at: Placement | None
    minutes: int
    rooms: tuple[RoomUse, ...]

    def taking(self, names: Collection[str], theirs: "Edit") -> "Edit":
        """This edit with some of it as the other says."""
        details = {name: getattr(theirs.details, name) for name in names if name in DETAILS}
        rooms = theirs.rooms if WHERE in names else self.rooms
        at, minutes = (theirs.at, theirs.minutes) if WHEN in names else (self.at, self.minutes)
        return Edit(replace(self.details, **details), at and replace(at, rooms=rooms), minutes, rooms)


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of which there are two versions. `told` says who changed it and when; `mine` whether yours is taken
    unless one says otherwise."""

    name: str
    label: str
    theirs: str
    yours: str
    told: str
    mine: bool


def read_edit(fields: SessionFields, offered: Choices, session: AgendaSession) -> Edit:
    """The form as typed, with "theirs" where that was chosen. Raises Refused at the field."""
    stands = stands_as(session)
    typed = Edit(
        read_details(fields, offered, stands.details),
        read_placement(fields, session),
        read_minutes(fields, session),
        read_rooms(fields, session),
    )
    chosen = fields.model_extra or {}
    if chosen.get("all") == "mine":
        return typed
    theirs = [name.removeprefix(TAKE) for name, value in chosen.items() if value == "theirs" and name[:5] == TAKE]
    return typed.taking(theirs, stands)


def is_choosing(fields: SessionFields) -> bool:
    """Whether the form is that of two versions, one choice a field."""
    return any(name == "all" or name.startswith(TAKE) for name in fields.model_extra or {})


def stands_as(session: AgendaSession) -> Edit:
    """What the form of a stored session would say if nothing were typed."""
    nothing = PlacementFields()
    return Edit(details_of(session), read_placement(nothing, session), session.minutes, read_rooms(nothing, session))


def not_moving(edit: Edit, fields: SessionFields, session: AgendaSession) -> Edit:
    """The edit without its time and rooms where these are as the form was filled: whoever left them alone does not
    move the session back."""
    start = clock.at(edit.at.day, edit.at.start, session.zone) if edit.at else None
    untouched = bool(fields.seen) and ground_of(start, edit.minutes, edit.rooms) == fields.seen
    return edit.taking((WHEN, WHERE), stands_as(session)) if untouched else edit


def changed_meanwhile(
    bench: Workbench, session: AgendaSession, fields: SessionFields, edit: Edit, offered: Choices
) -> Response | None:
    """The refusal of a form whose ground is not what stands now: 409, with both versions. None where it may be saved:
    on true ground, on none, or where both say the same."""
    hidden = is_hidden(bench.db, session, bench.viewer)
    stands = stands_as(session)
    seen = covered(stands.details) if hidden else stands.details
    changed = set(changed_since(fields.details_seen, seen))
    if fields.seen and fields.seen != placement_ground(session):
        changed |= {WHEN, WHERE}
    differing = _differing(edit, stands)
    if not changed & set(differing):
        return None
    touched = changed_since(fields.details_seen, edit.details) | {WHEN, WHERE}
    touches = last_changed(bench.db, session, [name for name in differing if name in DETAILS])
    if (moved := last_moved(bench.db, session)) is not None:
        touches |= {WHEN: moved, WHERE: moved}
    words = _Words(bench, offered, session, (edit, stands))
    choices = [
        Choice(
            name,
            LABELS[name],
            words.of(name, stands),
            words.of(name, edit),
            _told(touches.get(name), bench.convening.zone) if name in changed else "not changed meanwhile",
            mine=name in touched,
        )
        for name in differing
    ]
    context = {
        "convening": bench.convening,
        "session": session,
        "title": name_of(session, hidden=hidden),
        "choices": choices,
        "who": _who(touches.get(name) for name in differing if name in changed),
        "fields": _again(fields, {"seen": placement_ground(session), "details_seen": details_ground(seen)}),
        "form_at": f"{bench.address}/sessions/{session.key}",
        "at": bench.address,
    }
    return refusal(bench, "agenda/changed.html", context)


def _differing(edit: Edit, stands: Edit) -> list[str]:
    """The names of what the two say otherwise, in the order of the form."""
    names = {name for name in DETAILS if getattr(edit.details, name) != getattr(stands.details, name)}
    if (_begins(edit), edit.minutes) != (_begins(stands), stands.minutes):
        names.add(WHEN)
    if set(edit.rooms) != set(stands.rooms):
        names.add(WHERE)
    return [name for name in LABELS if name in names]


def _begins(edit: Edit) -> tuple[date, time] | None:
    return (edit.at.day, edit.at.start) if edit.at else None


def _told(touch: Touch | None, zone: str) -> str:
    return f"{touch.by}, {clock.said_ago(touch.at, zone)}" if touch else "somebody, meanwhile"


def _who(touches: Iterable[Touch | None]) -> str:
    """ "Dana Reyes", "Dana Reyes and Theo Lund", or "Somebody"."""
    names = list(dict.fromkeys(touch.by for touch in touches if touch))
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "Somebody"


def _again(fields: SessionFields, seen: Mapping[str, str]) -> list[tuple[str, str]]:
    """All that was typed, for hidden inputs, on the ground that stands now."""
    typed = fields.model_dump(include=set(SessionFields.model_fields) - set(seen), exclude_none=True)
    return [*pairs(typed), *seen.items()]


class _Words:
    """What two versions say, in words."""

    def __init__(self, bench: Workbench, offered: Choices, session: AgendaSession, edits: Iterable[Edit]) -> None:
        self.bench, self.offered, self.zone = bench, offered, session.zone
        rules = [edit.details.audience for edit in edits]
        names = names_for(bench.db, rules, session.cohort_id)
        self.audiences = {rule: said(rule, names) for rule in rules}
        self.stages = dict(offered.stages) | ({session.serves.key: session.serves.name} if session.serves else {})
        self.cities = dict(offered.cities)

    def of(self, name: str, edit: Edit) -> str:
        if name == WHEN:
            start = clock.at(edit.at.day, edit.at.start, self.zone) if edit.at else None
            return said_when(start, edit.minutes, self.zone)
        if name == WHERE:
            return said_rooms(self.bench, edit.rooms)
        value = getattr(edit.details, name)
        if isinstance(value, Rule):
            return self.audiences[value]
        if isinstance(value, tuple):
            return "; ".join(self._line(one) for one in value) or "Nothing"
        if name in ("host_city_id", "serves_id"):
            return (self.cities if name == "host_city_id" else self.stages).get(value or 0, "None")
        if isinstance(value, bool):
            return "Yes" if value else "No"
        return str(value).capitalize() if isinstance(value, Enum) else value or "Nothing"

    def _line(self, one: Presenter | Item) -> str:
        if isinstance(one, Presenter):
            return f"{self.offered.labels.get(one.person_id, 'somebody')}, {one.part}, {one.state.value}"
        whose = ": ".join(filter(None, (self.cities.get(one.city_id or 0, ""), one.title)))
        return f"{whose}, {one.minutes} min"
