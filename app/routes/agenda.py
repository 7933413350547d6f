"""The published agenda and one session of it, each as the viewer may see it (rules 13, 14, 18)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.agenda import lenses, published
from app.agenda.published import PublishedAgenda
from app.agenda.seeing import SeenSession
from app.exchange.linked import agenda_data, as_script, session_data
from app.gatherings.invitations import answers_to
from app.models import AgendaSession, Convening, SessionFormat
from app.people.cities import cities_of
from app.people.cohorts import roles_of
from app.people.policy import may
from app.people.viewer import Viewer
from app.registration.tables import SeenTable, tables_of
from app.routes.door import CohortHere, ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.kept import keep
from app.routes.library_part import session_part
from app.routes.pages import page
from app.updates.presented import Turn, turns_of

HERE = "/{cohort}/convenings/{convening}"
READ = [Depends(Needs("agenda.read"))]

router = APIRouter(dependencies=READ)


@dataclass(frozen=True, slots=True)
class Slot:
    """Sessions that begin together. `ends_at` is None where they end at different times."""

    starts_at: datetime
    ends_at: datetime | None
    sessions: tuple[SeenSession, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    text: str
    query: str
    current: bool


@router.get(HERE + "/agenda")
def agenda(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    show: str = "",
    role: int | None = None,
    city: int | None = None,
    room: int | None = None,
) -> Response:
    """The newest release by day and time; `show=mine`, `role`, `city` or `room` narrow it."""
    seen = published.agenda(db, convening, viewer)
    context = agenda_context(db, convening, viewer, seen, show=show, role=role, city=city, room=room)
    if seen and not viewer.is_signed_in:
        context["linked"] = as_script(agenda_data(db, convening, seen, settings.address))
    return keep(page(request, "agenda/published.html", context))


@router.get(HERE + "/sessions/{session:int}")
def session(
    request: Request,
    db: Db,
    cohort: CohortHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    session: int,
) -> Response:
    """One session of the newest release: what it is about, when, where, who speaks and who comes."""
    seen = published.agenda(db, convening, viewer)
    found = seen.session(session) if seen else None
    if seen is None or found is None:
        raise NotHere("No session stands at this address in the published agenda, as far as you may see it.")
    may_edit = may(viewer, "agenda.draft", cohort_id=convening.cohort_id)
    context = {
        "convening": convening,
        "agenda": seen,
        "session": found,
        "people": published.who_comes(db, seen, found) if not found.covered else [],
        "answers": answers_to(db, db.get_one(AgendaSession, session)) if may_edit and not found.covered else {},
        "when": said_when(found, viewer),
        "may_edit": may_edit,
        "turns": _turns(db, convening, found, viewer),
        "my_table": tables_for(db, convening, seen, viewer).get(found.id),
        **session_part(db, cohort, found.id, viewer, whole=not found.covered),
    }
    if not viewer.is_signed_in:
        context["linked"] = as_script(session_data(db, convening, found, settings.address))
    return page(request, "agenda/session.html", context)


def tables_for(db: Session, convening: Convening, seen: PublishedAgenda | None, viewer: Viewer) -> dict[int, SeenTable]:
    """Session → the viewer's own table there, of those that they see in full (rule 13); who else sits at it only for
    people of the cohort."""
    whole = {one.id for one in seen.sessions if one.mine and not one.covered} if seen else set()
    person = viewer.person_id
    if not whole or person is None:
        return {}
    found = {
        number: here[person] for number, here in tables_of(db, convening).items() if number in whole and person in here
    }
    if may(viewer, "people.read", cohort_id=convening.cohort_id):
        return found
    return {number: replace(table, named={}, more=0) for number, table in found.items()}


def _turns(db: Session, convening: Convening, session: SeenSession, viewer: Viewer) -> dict[int, Turn]:
    """What stands behind the turns of cities in a session of updates, for whoever may read those."""
    if session.format is not SessionFormat.MAYOR_UPDATE or session.covered:
        return {}
    if not may(viewer, "update.read", cohort_id=convening.cohort_id):
        return {}
    return turns_of(db, convening, {item.city_id for item in session.items if item.city_id is not None}, viewer)


def agenda_context(
    db: Session,
    convening: Convening,
    viewer: Viewer,
    seen: PublishedAgenda | None,
    *,
    show: str = "",
    role: int | None = None,
    city: int | None = None,
    room: int | None = None,
) -> dict[str, Any]:
    """All that the page needs, from data alone; `seen` None is a convening without a release."""
    chips = _chips(db, convening, viewer, seen, show=show, role=role, city=city, room=room) if seen else {}
    lens = _lens(show, role, city, room)
    days = [(day.date, _slots(filter(lens, day.sessions))) for day in seen.days] if seen else []
    return {
        "convening": convening,
        "agenda": seen,
        "tables": tables_for(db, convening, seen, viewer),
        "days": [(day, slots) for day, slots in days if slots],
        "chips": chips,
        "narrowed": bool(show or role or city or room),
        "beside": _beside(viewer),
        "may_edit": may(viewer, "agenda.draft", cohort_id=convening.cohort_id),
    }


def _lens(show: str, role: int | None, city: int | None, room: int | None) -> lenses.Lens:
    if show == "mine":
        return lenses.mine
    if role is not None:
        return lenses.of_role(role)
    if city is not None:
        return lenses.of_city(city)
    return lenses.in_room(room) if room is not None else lambda _: True


def _slots(sessions: Iterable[SeenSession]) -> list[Slot]:
    slots = []
    for starts_at, group in groupby(sessions, key=lambda one: one.starts_at):
        together = tuple(group)
        ends = {one.ends_at for one in together}
        slots.append(Slot(starts_at, ends.pop() if len(ends) == 1 else None, together))
    return slots


def _chips(
    db: Session,
    convening: Convening,
    viewer: Viewer,
    seen: PublishedAgenda,
    *,
    show: str,
    role: int | None,
    city: int | None,
    room: int | None,
) -> dict[str, list[Chip]]:
    """The filters by their group; roles and cities are for those who may know whom a session is for."""
    rooms = {one.id: one.name for session in seen.sessions for one in session.rooms}
    groups = {"Show": [Chip("All", "", _lens_is_off(show, role, city, room))]}
    if viewer.is_signed_in:
        groups["Show"].insert(0, Chip("Mine", "?show=mine", show == "mine"))
    if viewer.in_cohort(convening.cohort_id) and any(one.rule for one in seen.sessions):
        roles = roles_of(db, convening.cohort_id)
        groups["By role"] = [Chip(one.plural, f"?role={one.key}", one.key == role) for one in roles]
        cities = cities_of(db, convening.cohort_id, convening.starts_on)
        groups["By city"] = [Chip(one.name, f"?city={one.key}", one.key == city) for one in cities]
    if len(rooms) > 1:
        groups["By room"] = [Chip(name, f"?room={number}", number == room) for number, name in rooms.items()]
    return groups


def _lens_is_off(show: str, role: int | None, city: int | None, room: int | None) -> bool:
    return show != "mine" and role is None and city is None and room is None


def said_when(session: SeenSession, viewer: Viewer) -> str:
    """The session's time in its own zone, with the viewer's beside it when it differs (rule 14)."""
    also = (viewer.zone, viewer.place) if viewer.zone else None
    return clock.said_span(session.starts_at, session.ends_at, session.zone, also)


def _beside(viewer: Viewer) -> Callable[[SeenSession | Slot, str], str]:
    """The viewer's own times beside the event's, or "" where their clocks agree (rule 14)."""
    also = (viewer.zone, viewer.place) if viewer.zone else None

    def said(one: SeenSession | Slot, zone: str) -> str:
        return clock.said_beside(one.starts_at, one.ends_at or one.starts_at, zone, also)

    return said
