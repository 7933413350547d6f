"""Whatever was done to a draft: publishing it twice makes one release at most (rule 15)."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from app.agenda.placements import move_session, unplace_session
from app.agenda.releases import changes_since, releases_of
from app.agenda.sessions import cancel_session, change_session, reinstate_session
from app.agenda.venues import RoomDetails, SetupLine, change_room
from app.gatherings.details import Item, details_of
from app.models import AgendaSession, Openness
from app.people.audit import Refused
from tests.agenda.campus import WEDNESDAY, Campus
from tests.people.rows import BY

ACTS = ("move", "away", "retitle", "describe", "close", "open", "cancel", "reinstate", "turns", "room", "nothing")


def do(db: Session, place: Campus, act: str, session: AgendaSession, count: int) -> None:
    """One act on the draft; what is refused there leaves it as it was."""
    said = details_of(session)
    if act == "move":
        move_session(db, session, to=place.placement(f"1{count}:00–1{count}:30", WEDNESDAY), by=BY)
    elif act == "away":
        unplace_session(db, session, by=BY)
    elif act == "cancel":
        cancel_session(db, session, reason=f"reason {count}", by=BY)
    elif act == "reinstate":
        reinstate_session(db, session, by=BY)
    elif act == "room":
        setups = (SetupLine("rounds", 90),)
        change_room(db, place.rooms["GCC"], RoomDetails(name=f"Hall {count}", setups=setups), by=BY)
    elif act != "nothing":
        change_session(db, session, replace(said, **_otherwise(act, count)), by=BY)  # type: ignore[arg-type]  # by name


def _otherwise(act: str, count: int) -> dict[str, object]:
    otherwise: dict[str, dict[str, object]] = {
        "retitle": {"title": f"Title {count}"},
        "describe": {"purpose": f"Purpose {count}"},
        "close": {"openness": Openness.CLOSED, "cover_title": f"Cover {count}"},
        "open": {"openness": Openness.COHORT},
        "turns": {"items": (Item(10 + count, "One"), Item(10, "Two"))},
    }
    return otherwise[act]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 1), st.integers(0, 8)), max_size=6))
def test_publishing_twice_without_a_change_between_makes_no_second_release(
    db: Session, place: Campus, acts: list[tuple[str, int, int]]
) -> None:
    """Each example goes on from the draft that the one before it left."""
    sessions = db.exec(select(AgendaSession).order_by(AgendaSession.id)).all()  # type: ignore[arg-type]  # a column
    if not sessions:
        sessions = [place.session("Welcome", rooms=["GCC"]), place.session("Lunch", "12:00–13:00")]
    for act, which, count in acts:
        with suppress(Refused):
            do(db, place, act, sessions[which], count)
    with suppress(Refused):
        place.publish()
    before = len(releases_of(db, place.convening))
    with pytest.raises(Refused):
        place.publish()
    assert len(releases_of(db, place.convening)) == before
    if before:
        assert changes_since(db, place.convening, before, BY) == []
