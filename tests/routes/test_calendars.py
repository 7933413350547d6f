"""The feed as programs fetch it (calendars.md, 23 to 26), one's own page about it, and files to keep."""

import gzip
import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from urllib.parse import unquote

import pytest
import time_machine
from fastapi import FastAPI
from httpx import Response
from sqlmodel import Session, select

from app import clock, logs
from app.agenda.placements import Placement
from app.agenda.releases import publish_release
from app.agenda.sessions import create_session
from app.calendars.answers import said_program
from app.database import Database
from app.gatherings.details import Details
from app.gatherings.reach import call_off
from app.gatherings.series import Purpose, change_series
from app.models import AgendaSession, Feed, Openness, Person, Series
from app.people.audiences import rule_of
from app.people.audit import verb
from app.people.directory import add_assistant
from app.people.viewer import Viewer
from tests.calendars.reading import by_uid, events, occurrences
from tests.conftest import Visitor, VisitorOf
from tests.gatherings.meeting import EVERYONE, Meeting, closed_to_the_lab, meet, utc
from tests.registration.stage import BY
from tests.registration.stage import convening as staged_convening

ADDRESS = re.compile(r'value="http://127\.0\.0\.1:8000(/feeds/[\w-]{43}\.ics)"')


@pytest.fixture(autouse=True)
def in_october() -> Iterator[None]:
    with time_machine.travel(utc(2017, 10, 24, 14), tick=True):
        yield


@pytest.fixture
def meeting(database: Database, in_october: None) -> Meeting:
    """The stage with a year of calls and a webinar."""
    found = meet(database)
    with database.write() as db:
        found.calls(db)
        found.webinar(db)
    return found


def _subscribed(visitor: Visitor) -> str:
    """The path of a feed that the visitor has just made."""
    page = visitor.follow("/me/calendar/feeds", {})
    found = ADDRESS.search(page.text)
    assert found, "the page shows no address"
    return found[1]


def _feed(visitor: VisitorOf, meeting: Meeting, who: str = "oakland facilitator") -> str:
    return _subscribed(visitor(meeting.stage.people[who]))


def _fetch(visitor: VisitorOf, path: str, method: str = "GET", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return visitor().send(method, path, headers={"Accept-Encoding": "identity", **named})


def test_a_feed_is_answered_as_programs_want_it_and_sets_no_cookie(visitor: VisitorOf, meeting: Meeting) -> None:
    answer = _fetch(visitor, _feed(visitor, meeting))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'inline; filename="plenary.ics"'
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert "set-cookie" not in answer.headers
    assert len(occurrences(answer.content)) == 13


def test_a_feed_that_has_not_changed_is_304_with_the_same_etag_and_no_body(
    visitor: VisitorOf, meeting: Meeting
) -> None:
    path = _feed(visitor, meeting)
    whole = _fetch(visitor, path)
    etag = whole.headers["etag"]
    for asked in (etag, f"W/{etag}", f'"another", {etag}', "*"):
        again = _fetch(visitor, path, If_None_Match=asked)
        assert (again.status_code, again.headers["etag"], again.content) == (304, etag, b"")
        assert "content-type" not in again.headers
    assert _fetch(visitor, path, If_None_Match='"another"').status_code == 200


def test_if_none_match_decides_alone_where_both_stand(visitor: VisitorOf, meeting: Meeting) -> None:
    path = _feed(visitor, meeting)
    modified = _fetch(visitor, path).headers["last-modified"]
    both = _fetch(visitor, path, If_None_Match='"another"', If_Modified_Since=modified)
    assert both.status_code == 200


def test_if_modified_since_is_304_only_while_nothing_at_all_has_changed(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    path = _feed(visitor, meeting)
    with time_machine.travel(utc(2030, 1, 1, 12), tick=False) as day:
        modified = _fetch(visitor, path).headers["last-modified"]
        assert modified == "Tue, 01 Jan 2030 00:00:00 GMT"
        assert _fetch(visitor, path, If_Modified_Since=modified).status_code == 304
        assert _fetch(visitor, path, If_Modified_Since="Tue, 01 Jan 2030 06:00:00 GMT").status_code == 200
        with database.write() as db:
            call_off(db, db.exec(select(AgendaSession)).all()[0], reason="Snow", by=BY)
        # within the second of the change the answer is dated one second earlier, so that another change is not missed
        changed = _fetch(visitor, path, If_Modified_Since=modified)
        assert (changed.status_code, changed.headers["last-modified"]) == (200, "Tue, 01 Jan 2030 11:59:59 GMT")
        day.shift(timedelta(days=1))
        assert _fetch(visitor, path, If_Modified_Since=changed.headers["last-modified"]).status_code == 200


def test_a_change_is_in_the_next_answer_and_unchanged_events_are_the_same_to_the_byte_rule_16(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    path = _feed(visitor, meeting)
    before = _fetch(visitor, path)
    with database.write() as db:
        webinar = db.exec(select(AgendaSession).where(AgendaSession.title == "Integrated data I")).one()
        call_off(db, webinar, reason="The speaker is ill", by=BY)
    after = _fetch(visitor, path, If_None_Match=before.headers["etag"])
    assert after.status_code == 200
    old, new = by_uid(before.content), by_uid(after.content)
    assert old.keys() == new.keys()
    changed = {key for key in old if old[key].to_ical() != new[key].to_ical()}
    assert changed == {(webinar.uid, None)}


def test_what_others_do_elsewhere_leaves_a_feed_304(visitor: VisitorOf, database: Database, meeting: Meeting) -> None:
    path = _feed(visitor, meeting)
    etag = _fetch(visitor, path).headers["etag"]
    with database.write() as db:
        meeting.webinar(db, "Among mayors", **closed_to_the_lab(meeting.of_role(db, "mayor")))
    assert _fetch(visitor, path, If_None_Match=etag).status_code == 304


def test_head_says_what_get_would_and_sends_nothing(visitor: VisitorOf, meeting: Meeting) -> None:
    path = _feed(visitor, meeting)
    whole, head = _fetch(visitor, path), _fetch(visitor, path, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == whole.headers["etag"]
    assert head.headers["content-length"] == str(len(whole.content))


def test_a_compressed_feed_is_the_same_feed_under_an_etag_of_its_own(visitor: VisitorOf, meeting: Meeting) -> None:
    path = _feed(visitor, meeting)
    plain, zipped = _fetch(visitor, path), _fetch(visitor, path, Accept_Encoding="gzip, deflate, br")
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.content == plain.content  # httpx has unpacked it
    assert zipped.headers["etag"] != plain.headers["etag"]
    again = _fetch(visitor, path, Accept_Encoding="gzip", If_None_Match=zipped.headers["etag"])
    assert (again.status_code, again.headers["etag"]) == (304, zipped.headers["etag"])
    assert gzip.compress(plain.content, mtime=0) == gzip.compress(zipped.content, mtime=0)


def test_an_address_that_was_never_made_is_404_and_one_that_was_withdrawn_410_with_nothing_in_it(
    visitor: VisitorOf, meeting: Meeting
) -> None:
    assert _fetch(visitor, f"/feeds/{'A' * 43}.ics").status_code == 404
    owner = visitor(meeting.stage.people["oakland facilitator"])
    path = _subscribed(owner)
    etag = _fetch(visitor, path).headers["etag"]
    owner.follow("/me/calendar/feeds/1/withdrawal", {})
    for headers in ({}, {"If_None_Match": etag}, {"If_None_Match": "*"}):
        gone = _fetch(visitor, path, **headers)
        assert (gone.status_code, gone.headers["cache-control"]) == (410, "no-store")
        assert "withdrawn" in gone.text
        assert b"VEVENT" not in gone.content


def test_a_renewed_address_serves_and_the_old_one_is_gone(visitor: VisitorOf, meeting: Meeting) -> None:
    owner = visitor(meeting.stage.people["oakland facilitator"])
    old = _subscribed(owner)
    found = ADDRESS.search(owner.follow("/me/calendar/feeds/1/renewal", {}).text)
    assert found
    assert found[1] != old
    assert [_fetch(visitor, path).status_code for path in (old, found[1])] == [410, 200]


def test_the_calendar_of_a_person_who_was_put_away_is_gone(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    path = _feed(visitor, meeting)
    with database.write() as db:
        _put_away(db, db.get_one(Person, meeting.stage.people["oakland facilitator"]), by=BY)
    assert _fetch(visitor, path).status_code == 410


@verb
def _put_away(db: Session, person: Person, *, by: Viewer) -> None:
    person.archived_at = clock.now()


def test_a_fetch_is_noted_with_its_program_for_the_owner_to_see(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    owner = visitor(meeting.stage.people["oakland facilitator"])
    path = _subscribed(owner)
    assert "Not yet" in owner.get("/me/calendar").text
    for _ in range(3):
        _fetch(visitor, path, User_Agent="Google-Calendar-Importer")
    with database.read() as db:
        feed = db.exec(select(Feed)).one()
    assert (feed.fetches, feed.fetched_by) == (1, "Google-Calendar-Importer")
    assert "by Google Calendar" in owner.get("/me/calendar").text


def test_the_log_never_holds_the_address_of_a_calendar(
    visitor: VisitorOf, meeting: Meeting, capfd: pytest.CaptureFixture[str], app: FastAPI
) -> None:
    logs.set_up(app.state.settings.model_copy(update={"log_level": "DEBUG"}))
    path = _feed(visitor, meeting)
    _fetch(visitor, path)
    _fetch(visitor, path, "POST")
    written = "".join(capfd.readouterr())
    assert "/me/calendar/feeds" in written
    assert path[7:50] not in written


def test_a_feed_wants_no_sign_in_and_a_cookie_makes_no_difference(visitor: VisitorOf, meeting: Meeting) -> None:
    owner = visitor(meeting.stage.people["oakland facilitator"])
    path = _subscribed(owner)
    signed_in = owner.get(path, headers={"Accept-Encoding": "identity"})
    assert signed_in.content == _fetch(visitor, path).content


def test_the_page_before_an_address_offers_to_make_one_and_then_shows_every_way_to_subscribe(
    visitor: VisitorOf, meeting: Meeting
) -> None:
    owner = visitor(meeting.stage.people["oakland facilitator"])
    before = owner.get("/me/calendar").text
    assert 'action="/me/calendar/feeds"' in before
    assert "/feeds/" not in before.replace("/me/calendar/feeds", "")
    path = _subscribed(owner)
    page = owner.get("/me/calendar")
    token = path[7:50]
    assert page.headers["cache-control"] == "no-store"
    assert f'href="webcal://127.0.0.1:8000{path}"' in page.text
    assert f"webcal://127.0.0.1:8000{path}" in unquote(page.text.split("calendar.google.com/calendar/r?cid=")[1][:200])
    assert f"http://127.0.0.1:8000{path}" in unquote(page.text.split("addfromweb?url=")[1][:200])
    assert 'src="data:image/svg+xml' in page.text
    for program in ("iPhone", "Google Calendar", "Outlook", "Thunderbird"):
        assert program in page.text
    assert page.text.count(token) == 5


def test_the_page_lists_what_the_calendar_holds_next(visitor: VisitorOf, meeting: Meeting) -> None:
    with time_machine.travel(utc(2017, 9, 15, 12), tick=True):
        page = visitor(meeting.stage.people["oakland facilitator"]).follow("/me/calendar/feeds", {}).text
    titles = re.findall(r'<a href="http://127\.0\.0\.1:8000/by-all-means/gatherings/\d+" dir="auto">([^<]+)</a>', page)
    assert titles == ["Integrated data I", *["Facilitators’ monthly call"] * 8]
    assert "Tue 19 Sep, 13:00–14:15 EDT (10:00–11:15 in Oakland)" in page


def test_an_assistant_in_the_mayors_place_sees_that_the_address_is_the_mayors_alone_rule_13(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    mayor = meeting.stage.people["oakland mayor"]
    with database.write() as db:
        assistance = add_assistant(db, db.get_one(Person, mayor), email="jo@example.org", name="Jo Park", by=BY)
    token = _subscribed(visitor(mayor))[7:50]
    assistant = visitor(assistance.assistant_id, acting_for=mayor)
    page = assistant.get("/me/calendar")
    assert (page.status_code, token in page.text) == (200, False)
    assert "only they can have its address" in page.text
    assert assistant.post("/me/calendar/feeds/1/renewal").status_code == 404
    assert assistant.post("/me/calendar/feeds", {"circle": "role 1"}).status_code == 409
    assert _fetch(visitor, f"/feeds/{token}.ics").status_code == 200


def test_strangers_have_no_calendar_page(visitor: VisitorOf, meeting: Meeting) -> None:
    assert visitor().get("/me/calendar").headers["location"] == "/sign-in?next=/me/calendar"
    assert visitor().post("/me/calendar/feeds").status_code == 303


def _published(meeting: Meeting) -> dict[str, AgendaSession]:
    """A public keynote, a cohort's plenary and a closed peer session on a published agenda."""
    with meeting.database.write() as db:
        convening = staged_convening(db, meeting.stage)
        mayors = meeting.of_role(db, "mayor")
        details = {
            "keynote": Details(title="Keynote", audience=EVERYONE, openness=Openness.PUBLIC),
            "welcome": Details(title="Welcome", audience=EVERYONE),
            "peers": Details(title="What mayors fear", audience=mayors, openness=Openness.CLOSED),
        }
        made = {
            name: create_session(db, convening, one, to=Placement(date(2017, 11, 14), time(9 + n), 60), by=BY)
            for n, (name, one) in enumerate(details.items())
        }
        publish_release(db, convening, by=BY)
        return made


@pytest.mark.parametrize(
    ("who", "titles"),
    [
        (None, ["Keynote"]),
        ("expert", ["Keynote"]),
        ("oakland superintendent", ["Keynote", "Welcome", "Closed session"]),
        ("oakland mayor", ["Keynote", "Welcome", "What mayors fear"]),
    ],
)
def test_the_agenda_as_a_file_holds_what_its_reader_may_see_rules_13_and_18(
    visitor: VisitorOf, meeting: Meeting, who: str | None, titles: list[str]
) -> None:
    _published(meeting)
    answer = visitor(meeting.stage.people[who] if who else None).get("/by-all-means/convenings/2017-fall/agenda.ics")
    assert [one.title for one in occurrences(answer.content)] == titles
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'inline; filename="by-all-means-2017-fall.ics"'
    again = visitor(meeting.stage.people[who] if who else None).get(
        "/by-all-means/convenings/2017-fall/agenda.ics", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


def test_an_agenda_before_its_first_release_is_an_empty_calendar(visitor: VisitorOf, meeting: Meeting) -> None:
    answer = visitor().get("/by-all-means/convenings/2017-fall/agenda.ics")
    assert (answer.status_code, events(answer.content)) == (200, [])


def test_one_session_is_a_file_to_keep_with_the_uid_of_the_feed(visitor: VisitorOf, meeting: Meeting) -> None:
    made = _published(meeting)
    mayor = meeting.stage.people["oakland mayor"]
    answer = visitor(mayor).get(f"/by-all-means/convenings/2017-fall/sessions/{made['peers'].key}.ics")
    assert answer.headers["content-disposition"] == 'attachment; filename="what-mayors-fear.ics"'
    in_feed = by_uid(_fetch(visitor, _feed(visitor, meeting, "oakland mayor")).content)
    kept = by_uid(answer.content)[made["peers"].uid, None]
    assert kept.pop("X-ALT-DESC").startswith("<!DOCTYPE html>")
    assert kept.to_ical() == in_feed[made["peers"].uid, None].to_ical()


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("expert", 404)])
def test_a_session_that_one_may_not_know_of_is_no_file(
    visitor: VisitorOf, meeting: Meeting, who: str | None, status: int
) -> None:
    made = _published(meeting)
    path = f"/by-all-means/convenings/2017-fall/sessions/{made['welcome'].key}.ics"
    assert visitor(meeting.stage.people[who] if who else None).get(path).status_code == status


def test_one_call_as_a_file_is_its_whole_series_without_what_was_called_off(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        series = db.exec(select(Series)).one()
        first, second = series.sessions[:2]
        call_off(db, second, reason="Holiday", by=BY)
        change_series(db, series, Purpose(title="Facilitators’ hour", audience=rule_of(series.audience)), by=BY)
    answer = visitor(meeting.stage.people["oakland facilitator"]).get(f"/by-all-means/gatherings/{first.key}.ics")
    found = occurrences(answer.content)
    assert len(found) == 11
    assert {one.status for one in found} == {"CONFIRMED"}
    assert [str(one["UID"]) for one in events(answer.content)] == [series.uid]


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        ("Google-Calendar-Importer", "Google Calendar"),
        ("iOS/17.0 (21A329) dataaccessd/1.0", "an iPhone or iPad"),
        ("macOS/14.0 (23A344) CalendarAgent/988", "a Mac’s Calendar"),
        ("Microsoft.Exchange/15.20", "Outlook"),
        ("Mozilla/5.0 (X11; Linux) Gecko/20100101 Thunderbird/140.0", "Thunderbird"),
        ("Mozilla/5.0 (X11; Linux) Firefox/130", "a browser"),
        ("ICSx5/2.2", "ICSx5"),
        ("<script>alert(1)</script>", "<script>alert(1)<"),
        ("", "an unnamed program"),
    ],
)
def test_programs_are_called_as_people_call_them(user_agent: str, said: str) -> None:
    assert said_program(user_agent) == said
