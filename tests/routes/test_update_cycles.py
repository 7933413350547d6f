"""A cycle's board, settings, release and extensions in a browser: who sees and who steers."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import select

from app.database import Database
from app.mailing.release_letters import release_due
from app.models import OutboxLetter, ReleaseWay, UpdateState
from app.updates.extensions import extend_update
from app.updates.release_plan import plan_release
from app.updates.section_changes import put_section_away
from app.updates.sections import plans_of
from tests.conftest import Visitor, VisitorOf
from tests.updates.stage import SYSTEM, Stage, set_stage
from tests.updates.test_nudges import more_cities

UPDATES = "/by-all-means/updates"
BOARD = f"{UPDATES}/fall"
SETTINGS = f"{BOARD}/settings"
NINE = datetime(2017, 11, 2, 13, tzinfo=UTC)

Enter = Callable[[str], Visitor]


@pytest.fixture
def stage(database: Database, in_the_sample: object) -> Stage:
    return set_stage(database)


@pytest.fixture
def enter(stage: Stage, visitor: VisitorOf) -> Enter:
    def of(name: str) -> Visitor:
        return visitor(stage.people[name])

    return of


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def typed(page: str, name: str) -> str:
    """What stands in a form's field."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"no field {name}"
    return unescape(found[1])


TERMS = {
    "title": "Fall 2017",
    "period_starts_on": "2017-05-18",
    "period_ends_on": "2017-11-15",
    "due_on": "2017-10-27",
    "convening": "",
    "countdown_days": "28",
}


def test_the_form_for_the_next_cycle_is_filled_after_the_last_and_opens_as_it_stands(
    stage: Stage, enter: Enter
) -> None:
    organizer = enter("lab/organizer")
    page = organizer.get(f"{UPDATES}/new").text
    names = ("title", "slug", "period_starts_on", "period_ends_on", "due_on")
    form = {name: typed(page, name) for name in names}
    assert form == {
        "title": "Spring 2018",
        "slug": "2018-spring",
        "period_starts_on": "2017-11-16",
        "period_ends_on": "2018-05-16",
        "due_on": "2018-04-27",
    }
    assert '<option value="fall" selected>As in Fall 2017</option>' in page
    with stage.database.write() as db:
        put_section_away(db, stage.section(db, "more"), by=SYSTEM)
    assert "Spring 2018 is open." in organizer.follow(UPDATES, form | {"sections": "spring"}).text
    with stage.database.read() as db:
        assert [plan.slug for plan in plans_of(stage.cycle(db, "2018-spring"))] == ["narrative", "ask", "more"]


def test_a_cycle_can_ask_the_usual_five_instead(stage: Stage, enter: Enter) -> None:
    form = {"title": "S", "slug": "s", "period_starts_on": "2018-01-01", "period_ends_on": "2018-05-01"}
    enter("lab/organizer").follow(UPDATES, form | {"due_on": "2018-04-01", "sections": "the usual"})
    with stage.database.read() as db:
        assert [plan.slug for plan in plans_of(stage.cycle(db, "s"))] == ["narrative", "wins", "stuck", "data", "ask"]


def test_the_terms_are_changed_and_what_cannot_be_keeps_what_was_typed(stage: Stage, enter: Enter) -> None:
    organizer = enter("lab/organizer")
    wrong = organizer.post(SETTINGS, TERMS | {"title": "<Mine>", "due_on": "soon", "countdown_days": "a week"})
    assert wrong.status_code == 422
    for words in (
        "Give a date, such as 2017-10-27.",
        "Give a number of days, such as 28",
        "&lt;Mine&gt;",
        'value="a week"',
    ):
        assert words in wrong.text
    page = organizer.follow(SETTINGS, TERMS | {"due_on": "2017-11-03", "countdown_days": "0"}).text
    assert (typed(page, "due_on"), typed(page, "countdown_days")) == ("2017-11-03", "0")


def test_the_countdown_is_shown_from_as_many_days_before_as_the_organizers_say(stage: Stage, enter: Enter) -> None:
    organizer, peer = enter("lab/organizer"), enter("salem/member")
    assert '<span class="tally-number">3</span>' in peer.get(BOARD).text
    for days in ("2", "0"):
        organizer.follow(SETTINGS, TERMS | {"countdown_days": days})
        assert "tally-number" not in peer.get(BOARD).text
    organizer.follow(SETTINGS, TERMS | {"countdown_days": "3"})
    assert '<span class="tally-number">3</span>' in peer.get(BOARD).text
    with time_machine.travel(datetime(2017, 10, 28, 12, tzinfo=UTC), tick=True):
        page = text_of(enter("salem/member").get(BOARD).text)
    assert "Was due Fri 27 Oct 2017" in page
    assert "2 of 2 are late, and still welcome." in page


def test_a_board_that_is_kept_turns_with_midnight_in_oakland(stage: Stage, enter: Enter) -> None:
    """Rule 14: 06:59 UTC on the 28th is still the 27th in Oakland, and nothing is done in the minute after."""
    with time_machine.travel(datetime(2017, 10, 28, 5, tzinfo=UTC), tick=True):
        peer = enter("oakland/member")
    due = f'{BOARD}/oakland">Oakland</a>'
    for minute, said in ((59, "due today"), (60, "one day late, and still welcome")):
        moment = datetime(2017, 10, 28, 6, tzinfo=UTC) + timedelta(minutes=minute)
        with time_machine.travel(moment, tick=True):
            page = [peer.get(BOARD).text for _ in range(2)][1]
        row = text_of(page[page.rindex(due) :].partition("</li>")[0])
        assert said in row, row


def test_a_plan_is_seen_by_all_with_its_hour_in_both_zones_and_stopped_by_the_organizer(
    stage: Stage, enter: Enter
) -> None:
    """Rules 6 and 14."""
    organizer = enter("lab/organizer")
    assert text_of(enter("salem/mayor").get(BOARD).text).count("go out") == 0
    page = text_of(
        organizer.follow(f"{BOARD}/release-plan", {"way": "together", "release_at": "2017-11-02T09:00"}).text
    )
    said = "Approved updates go out together on Thu 2 Nov 2017 at 09:00 EDT"
    assert f"{said} , with 0 of 2 approved so far. What is approved later goes out as it is approved." in page
    assert f"{said} (06:00 in Oakland) , with 0 of 2" in text_of(enter("oakland/mayor").get(BOARD).text)
    assert "/release-plan" not in enter("oakland/mayor").get(BOARD).text
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
        stage.approve(db, stage.update(db))
    assert "with 1 of 2 approved so far" in text_of(enter("salem/mayor").get(BOARD).text)
    assert said in text_of(enter("salem/mayor").get(f"{BOARD}/oakland").text)
    organizer.follow(f"{BOARD}/release-plan", {"way": "by hand"})
    assert said not in text_of(enter("salem/mayor").get(BOARD).text)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"way": "together", "release_at": ""}, "Say the day and the hour at which they go out together."),
        ({"way": "together", "release_at": "whenever"}, "Day and time look like 2017-11-13 18:40."),
        ({"way": "as they come", "release_at": "2017-10-24T09:59"}, "Tue 24 Oct 2017 at 09:59 EDT has passed."),
    ],
)
def test_a_plan_that_cannot_be_is_said_at_its_field_with_what_was_typed(
    enter: Enter, form: dict[str, str], sentence: str
) -> None:
    answer = enter("lab/organizer").post(f"{BOARD}/release-plan", form)
    assert (answer.status_code, sentence in text_of(answer.text)) == (422, True)
    assert typed(answer.text, "release_at") == form["release_at"]
    assert f'value="{form["way"]}" checked' in answer.text


def test_a_release_by_plan_is_not_owed_by_the_organizer(stage: Stage, enter: Enter) -> None:
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
        stage.approve(db, stage.update(db))
    organizer = enter("lab/organizer")
    assert "Release 1 approved update" in organizer.get("/").text
    with stage.database.write() as db:
        plan_release(db, stage.cycle(db), way=ReleaseWay.TOGETHER, at=NINE, by=SYSTEM)
    assert "Release 1 approved update" not in organizer.get("/").text


def test_the_worker_releases_at_the_hour_and_the_page_says_so(stage: Stage, app: FastAPI, enter: Enter) -> None:
    with stage.database.write() as db:
        stage.fill(db, stage.update(db), "MARKER")
        stage.approve(db, stage.update(db))
        plan_release(db, stage.cycle(db), way=ReleaseWay.TOGETHER, at=NINE, by=SYSTEM)
    peer = enter("salem/mayor")
    assert "MARKER" not in peer.get(f"{BOARD}/oakland").text
    with time_machine.travel(NINE, tick=True):
        assert release_due(app.state.database, app.state.settings) == 1
    assert "MARKER" in peer.get(f"{BOARD}/oakland").text
    with stage.database.read() as db:
        assert stage.update(db).state is UpdateState.RELEASED
        text = db.exec(select(OutboxLetter.text).where(OutboxLetter.purpose == "updates-released")).first()
        assert text is not None
        assert f"http://127.0.0.1:8000{BOARD}" in text


def test_more_time_is_on_the_board_for_all_with_its_reason_and_the_facilitator_has_a_letter(
    stage: Stage, enter: Enter
) -> None:
    organizer = enter("lab/organizer")
    place = f"{BOARD}/oakland/extension"
    wrong = organizer.post(place, {"until": "2017-10-27", "reason": "Kept <words>"})
    assert (wrong.status_code, "All cities have until Fri 27 Oct 2017" in wrong.text) == (422, True)
    assert "Kept &lt;words&gt;" in wrong.text
    for _ in range(2):  # a second click tells nobody a second time
        organizer.follow(place, {"until": "2017-11-03", "reason": "A flood in <City Hall>"})
    said = "More time, until Fri 3 Nov 2017: A flood in <City Hall>"
    for name in ("salem/member", "oakland/mayor", "lab/staff"):
        assert said in text_of(enter(name).get(BOARD).text)
    assert said in text_of(enter("salem/mayor").get(f"{BOARD}/oakland").text)
    assert "due Fri 3 Nov 2017" in text_of(enter("oakland/facilitator").get(f"{BOARD}/oakland/edit").text).replace(
        "D", "d"
    )
    with stage.database.read() as db:
        rows = db.exec(select(OutboxLetter)).all()
        assert [row.recipient for row in rows] == ["Facilitator of oakland <facilitator@oakland.example>"]
        assert "now due Fri 3 Nov 2017, at midnight in Oakland" in rows[0].text
    organizer.follow(f"{place}/end")
    assert said not in text_of(enter("salem/member").get(BOARD).text)


def test_counts_are_for_organizers_and_the_citys_own_people_and_hold_no_word(stage: Stage, enter: Enter) -> None:
    """Rule 5: how much is there, never what it says; and peers see the status alone."""
    with stage.database.write() as db:
        stage.release(db, stage.update(db, cycle="spring"), promise="Open a centre")
        stage.write(db, stage.update(db), "narrative", "MARKER")
    said = "1 of 3 sections written, 0 of 1 commitment answered"
    for name, sees in (("lab/organizer", True), ("oakland/member", True), ("salem/mayor", False), ("lab/staff", False)):
        page = enter(name).get(BOARD).text
        assert (name, said in text_of(page), "MARKER" in page) == (name, sees, False)


def test_sections_are_added_changed_moved_put_away_and_brought_back(stage: Stage, enter: Enter) -> None:
    organizer = enter("lab/organizer")
    new = {"title": "Stuck", "prompt": "Where?", "guidance": "", "example": "Here.", "kind": "ask", "words": "90"}
    wrong = organizer.post(f"{SETTINGS}/sections", new | {"words": "many", "title": "<Kept>"})
    assert (wrong.status_code, "Give a number of words" in wrong.text, "&lt;Kept&gt;" in wrong.text) == (
        422,
        True,
        True,
    )
    assert "“Stuck” is asked, last in the order." in organizer.follow(f"{SETTINGS}/sections", new).text
    with stage.database.write() as db:
        stage.write(db, stage.update(db), "narrative", "Words")
        numbers = {one.slug: one.key for one in stage.cycle(db).sections}
    at = f"{SETTINGS}/sections/{numbers['stuck']}"
    organizer.follow(f"{at}/place", {"to": "up"})
    organizer.follow(at, new | {"title": "Stuck point", "required": "yes"})
    page = text_of(organizer.follow(f"{SETTINGS}/sections/{numbers['narrative']}/archival").text)
    assert "1 put away What happened 1 city has written there: kept" in page
    preview = organizer.get(f"{SETTINGS}/preview").text
    assert re.findall(r'<h2 id="title-([^"]+)"', preview) == ["ask", "stuck", "more"]
    organizer.follow(f"{SETTINGS}/sections/{numbers['narrative']}/restoration")
    preview = organizer.get(f"{SETTINGS}/preview").text
    assert re.findall(r'<h2 id="title-([^"]+)"', preview) == ["ask", "stuck", "more", "narrative"]
    assert "Here." in preview


def test_a_section_of_another_cycle_or_cohort_is_not_here(stage: Stage, enter: Enter) -> None:
    with stage.database.read() as db:
        other = stage.section(db, "ask", "spring").key
    organizer = enter("lab/organizer")
    for number in (other, 10**9, 10**30):
        assert organizer.get(f"{SETTINGS}/sections/{number}").status_code == 404
        assert organizer.post(f"{SETTINGS}/sections/{number}/archival").status_code == 404


@pytest.mark.parametrize("name", ["oakland/mayor", "oakland/facilitator", "lab/staff", "elsewhere/organizer"])
def test_only_organizers_of_the_cohort_steer(enter: Enter, name: str) -> None:
    visitor = enter(name)
    for address in (f"{UPDATES}/new", SETTINGS, f"{SETTINGS}/preview", f"{BOARD}/oakland/extension"):
        assert (address, visitor.get(address).status_code) == (address, 403)
    for address in (SETTINGS, f"{BOARD}/release-plan", f"{BOARD}/oakland/extension"):
        assert (address, visitor.post(address, {}).status_code) == (address, 403)


def test_a_city_that_is_added_owes_its_update_at_once(stage: Stage, enter: Enter) -> None:
    """Rule 5, where organizers add a city."""
    form = {"name": "Newton", "zone": "America/New_York", "joined_on": "2017-10-20", "state": "", "districts": ""}
    enter("lab/organizer").follow("/by-all-means/cities", form)
    assert f'href="{BOARD}/newton"' in enter("salem/member").get(BOARD).text


def test_the_longest_names_and_reasons_stand_on_the_board(stage: Stage, enter: Enter) -> None:
    with stage.database.write() as db:
        extend_update(db, stage.update(db), until=date(2017, 11, 3), reason="W" * 500, by=SYSTEM)
    organizer = enter("lab/organizer")
    organizer.follow(SETTINGS, TERMS | {"title": "L" * 300})
    page = organizer.get(BOARD).text
    assert ("L" * 300 in page, "W" * 500 in page) == (True, True)


def test_what_new_commitments_are_asked_is_the_cycles_own_and_goes_on_to_the_next(sample_visitor: VisitorOf) -> None:
    organizer = sample_visitor("organizer")
    board = "/by-all-means/updates/2017-fall"
    at = f"{board}/settings/commitments"
    assert "Say what the city will do and by when." in organizer.get(at).text
    asked = {"prompt": "What will a child notice by May?", "guidance": "Three at most.", "example": "A bus at six."}
    assert "What will a child notice by May?" in organizer.follow(at, asked).text
    assert "Three at most." in organizer.get(f"{board}/settings/preview").text
    desk = sample_visitor("facilitator").get(f"{board}/oakland/edit").text
    assert [words for words in asked.values() if words not in desk] == []
    too_long = organizer.post(at, asked | {"guidance": "x" * 2001})
    assert too_long.status_code == 422
    assert 'id="f-guidance-error"' in too_long.text
    assert "What will a child notice by May?" in too_long.text
    organizer.post(
        "/by-all-means/updates",
        {
            "title": "Spring 2018",
            "slug": "2018-spring",
            "period_starts_on": "2017-11-16",
            "period_ends_on": "2018-05-16",
            "due_on": "2018-04-27",
            "sections": "2017-fall",
        },
    )
    assert "A bus at six." in organizer.get("/by-all-means/updates/2018-spring/settings/commitments").text
    assert sample_visitor("facilitator").get(at).status_code == 403


def test_the_page_of_nudges_takes_a_fixed_number_of_queries(stage: Stage, enter: Enter, queries: list[str]) -> None:
    """Two cities and sixty-two, with letters to come and letters that went by hand."""
    organizer = enter("lab/organizer")
    for kind in ("not started", "late"):
        organizer.post(f"{UPDATES}/fall/nudges/rules", {"kind": kind, "days": "2"})
    organizer.post(f"{UPDATES}/fall/oakland/nudge", {"words": "Hello.", "after": "0", "then": "send"})
    counts = []
    for more in (0, 60):
        with stage.database.write() as db:
            more_cities(db, stage, more, by=SYSTEM)
        for number in range(0, more, 6):
            organizer.post(f"{UPDATES}/fall/city-{number}/nudge", {"words": "", "after": "0", "then": "send"})
        organizer.get(f"{UPDATES}/fall/nudges")
        queries.clear()
        page = organizer.get(f"{UPDATES}/fall/nudges").text
        counts.append(len([one for one in queries if one.lstrip().upper().startswith("SELECT")]))
    assert "62 letters as things stand" in page
    assert page.count("Written by") == 11
    assert counts[0] == counts[1]
