"""The tables of a city's records: figures, commitments, files, events, answers, saves. Times are the city's."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from app import clock
from app.updates.content import Content
from app.updates.parts import Part
from app.updates.records import KeptUpdate, Saved
from app.updates.tombstones import Redaction

Cells = list[object]


def figures(update: KeptUpdate) -> Iterator[Cells]:
    """A line a number and version; where one was taken out, who did it and why."""
    yield [
        "Version",
        "Section",
        "What it counts",
        "As it is said",
        "Number",
        "Unit",
        "Measured on",
        "Source",
        "Stage",
        "Before",
        "Before, in",
        "Taken out",
    ]
    for number, content in _contents(update):
        for section in content.sections:
            for one in section.shown:
                before = (one.before.said, one.before.cycle) if one.before else ("", "")
                yield [
                    number,
                    section.title,
                    one.label,
                    one.said,
                    one.number,
                    one.unit,
                    one.measured_on,
                    one.source,
                    one.stage,
                    *before,
                    "",
                ]
            for taken in section.taken:
                if taken.what.startswith("figure:"):
                    yield [number, section.title, *[""] * 9, said(taken.redaction, update)]


def commitments(update: KeptUpdate) -> Iterator[Cells]:
    """A line a commitment and version: those made, and the answers to those of before."""
    yield ["Version", "Kind", "Commitment", "By", "Stage", "Made in", "What became of it", "Note", "Taken out"]
    for number, content in _contents(update):
        for made in content.commitments:
            yield [number, "made", made.text, made.due_on, made.stage, update.cycle.title, "", "", _out(made, update)]
        for answer in content.answers:
            state = answer.state.value if answer.state else "not answered"
            yield [
                number,
                "answered",
                answer.text,
                answer.due_on,
                answer.stage,
                answer.made_in,
                state,
                answer.note,
                _out(answer, update),
            ]


def files_table(update: KeptUpdate, kept: dict[int, str]) -> Iterator[Cells]:
    """A line a file: where it is in this export, what it is, in which versions it stands. One that was taken out or is
    hidden has a line that says so, and neither name nor digest."""
    yield ["File", "Name", "Type", "Bytes", "SHA-256", "Caption", "In versions", "Not here because"]
    last = {file.id: file for _, content in _contents(update) for file in content.files}
    versions: dict[int, list[str]] = {}
    for number, content in _contents(update):
        for file in content.files:
            versions.setdefault(file.id, []).append(str(number))
    for number, file in last.items():
        why = said(file.redaction, update) if file.redaction else ""
        name, digest = ("", "") if why else (file.file_name, file.digest)
        where = "" if why else kept.get(number, "")
        yield [where, name, file.media_type, file.size, digest, file.caption, ", ".join(versions[number]), why]


def events(update: KeptUpdate) -> Iterator[Cells]:
    """Who did what to the update, when: approvals, releases, corrections, redactions."""
    yield ["When", "Who", "For", "Did what", "Reason"]
    for one in update.events:
        yield [when(one.at, update), one.by, one.acting_for, one.act, one.reason]


def answers(update: KeptUpdate) -> Iterator[Cells]:
    """What the city answered. The questions are others' words, and not in here."""
    yield ["Asked", "Kind", "About", "Answered", "In which office", "Answer"]
    for one in update.answered:
        at = when(one.answered_at, update) if one.answered_at else ""
        yield [when(one.asked_at, update), one.kind.value, one.part, at, one.answered_as, one.answer]


def saves(rows: Iterable[Saved], update: KeptUpdate, *, state: bool = False) -> Iterator[Cells]:
    """Comments, or each save of the draft."""
    yield ["Section", "When", "Who", "For", "Words", *(["State"] if state else [])]
    for one in rows:
        yield [one.section, when(one.at, update), one.who, one.acting_for, one.body, *([one.state] if state else [])]


def when(moment: datetime, update: KeptUpdate) -> str:
    """ "2017-10-24 07:00 PDT", on the city's clocks (rule 14)."""
    zone = update.update.city.zone
    return f"{clock.local(moment, zone):%Y-%m-%d %H:%M} {clock.zone_abbreviation(moment, zone)}"


def said(redaction: Redaction, update: KeptUpdate) -> str:
    """A tombstone in one line."""
    who = ", ".join(filter(None, (redaction.by, redaction.office)))
    return f"{when(redaction.at, update)}, {who}: {redaction.reason}"


def _out(part: Part, update: KeptUpdate) -> str:
    tombstones = [part.redaction] if part.redaction else [one.redaction for one in part.taken]
    return "; ".join(said(one, update) for one in tombstones)


def _contents(update: KeptUpdate) -> Iterator[tuple[int, Content]]:
    for version in update.versions:
        yield version.line.number, version.content
