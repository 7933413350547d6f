"""The desk at which an update is written: all of it on one page, saved together or piece by piece."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session, col, select

from app.models import AnswerState, Commitment, CommitmentAnswer, Person, SectionKind, Update, UpdateText
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.updates.approval import missing
from app.updates.commitments import (
    add_commitment,
    answer_commitment,
    change_commitment,
    last_commitments,
    remove_commitment,
)
from app.updates.content import Content, draft_of
from app.updates.figure_desk import DeskFigure, desk_figures, save_figures
from app.updates.figures import Counted
from app.updates.pieces import is_news, stamp
from app.updates.reading import released_before
from app.updates.sections import asked_of
from app.updates.writing import Stale, hold_for_writing, put_together, text_of, write_section


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment as it stands in the form."""

    text: str
    due_on: date | None
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form brings. Whatever it does not name stays as it is, so that one section can be saved alone.

    `bodies` are (text, the revision it was written upon) by section; `answers` are (state, note) by commitment.
    `figures` are numbers by their key on the desk: "12" is one of this update, "c5" says that of the last anew, and
    "new.data" is another in the section `data`; `taken` is one to take out. `was` are the stamps of what stood in the
    form, by piece ("answer-12", "promise-3", "counted-c5"): what nobody touched is not saved over another's change.
    `joined` are sections in which one's own changes and those since the revision given are to be put together.
    """

    bodies: dict[str, tuple[str, int]] = field(default_factory=dict)
    figures: dict[str, Counted] = field(default_factory=dict)
    taken: int | None = None
    was: dict[str, str] = field(default_factory=dict)
    joined: dict[str, int] = field(default_factory=dict)
    answers: dict[int, tuple[AnswerState | None, str]] = field(default_factory=dict)
    promises: dict[int, Promise] = field(default_factory=dict)
    added: Promise | None = None
    removed: int | None = None


@dataclass(slots=True)
class Saved:
    """What became of a Draft: each text that was saved, what stands in each small piece now (by its stamp), and what
    could not be saved, by the name of its field."""

    texts: dict[str, UpdateText] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)
    stale: dict[str, Stale] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return not self.stale and not self.troubles


@dataclass(frozen=True, slots=True)
class DeskSection:
    """A section on the desk, beside what the city wrote there last time. `edited_at` is UTC."""

    slug: str
    title: str
    prompt: str
    guidance: str
    words: int
    required: bool
    body: str
    revision: int
    edited_by: str
    edited_at: datetime | None
    before: str
    example: str
    kind: SectionKind
    figures: tuple[DeskFigure, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """`was` are the stamps of the small pieces as they stand."""

    sections: tuple[DeskSection, ...]
    was: dict[str, str]
    content: Content
    missing: tuple[str, ...]
    last_cycle: str

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has written or answered anything yet."""
        return not any(part.words for part in self.content.sections) and not any(
            one.state for one in self.content.answers
        )

    @property
    def minutes(self) -> int:
        """How long it takes, about, in quarters of an hour: an answer in two minutes, a dozen words in one."""
        asked = 2 * len(self.content.answers) + sum(part.words for part in self.sections) / 12 + 10
        return max(15, 15 * round(asked / 15))


@verb
def save_draft(db: Session, update: Update, draft: Draft, *, by: Viewer) -> Saved:
    """Save what can be saved, and say of each other piece why not: one bad date must not lose a page of writing.

    Raises Refused only where nothing may be written: another city's update, an approved or a released one.
    """
    hold_for_writing(db, update, by)
    saved = Saved()
    _save_sections(db, update, draft, saved, by)
    saved.stamps |= save_figures(db, update, draft.figures, draft.was, draft.taken, saved.troubles, by=by)
    _save_answers(db, update, draft, saved, by)
    _save_promises(db, update, draft, saved, by)
    return saved


def standing_text(db: Session, update: Update, slug: str) -> dict[str, UpdateText]:
    """A section's text as it stands, by its slug, for who lets their own go; nothing where there is no such one."""
    section = next((one for one in asked_of(db, update) if one.slug == slug), None)
    text = text_of(db, update, section) if section else None
    return {slug: text} if text else {}


def desk_of(db: Session, update: Update) -> Desk:
    """Everything that the writing page shows. For the people of the update's city only."""
    earlier = released_before(db, update)
    before = {part.slug: part.body for part in earlier[1].sections} if earlier else {}
    texts = {text.section_id: (text, editor or "") for text, editor in _texts(db, update)}
    figures = desk_figures(db, update)
    sections = []
    for section in asked_of(db, update):
        text, editor = texts.get(section.key, (UpdateText(update_id=update.key, section_id=section.key), ""))
        sections.append(
            DeskSection(
                slug=section.slug,
                title=section.title,
                prompt=section.prompt,
                guidance=section.guidance,
                words=section.words,
                required=section.required,
                body=text.body,
                revision=text.revision,
                edited_by=editor,
                edited_at=text.edited_at,
                before=before.get(section.slug, ""),
                example=section.example,
                kind=section.kind,
                figures=tuple(figures.get(section.key, ())),
            )
        )
    content = draft_of(db, update)
    given, mine = answers_of(db, update), _own_commitments(db, update)
    was = {f"answer-{one.commitment}": answer_stamp(given.get(one.commitment)) for one in content.answers}
    was |= {f"promise-{number}": promise_stamp(one) for number, one in mine.items()}
    was |= {f"counted-{one.key}": one.stamp for placed in figures.values() for one in placed}
    return Desk(
        sections=tuple(sections),
        was=was,
        content=content,
        missing=tuple(missing(db, update, content)),
        last_cycle=earlier[0].title if earlier else "",
    )


def _save_sections(db: Session, update: Update, draft: Draft, saved: Saved, by: Viewer) -> None:
    sections = {section.slug: section for section in asked_of(db, update)}
    for slug, (body, revision) in draft.bodies.items():
        if slug not in sections:
            saved.troubles[f"body-{slug}"] = "This section is no longer asked for."
            continue
        try:
            if slug in draft.joined:
                upon = draft.joined[slug]
                saved.texts[slug] = put_together(db, update, sections[slug], body=body, upon=upon, by=by)
                continue
            saved.texts[slug] = write_section(db, update, sections[slug], body=body, revision=revision, by=by)
        except Stale as stale:
            saved.stale[slug] = stale
        except Refused as refused:
            saved.troubles[f"body-{slug}"] = refused.sentence


def _save_answers(db: Session, update: Update, draft: Draft, saved: Saved, by: Viewer) -> None:
    if not draft.answers:
        return
    owed = {commitment.key: commitment for commitment, _ in last_commitments(db, update)}
    given = answers_of(db, update)
    for number, (state, note) in draft.answers.items():
        if number not in owed:
            saved.troubles[f"state-{number}"] = "This update does not answer for that commitment any more."
            continue
        piece, there = f"answer-{number}", given.get(number)
        stored = answer_stamp(there)
        typed = stamp(state.value if state else "", note)
        saved.stamps[piece] = stored
        says = " ".join(part for part in (there.state.value, there.note) if part) if there else ""
        try:
            if not is_news(draft.was.get(piece), typed=typed, stored=stored, says=says, field=f"note-{number}"):
                continue
            if state is not None:
                saved.stamps[piece] = answer_stamp(
                    answer_commitment(db, update, owed[number], state=state, note=note, by=by)
                )
            elif note.strip():
                saved.troubles[f"state-{number}"] = "Say what became of it, beside the note."
        except Refused as refused:
            saved.troubles[f"note-{number}"] = refused.sentence


def _save_promises(db: Session, update: Update, draft: Draft, saved: Saved, by: Viewer) -> None:
    mine = _own_commitments(db, update)
    for number, promise in draft.promises.items():
        if number not in mine:
            continue  # removed meanwhile, by a colleague or by the first of two clicks
        piece, there = f"promise-{number}", mine[number]
        stored = saved.stamps[piece] = promise_stamp(there)
        typed = stamp(promise.text, promise.due_on, promise.stage)
        try:
            if is_news(draft.was.get(piece), typed=typed, stored=stored, says=there.text, field="text"):
                change_commitment(
                    db, there, text=promise.text, due_on=promise.due_on, measure_stage=promise.stage, by=by
                )
                saved.stamps[piece] = promise_stamp(there)
        except Refused as refused:
            saved.troubles[_field(refused, number)] = refused.sentence
    if draft.removed in mine:
        remove_commitment(db, mine[draft.removed], by=by)
    added = draft.added
    if added:
        try:
            add_commitment(db, update, text=added.text, due_on=added.due_on, measure_stage=added.stage, by=by)
        except Refused as refused:
            saved.troubles[_field(refused, "new")] = refused.sentence


def answer_stamp(answer: CommitmentAnswer | None) -> str:
    """What stands in the form of an answer; of None, nothing."""
    return stamp(answer.state.value, answer.note) if answer else stamp("", "")


def promise_stamp(commitment: Commitment) -> str:
    """What stands in the form of a commitment."""
    return stamp(commitment.text, commitment.due_on, commitment.measure_stage)


def answers_of(db: Session, update: Update) -> dict[int, CommitmentAnswer]:
    """The answers that an update gives, by the number of the commitment."""
    rows = db.exec(select(CommitmentAnswer).where(CommitmentAnswer.update_id == update.key))
    return {row.commitment_id: row for row in rows}


def _field(refused: Refused, of: int | str) -> str:
    """The form's name for the field that a commitment was refused for."""
    kind = {"due_on": "due", "measure_stage": "stage"}.get(refused.field or "", "text")
    return f"{kind}-{of}"


def _texts(db: Session, update: Update) -> Sequence[tuple[UpdateText, str | None]]:
    """The texts of an update with the names of those who saved them last."""
    return db.exec(
        select(UpdateText, Person.name)
        .outerjoin(Person, col(Person.id) == UpdateText.edited_by_id)
        .where(UpdateText.update_id == update.key)
    ).all()


def _own_commitments(db: Session, update: Update) -> dict[int, Commitment]:
    rows = db.exec(select(Commitment).where(Commitment.update_id == update.key, col(Commitment.archived_at).is_(None)))
    return {row.key: row for row in rows}
