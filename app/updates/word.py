"""An update that was written in Word: its words go to the sections they mean, and nothing is overwritten unseen."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlmodel import Session, col, select

from app.files import Files
from app.files.word import Document, Passage
from app.models import Update, UpdateFile, UpdateSection, UpdateText
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.updates.files import MOST_MEGABYTES, attach_file, bring_back_file, describe_file, put_away_file
from app.updates.sections import asked_of
from app.updates.writing import Stale, hold_for_writing, write_section

NOT_WORDS = frozenset({"our", "the", "a", "an", "one", "we", "of"})
"""Words that a heading has or has not without meaning another section."""


class How(StrEnum):
    """What becomes of the words that stand in a section."""

    LEAVE = "leave"
    BELOW = "below"
    INSTEAD = "instead"


@dataclass(slots=True)
class Placed:
    """The words for one section, and the revision of what stood there when they were shown beside it."""

    text: str = ""
    how: How = How.LEAVE
    revision: int = 0


@dataclass(slots=True)
class Placement:
    """Where a document's words and pictures go: by section's slug; the rest (text, slug or ""), added below in its
    order; and pictures by the number of their file (slug, "" at the end, None nowhere)."""

    sections: dict[str, Placed] = field(default_factory=dict)
    rest: list[tuple[str, str]] = field(default_factory=list)
    pictures: dict[int, str | None] = field(default_factory=dict)


@verb
def take_in(
    db: Session, update: Update, document: Document, files: Files, *, megabytes: int = MOST_MEGABYTES, by: Viewer
) -> Placement:
    """A placement to look at: each passage at the section that its heading means, and the document's pictures among
    the files that were put away, until somebody places them."""
    hold_for_writing(db, update, by)
    standing = standing_texts(db, update)
    placement = Placement({slug: Placed(revision=text.revision) for slug, text in standing.items()})
    numbers = _pictures(db, update, document, files, megabytes, by)
    titles = {section.slug: section.title for section in asked_of(db, update)}
    for passage, slug in matching(document.passages, titles):
        words = _words_of(passage, is_title=bool(slug) and _meant(passage.heading, titles) == slug)
        if slug and words:
            placed = placement.sections[slug]
            placed.text = f"{placed.text}\n\n{words}" if placed.text else words
            placed.how = How.BELOW if standing[slug].body else How.INSTEAD
        elif words:
            placement.rest.append((words, ""))
        placement.pictures |= {numbers[one]: slug or None for one in passage.pictures if one in numbers}
    return placement


@verb
def place_words(db: Session, update: Update, placement: Placement, *, by: Viewer) -> list[str]:
    """Save a placement, all of it or nothing; returns the titles of the sections that changed.

    Raises Refused, at the section, where somebody saved it since it was shown.
    """
    hold_for_writing(db, update, by)
    standing = standing_texts(db, update)
    sections = {section.slug: section for section in asked_of(db, update)}
    changed = []
    for slug, section in sections.items():
        body = _body(standing[slug].body, placement.sections.get(slug, Placed()))
        body = "\n\n".join([body, *(text for text, to in placement.rest if to == slug and text)]).strip()
        if body == standing[slug].body:
            continue
        revision = placement.sections[slug].revision if slug in placement.sections else standing[slug].revision
        try:
            write_section(db, update, section, body=body, revision=revision, by=by)
        except Stale as stale:
            sentence = f"{stale.by} saved “{section.title}” meanwhile. It stands here now: look, and place it again."
            raise Refused(sentence, f"text-{slug}") from stale
        except Refused as refused:
            raise Refused(refused.sentence, f"text-{slug}") from refused
        changed.append(section.title)
    for number, to in placement.pictures.items():
        file = db.exec(select(UpdateFile).where(UpdateFile.id == number, UpdateFile.update_id == update.key)).first()
        if file is not None and to is not None and file.archived_at is not None:
            bring_back_file(db, update, file, by=by)
            where = sections.get(to)
            words = {"caption": file.caption, "alternative": file.alternative}
            describe_file(db, update, file, **words, section=where, by=by)
    return changed


def standing_texts(db: Session, update: Update) -> dict[str, UpdateText]:
    """What stands in each section that is asked, by slug; an empty text of revision 0 where nothing does."""
    written = {
        text.section_id: text
        for text in db.exec(
            select(UpdateText).where(UpdateText.update_id == update.key).execution_options(populate_existing=True)
        )
    }
    return {section.slug: written.get(section.key) or _nothing(update, section) for section in asked_of(db, update)}


def matching(passages: Sequence[Passage], titles: Mapping[str, str]) -> Iterator[tuple[Passage, str]]:
    """Each passage with the slug of its section, "" for none; `titles` by slug. What stands under a lesser heading
    within a section stays with it; the next heading of its own rank that means no section ends it."""
    at, level = "", 0
    for passage in passages:
        if passage.heading and (found := _meant(passage.heading, titles)):
            at, level = found, passage.level
        elif passage.heading and passage.level <= level:
            at = ""
        yield passage, at


def _meant(heading: str, titles: Mapping[str, str]) -> str:
    """The section that a heading means: the same words, or all those of one within the other; "" for none."""
    said = _words(heading)
    for slug, title in titles.items():
        if said and said in (_words(title), _words(slug)):
            return slug
    alike = [slug for slug, title in titles.items() if said and (_words(title) <= said or said <= _words(title))]
    return alike[0] if len(alike) == 1 else ""


def _words(text: str) -> frozenset[str]:
    """The words that say something, without numbers of chapters and the s of a plural."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return frozenset(word.removesuffix("s") for word in words if word not in NOT_WORDS)


def _words_of(passage: Passage, *, is_title: bool) -> str:
    """A passage as it is saved: a section's own title is not said again, a lesser heading is."""
    if not passage.heading or is_title:
        return passage.text
    return f"### {passage.heading}\n\n{passage.text}".strip()


def _body(standing: str, placed: Placed) -> str:
    if placed.how is How.LEAVE or not placed.text:
        return standing
    return f"{standing}\n\n{placed.text}".strip() if placed.how is How.BELOW else placed.text


def _pictures(
    db: Session, update: Update, document: Document, files: Files, megabytes: int, by: Viewer
) -> dict[int, int]:
    """The numbers of the document's pictures as files, put away until they are placed; those that stand already, and
    those for which there is no room, are left out."""
    rows = db.exec(
        select(UpdateFile).where(UpdateFile.update_id == update.key, col(UpdateFile.quarantined_at).is_(None))
    ).all()
    known = {row.digest: row for row in sorted(rows, key=lambda row: row.archived_at is None)}
    found = {}
    for number, ready in document.pictures.items():
        row = known.get(ready.file.digest)
        if row is None:
            try:
                row = attach_file(db, update, ready, files, megabytes=megabytes, by=by)
            except Refused:
                continue
            put_away_file(db, update, row, by=by)
            known[row.digest] = row
        if row.archived_at is not None:
            found[number] = row.key
    return found


def _nothing(update: Update, section: UpdateSection) -> UpdateText:
    return UpdateText(update_id=update.key, section_id=section.key)
