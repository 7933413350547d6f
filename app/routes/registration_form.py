"""What the registration form asks, as it was typed, and the details that it says."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from app import clock
from app.models import Convening, Registration
from app.registration.needs import DIETS, read_dietary, write_dietary
from app.registration.presence import DayThere, Window, days_of, days_said, read_day, windows_of, windows_on_record
from app.registration.registrations import Details

LONGEST = 1000


class RegistrationForm(BaseModel):
    """The form's fields. `day`, `arrives` and `leaves` stand in the same order; `there` names the days ticked.

    `asks_needs` says that the form showed the questions on food and access: with it, an empty answer is "nothing".
    """

    model_config = ConfigDict(extra="forbid")

    act: Literal["register", "save"] = "register"
    presence: Literal["whole", "part"] = "whole"
    day: list[date] = []
    there: list[date] = []
    arrives: list[str] = []
    leaves: list[str] = []
    asks_needs: bool = False
    diet: list[str] = []
    dietary_words: str = ""
    access: str = ""
    forget_needs: bool = False
    photo: Literal["yes", "no", ""] = ""
    asks_place: bool = False
    sponsored: bool = False


def form_of(convening: Convening, registration: Registration | None, *, shows_needs: bool) -> RegistrationForm:
    """The form filled with what is on record; needs only for those who may read them again (rule 12)."""
    windows = windows_on_record(registration) if registration else ()
    said = days_said(convening, windows)
    needs = registration.needs if registration and shows_needs else None
    diets, words = read_dietary(needs.dietary) if needs is not None else ((), "")
    consent = registration.photo_consent if registration else None
    return RegistrationForm(
        presence="part" if windows else "whole",
        day=list(said),
        there=[day for day, hours in said.items() if hours.there],
        arrives=[f"{hours.arrives:%H:%M}" if hours.arrives else "" for hours in said.values()],
        leaves=[f"{hours.leaves:%H:%M}" if hours.leaves else "" for hours in said.values()],
        diet=list(diets),
        dietary_words=words,
        access=needs.access if needs is not None else "",
        photo="" if consent is None else "yes" if consent else "no",
        sponsored=registration.sponsored if registration else False,
    )


def read_form(convening: Convening, form: RegistrationForm, *, for_another: bool) -> tuple[Details, dict[str, str]]:
    """The details that the form says, and the mistakes by field.

    For another person, needs that were left empty stay as they are on record: who fills in does not see them.
    """
    errors: dict[str, str] = {}
    windows = _windows(convening, form, errors)
    for field, text in (("dietary_words", form.dietary_words), ("access", form.access)):
        if len(text) > LONGEST:
            errors[field] = f"That is {len(text):,} characters; {LONGEST:,} fit. The essential is enough."
    dietary: str | None = write_dietary(form.diet, form.dietary_words)
    access: str | None = form.access.strip()
    if not form.asks_needs:
        dietary = access = None
    elif form.forget_needs:
        dietary = access = ""
    elif for_another:
        dietary, access = dietary or None, access or None
    photo = {"yes": True, "no": False}.get(form.photo)
    return Details(windows=windows, dietary=dietary, access=access, photo_consent=photo), errors


def _windows(convening: Convening, form: RegistrationForm, errors: dict[str, str]) -> tuple[Window, ...]:
    if form.presence == "whole":
        return ()
    said: dict[date, DayThere] = {}
    for day, arrives, leaves in zip(form.day, form.arrives, form.leaves, strict=False):
        if day in days_of(convening):
            try:
                said[day] = read_day(day in form.there, arrives, leaves)
            except ValueError as mistake:
                errors[f"day-{day.isoformat()}"] = f"{clock.said_day(day)}: {mistake}"
    if errors:
        return ()
    try:
        return windows_of(convening, said)
    except ValueError as mistake:
        errors["presence"] = str(mistake)
        return ()


def diets() -> list[tuple[str, str]]:
    """The diets to tick, as (value, word)."""
    return [(diet, diet.capitalize()) for diet in DIETS]
