"""The mayors' updates in a browser: the board, the desk, approval, release, reading."""

import re
from datetime import date
from html import unescape

import pytest
from sqlmodel import Session, select

from app.database import Database
from app.models import City, Membership, OutboxLetter, Revision, UpdateState
from app.people.audit import verb
from app.people.viewer import Viewer
from app.updates.approval import send_to_mayor
from app.updates.commitments import add_commitment
from app.updates.content import draft_of
from app.updates.cycles import owe_updates
from app.updates.releases import begin_correction
from tests.conftest import Visitor, VisitorOf
from tests.updates.stage import SYSTEM, Stage, set_stage

BOARD = "/by-all-means/updates/fall"
OAKLAND = f"{BOARD}/oakland"


@pytest.fixture
def stage(database: Database, in_the_sample: object) -> Stage:
    return set_stage(database)


@pytest.fixture
def enter(stage: Stage, visitor: VisitorOf) -> VisitorOf:
    """`enter("oakland/mayor")`; the assistant comes acting for the mayor."""

    def of(name: str) -> Visitor:
        acting_for = stage.people["oakland/mayor"] if name == "oakland/assistant" else None
        return visitor(stage.people[name], acting_for=acting_for)

    return of


def letters(stage: Stage) -> list[tuple[str, str]]:
    with stage.database.read() as db:
        rows = db.exec(select(OutboxLetter).order_by(OutboxLetter.id)).all()  # type: ignore[arg-type]
        return [(row.purpose, row.recipient) for row in rows]


def text_of(page: str) -> str:
    """What a person reads: tags away, spaces single."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def seen(page: str) -> str:
    """The stamp that the approval form carries."""
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found, "no form to approve"
    return found[1]


def ready(stage: Stage, city: str = "oakland", *, approved: bool = False) -> None:
    """The city's update is with its mayor, or approved."""
    with stage.database.write() as db:
        stage.fill(db, stage.update(db, city))
        if approved:
            stage.approve(db, stage.update(db, city), who=f"{city}/mayor")
        else:
            send_to_mayor(db, stage.update(db, city), by=SYSTEM)


def revision(stage: Stage) -> int:
    with stage.database.read() as db:
        return db.exec(select(Revision.number)).one()


def state_of(stage: Stage, city: str = "oakland") -> UpdateState:
    with stage.database.read() as db:
        return stage.update(db, city).state


def test_from_a_draft_to_a_peers_phone(stage: Stage, enter: VisitorOf) -> None:
    """Rules 5 and 6: the facilitator writes, the mayor approves, the organizer releases, a peer reads."""
    facilitator = enter("oakland/facilitator")
    form = {
        "body-narrative": "We moved **one bus**.",
        "revision-narrative": "0",
        "body-ask": "Who has moved two?",
        "revision-ask": "0",
        "text-new": "Move a second bus",
        "due-new": "2018-05-04",
        "stage-new": "Supports and services",
        "then": "send",
    }
    assert "It is with the mayor" in facilitator.follow(f"{OAKLAND}/draft", form).text
    mayor = enter("oakland/mayor")
    page = mayor.get(f"{OAKLAND}/approval").text
    assert "<strong>one bus</strong>" in page
    assert "Approved." in mayor.follow(f"{OAKLAND}/approval", {"seen": seen(page)}).text
    organizer = enter("lab/organizer")
    assert "Oakland’s update is released" in text_of(organizer.follow(f"{BOARD}/releases").text)
    page = text_of(enter("salem/mayor").get(OAKLAND).text)
    for words in ("Who has moved two?", "Move a second bus", "by Fri 4 May 2018", "Mayor of oakland Mayor, Oakland"):
        assert words in page


def test_updates_lead_to_the_latest_board_and_without_one_to_what_will_be_here(stage: Stage, enter: VisitorOf) -> None:
    assert enter("salem/member").get("/by-all-means/updates").headers["location"] == BOARD
    assert "No cycle yet" in enter("tulsa/mayor").get("/elsewhere/updates").text
    assert "Open the first cycle" in enter("elsewhere/organizer").get("/elsewhere/updates").text


def test_an_organizer_opens_a_cycle(stage: Stage, enter: VisitorOf) -> None:
    organizer = enter("lab/organizer")
    form = {
        "title": "Spring 2018",
        "slug": "spring-18",
        "period_starts_on": "2017-11-16",
        "period_ends_on": "2018-05-15",
        "due_on": "2018-04-27",
    }
    wrong = organizer.post("/by-all-means/updates", form | {"due_on": "soon", "title": "<b>Mine</b>"})
    assert (wrong.status_code, "Give a date, such as" in wrong.text, "&lt;b&gt;Mine" in wrong.text) == (422, True, True)
    overlap = organizer.post("/by-all-means/updates", form | {"period_starts_on": "2017-11-15"})
    assert (overlap.status_code, "overlaps with that of Fall 2017" in overlap.text) == (422, True)
    page = organizer.follow("/by-all-means/updates", form).text
    assert "Spring 2018 is open." in page
    assert text_of(page).count("Not begun") == 2


def test_the_board_puts_the_viewers_city_first_with_the_next_step(stage: Stage, enter: VisitorOf) -> None:
    page = enter("salem/facilitator").get(BOARD).text
    assert page.index('<h2 id="own-1"><a href="/by-all-means/updates/fall/salem">') < page.index("Oakland")
    assert f'href="{BOARD}/salem/edit"' in page
    assert f'href="{OAKLAND}/edit"' not in page
    ready(stage, "salem")
    assert f'href="{BOARD}/salem/approval"' in enter("salem/mayor").get(BOARD).text
    assert f'href="{BOARD}/salem/approval"' not in enter("salem/facilitator").get(BOARD).text


def test_only_an_organizer_sees_the_button_that_releases(stage: Stage, enter: VisitorOf) -> None:
    ready(stage, approved=True)
    assert "Release the approved update" in enter("lab/organizer").get(BOARD).text
    for name in ("lab/staff", "oakland/mayor", "salem/member"):
        assert "Release the approved update" not in enter(name).get(BOARD).text


def test_a_release_writes_one_letter_to_each_reader_and_a_second_click_none(stage: Stage, enter: VisitorOf) -> None:
    ready(stage, approved=True)
    ready(stage, "salem", approved=True)
    organizer = enter("lab/organizer")
    assert organizer.post(f"{BOARD}/releases").status_code == 303
    sent = [to for purpose, to in letters(stage) if purpose == "updates-released"]
    assert (len(sent), len(set(sent))) == (10, 10), "eight of the cities, organizer and staff; no expert"
    assert organizer.post(f"{BOARD}/releases").status_code == 409
    assert len(letters(stage)) == 10


def test_one_city_is_released_alone(stage: Stage, enter: VisitorOf) -> None:
    ready(stage, approved=True)
    ready(stage, "salem", approved=True)
    enter("lab/organizer").follow(f"{BOARD}/releases", {"city": "salem"})
    assert (state_of(stage, "salem"), state_of(stage)) == (UpdateState.RELEASED, UpdateState.APPROVED)


def test_sending_writes_to_mayor_designee_and_assistant_and_no_word_of_the_text(stage: Stage, enter: VisitorOf) -> None:
    with stage.database.write() as db:
        stage.fill(db, stage.update(db), "MARKER")
    facilitator = enter("oakland/facilitator")
    for _ in range(2):
        assert facilitator.post(f"{OAKLAND}/draft", {"then": "send"}).status_code == 303
    assert letters(stage) == [
        ("update-approval", "Mayor of oakland <mayor@oakland.example>"),
        ("update-approval", "Superintendent of oakland <superintendent@oakland.example>"),
        ("update-approval", "Assistant of oakland <assistant@oakland.example>"),
    ]
    with stage.database.read() as db:
        for letter in db.exec(select(OutboxLetter)):
            assert "MARKER" not in letter.subject + letter.text + letter.html
            is_asked = letter.recipient != "Assistant of oakland <assistant@oakland.example>"
            assert ("http://127.0.0.1:8000/approve/" in letter.text) == is_asked


def test_what_is_missing_is_said_and_what_was_typed_is_saved(stage: Stage, enter: VisitorOf) -> None:
    facilitator = enter("oakland/facilitator")
    answer = facilitator.post(f"{OAKLAND}/draft", {"body-ask": "Who?", "revision-ask": "0", "then": "send"})
    assert answer.status_code == 422
    assert "it still needs the section “What happened”" in text_of(answer.text)
    assert ">\nWho?</textarea>" in facilitator.get(f"{OAKLAND}/edit").text


def test_two_writers_see_both_texts_and_save_again(stage: Stage, enter: VisitorOf) -> None:
    """Rule 21: nothing is lost when two write the same section."""
    with stage.database.write() as db:
        stage.write(db, stage.update(db), "ask", "Theirs & <theirs>", by=stage.viewer(db, "oakland/member"))
    mayor = enter("oakland/mayor")
    form = {"body-ask": "Mine & <mine>", "revision-ask": "0", "body-narrative": "Beside.", "revision-narrative": "0"}
    answer = mayor.post(f"{OAKLAND}/draft", form)
    assert answer.status_code == 409
    assert "Member of oakland saved this while you wrote" in text_of(answer.text)
    assert "<del>Theirs</del><ins>Mine</ins> &amp; &lt;<del>theirs</del><ins>mine</ins>&gt;" in answer.text
    assert ">\nMine &amp; &lt;mine&gt;</textarea>" in answer.text
    assert 'name="revision-ask" value="1"' in answer.text
    assert 'name="revision-narrative" value="1"' in answer.text, "the other section was saved"
    mayor.follow(f"{OAKLAND}/draft", {"body-ask": "Both", "revision-ask": "1"})
    with stage.database.read() as db:
        assert [part.body for part in draft_of(db, stage.update(db)).sections] == ["Beside.", "Both", ""]


def test_autosave_gets_the_new_revision_as_json(stage: Stage, enter: VisitorOf) -> None:
    facilitator = enter("oakland/facilitator")
    json = {"headers": {"accept": "application/json"}}
    form = {"body-ask": "Who knows more?", "revision-ask": "0"}
    answer = facilitator.post(f"{OAKLAND}/draft", form, **json)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "revision": revision(stage),
            "revisions": {"ask": 1},
            "words": {"ask": 3},
            "at": "07:00 PDT",
            "bodies": {},
            "stamps": {},
            "troubles": {},
            "conflicts": {},
        },
    )
    stale = facilitator.post(f"{OAKLAND}/draft", form | {"body-ask": "Other"}, **json)
    assert (stale.status_code, list(stale.json()["conflicts"])) == (409, ["ask"])
    ready(stage, approved=True)
    refused = facilitator.post(f"{OAKLAND}/draft", {"body-ask": "x", "revision-ask": "1"}, **json)
    assert (refused.status_code, "Withdraw the approval first" in refused.json()["refused"]) == (409, True)


def test_a_bad_date_keeps_the_words_typed(stage: Stage, enter: VisitorOf) -> None:
    form = {"text-new": "A hundred seats", "due-new": "2018-02-30", "stage-new": "Child outcomes"}
    answer = enter("oakland/facilitator").post(f"{OAKLAND}/draft", form)
    assert answer.status_code == 422
    assert "Give a date, such as 2018-05-04." in answer.text
    assert ">\nA hundred seats</textarea>" in answer.text
    assert "<option selected>Child outcomes</option>" in answer.text


def test_an_approval_meanwhile_keeps_what_was_typed_on_the_page(stage: Stage, enter: VisitorOf) -> None:
    ready(stage, approved=True)
    answer = enter("oakland/member").post(f"{OAKLAND}/draft", {"body-ask": "Too late", "revision-ask": "1"})
    assert answer.status_code == 409
    assert "The mayor has approved this update." in text_of(answer.text)
    assert ">\nToo late</textarea>" in answer.text


def test_hostile_form_fields_change_nothing(stage: Stage, enter: VisitorOf) -> None:
    form = {"body-": "x", "state-x": "done", "text-abc": "x", "remove": "1 OR 1=1", "revision-ask": "-1", "due-9": "x"}
    answer = enter("oakland/member").post(f"{OAKLAND}/draft", form | {f"state-{'9' * 40}": "done", "text-١": "x"})
    assert answer.status_code == 422
    with stage.database.read() as db:
        assert draft_of(db, stage.update(db)).commitments == []


def test_a_commitment_is_removed_by_its_button(stage: Stage, enter: VisitorOf) -> None:
    with stage.database.write() as db:
        row = add_commitment(db, stage.update(db), text="Seats", due_on=date(2018, 5, 4), by=SYSTEM)
        db.flush()
        number = row.key
    form = {f"text-{number}": "Seats", f"due-{number}": "2018-05-04", "remove": str(number)}
    assert "Saved." in enter("oakland/member").follow(f"{OAKLAND}/draft", form).text
    with stage.database.read() as db:
        assert draft_of(db, stage.update(db)).commitments == []


def test_the_mayor_sends_it_back_with_a_note(stage: Stage, enter: VisitorOf) -> None:
    ready(stage)
    mayor = enter("oakland/mayor")
    assert '<textarea id="f-note" name="note" rows="3" required maxlength="4000">\n</textarea>' in (
        mayor.get(f"{OAKLAND}/approval").text
    )
    assert mayor.post(f"{OAKLAND}/return", {"note": " "}).status_code == 422
    mayor.follow(f"{OAKLAND}/return", {"note": "Less <b>of</b> me.\nMore bus."})
    assert letters(stage) == [("update-sent-back", "Facilitator of oakland <facilitator@oakland.example>")]
    page = enter("oakland/facilitator").get(f"{OAKLAND}/edit").text
    assert "Less &lt;b&gt;of&lt;/b&gt; me.\nMore bus." in page
    assert "Less" not in enter("salem/mayor").get(OAKLAND).text


@pytest.mark.parametrize("name", ["oakland/facilitator", "oakland/member"])
def test_others_of_the_city_learn_whose_approval_it_needs(stage: Stage, enter: VisitorOf, name: str) -> None:
    ready(stage)
    page = enter(name).get(f"{OAKLAND}/approval").text
    assert 'name="seen"' not in page
    assert "Mayor of oakland or Superintendent of oakland" in text_of(page)
    assert enter(name).post(f"{OAKLAND}/approval", {"seen": "x"}).status_code == 409


def test_an_assistant_acting_for_the_mayor_cannot_approve_rule_5(stage: Stage, enter: VisitorOf) -> None:
    ready(stage)
    assistant = enter("oakland/assistant")
    assert assistant.get(f"{OAKLAND}/edit").status_code == 200
    assert assistant.get(f"{OAKLAND}/approval").status_code == 403
    assert assistant.post(f"{OAKLAND}/approval", {"seen": "x"}).status_code == 403
    assert state_of(stage) is UpdateState.WITH_MAYOR


def test_a_mayor_who_read_an_older_text_reads_again(stage: Stage, enter: VisitorOf) -> None:
    ready(stage)
    mayor = enter("oakland/mayor")
    stamp = seen(mayor.get(f"{OAKLAND}/approval").text)
    enter("oakland/facilitator").follow(f"{OAKLAND}/draft", {"body-ask": "Changed.", "revision-ask": "1"})
    answer = mayor.post(f"{OAKLAND}/approval", {"seen": stamp})
    assert (answer.status_code, "The text has changed" in answer.text, "Changed." in answer.text) == (409, True, True)
    mayor.follow(f"{OAKLAND}/approval", {"seen": seen(answer.text)})
    assert state_of(stage) is UpdateState.APPROVED


def test_correction_and_redaction_in_the_browser(stage: Stage, enter: VisitorOf) -> None:
    """Rule 6: the reader keeps the version that is out, then gets the next; what is redacted says who and why."""
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
    facilitator, reader = enter("oakland/facilitator"), enter("salem/mayor")
    assert facilitator.get(f"{OAKLAND}/edit").headers["location"] == OAKLAND
    assert "You write a correction" in facilitator.follow(f"{OAKLAND}/corrections").text
    facilitator.follow(f"{OAKLAND}/draft", {"body-ask": "Corrected ask", "revision-ask": "1", "then": "send"})
    assert "Words of the ask" in reader.get(OAKLAND).text
    mayor = enter("oakland/mayor")
    mayor.follow(f"{OAKLAND}/approval", {"seen": seen(mayor.get(f"{OAKLAND}/approval").text)})
    organizer = enter("lab/organizer")
    organizer.follow(f"{BOARD}/releases", {"city": "oakland"})
    page = text_of(reader.get(OAKLAND).text)
    assert ("Corrected ask" in page, "Version 2. Corrected: Our ask." in page) == (True, True)
    assert "Words of the ask" in reader.get(f"{OAKLAND}?version=1").text
    organizer.follow(f"{OAKLAND}/redactions", {"part": "section:ask", "reason": "A child could be known."})
    for address in (OAKLAND, f"{OAKLAND}?version=2"):
        page = text_of(reader.get(address).text)
        assert ("Corrected ask" in page, "by Organizer of lab, Organizer: A child could be known." in page) == (
            False,
            True,
        )
    assert reader.get(f"{OAKLAND}?version=9").status_code == 404


def test_pages_that_are_not_there(stage: Stage, enter: VisitorOf) -> None:
    mayor = enter("salem/mayor")
    for address in (
        "/by-all-means/updates/none",
        f"{BOARD}/nowhere",
        f"{BOARD}/tulsa",
        "/elsewhere-not/updates",
        f"{BOARD}/salem?version=1",
    ):
        assert (address, mayor.get(address).status_code) == (address, 404)


def test_long_names_and_right_to_left_text_are_shown_whole(stage: Stage, enter: VisitorOf) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.fill(db, update)
        stage.write(db, update, "ask", "من يعرف؟ " + "x" * 300)
        stage.approve(db, update)
    enter("lab/organizer").follow(f"{BOARD}/releases")
    page = enter("salem/mayor").get(OAKLAND).text
    assert '<p dir="auto">من يعرف؟ ' + "x" * 300 in page


def test_markdown_that_means_harm_reaches_nobody(stage: Stage, enter: VisitorOf) -> None:
    hostile = "<script>alert(1)</script> [x](javascript:alert(1)) ![p](http://evil.example/p.png) <img src=x onerror=y>"
    with stage.database.write() as db:
        for slug in ("narrative", "ask", "more"):
            stage.write(db, stage.update(db), slug, hostile)
        stage.approve(db, stage.update(db))
    enter("lab/organizer").follow(f"{BOARD}/releases")
    page = enter("salem/mayor").get(OAKLAND).text
    article = page[page.index("<article") : page.index("</article>")]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in article
    assert not re.findall(r"<script|<img|href=\"javascript|\sonerror=(?!y&gt;)", article)


@verb
def add_cities(db: Session, stage: Stage, places: range, *, by: Viewer) -> None:
    for place in places:
        city = City(slug=f"city-{place:03}", name=f"City {place:03}", zone="America/Chicago")
        db.add(city)
        db.flush()
        db.add(Membership(cohort_id=stage.cohort_id, city_id=city.key, joined_on=date(2017, 1, 1)))
    owe_updates(db, stage.cycle(db), by=by)


def test_the_boards_queries_do_not_grow_with_its_cities(stage: Stage, enter: VisitorOf, queries: list[str]) -> None:
    """Six cities and six hundred: the same number of queries (habit 14)."""
    counts = []
    for places in (range(4), range(4, 598)):
        with stage.database.write() as db:
            add_cities(db, stage, places, by=SYSTEM)
        enter("salem/member").get(BOARD)  # from now on the board is one of the pages that are kept
        viewer = enter("salem/mayor")
        queries.clear()
        page = viewer.get(BOARD).text
        counts.append(len([one for one in queries if one.lstrip().upper().startswith("SELECT")]))
    assert len(re.findall(r'class="board-city"', page)) == 600
    assert counts[0] == counts[1]
    assert counts[0] <= 20  # one of them, whether a kept page still holds, is seen on PostgreSQL alone


def test_the_desk_and_the_reading_page_take_a_fixed_number_of_queries(
    stage: Stage, enter: VisitorOf, queries: list[str]
) -> None:
    counts: list[tuple[int, int]] = []
    facilitator = enter("oakland/facilitator")
    for address in (f"{OAKLAND}/edit", OAKLAND):
        facilitator.get(address)  # the first look of a quarter of an hour is written down
    for number in (1, 60):
        with stage.database.write() as db:
            update = stage.update(db)
            for place in range(number):
                add_commitment(db, update, text=f"Promise {number}/{place}", due_on=date(2018, 5, 4), by=SYSTEM)
        seen_here = []
        for address in (f"{OAKLAND}/edit", OAKLAND):
            queries.clear()
            assert facilitator.get(address).status_code == 200
            seen_here.append(len([one for one in queries if one.lstrip().upper().startswith("SELECT")]))
        counts.append((seen_here[0], seen_here[1]))
    assert counts[0] == counts[1]


def test_a_form_of_another_site_is_refused(stage: Stage, enter: VisitorOf) -> None:
    ready(stage, approved=True)
    answer = enter("lab/organizer").post(f"{BOARD}/releases", headers={"sec-fetch-site": "cross-site"})
    assert (answer.status_code, state_of(stage)) == (403, UpdateState.APPROVED)


def test_a_correction_in_progress_is_status_not_text_on_the_board(stage: Stage, enter: VisitorOf) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
        begin_correction(db, stage.update(db), by=SYSTEM)
        stage.write(db, stage.update(db), "ask", "MARKER")
    page = enter("salem/mayor").get(BOARD).text
    assert ("A correction is being written" in page, "MARKER" in page) == (True, False)
