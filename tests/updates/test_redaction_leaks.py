"""Rule 6 over every address: what was taken out of a released update is read nowhere any more, by nobody.

Four words stand in Oakland's updates of two cycles, in each version: one as a phrase wherever words are kept, one in a
number, one in a whole section, one in a file's name. All are taken out; then everybody opens every address there is.
"""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from httpx import Response
from pypdf import PdfReader
from sqlmodel import Session, col, select

from app.files import Files
from app.jobs import MAKERS
from app.models import (
    AnswerState,
    Commitment,
    MarkKind,
    OutboxLetter,
    PrintRun,
    Role,
    Seat,
    SectionKind,
    Standing,
    Tenure,
    Update,
    UpdateFile,
    UpdateState,
    UpdateText,
)
from app.people.audit import verb
from app.people.policy import Kind
from app.people.viewer import Viewer, viewer_of
from app.printing.runs import make_run
from app.updates.approval import approve_update
from app.updates.commitments import add_commitment, answer_commitment
from app.updates.content import draft_of
from app.updates.figures import Counted, add_figure
from app.updates.files import attach_file, describe_file
from app.updates.marks import answer_mark, leave_mark
from app.updates.phrases import redact_phrase
from app.updates.redactions import redact
from app.updates.releases import begin_correction, release_update
from app.updates.versions import last_content, versions_of
from app.updates.writing import write_section
from tests.conftest import Visitor
from tests.handed import office, ready
from tests.people.test_policy import doors, filled, path_values, person_of
from tests.updates.test_leaks import update_of

SYSTEM = Viewer.system("test")
PHRASE, NUMBER, SECTION, FILE = "zq-phrase-71", "zqnumber72", "zqsection73", "zqfile74"
SEARCHED = "heronwood"
CYCLES = ("2017-spring", "2017-fall")


def write(db: Session, update: Update, files: Files, turn: int) -> None:
    for section in update.cycle.sections:
        if section.archived_at is not None:
            continue
        text = db.exec(
            select(UpdateText).where(UpdateText.update_id == update.key, UpdateText.section_id == section.key)
        ).first()
        secret = SECTION if section.kind is SectionKind.ASK else ""
        body = f"{SEARCHED} **{PHRASE}** wrote {turn} {secret}"
        write_section(db, update, section, body=body, revision=text.revision if text else 0, by=SYSTEM)
        if section.kind is SectionKind.NUMBER and turn == 1:
            add_figure(db, update, section, Counted(f"Seats {NUMBER}", "74", source=NUMBER, unit=NUMBER), by=SYSTEM)
            add_figure(db, update, section, Counted(f"Seats {PHRASE}", "75", source=PHRASE), by=SYSTEM)
    for answer in draft_of(db, update).answers:
        row = db.get_one(Commitment, answer.commitment)
        answer_commitment(db, update, row, state=AnswerState.DONE, note=f"{PHRASE} {turn}", by=SYSTEM)
    if turn == 1:
        add_commitment(
            db, update, text=f"For {PHRASE}", due_on=date(2018, 5, 4), measure_stage=f"stage {PHRASE}", by=SYSTEM
        )
        kept = attach_file(db, update, ready(office(), f"{PHRASE}.docx"), files, by=SYSTEM)
        describe_file(db, update, kept, caption=f"Of {PHRASE}", alternative=PHRASE, section=None, by=SYSTEM)


def seated(db: Session, city: str, standing: Standing) -> Viewer:
    """Who holds such a seat of a city."""
    number = db.exec(
        select(Tenure.person_id)
        .join(Seat)
        .join(Role)
        .where(Seat.city_id == update_of(db, city).city_id, Role.standing == standing, col(Tenure.ends_on).is_(None))
    ).first()
    assert number is not None
    return viewer_of(db, number)


@verb
def release_all(db: Session, files: Files, paper: bytes, *, by: Viewer) -> None:
    """Spring and fall of Oakland, twice each, and questions that quote the phrase."""
    for slug in CYCLES:
        update = update_of(db, "oakland", slug)
        if update.state is UpdateState.RELEASED:
            begin_correction(db, update, by=SYSTEM)
        elif update.state is UpdateState.APPROVED:
            update.state = UpdateState.DRAFTING
        for turn in (1, 2):
            write(db, update, files, turn)
            if turn == 1:
                attach_file(db, update, ready(paper, f"{FILE}.docx"), files, by=SYSTEM)
            approve_update(db, update, by=SYSTEM)
            release_update(db, update, by=SYSTEM)
            if turn == 1:
                begin_correction(db, update, by=SYSTEM)
        update.public_at = update.released_at
        asks = seated(db, "salem", Standing.FACILITATOR)
        mark = leave_mark(db, update, kind=MarkKind.QUESTION, text=f"Who is {PHRASE}?", by=asks)
        other = leave_mark(db, update, kind=MarkKind.QUESTION, text="Who pays?", by=asks)
        for one in (mark, other):
            answer_mark(db, one, text=f"{PHRASE} does.", by=seated(db, "oakland", Standing.FACILITATOR))


def take_all_out(db: Session) -> None:
    """By acts of their own, as an organizer does it: the log knows a redaction by its name."""
    fall = update_of(db, "oakland")
    assert redact_phrase(db, fall, phrase=PHRASE.upper(), reason="A family asked for it.", by=SYSTEM) == len(CYCLES)
    for slug in CYCLES:
        update = update_of(db, "oakland", slug)
        content = last_content(db, update)
        assert content is not None
        assert content.ask is not None
        names = [content.ask.name]
        names += [one.name for part in content.sections for one in part.figures if NUMBER in one.label]
        names += [one.name for one in content.files if FILE in one.file_name]
        assert len(names) == 3
        for name in names:
            redact(db, update, part=name, reason="A family asked for it.", by=SYSTEM)


def addresses(app: FastAPI) -> Iterator[str]:
    with app.state.database.read() as db:
        values = path_values(db) | {"city": "oakland"}
        files = [
            (file.key, slug)
            for slug in CYCLES
            for file in db.exec(select(UpdateFile).where(UpdateFile.update_id == update_of(db, "oakland", slug).key))
        ]
        last = {slug: len(versions_of(db, update_of(db, "oakland", slug))) for slug in CYCLES}
    for method, path, _ in doors(app):
        if method == "GET":
            for cycle in CYCLES if "{cycle}" in path else CYCLES[:1]:
                yield filled(path, values | {"cycle": cycle})
    for word in (SEARCHED, PHRASE, NUMBER, SECTION, FILE, "Seats"):
        yield f"/search?q={word[:4]}"
    for number, slug in files:
        yield f"/by-all-means/updates/{slug}/oakland/files/{number}/any.docx"
    for slug, count in last.items():
        for number in range(1, count + 1):
            yield f"/by-all-means/updates/{slug}/oakland?version={number}"
            yield f"/by-all-means/updates/{slug}/oakland/history?before=1&after={number}"
    for subject in ("update_text", "update_version", "update_figure", "update_file", "update_mark", "commitment"):
        yield f"/by-all-means/audit?subject={subject}"


def readable(answer: Response) -> str:
    if answer.headers.get("content-type", "").startswith("application/pdf"):
        return "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    return answer.text + str(answer.headers)


@pytest.fixture
def _taken_out(sample_app: FastAPI) -> None:
    with sample_app.state.database.write() as db:
        files = Files(sample_app.state.settings.data_dir / "files")
        release_all(db, files, office("docx", {f"docProps/{FILE}.xml": FILE}), by=SYSTEM)
        take_all_out(db)


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("_taken_out")
@pytest.mark.parametrize(
    "who",
    ["organizer", "anonymous", "staff", "mayor", "oakland/facilitator", "newton/facilitator"],
)
def test_what_was_taken_out_is_read_nowhere_any_more_rule_6(
    who: str, sample_app: FastAPI, portal: BlockingPortal
) -> None:
    database = sample_app.state.database
    with database.read() as db:
        city, _, standing = who.partition("/")
        person_id = seated(db, city, Standing(standing)).person_id if standing else person_of(db, Kind(who))
    visitor = Visitor(sample_app, portal, person_id=person_id)
    leaks = {}
    texts = []
    for address in addresses(sample_app):
        text = readable(visitor.get(address))
        texts.append(text)
        if who == "organizer":  # what is hidden is the organizers' to look at (rule 20)
            text = text.replace(f"Who is {PHRASE}?", "").replace(f"{PHRASE} does.", "")
        echo = address.partition("?q=")[2]
        found = [word for word in (PHRASE, NUMBER, SECTION, FILE) if word in text and (not echo or word not in echo)]
        if found:
            leaks[address] = found
    assert leaks == {}
    if who != "anonymous":
        assert sum("A family asked for it." in text for text in texts) > 8, "tombstones stand where the words were"
        visitor.post("/by-all-means/updates/2017-fall/book/runs", data={"paper": "letter"})
        with database.read() as db:
            runs = [run.key for run in db.exec(select(PrintRun))]
        for number in runs:
            make_run(database, sample_app.state.settings, number, MAKERS)
        if who in ("organizer", "mayor", "oakland/facilitator"):
            at = "/by-all-means/cities/oakland/records/runs"
            visitor.follow(at, {"drafts": "yes", "reason": "With everything that may be had."})
            with database.read() as db:
                run = db.exec(select(PrintRun.id).order_by(col(PrintRun.id).desc())).first()
            make_run(database, sample_app.state.settings, run or 0, MAKERS)
            with ZipFile(BytesIO(visitor.get(f"{at}/{run}/records.zip").content)) as archive:
                said = "".join(name + archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
            assert "A family asked for it." in said
            assert [word for word in (PHRASE, NUMBER, SECTION, FILE) if word in said] == []
        book = readable(visitor.get("/by-all-means/updates/2017-fall/book.pdf"))
        assert "A family asked for it." in " ".join(book.split())
        assert [word for word in (PHRASE, NUMBER, SECTION, FILE) if word in book] == []


@pytest.mark.usefixtures("_taken_out")
def test_no_letter_that_is_still_to_go_holds_what_was_taken_out(sample_app: FastAPI) -> None:
    with sample_app.state.database.read() as db:
        letters = db.exec(select(OutboxLetter)).all()
        said = "".join(letter.subject + letter.text + letter.html + letter.calendar for letter in letters)
    assert [word for word in (PHRASE, NUMBER, SECTION, FILE) if word in said] == []
