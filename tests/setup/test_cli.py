"""The command line: what it does, what it refuses, and in which words."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from app.database import Database
from app.models import AgendaRelease, AuditEntry, Cohort, Convening, Person, Role
from app.models.sealed import lock_of
from app.people import sign_in
from app.people.viewer import viewer_of
from app.schema import is_current, newest
from tests.conftest import NEEDS_KEY, sample_cohort
from tests.forks import HOUSE, environment, plenary
from tests.shelf import Shelf

FOUNDING = ["init", "--name", "Cities That Learn", "--organizer", "Ruth Anne Bell", "--email", " Ruth@Lab.Example "]


class Desk:
    """A place to call `plenary` from: a data folder and a database of its own."""

    def __init__(self, folder: Path, address: str) -> None:
        self.environment = environment(folder, database_url=address) | {"COLUMNS": "100"}
        self.database = Database(address)

    def call(self, *words: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        return plenary(*words, environment=self.environment)


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
    assert commands >= {"serve", "worker", "doctor", "init", "seed", "migrate", "reseal"}
    for command in commands:
        code, said, _ = desk.call(command, "--help")
        assert code == 0
        assert f"Usage: plenary {command}" in said


def test_commands_that_start_at_once_on_a_new_database_bring_it_to_its_schema_once(
    shelf: Shelf, tmp_path: Path
) -> None:
    address = shelf.take_bare()
    desk = Desk(tmp_path / "data", address)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: desk.call("migrate"), range(4)))
    assert answers == [(0, f"The database stands at {newest()}.\n", "")] * 4
    assert is_current(desk.database)
    desk.database.dispose()
    shelf.drop(address)


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


def test_an_agenda_is_imported_and_published_and_again_changes_nothing(sample_desk: Desk) -> None:
    file = str(HOUSE / "seed" / "examples" / "agenda.csv")
    into = ["--convening", "by-all-means/spring-retreat", "--create", "--publish", "--zone", "America/New_York"]
    code, said, complaint = sample_desk.call("import", "agenda", file, *into)
    assert (code, complaint) == (0, "")
    assert said.startswith("Convening by-all-means/spring-retreat was made")
    assert "7 new, 0 changed" in said
    assert said.endswith("Published as release 1.\n")
    code, said, complaint = sample_desk.call("import", "agenda", file, *into)
    assert (code, complaint) == (0, "")
    assert "0 new, 0 changed, 7 unchanged" in said


def test_an_import_that_misses_something_keeps_the_rest_and_says_so_by_its_exit_code(
    sample_desk: Desk, tmp_path: Path
) -> None:
    table = tmp_path / "agenda.csv"
    table.write_text(
        "title,date,start,end,room\nGood,2018-05-15,09:00,10:00,Hall\nBad,2018-05-15,late,,Hall\n", "utf-8"
    )
    into = ["--convening", "by-all-means/retreat", "--create"]
    code, said, complaint = sample_desk.call("import", "agenda", str(table), *into, "--strict")
    assert (code, said) == (1, "")
    assert complaint.startswith("Nothing was imported: ")
    code, said, complaint = sample_desk.call("import", "agenda", str(table), *into)
    assert code == 1
    assert "Not read: " in said
    assert complaint == "Some of the file could not be read; the rest is kept. --strict keeps nothing then.\n"


def test_a_file_that_is_no_agenda_and_an_address_without_a_cohort_are_sentences(desk: Desk, tmp_path: Path) -> None:
    rubbish = tmp_path / "photo.xlsx"
    rubbish.write_bytes(bytes(range(256)) * 40)
    code, said, complaint = desk.call("import", "agenda", str(rubbish), "--convening", "no-cohort/x", "--create")
    assert (code, said, complaint) == (1, "", "There is no cohort “no-cohort”.\n")
    assert desk.call(*FOUNDING)[0] == 0
    code, said, complaint = desk.call(
        "import", "agenda", str(rubbish), "--convening", "cities-that-learn/x", "--create"
    )
    assert (code, said, "Traceback" in complaint) == (1, "", False)
    code, _, complaint = desk.call("import", "agenda", str(rubbish), "--convening", "x")
    assert code == 2
    assert "by-all-means/2017-fall" in complaint


@pytest.mark.parametrize("kind", ["xml", "json", "csv", "xlsx"])
def test_an_exported_agenda_is_imported_again_without_difference(sample_desk: Desk, tmp_path: Path, kind: str) -> None:
    table = str(HOUSE / "seed" / "examples" / "agenda.csv")
    into = ["--convening", "by-all-means/spring-retreat"]
    assert sample_desk.call("import", "agenda", table, *into, "--create", "--publish")[0] == 0
    file = tmp_path / f"agenda.{kind}"
    assert sample_desk.call("export", "agenda", *into, "--output", str(file)) == (0, "", "")
    code, said, complaint = sample_desk.call("import", "agenda", str(file), *into)
    assert (code, complaint) == (0, "")
    assert "0 new, 0 changed, 7 unchanged, 0 no longer in the file" in said


def test_an_export_goes_to_standard_output_and_names_what_is_not_there(sample_desk: Desk, tmp_path: Path) -> None:
    code, said, _ = sample_desk.call("export", "agenda", "--convening", "by-all-means/nowhere", "--format", "xml")
    assert (code, said) == (1, "")
    first = _published(sample_desk)[0]
    code, said, complaint = sample_desk.call(
        "export", "agenda", "--convening", f"by-all-means/{first}", "--format", "json"
    )
    assert (code, said[:1], complaint) == (0, "{", "")
    code, said, complaint = sample_desk.call("export", "agenda", "--convening", f"by-all-means/{first}", "-o", "a.pdf")
    assert (code, said) == (2, "")
    assert "xml, json, csv or xlsx" in complaint


def _published(desk: Desk) -> list[str]:
    """The slugs of the convenings that have a release."""
    with desk.database.read() as db:
        return sorted(set(db.exec(select(Convening.slug).join(AgendaRelease))))


def test_a_roster_goes_into_the_only_cohort_and_again_changes_nothing(sample_desk: Desk) -> None:
    file = str(HOUSE / "seed" / "examples" / "roster.csv")
    code, said, complaint = sample_desk.call("import", "roster", file)
    assert (code, said.splitlines()[0], complaint) == (0, "10 new or changed, 0 unchanged, 0 not taken.", "")
    code, said, _ = sample_desk.call("import", "roster", file)
    assert (code, said.splitlines()[0]) == (0, "0 new or changed, 10 unchanged, 0 not taken.")


def test_a_roster_asks_whose_it_is_where_there_are_several_cohorts(desk: Desk) -> None:
    file = str(HOUSE / "seed" / "examples" / "roster.csv")
    assert desk.call("import", "roster", file)[0] == 2
    for slug in ("first", "second"):
        assert desk.call(*FOUNDING, "--slug", slug)[0] == 0
    code, _, complaint = desk.call("import", "roster", file)
    assert code == 2
    assert "Say which: first, second." in complaint
    with desk.database.read() as db:
        assert len(db.exec(select(Person)).all()) == 1


# --- the key of the private needs ---


def stored_needs(desk: Desk) -> list[str]:
    """The dietary needs as they are stored."""
    with desk.database.read() as db:
        found = db.execute(text("SELECT dietary FROM private_needs WHERE dietary <> '' ORDER BY id"))
        return [str(one) for one in found.scalars()]


def test_a_wrong_key_is_said_by_doctor_and_another_key_takes_the_old_ones_place(
    sample_desk: Desk, tmp_path: Path
) -> None:
    """Rule 12: what the old key sealed is read with the new one, and with the new one alone."""
    old, new = lock_of(NEEDS_KEY.encode()), lock_of(b"another key")
    sealed = stored_needs(sample_desk)
    said_once = [old.decrypt(one) for one in sealed]
    assert said_once
    (tmp_path / "old.key").write_text(f"{NEEDS_KEY}\n")
    (tmp_path / "wrong.key").write_text("not the one")
    sample_desk.environment["PLENARY_NEEDS_KEY"] = "another key"
    code, said, _ = sample_desk.call("doctor")
    assert (code, "the key does not open" in said) == (1, True)
    code, _, complaint = sample_desk.call("reseal", "--old", str(tmp_path / "wrong.key"))
    assert (code, "open with neither key, so nothing was changed" in complaint) == (1, True)
    assert sample_desk.call("reseal", "--old", str(tmp_path / "nowhere.key"))[0] == 1
    assert stored_needs(sample_desk) == sealed
    code, said, _ = sample_desk.call("reseal", "--old", str(tmp_path / "old.key"))
    assert (code, said.endswith("The old one is needed only for older backups.\n")) == (0, True)
    assert [new.decrypt(one) for one in stored_needs(sample_desk)] == said_once
    code, said, _ = sample_desk.call("reseal", "--old", str(tmp_path / "old.key"))
    assert (code, said.startswith("0 texts")) == (0, True), "it may be done again"
    assert "all open with the key" in sample_desk.call("doctor")[1]
    with sample_desk.database.read() as db:
        assert db.exec(select(AuditEntry.act).where(AuditEntry.act == "reseal")).all() == ["reseal"]


def test_doctor_makes_no_key(desk: Desk) -> None:
    desk.environment.pop("PLENARY_NEEDS_KEY", None)
    desk.call("doctor")
    assert not (Path(desk.environment["PLENARY_DATA_DIR"]) / "needs.key").exists()


@pytest.mark.parametrize(
    ("set_to", "says"),
    [
        ({}, "by the link in the letter alone"),
        ({"replies_address": "rsvp@lab.example"}, "which nobody reads"),
        ({"replies_listen": "127.0.0.1:8024"}, "Set PLENARY_REPLIES_ADDRESS"),
        ({"replies_address": "rsvp@lab.example", "replies_listen": "127.0.0.1:8024"}, "rsvp@lab.example"),
    ],
)
def test_doctor_says_whether_replies_to_invitations_are_read(desk: Desk, set_to: dict[str, str], says: str) -> None:
    desk.environment |= {f"PLENARY_{name.upper()}": value for name, value in set_to.items()}
    assert says in desk.call("doctor")[1]
