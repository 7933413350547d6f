"""A city's records: what an export holds and what never, who has it made, and what a legal hold keeps."""

import csv
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from io import BytesIO, StringIO
from itertools import pairwise
from zipfile import ZipFile

import pytest
import time_machine
from sqlmodel import Session, col, select

from app import clock
from app.exchange.records import KEPT, SHELF, named, safe, sweep_records
from app.files import Files
from app.jobs import MAKERS
from app.models import AuditEntry, City, Cohort, MarkKind, PrintRun, RunState, Update, UpdateFile, UpdateLook, Upload
from app.people.audit import Refused
from app.people.records_holds import hold_on, hold_records, holds_of, lift_records_hold
from app.printing.runs import make_run
from app.updates.comments import say_comment
from app.updates.commitments import add_commitment
from app.updates.files import attach_file, describe_file, quarantine_file, release_file
from app.updates.marks import answer_mark, leave_mark
from app.updates.phrases import redact_phrase
from app.updates.redactions import redact
from app.updates.released import standing_of
from app.updates.releases import begin_correction, release_update
from app.updates.uploads import sweep_uploads
from tests.conftest import Visitor, VisitorOf
from tests.handed import office, ready
from tests.routes.test_updates import enter, text_of
from tests.updates.stage import SYSTEM, Stage

__all__ = ("enter",)
HERE = "/by-all-means/cities/oakland/records"
SECRET, PHRASE, OTHERS = "qxdraft81", "Ana Ruiz", "qxothers82"


def place(db: Session, stage: Stage) -> tuple[Cohort, City]:
    return db.get_one(Cohort, stage.cohort_id), db.get_one(City, stage.cities["oakland"])


def attach(db: Session, update: Update, files: Files, name: str, member: str) -> UpdateFile:
    file = attach_file(db, update, ready(office("docx", {"docProps/x.xml": member}), name), files, by=SYSTEM)
    describe_file(db, update, file, caption=f"About {member}", alternative="", section=None, by=SYSTEM)
    return file


@pytest.fixture
def released(stage: Stage, enter: VisitorOf) -> Stage:
    """Oakland's spring: two versions with files, a question that is answered, a part and a file taken out, a file
    hidden. Its fall: a draft, commented."""
    files = Files(enter("lab/organizer").app.state.settings.data_dir / "files")
    with stage.database.write() as db:
        spring, organizer = stage.update(db, cycle="spring"), stage.viewer(db, "lab/organizer")
        stage.write(db, spring, "more", "=1+1 is more")
        kept = [attach(db, spring, files, name, name) for name in ("plan.docx", "plan.docx.docx", "CON.docx")]
        stage.release(db, spring, words=f"{PHRASE} wrote", promise="=HYPERLINK(1)")
        begin_correction(db, spring, by=stage.viewer(db, "oakland/mayor"))
        stage.write(db, spring, "narrative", "Corrected words")
        stage.approve(db, spring)
        release_update(db, spring, by=organizer)
        asked = leave_mark(db, spring, kind=MarkKind.QUESTION, text=OTHERS, by=stage.viewer(db, "salem/mayor"))
        answer_mark(db, asked, text="The county pays.", by=stage.viewer(db, "oakland/mayor"))
        redact(db, spring, part=f"file:{kept[1].key}", reason="Not ours.", by=organizer)
        redact_phrase(db, spring, phrase=PHRASE, reason="A child.", by=organizer)
        quarantine_file(db, spring, kept[2], reason="To be looked at.", by=organizer)
        fall = stage.update(db)
        stage.write(db, fall, "narrative", f"{SECRET} of a draft", by=stage.viewer(db, "oakland/facilitator"))
        say_comment(db, fall, None, text=f"{SECRET} said", by=stage.viewer(db, "oakland/facilitator"))
        stage.release(db, stage.update(db, "salem", "spring"), words=OTHERS)
    return stage


def made(stage: Stage, visitor: Visitor, **form: str) -> ZipFile:
    """The export that this visitor has made and fetches."""
    answer = visitor.post(f"{HERE}/runs", form)
    assert answer.status_code == 303, text_of(answer.text)
    fetched = visitor.get(f"{HERE}/runs/{work(stage, visitor)}/records.zip")
    assert fetched.status_code == 200, fetched.text
    return ZipFile(BytesIO(fetched.content))


def work(stage: Stage, visitor: Visitor) -> int:
    """What the worker does with the last run."""
    with stage.database.read() as db:
        number = db.exec(select(PrintRun.id).order_by(col(PrintRun.id).desc())).first()
    assert number is not None
    assert make_run(stage.database, visitor.app.state.settings, number, MAKERS)
    return number


def rows(archive: ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(archive.read(name).decode("utf-8-sig"), newline="")))


def everything(archive: ZipFile) -> str:
    """All that is said anywhere, in packed files too."""
    return "".join(_texts(archive))


def _texts(archive: ZipFile) -> Iterator[str]:
    for name in archive.namelist():
        data = archive.read(name)
        yield name
        yield data.decode("utf-8", "replace")
        if name.endswith(".docx"):
            yield from _texts(ZipFile(BytesIO(data)))


def test_an_export_holds_all_that_was_released_as_readers_have_it(released: Stage, enter: VisitorOf) -> None:
    archive = made(released, enter("oakland/mayor"))
    assert archive.testzip() is None
    versions = [f"spring/version-{number}.{kind}" for number in (1, 2, 3, 4) for kind in ("html", "md")]
    assert archive.namelist() == [
        "index.html",
        "style.css",
        *versions,
        "spring/figures.csv",
        "spring/commitments.csv",
        "spring/files.csv",
        "spring/events.csv",
        "spring/answers.csv",
        "spring/files/01-plan.docx",
        "fall/events.csv",
        "manifest.csv",
    ]
    page, text = (archive.read(f"spring/version-2.{kind}").decode() for kind in ("html", "md"))
    for one in (page, text):
        assert "Corrected words" in one
        assert "Mayor of oakland" in one
        assert "A child." in one, "the tombstone says why"
        assert one.count("(words taken out)") == 1
    assert 'href="../style.css"' in page
    assert 'href="files/01-plan.docx"' in page
    for row in rows(archive, "manifest.csv"):
        data = archive.read(row["File"])
        assert (int(row["Bytes"]), row["SHA-256"]) == (len(data), sha256(data).hexdigest())
    assert [(row["Answered"][:10], row["Answer"]) for row in rows(archive, "spring/answers.csv")] == [
        ("2017-10-24", "The county pays.")
    ]


def test_what_was_taken_out_hidden_unreleased_or_others_words_is_in_none(released: Stage, enter: VisitorOf) -> None:
    """Rules 5, 6, 12 and 20, for the organizers too."""
    for name in ("lab/organizer", "oakland/facilitator"):
        said = everything(made(released, enter(name)))
        for word in (SECRET, PHRASE, OTHERS, "plan.docx.docx", "CON.docx"):
            assert word not in said, (name, word)
    files = rows(made(released, enter("lab/organizer")), "spring/files.csv")
    assert [(row["File"], row["Name"], row["Not here because"].partition(": ")[2]) for row in files] == [
        ("files/01-plan.docx", "plan.docx", ""),
        ("", "", "Not ours."),
        ("", "", "To be looked at."),
    ]
    assert [row["SHA-256"] == "" for row in files] == [False, True, True]
    index = text_of(made(released, enter("lab/organizer")).read("index.html").decode())
    assert "1 file that is in quarantine." in index


def test_no_cell_of_a_table_can_become_a_formula(released: Stage, enter: VisitorOf) -> None:
    archive = made(released, enter("lab/organizer"))
    assert rows(archive, "spring/commitments.csv")[0]["Commitment"] == "'=HYPERLINK(1)"
    for name in archive.namelist():
        if name.endswith(".csv"):
            cells = [cell for row in rows(archive, name) for cell in row.values()]
            assert [cell for cell in cells if cell and cell[0] in "=+-@\t\r"] == [], name


def test_who_did_what_when_stands_in_the_events_without_any_words(released: Stage, enter: VisitorOf) -> None:
    found = rows(made(released, enter("oakland/mayor")), "spring/events.csv")
    acts = [row["Did what"] for row in found]
    assert acts[-6:] == [
        "begin correction",
        "send to mayor",
        "approve update",
        "release update",
        "redact",
        "redact phrase",
    ] or acts[-7:-1] == [
        "begin correction",
        "send to mayor",
        "approve update",
        "release update",
        "redact",
        "redact phrase",
    ]
    assert found[-1]["When"] == "2017-10-24 07:00 PDT"
    assert {row["Reason"] for row in found} == {"", "Not ours.", "A child.", "To be looked at."}


def test_unreleased_text_needs_a_reason_and_leaves_looks_that_the_city_sees_rule_5(
    released: Stage, enter: VisitorOf
) -> None:
    organizer = enter("lab/organizer")
    refused = organizer.post(f"{HERE}/runs", {"drafts": "yes", "reason": " "})
    assert refused.status_code == 422
    assert 'id="f-reason-error"' in refused.text
    assert "checked" in refused.text, "what was ticked is kept"
    archive = made(released, organizer, drafts="yes", reason="Request 17-204")
    assert [name for name in archive.namelist() if "unreleased" in name] == [
        "spring/unreleased/comments.csv",
        "spring/unreleased/saves.csv",
        "fall/unreleased/draft.html",
        "fall/unreleased/draft.md",
        "fall/unreleased/comments.csv",
        "fall/unreleased/saves.csv",
    ]
    assert SECRET in archive.read("fall/unreleased/draft.md").decode()
    assert [(row["Who"], row["Words"]) for row in rows(archive, "fall/unreleased/saves.csv")] == [
        ("Facilitator of oakland", f"{SECRET} of a draft")
    ]
    assert rows(archive, "fall/unreleased/comments.csv")[0]["Words"] == f"{SECRET} said"
    said = everything(archive)
    assert (PHRASE in said, OTHERS in said) == (False, False), "what was taken out is in no draft either"
    with released.database.read() as db:
        looked = db.exec(select(UpdateLook.what, UpdateLook.person_id)).all()
        entry = db.exec(select(AuditEntry).where(AuditEntry.act == "export_records")).one()
    assert looked == [("the export of records", released.people["lab/organizer"])] * 2, "one for each update"
    assert (entry.by, entry.subject, entry.reason, entry.after) == (
        "Organizer of lab",
        "city",
        "Request 17-204",
        {"drafts": True, "originals": False},
    )
    looks = enter("oakland/member").get("/by-all-means/updates/fall/oakland/looks")
    assert "the export of records" in looks.text


def test_each_fetching_of_unreleased_text_is_a_look(released: Stage, enter: VisitorOf) -> None:
    made(released, enter("oakland/facilitator"), drafts="yes", reason="Request 17-204")
    with time_machine.travel(datetime(2017, 10, 25, 15, tzinfo=UTC)):
        organizer = enter("lab/organizer")
        with released.database.read() as db:
            number = db.exec(select(PrintRun.id)).one()
        assert organizer.get(f"{HERE}/runs/{number}/records.zip").status_code == 200
        with released.database.read() as db:
            people = db.exec(select(UpdateLook.person_id).order_by(col(UpdateLook.id))).all()
    assert people == [released.people["oakland/facilitator"]] * 2 + [released.people["lab/organizer"]] * 2


def test_what_was_taken_out_is_exported_by_organizers_while_a_hold_stands(released: Stage, enter: VisitorOf) -> None:
    organizer, mayor = enter("lab/organizer"), enter("oakland/mayor")
    wish = {"originals": "yes", "reason": "Case 9"}
    assert organizer.post(f"{HERE}/runs", wish).status_code == 422
    organizer.follow(f"{HERE}/hold", {"hold_reason": "Case 9"})
    assert mayor.post(f"{HERE}/runs", wish).status_code == 422
    archive = made(released, organizer, **wish)
    assert PHRASE in archive.read("spring/originals/version-1.md").decode()
    assert "spring/originals/files/01-plan.docx.docx" in archive.namelist()
    assert "CON" not in "".join(archive.namelist()), "what is in quarantine stays out (rule 20)"
    assert PHRASE not in archive.read("spring/version-1.md").decode()
    with released.database.read() as db:
        number = db.exec(select(PrintRun.id)).one()
    assert mayor.get(f"{HERE}/runs/{number}/records.zip").status_code == 404
    organizer.follow(f"{HERE}/hold", {"lift": "yes", "hold_reason": "Closed"})
    assert organizer.get(f"{HERE}/runs/{number}/records.zip").status_code == 404


def test_an_export_is_not_fetched_once_something_was_taken_out_of_it_rule_6(released: Stage, enter: VisitorOf) -> None:
    mayor = enter("oakland/mayor")
    made(released, mayor)
    with released.database.read() as db:
        number = db.exec(select(PrintRun.id)).one()
    with released.database.write() as db:
        update = released.update(db, cycle="spring")
        redact(db, update, part="section:ask", reason="Why", by=released.viewer(db, "lab/organizer"))
    answer = mayor.get(f"{HERE}/runs/{number}/records.zip")
    assert (answer.status_code, "Make it anew" in answer.text) == (404, True)
    assert "Make it anew" in mayor.get(HERE).text


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("oakland/mayor", True),
        ("oakland/facilitator", True),
        ("lab/organizer", True),
        ("oakland/member", False),
        ("oakland/superintendent", False),
        ("oakland/assistant", False),
        ("salem/mayor", False),
        ("lab/staff", False),
        ("elsewhere/organizer", False),
    ],
)
def test_a_citys_records_are_its_mayors_its_facilitators_and_the_organizers(
    released: Stage, enter: VisitorOf, name: str, may: bool
) -> None:
    made(released, enter("oakland/mayor"))
    with released.database.read() as db:
        number = db.exec(select(PrintRun.id)).one()
    visitor = enter(name)
    answers = [
        visitor.get(HERE).status_code == 200,
        visitor.get(f"{HERE}/runs/{number}/records.zip").status_code == 200,
        visitor.post(f"{HERE}/runs", {}).status_code == 303,
    ]
    assert answers == [may] * 3
    assert (visitor.post(f"{HERE}/hold", {"hold_reason": "x"}).status_code == 303) is (name == "lab/organizer")


def test_another_citys_export_is_not_found_here(released: Stage, enter: VisitorOf) -> None:
    made(released, enter("oakland/mayor"))
    with released.database.read() as db:
        number = db.exec(select(PrintRun.id)).one()
    salem = "/by-all-means/cities/salem/records"
    assert enter("salem/mayor").get(f"{salem}/runs/{number}/records.zip").status_code == 404
    assert enter("lab/organizer").post(f"{salem}/runs/{number}/cancellation").status_code == 404


def test_asking_twice_makes_one_which_can_be_stopped(released: Stage, enter: VisitorOf) -> None:
    mayor = enter("oakland/mayor")
    for _ in range(2):
        mayor.post(f"{HERE}/runs", {})
    with released.database.read() as db:
        (run,) = db.exec(select(PrintRun)).all()
    page = mayor.get(HERE).text
    assert "Waiting for its turn." in page
    assert 'data-hx-trigger="every 1s"' in page
    assert enter("oakland/facilitator").post(f"{HERE}/runs/{run.key}/cancellation").status_code == 404
    mayor.follow(f"{HERE}/runs/{run.key}/cancellation")
    with released.database.read() as db:
        assert db.get_one(PrintRun, run.key).state is RunState.CANCELLED
    assert mayor.get(f"{HERE}/runs/{run.key}/records.zip").status_code == 404


def test_exports_are_swept_away_after_their_days(released: Stage, enter: VisitorOf) -> None:
    mayor = enter("oakland/mayor")
    cache = mayor.app.state.settings.data_dir / "cache"
    mayor.post(f"{HERE}/runs", {})
    work(released, mayor)
    (file,) = (cache / SHELF.folder).iterdir()
    for age, swept in ((KEPT - timedelta(hours=1), 0), (KEPT + timedelta(hours=1), 1)):
        moment = (clock.now() - age).timestamp()
        os.utime(file, (moment, moment))
        assert sweep_records(cache) == swept
    assert list((cache / SHELF.folder).iterdir()) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "-..-etc-passwd"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("nul.pdf", "file-nul.pdf"),
        ('<a>:"|?*.png', "-a------.png"),
        ("", "file"),
        ("x" * 300 + ".jpg", "x" * 120 + ".jpg"),
        ("تقرير.pdf", "تقرير.pdf"),
    ],
)
def test_names_of_files_are_such_as_every_machine_can_write(name: str, expected: str) -> None:
    assert safe(name) == expected


def test_two_files_of_one_name_are_told_apart() -> None:
    files = [UpdateFile(id=n, update_id=1, name="a.pdf", media_type="x", size=1, digest="") for n in (7, 9)]
    assert named(files) == {7: "files/01-a.pdf", 9: "files/02-a.pdf"}


def test_how_the_updates_stand_is_another_word_after_each_thing_that_readers_are_not_to_miss(
    released: Stage, enter: VisitorOf
) -> None:
    """By it a device asks anew for what it keeps: corrected, taken out, hidden and shown again (rules 6 and 20)."""
    files = Files(enter("lab/organizer").app.state.settings.data_dir / "files")
    seen = []
    with released.database.write() as db:
        organizer = released.viewer(db, "lab/organizer")
        spring, fall = released.update(db, cycle="spring"), released.update(db)
        seen.append(standing_of(db, released.cohort_id))
        redact(db, spring, part="section:ask", reason="Why", by=organizer)
        seen.append(standing_of(db, released.cohort_id))
        file = attach(db, fall, files, "late.docx", "late")
        released.release(db, fall)
        seen.append(standing_of(db, released.cohort_id))
        quarantine_file(db, fall, file, reason="Why", by=organizer)
        seen.append(standing_of(db, released.cohort_id))
        release_file(db, fall, file, by=organizer)
        seen.append(standing_of(db, released.cohort_id))
        assert standing_of(db, released.cohort_id) == seen[-1]
    assert all(one != other for one, other in pairwise(seen))


# --- the legal hold ---


@pytest.mark.parametrize("who", ["oakland/mayor", "oakland/facilitator", "lab/staff", "elsewhere/organizer"])
def test_only_an_organizer_sets_and_lifts_a_hold_with_a_reason(stage: Stage, who: str) -> None:
    with stage.database.write() as db:
        for act in (hold_records, lift_records_hold):
            with pytest.raises(Refused, match="Only an organizer"):
                act(db, *place(db, stage), reason="Case 9", by=stage.viewer(db, who))
        with pytest.raises(Refused) as refused:
            hold_records(db, *place(db, stage), reason=" ", by=stage.viewer(db, "lab/organizer"))
        assert refused.value.field == "hold_reason"


def test_a_hold_is_set_once_lifted_once_and_all_of_it_is_on_record_rule_21(stage: Stage, enter: VisitorOf) -> None:
    organizer = enter("lab/organizer")
    for _ in range(2):
        organizer.follow(f"{HERE}/hold", {"hold_reason": "Case 9"})
    assert "A legal hold stands" in text_of(enter("oakland/mayor").get(HERE).text)
    for _ in range(2):
        organizer.follow(f"{HERE}/hold", {"hold_reason": "Closed", "lift": "yes"})
    with stage.database.read() as db:
        holds = holds_of(db, stage.cohort_id, stage.cities["oakland"])
        assert hold_on(db, stage.cohort_id, stage.cities["oakland"]) is None
    assert [(one.by, one.reason, one.lifted_by, one.lifted_because) for one in holds] == [
        ("Organizer of lab", "Case 9", "Organizer of lab", "Closed")
    ]


def test_a_hold_keeps_uploads_that_nobody_finished(stage: Stage, enter: VisitorOf) -> None:
    folder = enter("lab/organizer").app.state.settings.data_dir / "uploads"
    folder.mkdir(parents=True)
    past = datetime(2017, 10, 1, tzinfo=UTC)
    with stage.database.write() as db:
        for city in ("oakland", "salem"):
            (folder / city).write_bytes(b"half")
            upload = Upload(
                ticket=city,
                update_id=stage.update(db, city).key,
                person_id=stage.people[f"{city}/mayor"],
                name="a.pdf",
                size=9,
                received=4,
                expires_at=past,
            )
            db.info["act"] = "test"  # uploads are the worker's own rows; no verb begins one here
            db.info.update(by=SYSTEM, turn="", reason="", reverses=None, of_convening=None, of_cohort=None)
            db.add(upload)
            db.flush()
        db.info.pop("act")
        hold_records(db, *place(db, stage), reason="Case 9", by=stage.viewer(db, "lab/organizer"))
        assert sweep_uploads(db, folder) == 1
        assert [path.name for path in folder.iterdir()] == ["oakland"]
        lift_records_hold(db, *place(db, stage), reason="Closed", by=stage.viewer(db, "lab/organizer"))
        assert sweep_uploads(db, folder) == 1
    assert list(folder.iterdir()) == []


def test_the_page_takes_no_more_queries_for_more_exports(released: Stage, enter: VisitorOf, queries: list[str]) -> None:
    organizer, counts = enter("lab/organizer"), []
    for many in (1, 8):
        for number in range(many):
            organizer.post(f"{HERE}/runs", {"reason": f"Request {many}-{number}"})
        organizer.get(HERE)
        queries.clear()
        organizer.get(HERE)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_large_file_is_never_whole_in_memory(released: Stage, enter: VisitorOf) -> None:
    """The ZIP is written from pieces of a megabyte: 40 MB take no 20 MB more."""
    import tracemalloc

    from app.exchange.records import Export, Member

    class Large(Files):
        def pieces(self, digest: str) -> Iterator[bytes]:
            return (bytes(1 << 20) for _ in range(40))

    digest = sha256(bytes(40 << 20)).hexdigest()
    folder = enter("lab/organizer").app.state.settings.data_dir
    export = Export("x", (Member("a.bin", digest=digest),), Large(folder))
    tracemalloc.start()
    SHELF.keep(folder, "x", lambda out: export.write(out, lambda done: None))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert SHELF.place(folder, "x").stat().st_size > 40 << 20
    assert peak < 20 << 20


def test_commitments_are_counted_by_version(released: Stage, enter: VisitorOf) -> None:
    with released.database.write() as db:
        fall = released.update(db)
        add_commitment(db, fall, text="Forty seats", due_on=date(2018, 5, 4), by=SYSTEM)
        released.release(db, fall)
    found = rows(made(released, enter("oakland/mayor")), "fall/commitments.csv")
    assert [(row["Version"], row["Kind"], row["Commitment"], row["What became of it"]) for row in found] == [
        ("1", "made", "Forty seats", ""),
        ("1", "answered", "'=HYPERLINK(1)", "done"),
    ]
