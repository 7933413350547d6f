"""Writing an update: the desk, its autosave, handing it to the mayor, beginning a correction."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session, select
from starlette.datastructures import FormData

from app import clock
from app.mailing import approval_letters
from app.models import AnswerState, Revision, UpdateState
from app.people.audit import Refused
from app.people.stages import stages_of
from app.people.viewer import Viewer
from app.routes.door import Db, Needs, SettingsHere, ViewerHere
from app.routes.pages import page, render, see_other
from app.routes.updates_door import CityUpdate, UpdateHere, note_look
from app.routes.updates_form import draft_in
from app.updates.approval import send_to_mayor
from app.updates.approval_links import give_links
from app.updates.comments import comments_of
from app.updates.content import words
from app.updates.drafting import Saved, desk_of, save_draft, standing_text
from app.updates.looks import Looked
from app.updates.pieces import stamp
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
    return page(request, "updates/edit.html", _desk(db, here, viewer))


@router.post("/{cohort}/updates/{cycle}/{city}/draft", dependencies=WRITE)
def save(
    request: Request, db: Db, here: UpdateHere, viewer: ViewerHere, settings: SettingsHere, form: FormHere
) -> Response:
    """Save the form, or the piece of it that autosave brings (which asks for JSON); with `then=send`, hand it over."""
    piece = "application/json" in request.headers.get("accept", "")
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    note_look(request, db, here.update, viewer, Looked.DESK)
    try:
        _refuse_another_hand(viewer, typed)
        draft, troubles = draft_in(typed)
        saved = save_draft(db, here.update, draft, by=viewer)
        saved.troubles |= troubles
    except Refused as refused:
        if piece:
            return JSONResponse({"refused": refused.sentence}, 409)
        context = _desk(db, here, viewer, typed=typed, errors={"": refused.sentence})
        return page(request, "updates/edit.html", context, status=409)
    if piece:
        if "theirs" in typed:
            saved.texts |= standing_text(db, here.update, typed["theirs"])
        return _piece(request, db, here, saved, typed)
    errors = saved.troubles | {f"body-{slug}": stale.sentence for slug, stale in saved.stale.items()}
    if not errors and typed.get("then") == "send":
        try:
            return _send(db, here, viewer, settings.address)
        except Refused as refused:
            errors = {"": refused.sentence}
    if errors:
        context = _desk(db, here, viewer, typed=typed, errors=errors, saved=saved)
        return page(request, "updates/edit.html", context, status=409 if saved.stale else 422)
    anchor = "#commitments" if draft.added or draft.removed else "#numbers" if draft.taken else ""
    return see_other(f"{here.place}/edit{anchor}", flash="Saved.")


@router.post("/{cohort}/updates/{cycle}/{city}/corrections", dependencies=WRITE)
def correct(db: Db, here: UpdateHere, viewer: ViewerHere) -> Response:
    begin_correction(db, here.update, by=viewer)
    return see_other(
        f"{here.place}/edit",
        flash="You write a correction. Readers keep the version that is out until this one is approved and released.",
    )


def _refuse_another_hand(viewer: Viewer, typed: dict[str, str]) -> None:
    """A page that one person opened does not save under the name of another who has signed in since."""
    if typed.get("by", "") not in ("", str(viewer.actor_id)):
        raise Refused(
            f"{viewer.actor_name} is signed in in this browser now, and these words were typed by somebody else. "
            "They stay on this device, and are saved once that person is signed in again."
        )


def _send(db: Session, here: CityUpdate, viewer: Viewer, base: str) -> Response:
    told = send_to_mayor(db, here.update, by=viewer)
    tokens = give_links(db, here.update, by=viewer) if told else {}
    approval_letters.approval_asked(
        db, told, tokens, city=here.city.name, cycle=here.cycle.title, base=base, place=here.place
    )
    return see_other(here.place, flash="It is with the mayor, who has a letter with the link.")


def _piece(request: Request, db: Session, here: CityUpdate, saved: Saved, typed: dict[str, str]) -> Response:
    """What the desk is told of a piece: what stands now, by revision and stamp, the time, and what could not be saved.

    `revision` is the program's own, by which a page knows that it is older than what was saved from it. `bodies` are
    texts that are not as they were sent: another's stands, or both were put together.
    """
    context = here.shown()
    conflicts = {
        slug: {
            "revision": one.revision,
            "html": render(request, "updates/conflict.html", context | {"slug": slug, "conflict": one}),
        }
        for slug, one in saved.stale.items()
    }
    moment = clock.now()
    return JSONResponse(
        {
            "revision": db.execute(select(Revision.number)).scalar_one(),
            "at": f"{clock.said_time(moment, here.city.zone)} {clock.zone_abbreviation(moment, here.city.zone)}",
            "revisions": {slug: text.revision for slug, text in saved.texts.items()},
            "words": {slug: words(text.body) for slug, text in saved.texts.items()},
            "bodies": {
                slug: text.body
                for slug, text in saved.texts.items()
                if stamp(text.body) != stamp(typed.get(f"body-{slug}"))
            },
            "stamps": saved.stamps,
            "troubles": saved.troubles,
            "conflicts": conflicts,
        },
        200 if saved.is_whole else 409 if saved.stale else 422,
    )


def _desk(
    db: Session,
    here: CityUpdate,
    viewer: Viewer,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    saved: Saved | None = None,
) -> dict[str, object]:
    return here.shown() | {
        "desk": desk_of(db, here.update),
        "typed": typed or {},
        "errors": errors or {},
        "stale": saved.stale if saved else {},
        "states": list(AnswerState),
        "stages": [(one.key, one.name) for one in stages_of(db, here.cycle.cohort_id)],
        "words": words,
        "comments": comments_of(db, here.update, viewer),
        "revision": db.execute(select(Revision.number)).scalar_one(),
    }
