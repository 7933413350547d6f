"""Parts of a session where people read and write them: the published pages, the print, the JSON, the form."""

import json
import re
from dataclasses import replace
from html import unescape

import pytest
from sqlmodel import Session, select

from app.agenda.releases import publish_release
from app.agenda.sessions import change_session
from app.database import Database
from app.gatherings.details import Item, Presenter, details_of
from app.models import AgendaSession, Convening, MeasureStage, Openness, Registration, RegistrationState
from app.people.audiences import Rule
from app.people.audit import verb
from app.people.stages import add_stage, put_stage_away
from app.people.viewer import Viewer
from tests.agenda.campus import Campus, campus
from tests.conftest import Visitor, VisitorOf
from tests.people.rows import BY
from tests.printing.reading import words
from tests.routes.test_stale_edits import filled

HERE = "/by-all-means/convenings/2017-fall"
DRAFT = f"{HERE}/agenda/draft"


@pytest.fixture
def place(database: Database, in_the_sample: object) -> Campus:
    with database.write() as db:
        place = campus(db)
        stage = add_stage(db, place.town.cohort, name="Cabinet process", by=BY)
        oakland, salem = (place.town.cities[name].key for name in ("Oakland", "Salem"))
        turns = [Item(25, city_id=oakland), Item(25, "What <b>we</b> learned", salem)]
        place.session("Mayors’ updates I", "09:00–10:00", rooms=["GCC"], items=turns, serves_id=stage.key)
        place.session(
            "Peers",
            "11:00–12:00",
            rule=place.of_people("Ruth Adler"),
            openness=Openness.CLOSED,
            excludes_lab=True,
            cover_title="Closed hour",
            items=[Item(25, "Secret turn")],
            serves_id=stage.key,
        )
        place.session("Financing", "13:00–14:00", choice_group="A")
        place.session("Data", "13:00–14:00", choice_group="A")
        publish_release(db, place.convening, by=BY)
    return place


@pytest.fixture
def organizer(place: Campus, visitor: VisitorOf) -> Visitor:
    return visitor(place.person("Ada Roth").key)


def number(database: Database, title: str) -> int:
    with database.read() as db:
        return db.exec(select(AgendaSession).where(AgendaSession.title == title)).one().key


def typed(organizer: Visitor, form: str, fields: dict[str, list[str]], do: str = "") -> str:
    answer = organizer.post(f"{form}/typed", fields | {"do": [do]})
    assert answer.status_code == 200
    return answer.text


def whom(html: str) -> str:
    (said,) = re.findall(r'<div id="whom".*?<p[^>]*>(.*?)</p>', html, re.S)
    return unescape(re.sub("<[^>]+>", "", said)).strip()


def test_the_agenda_its_print_and_its_file_tell_each_part_with_its_time(organizer: Visitor, database: Database) -> None:
    agenda = organizer.get(f"{HERE}/agenda").text
    assert "<span>09:00 Oakland</span>, <span>09:25 Salem: What &lt;b&gt;we&lt;/b&gt; learned</span>" in agenda
    assert "09:00 Oakland, 09:25 Salem: What <b>we</b> learned" in words(organizer.get(f"{HERE}/agenda.pdf").content)
    days = json.loads(organizer.get(f"{HERE}/agenda.json").content)["schedule"]["conference"]["days"]
    events = [event for day in days for events in day["rooms"].values() for event in events]
    assert [(event["serves"], event["parts"]) for event in events if event["title"].startswith("Mayors")] == [
        (
            "Cabinet process",
            [
                {"start": "09:00", "minutes": 25, "title": "", "city": "Oakland"},
                {"start": "09:25", "minutes": 25, "title": "What <b>we</b> learned", "city": "Salem"},
            ],
        )
    ]


def test_the_session_s_page_lists_its_parts_and_what_it_serves(organizer: Visitor, database: Database) -> None:
    html = organizer.get(f"{HERE}/sessions/{number(database, 'Mayors’ updates I')}").text
    assert re.findall(r'<time class="figures"[^>]*>([\d:]+)</time> <span dir="auto">([^<]+)', html) == [
        ("09:00", "Oakland"),
        ("09:25", "Salem: What &lt;b&gt;we&lt;/b&gt; learned"),
    ]
    assert '<dt>Serves</dt><dd dir="auto">Cabinet process</dd>' in html


@pytest.mark.parametrize("name", ["Ada Roth", "Theo Lund", "Jo Park"])
def test_rule_13_no_page_print_or_file_tells_the_parts_of_a_closed_session(
    place: Campus, visitor: VisitorOf, database: Database, name: str
) -> None:
    reader = visitor(place.person(name).key)
    closed = number(database, "Peers")
    for path in ("agenda", f"sessions/{closed}", "agenda.json", "agenda.ics", "agenda.xml", "agenda.csv"):
        answer = reader.get(f"{HERE}/{path}")
        assert (answer.status_code, "Secret turn" in answer.text) == (200, False), path
    assert "Secret turn" not in words(reader.get(f"{HERE}/agenda.pdf").content)
    assert "Cabinet process" not in reader.get(f"{HERE}/sessions/{closed}").text


def test_lines_are_added_reordered_and_taken_away_without_a_script_and_typed_text_stays(
    organizer: Visitor, place: Campus, database: Database
) -> None:
    form = f"{DRAFT}/sessions/{number(database, 'Mayors’ updates I')}"
    fields = filled(organizer.get(form).text) | {"title": ["Typed, not saved"], "purpose": ["Also typed"]}
    html = typed(organizer, form, fields, "item-up-1")
    oakland, salem = (str(place.town.cities[name].key) for name in ("Oakland", "Salem"))
    assert filled(html)["item_city"] == [salem, oakland]
    html = typed(organizer, form, filled(html), "item-add")
    assert filled(html)["item_minutes"] == ["25", "25", ""]
    html = typed(organizer, form, filled(html) | {"item_title": ["", "", "Questions"]}, "item-remove-0")
    again = filled(html)
    assert (again["item_city"], again["item_title"]) == ([oakland, ""], ["", "Questions"])
    assert (again["title"], again["purpose"]) == (["Typed, not saved"], ["Also typed"])
    assert filled(typed(organizer, form, again, "item-cities"))["item_city"] == [oakland, "", salem]
    for nonsense in ("item-up-99", "item-remove-x", "else", "item-"):
        assert filled(typed(organizer, form, again, nonsense))["item_city"] == [oakland, ""]
    with database.read() as db:
        session = db.get_one(AgendaSession, int(form.rpartition("/")[2]))
        assert (session.title, len(session.items)) == ("Mayors’ updates I", 2)


@pytest.mark.parametrize(
    ("lengths", "said"),
    [
        (["25", "35"], "The parts take all 60 minutes."),
        (["25", "25"], "The parts take 50 of 60 minutes; 10 are left over."),
        (["25", "36"], "The parts take 61 minutes, 1 more than the session has."),
    ],
)
def test_the_sum_of_the_parts_is_said_against_the_session_s_length(
    organizer: Visitor, database: Database, lengths: list[str], said: str
) -> None:
    form = f"{DRAFT}/sessions/{number(database, 'Mayors’ updates I')}"
    html = typed(organizer, form, filled(organizer.get(form).text) | {"item_minutes": lengths})
    assert said in html


def test_parts_are_saved_by_the_form_and_refused_at_their_field(organizer: Visitor, database: Database) -> None:
    session = number(database, "Mayors’ updates I")
    form = f"{DRAFT}/sessions/{session}"
    fields = filled(organizer.get(form).text) | {"item_minutes": ["30", "soon"]}
    refused = organizer.post(form, fields)
    assert refused.status_code == 422
    assert "Say how many minutes each part takes, such as 25." in refused.text
    organizer.follow(form, fields | {"item_minutes": ["30", "20"], "fixed": ["yes"]})
    with database.read() as db:
        said = details_of(db.get_one(AgendaSession, session))
        assert ([item.minutes for item in said.items], said.fixed) == ([30, 20], True)


def test_the_typed_audience_is_counted_by_role_and_named(organizer: Visitor, place: Campus, database: Database) -> None:
    form = f"{DRAFT}/sessions/{number(database, 'Mayors’ updates I')}"
    fields = filled(organizer.get(form).text)
    assert whom(typed(organizer, form, fields)) == (
        "7 people: 2 mayors, 1 superintendent, 1 facilitator, 1 organizer, 1 staff, 1 expert."
    )
    mayors = {"everyone": [""], "roles": [str(place.town.roles["mayor"].key)]}
    html = typed(organizer, form, fields | mayors | {"people": ["Kai Weber (no seat)"]})
    assert whom(html) == "3 people: 2 mayors, 1 without a seat."
    assert "Imani Okafor" in html.partition('id="whom"')[2].partition("</fieldset>")[0]
    assert whom(typed(organizer, form, fields | {"everyone": [""]})) == "Nobody yet."
    assert "Nobody on record is called “Nobody Here”" in whom(
        typed(organizer, form, fields | {"people": ["Nobody Here"]})
    )


def test_who_cannot_come_is_counted_apart(organizer: Visitor, place: Campus, database: Database) -> None:
    with database.write() as db:
        _decline(db, place, by=BY)
    form = f"{DRAFT}/sessions/{number(database, 'Mayors’ updates I')}"
    html = organizer.get(form).text
    assert whom(html).endswith("1 of them has said that they cannot come.")


@verb
def _decline(db: Session, place: Campus, *, by: Viewer) -> None:
    db.add(
        Registration(
            convening_id=place.convening.key,
            person_id=place.person("Ruth Adler").key,
            state=RegistrationState.DECLINED,
        )
    )


def test_rule_13_an_organizer_outside_sees_nobody_of_a_session_that_excludes_the_lab(
    organizer: Visitor, place: Campus, visitor: VisitorOf, database: Database
) -> None:
    form = f"{DRAFT}/sessions/{number(database, 'Peers')}"
    fields = filled(organizer.get(form).text)
    html = typed(organizer, form, fields | {"roles": [str(place.town.roles["mayor"].key)]})
    shown = html.partition("<datalist")[0]
    assert [name for name in ("Ruth Adler", "Imani Okafor", "Secret turn", "Cabinet process") if name in shown] == []
    assert "Who that is stays with those who are in it." in shown
    with database.write() as db:
        _let_in(db, place, by=BY)
    assert "Secret turn" in organizer.get(form).text


@verb
def _let_in(db: Session, place: Campus, *, by: Viewer) -> None:
    session = db.exec(select(AgendaSession).where(AgendaSession.title == "Peers")).one()
    said = details_of(session)
    speaker = Presenter(place.person("Ada Roth").key)
    change_session(db, session, replace(said, presenters=(speaker,)), by=by)


def test_choice_groups_in_use_are_offered_with_what_one_picks_from(organizer: Visitor, database: Database) -> None:
    html = organizer.get(f"{DRAFT}/sessions/new").text
    assert re.findall(r'<datalist id="groups">(.*?)</datalist>', html) == ['<option value="A"></option>']
    assert "Data, Tue 14 Nov, 13:00" in html
    assert "Financing, Tue 14 Nov, 13:00" in html


def test_a_stage_that_was_put_away_stays_where_it_is_served(organizer: Visitor, database: Database) -> None:
    with database.write() as db:
        put_stage_away(db, db.exec(select(MeasureStage)).one(), by=BY)
    session = number(database, "Mayors’ updates I")
    form = f"{DRAFT}/sessions/{session}"
    organizer.follow(form, filled(organizer.get(form).text) | {"title": ["Renamed"]})
    with database.read() as db:
        assert db.get_one(AgendaSession, session).serves is not None
    assert "Cabinet process" not in organizer.get(f"{DRAFT}/sessions/new").text


@pytest.mark.parametrize("name", ["Jo Park", "Theo Lund", "Prof. Strand"])
def test_the_form_is_for_organizers(place: Campus, visitor: VisitorOf, database: Database, name: str) -> None:
    form = f"{DRAFT}/sessions/{number(database, 'Financing')}"
    reader = visitor(place.person(name).key)
    answers = [reader.get(form), reader.post(form, {"title": "Mine"}), reader.post(f"{form}/typed", {"title": "Mine"})]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_the_queries_of_the_form_do_not_grow_with_the_agenda(
    organizer: Visitor, place: Campus, database: Database, queries: list[str]
) -> None:
    form = f"{DRAFT}/sessions/{number(database, 'Financing')}"
    counts = []
    for total in (6, 200):
        with database.write() as db:
            there = replace(place, db=db, convening=db.get_one(Convening, place.convening.key))
            for count in range(len(db.exec(select(AgendaSession.id)).all()), total):
                there.session(f"Session {count}", "15:00–15:30", choice_group="A", rule=Rule(everyone=True))
        queries.clear()
        assert organizer.get(form).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
