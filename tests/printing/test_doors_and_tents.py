"""Door signs and table tents: what a door says is what takes place behind it, and nothing that is closed (rule 13)."""

from datetime import date

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select

from app.agenda import published
from app.agenda.published import PublishedAgenda
from app.agenda.seeing import programme_day
from app.models import Convening, Openness, Registration, RegistrationState, SessionFormat
from app.people.viewer import viewer_of
from app.printing.door_signs import doors
from app.printing.typesetting import hours
from tests.conftest import VisitorOf
from tests.printing.proof import assert_accessible, assert_nothing_overflows
from tests.printing.reading import headings, pages
from tests.printing.running import printed

HERE = "/by-all-means/convenings/2017-fall"
SIGNS, TENTS = f"{HERE}/print/door-signs.pdf", f"{HERE}/print/tents.pdf"
CHANGES = f"http://127.0.0.1:8000{HERE}/agenda/releases/2/changes"
pytestmark = pytest.mark.usefixtures("_one_shelf_of_prints")


def fall(db: Session) -> Convening:
    return db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()


def whole(app: FastAPI, person_id: int | None) -> tuple[PublishedAgenda, dict[int, str]]:
    """The agenda as this person sees it, and the titles that covers say."""
    assert person_id is not None
    with app.state.database.read() as db:
        agenda = published.agenda(db, fall(db), viewer_of(db, person_id))
        release = published.latest_release(db, fall(db))
        assert agenda is not None
        assert release is not None
        return agenda, {one["id"]: one["cover_title"] for one in published.release_entries(db, release)}


def test_each_room_and_day_has_a_sign_of_what_takes_place_there(sample_app: FastAPI, sample_visitor: VisitorOf) -> None:
    organizer = sample_visitor("organizer")
    pdf = printed(organizer, SIGNS)
    agenda, covers = whole(sample_app, organizer.person_id)
    placed: dict[tuple[date, str], list[str]] = {}
    for one in agenda.sessions:
        for room in one.rooms if one.format is not SessionFormat.INTERNAL else ():
            day = programme_day(one.starts_at, agenda.zone)
            closed = one.openness is Openness.CLOSED
            said = (covers[one.id] or "Closed session") if closed else one.title
            placed.setdefault((day, room.name), []).append(f"{hours(one, agenda.zone)} {said}")
    found = pages(pdf)
    assert len(found) == len(placed)
    for page, ((on, name), lines) in zip(found, sorted(placed.items(), key=lambda one: str(one[0])), strict=True):
        assert page.startswith(f"{name} "), page
        assert f"{on:%A} " in page
        for line in lines:
            assert "".join(line.split()) in "".join(page.replace("\x02", "-").split()), (line, page)
    text = " ".join(found)
    for one in agenda.sessions:
        if one.openness is Openness.CLOSED or one.format is SessionFormat.INTERNAL:
            assert one.title not in text or one.title == covers[one.id]
    assert "Closed. Please do not enter" in text


def test_a_sign_for_each_session_says_what_is_on_now_and_what_comes_next(
    sample_app: FastAPI, sample_visitor: VisitorOf
) -> None:
    organizer = sample_visitor("organizer")
    agenda, covers = whole(sample_app, organizer.person_id)
    door = next(one for one in doors(agenda, covers) if one.room.name == "GCC")
    pdf = printed(organizer, f"{SIGNS}?day={door.day}&room={door.room.id}&moment=each")
    found = pages(pdf)
    assert len(found) == len(door.sessions) > 3
    for place, (session, _) in enumerate(door.sessions):
        now, _, after = found[place].partition("Next")
        assert session.title in now.replace("\x02", "-")
        if place + 1 < len(door.sessions):
            assert door.sessions[place + 1][0].title in after.replace("\x02", "-")
        else:
            assert "Nothing more in this room today." in after
    assert_accessible(pdf)
    assert_nothing_overflows(pdf)


def test_tents_have_a_name_on_both_sides(sample_app: FastAPI, sample_visitor: VisitorOf) -> None:
    organizer = sample_visitor("organizer")
    with sample_app.state.database.read() as db:
        mine = (Registration.convening_id == fall(db).key, Registration.state == RegistrationState.SUBMITTED)
        team = [
            row.person.name
            for row in db.exec(select(Registration).where(*mine))
            if row.city and row.city.slug == "oakland"
        ]
    pdf = printed(organizer, f"{TENTS}?city=oakland")
    assert sorted(headings(pdf)) == sorted(team)
    for name, page in zip(headings(pdf), pages(pdf), strict=True):
        assert page.replace("\x02", "-").count(name) == 2


def test_those_who_present_in_a_closed_session_are_named_to_those_inside_alone(
    sample_app: FastAPI, sample_visitor: VisitorOf
) -> None:
    """Rule 13, and who is not of the lab prints neither."""
    organizer = sample_visitor("organizer")
    agenda, _ = whole(sample_app, organizer.person_id)
    open_one = next(one for one in agenda.sessions if one.presenters and not one.covered)
    pdf = printed(organizer, f"{TENTS}?session={open_one.id}")
    assert headings(pdf) == [one.name for one in open_one.presenters]
    for covered in (one for one in agenda.sessions if one.covered):
        assert organizer.get(f"{TENTS}?session={covered.id}").status_code in (404, 422)
    for kind in ("member", "facilitator", "mayor"):
        assert sample_visitor(kind).get(TENTS).status_code == 403
        assert sample_visitor(kind).get(SIGNS).status_code == 403
