"""What does not fit is refused at its field whichever verb forgot to look: on both databases, and nothing is cut."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from app.agenda.sessions import create_session
from app.agenda.venues import RoomDetails, add_room, change_venue
from app.database import Database
from app.gatherings.details import Details
from app.models import AgendaSession, Convening, Person, Room, Venue
from app.people.audiences import Rule
from app.people.audit import Refused
from app.people.directory import add_person
from tests.conftest import VisitorOf
from tests.registration.stage import BY, convening, set_stage

DRAFT = "/by-all-means/convenings/2017-fall/agenda/draft"


def venue(there: Convening) -> Venue:
    assert there.venue is not None
    return there.venue


def session(db: Session, there: Convening, **said: str) -> AgendaSession:
    return create_session(db, there, Details(**{"title": "A session", "audience": Rule(), **said}), by=BY)  # type: ignore[arg-type]


TYPED: dict[str, tuple[int, Callable[[Session, Convening, str], object]]] = {
    "name": (300, lambda db, _, text: add_person(db, name=text, by=BY)),
    "organization": (300, lambda db, _, text: add_person(db, name="Ada Roth", organization=text, by=BY)),
    "building": (
        200,
        lambda db, there, text: add_room(db, venue(there), RoomDetails(name=f"Room {len(text)}", building=text), by=BY),
    ),
    "floor": (
        80,
        lambda db, there, text: add_room(db, venue(there), RoomDetails(name=f"Room {len(text)}", floor=text), by=BY),
    ),
    "address": (500, lambda db, there, text: change_venue(db, venue(there), name="HGSE", address=text, by=BY)),
    "title": (500, lambda db, there, text: session(db, there, title=text)),
    "track": (200, lambda db, there, text: session(db, there, track=text)),
    "language": (35, lambda db, there, text: session(db, there, language=text)),
    "choice_group": (120, lambda db, there, text: session(db, there, choice_group=text)),
    "purpose": (20_000, lambda db, there, text: session(db, there, purpose=text)),
}


@pytest.mark.parametrize("field", TYPED)
def test_one_letter_more_than_fits_is_refused_at_its_field_and_what_fits_is_kept(
    field: str, database: Database
) -> None:
    stage = set_stage(database)
    longest, write = TYPED[field]
    with database.write() as db:
        write(db, convening(db, stage), "x" * longest)
        with pytest.raises(Refused) as refused:
            write(db, convening(db, stage), "y" * (longest + 1))
    assert refused.value.field == field
    assert str(f"{longest:,}") in refused.value.sentence or str(longest) in refused.value.sentence
    with database.read() as db:
        rows = [
            *db.exec(select(Person)),
            *db.exec(select(Room)),
            *db.exec(select(Venue)),
            *db.exec(select(AgendaSession)),
        ]
        kept = {getattr(row, field, "") for row in rows}
    assert "x" * longest in kept
    assert not any("y" * 30 in (value or "") for value in kept), "nothing was cut to fit"


def test_the_form_says_so_at_the_field_and_keeps_what_was_typed(database: Database, visitor: VisitorOf) -> None:
    stage = set_stage(database)
    organizer = visitor(stage.people["organizer"])
    answer = organizer.post(f"{DRAFT}/sessions", {"title": "A fine title", "everyone": "yes", "track": "y" * 201})
    assert answer.status_code == 422
    assert 'id="f-track-error"' in answer.text
    assert "A fine title" in answer.text
    assert "y" * 201 in answer.text


@pytest.mark.parametrize(("field", "longest"), [("state", 80), ("districts", 300)])
def test_of_a_city_too(field: str, longest: int, database: Database, visitor: VisitorOf) -> None:
    organizer = visitor(set_stage(database).people["organizer"])
    typed = {"name": "Oakland", "zone": "America/Los_Angeles", field: "x" * longest}
    assert organizer.post("/by-all-means/cities/oakland", typed).status_code == 303
    assert "x" * longest in organizer.get("/by-all-means/cities/oakland/edit").text
    answer = organizer.post("/by-all-means/cities/oakland", {**typed, field: "y" * (longest + 1)})
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert "y" * (longest + 1) in answer.text


def test_of_a_part_in_a_session_too(database: Database, visitor: VisitorOf) -> None:
    organizer = visitor(set_stage(database).people["organizer"])
    typed = {
        "title": "A session",
        "everyone": "yes",
        "presenter": "Oakland Mayor",
        "part": "y" * 81,
        "state": "invited",
    }
    answer = organizer.post(f"{DRAFT}/sessions", typed)
    assert answer.status_code == 422
    assert "81 characters; 80 is the most that fits" in answer.text
    assert "y" * 81 in answer.text
