"""View as: the draft or the newest release exactly as a person, a guest or the public will see it, and by lens."""

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.agenda import published
from app.agenda.seeing_as import SeenAs, draft_as, published_as
from app.models import Convening, Person
from app.people.audit import Refused
from app.people.viewer import Viewer, viewer_of
from app.routes.agenda import HERE, agenda_context, said_when, tables_for
from app.routes.door import ConveningHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.session_choices import choices
from app.routes.workbench import NO_SUCH_NUMBER

router = APIRouter(dependencies=[Depends(Needs("agenda.draft"))])
SEEN_AS = HERE + "/agenda/seen-as"
EYES = SEEN_AS + "/{of}/{who}"
OF = ("draft", "published")
NAMED = ("me", "guest", "public")
GUEST = Viewer(person_id=0, name="a guest", actor_id=0)
"""Somebody with a sign-in and no seat in this cohort; no person on record has the number 0."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """Whose eyes, on what: `said` goes on "as … will see it", `address` is where their pages stand."""

    reader: Viewer
    said: str
    of: str
    who: str
    address: str
    kept_back: int = 0


def eyes_here(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere) -> Eyes:
    """The eyes that the address names; raises NotHere."""
    of, who = request.path_params["of"], request.path_params["who"]
    if of not in OF:
        raise NotHere("An agenda is seen as the draft or as published.")
    reader, said = _reader(db, convening, viewer, who)
    return Eyes(reader, said, of, who, f"{_address(convening)}/{of}/{who}")


EyesHere = Annotated[Eyes, Depends(eyes_here)]


@router.get(SEEN_AS)
def choose(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, who: str = "", of: str = "draft"
) -> Response:
    """Whose eyes to take: by the name that the list offers, "guest", "public", or one's own."""
    offered = choices(db, convening)
    problem = ""
    if who.strip():
        if of not in OF:
            raise NotHere("An agenda is seen as the draft or as published.")
        try:
            name = who if who in NAMED else f"person-{offered.person(who, 'who')}"
            return see_other(f"{_address(convening)}/{of}/{name}/agenda")
        except Refused as refused:
            problem = refused.sentence
    context = {
        "convening": convening,
        "at": _address(convening),
        "labels": offered.labels.values(),
        "roles": offered.roles,
        "cities": offered.cities,
        "who": who,
        "of": of,
        "errors": {"who": problem} if problem else {},
        "is_published": published.latest_number(db, convening) is not None,
    }
    return page(request, "agenda/seen_as.html", context, status=422 if problem else 200)


@router.get(EYES + "/agenda")
def agenda_as(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    eyes: EyesHere,
    show: str = "",
    role: int | None = None,
    city: int | None = None,
    room: int | None = None,
) -> Response:
    """The agenda in those eyes."""
    seen, eyes = _look(db, convening, viewer, eyes)
    agenda = seen.agenda if seen else None
    narrowed = {"show": show, "role": role, "city": city, "room": room}
    context = agenda_context(db, convening, eyes.reader, agenda, **narrowed)  # type: ignore[arg-type]  # one of each
    query = urlencode({name: value for name, value in narrowed.items() if value})
    return page(request, "agenda/published.html", {**context, "may_edit": False, "seen_as": eyes, "narrowing": query})


@router.get(EYES + "/sessions/{session:int}")
def session_as(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, eyes: EyesHere, session: int
) -> Response:
    """One session in those eyes."""
    seen, eyes = _look(db, convening, viewer, eyes)
    found = seen.agenda.session(session) if seen else None
    if seen is None or found is None:
        raise NotHere(f"{eyes.said[:1].upper()}{eyes.said[1:]} does not see this session.")
    context = {
        "convening": convening,
        "agenda": seen.agenda,
        "session": found,
        "people": published.who_comes(db, seen.agenda, found) if not found.covered else [],
        "when": said_when(found, eyes.reader),
        "my_table": tables_for(db, convening, seen.agenda, eyes.reader).get(found.id),
        "may_edit": False,
        "seen_as": eyes,
    }
    return page(request, "agenda/session.html", context)


def _look(db: Session, convening: Convening, viewer: Viewer, eyes: Eyes) -> tuple[SeenAs | None, Eyes]:
    look = draft_as if eyes.of == "draft" else published_as
    seen = look(db, convening, eyes.reader, viewer)
    kept_back = seen.kept_back if seen else 0
    return seen, replace(eyes, kept_back=kept_back)


def _reader(db: Session, convening: Convening, viewer: Viewer, who: str) -> tuple[Viewer, str]:
    if who == "me":
        return viewer, "you"
    if who == "public":
        return Viewer.anonymous(), "the public"
    if who == "guest":
        return GUEST, "a guest"
    number = who.removeprefix("person-")
    person = db.get(Person, min(int(number), NO_SUCH_NUMBER)) if number.isascii() and number.isdecimal() else None
    if person is None or person.archived_at is not None:
        raise NotHere("Nobody on record has that number.")
    reader = viewer_of(db, person.key)
    if not reader.offices and len(reader.principals) == 1:  # an assistant, who sees what their principal does
        principal, name = reader.principals[0]
        return viewer_of(db, person.key, acting_for=principal), f"{person.name} (for {name})"
    office = next((one.said for one in reader.offices_in(convening.cohort_id)), "")
    return reader, f"{person.name} ({office})" if office else person.name


def _address(convening: Convening) -> str:
    return f"{convening.path}/agenda/seen-as"
