"""The organizers' draft in a browser: with forms alone, and with fragments."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, select

from app.agenda.placements import Placement
from app.agenda.sessions import create_session
from app.database import Database
from app.models import AgendaSession, Convening, Openness, Override
from tests.agenda.campus import TUESDAY, Campus, campus
from tests.conftest import Visitor, VisitorOf
from tests.people.rows import BY

HERE = "/by-all-means/convenings/2017-fall"
DRAFT = f"{HERE}/agenda/draft"
FRAGMENT = {"hx-request": "true", "hx-current-url": f"http://127.0.0.1:8000{DRAFT}?day=2017-11-14"}


@pytest.fixture
def place(database: Database, in_the_sample: object) -> Campus:
    """The convening, stored: nobody holds the database while pages are asked for."""
    with database.write() as db:
        place = campus(db)
        place.session("Welcome", "09:00–10:00", rooms=["GCC"])
        place.session("Mayors’ updates", "10:30–11:45", rooms=["GCC"], speakers=["Imani Okafor"])
        place.session("Idea", None)
    return place


@pytest.fixture
def organizer(place: Campus, visitor: VisitorOf) -> Visitor:
    return visitor(place.person("Ada Roth").key)


def stored(database: Database, title: str) -> AgendaSession:
    with database.read() as db:
        return db.exec(select(AgendaSession).where(AgendaSession.title == title)).one()


def number(database: Database, title: str) -> int:
    return stored(database, title).key


def first_cure(html: str, label: str) -> tuple[str, dict[str, str]]:
    """The address and the fields of the first form whose button says so."""
    for action, inside in re.findall(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', html, re.S):
        if label in inside:
            return action, dict(re.findall(r'name="(\w+)" value="([^"]*)"', inside))
    raise AssertionError(f"no button says {label}")


def test_the_draft_shows_rooms_sessions_audiences_and_counts(organizer: Visitor) -> None:
    html = organizer.get(DRAFT).text
    assert re.findall(r'class="room [^"]*" data-room="\d+"[^>]*><strong dir="auto">([^<]+)', html) == [
        "GCC",
        "Askwith Hall",
        "Team Room 1",
    ]
    assert "09:00–10:00" in html
    assert ">7/90<" in html
    assert ">Idea<" in html


def test_a_move_without_javascript_leads_back_to_the_draft_at_its_day(
    organizer: Visitor, place: Campus, database: Database
) -> None:
    session = number(database, "Welcome")
    form = {"day": "2017-11-15", "start": "11:00", "minutes": "45", "room": str(place.rooms["Askwith Hall"].key)}
    answer = organizer.post(f"{HERE}/sessions/{session}/placement", form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{DRAFT}?day=2017-11-15#s{session}")
    moved = stored(database, "Welcome")
    assert (moved.starts_at, moved.ends_at) == (
        datetime(2017, 11, 15, 16, tzinfo=UTC),
        datetime(2017, 11, 15, 16, 45, tzinfo=UTC),
    )
    assert "is now on Wed 15 Nov, 11:00–11:45 in Askwith Hall." in organizer.get(f"{DRAFT}?day=2017-11-15").text


def test_rule_1_a_move_into_a_conflict_names_it_and_its_cure_takes_it_away(
    organizer: Visitor, place: Campus, database: Database
) -> None:
    session = number(database, "Welcome")
    html = organizer.follow(f"{HERE}/sessions/{session}/placement", {"start": "10:45"}).text
    assert "It makes 2 conflicts." in html
    assert "GCC has “Mayors’ updates” and “Welcome” at once: Tue 14 Nov, 10:45–11:45." in html
    action, fields = first_cure(html, "Move “Welcome” to Tue 14 Nov")
    html = organizer.follow(action, fields).text
    assert "It cures 2 conflicts." in html
    assert " at once" not in html


def test_with_htmx_a_move_answers_the_workbench_alone(organizer: Visitor, place: Campus, database: Database) -> None:
    session = number(database, "Welcome")
    address = f"{HERE}/sessions/{session}/placement"
    answer = organizer.post(address, {"start": "08:30"}, headers=FRAGMENT)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="workbench"')
    assert "<html" not in answer.text
    assert "hx-partial" not in answer.text
    from_panel = organizer.post(f"{address}?panel=open", {"start": "08:45"}, headers=FRAGMENT)
    assert from_panel.text.endswith('<hx-partial data-hx-target="#panel" data-hx-swap="innerHTML"></hx-partial>')


def test_with_htmx_a_mistake_answers_the_form_alone(organizer: Visitor, place: Campus, database: Database) -> None:
    session = number(database, "Welcome")
    answer = organizer.post(f"{HERE}/sessions/{session}/placement?panel=open", {"minutes": "0"}, headers=FRAGMENT)
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith('<div class="editor')
    assert "<html" not in answer.text


def test_what_is_not_sent_stays_as_it_is(organizer: Visitor, place: Campus, database: Database) -> None:
    session = number(database, "Welcome")
    organizer.post(f"{HERE}/sessions/{session}/placement", {"minutes": "30"})
    with database.read() as db:
        resized = db.get_one(AgendaSession, session)
        assert (resized.starts_at, resized.minutes) == (datetime(2017, 11, 14, 14, tzinfo=UTC), 30)
        assert [one.room_id for one in resized.places] == [place.rooms["GCC"].key]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"start": "25:00"}, "Write the start as hours and minutes"),
        ({"day": "tomorrow"}, "A day looks like 2017-11-14."),
        ({"day": "2018-11-14"}, "Choose one of its days"),
        ({"minutes": "0"}, "from one minute to a whole day"),
        ({"minutes": "half"}, "Say how many minutes"),
        ({"room": "999999"}, "not at this convening’s venue"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_what_was_typed_is_kept(
    organizer: Visitor, place: Campus, database: Database, form: dict[str, str], said: str
) -> None:
    session = number(database, "Welcome")
    answer = organizer.post(f"{HERE}/sessions/{session}/placement", form)
    assert answer.status_code == 422
    assert said in answer.text
    ((name, typed),) = form.items()
    assert f'value="{typed}"' in answer.text or name == "room"
    assert stored(database, "Welcome").starts_at == datetime(2017, 11, 14, 14, tzinfo=UTC)


def test_a_session_is_made_by_the_form(organizer: Visitor, place: Campus, database: Database) -> None:
    roles, cities = place.town.roles, place.town.cities
    form = {
        "title": "Team time",
        "purpose": "Six-month commitments.",
        "format": "team time",
        "openness": "cohort",
        "protected": "yes",
        "roles": [str(roles["mayor"].key)],
        "cities": [str(cities["Oakland"].key)],
        "people": ["Jo Park (Superintendent, Oakland)", ""],
        "but_people": [""],
        "presenter": ["prof. strand", ""],
        "part": ["expert", ""],
        "state": ["confirmed", "invited"],
        "day": "2017-11-14",
        "start": "14:55",
        "minutes": "70",
        "room": [f"{place.rooms['GCC'].key}:{place.rooms['GCC'].setups[1].key}", ""],
        "room_city": [str(cities["Oakland"].key), ""],
    }
    answer = organizer.post(f"{DRAFT}/sessions", form)
    assert answer.status_code == 303
    with database.read() as db:
        made = db.exec(select(AgendaSession).where(AgendaSession.title == "Team time")).one()
        assert (made.format.value, made.protected, made.minutes) == ("team time", True, 70)
        assert {(one.role_id, one.city_id, one.person_id) for one in made.audience.terms} == {
            (roles["mayor"].key, None, None),
            (None, cities["Oakland"].key, None),
            (None, None, place.person("Jo Park").key),
        }
        assert [(one.person.name, one.part, one.state.value) for one in made.engagements] == [
            ("Prof. Strand", "expert", "confirmed")
        ]
        assert [(one.setup.name if one.setup else "", one.city_id) for one in made.places] == [
            ("theatre", cities["Oakland"].key)
        ]


def test_without_a_day_and_a_start_it_waits_in_the_tray(organizer: Visitor, database: Database) -> None:
    form = {"title": "Later", "purpose": "", "everyone": "yes", "day": "", "start": "", "minutes": "45"}
    assert organizer.post(f"{DRAFT}/sessions", form).headers["location"] == f"{DRAFT}#tray"
    later = stored(database, "Later")
    assert (later.starts_at, later.minutes) == (None, 45)


def test_a_name_that_nobody_has_is_refused_and_the_form_is_kept(organizer: Visitor) -> None:
    form = {"title": "Talk", "purpose": "", "presenter": ["Nobody Here"], "minutes": "45", "everyone": "yes"}
    answer = organizer.post(f"{DRAFT}/sessions", form)
    assert answer.status_code == 422
    assert "Nobody on record is called “Nobody Here”" in answer.text
    assert 'value="Talk"' in answer.text


def test_the_form_shows_what_is_stored_and_sending_it_back_changes_nothing(
    organizer: Visitor, place: Campus, database: Database
) -> None:
    session = number(database, "Mayors’ updates")
    html = organizer.get(f"{DRAFT}/sessions/{session}").text
    assert 'value="Imani Okafor (Mayor, Oakland)"' in html
    before = stored(database, "Mayors’ updates")
    form = {
        "title": "Mayors’ updates",
        "purpose": "",
        "everyone": "yes",
        "presenter": ["Imani Okafor (Mayor, Oakland)"],
        "part": ["speaker"],
        "state": ["invited"],
    }
    assert organizer.post(f"{DRAFT}/sessions/{session}", form).status_code == 303
    after = stored(database, "Mayors’ updates")
    assert (after.sequence, after.changed_at) == (before.sequence, before.changed_at)


def test_rule_21_a_deletion_is_offered_back_and_comes_back(
    organizer: Visitor, place: Campus, database: Database
) -> None:
    session = number(database, "Welcome")
    html = organizer.follow(f"{HERE}/sessions/{session}/archival").text
    assert 'title="Undo: deleted “Welcome”"' in html
    assert f'id="s{session}"' not in html
    history = f"{DRAFT}/history?session={session}"
    assert f'action="{HERE}/sessions/{session}/restoration"' in organizer.get(history).text
    html = organizer.follow(f"{HERE}/sessions/{session}/restoration").text
    assert f'id="s{session}"' in html
    assert "restoration" not in organizer.get(history).text


def test_to_the_tray_and_a_cancellation_and_back(organizer: Visitor, place: Campus, database: Database) -> None:
    session = number(database, "Welcome")
    organizer.follow(f"{HERE}/sessions/{session}/tray")
    assert stored(database, "Welcome").starts_at is None
    organizer.follow(f"{HERE}/sessions/{session}/placement", {"day": "2017-11-14", "start": "09:00"})
    html = organizer.follow(f"{HERE}/sessions/{session}/cancellation", {"reason": "rain"}).text
    assert "cancelled" in html
    assert stored(database, "Welcome").cancellation_reason == "rain"
    organizer.follow(f"{HERE}/sessions/{session}/reinstatement")
    assert stored(database, "Welcome").cancelled_at is None


def test_rule_3_a_finding_is_let_stand_by_name_and_that_is_taken_back(
    organizer: Visitor, place: Campus, database: Database
) -> None:
    session = number(database, "Welcome")
    organizer.post(f"{HERE}/sessions/{session}/placement", {"start": "10:45"})
    other = number(database, "Mayors’ updates")
    key = f"2:room:{place.rooms['GCC'].key}:{min(session, other)}+{max(session, other)}"
    html = organizer.follow(f"{DRAFT}/overrides", {"finding": key, "reason": "Two halves of one room"}).text
    assert "Let stand by Ada Roth" in html
    assert "Two halves of one room" in html
    with database.read() as db:
        assert [one.finding for one in db.exec(select(Override))] == [key]
    organizer.follow(f"{DRAFT}/overrides/withdrawal", {"finding": key})
    with database.read() as db:
        assert db.exec(select(Override)).all() == []
    assert organizer.post(f"{DRAFT}/overrides", {"finding": "2:room:1:8+9", "reason": "x"}).status_code == 404
    assert organizer.post(f"{DRAFT}/overrides", {"finding": key, "reason": " "}).status_code == 409


def test_rule_13_the_draft_hides_from_organizers_what_excludes_the_lab(
    organizer: Visitor, place: Campus, database: Database
) -> None:
    with database.write() as db:
        closed = create_session(
            db,
            db.get_one(Convening, place.convening.key),
            replace(
                place.details(
                    "After a lost election",
                    rule=place.of_people("Ruth Adler", "Imani Okafor"),
                    speakers=["Prof. Strand"],
                    openness=Openness.CLOSED,
                    excludes_lab=True,
                    cover_title="Peer session",
                    purpose="Secret purpose",
                    internal_notes="Secret notes",
                ),
                join_url="https://meet.example/secret-door",
                track="Secret track",
            ),
            to=Placement(TUESDAY, datetime(2017, 11, 14, 13, 30, tzinfo=UTC).time(), 75),
            by=BY,
        ).key
    secrets = ("lost election", "Secret purpose", "Secret notes", "secret-door", "Secret track")
    for address in (DRAFT, f"{DRAFT}?day=all", f"{DRAFT}/sessions/{closed}", f"{HERE}/agenda/releases"):
        html = organizer.get(address).text
        assert not any(secret in html for secret in secrets), address
        assert "Peer session" in html or address.endswith("releases")
    form = organizer.get(f"{DRAFT}/sessions/{closed}").text
    presenters = re.findall(r'name="presenter"|name="people"|name="title"|name="internal_notes"', form)
    assert presenters == []
    fields = {"cover_title": "Mayors only", "openness": "closed", "excludes_lab": "yes", "format": "role-alike"}
    forged = {"join_url": "https://evil.example/", "track": "Theirs"}
    assert organizer.post(f"{DRAFT}/sessions/{closed}", fields | forged).status_code == 303
    kept = stored(database, "After a lost election")
    assert (kept.cover_title, kept.purpose, kept.internal_notes) == ("Mayors only", "Secret purpose", "Secret notes")
    assert (kept.join_url, kept.track) == ("https://meet.example/secret-door", "Secret track")
    with database.read() as db:
        again = db.get_one(AgendaSession, closed)
        assert [one.person.name for one in again.engagements] == ["Prof. Strand"]
        assert len(again.audience.terms) == 2


def test_all_days_are_one_page(organizer: Visitor) -> None:
    html = organizer.get(f"{DRAFT}?day=all").text
    assert re.findall(r'<h2 id="day-([\d-]+)"', html) == ["2017-11-14", "2017-11-15"]


def test_a_day_that_is_none_shows_the_first(organizer: Visitor) -> None:
    assert 'data-day="2017-11-14"' in organizer.get(f"{DRAFT}?day=2030-01-01").text


@pytest.mark.parametrize("address", [f"{DRAFT}/sessions/999999", f"{DRAFT}/sessions/99999999999999999999"])
def test_a_session_that_is_not_there_is_404(organizer: Visitor, address: str) -> None:
    assert organizer.get(address).status_code == 404


def test_names_that_are_hostile_are_only_names(organizer: Visitor, database: Database) -> None:
    form = {"title": "<script>alert(1)</script> {{ 7 * 7 }}", "purpose": "", "everyone": "yes", "minutes": "45"}
    organizer.post(f"{DRAFT}/sessions", {**form, "day": "2017-11-14", "start": "15:00"})
    html = organizer.get(DRAFT).text
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}" in html


@pytest.mark.parametrize("name", ["Jo Park", "Imani Okafor", "Theo Lund", "Prof. Strand"])
def test_the_draft_is_for_organizers(place: Campus, visitor: VisitorOf, name: str) -> None:
    assert visitor(place.person(name).key).get(DRAFT).status_code == 403


def test_strangers_are_asked_to_sign_in(place: Campus, visitor: VisitorOf) -> None:
    assert visitor().get(DRAFT).status_code == 303


def test_the_number_of_queries_and_the_size_of_the_page_at_6_and_at_600(
    organizer: Visitor, place: Campus, database: Database, queries: list[str]
) -> None:
    counts, sizes = [], []
    for total in (6, 600):
        with database.write() as db:
            convening = db.get_one(Convening, place.convening.key)
            have = len(db.exec(select(AgendaSession.id).where(col(AgendaSession.archived_at).is_(None))).all())
            for count in range(have, total):
                start = datetime(2017, 11, 14 + count % 2, 8, tzinfo=UTC) + timedelta(minutes=15 * (count % 40))
                create_session(
                    db,
                    convening,
                    place.details(f"Session {count}", choice_group="choice"),
                    to=Placement(
                        date(2017, 11, 14 + count % 2),
                        start.time(),
                        15,
                        place.use(("GCC", "Askwith Hall", "Team Room 1")[count % 3]),
                    ),
                    by=BY,
                )
        organizer.get(DRAFT)  # the draft is read into memory
        queries.clear()
        answer = organizer.get(f"{DRAFT}?day=all")
        assert answer.status_code == 200
        counts.append(len(queries))
        sizes.append(len(answer.content))
    assert counts[0] == counts[1]
    assert sizes[1] < 600_000


def standing_back(html: str) -> set[str]:
    """The titles of the blocks that stand back behind others."""
    blocks = re.findall(r'<article class="(s [^"]*)".*?</svg>([^<]+)</a></h3>', html, re.DOTALL)
    return {title for classes, title in blocks if " back" in classes}


def test_what_is_not_of_a_role_a_city_or_a_person_stands_back_on_the_grid(
    database: Database, place: Campus, visitor: VisitorOf
) -> None:
    """ "Show me the mayors". Of a session that excludes the lab nobody is told whose it is (rule 13)."""
    with database.write() as db:
        place.db, place.convening = db, db.get_one(Convening, place.convening.key)
        place.session("Mayors alone", "11:00–12:00", rule=place.of_role("mayor"))
        place.session("Facilitators alone", "12:00–13:00", rule=place.of_role("facilitator"))
        place.session(
            "Behind doors",
            "13:00–14:00",
            rule=place.of_role("mayor"),
            openness=Openness.CLOSED,
            excludes_lab=True,
            cover_title="Peers",
        )
    organizer = visitor(place.person("Ada Roth").key)
    roles, person = place.town.roles, place.person("Leïla Haddad").key
    everybody = organizer.get(DRAFT).text
    assert standing_back(everybody) == set()
    mayors = standing_back(organizer.get(f"{DRAFT}?lens=role-{roles['mayor'].key}").text)
    assert mayors >= {"Facilitators alone", "Peers"}
    assert "Mayors alone" not in mayors
    facilitator = standing_back(organizer.get(f"{DRAFT}?lens=person-{person}").text)
    assert facilitator >= {"Mayors alone", "Peers"}
    assert "Facilitators alone" not in facilitator
    salem = standing_back(organizer.get(f"{DRAFT}?lens=city-{place.town.cities['Salem'].key}").text)
    assert salem >= {"Facilitators alone", "Peers"}
    assert "Mayors alone" not in salem
    for nothing in ("role-", "role-x", "mayor", "person-99999999999999999999", "all"):
        assert standing_back(organizer.get(f"{DRAFT}?lens={nothing}").text) == set()
