"""What all who register do: the form shown and saved, regrets, and the letters that say where one stands."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.mailing import letters
from app.models import City, Convening, Person, Registration, RegistrationState
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.registration import needs, presence, registrations, teams, terms
from app.routes import typed
from app.routes.pages import page, see_other
from app.routes.registration_form import RegistrationForm, diets, form_of, read_form
from app.settings import Settings

HERE = "/{cohort}/convenings/{convening}/registration"
Text = Annotated[str, Form()]
Filled = Annotated[RegistrationForm, Form()]


@dataclass(frozen=True, slots=True)
class Registrant:
    """A person who is registered by a viewer: themselves, or (with its city) one of a team."""

    convening: Convening
    person: Person
    viewer: Viewer
    city: City | None = None

    @property
    def back(self) -> str:
        """The page from which they are registered."""
        return f"{self.convening.path}/registration{f'/team/{self.city.slug}' if self.city else ''}"

    @property
    def for_another(self) -> bool:
        """Whether the one at the keyboard is not the person, and so may give needs but not read them (rule 12)."""
        return self.viewer.acting or self.person.key != self.viewer.person_id

    def on_record(self, db: Session) -> Registration | None:
        """Their registration, if they have one."""
        return registrations.registration_of(db, self.convening, self.person.key)


def show_form(
    request: Request,
    db: Session,
    who: Registrant,
    *,
    form: RegistrationForm | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    """The form, filled as on record or as typed."""
    convening, registration = who.convening, who.on_record(db)
    closed = terms.closed_because(convening)
    context = {
        "convening": convening,
        "person": who.person,
        "city": who.city,
        "office": registrations.office_at(db, convening, who.person.key),
        "registration": registration,
        "for_another": who.for_another,
        "form": form or form_of(convening, registration, shows_needs=not who.for_another),
        "errors": errors or {},
        "needs_answered": needs.needs_answered(registration),
        "diets": diets(),
        "zone_said": clock.zone_abbreviation(presence.whole(convening).ends_at, convening.zone),
        "closed": None if who.viewer.is_organizer(convening.cohort_id) else closed,
    }
    answer = page(request, "registration/form.html", context, status=422 if errors else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def save_form(request: Request, db: Session, settings: Settings, who: Registrant, form: RegistrationForm) -> Response:
    """Register, or only save; what cannot be is said at its field, with the form as it was typed."""
    before = who.on_record(db)
    was_in = before is not None and before.state in teams.COMING
    details, errors = read_form(who.convening, form, for_another=who.for_another)
    if errors:
        return show_form(request, db, who, form=form, errors=errors)
    try:
        if form.act == "save":
            registrations.save_registration(db, who.convening, who.person, details=details, by=who.viewer)
            return see_other(who.back, flash="Saved. There is no place yet: come back and register.")
        sponsored = form.sponsored if form.asks_place else None
        made = registrations.register(
            db, who.convening, who.person, details=details, sponsored=sponsored, by=who.viewer
        )
    except Refused as refused:
        return show_form(request, db, who, form=form, errors=dict(typed.errors(refused)))
    if not was_in:
        write_to(db, settings, [made])
    return see_other(who.back, flash=_said(made, changed=was_in))


def withdraw(db: Session, settings: Settings, who: Registrant, reason: str) -> None:
    """Cancel who had registered, decline for who had not; whoever moves up the waiting list by it is written to."""
    registration = who.on_record(db)
    if registration is not None and registration.state in teams.COMING:
        moved_up = registrations.cancel(db, registration, reason=reason, by=who.viewer)
    else:
        moved_up = registrations.decline(db, who.convening, who.person, reason=reason, by=who.viewer)
    write_to(db, settings, moved_up)


def write_to(db: Session, settings: Settings, registered: list[Registration]) -> None:
    """Confirm to each where they stand; the letter commits together with its cause."""
    for registration in registered:
        waiting = registration.state is RegistrationState.WAITING
        letters.registration_confirmed(
            db,
            registration,
            line=registrations.place_in_line(db, registration) if waiting else None,
            address=f"{settings.address}{registration.convening.path}/registration",
        )


def _said(registration: Registration, *, changed: bool) -> str:
    name = registration.person.name
    if changed:
        return f"{name}: the changes are saved."
    waits = registration.state is RegistrationState.WAITING
    return f"{name} is on the waiting list." if waits else f"{name} has a place."
