"""Release: an approved update becomes a version that never changes, and a correction is a new version (rule 6)."""

from datetime import datetime

from sqlmodel import Session, col, select

from app import clock
from app.models import City, Person, Update, UpdateCycle, UpdateState, UpdateVersion
from app.people.audit import Refused, verb
from app.people.policy import may
from app.people.viewer import Viewer
from app.updates.content import Approval, Content, draft_of
from app.updates.tombstones import TAKEN_OUT
from app.updates.versions import last_version
from app.updates.writing import hold


@verb
def release_update(db: Session, update: Update, *, on: datetime | None = None, by: Viewer) -> UpdateVersion:
    """Release an approved update to the cohort as its next version, under the name and office of who approved it.

    Refuses what its mayor has not approved. A version after the first says by itself what was corrected. The
    program itself may record a release of the past, `on` its moment.
    """
    hold(db, update)
    refuse_all_but_organizers(db, update, by)
    if update.state is UpdateState.RELEASED:
        raise Refused("This update is released already.")
    if update.state is not UpdateState.APPROVED or update.approved_by_id is None or update.approved_at is None:
        raise Refused(f"This update is {update.state.value}. It can be released once its mayor has approved it.")
    before = last_version(db, update)
    content = draft_of(db, update, whole=True)
    author = db.get_one(Person, update.approved_by_id)
    content.approval = Approval(by=author.name, office=update.approved_as, at=update.approved_at)
    version = UpdateVersion(
        update_id=update.key,
        number=before.number + 1 if before else 1,
        author_id=author.key,
        author=author.name,
        office=update.approved_as,
        created_at=on if by.is_system and on else clock.now(),
    )
    if before:
        earlier = Content.model_validate(before.content)
        _keep_tombstones(content, earlier)
        version.note = _corrected(content, earlier)
    version.content = content.stored()
    db.add(version)
    update.state = UpdateState.RELEASED
    update.released_at = update.released_at or version.created_at
    db.add(update)
    return version


@verb
def release_updates(db: Session, cycle: UpdateCycle, *, by: Viewer) -> list[UpdateVersion]:
    """Release every approved update of a cycle at once, by city; refuses when none is."""
    hold_cycle(db, cycle)
    released = release_together(db, cycle, by=by)
    if not released:
        raise Refused("No update is waiting for its release: none is approved, or all approved ones are out.")
    return released


def release_together(db: Session, cycle: UpdateCycle, *, by: Viewer) -> list[UpdateVersion]:
    """Release what is approved of a cycle whose row is held, by city.

    All rows are held, in one order, before the first is changed: a mayor who withdraws an approval at that moment
    waits, or is waited for, and never both.
    """
    numbers = db.exec(
        select(Update.id)
        .where(Update.cycle_id == cycle.key, Update.state == UpdateState.APPROVED)
        .order_by(col(Update.id))
        .with_for_update()
    ).all()
    approved = db.exec(
        select(Update)
        .join(City, col(City.id) == Update.city_id)
        .where(col(Update.id).in_(numbers), Update.state == UpdateState.APPROVED)
        .order_by(col(City.name), col(Update.id))
        .execution_options(populate_existing=True)
    ).all()
    return [release_update(db, update, by=by) for update in approved]


def hold_cycle(db: Session, cycle: UpdateCycle) -> None:
    """Lock the cycle's row until the commit, and read it anew."""
    here = select(UpdateCycle).where(UpdateCycle.id == cycle.key).with_for_update(key_share=True)
    db.exec(here.execution_options(populate_existing=True)).one()


@verb
def begin_correction(db: Session, update: Update, *, by: Viewer) -> None:
    """Open a released update's draft again.

    Readers keep the version that is out until the next is approved and released. Beginning twice is beginning once.
    """
    hold(db, update)
    cycle = db.get_one(UpdateCycle, update.cycle_id)
    if not may(by, "update.write", cohort_id=cycle.cohort_id, city_id=update.city_id):
        raise Refused(f"Only the people of {db.get_one(City, update.city_id).name} correct its update.")
    if update.released_at is None:
        raise Refused("This update is not released yet: change it as it is.")
    if update.state is UpdateState.RELEASED:
        update.state = UpdateState.DRAFTING
        update.approved_at = update.approved_by_id = None
        update.approved_as = ""
        db.add(update)


def refuse_all_but_organizers(db: Session, update: Update, by: Viewer) -> None:
    """Raises Refused unless `by` may release updates of that cohort."""
    cycle = db.get_one(UpdateCycle, update.cycle_id)
    if not may(by, "update.release", cohort_id=cycle.cohort_id):
        raise Refused("Only an organizer of the cohort does this.")


def _keep_tombstones(content: Content, earlier: Content) -> None:
    """A correction that leaves a redacted part empty keeps its tombstone; new words replace it. Phrases that were taken
    out stay out, and numbers leave their tombstones in the section that had them."""
    before = earlier.parts()
    for name, part in content.parts().items():
        was = before.get(name)
        if was and was.redaction and not part.words:
            part.bury(was.redaction)
        elif was:
            for taken in was.taken:
                if taken.what.startswith("figure:") or any(TAKEN_OUT in text for text in part.texts):
                    part.mark_taken(taken)
    content.cover(earlier.masks)


def _corrected(content: Content, earlier: Content) -> str:
    """Which parts differ from the version before, in a sentence."""
    changed = [part.title for part in content.sections if part != earlier.section(part.slug)]
    if content.answers != earlier.answers:
        changed.append("what became of the last commitments")
    if content.commitments != earlier.commitments:
        changed.append("commitments")
    if content.files != earlier.files:
        changed.append("pictures and files")
    return f"Corrected: {', '.join(changed)}." if changed else "Approved once more without a change of words."
