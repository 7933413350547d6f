"""Files in the document of an update: in the draft, in the version that keeps them, and what hides them."""

from sqlmodel import Session

from app import clock
from app.models import Update, UpdateFile, UpdateVersion
from app.people.audit import verb
from app.people.viewer import Viewer
from app.updates.approval import approve_update
from app.updates.content import Content, draft_of
from app.updates.reading import readable_update
from app.updates.redactions import redact
from app.updates.releases import begin_correction, release_update
from tests.updates.stage import SYSTEM, Stage


@verb
def put_in(
    db: Session, update: Update, name: str, *, section: int | None = None, position: int = 0, by: Viewer
) -> UpdateFile:
    """A row as the desk makes it, its bytes nowhere."""
    file = UpdateFile(
        update_id=update.key,
        section_id=section,
        name=name,
        media_type="image/png",
        size=9,
        digest=name[0] * 64,
        preview="f" * 64,
        width=640,
        height=480,
        caption=f"Caption of {name}",
        alternative=f"Seen on {name}",
        position=position,
    )
    db.add(file)
    db.flush()
    return file


@verb
def hide(db: Session, file: UpdateFile, hidden: bool, *, by: Viewer) -> None:
    file.quarantined_at = clock.now() if hidden else None
    file.quarantine_reason = "A child could be known." if hidden else ""
    db.add(file)


def test_a_draft_holds_its_files_by_section_in_their_order(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        narrative = stage.section(db).key
        put_in(db, update, "b.png", section=narrative, position=2, by=SYSTEM)
        put_in(db, update, "a.png", section=narrative, position=1, by=SYSTEM)
        put_in(db, update, "c.png", position=0, by=SYSTEM)
        content = draft_of(db, update)
    assert [file.file_name for file in content.files_in("narrative")] == ["a.png", "b.png"]
    assert [file.file_name for file in content.other_files] == ["c.png"]
    assert Content.model_validate(content.stored()) == content


def test_a_version_stored_before_there_were_files_is_read_as_it_was() -> None:
    old = {"format": 1, "sections": [{"slug": "ask", "title": "Our ask", "body": "Who knows?", "redaction": None}]}
    content = Content.model_validate(old)
    assert (len(content.files), content.files_in("ask"), list(content.parts())) == (0, [], ["section:ask"])


def test_a_file_added_changes_what_the_mayor_would_approve(stage: Stage) -> None:
    with stage.database.write() as db:
        before = draft_of(db, stage.update(db)).stamp
        put_in(db, stage.update(db), "a.png", by=SYSTEM)
        assert draft_of(db, stage.update(db)).stamp != before


def test_a_quarantine_hides_a_file_in_the_draft_and_in_versions_until_it_ends_rule_20(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        file = put_in(db, update, "a.png", by=SYSTEM)
        stage.release(db, update)
        hide(db, file, True, by=SYSTEM)
    reader = "salem/mayor"
    with stage.database.read() as db:
        for content in (draft_of(db, stage.update(db)), _read(db, stage, reader)):
            (shown,) = content.files
            assert (shown.digest, shown.file_name, shown.caption, shown.alternative, shown.preview) == ("",) * 5
            assert shown.redaction is not None
            assert shown.redaction.reason == "A child could be known."
    with stage.database.write() as db:
        hide(db, db.get_one(UpdateFile, file.key), False, by=SYSTEM)
        assert [shown.digest for shown in _read(db, stage, reader).files] == ["a" * 64]


def test_what_is_released_while_a_file_is_hidden_has_it_once_the_quarantine_ends(stage: Stage) -> None:
    """Rule 6: the version is what was approved; the tombstone lies over it (rule 20)."""
    with stage.database.write() as db:
        update = stage.update(db)
        file = put_in(db, update, "a.png", by=SYSTEM)
        hide(db, file, True, by=SYSTEM)
        stage.release(db, update)
        assert [shown.digest for shown in _read(db, stage, "salem/mayor").files] == [""]
        hide(db, file, False, by=SYSTEM)
        assert [shown.digest for shown in _read(db, stage, "salem/mayor").files] == ["a" * 64]


def test_a_file_is_redacted_for_good_and_leaves_the_draft_rule_6(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        file = put_in(db, update, "a.png", by=SYSTEM)
        stage.release(db, update)
        redact(db, update, part=f"file:{file.key}", reason="A family asked.", by=SYSTEM)
        assert draft_of(db, update).files == []
        for number in (None, 1):
            (shown,) = _read(db, stage, "salem/mayor", number).files
            assert (shown.digest, shown.caption, bool(shown.redaction)) == ("", "", True)
        begin_correction(db, update, by=SYSTEM)
        stage.write(db, update, "ask", "Another ask")
        approve_update(db, update, by=SYSTEM)
        note = release_update(db, update, by=SYSTEM).note
    assert note == "Corrected: Our ask, pictures and files."
    with stage.database.read() as db:
        first = db.get_one(UpdateVersion, 1).content["files"]
        assert [one["digest"] for one in first] == ["a" * 64], "the released row itself never changes"


def _read(db: Session, stage: Stage, who: str, number: int | None = None) -> Content:
    page = readable_update(db, stage.update(db), stage.viewer(db, who), number)
    assert page is not None
    return page.content
