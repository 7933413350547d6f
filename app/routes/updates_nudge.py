"""An organizer writes to a city's facilitator about its update: looked at with a sentence of their own, sent once."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.mailing.nudge_letters import nudge_letter, said_by, write_by_hand
from app.people.audit import Refused
from app.people.quiet import awake
from app.people.viewer import Viewer
from app.routes import typed
from app.routes.door import Db, Needs, SettingsHere, ViewerHere
from app.routes.pages import page, see_other, wants_fragment
from app.routes.updates_door import CityUpdate, UpdateHere
from app.settings import Settings
from app.updates.nudges_by_hand import by_hand, last_by_hand, nudge_by_hand
from app.updates.progress import progress_of

router = APIRouter(prefix="/{cohort}/updates/{cycle}/{city}/nudge")
STEER = [Depends(Needs("update.steer"))]
Text = Annotated[str, Form(max_length=20_000)]


@router.get("", dependencies=STEER)
def look(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere, settings: SettingsHere) -> Response:
    """The letter as it would go now, with room for a sentence."""
    return _page(request, db, here, viewer, settings)


@router.post("", dependencies=STEER)
def send(
    request: Request,
    db: Db,
    here: UpdateHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    words: Text = "",
    after: Annotated[str, Form(max_length=20)] = "0",
    then: Annotated[str, Form(max_length=20)] = "look",
) -> Response:
    """Look at the letter with the sentence in it, or send it."""
    if then != "send":
        return _page(request, db, here, viewer, settings, words=words)
    known = int(after) if after.isascii() and after.isdecimal() else 0
    try:
        letter = nudge_by_hand(db, here.cycle, here.update, here.city, words=words, after=known, by=viewer)
    except Refused as refused:
        return _page(request, db, here, viewer, settings, words=words, refused=refused)
    if letter is not None:
        write_by_hand(
            db, here.cycle, letter, words=words, by=viewer, address=settings.address, turn=last_by_hand(db, here.update)
        )
    names = " and ".join(one.name for one in letter.readers) if letter else "They"
    return see_other(
        f"/{here.cohort.slug}/updates/{here.cycle.slug}",
        flash=f"{names} {'has' if letter and len(letter.readers) == 1 else 'have'} your letter.",
    )


def _page(
    request: Request,
    db: Session,
    here: CityUpdate,
    viewer: Viewer,
    settings: Settings,
    *,
    words: str = "",
    refused: Refused | None = None,
) -> Response:
    letter = by_hand(db, here.cycle, here.update, here.city)
    last = last_by_hand(db, here.update)
    context = here.shown() | {
        "letter": letter,
        "last": last,
        "words": words,
        "asleep": {one.zone for one in letter.readers if awake(clock.now(), one.zone) > clock.now()} if letter else (),
        "errors": dict(typed.errors(refused)) if refused else {},
    }
    if letter is not None and letter.readers:
        far = progress_of(db, here.cycle)[here.update.key]
        own = said_by(here.cycle, words, viewer)
        context["subject"], context["text"] = nudge_letter(
            here.cycle, letter.about, letter.readers[0], far, address=settings.address, own=own
        )
    block = "letter" if wants_fragment(request) and "text" in context and not refused else None
    return page(request, "updates/nudge_by_hand.html", context, block=block, status=422 if refused else 200)
