"""After a webinar: what goes into the library, the letter in two wordings that goes once, and wanting to learn more."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, col, select

from app.database import Database
from app.gatherings.attendance import Listed, take_attendance
from app.gatherings.seats import Given, give_back, take_public_seat, token_of
from app.learning.library import Said, add_item
from app.learning.more import ask_more
from app.mailing.webinar_follow_up import send_follow_up
from app.models import AgendaSession, Ask, LibraryItem, Openness, OutboxLetter, Role, Seat, WebinarSeat
from app.people.tenures import end_tenure
from app.settings import Settings
from tests.conftest import VisitorOf
from tests.gatherings.meeting import Meeting, closed_to_the_lab, meet, utc
from tests.gatherings.seating import seated, webinar
from tests.registration.stage import BY, person

HOME = "/by-all-means/gatherings"
VIDEO = "https://video.example.org/data"
AFTER = utc(2017, 9, 19, 19)


@pytest.fixture(autouse=True)
def clock_hand() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(utc(2017, 9, 19, 14), tick=True) as traveller:
        yield traveller


@pytest.fixture
def meeting(database: Database, clock_hand: object) -> Meeting:
    return meet(database)


@pytest.fixture
def session(
    database: Database, meeting: Meeting, settings: Settings, clock_hand: time_machine.Traveller
) -> AgendaSession:
    """A public one that is over: Oakland's mayor and Ada came, Salem's mayor did not, its facilitator gave back."""
    with database.write() as db:
        made = webinar(db, meeting, openness=Openness.PUBLIC)
        *_, gone = seated(db, meeting, made, "oakland mayor", "salem mayor", "salem facilitator")
        take_public_seat(db, made, Given("Ada Roth", "ada@example.org"), secret=settings.secret, by=BY)
        give_back(db, gone, by=BY)
    clock_hand.move_to(AFTER)
    with database.write() as db:
        listed = [
            Listed("a", "row 2", "Ada Roth", "ada@example.org", 60),
            Listed("o", "row 3", "Oakland Mayor", "oakland.mayor@example.org", 75),
        ]
        here = db.get_one(AgendaSession, made.key)
        take_attendance(db, here, listed, {}, secret=settings.secret, by=BY)
        return here


def desk(session: AgendaSession) -> str:
    return f"{HOME}/{session.key}/webinar"


def link(database: Database, settings: Settings, **said: Any) -> str:
    with database.read() as db:
        seat = db.exec(select(WebinarSeat).filter_by(**said)).one()
        return f"/webinars/{token_of(seat, settings.secret)}"


def asks(db: Session) -> list[tuple[str, str, bool]]:
    rows = db.exec(select(Ask).order_by(col(Ask.id)))
    return [(ask.text, ask.office, ask.archived_at is not None) for ask in rows]


def test_a_recording_stands_on_the_page_and_by_link_and_can_be_taken_out_and_brought_back(
    visitor: VisitorOf, database: Database, meeting: Meeting, session: AgendaSession, settings: Settings
) -> None:
    organizer = visitor(meeting.stage.people["organizer"])
    page = organizer.follow(f"{desk(session)}/resources", {"kind": "recording", "url": VIDEO, "title": ""})
    assert "“Recording: Integrated data I” is in the library." in page.text
    ada, here = link(database, settings, email="ada@example.org"), f"{HOME}/{session.key}"
    mayor = visitor(meeting.stage.people["salem mayor"])
    assert [VIDEO in one.text for one in (mayor.get(here), visitor().get(here), visitor().get(ada))] == [True] * 3
    with database.read() as db:
        item = db.exec(select(LibraryItem)).one()
    place = f"{desk(session)}/resources/{item.key}"
    assert "Bring back" in organizer.follow(f"{place}/removal").text
    assert VIDEO not in mayor.get(here).text + visitor().get(ada).text
    organizer.follow(f"{place}/return")
    assert VIDEO in mayor.get(here).text
    assert organizer.post(f"{desk(session)}/resources/999/removal").status_code == 404


def test_by_link_and_by_letter_a_guest_has_what_is_public_alone_rule_18(
    visitor: VisitorOf, database: Database, meeting: Meeting, session: AgendaSession, settings: Settings
) -> None:
    with database.write() as db:
        here = db.get_one(AgendaSession, session.key)
        expert = Listed("e", "row 4", "Expert", person(db, meeting.stage, "expert").email or "", 60)
        take_attendance(db, here, [expert], {}, secret=settings.secret, by=BY)
        for openness in (Openness.COHORT, Openness.PUBLIC):
            said = Said(title="The hour", url=f"{VIDEO}/{openness}", session_id=here.key, openness=openness)
            add_item(db, meeting.cohort(db), said, by=BY)
        send_follow_up(db, here, settings=settings, by=BY)
    known = {}
    for who in ("expert", "oakland mayor"):
        number = meeting.stage.people[who]
        with database.read() as db:
            (letter,) = db.exec(select(OutboxLetter).where(OutboxLetter.person_id == number))
        page = visitor().get(link(database, settings, person_id=number)).text
        known[who] = [f"{VIDEO}/{one}" in text for text in (page, letter.text) for one in ("cohort", "public")]
    assert known == {"expert": [False, True] * 2, "oakland mayor": [True] * 4}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": ""}, "url"),
        ({"url": "https://x.example/a b"}, "url"),
        ({"kind": "song"}, "kind"),
        ({"title": "x" * 301}, "title"),
    ],
)
def test_what_cannot_go_into_the_library_is_said_at_its_field(
    visitor: VisitorOf, meeting: Meeting, session: AgendaSession, said: dict[str, str], field: str
) -> None:
    form = {"kind": "slides", "url": VIDEO, "title": "Kept", **said}
    answer = visitor(meeting.stage.people["organizer"]).post(f"{desk(session)}/resources", form)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert form["title"] in answer.text


def test_an_organizer_outside_does_not_arrange_a_closed_webinar_rule_13(
    visitor: VisitorOf, database: Database, meeting: Meeting, settings: Settings
) -> None:
    with database.write() as db:
        said: dict[str, Any] = closed_to_the_lab(meeting.of_role(db, "mayor"))
        closed = webinar(db, meeting, title="Among mayors", **said)
        seated(db, meeting, closed, "salem mayor")
    organizer = visitor(meeting.stage.people["organizer"])
    for path in ("webinar", "webinar/follow-up"):
        assert organizer.get(f"{HOME}/{closed.key}/{path}").status_code == 403
    assert organizer.post(f"{desk(closed)}/resources", {"kind": "slides", "url": VIDEO}).status_code == 403
    assert organizer.post(f"{desk(closed)}/follow-up/sending").status_code == 403


def test_the_letter_is_looked_at_and_goes_once_in_two_wordings(
    visitor: VisitorOf, database: Database, meeting: Meeting, session: AgendaSession, settings: Settings
) -> None:
    organizer = visitor(meeting.stage.people["organizer"])
    organizer.post(f"{desk(session)}/resources", {"kind": "recording", "url": VIDEO, "title": "The hour"})
    words = {"came": "Thank you, **all**.", "missed": "You were <b>missed</b>."}
    preview = organizer.follow(f"{desk(session)}/follow-up", words).text
    assert "Thank you, <strong>all</strong>." in preview
    assert "You were &lt;b&gt;missed&lt;/b&gt;." in preview
    assert re.findall(r'<h3>([^<]+) <span class="count">(\d+)', preview) == [("Who came", "2"), ("Who did not", "1")]
    with database.read() as db:
        assert db.exec(select(OutboxLetter)).all() == []
    assert "3 letters go out now." in organizer.follow(f"{desk(session)}/follow-up/sending").text
    assert "It had gone already" in organizer.follow(f"{desk(session)}/follow-up/sending").text
    with database.read() as db:
        letters = {letter.recipient.split(" <")[0]: letter for letter in db.exec(select(OutboxLetter))}
    assert sorted(letters) == ["Ada Roth", "Oakland Mayor", "Salem Mayor"]
    assert letters["Oakland Mayor"].subject == "After “Integrated data I”"
    assert letters["Salem Mayor"].subject == "What you missed: “Integrated data I”"
    for name, words_of in (("Ada Roth", "Thank you, **all**."), ("Salem Mayor", "You were <b>missed</b>.")):
        assert words_of in letters[name].text
        assert f"- The hour: {VIDEO}" in letters[name].text
    assert "Thank you, <strong>all</strong>." in letters["Ada Roth"].html
    assert "<b>missed" not in letters["Salem Mayor"].html
    assert link(database, settings, email="ada@example.org") in letters["Ada Roth"].text
    late = organizer.post(f"{desk(session)}/follow-up", {"came": "Another", "missed": ""})
    assert (late.status_code, "has gone already" in late.text) == (422, True)


def test_of_two_who_send_at_once_one_does(database: Database, session: AgendaSession, settings: Settings) -> None:
    def press(_: int) -> int:
        with database.write() as db:
            return send_follow_up(db, db.get_one(AgendaSession, session.key), settings=settings, by=BY)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, range(4))) == [0, 0, 0, 3]


def test_before_it_is_over_no_letter_goes(visitor: VisitorOf, database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        ahead = webinar(db, meeting, starts_at=utc(2017, 12, 12, 18))
        seated(db, meeting, ahead, "oakland mayor")
    organizer = visitor(meeting.stage.people["organizer"])
    assert "It can be sent once the webinar is over." in organizer.get(f"{desk(ahead)}/follow-up").text
    organizer.post(f"{desk(ahead)}/follow-up/sending")
    with database.read() as db:
        assert db.exec(select(OutboxLetter)).all() == []


def test_wanting_to_learn_more_is_an_ask_of_the_city_with_the_office_and_is_taken_back_rule_8(
    visitor: VisitorOf, database: Database, meeting: Meeting, session: AgendaSession
) -> None:
    here = f"{HOME}/{session.key}"
    mayor, reader = (visitor(meeting.stage.people[who]) for who in ("oakland mayor", "salem facilitator"))
    assert "We want to learn more" in mayor.get(here).text
    assert "We want to learn more" not in reader.get(here).text  # gave the seat back
    assert "among your city’s asks" in mayor.follow(f"{here}/seat/ask", {"text": "How did consent work?"}).text
    page = reader.get("/by-all-means/learning").text
    assert "How did consent work?" in page
    assert "Oakland Mayor, Mayor, Oakland" in page
    assert "take back" not in page
    assert "yours: change or take back" in mayor.get("/by-all-means/learning").text
    with database.write() as db:
        oakland = meeting.stage.cities["oakland"]
        seat = db.exec(select(Seat).join(Role).where(Role.slug == "mayor", Seat.city_id == oakland)).one()
        end_tenure(db, seat.tenures[0], ends_on=date(2017, 9, 19), by=BY)
        assert asks(db) == [("How did consent work?", "Mayor, Oakland", False)]
    with time_machine.travel(utc(2017, 9, 20, 12)):
        assert "Oakland Mayor, Mayor, Oakland" in visitor(reader.person_id).get("/by-all-means/learning").text
    mayor.post(f"{here}/seat/ask", {"text": "And what did it cost?"})
    with database.read() as db:
        assert asks(db) == [("And what did it cost?", "Mayor, Oakland", False)]
    mayor.post(f"{here}/seat/ask/removal")
    with database.read() as db:
        assert asks(db) == [("And what did it cost?", "Mayor, Oakland", True)]
    assert "And what did it cost?" not in reader.get("/by-all-means/learning").text
    mayor.post(f"{here}/seat/ask", {"text": "After all"})
    with database.read() as db:
        assert asks(db) == [("After all", "Mayor, Oakland", False)]


def test_by_link_a_city_is_asked_for_too_and_a_stranger_is_read_by_organizers_alone(
    visitor: VisitorOf, database: Database, meeting: Meeting, session: AgendaSession, settings: Settings
) -> None:
    salem = link(database, settings, person_id=meeting.stage.people["salem mayor"])
    ada = link(database, settings, email="ada@example.org")
    assert "among your city’s asks" in visitor().follow(f"{salem}/seat/ask", {"text": "The forms, please"}).text
    assert "The organizers read it." in visitor().follow(f"{ada}/seat/ask", {"text": "A stranger’s question"}).text
    learning = visitor(meeting.stage.people["oakland mayor"]).get("/by-all-means/learning").text
    assert ("The forms, please" in learning, "A stranger’s question" in learning) == (True, False)
    page = visitor(meeting.stage.people["organizer"]).get(desk(session)).text
    assert ("The forms, please" in page, "A stranger’s question" in page) == (True, True)
    assert "Take it back" in visitor().get(ada).text
    visitor().post(f"{ada}/seat/ask/removal")
    assert "A stranger’s question" not in visitor(meeting.stage.people["organizer"]).get(desk(session)).text


@pytest.mark.parametrize("text", ["", "  \n", "x" * 1001])
def test_an_empty_or_endless_ask_is_refused_and_kept(
    visitor: VisitorOf, meeting: Meeting, session: AgendaSession, text: str
) -> None:
    answer = visitor(meeting.stage.people["oakland mayor"]).post(f"{HOME}/{session.key}/seat/ask", {"text": text})
    assert answer.status_code == 422
    assert 'id="f-more-error"' in answer.text
    assert text.strip() in answer.text


def test_what_is_asked_after_a_closed_webinar_is_read_by_those_inside_rule_13(
    visitor: VisitorOf, database: Database, meeting: Meeting, clock_hand: time_machine.Traveller
) -> None:
    clock_hand.move_to(utc(2017, 9, 19, 14))
    with database.write() as db:
        said: dict[str, Any] = closed_to_the_lab(meeting.of_role(db, "mayor"))
        closed = webinar(db, meeting, title="Among mayors", **said)
        seated(db, meeting, closed, "salem mayor")
    clock_hand.move_to(AFTER)
    visitor(meeting.stage.people["salem mayor"]).post(f"{HOME}/{closed.key}/seat/ask", {"text": "How to lose a vote"})
    shown = {
        who: "How to lose a vote" in visitor(meeting.stage.people[who]).get("/by-all-means/learning").text
        for who in ("oakland mayor", "oakland facilitator", "organizer", "staff")
    }
    assert shown == {"oakland mayor": True, "oakland facilitator": False, "organizer": False, "staff": False}


@pytest.mark.parametrize("count", [1, 30])
def test_the_queries_of_the_learning_page_do_not_grow_with_what_is_asked(
    visitor: VisitorOf, database: Database, meeting: Meeting, queries: list[str], count: int
) -> None:
    with database.write() as db:
        for number in range(count):
            (seat,) = seated(db, meeting, webinar(db, meeting, title=f"{number}"), "oakland mayor")
            ask_more(db, seat, f"What of {number}?", by=BY)
    reader = visitor(meeting.stage.people["salem mayor"])
    queries.clear()
    assert f"What of {count - 1}?" in reader.get("/by-all-means/learning").text
    assert len(queries) <= 22
