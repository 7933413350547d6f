"""The agenda booklet: all that its reader may see stands in grid and list, and nothing else (rules 12, 13, 15)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session, select

from app.agenda import published
from app.agenda.published import PublishedAgenda, SeenDay
from app.agenda.seeing import SeenPresenter, SeenRoom, SeenSession
from app.models import Convening, Registration
from app.people.audit import verb
from app.people.viewer import Viewer, viewer_of
from app.printing import booklet, day_grid
from app.printing.day_grid import said_together, spread
from app.printing.documents import Wish
from app.printing.papers import Paper
from app.printing.typesetting import hours
from app.settings import Settings
from tests.conftest import VisitorOf
from tests.printing.reading import headings, pages
from tests.printing.running import printed
from tests.printing.test_programme import session as a_session

HERE = "/by-all-means/convenings/2017-fall"
PDF = f"{HERE}/print/booklet.pdf"
ZONE = "America/New_York"
WIFI, PASSWORD = "QX-NETWORK-41", "QX-PASSWORD-42"

pytestmark = pytest.mark.usefixtures("_one_shelf_of_prints")


def fall(db: Session) -> Convening:
    return db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()


@verb
def tell(db: Session, convening: Convening, *, by: Viewer) -> None:
    convening.wifi_network, convening.wifi_password = WIFI, PASSWORD
    convening.contacts = "**Lab desk**: QX-CONTACT-43"
    convening.booklet_note = "QX-NOTE-44: doors close at nine."
    db.add(convening)


@verb
def name_nobody_but(db: Session, named: set[int], *, by: Viewer) -> None:
    for row in db.exec(select(Registration)).all():
        row.listed = row.person_id in named
        db.add(row)


def seen_by(app: FastAPI, person_id: int) -> PublishedAgenda:
    with app.state.database.read() as db:
        found = published.agenda(db, fall(db), viewer_of(db, person_id))
        assert found is not None
        return found


def test_what_a_mayor_may_see_is_in_grid_and_list_with_room_and_time_as_on_record(
    sample_app: FastAPI, sample_visitor: VisitorOf
) -> None:
    """Rule 13."""
    with sample_app.state.database.write() as db:
        tell(db, fall(db), by=Viewer.system("test"))
    mayor = sample_visitor("mayor")
    assert mayor.person_id is not None
    pdf = printed(mayor, f"{PDF}?paper=letter")
    agenda = seen_by(sample_app, mayor.person_id)
    found = pages(pdf)
    for day in agenda.days:
        named = f"{day.date:%A} {day.date.day} {day.date:%B}"
        left = next(number for number, page in enumerate(found) if f"{named} In words from page" in page)
        assert left % 2 == 1, "a day begins on a left page"
        grid = f"{found[left]} {found[left + 1]}"
        assert f"{named}, continued" in found[left + 1]
        for session in day.sessions:
            assert f"{session.number} {session.title}" in grid
            (block,) = [
                page
                for page in found
                if f"{hours(session, ZONE)} No. {session.number} {session.title}" in page.replace("\x02", "-")
            ]
            assert all(room.name in block for room in session.rooms)
    covered = [one for one in agenda.sessions if one.covered]
    assert [one.title for one in covered] == ["Peer session"]
    assert "Superintendents" not in " ".join(found[3:14])
    assert {WIFI, PASSWORD, "QX-CONTACT-43"} <= set(found[-1].split())
    assert "QX-NOTE-44" in found[2]
    assert headings(pdf)[:5] == [
        "Fall 2017 convening",
        "Contents",
        "How to use this booklet",
        "Tuesday 14 November",
        "Wednesday 15 November",
    ]
    contents = found[1]
    for number, page in enumerate(found, 1):
        if "session by session 0" in page:
            assert f"session by session {number}" in contents


def test_nobody_who_did_not_agree_is_named_in_the_who_is_who(sample_app: FastAPI, sample_visitor: VisitorOf) -> None:
    mayor = sample_visitor("mayor")
    assert mayor.person_id is not None
    with sample_app.state.database.write() as db:
        name_nobody_but(db, {mayor.person_id}, by=Viewer.system("test"))
    html = made(sample_app, mayor.person_id)
    who = html[html.index('id="who"') :]
    with sample_app.state.database.read() as db:
        name = viewer_of(db, mayor.person_id).name
    assert who.count('class="name"') == 1
    assert name in who
    assert " more not named" in who


def made(app: FastAPI, person_id: int, paper: Paper = Paper.LETTER) -> str:
    settings: Settings = app.state.settings
    with app.state.database.read() as db:
        return booklet.make(db, Wish(fall(db), viewer_of(db, person_id), settings, paper)).html


def test_the_network_is_for_the_cohort_and_a_stranger_prints_nothing(
    sample_app: FastAPI, sample_visitor: VisitorOf
) -> None:
    with sample_app.state.database.write() as db:
        tell(db, fall(db), by=Viewer.system("test"))
    stranger = sample_visitor()
    assert stranger.get(PDF).status_code in (303, 401)
    answer = stranger.get(f"{HERE}/print/booklet")
    assert PASSWORD not in answer.text
    with sample_app.state.database.read() as db:
        html = booklet.make(db, Wish(fall(db), Viewer.anonymous(), sample_app.state.settings)).html
    assert not {WIFI, PASSWORD, "QX-CONTACT-43"} & set(html.replace("<", " ").replace(">", " ").split())
    assert 'id="who"' not in html


def test_before_the_first_release_it_says_what_has_to_come_first(
    sample_app: FastAPI, sample_visitor: VisitorOf
) -> None:
    answer = sample_visitor("organizer").get("/by-all-means/convenings/2018-spring/print/booklet")
    assert "the booklet is made from it" in answer.text


def test_how_many_queries_do_not_grow_with_people(
    sample_app: FastAPI, sample_visitor: VisitorOf, queries: list[str]
) -> None:
    mayor = sample_visitor("mayor")
    assert mayor.person_id is not None
    counted = []
    for everybody in (False, True):
        with sample_app.state.database.write() as db:
            ids = {row.person_id for row in db.exec(select(Registration)).all()} if everybody else {mayor.person_id}
            name_nobody_but(db, ids, by=Viewer.system("test"))
        made(sample_app, mayor.person_id)
        queries.clear()
        made(sample_app, mayor.person_id)
        counted.append(len(queries))
    assert counted[0] == counted[1]


# A day with more in it than any day has

NAMES = [f"Maximiliane-Theodora Freifrau von Hohenlohe-Waldenburg {letter}" for letter in "ABCDEFGHIJK"]
TITLES = (
    "How a children’s cabinet that has met for years without a result finds its way to a measure that holds",
    "全体会议：城市儿童政策与跨部门协作的长期融资和评估方法",
    "جلسة عامة حول القيادة التكيفية في المدن وكيف تتعلم من بعضها البعض",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
)


def crowded() -> PublishedAgenda:
    """Forty sessions in twelve rooms, with eleven presenters each, some only ten minutes long."""
    first = datetime(2017, 11, 14, 12, 30, tzinfo=UTC)
    sessions: list[SeenSession] = []
    for number in range(1, 41):
        row, room = divmod(number - 1, 12)
        starts = first + timedelta(minutes=row * 190 + (room % 3) * 5)
        sessions.append(
            a_session(
                number,
                title=f"{TITLES[number % 4]} {number}",
                purpose="One thing after another. " * 6,
                starts_at=starts,
                ends_at=starts + timedelta(minutes=10 if number % 5 == 0 else 75),
                rooms=(SeenRoom(room + 1, f"A room with a name as long as its corridor {room + 1}", "", None, ""),),
                presenters=tuple(SeenPresenter(n, name, "panelist") for n, name in enumerate(NAMES)),
            )
        )
    return PublishedAgenda(
        convening_id=1,
        cohort_id=1,
        slug="2017-fall",
        title="Fall convening",
        zone=ZONE,
        starts_on=date(2017, 11, 14),
        ends_on=date(2017, 11, 14),
        release_number=3,
        released_at=first,
        note="",
        sessions=tuple(sessions),
    )


def grid_of(*sessions: SeenSession) -> day_grid.Spread:
    day = SeenDay(date(2017, 11, 14), sessions)
    return spread(day, range(1, 40), ZONE, booklet.GRIDS[Paper.LETTER])


def test_each_session_is_whole_on_one_page_and_no_block_leaves_the_grid_or_lies_on_another() -> None:
    sheet = booklet.GRIDS[Paper.LETTER]
    pages_ = grid_of(*crowded().sessions).pages
    assert len(pages_) == 2
    assert sorted(number for page in pages_ for block in page.blocks for number in block.numbers) == list(range(1, 41))
    for page in pages_:
        for block in page.blocks:
            assert block.left >= day_grid.GUTTER - 0.01
            assert block.left + block.width <= sheet.width
            assert block.height > 2
            assert block.top + block.height <= page.height + 0.01
            for other in page.blocks:
                apart = (
                    block is other
                    or block.left + block.width <= other.left
                    or other.left + other.width <= block.left
                    or block.top + block.height <= other.top
                    or other.top + other.height <= block.top
                )
                assert apart, (block.numbers, other.numbers)


def test_a_day_in_few_rooms_is_parted_by_time_where_nothing_goes_on() -> None:
    found = grid_of(*(a_session(number) for number in range(1, 11)))
    shown = [[number for block in page.blocks for number in block.numbers] for page in found.pages]
    assert shown == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]


def test_sessions_at_once_without_a_room_stand_beside_each_other_and_many_by_their_numbers() -> None:
    nowhere = [replace(a_session(1), id=number, number=number, rooms=()) for number in range(1, 4)]
    assert [block.numbers for page in grid_of(*nowhere).pages for block in page.blocks] == [(1,), (2,), (3,)]
    nowhere = [replace(a_session(1), id=number, number=number, rooms=()) for number in range(1, 8)]
    (block,) = [block for page in grid_of(*nowhere).pages for block in page.blocks]
    assert (block.numbers, block.title) == ((1, 2, 3, 4, 5, 6, 7), "see list")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["GCC"], "GCC"),
        (["Team Room 1", "Team Room 2", "Team Room 3"], "Team Room 1–3"),
        (["Team Room 1", "Team Room 3", "Team Room 4"], "Team Room 1, 3, 4"),
        (["Classroom A", "Classroom B"], "Classroom A, B"),
        (["GCC", "Askwith Hall"], "GCC, Askwith Hall"),
        (["Left", "Right"], "Left, Right"),
    ],
)
def test_rooms_with_the_same_sessions_are_said_together(names: list[str], said: str) -> None:
    assert said_together(names) == said


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(datetime(2017, 10, 24, 14, tzinfo=UTC), tick=True):
        yield
