"""A published agenda goes out whole, to whom it may, and comes back without a difference."""

import csv
import json
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from itertools import count
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import openpyxl  # type: ignore[import-untyped]  # its stubs are a package of their own
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app.agenda.published import PublishedAgenda, agenda
from app.agenda.releases import publish_release
from app.agenda.sessions import cancel_session, change_session
from app.database import Database
from app.exchange.exports import TYPES, ExportedFile, export, export_agenda
from app.exchange.imports import expected
from app.exchange.plans import AgendaPlan, plan_agenda
from app.exchange.read import read_agenda
from app.gatherings.details import details_of
from app.models import AgendaSession, Openness
from app.people.audit import Refused
from app.people.viewer import Viewer
from tests.exchange.conftest import Bring, the_cohort, the_convening, the_session
from tests.exchange.making import FIRST_DAY, ZONE, Programme, Talk, as_csv, frab, programme, table
from tests.people.rows import BY

ADDRESS = "http://plenary.example/by-all-means/convenings/2026-winter"


def exported(database: Database, kind: str, viewer: Viewer = BY, slug: str = "2026-winter") -> ExportedFile:
    with database.read() as db:
        file = export(db, the_convening(db, slug), viewer, kind, ADDRESS)
    assert file is not None
    return file


def brought_again(database: Database, data: bytes, slug: str = "2026-winter") -> AgendaPlan:
    with database.read() as db:
        cohort, convening = the_cohort(db), the_convening(db, slug)
        return plan_agenda(db, cohort, convening, read_agenda(data, expected(db, cohort, convening)), convening.zone)


def difference(plan: AgendaPlan) -> list[object]:
    """Whatever an import would do, in a form that shows in a failing test."""
    return [
        *plan.creates,
        *(str(each) for change in plan.changes for each in change.differences),
        *plan.absent,
        *plan.new_rooms,
        *plan.new_people,
        *plan.problems,
        *([plan.days] if plan.days else []),
    ]


@pytest.mark.parametrize("kind", TYPES)
def test_schedule_goes_in_out_and_in_again_without_a_difference(database: Database, bring: Bring, kind: str) -> None:
    bring(frab(programme(120, 9, 3)), publish=True)

    assert difference(brought_again(database, exported(database, kind).content)) == []


@pytest.mark.parametrize("kind", TYPES)
def test_session_in_several_rooms_stands_once_and_comes_back_in_all_of_them(
    database: Database, bring: Bring, kind: str
) -> None:
    rows = [
        ("title", "date", "start", "minutes", "rooms"),
        ("Team time", "2026-02-07", "14:55", 70, "Team Room 1; Team Room 2; Hall, upper floor"),
        ("Keynote", "2026-02-07", "16:15", 55, "Team Room 1"),
    ]
    bring(as_csv(rows), publish=True)

    file = exported(database, kind).content

    assert {one.title: len(one.rooms) for one in read_agenda(file).sessions} == {"Team time": 3, "Keynote": 1}
    assert difference(brought_again(database, file)) == []


numbers = count()
letters = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Mn"]), min_size=1, max_size=12)
words = st.lists(letters, min_size=1, max_size=3).map(" ".join)


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    """A few talks with any words in them, at any minutes of a day and the night after."""
    rooms = draw(st.lists(words, min_size=1, max_size=4))
    people = draw(st.lists(st.tuples(st.integers(1, 5), words), max_size=3, unique_by=lambda one: one[0]))
    number = next(numbers) * 100
    talks = []
    for nth in range(draw(st.integers(1, 5))):
        begins = datetime.combine(FIRST_DAY, datetime.min.time(), ZoneInfo(ZONE)) + timedelta(
            minutes=draw(st.integers(6 * 60, 27 * 60))
        )
        talks.append(
            Talk(
                number=number + nth + 1,
                title=draw(words),
                day=FIRST_DAY,
                start=begins,
                minutes=draw(st.integers(1, 600)),
                room=draw(st.sampled_from(rooms)),
                people=tuple(people[: draw(st.integers(0, 3))]),
                abstract=draw(st.text(max_size=60)),
            )
        )
    return Programme(talks=tuple(talks))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(programmes(), st.sampled_from(sorted(TYPES)))
def test_whatever_a_table_says_goes_in_out_and_in_again(
    database: Database, bring: Bring, made: Programme, kind: str
) -> None:
    slug = f"c{next(numbers)}"
    result = bring(as_csv(table(made)), slug=slug, zone=ZONE, publish=True)

    assert result.complete
    assert difference(brought_again(database, exported(database, kind, slug=slug).content, slug)) == []


def test_frab_xml_has_the_shape_that_other_programs_expect(database: Database, bring: Bring) -> None:
    """As the C3VOC's schema has it: unique guid, id and slug; durations as HH:MM; dates with offsets."""
    made = programme(40, 4, 2)
    bring(frab(made), publish=True)

    root = ElementTree.fromstring(exported(database, "xml").content)

    assert root.findtext("conference/time_zone_name") == ZONE
    assert [[day.get(name) for name in ("index", "date", "start", "end")] for day in root.iter("day")] == [
        ["1", "2026-02-07", "2026-02-07T04:00:00+01:00", "2026-02-08T04:00:00+01:00"],
        ["2", "2026-02-08", "2026-02-08T04:00:00+01:00", "2026-02-09T04:00:00+01:00"],
    ]
    events = list(root.iter("event"))
    assert {event.get("guid") for event in events} == {talk.guid for talk in made.talks}
    for name in ("guid", "id"):
        assert len({event.get(name) for event in events}) == 40
    assert len({event.findtext("slug") for event in events}) == 40
    assert {event.findtext("date", "")[-6:] for event in events} == {"+01:00"}
    assert {event.findtext("duration") for event in events} == {"00:45", "00:43"}
    assert events[0].findtext("url") == f"{ADDRESS}/sessions/{events[0].get('id')}"


def test_guids_stay_the_same_from_release_to_release(database: Database, bring: Bring) -> None:
    """Rule 16: favourites and subscriptions of other programs hang on them."""
    made = programme(10, 2, 1)
    bring(frab(made), publish=True)
    before = {one.key for one in read_agenda(exported(database, "json").content).sessions}

    moved = Programme(talks=tuple(replace(talk, minutes=talk.minutes - 1) for talk in made.talks))
    bring(frab(moved), publish=True)

    assert {one.key for one in read_agenda(exported(database, "json").content).sessions} == before


def test_night_belongs_to_the_day_before(database: Database, bring: Bring) -> None:
    late = programme(1, 1, 1).talks[0]
    night = replace(late, start=late.start.replace(hour=1) + timedelta(days=1))
    bring(frab(Programme(talks=(night,))), publish=True)

    days = json.loads(exported(database, "json").content)["schedule"]["conference"]["days"]

    assert [day["date"] for day in days] == ["2026-02-07"]
    event = days[0]["rooms"]["Room 01 (É)"][0]
    assert (event["date"], event["start"]) == ("2026-02-08T01:00:00+01:00", "01:00")


def test_hour_that_autumn_repeats_is_told_apart_in_a_table(database: Database, bring: Bring) -> None:
    """Rule 14: 01:30 on 1 November 2026 comes twice in New York."""
    rows = [
        ("title", "date", "start", "end"),
        ("First", "2026-11-01", "2026-11-01T01:30:00-04:00", "2026-11-01T02:00:00-04:00"),
        ("Second", "2026-11-01", "2026-11-01T01:30:00-05:00", "2026-11-01T02:00:00-05:00"),
    ]
    bring(as_csv(rows), zone="America/New_York", publish=True)

    for kind in TYPES:
        assert difference(brought_again(database, exported(database, kind).content)) == []


@pytest.fixture
def closed(database: Database, bring: Bring) -> tuple[str, str, str]:
    """Titles of three sessions of a release: one for the cohort, one closed under a cover, one public."""
    made = programme(3, 1, 1)
    bring(frab(made))
    titles = [" ".join(talk.title.split()) for talk in made.talks]
    with database.write() as db:
        convening = the_convening(db)
        covered = the_session(db, titles[1])
        shut = replace(details_of(covered), openness=Openness.CLOSED, cover_title="Reserved", purpose="Told to mayors")
        change_session(db, covered, shut, by=BY)
        public = the_session(db, titles[2])
        change_session(db, public, replace(details_of(public), openness=Openness.PUBLIC), by=BY)
        publish_release(db, convening, by=BY)
    return titles[0], titles[1], titles[2]


@pytest.mark.parametrize("kind", TYPES)
def test_strangers_get_what_is_public_and_no_word_of_the_rest(
    database: Database, closed: tuple[str, str, str], kind: str
) -> None:
    """Rules 13 and 18."""
    cohort, covered, public = closed

    file = exported(database, kind, Viewer.anonymous()).content

    assert [one.title for one in read_agenda(file).sessions] == [public]
    whole = file if kind != "xlsx" else b"\n".join(str(row).encode() for row in _sheet(file))
    for word in (cohort, covered, "Told to mayors", "Reserved"):
        assert word.encode() not in whole


@pytest.mark.parametrize("kind", TYPES)
def test_session_that_excludes_the_lab_goes_out_covered_and_comes_back_without_harm(
    database: Database, closed: tuple[str, str, str], kind: str
) -> None:
    with database.write() as db:
        session = the_session(db, closed[1])
        change_session(db, session, replace(details_of(session), excludes_lab=True), by=BY)
        publish_release(db, the_convening(db), by=BY)

    file = exported(database, kind, Viewer.system("export"))

    assert closed[1] not in [one.title for one in read_agenda(file.content).sessions]
    assert difference(brought_again(database, file.content)) == []


def test_cancelled_session_is_left_out_and_its_absence_is_no_difference(database: Database, bring: Bring) -> None:
    made = programme(3, 1, 1)
    bring(frab(made), publish=True)
    title = " ".join(made.talks[1].title.split())
    with database.write() as db:
        cancel_session(db, the_session(db, title), reason="No train", by=BY)
        publish_release(db, the_convening(db), by=BY)

    file = exported(database, "xml").content

    assert title not in [one.title for one in read_agenda(file).sessions]
    assert difference(brought_again(database, file)) == []


def _sheet(file: bytes) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(BytesIO(file))
    return list(book.active.iter_rows(values_only=True))


def test_formula_in_a_title_is_text_in_both_tables_and_comes_back(database: Database, bring: Bring) -> None:
    titles = ["=1+1", "+49 30", "-minus", "@home", '=HYPERLINK("http://x.example")']
    rows = [
        ("title", "date", "start", "minutes"),
        *((title, "2026-02-07", f"{9 + n}:00", 30) for n, title in enumerate(titles)),
    ]
    bring(as_csv(rows), publish=True)

    text = exported(database, "csv").content
    sheet = exported(database, "xlsx").content

    cells = [row["title"] for row in csv.DictReader(StringIO(text.decode("utf-8-sig")))]
    assert cells == [f"'{title}" for title in titles]
    book = openpyxl.load_workbook(BytesIO(sheet))
    assert [(row[1].value, row[1].data_type) for row in book.active.iter_rows(min_row=2)] == [
        (title, "s") for title in titles
    ]
    for file in (text, sheet):
        assert difference(brought_again(database, file)) == []


def test_same_release_makes_the_same_bytes(database: Database, bring: Bring) -> None:
    bring(frab(programme(20, 2, 1)), publish=True)

    for kind in TYPES:
        assert exported(database, kind).content == exported(database, kind).content


def test_export_for_the_command_line_names_what_is_missing(database: Database, bring: Bring, tmp_path: Path) -> None:
    bring(frab(programme(3, 1, 1)))

    with pytest.raises(Refused, match="No agenda has been published yet"):
        export_agenda(database, "by-all-means", "2026-winter", kind="xml", base_url="http://x.example")
    with pytest.raises(Refused, match="There is no convening by-all-means/nowhere"):
        export_agenda(database, "by-all-means", "nowhere", kind="xml", base_url="http://x.example")


def test_every_session_of_a_release_is_in_the_file(database: Database, bring: Bring) -> None:
    made = programme(442, 14, 4)
    bring(frab(made), publish=True)

    with database.read() as db:
        seen = agenda(db, the_convening(db), BY)
        assert isinstance(seen, PublishedAgenda)
        assert len(db.exec(select(AgendaSession)).all()) == len(seen.sessions) == 442
    assert len(read_agenda(exported(database, "xml").content).sessions) == 442
