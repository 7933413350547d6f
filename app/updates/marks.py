"""Marks: what readers leave at a part of a released update, a question or "we can help", and the city's answers.

The whole cohort reads both, with names: it is good pressure, and others may have the same question. The page says so
before anything is sent. What is shown of them, and to whom, is in mark_lists.py.
"""

from sqlmodel import Session, col, select

from app import clock
from app.models import City, MarkKind, Update, UpdateCycle, UpdateMark
from app.people.audit import Refused, verb
from app.people.policy import may
from app.people.prose import as_written
from app.people.viewer import Viewer
from app.updates.versions import last_content
from app.updates.writing import hold

LONGEST = 1000
WHOLE = ""
"""The part of a mark that is about the update as a whole."""


@verb
def leave_mark(
    db: Session,
    update: Update,
    *,
    kind: MarkKind,
    part: str = WHOLE,
    text: str = "",
    device_key: str | None = None,
    by: Viewer,
) -> UpdateMark:
    """Ask the city a question at a part of its update ("section:ask"), or say that one can help.

    An assistant marks for their principal. The same once more is the same mark: a second click, or a device that sends
    again what it kept without a network (`device_key`). Refuses one's own city's update, and what is not released.
    """
    hold(db, update)
    cohort_id = db.get_one(UpdateCycle, update.cycle_id).cohort_id
    if not may(by, "update.mark", cohort_id=cohort_id):
        raise Refused("Only people of the cohort leave questions and offers of help.")
    assert by.person_id is not None, "who may mark is somebody"
    if update.city_id in by.city_ids(cohort_id):
        raise Refused("This is your own city’s update: answer here what others ask, or write in it.")
    text = as_written(text, longest=LONGEST, field="text")
    if kind is MarkKind.QUESTION and not text:
        raise Refused("Write your question: a sentence is enough.", "text")
    content = last_content(db, update)
    if content is None:
        raise Refused(f"{db.get_one(City, update.city_id).name}’s update is not released yet.")
    twin = _twin(db, update, kind, part, text, device_key, by.person_id)
    if twin is not None:
        return twin
    if part and part not in content.parts():
        raise Refused("That part is no longer in the update: it was corrected meanwhile. Look at the page once more.")
    office = next(iter(by.offices_in(cohort_id)), None)
    mark = UpdateMark(
        update_id=update.key,
        person_id=by.person_id,
        city_id=office.city_id if office else None,
        office=office.said if office else "",
        kind=kind,
        part=part,
        text=text,
        device_key=device_key,
    )
    db.add(mark)
    return mark


@verb
def take_back_mark(db: Session, mark: UpdateMark, *, by: Viewer) -> None:
    """Take one's own mark back. It stays on record, and is shown to nobody (rule 21)."""
    hold(db, mark.update)
    if mark.person_id != by.person_id:
        raise Refused("Only who left it takes it back.")
    mark.archived_at = mark.archived_at or clock.now()
    db.add(mark)


@verb
def bring_back_mark(db: Session, mark: UpdateMark, *, by: Viewer) -> None:
    """Let a mark that was taken back stand again."""
    hold(db, mark.update)
    if mark.person_id != by.person_id:
        raise Refused("Only who left it brings it back.")
    mark.archived_at = None
    db.add(mark)


@verb
def answer_mark(db: Session, mark: UpdateMark, *, text: str, by: Viewer) -> None:
    """Answer for the city; answering again changes the answer, and an empty one takes it away."""
    hold(db, mark.update)
    cohort_id = db.get_one(UpdateCycle, mark.update.cycle_id).cohort_id
    offices = [one for one in by.offices_in(cohort_id) if one.city_id == mark.update.city_id and not one.stands_in]
    if not offices:
        raise Refused(f"Only the people of {db.get_one(City, mark.update.city_id).name} answer here.")
    if mark.archived_at is not None or mark.quarantined_at is not None:
        raise Refused("It was taken back meanwhile, so there is nothing to answer.")
    text = as_written(text, longest=2 * LONGEST, field="answer")
    if text == mark.answer:
        return
    mark.answer = text
    mark.answered_at = clock.now() if text else None
    mark.answered_by_id = by.person_id if text else None
    mark.answered_as = offices[0].said if text else ""
    db.add(mark)


@verb
def quarantine_mark(db: Session, mark: UpdateMark, *, reason: str, by: Viewer) -> None:
    """Hide a mark and its answer at once from everybody but its author, who reads why (rule 20)."""
    hold(db, mark.update)
    _refuse_all_but_organizers(db, mark, by)
    reason = as_written(reason, longest=500, field="reason")
    if not reason:
        raise Refused("Say why: its author reads it.", "reason")
    if mark.quarantined_at is None:
        mark.quarantined_at = clock.now()
        mark.quarantined_by_id = by.person_id
        mark.quarantine_reason = reason
        db.add(mark)


@verb
def release_mark(db: Session, mark: UpdateMark, *, by: Viewer) -> None:
    """Show a hidden mark again."""
    hold(db, mark.update)
    _refuse_all_but_organizers(db, mark, by)
    mark.quarantined_at = mark.quarantined_by_id = None
    mark.quarantine_reason = ""
    db.add(mark)


def _refuse_all_but_organizers(db: Session, mark: UpdateMark, by: Viewer) -> None:
    if not by.is_organizer(db.get_one(UpdateCycle, mark.update.cycle_id).cohort_id):
        raise Refused("Only an organizer of the cohort hides what others wrote.")


def _twin(
    db: Session, update: Update, kind: MarkKind, part: str, text: str, device_key: str | None, person_id: int
) -> UpdateMark | None:
    """The mark that this one is a repetition of. A key of somebody else's device is nobody's twin."""
    mine = select(UpdateMark).where(UpdateMark.update_id == update.key, UpdateMark.person_id == person_id)
    if device_key:
        sent = db.exec(mine.where(UpdateMark.device_key == device_key)).first()
        if sent is not None:
            return sent
    same = (UpdateMark.kind == kind, UpdateMark.part == part, UpdateMark.text == text)
    return db.exec(mine.where(*same, col(UpdateMark.archived_at).is_(None))).first()
