"""The pages of a city's records: HTML that reads from a folder without a network, and Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from app.exchange.records_tables import said
from app.printing.typesetting import templates
from app.printing.update_book import ANSWERS
from app.updates.content import Content
from app.updates.parts import FileShown, Part
from app.updates.reading import VersionLine
from app.updates.records import KeptUpdate, Records
from app.updates.records_asked import Wanted


def index_page(records: Records, wanted: Wanted, *, by: str, paths: Sequence[str]) -> str:
    """What is in the export and what is not; `by` is who had it made, `paths` are all of its other files."""
    return _set(
        "exchange/records_index.html",
        records=records,
        wanted=wanted,
        by=by,
        paths={one.cycle.slug: [p for p in paths if p.startswith(f"{one.cycle.slug}/")] for one in records.updates},
        quoted=quote,
    )


def version_page(
    records: Records,
    update: KeptUpdate,
    line: VersionLine | None,
    content: Content,
    kept: Mapping[int, str],
    *,
    up: str,
) -> str:
    """One version, or the draft (no `line`), as a page; `kept` are the paths of files beside it, `up` leads to the
    export's own folder."""
    return _set(
        "exchange/records_version.html",
        records=records,
        update=update,
        line=line,
        content=content,
        kept={number: quote(path) for number, path in kept.items()},
        answers=ANSWERS,
        up=up,
    )


def markdown(
    records: Records, update: KeptUpdate, line: VersionLine | None, content: Content, kept: Mapping[int, str]
) -> str:
    """The same as Markdown."""
    return "\n\n".join(_paragraphs(records, update, line, content, kept)) + "\n"


def _paragraphs(
    records: Records, update: KeptUpdate, line: VersionLine | None, content: Content, kept: Mapping[int, str]
) -> Iterator[str]:
    yield f"# {records.city.name}: mayor’s update, {update.cycle.title}"
    if line is None:
        yield "Draft. It was never released."
    else:
        note = f" {line.note}" if line.note else ""
        yield f"Version {line.number}, {line.at:%Y-%m-%d %H:%M} UTC. {line.author}, {line.office}.{note}"
    if content.approval:
        one = content.approval
        yield f"Approved by {one.by}, {one.office}, {one.at:%Y-%m-%d %H:%M} UTC."
    for section in content.sections:
        yield f"## {section.title}"
        for figure in section.shown:
            yield " – ".join(filter(None, (f"**{figure.said}**", figure.label, figure.change, figure.source)))
        yield from _words(section, section.body, update)
        yield from _files(content.files_in(section.slug), kept, update)
    yield from _commitments(update, content)
    if content.other_files:
        yield "## Pictures and files"
        yield from _files(content.other_files, kept, update)


def _commitments(update: KeptUpdate, content: Content) -> Iterator[str]:
    if content.answers:
        yield "## What we said we would do"
        for answer in content.answers:
            state = ANSWERS[answer.state][1] if answer.state else "Not answered"
            yield from _words(answer, "" if answer.redaction else f"**{state}**: {answer.text}", update)
            if answer.note:
                yield answer.note
    if content.commitments:
        yield "## What we will do next"
        for made in content.commitments:
            due = f" (by {made.due_on.isoformat()})" if made.due_on else ""
            yield from _words(made, "" if made.redaction else f"- {made.text}{due}", update)


def _words(part: Part, text: str, update: KeptUpdate) -> Iterator[str]:
    if part.redaction:
        yield f"> Words were taken out here: {said(part.redaction, update)}"
        return
    if text:
        yield text
    for one in part.taken:
        what = "A number was" if one.what.startswith("figure:") else "Some words were"
        yield f"> {what} taken out here: {said(one.redaction, update)}"


def _files(files: Sequence[FileShown], kept: Mapping[int, str], update: KeptUpdate) -> Iterator[str]:
    for file in files:
        if file.redaction:
            yield f"> A file is not here: {said(file.redaction, update)}"
        elif file.id in kept:
            yield f"[{file.caption or file.file_name}]({quote(kept[file.id])})"
        else:
            yield f"{file.caption or file.file_name}"


def _set(template: str, **context: object) -> str:
    return templates().get_template(template).render(**context)
