"""Pictures and papers of an update: what the city hands in, what becomes of it, and who hides it."""

from pathlib import Path
from random import Random

import pytest
from sqlmodel import Session

from app.files import Files
from app.models import UpdateFile, UpdateState
from app.people.audit import Refused
from app.updates import files as update_files
from app.updates.content import draft_of
from app.updates.files import (
    attach_file,
    bring_back_file,
    describe_file,
    earlier_files,
    fetch_file,
    move_file,
    put_away_file,
    quarantine_file,
    release_file,
    standing_files,
)
from app.updates.redactions import redact
from app.updates.releases import begin_correction
from tests.handed import bytes_of, office, paper, picture, ready
from tests.updates.stage import SYSTEM, Stage

FACILITATOR = "oakland/facilitator"


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


def add(
    db: Session,
    stage: Stage,
    files: Files,
    content: bytes,
    name: str,
    *,
    section: str = "",
    instead_of: int | None = None,
) -> UpdateFile:
    return attach_file(
        db,
        stage.update(db),
        ready(content, name),
        files,
        section=stage.section(db, section) if section else None,
        instead_of=instead_of,
        by=stage.viewer(db, FACILITATOR),
    )


def names(db: Session, stage: Stage) -> list[str]:
    return [file.name for file in standing_files(db, stage.update(db))]


def colour(number: int) -> bytes:
    return picture(color=(number, 0, 0))


def test_a_picture_is_kept_with_a_small_one_and_its_size(stage: Stage, files: Files) -> None:
    with stage.database.write() as db:
        file = add(db, stage, files, picture(900, 600), "bus.png", section="narrative")
        assert (file.width, file.height, file.media_type) == (900, 600, "image/png")
        assert bytes_of(files, file.digest).startswith(b"\x89PNG")
        assert bytes_of(files, file.preview).startswith(b"RIFF")
        assert stage.update(db).state is UpdateState.DRAFTING
        assert [shown.file_name for shown in draft_of(db, stage.update(db)).files_in("narrative")] == ["bus.png"]


def test_all_files_of_an_update_have_a_limit_that_is_named_and_earlier_versions_count(
    stage: Stage, files: Files
) -> None:
    def hand_in(db: Session, content: bytes, instead_of: int | None = None) -> UpdateFile:
        update, by = stage.update(db), stage.viewer(db, FACILITATOR)
        return attach_file(db, update, ready(content, "a.docx"), files, instead_of=instead_of, megabytes=1, by=by)

    half = [office("docx", {"word/media/a.bin": Random(seed).randbytes(600 << 10)}) for seed in range(2)]
    with stage.database.write() as db:
        first = hand_in(db, half[0])
        assert hand_in(db, half[0]).key == first.key
        with pytest.raises(Refused) as refused:
            hand_in(db, half[1], instead_of=first.key)
        assert refused.value.sentence == (
            "The files of this update come to 0.6 MB with their earlier versions, and there is room for 1 MB. This one "
            "has 0.6 MB: make it smaller, or ask an organizer of the lab."
        )
        assert names(db, stage) == ["a.docx"]
        put_away_file(db, stage.update(db), first, by=stage.viewer(db, FACILITATOR))
        assert hand_in(db, half[0]).key != first.key, "what is kept already takes no more room"


def test_the_same_file_again_is_one_file(stage: Stage, files: Files) -> None:
    with stage.database.write() as db:
        first = add(db, stage, files, picture(), "a.png")
        assert add(db, stage, files, picture(), "b.png").key == first.key
        assert names(db, stage) == ["a.png"]


def test_another_version_takes_place_words_and_section_of_the_one_before_and_archives_it_rule_21(
    stage: Stage, files: Files
) -> None:
    with stage.database.write() as db:
        by = stage.viewer(db, FACILITATOR)
        old = add(db, stage, files, colour(1), "old.png", section="narrative")
        add(db, stage, files, colour(2), "second.png", section="narrative")
        section = stage.section(db)
        describe_file(db, stage.update(db), old, caption="The bus", alternative="A bus", section=section, by=by)
        new = add(db, stage, files, colour(3), "new.png", instead_of=old.key)
        assert (new.caption, new.alternative, new.section_id, new.replaces_id) == (
            "The bus",
            "A bus",
            section.key,
            old.key,
        )
        assert names(db, stage) == ["new.png", "second.png"]
        assert [one.name for one in earlier_files(db, stage.update(db))] == ["old.png"]
        with pytest.raises(Refused, match="has just been replaced"):
            add(db, stage, files, colour(4), "late.png", instead_of=old.key)


def test_what_was_replaced_comes_back_in_the_place_of_what_replaced_it(stage: Stage, files: Files) -> None:
    with stage.database.write() as db:
        by = stage.viewer(db, FACILITATOR)
        first = add(db, stage, files, colour(1), "1.png")
        second = add(db, stage, files, colour(2), "2.png", instead_of=first.key)
        third = add(db, stage, files, colour(3), "3.png", instead_of=second.key)
        bring_back_file(db, stage.update(db), first, by=by)
        assert names(db, stage) == ["1.png"]
        put_away_file(db, stage.update(db), first, by=by)
        put_away_file(db, stage.update(db), first, by=by)
        bring_back_file(db, stage.update(db), third, by=by)
        assert names(db, stage) == ["3.png"]


def test_files_change_places_within_their_section(stage: Stage, files: Files) -> None:
    with stage.database.write() as db:
        by = stage.viewer(db, FACILITATOR)
        one, two, three = (add(db, stage, files, colour(n), f"{n}.png", section="ask") for n in (1, 2, 3))
        elsewhere = add(db, stage, files, colour(4), "4.png")
        move_file(db, stage.update(db), three, earlier=True, by=by)
        move_file(db, stage.update(db), one, earlier=True, by=by)
        move_file(db, stage.update(db), elsewhere, earlier=True, by=by)
        content = draft_of(db, stage.update(db))
        assert [file.file_name for file in content.files_in("ask")] == ["1.png", "3.png", "2.png"]
        move_file(db, stage.update(db), one, earlier=False, by=by)
        assert [file.id for file in draft_of(db, stage.update(db)).files_in("ask")] == [three.key, one.key, two.key]


@pytest.mark.parametrize("who", ["salem/facilitator", "lab/organizer", "lab/staff", "elsewhere/organizer"])
def test_only_the_citys_people_hand_in_rule_5(stage: Stage, files: Files, who: str) -> None:
    with stage.database.write() as db:
        with pytest.raises(Refused, match="Only the people of Oakland"):
            attach_file(db, stage.update(db), ready(picture(), "a.png"), files, by=stage.viewer(db, who))
        assert names(db, stage) == []


def test_what_is_approved_or_released_takes_no_file(stage: Stage, files: Files) -> None:
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
        stage.approve(db, stage.update(db))
        with pytest.raises(Refused, match="Withdraw the approval first"):
            add(db, stage, files, picture(), "a.png")


def test_a_released_version_keeps_its_file_while_a_correction_replaces_it_rule_6(stage: Stage, files: Files) -> None:
    with stage.database.write() as db:
        old = add(db, stage, files, colour(1), "old.png")
        stage.release(db, stage.update(db))
        begin_correction(db, stage.update(db), by=SYSTEM)
        new = add(db, stage, files, colour(2), "new.png", instead_of=old.key)
        peer = stage.viewer(db, "salem/mayor")
        assert fetch_file(db, stage.update(db), old.key, peer) is not None
        assert fetch_file(db, stage.update(db), new.key, peer) is None
        stage.release(db, stage.update(db))
        fetched = [fetch_file(db, stage.update(db), number, peer) for number in (old.key, new.key)]
        assert [one.released for one in fetched if one] == [True, True], "the earlier version can still be read"


def test_who_may_fetch_a_file_of_a_draft_rule_5(stage: Stage, files: Files) -> None:
    with stage.database.write() as db:
        file = add(db, stage, files, picture(), "a.png")
        allowed = {
            who for who in stage.people if fetch_file(db, stage.update(db), file.key, stage.viewer(db, who)) is not None
        }
    own = {"mayor", "superintendent", "facilitator", "member", "assistant", "designee"}
    assert allowed == {f"oakland/{role}" for role in own}


def test_a_file_of_another_update_has_no_address_here(stage: Stage, files: Files) -> None:
    with stage.database.write() as db:
        file = add(db, stage, files, picture(), "a.png")
        salem = stage.update(db, "salem")
        for number in (file.key, 0, -1, 2**40):
            assert fetch_file(db, salem, number, stage.viewer(db, "salem/mayor")) is None


def test_a_quarantine_hides_a_file_from_all_and_cannot_be_got_round_rule_20(stage: Stage, files: Files) -> None:
    with stage.database.write() as db:
        file = add(db, stage, files, picture(), "a.png")
        stage.release(db, stage.update(db))
        organizer = stage.viewer(db, "lab/organizer")
        with pytest.raises(Refused, match="Say why"):
            quarantine_file(db, stage.update(db), file, reason=" ", by=organizer)
        quarantine_file(db, stage.update(db), file, reason="A child could be known.", by=organizer)
        for who in ("salem/mayor", "oakland/mayor", "lab/staff"):
            assert fetch_file(db, stage.update(db), file.key, stage.viewer(db, who)) is None
        assert fetch_file(db, stage.update(db), file.key, organizer) is not None, "who hides it looks at it"
        begin_correction(db, stage.update(db), by=SYSTEM)
        put_away_file(db, stage.update(db), file, by=stage.viewer(db, FACILITATOR))
        with pytest.raises(Refused, match="hidden until an organizer has looked at it"):
            add(db, stage, files, picture(), "again.png")
        release_file(db, stage.update(db), file, by=organizer)
        assert fetch_file(db, stage.update(db), file.key, stage.viewer(db, "salem/mayor")) is not None


@pytest.mark.parametrize("who", ["oakland/mayor", "salem/facilitator", "lab/staff", "elsewhere/organizer"])
def test_only_an_organizer_hides_and_shows_again(stage: Stage, files: Files, who: str) -> None:
    with stage.database.write() as db:
        file = add(db, stage, files, picture(), "a.png")
        stage.release(db, stage.update(db))
        by = stage.viewer(db, who)
        with pytest.raises(Refused, match="Only an organizer"):
            quarantine_file(db, stage.update(db), file, reason="x", by=by)
        with pytest.raises(Refused, match="Only an organizer"):
            release_file(db, stage.update(db), file, by=by)


def test_a_redacted_file_is_gone_for_good_rule_6(stage: Stage, files: Files) -> None:
    with stage.database.write() as db:
        file = add(db, stage, files, picture(), "a.png")
        stage.release(db, stage.update(db))
        redact(db, stage.update(db), part=f"file:{file.key}", reason="A family asked.", by=SYSTEM)
        for who in ("salem/mayor", "lab/organizer"):
            assert fetch_file(db, stage.update(db), file.key, stage.viewer(db, who)) is None
        begin_correction(db, stage.update(db), by=SYSTEM)
        with pytest.raises(Refused, match="for good"):
            bring_back_file(db, stage.update(db), file, by=stage.viewer(db, FACILITATOR))


def test_there_is_a_most_of_files_and_of_versions(stage: Stage, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(update_files, "MOST_FILES", 2)
    monkeypatch.setattr(update_files, "MOST_VERSIONS", 3)
    with stage.database.write() as db:
        first = add(db, stage, files, colour(1), "1.png")
        add(db, stage, files, colour(2), "2.png")
        with pytest.raises(Refused, match="2 files are here already"):
            add(db, stage, files, colour(3), "3.png")
        add(db, stage, files, colour(4), "4.png", instead_of=first.key)
        second = standing_files(db, stage.update(db))[0]
        with pytest.raises(Refused, match="Very many versions"):
            add(db, stage, files, colour(5), "5.png", instead_of=second.key)


def test_a_caption_too_long_is_refused_and_three_hundred_characters_are_kept(stage: Stage, files: Files) -> None:
    with stage.database.write() as db:
        by = stage.viewer(db, FACILITATOR)
        file = add(db, stage, files, paper(), "n" * 300 + ".pdf")
        assert (len(file.name), file.pages) == (200, 1)
        with pytest.raises(Refused) as refused:
            describe_file(db, stage.update(db), file, caption="x" * 501, alternative="", section=None, by=by)
        assert refused.value.field == "caption"
        describe_file(db, stage.update(db), file, caption="من\n" + "x" * 297, alternative="", section=None, by=by)
        assert file.caption == "من " + "x" * 297
