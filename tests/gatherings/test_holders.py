"""A seat at a webinar opens nothing to whoever may not know of it any more, by its link or by letter (rule 13)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, col, select

from app.database import Database
from app.gatherings.arranging import change_gathering, move_gathering
from app.gatherings.details import details_of
from app.gatherings.holders import who_may_know
from app.gatherings.listing import gathering_of
from app.gatherings.seats import Given, give_back, take_public_seat, token_of
from app.gatherings.webinars import Terms
from app.mailing.webinar_follow_up import readings_of, send_follow_up
from app.mailing.webinar_letters import send_webinar_letters, tell_seats
from app.models import AgendaSession, Openness, OutboxLetter, Tenure, WebinarSeat
from app.people.tenures import end_tenure
from app.people.viewer import Viewer, viewer_of
from app.settings import Settings
from tests.conftest import VisitorOf
from tests.gatherings.meeting import Meeting, closed_to_the_lab, meet, speaking, utc
from tests.gatherings.seating import LINK, seated, webinar
from tests.registration.stage import BY

SECRET_TITLE = "Zyzzyva"
WHO = ("oakland mayor", "salem mayor", "salem facilitator", "organizer", "staff", "expert")
ADA = Given("Ada Roth", "ada@example.org")


@pytest.fixture(autouse=True)
def clock_hand() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(utc(2017, 9, 15, 14), tick=False) as traveller:
        yield traveller


@pytest.fixture
def meeting(database: Database, clock_hand: object) -> Meeting:
    return meet(database)


def leaves(db: Session, meeting: Meeting, who: str) -> None:
    """Their office ended yesterday."""
    tenure = db.exec(select(Tenure).where(Tenure.person_id == meeting.stage.people[who])).one()
    end_tenure(db, tenure, ends_on=date(2017, 9, 14), by=BY)


def narrow(db: Session, session: AgendaSession, **said: Any) -> None:
    change_gathering(db, session, replace(details_of(session), **said), by=BY)


def letters_to(database: Database, purpose: str) -> list[str]:
    with database.read() as db:
        rows = db.exec(select(OutboxLetter).where(OutboxLetter.purpose == purpose).order_by(col(OutboxLetter.id)))
        return [letter.recipient.split(" <")[0] for letter in rows]


@pytest.mark.parametrize("leaver", ["", *WHO])
@pytest.mark.parametrize("openness", [Openness.PUBLIC, Openness.COHORT, Openness.CLOSED, "no lab", "with expert"])
def test_the_link_says_what_the_page_says_rule_13(
    database: Database, meeting: Meeting, settings: Settings, openness: str, leaver: str
) -> None:
    with database.write() as db:
        session = webinar(db, meeting, openness=Openness.PUBLIC)
        seated(db, meeting, session, *WHO)
        take_public_seat(db, session, ADA, secret=settings.secret, by=BY)
        mayors: dict[str, Any] = closed_to_the_lab(meeting.of_role(db, "mayor"))
        if openness == "no lab":
            narrow(db, session, **mayors)
        elif openness == "with expert":
            narrow(db, session, **mayors, presenters=speaking(meeting.stage.people["expert"]))
        else:
            narrow(db, session, **{**mayors, "excludes_lab": False, "openness": Openness(openness)})
        if leaver:
            leaves(db, meeting, leaver)
    with database.read() as db:
        session = db.get_one(AgendaSession, session.key)
        seats = db.exec(select(WebinarSeat)).all()
        seen = {}
        for seat in seats:
            viewer = viewer_of(db, seat.person_id) if seat.person_id else Viewer.anonymous()
            one = gathering_of(db, session.cohort_id, session.key, viewer)
            if one is not None and one.is_whole:
                seen[seat.key] = one.is_invited
        assert {one.seat.key: one.is_inside for one in who_may_know(db, session, seats)} == seen


@pytest.mark.parametrize("how", ["office ends", "closed"])
def test_a_link_opens_nothing_once_its_holder_may_not_know_of_the_webinar_rule_13(
    visitor: VisitorOf,
    database: Database,
    meeting: Meeting,
    settings: Settings,
    clock_hand: time_machine.Traveller,
    how: str,
) -> None:
    with database.write() as db:
        session = webinar(db, meeting, title=SECRET_TITLE)
        seat, other = seated(db, meeting, session, "salem facilitator", "salem mayor")
        mine, theirs = (f"/webinars/{token_of(one, settings.secret)}" for one in (seat, other))
    assert SECRET_TITLE in visitor().get(mine).text
    with database.write() as db:
        if how == "closed":
            narrow(db, db.get_one(AgendaSession, session.key), **closed_to_the_lab(meeting.of_role(db, "mayor")))
        else:
            leaves(db, meeting, "salem facilitator")
    clock_hand.move_to(utc(2017, 9, 19, 16, 45))
    gone = [visitor().get(mine), visitor().get(f"{mine}/calendar.ics")]
    gone += [visitor().post(f"{mine}/{path}") for path in ("join", "seat", "seat/ask", "seat/removal")]
    assert [one.status_code for one in gone] == [410] * 6
    assert not any(word in one.text for one in gone for word in (SECRET_TITLE, LINK))
    with database.read() as db:
        assert db.get_one(WebinarSeat, seat.key).joined_at is None
    assert LINK in visitor().post(f"{theirs}/join").text


def test_no_letter_tells_of_a_webinar_whoever_may_not_know_of_it_any_more_rule_13(
    database: Database, meeting: Meeting, settings: Settings, clock_hand: time_machine.Traveller
) -> None:
    with database.write() as db:
        session = webinar(db, meeting, openness=Openness.PUBLIC)
        seated(db, meeting, session, "oakland mayor", "salem mayor", "salem facilitator")
        take_public_seat(db, session, ADA, secret=settings.secret, by=BY)
        narrow(db, session, openness=Openness.CLOSED, audience=meeting.of_role(db, "mayor"))
        leaves(db, meeting, "oakland mayor")
    clock_hand.move_to(utc(2017, 9, 18, 18))
    assert send_webinar_letters(database, settings) == 1
    assert letters_to(database, "webinar-reminder") == ["Salem Mayor"]
    with database.write() as db:
        session = db.get_one(AgendaSession, session.key)
        move_gathering(db, session, starts_at=utc(2017, 9, 20, 17), minutes=75, by=BY)
    assert (send_webinar_letters(database, settings), send_webinar_letters(database, settings)) == (1, 0)
    assert letters_to(database, "webinar-change") == ["Salem Mayor"]
    with database.write() as db:  # it is told to those who may know of it again
        narrow(db, db.get_one(AgendaSession, session.key), openness=Openness.COHORT)
    assert send_webinar_letters(database, settings) == 1
    assert letters_to(database, "webinar-change") == ["Salem Mayor", "Salem Facilitator"]
    clock_hand.move_to(utc(2017, 9, 20, 20))
    with database.write() as db:
        session = db.get_one(AgendaSession, session.key)
        assert [one.to for one in readings_of(db, session)] == [0, 2]
        assert send_follow_up(db, session, settings=settings, by=BY) == 2
    assert letters_to(database, "webinar-follow-up") == ["Salem Mayor", "Salem Facilitator"]


def test_who_waited_and_may_not_know_of_it_any_more_is_told_of_no_place_rule_13(
    database: Database, meeting: Meeting, settings: Settings
) -> None:
    with database.write() as db:
        session = webinar(db, meeting, terms=Terms(capacity=1))
        first, _ = seated(db, meeting, session, "oakland mayor", "salem mayor")
        leaves(db, meeting, "salem mayor")
        assert tell_seats(db, give_back(db, first, by=BY), settings=settings, moved_up=True) == 0
