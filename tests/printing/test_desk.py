"""The desk: what may be printed, the page before printing, its runs, and what is in people's hands."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from fastapi import FastAPI
from PIL import Image
from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.models import Person, PrintRun, Registration, RunState
from app.people.audit import verb
from app.people.viewer import Viewer
from app.printing.catalogue import CATALOGUE, UPDATE_BOOK
from app.printing.shelf import PRINTS
from app.registration.registrations import cancel, register
from app.registration.substitutions import Newcomer, substitute
from app.routes.print_desk import ICONS
from tests.conftest import Visitor, VisitorOf
from tests.printing.reading import reader, words
from tests.printing.running import work
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, more_members, person, set_stage

HERE = "/by-all-means/convenings/2017-fall"
DESK = f"{HERE}/print"
BADGES = f"{DESK}/badges"


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    return set_stage(app.state.database, cap=400)


def come(database: Database, stage: Stage, *who: str) -> list[int]:
    with database.write() as db:
        there = convening(db, stage)
        return [register(db, there, person(db, stage, one), by=BY).key for one in who]


@verb
def rename(db: Session, row: Person, name: str, *, by: Viewer) -> None:
    row.name = name


def runs(database: Database) -> list[PrintRun]:
    with database.read() as db:
        return list(db.exec(select(PrintRun).order_by(col(PrintRun.id))))


def made(visitor: Visitor, database: Database, **form: str) -> PrintRun:
    assert visitor.post(f"{BADGES}/runs", data=form).status_code == 303
    work(visitor)
    return runs(database)[-1]


def printed(visitor: Visitor, database: Database, **form: str) -> PrintRun:
    """Made and opened to print."""
    run = made(visitor, database, **form)
    answer = visitor.post(f"{DESK}/runs/{run.key}/printing")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{DESK}/runs/{run.key}.pdf")
    return runs(database)[-1]


def told(page: str) -> str:
    """A page's words."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_print_is_asked_for_made_counted_shown_page_by_page_and_opened(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    come(database, stage, "oakland mayor", "salem mayor")
    staff = visitor(stage.people["staff"])
    before = staff.get(BADGES).text
    assert f'data-hx-post="{BADGES}/runs" data-hx-trigger="load"' in before
    begun = staff.post(f"{BADGES}/runs", data={"paper": "a4"}, headers={"hx-request": "true"})
    assert begun.status_code == 200
    assert "2 badges. Waiting its turn." in told(begun.text)
    (run,) = runs(database)
    assert f'data-hx-get="{DESK}/runs/{run.key}" data-hx-trigger="every 1s"' in begun.text
    work(staff)
    shown = staff.get(f"{DESK}/runs/{run.key}", headers={"hx-request": "true"}).text
    pdf = staff.get(f"{DESK}/runs/{run.key}.pdf")
    pages = len(reader(pdf.content).pages)
    assert f"2 badges on {pages} sheet" in told(shown)
    assert [int(one) for one in re.findall(r"/pages/(\d+)\.png", shown)] == list(range(1, pages + 1))
    picture = staff.get(f"{DESK}/runs/{run.key}/pages/1.png")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert max(Image.open(BytesIO(picture.content)).size) == 440
    assert staff.get(f"{DESK}/runs/{run.key}/pages/{pages + 1}.png").status_code == 404
    assert staff.get(f"{DESK}/runs/{run.key}/pages/0.png").status_code == 404
    again = staff.get(f"{DESK}/runs/{run.key}.pdf", headers={"if-none-match": pdf.headers["etag"]})
    assert again.status_code == 304
    assert "Open to print" in staff.get(f"{BADGES}?paper=a4").text
    assert len(runs(database)) == 1


def test_who_asks_twice_waits_for_one_and_two_people_have_a_run_each_and_one_file(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    come(database, stage, "oakland mayor")
    staff, organizer = visitor(stage.people["staff"]), visitor(stage.people["organizer"])
    for one in (staff, staff, organizer):
        assert one.post(f"{BADGES}/runs").status_code == 303
    work(staff)
    first, second = runs(database)
    assert (first.state, second.state, first.file) == (RunState.DONE, RunState.DONE, second.file)
    assert staff.get(f"{DESK}/runs/{first.key}.pdf").status_code == 200
    for path in ("", ".pdf", "/pages/1.png"):
        assert organizer.get(f"{DESK}/runs/{first.key}{path}").status_code == 404
    assert organizer.post(f"{DESK}/runs/{first.key}/printing").status_code == 404
    for who in ("oakland mayor", "expert"):
        other = visitor(stage.people[who])
        assert other.get(f"{DESK}/runs/{first.key}.pdf").status_code == 404
        assert other.post(f"{DESK}/runs/{first.key}/cancellation").status_code == 404
        assert other.get(BADGES).status_code == 403
        assert other.post(f"{BADGES}/runs").status_code == 403


def test_a_run_is_stopped_a_second_stop_changes_nothing_and_it_begins_again_when_asked(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    come(database, stage, "oakland mayor")
    staff = visitor(stage.people["staff"])
    staff.post(f"{BADGES}/runs")
    (run,) = runs(database)
    for _ in range(2):
        assert staff.post(f"{DESK}/runs/{run.key}/cancellation").status_code == 303
    work(staff)
    assert runs(database)[0].state is RunState.CANCELLED
    page = staff.get(BADGES).text
    assert "It was stopped before it was done." in page
    assert 'data-hx-trigger="load"' not in page
    assert made(staff, database).state is RunState.DONE


def test_a_run_that_failed_says_so_and_is_offered_again(database: Database, stage: Stage, visitor: VisitorOf) -> None:
    come(database, stage, "oakland mayor")
    staff = visitor(stage.people["staff"])
    staff.post(f"{BADGES}/runs")
    with database.write() as db:
        run = db.exec(select(PrintRun)).one()
        run.state, run.trouble = RunState.FAILED, "OSError"
    page = staff.get(BADGES).text
    assert "It could not be made." in page
    assert "Prepare" in page
    assert 'data-hx-trigger="load"' not in page


def test_a_worker_that_was_lost_is_followed_by_one_that_makes_it(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    come(database, stage, "oakland mayor")
    staff = visitor(stage.people["staff"])
    staff.post(f"{BADGES}/runs")
    with database.write() as db:
        run = db.exec(select(PrintRun)).one()
        run.state, run.started_at = RunState.RUNNING, clock.now() - timedelta(minutes=11)
    staff.app.state.jobs.make_prints.call_local()
    assert runs(database)[0].state is RunState.DONE
    assert "1 badge on 1 sheet" in told(staff.get(BADGES).text)


def test_what_changes_between_asking_and_making_is_in_the_print_and_on_record(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    come(database, stage, "oakland mayor")
    staff = visitor(stage.people["staff"])
    staff.post(f"{BADGES}/runs")
    (asked,) = runs(database)
    with database.write() as db:
        rename(db, person(db, stage, "oakland mayor"), "Zoë 王", by=BY)
    work(staff)
    (run,) = runs(database)
    assert run.pieces != asked.pieces
    assert [label for piece in run.pieces.values() if piece for label in piece[1:]] == ["Zoë 王, Oakland, Mayor"]
    assert "Zoë" in words(staff.get(f"{DESK}/runs/{run.key}.pdf").content)
    after = staff.get(BADGES).text  # is that very file, so nothing is made again
    assert made(staff, database).file == run.file
    assert after


def test_a_file_that_left_the_shelf_is_made_again(database: Database, stage: Stage, visitor: VisitorOf) -> None:
    come(database, stage, "oakland mayor")
    staff = visitor(stage.people["staff"])
    run = made(staff, database)
    PRINTS.place(staff.app.state.settings.data_dir / "cache", run.file).unlink()
    gone = staff.get(f"{DESK}/runs/{run.key}.pdf")
    assert (gone.status_code, gone.headers["location"]) == (303, f"{BADGES}?paper=letter")
    assert staff.get(f"{DESK}/runs/{run.key}/pages/1.png").status_code == 404
    assert 'data-hx-trigger="load"' in staff.get(BADGES).text
    again = made(staff, database)
    assert (again.file, again.key > run.key) == (run.file, True)
    assert staff.get(f"{DESK}/runs/{run.key}.pdf").status_code == 200


def test_after_a_swap_the_desk_says_what_is_stale_and_that_alone_is_printed_and_thrown_away(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    leaving, other = come(database, stage, "oakland mayor", "salem mayor")
    staff, organizer = visitor(stage.people["staff"]), visitor(stage.people["organizer"])
    assert "Changed since it was printed" not in staff.get(DESK).text
    first = printed(staff, database)
    assert first.printed_by_id == stage.people["staff"]
    desk = told(organizer.get(DESK).text)
    assert "Printed Tue 31 Oct 2017 at 11:00 EDT by Staff" in desk
    assert "Changed since it was printed" not in desk
    with database.write() as db:
        substitute(db, db.get_one(Registration, leaving), Newcomer("Dee Puty"), by=BY)
        rename(db, person(db, stage, "salem mayor"), "Kim New", by=BY)
        coming = db.exec(select(Registration.id).order_by(col(Registration.id).desc())).first()
    assert "Name badges : 1 badge changed, 1 new, 1 no longer wanted" in told(organizer.get(DESK).text)
    page = told(organizer.get(f"{BADGES}?only=changed").text)
    assert "Throw away 2 Salem Mayor, Salem, Mayor" in page
    assert "Oakland Mayor, Oakland, Mayor" in page
    run = printed(organizer, database, only="changed")
    kept = {key: piece[1] if piece else None for key, piece in run.pieces.items()}
    assert kept == {
        f"registration-{coming}": "Dee Puty, Oakland, Mayor",
        f"registration-{other}": "Kim New, Salem, Mayor",
        f"registration-{leaving}": None,
    }
    said = words(organizer.get(f"{DESK}/runs/{run.key}.pdf").content)
    assert [said.count(one) for one in ("Fall convening", "Dee Puty", "Kim New")] == [2, 1, 1]
    assert "Changed since it was printed" not in organizer.get(DESK).text
    assert "Nothing has changed since it was printed" in organizer.get(f"{BADGES}?only=changed").text
    back = staff.post(f"{DESK}/runs/{run.key}/printing/cancellation")
    assert back.status_code == 303
    assert "1 badge changed, 1 new, 1 no longer wanted" in told(staff.get(DESK).text)


def test_of_a_citys_pack_only_that_city_has_news_and_blank_ones_are_nobodys(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    leaving, _, _ = come(database, stage, "oakland mayor", "oakland facilitator", "salem mayor")
    staff = visitor(stage.people["staff"])
    printed(staff, database, city="oakland", blank="after")
    assert "Changed since it was printed" not in staff.get(DESK).text, "Salem’s are not printed yet, and so not stale"
    with database.write() as db:
        substitute(db, db.get_one(Registration, leaving), Newcomer("Dee Puty"), by=BY)
        rename(db, person(db, stage, "salem mayor"), "Kim New", by=BY)
    assert "Name badges : 1 badge new, 1 no longer wanted" in told(staff.get(DESK).text)
    run = printed(staff, database, only="changed")
    assert {piece[1] if piece else None for piece in run.pieces.values()} == {"Dee Puty, Oakland, Mayor", None}
    assert "Changed since it was printed" not in staff.get(DESK).text


def test_each_form_in_which_a_document_was_printed_has_its_own_news(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """Some badges on one label and some on another: what changed is printed again on its own."""
    first, second = come(database, stage, "oakland mayor", "salem mayor")
    staff = visitor(stage.people["staff"])
    labels = re.findall(r'<option value="([^"]+)"', staff.get(BADGES).text.partition('name="label"')[2])[:2]
    printed(staff, database, label=labels[0], only=f"registration-{first}")
    printed(staff, database, label=labels[1], only=f"registration-{second}")
    assert "Changed since it was printed" not in staff.get(DESK).text
    with database.write() as db:
        rename(db, person(db, stage, "oakland mayor"), "Ann New", by=BY)
        rename(db, person(db, stage, "salem mayor"), "Kim New", by=BY)
    assert "2 badges changed" in told(staff.get(DESK).text)
    assert "More has changed on other paper" in staff.get(f"{BADGES}?only=changed").text
    for number, label in ((second, labels[1]), (first, labels[0])):
        run = printed(staff, database, only="changed")
        assert (run.wanted["options"]["label"], list(run.pieces)) == (label, [f"registration-{number}"])
    assert "Changed since it was printed" not in staff.get(DESK).text


def test_what_was_chosen_by_nobody_is_kept_as_it_was(database: Database, stage: Stage, visitor: VisitorOf) -> None:
    """The page says the first label in its form, so a run of it and one of that label by name are of one form."""
    first, second = come(database, stage, "oakland mayor", "salem mayor")
    staff = visitor(stage.people["staff"])
    asked = dict(
        re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', staff.get(BADGES).text.partition("/runs")[2])
    )
    label = re.findall(r'<option value="([^"]+)"', staff.get(BADGES).text.partition('name="label"')[2])[0]
    assert asked == {"paper": "letter", "label": label, "sides": "front"}
    printed(staff, database, **asked)
    printed(staff, database, **asked, only=f"registration-{second}")
    with database.write() as db:
        rename(db, person(db, stage, "oakland mayor"), "Ann New", by=BY)
        rename(db, person(db, stage, "salem mayor"), "Kim New", by=BY)
    assert "More has changed on other paper" not in staff.get(f"{BADGES}?only=changed").text
    assert set(printed(staff, database, only="changed").pieces) == {f"registration-{first}", f"registration-{second}"}


def test_where_there_is_nothing_the_page_leads_to_what_comes_first(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """To registration while nobody comes; to choose anew where something was chosen."""
    organizer, staff = visitor(stage.people["organizer"]), visitor(stage.people["staff"])
    steps = {one: ways(organizer.get(f"{DESK}/{one}").text) for one in ("badges", "booklet", "table-lists", "briefs")}
    assert steps == {
        "badges": [f"{HERE}/registration/board"],
        "booklet": [f"{HERE}/agenda/draft"],
        "table-lists": [f"{HERE}/agenda/draft"],
        "briefs": [f"{HERE}/speakers"],
    }
    assert [organizer.get(one).status_code for (one,) in steps.values()] == [200] * len(steps)
    assert ways(staff.get(BADGES).text) == [DESK], "who does not organize is not sent where they may not go"
    come(database, stage, "oakland mayor")
    assert ways(organizer.get(f"{BADGES}?city=oakland").text) == []
    (sticks,) = re.findall(r'<option value="([^"]+)"[^>]*>[^<]*clothes', organizer.get(f"{BADGES}?paper=a4").text)
    assert ways(organizer.get(f"{BADGES}?paper=a4&label={sticks}&sides=both").text) == [BADGES]
    wrong = organizer.get(f"{BADGES}?city=nowhere")
    assert (wrong.status_code, ways(wrong.text)) == (422, [])


def ways(page: str) -> list[str]:
    """Where a page with nothing on it leads."""
    return re.findall(r'class="empty">.*?class="button" href="([^"]+)"', page, re.DOTALL)


def test_every_document_has_its_icon_in_the_sprite(app: FastAPI, visitor: VisitorOf, stage: Stage) -> None:
    assert {*(one.slug for one in CATALOGUE), UPDATE_BOOK.slug} == set(ICONS)
    sprite = visitor(stage.people["staff"]).get("/static/vendor/icons.svg").text
    assert [name for name in ICONS.values() if f'id="{name}"' not in sprite] == []


def test_what_is_no_longer_wanted_is_thrown_away_without_a_print(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    leaving, _ = come(database, stage, "oakland mayor", "salem mayor")
    staff = visitor(stage.people["staff"])
    printed(staff, database)
    with database.write() as db:
        cancel(db, db.get_one(Registration, leaving), by=BY)
    page = staff.get(f"{BADGES}?only=changed").text
    assert "They are thrown away" in page
    for _ in range(2):
        assert staff.post(f"{BADGES}/thrown-away").status_code == 303
    assert [run.pieces for run in runs(database)][1:] == [{f"registration-{leaving}": None}]
    assert "Changed since it was printed" not in staff.get(DESK).text
    assert "1 badge thrown away" in told(staff.get(BADGES).text)
    assert visitor(stage.people["oakland mayor"]).post(f"{BADGES}/thrown-away").status_code == 403


def test_one_is_found_by_words_among_many_and_printed_alone(
    database: Database, stage: Stage, visitor: VisitorOf, queries: list[str]
) -> None:
    numbers = come(database, stage, "oakland mayor", "salem mayor")
    staff = visitor(stage.people["staff"])
    staff.get(BADGES)
    queries.clear()
    staff.get(BADGES)
    few = len(queries)
    with database.write() as db:
        for one in more_members(db, stage, "oakland", 60, by=BY):
            register(db, convening(db, stage), one, by=BY)
    staff.get(BADGES)
    queries.clear()
    page = staff.get(BADGES).text
    assert len(queries) == few
    assert '<datalist id="choices-registration">' in page
    found = staff.get(f"{BADGES}?q=salem+mayor").text
    assert re.findall(r"only=([\w-]+)", found) == [f"registration-{numbers[1]}"]
    run = made(staff, database, only=f"registration-{numbers[1]}")
    assert list(run.pieces) == [f"registration-{numbers[1]}"]
    typed = staff.get(f"{BADGES}?registration=salem%20mayor,%20SALEM,%20mayor")
    assert typed.status_code == 200
    assert 'value="Salem Mayor, Salem, Mayor"' in typed.text
    assert "Open to print" in typed.text  # the very badge that was made above
    wrong = staff.get(f"{BADGES}?registration=Nobody%20<b>")
    assert wrong.status_code == 422
    assert "“Nobody &lt;b&gt;” is not among them." in wrong.text
    assert 'value="Nobody &lt;b&gt;"' in wrong.text


def test_an_unknown_document_an_empty_convening_and_a_member_are_told_so(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    staff, mayor = visitor(stage.people["staff"]), visitor(stage.people["oakland mayor"])
    assert staff.get(f"{DESK}/napkins").status_code == 404
    assert staff.get(f"{DESK}/napkins.pdf").status_code == 404
    assert "Nobody with a confirmed place is asked for" in staff.get(BADGES).text
    assert staff.post(f"{BADGES}/runs").status_code == 404
    desk = mayor.get(DESK).text
    assert f'href="{BADGES}"' not in desk
    assert f'href="{DESK}/agenda"' in desk
    assert visitor().get(DESK).status_code in (303, 401)


def test_what_is_kept_nowhere_is_opened_and_never_made_by_a_run(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    """Rule 12: lists of needs and of the minute lie on no shelf and have no pictures."""
    come(database, stage, "oakland mayor")
    staff = visitor(stage.people["staff"])
    page = staff.get(f"{DESK}/check-in").text
    assert "It is read as you open it, and kept nowhere." in page
    assert "thumbs" not in page
    assert f'href="{DESK}/check-in.pdf?paper=letter"' in page
    assert staff.post(f"{DESK}/check-in/runs").status_code == 404
    assert staff.get(f"{DESK}/check-in.pdf").headers["cache-control"] == "private, no-store"
    assert runs(database) == []
    assert list((staff.app.state.settings.data_dir / "cache").glob("prints/*")) == []
