"""Rosters: people, cities, roles, seats and tenures by row; what rule 8 forbids is said by line."""

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import func, select

from app.database import Database
from app.exchange.imports import Result
from app.exchange.reading import Unreadable
from app.exchange.roster import import_roster, rehearse_roster
from app.exchange.roster_table import read_roster
from app.models import AuditEntry, City, Membership, Person, Role, Seat, Standing, Tenure
from app.people.audit import Refused
from tests.exchange.making import as_xlsx
from tests.people.rows import BY, Town

HEADINGS = "name,email,city,role,title,from,to,interim,zone\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def bring(database: Database, folder: Path, rows: str, *, strict: bool = False) -> Result:
    file = folder / "roster.csv"
    file.write_text(HEADINGS + rows)
    return import_roster(database, file, "by-all-means", strict=strict)


def held(database: Database) -> list[tuple[object, ...]]:
    """Every tenure: who, where, as what, from and to, interim, title."""
    with database.read() as db:
        return [
            (
                tenure.person.name,
                tenure.seat.city.name if tenure.seat.city else "",
                tenure.seat.role.name,
                str(tenure.starts_on),
                str(tenure.ends_on or ""),
                tenure.interim,
                tenure.title,
            )
            for tenure in db.exec(select(Tenure).order_by(Tenure.id))  # type: ignore[arg-type]  # a column at run time
        ]


def test_people_are_seated_as_the_rows_say(database: Database, folder: Path, town: Town) -> None:
    result = bring(
        database,
        folder,
        "Ada Roth,ada@city.gov,Oakland,Mayor,,2016-05-01,2017-12-31,,America/Los_Angeles\n"
        "Bo Lind,,Salem,Superintendents,Acting superintendent,14 Nov 2017,,yes,\n"
        "Cy Young,cy@lab.edu,,Organizer,,2016-05-01,,,\n",
    )

    assert result.complete
    assert held(database) == [
        ("Ada Roth", "Oakland", "Mayor", "2016-05-01", "2017-12-31", False, ""),
        ("Cy Young", "", "Organizer", "2016-05-01", "", False, ""),
        ("Bo Lind", "Salem", "Superintendent", "2017-11-14", "", True, "Acting superintendent"),
    ]
    with database.read() as db:
        ada = db.exec(select(Person).where(Person.email == "ada@city.gov")).one()
        assert (ada.zone, ada.sort_name) == ("America/Los_Angeles", "Roth, Ada")


def test_same_roster_again_changes_nothing(database: Database, folder: Path, town: Town) -> None:
    rows = "Ada Roth,ada@city.gov,Oakland,Mayor,,2016-05-01,,,\nBo Lind,,Newton,Data lead,,2016-05-01,,,\n"
    bring(database, folder, rows)

    def entries() -> int:
        with database.read() as db:
            return int(db.exec(select(func.count()).select_from(AuditEntry)).one())

    before = entries()
    result = bring(database, folder, rows)

    assert result.lines[0] == "0 new or changed, 2 unchanged, 0 not taken."
    assert entries() == before


def test_city_and_role_that_are_not_there_are_made_without_special_rights(
    database: Database, folder: Path, town: Town
) -> None:
    bring(database, folder, "Ada Roth,ada@city.gov,Newton,Lab organizers’ friend,,2017-09-01,,,\n")

    with database.read() as db:
        city = db.exec(select(City).where(City.name == "Newton")).one()
        membership = db.exec(select(Membership).where(Membership.city_id == city.id)).one()
        role = db.exec(select(Role).where(Role.name == "Lab organizers’ friend")).one()
    assert (city.zone, membership.joined_on, role.standing) == (
        "America/New_York",
        date(2017, 9, 1),
        Standing.MEMBER,
    )


def test_overlapping_tenure_is_refused_by_row_and_the_others_are_taken(
    database: Database, folder: Path, town: Town
) -> None:
    """Rule 8: tenures of a seat never overlap. The refused row leaves nobody behind."""
    bring(database, folder, "Ada Roth,ada@city.gov,Oakland,Mayor,,2016-05-01,,,\n")

    result = bring(
        database,
        folder,
        "New Mayor,new@city.gov,Oakland,Mayor,,2018-01-01,,,\nBo Lind,bo@city.gov,Salem,Mayor,,2018-01-01,,,\n",
    )

    assert not result.complete
    assert result.lines[-1] == (
        "Not taken: row 2: Ada Roth holds this seat from Sun 1 May 2016 with no last day yet. "
        "Let that tenure end first, or choose other days."
    )
    assert [name for name, *_ in held(database)] == ["Ada Roth", "Bo Lind"]
    with database.read() as db:
        assert db.exec(select(Person).where(Person.email == "new@city.gov")).first() is None


def test_predecessors_end_in_the_same_file_makes_room_for_the_successor(
    database: Database, folder: Path, town: Town
) -> None:
    """Rule 8: a successor inherits the seat, the predecessor's tenure stays on record."""
    bring(database, folder, "Ada Roth,ada@city.gov,Oakland,Mayor,,2016-05-01,,,\n")

    result = bring(
        database,
        folder,
        "New Mayor,new@city.gov,Oakland,Mayor,,2018-01-01,,,\n"
        "Ada Roth,ada@city.gov,Oakland,Mayor,,2016-05-01,2017-12-31,,\n",
    )

    assert result.complete
    assert held(database) == [
        ("Ada Roth", "Oakland", "Mayor", "2016-05-01", "2017-12-31", False, ""),
        ("New Mayor", "Oakland", "Mayor", "2018-01-01", "", False, ""),
    ]


def test_several_at_once_in_one_role_get_a_seat_each(database: Database, folder: Path, town: Town) -> None:
    bring(
        database,
        folder,
        "Ada Roth,,Oakland,Member,,2017-09-01,,,\nBo Lind,,Oakland,Member,,2017-09-01,,,\n",
    )

    with database.read() as db:
        role = db.exec(select(Role).where(Role.name == "Member")).one()
        assert len(db.exec(select(Seat).where(Seat.role_id == role.id)).all()) == 2


def test_person_is_known_by_address_whatever_the_name_and_by_name_without_one(
    database: Database, folder: Path, town: Town
) -> None:
    bring(database, folder, "Ada Roth,ada@city.gov,Oakland,Mayor,,2016-05-01,2016-12-31,,\n")

    bring(
        database,
        folder,
        "A. Roth,ADA@city.gov,Salem,Mayor,,2017-01-01,,,\nAda  ROTH,,Salem,Facilitator,,2017-01-01,,,\n",
    )

    with database.read() as db:
        assert [person.name for person in db.exec(select(Person))] == ["Ada Roth"]
    assert len(held(database)) == 3


def test_name_that_two_people_have_needs_the_address(database: Database, folder: Path, town: Town) -> None:
    bring(
        database,
        folder,
        "Ada Roth,one@city.gov,Oakland,Mayor,,2016-05-01,,,\nAda Roth,two@city.gov,Salem,Mayor,,2016-05-01,,,\n",
    )

    result = bring(database, folder, "Ada Roth,,Salem,Facilitator,,2016-05-01,,,\n")

    assert result.lines[-1] == "Not taken: row 2: 2 people are called Ada Roth. Add the e-mail address."


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (",a@city.gov,Oakland,Mayor,,,,,", "row 2: This row has no name and was left out."),
        ("Ada,nonsense,Oakland,Mayor,,,,,", "row 2: “nonsense” is no e-mail address and was left out."),
        ("Ada,,Oakland,Mayor,,02/03/2017,,,", "row 2: “02/03/2017” could be two days; write it as 2017-11-04. The row"),
        ("Ada,,Oakland,Mayor,,whenever,,,", "row 2: “whenever” is no date that is known. The row was left out."),
        ("Ada,,Oakland,Mayor,,2017-02-01,2017-01-01,,", "row 2: The last day comes before the first."),
        ("Ada,,Oakland,,,2017-02-01,,,", "row 2: A seat needs a role, such as mayor or facilitator."),
        ("Ada,,Oakland,Mayor,,,,perhaps,", "row 2: Interim is yes or no, not “perhaps”."),
        ("Ada,,Oakland,Mayor,,,,,Mars/Olympus", "row 2: “Mars/Olympus” is not the name of a time zone"),
    ],
)
def test_row_that_cannot_be_taken_as_it_stands_is_reported(
    database: Database, folder: Path, town: Town, row: str, sentence: str
) -> None:
    result = bring(database, folder, row + "\n")

    assert not result.complete
    assert sentence in result.lines[-1]


def test_strict_roster_is_taken_whole_or_not_at_all(database: Database, folder: Path, town: Town) -> None:
    with pytest.raises(Refused, match="Nothing was imported, because of one row: row 3: A seat needs a role"):
        bring(database, folder, "Ada,,Oakland,Mayor,,2016-05-01,,,\nBo,,Oakland,,,,,,\n", strict=True)

    assert held(database) == []


def test_rehearsal_says_what_would_be_done_and_does_not_do_it(database: Database, town: Town) -> None:
    read = read_roster((HEADINGS + "Ada Roth,,Newton,Mayor,,2016-05-01,,,\n").encode())

    outcome = rehearse_roster(database, town.cohort.key, read, by=BY)

    assert [str(line) for line in outcome.done] == [
        "row 2: Ada Roth: new person, new city Newton, new seat, Mayor, Newton, from Sun 1 May 2016"
    ]
    assert held(database) == []
    with database.read() as db:
        assert db.exec(select(City).where(City.name == "Newton")).first() is None


def test_roster_in_a_workbook_with_typed_dates_is_read(town: Town) -> None:
    data = as_xlsx([("Name", "City", "Role", "From"), ("Ada Roth", "Oakland", "Mayor", date(2016, 5, 1))])

    assert [(row.name, row.starts_on) for row in read_roster(data).rows] == [("Ada Roth", date(2016, 5, 1))]


def test_schedule_is_no_roster() -> None:
    with pytest.raises(Unreadable, match="A roster is a table"):
        read_roster(b"<schedule/>")
