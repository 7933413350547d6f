"""Slides and hand-outs: versions, what is hidden at once (rule 20), and two people handing in at once."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from threading import Barrier, Thread

import pytest
import time_machine
from sqlmodel import Session, select

from app.agenda.materials import MOST_FILES, current, earlier, hand_in, put_away, quarantine, release
from app.agenda.speakers import answer, set_state
from app.database import Database
from app.files import Arrival, Files, examine
from app.models import Engagement, EngagementState, Material
from app.people.audit import Refused
from tests.agenda.stand import BY, part_of
from tests.conftest import IN_THE_SAMPLE


@pytest.fixture
def db(sample: Database, in_the_sample: object) -> Iterator[Session]:
    with sample.write() as db:
        yield db


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


def slides(text: str = "one", name: str = "slides.pdf") -> Arrival:
    return examine(BytesIO(b"%PDF-1.7 " + text.encode()), name, megabytes=1)


def names(materials: list[Material]) -> list[str]:
    return [one.name for one in materials]


def test_a_file_says_that_materials_are_in(db: Session, files: Files) -> None:
    part = part_of(db, "Bảo Anh")
    material = hand_in(db, part, slides(), files, by=BY)
    assert part.state is EngagementState.MATERIALS_IN
    assert part.answered_at is not None
    assert (material.name, material.media_type, material.size) == ("slides.pdf", "application/pdf", 12)
    assert b"".join(files.pieces(material.digest)) == b"%PDF-1.7 one"


def test_another_version_puts_the_one_before_it_away_and_keeps_it(db: Session, files: Files) -> None:
    """Rule 21."""
    part = part_of(db, "Bảo Anh")
    first = hand_in(db, part, slides("one", "v1.pdf"), files, by=BY)
    hand_in(db, part, slides("two", "v2.pdf"), files, instead_of=first.key, by=BY)
    assert (names(current(part)), names(earlier(part))) == (["v2.pdf"], ["v1.pdf"])
    assert b"".join(files.pieces(first.digest)) == b"%PDF-1.7 one"


def test_a_file_may_stand_beside_another_up_to_a_few(db: Session, files: Files) -> None:
    part = part_of(db, "Bảo Anh")
    for number in range(MOST_FILES):
        hand_in(db, part, slides(str(number)), files, by=BY)
    with pytest.raises(Refused, match="6 files are here already"):
        hand_in(db, part, slides("one more"), files, by=BY)
    assert len(current(part)) == MOST_FILES


def test_the_same_bytes_again_are_the_same_file(db: Session, files: Files) -> None:
    part = part_of(db, "Bảo Anh")
    first = hand_in(db, part, slides(), files, by=BY)
    again = hand_in(db, part, slides(name="other.pdf"), files, instead_of=first.key, by=BY)
    assert (again.id, names(current(part)), earlier(part)) == (first.id, ["slides.pdf"], [])


def test_what_has_been_replaced_meanwhile_is_not_replaced_again(db: Session, files: Files) -> None:
    part = part_of(db, "Bảo Anh")
    first = hand_in(db, part, slides("one"), files, by=BY)
    hand_in(db, part, slides("two"), files, instead_of=first.key, by=BY)
    with pytest.raises(Refused, match="has just been replaced"):
        hand_in(db, part, slides("three"), files, instead_of=first.key, by=BY)


def test_who_declined_hands_in_nothing_and_nobody_does_afterwards(db: Session, files: Files) -> None:
    part = part_of(db, "Bảo Anh")
    answer(db, part, comes=False, by=BY)
    with pytest.raises(Refused, match="This part is declined"):
        hand_in(db, part, slides(), files, by=BY)
    answer(db, part, comes=True, by=BY)
    hand_in(db, part, slides(), files, by=BY)
    with (
        time_machine.travel(IN_THE_SAMPLE.replace(month=12), tick=False),
        pytest.raises(Refused, match="is over"),
    ):
        hand_in(db, part, slides("late"), files, by=BY)


def test_who_declines_and_comes_after_all_still_has_their_materials_in(db: Session, files: Files) -> None:
    part = part_of(db, "Bảo Anh")
    hand_in(db, part, slides(), files, by=BY)
    answer(db, part, comes=False, by=BY)
    answer(db, part, comes=True, by=BY)
    assert part.state is EngagementState.MATERIALS_IN


def test_a_file_that_is_taken_back_or_hidden_is_not_in_and_comes_back(db: Session, files: Files) -> None:
    """Rule 20."""
    part = part_of(db, "Bảo Anh")
    material = hand_in(db, part, slides(), files, by=BY)
    quarantine(db, part, material, reason="A pupil's name on slide 3", by=BY)
    assert (part.state, material.quarantine_reason) == (EngagementState.CONFIRMED, "A pupil's name on slide 3")
    release(db, part, material, by=BY)
    assert part.state is EngagementState.MATERIALS_IN
    put_away(db, part, material, by=BY)
    put_away(db, part, material, by=BY)
    assert (part.state, current(part), names(earlier(part))) == (EngagementState.CONFIRMED, [], ["slides.pdf"])


def test_what_organizers_heard_of_by_mail_stays_when_another_file_is_hidden(db: Session, files: Files) -> None:
    part = part_of(db, "Achebe")
    assert part.state is EngagementState.MATERIALS_IN
    set_state(db, part, EngagementState.DECLINED, by=BY)
    with pytest.raises(Refused):
        hand_in(db, part, slides(), files, by=BY)


def test_two_uploads_at_once_are_two_versions_of_which_one_stands(
    sample: Database, in_the_sample: object, files: Files
) -> None:
    """Both meant to replace the same file: one does, the other is told that it has just been replaced."""
    with sample.write() as db:
        part = part_of(db, "Bảo Anh")
        number, first = part.key, hand_in(db, part, slides("first"), files, by=BY).key
    both = Barrier(2)
    refused: list[str] = []

    def upload(text: str) -> None:
        arrival = slides(text)
        both.wait()
        with sample.write() as db:
            try:
                hand_in(db, db.get_one(Engagement, number), arrival, files, instead_of=first, by=BY)
            except Refused as error:
                refused.append(error.sentence)

    threads = [Thread(target=upload, args=(text,)) for text in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sample.read() as db:
        standing = db.exec(select(Material).where(Material.engagement_id == number)).all()
    assert [one.archived_at is None for one in standing] == [False, True]
    assert [sentence.startswith("The file that this one was to replace") for sentence in refused] == [True]
