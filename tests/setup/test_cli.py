"""The command line: what it does, what it refuses, and in which words."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from app.database import Database
from app.models import AuditEntry, Cohort, Person, Role
from app.people import sign_in
from app.people.viewer import viewer_of
from tests.conftest import Shelf, sample_cohort

HOUSE = Path(__file__).resolve().parents[2]
FOUNDING = ["init", "--name", "Cities That Learn", "--organizer", "Ruth Anne Bell", "--email", " Ruth@Lab.Example "]


class Desk:
    """A place to call `plenary` from: a data folder and a database of its own."""

    def __init__(self, folder: Path, address: str) -> None:
        mine = {name: value for name, value in os.environ.items() if not name.startswith("PLENARY_")}
        self.environment = mine | {
            "PLENARY_DATA_DIR": str(folder),
            "PLENARY_DATABASE_URL": address,
            "PLENARY_LOG_LEVEL": "ERROR",
            "COLUMNS": "100",
        }
        self.database = Database(address)

    def call(self, *words: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", *words],
            cwd=HOUSE,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr


def _desk(shelf: Shelf, folder: Path, address: str) -> Iterator[Desk]:
    desk = Desk(folder / "data", address)
    yield desk
    desk.database.dispose()
    shelf.drop(address)


@pytest.fixture
def desk(shelf: Shelf, tmp_path: Path) -> Iterator[Desk]:
    yield from _desk(shelf, tmp_path, shelf.take())


@pytest.fixture
def sample_desk(shelf: Shelf, tmp_path: Path) -> Iterator[Desk]:
    yield from _desk(shelf, tmp_path, shelf.take(sample_cohort))


def test_help_names_every_command_with_what_it_does(desk: Desk) -> None:
    code, said, _ = desk.call("--help")
    assert code == 0
    commands = set(re.findall(r"^│ (\w+) +[A-Z]", said, re.MULTILINE))
    assert commands >= {"serve", "worker", "doctor", "init", "seed", "migrate"}
    for command in commands:
        code, said, _ = desk.call(command, "--help")
        assert code == 0
        assert f"Usage: plenary {command}" in said


def test_init_founds_a_cohort_whose_organizer_signs_in_by_the_printed_link_once(desk: Desk) -> None:
    code, said, complaint = desk.call(*FOUNDING, "--zone", "America/Chicago")
    assert (code, complaint) == (0, "")
    assert "Cities That Learn is founded at http://127.0.0.1:8000/cities-that-learn" in said
    (token,) = re.findall(r"http://127\.0\.0\.1:8000/sign-in/(\S+)", said)
    with desk.database.write() as db:
        key = sign_in.use_link(db, token, browser="tests", days=1)
        signed_in = sign_in.find(db, key)
        assert signed_in is not None
        viewer = viewer_of(db, signed_in.person_id)
        assert [office.said for office in viewer.offices] == ["Lab organizer"]
        assert viewer.is_organizer(viewer.offices[0].cohort_id)
        assert db.exec(select(Cohort.slug, Cohort.zone)).all() == [("cities-that-learn", "America/Chicago")]
        assert db.exec(select(Person.name, Person.sort_name, Person.email)).all() == [
            ("Ruth Anne Bell", "Bell, Ruth Anne", "ruth@lab.example")
        ]
        assert len(db.exec(select(Role)).all()) == 7
        assert set(db.exec(select(AuditEntry.act, AuditEntry.by)).all()) == {("found_cohort", "init")}
    assert desk.call("seed")[0] == 1, "the sample never mixes with real people"


def test_the_organizer_of_a_second_cohort_may_be_a_person_on_record(desk: Desk) -> None:
    assert desk.call(*FOUNDING)[0] == 0
    again = [*FOUNDING, "--slug", "second"]
    again[4] = "R. A. Bell"
    assert desk.call(*again)[0] == 0
    with desk.database.read() as db:
        assert db.exec(select(Person.name)).all() == ["Ruth Anne Bell"]
        assert db.exec(select(Cohort.slug).order_by(col(Cohort.id))).all() == ["cities-that-learn", "second"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--slug", "sign-in"], "“sign-in” cannot be the cohort’s address: small letters, figures and dashes."),
        (["--slug", "By All"], "“By All” cannot be the cohort’s address: small letters, figures and dashes."),
        (["--zone", "Boston"], "“Boston” is not the name of a time zone, such as America/New_York."),
        (["--email", "ruth"], "An e-mail address has an @ in it, such as name@city.gov."),
        (["--name", " "], "Say the cohort’s name and the organizer’s."),
    ],
)
def test_init_refuses_in_a_sentence_and_keeps_nothing(desk: Desk, options: list[str], sentence: str) -> None:
    assert desk.call(*FOUNDING, *options) == (1, "", f"{sentence}\n")
    with desk.database.read() as db:
        assert db.exec(select(Cohort)).all() == []
        assert db.exec(select(Person)).all() == []


def test_init_keeps_real_people_out_of_the_samples_database(sample_desk: Desk) -> None:
    code, _, complaint = sample_desk.call(*FOUNDING)
    assert (code, complaint[:41]) == (1, "This database holds the sample cohort, wh")
    with sample_desk.database.read() as db:
        assert db.exec(select(Cohort.slug)).all() == ["by-all-means"]


def test_seed_loads_the_sample_once(desk: Desk) -> None:
    assert desk.call("seed")[0] == 0
    with desk.database.read() as db:
        people = len(db.exec(select(Person.id)).all())
    assert people > 48
    code, said, complaint = desk.call("seed")
    assert (code, said) == (1, "")
    assert complaint == "The database is not empty, and the sample cohort is only loaded into an empty one.\n"
    with desk.database.read() as db:
        assert len(db.exec(select(Person.id)).all()) == people


def test_doctor_finds_this_machine_well_and_a_folder_that_others_can_read_ill(desk: Desk) -> None:
    code, said, _ = desk.call("doctor")
    assert (code, "!" in said) == (0, False), said
    Path(desk.environment["PLENARY_DATA_DIR"]).chmod(0o755)
    code, said, _ = desk.call("doctor")
    assert code == 1
    assert [line.partition(":")[0] for line in said.splitlines() if line.startswith("!")] == ["! Data folder"]
    assert "chmod 700" in said
