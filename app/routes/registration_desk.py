"""What all who register do: the form shown and saved, regrets, and the letters that say where one stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from app import clock
from app.mailing import letters, place_letters
from app.models import ASKED, LEFT, City, Convening, LinkPurpose, Person, Registration, RegistrationState
from app.people import private_links
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.registration import (
    missing,
    needs,
    offers,
    presence,
    registrations,
    stays,
    teams,
    terms,
)
from app.registration.links import link_address
from app.routes import typed
from app.routes.pages import page, see_other
from app.routes.registration_form import RegistrationForm, diets, form_of, read_form, read_windows
from app.settings import Settings

HERE = "/{cohort}/convenings/{convening}/registration"
Text = Annotated[str, Form()]
Filled = Annotated[RegistrationForm, Form()]


@dataclass(frozen=True, slots=True)
class Registrant:
    """A person who is registered by a viewer: themselves, (with its city) one of a team, or whoever holds the private
    address `at_link`."""

    convening: Convening
    person: Person
    viewer: Viewer
    city: City | None = None
    at_link: str = ""

    @property
    def back(self) -> str:
        """The page from which they are registered."""
        if self.at_link:
            return self.at_link
        return f"{self.convening.path}/registration{f'/team/{self.city.slug}' if self.city else ''}"

    @property
    def here(self) -> str:
        """The address of their registration, under which everything of it is posted."""
        return f"{self.back}/{self.person.key}" if self.city else self.back

    @property
    def for_another(self) -> bool:
        """Whether the one at the keyboard is not the person."""
        return self.viewer.acting or self.person.key != self.viewer.person_id

    @property
    def reads_needs(self) -> bool:
        """Whether needs are read back: to the person, signed in as themselves, alone (rule 12)."""
        return not self.for_another and not self.at_link

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
    form = form or form_of(convening, registration, shows_needs=who.reads_needs, for_another=who.for_another)
    context = {
        "convening": convening,
        "person": who.person,
        "city": who.city,
        "at": who.here,
        "by_link": bool(who.at_link),
        "office": registrations.office_at(db, convening, who.person.key),
        "registration": registration,
        "lapsed": registration is not None and offers.has_lapsed(registration),
        "you": not who.for_another,
        "reads_needs": who.reads_needs,
        "form": form,
        "errors": errors or {},
        "needs_answered": needs.needs_answered(registration),
        "diets": diets(),
        "next": teams.team(db, convening, who.city).next_after(who.person.key) if who.city else None,
        "stays": _stays(db, who, form),
        "zone_said": clock.zone_abbreviation(presence.whole(convening).ends_at, convening.zone),
        "closed": None if who.viewer.is_organizer(convening.cohort_id) else closed,
    }
    answer = page(request, "registration/form.html", context, status=422 if errors else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def show_stays(request: Request, db: Session, who: Registrant, form: RegistrationForm) -> Response:
    """The sessions in and out, for the hours as they are typed now; nothing is kept."""
    context = {"stays": _stays(db, who, form), "you": not who.for_another}
    answer = page(request, "registration/stays.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def save_form(request: Request, db: Session, settings: Settings, who: Registrant, form: RegistrationForm) -> Response:
    """Register, only save, or only look at what the hours mean; what cannot be is said at its field, with the form as
    it was typed."""
    if form.act == "look":
        return show_form(request, db, who, form=form)
    before = who.on_record(db)
    was_in = before is not None and before.state in ASKED
    details, errors = read_form(who.convening, form)
    if form.act == "register" and _must_have_read(who, before) and not details.notices_read:
        errors["notices"] = "Read this, and tick that you have. Then you can register."
    if errors:
        return show_form(request, db, who, form=form, errors=errors)
    try:
        if form.act == "save":
            registrations.save_registration(db, who.convening, who.person, details=details, by=who.viewer)
            return see_other(who.back, flash="Saved. There is no place yet: come back and register.")
        sponsored = form.sponsored if form.asks_place else None
        if before is not None and was_in and sponsored is not None:
            write_to(db, settings, registrations.sponsor(db, before, sponsored=sponsored, by=who.viewer), by=who.viewer)
        made = registrations.register(
            db, who.convening, who.person, details=details, sponsored=sponsored, by=who.viewer
        )
    except Refused as refused:
        return show_form(request, db, who, form=form, errors=dict(typed.errors(refused)))
    if not was_in:
        write_to(db, settings, [made], by=who.viewer)
    return see_other(_then(db, who, form), flash=_said(made, changed=was_in))


def keep_draft(db: Session, who: Registrant, form: RegistrationForm) -> Response:
    """Keep the pieces that changed, as they are typed; a place is never taken by it.

    Answers with the marks of what was kept, or with the mistakes by field; nothing that was typed is said again.
    """
    form = form.model_copy(update={"act": "save"})
    registration = who.on_record(db)
    if registration is not None and registration.state in LEFT:
        return JSONResponse({"errors": {"": "Not kept yet: register to say that there is a change of plan."}})
    kept: dict[str, str] = {}
    details, errors = read_form(who.convening, form)
    if not errors:
        try:
            registrations.save_registration(db, who.convening, who.person, details=details, by=who.viewer)
            kept = {piece: form.as_shown(piece) for piece in form.marks if form.says(piece)}
        except Refused as refused:
            errors = dict(typed.errors(refused))
    return JSONResponse({"marks": kept, "errors": errors}, headers={"Cache-Control": "no-store"})


def accept(db: Session, settings: Settings, who: Registrant) -> Response:
    """Accept the place that is offered; what cannot be is said on the page from which it was asked."""
    registration = who.on_record(db)
    if registration is None:
        return see_other(who.back, flash="No place is offered now.")
    try:
        accepted = offers.accept_offer(db, registration, by=who.viewer)
    except Refused as refused:
        return see_other(who.back, flash=refused.sentence)
    write_to(db, settings, [accepted], by=who.viewer)
    return see_other(who.back, flash=_said(accepted, changed=False))


def withdraw(db: Session, settings: Settings, who: Registrant, reason: str) -> None:
    """Cancel who had registered, decline for who had not or was offered a place; who moves up by it is written to."""
    registration = who.on_record(db)
    if registration is not None and registration.state is RegistrationState.OFFERED:
        moved_up = offers.refuse_offer(db, registration, reason=reason, by=who.viewer)
    elif registration is not None and registration.state in ASKED:
        moved_up = registrations.cancel(db, registration, reason=reason, by=who.viewer)
    else:
        moved_up = registrations.decline(db, who.convening, who.person, reason=reason, by=who.viewer)
    write_to(db, settings, moved_up, by=who.viewer)


def write_to(db: Session, settings: Settings, registered: Sequence[Registration], *, by: Viewer) -> None:
    """Tell each where they stand; the letter commits together with its cause."""
    place_letters.tell(db, registered, settings=settings, by=by)


def send_link(db: Session, settings: Settings, who: Registrant, *, renewed: bool = False) -> None:
    """Invite by a letter with the person's own address, which needs no account; a new one where it is renewed."""
    registration = registrations.invite(db, who.convening, who.person, by=who.viewer)
    db.flush()
    make = private_links.renew_link if renewed else private_links.create_link
    link = make(db, LinkPurpose.REGISTRATION, who.convening, who.person, secret=settings.secret, by=who.viewer)
    db.flush()
    letters.registration_invited(
        db,
        registration,
        by=who.viewer.actor_name,
        address=settings.address + link_address(who.convening, link, settings.secret),
        link=link.key,
    )


def standing(db: Session, who: Registrant, registration: Registration) -> dict[str, object]:
    """How a registration stands, for the page that says so; needs to those alone who read them again (rule 12)."""
    waiting = registration.state is RegistrationState.WAITING
    answered = needs.needs_answered(registration)
    lacks = missing.lacks_among(db, who.convening, [registration]).get(registration.key, ())
    zone = who.viewer.zone
    return {
        "convening": who.convening,
        "registration": registration,
        "at": who.here,
        "by_link": bool(who.at_link),
        "you": not who.for_another,
        "offered": offers.is_offered(registration),
        "beside": zone if zone and zone != who.convening.zone else None,
        "line": registrations.place_in_line(db, registration) if waiting else None,
        "presence": presence.said(who.convening, presence.windows_on_record(registration)),
        "needs_answered": answered,
        "needs": registration.needs if answered and who.reads_needs else None,
        "is_reachable": registration.needs is not None and bool(registration.needs.emergency_phone),
        "missing": lacks,
        "where_said": missing.where_said(lacks),
        "closed": terms.closed_because(who.convening),
    }


def _must_have_read(who: Registrant, registration: Registration | None) -> bool:
    """Whether the notices are to be accepted with this form: once, by the person or who acts for them. A team is not
    held up by it; who was registered by others is reminded to read them (missing.py)."""
    is_own = who.city is None
    return is_own and missing.has_notices(who.convening) and not (registration and registration.notices_read_at)


def _stays(db: Session, who: Registrant, form: RegistrationForm) -> stays.Stays:
    mistakes: dict[str, str] = {}
    windows = read_windows(who.convening, form, mistakes)
    seen_by = None if who.at_link else who.viewer
    return stays.stays_of(db, who.convening, who.person.key, windows, seen_by=seen_by)


def _then(db: Session, who: Registrant, form: RegistrationForm) -> str:
    """Where to go on: to the form of the next of the team who has not answered, where that was asked for."""
    if form.act != "next" or who.city is None:
        return who.back
    following = teams.team(db, who.convening, who.city).next_after(who.person.key)
    return f"{who.back}/{following.person_id}" if following else who.back


def _said(registration: Registration, *, changed: bool) -> str:
    name = registration.person.name
    if changed:
        return f"{name}: the changes are saved."
    if registration.state is RegistrationState.PENDING:
        return f"{name} is registered; an organizer has yet to approve it. The place is kept meanwhile."
    waits = registration.state is RegistrationState.WAITING
    return f"{name} is on the waiting list." if waits else f"{name} has a place."
