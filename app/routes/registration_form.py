"""What the registration form asks, as it was typed, and the details that it says.

The form is of pieces, each of which is saved by itself (pieces.py).
"""

from dataclasses import replace
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from app import clock
from app.models import Convening, Registration
from app.registration.needs import DIETS, needs_answered, read_dietary, write_dietary
from app.registration.presence import DayThere, Window, days_of, days_said, read_day, windows_of, windows_on_record
from app.registration.registrations import Details
from app.routes.pieces import mark_of, marks_in, plain

LONGEST = 1000
LONGEST_CONTACT = 200
PIECES: dict[str, tuple[str, ...]] = {
    "presence": (),
    "food": ("diet", "dietary_words"),
    "access": ("access",),
    "nothing": ("needs_nothing",),
    "emergency": ("emergency_name", "emergency_phone"),
    "caterer": ("name_to_caterer",),
    "photo": ("photo",),
    "roster": ("listed",),
    "notices": ("notices",),
}
"""Each piece of the form with its fields; the hours of `presence` are compared as they are meant."""


class RegistrationForm(BaseModel):
    """The form's fields. `day`, `arrives` and `leaves` stand in the same order, a day once for each stretch of it;
    `there` names the days ticked."""

    model_config = ConfigDict(extra="forbid")

    act: Literal["register", "next", "save", "look"] = "register"
    asks: list[str] = []
    presence: Literal["whole", "part"] = "whole"
    day: list[date] = []
    there: list[date] = []
    arrives: list[str] = []
    leaves: list[str] = []
    diet: list[str] = []
    dietary_words: str = ""
    access: str = ""
    needs_nothing: bool = False
    emergency_name: str = ""
    emergency_phone: str = ""
    name_to_caterer: bool = False
    photo: Literal["yes", "no", ""] = ""
    listed: Literal["yes", "no", ""] = ""
    notices: bool = False
    asks_place: bool = False
    sponsored: bool = False

    @property
    def stretches(self) -> dict[date, list[tuple[str, str]]]:
        """Day → its stretches as typed, in order."""
        days: dict[date, list[tuple[str, str]]] = {}
        for day, arrives, leaves in zip(self.day, self.arrives, self.leaves, strict=False):
            days.setdefault(day, []).append((arrives, leaves))
        return days

    @property
    def marks(self) -> dict[str, str]:
        """Piece → what its hidden field says."""
        return marks_in(self.asks)

    def as_shown(self, piece: str) -> str:
        """The mark of a piece that holds what this form holds."""
        held = self._hours() if piece == "presence" else [plain(getattr(self, name)) for name in PIECES[piece]]
        return mark_of(piece, held)

    def _hours(self) -> list[object]:
        if self.presence == "whole":
            return []
        return [
            (day, [first, *(pair for pair in again if any(pair))] if day in self.there else [])
            for day, (first, *again) in self.stretches.items()
        ]

    def says(self, piece: str) -> bool:
        """Whether a piece is to be kept: asked, and not as it was shown; what nobody has answered yet is answered
        by registering with it, be it with nothing."""
        mark = self.marks.get(piece)
        if mark is None:
            return False
        if ":" in mark:
            return mark != self.as_shown(piece)
        return self.act in ("register", "next") or self.as_shown(piece) != EMPTY.as_shown(piece)


EMPTY = RegistrationForm()


def form_of(
    convening: Convening, registration: Registration | None, *, shows_needs: bool, for_another: bool = False
) -> RegistrationForm:
    """The form filled with what is on record; needs only for those who may read them again (rule 12). Who registers
    `for_another` answers nothing by leaving it empty."""
    windows = windows_on_record(registration) if registration else ()
    stretches = [
        (day, arrives, leaves)
        for day, hours in days_said(convening, windows).items()
        for arrives, leaves in hours.stretches or ((None, None),)
    ]
    needs = registration.needs if registration and shows_needs else None
    diets, words = read_dietary(needs.dietary) if needs is not None else ((), "")
    form = RegistrationForm(
        presence="part" if windows else "whole",
        day=[day for day, _, _ in stretches],
        there=[day for day, hours in days_said(convening, windows).items() if hours.there],
        arrives=[f"{arrives:%H:%M}" if arrives else "" for _, arrives, _ in stretches],
        leaves=[f"{leaves:%H:%M}" if leaves else "" for _, _, leaves in stretches],
        diet=list(diets),
        dietary_words=words,
        access=needs.access if needs is not None else "",
        emergency_name=needs.emergency_name if needs is not None else "",
        emergency_phone=needs.emergency_phone if needs is not None else "",
        name_to_caterer=needs.name_to_caterer if needs is not None else False,
        photo=_yes_no(registration.photo_consent if registration else None),
        listed=_yes_no(registration.listed if registration else None),
        notices=bool(registration and registration.notices_read_at),
        sponsored=registration.sponsored if registration else False,
    )
    unanswered = {"presence"} if registration is None else set()
    if not for_another and not needs_answered(registration):
        unanswered |= {"food", "access"}
    return form.model_copy(
        update={"asks": [piece if piece in unanswered else form.as_shown(piece) for piece in PIECES]}
    )


def read_form(convening: Convening, form: RegistrationForm) -> tuple[Details, dict[str, str]]:
    """The details that the form says, and the mistakes by field. What is not asked, or stands as it was shown, is
    left as it is on record."""
    errors: dict[str, str] = {}
    details = Details()
    if form.says("presence"):
        details = replace(details, windows=read_windows(convening, form, errors))
    if form.says("food"):
        _fits(form, "dietary_words", LONGEST, errors)
        details = replace(details, dietary=write_dietary(form.diet, form.dietary_words))
    if form.says("access"):
        _fits(form, "access", LONGEST, errors)
        details = replace(details, access=form.access.strip())
    if form.says("nothing") and form.needs_nothing:
        details = replace(details, dietary="", access="")
    if form.says("emergency"):
        details = _emergency(form, details, errors)
    if form.says("caterer"):
        details = replace(details, name_to_caterer=form.name_to_caterer)
    if form.says("photo"):
        details = replace(details, photo_consent=_answer(form.photo))
    if form.says("roster"):
        details = replace(details, listed=_answer(form.listed))
    if form.says("notices") and form.notices:
        details = replace(details, notices_read=True)
    return details, errors


def read_windows(convening: Convening, form: RegistrationForm, errors: dict[str, str]) -> tuple[Window, ...]:
    """When they are there, as typed; mistakes go into `errors` by their day."""
    if form.presence == "whole":
        return ()
    said: dict[date, DayThere] = {}
    for day, ((arrives, leaves), *again) in form.stretches.items():
        if day in days_of(convening):
            try:
                said[day] = read_day(day in form.there, arrives, leaves, again)
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


def _emergency(form: RegistrationForm, details: Details, errors: dict[str, str]) -> Details:
    name, phone = form.emergency_name.strip(), form.emergency_phone.strip()
    _fits(form, "emergency_name", LONGEST_CONTACT, errors)
    _fits(form, "emergency_phone", LONGEST_CONTACT, errors)
    if phone and sum(letter.isdigit() for letter in phone) < 5:
        errors["emergency_phone"] = "A telephone number has at least five digits, such as +1 617 555 0100."
    elif name and not phone and form.act in ("register", "next"):
        errors["emergency_phone"] = f"Which number reaches {name[:60]}?"
    return replace(details, emergency_name=name, emergency_phone=phone)


def _fits(form: RegistrationForm, field: str, longest: int, errors: dict[str, str]) -> None:
    length = len(getattr(form, field))
    if length > longest:
        errors[field] = f"That is {length:,} characters; {longest:,} fit. The essential is enough."


def _answer(typed: str) -> bool | None:
    return {"yes": True, "no": False}.get(typed)


def _yes_no(answer: bool | None) -> Literal["yes", "no", ""]:
    return "" if answer is None else "yes" if answer else "no"
