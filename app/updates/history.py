"""What a section of a draft said before: every save is on record (rule 21), and can be read and brought back.

Only the city's people read it. What was redacted is not shown again: a section's history begins after it (rule 6).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.models import AuditEntry, Person, Update, UpdateSection, UpdateText
from app.people.audit import Refused, verb
from app.people.differences import Passage, around, difference
from app.people.viewer import Viewer
from app.updates.content import Content, hide_quarantined
from app.updates.parts import Part
from app.updates.reading import Page, VersionLine, page_of
from app.updates.versions import versions_of
from app.updates.writing import hold_for_writing, text_of, write_section

A_PAGE = 30
REDACTING = ("redact", "redact_phrase")
QUARTER = 15 * 60
"""Seconds: what one person saves within a quarter of an hour, with nobody between, is one step of the history."""


@dataclass(frozen=True, slots=True)
class Past:
    """A section as somebody left it at `at` (UTC): `before` is what it was when they began, `times` how often they
    saved.

    `number` names the record of the last save, by which it is brought back. `acting_for` is the principal's name where
    an assistant wrote.
    """

    number: int
    who: str
    acting_for: str
    at: datetime
    times: int
    before: str
    body: str

    @property
    def difference(self) -> list[Passage]:
        return difference(self.before, self.body)


@verb
def restore_section(db: Session, update: Update, section: UpdateSection, *, number: int, by: Viewer) -> UpdateText:
    """Bring a section back to what it was after the save of that number. It is a new save: nothing is taken away."""
    hold_for_writing(db, update, by)
    text = text_of(db, update, section)
    entry = next((one for one in _saves(db, text) if one.id == number), None) if text else None
    if text is None or entry is None:
        raise Refused(f"“{section.title}” has no such state in its history.")
    return write_section(db, update, section, body=(entry.after or {})["body"], revision=text.revision, by=by)


def past_of(db: Session, text: UpdateText | None, *, each: bool = False) -> list[Past]:
    """The states of a section's text, the latest first; with `each`, every single save."""
    entries = _saves(db, text)
    principals = {one.for_id for one in entries if one.for_id}
    names = (
        dict(db.exec(select(Person.id, Person.name).where(col(Person.id).in_(principals))).all()) if principals else {}
    )
    found: list[Past] = []
    for entry in entries:
        body = (entry.after or {})["body"]
        if not found and not body:
            continue  # emptied by a redaction, or begun with nothing
        last = found[-1] if found else None
        one = Past(
            number=entry.id or 0,
            who=entry.by,
            acting_for=names.get(entry.for_id, "") if entry.for_id else "",
            at=entry.created_at,
            times=1,
            before=last.body if last else "",
            body=body,
        )
        if last and not each and _is_one_sitting(last, one):
            one = Past(one.number, one.who, one.acting_for, one.at, last.times + 1, last.before, one.body)
            found.pop()
        found.append(one)
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Correction:
    """What is different in a version from the one before it: its parts by title, each with its words around."""

    line: VersionLine
    parts: tuple[tuple[str, list[Passage]], ...]


def last_correction(db: Session, update: Update, page: Page) -> Correction | None:
    """What the version on a reader's page corrects; None for the first. What was taken out since is in neither."""
    if page.version is None or page.version.number == 1:
        return None
    versions = versions_of(db, update)
    before = page_of(versions, page.version.number - 1)
    if before is None:
        return None
    hide_quarantined(db, before.content)
    parts = changed_parts(before.content, page.content)
    return Correction(page.version, tuple((title, around(found)) for title, found in parts))


def changed_parts(before: Content, after: Content) -> list[tuple[str, list[Passage]]]:
    """What differs between two released versions, part by part: its title, and its words against those before."""
    one, other = before.parts(), after.parts()
    names = list(dict.fromkeys([*other, *one]))
    changed = []
    for name in names:
        words = [_words(parts.get(name)) for parts in (one, other)]
        if words[0] != words[1]:
            part = other.get(name) or one[name]
            changed.append((title_of(part), difference(words[0], words[1])))
    return changed


def _saves(db: Session, text: UpdateText | None) -> Sequence[AuditEntry]:
    """The records of a text's saves since it was last redacted, in order."""
    if text is None or text.id is None:
        return []
    entries = db.exec(
        select(AuditEntry)
        .where(AuditEntry.subject == UpdateText.__tablename__, AuditEntry.subject_id == text.id)
        .order_by(col(AuditEntry.id))
    ).all()
    saves = [one for one in entries if "body" in (one.after or {})]
    redacted = max((place for place, one in enumerate(saves) if one.act in REDACTING), default=-1)
    return saves[redacted + 1 :]


def _is_one_sitting(last: Past, one: Past) -> bool:
    same_hand = (last.who, last.acting_for) == (one.who, one.acting_for)
    return same_hand and int(last.at.timestamp()) // QUARTER == int(one.at.timestamp()) // QUARTER


def _words(part: Part | None) -> str:
    """What readers have of a part; of a redacted one nothing, of a number also how it is said."""
    if part is None or part.redaction:
        return ""
    figures = [f"{one.label}: {one.said}" for one in getattr(part, "figures", ())]
    body = getattr(part, "body", None)
    if body is not None:
        return "\n".join([*figures, body]).strip()
    state = getattr(part, "state", None)
    return "\n".join(word for word in (state.value if state else "", part.words) if word)


def title_of(part: Part) -> str:
    """What a part is called, to a person: its section's title, a file's name, "Commitment “Forty more seats”"."""
    for name in ("title", "file_name"):
        if getattr(part, name, ""):
            return str(getattr(part, name))
    text = str(getattr(part, "text", ""))
    kind = "What became of" if part.name.startswith("answer:") else "Commitment"
    return f"{kind} “{text[:80]}”" if text else kind
