"""The published agenda, a session of it, its releases: as each may see them, on pages that work without JavaScript."""

import re
from dataclasses import replace

import pytest
from sqlmodel import select

from app.agenda.placements import move_session
from app.agenda.sessions import cancel_session, change_session
from app.database import Database
from app.gatherings.details import details_of
from app.models import AgendaRelease, AgendaSession, Convening, Openness, SessionFormat
from tests.agenda.campus import Campus, campus, five_minutes
from tests.conftest import Visitor, VisitorOf
from tests.people.rows import BY

HERE = "/by-all-means/convenings/2017-fall"
AGENDA = f"{HERE}/agenda"


@pytest.fixture
def place(database: Database, in_the_sample: object) -> Campus:
    """A convening with a draft of four sessions that is not published yet."""
    with database.write() as db:
        place = campus(db)
        place.session("Welcome", "09:00–10:00", rooms=["GCC"], purpose="Why **two** days.")
        place.session("Mic check", "17:00–17:30", rule=place.of_people("Imani Okafor"), format=SessionFormat.INTERNAL)
        place.session("Keynote", "17:30–19:00", rooms=["Askwith Hall"], openness=Openness.PUBLIC)
        place.session(
            "After a lost election",
            "13:30–14:45",
            rule=place.of_role("mayor"),
            openness=Openness.CLOSED,
            cover_title="Peer session",
            purpose="Secret purpose",
        )
        return place


def publish(database: Database, place: Campus) -> None:
    with database.write() as db:
        place.db = db
        place.convening = db.get_one(Convening, place.convening.key)
        place.publish()


def titles(html: str) -> list[str]:
    return re.findall(r'<h3 dir="auto"><a href="[^"]+">([^<]+)</a>', html)


def who(place: Campus, visitor: VisitorOf, name: str | None) -> Visitor:
    return visitor(place.person(name).key) if name else visitor()


def test_before_any_release_each_is_told_so_with_the_next_step(place: Campus, visitor: VisitorOf) -> None:
    mayor, organizer = who(place, visitor, "Ruth Adler").get(AGENDA), who(place, visitor, "Ada Roth").get(AGENDA)
    assert mayor.status_code == 200
    assert "The agenda is not published yet" in mayor.text
    assert titles(mayor.text) == []
    assert f'href="{AGENDA}/draft"' in organizer.text
    assert f'href="{AGENDA}/draft"' not in mayor.text


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        (None, ["Keynote"]),
        ("Prof. Strand", ["Keynote"]),
        ("Jo Park", ["Welcome", "Peer session", "Keynote"]),
        ("Imani Okafor", ["Welcome", "After a lost election", "Mic check", "Keynote"]),
        ("Ruth Adler", ["Welcome", "After a lost election", "Keynote"]),
        ("Ada Roth", ["Welcome", "After a lost election", "Mic check", "Keynote"]),
    ],
)
def test_rules_13_and_18_each_sees_what_they_may(
    database: Database, place: Campus, visitor: VisitorOf, name: str | None, seen: list[str]
) -> None:
    publish(database, place)
    answer = who(place, visitor, name).get(AGENDA)
    assert (answer.status_code, titles(answer.text)) == (200, seen)


def test_rule_13_a_closed_session_is_a_cover_on_every_page(
    database: Database, place: Campus, visitor: VisitorOf
) -> None:
    publish(database, place)
    with database.read() as db:
        closed = db.exec(select(AgendaSession.id).where(AgendaSession.title == "After a lost election")).one()
    jo = who(place, visitor, "Jo Park")
    for address in (AGENDA, f"{HERE}/sessions/{closed}", f"{AGENDA}/releases/1", f"{AGENDA}/releases/1/changes"):
        html = jo.get(address).text
        assert "lost election" not in html
        assert "Secret purpose" not in html
    assert "This session is closed" in jo.get(f"{HERE}/sessions/{closed}").text
    assert "Secret purpose" in who(place, visitor, "Ruth Adler").get(f"{HERE}/sessions/{closed}").text
    assert who(place, visitor, None).get(f"{HERE}/sessions/{closed}").status_code == 404


def test_rule_14_the_events_time_stands_first_and_the_viewers_beside_it(
    database: Database, place: Campus, visitor: VisitorOf
) -> None:
    publish(database, place)
    oakland, salem = (who(place, visitor, name).get(AGENDA).text for name in ("Jo Park", "Ruth Adler"))
    assert '17:30–19:00</time><span class="beside">14:30–16:00 in Oakland</span>' in oakland
    assert "New York time (EST), Oakland time beside them" in oakland
    assert "beside" not in salem
    assert "(14:30–16:00 in Oakland)" in who(place, visitor, "Jo Park").get(keynote(oakland)).text


def keynote(html: str) -> str:
    """The address of the keynote's page."""
    found: list[str] = re.findall(r'<h3 dir="auto"><a href="([^"]+)">Keynote', html)
    return found[0]


def test_my_sessions_stand_out_and_can_be_shown_alone(database: Database, place: Campus, visitor: VisitorOf) -> None:
    publish(database, place)
    jo = who(place, visitor, "Jo Park")
    assert re.findall(r'class="entry [^"]*is-mine[^"]*">\s*<h3[^>]*><a[^>]*>([^<]+)', jo.get(AGENDA).text) == [
        "Welcome",
        "Keynote",
    ]
    assert titles(jo.get(f"{AGENDA}?show=mine").text) == ["Welcome", "Keynote"]


def test_filters_by_role_city_and_room_are_links(database: Database, place: Campus, visitor: VisitorOf) -> None:
    publish(database, place)
    ada = who(place, visitor, "Ada Roth")
    mayors, oakland = place.town.roles["mayor"].key, place.town.cities["Oakland"].key
    hall = place.rooms["Askwith Hall"].key
    html = ada.get(AGENDA).text
    for query in (f"?role={mayors}", f"?city={oakland}", f"?room={hall}", "?show=mine"):
        assert f'href="{AGENDA}{query}"' in html
    assert titles(ada.get(f"{AGENDA}?role={mayors}").text) == ["Welcome", "After a lost election", "Keynote"]
    assert titles(ada.get(f"{AGENDA}?city={oakland}").text) == ["Welcome", "After a lost election", "Keynote"]
    assert titles(ada.get(f"{AGENDA}?room={hall}").text) == ["Keynote"]
    assert "Nothing here for that choice" in ada.get(f"{AGENDA}?room=999999").text


def test_rule_18_strangers_get_no_filter_that_tells_of_roles(
    database: Database, place: Campus, visitor: VisitorOf
) -> None:
    publish(database, place)
    html = who(place, visitor, None).get(AGENDA).text
    assert "?role=" not in html
    assert "Mayors" not in html


def test_rule_18_a_convening_without_public_sessions_says_so_to_strangers(
    database: Database, place: Campus, visitor: VisitorOf
) -> None:
    with database.write() as db:
        session = db.exec(select(AgendaSession).where(AgendaSession.title == "Keynote")).one()
        change_session(db, session, replace(details_of(session), openness=Openness.COHORT), by=BY)
    publish(database, place)
    html = who(place, visitor, None).get(AGENDA).text
    assert "No session is public" in html
    assert titles(html) == []


def test_a_session_page_says_what_when_where_who(database: Database, place: Campus, visitor: VisitorOf) -> None:
    publish(database, place)
    ruth = who(place, visitor, "Ruth Adler")
    address = re.findall(r'<a href="([^"]+)">Welcome', ruth.get(AGENDA).text)[0]
    html = ruth.get(address).text
    assert "Why <strong>two</strong> days." in html
    assert "Tue 14 Nov, 09:00–10:00 EST" in html
    assert "GCC, Gutman" in html
    assert f'href="{address}.ics"' in html
    assert len(re.findall(r'class="person-name"', html)) >= 7


def test_a_session_that_is_only_a_draft_has_no_page_yet(database: Database, place: Campus, visitor: VisitorOf) -> None:
    publish(database, place)
    with database.write() as db:
        place.db, place.convening = db, db.get_one(Convening, place.convening.key)
        new = place.session("New", "11:00–12:00").key
    assert who(place, visitor, "Ada Roth").get(f"{HERE}/sessions/{new}").status_code == 404


def test_rule_16_a_cancelled_session_stays_and_says_why(database: Database, place: Campus, visitor: VisitorOf) -> None:
    publish(database, place)
    with database.write() as db:
        session = db.exec(select(AgendaSession).where(AgendaSession.title == "Keynote")).one()
        cancel_session(db, session, reason="The speaker is ill", by=BY)
    publish(database, place)
    html = who(place, visitor, None).get(AGENDA).text
    assert titles(html) == ["Keynote"]
    assert "Cancelled" in html
    assert "The speaker is ill" in who(place, visitor, None).get(keynote(html)).text


# Releases


def test_rule_15_the_foot_shows_the_release_and_what_changed(
    database: Database, place: Campus, visitor: VisitorOf
) -> None:
    publish(database, place)
    with database.write() as db:
        session = db.exec(select(AgendaSession).where(AgendaSession.title == "Keynote")).one()
        place.db, place.convening = db, db.get_one(Convening, place.convening.key)
        move_session(db, session, to=place.placement("16:00–17:00", rooms=["GCC"]), by=BY)
        place.publish()
    stranger = who(place, visitor, None)
    html = stranger.get(AGENDA).text
    assert re.search(r"Release 2, <time[^>]*>Tue 24 Oct 2017, 10:0\d EDT</time>", html)
    assert f'href="{AGENDA}/releases/1/changes"' in html
    changes = stranger.get(f"{AGENDA}/releases/1/changes").text
    said = [re.sub(r"<[^>]+>", "", one) for one in re.findall(r"<(?:del|ins)[^>]*>.*?</(?:del|ins)>", changes)]
    assert said == [
        "before: Tue 14 Nov, 17:30–19:00 EST",
        "now: Tue 14 Nov, 16:00–17:00 EST",
        "before: Askwith Hall",
        "now: GCC",
    ]
    assert "Nothing has changed" in stranger.get(f"{AGENDA}/releases/2/changes").text


def test_rule_15_an_older_release_is_shown_as_it_was(database: Database, place: Campus, visitor: VisitorOf) -> None:
    publish(database, place)
    with database.write() as db:
        session = db.exec(select(AgendaSession).where(AgendaSession.title == "Keynote")).one()
        change_session(db, session, replace(details_of(session), title="Opening night"), by=BY)
    publish(database, place)
    stranger = who(place, visitor, None)
    assert titles(stranger.get(AGENDA).text) == ["Opening night"]
    old = stranger.get(f"{AGENDA}/releases/1").text
    assert titles(old) == ["Keynote"]
    assert "This is release 1, as it was published" in old


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999"])
def test_a_release_that_is_not_there_is_404(database: Database, place: Campus, visitor: VisitorOf, number: str) -> None:
    publish(database, place)
    for address in (f"{AGENDA}/releases/{number}", f"{AGENDA}/releases/{number}/changes"):
        assert who(place, visitor, None).get(address).status_code == 404


def test_an_organizer_looks_over_what_changes_and_publishes(
    database: Database, place: Campus, visitor: VisitorOf
) -> None:
    ada = who(place, visitor, "Ada Roth")
    html = ada.get(f"{AGENDA}/releases").text
    assert "“Welcome” is new: Tue 14 Nov, 09:00–10:00 EST, GCC." in html
    assert "Publish release 1" in html
    page = ada.follow(f"{AGENDA}/releases", {"note": "The first"})
    assert "Release 1 is published." in page.text
    again = ada.post(f"{AGENDA}/releases", {"note": "Second click"})
    assert again.status_code == 422
    assert "Nothing has changed since release 1" in again.text
    with database.read() as db:
        assert [(one.number, one.note) for one in db.exec(select(AgendaRelease))] == [(1, "The first")]


def test_rule_3_what_must_be_fixed_stands_in_the_way_until_a_reason_is_given(
    database: Database, place: Campus, visitor: VisitorOf
) -> None:
    with database.write() as db:
        place.db, place.convening = db, db.get_one(Convening, place.convening.key)
        place.session("Clash", "09:30–10:00", rooms=["GCC"])
    ada = who(place, visitor, "Ada Roth")
    refused = ada.post(f"{AGENDA}/releases", {"note": "Kept", "reason": ""})
    assert refused.status_code == 422
    assert "2 findings must be fixed first" in refused.text
    assert "Kept" in refused.text
    assert "GCC has “Welcome” and “Clash” at once" in refused.text
    ada.follow(f"{AGENDA}/releases", {"reason": "It is meant so"})
    with database.read() as db:
        assert db.exec(select(AgendaRelease.number)).all() == [1]


def test_publishing_is_for_organizers_and_the_list_for_all(
    database: Database, place: Campus, visitor: VisitorOf
) -> None:
    publish(database, place)
    ruth = who(place, visitor, "Ruth Adler")
    assert ruth.post(f"{AGENDA}/releases", {}).status_code == 403
    html = ruth.get(f"{AGENDA}/releases").text
    assert "Release 1" in html
    assert "Publish release" not in html
    assert "must be fixed" not in html


def test_the_number_of_queries_does_not_grow_with_the_sessions(
    database: Database, place: Campus, visitor: VisitorOf, queries: list[str]
) -> None:
    jo = who(place, visitor, "Jo Park")
    counts = []
    for total in (6, 600):
        with database.write() as db:
            place.db, place.convening = db, db.get_one(Convening, place.convening.key)
            have = len(db.exec(select(AgendaSession.id)).all())
            for count in range(have, total):
                place.session(f"Session {count}", five_minutes(count % 100), choice_group="choice")
            place.publish()
        queries.clear()
        answer = jo.get(AGENDA)
        assert len(titles(answer.text)) == total - 1
        # The look at the revision, once the address is known as one that is kept, is no query of the page.
        counts.append(len([one for one in queries if "LEFT JOIN sign_in" not in one]))
    assert counts[0] == counts[1]
