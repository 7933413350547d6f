"""Private needs: food, access, whom to call in an emergency; what was answered, kept and given back (rule 12).

The person sees and changes their own. Whoever types needs for another (facilitator, assistant) sees afterwards that
they were answered, not what. Organizers read them, each look on record (looks.py); the caterer gets counts (meals.py);
they are purged a set number of days after the convening (purging.py). Never on badges, feeds, rosters or in logs.
"""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from app.models import PrivateNeeds, Registration
from app.models.sealed import CANNOT_BE_READ
from app.people.ticks import read_ticked, write_ticked

DIETS = ("vegetarian", "vegan", "halal", "kosher", "gluten-free", "dairy-free", "no nuts", "no shellfish")
"""What a caterer counts. Whatever else a person writes stands on a line of its own."""


def write_dietary(diets: Sequence[str], words: str) -> str:
    """The known diets and a person's own words as one text: a line of diets, then the words."""
    return write_ticked(DIETS, diets, words)


def read_dietary(text: str) -> tuple[tuple[str, ...], str]:
    """What `write_dietary` wrote: the known diets, and the words."""
    return read_ticked(DIETS, text)


def keep_needs(
    registration: Registration,
    *,
    dietary: str | None = None,
    access: str | None = None,
    emergency_name: str | None = None,
    emergency_phone: str | None = None,
    name_to_caterer: bool | None = None,
) -> None:
    """Put what was answered into the registration; None leaves what is there. Called inside a verb.

    So does what a form shows in place of a text that the key does not open.
    """
    said = {
        "dietary": dietary,
        "access": access,
        "emergency_name": emergency_name,
        "emergency_phone": emergency_phone,
        "name_to_caterer": name_to_caterer,
    }
    kept = {name: value for name, value in said.items() if value is not None and value != CANNOT_BE_READ}
    if not kept:
        return
    if registration.needs is None:
        registration.needs = PrivateNeeds(registration_id=registration.key)
    for name, value in kept.items():
        setattr(registration.needs, name, value)
    if dietary is not None or access is not None:
        registration.needs.answered = True


def needs_answered(registration: Registration | None) -> bool:
    """Whether a person has answered about food and access, be it with "nothing"."""
    return registration is not None and registration.needs is not None and registration.needs.answered


def answered_among(db: Session, registrations: Iterable[Registration]) -> set[int]:
    """The ids of registrations whose food and access were answered; what they say stays where it is. One query."""
    numbers = [row.key for row in registrations]
    rows = select(PrivateNeeds.registration_id).where(
        col(PrivateNeeds.registration_id).in_(numbers), col(PrivateNeeds.answered).is_(True)
    )
    return set(db.exec(rows))


def reachable_among(db: Session, registrations: Iterable[Registration]) -> set[int]:
    """The ids of registrations that name whom to call in an emergency; whom stays where it is. One query."""
    numbers = [row.key for row in registrations]
    rows = select(PrivateNeeds.registration_id).where(
        col(PrivateNeeds.registration_id).in_(numbers), PrivateNeeds.emergency_phone != ""
    )
    return set(db.exec(rows))
