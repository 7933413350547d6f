"""The update cycles of the sample: one finished and released, one in progress with an update in every state."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlmodel import Session

from app.files import Files, Ready
from app.models import AnswerState, Commitment, NudgeKind, SectionKind, Update, UpdateCycle, UpdateFigure, UpdateState
from app.people.audit import verb
from app.people.stages import stages_of
from app.people.viewer import Viewer
from app.updates.approval import approve_update, send_to_mayor
from app.updates.comments import say_comment
from app.updates.commitments import add_commitment, answer_commitment
from app.updates.cycles import find_update, open_cycle
from app.updates.figures import Counted, add_figure, carry_figure
from app.updates.files import attach_file, describe_file
from app.updates.nudges import add_rule
from app.updates.releases import release_update
from app.updates.sections import SectionPlan
from app.updates.writing import write_section
from seed.marks import seat_holder
from seed.pictures import picture
from seed.sample import Entry, Sample, read, read_convenings

CYCLES = ("2017-spring", "2017-fall")
"""In order: the later one answers for the commitments of the earlier."""

NUDGES = (
    (NudgeKind.NOT_STARTED, 2),
    (NudgeKind.NOT_SENT, 1),
    (NudgeKind.NOT_APPROVED, 1),
    (NudgeKind.LATE, 1),
    (NudgeKind.LATE, 4),
)
"""Of the cycle in progress: far enough ahead that none goes on the day on which the sample is loaded."""

AT_ONCE = 2
"""Pictures that are drawn side by side; more than half of that is work outside of Python."""

A_DRAFT_TAKES = timedelta(minutes=25)


def keep_pictures(files: Files) -> None:
    """Draw the updates' pictures and keep them, before the transaction that names them begins."""
    updates = (written for name in CYCLES for written in read(f"updates/{name}")["update"])
    entries = [entry for written in updates for entry in written.get("picture", ())]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for ready in pool.map(_drawn, entries):
            files.keep(ready.file)
            if ready.preview:
                files.keep(ready.preview)


@verb
def load_updates(db: Session, sample: Sample, files: Files, *, by: Viewer) -> None:
    """Load both cycles, each update as far as it has come, written by the facilitator in office on the day."""
    last: dict[str, list[Commitment]] = {}
    counted: dict[str, list[UpdateFigure]] = {}
    for name in CYCLES:
        entry = read(f"updates/{name}")
        cycle = _cycle(db, sample, entry, by)
        for written in entry["update"]:
            city = sample.cities[written["city"]]
            update = find_update(db, cycle, city.key)
            assert update is not None, f"{city.name} owes an update in {name}"
            moment = sample.calendar.instant(entry["written_on"], city.zone)
            writer = seat_holder(db, sample, city, "facilitator", moment)
            _write(db, update, written.get("text", {}), writer, moment)
            counted[city.slug] = _count(db, sample, update, written, counted.get(city.slug, ()), writer)
            _illustrate(db, update, written.get("picture", ()), files, writer)
            _answer(db, update, written.get("answer", ()), last.get(city.slug, ()), writer)
            last[city.slug] = [_commit(db, sample, update, one, writer) for one in written.get("commitment", ())]
            for said in written.get("comment", ()):
                section = next(one for one in cycle.sections if one.slug == said["section"])
                say_comment(db, update, section, text=said["text"], by=writer)
            _bring_along(db, sample, update, written, entry, by)
    for kind, days in NUDGES:
        add_rule(db, cycle, kind, days=days, by=by)


def _cycle(db: Session, sample: Sample, entry: Entry, by: Viewer) -> UpdateCycle:
    day = sample.calendar.day
    season = sample.calendar.season(read_convenings()[entry["convening"]]["starts_on"])
    return open_cycle(
        db,
        sample.cohort,
        slug=season.slug,
        title=season.said,
        period=(day(entry["period_starts_on"]), day(entry["period_ends_on"])),
        due_on=day(entry["due_on"]),
        convening=sample.convenings[entry["convening"]],
        sections=[_section(section) for section in read("updates/sections")["section"]],
        by=by,
    )


def _section(entry: Entry) -> SectionPlan:
    return SectionPlan(**(entry | {"kind": SectionKind(entry.get("kind", "prose"))}))


def _write(db: Session, update: Update, texts: dict[str, str], writer: Viewer, moment: datetime) -> None:
    """The sections as drafted, one after the other from a moment on."""
    for section in update.cycle.sections:
        body = texts.get(section.slug, "")
        if body:
            text = write_section(db, update, section, body=body, revision=0, by=writer)
            text.edited_at = moment = moment + A_DRAFT_TAKES
    db.flush()


def _count(
    db: Session, sample: Sample, update: Update, written: Entry, before: Sequence[UpdateFigure], writer: Viewer
) -> list[UpdateFigure]:
    """The numbers of its section of numbers; one that `carries` another says anew what that said last time."""
    section = next(one for one in update.cycle.sections if one.kind is SectionKind.NUMBER)
    stages = {one.name: one.key for one in stages_of(db, sample.cohort.key)}
    said = []
    for entry in written.get("figure", ()):
        day = sample.calendar.day(entry["measured_on"])
        counted = Counted(
            entry["label"], entry["said"], measured_on=day, source=entry["source"], stage_id=stages[entry["stage"]]
        )
        carried = before[entry["carries"] - 1] if "carries" in entry else None
        row = (
            carry_figure(db, update, section, carried, counted, by=writer)
            if carried
            else add_figure(db, update, section, counted, by=writer)
        )
        assert row is not None, "a number that is carried says something"
        said.append(row)
    return said


def _illustrate(db: Session, update: Update, pictures: Sequence[Entry], files: Files, writer: Viewer) -> None:
    """The pictures, each in its section and with what it shows in words."""
    sections = {one.slug: one for one in update.cycle.sections}
    for entry in pictures:
        section = sections[entry["section"]]
        file = attach_file(db, update, _drawn(entry), files, section=section, by=writer)
        words = {"caption": entry["caption"], "alternative": entry["alternative"]}
        describe_file(db, update, file, section=section, **words, by=writer)


def _drawn(entry: Entry) -> Ready:
    return picture(entry["draw"], tuple(entry["values"]), entry["name"])


def _answer(
    db: Session, update: Update, answers: Sequence[Entry], commitments: Sequence[Commitment], writer: Viewer
) -> None:
    """What became of last cycle's commitments, named by their place there (rule 7)."""
    for answer in answers:
        commitment, state = commitments[answer["commitment"] - 1], AnswerState(answer["state"])
        answer_commitment(db, update, commitment, state=state, note=answer["note"], by=writer)
    db.flush()


def _commit(db: Session, sample: Sample, update: Update, written: Entry, writer: Viewer) -> Commitment:
    due_on = sample.calendar.day(written["due_on"])
    commitment = add_commitment(
        db, update, text=written["text"], due_on=due_on, measure_stage=written["stage"], by=writer
    )
    db.flush()
    return commitment


def _bring_along(db: Session, sample: Sample, update: Update, written: Entry, entry: Entry, by: Viewer) -> None:
    """To the mayor, through approval, to release: as far as the files say the update has come."""
    if written.get("state") == UpdateState.WITH_MAYOR:
        send_to_mayor(db, update, by=by)
    if "approved_on" in written:
        approve_update(db, update, on=sample.calendar.instant(written["approved_on"], update.city.zone), by=by)
        db.flush()
    if "released_on" in entry:
        release_update(db, update, on=sample.calendar.instant(entry["released_on"], sample.cohort.zone), by=by)
    db.flush()
