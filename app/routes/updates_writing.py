"""Writing an update: the desk, its autosave, handing it to the mayor, beginning a correction."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from app import clock
from app.mailing import letters
from app.models import AnswerState, UpdateState
from app.people.audit import Refused
from app.people.stages import stages_of
from app.people.viewer import Viewer
from app.routes.door import Db, Needs, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.updates_door import CityUpdate, UpdateHere, note_look
from app.updates.approval import send_to_mayor
from app.updates.content import figure, words
from app.updates.cycles import due_at
from app.updates.drafting import Draft, Promise, Saved, desk_of, save_draft
from app.updates.looks import Looked
from app.updates.releases import begin_correction

router = APIRouter()
WRITE = [Depends(Needs("update.write"))]
WRITABLE = (UpdateState.NOT_STARTED, UpdateState.DRAFTING, UpdateState.WITH_MAYOR)


async def form_here(request: Request) -> FormData:
    return await request.form()


FormHere = Annotated[FormData, Depends(form_here)]


@router.get("/{cohort}/updates/{cycle}/{city}/edit", dependencies=WRITE)
def edit(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere) -> Response:
    """The desk. What is approved or released is not written on: its own page says how to go on."""
    if here.update.state not in WRITABLE:
        return see_other(here.place)
    note_look(request, db, here.update, viewer, Looked.DESK)
    return page(request, "updates/edit.html", _desk(db, here))


@router.post("/{cohort}/updates/{cycle}/{city}/draft", dependencies=WRITE)
def save(
    request: Request, db: Db, here: UpdateHere, viewer: ViewerHere, settings: SettingsHere, form: FormHere
) -> Response:
    """Save the form, or the piece of it that autosave brings (which asks for JSON); with `then=send`, hand it over."""
    piece = "application/json" in request.headers.get("accept", "")
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    note_look(request, db, here.update, viewer, Looked.DESK)
    try:
        draft, troubles = _read(typed)
        saved = save_draft(db, here.update, draft, by=viewer)
        saved.troubles |= troubles
    except Refused as refused:
        if piece:
            return JSONResponse({"refused": refused.sentence}, 409)
        context = _desk(db, here, typed=typed, errors={"": refused.sentence})
        return page(request, "updates/edit.html", context, status=409)
    if piece:
        return _piece(saved, here.city.zone)
    errors = saved.troubles | {f"body-{slug}": stale.sentence for slug, stale in saved.stale.items()}
    if not errors and typed.get("then") == "send":
        try:
            return _send(db, here, viewer, settings.address)
        except Refused as refused:
            errors = {"": refused.sentence}
    if errors:
        context = _desk(db, here, typed=typed, errors=errors, saved=saved)
        return page(request, "updates/edit.html", context, status=409 if saved.stale else 422)
    anchor = "#commitments" if draft.added or draft.removed else ""
    return see_other(f"{here.place}/edit{anchor}", flash="Saved.")


@router.post("/{cohort}/updates/{cycle}/{city}/corrections", dependencies=WRITE)
def correct(db: Db, here: UpdateHere, viewer: ViewerHere) -> Response:
    begin_correction(db, here.update, by=viewer)
    return see_other(
        f"{here.place}/edit",
        flash="You write a correction. Readers keep the version that is out until this one is approved and released.",
    )


def _send(db: Session, here: CityUpdate, viewer: Viewer, base: str) -> Response:
    told = send_to_mayor(db, here.update, by=viewer)
    address = f"{base}{here.place}/approval"
    letters.update_awaits_approval(db, told, city=here.city.name, cycle=here.cycle.title, address=address)
    return see_other(here.place, flash="It is with the mayor, who has a letter with the link.")


def _read(typed: dict[str, str]) -> tuple[Draft, dict[str, str]]:
    """The form as a Draft, and what in it could not be understood, by field.

    Fields: body-SLUG with revision-SLUG; state-N and note-N for commitment N of the last cycle; text-N, due-N and
    stage-N for commitment N of this one, N being "new" for another; remove=N.
    """
    bodies: dict[str, tuple[str, int]] = {}
    answers: dict[int, tuple[AnswerState | None, str]] = {}
    promises: dict[int, Promise] = {}
    added: Promise | None = None
    troubles: dict[str, str] = {}
    for name, value in typed.items():
        kind, _, key = name.partition("-")
        if kind == "body":
            bodies[key] = (value, _number(typed.get(f"revision-{key}", "")) or 0)
        elif kind in ("state", "note") and _number(key):
            state = typed.get(f"state-{key}", "")
            known = AnswerState(state) if state in set(AnswerState) else None
            answers[int(key)] = (known, typed.get(f"note-{key}", ""))
        elif kind == "text" and (_number(key) or key == "new"):
            day, trouble = _day(typed.get(f"due-{key}", ""))
            promise = Promise(value, day, typed.get(f"stage-{key}", ""))
            if trouble:
                troubles[f"due-{key}"] = trouble
            elif key != "new":
                promises[int(key)] = promise
            elif value.strip():
                added = promise
    return Draft(bodies, answers, promises, added, _number(typed.get("remove", ""))), troubles


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _day(text: str) -> tuple[date | None, str]:
    try:
        return (date.fromisoformat(text) if text else None), ""
    except ValueError:
        return None, "Give a date, such as 2018-05-04."


def _piece(saved: Saved, zone: str) -> Response:
    """What autosave is told: new revisions and lengths, the time, and what could not be saved."""
    both = "{} saved “{}” while you wrote. Press Save, and both texts stand beside each other."
    stale = {f"body-{slug}": both.format(one.by, one.section.title) for slug, one in saved.stale.items()}
    return JSONResponse(
        {
            "revisions": {slug: text.revision for slug, text in saved.texts.items()},
            "words": {slug: words(text.body) for slug, text in saved.texts.items()},
            "at": f"{clock.said_time(clock.now(), zone)} {clock.zone_abbreviation(clock.now(), zone)}",
            "troubles": saved.troubles | stale,
        },
        200 if saved.is_whole else 409 if saved.stale else 422,
    )


def _desk(
    db: Session,
    here: CityUpdate,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    saved: Saved | None = None,
) -> dict[str, object]:
    return here.shown() | {
        "desk": desk_of(db, here.update),
        "due_at": due_at(here.cycle, here.city.zone),
        "typed": typed or {},
        "errors": errors or {},
        "stale": saved.stale if saved else {},
        "states": list(AnswerState),
        "stages": [one.name for one in stages_of(db, here.cycle.cohort_id)],
        "words": words,
        "figure": figure,
    }
