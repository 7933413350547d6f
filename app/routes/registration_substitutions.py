"""Another person comes in the place of one who has one: chosen, looked at, done, taken back (rule 10)."""

from typing import Annotated, Any, Self

from email_validator import EmailNotValidError, validate_email
from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, model_validator
from sqlmodel import Session, select

from app.mailing import substitution_letters
from app.models import Convening, LinkPurpose, Person, Registration, RegistrationState, Substitution
from app.people.audit import Refused
from app.people.names import checked_name
from app.people.policy import may
from app.people.private_links import create_link, token_of
from app.people.viewer import Viewer
from app.registration import substitutions, swaps
from app.registration.substitutions import Newcomer, Substituted
from app.routes import typed
from app.routes.door import ConveningHere, Db, Needs, NotAllowed, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.registration_desk import HERE, write_to
from app.settings import Settings

router = APIRouter(prefix=f"{HERE}/substitutions")
PERMISSION = "registration.substitute"
MAY = [Depends(Needs(PERMISSION))]
NEW = "new"


class Asked(BaseModel):
    """Who leaves and who comes, as typed. `coming` is a person's number, or "new" with a name and an address: also
    where these were typed and nobody is chosen."""

    registration: str = ""
    coming: str = ""
    name: str = ""
    email: str = ""
    nights: str = "yes"
    reason: str = ""
    grants: list[str] = []
    q: str = ""

    @model_validator(mode="after")
    def _is_new(self) -> Self:
        if not self.coming and (self.name.strip() or self.email.strip()):
            self.coming = NEW
        return self


@router.get("", dependencies=MAY)
def listed(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere) -> Response:
    """All substitutions of the convening, or those of the viewer's own city."""
    cities = viewer.city_ids(convening.cohort_id)
    own = None if viewer.is_organizer(convening.cohort_id) else min(cities, default=0)
    rows = substitutions.substitutions_of(db, convening, city_id=own)
    context = {"convening": convening, "rows": [(one, substitutions.can_be_undone(one)) for one in rows]}
    return page(request, "registration/substitutions.html", context)


@router.get("/new", dependencies=MAY)
def choose(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, asked: Annotated[Asked, Query()]
) -> Response:
    """Who comes instead; then what that would do, before it is done."""
    leaving = _leaving(db, convening, viewer, asked)
    return _shown(request, db, viewer, leaving, asked)


@router.post("", dependencies=MAY)
def substitute(
    request: Request,
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    asked: Annotated[Asked, Form()],
) -> Response:
    """Do it, and tell those concerned."""
    leaving = _leaving(db, convening, viewer, asked)
    try:
        done = substitutions.substitute(
            db,
            leaving,
            _coming(db, asked),
            grants=[number for one in asked.grants if (number := typed.number_or_none(one, "grants"))],
            nights=asked.nights == "yes",
            reason=asked.reason,
            by=viewer,
        )
    except Refused as refused:
        return _shown(request, db, viewer, leaving, asked, refused)
    _tell(db, settings, done, viewer)
    made = done.substitution
    said = f"{made.coming.person.name} comes in the place of {made.leaving.person.name}. Print one badge."
    return see_other(f"{convening.path}/registration/substitutions", flash=said)


@router.post("/{number:int}/withdrawal", dependencies=MAY)
def take_back(
    request: Request, db: Db, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere, number: int
) -> Response:
    """Take a substitution back: all is as it was."""
    made = db.get(Substitution, number)
    if made is None or made.convening_id != convening.key:
        raise NotHere("There is no substitution at this address.")
    _check(viewer, convening, made.leaving)
    address = f"{convening.path}/registration/substitutions"
    if made.undone_at is not None:
        return see_other(address, flash="That was taken back already.")
    try:
        substitutions.undo_substitution(db, made, by=viewer)
    except Refused as refused:
        return see_other(address, flash=refused.sentence)
    substitution_letters.taken_back(
        db,
        made,
        swaps.facilitators_of(db, made.leaving),
        by=viewer.actor_name,
        listed=f"{settings.address}{address}",
    )
    return see_other(address, flash=f"{made.leaving.person.name} has the place again.")


def _leaving(db: Session, convening: Convening, viewer: Viewer, asked: Asked) -> Registration:
    """The registration that is to pass on, of a city that is the viewer's to answer for."""
    number = int(asked.registration) if asked.registration.isascii() and asked.registration.isdigit() else 0
    found = db.get(Registration, number) if 0 < number < 2**31 else None
    if found is None or found.convening_id != convening.key:
        raise NotHere("Nobody is registered under this number. Choose whom to replace on the team’s page.")
    _check(viewer, convening, found)
    return found


def _check(viewer: Viewer, convening: Convening, leaving: Registration) -> None:
    """Facilitators act for their own city's people; the lab's guests are the organizers'."""
    if viewer.is_organizer(convening.cohort_id):
        return
    if leaving.city_id is None or not may(viewer, PERMISSION, cohort_id=convening.cohort_id, city_id=leaving.city_id):
        raise NotAllowed("This place is for another team’s facilitator to pass on.")


def _coming(db: Session, asked: Asked) -> Person | Newcomer:
    """Who comes: a person on record, found by their address too, or somebody new. Raises Refused at the field."""
    if asked.coming != NEW:
        number = typed.number_or_none(asked.coming, "coming")
        person = db.get(Person, number) if number else None
        if person is None or person.archived_at is not None:
            raise Refused("Choose who comes instead.", field="coming")
        return person
    try:
        name = checked_name(asked.name)
    except Refused as refused:
        raise Refused(refused.sentence, field="name") from refused
    if not asked.email.strip():
        raise Refused("Say the e-mail address: the private link and the agenda go there.", field="email")
    try:
        address = validate_email(asked.email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Refused("This is no e-mail address. It looks like name@city.gov.", field="email") from error
    known = db.exec(select(Person).where(Person.email == address)).first()
    return known or Newcomer(name, address)


def _shown(
    request: Request, db: Session, viewer: Viewer, leaving: Registration, asked: Asked, refused: Refused | None = None
) -> Response:
    """The screen: who leaves, who could come and, once somebody is chosen, what that would do."""
    convening = leaving.convening
    swap, coming = None, None
    is_open = leaving.state is RegistrationState.SUBMITTED
    errors = dict(typed.errors(refused)) if refused else {}
    if asked.coming and is_open:
        try:
            coming = _coming(db, asked)
            swap = swaps.swap(db, leaving, coming, viewer, nights=asked.nights == "yes")
        except Refused as wrong:
            errors = errors or dict(typed.errors(wrong))
    context: dict[str, Any] = {
        "convening": convening,
        "leaving": leaving,
        "instead": substitutions.replaced_by(db, leaving) if leaving.state is RegistrationState.REPLACED else None,
        "is_open": is_open,
        "candidates": swaps.candidates(db, leaving, asked.q) if is_open else [],
        "asked": asked,
        "coming": coming,
        "swap": swap,
        "is_organizer": viewer.is_organizer(convening.cohort_id),
        "has_nights": leaving.travel is not None and leaving.travel.first_night is not None,
        "errors": errors,
    }
    answer = page(request, "registration/substitution.html", context, status=422 if errors else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _tell(db: Session, settings: Settings, done: Substituted, viewer: Viewer) -> None:
    """Letters to the one who comes, the one who leaves, the facilitators, and those whom the waiting list let in."""
    made = done.substitution
    convening, person = made.convening, made.coming.person
    link = create_link(db, LinkPurpose.REGISTRATION, convening, person, secret=settings.secret, by=viewer)
    here = f"{settings.address}{convening.path}"
    substitution_letters.substituted(
        db,
        made,
        swaps.facilitators_of(db, made.leaving),
        by=viewer.actor_name,
        own=f"{here}/registration/by-link/{token_of(link, settings.secret)}",
        agenda=f"{here}/agenda",
        listed=f"{here}/registration/substitutions",
    )
    write_to(db, settings, done.let_in, by=viewer)
