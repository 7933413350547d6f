"""Webinars in a browser: registering, the line, the door, one's own link, and an address that leaks nowhere."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from sqlmodel import col, select

from app.calendars.contents import of_person
from app.calendars.documents import document
from app.database import Database
from app.gatherings.seats import give_back
from app.gatherings.webinars import Terms
from app.models import AgendaSession, Assistance, Openness, OutboxLetter, SeatState, WebinarSeat
from app.people.directory import add_assistant
from app.people.viewer import viewer_of
from tests.calendars.reading import events
from tests.conftest import VisitorOf
from tests.gatherings.meeting import Meeting, closed_to_the_lab, meet, speaking, utc
from tests.gatherings.seating import LINK, seated, webinar
from tests.registration.stage import BY, person

HOME = "/by-all-means/gatherings"
DOOR = utc(2017, 9, 19, 16, 30)
GIVEN = {"name": "Ada Roth", "email": "ada@example.org", "organization": "Roth & Co"}


@pytest.fixture(autouse=True)
def clock_hand() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(utc(2017, 9, 15, 14), tick=True) as traveller:
        yield traveller


@pytest.fixture
def meeting(database: Database, clock_hand: object) -> Meeting:
    return meet(database)


def place(session: AgendaSession) -> str:
    return f"{HOME}/{session.key}"


def made(database: Database, meeting: Meeting, *, terms: Terms | None = None, **said: Any) -> AgendaSession:
    with database.write() as db:
        return webinar(db, meeting, terms=terms, **said)


def seat_in(database: Database, **said: object) -> WebinarSeat:
    with database.read() as db:
        return db.exec(select(WebinarSeat).filter_by(**said)).one()


def letters(database: Database) -> list[OutboxLetter]:
    with database.read() as db:
        return list(db.exec(select(OutboxLetter).order_by(col(OutboxLetter.id))))


def own_link(letter: OutboxLetter) -> str:
    """The path of the link in a letter."""
    found = re.search(r"https?://[^/\s]+(/webinars/[\w-]{43})\s", letter.text)
    assert found, letter.text
    return found[1]


def test_people_of_the_cohort_register_in_one_click_have_a_letter_and_give_back(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    here = place(made(database, meeting))
    mayor = visitor(meeting.stage.people["oakland mayor"])
    before = mayor.get(here).text
    assert "Register, and the link is here from 12:30 EDT (09:30 in Oakland) on." in before
    assert "You are registered." in mayor.follow(f"{here}/seat").text
    assert "The link is here from 12:30 EDT (09:30 in Oakland) on." in mayor.get(here).text
    assert "</svg>Registered</span>" in mayor.get(HOME).text
    assert [letter.subject for letter in letters(database)] == ["You are registered: Integrated data I"]
    assert "Tue 19 Sep, 13:00–14:15 EDT (10:00–11:15 in Oakland)" in letters(database)[0].text  # rule 14
    assert "Your place is given back." in mayor.follow(f"{here}/seat/removal").text
    assert "You are not registered any more." in mayor.get(here).text
    assert "You are registered." in mayor.follow(f"{here}/seat").text


def test_the_link_is_there_near_the_time_for_those_registered_and_the_button_notes_that_they_came(
    visitor: VisitorOf, database: Database, meeting: Meeting, clock_hand: time_machine.Traveller
) -> None:
    session = made(database, meeting)
    here = place(session)
    mayor = visitor(meeting.stage.people["oakland mayor"])
    mayor.post(f"{here}/seat")
    early = mayor.post(f"{here}/join")
    assert "The door opens Tue 19 Sep 2017 at 12:30 EDT." in early.text
    assert LINK not in early.text
    clock_hand.move_to(DOOR)
    mayor, other = (visitor(meeting.stage.people[who]) for who in ("oakland mayor", "salem mayor"))
    for path in (here, f"{here}/join", f"{here}.ics"):  # a scanner looks at all of them
        mayor.get(path)
    assert seat_in(database, person_id=mayor.person_id).joined_at is None
    assert f'action="{here}/join"' in mayor.get(f"{here}/join").text
    going = mayor.post(f"{here}/join")
    assert f'<meta http-equiv="refresh" content="0; url={LINK}">' in going.text
    assert seat_in(database, person_id=mayor.person_id).joined_at is not None
    assert LINK not in other.post(f"{here}/join").text
    assert f'action="{here}/join"' not in other.get(here).text
    assert "Register, and the link is here" in other.get(f"{here}/join").text


def test_organizers_and_speakers_have_the_link_at_all_times(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    here = place(made(database, meeting, presenters=speaking(meeting.stage.people["expert"])))
    shown = {who: LINK in visitor(meeting.stage.people[who]).get(here).text for who in ("organizer", "expert", "staff")}
    assert shown == {"organizer": True, "expert": True, "staff": False}


def test_over_the_capacity_one_is_told_the_number_and_moves_up_by_a_letter_rule_9(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    here = place(made(database, meeting, terms=Terms(capacity=1)))
    first, second = (visitor(meeting.stage.people[who]) for who in ("oakland mayor", "salem mayor"))
    assert "1 of 1 places left." in first.get(here).text
    first.post(f"{here}/seat")
    assert "All 1 places are taken" in second.get(here).text
    assert "You are number 1 in line." in second.follow(f"{here}/seat").text
    assert "Integrated data I" in second.get(f"{here}.ics").text
    first.post(f"{here}/seat/removal")
    assert "You are registered." in second.get(here).text
    assert [letter.subject.split(":")[0] for letter in letters(database)] == [
        "You are registered",
        "You are number 1 in line",
        "A place came free for you",
    ]


def test_an_assistant_registers_their_principal_who_has_the_letter(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    session = made(database, meeting)
    mayor = meeting.stage.people["oakland mayor"]
    with database.write() as db:
        assistance: Assistance = add_assistant(
            db, person(db, meeting.stage, "oakland mayor"), email="desk@example.org", name="Dana Desk", by=BY
        )
    assistant = visitor(assistance.assistant_id, acting_for=mayor)
    assert "Register Oakland Mayor" in assistant.get(place(session)).text
    assert "Oakland Mayor is registered." in assistant.follow(f"{place(session)}/seat").text
    assert seat_in(database).person_id == mayor
    assert letters(database)[0].person_id == mayor


def test_an_assistant_registers_for_a_closed_one_and_never_joins_it_rule_13(
    visitor: VisitorOf, database: Database, meeting: Meeting, clock_hand: time_machine.Traveller
) -> None:
    with database.write() as db:
        said: dict[str, Any] = closed_to_the_lab(meeting.of_role(db, "mayor"))
        session = webinar(db, meeting, title="Among mayors", **said)
        assistance: Assistance = add_assistant(
            db, person(db, meeting.stage, "oakland mayor"), email="desk@example.org", name="Dana Desk", by=BY
        )
    here, mayor = place(session), meeting.stage.people["oakland mayor"]
    visitor(assistance.assistant_id, acting_for=mayor).post(f"{here}/seat")
    assert seat_in(database).state is SeatState.REGISTERED
    clock_hand.move_to(DOOR)
    assistant = visitor(assistance.assistant_id, acting_for=mayor)
    assert "Only Oakland Mayor can join" in assistant.get(f"{here}/join").text
    for path, form in (("join", {}), ("seat/ask", {"text": "What was said?"})):
        answer = assistant.post(f"{here}/{path}", form)
        assert "an assistant knows the hour" in answer.text
        assert LINK not in answer.text
    assert (seat_in(database).joined_at, seat_in(database).wants_more) == (None, "")
    assert LINK in visitor(mayor).post(f"{here}/join").text


def test_a_closed_one_is_registered_for_by_those_it_is_for_and_is_none_to_others_rule_13(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.read() as db:
        said: dict[str, Any] = closed_to_the_lab(meeting.of_role(db, "mayor"))
    here = place(made(database, meeting, **said))
    assert visitor(meeting.stage.people["salem mayor"]).post(f"{here}/seat").status_code == 303
    for who in ("organizer", "staff", "salem facilitator", "expert"):
        assert visitor(meeting.stage.people[who]).post(f"{here}/seat").status_code == 404
        assert visitor(meeting.stage.people[who]).get(f"{here}/join").status_code == 404
    assert visitor().post(f"{here}/seat").headers["location"].startswith("/sign-in")


def test_the_public_registers_by_name_and_the_link_comes_by_letter_alone(
    visitor: VisitorOf, database: Database, meeting: Meeting, clock_hand: time_machine.Traveller
) -> None:
    here = place(made(database, meeting, openness=Openness.PUBLIC))
    stranger = visitor()
    assert 'name="email"' in stranger.get(here).text
    said = stranger.follow(f"{here}/seat", GIVEN).text
    assert "A letter with your own link is on its way to ada@example.org." in said
    (letter,) = letters(database)
    assert (letter.person_id, letter.recipient) == (None, "Ada Roth <ada@example.org>")
    link = own_link(letter)
    assert "/webinars/" not in said
    page = visitor().get(link)
    assert "Ada Roth is registered." in page.text
    assert (page.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "private, no-store")
    clock_hand.move_to(DOOR)
    assert f'action="{link}/join"' in visitor().get(link).text
    assert seat_in(database).joined_at is None
    assert LINK in visitor().post(f"{link}/join").text
    assert seat_in(database).joined_at is not None


def test_a_mistake_keeps_what_was_typed_and_is_said_at_its_field(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    here = place(made(database, meeting, openness=Openness.PUBLIC))
    answer = visitor().post(f"{here}/seat", {**GIVEN, "email": "nowhere"})
    assert answer.status_code == 422
    assert 'id="f-email-error"' in answer.text
    assert 'value="Ada Roth"' in answer.text
    assert 'value="nowhere"' in answer.text


def test_the_answer_tells_nobody_who_is_on_record_or_registered(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    session = made(database, meeting, openness=Openness.PUBLIC)
    with database.write() as db:
        seated(db, meeting, db.get_one(AgendaSession, session.key), "salem mayor")
    answers = set()
    for address in ("new@example.org", "oakland.mayor@example.org", "salem.mayor@example.org"):
        text = visitor().follow(f"{place(session)}/seat", {**GIVEN, "email": address}).text
        answers.add(text.replace(address, "…"))
    assert len(answers) == 1
    for _ in range(3):
        visitor().post(f"{place(session)}/seat", {**GIVEN, "email": "new@example.org"})
    to_new = [letter.subject for letter in letters(database) if "new@example.org" in letter.recipient]
    assert to_new == ["You are registered: Integrated data I", "Your link: Integrated data I"]  # one more a day


def test_who_is_on_record_and_gave_back_is_registered_again_by_nobody_but_themselves(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    session = made(database, meeting, openness=Openness.PUBLIC)
    with database.write() as db:
        (seat,) = seated(db, meeting, db.get_one(AgendaSession, session.key), "salem mayor")
        give_back(db, seat, by=BY)
    answers = set()
    for address in ("new@example.org", "salem.mayor@example.org"):
        text = visitor().follow(f"{place(session)}/seat", {**GIVEN, "email": address}).text
        answers.add(text.replace(address, "…"))
    assert len(answers) == 1
    assert seat_in(database, person_id=seat.person_id).state is SeatState.CANCELLED
    letter = letters(database)[-1]
    assert (letter.person_id, letter.subject) == (seat.person_id, "Your link: Integrated data I")
    assert "You have no place any more. If you want one, register again here:" in letter.text
    assert own_link(letter)


def test_by_their_link_one_gives_back_and_registers_again(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    here = place(made(database, meeting, openness=Openness.PUBLIC, terms=Terms(capacity=1)))
    visitor().post(f"{here}/seat", GIVEN)
    link = own_link(letters(database)[0])
    visitor().post(f"{here}/seat", {"name": "Bo", "email": "bo@example.org"})
    assert "Your place is given back." in visitor().follow(f"{link}/seat/removal").text
    assert seat_in(database, email="bo@example.org").state is SeatState.REGISTERED
    assert "You are in line again." in visitor().follow(f"{link}/seat").text
    assert "number 1 in line" in visitor().get(link).text
    (event,) = events(visitor().get(f"{link}/calendar.ics").content)
    assert (event["STATUS"], int(event["SEQUENCE"]), "CONFERENCE" in event) == ("TENTATIVE", 3, False)


@pytest.mark.parametrize("path", ["", "/calendar.ics"])
def test_a_link_that_nobody_was_given_opens_nothing(visitor: VisitorOf, meeting: Meeting, path: str) -> None:
    assert visitor().get(f"/webinars/{'x' * 43}{path}").status_code == 404


def feed(database: Database, person_id: int) -> bytes:
    with database.read() as db:
        found = of_person(db, viewer_of(db, person_id), "https://plenary.example.org")
        return document(found.name, found.entries, zone=found.zone)


def webinars_in(body: bytes) -> list[Any]:
    return [one for one in events(body) if "Integrated data" in str(one["SUMMARY"])]


def test_a_feed_leads_to_the_door_once_registered_and_rises_with_each_change_of_the_seat_rule_16(
    visitor: VisitorOf, database: Database, meeting: Meeting, clock_hand: time_machine.Traveller
) -> None:
    session = made(database, meeting, terms=Terms(capacity=1))
    here, mayor = place(session), meeting.stage.people["oakland mayor"]
    visitor_here = visitor(mayor)

    def event() -> tuple[int, str, str]:
        (found,) = webinars_in(feed(database, mayor))
        return int(found["SEQUENCE"]), str(found["STATUS"]), str(found.get("CONFERENCE", ""))

    door = f"https://plenary.example.org{here}/join"
    seen = [event()]
    visitor_here.post(f"{here}/seat")
    seen.append(event())
    visitor_here.post(f"{here}/seat/removal")
    seen.append(event())
    visitor(meeting.stage.people["salem mayor"]).post(f"{here}/seat")
    visitor_here.post(f"{here}/seat")
    seen.append(event())
    assert seen == [
        (0, "CONFIRMED", ""),
        (1, "CONFIRMED", door),
        (2, "CONFIRMED", ""),
        (3, "TENTATIVE", ""),
    ]
    visitor(meeting.stage.people["salem mayor"]).post(f"{here}/seat/removal")
    before = feed(database, mayor)
    assert LINK.encode() not in before
    clock_hand.move_to(DOOR)  # the link is shown on the page now, and no feed changes by that
    assert f"{here}/join" in visitor(mayor).get(here).text
    assert feed(database, mayor) == before


def test_a_guest_has_a_public_one_in_their_feed_and_finds_it_off_once_given_back_rule_16(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    here, expert = place(made(database, meeting, openness=Openness.PUBLIC)), meeting.stage.people["expert"]
    assert webinars_in(feed(database, expert)) == []
    visitor(expert).post(f"{here}/seat")
    assert [str(one["STATUS"]) for one in webinars_in(feed(database, expert))] == ["CONFIRMED"]
    visitor(expert).post(f"{here}/seat/removal")
    assert [str(one["STATUS"]) for one in webinars_in(feed(database, expert))] == ["CANCELLED"]


def test_home_leads_to_the_door_near_the_time_and_never_to_the_address(
    visitor: VisitorOf, database: Database, meeting: Meeting, clock_hand: time_machine.Traveller
) -> None:
    here = place(made(database, meeting))
    mayor = visitor(meeting.stage.people["oakland mayor"])
    mayor.post(f"{here}/seat")
    assert f"{here}/join" not in mayor.get("/").text
    clock_hand.move_to(DOOR)
    mayor, other = (visitor(meeting.stage.people[who]) for who in ("oakland mayor", "salem mayor"))
    assert f'href="{here}/join"' in mayor.get("/").text
    assert f"{here}/join" not in other.get("/").text
    assert LINK not in mayor.get("/").text


def test_moved_or_called_off_those_with_a_seat_are_told_at_once_and_once(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    session = made(database, meeting)
    here = place(session)
    visitor(meeting.stage.people["oakland mayor"]).post(f"{here}/seat")
    organizer = visitor(meeting.stage.people["organizer"])
    form = {
        "format": "webinar",
        "title": "Integrated data I",
        "day": "2017-09-20",
        "start": "12:00",
        "minutes": "75",
        "openness": "cohort",
        "everyone": "yes",
        "join_url": LINK,
    }
    organizer.post(here, form)
    organizer.post(here, {**form, "title": "Integrated data, the first"})
    organizer.post(f"{here}/cancellation", {"reason": "Snow"})
    organizer.post(f"{here}/reinstatement")
    told = [letter for letter in letters(database) if letter.purpose == "webinar-change"]
    assert [letter.subject.split(":")[0] for letter in told] == ["Another time", "Called off", "Another time"]
    assert "Wed 20 Sep, 12:00–13:15 EDT (09:00–10:15 in Oakland)" in told[0].text
    assert "Snow" in told[1].text


@pytest.mark.parametrize("count", [1, 40])
def test_the_queries_of_the_page_do_not_grow_with_those_registered(
    visitor: VisitorOf, database: Database, meeting: Meeting, queries: list[str], count: int
) -> None:
    session = made(database, meeting, openness=Openness.PUBLIC, terms=Terms(capacity=20))
    for number in range(count):
        visitor().post(f"{place(session)}/seat", {"name": f"N {number}", "email": f"n{number}@example.org"})
    mayor = visitor(meeting.stage.people["oakland mayor"])
    queries.clear()
    assert mayor.get(place(session)).status_code == 200
    assert len(queries) <= 30
