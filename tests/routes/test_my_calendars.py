"""One's own calendar addresses: several, each with its page, its options, and nobody else's."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from httpx import Response
from sqlmodel import Session, select

from app.database import Database
from app.gatherings.arranging import move_gathering
from app.gatherings.reach import call_off
from app.models import AgendaSession, Feed, FeedScope, Openness, Role, Tenure
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.calendars.reading import events, occurrences
from tests.conftest import Visitor, VisitorOf
from tests.gatherings.meeting import Meeting, closed_to_the_lab, meet, utc
from tests.registration.stage import BY

ADDRESS = re.compile(r'value="http://127\.0\.0\.1:8000(/feeds/[\w-]{43}\.ics)"')


@pytest.fixture(autouse=True)
def in_october() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(utc(2017, 10, 24, 14), tick=True) as traveller:
        yield traveller


@pytest.fixture
def meeting(database: Database, in_october: object) -> Meeting:
    found = meet(database)
    with database.write() as db:
        found.calls(db)
        found.webinar(db)
        found.webinar(db, "Among mayors", **closed_to_the_lab(found.of_role(db, "mayor")))
    return found


def _role(database: Database, slug: str) -> int:
    with database.read() as db:
        return db.exec(select(Role.id).where(Role.slug == slug)).one() or 0


def _address(page: str) -> str:
    found = ADDRESS.search(page)
    assert found, "the page shows no address"
    return found[1]


def _subscribed(visitor: Visitor, circle: str = "") -> tuple[str, str]:
    """The page of a calendar that the visitor has just given an address, and the address."""
    answer = visitor.post("/me/calendar/feeds", {"circle": circle})
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"]
    return path, _address(visitor.get(path).text)


def _fetch(visitor: VisitorOf, path: str, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return visitor().send("GET", path, headers={"Accept-Encoding": "identity", **named})


def test_a_person_has_several_addresses_each_with_a_page_of_its_own(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    owner = visitor(meeting.stage.people["oakland facilitator"])
    own_page, own = _subscribed(owner)
    mayors_page, mayors = _subscribed(owner, f"role {_role(database, 'mayor')}")
    assert (own_page, mayors_page) == ("/me/calendar", "/me/calendar/feeds/2")
    assert own != mayors
    assert len(occurrences(_fetch(visitor, own).content)) == 13
    assert [one.title for one in occurrences(_fetch(visitor, mayors).content)] == ["Integrated data I"]
    for page in (own_page, mayors_page):
        assert re.findall(r'class="chip" href="([^"]+)"', owner.get(page).text) == [own_page, mayors_page]
    assert 'href="/me/calendar/feeds/2" aria-current="page"' in owner.get(mayors_page).text


def test_a_second_click_makes_no_second_address_of_the_same(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    owner = visitor(meeting.stage.people["oakland facilitator"])
    circle = f"role {_role(database, 'mayor')}"
    assert _subscribed(owner, circle) == _subscribed(owner, circle)


@pytest.mark.parametrize(
    "circle", ["role 99", "city 99", "person 1", "public 1", "role", "x", "role 1e3", "convening -1"]
)
def test_what_is_none_of_the_lists_calendars_is_refused_at_its_field(
    visitor: VisitorOf, meeting: Meeting, circle: str
) -> None:
    answer = visitor(meeting.stage.people["oakland facilitator"]).post("/me/calendar/feeds", {"circle": circle})
    assert answer.status_code == 422
    assert "Choose one of the calendars in the list." in answer.text


def test_a_guest_may_have_no_calendar_but_their_own(visitor: VisitorOf, database: Database, meeting: Meeting) -> None:
    guest = visitor(meeting.stage.people["expert"])
    assert guest.post("/me/calendar/feeds", {"circle": f"role {_role(database, 'mayor')}"}).status_code == 422
    assert guest.post("/me/calendar/feeds").status_code == 303


@verb
def _leave(db: Session, person_id: int, *, by: Viewer) -> None:
    for tenure in db.exec(select(Tenure).where(Tenure.person_id == person_id)):
        tenure.ends_on = utc(2017, 10, 20, 0).date()


def test_who_leaves_the_cohort_has_its_calendars_no_more(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    person = meeting.stage.people["oakland facilitator"]
    owner = visitor(person)
    page, address = _subscribed(owner, f"role {_role(database, 'mayor')}")
    etag = _fetch(visitor, address).headers["etag"]
    with database.write() as db:
        _leave(db, person, by=BY)
    assert _fetch(visitor, address, If_None_Match=etag).status_code == 410
    assert "You are no longer of the cohort" in owner.get(page).text


@pytest.mark.parametrize("path", ["", "/options", "/renewal", "/withdrawal"])
def test_anothers_calendar_is_not_there(visitor: VisitorOf, meeting: Meeting, path: str) -> None:
    _subscribed(visitor(meeting.stage.people["oakland mayor"]))
    other = visitor(meeting.stage.people["oakland superintendent"])
    answer = other.send("POST" if path else "GET", f"/me/calendar/feeds/1{path}")
    assert answer.status_code == 404


def test_its_owner_chooses_what_it_holds_and_it_changes_at_once(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    owner = visitor(meeting.stage.people["oakland facilitator"])
    page, address = _subscribed(owner)
    with database.write() as db:
        webinar = db.exec(select(AgendaSession).where(AgendaSession.title == "Integrated data I")).one()
        call_off(db, webinar, reason="Snow", by=BY)
    before = _fetch(visitor, address)
    assert {"COLOR", "VALARM", "CANCELLED"} & set(before.text.replace(":", " ").split()) == {"CANCELLED"}
    saved = owner.follow(
        f"{page}/feeds/1/options", {"without_cancelled": "yes", "alarm": "15", "color": "teal", "dues": "yes"}
    ).text
    assert re.search(r'value="15" selected', saved)
    assert re.search(r'value="teal" selected', saved)
    after = _fetch(visitor, address, If_None_Match=before.headers["etag"])
    assert after.status_code == 200
    assert "COLOR:teal" in after.text
    assert after.text.count("BEGIN:VALARM") == 1
    assert "CANCELLED" not in after.text
    assert "STATUS:TENTATIVE" not in after.text


@pytest.mark.parametrize(("field", "value"), [("alarm", "7"), ("alarm", "-5"), ("alarm", "x"), ("color", "url(x)")])
def test_an_option_that_is_none_is_refused_at_its_field_and_nothing_chosen_is_lost(
    visitor: VisitorOf, database: Database, meeting: Meeting, field: str, value: str
) -> None:
    owner = visitor(meeting.stage.people["oakland facilitator"])
    _subscribed(owner)
    answer = owner.post("/me/calendar/feeds/1/options", {field: value, "dues": "yes"})
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert re.search(r'id="f-dues" type="checkbox" name="dues" value="yes" checked', answer.text)
    with database.read() as db:
        feed = db.get_one(Feed, 1)
        assert (feed.alarm_minutes, feed.color, feed.with_dues) == (None, "", False)


def test_a_renewed_address_keeps_what_was_chosen(visitor: VisitorOf, database: Database, meeting: Meeting) -> None:
    owner = visitor(meeting.stage.people["oakland facilitator"])
    page, old = _subscribed(owner, f"role {_role(database, 'mayor')}")
    owner.post(f"{page}/options", {"color": "teal", "alarm": "60", "travel": "yes"})
    new = owner.follow(f"{page}/renewal", {}).text
    assert [_fetch(visitor, path).status_code for path in (old, _address(new))] == [410, 200]
    with database.read() as db:
        feed = db.get_one(Feed, 2)
        assert (feed.scope, feed.color, feed.alarm_minutes) == (FeedScope.ROLE, "teal", 60)
        assert feed.with_travel is False, "travel is in one's own calendar alone"
    assert owner.post(f"{page}/renewal").status_code == 404, "a second click finds the old one gone"


def test_a_withdrawn_address_answers_with_a_calendar_that_says_so_and_holds_nothing(
    visitor: VisitorOf, meeting: Meeting
) -> None:
    owner = visitor(meeting.stage.people["oakland facilitator"])
    _, address = _subscribed(owner)
    owner.follow("/me/calendar/feeds/1/withdrawal", {})
    gone = _fetch(visitor, address)
    assert (gone.status_code, gone.headers["content-type"]) == (410, "text/calendar; charset=utf-8")
    assert events(gone.content) == []
    assert "X-WR-CALNAME:This calendar has been withdrawn" in gone.text
    assert "etag" not in gone.headers


def test_the_public_calendar_is_at_an_address_that_is_no_secret_and_the_same_for_all_rule_18(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        public = {"openness": Openness.PUBLIC, "join_url": "https://meet.example.org/x"}
        meeting.webinar(db, "For anyone", **public)
    answers = [
        visitor(meeting.stage.people[who] if who else None).get("/by-all-means/public.ics")
        for who in (None, "oakland mayor", "organizer")
    ]
    assert {answer.content for answer in answers} == {answers[0].content}
    assert [one.title for one in occurrences(answers[0].content)] == ["For anyone"]
    assert b"meet.example.org" not in answers[0].content
    assert answers[0].headers["content-type"] == "text/calendar; charset=utf-8"
    assert answers[0].headers["cache-control"] == "private, no-cache"
    assert "set-cookie" not in answers[0].headers
    again = visitor().get("/by-all-means/public.ics", headers={"If-None-Match": answers[0].headers["etag"]})
    assert (again.status_code, again.headers["etag"]) == (304, answers[0].headers["etag"])
    head = visitor().send("HEAD", "/by-all-means/public.ics")
    assert (head.content, head.headers["etag"]) == (b"", answers[0].headers["etag"])
    assert visitor().get("/elsewhere/public.ics").status_code == 404
    with database.write() as db:
        meeting.webinar(db, "For anyone too", openness=Openness.PUBLIC)
    news = visitor().get("/by-all-means/public.ics", headers={"If-None-Match": answers[0].headers["etag"]})
    assert [one.title for one in occurrences(news.content)] == ["For anyone", "For anyone too"]
    assert "/by-all-means/public.ics" in visitor(meeting.stage.people["oakland mayor"]).get("/me/calendar").text


def test_the_queries_of_the_page_do_not_grow_with_sessions_or_addresses(
    visitor: VisitorOf, database: Database, meeting: Meeting, queries: list[str]
) -> None:
    owner = visitor(meeting.stage.people["oakland facilitator"])
    _subscribed(owner)

    def count() -> int:
        owner.get("/me/calendar")
        queries.clear()
        owner.get("/me/calendar")
        return len(queries)

    few = count()
    for slug in ("mayor", "superintendent", "member"):
        _subscribed(owner, f"role {_role(database, slug)}")
    with database.write() as db:
        for number in range(40):
            meeting.webinar(db, f"more {number}")
    assert count() == few


def test_a_gathering_that_was_called_off_is_news_on_the_home_of_who_is_invited_until_it_was_seen(
    visitor: VisitorOf, database: Database, meeting: Meeting, in_october: time_machine.Traveller
) -> None:
    with database.write() as db:
        ahead = meeting.webinar(db, "Integrated data II", starts_at=utc(2017, 12, 12, 18))
        among = closed_to_the_lab(meeting.of_role(db, "mayor"))
        closed = meeting.webinar(db, "Among mayors again", starts_at=utc(2017, 12, 13, 18), **among)
    facilitator = visitor(meeting.stage.people["oakland facilitator"])
    assert "has changed" not in facilitator.get("/").text
    with database.write() as db:
        call_off(db, db.get_one(AgendaSession, ahead.key), reason="Snow", by=BY)
        later = db.get_one(AgendaSession, closed.key)
        move_gathering(db, later, starts_at=utc(2017, 12, 13, 19), minutes=75, by=BY)
    told = "“Integrated data II”, Tue 12 Dec, 13:00–14:15 EST (10:00–11:15 in Oakland), is cancelled"
    assert told in facilitator.get("/").text
    assert "Among mayors again" not in facilitator.get("/").text
    mayor = visitor(meeting.stage.people["oakland mayor"])
    assert "“Among mayors again” has changed: Wed 13 Dec, 14:00–15:15 EST" in mayor.get("/").text
    in_october.shift(5)  # a change counts from the next whole second
    assert told not in facilitator.follow("/me/looks").text
