"""Writing an update: its city's people write, section by section, until their mayor has approved it."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app import clock
from app.models import AuditEntry, City, Person, Update, UpdateCycle, UpdateSection, UpdateState, UpdateText
from app.people.audit import Refused, verb
from app.people.differences import Passage, Way, difference, together
from app.people.policy import may
from app.people.prose import as_written
from app.people.viewer import Viewer

LONGEST = 20_000
"""Characters of a section: about twelve printed pages, far above what anybody asks for."""


class Stale(Refused):
    """Somebody saved the same section meanwhile. Both texts are here, so that neither is lost; `upon` is the revision
    that yours was written upon, `revision` that of theirs."""

    def __init__(self, section: UpdateSection, *, yours: str, theirs: str, upon: int, revision: int, by: str) -> None:
        super().__init__(
            f"{by} saved “{section.title}” while you wrote. Your text is kept below, beside theirs: "
            "bring the two together and save again.",
            section.slug,
        )
        self.section, self.yours, self.theirs, self.by = section, yours, theirs, by
        self.upon, self.revision = upon, revision

    @property
    def difference(self) -> list[Passage]:
        """Yours against theirs, by words."""
        return difference(self.theirs, self.yours)


@verb
def write_section(
    db: Session, update: Update, section: UpdateSection, *, body: str, revision: int, by: Viewer
) -> UpdateText:
    """Save the draft of a section, written upon `revision` of it (0 for the first).

    Raises Stale, with both texts, when the section was saved since that revision with other words; who changed nothing
    since then has nothing to save, and gets the text that stands.
    """
    hold_for_writing(db, update, by)
    assert section.cycle_id == update.cycle_id, "a section of another cycle"
    body = as_written(body, longest=LONGEST, field=section.slug)
    text = text_of(db, update, section) or UpdateText(update_id=update.key, section_id=section.key)
    if text.body == body:
        return text  # a second click, or an autosave of what is saved
    if text.revision != revision:
        if body == body_at(db, text, revision):
            return text
        if text.edited_by_id == by.actor_id and by.actor_id is not None and _only_adds(text.body, body):
            return write_section(db, update, section, body=body, revision=text.revision, by=by)
        editor = db.get(Person, text.edited_by_id) if text.edited_by_id else None
        name = editor.name if editor else "Somebody"
        raise Stale(section, yours=body, theirs=text.body, upon=revision, revision=text.revision, by=name)
    text.body = body
    text.revision += 1
    text.edited_by_id = by.actor_id
    text.edited_at = clock.now()
    db.add(text)
    if update.state is UpdateState.NOT_STARTED:
        update.state = UpdateState.DRAFTING
        db.add(update)
    return text


def _only_adds(before: str, after: str) -> bool:
    """Whether everything that was there is there still: who goes on from what they saved themselves, and whose browser
    did not hear that it was saved, meets nobody."""
    return all(one.way is not Way.TAKEN for one in difference(before, after))


@verb
def put_together(
    db: Session, update: Update, section: UpdateSection, *, body: str, upon: int, by: Viewer
) -> UpdateText:
    """Save one's own changes of a section and those that were saved since revision `upon` in one text."""
    hold_for_writing(db, update, by)
    body = as_written(body, longest=LONGEST, field=section.slug)
    text = text_of(db, update, section)
    if text is None or text.revision == upon:
        return write_section(db, update, section, body=body, revision=upon, by=by)
    both = together(body_at(db, text, upon) or "", body, text.body)
    return write_section(db, update, section, body=both, revision=text.revision, by=by)


def text_of(db: Session, update: Update, section: UpdateSection) -> UpdateText | None:
    """The section's text as it stands at this moment, whatever this session has read before."""
    return db.exec(
        select(UpdateText)
        .where(UpdateText.update_id == update.key, UpdateText.section_id == section.key)
        .execution_options(populate_existing=True)
    ).first()


def texts_of(db: Session, update: Update) -> Sequence[tuple[UpdateText, str]]:
    """All texts of a draft beside the titles of their sections, in the order of the page."""
    rows = db.exec(
        select(UpdateText, UpdateSection.title)
        .join(UpdateSection, col(UpdateSection.id) == UpdateText.section_id)
        .where(UpdateText.update_id == update.key)
        .order_by(col(UpdateSection.position), col(UpdateSection.id))
    )
    return rows.all()


def body_at(db: Session, text: UpdateText, revision: int) -> str | None:
    """What a text said at one of its revisions, which is on record (rule 21); None where there was none."""
    if revision == 0 or text.id is None:
        return "" if revision == 0 else None
    entry = db.exec(
        select(AuditEntry.after)
        .where(
            AuditEntry.subject == UpdateText.__tablename__,
            AuditEntry.subject_id == text.id,
            col(AuditEntry.after)["revision"].as_integer() == revision,
        )
        .order_by(col(AuditEntry.id).desc())
    ).first()
    body = entry.get("body") if entry else None
    return body if isinstance(body, str) else None


def hold_for_writing(db: Session, update: Update, by: Viewer) -> None:
    """Hold the update until the transaction ends; refuses those of other cities, and what is approved or released.

    Held, its state and texts cannot change between a check and the act (on SQLite writers are alone anyway).
    """
    hold(db, update)
    cycle = db.get_one(UpdateCycle, update.cycle_id)
    if not may(by, "update.write", cohort_id=cycle.cohort_id, city_id=update.city_id):
        raise Refused(f"Only the people of {db.get_one(City, update.city_id).name} write its update.")
    if update.state is UpdateState.RELEASED:
        raise Refused(
            "This update is released, and what is released never changes. Begin a correction: it becomes a new version."
        )
    if update.state is UpdateState.APPROVED:
        raise Refused("The mayor has approved this update. Withdraw the approval first, then change it.")


def hold(db: Session, update: Update) -> None:
    """Lock the update's row and read it anew."""
    db.flush()  # a refresh forgets what is pending before it flushes
    db.refresh(update, with_for_update=True)
