"""The fullest convening that there could be: forty sessions on a day in eight rooms, one person in all of them, eleven
presenters on one, names of 60 and of 300 letters and of other scripts, people without a picture, a city of which nobody
comes. On both papers nothing is cut, nothing is missing, and no session is parted."""

import re
from collections.abc import Iterator
from datetime import date, time

import pytest
import time_machine
from sqlmodel import Session, col, select

from app.agenda.placements import Placement, RoomUse
from app.agenda.releases import publish_release
from app.agenda.sessions import archive_session, create_session
from app.gatherings.details import Details, Presenter
from app.models import (
    AgendaSession,
    City,
    EngagementState,
    Membership,
    Openness,
    Person,
    Registration,
    RegistrationState,
    Room,
    SessionFormat,
)
from app.people.audiences import Rule
from app.people.audit import verb
from app.people.names import sort_name
from app.people.viewer import Viewer
from app.printing.booklet import faces_of
from app.printing.papers import Paper
from tests.conftest import IN_THE_SAMPLE
from tests.printing.house import House, fall, housed
from tests.printing.proof import assert_accessible, assert_fonts_embedded, assert_nothing_overflows
from tests.printing.reading import pages

BY = Viewer.system("test")
DAYS = (date(2017, 11, 14), date(2017, 11, 15))
ROOMS, ROWS = 8, 5
SESSIONS = ROOMS * ROWS + ROOMS
"""Forty on the first day and eight on the second."""
FULL = 11
"""How many present in the first session of each day."""

NAMES = (
    "Wilhelmina Alexandrina Featherstonehaugh-Cholmondeley of Ely",
    ("María Guadalupe Fernández de la Concepción y Montenegro " * 8)[:300].strip(),
    "W" * 300,
    "محمد عبد الرحمن بن عبد الله آل سعود بن فيصل",
    "שרה בת־אל כהן ואברהם בן־יהודה",
    "欧阳张伟与司马相如",
    "Ó",
)
TITLES = (
    "How a children’s cabinet that has met for years without a result finds its way to a measure that holds: ",
    "全体会议：城市儿童政策与跨部门协作的长期融资和评估方法 ",
    "جلسة عامة حول القيادة التكيفية في المدن وكيف تتعلم من بعضها البعض ",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft ",
    "",
)
FORMATS = [one for one in SessionFormat if one is not SessionFormat.INTERNAL]


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with time_machine.travel(IN_THE_SAMPLE, tick=True):
        yield from housed(request, tmp_path_factory, lambda db: crowd(db, by=BY))


def title_of(number: int) -> str:
    return f"{TITLES[number % len(TITLES)]}no. {number:03d}"


def named(db: Session) -> list[Person]:
    """Those with the long names: who present in the fullest session, and are in every one."""
    mine = select(Registration).where(
        Registration.convening_id == fall(db).key, Registration.state == RegistrationState.SUBMITTED
    )
    rows = db.exec(mine.order_by(col(Registration.id))).all()
    return [row.person for row in rows if row.city][:FULL]


@verb
def crowd(db: Session, *, by: Viewer) -> None:
    convening = fall(db)
    for old in db.exec(select(AgendaSession).where(AgendaSession.convening_id == convening.key)).all():
        archive_session(db, old, by=by)
    nowhere = City(slug="nowhere", name="Saint-Louis-du-Ha!-Ha! in the Parish of Nobody At All")
    rooms = [
        Room(
            venue_id=convening.venue_id or 0,
            name=name,
            building="A building with a name as long as its corridors",
            floor="2",
        )
        for name in ("A room with a name as long as its corridor, at the far end of the upper gallery 1", *"2345678")
    ]
    db.add_all([nowhere, *rooms])
    db.flush()
    db.add(Membership(cohort_id=convening.cohort_id, city_id=nowhere.key, joined_on=date(2016, 1, 1)))
    people = named(db)
    for person, name in zip(people, NAMES, strict=False):
        person.name, person.sort_name = name, sort_name(name)
    for number in range(SESSIONS):
        day, place = divmod(number, ROOMS * ROWS)
        row, room = divmod(place, ROOMS)
        presenters = people if place == 0 else [people[number % FULL]]
        create_session(
            db,
            convening,
            Details(
                title=title_of(number),
                purpose=f"Begin{number:03d} {'one thing after another, ' * 6}end{number:03d}.",
                audience=Rule(everyone=place == 0, person_ids=frozenset([people[0].key])),
                format=FORMATS[number % len(FORMATS)],
                openness=Openness.PUBLIC if number % 2 else Openness.COHORT,
                presenters=tuple(Presenter(one.key, "panelist", EngagementState.CONFIRMED) for one in presenters),
            ),
            to=Placement(
                DAYS[day], time(8 + 2 * row, 5 * (room % 3)), 10 if place % 5 == 0 else 75, (RoomUse(rooms[room].key),)
            ),
            by=by,
        )
    publish_release(db, convening, by=by)


def said(text: str) -> str:
    """Without what differs by where lines end."""
    return re.sub(r"[\s\x02\u00ad\ufffe‐-]+", "", text)


WANTED: dict[str, dict[str, str]] = {
    "booklet": {},
    "agenda": {},
    "personal": {},
    "pocket-card": {},
    "badges": {"sides": "both"},
    "door-signs": {"day": "2017-11-14"},
    "tents": {},
    "briefs": {},
    "run-of-show": {"day": "2017-11-14"},
    "sign-in": {},
    "roster": {},
    "check-in": {},
    "rooming": {},
}
"""With what each document is asked for."""
OF_PEOPLE = {"personal", "pocket-card", "badges", "tents", "briefs"}
"""Of these a few are set: of the one who is everywhere, and of names of 300 letters, in Arabic and in Chinese."""
OF_SESSIONS = {"booklet", "agenda", "personal", "door-signs"}
BACK_TO_FRONT = re.compile("[\u0590-\u06ff]")
"""Letters that are read from right to left: taken out of a file they come in an order of their own."""


@pytest.mark.parametrize(
    ("slug", "paper"),
    [(slug, paper) for slug in WANTED for paper in Paper if (slug, paper) != ("pocket-card", Paper.A4)],
)
def test_the_fullest_convening_is_whole_on_paper(slug: str, paper: Paper, house: House) -> None:
    with house.database.read() as db:
        people = {one.key: one.name for one in named(db)[: len(NAMES)]}
        if slug in OF_PEOPLE:
            people = {one.key: one.name for one in (named(db)[number] for number in (0, 1, 3, 5))}
        mine = select(Registration).where(Registration.convening_id == fall(db).key)
        keys = {
            key
            for row in db.exec(mine).all()
            if row.person_id in people
            for key in (f"registration-{row.key}", f"person-{row.person_id}")
        }
        agreed = {face.person.name for _, faces, _ in faces_of(db, fall(db)) for face in faces}
        only = frozenset(keys) if slug in OF_PEOPLE else None
        document = house.document(db, slug, paper, options=WANTED[slug], only=only)
    pdf = document.set()
    assert_accessible(pdf)
    assert_fonts_embedded(pdf)
    assert_nothing_overflows(pdf, margin=4)
    found = [said(page) for page in pages(pdf)]
    text = "".join(found)
    for name in people.values():
        if slug == "door-signs" or (slug == "roster" and name not in agreed):
            continue
        if BACK_TO_FRONT.search(name):
            assert set(said(name)) <= set(text)
        else:
            assert said(name) in text, name
    if slug in OF_SESSIONS:
        for number in range(SESSIONS if slug != "door-signs" else ROOMS * ROWS):
            title = said(title_of(number))
            if BACK_TO_FRONT.search(title):
                title = f"{number:03d}"
            assert title in text, number
    if slug in ("booklet", "agenda"):
        for number in range(SESSIONS):
            (page,) = [page for page in found if f"Begin{number:03d}" in page]
            assert f"end{number:03d}" in page, f"{number} is parted"
