"""Rule 5 over every address: words of an unreleased update reach nobody but its city, by any page, file or letter.

Words that could leak are put wherever words are kept: sections, answers, commitments, a mayor's note, the draft of a
correction, and what was redacted. Then everybody else opens every address there is.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
import time_machine
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from httpx import Response
from pypdf import PdfReader
from sqlmodel import Session, col, select

from app.files import Files, files_of
from app.jobs import MAKERS
from app.mailing.nudge_letters import send_nudges
from app.models import (
    AnswerState,
    City,
    Cohort,
    Commitment,
    OutboxLetter,
    PrintRun,
    Role,
    Seat,
    SectionKind,
    Standing,
    Tenure,
    Update,
    UpdateCycle,
    UpdateFile,
    UpdateState,
    UpdateText,
)
from app.people.audit import verb
from app.people.policy import Kind
from app.people.viewer import Viewer, viewer_of
from app.printing.runs import make_run
from app.updates.approval import approve_update, send_back, send_to_mayor
from app.updates.approvers import approvers_now, facilitators_of
from app.updates.comments import say_comment
from app.updates.commitments import add_commitment, answer_commitment
from app.updates.content import draft_of
from app.updates.cycles import find_cycle, find_update
from app.updates.figures import Counted, add_figure
from app.updates.files import attach_file, describe_file
from app.updates.nudge_plan import plan_nudges
from app.updates.redactions import redact
from app.updates.releases import begin_correction, release_update
from app.updates.writing import write_section
from tests.conftest import Visitor
from tests.handed import office, ready
from tests.people.test_policy import doors, filled, found_another_cohort, path_values, person_of
from tests.walks import WALKERS

SYSTEM = Viewer.system("test")
FOUND_BY, MARK = "heronwood", "xq7431"
"""The search asks for the first; whoever sees the second sees a text, and not an echo of the question."""

WORDS = f"{FOUND_BY} {MARK}"
CITIES = ("salem", "somerville", "newton", "louisville")


def update_of(db: Session, city: str, cycle: str = "2017-fall") -> Update:
    cohort = db.exec(select(Cohort).where(Cohort.slug == "by-all-means")).one()
    found = find_cycle(db, cohort.key, cycle)
    place = db.exec(select(City).where(City.slug == city)).one()
    update = find_update(db, found, place.key) if found else None
    assert update is not None
    return update


def cycle_of(db: Session) -> UpdateCycle:
    return db.exec(select(UpdateCycle).where(UpdateCycle.slug == "2017-fall")).one()


def write_everywhere(db: Session, update: Update, files: Files) -> None:
    """The words into each section, each answer, a commitment, and a file's name and caption."""
    for section in update.cycle.sections:
        text = db.exec(
            select(UpdateText).where(UpdateText.update_id == update.key, UpdateText.section_id == section.key)
        ).first()
        revision = text.revision if text else 0
        write_section(db, update, section, body=f"**{WORDS}** {section.slug}", revision=revision, by=SYSTEM)
        if section.kind is SectionKind.NUMBER:
            counted = Counted(f"{WORDS} {section.slug}", WORDS, unit=MARK, source=WORDS)
            add_figure(db, update, section, counted, by=SYSTEM)
    said_by = viewer_of(db, facilitators_of(db, update)[0].key)
    say_comment(db, update, update.cycle.sections[0], text=WORDS, by=said_by)
    say_comment(db, update, None, text=WORDS, by=said_by)
    for answer in draft_of(db, update).answers:
        row = db.get_one(Commitment, answer.commitment)
        answer_commitment(db, update, row, state=AnswerState.AT_RISK, note=WORDS, by=SYSTEM)
    add_commitment(db, update, text=WORDS, due_on=date(2018, 5, 4), measure_stage=WORDS, by=SYSTEM)
    file = attach_file(db, update, ready(office(), f"{WORDS}.docx"), files, by=SYSTEM)
    describe_file(db, update, file, caption=WORDS, alternative=WORDS, section=None, by=SYSTEM)


@verb
def hide_words(db: Session, files: Files, *, by: Viewer) -> None:
    """Newton drafts, Louisville was sent back, Salem is with its mayor, Somerville approved; Salem corrects its
    spring update, and all of Newton's, released with the words in it, was redacted."""
    somerville = update_of(db, "somerville")
    somerville.state = UpdateState.DRAFTING
    for city in CITIES:
        write_everywhere(db, update_of(db, city), files)
    for city in ("louisville", "salem"):
        send_to_mayor(db, update_of(db, city), by=SYSTEM)
    send_back(db, update_of(db, "louisville"), note=WORDS, by=SYSTEM)
    approve_update(db, somerville, by=SYSTEM)
    begin_correction(db, update_of(db, "salem", "2017-spring"), by=SYSTEM)
    write_everywhere(db, update_of(db, "salem", "2017-spring"), files)
    spring = update_of(db, "newton", "2017-spring")
    begin_correction(db, spring, by=SYSTEM)
    write_everywhere(db, spring, files)
    approve_update(db, spring, by=SYSTEM)
    release_update(db, spring, by=SYSTEM)
    for part in draft_of(db, spring).parts():
        redact(db, spring, part=part, reason="A family asked for it.", by=SYSTEM)


def addresses(app: FastAPI, values: dict[str, str]) -> Iterator[str]:
    """Every address that can be looked at, for each city with hidden words, in both cycles; and the searches."""
    for method, path, _permission in doors(app):
        if method == "GET":
            for city in CITIES if "{city}" in path else CITIES[:1]:
                for cycle in ("2017-fall", "2017-spring") if "{cycle}" in path else ("2017-fall",):
                    yield filled(path, values | {"city": city, "cycle": cycle})
    yield f"/search?q={FOUND_BY}"
    yield f"/search?q={MARK[:2]}"
    for subject in (
        "update_text",
        "commitment",
        "commitment_answer",
        "update_figure",
        "update_comment",
        "update",
        "update_version",
    ):
        yield f"/by-all-means/audit?subject={subject}"
    with app.state.database.read() as db:
        for file, update, city in db.exec(
            select(UpdateFile.id, UpdateCycle.slug, City.slug)
            .join(Update, col(Update.id) == UpdateFile.update_id)
            .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
            .join(City, col(City.id) == Update.city_id)
            .where(col(City.slug).in_(CITIES))
        ).all():
            yield f"/by-all-means/updates/{update}/{city}/files/{file}/any.docx"
        for letter in (one for rule in plan_nudges(db, cycle_of(db)) for one in rule.letters):
            place = f"/cities/{letter.about.city_slug}/people/{letter.person_id}"
            yield f"/by-all-means/updates/2017-fall/nudges/rules/{letter.rule_id}{place}"
    for version in (1, 2, 3):
        yield f"/by-all-means/updates/2017-spring/newton?version={version}"


def readable(answer: Response) -> str:
    """Whatever the answer says, in a file too."""
    if answer.headers.get("content-type", "").startswith("application/pdf"):
        return "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    return answer.text + str(answer.headers)


@pytest.fixture
def _hidden(sample_app: FastAPI) -> None:
    with sample_app.state.database.write() as db:
        hide_words(db, files_of(sample_app.state.settings), by=SYSTEM)


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("_hidden", "_one_shelf_of_prints")
@pytest.mark.parametrize("kind", WALKERS)
def test_no_word_of_an_unreleased_update_reaches_others_by_any_address_rule_5(
    kind: Kind, sample_app: FastAPI, portal: BlockingPortal
) -> None:
    """The people of the kind are Oakland's, the lab's or of nowhere; the words are of four other cities."""
    with sample_app.state.database.write() as db:
        outsider = found_another_cohort(db, by=SYSTEM)
    with sample_app.state.database.read() as db:
        person_id = outsider if kind is Kind.OTHER_COHORT else person_of(db, kind)
        values = path_values(db)
    visitor = Visitor(sample_app, portal, person_id=person_id)
    leaks = [address for address in addresses(sample_app, values) if MARK in readable(visitor.get(address))]
    assert leaks == []


@pytest.mark.usefixtures("_hidden")
def test_the_words_are_really_there_for_the_city_itself(sample_app: FastAPI, portal: BlockingPortal) -> None:
    """Data that could leak: whoever may see the words does, on each of the pages that hold them."""
    with sample_app.state.database.read() as db:
        update = update_of(db, "salem")
        text = db.exec(select(UpdateText).where(UpdateText.update_id == update.key)).first()
        assert text is not None
        assert text.edited_by_id is None, "written by the program"
        salem = person_of_salem(db)
    visitor = Visitor(sample_app, portal, person_id=salem)
    for address in ("2017-fall/salem", "2017-fall/salem/edit", "2017-fall/salem/approval", "2017-spring/salem/edit"):
        assert visitor.get(f"/by-all-means/updates/{address}").text.count(MARK) >= 5, address
    assert MARK not in visitor.get("/by-all-means/updates/2017-spring/salem").text, "readers keep the released version"


@pytest.mark.usefixtures("_hidden")
def test_no_letter_holds_a_word_of_an_unreleased_update(sample_app: FastAPI, portal: BlockingPortal) -> None:
    """Each letter about a draft is written: of a comment, with a link to approve, with the number, of a note, of more
    time; and nudges of every kind, the day before the due date and the first working day after it."""
    database, settings = sample_app.state.database, sample_app.state.settings
    with database.read() as db:
        update = update_of(db, "salem")
        mayor_id, writer_id = approvers_now(db, update)[0].person_id, person_of_salem(db)
        organizer = Visitor(sample_app, portal, person_id=person_of(db, Kind.ORGANIZER))
    writer, mayor = (Visitor(sample_app, portal, person_id=one) for one in (writer_id, mayor_id))
    at = "/by-all-means/updates/2017-fall/salem"
    mayor.follow(f"{at}/comments", {"text": f"{WORDS} once more", "section": ""})
    writer.follow(f"{at}/approval/letters")
    with database.read() as db:
        texts = db.exec(select(OutboxLetter.text).where(OutboxLetter.purpose == "update-approval")).all()
    link = next(found[0] for text in texts if (found := re.search(r"/approve/[\w-]+", text)))
    Visitor(sample_app, portal).follow(f"{link}/number")
    organizer.follow(f"{at}/extension", {"until": "2017-11-20", "reason": "A new facilitator began."})
    mayor.follow(f"{at}/return", {"note": WORDS})
    for moment in (datetime(2017, 10, 26, 15, tzinfo=UTC), datetime(2017, 10, 30, 16, tzinfo=UTC)):
        with time_machine.travel(moment, tick=True):
            assert send_nudges(database, settings) >= 4
    with database.read() as db:
        letters = db.exec(select(OutboxLetter)).all()
    assert {one.purpose for one in letters} >= {
        "update-comment",
        "update-approval",
        "approval-number",
        "update-more-time",
        "update-sent-back",
        "update-nudge",
    }
    assert [one.subject for one in letters if MARK in one.subject + one.text + one.html + one.calendar] == []


@pytest.mark.usefixtures("_hidden")
def test_no_document_that_the_worker_makes_holds_a_word_of_an_unreleased_update(
    sample_app: FastAPI, portal: BlockingPortal
) -> None:
    """The book, and the exports of each city's records that an organizer has made without asking for drafts."""
    database, settings = sample_app.state.database, sample_app.state.settings
    with database.read() as db:
        organizer = Visitor(sample_app, portal, person_id=person_of(db, Kind.ORGANIZER))
    for cycle in ("2017-fall", "2017-spring"):
        organizer.post(f"/by-all-means/updates/{cycle}/book/runs", {"paper": "letter"})
    for city in CITIES:
        organizer.follow(f"/by-all-means/cities/{city}/records/runs")
    with database.read() as db:
        runs = db.exec(select(PrintRun).order_by(col(PrintRun.id))).all()
    assert [run.document for run in runs] == ["update book", *["records"] * len(CITIES)], "of fall nothing is released"
    for run in runs:
        assert make_run(database, settings, run.key, MAKERS)
    book = readable(organizer.get("/by-all-means/updates/2017-spring/book.pdf"))
    assert (MARK in book, "Salem" in book) == (False, True)
    for city, run in zip(CITIES, runs[1:], strict=True):
        answer = organizer.get(f"/by-all-means/cities/{city}/records/runs/{run.key}/records.zip")
        assert answer.headers["content-type"] == "application/zip"
        with ZipFile(BytesIO(answer.content)) as archive:
            found = [name for name in archive.namelist() if MARK.encode() in name.encode() + archive.read(name)]
        assert found == [], city


def person_of_salem(db: Session) -> int:
    number = db.exec(
        select(Tenure.person_id)
        .join(Seat)
        .join(Role)
        .join(City)
        .where(City.slug == "salem", Role.standing == Standing.FACILITATOR, col(Tenure.ends_on).is_(None))
    ).first()
    assert number is not None
    return number
