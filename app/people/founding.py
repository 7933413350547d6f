"""Founding a cohort: its first roles, and the first organizer, who can then do everything else in the pages."""

from sqlmodel import Session, select

from app import clock
from app.models import Cohort, Person, Role, Seat, Standing, Tenure
from app.people import sign_in
from app.people.audit import Refused, verb
from app.people.names import slug_of, sort_name
from app.people.viewer import Viewer

FIRST_ROLES = (
    ("Mayor", "Mayors", Standing.MAYOR),
    ("Superintendent", "Superintendents", Standing.SUPERINTENDENT),
    ("Facilitator", "Facilitators", Standing.FACILITATOR),
    ("Team member", "Team members", Standing.MEMBER),
    ("Lab organizer", "Lab organizers", Standing.ORGANIZER),
    ("Lab staff", "Lab staff", Standing.STAFF),
    ("Expert", "Experts and speakers", Standing.EXPERT),
)
"""What every cohort begins with; organizers rename, add and order roles as their field speaks."""

RESERVED = frozenset(
    {
        "api",
        "approve",
        "catering",
        "demo",
        "feeds",
        "healthz",
        "me",
        "metrics",
        "rsvp",
        "search",
        "sign-in",
        "sign-out",
        "speaking",
        "static",
        "style",
        "sw-js",
        "times",
        "webinars",
    }
)
"""Words that are addresses already, so that no cohort may be called by them."""


@verb
def found_cohort(
    db: Session, *, name: str, slug: str = "", zone: str, organizer: str, email: str, by: Viewer
) -> tuple[Cohort, Person]:
    """A cohort without cities, with its roles and a lab organizer who holds office from today (in `zone`) on.

    A person on record with that address becomes the organizer under the name they have. Raises Refused for an
    empty name, a slug that is taken, an unknown zone, or an address without an @.
    """
    name, organizer, email = name.strip(), organizer.strip(), email.strip().lower()
    slug = slug or slug_of(name)
    if not name or not organizer:
        raise Refused("Say the cohort’s name and the organizer’s.", field="organizer" if name else "name")
    if slug != slug_of(slug) or slug in RESERVED:
        raise Refused(f"“{slug}” cannot be the cohort’s address: small letters, figures and dashes.", field="slug")
    if db.exec(select(Cohort.id).where(Cohort.slug == slug)).first() is not None:
        raise Refused(f"There is a cohort at /{slug} already.", field="slug")
    if "@" not in email:
        raise Refused("An e-mail address has an @ in it, such as name@city.gov.", field="email")
    try:
        today = clock.today(zone)
    except ValueError as error:
        raise Refused(str(error), field="zone") from error

    cohort = Cohort(name=name, slug=slug, zone=zone, starts_on=today)
    db.add(cohort)
    db.flush()
    for position, (one, many, standing) in enumerate(FIRST_ROLES):
        db.add(
            Role(cohort_id=cohort.key, slug=slug_of(one), name=one, plural=many, standing=standing, position=position)
        )
    db.flush()
    role = db.exec(select(Role).where(Role.cohort_id == cohort.key, Role.standing == Standing.ORGANIZER)).one()
    person = sign_in.person_by_email(db, email)
    if person is None:
        person = Person(name=organizer, sort_name=sort_name(organizer), email=email)
        db.add(person)
    seat = Seat(cohort_id=cohort.key, role_id=role.key, in_cabinet=False)
    db.add(seat)
    db.flush()
    db.add(Tenure(seat_id=seat.key, person_id=person.key, starts_on=today))
    return cohort, person
