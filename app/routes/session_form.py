"""The form of a session: what is typed in it, read; and what is stored, written into it.

People are chosen by their names as a list offers them ("Imani Okafor (Mayor, Oakland)"), so that the form works
without JavaScript and with a thousand people.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from itertools import zip_longest
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import FormData

from app import clock
from app.agenda.placements import Placement, RoomUse, uses_of
from app.gatherings.details import LONGEST_PART, Details, Item, Presenter
from app.models import (
    AgendaSession,
    EngagementState,
    Openness,
    SessionFormat,
)
from app.people.audiences import Rule
from app.people.audit import Refused
from app.people.prose import as_written
from app.routes import typed
from app.routes.session_choices import Choices


class PlacementFields(BaseModel):
    """As sent: a day, a wall time, minutes, and the rooms as "12", or "12:3" for a set-up, a city's id beside each.

    What is not sent at all (None) stays as it is; an empty day or start is the tray. `seen` is the ground on which
    that was typed (agenda/grounds.py).
    """

    day: str | None = None
    start: str | None = None
    minutes: str | None = None
    room: list[str] | None = None
    room_city: list[str] = Field(default_factory=list)
    seen: str | None = None


class SessionFields(PlacementFields):
    """As sent, all of it text. Without a `title` the session is hidden from whoever sends it: its title, purpose,
    notes, track, address to join, and the people named in it stay as they are (rule 13), and so do its
    parts and what it serves. `details_seen` is the ground on which all that was typed (agenda/grounds.py), `uid` the
    name for good of a session that is being made, so that a form sent twice makes it once. What else is sent are
    choices between two versions (stale.py)."""

    model_config = ConfigDict(extra="allow")

    title: str | None = None
    cover_title: str = ""
    purpose: str | None = None
    format: str = SessionFormat.PLENARY
    track: str | None = None
    language: str = ""
    openness: str = Openness.COHORT
    excludes_lab: str = ""
    protected: str = ""
    protection_note: str = ""
    everyone: str = ""
    roles: list[str] = Field(default_factory=list)
    cities: list[str] = Field(default_factory=list)
    people: list[str] = Field(default_factory=list)
    but_roles: list[str] = Field(default_factory=list)
    but_cities: list[str] = Field(default_factory=list)
    but_people: list[str] = Field(default_factory=list)
    presenter: list[str] = Field(default_factory=list)
    part: list[str] = Field(default_factory=list)
    state: list[str] = Field(default_factory=list)
    choice_group: str = ""
    host_city: str = ""
    join_url: str | None = None
    internal_notes: str | None = None
    fixed: str = ""
    serves: str | None = None
    item_title: list[str] = Field(default_factory=list)
    item_city: list[str] = Field(default_factory=list)
    item_minutes: list[str] | None = None
    details_seen: str = ""
    uid: str = ""


async def _placement_sent(request: Request) -> PlacementFields:
    return PlacementFields.model_validate(_sent(await request.form(), PlacementFields))


async def _session_sent(request: Request) -> SessionFields:
    form = await request.form()
    choices = {name: value for name, value in form.items() if name not in SessionFields.model_fields}
    return SessionFields.model_validate(choices | _sent(form, SessionFields))


PlacementSent = Annotated[PlacementFields, Depends(_placement_sent)]
SessionSent = Annotated[SessionFields, Depends(_session_sent)]
"""The fields as a form sends them. FastAPI's own reading takes an empty field for one that was not sent, so that
nobody could take a purpose or a time away."""


def _sent(form: FormData, kind: type[BaseModel]) -> dict[str, Any]:
    """The texts of a form by the fields of a model, lists where it has lists; files are none."""
    values: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        texts = [one for one in form.getlist(name) if isinstance(one, str)]
        if texts:
            values[name] = texts if "list" in str(field.annotation) else texts[-1]
    return values


def read_details(fields: SessionFields, offered: Choices, before: Details | None = None) -> Details:
    """What was typed, as details; hidden parts stay as they were `before`. Raises Refused at the field."""
    hidden = fields.title is None
    kept = before or Details(title="", audience=Rule())
    rule = Rule(
        everyone=bool(fields.everyone),
        role_ids=_ids(fields.roles, "audience"),
        city_ids=_ids(fields.cities, "audience"),
        person_ids=kept.audience.person_ids if hidden else offered.people(fields.people, "people"),
        but_role_ids=_ids(fields.but_roles, "audience"),
        but_city_ids=_ids(fields.but_cities, "audience"),
        but_person_ids=kept.audience.but_person_ids if hidden else offered.people(fields.but_people, "but_people"),
    )
    if not {*rule.role_ids, *rule.but_role_ids} <= {number for number, _ in offered.roles}:
        raise Refused("Choose roles of this cohort.", "audience")
    if not {*rule.city_ids, *rule.but_city_ids} <= {number for number, _ in offered.cities}:
        raise Refused("Choose cities of this cohort.", "audience")
    return replace(
        kept,
        title=kept.title if fields.title is None else fields.title,
        cover_title=fields.cover_title,
        purpose=kept.purpose if fields.purpose is None else fields.purpose.strip(),
        internal_notes=kept.internal_notes if fields.internal_notes is None else fields.internal_notes.strip(),
        format=_one_of(SessionFormat, fields.format, "format"),
        openness=_one_of(Openness, fields.openness, "openness"),
        track=kept.track if hidden or fields.track is None else fields.track.strip(),
        language=fields.language.strip(),
        excludes_lab=bool(fields.excludes_lab),
        protected=bool(fields.protected),
        protection_note=fields.protection_note.strip(),
        audience=rule,
        presenters=kept.presenters if hidden else _presenters(fields, offered),
        choice_group=fields.choice_group.strip(),
        host_city_id=_one_id(fields.host_city, offered.cities, "host_city"),
        join_url=kept.join_url if hidden or fields.join_url is None else fields.join_url.strip(),
        fixed=bool(fields.fixed),
        serves_id=kept.serves_id
        if hidden or fields.serves is None
        else _one_id(fields.serves, [*offered.stages, (kept.serves_id, "")], "serves"),
        items=kept.items if hidden or fields.item_minutes is None else _items(fields, fields.item_minutes, offered),
    )


def without_hidden(fields: SessionFields) -> SessionFields:
    """What somebody may say of a session that excludes the lab and them: the rest stays as it is (rule 13)."""
    hidden = ("title", "purpose", "internal_notes", "track", "join_url", "serves", "item_minutes")
    return fields.model_copy(update=dict.fromkeys(hidden))


def read_placement(fields: PlacementFields, session: AgendaSession | None = None) -> Placement | None:
    """Where and when, as typed, over what the session has; None for the tray. Raises Refused at the field."""
    day, start = fields.day, fields.start
    if session is not None and session.starts_at is not None:
        wall = clock.local(session.starts_at, session.zone)
        day = wall.date().isoformat() if day is None else day
        start = f"{wall:%H:%M}" if start is None else start
    if not (day or "").strip() and not (start or "").strip():
        return None
    return Placement(
        typed.day(day or "", "day"), _time(start or ""), read_minutes(fields, session), read_rooms(fields, session)
    )


def read_minutes(fields: PlacementFields, session: AgendaSession | None = None) -> int:
    """The length as typed, else the session's own, else an hour."""
    if fields.minutes is None:
        return session.minutes if session else 60
    if not fields.minutes.strip().isdecimal() or len(fields.minutes.strip()) > 5:
        raise Refused("Say how many minutes it lasts, such as 75.", "minutes")
    return int(fields.minutes)


def read_rooms(fields: PlacementFields, session: AgendaSession | None = None) -> tuple[RoomUse, ...]:
    """The rooms as chosen, else the session's own. A room that stays keeps its set-up unless another is chosen."""
    if fields.room is None:
        return uses_of(session) if session else ()
    held = {place.room_id: place for place in session.places} if session else {}
    uses = []
    for position, chosen in enumerate(fields.room):
        if not chosen.strip():
            continue
        room, _, setup = chosen.partition(":")
        room_id, setup_id = typed.number_or_none(room, "rooms"), typed.number_or_none(setup, "rooms")
        assert room_id is not None, "an empty choice was passed over"
        city_id = None
        if position < len(fields.room_city):
            city_id = typed.number_or_none(fields.room_city[position], "rooms")
        elif room_id in held and not fields.room_city:
            city_id = held[room_id].city_id
        if setup_id is None and room_id in held:
            setup_id = held[room_id].setup_id
        uses.append(RoomUse(room_id, setup_id, city_id))
    return tuple(uses)


def _presenters(fields: SessionFields, offered: Choices) -> tuple[Presenter, ...]:
    lines = []
    for position, label in enumerate(fields.presenter):
        if not label.strip():
            continue
        part = fields.part[position].strip() if position < len(fields.part) else ""
        state = fields.state[position] if position < len(fields.state) else ""
        lines.append(
            Presenter(
                offered.person(label, "presenters"),
                as_written(part, longest=LONGEST_PART, field="presenters") or "speaker",
                _one_of(EngagementState, state or EngagementState.INVITED, "presenters"),
            )
        )
    return tuple(lines)


def _items(fields: SessionFields, minutes: Sequence[str], offered: Choices) -> tuple[Item, ...]:
    """The parts as typed; a line that says nothing is none."""
    lines = []
    for title, city, length in zip_longest(fields.item_title, fields.item_city, minutes, fillvalue=""):
        if not (title.strip() or city.strip() or length.strip()):
            continue
        if not length.strip().isdecimal() or len(length.strip()) > 5:
            raise Refused("Say how many minutes each part takes, such as 25.", "items")
        lines.append(Item(int(length), title.strip(), _one_id(city, offered.cities, "items")))
    return tuple(lines)


def _one_id(text: str, offered: Sequence[tuple[int | None, str]], field: str) -> int | None:
    """The number of a row that was chosen from a list, or None where nothing was."""
    number = typed.number_or_none(text, field)
    if number is not None and number not in (known for known, _ in offered):
        raise Refused("Choose one of the list.", field)
    return number


def _one_of(kind: Any, value: str, field: str) -> Any:
    try:
        return kind(value)
    except ValueError as error:
        raise Refused("Choose one of the list.", field) from error


def _ids(values: Sequence[str], field: str) -> frozenset[int]:
    numbers = (typed.number_or_none(value, field) for value in values)
    return frozenset(number for number in numbers if number is not None)


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text.strip()).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        raise Refused("Write the start as hours and minutes, such as 13:30.", "start") from error
