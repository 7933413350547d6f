"""Redaction: words leave a released update, and a tombstone says who took them out, when and why (rule 6)."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app import clock
from app.models import (
    Commitment,
    CommitmentAnswer,
    Update,
    UpdateFigure,
    UpdateFile,
    UpdateSection,
    UpdateText,
    UpdateVersion,
)
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer
from app.updates.content import Content
from app.updates.parts import AnsweredCommitment, CommitmentMade, FileShown, Part, SectionText
from app.updates.releases import refuse_all_but_organizers
from app.updates.tombstones import Mask, Redaction, Taken
from app.updates.versions import last_content, last_version
from app.updates.writing import hold


@verb
def redact(db: Session, update: Update, *, part: str, reason: str, by: Viewer) -> None:
    """Take a part out of a released update: `part` is a name of Content.parts, "section:wins" or "commitment:31", or
    that of one number, "figure:12", whose section stays.

    The released row stays as it is; a new version stands in its place, and readers of an older one find the same
    tombstone. The words leave the city's draft too, so that a correction does not bring them back, and those of a
    commitment leave the later updates that answer for it.
    """
    hold(db, update)
    refuse_all_but_organizers(db, update, by)
    tombstone = tombstone_of(reason, by)
    content = last_content(db, update)
    if part.startswith("figure:") and content:
        _redact_figure(db, update, content, Taken(what=part, redaction=tombstone))
        return
    found = content.parts().get(part) if content else None
    if found is None:
        raise Refused("There is no such part in what was released.", "part")
    if found.redaction:
        return  # a second click
    _bury(db, update, part, tombstone)
    _empty_draft(db, update, found)
    if isinstance(found, CommitmentMade):
        for later in _answering(db, found.id):
            _bury(db, later, f"answer:{found.id}", tombstone)
    if isinstance(found, SectionText) and found.figures:
        for later in _saying_anew(db, {one.id for one in found.figures}):
            _forget_before(db, later, {one.id for one in found.figures}, tombstone)


def tombstone_of(reason: str, by: Viewer) -> Redaction:
    """The tombstone that somebody leaves now; refuses without a reason."""
    reason = as_written(reason, longest=1000, field="reason")
    if not reason:
        raise Refused("Say why: the reason stands where the words were.", "reason")
    return Redaction(by=by.name, office=by.office.said if by.office else "", at=clock.now(), reason=reason)


def taken_out(content: Content, versions: Sequence[UpdateVersion], number: int) -> None:
    """Take out of version `number` what was taken out of it since: parts, numbers of sections, and phrases."""
    parts = content.parts()
    for name, tombstone in buried_since(versions, number).items():
        if name in parts:
            parts[name].bury(tombstone)
    later = [Content.model_validate(version.content) for version in versions if version.number >= number]
    for one in later:
        for section in one.sections:
            mine = content.section(section.slug)
            for taken in section.taken:
                if mine and taken.what.startswith("figure:"):
                    mine.take_figure(taken)
    content.cover(masks_of(later))


def masks_of(contents: Sequence[Content]) -> list[Mask]:
    """The phrases that are to stay out, as any of these versions says, each once."""
    return list(dict.fromkeys(mask for content in contents for mask in content.masks))


def buried_since(versions: Sequence[UpdateVersion], number: int) -> dict[str, Redaction]:
    """The tombstones, by part, of the versions from `number` on: what readers of that version may not see either."""
    found: dict[str, Redaction] = {}
    for version in versions:
        if version.number >= number:
            for name, part in Content.model_validate(version.content).parts().items():
                if part.redaction:
                    found.setdefault(name, part.redaction)
    return found


def _redact_figure(db: Session, update: Update, content: Content, taken: Taken) -> None:
    """Take one number out of its section, of the draft and of the updates that say it anew."""
    section = next((one for one in content.sections if taken.what in {figure.name for figure in one.figures}), None)
    if section is None:
        if any(taken.what == one.what for part in content.sections for one in part.taken):
            return  # a second click
        raise Refused("There is no such number in what was released.", "part")
    number = next(one.id for one in section.figures if one.name == taken.what)
    section.take_figure(taken)
    last = last_version(db, update)
    assert last is not None, "only what is released is redacted"
    next_version(db, last, content, taken.redaction)
    empty_figure(db, db.get_one(UpdateFigure, number))
    for later in _saying_anew(db, {number}):
        _forget_before(db, later, {number}, taken.redaction)


def empty_figure(db: Session, figure: UpdateFigure) -> None:
    """Put a number of a draft away, without its words."""
    figure.archived_at = figure.archived_at or clock.now()
    figure.label = figure.said = figure.unit = figure.source = ""
    figure.number = None
    db.add(figure)


def _bury(db: Session, update: Update, part: str, tombstone: Redaction) -> None:
    """Make the next version of an update, without the part's words."""
    last = last_version(db, update)
    assert last is not None, "only what is released is redacted"
    content = Content.model_validate(last.content)
    if part not in content.parts():
        return
    content.parts()[part].bury(tombstone)
    next_version(db, last, content, tombstone)


def _forget_before(db: Session, update: Update, carried: set[int], tombstone: Redaction) -> None:
    """Make the next version of a later update, whose numbers no longer say what the redacted ones were."""
    last = last_version(db, update)
    assert last is not None, "only what is released is redacted"
    content = Content.model_validate(last.content)
    mine = set(
        db.exec(
            select(UpdateFigure.id).where(
                UpdateFigure.update_id == update.key, col(UpdateFigure.carried_from_id).in_(carried)
            )
        )
    )
    for part in content.sections:
        part.figures = [one.model_copy(update={"before": None}) if one.id in mine else one for one in part.figures]
    next_version(db, last, content, tombstone)


def next_version(db: Session, last: UpdateVersion, content: Content, tombstone: Redaction) -> None:
    """What stands from now on in a version's place, with why; author and office stay (rule 8)."""
    db.add(
        UpdateVersion(
            update_id=last.update_id,
            number=last.number + 1,
            content=content.stored(),
            author_id=last.author_id,
            author=last.author,
            office=last.office,
            note=f"Redacted by {tombstone.by}: {tombstone.reason}",
            created_at=tombstone.at,
        )
    )


def _answering(db: Session, commitment_id: int) -> Sequence[Update]:
    """The released updates that answer for a commitment."""
    return db.exec(
        select(Update)
        .join(CommitmentAnswer, col(CommitmentAnswer.update_id) == Update.id)
        .where(CommitmentAnswer.commitment_id == commitment_id, col(Update.released_at).is_not(None))
    ).all()


def _saying_anew(db: Session, carried: set[int]) -> Sequence[Update]:
    """The released updates that say a number anew, beside what it was."""
    return db.exec(
        select(Update)
        .where(
            col(Update.released_at).is_not(None),
            col(Update.id).in_(
                select(UpdateFigure.update_id).where(
                    col(UpdateFigure.carried_from_id).in_(carried), col(UpdateFigure.archived_at).is_(None)
                )
            ),
        )
        .order_by(col(Update.id))
    ).all()


def _rows_of(db: Session, update: Update, part: SectionText) -> Sequence[UpdateFigure]:
    """The numbers of a section's draft, and those that stood in it when it was released."""
    return db.exec(
        select(UpdateFigure)
        .join(UpdateSection, col(UpdateSection.id) == UpdateFigure.section_id)
        .where(UpdateFigure.update_id == update.key, UpdateSection.slug == part.slug)
    ).all()


def _empty_draft(db: Session, update: Update, part: Part) -> None:
    """Take a part's words out of the rows that the next version would be made of."""
    if isinstance(part, SectionText):
        text = db.exec(
            select(UpdateText)
            .join(UpdateSection, col(UpdateSection.id) == UpdateText.section_id)
            .where(UpdateText.update_id == update.key, UpdateSection.slug == part.slug)
        ).first()
        if text:
            text.body = ""
            text.revision += 1
            db.add(text)
        for figure in _rows_of(db, update, part):
            empty_figure(db, figure)
    elif isinstance(part, CommitmentMade):
        commitment = db.get_one(Commitment, part.id)
        commitment.text = commitment.measure_stage = ""
        db.add(commitment)
    elif isinstance(part, FileShown):
        file = db.get_one(UpdateFile, part.id)
        file.archived_at = file.archived_at or clock.now()
        db.add(file)
    elif isinstance(part, AnsweredCommitment):
        answer = db.exec(
            select(CommitmentAnswer).where(
                CommitmentAnswer.update_id == update.key, CommitmentAnswer.commitment_id == part.commitment
            )
        ).first()
        if answer:
            answer.note = ""
            db.add(answer)
