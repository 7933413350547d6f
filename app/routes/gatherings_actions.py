"""What was promised on a call: written down, said otherwise, done, struck."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session

from app.gatherings import actions
from app.gatherings.actions import Promise
from app.gatherings.calls import call_of
from app.models import CallAction
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes import typed
from app.routes.door import Db, NotHere, ViewerHere
from app.routes.gatherings_calls import HERE, RUNNING, TALK, Here, Talked, again, back_to
from app.routes.pages import page

router = APIRouter()


class ActionForm(BaseModel):
    action: str = ""
    owner: str = ""
    due: str = ""
    confidential: str = ""
    at: str = ""

    def promise(self) -> Promise:
        owner, due = typed.number_or_none(self.owner, "owner"), typed.day_or_none(self.due, "due")
        return Promise(self.action, owner, due, bool(self.confidential))


@router.post(HERE + "/actions", dependencies=TALK)
def promise(request: Request, db: Db, viewer: ViewerHere, here: Here, form: Annotated[ActionForm, Form()]) -> Response:
    try:
        actions.promise(db, here.session, form.promise(), by=viewer)
    except Refused as refused:
        return again(request, db, viewer, here, form, refused, "action", RUNNING)
    return back_to(here, form.at, "actions", "Written down.")


@router.get(HERE + "/actions/{action:int}", dependencies=TALK)
def edit_action(request: Request, db: Db, viewer: ViewerHere, here: Here, action: int) -> Response:
    """The form of an action: in other words, or in other hands."""
    found = _action(db, here, action)
    form = ActionForm(
        action=found.text,
        owner=str(found.owner_id or ""),
        due=found.due_on.isoformat() if found.due_on else "",
        confidential="yes" if found.confidential else "",
    )
    return _action_form(request, db, viewer, here, found, form)


@router.post(HERE + "/actions/{action:int}", dependencies=TALK)
def change_action(
    request: Request, db: Db, viewer: ViewerHere, here: Here, action: int, form: Annotated[ActionForm, Form()]
) -> Response:
    found = _action(db, here, action)
    try:
        actions.change_action(db, here.session, found, form.promise(), by=viewer)
    except Refused as refused:
        return _action_form(request, db, viewer, here, found, form, typed.errors(refused))
    return back_to(here, form.at, "actions", "Saved.")


@router.post(HERE + "/actions/{action:int}/tick", dependencies=TALK)
def tick_action(
    db: Db,
    viewer: ViewerHere,
    here: Here,
    action: int,
    done: Annotated[str, Form()] = "",
    at: Annotated[str, Form()] = "",
) -> Response:
    """Done, or (with nothing in `done`) not."""
    actions.tick_action(db, here.session, _action(db, here, action), done=bool(done), by=viewer)
    return back_to(here, at, "actions", "Done." if done else "It is open again.")


@router.post(HERE + "/actions/{action:int}/removal", dependencies=TALK)
def drop(
    db: Db,
    viewer: ViewerHere,
    here: Here,
    action: int,
    back: Annotated[str, Form()] = "",
    at: Annotated[str, Form()] = "",
) -> Response:
    """Strike an action, or (with `back`) bring it back."""
    actions.drop_action(db, here.session, _action(db, here, action), dropped=not back, by=viewer)
    return back_to(
        here, at, "actions", "It stands again." if back else "Struck. It can be brought back below the actions."
    )


def _action(db: Session, here: Talked, number: int) -> CallAction:
    action = actions.action_on(db, here.session, number, here.circle)
    if action is None:
        raise NotHere("There is no such action of this call.")
    return action


def _action_form(
    request: Request,
    db: Session,
    viewer: Viewer,
    here: Talked,
    action: CallAction,
    form: ActionForm,
    errors: Mapping[str, str] | None = None,
) -> Response:
    context = {
        "one": here.seen,
        "action": action,
        "form": form,
        "errors": errors or {},
        "call": call_of(db, here.seen, viewer),
    }
    return page(request, "gatherings/action.html", context, status=422 if errors else 200)
