"""A city's records in a cohort: exported for a public-records request, and held while the law asks for it."""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import FileResponse, Response
from sqlmodel import Session, col, select

from app import clock
from app.exchange.records import KEPT, RECORDS, SHELF
from app.files import disposition
from app.models import City, Cohort, PrintRun, RunState
from app.people.audit import Refused
from app.people.cities import membership_of
from app.people.records_holds import hold_on, hold_records, holds_of, lift_records_hold
from app.people.viewer import Viewer
from app.printing.runs import begin_run, cancel_run
from app.routes import typed
from app.routes.door import CityHere, CohortHere, Db, Needs, NotHere, SettingsHere, ViewerHere, database_here
from app.routes.pages import page, see_other, wants_fragment
from app.settings import Settings
from app.updates.board import of_city
from app.updates.records_asked import LONGEST_REASON, Wanted, ask_for_records, note_looks, state_of

HERE = "/{cohort}/cities/{city}/records"
router = APIRouter()
EXPORT = [Depends(Needs("update.records"))]
HOLD = [Depends(Needs("records.hold"))]
MOST_RUNS = 20
Text = Annotated[str, Form(max_length=4000)]


@dataclass(frozen=True, slots=True)
class Line:
    """An export in the list: whether this viewer can fetch it now, of `size` bytes, and if not, why not."""

    run: PrintRun
    size: int
    why_not: str

    @property
    def is_under_way(self) -> bool:
        return self.run.state in (RunState.WAITING, RunState.RUNNING)


@router.get(HERE, dependencies=EXPORT)
def records(
    request: Request, db: Db, cohort: CohortHere, city: CityHere, viewer: ViewerHere, settings: SettingsHere
) -> Response:
    """What an export holds, the exports that were made, and the legal hold."""
    block = "exports" if wants_fragment(request) else None
    return _page(request, db, cohort, city, viewer, settings, block=block)


@router.post(HERE + "/runs", dependencies=EXPORT)
def make(
    request: Request,
    db: Db,
    cohort: CohortHere,
    city: CityHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    drafts: Text = "",
    originals: Text = "",
    reason: Text = "",
) -> Response:
    """Have the export made, on record; who asks twice for the same waits for one."""
    wanted = Wanted(bool(drafts), bool(originals), reason.strip())
    try:
        ask_for_records(db, cohort, city, wanted, by=viewer)
    except Refused as refused:
        form = {"drafts": drafts, "originals": originals, "reason": reason}
        return _page(request, db, cohort, city, viewer, settings, form=form, refused=refused)
    asked = f"{cohort.key}:{city.key}:{viewer.actor_id}:{wanted.drafts}:{wanted.originals}:{wanted.reason}"
    begin_run(
        db,
        RECORDS,
        {
            "cohort": cohort.key,
            "city": city.key,
            "name": secrets.token_hex(16),
            "state": state_of(db, cohort, city),
            "drafts": wanted.drafts,
            "originals": wanted.originals,
            "reason": wanted.reason,
            "by": viewer.actor_name,
        },
        cohort_id=cohort.key,
        stamp=sha256(asked.encode()).hexdigest()[:32],
        steps=10 * len(of_city(db, cohort.key, city.key)),
        by=viewer,
    )
    return see_other(f"{_place(cohort, city)}#exports")


@router.post(HERE + "/runs/{run:int}/cancellation", dependencies=EXPORT)
def stop(db: Db, cohort: CohortHere, city: CityHere, viewer: ViewerHere, run: int) -> Response:
    """Stop an export that is being made: by who asked for it, or an organizer."""
    found = _run(db, cohort, city, run)
    if found.by_id != viewer.person_id and not viewer.is_organizer(cohort.key):
        raise NotHere("No such export is yours to stop.")
    cancel_run(db, found)
    return see_other(f"{_place(cohort, city)}#exports", flash="Stopped.")


@router.get(HERE + "/runs/{run:int}/records.zip", dependencies=EXPORT)
def fetch(
    request: Request, db: Db, cohort: CohortHere, city: CityHere, viewer: ViewerHere, settings: SettingsHere, run: int
) -> Response:
    """The export, from the disk piece by piece. One that holds unreleased text leaves a look each time (rule 5)."""
    found = _run(db, cohort, city, run)
    now = state_of(db, cohort, city)
    held = hold_on(db, cohort.key, city.key) is not None
    line = _line(settings, found, now, organizer=viewer.is_organizer(cohort.key), held=held)
    if line.why_not:
        raise NotHere(line.why_not)
    if found.wanted["drafts"]:
        with database_here(request).write() as writing:
            note_looks(writing, cohort, city, viewer)
    day = clock.local(found.created_at, city.zone).date().isoformat()
    return FileResponse(
        _file(settings, found),
        media_type="application/zip",
        headers={
            "Content-Disposition": disposition(f"{city.slug}-records-{day}.zip"),
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


@router.post(HERE + "/hold", dependencies=HOLD)
def hold(
    request: Request,
    db: Db,
    cohort: CohortHere,
    city: CityHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    hold_reason: Text = "",
    lift: Text = "",
) -> Response:
    """Set a legal hold on the city's records, or lift it, with a reason."""
    try:
        act = lift_records_hold if lift else hold_records
        act(db, cohort, city, reason=hold_reason, by=viewer)
    except Refused as refused:
        return _page(request, db, cohort, city, viewer, settings, form={"hold_reason": hold_reason}, refused=refused)
    said = "The legal hold is lifted." if lift else f"A legal hold keeps {city.name}’s records from now on."
    return see_other(f"{_place(cohort, city)}#hold", flash=said)


def _page(
    request: Request,
    db: Session,
    cohort: Cohort,
    city: City,
    viewer: Viewer,
    settings: Settings,
    *,
    form: dict[str, str] | None = None,
    refused: Refused | None = None,
    block: str | None = None,
) -> Response:
    if membership_of(db, cohort.key, city.key) is None:
        raise NotHere(f"{city.name} is not a city of {cohort.name}.")
    now = state_of(db, cohort, city)
    hold, organizer = hold_on(db, cohort.key, city.key), viewer.is_organizer(cohort.key)
    runs = [_line(settings, run, now, organizer=organizer, held=hold is not None) for run in _runs(db, cohort, city)]
    context: dict[str, Any] = {
        "city": city,
        "updates": of_city(db, cohort.key, city.key),
        "runs": runs,
        "making": any(line.is_under_way for line in runs),
        "kept_days": KEPT.days,
        "hold": hold,
        "holds": holds_of(db, cohort.key, city.key),
        "is_organizer": organizer,
        "form": {"drafts": "", "originals": "", "reason": "", "hold_reason": ""} | (form or {}),
        "errors": dict(typed.errors(refused)) if refused else {},
        "longest": LONGEST_REASON,
    }
    return page(request, "updates/records.html", context, block=block, status=422 if refused else 200)


def _runs(db: Session, cohort: Cohort, city: City) -> list[PrintRun]:
    mine = select(PrintRun).where(
        PrintRun.cohort_id == cohort.key,
        PrintRun.document == RECORDS,
        col(PrintRun.wanted)["city"].as_integer() == city.key,
    )
    return list(db.exec(mine.order_by(col(PrintRun.id).desc()).limit(MOST_RUNS)))


def _run(db: Session, cohort: Cohort, city: City, number: int) -> PrintRun:
    found = db.get(PrintRun, number)
    if (
        found is None
        or found.document != RECORDS
        or (found.wanted["cohort"], found.wanted["city"]) != (cohort.key, city.key)
    ):
        raise NotHere(f"There is no such export of {city.name}’s records.")
    return found


def _line(settings: Settings, run: PrintRun, now: str, *, organizer: bool, held: bool) -> Line:
    """`now` is the state of the records: what was made of another one is fetched no more."""
    size, why_not = 0, ""
    if run.state is not RunState.DONE:
        why_not = "It is not made."
    elif run.wanted["originals"] and not organizer:
        why_not = "It holds what was taken out: it is for organizers."
    elif run.wanted["originals"] and not held:
        why_not = "It holds what was taken out, and the legal hold is lifted."
    elif run.wanted["state"] != now:
        why_not = "Something was released, corrected, taken out or hidden since. Make it anew."
    else:
        try:
            size = _file(settings, run).stat().st_size
        except FileNotFoundError:
            why_not = f"It was kept for {KEPT.days} days. Make it anew."
    return Line(run, size, why_not)


def _file(settings: Settings, run: PrintRun) -> Path:
    return SHELF.place(settings.data_dir / "cache", run.file)


def _place(cohort: Cohort, city: City) -> str:
    return f"/{cohort.slug}/cities/{city.slug}/records"
