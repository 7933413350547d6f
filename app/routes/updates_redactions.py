"""Taking words out of what is released: a part, a number, or a phrase out of everything of the city's (rule 6)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.people.audit import Refused
from app.people.records_holds import hold_on
from app.routes import typed
from app.routes.door import Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.updates_door import CityUpdate, UpdateHere
from app.updates.content import Content
from app.updates.history import title_of
from app.updates.phrases import LONGEST, checked, places_of, redact_phrase
from app.updates.reading import readable_update
from app.updates.redactions import redact

HERE = "/{cohort}/updates/{cycle}/{city}/redactions"
router = APIRouter()
RELEASE = [Depends(Needs("update.release"))]
Text = Annotated[str, Form(max_length=4000)]


@router.get(HERE, dependencies=RELEASE)
def choose(
    request: Request,
    db: Db,
    here: UpdateHere,
    viewer: ViewerHere,
    phrase: Annotated[str, Query(max_length=LONGEST)] = "",
) -> Response:
    """What can be taken out; with a phrase, where it stands, before anything is done."""
    refused = None
    if phrase:
        try:
            phrase = checked(phrase)
        except Refused as error:
            refused = error
    return _page(request, db, here, viewer, {"phrase": phrase}, refused)


@router.post(HERE, dependencies=RELEASE)
def take_out(
    request: Request, db: Db, here: UpdateHere, viewer: ViewerHere, part: Text = "", reason: Text = ""
) -> Response:
    """Take out a part, or one number."""
    try:
        redact(db, here.update, part=part, reason=reason, by=viewer)
    except Refused as refused:
        return _page(request, db, here, viewer, {"part": part, "reason": reason}, refused)
    return see_other(here.place, flash="Taken out. The page says who did it and why.")


@router.post(HERE + "/phrases", dependencies=RELEASE)
def take_phrase_out(
    request: Request, db: Db, here: UpdateHere, viewer: ViewerHere, phrase: Text = "", phrase_reason: Text = ""
) -> Response:
    """Take a phrase out of all that the city has released."""
    try:
        count = redact_phrase(db, here.update, phrase=phrase, reason=phrase_reason, by=viewer)
    except Refused as refused:
        field = "phrase_reason" if refused.field == "reason" else refused.field
        typed_in = {"phrase": phrase, "phrase_reason": phrase_reason}
        return _page(request, db, here, viewer, typed_in, Refused(refused.sentence, field))
    said = "this update" if count == 1 else f"{count} updates of {here.city.name}"
    return see_other(here.place, flash=f"Taken out of {said}. Where the words stood, it says who did it and why.")


def _page(
    request: Request,
    db: Session,
    here: CityUpdate,
    viewer: ViewerHere,
    form: dict[str, str],
    refused: Refused | None = None,
) -> Response:
    reading = readable_update(db, here.update, viewer)
    if reading is None or reading.version is None:
        raise NotHere(f"{here.city.name}’s update of {here.cycle.title} is not released: nothing is to be taken out.")
    phrase = form.get("phrase", "")
    looked_for = bool(phrase) and (refused is None or refused.field != "phrase")
    context = here.shown() | {
        "parts": _parts(reading.content),
        "form": {"part": "", "reason": "", "phrase": "", "phrase_reason": ""} | form,
        "errors": dict(typed.errors(refused)) if refused else {},
        "looked_for": looked_for,
        "places": places_of(db, here.update, phrase) if looked_for else [],
        "hold": hold_on(db, here.cohort.key, here.city.key),
        "longest": LONGEST,
    }
    return page(request, "updates/redactions.html", context, status=422 if refused else 200)


def _parts(content: Content) -> list[tuple[str, str]]:
    """What can be taken out by itself: (its name, its title with its first words)."""
    found = []
    for name, part in content.parts().items():
        if part.redaction is None and part.words:
            found.append((name, _said(title_of(part), part.words)))
            found += [
                (one.name, _said("The number", f"{one.label}: {one.said}"))
                for one in getattr(part, "figures", [])
                if one.id
            ]
    return found


def _said(title: str, words: str) -> str:
    words = " ".join(words.split())
    short = words if len(words) <= 80 else f"{words[:79].rstrip()}…"
    return title if words in title else f"{title}: {short}"
