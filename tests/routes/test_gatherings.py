"""Gatherings in a browser: who sees what, arranging, moving, calling off, series, and months without a call."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from sqlmodel import select

from app.agenda.sessions import create_session
from app.database import Database
from app.gatherings.details import Details
from app.gatherings.reach import call_off
from app.models import AgendaSession, EngagementState, Openness, Series, SessionFormat
from app.people.audiences import Rule, rule_of
from tests.conftest import VisitorOf
from tests.gatherings.meeting import Meeting, closed_to_the_lab, meet, speaking, utc
from tests.registration.stage import BY, convening

HOME = "/by-all-means/gatherings"
HOSTILE = "<script>alert(1)</script> \u202eevil\u202c " + "x" * 300


@pytest.fixture(autouse=True)
def in_september() -> Iterator[None]:
    with time_machine.travel(utc(2017, 9, 15, 14), tick=True):
        yield


@pytest.fixture
def meeting(database: Database, in_september: None) -> Meeting:
    return meet(database)


def _form(**said: Any) -> dict[str, Any]:
    form = {
        "format": "webinar",
        "title": "Integrated data I",
        "purpose": "How Somerville asked four thousand families",
        "day": "2017-09-19",
        "start": "13:00",
        "minutes": "75",
        "zone": "America/New_York",
        "openness": "cohort",
        "everyone": "yes",
        "join_url": "https://meet.example.org/x",
    }
    return {**form, **said}


def _titles(page: str) -> list[str]:
    return re.findall(r'<span class="gathering-title"><(?:a href="[^"]+"|span) dir="auto">([^<]+)<', page)


def _months(page: str) -> list[str]:
    return re.findall(r'<h2 id="m-[^"]+">([^<]+)</h2>', page)


def test_the_list_shows_what_is_ahead_by_month_and_what_was_below_it(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        meeting.webinar(db, "Integrated data I")
        meeting.webinar(db, "Integrated data II", starts_at=utc(2017, 10, 17, 17))
        meeting.webinar(db, "Before the summer", starts_at=utc(2017, 6, 20, 17))
        # the evening of 31 October in Cambridge, although UTC is in November already
        meeting.webinar(db, "On Halloween", starts_at=utc(2017, 11, 1, 1))
    page = visitor(meeting.stage.people["oakland mayor"]).get(HOME).text
    ahead, past = page.split('id="past"')
    assert _months(ahead) == ["September 2017", "October 2017"]
    assert _titles(ahead) == ["Integrated data I", "Integrated data II", "On Halloween"]
    assert _titles(past) == ["Before the summer"]


def test_times_stand_in_the_events_zone_with_the_viewers_beside_them_rule_14(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        meeting.webinar(db)
    oakland = visitor(meeting.stage.people["oakland mayor"]).get(HOME).text
    salem = visitor(meeting.stage.people["salem mayor"]).get(HOME).text
    assert "Tue 19 Sep, 13:00–14:15 EDT (10:00–11:15 in Oakland)" in oakland
    assert "Tue 19 Sep, 13:00–14:15 EDT<" in salem


def test_an_empty_list_says_what_will_be_here_and_offers_the_first_step(visitor: VisitorOf, meeting: Meeting) -> None:
    organizer = visitor(meeting.stage.people["organizer"]).get(HOME).text
    mayor = visitor(meeting.stage.people["oakland mayor"]).get(HOME).text
    assert "Nothing ahead" in organizer
    assert f'href="{HOME}/new"' in organizer
    assert f'href="{HOME}/new"' not in mayor


@pytest.mark.parametrize(
    ("kind", "titles"),
    [("webinars", ["Integrated data I"]), ("calls", ["Facilitators’ monthly call"] * 8), ("nonsense", None)],
)
def test_a_kind_narrows_the_list(
    visitor: VisitorOf, database: Database, meeting: Meeting, kind: str, titles: list[str] | None
) -> None:
    with database.write() as db:
        meeting.webinar(db)
        meeting.calls(db)
    page = visitor(meeting.stage.people["oakland facilitator"]).get(f"{HOME}?kind={kind}").text
    shown = _titles(page.split('id="past"')[0])
    assert shown == titles if titles else len(shown) == 9  # an unknown kind is all kinds


def test_a_month_without_a_call_is_flagged_for_organizers_alone_rule_17(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        december = next(s for s in meeting.calls(db).sessions if s.starts_at and s.starts_at.month == 12)
        call_off(db, december, reason="Snow", by=BY)
    flag = "No call is planned in December"
    assert flag in visitor(meeting.stage.people["organizer"]).get(HOME).text
    assert flag not in visitor(meeting.stage.people["oakland facilitator"]).get(HOME).text


def test_strangers_and_people_of_other_cohorts_have_no_list(visitor: VisitorOf, meeting: Meeting) -> None:
    assert visitor().get(HOME).headers["location"] == f"/sign-in?next={HOME}"


def test_a_public_webinar_has_a_page_for_anyone_and_its_address_to_join_is_not_on_it_rule_18(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        webinar = meeting.webinar(db, openness=Openness.PUBLIC, join_url="https://meet.example.org/x")
    page = visitor().get(f"{HOME}/{webinar.key}")
    assert page.status_code == 200
    assert "Integrated data I" in page.text
    assert "meet.example.org" not in page.text
    assert "Everyone" not in page.text  # whom else it is for is the cohort's own affair


def test_a_gathering_of_the_cohort_sends_strangers_to_sign_in_and_is_none_to_guests_rule_18(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        webinar = meeting.webinar(db)
    path = f"{HOME}/{webinar.key}"
    assert visitor().get(path).headers["location"] == f"/sign-in?next={path}"
    assert visitor(meeting.stage.people["expert"]).get(path).status_code == 404
    assert visitor(meeting.stage.people["expert"]).get(f"{path}.ics").status_code == 404


def test_those_invited_find_the_address_to_join_until_it_is_called_off_or_over(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        webinar = meeting.webinar(db, format=SessionFormat.CALL, join_url="https://meet.example.org/x")
    mayor = visitor(meeting.stage.people["oakland mayor"])
    button = 'class="button button-primary" href="https://meet.example.org/x"'
    assert button in mayor.get(f"{HOME}/{webinar.key}").text
    with database.write() as db:
        call_off(db, db.get_one(AgendaSession, webinar.key), reason="The speaker is ill", by=BY)
    page = mayor.get(f"{HOME}/{webinar.key}").text
    assert button not in page
    assert "The speaker is ill" in page


def test_a_session_closed_to_the_lab_is_an_hour_to_organizers_who_can_change_nothing_of_it_rule_13(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        said = closed_to_the_lab(meeting.of_role(db, "mayor"), purpose="What we do not say aloud")
        session = meeting.webinar(db, "Among mayors", **said)
    organizer = visitor(meeting.stage.people["organizer"])
    page = organizer.get(f"{HOME}/{session.key}")
    assert page.status_code == 200
    assert "Closed session" in page.text
    assert "Among mayors" not in page.text + organizer.get(HOME).text
    assert organizer.get(f"{HOME}/{session.key}/edit").status_code == 403
    assert organizer.post(f"{HOME}/{session.key}", _form(title="Mine now")).status_code == 403
    assert organizer.post(f"{HOME}/{session.key}/cancellation", {"reason": "No"}).status_code == 403


def test_an_organizer_arranges_a_webinar(visitor: VisitorOf, database: Database, meeting: Meeting) -> None:
    organizer = visitor(meeting.stage.people["organizer"])
    page = organizer.follow(HOME, _form(host_city=str(meeting.stage.cities["salem"]), presenters="Expert, chair"))
    assert "“Integrated data I” is on the calendar" in page.text
    with database.read() as db:
        made = db.exec(select(AgendaSession)).one()
    assert (made.title, made.format, made.starts_at) == (
        "Integrated data I",
        SessionFormat.WEBINAR,
        utc(2017, 9, 19, 17),
    )
    assert made.minutes == 75
    with database.read() as db:
        stored = db.get_one(AgendaSession, made.key)
        assert [(e.person_id, e.part, e.state) for e in stored.engagements] == [
            (meeting.stage.people["expert"], "chair", EngagementState.INVITED)
        ]
        assert rule_of(stored.audience) == Rule(everyone=True)


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"title": "  "}, "title", "Give the session a title."),
        ({"title": "x" * 501}, "title", "That is longer than 500 characters."),
        ({"day": "2017-02-30"}, "day", "A day looks like 2017-11-14."),
        ({"day": ""}, "day", "Choose a day."),
        ({"start": "noon"}, "start", "A time looks like 13:30."),
        ({"minutes": "0"}, "minutes", "It lasts from one minute"),
        ({"minutes": "-5"}, "minutes", "Say how many minutes it lasts"),
        ({"minutes": ""}, "minutes", "Say how many minutes it lasts"),
        ({"zone": "Mars/Olympus"}, "zone", "is not the name of a time zone"),
        ({"join_url": "javascript:alert(1)"}, "join_url", "begins with https://"),
        ({"everyone": "", "roles": []}, "everyone", "Say whom it is for"),
        ({"people": "Nobody Known"}, "people", "Nobody on record is “Nobody Known”"),
        ({"presenters": "nobody@example.org"}, "presenters", "Nobody on record"),
        ({"format": "plenary"}, "format", "Choose what kind"),
        ({"openness": "wide"}, "openness", "Choose who may know"),
        ({"excludes_lab": "yes"}, "excludes_lab", "Only a closed session"),
    ],
)
def test_what_cannot_stand_is_said_at_its_field_and_what_was_typed_is_kept(
    visitor: VisitorOf, database: Database, meeting: Meeting, said: dict[str, Any], field: str, sentence: str
) -> None:
    answer = visitor(meeting.stage.people["organizer"]).post(HOME, _form(purpose="Kept, all of it", **said))
    assert answer.status_code == 422
    assert re.search(rf'id="f-{field}-error"[^>]*>.*?{re.escape(sentence)}', answer.text, re.DOTALL)
    assert "Kept, all of it" in answer.text
    with database.read() as db:
        assert db.exec(select(AgendaSession)).all() == []


def test_text_from_people_is_text(visitor: VisitorOf, database: Database, meeting: Meeting) -> None:
    organizer = visitor(meeting.stage.people["organizer"])
    page = organizer.follow(
        HOME, _form(format="call", title=HOSTILE, purpose="**Bold** <img src=x onerror=alert(1)>")
    ).text
    assert "<script>alert(1)" not in page
    assert "onerror" not in page or "&lt;img" in page
    assert "<strong>Bold</strong>" in page
    assert "&lt;script&gt;" in organizer.get(HOME).text


def test_an_edit_moves_changes_and_keeps_what_the_form_has_no_field_for(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    absent = frozenset({meeting.stage.people["salem mayor"]})
    with database.write() as db:
        webinar = meeting.webinar(
            db,
            internal_notes="Ask for the slides",
            audience=Rule(everyone=True, but_person_ids=absent),
            presenters=speaking(meeting.stage.people["expert"]),
        )
    organizer = visitor(meeting.stage.people["organizer"])
    form = organizer.get(f"{HOME}/{webinar.key}/edit").text
    assert 'value="2017-09-19"' in form
    assert 'value="13:00"' in form
    organizer.follow(f"{HOME}/{webinar.key}", _form(title="Data", day="2017-11-07", start="09:30", presenters="Expert"))
    with database.read() as db:
        stored = db.get_one(AgendaSession, webinar.key)
        assert (stored.title, stored.starts_at, stored.sequence) == ("Data", utc(2017, 11, 7, 14, 30), 2)
        assert stored.internal_notes == "Ask for the slides"
        assert rule_of(stored.audience).but_person_ids == absent
        assert stored.engagements[0].person_id == meeting.stage.people["expert"]


def test_an_edit_that_is_refused_in_part_changes_nothing(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        webinar = meeting.webinar(db)
        call_off(db, webinar, reason="Snow", by=BY)
    organizer = visitor(meeting.stage.people["organizer"])
    answer = organizer.post(f"{HOME}/{webinar.key}", _form(title="Another title", day="2017-11-07"))
    assert answer.status_code == 422
    assert "Take that back before you move it" in answer.text
    with database.read() as db:
        assert db.get_one(AgendaSession, webinar.key).title == "Integrated data I"


def test_calling_off_needs_a_reason_is_shown_and_can_be_taken_back(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        webinar = meeting.webinar(db)
    organizer = visitor(meeting.stage.people["organizer"])
    place = f"{HOME}/{webinar.key}"
    assert organizer.post(f"{place}/cancellation", {"reason": " "}).status_code == 409
    assert "<strong>Called off.</strong>" in organizer.follow(f"{place}/cancellation", {"reason": "Snow"}).text
    assert "Called off" in organizer.get(HOME).text
    assert "<strong>Called off.</strong>" not in organizer.follow(f"{place}/reinstatement", {}).text


@pytest.mark.parametrize("who", ["oakland facilitator", "oakland mayor", "staff", "expert"])
def test_only_organizers_change_gatherings(visitor: VisitorOf, database: Database, meeting: Meeting, who: str) -> None:
    with database.write() as db:
        number = meeting.webinar(db, openness=Openness.PUBLIC).key
        slug = meeting.calls(db).slug
    one = visitor(meeting.stage.people[who])
    for path in (f"{HOME}/new", f"{HOME}/{number}/edit", f"{HOME}/series/new", f"{HOME}/series/{slug}/edit"):
        assert one.get(path).status_code == 403
    for path in (
        *(HOME, f"{HOME}/{number}", f"{HOME}/{number}/cancellation", f"{HOME}/{number}/reinstatement"),
        *(f"{HOME}/{number}/omission", f"{HOME}/{number}/readmission", f"{HOME}/series", f"{HOME}/series/{slug}"),
        *(f"{HOME}/series/{slug}/extension", f"{HOME}/series/{slug}/dates", f"{HOME}/series/{slug}/end"),
    ):
        assert one.post(path, _form()).status_code == 403
    assert 'href="' + f"{HOME}/{number}/edit" not in one.get(f"{HOME}/{number}").text


def _series_form(**said: Any) -> dict[str, Any]:
    form = {
        "format": "call",
        "title": "Facilitators’ monthly call",
        "rhythm": "monthly",
        "first": "2017-06-08",
        "last": "2018-05-31",
        "start": "12:00",
        "minutes": "60",
        "zone": "America/New_York",
        "openness": "cohort",
        "people": "Expert",
    }
    return {**form, **said}


def test_an_organizer_plans_a_year_of_calls(visitor: VisitorOf, database: Database, meeting: Meeting) -> None:
    page = visitor(meeting.stage.people["organizer"]).follow(f"{HOME}/series", _series_form()).text
    assert "The second Thursday of each month, 12:00 in New York, all year round" in page
    with database.read() as db:
        assert len(db.exec(select(Series)).one().sessions) == 12


def test_dates_without_a_rule_are_typed_one_a_line(visitor: VisitorOf, database: Database, meeting: Meeting) -> None:
    dates = "2017-06-21\n2017-09-20, 2018-01-17\n\n2018-03-14"
    form = _series_form(rhythm="dates", first="", last="", days=dates, format="working group")
    visitor(meeting.stage.people["organizer"]).follow(f"{HOME}/series", form)
    with database.read() as db:
        starts = [session.starts_at for session in db.exec(select(Series)).one().sessions]
    assert starts == [utc(2017, 6, 21, 16), utc(2017, 9, 20, 16), utc(2018, 1, 17, 17), utc(2018, 3, 14, 16)]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"first": ""}, "first"),
        ({"last": "2017-01-01"}, "last"),
        ({"rhythm": "hourly"}, "rhythm"),
        ({"rhythm": "dates", "days": "soon"}, "days"),
        ({"title": ""}, "title"),
        ({"people": ""}, "everyone"),
    ],
)
def test_a_series_that_cannot_stand_is_refused_at_its_field(
    visitor: VisitorOf, database: Database, meeting: Meeting, said: dict[str, str], field: str
) -> None:
    answer = visitor(meeting.stage.people["organizer"]).post(f"{HOME}/series", _series_form(purpose="Kept", **said))
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text or field == "rhythm"
    assert "Kept" in answer.text


def test_a_series_goes_on_skips_and_ends_from_its_page(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        series = meeting.calls(db)
        october = next(s for s in series.sessions if s.starts_at and s.starts_at.month == 10)
    organizer = visitor(meeting.stage.people["organizer"])
    place = f"{HOME}/series/{series.slug}"
    assert "No call in October 2017" in organizer.follow(f"{HOME}/{october.key}/omission", {}).text
    page = organizer.follow(f"{HOME}/{october.key}/readmission", {}).text
    assert "That date is in again." in page
    assert "No call in October 2017" not in page
    assert organizer.post(f"{HOME}/{october.key}/readmission", {}).status_code == 409
    assert "2 more dates" in organizer.follow(f"{place}/extension", {"last": "2018-07-31"}).text
    assert "Wed 1 Nov" in organizer.follow(f"{place}/dates", {"day": "2017-11-01", "start": "12:00"}).text
    organizer.follow(f"{place}/end", {"last": "2017-12-31"})
    with database.read() as db:
        ahead = [
            s.starts_at.date() for s in db.get_one(Series, series.key).sessions if s.starts_at and not s.archived_at
        ]
    assert max(ahead) == date(2017, 12, 14)


def test_a_change_of_the_series_is_said_of_all_its_dates(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        series = meeting.calls(db)
    organizer = visitor(meeting.stage.people["organizer"])
    assert "Facilitators’ monthly call" in organizer.get(f"{HOME}/series/{series.slug}/edit").text
    page = organizer.follow(f"{HOME}/series/{series.slug}", _series_form(title="Facilitators’ hour")).text
    assert ">Facilitators’ hour</h1>" in page
    assert set(_titles(organizer.get(HOME).text.split('id="past"')[0])) == {"Facilitators’ hour"}


def test_a_closed_series_is_none_to_those_outside_rule_13(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        slug = meeting.calls(db, openness=Openness.CLOSED).slug
    assert visitor(meeting.stage.people["oakland facilitator"]).get(f"{HOME}/series/{slug}").status_code == 200
    assert visitor(meeting.stage.people["oakland mayor"]).get(f"{HOME}/series/{slug}").status_code == 404
    assert visitor(meeting.stage.people["expert"]).get(f"{HOME}/series/{slug}").status_code == 404


@pytest.mark.parametrize("path", ["/999", "/999.ics", "/999/edit", "/series/none", "/12x"])
def test_what_is_not_there_is_404(visitor: VisitorOf, meeting: Meeting, path: str) -> None:
    assert visitor(meeting.stage.people["organizer"]).get(HOME + path).status_code == 404


def test_a_convenings_session_is_no_gathering(visitor: VisitorOf, database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        session = create_session(
            db, convening(db, meeting.stage), Details(title="Draft", audience=Rule(everyone=True)), by=BY
        )
    assert visitor(meeting.stage.people["organizer"]).get(f"{HOME}/{session.key}").status_code == 404


@pytest.mark.parametrize("count", [6, 600])
def test_the_queries_of_the_list_do_not_grow_with_it(
    visitor: VisitorOf, database: Database, meeting: Meeting, queries: list[str], count: int
) -> None:
    with database.write() as db:
        for number in range(count):
            meeting.webinar(db, f"{number}")
    one = visitor(meeting.stage.people["oakland mayor"])
    queries.clear()
    assert one.get(HOME).status_code == 200
    assert len(queries) <= 22


def test_an_organizer_lets_all_cities_host_by_turns_and_the_dates_say_who(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        series = meeting.calls(db)
    organizer = visitor(meeting.stage.people["organizer"])
    place = f"{HOME}/series/{series.slug}"
    page = organizer.follow(f"{place}/hosts", {"everyone": "yes"}).text
    assert _hosts(page) == ["Oakland", "Salem"] * 4
    page = organizer.follow(f"{place}/hosts/{meeting.stage.cities['salem']}/place", {"to": "up"}).text
    assert _hosts(page) == ["Salem", "Oakland"] * 4
    november = next(one for one in series.sessions if one.starts_at == utc(2017, 11, 9, 17))
    seen = visitor(meeting.stage.people["oakland facilitator"]).get(f"{HOME}/{november.key}").text
    assert re.search(r"<dt>Host</dt><dd[^>]*>Oakland</dd>", seen)
    assert "hosts" not in visitor(meeting.stage.people["oakland facilitator"]).get(place).text
    page = organizer.follow(f"{place}/hosts/{meeting.stage.cities['oakland']}/removal", {}).text
    assert _hosts(page) == ["Salem"] * 8
    first, second = (str(one.key) for one in series.sessions[4:6])
    organizer.follow(f"{place}/hosts", {"city": str(meeting.stage.cities["oakland"])})
    page = organizer.follow(f"{place}/hosts/swap", {"one": first, "other": second}).text
    assert _hosts(page)[:3] == ["Oakland", "Salem", "Salem"]
    assert organizer.post(f"{place}/hosts/swap", {"one": first, "other": first}).status_code == 409
    assert organizer.post(f"{place}/hosts", {"city": ""}).status_code == 409


def _hosts(page: str) -> list[str]:
    return re.findall(r"Host: <bdi>([^<]+)</bdi>", page)


@pytest.mark.parametrize("path", ["hosts", "hosts/swap", "hosts/passing-on", "hosts/1/place", "hosts/1/removal"])
def test_only_organizers_say_who_hosts(visitor: VisitorOf, database: Database, meeting: Meeting, path: str) -> None:
    with database.write() as db:
        slug = meeting.calls(db).slug
    for who in ("oakland facilitator", "staff", "oakland mayor"):
        assert visitor(meeting.stage.people[who]).post(f"{HOME}/series/{slug}/{path}", {}).status_code == 403


def test_a_month_without_a_call_stands_on_the_cohorts_home_and_is_due_from_organizers_rule_17(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        october = next(s for s in meeting.calls(db).sessions if s.starts_at and s.starts_at.month == 10)
        call_off(db, october, reason="A holiday", by=BY)
    organizer, facilitator = (visitor(meeting.stage.people[who]) for who in ("organizer", "oakland facilitator"))
    assert "No call is planned in October 2017." in organizer.get("/by-all-means").text
    assert "No call is planned" not in facilitator.get("/by-all-means").text
    assert re.search(r"Plan a call in October 2017</a>.*?By Tue 31 Oct", organizer.get("/").text, re.DOTALL)
    assert "Plan a call" not in facilitator.get("/").text


def test_the_page_of_a_series_asks_no_more_with_more_dates_and_hosts(
    visitor: VisitorOf, database: Database, meeting: Meeting, queries: list[str]
) -> None:
    with database.write() as db:
        series = meeting.calls(db)
    organizer = visitor(meeting.stage.people["organizer"])
    place = f"{HOME}/series/{series.slug}"
    organizer.follow(f"{place}/hosts", {"everyone": "yes"})
    queries.clear()
    organizer.get(place)
    few = len(queries)
    organizer.follow(f"{place}/extension", {"last": "2022-05-31"})
    queries.clear()
    assert len(_hosts(organizer.get(place).text)) == 56
    assert len(queries) == few


def _call_form(**said: Any) -> dict[str, Any]:
    form = {"format": "call", "title": "Facilitators’ monthly call", "day": "2017-10-12", "start": "12:00"}
    return _form(**{**form, "purpose": "", "minutes": "60", "everyone": "", "people": "Expert", **said})


def test_a_change_beyond_one_date_is_said_first_and_done_when_one_is_sure(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    expert = Rule(person_ids=frozenset({meeting.stage.people["expert"]}))
    with database.write() as db:
        series = meeting.calls(db, audience=expert, join_url="https://meet.example.org/x")
        october = next(one for one in series.sessions if one.starts_at == utc(2017, 10, 12, 16))
    organizer = visitor(meeting.stage.people["organizer"])
    place = f"{HOME}/{october.key}"
    form = organizer.get(f"{place}/edit").text
    assert "This and those after it: 8 dates to come" in form
    assert "All: 8 dates to come" in form
    wanted = _call_form(day="2017-10-10", start="13:00", reach="following", title="Facilitators’ hour\u202e")
    asked = organizer.post(place, wanted)
    assert asked.status_code == 200
    assert "8 dates go to another time." in asked.text
    assert "The series ends with Thu 14 Sep 2017, and a new one begins" in asked.text
    assert "For 8 dates the title changes; those before keep what they say." in asked.text
    assert "Thu 12 Oct, 12:00–13:00 EDT" in asked.text
    assert "Tue 14 Nov, 13:00–14:00 EST" in asked.text
    with database.read() as db:
        assert len(db.exec(select(Series)).all()) == 1, "nothing is done yet"
    typed = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked.text))
    back = organizer.post(place, {**typed, "sure": "back"})
    assert 'value="2017-10-10"' in back.text
    organizer.follow(place, {**typed, "sure": "yes"})
    with database.read() as db:
        assert len(db.exec(select(Series)).all()) == 2
        moved = db.get_one(AgendaSession, october.key)
        assert (moved.starts_at, moved.title) == (utc(2017, 10, 10, 17), "Facilitators’ hour\u202e")
        follows = db.exec(select(Series).where(Series.id == moved.series_id)).one()
    old = organizer.get(f"{HOME}/series/{series.slug}").text
    assert ">Facilitators’ monthly call</h1>" in old
    assert "Go on until" not in old
    assert f'href="{HOME}/series/{follows.slug}"' in old
    assert f'href="{HOME}/series/{series.slug}"' in organizer.get(f"{HOME}/series/{follows.slug}").text


def test_a_change_of_one_date_asks_nothing_and_a_reach_that_is_none_is_refused(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        october = next(s for s in meeting.calls(db).sessions if s.starts_at == utc(2017, 10, 12, 16))
    organizer = visitor(meeting.stage.people["organizer"])
    place = f"{HOME}/{october.key}"
    assert organizer.post(place, _call_form(start="14:00")).status_code == 303
    answer = organizer.post(place, _call_form(start="15:00", reach="some"))
    assert answer.status_code == 422
    assert "Choose how far the change reaches." in answer.text
    early = organizer.post(place, _call_form(day="2017-09-01", reach="following"))
    assert early.status_code == 422
    assert "before what has been" in early.text


def test_those_after_it_are_called_off_in_one_act_and_brought_back_in_one(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        march = next(s for s in meeting.calls(db).sessions if s.starts_at == utc(2018, 3, 8, 17))
    organizer = visitor(meeting.stage.people["organizer"])
    place = f"{HOME}/{march.key}"
    page = organizer.follow(f"{place}/cancellation", {"reason": "Budget", "reach": "following"}).text
    assert "3 dates are called off" in page
    assert "And all 3 that were called off with it" in page
    assert organizer.get(f"{HOME}/series/facilitators-monthly-call").text.count("Called off") == 3
    assert "3 dates take place after all" in organizer.follow(f"{place}/reinstatement", {"together": "yes"}).text
    assert organizer.post(f"{place}/cancellation", {"reason": "Budget", "reach": "some"}).status_code == 409
