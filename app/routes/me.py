"""One's own page: name and zone, the browsers one is signed in with, and who may act for one."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from app.models import Assistance, Person
from app.people import directory, sign_in
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.registration.roster import listings_of
from app.routes import typed
from app.routes.door import Db, Needs, NotHere, ViewerHere, own_record
from app.routes.pages import page, see_other

router = APIRouter()
READ = [Depends(Needs("own.read"))]
CHANGE = [Depends(Needs("own.change"))]
Text = Annotated[str, Form()]


@router.get("/me", dependencies=READ)
def me(request: Request, db: Db, viewer: ViewerHere) -> Response:
    return own_page(request, db, viewer)


@router.post("/me", dependencies=CHANGE)
def save(request: Request, db: Db, viewer: ViewerHere, name: Text = "", zone: Text = "") -> Response:
    """Save the viewer's name and zone."""
    oneself = in_person(db, viewer)
    try:
        directory.set_own(db, oneself, name=name, zone=zone.strip(), by=viewer)
    except Refused as refused:
        return own_page(request, db, viewer, {"name": name, "zone": zone}, typed.errors(refused))
    return see_other("/me", flash="Saved.")


@router.post("/me/assistants", dependencies=CHANGE)
def add_assistant(request: Request, db: Db, viewer: ViewerHere, email: Text = "", assistant: Text = "") -> Response:
    """Let somebody act for the viewer from today."""
    oneself = in_person(db, viewer)
    try:
        added = directory.add_assistant(db, oneself, email=email, name=assistant, by=viewer)
    except Refused as refused:
        field = "assistant" if refused.field == "name" else refused.field or ""
        typed_in = {"email": email, "assistant": assistant}
        return own_page(request, db, viewer, typed_in, {field: refused.sentence})
    return see_other("/me", flash=f"{added.assistant.name} may act for you from now on.")


@router.post("/me/assistants/{number}/end", dependencies=CHANGE)
def end_assistance(db: Db, viewer: ViewerHere, number: int) -> Response:
    """From now on the assistant acts for the viewer no more."""
    oneself = in_person(db, viewer)
    assistance = db.get(Assistance, number)
    if assistance is None or assistance.principal_id != oneself.key:
        raise NotHere("Nobody of that number acts for you.")
    directory.end_assistance(db, assistance, by=viewer)
    return see_other("/me", flash=f"{assistance.assistant.name} no longer acts for you.")


BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "a Mac"),
    ("Linux", "Linux"),
)
"""What the words in a browser's own line mean. Order counts: most browsers also name those they descend from."""


def browser_said(line: str) -> str:
    """A browser's line in words that its owner knows it by: "Firefox on a Mac"."""
    browser = next((name for word, name in BROWSERS if word in line), "A browser")
    system = next((f" on {name}" for word, name in SYSTEMS if word in line), "")
    return browser + system


def in_person(db: Db, viewer: Viewer) -> Person:
    """The person signed in. What is theirs alone is not their assistant's to change."""
    if viewer.acting:
        raise Refused(f"Only {viewer.name} can change this. Be yourself again to change your own.")
    return own_record(db, viewer)


def own_page(
    request: Request,
    db: Db,
    viewer: Viewer,
    form: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    assert viewer.person_id is not None
    assert viewer.actor_id is not None
    person = db.get_one(Person, viewer.person_id)
    context = {
        "person": person,
        "form": {"name": person.name, "zone": person.zone or "", "email": "", "assistant": "", **(form or {})},
        "errors": errors or {},
        "sign_ins": [] if viewer.acting else sign_in.current(db, viewer.actor_id),
        "browser_said": browser_said,
        "assistants": directory.assistants_of(db, viewer.person_id),
        "listings": listings_of(db, viewer.person_id),
    }
    return page(request, "people/me.html", context, status=422 if errors else 200)
